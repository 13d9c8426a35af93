"""The private page on a phone: mending a fact, adding a tie, right to left, by keyboard."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from layers import atlas, inviting, rating
from layers.proposing import HIDE, decide, waiting
from layers.room import Room
from mapping import words
from tests.helpers import asked
from tests.helpers.running import Server
from tests.helpers.watched import HALL, Watch

IN_HALL = {"CG_HOST": HALL, "CG_PASSPHRASE": "abcdefghjkmnp"}


@pytest.fixture(scope="module")
def in_hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Run one server that a hall reaches, over plain http: no secure context."""
    folder = tmp_path_factory.mktemp("asked")
    town = asked.town(folder / "town.gpkg")
    with Server(folder, town.path, IN_HALL) as running:
        yield running
    assert running.outgoing() == []


@pytest.fixture
def town(in_hall: Server) -> Iterator[atlas.Atlas]:
    made = atlas.Atlas(in_hall.atlas)
    yield made
    decide(made, waiting(made)["id"].tolist(), accept=False)


def enter(page: Page, server: Server, town: atlas.Atlas, organization: str = "amal") -> str:
    _, secret = inviting.invite(town, organization)
    page.goto(f"{server.address(HALL, '/ours')}#{secret}")
    page.wait_for_selector("#whole:not([hidden])")
    return secret


def send(page: Page) -> None:
    page.click("#send")
    noticed(page, words.say("ours.sent"))


def noticed(page: Page, text: str) -> None:
    page.locator("#notice", has_text=text).wait_for()


def test_a_fact_is_mended_and_sent_from_a_phone_in_a_hall(
    watch: Watch, in_hall: Server, town: atlas.Atlas
) -> None:
    phone = watch.page("phone")
    secret = enter(phone, in_hall, town)
    assert phone.evaluate("isSecureContext") is False
    phone.click("#part_services summary")
    phone.get_by_role("button", name="Correct: What it costs").click()
    phone.fill("textarea[name=cost]", "5 a month {{7*7}} <b>x</b>")
    phone.get_by_role("button", name="Keep this").click()
    assert phone.locator(".said").inner_text().endswith("5 a month {{7*7}} <b>x</b>\u2069")
    phone.reload()  # what was typed stayed on the phone
    phone.wait_for_selector("#whole:not([hidden])")
    assert phone.inner_text("#ready") == "Answers ready: 1"
    send(phone)
    assert words.say("ours.state_open") in phone.inner_text("#sent")
    (row,) = waiting(town).to_dict("records")
    assert row["operations"][0].values["cost"] == "5 a month {{7*7}} <b>x</b>"
    assert phone.evaluate("Object.keys(localStorage).length") == 0
    assert not [url for url in watch.requests if secret in url.partition("#")[0]]
    assert secret not in in_hall.log()
    assert watch.errors == []


def test_a_tie_is_confirmed_and_another_added_by_keyboard(
    watch: Watch, in_hall: Server, town: atlas.Atlas
) -> None:
    phone = watch.page("phone")
    enter(phone, in_hall, town)
    phone.focus("#part_ties summary")
    phone.keyboard.press("Enter")
    phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")  # right
    phone.wait_for_selector("#part_ties [aria-pressed=true]")
    phone.focus("#add_tie summary")
    phone.keyboard.press("Enter")
    phone.keyboard.press("Tab")
    phone.keyboard.type("Shelter")
    phone.keyboard.press("Tab")
    phone.keyboard.type("delivers")
    phone.keyboard.press("Tab")
    phone.keyboard.type("both")
    for _ in ("strength", "participation", "cooperation", "add"):
        phone.keyboard.press("Tab")
    phone.keyboard.press("Enter")
    phone.wait_for_selector("#add_tie .said")
    send(phone)
    assert sorted(waiting(town)["sort"]) == ["new_tie", "tie"]
    (added,) = (one for one in waiting(town).to_dict("records") if one["sort"] == "new_tie")
    added = added["operations"]
    assert (added[-1].values["to_id"], added[-1].values["direction"]) == ("shelter", "mutual")
    assert watch.errors == []


