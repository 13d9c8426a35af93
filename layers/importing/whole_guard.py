"""What protects people also where a file says that it is an export of ours: nobody can know that.

An export of ours passes unchanged, for it holds nothing that would be taken out here: places that
may be shown although they are called like a shelter, or are known only roughly, say so in a column
``address_shown``.
"""

from __future__ import annotations

from layers.codebook import ANSWERS
from layers.errors import LayerError
from layers.importing import cells, hiding, left_out
from layers.importing.columns import Columns
from layers.importing.draft import RowRefused
from layers.importing.known import known
from layers.importing.statements import is_fact
from layers.importing.tables import Note, Table
from layers.importing.whole_here import Held
from layers.importing.whole_people import guard_people, guard_uses
from layers.importing.whole_places import drop, guard_places
from layers.importing.whole_rows import Row, Whole
from layers.space import cell_polygon

_COUNTED = ("areas", "population_groups", "population", "usage", "trust")


def guard(whole: Whole, held: Held) -> None:
    """Take out of a file, in place, whatever no import may bring.

    Parameters
    ----------
    whole
        Rows as read; contacts, hidden places, small counts and the like are emptied or refused.
    held
        Gives a table of the atlas.
    """
    _no_contacts(whole)
    _no_personal_columns(whole)
    _no_people_by_papers(whole)
    _statements(whole)
    guard_places(whole, held)
    _cells(whole)
    _personas(whole)
    guard_people(whole, held)
    guard_uses(whole, held)


def _no_contacts(whole: Whole) -> None:
    """Drop private contacts: no export of ours holds any, so these are somebody else's doing."""
    count = 0
    for row in whole.of("organizations"):
        count += row.record.get("private_contact") is not None
        row.record["private_contact"] = None
    if count:
        whole.notes.append(Note("private_left_out", {"count": count}))


def _no_personal_columns(whole: Whole) -> None:
    aliases = known()
    named = {cells.plain(one) for one in aliases["left_out"]}
    named |= {cells.plain(one) for one in aliases["fields"]["private_contact"]}
    dropped: set[str] = set()
    for name, rows in whole.rows.items():
        keys = {key for row in rows for key in (row.record.get("extra") or {})}
        bad = {key for key in keys if cells.plain(key) in named or left_out.is_personal(key)}
        dropped |= bad
        drop(rows, bad | _numbers(name, rows, sorted(keys - bad), whole))
    if dropped:
        whole.notes.append(Note("columns_personal", {"columns": ", ".join(sorted(dropped))}))


def _numbers(name: str, rows: list[Row], keys: list[str], whole: Whole) -> set[str]:
    """Find unmapped columns that may count people."""
    extras = [row.record.get("extra") or {} for row in rows]
    table = Table(keys, [[one.get(key) for key in keys] for one in extras], [], "")
    places = list(range(len(keys)))
    if name in _COUNTED:
        left = left_out.without_counts(table, places)
    else:
        left = left_out.without_people(table, left_out.without_papers(table, places))
    whole.notes += table.notes
    return {keys[place] for place in places if place not in left}


def _no_people_by_papers(whole: Whole) -> None:
    bad = {
        str(row.record["id"])
        for row in whole.of("population_groups")
        if left_out.about_papers(str(row.record["id"]))
        or left_out.about_papers(str(row.record["label"]))
    }

    def check(row: Row) -> None:
        group = row.record.get("group_code") or row.record["id"]
        if group in bad or left_out.about_papers(str(group)):
            raise RowRefused("group_by_papers")

    for table in ("population", "usage"):
        whole.keep(table, check)
    whole.keep("population_groups", check)


def _statements(whole: Whole) -> None:
    """Keep of other sources what an import keeps of them: facts, and no texts of any column."""

    def check(row: Row) -> None:
        one = row.record
        if not is_fact(str(one["table_name"]), str(one["attribute"]), str(one["value"])):
            raise RowRefused("value_not_listed", column="attribute")

    whole.keep("statements", check)


def _cells(whole: Whole) -> None:
    """Take the square of a released cell from its name, never the shape that a file draws.

    An answer is one of the codebook: it is no place for a text.
    """

    def check(row: Row) -> None:
        try:
            row.record["geometry"] = cell_polygon(str(row.record["cell"]))
        except LayerError as error:
            raise RowRefused("value_not_listed", column="cell") from error

    whole.keep("reported_cells", check)

    def answer(row: Row) -> None:
        if row.record["code"] not in ANSWERS.get(str(row.record["question"]), ()):
            raise RowRefused("value_not_listed", column="code")

    whole.keep("session_counts", answer)

    def public(row: Row) -> None:
        if hiding.why_hidden(Columns([]), [], row.record.get("name")):
            raise RowRefused("place_protected", column="name")

    whole.keep("places", public)


def _personas(whole: Whole) -> None:
    """Keep personas that describe something; whether it can be asked is told where it is read."""

    def check(row: Row) -> None:
        if not isinstance(row.record["description"], dict):
            raise RowRefused("value_not_listed", column="description")

    whole.keep("personas", check)
