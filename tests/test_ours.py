"""The routes of the private page: what they give, what they take, and whom they refuse."""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from layers import atlas, inviting
from layers.proposing import decide, waiting
from mapping import words
from mapping.phone import front, ours, policy, slowing
from tests.helpers import asked

TODAY = "2026-03-01"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CG_TODAY", TODAY)
    monkeypatch.setattr(slowing, "WAIT_S", 0.0)


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    return asked.town(tmp_path / "town.gpkg")


@pytest.fixture
def client(town: atlas.Atlas) -> Iterator[TestClient]:
    routes = [*front.routes(), *ours.OursRoutes(town.path).routes()]
    with TestClient(Starlette(routes=routes)) as made:
        yield made


class Member:
    """Somebody of an organization, with the link that was made for it."""

    def __init__(self, client: TestClient, town: atlas.Atlas, organization: str) -> None:
        self.client = client
        self.invitation, self.secret = inviting.invite(town, organization)

    @property
    def key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"}

    def held(self) -> dict[str, Any]:
        said: dict[str, Any] = self.client.get("/ours/held", headers=self.key).json()
        return said

    def fact(self, table: str, row: str, column: str) -> dict[str, Any]:
        (found,) = (
            fact
            for thing in self.held()["things"]
            for fact in thing["facts"]
            if (fact["table"], fact["row"], fact["column"]) == (table, row, column)
        )
        return dict(found)

    def correct(self, table: str, row: str, column: str, value: object) -> dict[str, Any]:
        fact = self.fact(table, row, column)
        names = {name: fact[name] for name in ("table", "row", "column")}
        return {"do": "correct", **names, "seen": fact["version"], "value": value}

    def send(self, *answers: dict[str, Any], name: str | None = None) -> tuple[int, dict[str, Any]]:
        body = {"id": name or str(uuid4()), "answers": list(answers)}
        answer = self.client.post("/ours/answers", headers=self.key, json=body)
        return answer.status_code, answer.json()


@pytest.fixture
def amal(client: TestClient, town: atlas.Atlas) -> Member:
    return Member(client, town, "amal")


@pytest.fixture
def city(client: TestClient, town: atlas.Atlas) -> Member:
    return Member(client, town, "city")


def strange(table: object, row: str, column: str) -> dict[str, Any]:
    """Correct something that is not one's own."""
    return {
        "do": "correct",
        "table": table,
        "row": row,
        "column": column,
        "seen": 1,
        "value": "X",
    }


def row(town: atlas.Atlas, table: str, row_id: str) -> dict[Any, Any]:
    rows = town.read(table)
    (found,) = rows[rows["id"] == row_id].to_dict("records")
    return found


def accept_all(town: atlas.Atlas) -> None:
    assert decide(town, waiting(town)["id"].tolist(), accept=True).left == ()


# --- what is given -----------------------------------------------------------------------------


def test_an_organization_sees_its_own_rows_and_nobody_elses(amal: Member) -> None:
    said = amal.held()
    assert said["name"] == "Amal"
    rows = {(thing["table"], thing["row"]) for thing in said["things"]}
    assert rows == {
        ("organizations", "amal"),
        ("services", "advice"),
        ("locations", "house"),
        ("ties", "t-out"),
    }
    assert amal.fact("services", "advice", "languages")["value"] == ["ar"]
    assert amal.fact("schedules", "h1", "opening_hours")["value"] == "Mo 09:00-12:00"


def test_nothing_private_and_nothing_others_said_is_given(amal: Member, city: Member) -> None:
    for member in (amal, city):
        text = json.dumps(member.held(), ensure_ascii=False)
        own = {"other-contact"} if member is city else set()
        assert [one for one in asked.NEVER if one in text and one not in own] == []
        for never in ("private_contact", "not_trusted", "4321", "trusts", "says_who", "lon"):
            assert never not in text


def test_a_hidden_place_is_said_to_be_protected_and_nothing_more(
    client: TestClient, town: atlas.Atlas
) -> None:
    said = Member(client, town, "shelter").held()
    (place,) = (one for one in said["things"] if one["table"] == "locations")
    assert place["protected"] is True
    columns = {fact["column"] for fact in place["facts"]}
    assert columns == {"step_free", "public_contact", "opening_hours"}


def test_an_organization_that_refused_to_be_shown_is_named_to_nobody(amal: Member) -> None:
    assert [name for _, name in amal.held()["names"]] == ["City", "Shelter"]


