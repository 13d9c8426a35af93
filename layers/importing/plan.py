"""What an import would do, as data: shown on a page or printed, then carried out or forgotten."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from layers.importing.compare import Compared
from layers.importing.draft import Options, Rejected
from layers.importing.tables import Note

if TYPE_CHECKING:
    from layers.importing.look import Contents
    from layers.proposing import Proposal


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnUse:
    """One column of the file: the ``field`` it goes to, or ``None``, and ``how`` that came about.

    ``how`` is ``named`` (by its name or its cells), ``remembered`` (as in the import before),
    ``chosen`` (by a person), ``kept`` (unmapped, beside the row), ``dropped`` or ``personal``
    (never kept). ``examples`` are up to three different texts, none of a personal column.
    """

    name: str
    field: str | None
    how: str
    examples: tuple[str, ...] = ()
    filled: int = 0  # rows with something in it


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueUse:
    """One text of a coded column: in how many ``rows``, its ``code`` and what it may be.

    ``code`` is ``None`` where the text is not understood, and empty where a person said that it
    says nothing.
    """

    field: str
    text: str
    rows: int
    code: str | None
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likely:
    """A row of the file that may be a row that is here already.

    ``taken`` is true where it was sure enough to be taken as the same; ``why`` holds of
    ``identifier``, ``name``, ``place`` and ``address`` those that agree.
    """

    row: int
    name: str
    id: str
    their_name: str
    score: int  # 0..100
    why: tuple[str, ...]
    taken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What an import would do; nothing is written until it is carried out."""

    file: str
    sha256: str
    kind: str
    format: str
    rows: int  # read
    compared: Compared
    rejected: tuple[Rejected, ...]
    notes: tuple[Note, ...]
    joined: dict[str, Any] = field(default_factory=dict)
    point: tuple[float, float] | None = None  # (lon, lat) of the first geometry
    contents: Contents | None = None
    options: Options = field(default_factory=Options)  # as used, what was remembered filled in
    remembered: str | None = None  # the import that filled in the options
    columns: tuple[ColumnUse, ...] = ()
    values: tuple[ValueUse, ...] = ()
    likely: tuple[Likely, ...] = ()
    fates: dict[int, str] = field(default_factory=dict)  # row number: new, same or changed
    # row, table, id, column, before, after: of the first changed cells
    changes_shown: list[dict[str, Any]] = field(default_factory=list)
    proposals: int = 0  # rows that wait for a person's yes instead of being written
    proposed: tuple[Proposal, ...] = ()  # those rows
    licence: str | None = None  # that the format itself names
    choices: dict[str, Any] = field(default_factory=dict)  # what to remember of the options

    @property
    def accepted(self) -> int:
        """Rows that are written, or are here already; also where one cell of a matrix is not."""
        return self.rows - len({one.row for one in self.rejected} - self.fates.keys())
