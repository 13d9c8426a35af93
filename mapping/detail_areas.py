"""The cards of areas, with their people, and of cells, with what was said of them."""

from __future__ import annotations

from typing import Any

from mapping import few
from mapping.facts import DASH, Card, City, Fact, given, row_of, source, unknown


def area_card(city: City, row_id: str) -> Card | None:
    """Write the card of an area: its people, by group where its own table counts them.

    Returns
    -------
    card
        None if there is no such area.
    """
    say = city.say
    row = row_of(city.read("areas"), row_id)
    if row is None:
        return None
    people = city.read("population")
    people = people[people["area_id"] == row_id]
    if people.empty:  # counted in its cells only
        return _summed_area(city, row)
    labels = city.read("population_groups").set_index("id")["label"]
    facts = []
    for one in people.itertuples():
        label = str(labels.get(one.group_code, one.group_code))
        if given(one.suppressed) and one.suppressed:
            facts.append(Fact(label=label, value=say("map.suppressed"), state="protected"))
        elif given(one.count):
            facts.append(_counted(city, label, one))
        else:
            facts.append(Fact(label=label, value=say("map.nobody_asked"), state="unknown"))
    return _card(city, row, facts, next(people.itertuples()))


def _counted(city: City, label: str, one: Any) -> Fact:  # noqa: ANN401 - a row
    """Say a number of people; an estimate is called one, and fewer than five are never a number."""
    say, count = city.say, float(one.count)
    note = say("map.estimated") if given(one.estimated) and one.estimated else ""
    if 0 < count < few.FEW + 1:
        return Fact(label=label, value=say("gaps.few"), note=note)
    value = f"{count:,.0f}"
    return Fact(label=label, value=say("map.about", count=value) if note else value, note=note)


def _summed_area(city: City, row: Any) -> Card:  # noqa: ANN401 - a row
    """Count the people of an area from the cells in it, all groups together.

    A cell whose count is withheld stands for one to four people, so the sum is a range.
    """
    areas = city.read("areas")
    within = set(areas.loc[areas["parent_id"] == row.id, "id"])
    people = city.read("population")
    people = people[people["area_id"].isin(within) & (people["group_code"] == "all")]
    if people.empty:
        facts = [unknown(city.say, "map.people")]
        return _card(city, row, facts, row)
    hidden = people["suppressed"].fillna(value=False).astype(bool)
    counts = people["count"].astype(float).fillna(0.0)
    hidden |= (counts > 0) & (counts < few.FEW + 1)  # a small estimate, kept out of the total too
    withheld = int(hidden.sum())
    low = float(counts[~hidden].sum()) + withheld
    ends = few.shown(low, low + 3 * withheld)
    value = f"{ends['low']:,}"
    if ends["high"] == few.FEW:
        value = city.say("gaps.few")
    elif ends["high"] > ends["low"]:
        value += f"{DASH}{ends['high']:,}"
    note = ""
    if people["estimated"].fillna(value=False).astype(bool).any():
        note = city.say("map.estimated_part")
        value = city.say("map.about", count=value) if ends["high"] > few.FEW else value
    fact = Fact(label=city.say("map.people"), value=value, note=note)
    return _card(city, row, [fact], next(people.itertuples()))


def _card(city: City, row: Any, facts: list[Fact], said: Any) -> Card:  # noqa: ANN401 - rows
    return Card(
        title=str(row.name) if given(row.name) else str(row.id),
        kind=city.say(f"area_level.{row.level}"),
        picture="actor_kind.other",
        frame="area",
        groups=((city.say("map.people"), tuple(facts)),),
        source=source(city.say, said, today=city.today),
    )


def cell_card(city: City, row_id: str) -> Card | None:
    """Write the card of a cell: what was said of it, by session and hour.

    Returns
    -------
    card
        None if nothing was said of it.
    """
    say = city.say
    rows = city.read("reported_cells")
    rows = rows[rows["cell"] == row_id]
    if rows.empty:
        return None
    sessions = city.read("sessions").set_index("id")
    facts = []
    for one in rows.itertuples():
        held = sessions["held_on"].get(one.session_id)
        title = sessions["title"].get(one.session_id)
        hour = say(f"time_of_day.{one.time_of_day}") if given(one.time_of_day) else ""
        facts.append(
            Fact(
                label=" · ".join(
                    part for part in (f"{held:%Y-%m-%d}" if given(held) else "", hour) if part
                ),
                value=say(f"feeling.{one.feeling}"),
                note=say("map.cell_said", band=one.contributors, session=title or "…"),
            )
        )
    return Card(
        title=say("map.cell_title"),
        kind=say("map.cell_kind"),
        picture="place_kind.other",
        frame="place",
        groups=((say("map.what_was_said"), tuple(facts)),),
        notes=(say("map.reports_note"),),
    )
