"""What the page Who to ask says: names of calls and personas, and numbers of people in tens."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from layers import clock, consent, inviting
from mapping import few
from mapping.first_calls import SOMEBODY, Call, Plan
from mapping.pages import _numbers, _question, _shared
from mapping.unknown_facts import Question

TEN = 10


@dataclass(frozen=True, slots=True)
class Shown:
    """A plan, what its personas are called, and what the atlas knows of whom to call."""

    plan: Plan
    names: tuple[str, ...]
    actors: dict[str, dict[str, Any]]
    asked: dict[str, dict[str, Any]]
    services: dict[str, dict[str, Any]]
    places: dict[str, dict[str, Any]]

    @property
    def of(self) -> int:
        """How many personas were chosen."""
        return len(set(self.plan.whose))

    @property
    def several(self) -> bool:
        """Whether several personas, or kinds of help, are asked for."""
        return len(self.names) > 1


def shown(plan: Plan, names: Sequence[str]) -> Shown:
    """Put beside a plan what the atlas knows of whom to call."""
    here = _shared.atlas()
    asked = _shared.once("whom asked", clock.today(), lambda: _rows(inviting.states(here)))
    twice = [plan.whose.count(at) > 1 for at in plan.whose]
    called = [
        f"{names[at]} · {_shared.say(f'category.{one.category}')}" if two else names[at]
        for one, at, two in zip(plan.personas, plan.whose, twice, strict=True)
    ]
    actors = consent.shown_actors(_shared.read("organizations"))
    return Shown(
        plan=plan,
        names=tuple(called),
        actors=_shared.once("whom actors", "", lambda: _rows(actors)),
        asked=asked,
        services=_shared.once("whom services", "", lambda: _rows(_shared.read("services"))),
        places=_shared.once("whom places", "", lambda: _rows(_shared.read("locations"))),
    )


def _rows(table: pd.DataFrame) -> dict[str, dict[str, Any]]:
    key = "organization_id" if "asked_on" in table else "id"
    names = [name for name in table.columns if name != "geometry"]
    return {
        str(row[key]): {str(name): value for name, value in row.items()}
        for row in table[names].to_dict("records")
    }


def people(count: float, *, up: bool = False) -> str:
    """Write a number of people in tens; ``up`` where it is said to be the most."""
    if count <= SOMEBODY:
        return _shared.say("whom.none")
    if count <= few.FEW:
        return _shared.say("gaps.few")
    if count < TEN:
        return _shared.say("quality.fewer")
    return _numbers.number(tens(count, up=up))


def tens(count: float, *, up: bool = False) -> int:
    """Round to tens, so that no number tells of a few people by another one beside it."""
    exact = round(count / TEN, 6)
    return (math.ceil(exact) if up else round(exact)) * TEN


def apart(text: str) -> str:
    """Keep a name in its own direction."""
    return _numbers.apart(text)


def call_name(found: Shown, call: Call) -> str:
    """Name whom to call; one that does not wish to be shown has no name here."""
    say = _shared.say
    if not call.organization_id:
        return say("whom.runs_nobody", service=apart(service(found, call.asked[0].question)))
    row = found.actors.get(call.organization_id)
    return say("whom.not_shown") if row is None else str(row["name"])


def callable_by_us(found: Shown, call: Call) -> bool:
    """Tell whether sheets may name it."""
    return not call.organization_id or call.organization_id in found.actors


def service(found: Shown, question: Question) -> str:
    """Name the service of a question, or the place where it is a fact of one, unless hidden."""
    row = found.services.get(question.service_id)
    if row is not None:
        return str(row["name"])
    place = found.places.get(question.location_id, {})
    if place.get("precision") == "hidden":
        return _shared.say("map.protected")
    name = next((place[one] for one in ("name", "address") if _given(place.get(one))), "")
    return str(name) or _shared.say("ours.nameless_place")


def contact(found: Shown, call: Call, *, private: bool) -> str:
    """Give a contact of whom to call; empty where none is known."""
    row = found.actors.get(call.organization_id, {})
    value = row.get("private_contact" if private else "public_contact")
    return str(value) if _given(value) else ""


def last_asked(found: Shown, call: Call) -> str:
    """Give the day on which it was asked last; empty where never."""
    return day(found.asked.get(call.organization_id, {}).get("asked_on"))


def last_checked(found: Shown, call: Call) -> str:
    """Give the day of the latest fact from there; empty where there is none."""
    return day(found.asked.get(call.organization_id, {}).get("checked"))


def day(value: Any) -> str:  # noqa: ANN401 - a day, or pandas' word for none
    """Write a day; empty where there is none."""
    return f"{value:%Y-%m-%d}" if _given(value) else ""


def tongue(tag: str) -> str:
    """Name a language."""
    return _question.tongue(tag)


def _given(value: Any) -> bool:  # noqa: ANN401 - any cell
    return not pd.isna(value) and str(value) != ""
