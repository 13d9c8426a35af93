"""What changed among the ties between two days: made, lost, stronger or weaker, not confirmed.

A tie has a first and a last day, so what was made and lost follows from the tie itself. How strong
it was follows only from the history of the atlas: when the record changed, not when the partners
did. What cannot be known from either is counted as that.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

import networkx as nx
import numpy as np
import pandas as pd

from layers import consent
from mapping import network
from mapping.counted import Counted

MONTHS: Final = 12  # after so many a tie that nobody confirmed wants to be asked about
LONGEST: Final = 40  # years that are offered, the last ones
_EVER: Final = date(2200, 1, 1)
_SAID: Final = ("last_confirmed", "from_confirmed_on", "to_confirmed_on")


@dataclass(frozen=True, eq=False, kw_only=True)
class Change:
    """The ties of two days beside each other; each table has the columns of ``ties``.

    Attributes
    ----------
    made, lost
        Ties that count on the later day and not on the earlier, and the other way round.
    passing
        Ties that began and ended in between: they count on neither.
    another_kind
        Those of ``made`` between two that had a tie of another kind before.
    stronger, weaker
        Ties that count on both days and whose recorded strength was changed in between, with
        ``was`` and ``became``, both known.
    strength_unknown
        Ties that count on both days of which nobody wrote down how strong they were on the
        earlier one.
    deleted
        Ties taken out of the atlas in between: whether they ended, or never were, nobody wrote.
    kept
        Ties that count on both days.
    undated
        Of the ties that count on the earlier day, those without a first day: counted as always
        there.
    """

    made: pd.DataFrame
    lost: pd.DataFrame
    passing: pd.DataFrame
    another_kind: pd.DataFrame
    stronger: pd.DataFrame
    weaker: pd.DataFrame
    strength_unknown: int
    deleted: int
    kept: int
    undated: int


def change(
    ties: pd.DataFrame,
    from_day: date,
    to_day: date,
    *,
    counted: Counted | None = None,
    history: pd.DataFrame | None = None,
    revisions: pd.DataFrame | None = None,
) -> Change:
    """Compare the ties of two days.

    Parameters
    ----------
    ties
        Table ``ties``.
    from_day, to_day
        The earlier and the later day; in either order.
    counted
        Which ties count besides: its day is not looked at.
    history, revisions
        Tables of the atlas; without them nothing is known of strengths before.

    Notes
    -----
    A first or last day that is unknown leaves a tie in on both sides. Of several changes of one
    strength in between, the first value before and the last one after count.
    """
    first, last = sorted((from_day, to_day))
    choice = counted or Counted()
    ties = replace(choice, on=None).of(ties)
    on = [_counts(ties, day) for day in (first, last)]
    both = on[0] & on[1]
    since, until = (pd.to_datetime(ties[name]) for name in ("since", "until"))
    inside = (since > pd.Timestamp(first)) & (until < pd.Timestamp(last)) & (since <= until)
    made = ties[~on[0] & on[1]]
    strengths = _strengths(history, revisions, first, last)
    kept = ties[both]
    moved = kept[kept["id"].isin(strengths.keys()).to_numpy(dtype=bool)].copy()
    said = [strengths[str(one)] for one in moved["id"]]
    moved["was"] = pd.array([one[0] for one in said], dtype="Float64")
    moved["became"] = pd.array([one[1] for one in said], dtype="Float64")
    grown = moved["became"] - moved["was"]  # unknown where either is: to learn it is no change
    return Change(
        made=made,
        lost=ties[on[0] & ~on[1]],
        passing=ties[~on[0] & ~on[1] & inside.fillna(value=False)],
        another_kind=_another_kind(made, ties[on[0]]),
        stronger=moved[grown.gt(0).fillna(value=False).to_numpy(dtype=bool)],
        weaker=moved[grown.lt(0).fillna(value=False).to_numpy(dtype=bool)],
        strength_unknown=len(kept)
        - int(moved["was"].notna().sum())
        - _recorded(kept, moved, history, revisions, first),
        deleted=_deleted(history, revisions, first, last),
        kept=len(kept),
        undated=int(ties.loc[on[0], "since"].isna().sum()),
    )


def unconfirmed(ties: pd.DataFrame, on: date, *, months: int = MONTHS) -> pd.DataFrame:
    """Say of the ties that count on a day when somebody last confirmed them.

    Returns
    -------
    ties
        Those older than so many months, and not confirmed in them, the longest ago first, with
        ``confirmed`` (the latest day not after ``on``; NaT where there is none) and ``state``:
        ``old``; ``never``: nobody ever confirmed it; ``later``: only after that day, so that
        nobody can say when before.
    """
    here = ties[_counts(ties, on)]
    now = pd.Timestamp(on)
    said = pd.DataFrame({name: pd.to_datetime(here[name]) for name in _SAID if name in here})
    latest = said.where(said <= now).max(axis=1)
    state = np.select([latest.notna(), said.notna().any(axis=1)], ["old", "later"], default="never")
    found = here.assign(confirmed=latest, state=state)
    since = now - pd.DateOffset(months=months)
    recent = latest.ge(since) | pd.to_datetime(here["since"]).ge(since)
    return found[~recent.to_numpy(dtype=bool)].sort_values("confirmed", kind="stable")


def series(
    organizations: pd.DataFrame,
    ties: pd.DataFrame,
    days: Sequence[date],
    *,
    counted: Counted | None = None,
) -> pd.DataFrame:
    """Measure the network on several days.

    Organizations have no first day, so those of today are counted on every day.

    Returns
    -------
    table
        One row a day: ``day``, ``ties`` (arcs, kinds summed), ``pairs`` (tied), ``tied`` (actors
        with a tie), ``parts`` (among these), ``isolates``, ``ei``: ties between groups led by
        migrants and others less those within either, by all of them; NaN where there are none, or
        nobody knows who leads.
    """
    shown = consent.shown_actors(organizations)
    choice = counted or Counted()
    return pd.DataFrame(
        [_numbers(network.graph_of(shown, ties, replace(choice, on=day)), day) for day in days],
        columns=["day", "ties", "pairs", "tied", "parts", "isolates", "ei"],
    )


def of_any_day(counted: Counted) -> Counted:
    """Give the same choice of ties, of all days: this page asks for two days of its own."""
    return replace(counted, on=None)


def years(ties: pd.DataFrame, today: date) -> list[int]:
    """Name the years in which anything is known to have begun or ended, and all up to today's."""
    days = pd.concat([pd.to_datetime(ties[name]) for name in ("since", "until")]).dropna()
    known = [day.year for day in days if day.year <= today.year]
    first = max(min(known, default=today.year) - 1, today.year - LONGEST)
    return list(range(first, today.year + 1))


