"""Write the tables of ``docs/reference/formats.md`` from a run: ``python -m mapping.formats_page``.

Small invented files in every format are added to an empty atlas, taken out again and added to
another one. What the page says of a format is what happened.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

from layers import atlas as atlas_store
from layers.atlas import Atlas
from layers.exporting import FORMATS, export, leaving
from layers.importing import importer
from layers.importing.plan import Plan

TARGET = Path(__file__).parent.parent / "docs" / "reference" / "formats.md"
BEGIN, END = "<!-- begin: written by mapping.formats_page -->", "<!-- end -->"
_NAMES = {
    "csv": "CSV",
    "xlsx": "XLSX",
    "geojson": "GeoJSON",
    "gpkg": "GeoPackage",
    "shapefile": "Shapefile (zip)",
    "kml": "KML",
    "osm": "OSM extract",
}
_SINGLE = (
    *("Format", "File", "Rows in", "Rejected", "Wait for a yes", "Columns understood"),
    *("Kept beside the row", "Out as, and back unchanged"),
)
_WHOLE = ("A whole atlas as", "Tables", "Rows out", "Rows in", "Rejected", "Back unchanged")
_IN_ITS_OWN = {"gpkg": "atlas.gpkg", "xlsx": "atlas.xlsx"}


def page() -> str:
    """Give the reference page with its tables as they are today."""
    text = TARGET.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    return f"{before}{BEGIN}\n\n{tables()}\n\n{END}{after}"


def tables() -> str:
    """Add every file to an atlas, and write down what became of it."""
    # here, because the invented files are only needed here
    from sample_data.example_files import make  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        files = make(folder / "files")
        lines = [
            *_head(_SINGLE),
            *(_single(folder, file) for file in files),
            "",
            *_head(_WHOLE),
            *_whole(folder, files),
        ]
    return "\n".join(lines)


def _single(folder: Path, file: Path) -> str:
    into, plan = _added(folder, file)
    how = Counter(one.how for one in plan.columns)
    to = plan.format if plan.format in FORMATS else "gpkg"
    back = _comes_back(folder, into, to)[1]
    cells = [
        _NAMES[plan.format],
        f"`{file.name}`",
        plan.rows,
        plan.rows - plan.accepted,
        plan.proposals,
        how["named"] or "-",
        how["kept"] or "-",
        f"{to}: {_word(back)}",
    ]
    return _line(cells)


def _whole(folder: Path, files: list[Path]) -> list[str]:
    """Take one atlas, with services and streets in it, out and in again in each format."""
    into = atlas_store.create(folder / "whole.gpkg", name="Ostmark", country="DK")
    for file in files:
        if file.suffix in (".csv", ".pbf"):
            importer.carry_out(into, importer.prepare(into, file), licence="invented")
    lines = []
    for to in FORMATS:
        plan, back = _comes_back(folder, into, to)
        rows = leaving(into).rows
        cells = [
            _NAMES[to] if to in _IN_ITS_OWN else f"{_NAMES[to]} (folder or zip)",
            len(rows),
            sum(rows.values()),
            plan.rows,
            plan.rows - plan.accepted,
            _word(back),
        ]
        lines.append(_line(cells))
    return lines


def _head(names: tuple[str, ...]) -> list[str]:
    return [_line([*names]), f"|{'---|' * len(names)}"]


def _line(cells: list[Any]) -> str:
    return f"| {' | '.join(str(one) for one in cells)} |"


def _word(said: bool) -> str:  # noqa: FBT001 - a value, no switch
    return "yes" if said else "no"


def _fresh(folder: Path) -> Path:
    return folder / f"{len(list(folder.iterdir()))}.gpkg"


def _added(folder: Path, file: Path) -> tuple[Atlas, Plan]:
    into = atlas_store.create(_fresh(folder), name="Ostmark", country="DK")
    plan = importer.prepare(into, file)
    importer.carry_out(into, plan)
    return into, plan


def _comes_back(folder: Path, made: Atlas, to: str) -> tuple[Plan, bool]:
    """Take an atlas out and in again, and tell whether it tells the same."""
    out = _fresh(folder).with_suffix("")
    export(made, out, to=to)
    again, plan = _added(folder, out / _IN_ITS_OWN.get(to, ""))
    return plan, _told(again) == _told(made)


def _told(made: Atlas) -> dict[str, list[dict[str, str]]]:
    """Give what leaves an atlas, as texts."""
    return {
        name: [
            {str(column): _text(value) for column, value in row.items() if column != "row_version"}
            for row in table.to_dict("records")
        ]
        for name, table in leaving(made).tables.items()
    }


def _text(value: Any) -> str:  # noqa: ANN401 - any cell
    if isinstance(value, list | dict):
        return json.dumps(value, sort_keys=True)
    return "" if value is None or pd.isna(value) else str(value)


if __name__ == "__main__":
    TARGET.write_text(page(), encoding="utf-8")
