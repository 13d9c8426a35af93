"""The views of the page Network: ties, sectors, what is offered, who is served."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from layers import clock
from mapping import (
    core_periphery,
    drawing_groups,
    drawing_matrix,
    drawing_network,
    drawing_two_mode,
    mixing,
    network,
    positions,
    two_mode,
)
from mapping.drawing_groups import Groups
from mapping.pages import _network_asked, _network_matrix, _network_picture, _shared
from mapping.pages._network_asked import Chosen
from mapping.pages._network_found import (
    Found,
    behind_a_go_between,
    first_to_show,
    listed,
    partners,
)

PICTURE, MATRIX = "network_picture", "network_matrix"
PLACES = "network_places"  # where everybody was in this browser: nobody jumps when a tie is made
MOST_ROWS = 150  # actors on both sides; with more only one of them and what it has to do with


def picture(
    where: pd.DataFrame, found: Found, chosen: Chosen, names: dict[str, str], *, other: str | None
) -> None:
    """Draw the network, or the surroundings of one actor, always at the same places.

    Parameters
    ----------
    where
        As :func:`places` gives it.
    found, chosen, names
        What the page found, what its controls say, what everybody is called.
    other
        Whose tie with the chosen actor stands out.
    """
    actor = chosen.actor if chosen.actor in found.graph else None
    shown, middle = None, None
    if chosen.reach != "all" and len(found.graph):
        middle, shown = _surroundings(found, chosen, actor, names)
    elif chosen.presenting:
        shown = _tied(found)
    spec = drawing_network.picture(
        found.graph,
        where,
        None if chosen.size == _network_asked.EQUAL else found.measures[chosen.size],
        lang=_shared.lang(),
        shown=shown,
        groups=_groups(found, chosen),
    )
    if not chosen.presenting:
        spec["answers"] = _pointed_at(found)
        if spec["answers"]:
            spec["legend"].append({"form": "answer", "text": _shared.say("network.legend_answer")})
    spec["tie"] = [actor, other] if actor and other else []
    _draw(spec, selected=actor or "")
    if middle is not None and actor not in {None, middle}:
        st.button(
            _shared.plain(_shared.say("network.surround", name=names[str(actor)])),
            key="network_surround",
            on_click=_network_asked.surround,
            args=(actor,),
        )


def _draw(spec: dict[str, Any], *, selected: str) -> None:
    spec["tokens"] = _shared.tokens()
    spec["selected"] = selected
    spec["centre"] = {"id": selected, "turn": st.session_state.get(_network_asked.TURN, 0)}
    spec["place"] = drawing_network.digest(str(_shared.atlas().path))
    _network_picture.network_picture(
        spec,
        key=PICTURE,
        on_picked=_network_asked.choose,
        on_joined=_network_asked.join,
        on_tie=_network_asked.choose_tie,
    )


def places(organizations: pd.DataFrame, ties: pd.DataFrame) -> pd.DataFrame:
    """Give the places, from the ties of all times and kinds: no choice makes anything jump.

    What this browser saw before stays where it was while it looks on, so that a tie or an actor
    that is added moves nobody; opened anew, the picture depends on the data alone.
    """
    here = _shared.atlas()
    path, state = str(here.path), here.state()
    seen_path, seen_state, before = st.session_state.get(PLACES, ("", "", pd.DataFrame()))
    now: pd.DataFrame = before
    if (seen_path, seen_state) == (path, state):
        return now
    if seen_path != path:
        now = _shared.once(
            "network.places", "", lambda: positions.positions(network.graph_of(organizations, ties))
        )
    else:
        now = positions.positions(network.graph_of(organizations, ties), previous=before)
    st.session_state[PLACES] = (path, state, now)
    return now


def _surroundings(
    found: Found, chosen: Chosen, actor: str | None, names: dict[str, str]
) -> tuple[str, list[str]]:
    """Give whose surroundings are drawn, and who is in them; said where nobody chose."""
    state = st.session_state
    if state.get(_network_asked.MIDDLE) not in found.graph:
        # kept from now on: a click on somebody else must not redraw what is around
        state[_network_asked.MIDDLE] = actor or first_to_show(found)
    middle = state[_network_asked.MIDDLE]
    if actor is None and not chosen.presenting:
        many = len(found.graph) > _network_asked.READABLE
        key = "network.choose_first" if many else "network.around"
        st.text(_shared.say(key, actors=len(found.graph), name=names[middle]))
    steps = int(chosen.reach)
    near = network.neighbourhood(found.graph, middle, steps=steps)
    if actor is not None and actor not in near:  # chosen in the table, or on the map
        middle = state[_network_asked.MIDDLE] = actor
        near = network.neighbourhood(found.graph, middle, steps=steps)
    return middle, [one for one in found.graph if one in near]


def _groups(found: Found, chosen: Chosen) -> Groups | None:
    return drawing_groups.grouped(
        found.graph,
        chosen.colour,
        found.measures,
        confirmed=drawing_groups.freshness(found.ties, day=chosen.counted.on or clock.today()),
        lang=_shared.lang(),
        core=_core(found, chosen) if chosen.colour == "core_edge" else None,
    )


def _core(found: Found, chosen: Chosen) -> tuple[str, ...] | None:
    """Give who is in the core, where it is clearer than chance makes one; say it where not."""
    core = _shared.once(
        "network.core",
        (chosen.counted, chosen.shown),
        lambda: core_periphery.core_periphery(found.graph),
    )
    if not core.is_clear:
        st.text(_shared.say("network.no_core"))
        return None
    return tuple(map(str, core.members))


def _tied(found: Found) -> list[str]:
    """Leave out of the picture who has no ties, where the organizations look on; count them."""
    tied = [one for one in found.graph if partners(found.graph, one)]
    untied = len(found.graph) - len(tied)
    if untied:
        st.text(_shared.say("network.presenting_untied", count=untied))
    return tied


def _pointed_at(found: Found) -> list[dict[str, Any]]:
    """Point at whom the answer names, and at the ties that others hang on."""
    pointed = [
        {"from": row["actor"], "to": list(row["cut_off"])}
        for row in found.cut_points.head(1).to_dict("records")
    ]
    second = behind_a_go_between(found) if found.city else None
    if second is not None:
        pointed.append({"from": second[0], "to": second[1]})
    return pointed


# --- by sector ---------------------------------------------------------------------------------


def by_sector(found: Found, names: dict[str, str]) -> None:
    """Draw how many of the possible ties there are between each two sectors, and list them."""
    say, lang = _shared.say, _shared.lang()
    sectors = found.organizations["sector"]
    sizes = sectors.value_counts()
    if sizes.empty:
        _shared.missing(say("network.matrix_missing"))
        return
    table = mixing.between(found.graph, "sector")
    spec = drawing_matrix.matrix(table, sizes, lang=lang)
    spec["tokens"] = _shared.tokens()
    spec["selected"] = st.session_state.get(_network_asked.CELL) or ""
    _network_matrix.network_matrix(spec, key=MATRIX, on_picked=_pick_cell)
    if sectors.isna().any():
        st.text(say("network.matrix_unknown", count=int(sectors.isna().sum())))
    _cell(found, spec, names)
    st.subheader(say("network.table_sectors"), anchor=False)
    st.dataframe(
        drawing_matrix.table_of(table, lang=lang), hide_index=True, key="network_sector_table"
    )


def _pick_cell(cell: str) -> None:
    st.session_state[_network_asked.CELL] = cell or None


def _cell(found: Found, spec: dict[str, Any], names: dict[str, str]) -> None:
    """Name who works with whom in the chosen cell."""
    cells = {f"{one['one']} {one['two']}": one for row in spec["cells"] for one in row}
    cell = cells.get(spec["selected"])
    if cell is None or not cell["possible"]:
        return
    of = found.organizations.set_index("id")["sector"]
    wanted = {cell["one"], cell["two"]}
    pairs = {
        tuple(sorted((tail, head), key=lambda one: names[one].casefold()))
        for tail, head in found.graph.edges
        if tail != head and {of[tail], of[head]} == wanted
    }
    with st.container(key="network_cell_said", border=True):
        st.text(cell["said"])
        for one, two in sorted(pairs, key=lambda pair: names[pair[0]].casefold()):
            st.text(_shared.say("network.matrix_pair", one=names[one], two=names[two]))


# --- what is offered, who is served ------------------------------------------------------------


def things(found: Found, view: str) -> pd.DataFrame:
    """Give who has to do with what, for one of the two views.

    Parameters
    ----------
    found
        Whose actors are meant.
    view
        Of ``_network_asked.OFFERS`` and ``SERVES``.
    """
    services = _shared.read("services")
    if view == _network_asked.OFFERS:
        return two_mode.offers(found.graph, services)
    return two_mode.serves(found.organizations, services, _shared.read("service_languages"))


def both_sides(found: Found, chosen: Chosen, names: dict[str, str]) -> None:
    """Draw actors on both sides of what they offer or whom they serve, and list the same."""
    say, lang = _shared.say, _shared.lang()
    table = things(found, chosen.view)
    if table.empty:
        _shared.missing(say(f"network.{chosen.view}_missing"))
        return
    drawn = table
    if chosen.view == _network_asked.SERVES:
        drawn = _of_communities(table)
    actor = chosen.actor if chosen.actor in set(drawn["actor"]) else None
    if drawn["actor"].nunique() > MOST_ROWS:
        drawn = _around(drawn, actor, names)
    spec = drawing_two_mode.two_mode(
        found.graph, drawn, about=chosen.view, lang=lang, groups=_groups(found, chosen)
    )
    thing = st.session_state.get(_network_asked.THING) or ""
    _draw(spec, selected=actor or thing)
    _about_thing(found, table, chosen.view, thing, names)
    st.subheader(say(f"network.table_{chosen.view}"), anchor=False)
    st.dataframe(
        drawing_two_mode.table_of(found.graph, table, about=chosen.view, lang=lang),
        hide_index=True,
        key=f"network_{chosen.view}_table",
    )


def _of_communities(table: pd.DataFrame) -> pd.DataFrame:
    """Leave out the languages that most speak: the city's own would cover all others."""
    others = [one for one in sorted(set(table["other"])) if one not in spoken_by_few(table)]
    if not others:
        return table
    lang = _shared.lang()
    named = ", ".join(drawing_two_mode.word(_network_asked.SERVES, one, lang) for one in others)
    st.text(_shared.say("network.serves_not_drawn", languages=named))
    return table[~table["other"].isin(others)]