def test_arabic_runs_from_the_right_and_fits_the_phone(
    watch: Watch, in_hall: Server, town: atlas.Atlas
) -> None:
    phone = watch.page("phone", locale="ar")
    enter(phone, in_hall, town)
    assert phone.get_attribute("html", "dir") == "rtl"
    assert phone.inner_text("#heading") == words.say("ours.heading", "ar", name="Amal")
    for summary in phone.locator("summary").all():
        summary.click()
    assert phone.evaluate("document.documentElement.scrollWidth") == 360
    small = phone.evaluate(
        "[...document.querySelectorAll('button, summary, select, #parts a')]"
        ".filter(one => one.offsetParent && one.getBoundingClientRect().height < 44).length"
    )
    assert small == 0
    phone.select_option("#lang", "fr")
    phone.wait_for_selector("html[lang=fr]")
    assert phone.inner_text("#heading") == words.say("ours.heading", "fr", name="Amal")


def test_an_address_is_protected_at_once_and_an_answer_withdrawn(
    watch: Watch, in_hall: Server, town: atlas.Atlas
) -> None:
    phone = watch.page("phone")
    enter(phone, in_hall, town)
    phone.click("#part_places summary")
    assert "Lindenstraße" in phone.inner_text("#part_places")
    phone.click(f"text={words.say('ours.protect')}")
    phone.click(f"text={words.say('ours.protect_sure')}")
    noticed(phone, words.say("ours.sent"))
    assert "Linden" not in phone.inner_text("body")
    assert words.say("ours.protected") in phone.inner_text("#part_places")
    assert waiting(town)["sort"].tolist() == [HIDE]
    phone.get_by_role("button", name="Withdraw").first.click()
    noticed(phone, words.say("ours.withdrawn"))
    assert waiting(town).empty


def test_what_changed_meanwhile_is_put_aside_and_said(
    watch: Watch, in_hall: Server, town: atlas.Atlas
) -> None:
    phone = watch.page("phone")
    enter(phone, in_hall, town)
    phone.click("#part_services summary")
    what = words.say("ours.correct_about", what=words.say("field.walk_in"))
    phone.get_by_role("button", name=what).click()
    phone.locator("#part_services form select").first.select_option("0")
    phone.get_by_role("button", name="Keep this").click()
    with town.write() as writer:
        ((version,),) = writer.ask("SELECT row_version FROM services WHERE id = 'advice'")
        writer.update("services", "advice", {"walk_in": False}, seen=version)
    phone.click("#send")
    noticed(phone, "put aside")
    assert waiting(town).empty


def test_a_link_that_does_not_open_says_so_and_the_desk_stays_shut(
    watch: Watch, in_hall: Server
) -> None:
    phone = watch.page("phone")
    phone.goto(f"{in_hall.address(HALL, '/ours')}#{'x' * 32}")
    phone.wait_for_selector("#end:not([hidden])")
    assert phone.inner_text("#end_text") == words.say("error.invitation_unknown")
    desk = phone.goto(in_hall.address(HALL, "/ask"))
    assert desk is not None
    assert desk.status == 401


def test_a_partner_is_rated_at_the_tap_and_it_stays(
    watch: Watch, in_hall: Server, town: atlas.Atlas
) -> None:
    room = Room(in_hall.room)
    survey = rating.start(room, town)
    phone = watch.page("phone")
    enter(phone, in_hall, town)
    phone.click("#part_rate summary")
    steps = phone.locator("#part_rate .rate").first.locator(".step")
    assert steps.all_inner_texts() == [words.say(f"ours.step_{step}") for step in (1, 2, 3, 4)]
    steps.nth(2).click()
    phone.locator(".step[aria-pressed=true]").wait_for()
    phone.reload()
    phone.wait_for_selector("#whole:not([hidden])")
    assert phone.locator(".step[aria-pressed=true]").count() == 1
    (said,) = rating.given(room, survey, "amal").values()
    assert list(said.values()) == [3]
    rating.delete(room, survey)
    room.close()
    assert watch.errors == []
