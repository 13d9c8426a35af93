"""A workbook that asks one organization: what we hold, and beside it a cell for the correction.

One row is one fact, in every sheet the same way: what it is about, what is asked, what we hold,
the correction. A hidden column names the fact, so that sheets may be renamed and rows moved. Only
what is in :mod:`layers.holding` is written, so a sheet knows no more than the private page.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from layers import answering, vocab
from layers.cell_text import harmless
from layers.holding import SECTIONS, Fact, Held, Thing

Say = Callable[..., str]
MARK = "cg1"
NEW_SERVICES, NEW_TIES = 3, 5
COLUMNS = ("key", "about", "what", "held", "correction", "how")
WIDTHS = (4, 30, 34, 44, 44, 40)
YES_NO = ("yes", "no", "unknown")
SPOKEN = "spoken"  # languages that those who work there speak: an answer tells the level too
WAYS = ("out", "in", "both")
STRENGTHS = (1, 2, 3)
STEPS = (1, 2, 3, 4)  # of the survey of partners
RATE = "rate"
_LISTS = "lists"
_HEAD = PatternFill("solid", fgColor="F1ECE3")
_FREE = PatternFill("solid", fgColor="FFFFFF")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """Who asks, and until when: what the first sheet says.

    ``partners`` are identifier and name of those it may rate, while a survey of partners runs.
    """

    city: str
    until: str
    invitation_id: str
    partners: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One row of a sheet: its key, what it asks, what is held as text, and its choices."""

    key: tuple[str, str, str, int]
    about: str
    what: str
    held: str = ""
    choices: tuple[str, ...] = ()
    how: str = ""


def key_text(organization_id: str, invitation_id: str, key: tuple[str, str, str, int]) -> str:
    """Write what a row is about for the hidden column.

    Examples
    --------
    >>> key_text("amal", "i-1", ("services", "advice", "free", 3))
    'cg1["amal","i-1","services","advice","free",3]'
    """
    said = [organization_id, invitation_id, *key]
    return MARK + json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def write(
    held: Held,
    path: Path | str,
    *,
    say: Say,
    rtl: bool,
    asking: Asking,
    only: Collection[tuple[str, str, str]] | None = None,
) -> None:
    """Write the workbook of one organization.

    Parameters
    ----------
    held
        What we hold about it.
    path
        File to write.
    say
        Says a sentence in the language of the sheet.
    rtl
        Whether that language runs from right to left: then the sheets do too.
    asking
        Who asks and until when.
    only
        Facts by table, row and column: ask these alone, on one sheet, as for a call. Languages are
        then asked as those that people who work there speak.
    """
    book = Workbook()
    first = book.worksheets[0]
    first.title = say("sheet.name_letter")
    _letter(first, held, say, asking)
    lists = _Lists(book)
    if only is not None:
        sheet = book.create_sheet(say("sheet.name_call"))
        _fill(sheet, list(chosen_lines(held, only, say)), held, say, asking, lists)
        _on_paper(sheet)
        book.active = sheet
    for section in SECTIONS if only is None else ():
        if section == "judged" and not any(one.section == section for one in held.things):
            continue
        sheet = book.create_sheet(say(f"sheet.name_{section}"))
        _fill(sheet, list(lines(held, section, say)), held, say, asking, lists)
    if asking.partners and only is None:
        sheet = book.create_sheet(say("sheet.name_partners"))
        _fill(sheet, list(rating_lines(asking.partners, say)), held, say, asking, lists)
    lists.finish()
    for sheet in book.worksheets:
        sheet.sheet_view.rightToLeft = rtl
    book.save(path)


def lines(held: Held, section: str, say: Say) -> Iterator[Line]:
    """Give the rows of one sheet: what is held, then rows for what is missing."""
    if section == "about":
        yield Line(
            key=("all", "", "right", 0),
            about=held.name,
            what=say("sheet.all_right"),
            choices=_yes_no(say),
            how=say("sheet.all_right_how"),
        )
    for thing in held.things:
        if thing.section == section:
            yield from _of_thing(thing, held, say)
    yield from _LAST.get(section, _nothing)(held, say)


def rating_lines(partners: Mapping[str, str], say: Say) -> Iterator[Line]:
    """Give one row for each question about each partner; what was said before is not told."""
    steps = tuple(say(f"ours.step_{step}") for step in STEPS)
    for partner, name in partners.items():
        for question in vocab.RATING_QUESTION:
            yield Line(
                key=(RATE, partner, question, 0),
                about=name,
                what=say(f"ours.rate_{question}", name=name),
                choices=steps,
                how=say("sheet.rate_how"),
            )


def chosen_lines(held: Held, only: Collection[tuple[str, str, str]], say: Say) -> Iterator[Line]:
    """Give one row for each of some facts, in the order in which all are asked."""
    for thing in held.things:
        for fact in thing.facts:
            if fact.key not in only:
                continue
            line = _of_fact(fact, thing, held, say)
            if fact.type == "languages":
                key = (fact.table, fact.row, SPOKEN, fact.version)
                line = replace(line, key=key, what=say("sheet.spoken"))
            yield line