# --- answers -----------------------------------------------------------------------------------


def test_an_answer_changes_nothing_until_the_desk_accepts_it(
    amal: Member, town: atlas.Atlas
) -> None:
    status, said = amal.send(amal.correct("services", "advice", "free", False))
    assert (status, said) == (200, {"ok": True, "new": 1})
    assert bool(row(town, "services", "advice")["free"]) is True
    accept_all(town)
    changed = row(town, "services", "advice")
    assert (bool(changed["free"]), changed["says_who"]) == (False, "provider")
    assert f"{changed['date_checked']:%Y-%m-%d}" == TODAY
    answered = row(town, "invitations", amal.invitation.id)["answered_on"]
    assert f"{answered:%Y-%m-%d}" == TODAY


def test_every_kind_of_fact_can_be_corrected(amal: Member, town: atlas.Atlas) -> None:
    status, _ = amal.send(
        amal.correct("organizations", "amal", "name", "Amal e.V."),
        amal.correct("organizations", "amal", "communities", ["ar", "ti"]),
        amal.correct("organizations", "amal", "consent_shown", True),
        amal.correct("services", "advice", "category", "housing"),
        amal.correct("services", "advice", "waiting_days", 14),
        amal.correct("services", "advice", "languages", ["de", "so"]),
        amal.correct("schedules", "h1", "opening_hours", "Di 10-12 Uhr"),
        amal.correct("ties", "t-out", "since", "2020-05-01"),
    )
    assert status == 200
    accept_all(town)
    organization, service = row(town, "organizations", "amal"), row(town, "services", "advice")
    assert (organization["name"], organization["communities"]) == ("Amal e.V.", ["ar", "ti"])
    assert bool(organization["consent_shown"]) is True
    assert (service["category"], service["waiting_days"]) == ("housing", 14)
    assert sorted(town.read("service_languages")["language"]) == ["de", "so"]
    assert row(town, "schedules", "h1")["source_text"] == "Di 10-12 Uhr"
    assert f"{row(town, 'ties', 't-out')['since']:%Y-%m-%d}" == "2020-05-01"


def test_hours_that_are_not_understood_stay_unknown(amal: Member, town: atlas.Atlas) -> None:
    amal.send(amal.correct("schedules", "h1", "opening_hours", "whenever the light is on"))
    accept_all(town)
    hours = row(town, "schedules", "h1")
    assert hours["source_text"] == "whenever the light is on"
    assert hours["opening_hours"] is None or hours["opening_hours"] != hours["opening_hours"]


def test_right_says_when_it_was_checked_and_by_whom(amal: Member, town: atlas.Atlas) -> None:
    answer = amal.correct("services", "advice", "free", None) | {"do": "right"}
    del answer["value"]
    assert amal.send(answer)[0] == 200
    accept_all(town)
    assert row(town, "services", "advice")["says_who"] == "provider"


def test_a_service_is_added_with_hours_place_and_languages(amal: Member, town: atlas.Atlas) -> None:
    values = {
        "name": "Language café",
        "category": "language_course",
        "languages": ["ar", "ti"],
        "opening_hours": "Th 17-19",
        "address": "Market 1",
        "free": True,
    }
    assert amal.send({"do": "add_service", "values": values})[1]["new"] == 1
    assert town.count("services") == 3
    accept_all(town)
    services = town.read("services")
    (new,) = services[services["name"] == "Language café"].to_dict("records")
    assert new["organization_id"] == "amal"
    spoken = town.read("service_languages")
    assert sorted(spoken.loc[spoken["service_id"] == new["id"], "language"]) == ["ar", "ti"]
    assert "Market 1" in set(town.read("locations")["address"])


def test_a_tie_is_confirmed_by_both_only_when_both_said_so(
    amal: Member, city: Member, town: atlas.Atlas
) -> None:
    amal.send({"do": "tie", "row": "t-out", "seen": 1, "right": True})
    accept_all(town)
    assert row(town, "ties", "t-out")["confirmed_by"] == 1
    city.send({"do": "tie", "row": "t-out", "seen": 2, "right": True})
    accept_all(town)
    tie = row(town, "ties", "t-out")
    assert tie["confirmed_by"] == 2
    for side in ("from", "to"):
        assert f"{tie[f'{side}_confirmed_on']:%Y-%m-%d}" == TODAY


