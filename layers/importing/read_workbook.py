"""The parts of an XLSX file that say what its cells mean: sheets, shared texts, formats of numbers.

Read by us, because a reader of workbooks either keeps the whole of one in memory or forgets which
cells are merged, and both take far longer than the rows are worth.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import PurePosixPath
from typing import BinaryIO

from layers.errors import LayerError
from layers.importing.read_source import Source
from layers.importing.read_xml import elements, local

_DATES = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})  # built in
_PERCENTS = frozenset({9, 10})
_QUOTED = re.compile(r'"[^"]*"|\\.|\[(?!h|m|s)[^\]]*\]|_.|\*.')
_ZEROS = re.compile(r"0{2,15}")  # a format that only fills up with zeros
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # a character that XML cannot hold, or "_" itself
_FIRST_DAY, _FIRST_DAY_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - a workbook knows no time zone
_LAST_SERIAL = 2_958_466  # the end of the year 9999


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One sheet: its name, where its cells are in the package, and whether it is shown."""

    name: str
    member: str
    hidden: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbook:
    """What all sheets share."""

    sheets: tuple[Sheet, ...]
    texts: tuple[str, ...]
    looks: tuple[str, ...]  # by number of the cell's style: "date", "percent", zeros or ""
    from_1904: bool

    def shown(self, number: float, style: int) -> str | float:
        """Give a number as the sheet shows it: a day, a time, a share, a post code, or itself."""
        look = self.looks[style] if 0 <= style < len(self.looks) else ""
        if look == "percent":
            return f"{round(number * 100, 10):.10g}%"
        if look == "date" and 0 <= number < _LAST_SERIAL:
            return _day(number, from_1904=self.from_1904)
        if look.startswith("0") and number >= 0 and number.is_integer():
            return f"{int(number):0{len(look)}}"  # 1067 shown as 01067
        return number


def open_workbook(members: dict[str, Source]) -> Workbook:
    """Read what stands around the cells.

    Raises
    ------
    LayerError
        ``file_unreadable`` where there is no list of sheets.
    """
    book = members.get("xl/workbook.xml")
    if book is None:
        raise LayerError("file_unreadable")
    targets = _targets(members.get("xl/_rels/workbook.xml.rels"))
    sheets, from_1904 = [], False
    for event, element in elements(_file(book)):
        if event == "end":
            continue
        name, said = local(element.tag), element.attrib
        if name == "workbookPr":
            from_1904 = said.get("date1904", "0") in ("1", "true")
        elif name == "sheet":
            link = next((value for key, value in said.items() if local(key) == "id"), "")
            member = targets.get(link, "")
            if member in members:  # a chart sheet has no cells
                hidden = said.get("state", "visible") != "visible"
                sheets.append(Sheet(name=said.get("name", ""), member=member, hidden=hidden))
    return Workbook(
        sheets=tuple(sheets),
        texts=tuple(_texts(members.get("xl/sharedStrings.xml"))),
        looks=tuple(_looks(members.get("xl/styles.xml"))),
        from_1904=from_1904,
    )


def _file(source: Source) -> BinaryIO:
    return source.open()


def _targets(source: Source | None) -> dict[str, str]:
    """Read which member each relation names; a link to the outside is never followed."""
    found: dict[str, str] = {}
    if source is None:
        return found
    for event, element in elements(_file(source)):
        said = element.attrib
        if event == "start" and "Target" in said and said.get("TargetMode") != "External":
            if not said.get("Type", "").endswith("/worksheet"):
                continue
            target = PurePosixPath(said["Target"])
            whole = target if target.is_absolute() else PurePosixPath("/xl") / target
            found[said.get("Id", "")] = str(whole).lstrip("/")
    return found


def _texts(source: Source | None) -> list[str]:
    found: list[str] = []
    if source is None:
        return found
    for event, element in elements(_file(source)):
        if event == "end" and local(element.tag) == "si":
            found.append(plain(element))
            element.clear()
    return found


def plain(element: object) -> str:
    """Join the runs of a text; the help for pronouncing it is left out."""
    parts: list[str] = []
    for child in element:  # type: ignore[attr-defined]  # an element, whose type is private
        name = local(child.tag)
        if name == "t":
            parts.append(child.text or "")
        elif name == "r":
            parts += [run.text or "" for run in child if local(run.tag) == "t"]
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), "".join(parts))


def _looks(source: Source | None) -> list[str]:
    own: dict[int, str] = {}
    looks: list[str] = []
    if source is None:
        return looks
    inside = False
    for event, element in elements(_file(source)):
        name = local(element.tag)
        if name == "cellXfs":
            inside = event == "start"
        elif event == "start" and name == "numFmt":
            own[_number(element.get("numFmtId"))] = element.get("formatCode", "")
        elif event == "start" and name == "xf" and inside:
            looks.append(_look(_number(element.get("numFmtId")), own))
    return looks


def _look(number: int, own: dict[int, str]) -> str:
    if number in own:
        code = _QUOTED.sub("", own[number]).split(";")[0].lower()
        if "%" in code:
            return "percent"
        if _ZEROS.fullmatch(code):
            return code
        is_date = any(sign in code for sign in "dyhms") and "general" not in code
        return "date" if is_date else ""
    return "percent" if number in _PERCENTS else "date" if number in _DATES else ""


def _number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 9 else -1


def _day(serial: float, *, from_1904: bool) -> str:
    if serial < 1 and not from_1904:  # a time of day
        minutes = round(serial * 24 * 60)
        return f"{minutes // 60 % 24:02}:{minutes % 60:02}"
    when = (_FIRST_DAY_1904 if from_1904 else _FIRST_DAY) + timedelta(days=serial)
    when = (when + timedelta(milliseconds=500)).replace(microsecond=0)
    midnight = when.hour == when.minute == when.second == 0
    day: date | datetime = when.date() if midnight else when
    return str(day)