def tell(fact: Fact, say: Say) -> str:
    """Say a value as the sheet shows it; unknown is a word too."""
    value = fact.value
    if value is None:
        return say("ours.unknown")
    if fact.type == "yes_no":
        return say("ours.yes" if value else "ours.no")
    if fact.type == "code":
        return say(f"{fact.of}.{value}")
    if fact.column == "strength":
        return say(f"ours.strength_{value}")
    if isinstance(value, list):
        return "; ".join(tongue(tag, say) for tag in value)
    return str(value)


def tongue(tag: str, say: Say) -> str:
    """Say the name of a language; one without a name here is its tag."""
    try:
        return say(f"tongue.{tag}")
    except KeyError:
        return tag


def question(fact: Fact, thing: Thing, held: Held, say: Say) -> str:
    """Say what is asked about a fact."""
    if fact.type == "hours":
        service = held.thing("services", fact.of)
        return say("ours.hours_of", service=service.name if service else "")
    if fact.column == "consent_shown":
        if fact.table == "assets":
            return say("ours.shown_asset", name=thing.name)
        return say("ours.shown_name")
    return say(_ASKED.get((fact.table, fact.column), f"field.{fact.column}"))


def choices(kind: str, of: str, column: str, say: Say) -> tuple[str, ...]:
    """Give the choices of a cell, in the words of the sheet; empty where anything may stand."""
    if kind == "yes_no":
        return _yes_no(say)
    if kind == "way":
        return tuple(say(f"ours.way_{one}") for one in WAYS)
    if column == "strength":
        return (*(say(f"ours.strength_{one}") for one in STRENGTHS), say("ours.unknown"))
    if kind == "code":
        codes = [one for one in vocab.LISTS[of] if one != "trusts"]
        return (*(say(f"{of}.{one}") for one in codes), say("ours.unknown"))
    return ()


_ASKED = {
    ("organizations", "consent_shared"): "ours.consent_shared",
    ("organizations", "at_risk"): "ours.at_risk",
    ("organizations", "public_contact"): "ours.shown_contact",
    ("locations", "public_contact"): "ours.shown_contact",
    ("locations", "address"): "field.street",
    ("replies", "words"): "ours.reply",
}
_NEW_LABELS = {"with": "ours.tie_with", "way": "ours.tie_way", "address": "ours.address"}


def _of_thing(thing: Thing, held: Held, say: Say) -> Iterator[Line]:
    about = _title(thing, say)
    if thing.protected:
        yield Line(
            key=("note", thing.row, "protected", 0),
            about=about,
            what=say("field.street"),
            held=say("ours.protected"),
        )
    if thing.section == "ties":
        said = say(f"ours.tie_said_{thing.said}") if thing.said else ""
        yield Line(
            key=("tie", thing.row, "right", thing.version),
            about=about,
            what=say("sheet.tie_right"),
            held=said,
            choices=_yes_no(say)[:2],
        )
    for name, value in thing.says:
        yield Line(
            key=("note", thing.row, name, 0),
            about=about,
            what=say(name),
            held=say(value) if value in ("ours.yes", "ours.no") else value,
        )
    for fact in thing.facts:
        yield _of_fact(fact, thing, held, say)


def _of_fact(fact: Fact, thing: Thing, held: Held, say: Say) -> Line:
    return Line(
        key=(*fact.key, fact.version),
        about=_title(thing, say),
        what=question(fact, thing, held, say),
        held=tell(fact, say),
        choices=choices(fact.type, fact.of, fact.column, say),
        how=_how(fact.type, say),
    )


def _of_address(place: Thing, say: Say) -> Iterator[Line]:
    about = _title(place, say)
    if place.protected:
        yield Line(
            key=("show", place.row, "address", place.version),
            about=about,
            what=say("ours.show_about"),
            held=say("ours.protected"),
        )
    else:
        yield Line(
            key=("hide", place.row, "address_shown", place.version),
            about=about,
            what=say("field.address_shown"),
            held=say("ours.yes"),
            choices=_yes_no(say)[:2],
            how=say("sheet.hide_how"),
        )


def _existing(held: Held, say: Say) -> Iterator[Line]:
    yield Line(
        key=("exists", "", "exists", 0),
        about=held.name,
        what=say("sheet.exists"),
        choices=_yes_no(say)[:2],
        how=say("sheet.exists_how"),
    )


def _new_services(held: Held, say: Say) -> Iterator[Line]:
    del held
    for number in range(1, NEW_SERVICES + 1):
        about = say("sheet.new_service", number=number)
        yield from _new(f"new_service.{number}", about, answering.new_service_fields(), say)


def _new_ties(held: Held, say: Say) -> Iterator[Line]:
    del held
    fields = answering.new_tie_fields()
    del fields["name"]  # a sheet has no list to choose from: every name is typed
    for number in range(1, NEW_TIES + 1):
        yield from _new(f"new_tie.{number}", say("sheet.new_tie", number=number), fields, say)


