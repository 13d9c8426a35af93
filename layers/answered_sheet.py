"""Reading a sheet that came back: corrections as answers, and one sentence for what is unclear.

The sheet was read as text by the child process. Names of sheets do not matter, because every row
says what it is about; a row that names another organization, or an asking that was never made
here, is refused, so nobody can answer for somebody else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from layers import answering, vocab
from layers.answer_values import checked
from layers.asking_sheet import (
    COLUMNS,
    MARK,
    RATE,
    SPOKEN,
    STEPS,
    STRENGTHS,
    WAYS,
    Say,
    tell,
    tongue,
)
from layers.atlas import Atlas
from layers.cell_text import unharmed
from layers.errors import LayerError
from layers.holding import Held, hold, public_names
from layers.importing.tables import Table

_SPLIT = re.compile(r"[;,/\n\u060c\u061b·]+")
_LONGEST_KEY = 500  # characters: longer ones are not ours, and could be nested without end
_WHOLE = re.compile(r"-?\d{1,9}(?:\.0+)?")


@dataclass(frozen=True, slots=True)
class Returned:
    """What a sheet said: whose it is, its answers, and what was not taken, each in a sentence.

    ``again`` counts, by their state, the answers that were taken before. ``ratings`` are partner,
    question and value of a survey of partners: they belong in the room's file, never here.
    """

    organization_id: str
    invitation_id: str
    answers: tuple[dict[str, Any], ...]
    problems: tuple[LayerError, ...] = ()
    again: Mapping[str, int] = field(default_factory=dict)
    ratings: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Row:
    """One answered row: its key, the correction, what the sheet says we hold, and where it is."""

    key: tuple[str, str, str, int]
    said: str
    held: str
    sheet: str
    number: int


def read(
    atlas: Atlas, tables: Mapping[str, Table], *, says: Sequence[Say], tags: Collection[str]
) -> Returned:
    """Read a sheet as answers.

    Parameters
    ----------
    atlas
        The atlas that asked.
    tables
        The sheets, as :func:`layers.importing.child.read_all` gives them.
    says
        One a language: a sheet is understood in each of them, whatever language it was made in.
    tags
        Tags of the languages that have a name in the words.

    Raises
    ------
    LayerError
        ``sheet_not_ours`` where no row says what it is about, ``sheet_mixed`` where rows are of
        different organizations, ``sheet_unknown`` where no such asking was made here or it was
        closed, ``sheet_no_corrections`` where a sheet has no column for them any more, and
        ``organization_gone``.
    """
    rows, whose, lost = _rows(tables, says)
    if not whose:
        raise LayerError("sheet_not_ours")
    if len(whose) > 1:
        raise LayerError("sheet_mixed")
    ((organization_id, invitation_id),) = whose
    _require_asked(atlas, organization_id, invitation_id)
    if lost:
        raise LayerError("sheet_no_corrections", sheet=lost)
    reader = _Reader(atlas, hold(atlas, organization_id), says, tags)
    answers = list(reader.answers(rows))
    return Returned(
        organization_id,
        invitation_id,
        tuple(answers),
        tuple(reader.problems),
        ratings=tuple(reader.ratings),
    )


def _rows(
    tables: Mapping[str, Table], says: Sequence[Say]
) -> tuple[list[_Row], set[tuple[str, str]], str]:
    """Collect the rows with a correction, whose they are, and a sheet without its column."""
    titles = {name: {say(f"sheet.column_{name}") for say in says} for name in COLUMNS[3:5]}
    found: list[_Row] = []
    whose: set[tuple[str, str]] = set()
    lost = ""
    for name, table in tables.items():
        at = {
            role: next((n for n, title in enumerate(table.columns) if title in those), None)
            for role, those in titles.items()
        }
        for number, cells in zip(table.numbers, table.rows, strict=True):
            key = next((one for cell in cells if (one := _key(cell)) is not None), None)
            if key is None:
                continue
            whose.add(key[:2])
            if at["correction"] is None:
                lost = lost or name
                continue
            said = unharmed(cells[at["correction"]] or "").strip()
            if said:
                held = "" if at["held"] is None else cells[at["held"]] or ""
                found.append(_Row(key[2:], said, unharmed(held), name, number))
    return found, whose, lost


def _key(cell: str | None) -> tuple[Any, ...] | None:
    if cell is None or not cell.startswith(f"{MARK}[") or len(cell) > _LONGEST_KEY:
        return None
    try:
        said = json.loads(cell[len(MARK) :])
    except ValueError:
        return None
    if len(said) != 6 or not all(isinstance(one, str) for one in said[:5]):
        return None
    return tuple(said) if type(said[5]) is int else None


def _require_asked(atlas: Atlas, organization_id: str, invitation_id: str) -> None:
    rows = atlas.read("invitations")
    mine = rows[rows["id"].eq(invitation_id) & rows["organization_id"].eq(organization_id)]
    if mine.empty or bool(mine["closed"].fillna(value=False).iloc[0]):
        raise LayerError("sheet_unknown")


@dataclass(slots=True)
class _Reader:
    atlas: Atlas
    held: Held
    says: Sequence[Say]
    tags: Collection[str]
    problems: list[LayerError] = field(default_factory=list)
    ratings: list[tuple[str, str, int]] = field(default_factory=list)

    def answers(self, rows: Sequence[_Row]) -> Iterator[dict[str, Any]]:
        """Make answers of the rows; what cannot be taken is listed instead."""
        new: dict[str, dict[str, Any]] = {}
        corrected: set[tuple[str, str, str]] = set()
        all_right = False
        for row in rows:
            try:
                name = row.key[0]
                if name.startswith(("new_service.", "new_tie.")):
                    new.setdefault(name, {})[row.key[2]] = self._new_value(row)
                elif name == "all":
                    all_right = self._yes_no(row)
                elif name in {"exists", "tie", "hide", "show"}:
                    yield from self._special(row)
                elif name == RATE:
                    value = self._value(row, RATE, "", row.key[2])
                    if row.key[2] in vocab.RATING_QUESTION and value is not None:
                        self.ratings.append((row.key[1], row.key[2], value))
                elif name != "note":
                    corrected.add(row.key[:3])
                    yield from self._correction(row)
            except LayerError as error:
                self.problems.append(self._placed(error, row))
        yield from self._added(new)
        if all_right:
            yield from self._rest_is_right(corrected)

    def _correction(self, row: _Row) -> Iterator[dict[str, Any]]:
        spoken = row.key[2] == SPOKEN
        key = (*row.key[:2], "languages") if spoken else row.key[:3]
        fact = self.held.facts().get(key)
        if fact is None:
            raise LayerError("sheet_row_gone", sheet=row.sheet, row=row.number)
        if row.key[3] != fact.version and row.held not in {tell(fact, say) for say in self.says}:
            raise LayerError("sheet_row_changed", sheet=row.sheet, row=row.number)
        raw = self._value(row, fact.type, fact.of, fact.column)
        value = checked(fact.type, raw, name=fact.column, of=fact.of)
        names = {"table": fact.table, "row": fact.row, "column": fact.column}
        if spoken and value is not None:
            yield {"do": "correct", **names, "seen": fact.version, "value": value, "spoken": True}
        elif value != fact.value:
            yield {"do": "correct", **names, "seen": fact.version, "value": value}

    def _special(self, row: _Row) -> Iterator[dict[str, Any]]:
        what, place = row.key[0], row.key[1]
        if what == "show":
            yield {"do": "show", "row": place, "address": row.said}
            return
        yes = self._yes_no(row)
        if what == "exists" and not yes:
            yield {"do": "gone"}
        elif what == "hide" and not yes:
            yield {"do": "hide", "row": place}
        elif what == "tie":
            tie = self.held.thing("ties", place)
            if tie is None:
                raise LayerError("sheet_row_gone", sheet=row.sheet, row=row.number)
            yield {"do": "tie", "row": place, "seen": tie.version, "right": yes}

    def _rest_is_right(self, corrected: set[tuple[str, str, str]]) -> Iterator[dict[str, Any]]:
        rows: set[tuple[str, str]] = set()
        for fact in self.held.facts().values():
            if fact.key in corrected or fact.value is None or fact.table == "ties":
                continue
            if fact.table == "service_at_location" or (fact.table, fact.row) in rows:
                continue
            rows.add((fact.table, fact.row))
            names = {"table": fact.table, "row": fact.row, "column": fact.column}
            yield {"do": "right", **names, "seen": fact.version}

    def _added(self, new: Mapping[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
        names = {name: one for one, name in public_names(self.atlas, self.held.organization_id)}
        for name, values in new.items():
            known = {column: value for column, value in values.items() if value is not None}
            if not known:
                continue
            service = name.startswith("new_service.")
            needed = {"name", "category"} if service else {"with", "kind", "way"}
            if needed - set(known):
                self.problems.append(LayerError("sheet_new_incomplete", number=int(name[-1])))
                continue
            if not service:
                typed = known.pop("with")
                known |= {"with": names[typed]} if typed in names else {"name": typed}
            yield {"do": "add_service" if service else "add_tie", "values": known}

    def _new_value(self, row: _Row) -> Any:  # noqa: ANN401 - whatever a column holds
        column = row.key[2]
        fields = {**answering.new_service_fields(), **answering.new_tie_fields()}
        if column not in fields:
            raise LayerError("sheet_row_gone", sheet=row.sheet, row=row.number)
        kind, of = fields[column]
        return checked(kind, self._value(row, kind, of, column), name=column, of=of)

    def _yes_no(self, row: _Row) -> bool:
        value = self._value(row, "yes_no", "", row.key[2])
        if not isinstance(value, bool):
            raise LayerError("sheet_unclear", sheet=row.sheet, row=row.number)
        return value

    def _value(self, row: _Row, kind: str, of: str, column: str) -> Any:  # noqa: ANN401 - as above
        """Bring a text of the sheet back to what the column holds."""
        text = row.said
        if text.casefold() in {say("ours.unknown").casefold() for say in self.says}:
            return None
        if kind in {"text", "hours"}:
            return text
        if kind in {"languages", "codes"}:
            return [self._tag(row, part) for part in _SPLIT.split(text) if part.strip()]
        if kind == "date":
            return text[:10]
        if kind == "int" and _WHOLE.fullmatch(text):
            return int(float(text))
        found = self._choices(kind, of, column).get(text.casefold())
        if found is None:
            raise LayerError("sheet_unclear", sheet=row.sheet, row=row.number)
        return found

    def _choices(self, kind: str, of: str, column: str) -> dict[str, Any]:
        options: list[tuple[Any, str]] = []
        if kind == "yes_no":
            options = [(True, "ours.yes"), (False, "ours.no")]
        elif kind == "way":
            options = [(one, f"ours.way_{one}") for one in WAYS]
        elif kind == RATE:
            options = [(one, f"ours.step_{one}") for one in STEPS]
        elif column == "strength":
            options = [(one, f"ours.strength_{one}") for one in STRENGTHS]
        elif kind == "code":
            options = [(one, f"{of}.{one}") for one in vocab.LISTS[of]]
        return {say(name).casefold(): value for value, name in options for say in self.says}

    def _tag(self, row: _Row, part: str) -> str:
        wished = part.strip().casefold()
        for tag in self.tags:
            if wished == tag or wished in {tongue(tag, say).casefold() for say in self.says}:
                return tag
        raise LayerError("sheet_unclear", sheet=row.sheet, row=row.number)

    def _placed(self, error: LayerError, row: _Row) -> LayerError:
        """Say of an error of one value in which row of which sheet it is."""
        if "row" in error.blanks:
            return error
        return LayerError("sheet_unclear", sheet=row.sheet, row=row.number)
