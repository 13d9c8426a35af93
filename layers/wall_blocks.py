"""What stands behind each square of a wall: people in blocks of five or more, and nobody else.

A square is made of blocks: each table or group with five people in it, and all others together
where they are five. Whatever the wall shows of a square is worked out from its blocks, so one
number taken away from another leaves nobody, or five at least. A block changes only where five
people changed it, and is taken off as soon as fewer than five are left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import pandas as pd

from layers import answer_counts, privacy
from layers.privacy import Counts, K, Numbers, least_changed

REST = "rest"
"""The block of those of no table, and of tables that are not shown in this square themselves."""

ANSWERS = ("reasons", "when", "company")
"""The questions whose answers are counted."""

TOLD = ("told", "")
"""Beside the answers of the room: how many people told anything at all."""

_NOBODY: Counts = (0, 0, 0)
_NO_NUMBERS = Numbers()
_FEELINGS = ("safe", "mixed", "unsafe")

Key = tuple[str, str]  # cell, and the number of a table or REST
Answer = tuple[str, str]  # question, code


@dataclass(frozen=True, slots=True)
class Block:
    """Who stood behind a block when it was last shown anew: how many, and what they answered."""

    counts: Counts
    answers: Mapping[Answer, int]  # those of five or more
    parts: Mapping[str, Counts] = field(default_factory=dict)  # of REST: table -> its people in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """All that stands behind a wall; exact, so it never leaves the room's file."""

    blocks: Mapping[Key, Block] = field(default_factory=dict)
    off: Mapping[Key, Counts] = field(default_factory=dict)  # taken off, and who was left then
    answers: Numbers = _NO_NUMBERS  # (cell or "", question, code) -> people; "": all the room


class Row(NamedTuple):
    """What one person says of one square, once; as the room's file holds it."""

    cell: str
    token: str
    feeling: str
    party: int | None
    reasons: tuple[str, ...]
    time_of_day: str | None
    company: str | None


class _Person:
    __slots__ = ("answers", "feeling")

    def __init__(self) -> None:
        self.feeling = ""
        self.answers: set[Answer] = set()


People = dict[str, _Person]  # token -> what she says of a square


def rows_of(contributions: pd.DataFrame) -> list[Row]:
    """Read rows from what :meth:`layers.room.Room.contributions` gives."""
    table = contributions[list(Row._fields)].astype(object)
    return list(map(Row._make, table.where(table.notna(), None).itertuples(index=False)))


def everybody(rows: Iterable[Row]) -> dict[Answer, int]:
    """Count the people of the whole room by answer, and under :data:`TOLD` all of them."""
    people: dict[str, set[Answer]] = {}
    for row in rows:
        people.setdefault(row.token, {TOLD}).update(_told(row))
    return dict(Counter(answer for said in people.values() for answer in said))


def advance(
    rows: Iterable[Row], old: Standing, *, told: Mapping[Answer, int] | None = None
) -> Standing:
    """Work out the next batch.

    Parameters
    ----------
    rows
        All that stands now; or, where ``told`` is given, all of those squares that have something
        new since the last batch.
    old
        What stood before, after :func:`retract`.
    told
        What :func:`everybody` gives of all rows.
    """
    rows = list(rows)
    present = _squares(rows)
    names: dict[str, set[str]] = {}
    for cell, name in (*old.blocks, *old.off):
        names.setdefault(cell, set()).add(name)
    if told is None:
        told, over = everybody(rows), present.keys() | names.keys()
    else:
        over = set(present)
    blocks = {key: block for key, block in old.blocks.items() if key[0] not in over}
    off = {key: counts for key, counts in old.off.items() if key[0] not in over}
    for cell in sorted(over):
        here = present.get(cell, {})
        known = names.get(cell, set()) | here.keys()
        square = _Square(cell, here, old)
        square.advance(sorted(known - {REST}))
        blocks |= square.blocks
        off |= square.off
    now: dict[privacy.Key, int] = {("", *answer): people for answer, people in told.items()}
    for (cell, _), block in blocks.items():
        for answer, people in block.answers.items():
            key = (cell, *answer)
            now[key] = now.get(key, 0) + people
    return Standing(blocks=blocks, off=off, answers=privacy.steady(_of(old.answers, blocks), now))


