"""The connection check: what one phone found out, and nothing about whose phone it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from mapping import line_checks
from mapping.phone import checking_line, front
from tests.helpers.running import Server
from tests.helpers.watched import HALL, Watch

FOUND = {
    "post": "yes",
    "large": "yes",
    "socket": "no",
    "store": "yes",
    "worker": "untried",
    "secure": False,
    "voices": ["en", "ar"],
    "late_ms": 12,
}


@pytest.fixture
def memory() -> line_checks.Memory:
    return line_checks.Memory(iter(range(0, 10_000, 90)).__next__)


@pytest.fixture
def client(memory: line_checks.Memory) -> Iterator[TestClient]:
    routes = [*front.routes(), *checking_line.Checks(memory=memory).routes()]
    with TestClient(Starlette(routes=routes), base_url="http://192.168.1.5:8501") as running:
        yield running


def test_what_a_phone_found_is_kept_without_anything_about_it(
    client: TestClient, memory: line_checks.Memory
) -> None:
    assert client.post("/phone/check", json=FOUND, headers={"User-Agent": "Her phone"}).json() == {
        "ok": True
    }
    (result,) = memory.results()
    assert result.origin == "192.168.1.5:8501"
    assert result.got_through == {
        "post": True,
        "large": True,
        "socket": False,
        "store": True,
        "worker": None,
    }
    assert (result.voices, result.late_ms, result.minutes_ago) == (("en", "ar"), 12, 1)
    assert "testclient" not in repr(result)
    assert {one.name for one in fields(result)} == {
        *("origin", "secure", "got_through", "voices", "late_ms", "minutes_ago")
    }


def test_an_empty_post_only_tries_the_way(client: TestClient, memory: line_checks.Memory) -> None:
    assert client.post("/phone/check", json={}).json() == {"ok": True}
    assert memory.results() == []


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Amina"},
        {"post": "perhaps"},
        {"post": ["yes"]},
        {"secure": "yes"},
        {"voices": ["Amina was here"]},
        {"voices": [["en"]]},
        {"voices": "en"},
        {"late_ms": 1e9},
        {"late_ms": -1},
        {"late_ms": True},
        {"origin": "http://evil.example"},
    ],
)
def test_anything_else_is_refused(
    client: TestClient, memory: line_checks.Memory, change: dict[str, Any]
) -> None:
    assert client.post("/phone/check", json=FOUND | change).status_code == 422
    assert memory.results() == []


def test_only_the_last_ones_are_kept(client: TestClient, memory: line_checks.Memory) -> None:
    for late in range(line_checks.MOST_KEPT + 5):
        client.post("/phone/check", json=FOUND | {"late_ms": late})
    assert [one.late_ms for one in memory.results()] == list(range(24, 4, -1))


def test_the_larger_answer_and_the_socket(client: TestClient) -> None:
    assert len(client.get("/phone/check/large").content) == checking_line.LARGE_BYTES
    with client.websocket_connect("/phone/check/live") as socket:
        socket.send_text("here")
        assert socket.receive_text() == "heard"


# --- in a browser --------------------------------------------------------------------------------


TRIES = ("page", "post", "large", "socket", "store", "worker")


@pytest.mark.parametrize("lang", ["en", "ar"])
def test_a_phone_in_a_hall_sees_what_gets_through(watch: Watch, in_hall: Server, lang: str) -> None:
    page = watch.page("phone", locale=lang)
    page.goto(in_hall.address(HALL, "/phone/check"))
    page.wait_for_selector("body[data-done]")
    said = {name: page.get_attribute(f"#try_{name}", "data-said") for name in TRIES}
    assert said == dict.fromkeys(TRIES, "yes") | {"worker": "no"}  # plain http: no secure context
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("async () => (await indexedDB.databases()).length") == 0
    assert watch.errors == []


def test_a_network_that_stops_things_is_told_apart(watch: Watch, in_hall: Server) -> None:
    page = watch.page("phone", locale="en")
    page.route(
        "**/phone/check",
        lambda one: one.abort() if one.request.method == "POST" else one.continue_(),
    )
    page.route_web_socket("**/phone/check/live", lambda socket: socket.close())
    page.goto(in_hall.address(HALL, "/phone/check"))
    page.wait_for_selector("body[data-done]")
    said = {name: page.get_attribute(f"#try_{name}", "data-said") for name in TRIES}
    assert (said["post"], said["socket"], said["large"]) == ("no", "no", "yes")
    watch.errors.clear()  # the ones this test made


def test_the_list_of_sentences_to_record_can_be_printed(watch: Watch, in_hall: Server) -> None:
    page = watch.page("desktop", locale="en")
    page.goto(in_hall.address(HALL, "/phone/record"))
    page.wait_for_selector("#rows tr >> nth=50")
    page.select_option("#tongue", "fr")
    page.wait_for_selector("td[lang=fr]")
    assert "phone.agree.mp3" in page.inner_text("#rows")
    assert "{" not in page.inner_text("#rows")
    assert watch.errors == []