def test_a_tie_that_is_denied_is_disputed_and_stays(
    amal: Member, city: Member, town: atlas.Atlas
) -> None:
    amal.send({"do": "tie", "row": "t-out", "seen": 1, "right": True})
    city.send({"do": "tie", "row": "t-out", "seen": 1, "right": False})
    accept_all(town)
    assert row(town, "ties", "t-out")["confirmed_by"] == 1
    (statement,) = town.read("statements").to_dict("records")
    assert (statement["table_name"], statement["row_id"]) == ("ties", "t-out")
    (tie,) = (one for one in city.held()["things"] if one["row"] == "t-out")
    assert tie["said"] == "wrong"


@pytest.mark.parametrize(
    ("whom", "known"),
    [({"with": "shelter"}, True), ({"name": "SHELTER"}, True), ({"name": "New group"}, False)],
)
def test_a_tie_is_added_to_a_listed_or_a_typed_name(
    amal: Member, town: atlas.Atlas, whom: dict[str, str], *, known: bool
) -> None:
    values = {**whom, "kind": "delivers_with", "way": "both", "strength": 3}
    assert amal.send({"do": "add_tie", "values": values})[0] == 200
    accept_all(town)
    ties = town.read("ties")
    (new,) = ties[ties["kind"] == "delivers_with"].to_dict("records")
    assert (new["from_id"], new["direction"], new["confirmed_by"]) == ("amal", "mutual", 1)
    assert (new["to_id"] == "shelter") is known
    assert town.count("organizations") == 4 + (not known)


def test_an_organization_that_is_gone_deletes_nothing(amal: Member, town: atlas.Atlas) -> None:
    amal.send({"do": "gone"})
    accept_all(town)
    assert row(town, "services", "advice")["status"] == "defunct"
    assert f"{row(town, 'ties', 't-out')['until']:%Y-%m-%d}" == TODAY
    assert town.count("organizations") == 4


# --- protecting --------------------------------------------------------------------------------


def test_a_protected_address_is_gone_from_the_page_before_anybody_decides(
    amal: Member, town: atlas.Atlas
) -> None:
    assert "Linden" in json.dumps(amal.held(), ensure_ascii=False)
    assert amal.send({"do": "hide", "row": "house"})[0] == 200
    assert "Linden" not in json.dumps(amal.held(), ensure_ascii=False)
    listed = waiting(town)
    assert listed["urgent"].tolist() == [True]
    assert row(town, "locations", "house")["address"] == asked.ADDRESS
    accept_all(town)
    (place,) = town.read("locations").query("id != 'refuge'").to_dict("records")
    assert (place["precision"], place["area_id"]) == ("hidden", "west")
    assert place["geometry"] is None
    assert not isinstance(place["address"], str)
    assert "Linden" not in json.dumps(amal.held(), ensure_ascii=False)


def test_a_protected_place_comes_back_only_with_a_new_address(
    client: TestClient, town: atlas.Atlas
) -> None:
    shelter = Member(client, town, "shelter")
    assert shelter.send({"do": "show", "row": "refuge"})[1]["error"] == "answer_needed"
    assert shelter.send({"do": "show", "row": "refuge", "address": "Market 3"})[0] == 200
    accept_all(town)
    place = row(town, "locations", "refuge")
    assert (place["precision"], place["address"]) == ("city", "Market 3")


def test_nothing_written_before_a_place_is_hidden_tells_it_afterwards(
    amal: Member, town: atlas.Atlas
) -> None:
    with town.write() as w:
        w.update("schedules", "h1", {"source_text": f"Mo 9-12, back of {asked.ADDRESS}"}, seen=1)
    assert amal.send({"do": "hide", "row": "house", "note": f"not {asked.ADDRESS}!"})[0] == 200
    with town.write() as w:  # after she asked, and before the desk looked
        w.update("services", "advice", {"cost": "Free", "description": "Lindenstraße"}, seen=1)
        w.update("locations", "house", {"address": "Lindenstraße 18"}, seen=1)
        hours = {"service_at_location_id": "at-house", "opening_hours": '"in the Lindenstraße"'}
        w.insert("schedules", [{"id": "h2", **hours}])
    accept_all(town)
    with sqlite3.connect(town.path) as db:
        assert "Linden" not in "\n".join(db.iterdump())
    assert "Mo 09:00-12:00" in town.read("schedules")["opening_hours"].tolist()