def _addresses(held: Held, say: Say) -> Iterator[Line]:
    for thing in held.things:
        if thing.table == "locations":
            yield from _of_address(thing, say)


def _nothing(held: Held, say: Say) -> Iterator[Line]:
    del held, say
    return iter(())


_LAST: Mapping[str, Callable[[Held, Say], Iterator[Line]]] = MappingProxyType(
    {
        "about": _existing,
        "services": _new_services,
        "ties": _new_ties,
        "shown": _addresses,
    }
)


def _new(name: str, about: str, fields: dict[str, tuple[str, str]], say: Say) -> Iterator[Line]:
    for column, (kind, of) in fields.items():
        yield Line(
            key=(name, "", column, 0),
            about=about,
            what=say(_NEW_LABELS.get(column, f"field.{column}")),
            choices=choices(kind, of, column, say),
            how=_how(kind, say),
        )


def _title(thing: Thing, say: Say) -> str:
    if thing.section == "ties":
        kind = say(f"tie_kind.{thing.kind}")
        return say(f"ours.tie_{thing.way}", other=thing.name, kind=kind)
    if thing.section == "judged":
        return say(f"judgement.{thing.kind}")
    return thing.name or say("ours.nameless_place")


def _how(kind: str, say: Say) -> str:
    if kind in {"languages", "codes"}:
        return say("sheet.how_languages")
    if kind == "hours":
        return say("ours.hours_hint")
    return say("sheet.how_day") if kind == "date" else ""


def _yes_no(say: Say) -> tuple[str, ...]:
    return tuple(say(f"ours.{one}") for one in YES_NO)


def _letter(sheet: Worksheet, held: Held, say: Say, asking: Asking) -> None:
    """Say in a few sentences what this is, who asks, what happens with it, and how to be out."""
    sheet.column_dimensions["A"].width = 100
    sentences = (
        say("ours.heading", name=held.name),
        say("sheet.letter_what", city=asking.city),
        say("sheet.letter_then"),
        say("sheet.letter_until", day=asking.until),
        say("sheet.letter_forget"),
    )
    for number, text in enumerate(sentences, start=1):
        cell = sheet.cell(number, 1, harmless(text))
        cell.data_type = "s"
        cell.font = Font(bold=number == 1, size=14 if number == 1 else 11)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.row_dimensions[number].height = 24 if number == 1 else 48


def _fill(
    sheet: Worksheet, rows: Sequence[Line], held: Held, say: Say, asking: Asking, lists: _Lists
) -> None:
    for place, (name, width) in enumerate(zip(COLUMNS, WIDTHS, strict=True), start=1):
        cell = sheet.cell(1, place, "key" if name == "key" else say(f"sheet.column_{name}"))
        cell.font, cell.fill = Font(bold=True), _HEAD
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.column_dimensions["A"].hidden = True
    sheet.freeze_panes = "D2"
    for number, line in enumerate(rows, start=2):
        key = key_text(held.organization_id, asking.invitation_id, line.key)
        texts = (key, *map(harmless, (line.about, line.what, line.held)), None, line.how or None)
        for place, text in enumerate(texts, start=1):
            cell = sheet.cell(number, place, text)
            if text is not None:
                cell.data_type = "s"  # a text, whatever it begins with
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        free = sheet.cell(number, COLUMNS.index("correction") + 1)
        free.fill, free.protection = _FREE, Protection(locked=False)
        if line.choices:
            lists.offer(sheet, free.coordinate, line.choices)


def _on_paper(sheet: Worksheet) -> None:
    """Let it be printed as wide as the paper, with the head on each page."""
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = "1:1"
    sheet.print_options.gridLines = True


@dataclass(slots=True)
class _Lists:
    """The choices of drop-downs: in a hidden sheet, because a cell takes only 255 letters."""

    book: Workbook
    columns: dict[tuple[str, ...], int] = field(default_factory=dict)
    rules: dict[tuple[str, tuple[str, ...]], Any] = field(default_factory=dict)

    def offer(self, sheet: Worksheet, cell: str, texts: tuple[str, ...]) -> None:
        place = self.columns.setdefault(texts, len(self.columns) + 1)
        rule = self.rules.get((sheet.title, texts))
        if rule is None:
            letter = get_column_letter(place)
            rule = DataValidation(
                type="list",
                formula1=f"={_LISTS}!${letter}$1:${letter}${len(texts)}",
                allow_blank=True,
                showErrorMessage=True,
            )
            sheet.add_data_validation(rule)
            self.rules[sheet.title, texts] = rule
        rule.add(cell)

    def finish(self) -> None:
        sheet = self.book.create_sheet(_LISTS)
        for texts, place in self.columns.items():
            for number, text in enumerate(texts, start=1):
                sheet.cell(number, place, text).data_type = "s"
        sheet.sheet_state = "hidden"
