"""Two groups' phones in one hall over plain http: links, a line that drops, towers, and right."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from layers import netmap
from layers.netmap import Actor
from layers.room import Room
from layers.room_session import Session
from tests.helpers import rooms
from tests.helpers.barriers import barriers
from tests.helpers.running import Server
from tests.helpers.watched import HALL, Watch

NAMES = ("Anchor", "Bridge <b>Club</b>", "Canal School", "Dock Clinic")
LESS = "\N{MINUS SIGN}"
QUESTION = "Who decides where courses are?"


@pytest.fixture
def session(in_hall: Server) -> Iterator[Session]:
    with rooms.a_session(in_hall.room, in_hall.atlas, languages=("en", "ar")) as made:
        yield made


@pytest.fixture
def room(in_hall: Server, session: Session) -> Iterator[Room]:
    made = Room(in_hall.room)
    kinds = ["migrant_led", "ngo", "university", None]
    netmap.set_up(
        made,
        session.id,
        question=QUESTION,
        kinds=("refers_to", "trusts"),
        actors=[Actor(name=name, kind=kind) for name, kind in zip(NAMES, kinds, strict=True)],
        people=(6, 7),
    )
    yield made
    made.close()


def open_for(page: Page, server: Server, code: str) -> None:
    page.goto(server.address(HALL, f"/net/{code}"))
    page.click("#agree")
    page.wait_for_selector("#wait:not([hidden])")


def actor(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def links(room: Room, session: Session) -> set[tuple[int, str, str, str, bool]]:
    found = netmap.round_of(room, session.id)
    assert found is not None
    names = {one.id: one.name for one in found.actors}
    return {
        (row["party"], row["kind"], names[row["one"]], names[row["other"]], row["mutual"])
        for row in netmap.links(room, session.id).to_dict("records")
    }


def build(first: Page, room: Room, session: Session) -> None:
    """Build towers, hear them, change one while hearing, and save."""
    netmap.move(room, session.id, "towers")
    first.wait_for_selector("#towers:not([hidden])")
    for _ in range(3):
        first.get_by_role("button", name=f"+ {NAMES[1]}").click()
    first.get_by_role("button", name=f"+ {NAMES[2]}").click()
    first.get_by_role("button", name=f"{LESS} {NAMES[3]}").click()
    first.click("#to_read")
    first.wait_for_selector("#read:not([hidden])")
    read = first.locator("#ranked li")
    assert [one.locator(".rank").text_content() for one in read.all()] == ["1", "2", "3"]
    first.locator("#ranked").get_by_role("button", name=f"+ {NAMES[2]}").click()
    assert barriers(first) == []
    first.click("#right")
    first.wait_for_selector("#saved:not([hidden])")
    expect(first.locator("#queue")).to_be_empty()
    towers = netmap.towers(room, session.id)
    now = netmap.round_of(room, session.id)
    assert now is not None
    names = {one.id: one.name for one in now.actors}
    heights = {
        names[one]: many for one, many in zip(towers["actor"], towers["height"], strict=True)
    }
    assert heights == {NAMES[1]: 3, NAMES[2]: 2, NAMES[3]: 0}
    assert [one.is_right for one in now.groups] == [True, False]


def test_two_groups_link_build_hear_and_save_and_a_dropped_line_loses_nothing(
    watch: Watch, in_hall: Server, room: Room, session: Session
) -> None:
    found = netmap.round_of(room, session.id)
    assert found is not None
    first, second = watch.page("phone", locale="en"), watch.page("phone", locale="ar")
    open_for(first, in_hall, found.groups[0].code)
    open_for(second, in_hall, found.groups[1].code)
    assert first.locator("h1 .question >> visible=true").text_content() == QUESTION
    netmap.move(room, session.id, "links")
    for page in (first, second):
        page.wait_for_selector("#links:not([hidden])")
    assert barriers(first) == []

    actor(first, NAMES[0])
    actor(first, NAMES[1])
    first.click("#one_way")
    first.context.set_offline(True)
    actor(first, NAMES[2])
    first.click("#both_ways")
    expect(first.locator("#queue")).to_contain_text("Waiting")
    first.context.set_offline(False)
    expect(first.locator("#queue")).to_be_empty(timeout=15_000)
    actor(second, NAMES[3])
    actor(second, NAMES[0])
    second.click("#one_way")
    expect(second.locator("#queue")).to_be_empty()
    mutual = (0, "refers_to", NAMES[0], NAMES[2], True)
    back = (0, "refers_to", NAMES[2], NAMES[0], True)
    kept = links(room, session)
    assert kept - {mutual, back} == {
        (0, "refers_to", NAMES[0], NAMES[1], False),
        (1, "refers_to", NAMES[3], NAMES[0], False),
    }
    assert len(kept) == 3

    first.click("#see")
    first.get_by_role("button", name="Take back").first.click()
    expect(first.get_by_role("button", name="Take back")).to_have_count(1)
    expect(first.locator("#queue")).to_be_empty()
    first.reload()  # what is hers is the group's: it comes from the server
    first.wait_for_selector("#links:not([hidden])")
    expect(first.locator("#see")).to_contain_text("1")

    build(first, room, session)
    netmap.move(room, session.id, "ended")
    for page in (first, second):
        page.wait_for_selector("#end:not([hidden])")
    assert watch.foreign == []
    assert [one for one in watch.errors if "ERR_INTERNET_DISCONNECTED" not in one] == []
    watch.errors.clear()
