"""Rows that must not stand open beside themselves: protected in a file and open here, or so turned.

A second row of a protected thing, with its address, undoes the protection; so such a row is refused
until a person says which row it is, or hides the one that is here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from layers import matching, telling
from layers.importing.compare import MAIN
from layers.importing.draft import Draft, Record, RowRefused, Source
from layers.importing.plan import Likely

KINDS = frozenset({"services", "actors"})


def refused(
    source: Source, done: Draft, kind: str, likely: Iterable[Likely]
) -> dict[int, RowRefused]:
    """Find the rows that would leave a protected place open, or show it.

    Parameters
    ----------
    source, done
        A file and what was made of it.
    kind
        One of :data:`layers.importing.columns.KINDS`.
    likely
        What :func:`layers.importing.matches.find` found.

    Returns
    -------
    refused
        By row number: ``protected_twin`` for a protected row whose open twin is here, and
        ``name_of_protected`` for an open row with the name of something protected here.
    """
    if kind not in KINDS:
        return {}
    here = _places_here(source, kind)
    return _open_twins(source, done, kind, likely, here) | _named(source, done, kind, here)


def _open_twins(
    source: Source, done: Draft, kind: str, likely: Iterable[Likely], here: Mapping[str, set[str]]
) -> dict[int, RowRefused]:
    places = source.held("locations")
    told = places["address"].notna() | places["geometry"].notna()
    open_ = {*places.loc[told & places["precision"].ne("hidden"), "id"]}
    there = {*source.held(MAIN[kind])["id"]}
    new = {one["source_row"] for one in done.rows.get(MAIN[kind], []) if one["id"] not in there}
    asked = {row for row, _ in source.options.matches}
    found: dict[int, RowRefused] = {}
    for one in likely:
        if one.row not in done.secret or one.row not in new or not here.get(one.id, set()) & open_:
            continue
        same = one.score >= matching.SAME_NAME
        at = bool({"place", "address"} & {*one.why})
        # a person may say that two are two; not of one name at one place
        if (same and at) if one.row in asked else (same or at):
            found.setdefault(
                one.row, RowRefused("protected_twin", column="hidden", name=one.their_name)
            )
    return found


def _named(
    source: Source, done: Draft, kind: str, here: Mapping[str, set[str]]
) -> dict[int, RowRefused]:
    protected = telling.protected(telling.of_tables(source.held)).names
    if not protected:
        return {}
    placed = _placed(done, kind)
    mine = [
        (one["source_row"], one["name"])
        for one in done.rows.get(MAIN[kind], [])
        if one["id"] in placed and one["id"] not in here
    ]
    names = pd.DataFrame(mine, columns=["id", "name"])
    theirs = pd.DataFrame({"id": range(len(protected)), "name": protected})
    alike = matching.pairs(names, theirs)
    rows = alike.loc[alike["score"] >= matching.SAME_NAME, "left_id"]
    return {int(row): RowRefused("name_of_protected", column="name") for row in rows}


def _placed(done: Draft, kind: str) -> set[str]:
    """Name the rows of a draft that have an open place to be shown."""
    shown = {
        one["id"]
        for one in done.rows.get("locations", [])
        if one.get("precision") != "hidden" and _told(one)
    }
    if kind == "services":
        links: Iterable[Record] = done.rows.get("service_at_location", [])
        return {str(one["service_id"]) for one in links if one["location_id"] in shown}
    return {
        str(one["id"]) for one in done.rows.get(MAIN[kind], []) if one.get("location_id") in shown
    }


def _told(place: Mapping[str, Any]) -> bool:
    return bool(place.get("address")) or place.get("geometry") is not None


def _places_here(source: Source, kind: str) -> dict[str, set[str]]:
    """Give the places of the rows that are here."""
    if kind == "services":
        rows, key = source.held("service_at_location"), "service_id"
    else:
        rows, key = source.held("organizations").dropna(subset="location_id"), "id"
    found: dict[str, set[str]] = {}
    for one, place in zip(rows[key], rows["location_id"], strict=True):
        found.setdefault(str(one), set()).add(str(place))
    return found
