# ruff: noqa: RUF001 - the signs of print are what is tested
"""Tables of text: separators, encodings, ragged rows, and headers that are not in row 1."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import LayerError
from layers.importing import child, look, read_encoding, read_header, read_text, tables

SENTENCES = {
    "cp1252": "Crèche municipale – Liège; Straße; mañana; École d’été",
    "mac-roman": "Crèche municipale – Liège; Straße; mañana; École d’été",
    "cp1250": "Dom Kultury „Łódź”; świetlica; żłobek; příští úřad",
    "cp1251": "Центр помощи; детский сад; улица Мира",
    "cp1253": "Κέντρο βοήθειας; παιδικός σταθμός; οδός Ειρήνης",
    "cp1256": "مركز المساعدة; روضة أطفال; شارع السلام",
}


def read(path: Path, content: str | bytes, **options: object) -> tables.Table:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return child.read_table(path, **options)  # type: ignore[arg-type]  # a stand-in passes on what it is given


def codes(found: tables.Table) -> set[str]:
    return {note.code for note in found.notes}


# --- encodings -----------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", SENTENCES)
def test_quirk_15_the_likeliest_encoding_is_taken_and_said(encoding: str, tmp_path: Path) -> None:
    text = "id,name\n" + "\n".join(f"1,{one}" for one in SENTENCES[encoding].split("; "))
    found = read(tmp_path / "a.csv", text.encode(encoding))
    assert [row[1] for row in found.rows] == SENTENCES[encoding].split("; ")
    assert found.encoding == encoding
    assert "encoding_guessed" in codes(found)


def test_quirk_15_a_person_may_choose_another_encoding(tmp_path: Path) -> None:
    raw = "id;name\n1;Ko\u011f\n".encode("cp1254")
    found = read(tmp_path / "a.csv", raw, encoding="cp1254")
    assert found.rows == [["1", "Koğ"]]
    assert "encoding_guessed" not in codes(found)
    assert child.look(tmp_path / "a.csv").encoding in look.ENCODINGS


@pytest.mark.parametrize("encoding", look.ENCODINGS)
def test_every_encoding_on_offer_can_be_chosen(encoding: str, tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", "id,name\n1,abc\n".encode(encoding), encoding=encoding)
    assert found.rows == [["1", "abc"]]


@given(st.text(alphabet="abc äöü éèç ßñ", min_size=1))
def test_utf_8_proves_itself(text: str) -> None:
    raw = text.encode()
    assert read_encoding.decode(raw) == (text, "utf-8", False)


def test_utf_16_without_its_mark_is_seen(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", "id;name\n1;Süd und Ost\n".encode("utf-16-le"))
    assert found.rows == [["1", "Süd und Ost"]]


def test_one_spoilt_byte_does_not_turn_a_whole_file_of_utf_8(tmp_path: Path) -> None:
    raw = ("id,name\n" + "1,Süd Köln Größe\n" * 30).encode() + b"2,\xff\n"
    found = read(tmp_path / "a.csv", raw)
    assert found.rows[0] == ["1", "Süd Köln Größe"]
    assert "encoding_guessed" in codes(found)


def test_quirk_17_a_text_encoded_twice_is_shown_and_not_changed(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", "id,name\n1,Womanâ€™s House\n2,CafÃ©\n")
    assert [row[1] for row in found.rows] == ["Womanâ€™s House", "CafÃ©"]
    (note,) = [note for note in found.notes if note.code == "text_twice_encoded"]
    assert note.values == {"count": 2, "before": "Womanâ€™s", "after": "Woman's"}


def test_plain_accents_are_not_taken_for_text_encoded_twice(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", "id,name\n1,Âge d’or à Ålesund\n2,« Ça »\n")
    assert "text_twice_encoded" not in codes(found)


# --- rows and cells ------------------------------------------------------------------------------


def test_quirk_16_lines_may_end_in_carriage_returns_alone(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", "id,name\r1,a\r2,b\r")
    assert (found.rows, found.numbers) == ([["1", "a"], ["2", "b"]], [2, 3])


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("9\u00ad17", "9-17"),
        ("9:00 \u00ad 17:00", "9:00 - 17:00"),
        ("Mo\u00adFr", "Mo-Fr"),
        ("Nach\u00admittag", "Nachmittag"),
        ("Ende\u00ad", "Ende"),
    ],
)
def test_quirk_18_a_soft_hyphen_between_hours_is_a_dash(raw: str, text: str) -> None:
    assert tables.clean(raw) == text


def test_quirk_19_ragged_rows_are_told_and_the_rest_is_kept(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", 'id,name, "town"\n1, "a, b", "c"\n2,x\n3,a,b,c,d\n4,e,f,,,\n')
    assert found.columns == ["id", "name", "town"]
    assert found.rows == [["1", "a, b", "c"], ["2", "x", None], ["4", "e", "f"]]
    assert [(one.row, one.code) for one in found.problems] == [(4, "row_too_long")]
    (note,) = [note for note in found.notes if note.code == "rows_short"]
    assert note.values == {"count": 1, "rows": "3"}


def test_quirk_20_line_breaks_in_every_row_do_not_cut_it(tmp_path: Path) -> None:
    lines = "".join(f'{n},"a\nb {n}"\n' for n in range(50))
    found = read(tmp_path / "a.csv", "id,hours\n" + lines)
    assert [row[1] for row in found.rows] == [f"a\nb {n}" for n in range(50)]


def test_quirk_21_columns_without_header_and_content_are_dropped(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", '"id";"";"name";"";\n"1";"";"a";"7";\n"2";"";"b";"";\n')
    assert found.columns == ["id", "name", "column_4"]
    assert found.rows == [["1", "a", "7"], ["2", "b", None]]


def test_quirk_37_empty_texts_are_unknown(tmp_path: Path) -> None:
    assert read(tmp_path / "a.csv", 'id,name\n1,""\n2,"  "\n').rows == [["1", None], ["2", None]]


def test_quirk_32_blanks_that_do_not_break_are_blanks(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", "id,name\n1,Haus\u00a0der  Frauen\u00a0\n")
    assert found.rows == [["1", "Haus der  Frauen"]]


def test_quirk_38_html_in_a_cell_stays_text(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", "id,about\n1,<b onclick=alert(1)>x</b>\n")
    assert found.rows == [["1", "<b onclick=alert(1)>x</b>"]]


def test_quirk_39_blanks_and_tabs_around_names_and_values_go(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", " id\tname\t \t\n1\ta \t\t\n", header_rows=1)
    assert (found.columns, found.rows) == (["id", "name"], [["1", "a"]])


def test_quirk_36_names_of_columns_in_any_script_stay(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", "שם,名前,имя,الاسم\na,b,c,d\n")
    assert found.columns == ["שם", "名前", "имя", "الاسم"]


def test_a_line_that_names_the_separator_is_no_row(tmp_path: Path) -> None:
    found = read(tmp_path / "a.csv", "sep=;\nid;name\n1;a,b\n")
    assert (found.columns, found.rows, found.numbers) == (["id", "name"], [["1", "a,b"]], [3])


def test_decimal_commas_do_not_make_a_separator() -> None:
    assert read_text.separator("id;share;lat\n1;46,8;52,1\n2;1,5;52,2\n") == ";"


@given(
    st.lists(
        st.lists(st.text("abc é;,|\n\"'", max_size=6), min_size=3, max_size=3), min_size=1
    ).filter(lambda rows: all(any(cell.strip() for cell in row) for row in rows))
)
def test_what_the_csv_module_writes_is_read_cell_by_cell(rows: list[list[str]]) -> None:
    import csv
    import io

    from layers.importing.read_source import How, Source

    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["a", "b", "c"], *rows])
    source = Source(name="a.csv", data=out.getvalue().encode())
    found = read_text.read(source, How(header_rows=1))
    expected = [[cell.strip() or None for cell in row] for row in rows]
    assert found.rows == expected


# --- headers -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "columns", "first"),
    [
        ("Report\n\nid,name,town\n1,a,b\n2,c,d\n", ["id", "name", "town"], 4),
        ("Report,,\nof 2024,,\nid,name,town\n1,a,b\n", ["id", "name", "town"], 4),
        (
            "area,Women,,Men,\n,18-25,26-40,18-25,26-40\nN,1,2,3,4\nS,5,6,7,8\n",
            ["area", "Women 18-25", "Women 26-40", "Men 18-25", "Men 26-40"],
            3,
        ),
        ("area,People,\n,2019,2020\nN,10,12\nS,9,9\n", ["area", "People 2019", "People 2020"], 3),
        ("id,name,\n1,a,b\n2,c,d\n", ["id", "name", "column_3"], 2),
        ("id,,name\n1,x,a\n2,y,b\n", ["id", "column_2", "name"], 2),
        ("only\none\ncolumn\n", ["only"], 2),
        ("name,phone\nHaus,\nKita,030 1\n", ["name", "phone"], 2),
    ],
)
def test_quirk_54_the_header_is_found_below_titles_and_in_two_rows(
    text: str, columns: list[str], first: int, tmp_path: Path
) -> None:
    found = read(tmp_path / "a.csv", text)
    assert found.columns == columns
    assert found.numbers[0] == first


def test_quirk_54_a_row_of_tags_is_left_out_and_said(tmp_path: Path) -> None:
    text = "Who does what,,\nOrg,Sector,Place\n#org,#sector,#adm1+name\nA,Health,North\n"
    found = read(tmp_path / "a.csv", text)
    assert found.columns == ["Org", "Sector", "Place"]
    assert found.rows == [["A", "Health", "North"]]
    assert "tags_left_out" in codes(found)


def test_a_person_may_say_where_the_data_begin(tmp_path: Path) -> None:
    text = "id,name\nx,y\n1,a\n"
    assert read(tmp_path / "a.csv", text, header_rows=2).columns == ["id x", "name y"]
    bare = read(tmp_path / "a.csv", text, header_rows=0)
    assert (bare.columns, bare.rows[0]) == (["column_1", "column_2"], ["id", "name"])


@given(
    st.lists(
        st.lists(st.one_of(st.none(), st.sampled_from(["a", "1", "2,5", "x y"])), max_size=5),
        min_size=1,
        max_size=30,
    )
)
def test_no_row_with_something_in_it_is_lost_without_a_word(rows: list[list[str | None]]) -> None:
    if not any(any(row) for row in rows):
        return
    found = read_header.table([list(row) for row in rows], range(1, len(rows) + 1), format="csv")
    header = read_header.find(rows)
    filled = sum(any(row) for row in rows[header.data :])
    assert len(found.rows) + len(found.problems) == filled
    above = sum(any(row) for row in rows[: header.data])
    assert above <= len(header.rows) or "rows_above" in codes(found)


@pytest.mark.parametrize("text", ["id,name\n", "id,name\n,\n\n"])
def test_quirk_53_a_header_without_rows_is_said(text: str, tmp_path: Path) -> None:
    with pytest.raises(LayerError, match="file_no_rows"):
        read(tmp_path / "a.csv", text)


@pytest.mark.needs_shared_data
@pytest.mark.parametrize("folder", ["hxl_sample", "hsds_v3", "geostat_sample", "berlin"])
def test_real_files_end_in_rows_or_one_sentence(folder: str, shared_data: Path) -> None:
    files = [p for p in sorted((shared_data / folder).rglob("*")) if p.suffix in (".csv", ".json")]
    assert files
    ended = {}
    for path in files:
        try:
            ended[path.name] = str(len(child.read_table(path).rows))
        except LayerError as error:
            ended[path.name] = error.code
    assert {one for one in ended.values() if not one.isdecimal()} <= {"json_no_table"}
