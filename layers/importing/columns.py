"""Which column of a foreign table is which field of ours, and what kind of table it is."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import PurePath

import shapely

from layers.errors import LayerError
from layers.importing import cells, left_out
from layers.importing.tables import Note, Table

KINDS = (
    "actors",
    "services",
    "places",
    "areas",
    "population",
    "usage",
    "ties",
    "trust",
    "streets",
)
# below another word these are something else: a number of a telephone, the count of a group
_ALONE = ("id", "group", "count", "counted_on")
_NAMED = ("name", "alternate_name")
_STEMS = ("name", "nom", "naam")
KEEP, DROP = "keep", "drop"  # what a column may be besides a field
_PLACE = ("street", "house_number", "zip", "town", "lat", "lon", "x", "y", "area", "precision")
_HIDING = ("hidden", "address_shown")
_SERVICE = (
    *("category", "organization", "languages", "opening_hours", "papers_asked", "women_only"),
    *("free", "cost", "referral_asked", "childcare_on_site", "walk_in", "appointment"),
    *("waiting_days", "course_level", "min_age", "max_age", "capacity", "free_places"),
    *("setting", "status"),
)
_ACTOR = (
    *("kind", "sector", "migrant_led", "women_led", "internal", "decision_maker", "communities"),
    *("url", "public_contact", "private_contact", "consent_shown", "alternate_name"),
    *("consent_shared", "at_risk"),
)
_ALL = ("id", "name", "description", "date_checked", "says_who")
FIELDS: Mapping[str, tuple[str, ...]] = {
    "services": (*_ALL, *_PLACE, *_SERVICE, *_HIDING, "step_free", "public_contact"),
    "actors": (*_ALL, *_PLACE, *_ACTOR, *_HIDING),
    "places": (
        *("id", "name", "kind", "lat", "lon", "x", "y", "date_checked", "says_who"),
        *("street", "precision", *_HIDING),
    ),
    "areas": ("id", "name", "level", "parent", "date_checked", "says_who", *_HIDING),
    "population": ("group", "count", "counted_on"),
    "usage": ("id", "service", "period_start", "period_end", "period", "group", "count"),
    "ties": (
        *("id", "from", "to", "kind", "direction", "strength", "participation", "gives", "needs"),
        *("cooperation", "since", "until", "last_confirmed", "confirmed_by"),
        *("date_checked", "says_who"),
    ),
    "trust": ("id", "communities", "organization", "state", "said_by", "date_checked"),
    "streets": ("id", "name", "highway", "lit", "step_free"),
}


@dataclass(slots=True)
class Columns:
    """The choice: ``place[field]`` is the number of a column; ``left`` are all others.

    ``hiding`` are all columns that say whether a place is protected: there may be more than one.
    """

    names: list[str]
    place: dict[str, int] = field(default_factory=dict)
    left: list[int] = field(default_factory=list)
    hiding: list[int] = field(default_factory=list)

    def get(self, row: list[str | None], name: str) -> str | None:
        """Read the cell of a field; ``None`` where the table has no such column."""
        place = self.place.get(name)
        return None if place is None else row[place]

    def unmapped(self, row: list[str | None], **more: str | None) -> dict[str, str]:
        """Keep the cells that have no place here."""
        kept = {self.names[place]: row[place] for place in self.left}
        return {name: text for name, text in {**kept, **more}.items() if text is not None}

    def mapping(self) -> dict[str, str]:
        """Say which column went where."""
        return {self.names[place]: name for name, place in self.place.items()}


def find(table: Table, fields: tuple[str, ...], *, key: str | None = None) -> Columns:
    """Match columns to fields: as decided, else by the names they go by in several languages.

    Parameters
    ----------
    table
        As read.
    fields
        Fields of the kind, in the order in which they may choose.
    key
        Column to take as identifier, whatever it is called.

    Raises
    ------
    LayerError
        ``column_missing`` where there is no column ``key``.
    """
    chosen = Columns(table.columns)
    plain = [cells.plain(name) for name in table.columns]
    decided = {
        n: table.decided[name] for n, name in enumerate(chosen.names) if name in table.decided
    }
    if key is not None:
        chosen.place["id"] = key_column(table, key)
    for number, what in decided.items():
        if what in fields and what != "hidden" and what not in chosen.place:
            chosen.place[what] = number
    aliases = cells.known()["fields"]
    for name in fields:
        if name in chosen.place:
            continue
        for alias in (name, *aliases.get(name, [])):
            wanted = cells.plain(alias)
            taken = {*chosen.place.values(), *decided}
            free = [n for n, one in enumerate(plain) if one == wanted and n not in taken]
            if free:
                chosen.place[name] = free[0]
                break
    _match_parts(table, chosen, fields, plain, decided)
    if "hidden" in fields:
        _match_hiding(chosen, plain, decided)
    used = {*chosen.place.values(), *chosen.hiding}
    used |= {number for number, what in decided.items() if what == DROP}
    personal = {number for number, one in enumerate(plain) if _is_never_kept(table, one)}
    chosen.left = [n for n in range(len(plain)) if n not in used and n not in personal]
    chosen.left = left_out.without_papers(table, chosen.left)
    dropped = [table.columns[n] for n in sorted(personal - used)]
    if dropped:
        table.notes.append(Note("columns_personal", {"columns": ", ".join(dropped)}))
    return chosen


def _match_parts(
    table: Table,
    chosen: Columns,
    fields: tuple[str, ...],
    plain: list[str],
    decided: Mapping[int, str],
) -> None:
    """Match what is still free: names in several languages, and headers joined of several rows.

    "Ort Straße" was "Straße" below "Ort": its last part says what it is.
    """
    aliases = cells.known()["fields"]
    joined = _is_joined(table)
    for name in fields:
        if name in chosen.place or name in _ALONE:
            continue
        words = {cells.plain(alias) for alias in (name, *aliases.get(name, []))}
        taken = {*chosen.place.values(), *decided}
        for number, one in enumerate(plain):
            spoken = name in _NAMED and _without_language(one, name) in words
            below = joined and any(one.endswith(f"_{word}") for word in words)
            if number not in taken and (spoken or below):
                chosen.place[name] = number
                break


def _without_language(plain: str, name: str) -> str:
    """Give "name" for "name_fr"; the second such column is the alternate name."""
    stem, _, language = plain.rpartition("_")
    if language not in cells.known()["languages"]:
        return ""
    return "alternate_name" if name == "alternate_name" and stem in _STEMS else stem


@cache
def _never_kept() -> frozenset[str]:
    """Give the names of columns that are about a person, or about her device."""
    words = cells.known()
    return frozenset(
        cells.plain(word) for word in (*words["left_out"], *words["fields"]["private_contact"])
    )


def _is_joined(table: Table) -> bool:
    return any(note.code == "header_joined" for note in table.notes)


def _is_never_kept(table: Table, plain: str) -> bool:
    below = _is_joined(table) and any(plain.endswith(f"_{one}") for one in _never_kept())
    return below or plain in _never_kept()


def is_left_out(name: str) -> bool:
    """Tell whether a column of this name is never kept where it has no field."""
    return cells.plain(name) in _never_kept()


def _match_hiding(chosen: Columns, plain: list[str], decided: Mapping[int, str]) -> None:
    """Find every column that hides, by its name or by a stem of it.

    Whatever a person chooses for such a column, it hides: a choice is remembered for the next file,
    and nobody looks at it again. Only as ``precision`` it is read in a finer way, as safe.
    """
    finer = chosen.place.get("precision")
    by_name = {place for place in chosen.place.values() if place not in decided}
    taken = (by_name | {finer}) - {chosen.place.get("hidden")}
    aliases = {cells.plain(alias) for alias in cells.known()["fields"]["hidden"]}
    chosen.hiding = [
        number
        for number, name in enumerate(plain)
        if number not in taken
        and (name in aliases or hides_by_name(name) or decided.get(number) == "hidden")
    ]
    if chosen.hiding:
        chosen.place.setdefault("hidden", chosen.hiding[0])


def hides_by_name(name: str) -> bool:
    """Tell whether a column says by its name that a place is protected.

    Examples
    --------
    >>> hides_by_name("Adresse geschützt"), hides_by_name("anonym"), hides_by_name("secretary")
    (True, True, False)
    >>> hides_by_name("anonyme_beratung")
    False
    """
    apart = unicodedata.normalize("NFKD", cells.plain(name))
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    words = cells.known()["hiding_columns"]
    if any(stem in bare for stem in words["but_not"]):
        return False
    parts = bare.split("_")
    return any(stem in bare for stem in words["stems"]) or any(
        part in words["words"] for part in parts
    )


def key_column(table: Table, key: str) -> int:
    """Find the column a person named, by its exact name or by the same letters."""
    if key in table.columns:
        return table.columns.index(key)
    plain = [cells.plain(name) for name in table.columns]
    if cells.plain(key) in plain:
        return plain.index(cells.plain(key))
    raise LayerError("column_missing", column=key, columns=", ".join(table.columns[:12]))


def decide(
    table: Table, kind: str, chosen: tuple[tuple[str, str], ...], *, strict: bool = True
) -> dict[str, str]:
    """Check what a person chose for columns, and give it by the exact names of the columns.

    Parameters
    ----------
    table
        As read.
    kind
        One of :data:`KINDS`.
    chosen
        Column of the file and field, ``keep`` or ``drop``.
    strict
        False leaves out what does not fit, instead of raising: for what was remembered.

    Raises
    ------
    LayerError
        ``column_missing``, ``column_field_unknown``, or ``field_twice`` where two columns go to
        one field; only columns that hide may be several.
    """
    fields = {*FIELDS[kind], "id", KEEP, DROP}
    found: dict[str, str] = {}
    by_field: dict[str, str] = {}
    for named, what in chosen:
        if not strict and (named not in table.columns or what not in fields):
            continue
        column = table.columns[key_column(table, named)]
        if what not in fields:
            raise LayerError("column_field_unknown", field=what, fields=", ".join(FIELDS[kind]))
        if what not in (KEEP, DROP, "hidden") and by_field.get(what, column) != column:
            raise LayerError("field_twice", field=what, column=column, other=by_field[what])
        by_field[what] = column
        found[column] = what
    return found


def require(table: Table, columns: Columns, *fields: str) -> None:
    """Refuse a table that lacks a column its kind needs.

    Raises
    ------
    LayerError
        ``column_missing``, with the columns there are.
    """
    for name in fields:
        if name not in columns.place:
            raise LayerError("column_missing", column=name, columns=", ".join(table.columns[:12]))


def guess_kind(table: Table, file: str, *, category: str | None = None) -> str:
    """Tell what a table holds from its geometry, its columns and its file name.

    Raises
    ------
    LayerError
        ``kind_unknown``: then a person must say it.
    """
    shapes = {shapely.from_wkb(wkb).geom_type for wkb in (table.shapes or [])[:200] if wkb}
    if any("Line" in shape for shape in shapes):
        return "streets"
    everything = tuple(cells.known()["fields"])
    bare = replace(table, rows=[], numbers=[], shapes=None, notes=[*table.notes])
    has = set(find(bare, everything).place)
    # a list that hides some of its rows is no list of public names: a person must say what it is
    public = not has & set(_HIDING)
    if public and any("Polygon" in shape for shape in shapes):
        return "areas"
    rules: tuple[tuple[str, bool], ...] = (
        ("ties", {"from", "to"} <= has or (public and not shapes and _is_square(table))),
        ("trust", {"communities", "organization", "state"} <= has),
        ("usage", "service" in has and ("count" in has)),
        ("population", public and not _placed(has, shapes) and _counts_groups(table, has)),
        ("actors", bool(has & {"sector", "migrant_led", "women_led", "decision_maker"})),
        ("services", "category" in has or category is not None),
        ("services", _placed(has, shapes) and category_of_file(file) is not None),
        ("services", bool(has & {"opening_hours", "languages", "papers_asked", "women_only"})),
        ("places", public and _placed(has, shapes) and {"name", "kind"} <= has),
        (
            "population",
            public and not shapes and _numeric(table) >= max(2, len(table.columns) // 3),
        ),
    )
    for kind, fits in rules:
        if fits:
            return kind
    raise LayerError("kind_unknown", kinds=", ".join(KINDS))


def _is_square(table: Table) -> bool:
    """Tell a matrix: most columns bear the names that stand in the first one."""
    down = {cells.plain(row[0]) for row in table.rows if row and row[0]}
    across = [cells.plain(name) for name in table.columns[1:]]
    both = sum(name in down for name in across)
    return both > 1 and both * 2 >= max(len(across), len(down))


def _counts_groups(table: Table, has: set[str]) -> bool:
    """Tell people by area: a group and a count, or a name and the number of everyone."""
    words = cells.known()
    everyone = {cells.plain(one) for one in {*words["everyone"]} - {*words["fields"]["count"]}}
    named = len(table.columns) == 1 + 1 and bool(has & {"name", "area"})
    return {"group", "count"} <= has or (
        named and any(cells.plain(one) in everyone for one in table.columns)
    )


def category_of_file(file: str) -> tuple[str, str] | None:
    """Guess the category of all rows from the name of their file."""
    return cells.category_in(PurePath(file).stem)


def _placed(has: set[str], shapes: set[str]) -> bool:
    return {"lat", "lon"} <= has or {"x", "y"} <= has or "Point" in shapes


def _numeric(table: Table) -> int:
    """Count the columns whose first rows are all numbers and no identifiers."""
    found = 0
    for place in range(len(table.columns)):
        texts = [row[place] for row in table.rows[:50] if row[place] is not None]
        if not texts or any(_leading_zero(text) for text in texts):
            continue
        try:
            found += all(
                cells.is_suppressed(text) or cells.number(text) is not None for text in texts
            )
        except ValueError:
            continue
    return found


def _leading_zero(text: str | None) -> bool:
    return text is not None and len(text) > 1 and text[0] == "0" and text[1].isdigit()