def retract(rows: Iterable[Row], old: Standing) -> Standing:
    """Take off what rests on fewer than five by now; nothing else changes, and nothing comes."""
    rows = list(rows)
    present = _squares(rows)
    blocks: dict[Key, Block] = {}
    off = dict(old.off)
    now: dict[privacy.Key, int] = {("", *key): n for key, n in everybody(rows).items()}
    for key, block in old.blocks.items():
        here = present.get(key[0], {})
        left = _people(here, key, old)
        if len(left) < K:
            off |= _taken_off(key, here, left, block.parts)
            continue
        blocks[key] = block
        for answer, people in _answers(left).items():
            now[key[0], *answer] = now.get((key[0], *answer), 0) + people
    told = _of(old.answers, blocks)
    few = {key: now.get(key, 0) for key in told.shown if now.get(key, 0) < K}
    stays = {key: number for key, number in told.shown.items() if key not in few}
    return Standing(blocks=blocks, off=off, answers=Numbers(stays, {**told.off, **few}))


def cells(standing: Standing, block: str | None = None) -> list[list[str | None]]:
    """List squares as the wall shows them: of all blocks together, or of one table.

    Returns
    -------
    cells
        ``[cell, feeling, band]``, by cell.
    """
    return [
        [cell, privacy.shared_feeling(*counts), privacy.band(sum(counts))]
        for cell, counts in sorted(_behind(standing, block).items())
    ]


def answers(standing: Standing, question: str, cell: str = "") -> list[list[str]]:
    """List the answers to a question in bands, of the room or of one square.

    A number of a square never stands above that of all its people, or that of the room: a part
    that is larger than its whole would tell how few came between the two. What could hurt follows
    the rule of the publication (:func:`layers.answer_counts.why_few`), in the room and in the
    square.
    """
    shown = standing.answers.shown
    people = sum(_behind(standing).get(cell, _NOBODY))
    everybody_told = shown.get(("", *TOLD), 0)
    told = []
    for key, number in sorted(shown.items()):
        if key[:2] == (cell, question):
            answer, least = (question, key[2]), number
            held = None
            if cell:
                room = shown.get(("", *answer), 0)
                least = min(number, people, room)
                held = answer_counts.why_few(answer, room, told=everybody_told)
            held = held or answer_counts.why_few(
                answer, least, told=people if cell else everybody_told
            )
            if held is None:
                told.append([key[2], privacy.band(least)])
    return told


def stands(standing: Standing, cell: str, party: int | None) -> bool:
    """Say whether those of a table, or of none, are in a block of a square that is shown."""
    name = _block_name(party)
    if name != REST and (cell, name) in standing.blocks:
        return True
    apart = name != REST and (cell, name) in standing.off
    return (cell, REST) in standing.blocks and not apart


def counted(rows: pd.DataFrame, standing: Standing) -> pd.DataFrame:
    """Leave out, in squares that are shown, who stands in no block of them.

    Published with the others they could be found by taking away what the wall showed.

    Parameters
    ----------
    rows
        As :meth:`layers.room.Room.contributions`.
    standing
        After :func:`retract`.
    """
    shown = {cell for cell, _ in standing.blocks}
    apart = standing.blocks.keys() | standing.off.keys()
    others = {
        cell
        for cell, here in _squares(rows_of(rows)).items()
        if (cell, REST) in standing.blocks
        or ((cell, REST) not in apart and len(_people(here, (cell, REST), standing)) >= K)
    }

    def counts(row: Row) -> bool:
        name = _block_name(row.party)
        if row.cell not in shown or (name != REST and (row.cell, name) in standing.blocks):
            return True
        return row.cell in others and (name == REST or (row.cell, name) not in apart)

    keep = [counts(row) for row in rows_of(rows)]
    return rows[pd.Series(keep, index=rows.index, dtype=bool)]


