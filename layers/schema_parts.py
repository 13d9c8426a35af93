"""What tables and columns of the atlas are made of, for :mod:`layers.schema` to declare them."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

TYPES = MappingProxyType(
    {
        "text": "TEXT",
        "code": "TEXT",  # one of a list in layers.vocab
        "codes": "TEXT",  # JSON array of texts
        "yes_no": "BOOLEAN",  # 1, 0, or NULL for unknown
        "int": "INTEGER",
        "number": "REAL",
        "date": "DATE",
        "json": "TEXT",
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``about`` says what it holds, ``of`` names its list or its table."""

    name: str
    type: str
    about: str
    of: str = ""
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the atlas; ``geometry`` is a GeoPackage type, or empty for none."""

    name: str
    about: str
    columns: tuple[Column, ...]
    geometry: str = ""
    writers: str = "import"
    rules: tuple[str, ...] = ()  # SQL conditions that the store itself refuses to break
    leaves: bool = True  # False: work notes of this atlas, which no export takes along

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of all columns but the geometry, in stored order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Give one column by its name."""
        return next(column for column in self.columns if column.name == name)


def text(name: str, about: str, *, required: bool = False) -> Column:
    """Declare a column of text."""
    return Column(name, "text", about, required=required)


def code(name: str, about: str, of: str | None = None, *, required: bool = False) -> Column:
    """Declare a column of one code of a list, by default the list of its own name."""
    return Column(name, "code", about, of or name, required)


def yes_no(name: str, about: str) -> Column:
    """Declare a column of yes, no or unknown."""
    return Column(name, "yes_no", f"{about}; empty is unknown")


def ref(name: str, table: str, about: str, *, required: bool = False) -> Column:
    """Declare a column that names a row of another table."""
    return Column(name, "text", about, table, required)


ID = text("id", "identifier, always a text: leading zeros count", required=True)
PROVENANCE = (
    code("says_who", "who says so: the provider, its users, a public record, a facilitator"),
    Column("date_checked", "date", "day on which somebody last confirmed the row"),
    text("source_file", "name of the file the row came from; empty where it was typed here"),
    Column("source_row", "int", "row number in that file, the header being row 1"),
    ref("import_id", "imports", "the import that brought it; later changes stand in the history"),
    Column("extra", "json", "columns of the source that have no place here, kept for export"),
    Column("row_version", "int", "grows by one with every change: a second writer is told"),
)


def table(
    name: str,
    about: str,
    *columns: Column,
    geometry: str = "",
    writers: str = "import",
    rules: tuple[str, ...] = (),
) -> Table:
    """Declare a table with an identifier before its columns, and those of origin after them."""
    return Table(
        name=name,
        about=about,
        columns=(ID, *columns, *PROVENANCE),
        geometry=geometry,
        writers=writers,
        rules=rules,
    )


def listed(name: str, codes: tuple[str, ...]) -> str:
    """Write the rule that a column holds one of these codes."""
    return f"{name} IN ({', '.join(repr(code) for code in codes)})"


def create_sql(table: Table) -> str:
    """Write the CREATE TABLE of a table: our own SQL, so that plain SQLite can insert.

    A layer made by GDAL carries index triggers that call spatial functions which Python's SQLite
    does not have; these tables carry none. ``fid`` is GeoPackage's integer key.
    """
    lines = ["fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"]
    if table.geometry:
        lines.append(f"geom {table.geometry}")
    for column in table.columns:
        rule = " NOT NULL" if column.required else ""
        unique = " UNIQUE" if column.name == "id" else ""
        lines.append(f'"{column.name}" {TYPES[column.type]}{rule}{unique}')
    lines += [f"CHECK ({rule})" for rule in table.rules]
    body = ",\n  ".join(lines)
    return f'CREATE TABLE "{table.name}" (\n  {body}\n)'
