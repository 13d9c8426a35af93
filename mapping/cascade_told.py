"""The cascade as numbers that may be shown: no number of people from one to four, nor a way to one.

Numbers of people are rounded outward to fives (:func:`mapping.few.in_fives`): steps are shown below
each other and personas beside each other, and a difference of two numbers is a number too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

import numpy as np
import pandas as pd

from mapping import estimates
from mapping.cascade import Cascade, Step
from mapping.coverage import Shares
from mapping.few import coarse, in_fives, shown, shown_share
from mapping.gaps import checked, map_values

MOST_PERSONAS: Final = 6
ASKED: Final = "asked"
NOT_ASKED: Final = "not_asked"
CANNOT_SAY: Final = "cannot_say"
PAPERS_STEP: Final = "admitted"


def told(answer: Cascade) -> dict[str, Any]:
    """Write a cascade as JSON.

    Returns
    -------
    told
        ``city``, ``invented``, ``persona`` (her JSON), ``method`` ("streets", "straight_line" or
        "given"), ``speed_kmh``, ``snapped`` (as of :func:`snapped`), ``order``;
        ``dates``: ``asked``, ``week``, ``population``, ``services_oldest``, ``services_newest``;
        ``rounded_to``: 5.
        ``population``: ``group``, ``label``, ``note`` (what the group is not), ``proxy`` (whether
        it stands for speakers of a language), ``estimated``, ``estimate`` (null, or ``groups``,
        ``people`` and ``seed`` of people in two groups at once), ``level``, ``people``,
        ``areas_counted``, ``areas_without_number``, ``areas_suppressed``.
        ``steps``: each ``name``, ``facts``, ``state`` (asked, not_asked, cannot_say), ``covered``,
        ``share``, ``lost``, ``alone_lost``, ``brings``: {"low", "high"} in people, ``share`` from 0
        to 1 or null where there may be nobody; ``services``: ``certain``, ``possible``,
        ``excluded``; ``unknown`` ``of`` those in play; ``placeless``: services without a way to
        them that ``near`` leaves out, by why; ``map_allowed``.
    """
    city, persona = answer.city, answer.persona
    table = city.offers.table
    mine = table.loc[table["category"].eq(persona.category) & ~table["ended"], "service_id"]
    oldest, newest = checked(city, pd.DataFrame({"id": mine}))
    counted_on = answer.people.counted_on
    return {
        "city": city.meta.get("name", ""),
        "invented": city.meta.get("invented") == "1",
        "persona": persona.as_dict(),
        "method": _method(answer),
        "speed_kmh": persona.speed_kmh,
        "snapped": snapped(answer),
        "order": [step.name for step in answer.steps],
        "dates": {
            "asked": city.day.isoformat(),
            "week": city.offers.week.isoformat() if "hours" in persona.asked() else None,
            "population": None if counted_on is None else counted_on.isoformat(),
            "services_oldest": oldest,
            "services_newest": newest,
        },
        "rounded_to": 5,
        "population": population(answer),
        "steps": [_step(answer, step) for step in answer.steps],
    }


def snapped(answer: Cascade) -> dict[str, dict[str, int]] | None:
    """Say how starts and places were brought to the streets; ``None`` where none are walked on.

    Returns
    -------
    snapped
        ``starts``, ``places``: each ``points``, ``farthest_m`` (to its street), ``too_far`` (of
        any street) and ``over_water`` (of streets that are near).
    """
    found = None if answer.city.minutes is not None else answer.city.snapped(answer.level)
    if found is None:
        return None
    starts, places = (asdict(one) | {"farthest_m": round(one.farthest_m)} for one in found)
    return {"starts": starts, "places": places}


def population(answer: Cascade) -> dict[str, Any]:
    """Say whom the numbers count, and what that is not."""
    people, group = answer.people, answer.persona.group
    rows = answer.city.read("population_groups").set_index("id")
    named, notes = (
        {str(code): str(text) for code, text in rows[column].dropna().items()}
        for column in ("label", "proxy_note")
    )
    mine = ~np.isnan(people.low)
    estimate = None
    if people.least is not None and people.most is not None:
        certain = shown(float(people.least[mine].sum()), float(people.most[mine].sum()))
        estimate = {"groups": group.split(estimates.CROSS), "people": certain, "seed": people.seed}
    return {
        "group": group,
        "label": estimates.label(group, named),
        "note": " ".join(notes[one] for one in group.split(estimates.CROSS) if one in notes),
        "proxy": bool(answer.persona.knows()),
        "estimated": people.estimated,
        "estimate": estimate,
        "level": answer.level,
        "people": shown(*_people(answer)),
        "areas_counted": int(mine.sum()),
        "areas_without_number": int((~mine).sum()),
        "areas_suppressed": int(people.suppressed.sum()),
    }


def table(answer: Cascade) -> pd.DataFrame:
    """Give one row a step, as the charts draw it.

    Returns
    -------
    table
        ``step`` (its code), ``low``, ``high`` (people still covered), ``of_low``, ``of_high``
        (people like her), ``said`` (empty: the page has the words), ``state``.
    """
    of = shown(*_people(answer))
    rows = [
        {
            "step": step.name,
            **_shown(answer, (step.low, step.high)),
            "of_low": of["low"],
            "of_high": of["high"],
            "said": None,
            "state": _state(step),
        }
        for step in answer.steps
    ]
    return pd.DataFrame(rows)


def comparison(answers: Sequence[Cascade]) -> dict[str, Any]:
    """Put the same steps of up to six personas side by side.

    Returns
    -------
    comparison
        ``order``; ``personas``: each as of :func:`told`; ``steps``: each ``name`` and, in the order
        of the personas, ``covered``, ``share``, ``lost``, ``state``.

    Raises
    ------
    ValueError
        If there is none, more than six, or if their orders differ.
    """
    if not 1 <= len(answers) <= MOST_PERSONAS:
        raise ValueError(f"1 to {MOST_PERSONAS} personas can be compared, got {len(answers)}")
    personas = [told(answer) for answer in answers]
    order = personas[0]["order"]
    if any(one["order"] != order for one in personas):
        raise ValueError("personas are compared in one order of the steps")
    beside = zip(*(one["steps"] for one in personas), strict=True)
    return {
        "order": order,
        "personas": personas,
        "steps": [
            {
                "name": steps[0]["name"],
                **{
                    key: [step[key] for step in steps]
                    for key in ("covered", "share", "lost", "state")
                },
            }
            for steps in beside
        ],
    }


def step_map_allowed(answer: Cascade, step: str) -> bool:
    """Say whether a step may be shown by area, as a map or a table.

    From the step on that asks for papers, what is said of areas would be read as where people
    without papers live: then there are numbers of the whole city, and services lost.
    """
    order = [one.name for one in answer.steps]
    return not answer.persona.no_papers or order.index(step) < order.index(PAPERS_STEP)


def step_values(answer: Cascade, step: str) -> pd.DataFrame | None:
    """Give what the map of a step draws: people of each area who are not covered after it.

    Returns
    -------
    values
        As of :func:`mapping.gaps.map_values`, but for people of whom only a part is covered: these
        are rounded down to fives, so that the maps of two steps tell no more than one. ``None``
        where there may be no map.
    """
    if not step_map_allowed(answer, step):
        return None
    low, high = next((one.low, one.high) for one in answer.steps if one.name == step)
    values = map_values(answer.gaps((low, high)))
    part = (high > 0) & (high < 1)
    rounded = values["people"] // 5 * 5
    return values.assign(people=values["people"].mask(part, rounded))


def _step(answer: Cascade, step: Step) -> dict[str, Any]:
    covered, of = _shown(answer, (step.low, step.high)), shown(*_people(answer))
    return {
        "name": step.name,
        "facts": list(step.facts),
        "state": _state(step),
        "covered": covered,
        "share": _share(covered, of),
        "lost": _shown(answer, step.lost),
        "alone_lost": _shown(answer, step.alone_lost),
        "brings": _shown(answer, step.brings),
        "services": dict(step.services),
        "unknown": step.unknown,
        "of": step.of,
        "placeless": dict(step.placeless),
        "map_allowed": step_map_allowed(answer, step.name),
    }


def _shown(answer: Cascade, shares: Shares) -> dict[str, int]:
    """Count the people whom shares of areas are about, as they may be shown.

    Each area is made coarse first and then their sum, or a sum less its other parts would tell.
    """
    found = answer.gaps(shares)
    mine = found.counted
    people = _people(answer)
    got, missed = (
        (float(low[mine].sum()), float(high[mine].sum()))
        for low, high in ((found.got_low, found.got_high), (found.not_low, found.not_high))
    )
    low, high = (float(one) for one in coarse(people, got, missed))
    if answer.people.least is not None:
        low, high = estimates.whole(low, high)
    return in_fives(low, high, people)


def _people(answer: Cascade) -> tuple[float, float]:
    low, high = (
        one[~np.isnan(answer.people.low)] for one in (answer.people.low, answer.people.high)
    )
    all_of = float(low.sum()), float(high.sum())
    return all_of if answer.people.least is None else estimates.whole(*all_of)


def _share(covered: dict[str, int], of: dict[str, int]) -> dict[str, float] | None:
    """Give the share that follows from the numbers shown, and says no more than they do."""
    if not of["low"] > 0:
        return None
    return shown_share(covered["low"] / of["high"], min(covered["high"] / of["low"], 1.0))


def _state(step: Step) -> str:
    if not step.asked:
        return NOT_ASKED
    return CANNOT_SAY if step.cannot_say else ASKED


def _method(answer: Cascade) -> str:
    if answer.city.minutes is not None:
        return "given"
    return "streets" if answer.city.streets is not None else "straight_line"
