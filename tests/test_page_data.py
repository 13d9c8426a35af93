"""The page Data: what it says, and that nothing is written before somebody confirms."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely
from streamlit.testing.v1 import AppTest

from layers import atlas
from mapping import bars, style

PAGE = "from mapping.pages import data; data.page()"
KITAS = (
    b"id,name,lat,lon\n1,Sun ![x](//evil.example/x.png),50.5123,11.5123\n2,Moon,50.6123,11.6123\n"
)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> atlas.Atlas:
    """Make a town of one area and no services, and open it."""
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as writer:
        shape = shapely.box(11, 50, 12, 51)
        writer.insert("areas", [{"id": "01", "name": "West", "level": "city", "geometry": shape}])
    monkeypatch.setenv("CG_ATLAS", str(made.path))
    monkeypatch.delenv("CG_HOST", raising=False)
    return made


def opened() -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=60).run()
    assert not page.exception
    return page


def texts(page: AppTest) -> str:
    return "\n".join(one.value for one in page.text)


def test_the_question_is_the_title_and_the_answer_has_its_numbers(town: atlas.Atlas) -> None:
    page = opened()
    assert page.title[0].value.endswith("?")
    assert "Town: no services yet, 0 actors, 0 ties, 1 areas." in texts(page)
    with town.write() as writer:
        service = {"id": "s", "name": "A", "category": "legal", "free": False}
        writer.insert("services", [service])
    # one of sixteen facts about one service is known
    assert "6% is known" in texts(opened())


def test_an_empty_atlas_says_where_to_start(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    atlas.create(tmp_path / "empty.gpkg", name="Empty")
    monkeypatch.setenv("CG_ATLAS", str(tmp_path / "empty.gpkg"))
    assert "Start with the areas" in texts(opened())


def test_a_file_is_shown_first_and_written_only_after_the_confirmation(
    town: atlas.Atlas,
) -> None:
    before = town.change()
    page = opened()
    page.file_uploader(key="data_file").set_value(("kita.csv", KITAS, "text/csv")).run()
    assert not page.exception
    assert "2 rows read: 2 new, 0 changed, 0 the same, 0 rejected." in texts(page)
    assert town.change() == before
    page.button(key="data_write").click().run()
    assert not page.exception
    assert sorted(town.read("services")["id"]) == ["1", "2"]
    assert town.read("imports")["file"].tolist() == ["kita.csv"]
    assert "2 rows read: 0 new, 0 changed, 2 the same, 0 rejected." in texts(page)
    assert [one.key for one in page.button if one.key == "data_write"] == []


def test_wrong_files_get_one_sentence_and_no_button(town: atlas.Atlas) -> None:
    page = opened()
    swapped = b"name,lat,lon\nSun,11.5,50.5\n"
    page.file_uploader(key="data_file").set_value(("kita.csv", swapped, "text/csv")).run()
    assert "swapped" in texts(page)
    assert "data_write" not in {one.key for one in page.button}
    assert town.count("services") == 0


def test_text_of_a_file_is_never_read_as_markdown(town: atlas.Atlas) -> None:
    page = opened()
    name = "![kita](x.evil.example).csv"
    page.file_uploader(key="data_file").set_value((name, b"name,lat,lon\nA,11,50\n", "text/csv"))
    page.run()
    assert not page.error
    assert not page.toast
    page.file_uploader(key="data_file").set_value((name, KITAS, "text/csv")).run()
    page.button(key="data_write").click().run()
    assert not page.exception
    assert not page.toast
    assert "evil.example" in texts(page)  # the sentence is there, as it was written
    markdown = "".join(one.value for one in page.markdown)
    assert "evil.example" not in markdown
    assert town.count("services") == 2


def test_rejected_rows_can_be_taken_away(town: atlas.Atlas) -> None:
    page = opened()
    text = b"id,total\n01,900\n77,800\n"
    page.file_uploader(key="data_file").set_value(("people.csv", text, "text/csv")).run()
    page.selectbox(key="data_kind").set_value("population")
    page.text_input(key="data_key").set_value("id")
    page.run()
    assert not page.exception
    assert "data_rejected_take" in {one.key for one in page.download_button}
    assert town.count("population") == 0


def test_a_file_name_cannot_leave_its_folder(town: atlas.Atlas) -> None:
    page = opened()
    name = "../../kita.csv"
    page.file_uploader(key="data_file").set_value((name, KITAS, "text/csv")).run()
    page.button(key="data_write").click().run()
    assert town.read("imports")["file"].tolist() == ["kita.csv"]


def test_text_of_files_never_becomes_markdown(town: atlas.Atlas) -> None:
    page = opened()
    page.file_uploader(key="data_file").set_value(("kita.csv", KITAS, "text/csv")).run()
    shown = [one.value for one in (*page.markdown, *page.caption, *page.info, *page.subheader)]
    assert [value for value in shown if "evil" in value] == []
    assert town.count("services") == 0


def test_another_atlas_is_opened_only_from_the_same_folder_in_a_hall(
    town: atlas.Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    atlas.create(tmp_path / "other.gpkg", name="Other")
    page = opened()
    assert "data_path" in {one.key for one in page.text_input}
    monkeypatch.setenv("CG_HOST", "0.0.0.0")  # noqa: S104 - a hall, as an operator writes it
    page = opened()
    assert "data_path" not in {one.key for one in page.text_input}
    page.selectbox(key="data_atlas").set_value("other.gpkg").run()
    page.button(key="data_open").click().run()
    assert not page.exception
    assert "Other: nothing yet." in texts(page)
    assert town.meta()["name"] == "Town"


def test_export_and_backup_are_made_when_asked_for(town: atlas.Atlas) -> None:
    page = opened()
    assert {"data_export", "data_backup"} <= {one.key for one in page.download_button}
    made = AppTest.from_function(_downloads).run()
    assert not made.exception
    assert "areas.csv" in made.text[0].value
    assert made.text[1].value == "SQLite format 3"
    assert town.count("areas") == 1


def _downloads() -> None:
    import io
    import zipfile

    import streamlit as st

    from mapping.pages import _taking

    with zipfile.ZipFile(io.BytesIO(_taking.exported("csv"))) as packed:
        st.text(" ".join(packed.namelist()))
    st.text(_taking.backed_up()[:15].decode())


def test_unknown_withheld_and_zero_are_drawn_apart() -> None:
    tokens = style.colours("light")
    nothing, unknown = bars.known_bar(0, 0, 0, tokens), bars.known_bar(0, 0, 9, tokens)
    withheld, known = bars.known_bar(0, 9, 9, tokens), bars.known_bar(9, 0, 9, tokens)
    assert len({nothing, unknown, withheld, known}) == 4
    assert "path" in unknown
    assert "path" not in known
    assert "dasharray" in withheld
