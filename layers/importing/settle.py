"""Cells that can only be read beside the others of their column, brought into one form first.

Dates show by each other whether the day stands first. What stands for "nothing" depends on the
column: NA is nothing in a column of hours, and Namibia in one of countries. Markup becomes text.
Rows that are the same in every cell are told, and kept: only a person knows if one is too many.
"""

from __future__ import annotations

import html
import re
from collections import defaultdict
from dataclasses import dataclass, replace
from html.parser import HTMLParser

from layers.importing import cells
from layers.importing.columns import Columns
from layers.importing.draft import Source, some_rows
from layers.importing.tables import Note, Table

DATES = (
    *("date_checked", "since", "until", "last_confirmed", "counted_on"),
    *("period_start", "period_end"),
)
_TEXTS = (
    *("name", "alternate_name", "description", "street", "house_number", "zip", "town", "cost"),
    *("url", "public_contact", "private_contact", "opening_hours", "languages", "communities"),
    *("organization", "gives", "needs"),
)
# in these a short word may be a name: NA is the code of Namibia, "None" a place
_NAMES = frozenset({"name", "alternate_name", "organization", "town", "communities", "languages"})
_PROTECTING = frozenset(
    {"hidden", "address_shown", "precision", "consent_shown", "consent_shared", "at_risk"}
)
_EVERYWHERE = frozenset(
    {"n/a", "#n/a", "nan", "null", "-", "--", "\u2013", "\u2014", "?", "#ref!", "#value!", "#name?"}
)
_MARKUP = re.compile(r"<[a-zA-Z/!][^<>]*>|&(?:[a-zA-Z]{2,8}|#\d{2,6}|#x[0-9a-fA-F]{2,6});")
_NEW_LINE = frozenset({"br", "p", "div", "li", "ul", "ol", "tr", "h1", "h2", "h3", "h4"})


def settle(source: Source, found: Columns) -> Table:
    """Bring dates, words for nothing and markup of the mapped columns into one form, and say so.

    Parameters
    ----------
    source
        The table; its notes grow. The rows as read stay as they are: a second reading begins there.
    found
        Which column is which field.

    Returns
    -------
    table
        The table that ``source`` holds from now on, with the cells as they are meant.
    """
    given = source.table
    table = replace(given, rows=list(given.rows), notes=given.notes)
    source.table = table
    change = _Change(table, given.rows)
    _forget_what_says_nothing(source, found, change)
    _strip_markup(table, found, change)
    for name in DATES:
        if name in found.place:
            _order_dates(source, found, name, change)
    _tell_repeats(table)
    return table


@dataclass(slots=True)
class _Change:
    """Changes cells in copies of their rows."""

    table: Table
    given: list[list[str | None]]

    def put(self, line: int, place: int, text: str | None) -> None:
        if self.table.rows[line] is self.given[line]:
            self.table.rows[line] = list(self.given[line])
        self.table.rows[line][place] = text


def _forget_what_says_nothing(source: Source, found: Columns, change: _Change) -> None:
    """Empty the cells that say nothing: by our list, or because a person said so of a text."""
    by_field: defaultdict[str, set[str]] = defaultdict(set)
    for name, text, code in source.options.values:
        if not code:
            by_field[name].add(text.strip().lower())
    names = {place: name for name, place in found.place.items()}
    for place, column in enumerate(found.names):
        name = names.get(place, "")
        if place in found.hiding or name in _PROTECTING:
            continue  # no list of words lifts a protection
        words = by_field["*"] | by_field[column] | by_field[name]
        if name in _NAMES:
            words = words | _EVERYWHERE
        elif name in _TEXTS:
            words = words | set(cells.known()["nothing"])
        for line, row in enumerate(source.table.rows) if words else ():
            if (row[place] or "").strip().lower() in words and row[place] is not None:
                change.put(line, place, None)