@pytest.mark.parametrize(
    ("table", "of", "column"),
    [
        ("organizations", "shelter", "name"),
        ("organizations", "shelter", "description"),
        ("organizations", "shelter", "url"),
        ("services", "beds", "cost"),
        ("service_at_location", "at-refuge", "opening_hours"),
        ("locations", "refuge", "public_contact"),
    ],
)
def test_no_answer_writes_an_address_to_what_is_protected(
    table: str, of: str, column: str, client: TestClient, town: atlas.Atlas
) -> None:
    shelter = Member(client, town, "shelter")
    for said in (
        shelter.correct(table, of, column, "At Lindenstr. 17"),
        {**shelter.correct("services", "beds", "free", value=True), "note": "At Lindenstr. 17"},
    ):
        status, heard = shelter.send(said)
        assert (status, heard["error"]) == (422, "text_tells_hidden")
        assert heard["sentence"] == words.say("error.text_tells_hidden", "en")
    assert town.read("proposals").empty
    text = "Mo 09:00-12:00" if column == "opening_hours" else "House of women"
    assert shelter.send(shelter.correct(table, of, column, text))[0] == 200
    accept_all(town)


def test_what_waited_before_a_place_was_protected_is_not_accepted(
    client: TestClient, town: atlas.Atlas
) -> None:
    city = Member(client, town, "city")
    assert city.send(city.correct("services", "desk", "cost", "Pay at Lindenstr. 17"))[0] == 200
    with town.write() as w:
        link = {"id": "at-desk", "service_id": "desk", "location_id": "refuge"}
        w.insert("service_at_location", [link])
    (waits,) = waiting(town)["id"]
    assert decide(town, [waits], accept=True).left == ((waits, "text_tells_hidden"),)
    assert waiting(town)["id"].tolist() == [waits]


# --- who may not -------------------------------------------------------------------------------


