"""Which area every row of a population table counts, and what did not find the other side.

A join that half works is the quietest way to lose people, so both sides are reported with names:
rows without an area, areas without a row, what may be the matter and what to do about it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import fuzz, process

from layers.errors import LayerError
from layers.importing import cells, columns
from layers.importing.draft import SEVERAL, Draft, RowRefused, Source, by_name, safe_id
from layers.importing.tables import Note

LISTED = 200  # unmatched rows and areas that the report names
NEAR = 85  # of 100
MAY_BE_YEAR = 0.05  # share of identifiers of the same form: fewer are slips of the pen
_FLOAT = re.compile(r"^(\d+)\.0+$")
_APART = re.compile(r"[\s./_-]+")
_OUTSIDE = re.compile(r"^0+$")


@dataclass(slots=True)
class Areas:
    """The areas that are here, by every way in which a file may name them."""

    ids: set[str]
    names: dict[str, str]
    levels: dict[str, str]
    labels: dict[str, str]
    bare: dict[str, str] = field(default_factory=dict)  # without blanks, dots and dashes
    short: dict[str, str] = field(default_factory=dict)  # without leading zeros

    def __post_init__(self) -> None:
        self.bare = _alone((_APART.sub("", one).lower(), one) for one in self.ids)
        digits = ((one.lstrip("0"), one) for one in self.ids if one.isdigit())
        self.short = _alone(digits)

    def find(self, text: str) -> tuple[str | None, str]:
        """Give the area that a text names, and how: empty, ``zeros`` or ``spaces``."""
        if safe_id(text) in self.ids:
            return safe_id(text), ""
        plain = _FLOAT.sub(r"\1", text.strip())
        if plain.isdigit() and plain.lstrip("0") in self.short and plain.strip("0"):
            return self.short[plain.lstrip("0")], "zeros"
        bare = _APART.sub("", plain).lower()
        if bare in self.bare:
            return self.bare[bare], "spaces"
        return self.names.get(cells.plain(text)) or None, ""

    def why_not(self, text: str) -> tuple[str, str]:
        """Guess why a text names no area: a code, and the area whose name is near."""
        if self.names.get(cells.plain(text)) == SEVERAL:
            return "several", ""
        plain = _APART.sub("", _FLOAT.sub(r"\1", text.strip()))
        if _OUTSIDE.match(plain):
            return "outside", ""
        stem = plain.rstrip("0")
        inside = sum(one.startswith(stem) for one in self.bare) if stem else 0
        if plain.isdigit() and inside > 1 and (stem != plain or len(plain) < self._length):
            return "aggregate", ""
        if any(plain.startswith(one) for one in self.bare if one and len(one) < len(plain)):
            return "smaller", ""
        name = cells.plain(text)
        names = [one for one, area in self.names.items() if area != SEVERAL]
        near = process.extractOne(name, names, scorer=fuzz.ratio, score_cutoff=NEAR)
        if near and not plain.isdigit():
            return "spelling", self.labels[self.names[near[0]]]
        return "year" if plain.isdigit() and len(plain) == self._length else "unknown", ""

    @property
    def _length(self) -> int:
        lengths = Counter(len(one) for one in self.ids)
        return lengths.most_common(1)[0][0] if lengths else 0


def _alone(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Keep what means one area only."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for key, one in pairs:
        found[key].add(one)
    return {key: next(iter(some)) for key, some in found.items() if len(some) == 1 and key}


def key_of(source: Source) -> int:
    """Find the column that names the area: the one said, or the one that fits most areas.

    Raises
    ------
    LayerError
        ``column_missing``, or ``join_no_key`` where no column fits.
    """
    table = source.table
    if source.options.key is not None:
        return columns.key_column(table, source.options.key)
    areas = areas_of(source)
    best, most = -1, 0
    for place in range(len(table.columns)):
        texts = {row[place] for row in table.rows} - {None}
        fits = sum(areas.find(str(text))[0] is not None for text in texts)
        if fits > most:
            best, most = place, fits
    if best < 0:
        raise LayerError("join_no_key", columns=", ".join(table.columns[:12]))
    table.notes.append(Note("key_chosen", {"column": table.columns[best]}))
    return best


def areas_of(source: Source) -> Areas:
    """Read the areas that are here."""
    held = source.held("areas")
    ids = held["id"].astype(str).tolist()
    return Areas(
        ids=set(ids),
        names=by_name(held),
        levels=dict(zip(ids, held["level"].astype(str), strict=True)),
        labels={one: str(name or one) for one, name in zip(ids, held["name"], strict=True)},
    )


def join(source: Source, key: int, done: Draft) -> list[str | None]:
    """Give the area of every row; rows without one are refused, with a guess why.

    Raises
    ------
    LayerError
        ``join_empty``, ``join_other_level`` or ``join_other_year`` where no row found an area.
    """
    table, areas = source.table, areas_of(source)
    found: list[str | None] = []
    repaired: Counter[str] = Counter()
    lost: list[tuple[int, str, str, str]] = []
    for number, row in zip(table.numbers, table.rows, strict=True):
        text = row[key]
        area = None
        if text is None:
            done.refuse(number, RowRefused("cell_empty", column=table.columns[key]))
        else:
            area, how = areas.find(text)
            repaired[how] += area is not None
            if area is None:
                lost.append((number, text, *areas.why_not(text)))
        found.append(area)
    guesses = _weighed(lost, len(table.rows))
    for number, text, why, near in guesses:
        code = _REFUSALS[why]
        more = {"near": near} if why == "spelling" else {}
        done.refuse(number, RowRefused(code, column=table.columns[key], area=text[:40], **more))
    matched = {area for area in found if area}
    if not matched:
        _refuse_all(source, key, guesses, areas)
    if repaired["zeros"]:
        done.notes.append(Note("zeros_restored", {"count": repaired["zeros"]}))
    if repaired["spaces"]:
        done.notes.append(Note("spaces_removed", {"count": repaired["spaces"]}))
    _report(done, table.columns[key], found, guesses, areas)
    return found


_REFUSALS = {
    "aggregate": "area_aggregate",
    "outside": "area_outside",
    "several": "name_of_several",
    "smaller": "area_smaller",
    "spelling": "area_nearly",
    "unknown": "area_unknown",
    "year": "area_other_year",
}


def _weighed(lost: list[tuple[int, str, str, str]], rows: int) -> list[tuple[int, str, str, str]]:
    """Call identifiers of another year only where there are many of them."""
    years = sum(why == "year" for _, _, why, _ in lost)
    if years > max(1, MAY_BE_YEAR * rows):
        return lost
    return [(n, text, "unknown" if why == "year" else why, near) for n, text, why, near in lost]


def _refuse_all(
    source: Source, key: int, lost: list[tuple[int, str, str, str]], areas: Areas
) -> None:
    whys = Counter(why for _, _, why, _ in lost)
    most = whys.most_common(1)[0][0] if whys else "unknown"
    code = {
        "aggregate": "join_other_level",
        "smaller": "join_other_level",
        "year": "join_other_year",
    }.get(most, "join_empty")
    first = next((row[key] for row in source.table.rows if row[key]), "")
    raise LayerError(
        code, column=source.table.columns[key], theirs=str(first)[:40], ours=min(areas.ids)
    )


def _report(
    done: Draft,
    column: str,
    found: list[str | None],
    lost: list[tuple[int, str, str, str]],
    areas: Areas,
) -> None:
    """Say of both sides what found no other one."""
    matched = {area for area in found if area}
    levels = {areas.levels[one] for one in matched}
    missing = sorted(one for one in areas.ids - matched if areas.levels[one] in levels)
    rows = len(found)
    whys = Counter(why for _, _, why, _ in lost)
    done.joined |= {
        "key": column,
        "rows": rows,
        "matched": len(matched),
        "match_rate": round(sum(one is not None for one in found) / rows, 4) if rows else 0.0,
        "areas": sum(areas.levels[one] in levels for one in areas.ids),
        "rows_without_area": sum(one is None for one in found),
        "unmatched_rows": [
            {"row": number, "value": text[:80], "why": why, "near": near}
            for number, text, why, near in lost[:LISTED]
        ],
        "areas_without_row": missing,
        "unmatched_areas": [{"id": one, "name": areas.labels[one]} for one in missing[:LISTED]],
        "why": dict(whys.most_common()),
    }
    if lost or missing:
        values: dict[str, str | int | float] = {
            "rows": len(lost),
            "areas": len(missing),
            "of_rows": rows,
            "of_areas": int(done.joined["areas"]),
        }
        done.notes.append(Note("join_report", values))
    if missing:
        some = ", ".join(areas.labels[one] for one in missing[:5])
        more = " …" if len(missing) > 5 else ""
        done.notes.append(Note("areas_no_data", {"count": len(missing), "areas": some + more}))
