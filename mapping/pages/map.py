"""The page Map: what is in the city, who stands behind it, where people feel safe or unsafe."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from layers import clock, consent, vocab
from mapping import details, features
from mapping.facts import City
from mapping.pages import _card, _map, _shared

# keys of the widgets; in the address they are `pick`, a handle, and `only`, codes: never a name
PICK, ONLY = "map_pick", "map_only"
KINDS = (
    ("service", "services"),
    ("actor", "organizations"),
    ("asset", "assets"),
    ("place", "places"),
    ("area", "areas"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What can be searched for: its kind, its identifier in the atlas, how the list names it."""

    kind: str
    row_id: str
    label: str


def page() -> None:
    """Show the map, its switches, and everything known of what is clicked."""
    say = _shared.say
    _shared.head(title=say("map.title"), answer=_answer(), note=_limits())
    index = _shared.once("map index", _shared.lang(), _index)
    search, filtering = st.columns(2, vertical_alignment="bottom")
    with search:
        picked = _search(index)
    with filtering:
        only = _filter()
    spec = _map.spec((*_map.areas(), *_map.things()), pick=picked or "", only=only)
    if spec is None:
        _shared.missing(say("map.nothing_there"))
    else:
        wide, beside = st.columns([7, 3], gap="medium")
        with wide:
            _map.show(spec, key="map_city", on_pick=lambda handle: _pick(handle, index))
        with beside:
            _panel(index.get(picked or ""))
    _without_pin(only)
    _actors_without_pin()
    _shared.how(say("map.how_drawn"), say("map.how_reports"), say("map.how_pins"))


def _answer() -> str:
    """Say what there is, leaving out what there is none of."""
    read, say = _shared.read, _shared.say
    services, actors, cells = read("services"), read("organizations"), read("reported_cells")
    shown = consent.shown_actors(actors)
    parts = [say("map.answer_services", city=_shared.meta()["name"], services=len(services))]
    if len(shown):
        led = int(shown["migrant_led"].fillna(False).sum())
        parts.append(say("map.answer_actors", actors=len(shown), led=led))
    if len(cells):
        parts.append(
            say("map.answer_cells", sessions=len(read("sessions")), cells=cells["cell"].nunique())
        )
    newest = pd.concat([services["date_checked"], actors["date_checked"]]).max()
    if not pd.isna(newest):
        parts.append(say("map.answer_newest", day=f"{newest:%Y-%m-%d}"))
    elif len(services):
        parts.append(say("map.answer_undated"))
    return " ".join(parts)


def _limits() -> str:
    read, say = _shared.read, _shared.say
    lines = []
    why = _unpinned()["why"]
    if hidden := int((why == "hidden").sum()):
        lines.append(say("map.protected_count", count=hidden))
    if moving := int(why.isin(["online", "outreach"]).sum()):
        lines.append(say("map.moving_count", count=moving))
    if nowhere := int(why.isin(["no_place", "city"]).sum()):
        lines.append(say("map.no_pin_count", count=nowhere))
    if read("streets").empty and not read("areas").empty:
        lines.append(say("map.no_streets"))
    return " ".join(lines)


def _index() -> dict[str, Found]:
    say, read = _shared.say, _shared.read
    found: dict[str, Found] = {}
    taken: set[str] = set()
    for kind, table in KINDS:
        rows = read(table)
        if kind == "actor":
            rows = consent.shown_actors(rows)
        if kind == "asset":
            rows = consent.shown_assets(rows)
        if kind == "area":  # cells of the grid have codes and no names
            rows = rows[rows["name"].notna()]
        for row_id, name in zip(rows["id"], rows["name"], strict=True):
            label = f"{name} · {say(f'map.kind_{kind}')}"
            number = 2
            while label in taken:  # the list tells options apart by what it shows
                label = f"{name} ({number}) · {say(f'map.kind_{kind}')}"
                number += 1
            taken.add(label)
            found[features.handle(kind, str(row_id))] = Found(kind, str(row_id), label)
    for number, cell in enumerate(read("reported_cells")["cell"].unique(), start=1):
        label = f"{say('map.cell_title')} ({number})"
        found[features.handle("cell", str(cell))] = Found("cell", str(cell), label)
    return found


