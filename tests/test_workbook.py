"""What is in a workbook: every sheet as a person needs it, and nothing that runs."""

from __future__ import annotations

import zipfile
from datetime import date, datetime
from pathlib import Path

import openpyxl
import pytest
import shapely

from layers import atlas, cell_text, workbook
from layers.clock import today
from layers.errors import LayerError
from layers.exporting import export
from layers.importing.watch import Watch
from mapping import out


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    made = atlas.create(tmp_path / "town.gpkg", name="=Town", country="DE", invented=True)
    with made.write() as w:
        w.insert("imports", [{"id": "i", "file": "a.csv", "licence": "CC-BY 4.0, City of X"}])
        place = {"id": "007", "precision": "exact", "geometry": shapely.Point(11.5, 50.25)}
        w.insert("locations", [place])
        w.insert(
            "organizations",
            [
                {
                    "id": "1",
                    "name": "=1+1",
                    "consent_shown": True,
                    "date_checked": date(2026, 3, 1),
                },
                {"id": "2", "name": "#N/A", "consent_shown": False},
            ],
        )
        w.insert(
            "services",
            [
                {
                    "id": "s",
                    "name": "two\n=lines",
                    "category": "legal",
                    "free": False,
                    "capacity": 12,
                    "description": "long " * 5_000,
                    "extra": {"+Farbe": "@blau"},
                }
            ],
        )
        w.insert("areas", [{"id": "01", "level": "city", "geometry": shapely.box(0, 0, 1, 1)}])
        w.insert("population_groups", [{"id": "all", "label": "everyone"}])
        row = {"area_id": "01", "group_code": "all", "suppressed": True}
        w.insert("population", [{"id": "01:all", **row}])
    return made


@pytest.fixture
def book(town: atlas.Atlas, tmp_path: Path) -> openpyxl.Workbook:
    export(town, tmp_path / "out", to="xlsx", look=out.look())
    return openpyxl.load_workbook(tmp_path / "out" / "atlas.xlsx")


def test_there_is_one_sheet_a_table_and_one_that_says_what_it_is(book: openpyxl.Workbook) -> None:
    assert book.sheetnames[0] == "About"
    assert set(book.sheetnames[1:]) == {
        *("imports", "locations", "organizations", "services", "areas"),
        *("population", "population_groups"),
    }


def test_the_first_sheet_says_city_day_licences_and_what_stayed(book: openpyxl.Workbook) -> None:
    lines = list(book["About"].iter_rows(values_only=True))
    assert ("City", "'=Town", "name") in lines
    assert ("Invented city", "yes", "invented") in lines
    assert ("a.csv", "CC-BY 4.0, City of X", None) in lines
    assert 1 in [line[1] for line in lines if str(line[0]).startswith("Actors that did not agree")]
    day = next(line[1] for line in lines if line[0] == "Taken on")
    assert isinstance(day, datetime)
    assert day.date() == today()


def test_every_header_is_frozen_filtered_and_as_wide_as_it_needs(book: openpyxl.Workbook) -> None:
    for sheet in book.worksheets:
        assert sheet.freeze_panes == "A2", sheet.title
        assert sheet.auto_filter.ref, sheet.title
    widths = {one.width for one in book["services"].column_dimensions.values()}
    assert max(widths) <= 60
    assert min(widths) >= 8


def test_numbers_are_numbers_days_are_days_and_yes_is_a_word(book: openpyxl.Workbook) -> None:
    service = row(book, "services")
    assert (service["capacity"], service["free"], service["papers_asked"]) == (12, "no", None)
    place = row(book, "locations")
    assert (place["id"], place["lon"], place["lat"]) == ("007", 11.5, 50.25)
    checked = row(book, "organizations")["date_checked"]
    assert isinstance(checked, datetime)
    assert checked.date() == date(2026, 3, 1)
    assert row(book, "population")["count"] == "suppressed"


def row(book: openpyxl.Workbook, sheet: str) -> dict[str, object]:
    names, first, *_ = book[sheet].iter_rows(values_only=True)
    return {str(name): value for name, value in zip(names, first, strict=True)}


def test_no_cell_is_a_formula_or_an_error_and_none_begins_like_one(
    book: openpyxl.Workbook, tmp_path: Path
) -> None:
    cells = [cell for sheet in book.worksheets for line in sheet.iter_rows() for cell in line]
    assert {cell.data_type for cell in cells} <= {"s", "inlineStr", "n", "d"}
    texts = [str(cell.value) for cell in cells if cell.data_type in ("s", "inlineStr")]
    assert [one for one in texts if one.startswith(("=", "+", "-", "@"))] == []
    assert row(book, "services")["name"] == "two\n'=lines"
    with zipfile.ZipFile(tmp_path / "out" / "atlas.xlsx") as packed:
        sheets = [packed.read(one) for one in packed.namelist() if one.endswith(".xml")]
    assert [one for one in sheets if b"<f>" in one] == []


def test_a_text_longer_than_a_cell_goes_on_beside_it(book: openpyxl.Workbook) -> None:
    service = row(book, "services")
    parts = [str(service[name]) for name in service if name.endswith("description")]
    assert len(parts) == 3
    assert "".join(parts).strip() == ("long " * 5_000).strip()
    assert max(map(len, parts)) <= 32_767
    assert list(service).index("more2.description") == list(service).index("description") + 1


def test_a_table_longer_than_a_sheet_is_refused_with_the_way_out(
    town: atlas.Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workbook, "MOST_ROWS", 0)
    with pytest.raises(LayerError, match="sheet_too_long"):
        export(town, tmp_path / "out", to="xlsx")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("to", ["gpkg", "xlsx", "geojson", "csv"])
def test_whoever_stops_an_export_finds_nothing_of_it(tmp_path: Path, to: str) -> None:
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as w:
        w.insert("bodies", [{"id": str(n), "name": "x", "kind": "other"} for n in range(1_200)])
    watch = Watch()
    watch.stop()
    with pytest.raises(LayerError, match="stopped"):
        export(made, tmp_path / "out", to=to, watch=watch)
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    "text", ["=1", "'=1", "''=1", "a\n=1\n'-2", "-5", "'-5", "'", "\u2019s", "\t@x", " = 1"]
)
def test_reading_takes_exactly_the_apostrophes_that_writing_put(text: str) -> None:
    assert cell_text.unharmed(cell_text.harmless(text)) == text


@pytest.mark.parametrize("longest", [1, 2, 7, 100])
def test_cutting_a_text_loses_nothing(longest: int) -> None:
    text = "word, another\nword  and \u0645\u0631\u062d\u0628\u0627 -1 " * 9
    pieces = cell_text.cut(text, longest)
    assert "".join(pieces) == text
    assert max(map(len, pieces)) <= longest