def test_a_wrong_an_ended_and_a_closed_secret_hear_one_sentence(
    client: TestClient, town: atlas.Atlas, amal: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = set()
    for lang in words.languages():
        answer = client.get(
            "/ours/held",
            headers={"Authorization": f"Bearer {'x' * 32}", "Accept-Language": lang},
        )
        assert answer.status_code == 404
        assert answer.json()["sentence"] == words.say("error.invitation_unknown", lang)
        heard.add(answer.json()["sentence"])
    assert len(heard) == len(words.languages())
    monkeypatch.setenv("CG_TODAY", "2026-03-31")  # the thirtieth day is the last
    assert amal.held()["ok"] is True
    monkeypatch.setenv("CG_TODAY", "2026-04-01")
    assert amal.held()["error"] == "invitation_unknown"
    monkeypatch.setenv("CG_TODAY", TODAY)
    inviting.close(town, amal.invitation.id)
    assert amal.held()["error"] == "invitation_unknown"


def test_a_newer_link_ends_the_older_one(client: TestClient, town: atlas.Atlas) -> None:
    old = Member(client, town, "amal")
    new = Member(client, town, "amal")
    assert old.held()["error"] == "invitation_unknown"
    assert new.held()["ok"] is True


def test_wrong_secrets_are_slowed_and_the_right_one_never(client: TestClient, amal: Member) -> None:
    wrong = {"Authorization": f"Bearer {'x' * 32}"}
    tries = [client.get("/ours/held", headers=wrong) for _ in range(slowing.WRONG_A_MINUTE + 3)]
    assert [one.status_code for one in tries].count(404) == slowing.WRONG_A_MINUTE
    assert tries[-1].status_code == 429
    assert "Retry-After" in tries[-1].headers
    assert amal.held()["ok"] is True  # from the same address


@pytest.mark.parametrize(
    "answer",
    [
        strange("organizations", "city", "name"),
        strange("services", "desk", "name"),
        strange("organizations", "amal", "private_contact"),
        strange("organizations", "amal", "id"),
        strange("trust", "tr", "state"),
        strange("sqlite_master", "x", "sql"),
        strange("ties", "t-other", "strength"),
        strange("ties", "t-refused", "strength"),
        strange(["services"], "advice", "name"),
        {"do": "tie", "row": "t-other", "seen": 1, "right": True},
        {"do": "tie", "row": "t-trust", "seen": 1, "right": True},
        {"do": "hide", "row": "refuge"},
        {"do": "hide", "row": "house", "organization_id": "city"},
        {"do": "add_service", "values": {"name": "X", "organization_id": "city"}},
        {"do": "add_tie", "values": {"with": "secret", "kind": "advises", "way": "out"}},
        {"do": "drop", "table": "services"},
        {"table": "services"},
    ],
)  # fmt: skip
def test_what_is_not_its_own_cannot_be_reached(
    amal: Member, town: atlas.Atlas, answer: dict[str, Any]
) -> None:
    status, said = amal.send(answer)
    assert (status, said["error"]) == (422, "field_unknown")
    assert waiting(town).empty


@pytest.mark.parametrize(
    ("column", "value", "error"),
    [
        ("name", "x" * 201, "answer_text_long"),
        ("name", None, "answer_needed"),
        ("name", "\u202e ", "answer_needed"),
        ("name", 5, "answer_unknown"),
        ("category", "weapons", "answer_unknown"),
        ("category", ["legal"], "answer_unknown"),
        ("free", "yes", "answer_unknown"),
        ("free", 1, "answer_unknown"),
        ("waiting_days", -1, "answer_number_range"),
        ("waiting_days", True, "answer_number_range"),
        ("waiting_days", 1e9, "answer_number_range"),
        ("languages", ["<script>"], "answer_unknown"),
        ("languages", ["de"] * 41, "answer_unknown"),
        ("languages", "de", "answer_unknown"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_and_the_rest_with_it(
    amal: Member, town: atlas.Atlas, column: str, value: object, error: str
) -> None:
    good = amal.correct("organizations", "amal", "name", "Other")
    status, said = amal.send(good, amal.correct("services", "advice", column, value))
    assert (status, said["error"]) == (422, error)
    assert said["sentence"]
    assert waiting(town).empty


def test_an_answer_about_an_older_version_is_told(amal: Member, town: atlas.Atlas) -> None:
    answer = amal.correct("services", "advice", "free", False)
    with town.write() as writer:
        writer.update("services", "advice", {"cost": "5"}, seen=1)
    status, said = amal.send(answer)
    assert (status, said["error"]) == (409, "answer_outdated")


def test_the_same_answer_twice_is_one_also_after_the_decision(
    amal: Member, town: atlas.Atlas
) -> None:
    answer = amal.correct("services", "advice", "free", False)
    name = str(uuid4())
    assert amal.send(answer, name=name)[1]["new"] == 1
    assert amal.send(answer, name=name) == (200, {"ok": True, "new": 0})
    accept_all(town)
    assert amal.send(answer, name=name) == (200, {"ok": True, "new": 0})
    assert waiting(town).empty


def test_an_open_answer_is_withdrawn_by_its_own_organization_only(
    amal: Member, city: Member, town: atlas.Atlas
) -> None:
    amal.send(amal.correct("services", "advice", "free", False))
    (one,) = waiting(town)["id"]
    body = {"proposals": [one]}
    assert amal.client.post("/ours/withdraw", headers=city.key, json=body).json()["withdrawn"] == 0
    assert amal.client.post("/ours/withdraw", headers=amal.key, json=body).json()["withdrawn"] == 1
    assert waiting(town).empty
    assert amal.held()["sent"][0]["state"] == "superseded"


def test_too_much_is_refused_before_it_is_read(amal: Member, town: atlas.Atlas) -> None:
    huge = amal.correct("services", "advice", "description", "x" * 20_000)
    assert amal.send(huge)[0] == 413
    many = [amal.correct("services", "advice", "free", False)] * 101
    assert amal.send(*many[:101])[1]["error"] in {"answers_too_many", "body_too_large"}
    small = [{"do": "gone"}] * 101
    assert amal.send(*small)[1]["error"] == "answers_too_many"
    assert waiting(town).empty


def test_no_more_than_a_few_hundred_can_wait(amal: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ours, "MOST_WAITING", 1)
    assert amal.send(amal.correct("services", "advice", "free", False))[0] == 200
    said = amal.send(amal.correct("services", "advice", "cost", "x"))[1]
    assert said["error"] == "answers_too_many"


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"id": 1, "answers": []}', b'{"x": 1}', b"\xff"]
)
def test_what_is_no_answer_is_refused(amal: Member, body: bytes) -> None:
    headers = {**amal.key, "Content-Type": "application/json"}
    assert amal.client.post("/ours/answers", headers=headers, content=body).status_code in {
        400,
        422,
    }


def test_another_site_cannot_make_a_browser_send_an_answer(amal: Member) -> None:
    """A form sends no JSON and no header of ours; and the secret is in no cookie."""
    answer = amal.client.post("/ours/answers", headers=amal.key, data={"id": "x"})
    assert answer.status_code == 400
    assert "set-cookie" not in amal.client.get("/ours").headers


def test_markup_stays_text(amal: Member, town: atlas.Atlas) -> None:
    name = "<img src=x onerror=alert(1)> {{7*7}} ${1} ![x](//evil.example/x.png)"
    amal.send(amal.correct("organizations", "amal", "name", name))
    accept_all(town)
    assert row(town, "organizations", "amal")["name"] == name
    assert amal.held()["name"] == name


def test_no_log_and_no_address_holds_the_secret(
    amal: Member, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    amal.held()
    amal.send(amal.correct("services", "advice", "free", False))
    amal.send({"do": "drop"})
    assert amal.secret not in caplog.text
    assert len(amal.secret) * 6 >= 128  # bits


def test_the_atlas_keeps_no_secret(amal: Member, town: atlas.Atlas) -> None:
    assert amal.secret.encode() not in town.path.read_bytes()


def test_a_broken_atlas_is_no_matter_of_the_reader(tmp_path: Path) -> None:
    routes = ours.OursRoutes(tmp_path / "none.gpkg").routes()
    with TestClient(Starlette(routes=routes)) as client:
        answer = client.get("/ours/held", headers={"Authorization": f"Bearer {'x' * 32}"})
    assert answer.status_code == 500
    assert "none.gpkg" not in answer.text


# --- the page ----------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", words.languages())
def test_the_page_comes_in_the_language_of_the_reader(client: TestClient, lang: str) -> None:
    answer = client.get("/ours", headers={"Accept-Language": lang})
    assert f'lang="{lang}" dir="{words.direction(lang)}"' in answer.text
    assert "{{" not in answer.text
    assert client.get(f"/ours/words/{lang}.json").json()["ours.send"]


def test_the_page_is_public_and_strict() -> None:
    assert policy.under("/ours/held", policy.PUBLIC)
    assert set(front.names("ours")) == {
        "regular.ttf",
        "bold.ttf",
        "ours.css",
        "ours.js",
        "ours_fields.js",
        "ours_rate.js",
        "tokens.css",
    }
    assert sum(len(front.file(name).gzip) for name in front.names("ours")) < 120_000


def test_it_sees_what_is_judged_of_it_and_only_its_reply_is_taken(
    amal: Member, town: atlas.Atlas
) -> None:
    with town.write() as writer:
        said = {"organization_id": "amal", "power": 1, "interest": 4, "affected": True}
        writer.insert("standings", [{"id": "s", **said}])
    (judged,) = (one for one in amal.held()["things"] if one["section"] == "judged")
    assert judged["says"] == [
        ["field.power", "1"],
        ["field.interest", "4"],
        ["field.affected", "ours.yes"],
    ]
    reply = "We decide nothing, and say so."
    assert amal.send(amal.correct("replies", judged["row"], "words", reply))[1]["new"] == 1
    assert amal.send(strange("standings", "s", "power"))[1]["error"] == "field_unknown"
    accept_all(town)
    (held,) = town.read("replies").to_dict("records")
    assert (held["organization_id"], held["about"]) == ("amal", "standings")
    assert (held["words"], held["says_who"]) == (reply, "provider")
    assert amal.send(amal.correct("replies", judged["row"], "words", None))[1]["new"] == 1
    accept_all(town)
    assert town.read("replies").empty


def test_it_says_of_a_tie_at_which_level_and_of_itself_what_may_be_named_outside(
    amal: Member, town: atlas.Atlas
) -> None:
    tie = next(one["row"] for one in amal.held()["things"] if one["section"] == "ties")
    answers = (
        amal.correct("ties", tie, "cooperation", "policy"),
        amal.correct("organizations", "amal", "at_risk", True),
    )
    assert amal.send(*answers)[1]["new"] == 2
    accept_all(town)
    assert row(town, "ties", tie)["cooperation"] == "policy"
    assert row(town, "organizations", "amal")["at_risk"]