def _search(index: dict[str, Found]) -> str | None:
    """Show the search; what is chosen stands in the address, so that a link restores it."""
    say = _shared.say
    wanted = st.session_state.get(PICK, st.query_params.get("pick"))
    st.session_state[PICK] = wanted if wanted in index else None
    picked: str | None = st.selectbox(
        say("map.search"),
        list(index),
        index=None,
        format_func=lambda handle: index[handle].label,
        placeholder=say("map.search_hint"),
        key=PICK,
        persist_state="session",  # still chosen on coming back from another page
    )
    _keep_in_address("pick", picked or "")
    return picked


def _filter() -> tuple[str, ...]:
    """Choose categories; the address holds their codes.

    Bound, it would hold the words of one language, and lose them in another.
    """
    say = _shared.say
    if ONLY not in st.session_state:
        asked = st.query_params.get("only", "").split(",")
        st.session_state[ONLY] = [code for code in vocab.CATEGORY if code in asked]
    chosen: list[str] = st.multiselect(
        say("map.only"),
        vocab.CATEGORY,
        format_func=lambda code: say(f"category.{code}"),
        placeholder=say("map.only_hint"),
        key=ONLY,
        persist_state="session",
    )
    _keep_in_address("only", ",".join(chosen))
    return tuple(chosen)


def _keep_in_address(name: str, value: str) -> None:
    if value and st.query_params.get(name) != value:
        st.query_params[name] = value
    elif not value and name in st.query_params:
        del st.query_params[name]


def _pick(handle: str, index: dict[str, Found]) -> None:
    if handle in index:
        st.session_state[PICK] = handle


def _panel(chosen: Found | None) -> None:
    say = _shared.say
    with st.container(key="cg_details"):
        city = City(read=_shared.read, meta=_shared.meta(), say=say, today=clock.today())
        # one place for the card whatever it shows, so that the next replaces the last at once
        card = (
            details.whole_city(city)
            if chosen is None
            else details.card(city, chosen.kind, chosen.row_id)
        )
        if card is None:
            st.text(say("map.gone"))
            return
        with st.container(height=640, border=False):
            _card.show(card, key="map_card")


def _unpinned() -> pd.DataFrame:
    read = _shared.read
    return _shared.once(
        "map unpinned",
        "",
        lambda: features.without_pin(
            read("services"), read("service_at_location"), read("locations")
        ),
    )


def _without_pin(only: tuple[str, ...]) -> None:
    """List what is not on the map, because it is protected or nobody said where it is."""
    say, read = _shared.say, _shared.read
    rows = _unpinned().merge(read("services"), left_on="service_id", right_on="id")
    if only:
        rows = rows[rows["category"].isin(only)]
    if rows.empty:
        return
    spots = read("locations").set_index("id")[["area_id", "public_contact"]]
    actors = read("organizations")
    owners = consent.shown_actors(actors).set_index("id")["public_contact"]
    refused = rows["organization_id"].isin(actors["id"]) & ~rows["organization_id"].isin(
        owners.index
    )
    area_names = read("areas").set_index("id")["name"]
    rows = rows.join(spots, on="location_id")
    contact = rows["public_contact"].fillna(rows["organization_id"].map(owners))
    contact = contact.mask(refused)
    with st.expander(say("map.without_pin", count=len(rows)), key="map_without_pin"):
        st.dataframe(
            pd.DataFrame(
                {
                    say("map.kind_service"): rows["name"],
                    say("map.category"): [say(f"category.{code}") for code in rows["category"]],
                    say("map.why"): [say(f"map.why_{why}") for why in rows["why"]],
                    say("map.serves"): rows["area_id"].map(area_names),
                    say("map.contact"): contact,
                }
            ),
            hide_index=True,
            key="map_unpinned",
        )


def _actors_without_pin() -> None:
    """List the actors no pin stands for: informal groups often have no place."""
    say, read = _shared.say, _shared.read
    actors = consent.shown_actors(read("organizations"))
    pinned = features.pinned(read("locations"))
    rows = actors[~actors["location_id"].isin(pinned)]
    if rows.empty:
        return
    with st.expander(say("map.actors_without_pin", count=len(rows)), key="map_actors_without_pin"):
        st.dataframe(
            pd.DataFrame(
                {
                    say("map.kind_actor"): rows["name"],
                    say("map.kind"): [
                        "" if pd.isna(kind) else say(f"actor_kind.{kind}") for kind in rows["kind"]
                    ],
                    say("map.contact"): rows["public_contact"],
                }
            ),
            hide_index=True,
            key="map_actors_unpinned",
        )
