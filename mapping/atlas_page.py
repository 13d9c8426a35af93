"""Write ``docs/reference/atlas.md`` from the schema: ``python -m mapping.atlas_page``."""

from __future__ import annotations

from pathlib import Path

from layers import schema, vocab

TARGET = Path(__file__).parent.parent / "docs" / "reference" / "atlas.md"
HEAD = f"""# The atlas: tables and columns

Written from `layers/schema.py` by `python -m mapping.atlas_page`; schema version {schema.VERSION}.

**Two stores.** The *atlas* is one GeoPackage: all tables below. The *room* is a SQLite file of its
own (sessions that are open, contributions, consent) and is described in `routes.md`; nothing of it
reaches the atlas except through `layers.privacy`, as released cells and bands.

- Geometry is stored in **EPSG:4326** (longitude, latitude, degrees), two-dimensional. Distances are
  measured in the metric CRS named by `cg_meta.metres_crs`, lengths of streets are stored in metres.
- **Unknown is empty** (NULL), never `no` and never 0. `yes/no` columns hold 1, 0 or nothing.
- Counts of people: one to four are never stored; the row has `suppressed` = 1 and no count.
- A place of precision `hidden` has neither geometry nor address: the store refuses such a row.
- Every table has `fid` (GeoPackage's own key), `id` and, but for `imports` and the work notes at
  the end (`revisions`, `history`, `invitations`, `proposals`: no export takes them along), the
  columns of origin
  {", ".join(f"`{column.name}`" for column in schema.PROVENANCE)}.
- Open it with QGIS, `geopandas.read_file(path, layer=...)` or any GeoPackage reader while the
  application runs. Write to it only through the application: a row that changed since it was read
  is never overwritten (`row_version`).
- The schema version stands in `cg_meta`; an older file is brought up to date when it is opened, all
  steps or none (`layers/migrations.py`).

"""
PROVENANCE_NAMES = tuple(column.name for column in schema.PROVENANCE)
KINDS = {
    "text": "text",
    "code": "code",
    "codes": "JSON list of texts",
    "yes_no": "yes/no",
    "int": "whole number",
    "number": "number",
    "date": "date, YYYY-MM-DD",
    "json": "JSON",
}


def page() -> str:
    """Give the whole reference page as Markdown."""
    return HEAD + "\n".join([*map(_section, schema.TABLES.values()), _lists()])


def _section(table: schema.Table) -> str:
    shared = (
        {column.name for column in schema.PROVENANCE}
        if {*PROVENANCE_NAMES} <= {*table.column_names}
        else set()
    )
    lines = [
        f"## {table.name}",
        "",
        f"{table.about}.",
        "",
        f"Store: atlas. Written by: {table.writers}. "
        + (f"Geometry: {table.geometry}, EPSG:4326." if table.geometry else "No geometry."),
    ]
    lines += [f"The store refuses rows unless: `{rule}`." for rule in table.rules]
    lines += ["", "| column | holds | meaning |", "|---|---|---|"]
    for column in table.columns:
        if column.name in shared:
            continue
        of = f" of `{column.of}`" if column.of else ""
        needed = ", required" if column.required else ""
        lines.append(f"| `{column.name}` | {KINDS[column.type]}{of}{needed} | {column.about} |")
    return "\n".join([*lines, ""])


def _lists() -> str:
    rows = [
        f"- `{name}`: {', '.join(f'`{code}`' for code in codes)}"
        for name, codes in vocab.LISTS.items()
    ]
    return "\n".join(["## Closed lists", "", *rows, ""])


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
