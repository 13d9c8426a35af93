"""Texts of coded columns: which code each stands for, as understood or as a person chose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

from rapidfuzz import fuzz

from layers import vocab
from layers.errors import LayerError
from layers.importing import cells
from layers.importing.columns import Columns
from layers.importing.plan import ValueUse
from layers.importing.tables import Table

TAGS, YES_OR_NO = "tags", "yes_no"
YES_NO = frozenset(
    {
        *("papers_asked", "women_only", "free", "referral_asked", "childcare_on_site", "walk_in"),
        *("appointment", "step_free", "migrant_led", "women_led", "decision_maker", "lit"),
        *("consent_shown", "consent_shared", "at_risk"),
    }
)
_SAYS = {"says_who": "says_who"}
# field of a kind: its list in layers.vocab
CODED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "services": {
            "category": "category",
            "status": "status",
            "setting": "setting",
            "course_level": "course_level",
            "precision": "precision",
            "languages": TAGS,
            **_SAYS,
        },
        "actors": {
            "kind": "actor_kind",
            "sector": "sector",
            "internal": "internal",
            "precision": "precision",
            "communities": TAGS,
            **_SAYS,
        },
        "places": {"kind": "place_kind", "precision": "precision", **_SAYS},
        "areas": {"level": "area_level", **_SAYS},
        "ties": {
            "kind": "tie_kind",
            "direction": "tie_direction",
            "participation": "participation",
            "cooperation": "cooperation",
            **_SAYS,
        },
        "trust": {"state": "trust_state", "communities": TAGS},
        "streets": {"highway": "street_kind"},
    }
)
MOST = 100  # texts of one field that are listed


def survey(
    table: Table, found: Columns, kind: str, chosen: Sequence[tuple[str, str, str]] = ()
) -> tuple[ValueUse, ...]:
    """List the texts of coded columns with what they are taken for.

    Parameters
    ----------
    table
        As read, before :func:`translate`.
    found
        Which column is which field.
    kind
        One of :data:`layers.importing.columns.KINDS`.
    chosen
        Field, text and code, as a person chose.

    Returns
    -------
    values
        Those not understood first, the most frequent first.
    """
    said = {(name, _same(text)): code for name, text, code in chosen}
    listed: list[ValueUse] = []
    for name, which in coded(found, kind).items():
        place = found.place[name]
        times = Counter(row[place] for row in table.rows)
        counts: Counter[str] = Counter()
        for text, rows in times.items():
            if text is None or cells.is_nothing(text):
                continue
            for part in _parts(text, which):
                counts[part] += rows
        uses = []
        for text, rows in counts.items():
            code = said.get((name, _same(text)), understood(text, which))
            uses.append((code is not None, -rows, text, code))
        uses.sort(key=lambda one: one[:3])
        listed += [
            ValueUse(
                field=name,
                text=text,
                rows=-rows,
                code=code,
                choices=choices(which, text) if code is None else choices(which),
            )
            for _, rows, text, code in uses[:MOST]
        ]
    return tuple(sorted(listed, key=lambda one: one.code is not None))


def coded(found: Columns, kind: str) -> dict[str, str]:
    """Name the coded fields that a table has, with the list of each."""
    fields = dict(CODED.get(kind, {}))
    fields |= {name: YES_OR_NO for name in found.place if name in YES_NO}
    return {name: which for name, which in fields.items() if name in found.place}


def check(kind: str, chosen: Sequence[tuple[str, str, str]], *, strict: bool = True) -> None:
    """Refuse a code that its field cannot hold.

    Raises
    ------
    LayerError
        ``field_not_coded`` or ``value_not_a_code``, with what there is.
    """
    fields = {**CODED.get(kind, {}), **dict.fromkeys(YES_NO, YES_OR_NO)}
    for name, _, code in chosen if strict else ():
        if not code:  # "says nothing" may be said of any column, see settle
            continue
        if name not in fields:
            raise LayerError("field_not_coded", field=name, fields=", ".join(sorted(fields)))
        if code not in choices(fields[name]) and not _is_tag(code, fields[name]):
            allowed = ", ".join(choices(fields[name])[:40])
            raise LayerError("value_not_a_code", field=name, value=code, codes=allowed)


def translate(
    table: Table, found: Columns, kind: str, chosen: Sequence[tuple[str, str, str]]
) -> None:
    """Put the chosen code in the place of a text, in the rows of the table."""
    fields = coded(found, kind)
    for name, which in fields.items():
        place = found.place[name]
        said = {_same(text): code for field, text, code in chosen if field == name}
        if not said:
            continue
        for row in table.rows:
            text = row[place]
            if text is None:
                continue
            if _same(text) in said:
                row[place] = said[_same(text)] or None
            elif which == TAGS:
                row[place] = _retold(text, said)


def understood(text: str, which: str) -> str | None:
    """Give the code that a text stands for without anybody's help, or ``None``."""
    try:
        if which == YES_OR_NO:
            answer = cells.yes_no(text)
            return None if answer is None else "yes" if answer else "no"
        if which == TAGS:
            known, strange = cells.tags(text)
            return known[0] if known and not strange else None
        return cells.code(text, which)
    except ValueError:
        return None


@lru_cache(maxsize=4096)
def choices(which: str, text: str = "") -> tuple[str, ...]:
    """List the codes of a list, those whose words are like the text first."""
    if which == YES_OR_NO:
        return ("yes", "no")
    codes = tuple(cells.known()["languages"]) if which == TAGS else vocab.LISTS[which]
    if not text:
        return codes
    words = cells.known()["languages" if which == TAGS else "values"]
    words = words if which == TAGS else words.get(which, {})
    wanted = _same(text)

    def likeness(code: str) -> float:
        return max(fuzz.ratio(wanted, _same(word)) for word in (code, *words.get(code, [])))

    return tuple(sorted(codes, key=lambda code: -likeness(code)))


def _parts(text: str, which: str) -> list[str]:
    if which != TAGS:
        return [text]
    known, strange = cells.tags(text)
    return [*known, *strange]


def _retold(text: str, said: Mapping[str, str]) -> str | None:
    """Write a list of languages again with the chosen tags."""
    known, strange = cells.tags(text)
    if not any(_same(one) in said for one in strange):
        return text
    told = [*known, *(said.get(_same(one), one) for one in strange)]
    return "; ".join(filter(None, told)) or None


def _same(text: str) -> str:
    return cells.plain(text)


def _is_tag(code: str, which: str) -> bool:
    return which == TAGS and cells.tags(code) == ([code], [])