def end_of(year: int, today: date) -> date:
    """Give the last day of a year, or today in this one.

    So a tie of which only the year is known counts in it, whether it began or ended.

    Examples
    --------
    >>> end_of(2021, date(2026, 3, 1)), end_of(2026, date(2026, 3, 1))
    (datetime.date(2021, 12, 31), datetime.date(2026, 3, 1))
    """
    return min(date(year, 12, 31), today)


def said_day(day: object, *, first: bool) -> str:
    """Write a first or last day; the first and the last of a year are the year alone.

    Files often give a year only: it is kept as its first day where something began, and as its
    last where something ended.

    Examples
    --------
    >>> said_day(date(2021, 1, 1), first=True), said_day(date(2021, 1, 1), first=False)
    ('2021', '2021-01-01')
    """
    if day is None or pd.isna(day):  # type: ignore[call-overload]  # a cell of a frame
        return ""
    when = pd.Timestamp(day).date()  # type: ignore[arg-type]  # a cell of a column of dates
    whole = (when.month, when.day) == ((1, 1) if first else (12, 31))
    return str(when.year) if whole else when.isoformat()


# --- what is known of one day --------------------------------------------------------------------


def _counts(ties: pd.DataFrame, day: date) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.asarray(ties.index.isin(Counted(on=day).of(ties).index), dtype=np.bool_)


