"""What may be said of one square by hour: a second breakdown, so it needs ten people, not five.

An hour leaves only beside a square that leaves itself, as it stands now; and where of its people
none or five at least did not name that hour, and of all who named it none or five at least did so
elsewhere alone. So the square less the hour, and the hour less the square, is nobody, or five.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from layers import codebook, privacy

HOUR_K = 10
COLUMNS = ["cell", "contributors", "feeling", "time_of_day"]

Shown = Mapping[tuple[str, str], int]  # cell and hour -> people, as a wall showed them


def release(
    contributions: pd.DataFrame,
    cells: pd.DataFrame,
    *,
    everywhere: Mapping[str, int],
    shown: Shown,
) -> pd.DataFrame:
    """Choose the hours that may leave with the squares of a session.

    Parameters
    ----------
    contributions
        Columns cell, token, feeling, time_of_day.
    cells
        As :func:`layers.privacy.release` gave them, with what stands behind them.
    everywhere
        Hour -> people who named it anywhere, as that leaves too; absent where it does not.
    shown
        What the wall showed of hours of single squares: an hour that has changed since, and by
        fewer than five, does not leave.

    Returns
    -------
    hours
        Columns cell, contributors (band), feeling, time_of_day; by cell, then day to night. Only
        of squares that are not merged, and stand as people say it now.
    """
    rows = cells.attrs["basis"].rows
    everybody = privacy.voices(contributions)
    by_hour = {
        hour: privacy.voices(contributions[contributions["time_of_day"] == hour])
        for hour in codebook.WHEN
    }
    found = []
    for cell in sorted(set(cells["cell"]) & everybody.keys()):
        people = everybody[cell]
        if rows.get(cell) != _counts(people):  # it stands as the wall showed it before
            continue
        for hour, voices in by_hour.items():
            said = voices.get(cell, {})
            others = (len(people), shown.get((cell, hour), 0), everywhere.get(hour, 0))
            if _may_leave(len(said), others):
                feeling = privacy.shared_feeling(*_counts(said))
                found.append((cell, privacy.band(len(said)), feeling, hour))
    return pd.DataFrame(found, columns=COLUMNS).astype(dict.fromkeys(COLUMNS, "str"))


def _may_leave(number: int, others: tuple[int, ...]) -> bool:
    """Say whether ten named the hour, and every other number is the same or five away."""
    apart = (abs(number - one) for one in others)
    return number >= HOUR_K and all(one == 0 or one >= privacy.K for one in apart)


def _counts(said: Mapping[str, str]) -> privacy.Counts:
    told = list(said.values())
    return told.count("safe"), told.count("mixed"), told.count("unsafe")