def _strip_markup(table: Table, found: Columns, change: _Change) -> None:
    rows: list[int] = []
    places = [found.place[name] for name in _TEXTS if name in found.place]
    for line, row in enumerate(table.rows):
        for place in places:
            cell = row[place] or ""
            if ("<" in cell or "&" in cell) and _MARKUP.search(cell):
                change.put(line, place, without_markup(cell))
                rows.append(table.numbers[line])
    if rows:
        _say(table, "markup_stripped", sorted(set(rows)))


class _Reader(HTMLParser):
    """Collects what a person would read."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's
        self.silent += tag in ("script", "style")
        if tag in _NEW_LINE:
            self.text.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent -= tag in ("script", "style") and self.silent > 0
        if tag in _NEW_LINE:
            self.text.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.text.append(data)


def without_markup(text: str) -> str | None:
    r"""Give the text that a page would show, with its lines.

    Examples
    --------
    >>> without_markup("<p>Mo &amp; Di<br>9&ndash;12</p><script>alert(1)</script>")
    'Mo & Di\n9\u201312'
    >>> without_markup("children < 3 years, R&D")
    'children < 3 years, R&D'
    """
    if not _MARKUP.search(text):
        return text
    reader = _Reader()
    reader.feed(text)
    reader.close()
    bare = html.unescape("".join(reader.text)).replace("\u00a0", " ")
    lines = (re.sub(r"[ \t]+", " ", line).strip() for line in bare.splitlines())
    return "\n".join(line for line in lines if line) or None


def _order_dates(source: Source, found: Columns, name: str, change: _Change) -> None:
    """Write dates whose month stands first another way round, where that is shown or said."""
    place, table = found.place[name], source.table
    _count_days(table, place, change)
    texts = [row[place] for row in table.rows]
    try:
        shown = cells.day_or_month_first(text for text in texts if text)
    except ValueError:
        shown = None
    ambiguous = [n for n, text in zip(table.numbers, texts, strict=True) if _either(text)]
    chosen = source.options.day_first if shown is None else shown
    if shown is None and chosen is None and ambiguous:
        _say(table, "days_first_taken", ambiguous, column=found.names[place])
    for line, text in enumerate(texts) if chosen is False else ():
        if text is not None and cells.month_first(text) != text:
            change.put(line, place, cells.month_first(text))
    lost = [n for n, row in zip(table.numbers, table.rows, strict=True) if _unread(row[place])]
    if lost:
        _say(table, "dates_unread", lost, column=found.names[place])
    ahead = [n for n, row in zip(table.numbers, table.rows, strict=True) if _ahead(row[place])]
    if ahead and name == "date_checked":
        _say(table, "dates_ahead", ahead, column=found.names[place])


def _count_days(table: Table, place: int, change: _Change) -> None:
    """Write the numbers that a spreadsheet keeps days by as days, and say so."""
    rows = []
    for line, row in enumerate(table.rows):
        text = row[place]
        if text is not None and cells.day_of_serial(text) != text:
            change.put(line, place, cells.day_of_serial(text))
            rows.append(table.numbers[line])
    if rows:
        _say(table, "dates_counted", rows, column=table.columns[place])


def _either(text: str | None) -> bool:
    """Tell whether a date may be read with the day or with the month first."""
    try:
        return text is not None and cells.day(text) != cells.day(cells.month_first(text))
    except ValueError:
        return False


def _unread(text: str | None) -> bool:
    try:
        cells.day(text)
    except ValueError:
        return True
    return False


def _ahead(text: str | None) -> bool:
    try:
        found = cells.day(text)
    except ValueError:
        return False
    return found is not None and cells.is_ahead(found)


def _say(table: Table, code: str, rows: list[int], **more: str) -> None:
    table.notes.append(Note(code, {"count": len(rows), "rows": some_rows(rows), **more}))


def _tell_repeats(table: Table) -> None:
    """Name the rows that are the same as an earlier one in every cell and in their shape."""
    shapes = table.shapes or [None] * len(table.rows)
    seen: set[int] = set()
    again = []
    for number, row, shape in zip(table.numbers, table.rows, shapes, strict=True):
        content = hash((tuple(row), shape))
        if content in seen:
            again.append(number)
        seen.add(content)
    if again:
        _say(table, "rows_repeated", again)
