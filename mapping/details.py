"""Everything the atlas knows of one thing, for the panel beside the map.

Pure: tables in, a card out. What is hidden is said to be protected and never located; private
contacts are not read here at all.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd

from layers import consent
from mapping import detail_areas
from mapping.facts import (
    DASH,
    Card,
    City,
    Fact,
    code,
    given,
    row_of,
    source,
    text,
    unknown,
    week,
    yes_no,
)

ASKED = (
    "papers_asked",
    "women_only",
    "free",
    "referral_asked",
    "childcare_on_site",
    "walk_in",
    "appointment",
)


def card(city: City, kind: str, row_id: str) -> Card | None:
    """Write the card of one thing.

    Parameters
    ----------
    city
        Tables and words.
    kind
        ``service``, ``actor``, ``place``, ``asset``, ``area`` or ``cell``.
    row_id
        Identifier of the row; for a cell its code.

    Returns
    -------
    card
        None if there is no such thing, or if it refused to be shown.
    """
    makers: dict[str, Callable[[City, str], Card | None]] = {
        "service": _service,
        "actor": _actor,
        "place": _place,
        "asset": _asset,
        "area": detail_areas.area_card,
        "cell": detail_areas.cell_card,
    }
    return makers[kind](city, row_id) if kind in makers else None


def whole_city(city: City) -> Card:
    """Write the card that shows before anything is chosen: how much of what there is.

    Parameters
    ----------
    city
        Tables and words.
    """
    say = city.say
    services, actors = city.read("services"), consent.shown_actors(city.read("organizations"))

    def counted(values: pd.Series[str], of: str) -> tuple[Fact, ...]:
        return tuple(
            Fact(label=say(f"{of}.{one}"), value=str(count))
            for one, count in values.value_counts().items()
        )

    groups = (
        (say("map.services_by_need"), counted(services["category"], "category")),
        (say("map.actors_by_kind"), counted(actors["kind"], "actor_kind")),
    )
    return Card(
        title=city.meta["name"],
        kind=say("map.whole"),
        picture="actor_kind.municipality",
        frame="area",
        notes=(say("map.click_something"),),
        groups=tuple((head, facts) for head, facts in groups if facts),
    )


def _service(city: City, row_id: str) -> Card | None:
    say = city.say
    row = row_of(city.read("services"), row_id)
    if row is None:
        return None
    owner = row_of(consent.shown_actors(city.read("organizations")), row.organization_id)
    refused = owner is None and given(row.organization_id)
    first = [
        text(say, "map.offered_by", None if owner is None else owner.name),
        code(say, "map.setting", row.setting, of="setting"),
        code(say, "map.status", row.status, of="status"),
    ]
    if row.category == "language_course":
        first.append(code(say, "map.course_level", row.course_level, of="course_level"))
    first += _ages(city, row)
    asked = [yes_no(say, f"map.{name}", getattr(row, name)) for name in ASKED]
    if given(row.cost):
        asked.append(text(say, "map.cost", row.cost))
    asked += [
        text(say, f"map.{name}", getattr(row, name))
        for name in ("waiting_days", "capacity", "free_places")
    ]
    places = [
        group for spot in _spots(city, row_id) for group in _where(city, *spot, contact=not refused)
    ]
    if not places:
        places = [(say("map.where"), (unknown(say, "map.place"),))]
    contact = text(say, "map.contact", None if owner is None else owner.public_contact)
    return Card(
        title=str(row.name),
        kind=say(f"category.{row.category}"),
        picture=f"category.{row.category}",
        frame="service",
        notes=(str(row.description),) if given(row.description) else (),
        groups=(
            ("", (*first, contact)),
            *places,
            (say("map.languages"), tuple(_languages(city, row_id))),
            (say("map.what_it_asks"), tuple(asked)),
        ),
        source=source(say, row, today=city.today),
    )


def _ages(city: City, row: Any) -> list[Fact]:  # noqa: ANN401 - a row
    if not given(row.min_age) and not given(row.max_age):
        return []
    low = row.min_age if given(row.min_age) else "…"
    high = row.max_age if given(row.max_age) else "…"
    return [Fact(label=city.say("map.ages"), value=f"{low}{DASH}{high}")]


def _languages(city: City, row_id: str) -> list[Fact]:
    rows = city.read("service_languages")
    rows = rows[rows["service_id"] == row_id]
    if rows.empty:
        return [unknown(city.say, "map.languages")]
    facts = []
    for level, some in rows.groupby(rows["level"].fillna(""), sort=False):
        label = city.say(f"language_level.{level}") if level else city.say("map.level_unknown")
        note = source(city.say, next(some.itertuples()), today=city.today)
        facts.append(Fact(label=label, languages=tuple(some["language"]), note=note))
    return facts


def _spots(city: City, service_id: str) -> list[tuple[Any, Any]]:
    offered = city.read("service_at_location")
    locations = city.read("locations")
    return [
        (one, row_of(locations, one.location_id))
        for one in offered[offered["service_id"] == service_id].itertuples()
    ]


def _where(
    city: City,
    offered: Any,  # noqa: ANN401 - a row
    spot: Any,  # noqa: ANN401 - a row
    *,
    contact: bool,
) -> list[tuple[str, tuple[Fact, ...]]]:
    say = city.say
    facts = [] if spot is None else place_facts(city, spot, contact=contact)
    schedules = city.read("schedules")
    mine = schedules[schedules["service_at_location_id"] == offered.id]
    lines = week(say, mine["opening_hours"], city.meta, today=city.today)
    times = [
        *lines,
        *(
            Fact(label=say("map.course_dates"), value=_span(one.starts_on, one.ends_on))
            for one in mine.itertuples()
            if given(one.starts_on) or given(one.ends_on)
        ),
        *(
            Fact(label=say("map.as_written"), value=str(written))
            for written in mine["source_text"].dropna().unique()
        ),
    ]
    if not mine.empty:
        row = next(mine.itertuples())
        times[0] = Fact(
            label=times[0].label,
            value=times[0].value,
            state=times[0].state,
            note=source(say, row, today=city.today),
        )
    return [(say("map.where"), tuple(facts)), (say("map.hours"), tuple(times))]


def place_facts(city: City, spot: Any, *, contact: bool = True) -> list[Fact]:  # noqa: ANN401 - a row of locations
    """Say where something is, as exactly as may be said.

    Parameters
    ----------
    city
        Tables and words.
    spot
        A row of ``locations``.
    contact
        Whether its public contact may be said; not where its organization refused to be shown.
    """
    say = city.say
    area = row_of(city.read("areas"), spot.area_id) if given(spot.area_id) else None
    facts = []
    if spot.precision == "hidden":
        facts.append(Fact(label=say("map.place"), value=say("map.protected"), state="protected"))
    else:
        line = ", ".join(str(one) for one in (spot.name, spot.address) if given(one))
        facts.append(text(say, "map.place", line, note=say(f"precision.{spot.precision}")))
        facts.append(yes_no(say, "map.step_free", spot.step_free))
    if area is not None:
        facts.append(text(say, "map.serves", area.name))
    if contact and given(spot.public_contact):
        facts.append(text(say, "map.contact", spot.public_contact))
    return facts


def _span(start: object, end: object) -> str:
    days = [f"{one:%Y-%m-%d}" if given(one) else "…" for one in (start, end)]
    return f" {DASH} ".join(days)


def _actor(city: City, row_id: str) -> Card | None:
    say = city.say
    row = row_of(consent.shown_actors(city.read("organizations")), row_id)
    if row is None:
        return None
    led = given(row.migrant_led) and bool(row.migrant_led)
    spot = row_of(city.read("locations"), row.location_id) if given(row.location_id) else None
    first = [
        code(say, "map.sector", row.sector, of="sector"),
        yes_no(say, "map.migrant_led", row.migrant_led),
        yes_no(say, "map.women_led", row.women_led),
        yes_no(say, "map.decision_maker", row.decision_maker),
        text(say, "map.contact", row.public_contact),
        text(say, "map.url", row.url) if given(row.url) else None,
    ]
    if given(row.communities):
        first.append(Fact(label=say("map.communities"), languages=tuple(row.communities)))
    offers = city.read("services")
    offers = offers[offers["organization_id"] == row_id]
    kind = row.kind if given(row.kind) else "other"
    groups = [
        ("", tuple(fact for fact in first if fact is not None)),
        (say("map.where"), tuple(place_facts(city, spot)) if spot is not None
         else (unknown(say, "map.place"),)),
        (say("map.offers"), tuple(
            Fact(label=say(f"category.{one.category}"), value=str(one.name))
            for one in offers.itertuples()
        )),
        (say("map.ties"), tuple(_ties(city, row_id))),
        (say("map.trust"), tuple(_trust(city, row_id))),
    ]  # fmt: skip
    return Card(
        title=str(row.name),
        kind=say(f"actor_kind.{kind}"),
        picture=f"actor_kind.{kind}",
        frame="migrant_led" if led else "actor",
        notes=(str(row.description),) if given(row.description) else (),
        groups=tuple((head, facts) for head, facts in groups if facts),
        source=source(say, row, today=city.today),
    )


def _ties(city: City, row_id: str) -> list[Fact]:
    names = consent.shown_actors(city.read("organizations")).set_index("id")["name"]
    ties = city.read("ties")
    lasting = ties["until"].isna() | (ties["until"] >= pd.Timestamp(city.today))
    mine = ties[lasting & ((ties["from_id"] == row_id) | (ties["to_id"] == row_id))]
    facts = []
    for tie in mine.itertuples():
        out = tie.from_id == row_id
        other = names.get(tie.to_id if out else tie.from_id)
        if other is None:  # it asked not to be shown
            continue
        arrow = "↔" if tie.direction == "mutual" else ("→" if out else "←")
        confirmed = int(str(tie.confirmed_by)) if given(tie.confirmed_by) else 0
        notes = [city.say(f"map.strength_{tie.strength}")] if given(tie.strength) else []
        notes.append(city.say(f"network.tie_confirmed_{confirmed}"))
        kind = city.say(f"tie_kind.{tie.kind}")
        facts.append(Fact(label=kind, value=f"{arrow} {other}", note=" · ".join(notes)))
    return facts


def _trust(city: City, row_id: str) -> list[Fact]:
    said = city.read("trust")
    sessions = city.read("sessions").set_index("id")["held_on"]
    facts = []
    for one in said[said["organization_id"] == row_id].itertuples():
        day = sessions.get(one.session_id)
        facts.append(
            Fact(
                label=city.say(f"trust_state.{one.state}"),
                languages=(str(one.community),),
                note=city.say(
                    "map.said_by",
                    band=one.said_by,
                    day=f"{day:%Y-%m-%d}" if given(day) else "…",
                ),
            )
        )
    return facts


def _place(city: City, row_id: str) -> Card | None:
    row = row_of(city.read("places"), row_id)
    if row is None:
        return None
    kind = row.kind if given(row.kind) else "other"
    return Card(
        title=str(row.name),
        kind=city.say(f"place_kind.{kind}"),
        picture=f"place_kind.{kind}",
        frame="place",
        source=source(city.say, row, today=city.today),
    )


def _asset(city: City, row_id: str) -> Card | None:
    say = city.say
    row = row_of(consent.shown_assets(city.read("assets")), row_id)
    if row is None:
        return None
    owner = row_of(consent.shown_actors(city.read("organizations")), row.organization_id)
    first = [
        text(say, "map.held_by", None if owner is None else owner.name),
        text(say, "map.contact", row.public_contact),
    ]
    if given(row.communities):
        first.append(Fact(label=say("map.communities"), languages=tuple(row.communities)))
    return Card(
        title=str(row.name),
        kind=say(f"asset_kind.{row.kind}"),
        picture=f"asset_kind.{row.kind}",
        frame="asset",
        notes=(str(row.description),) if given(row.description) else (),
        groups=(("", tuple(first)),),
        source=source(say, row, today=city.today),
    )
