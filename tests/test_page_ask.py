"""The page Ask: asking, taking back and deciding, as a person at the desk does it."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from layers import answering, atlas, changes, inviting
from layers.changes import Operation
from layers.holding import hold
from layers.proposing import HIDE, Proposal, decide, propose, waiting
from mapping import asked as asking
from mapping import words
from mapping.phone import ours
from tests.helpers import asked

PAGE = "from mapping.pages import ask; ask.page()"
EVIL = "![x](//evil.example/x.png) {{7*7}} <b>"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CG_TODAY", "2026-03-01")
    monkeypatch.delenv("CG_HOST", raising=False)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> atlas.Atlas:
    made = asked.town(tmp_path / "town.gpkg")
    monkeypatch.setenv("CG_ATLAS", str(made.path))
    return made


def opened(**query: str) -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=60)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    assert not page.exception
    return page


def texts(page: AppTest) -> str:
    return "\n".join(one.value for one in page.text)


def part(page: AppTest, name: str) -> AppTest:
    page.segmented_control(key="ask_part").set_value(name).run()
    assert not page.exception
    return page


def answered(town: atlas.Atlas, *answers: dict[str, Any]) -> None:
    made = answering.proposals(town, hold(town, "amal"), answers, answer_id=str(uuid4()))
    with town.write() as writer:
        propose(writer, made)


def correct(column: str, value: object) -> dict[str, Any]:
    names = {"do": "correct", "table": "services", "row": "advice", "seen": 1}
    return {**names, "column": column, "value": value}


def candidate(number: int, *, hours: str | None, category: str = "education") -> Proposal:
    """Make a candidate as an extract of OpenStreetMap brings it."""
    one = f"osm-node-{number}"
    values = {
        "services": {"name": f"Library {number}", "category": category},
        "locations": {"precision": "exact", "geometry": "POINT (11.2 50.2)"},
        "service_at_location": {"service_id": one, "location_id": one},
        "schedules": {
            "service_at_location_id": one,
            "opening_hours": hours,
            "source_text": hours or "ring",
        },
    }
    operations = tuple(
        Operation.from_json(
            {"table": table, "id": one, "action": "insert", "values": said, "seen": None}
        )
        for table, said in values.items()
    )
    return Proposal(
        source="open_street_map",
        table="services",
        row_id=one,
        id=f"osm:node/{number}",
        name=f"Library {number}",
        sort=category,
        operations=operations,
    )


# --- asking ------------------------------------------------------------------------------------


def test_the_question_is_the_title_and_the_answer_counts(town: atlas.Atlas) -> None:
    page = opened()
    assert page.title[0].value.endswith("?")
    assert "0 of 4 organizations were asked and 0 answered; 0 of their answers" in texts(page)
    inviting.ask_by_sheet(town, "amal")
    answered(town, correct("free", False))
    assert "1 of 4 organizations were asked and 0 answered; 1 of their answers" in texts(opened())


def test_an_empty_atlas_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    atlas.create(tmp_path / "empty.gpkg", name="Empty")
    monkeypatch.setenv("CG_ATLAS", str(tmp_path / "empty.gpkg"))
    assert words.say("ask.nothing_yet") in texts(opened())


def test_a_link_is_made_shown_once_and_opens(town: atlas.Atlas) -> None:
    page = opened(organization="amal")
    assert page.multiselect(key="ask_which").value == ["amal"]
    page.button(key="ask_make_link").click().run()
    assert not page.exception
    (address,) = [one.value for one in page.code]
    secret = address.partition("#")[2]
    with TestClient(Starlette(routes=ours.OursRoutes(town.path).routes())) as client:
        said = client.get("/ours/held", headers={"Authorization": f"Bearer {secret}"}).json()
    assert said["name"] == "Amal"
    page.multiselect(key="ask_which").set_value([]).run()
    assert not page.code
    page.multiselect(key="ask_which").set_value(["amal"]).run()
    assert not page.code


def test_a_link_is_closed_at_the_desk(town: atlas.Atlas) -> None:
    invitation, secret = inviting.invite(town, "amal")
    page = opened(organization="amal")
    page.button(key=f"ask_close_{invitation.id}").click().run()
    assert not page.exception
    assert inviting.find(town, secret) is None
    assert words.say("ask.closed") in texts(page)


def test_no_link_is_made_for_an_atlas_that_is_not_served(town: atlas.Atlas, tmp_path: Path) -> None:
    other = asked.town(tmp_path / "other.gpkg")
    page = AppTest.from_string(PAGE, default_timeout=60)
    page.session_state["cg_atlas"] = str(other.path)
    page.query_params["organization"] = "amal"
    page.run()
    assert not page.exception
    assert page.button(key="ask_make_link").disabled
    assert words.say("ask.not_served", file=town.path.name) in texts(page)


def made(page: AppTest) -> bytes:
    """Give the file that is offered, once it is there."""
    for _ in range(50):
        _, job = page.session_state["cg_job_ask_sheets"]
        if job.wait(1):
            break
        page.run()
    content: bytes = job.result
    return content


def test_sheets_are_made_for_one_and_for_several(town: atlas.Atlas) -> None:
    page = opened(organization="amal")
    page.selectbox(key="ask_language").set_value("ar").run()
    page.button(key="ask_make_sheet").click().run()
    assert not page.exception
    book = openpyxl.load_workbook(io.BytesIO(made(page)))
    assert book.worksheets[0].sheet_view.rightToLeft
    page.button(key="ask_make_all").click().run()
    assert not page.exception
    assert len(zipfile.ZipFile(io.BytesIO(made(page))).namelist()) == 4
    assert set(inviting.states(town)["state"]) == {"asked"}


def test_sheets_that_came_back_are_taken_or_refused_in_one_sentence(town: atlas.Atlas) -> None:
    book = openpyxl.load_workbook(io.BytesIO(asking.sheet(town, "amal", lang="en")))
    for cells in book[words.say("sheet.name_services")].iter_rows(min_row=2):
        if cells[2].value == words.say("field.free"):
            cells[4].value = "no"
            break
    out = io.BytesIO()
    book.save(out)
    page = part(opened(), "whom")
    page.file_uploader(key="ask_files_0").set_value(
        [
            ("back.xlsx", out.getvalue(), asking.SHEET_TYPE),
            ("bad.xlsx", b"PK\x03\x04", asking.SHEET_TYPE),
        ]
    ).run()
    page.button(key="ask_take").click().run()
    assert not page.exception
    said = texts(page)
    assert words.say("ask.file_taken", file="back.xlsx", name="Amal", count=1) in said
    assert "bad.xlsx: " in said
    assert waiting(town)["sort"].tolist() == ["free"]


def test_answers_that_were_accepted_and_undone_wait_again(town: atlas.Atlas) -> None:
    book = openpyxl.load_workbook(io.BytesIO(asking.sheet(town, "amal", lang="en")))
    for cells in book[words.say("sheet.name_services")].iter_rows(min_row=2):
        if cells[2].value in (words.say("field.free"), words.say("field.women_only")):
            cells[4].value = "no"
    out = io.BytesIO()
    book.save(out)
    asking.take_sheet(town, out.getvalue())
    count = len(waiting(town))
    page = opened()
    page.button(key="ask_accept_many").click().run()
    assert waiting(town).empty
    changes.undo(town, town.read("revisions")["id"].iloc[-1])
    page = part(opened(), "whom")
    assert len(waiting(town)) == count
    page.file_uploader(key="ask_files_0").set_value(
        [("back.xlsx", out.getvalue(), asking.SHEET_TYPE)]
    ).run()
    page.button(key="ask_take").click().run()
    assert words.say("ask.file_again_open", count=count) in texts(page)
    decide(town, waiting(town)["id"].tolist(), accept=False)
    returned, new = asking.take_sheet(town, out.getvalue())
    assert (dict(returned.again), new) == ({"refused": count}, 0)


# --- deciding ----------------------------------------------------------------------------------


def test_one_answer_is_accepted_under_a_name_and_can_be_undone(town: atlas.Atlas) -> None:
    answered(town, correct("free", False), correct("cost", EVIL))
    page = opened()
    page.text_input(key="cg_who").set_value("MK").run()
    page.button(key="ask_accept_one").click().run()
    assert not page.exception
    assert words.say("ask.accepted", count=1) in texts(page)
    (made,) = town.read("revisions").to_dict("records")
    assert (made["kind"], made["who"]) == ("proposal", "MK")
    assert len(waiting(town)) == 1
    changes.undo(town, made["id"])
    assert town.read("services").set_index("id").loc["advice", "free"]


def test_what_is_held_stands_beside_what_is_proposed(town: atlas.Atlas) -> None:
    answered(town, correct("free", False))
    page = opened()
    (listed, beside) = [one.value for one in page.dataframe][:2]
    for table in (listed, beside):
        (row,) = table.to_dict("records")
        assert row[words.say("ask.column_held")] == words.say("map.yes")
        assert row[words.say("ask.column_proposed")] == words.say("map.no")


def test_text_of_an_answer_is_never_read_as_markup(town: atlas.Atlas) -> None:
    answered(town, {"do": "correct", "table": "organizations", "row": "amal"} | {
        "column": "name", "seen": 1, "value": EVIL,
    })  # fmt: skip
    page = opened()
    assert EVIL not in "\n".join(one.value for one in (*page.markdown, *page.caption))
    page.button(key="ask_accept_one").click().run()
    assert town.read("organizations")["name"].iloc[0] == EVIL
    assert not opened(organization="amal").exception


def test_a_whole_kind_is_decided_at_once(town: atlas.Atlas) -> None:
    with town.write() as writer:
        propose(
            writer,
            [
                *(candidate(number, hours="Mo 09:00-12:00") for number in (1, 2)),
                candidate(3, hours=None),
                candidate(4, hours=None, category="legal"),
            ],
        )
    answered(town, correct("free", False))
    page = opened()
    assert words.say("ask.answer_osm", waiting=4) in texts(page)
    page.selectbox(key="ask_source").set_value("open_street_map").run()
    page.selectbox(key="ask_category").set_value("education").run()
    assert words.say("ask.on_map", count=3, understood=2, unclear=1) in texts(page)
    page.button(key="ask_accept_many").click().run()
    assert not page.exception
    assert words.say("ask.accepted", count=3) in texts(page)
    assert set(waiting(town)["name"]) == {"Library 4", "Advice"}
    hours = town.read("schedules").set_index("id")["opening_hours"]
    assert hours["osm-node-1"] == "Mo 09:00-12:00"
    assert not isinstance(hours["osm-node-3"], str)  # not understood stays unknown
    page.button(key="ask_refuse_many").click().run()
    assert not page.exception


def test_progress_counts_what_is_decided(town: atlas.Atlas) -> None:
    answered(town, correct("free", False), correct("cost", "5"))
    page = opened()
    page.button(key="ask_refuse_one").click().run()
    assert not page.exception
    (bar,) = page.get("progress")
    assert bar.proto.text == words.say("ask.progress", done=1, count=2)
    assert bar.proto.value == 50


def test_protecting_an_address_comes_first_and_says_what_it_does(town: atlas.Atlas) -> None:
    answered(town, correct("free", False), {"do": "hide", "row": "house"})
    page = opened()
    said = texts(page)
    assert words.say("ask.urgent", count=1) in said
    assert words.say("ask.urgent_about") in said
    page.button(key="ask_accept_many").click().run()
    assert not page.exception
    places = town.read("locations").set_index("id")["precision"]
    assert set(places) == {"hidden"}
    assert waiting(town).empty


def test_what_changed_since_is_left_open_with_the_reason(town: atlas.Atlas) -> None:
    answered(town, correct("cost", "5"), correct("free", False))
    with town.write() as writer:
        writer.update("services", "advice", {"cost": "7"}, seen=1)
    page = opened()
    page.button(key="ask_accept_many").click().run()
    assert not page.exception
    assert words.say("ask.why_row_changed_meanwhile") in texts(page)
    assert HIDE not in set(waiting(town)["sort"])


def test_a_tie_that_one_side_denies_is_listed_until_it_is_decided(town: atlas.Atlas) -> None:
    answered(town, {"do": "tie", "row": "t-out", "seen": 1, "right": False})
    page = opened()
    page.button(key="ask_accept_one").click().run()
    assert not page.exception
    said = words.say(
        "ask.disputed_one",
        one="Amal",
        other="City",
        kind=words.say("tie_kind.refers_to"),
        denied="Amal",
        day="2026-03-01",
        confirmed=0,
    )
    assert said in texts(page)
    assert town.count("ties") == 4
    with town.write() as writer:
        name = town.read("statements")["id"].iloc[0]
        writer.update("statements", name, {"settled_on": "2026-03-02"}, seen=1)
    assert said not in texts(part(opened(), "decide"))


@pytest.mark.parametrize("lang", words.languages())
def test_the_page_is_drawn_in_every_language(town: atlas.Atlas, lang: str) -> None:
    answered(town, correct("free", False), {"do": "gone"})
    page = opened(cg_lang=lang)
    assert page.title[0].value == words.say("ask.title", lang)
    part(page, "whom")