def _another_kind(made: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    kinds: dict[frozenset[str], set[str]] = {}
    for one, other, kind in _ends(before):
        kinds.setdefault(frozenset((one, other)), set()).add(kind)
    new = [
        bool(kinds.get(frozenset((one, other)), set()) - {kind}) for one, other, kind in _ends(made)
    ]
    return made[np.array(new, dtype=bool)]


def _ends(ties: pd.DataFrame) -> list[tuple[str, str, str]]:
    columns = (ties[name].astype(str) for name in ("from_id", "to_id", "kind"))
    return list(zip(*columns, strict=True))


def _numbers(graph: nx.DiGraph[str], day: date) -> dict[str, Any]:
    plain: nx.Graph[str] = nx.Graph()
    plain.add_nodes_from(graph)
    plain.add_edges_from((tail, head) for tail, head in graph.edges() if tail != head)
    alone = list(nx.isolates(plain))
    parts = nx.number_connected_components(plain) - len(alone)
    led = {one: about.get("migrant_led") for one, about in graph.nodes.items()}
    across = [
        led[one] != led[other]
        for one, other in plain.edges()
        if led[one] is not None and led[other] is not None
    ]
    between = sum(across)
    return {
        "day": day,
        "ties": graph.number_of_edges(),
        "pairs": plain.number_of_edges(),
        "tied": len(plain) - len(alone),
        "parts": parts,
        "isolates": len(alone),
        "ei": (2 * between - len(across)) / len(across) if across else np.nan,
    }


# --- what the history knows ----------------------------------------------------------------------


def _of_ties(history: pd.DataFrame | None, revisions: pd.DataFrame | None) -> pd.DataFrame:
    """Give what was done to ties, in order, with the day of it."""
    columns = ["row_id", "action", "before", "after", "day"]
    if history is None or revisions is None:
        return pd.DataFrame(columns=columns)
    when = revisions.set_index("id")["made_at"].astype(str).str[:10]
    mine = history[history["table_name"].eq("ties").to_numpy(dtype=bool)]
    days = pd.to_datetime(mine["revision_id"].map(when), format="%Y-%m-%d")
    return mine.assign(day=days)[columns]


def _strengths(
    history: pd.DataFrame | None, revisions: pd.DataFrame | None, first: date, last: date
) -> dict[str, tuple[float | None, float | None]]:
    """Give the recorded strengths that were changed between two days: before and after."""
    rows = _of_ties(history, revisions)
    within = rows["day"].gt(pd.Timestamp(first)) & rows["day"].le(pd.Timestamp(last))
    found: dict[str, tuple[float | None, float | None]] = {}
    for row in rows[within.to_numpy(dtype=bool)].to_dict("records"):
        before, after = (_said(row[name]) for name in ("before", "after"))
        if row["action"] != "update" or "strength" not in before or "strength" not in after:
            continue
        was = found.get(str(row["row_id"]), (before["strength"], None))[0]
        found[str(row["row_id"])] = (was, after["strength"])
    return found


def _recorded(
    kept: pd.DataFrame,
    moved: pd.DataFrame,
    history: pd.DataFrame | None,
    revisions: pd.DataFrame | None,
    first: date,
) -> int:
    """Count the ties whose strength was known on the earlier day, and stayed."""
    rows = _of_ties(history, revisions)
    old = rows[rows["day"].le(pd.Timestamp(first)).to_numpy(dtype=bool)]
    there = set(old["row_id"].astype(str)) - set(moved["id"].astype(str))
    here = kept[kept["id"].isin(there).to_numpy(dtype=bool)]
    # the history holds what was changed: what was not changed since is what the tie says today
    since = _strengths(history, revisions, first, _EVER)
    values = zip(here["id"].astype(str), here["strength"], strict=True)
    return sum(not pd.isna(since.get(one, (now, None))[0]) for one, now in values)


def _deleted(
    history: pd.DataFrame | None, revisions: pd.DataFrame | None, first: date, last: date
) -> int:
    """Count the ties that were taken out of the atlas between two days and are not back."""
    rows = _of_ties(history, revisions)
    upto = rows[rows["day"].le(pd.Timestamp(last)).to_numpy(dtype=bool)]
    final = upto.drop_duplicates("row_id", keep="last")
    gone = final["action"].eq("delete") & final["day"].gt(pd.Timestamp(first))
    return int(gone.sum())


def _said(value: object) -> dict[str, Any]:
    """Read what the history keeps of a row: JSON, or parsed already."""
    if isinstance(value, str):
        value = json.loads(value)
    return dict(value) if isinstance(value, dict) else {}