def spoken_by_few(table: pd.DataFrame) -> set[str]:
    """Give the communities and languages that at most half of the actors have to do with.

    Parameters
    ----------
    table
        As :func:`things` gives it for ``SERVES``; all of them where every one is that frequent.
    """
    share = table.groupby("other")["actor"].nunique() / table["actor"].nunique()
    few = set(share.index[share <= 0.5])
    return few or set(share.index)


def _around(table: pd.DataFrame, actor: str | None, names: dict[str, str]) -> pd.DataFrame:
    """Keep what one actor has to do with, and a few more who have to do with most of it."""
    middle = actor or str(table["actor"].value_counts(sort=True).index[0])
    mine = set(table.loc[table["actor"] == middle, "other"])
    shared = table[table["other"].isin(mine)]
    most = shared["actor"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    kept = {middle, *most.index[: MOST_ROWS // 3]}
    st.text(
        _shared.say(
            "network.two_mode_first",
            actors=table["actor"].nunique(),
            name=names[middle],
            drawn=len(kept),
        )
    )
    return shared[shared["actor"].isin(kept)]


def _about_thing(
    found: Found, table: pd.DataFrame, view: str, thing: str, names: dict[str, str]
) -> None:
    """Name who has to do with what was chosen in the middle."""
    code = drawing_two_mode.code_of(thing)
    those = table[table["other"] == code]
    if code is None or those.empty:
        return
    with st.container(key="network_thing_said", border=True):
        st.text(
            _shared.say(
                "network.thing_said",
                name=drawing_two_mode.word(view, code, _shared.lang()),
                names=listed(those["actor"], names),
                number=len(those),
                all=len(found.graph),
            )
        )
