"""Which rows of a file are rows that are here already, and which may be.

The same identifier is the same row. Without one, the same name in one spelling at the same place or
address is the same row, where only one there fits. Everything less is taken as new and told. A
place that is protected here is never found by where it is, for that is not known; a row that is
protected in the file is, so that what stands open here is protected too.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from layers.errors import LayerError
from layers.importing.compare import MAIN
from layers.importing.draft import Draft, Record, Source
from layers.importing.held import Held
from layers.importing.plan import Likely
from layers.importing.watch import Watch
from layers.matching import LIKELY_NAME, SAME_NAME, key, other_house, pairs, same_name

KINDS = frozenset({"services", "actors", "places"})
METRES = 100.0
EQUAL_M = 1.0  # one point, written by two programs
_PLACED = frozenset({"exact", "street"})  # how exact a point must be to tell two places apart
# what makes two rows of a table one, whatever their identifiers; a tie goes both ways or one,
# a street both
_NATURAL = {
    "service_languages": ("service_id", "language"),
    "service_at_location": ("service_id", "location_id"),
    "schedules": ("service_at_location_id",),
    "ties": ("from_id", "to_id", "kind"),
    "usage": ("service_id", "period_start", "period_end", "group_code"),
    "trust": ("community", "organization_id", "state"),
    "streets": ("u", "v", "geometry"),
}


def forced(source: Source, kind: str) -> dict[int, str]:
    """Read which row a person said a row is.

    Raises
    ------
    LayerError
        ``match_unknown`` where no such row is here.
    """
    if kind not in KINDS:
        return {}
    there = set(source.held(MAIN[kind])["id"])
    said = dict(source.options.matches)
    for row, wished in said.items():
        if wished and wished not in there:
            raise LayerError("match_unknown", row=row, id=wished)
    return said


def find(
    source: Source, done: Draft, kind: str, watch: Watch | None = None
) -> tuple[dict[int, str], list[Likely]]:
    """Find the rows that are here under another identifier.

    Parameters
    ----------
    source, done
        A file and what was made of it.
    kind
        One of :data:`layers.importing.columns.KINDS`.
    watch
        Is told how far the looking is.

    Returns
    -------
    sure
        Identifier by row number, where a row is surely one that is here.
    likely
        All that were found, those that are ``taken`` among them.
    """
    if kind not in KINDS:
        return {}, []
    table = MAIN[kind]
    held = source.held(table)
    here = set(held["id"])
    names = dict(zip(held["id"], held["name"], strict=True))
    records = done.rows.get(table, [])
    likely = [_as_said(one, names) for one in records if source.forced.get(one["source_row"])]
    known = {one["id"] for one in records if one["id"] in here}
    new = [one for one in records if one["id"] not in here]
    if not new or len(known) == len(here):
        return {}, likely
    left = _ours(source, done, kind, new)
    right = _theirs(source, kind, held, known, named=_own_ids(source, done, kind))
    each = None if watch is None else _teller(watch)
    found = pairs(left, right, metres=METRES, each=each)
    found = found.drop_duplicates(["left_id", "right_id"])
    asked = {row for row, _ in source.options.matches}
    sure = {row: one for row, one in _sure(found, left, right).items() if row not in asked}
    mine = {str(one["source_row"]): str(one["name"]) for one in new}
    likely += [
        Likely(
            row=int(one["left_id"]),
            name=mine[one["left_id"]],
            id=one["right_id"],
            their_name=str(names[one["right_id"]]),
            score=round(one["score"]),
            why=one["why"],
            taken=sure.get(int(one["left_id"])) == one["right_id"],
        )
        for one in found.to_dict("records")
    ]
    # a row that is surely one needs no other candidates
    likely = [one for one in likely if one.taken or one.row not in sure]
    return sure, sorted(likely, key=lambda one: (not one.taken, one.row, -one.score))


def _as_said(record: Record, names: Mapping[str, str]) -> Likely:
    """Tell of a row that a person said is another."""
    theirs = str(names.get(record["id"], record["name"]))
    score = same_name(str(record["name"]), theirs)
    return Likely(
        row=record["source_row"],
        name=str(record["name"]),
        id=record["id"],
        their_name=theirs,
        score=round(score),
        why=("name",) if score >= LIKELY_NAME else (),
        taken=True,
    )


def same_identifier(
    source: Source, done: Draft, kind: str, others: Mapping[int, str]
) -> list[Likely]:
    """Tell of rows whose identifier another row has, of another file and with another name."""
    if kind not in KINDS:
        return []
    held = source.held(MAIN[kind]).set_index("id")["name"]
    found = []
    for one in done.rows.get(MAIN[kind], []):
        if one["source_row"] in others:
            theirs = str(held[one["id"]])
            score = round(same_name(str(one["name"]), theirs))
            fields: dict[str, Any] = {"name": str(one["name"]), "their_name": theirs}
            found.append(
                Likely(
                    row=one["source_row"],
                    id=one["id"],
                    score=score,
                    why=("identifier",),
                    taken=False,
                    **fields,
                )
            )
    return found


def align(source: Source, done: Draft, said: Mapping[int, str]) -> None:
    """Give rows the identifiers that the same rows have here.

    A tie between the same two, a language or the hours of one service, a count of the same people:
    these are one, whatever another file calls them. Only where one on each side fits.
    """
    for record in done.rows.get("places", []):
        if said.get(record["source_row"]):
            record["id"] = said[record["source_row"]]
    _keep_spelling(source, done)
    moved: dict[str, str] = {}
    for table in _NATURAL:
        records = done.rows.get(table)
        if not records:
            continue
        if table == "schedules":
            for one in records:
                link = one["service_at_location_id"]
                one["service_at_location_id"] = moved.get(link, link)
        here = Held(table, source.held(table))
        if table == "ties":
            _turn(records, here)
        if table == "streets":
            _turn_streets(records, here)
        found = _align(table, records, here)
        if table == "service_at_location":
            moved = found


def _keep_spelling(source: Source, done: Draft) -> None:
    """Leave a name as it stands here where a row found by it only spells it in another way.

    Otherwise two lists of the same things would change all names with every import, to and fro.
    """
    for kind in KINDS:
        records = done.rows.get(MAIN[kind], [])
        found = [one for one in records if source.forced.get(one["source_row"]) == one["id"]]
        if found:
            held = source.held(MAIN[kind])
            names = dict(zip(held["id"], held["name"], strict=True))
            for one in found:
                theirs = names.get(one["id"])
                if theirs is not None and key(str(theirs)) == key(str(one["name"])):
                    one["name"] = theirs


def _turn(records: list[Record], here: Held) -> None:
    """Write a tie both ways as it stands here, which may be the other way round."""
    keys = ("from_id", "to_id", "kind", "direction")
    there = set(zip(*(here.column(name) for name in keys), strict=True))
    for one in records:
        ends = one["from_id"], one["to_id"]
        said = one["kind"], one["direction"]
        one_sided = one.get("gives") or one.get("needs")
        turned = (ends[1], ends[0], *said) in there and (*ends, *said) not in there
        if said[1] == "mutual" and turned and not one_sided:
            one["from_id"], one["to_id"] = ends[1], ends[0]


def _turn_streets(records: list[Record], here: Held) -> None:
    """Write a street from the end from which it stands here."""
    there = set(zip(*(here.column(name) for name in ("u", "v", "geometry")), strict=True))
    for one in records:
        turned = one["v"], one["u"], shapely.reverse(one["geometry"])
        if turned in there and (one["u"], one["v"], one["geometry"]) not in there:
            one["u"], one["v"], one["geometry"] = turned


def _align(table: str, records: list[Record], here: Held) -> dict[str, str]:
    keys = _NATURAL[table]
    new = [one for one in records if one["id"] not in here.place]
    if not new or not here.place:
        return {}
    taken = {one["id"] for one in records if one["id"] in here.place}
    rows = zip(here.place, *(here.column(name) for name in keys), strict=True)
    theirs: dict[tuple[Any, ...], list[str]] = {}
    for one, *values in rows:
        if one not in taken:
            theirs.setdefault(tuple(values), []).append(one)
    mine = Counter(tuple(one.get(name) for name in keys) for one in new)
    moved: dict[str, str] = {}
    for one in new:
        what = tuple(one.get(name) for name in keys)
        there = theirs.get(what, [])
        if mine[what] == 1 and len(there) == 1:
            moved[one["id"]] = there[0]
            one["id"] = there[0]
    return moved


def _teller(watch: Watch) -> Any:  # noqa: ANN401 - a function of two numbers
    return lambda done, total: watch.tell("match", done, total)


def _own_ids(source: Source, done: Draft, kind: str) -> bool:
    """Tell whether the file itself names its rows: then two of its names are two things."""
    if source.options.key is not None:
        return True
    mapping = done.joined.get("mapping", {})
    return kind in KINDS and "id" in mapping.values()


def _sure(found: pd.DataFrame, left: pd.DataFrame, right: pd.DataFrame) -> dict[int, str]:
    """Keep the pairs that nobody has to look at: alike in name and place, and the only ones.

    Where one stands at the very address or point, others that stand near it do not count.
    """
    there = found["why"].map(lambda why: bool({"place", "address"} & set(why))).astype(bool)
    good = found[there & (found["score"] >= SAME_NAME)]
    mine, others = _by_id(left), _by_id(right)
    both = zip(good["left_id"], good["right_id"], strict=True)
    two = [_are_two(mine[one], others[other]) for one, other in both]
    good = good[~np.array(two, dtype=bool)]
    at = good["why"].map(lambda why: "address" in why).astype(bool) | (good["metres"] <= EQUAL_M)
    beaten = good["left_id"].isin(good.loc[at, "left_id"])
    beaten |= good["right_id"].isin(good.loc[at, "right_id"])
    good = good[at | ~beaten]
    lefts, rights = Counter(good["left_id"]), Counter(good["right_id"])
    return {
        int(one): other
        for one, other in zip(good["left_id"], good["right_id"], strict=True)
        if lefts[one] == 1
        and rights[other] == 1
        and mine[one][0]["sort"] == others[other][0]["sort"]
    }


def _by_id(rows: pd.DataFrame) -> dict[str, list[Record]]:
    """List each row once for each of its places."""
    found: dict[str, list[Record]] = {}
    for one in rows.to_dict("records"):
        found.setdefault(one["id"], []).append({str(name): value for name, value in one.items()})
    return found


def _are_two(mine: list[Record], others: list[Record]) -> bool:
    """Tell whether two rows of one name name two providers, or two houses."""
    named = mine[0]["provider"], others[0]["provider"]
    if all(named) and max(same_name(a, b) for a in named[0] for b in named[1]) < SAME_NAME:
        return True
    return all(other_house(_text(a["address"]), _text(b["address"])) for a in mine for b in others)


def _text(address: Any) -> str:  # noqa: ANN401 - a cell of a frame
    return address if isinstance(address, str) else ""


def _ours(source: Source, done: Draft, kind: str, new: list[Record]) -> pd.DataFrame:
    places = {one["id"]: one for one in done.rows.get("locations", [])}
    links = {
        one["service_id"]: one["location_id"] for one in done.rows.get("service_at_location", [])
    }
    called = _providers(
        [*source.held("organizations").to_dict("records"), *done.rows.get("organizations", [])]
    )
    rows = []
    for one in new:
        at: Record = one
        if kind != "places":
            wanted = links.get(one["id"]) if kind == "services" else one.get("location_id")
            at = done.secret.get(one["source_row"]) or places.get(str(wanted), {})
        rows.append(_row(str(one["source_row"]), one, at, kind, called))
    return pd.DataFrame(rows)


def _providers(rows: list[dict[Any, Any]]) -> dict[str, tuple[str, ...]]:
    """Give the names of actors by identifier."""
    return {
        one["id"]: tuple(
            name
            for name in (one["name"], one.get("alternate_name"))
            if isinstance(name, str) and name
        )
        for one in rows
    }


def _theirs(
    source: Source, kind: str, held: pd.DataFrame, known: set[str], *, named: bool
) -> pd.DataFrame:
    """List the rows here that no row of the file is yet, once for each of their places."""
    free = held[~held["id"].isin(known)]
    if named:
        free = free[free["source_file"].ne(source.file).fillna(value=True)]
    records = free.to_dict("records")
    if kind == "places":
        return pd.DataFrame(
            [_row(one["id"], one, one, kind, {}) for one in records], columns=_COLUMNS
        )
    places = {one["id"]: one for one in source.held("locations").to_dict("records")}
    spots: dict[str, list[str]] = {}
    if kind == "services":
        links = source.held("service_at_location")
        for service, place in zip(links["service_id"], links["location_id"], strict=True):
            spots.setdefault(service, []).append(place)
    else:
        spots = {one["id"]: [one["location_id"]] for one in records}
    called = _providers(source.held("organizations").to_dict("records"))
    rows = [
        _row(one["id"], one, places.get(spot, {}), kind, called)
        for one in records
        for spot in spots.get(one["id"], [""])
    ]
    return pd.DataFrame(rows, columns=_COLUMNS)


_COLUMNS = ["id", "name", "alternate_name", "address", "geometry", "sort", "provider"]


def _row(
    row_id: str,
    one: Mapping[Any, Any],
    at: Mapping[Any, Any],
    kind: str,
    called: Mapping[str, tuple[str, ...]],
) -> Record:
    exact = kind == "places" or at.get("precision") in _PLACED
    shape = at.get("geometry") if exact else None
    return {
        "id": row_id,
        "name": one["name"],
        "alternate_name": one.get("alternate_name"),
        "address": at.get("address"),
        "geometry": shape if isinstance(shape, BaseGeometry) else None,
        "sort": one.get("category") if kind == "services" else "",
        "provider": called.get(str(one.get("organization_id")), ()),
    }