def released(standing: Standing) -> pd.DataFrame:
    """Give the squares of a wall as :func:`layers.privacy.release` gives them."""
    table = [(cell, people, feeling) for cell, feeling, people in cells(standing)]
    frame = pd.DataFrame(table, columns=privacy.COLUMNS)
    frame = frame.astype(dict.fromkeys(privacy.COLUMNS, "str"))
    behind = _behind(standing)
    left: dict[str, Counts] = {}
    for (cell, _), counts in standing.off.items():
        if cell not in behind:
            left[cell] = _added(left.get(cell, _NOBODY), counts)
    inputs = {cell: (cell, counts) for cell, counts in behind.items()}
    frame.attrs["basis"] = privacy.Basis(behind, inputs, left)
    return frame


def packed(standing: Standing) -> dict[str, Any]:
    """Write it for the room's file, with what :func:`layers.privacy.unpacked` reads."""
    blocks = [
        [*key, block.counts, [[*answer, n] for answer, n in block.answers.items()], block.parts]
        for key, block in standing.blocks.items()
    ]
    return privacy.packed(released(standing)) | {
        "blocks": blocks,
        "blocks_off": [[*key, counts] for key, counts in standing.off.items()],
        "answers": [[*key, n] for key, n in standing.answers.shown.items()],
        "answers_off": [[*key, n] for key, n in standing.answers.off.items()],
    }


def unpacked(kept: Mapping[str, Any] | None) -> Standing:
    """Read what :func:`packed` wrote; what an earlier version wrote had no tables."""
    if kept is None or "rows" not in kept:
        return Standing()
    if "blocks" not in kept:
        behind = {cell: _three(counts) for cell, counts in kept["behind"].items()}
        return Standing(blocks={(cell, REST): Block(n, {}) for cell, n in behind.items()})
    blocks = {
        (cell, name): Block(
            _three(counts),
            {(question, code): n for question, code, n in told},
            {part: _three(n) for part, n in parts.items()},
        )
        for cell, name, counts, told, parts in kept["blocks"]
    }
    return Standing(
        blocks=blocks,
        off={(cell, name): _three(counts) for cell, name, counts in kept["blocks_off"]},
        answers=Numbers(
            {tuple(key): n for *key, n in kept["answers"]},
            {tuple(key): n for *key, n in kept["answers_off"]},
        ),
    )


class _Square:
    """One square: its people by table, and the blocks they make with the next batch."""

    def __init__(self, cell: str, here: Mapping[str, People], old: Standing) -> None:
        self._cell, self._here, self._old = cell, here, old
        self.blocks: dict[Key, Block] = {}
        self.off: dict[Key, Counts] = {}

    def advance(self, tables: Iterable[str]) -> None:
        """Work out the blocks: tables first, then all others together."""
        coming = []
        for name in tables:
            key, now = (self._cell, name), self._here.get(name, {})
            if key in self._old.blocks:
                self._renew(key, now)
            elif self._may_come(key, now):
                coming.append(name)
            elif key in self._old.off:
                self.off[key] = self._old.off[key]
        rest_key = (self._cell, REST)
        rest = self._old.blocks.get(rest_key)
        for name in self._may_leave(rest, coming) if rest else coming:
            self.blocks[self._cell, name] = _block(self._here[name])
        parts = self._others()
        left = {token: person for people in parts.values() for token, person in people.items()}
        inside = {name: _counts(people) for name, people in parts.items() if name != REST}
        if rest:
            self._renew(rest_key, left, inside)
        elif self._may_come(rest_key, left):
            self.blocks[rest_key] = _block(left, inside)
        elif rest_key in self._old.off:
            self.off[rest_key] = self._old.off[rest_key]

    def _others(self, besides: Iterable[str] = ()) -> dict[str, People]:
        """Give those of no table, and the tables that are not shown here.

        Who was taken off with a table is not counted with the others instead.
        """
        apart = {name for _, name in (*self.blocks, *self.off)}.union(besides) - {REST}
        return {name: people for name, people in self._here.items() if name not in apart}

    def _may_come(self, key: Key, now: People) -> bool:
        left = self._old.off.get(key)
        return len(now) >= K and (left is None or least_changed(left, _counts(now)) >= K)

    def _may_leave(self, rest: Block, coming: list[str]) -> list[str]:
        """Say which tables may leave the others: all that could, those not yet counted, or none.

        Only where five stay behind. A table that was counted with the others leaves only with
        five changes, and where five changed the others too: else the others before and after
        would tell how many of that table there were.
        """

        def behind(leaving: list[str]) -> Counts:
            people = [one for part in self._others(leaving).values() for one in part.items()]
            return _counts(dict(people))

        counted = {name for name in coming if sum(rest.parts.get(name, _NOBODY))}
        leaving: list[str] = []
        for name in sorted(coming, key=lambda one: (one in counted, one)):
            stay = behind([*leaving, name])
            fine = sum(stay) >= K
            if name in counted:
                then, now = rest.parts[name], _counts(self._here[name])
                fine &= least_changed(then, now) >= K and least_changed(rest.counts, stay) >= K
            if fine:
                leaving.append(name)
        return leaving

    def _renew(self, key: Key, now: People, parts: Mapping[str, Counts] | None = None) -> None:
        """Let a block stand, change or go."""
        then = self._old.blocks[key]
        if len(now) < K:
            self.off |= _taken_off(key, self._here, now, then.parts)
        elif least_changed(then.counts, _counts(now)) < K:
            self.blocks[key] = then
        else:
            self.blocks[key] = _block(now, parts)


