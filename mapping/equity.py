"""For whom it is worse: the same need, for every group that is counted, beside everybody.

Counts first, then shares, then by how much a group's share differs from that of all. Everything is
a range, and where two ranges overlap nobody can say for whom it is worse.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np

from mapping.gaps import Gaps, share_range, summed
from mapping.needs import EVERYONE

WORSE, BETTER, SAME, CANNOT_SAY = "worse", "better", "same", "cannot_say"
VERDICTS: Final = (WORSE, CANNOT_SAY, SAME, BETTER)
TEN: Final = 10
Range = dict[str, float]


@dataclass(frozen=True, eq=False)
class Equity:
    """One need for all groups.

    Attributes
    ----------
    level
        The areas the groups are counted in; groups counted elsewhere are left out.
    everyone, rows
        All people, and one row a group, as JSON-able dicts: ``group``; ``people``,
        ``not_reached``: {"low", "high"} in tens; ``share_not_reached``: {"low", "high"} from 0 to
        1, or None where there may be nobody; rows also ``gap``: the group's share less that of
        all, {"low", "high"} or None; ``ratio``: the one divided by the other, or None where the
        divisor may be 0; ``verdict``: of ``VERDICTS``. Those certainly worse off come first.
    left_out
        Groups counted at another level.
    why_not
        Why there is nothing to compare: ``papers``, ``no_total``, ``no_groups``; else "".
    """

    level: str
    everyone: dict[str, Any] | None
    rows: list[dict[str, Any]]
    left_out: list[str]
    why_not: str


def equity(answer: Gaps) -> Equity:
    """Compare all groups that are counted in the areas of an answer.

    Parameters
    ----------
    answer
        From :func:`mapping.gaps.gaps`. Who reaches a service does not depend on who is counted,
        so its shares of areas serve all groups.

    Notes
    -----
    Within one area all groups are taken to live alike. All numbers are rounded outward to tens of
    people, shares to what ten people of the group are: else a small group could be worked out by
    taking one row from another (``women`` from ``all``), which the rule for single numbers does
    not see.
    """
    city = answer.city
    if answer.need.no_papers:  # origin beside papers would be read as who has none
        return Equity(answer.level, None, [], [], "papers")
    counted = {code: city.people(code) for code in city.groups()}
    here = {code: people for code, (level, people) in counted.items() if level == answer.level}
    left_out = [code for code in counted if code not in here]
    if EVERYONE not in here:
        return Equity(answer.level, None, [], left_out, "no_total")
    found = {
        code: _row(replace(answer, need=replace(answer.need, group=code), people=people))
        for code, people in here.items()
    }
    everyone = found.pop(EVERYONE)
    rows = [row | _compared(row, everyone) for row in found.values()]
    rows.sort(key=lambda row: (VERDICTS.index(row["verdict"]), -_least(row["gap"])))
    return Equity(answer.level, everyone, rows, left_out, "" if rows else "no_groups")


def gap_range(share: Range, other: Range) -> Range:
    """Give by how much one share is above another, at least and at most.

    Both may be anywhere in their ranges: no account is taken of what they have in common.

    Examples
    --------
    >>> gap_range({"low": 0.5, "high": 0.75}, {"low": 0.25, "high": 0.375})
    {'low': 0.125, 'high': 0.5}
    """
    return {"low": share["low"] - other["high"], "high": share["high"] - other["low"]}


def ratio_range(share: Range, other: Range) -> Range | None:
    """Give how many times another share one is; None where the other may be 0.

    Examples
    --------
    >>> ratio_range({"low": 0.5, "high": 0.75}, {"low": 0.25, "high": 0.5})
    {'low': 1.0, 'high': 3.0}
    >>> ratio_range({"low": 0.5, "high": 0.75}, {"low": 0.0, "high": 0.5})
    """
    if not other["low"] > 0:
        return None
    return {"low": share["low"] / other["high"], "high": share["high"] / other["low"]}


def _row(answer: Gaps) -> dict[str, Any]:
    mine = answer.counted
    said = summed(answer, np.ones(len(mine), dtype=np.bool_))
    exact = share_range(
        1 - answer.reached_high[mine],
        1 - answer.reached_low[mine],
        answer.people.low[mine],
        answer.people.high[mine],
    )
    people = _tens(said["people"])
    return {
        "group": answer.need.group,
        "people": people,
        "not_reached": _tens(said["not_reached"]),
        "share_not_reached": _share(exact, people),
    }


def _tens(number: dict[str, int]) -> dict[str, int]:
    return {"low": number["low"] // TEN * TEN, "high": -(-number["high"] // TEN) * TEN}


def _share(exact: tuple[float, float], people: dict[str, int]) -> Range | None:
    """Round a share outward to what ten people are."""
    if math.isnan(exact[0]) or not people["low"]:
        return None
    step = TEN / people["low"]
    # a last digit that is off must not cost ten people, nor give them away
    low, high = (round(end / step, 6) for end in exact)
    least, most = math.floor(low) * step, math.ceil(high) * step
    if exact[0] > 1 - 1e-9:  # all of them, whoever they are
        least = 1.0
    return {
        "low": math.floor(round(least * 1e4, 4)) / 1e4,
        "high": min(math.ceil(round(most * 1e4, 4)) / 1e4, 1.0),
    }


def _compared(row: dict[str, Any], everyone: dict[str, Any]) -> dict[str, Any]:
    share, other = row["share_not_reached"], everyone["share_not_reached"]
    if share is None or other is None:
        return {"gap": None, "ratio": None, "verdict": CANNOT_SAY}
    gap, ratio = gap_range(share, other), ratio_range(share, other)
    return {
        "gap": _outward(gap, 4),
        "ratio": None if ratio is None else _outward(ratio, 2),
        "verdict": _verdict(gap),
    }


def _verdict(gap: Range) -> str:
    if gap["low"] > 0:
        return WORSE
    if gap["high"] < 0:
        return BETTER
    return SAME if gap["low"] == gap["high"] == 0 else CANNOT_SAY


def _outward(found: Range, digits: int) -> Range:
    unit = 10**digits
    return {
        "low": math.floor(round(found["low"] * unit, 4)) / unit,
        "high": math.ceil(round(found["high"] * unit, 4)) / unit,
    }


def _least(gap: Range | None) -> float:
    return -math.inf if gap is None else gap["low"]
