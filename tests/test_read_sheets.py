"""Workbooks: merged cells, several header rows, sheets, days, shares, formulas."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.errors import LayerError
from layers.importing import child, tables
from tests.helpers import small_files
from tests.helpers.sampled import examples

Rows = list[list[Any]]


def workbook(path: Path, rows: Rows, *merged: str, **formats: str) -> Path:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    for one in merged:
        sheet.merge_cells(one)
    for cell, code in formats.items():
        sheet[cell].number_format = code
    book.save(path)
    return path


def read(path: Path, rows: Rows, *merged: str, **formats: str) -> tables.Table:
    return child.read_table(workbook(path, rows, *merged, **formats))


def test_quirk_54_titles_and_two_merged_header_rows_become_one_name_each(tmp_path: Path) -> None:
    found = child.read_table(small_files.xlsx(tmp_path / "a.xlsx"), part="people")
    assert found.columns == ["Quarter", "Women 18-25", "Women 26-40", "Share", "Day"]
    assert found.rows == [
        ["North", "12", "17", "25%", "2024-03-01"],
        ["South", "9", "22", "50%", "2024-03-02"],
    ]
    assert found.numbers == [4, 5]
    codes = {note.code: note.values for note in found.notes}
    assert codes["rows_above"] == {"rows": 1, "row": 2}
    assert codes["header_joined"] == {"rows": 2}


def test_three_header_rows_are_joined(tmp_path: Path) -> None:
    rows: Rows = [
        ["Area", "People", None, None, None],
        [None, "Women", None, "Men", None],
        [None, "0-17", "18+", "0-17", "18+"],
        ["North", 1, 2, 3, 4],
        ["South", 5, 6, 7, 8],
    ]
    found = read(tmp_path / "a.xlsx", rows, "A1:A3", "B1:E1", "B2:C2", "D2:E2")
    assert found.columns == [
        "Area",
        "People Women 0-17",
        "People Women 18+",
        "People Men 0-17",
        "People Men 18+",
    ]
    assert found.rows[1] == ["South", "5", "6", "7", "8"]


def test_merged_cells_are_filled_and_empty_cells_are_not(tmp_path: Path) -> None:
    rows: Rows = [
        ["house", "service", "hours"],
        ["Haus A", "Advice", "9-12"],
        [None, "Course", "13-15"],
        ["Haus B", "Advice", None],
        [None, "Nobody's", "1-2"],
    ]
    found = read(tmp_path / "a.xlsx", rows, "A2:A3")
    assert found.rows == [
        ["Haus A", "Advice", "9-12"],
        ["Haus A", "Course", "13-15"],
        ["Haus B", "Advice", None],
        [None, "Nobody's", "1-2"],
    ]


def test_days_times_shares_and_decimal_commas(tmp_path: Path) -> None:
    rows: Rows = [
        ["day", "moment", "hour", "share", "rate", "text", "yes"],
        [date(2024, 2, 29), datetime(2024, 1, 2, 13, 30), time(9, 45), 0.468, 12.5, "46,8", True],  # noqa: DTZ001 - a sheet knows no zone
    ]
    found = read(tmp_path / "a.xlsx", rows, D2="0.0%", E2='#,##0.00 "per day"')
    assert found.rows == [
        ["2024-02-29", "2024-01-02 13:30:00", "09:45", "46.8%", "12.5", "46,8", "true"]
    ]


@given(day=st.dates(date(1901, 1, 1), date(2200, 1, 1)))
@settings(
    max_examples=examples(25),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_day_is_read_as_it_was_written(day: date, tmp_path: Path) -> None:
    from layers.importing import read_sheets
    from layers.importing.read_source import How, Source

    path = workbook(tmp_path / "a.xlsx", [["day", "id"], [day, 1]])
    found = read_sheets.read(Source(name="a.xlsx", path=path), How())
    assert found.rows == [[day.isoformat(), "1"]]


def test_sheets_are_parts_and_a_hidden_one_is_named(tmp_path: Path) -> None:
    path = small_files.xlsx(tmp_path / "a.xlsx")
    parts = child.look(path).parts
    assert [(one.name, one.rows, one.columns[0]) for one in parts] == [
        ("people", 2, "Quarter"),
        ("notes", 1, "id"),
    ]
    found = child.read_table(path, part="notes")
    assert (found.part, found.rows) == ("notes", [["1", "kept"]])
    assert "sheet_hidden" in {note.code for note in found.notes}


def test_several_of_our_tables_in_one_workbook_are_read_at_once(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for name in ("organizations", "services", "locations"):
        sheet = book.create_sheet(name)
        sheet.append(["id", "name"])
        sheet.append([name[0], name])
    del book["Sheet"]
    book.save(tmp_path / "a.xlsx")
    assert child.look(tmp_path / "a.xlsx").format == "whole"
    found = child.read_all(tmp_path / "a.xlsx")
    assert {name: table.rows for name, table in found.items()} == {
        "organizations": [["o", "organizations"]],
        "services": [["s", "services"]],
        "locations": [["l", "locations"]],
    }


@pytest.mark.parametrize(
    ("rows", "code"), [([], "sheet_empty"), ([["id", "name"]], "file_no_rows")]
)
def test_quirk_53_an_empty_sheet_is_said_kindly(rows: Rows, code: str, tmp_path: Path) -> None:
    with pytest.raises(LayerError, match=code):
        read(tmp_path / "a.xlsx", rows)


def test_a_cell_beside_the_table_is_a_column_and_no_lost_row(tmp_path: Path) -> None:
    found = read(tmp_path / "a.xlsx", [["id", "name"], [1, "a"], [2, "b", "a remark"]])
    assert found.columns == ["id", "name", "column_3"]
    assert found.rows == [["1", "a", None], ["2", "b", "a remark"]]


def test_header_rows_are_counted_as_the_sheet_counts_its_rows(tmp_path: Path) -> None:
    rows: Rows = [["Liste 2026"], [], ["id", "name"], ["1", "a"], ["2", "b"]]
    path = workbook(tmp_path / "a.xlsx", rows)
    found = child.read_table(path, header_rows=3)
    assert (found.columns, found.numbers) == (["id", "name"], [4, 5])


def test_a_post_code_keeps_the_zeros_that_its_cell_shows(tmp_path: Path) -> None:
    rows: Rows = [["zip", "share", "code"], [1067, 0.5, 7], [10115, 0.25, 1234]]
    found = read(tmp_path / "a.xlsx", rows, A2="00000", A3="00000", C2="000", C3='"D-"000;-000')
    assert found.rows == [["01067", "0.5", "007"], ["10115", "0.25", "1234"]]


def test_what_a_program_computed_is_read_and_nothing_is_computed_here(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["id", "sum"], [1, "=1+1"], [2, "=2+2"]])
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert parts[sheet].count(b"<v></v>") + parts[sheet].count(b"<v />") == 2
    parts[sheet] = (
        parts[sheet].replace(b"<v></v>", b"<v>7</v>", 1).replace(b"<v />", b"<v>7</v>", 1)
    )
    found = child.read_table(small_files.zipped(path, parts))
    assert found.rows == [["1", "7"], ["2", None]]
    assert {note.code for note in found.notes} == {"formulas_unvalued"}


@given(
    rows=st.lists(
        st.lists(
            st.one_of(st.none(), st.integers(-(10**9), 10**9), st.text("abc éß<&'\"", min_size=1)),
            min_size=3,
            max_size=3,
        ),
        min_size=1,
        max_size=8,
    )
)
@settings(
    max_examples=examples(40),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_cells_are_read_as_another_reader_reads_them(rows: Rows, tmp_path: Path) -> None:
    from layers.importing import read_sheets
    from layers.importing.read_source import How, Source

    path = workbook(tmp_path / "a.xlsx", [["one", "two", "three"], *rows])
    there = openpyxl.load_workbook(path).worksheets[0].iter_rows(min_row=2, values_only=True)
    cleaned = [[tables.clean(cell) for cell in row] for row in there]
    found = read_sheets.read(Source(name="a.xlsx", path=path), How(header_rows=1))
    assert found.rows == [row for row in cleaned if any(cell is not None for cell in row)]


def test_prefixed_names_and_cells_without_names_are_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", [["id", "name"], [1, "a"]])
    with zipfile.ZipFile(path) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    parts["xl/worksheets/sheet1.xml"] = (
        b'<x:worksheet xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b"<x:sheetData><x:row><x:c t='inlineStr'><x:is><x:r><x:t>na</x:t></x:r><x:r><x:t>me</x:t>"
        b"</x:r></x:is></x:c><x:c t='str'><x:v>town</x:v></x:c></x:row>"
        b"<x:row r='7'><x:c><x:v>1</x:v></x:c><x:c r='B7' t='str'><x:v>x</x:v></x:c></x:row>"
        b"</x:sheetData></x:worksheet>"
    )
    found = child.read_table(small_files.zipped(path, parts))
    assert (found.columns, found.rows, found.numbers) == (["name", "town"], [["1", "x"]], [7])