def _block(people: People, parts: Mapping[str, Counts] | None = None) -> Block:
    told = {answer: number for answer, number in _answers(people).items() if number >= K}
    return Block(_counts(people), told, parts or {})


def _people(here: Mapping[str, People], key: Key, standing: Standing) -> People:
    """Give the people of a block as they are now."""
    cell, name = key
    if name != REST:
        return here.get(name, {})
    apart = standing.blocks.keys() | standing.off.keys()
    return {
        token: person
        for party, people in here.items()
        if party == REST or (cell, party) not in apart
        for token, person in people.items()
    }


def _taken_off(
    key: Key, here: Mapping[str, People], left: People, parts: Iterable[str]
) -> dict[Key, Counts]:
    """Give what is off with a block: with the others also each table that was counted in them."""
    return {
        key: _counts(left),
        **{(key[0], name): _counts(here.get(name, {})) for name in parts},
    }


def _squares(rows: Iterable[Row]) -> dict[str, dict[str, People]]:
    """Sort people into squares and tables, one voice each, as :func:`layers.privacy.voices`."""
    found: dict[str, dict[str, People]] = {}
    for row in rows:
        people = found.setdefault(row.cell, {}).setdefault(_block_name(row.party), {})
        person = people.setdefault(row.token, _Person())
        person.feeling = row.feeling if person.feeling in ("", row.feeling) else "mixed"
        person.answers.update(_told(row))
    return found


def _told(row: Row) -> Iterable[Answer]:
    yield from (("reasons", code) for code in row.reasons)
    if row.time_of_day is not None:
        yield ("when", row.time_of_day)
    if row.company is not None:
        yield ("company", row.company)


def _of(numbers: Numbers, blocks: Mapping[Key, Block]) -> Numbers:
    """Keep the numbers of the room, and of squares that are still shown."""
    cells = {"", *(cell for cell, _ in blocks)}
    return Numbers(*({key: n for key, n in part.items() if key[0] in cells} for part in numbers))


def _answers(people: People) -> dict[Answer, int]:
    return dict(sorted(Counter(a for person in people.values() for a in person.answers).items()))


def _counts(people: People) -> Counts:
    found = Counter(person.feeling for person in people.values())
    return (found["safe"], found["mixed"], found["unsafe"])


def _behind(standing: Standing, block: str | None = None) -> dict[str, Counts]:
    """Give how many stand behind each square that is shown, in one block or all together."""
    found: dict[str, Counts] = {}
    for (cell, name), one in standing.blocks.items():
        if block in (None, name):
            found[cell] = _added(found.get(cell, _NOBODY), one.counts)
    return found


def _added(one: Counts, other: Counts) -> Counts:
    return (one[0] + other[0], one[1] + other[1], one[2] + other[2])


def _three(kept: Iterable[int]) -> Counts:
    safe, mixed, unsafe = kept
    return safe, mixed, unsafe


def _block_name(party: int | None) -> str:
    return REST if party is None else str(party)
