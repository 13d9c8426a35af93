"""Fewer than five people: never shown, and never left to be worked out from what is shown.

A number may be told from its complement (of 40 people 38 are not reached: two are), from its
share (0.05 of 40) and from a total less the other parts. So each area's number is made coarse
first, sums are made of the coarse ones, and shares follow from both.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from layers.streets import Floats, Numbers

FEW: Final = 4.0  # fewer than five people are never shown as a number
_ALMOST: Final = 1e-6  # people; what sums of fractions are off by


def coarse(
    people: tuple[npt.ArrayLike, npt.ArrayLike],
    missed: tuple[npt.ArrayLike, npt.ArrayLike],
    reached: tuple[npt.ArrayLike, npt.ArrayLike],
) -> tuple[Floats, Floats]:
    """Widen how many are not reached where they, or those reached, may be one to four.

    Parameters
    ----------
    people, missed, reached
        (n,) at least and (n,) at most: all people, those not reached, those reached.

    Returns
    -------
    missed
        (n,) at least and at most; NaN stays NaN.

    Examples
    --------
    Of 40 people two are not reached, or two are reached: both numbers stay fewer than five.

    >>> coarse(([40.0, 40.0], [40.0, 40.0]), ([2.0, 38.0], [2.0, 38.0]), ([38.0, 2], [38.0, 2]))
    (array([ 0., 36.]), array([ 4., 40.]))
    """
    few, most = (np.asarray(one, dtype=np.float64) for one in people)
    low, high = (np.asarray(one, dtype=np.float64) for one in missed)
    got_low, got_high = (np.asarray(one, dtype=np.float64) for one in reached)
    nobody = high < _ALMOST  # then those reached are all people, and these are shown as such
    low = np.where(_few_at_most(got_high), np.minimum(low, few - FEW), low)
    high = np.where(_few_at_least(got_low), np.maximum(high, most), high)
    low = np.where(_few_at_least(low) | (low < 0) | nobody, 0.0, low)
    return low, np.where(nobody, 0.0, np.where(_few_at_most(high), FEW, high))


def _few_at_least(number: Floats) -> npt.NDArray[np.bool_]:
    """Mark lower bounds that, rounded down, would be less than five and yet somebody."""
    found: npt.NDArray[np.bool_] = (number > _ALMOST) & (number < FEW + 1 - _ALMOST)
    return found


def _few_at_most(number: Floats) -> npt.NDArray[np.bool_]:
    """Mark upper bounds that, rounded up, would be one to four."""
    found: npt.NDArray[np.bool_] = (number > _ALMOST) & (number < FEW + _ALMOST)
    return found


def shown(low: float, high: float) -> dict[str, int]:
    """Round a number of people outward, so that no number from one to four is ever shown.

    Examples
    --------
    >>> shown(12.3, 40.1), shown(3, 3), shown(0, 0)
    ({'low': 12, 'high': 41}, {'low': 0, 'high': 4}, {'low': 0, 'high': 0})
    """
    least, most = math.floor(round(low, 6)), math.ceil(round(high, 6))
    return {"low": least if least > FEW else 0, "high": most if most > FEW or most == 0 else 4}


def shown_all(low: Floats, high: Floats) -> tuple[Numbers, Numbers]:
    """Round many numbers of people outward, as :func:`shown` does one.

    Examples
    --------
    >>> [side.tolist() for side in shown_all(np.array([12.3, 3, 0]), np.array([40.1, 3, 0]))]
    [[12, 0, 0], [41, 4, 0]]
    """
    least = np.floor(np.round(low, 6)).astype(np.int64)
    most = np.ceil(np.round(high, 6)).astype(np.int64)
    few = np.int64(FEW)
    return np.where(least > few, least, 0), np.where((most > few) | (most == 0), most, few)


def in_fives(low: float, high: float, people: tuple[float, float]) -> dict[str, int]:
    """Round a number of people outward to fives, so that no two numbers differ by one to four.

    For numbers that are shown beside others of the same people. What is shown always holds five
    numbers or more, but for nobody, for everybody and for fewer than five; so neither a difference
    nor a chain of differences leaves one to four as the only way it can be.

    Parameters
    ----------
    low, high
        The number as of :func:`coarse`.
    people
        All of them, at least and at most.

    Examples
    --------
    >>> in_fives(97, 97, (400, 400)), in_fives(0, 0, (400, 400)), in_fives(400, 400, (400, 400))
    ({'low': 95, 'high': 100}, {'low': 0, 'high': 0}, {'low': 400, 'high': 400})
    """
    if high < _ALMOST:
        return {"low": 0, "high": 0}
    all_of = shown(*people)
    if low > people[0] - _ALMOST and high > people[1] - _ALMOST:
        return all_of
    most = FEW if _few_at_most(np.asarray(high)) else (math.floor(round(high, 6)) // 5 + 1) * 5
    return {"low": math.floor(round(low, 6)) // 5 * 5, "high": min(int(most), all_of["high"])}


def shown_share(low: float, high: float) -> dict[str, float] | None:
    """Round a share outward to four digits; ``None`` where there is nobody."""
    if math.isnan(low):
        return None
    outward = (math.floor(round(low * 1e4, 4)) / 1e4, math.ceil(round(high * 1e4, 4)) / 1e4)
    return {"low": max(outward[0], 0.0), "high": min(outward[1], 1.0)}


def share_of(
    missed: dict[str, int], people: dict[str, int], exact: tuple[float, float], *, widened: bool
) -> dict[str, float] | None:
    """Give a share that says no more than the two numbers beside it, where those were widened.

    Parameters
    ----------
    missed, people
        As of :func:`shown`.
    exact
        The share as computed, at least and at most.
    widened
        Whether ``missed`` was made coarse.

    Returns
    -------
    share
        As of :func:`shown_share`; ``None`` where there may be nobody.

    Examples
    --------
    >>> all_of = {"low": 40, "high": 40}
    >>> share_of({"low": 0, "high": 4}, all_of, (0.05, 0.05), widened=True)
    {'low': 0.0, 'high': 0.1}
    """
    if math.isnan(exact[0]) or not people["low"] > 0:
        return None
    if not widened:
        return shown_share(*exact)
    low, high = missed["low"] / people["high"], missed["high"] / people["low"]
    return shown_share(min(low, exact[0]), min(max(high, exact[1]), 1.0))
