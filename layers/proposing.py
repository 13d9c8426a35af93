"""Changes that somebody else proposes, kept until a person at the desk decides.

An answer of an organization and a candidate out of OpenStreetMap are both a list of operations
(:mod:`layers.changes`). Nothing else of the atlas is touched before somebody accepts. What was
decided keeps no address: an accepted change lies in the history, a refused one is only a note.
"""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from layers import changes, clock, confirming, protecting, reopening, schema, telling
from layers.atlas import Atlas, Writer
from layers.changes import Operation
from layers.errors import LayerError
from layers.history import Revision

HIDE = telling.HIDE  # it comes first and is acted on at once
_NEVER = frozenset({"private_contact"})
_TELLS_PLACE = frozenset({"geometry", "address", "name", "public_contact", "extra"})
_ABOUT_THE_ROW = frozenset(column.name for column in schema.PROVENANCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What somebody proposes; ``sort`` is what many can be decided on by at once.

    ``id`` is given where the same thing may be proposed again, such as ``osm:node/123``: what is
    there already, also what was refused, is not proposed twice.
    """

    source: str  # one of vocab.PROPOSAL_SOURCE
    table: str
    row_id: str
    operations: tuple[Operation, ...]
    name: str = ""
    sort: str = ""
    organization_id: str | None = None
    invitation_id: str | None = None
    import_id: str | None = None
    note: str = ""
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision did: its change, the proposals done, and those left open with the reason."""

    revision_id: str | None
    done: tuple[str, ...]
    left: tuple[tuple[str, str], ...] = ()  # id and code of the error


def propose(writer: Writer, proposals: Iterable[Proposal]) -> int:
    """Keep proposals to be decided on, and count the new ones.

    One whose identifier is there already is skipped, whatever became of it. A newer answer of an
    organization about the same thing takes the place of its open older one. Point and address
    of a hidden place, and private contacts, are taken out before anything is written; a text or
    note with an address, about a row whose place is protected, is not kept at all.

    Parameters
    ----------
    writer
        A transaction; it needs no revision, because a proposal changes no data.
    proposals
        Any number.
    """
    there = writer.ids("proposals")
    hidden = {row for (row,) in writer.ask("SELECT id FROM locations WHERE precision = 'hidden'")}
    protected = telling.protected(telling.of_sql(writer.ask))
    today = clock.today().isoformat()
    rows: list[dict[str, Any]] = []
    for one in proposals:
        name = one.id or f"p-{secrets.token_hex(8)}"
        said = [_safe(each, hidden).to_json() for each in one.operations]
        if name in there or protected.told_by(said, one.note):
            continue
        there.add(name)
        if one.source == "organization":
            _supersede(writer, one)
            rows = [row for row in rows if not _same_question(row, one)]
        rows.append(
            {
                "id": name,
                "source": one.source,
                "organization_id": one.organization_id,
                "invitation_id": one.invitation_id,
                "import_id": one.import_id,
                "table_name": one.table,
                "row_id": one.row_id,
                "name": one.name or None,
                "sort": one.sort or None,
                "operations": said,
                "note": one.note or None,
                "made_on": today,
                "state": "open",
            }
        )
    if rows:
        writer.insert("proposals", rows)
    return len(rows)


def states(writer: Writer, ids: Iterable[str]) -> dict[str, int]:
    """Count, by their state, those of these identifiers that were proposed before."""
    there = dict(writer.ask("SELECT id, state FROM proposals"))
    return dict(Counter(there[one] for one in set(ids) if one in there))


def withdraw(writer: Writer, ids: Iterable[str], *, organization_id: str) -> int:
    """Take back open proposals of one organization, and count them.

    What another organization proposed, or what is decided, stays as it is.
    """
    done = 0
    for one in ids:
        found = writer.ask(
            "SELECT row_version FROM proposals WHERE id = ? AND organization_id = ?"
            " AND source = 'organization' AND state = 'open'",
            (one, organization_id),
        )
        if found:
            writer.update("proposals", one, _closed("superseded"), seen=found[0][0])
            done += 1
    return done


def decide(atlas: Atlas, ids: Sequence[str], *, accept: bool, who: str = "") -> Decided:
    """Accept or refuse proposals, all in one transaction.

    A proposal whose rows somebody changed since stays open and is named; a change of other
    columns of the same row does not stand in its way.

    Parameters
    ----------
    atlas
        Where they wait.
    ids
        Proposals; what is not open any more is passed over.
    accept
        True: carry them out as one change, which can be undone. False: refuse them.
    who
        Name that the person at the desk gave.
    """
    left: dict[str, str] = {}
    while True:
        try:
            if accept:
                return _accept(atlas, ids, left, who)
            return _refuse(atlas, ids, who)
        except _NotTakenError as stuck:  # nothing was written; again without that one
            left[stuck.proposal] = stuck.code


def waiting(atlas: Atlas) -> pd.DataFrame:
    """List the open proposals: those that protect somebody, then answers, then the others.

    Returns
    -------
    rows
        Columns of ``proposals``, ``urgent`` (whether it protects a place), ``asker`` (name of
        the organization that says so, or empty) and ``operations`` as a list of
        :class:`layers.changes.Operation`.
    """
    rows = atlas.read("proposals")
    rows = rows[rows["state"].eq("open")].reset_index(drop=True)
    names = atlas.read("organizations").set_index("id")["name"]
    rows["urgent"] = rows["sort"].eq(HIDE).fillna(value=False).astype(bool)
    rows["asker"] = rows["organization_id"].map(names).astype(object).fillna("")
    rows["operations"] = pd.Series(
        [[Operation.from_json(one) for one in said] for said in rows["operations"]],
        index=rows.index,
        dtype=object,
    )
    order = rows.assign(calm=~rows["urgent"], others=rows["source"].ne("organization")).sort_values(
        ["calm", "others", "asker", "sort", "name"], kind="stable", na_position="last"
    )
    return order.drop(columns=["calm", "others"]).reset_index(drop=True)


def side_by_side(atlas: Atlas, waiting_rows: pd.DataFrame) -> pd.DataFrame:
    """Put what we hold beside what is proposed, one row a cell.

    Parameters
    ----------
    atlas
        What we hold.
    waiting_rows
        Rows of :func:`waiting`.

    Returns
    -------
    cells
        ``proposal``, ``table``, ``row``, ``action``, ``column``, ``held`` and ``proposed`` (as
        the columns hold them; ``None`` is unknown), without columns that only tell where a row
        comes from.
    """
    tables: dict[str, dict[str, Mapping[Any, Any]]] = {}
    cells = []
    for row in waiting_rows.to_dict("records"):
        for one in row["operations"]:
            if one.table not in tables:
                held = atlas.read(one.table)
                tables[one.table] = {str(each["id"]): each for each in held.to_dict("records")}
            there = tables[one.table].get(one.id, {})
            proposed = dict(one.values)
            names = [name for name in proposed if name not in _ABOUT_THE_ROW] or [""]
            cells += [
                {
                    "proposal": row["id"],
                    "table": one.table,
                    "row": one.id,
                    "action": one.action,
                    "column": name,
                    "held": _known(there.get(name)),
                    "proposed": _known(proposed.get(name)),
                }
                for name in names
            ]
    columns = ["proposal", "table", "row", "action", "column", "held", "proposed"]
    return pd.DataFrame(cells, columns=columns, dtype=object)


class _NotTakenError(Exception):
    """One proposal broke a rule while it was carried out; the transaction is given up."""

    def __init__(self, proposal: str, code: str) -> None:
        self.proposal, self.code = proposal, code
        super().__init__(code)


@dataclass(slots=True)
class _Round:
    """One transaction of accepting, and what it changed so far."""

    writer: Writer
    protected: telling.Protected
    changed: dict[tuple[str, str], list[tuple[int, set[str]]]] = field(default_factory=dict)

    def ready(self, one: Operation) -> Operation:
        """Bring an operation to the row as it is now.

        Raises
        ------
        LayerError
            ``row_id_taken`` or ``row_changed_meanwhile``.
        """
        found = self.writer.ask(
            f'SELECT row_version FROM "{schema.TABLES[one.table].name}" WHERE id = ?',  # noqa: S608 - a name of the schema
            (one.id,),
        )
        if one.action == "insert":
            if found:
                raise LayerError("row_id_taken", table=one.table)
            return one
        if not found:
            raise LayerError("row_changed_meanwhile", table=one.table, row=one.id)
        version = int(found[0][0] or 0)
        # what protects is held up by nothing: all that it empties goes, whoever changed it since
        if one.seen is not None and version != one.seen and not _hides(one):
            since = self._since(one, one.seen, version)
            if one.action == "delete" or since is None or since & _said(one):
                raise LayerError("row_changed_meanwhile", table=one.table, row=one.id)
        return replace(one, seen=version)

    def _since(self, one: Operation, seen: int, version: int) -> set[str] | None:
        """Give the columns that changed after ``seen``; ``None`` where nobody can say."""
        steps = list(self.changed.get((one.table, one.id), []))
        kept = self.writer.ask(
            "SELECT version, before, after FROM history WHERE table_name = ? AND row_id = ?"
            " AND version > ?",
            (one.table, one.id, seen),
        )
        for number, before, after in kept:
            if before is None or after is None:
                return None
            was, became = json.loads(before), json.loads(after)
            steps.append((number, {name for name in became if became[name] != was.get(name)}))
        if not set(range(seen + 1, version + 1)) <= {number for number, _ in steps}:
            return None
        names = {name for number, step in steps if number > seen for name in step}
        return {"geometry" if name == "geom" else name for name in names}

    def carry_out(self, operations: Iterable[Operation]) -> set[str]:
        """Write the operations of one proposal; give the places it protects.

        Ties are completed by what the other side said meanwhile.
        """
        renamed: dict[str, str] = {}
        hidden: dict[str, str | None] = {}  # places, and the address that each had
        for said in operations:
            values = dict(said.values)
            one = replace(said, id=renamed.get(said.id, said.id))
            if _hides(one):
                renamed[one.id] = protecting.rename_made(self.writer, one.id)
                one = replace(one, id=renamed[one.id])
                hidden[one.id] = self._address(one.id)
            if one.table == "ties" and one.action == "update":
                values = confirming.counted(self.writer, one.id, values)
                confirming.lift_denials(self.writer, one.id, values)
            changes.apply(self.writer, [replace(one, values=values)])
            if one.action == "update":
                steps = self.changed.setdefault((one.table, one.id), [])
                steps.append(((one.seen or 0) + 1, set(values)))
        for place, address in hidden.items():
            protecting.empty_texts(self.writer, place, address)
        return set(hidden)

    def refuse_telling(self, proposal: str, said: Sequence[Mapping[str, Any]]) -> None:
        """Refuse what would tell where something protected is.

        Raises
        ------
        LayerError
            ``text_tells_hidden`` where a text holds an address, ``name_of_hidden`` where a
            candidate is named like something protected.
        """
        name, source, note = self.writer.ask(
            "SELECT name, source, note FROM proposals WHERE id = ?", (proposal,)
        )[0]
        if self.protected.told_by(said, note):
            raise LayerError("text_tells_hidden")
        if (
            source == "open_street_map"
            and name
            and proposal in self.protected.alike({proposal: name})
        ):
            raise LayerError("name_of_hidden")

    def _address(self, place: str) -> str | None:
        found = self.writer.ask("SELECT address FROM locations WHERE id = ?", (place,))
        return found[0][0] if found else None


def _accept(atlas: Atlas, ids: Sequence[str], left: Mapping[str, str], who: str) -> Decided:
    done, stuck = [], dict(left)
    about: dict[str, str | int] = {}
    places: set[str] = set()
    with atlas.write(Revision(kind="proposal", who=who, about=about)) as writer:
        this = _Round(writer, telling.protected(telling.of_sql(writer.ask)))
        for name in _in_order(writer, [one for one in ids if one not in left]):
            title, said, _ = _read(writer, name)
            try:
                this.refuse_telling(name, said)
                ready = [this.ready(one) for one in _needed(said)]
            except LayerError as error:
                stuck[name] = error.code
                continue
            try:
                places |= this.carry_out(ready)
            except LayerError as error:
                raise _NotTakenError(name, error.code) from error
            _, said, version = _read(writer, name)  # new names may have come
            values = _closed("accepted", said, who) | {"revision_id": writer.revision_id}
            writer.update("proposals", name, values, seen=version)
            done.append(name)
            about["name"] = title
        _protect(writer, places)
        about["count"] = len(done)  # told when the transaction ends
        if len(done) != 1:
            about.pop("name", None)
        revision = writer.revision_id if done else None
    return Decided(revision, tuple(done), tuple(stuck.items()))


def _needed(said: Sequence[Mapping[str, Any]]) -> list[Operation]:
    """Give the operations to carry out: the texts around a hidden place go as they are by then."""
    wished = [Operation.from_json(one) for one in said]
    if not any(map(_hides, wished)):
        return wished
    return [one for one in wished if one.table == "locations"]


def _refuse(atlas: Atlas, ids: Sequence[str], who: str) -> Decided:
    with atlas.write() as writer:
        names = _in_order(writer, ids)
        for name in names:
            _, said, version = _read(writer, name)
            writer.update("proposals", name, _closed("refused", said, who), seen=version)
    return Decided(None, tuple(names))


def _in_order(writer: Writer, ids: Sequence[str]) -> list[str]:
    """Keep those that are open; one that protects somebody goes last.

    Protecting a place empties what other proposals hold about it, so they are carried out before.
    """
    sorts = dict(writer.ask("SELECT id, sort FROM proposals WHERE state = 'open'"))
    listed = [one for one in dict.fromkeys(ids) if one in sorts]
    return sorted(listed, key=lambda one: sorts[one] == HIDE)


def _read(writer: Writer, proposal: str) -> tuple[str, list[dict[str, Any]], int]:
    """Read the name of a proposal, what it would do, and its version."""
    name, said, version = writer.ask(
        "SELECT name, operations, row_version FROM proposals WHERE id = ?", (proposal,)
    )[0]
    return name or "", json.loads(said), int(version)


def _protect(writer: Writer, places: set[str]) -> None:
    """Leave no open proposal that still holds where a place is that was protected just now."""
    if not places:
        return
    for name, version, said in writer.ask(
        "SELECT id, row_version, operations FROM proposals WHERE state = 'open'"
    ):
        if any(one["table"] == "locations" and one["id"] in places for one in json.loads(said)):
            writer.update("proposals", name, _closed("superseded"), seen=version)


def _supersede(writer: Writer, newer: Proposal) -> None:
    for name, version in writer.ask(
        "SELECT id, row_version FROM proposals WHERE state = 'open' AND source = 'organization'"
        " AND organization_id IS ? AND table_name = ? AND row_id IS ? AND sort IS ?",
        (newer.organization_id, newer.table, newer.row_id, newer.sort or None),
    ):
        writer.update("proposals", name, _closed("superseded"), seen=version)


def _same_question(row: Mapping[str, Any], newer: Proposal) -> bool:
    return (row["organization_id"], row["table_name"], row["row_id"], row["sort"]) == (
        newer.organization_id,
        newer.table,
        newer.row_id,
        newer.sort or None,
    )


def _safe(one: Operation, hidden: set[str]) -> Operation:
    """Take out what may not lie about: the place of what is hidden, and private contacts."""
    said = one.values  # noqa: PD011 - an operation, no table
    values = {name: value for name, value in said.items() if name not in _NEVER}
    if one.table == "locations":
        if _hides(one):
            values = {name: value for name, value in values.items() if name not in _TELLS_PLACE}
            if one.action == "update":  # the rule of the table: a hidden place has neither
                values |= {"geometry": None, "address": None, "name": None, "extra": None}
        elif one.id in hidden and "precision" not in values:
            values = {name: value for name, value in values.items() if name not in _TELLS_PLACE}
    return replace(one, values=values)


def _hides(one: Operation) -> bool:
    values = one.values  # noqa: PD011 - an operation, no table
    return one.table == "locations" and values.get("precision") == "hidden"


def _said(one: Operation) -> set[str]:
    """Give the columns an operation really decides on."""
    names = set(one.values) - _ABOUT_THE_ROW
    return names - confirming.COUNTED if one.table == "ties" else names


def _closed(
    state: str, operations: Sequence[Mapping[str, Any]] = (), who: str = ""
) -> dict[str, Any]:
    """Give the columns of a proposal that is decided: what it did, without places and contacts."""
    return {
        "state": state,
        "operations": reopening.without_places(operations),
        "note": None,
        "decided_on": clock.today().isoformat(),
        "decided_by": who or None,
    }


def _known(value: Any) -> Any:  # noqa: ANN401 - any cell
    """Make every word of pandas for "nothing" ``None``."""
    if value is None or isinstance(value, list | dict):
        return value
    return None if pd.isna(value) else value
