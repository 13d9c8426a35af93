"""The page Data: what it says, what a person chooses, and that nothing is written unconfirmed."""

from __future__ import annotations

import hashlib
import re
import threading
from datetime import date
from pathlib import Path

import pytest
import shapely
from streamlit.testing.v1 import AppTest

from layers import atlas
from layers.importing.watch import Watch
from mapping import bars, sketch, style
from mapping.pages import _job

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


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for the work: a test without a browser has nobody who looks again."""
    monkeypatch.setattr(_job, "PATIENCE_S", 60)


def opened(act: str = "") -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=90)
    if act:
        page.session_state["data_do"] = act
    page.run()
    assert not page.exception
    return page


def given(page: AppTest, name: str, content: bytes) -> AppTest:
    page.file_uploader(key="data_file").set_value((name, content, "text/csv")).run()
    assert not page.exception
    return page


def keys(page: AppTest) -> set[str]:
    return {str(one.key) for one in (*page.button, *page.download_button, *page.text_input)}


def texts(page: AppTest) -> str:
    return "\n".join(one.value for one in page.text)


def test_the_question_is_the_title_and_the_answer_has_its_numbers(town: atlas.Atlas) -> None:
    page = opened()
    assert page.title[0].value.endswith("?")
    assert "Town: 0 services, 0 actors, 0 ties, 1 areas, 0 population counts." in texts(page)
    with town.write() as writer:
        day = date(2026, 3, 1)
        service = {"id": "s", "name": "A", "category": "legal", "date_checked": day}
        writer.insert("services", [service])
    said = texts(opened())
    assert "Town: 1 services" in said
    assert "2026-03-01" in said


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
    assert "data_swap" in "".join(str(one.key) for one in page.checkbox)
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
    page = opened("other")
    assert "data_path" in {one.key for one in page.text_input}
    monkeypatch.setenv("CG_HOST", "0.0.0.0")  # noqa: S104 - a hall, as an operator writes it
    page = opened("other")
    assert "data_path" not in {one.key for one in page.text_input}
    page.selectbox(key="data_atlas").set_value("other.gpkg").run()
    page.button(key="data_open").click().run()
    assert not page.exception
    assert "Other: nothing yet." in texts(page)
    assert town.meta()["name"] == "Town"


def test_export_and_backup_are_made_when_asked_for(town: atlas.Atlas) -> None:
    page = opened("take")
    assert "1 rows in 1 tables leave." in texts(page)
    assert [one.key for one in page.download_button] == ["data_backup"]
    page.segmented_control(key="data_export_to").set_value("xlsx").run()
    page.button(key="data_export_make").click().run()
    assert not page.exception
    assert {"data_export", "data_backup"} <= {one.key for one in page.download_button}
    assert "1 rows." in texts(page)
    made = AppTest.from_function(_downloads).run()
    assert not made.exception
    assert "areas.csv" in made.text[0].value
    assert made.text[1].value == "SQLite format 3"
    assert town.count("areas") == 1


def _downloads() -> None:
    import io
    import zipfile

    import streamlit as st

    from mapping.pages import _shared, _taking

    rows, raw = _taking.exported(_shared.atlas(), "csv")
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        st.text(" ".join(packed.namelist()))
    assert rows == 1
    st.text(_taking.backed_up(_shared.atlas())[:15].decode())


def test_unknown_withheld_and_zero_are_drawn_apart() -> None:
    tokens = style.colours("light")
    nothing, unknown = bars.known_bar(0, 0, 0, tokens), bars.known_bar(0, 0, 9, tokens)
    withheld, known = bars.known_bar(0, 9, 9, tokens), bars.known_bar(9, 0, 9, tokens)
    assert len({nothing, unknown, withheld, known}) == 4
    assert "path" in unknown
    assert "path" not in known
    assert "dasharray" in withheld


def short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:8]


def test_a_chosen_column_is_obeyed_and_remembered_for_the_next_file(town: atlas.Atlas) -> None:
    text = b"name,lat,lon,zettel\nKita Sun,50.5123,11.5123,Mo-Fr 08:00-16:00\n"
    page = given(opened(), "kita.csv", text)
    column = page.selectbox(key=f"data_column_{short(text)}_3")
    assert column.value != "description"
    column.set_value("description")
    page.button(key=f"data_columns_again_{short(text)}").click().run()
    page.button(key="data_write").click().run()
    assert not page.exception
    assert town.read("services")["description"].tolist() == ["Mo-Fr 08:00-16:00"]
    second = b"name,lat,lon,zettel\nKita Moon,50.6123,11.6123,by the river\n"
    again = given(opened(), "kita.csv", second)
    assert again.selectbox(key=f"data_column_{short(second)}_3").value == "description"
    assert "remembered" in texts(again)


def test_a_word_that_means_nothing_yet_is_asked_for(town: atlas.Atlas) -> None:
    text = b"name,category,lat,lon\nSun,Zwergengruppe,50.5123,11.5123\nMoon,legal,50.6,11.6\n"
    page = given(opened(), "list.csv", text)
    asked = page.selectbox(key=f"data_value_{short(text)}_0")
    assert asked.value == ""
    asked.set_value("childcare")
    page.button(key=f"data_values_again_{short(text)}").click().run()
    page.button(key="data_write").click().run()
    assert not page.exception
    assert dict(town.read("services")[["name", "category"]].to_numpy().tolist()) == {
        "Sun": "childcare",
        "Moon": "legal",
    }


def test_a_row_marked_as_secret_leaves_no_place(town: atlas.Atlas) -> None:
    text = b"name,category,street,lat,lon\nSun,legal,Quiet Lane 7,50.5123,11.5123\n"
    page = given(opened(), "list.csv", text)
    page.multiselect(key=f"data_secret_rows_{short(text)}").set_value([2])
    page.button(key=f"data_secret_again_{short(text)}").click().run()
    page.button(key="data_write").click().run()
    assert not page.exception
    places = town.read("locations")
    assert places["precision"].tolist() == ["hidden"]
    assert b"Quiet Lane" not in town.path.read_bytes()


def test_an_import_is_taken_back_on_the_page(town: atlas.Atlas) -> None:
    page = given(opened(), "kita.csv", KITAS)
    page.button(key="data_write").click().run()
    assert town.count("services") == 2
    page = opened("done")
    page.session_state["data_imports"] = {"selection": {"rows": [0], "columns": [], "cells": []}}
    page.run()
    page.button(key="data_undo_all").click().run()
    assert not page.exception
    assert town.count("services") == 0
    assert town.count("locations") == 0
    assert town.read("imports")["undone_on"].notna().all()
    assert "2 rows were taken back" in texts(page) or "were taken back" in texts(page)


def test_work_that_is_stopped_writes_nothing_and_says_so() -> None:
    begun, halt = threading.Event(), threading.Event()

    def work(watch: Watch) -> str:
        begun.set()
        halt.wait(30)
        watch.tell("rows", 1, 2)
        return "written"

    job = _job.Job(work)
    assert begun.wait(30)
    assert not job.done
    job.watch.stop()
    halt.set()
    assert job.wait(30)
    assert job.result is None
    assert job.error is not None
    assert job.error.code == "stopped"


def test_the_picture_shows_a_row_at_the_other_end_of_the_world() -> None:
    city = shapely.box(11, 50, 12, 51)
    tokens = style.colours("light")
    near = sketch.where([city], [shapely.Point(11.5, 50.5)], tokens)
    far = sketch.where([city], [shapely.Point(11.5, 50.5), shapely.Point(-70, -30)], tokens)
    assert near is not None
    assert far is not None

    def wide(picture: str) -> float:
        outline = re.search(r'<path d="([^"]*)"', picture)
        assert outline is not None
        xs = [float(pair.split()[0]) for pair in re.split("[ML]", outline[1]) if pair]
        return max(xs) - min(xs)

    assert wide(far) < wide(near) / 20  # the city is a speck where something lies far away


def test_every_fate_of_a_row_that_is_there_is_seen() -> None:
    tokens = style.colours("light")
    one_in_a_million = bars.parts_bar([999_999, 1, 0, 0], tokens)
    assert one_in_a_million.count("<rect") == 2
    assert "dasharray" in bars.parts_bar([1, 0, 0, 1], tokens)
