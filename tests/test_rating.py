"""The survey of partners: who may say what of whom, what reaches the atlas, and what never does."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from openpyxl import load_workbook
from starlette.applications import Starlette
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from layers import atlas, inviting, purging, rating
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.room import Room
from mapping import asked, words
from mapping.phone import ours, slowing

RATERS = "bcdefg"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CG_TODAY", "2026-03-01")
    monkeypatch.setattr(slowing, "WAIT_S", 0.0)


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    """Make six that have a tie with one in the middle, one without, and one that refused."""
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as w:
        actors = [{"id": one, "name": f"House {one.upper()}"} for one in ("a", *RATERS, "x")]
        w.insert("organizations", [*actors, {"id": "no", "name": "No", "consent_shown": False}])
        tie = {"kind": "refers_to", "direction": "directed"}
        ties = [{"id": f"t{one}", "from_id": one, "to_id": "a", **tie} for one in (*RATERS, "no")]
        old = {"id": "old", "from_id": "a", "to_id": "x", "until": date(2025, 1, 1), **tie}
        w.insert("ties", [*ties])
        w.insert("ties", [old])
    return made


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "room.sqlite")
    yield made
    made.close()


def rate(room: Room, town: Atlas, rater: str, value: int | None, rated: str = "a") -> None:
    survey = rating.current(room, town)
    assert survey is not None
    values = {"openness": value}
    rating.answer(room, survey, town.read, rater=rater, rated=rated, values=values)


def means(town: Atlas) -> list[tuple[str, str, float, str]]:
    columns = ["organization_id", "question", "mean", "said_by"]
    return [tuple(row) for row in town.read("ratings")[columns].to_numpy().tolist()]


def test_only_partners_of_a_lasting_tie_are_rated_from_1_to_4(room: Room, town: Atlas) -> None:
    survey = rating.start(room, town)
    assert list(rating.partners(town.read, "a")) == list(RATERS)
    for wrong, code in (
        ({"rated": "x"}, "survey_no_partner"),
        ({"rated": "a"}, "survey_no_partner"),
        ({"rated": "no"}, "survey_no_partner"),
        ({"values": {"openness": 5}}, "survey_value"),
        ({"values": {"openness": True}}, "survey_value"),
        ({"values": {"beauty": 2}}, "survey_value"),
    ):
        said: dict[str, Any] = {"rater": "a", "rated": "b", "values": {"openness": 2}, **wrong}
        with pytest.raises(LayerError) as refused:
            rating.answer(room, survey, town.read, **said)
        assert refused.value.code == code
    with pytest.raises(LayerError, match="survey_there"):
        rating.start(room, town)
    rating.set_open(room, survey, is_open=False)
    with pytest.raises(LayerError, match="survey_closed"):
        rate(room, town, "b", 3)


def test_a_mean_reaches_the_atlas_from_five_raters_on_and_one_more_does_not_move_it(
    room: Room, town: Atlas
) -> None:
    survey = rating.start(room, town)
    for rater, value in zip("bcde", (1, 2, 3, 4), strict=True):
        rate(room, town, rater, value)
    assert rating.answered(room, survey) is None
    assert rating.release(room, town, survey).shown == 0
    assert means(town) == []
    rate(room, town, "f", 3)
    assert rating.answered(room, survey) == "5-9"
    rating.release(room, town, survey, who="Ada")
    assert means(town) == [("a", "openness", 2.6, "5-9")]
    assert town.read("revisions")["kind"].tolist() == ["release"]
    rate(room, town, "g", 1)
    assert rating.release(room, town, survey).waits == 1
    assert means(town) == [("a", "openness", 2.6, "5-9")]
    for rater in "bcdfg":
        rate(room, town, rater, 4)
    rating.release(room, town, survey)
    assert means(town) == [("a", "openness", 3.8, "5-9")]  # never 4.0: it would tell all answers
    assert b"survey" not in town.path.read_bytes()


def test_answers_go_on_their_day_and_the_means_stay(room: Room, town: Atlas) -> None:
    survey = rating.start(room, town, days=7)
    for rater in "bcdef":
        rate(room, town, rater, 2)
    rating.release(room, town, survey)
    purging.purge(room, date(2026, 3, 7))
    assert rating.current(room, town) is not None
    purging.purge(room, date(2026, 3, 8))
    assert rating.current(room, town) is None
    for table in ("surveys", "survey_answers", "survey_bases"):
        assert room.read(f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608 - our own names
    assert survey.id.encode() not in room.path.read_bytes()
    assert len(means(town)) == 1


def test_who_refuses_to_be_shown_is_rated_nowhere(room: Room, town: Atlas) -> None:
    survey = rating.start(room, town)
    for rater in "bcdef":
        rate(room, town, rater, 2)
    with town.write() as w:
        w.update("organizations", "a", {"consent_shown": False}, seen=1)
    rating.release(room, town, survey)
    assert means(town) == []


def test_the_private_page_takes_answers_of_its_own_partners_only(room: Room, town: Atlas) -> None:
    _, secret = inviting.invite(town, "b")
    key = {"Authorization": f"Bearer {secret}"}
    routes = ours.OursRoutes(town.path, room=room).routes()
    with TestClient(Starlette(routes=routes)) as client:
        assert client.get("/ours/held", headers=key).json()["rating"] is None
        closed = client.post("/ours/ratings", headers=key, json={"of": "a", "values": {}})
        assert closed.json()["error"] == "survey_closed"
        rating.start(room, town)
        asked = client.get("/ours/held", headers=key).json()["rating"]
        assert asked["partners"] == [["a", "House A"]]
        assert len(asked["questions"]) == 6
        said = {"of": "a", "values": {"openness": 4, "influence": 1}}
        assert client.post("/ours/ratings", headers=key, json=said).json()["ok"]
        again = client.get("/ours/held", headers=key).json()["rating"]["said"]
        assert again == {"a": {"openness": 4, "influence": 1}}
        other = {"of": "c", "values": {"openness": 4}}
        wrong = client.post("/ours/ratings", headers=key, json=other)
        assert (wrong.status_code, wrong.json()["error"]) == (422, "survey_no_partner")
        none = {"Authorization": f"Bearer {uuid4()}"}
        assert client.post("/ours/ratings", headers=none, json=said).status_code == 404
    assert town.read("proposals").empty


def test_whom_it_could_harm_to_be_named_is_told_only_to_who_named_the_tie(
    room: Room, town: Atlas
) -> None:
    with town.write() as w:
        rows = town.read("organizations").set_index("id")["row_version"]
        w.update("organizations", "a", {"at_risk": True}, seen=int(rows["a"]))
        w.update("organizations", "x", {"consent_shared": False}, seen=int(rows["x"]))
        ties = town.read("ties").set_index("id")["row_version"]
        w.update("ties", "tc", {"from_confirmed_on": date(2026, 2, 1)}, seen=int(ties["tc"]))
    rating.start(room, town)
    told = {}
    for who in ("b", "c"):
        _, secret = inviting.invite(town, who)
        routes = ours.OursRoutes(town.path, room=room).routes()
        with TestClient(Starlette(routes=routes)) as client:
            key = {"Authorization": f"Bearer {secret}"}
            told[who] = client.get("/ours/held", headers=key)
    assert "House A" not in told["b"].text
    assert told["c"].json()["rating"]["partners"] == [["a", "House A"]]
    assert "House X" not in told["b"].text + told["c"].text


def test_a_sheet_asks_for_ratings_and_none_of_them_becomes_a_proposal(town: Atlas) -> None:
    plain = asked.sheet(town, "b", lang="en")
    book = load_workbook(io.BytesIO(asked.sheet(town, "b", lang="fr", rate=True)))
    assert words.say("sheet.name_partners", "fr") in book.sheetnames
    assert words.say("sheet.name_partners") not in load_workbook(io.BytesIO(plain)).sheetnames
    sheet = book[words.say("sheet.name_partners", "fr")]
    assert sheet.max_row == 1 + 6
    sheet.cell(2, 5).value = words.say("ours.step_3", "fr")
    sheet.cell(3, 5).value = "brilliant"
    out = io.BytesIO()
    book.save(out)
    returned, new = asked.take_sheet(town, out.getvalue())
    assert new == 0
    assert returned.ratings == (("a", "openness", 3),)
    assert [one.code for one in returned.problems] == ["sheet_unclear"]
    assert town.read("proposals").empty


PAGE = "from mapping.pages import _ask_rating\n_ask_rating.show()"


def test_the_desk_starts_enters_releases_and_hides_the_list_while_presenting(
    town: Atlas, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CG_ATLAS", str(town.path))
    monkeypatch.setenv("CG_ROOM", str(tmp_path / "desk.sqlite"))
    page = AppTest.from_string(PAGE, default_timeout=30).run()
    page.button(key="rating_start").click().run()
    page.selectbox(key="rating_rater").select("b").run()
    page.selectbox(key="rating_rated").select("a").run()
    page.radio(key="rating_value_b_a_openness").set_value(4).run()
    page.button(key="rating_enter").click().run()
    assert not page.exception
    from layers.room import shared

    for rater in "cdef":
        rate(shared(), town, rater, 2)
    rate(shared(), town, "a", 1, rated="b")
    page.run()
    told = " ".join(one.value for one in page.text)
    assert "5-9" in told
    assert "House B gives House A 4, House A gives House B 1" in told
    page.button(key="rating_release").click().run()
    assert not page.exception
    assert means(town) == [("a", "openness", 2.4, "5-9")]
    page.session_state["network_presenting"] = True
    page.run()
    told = " ".join(one.value for one in page.text)
    assert "House B gives" not in told
    assert not page.dataframe
