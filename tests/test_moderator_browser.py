"""A phone, the wall and the second phone in one hall, over plain http, in real browsers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, WebSocket, expect

from layers.room_session import Session
from layers.room_setup import SetUp
from mapping import hall, words
from tests.helpers import phones, rooms
from tests.helpers.barriers import barriers
from tests.helpers.hall_phones import IN_HALL
from tests.helpers.running import Server
from tests.helpers.watched import HALL, SIZES, Watch

PASSPHRASE = IN_HALL["CG_PASSPHRASE"]
DOOR = 401  # what the door answers with, which a browser writes to its console
TABS = ("queue", "wall", "done", "help")
# What came under the thumb just now is not tapped by mistake: the page takes no tap on a card that
# has moved within the last third of a second. Wait until nothing has changed for longer than that.
CALM = """box => new Promise((done) => {
  let clock = 0;
  const again = () => {
    clearTimeout(clock);
    clock = setTimeout(() => { seen.disconnect(); done(); }, 500);
  };
  const seen = new MutationObserver(again);
  seen.observe(document.querySelector(box), { childList: true, subtree: true });
  again();
})"""


@pytest.fixture
def session(in_hall: Server) -> Iterator[Session]:
    """Open one with two tables, of which nothing is shown before somebody has read it."""
    with rooms.a_session(
        in_hall.room,
        in_hall.atlas,
        title="Café <b>Blau</b>",
        languages=("en", "fr", "ar"),
        setup=SetUp(moderation="pre", safeguard="Ana, at the door", parties=("Blue", "Red")),
    ) as made:
        yield made


class Heard:
    """What the line of a wall brought, message by message."""

    def __init__(self, page: Page) -> None:
        self.states: list[dict[str, Any]] = []
        self.page = page
        page.on("websocket", self._listen)

    def _listen(self, line: WebSocket) -> None:
        line.on("framereceived", self._take)

    def _take(self, frame: str | bytes) -> None:
        said = json.loads(frame)
        if said.get("type") == "state":
            self.states.append(said)

    def until(self, **wanted: Any) -> dict[str, Any]:
        """Wait until the last message has these values; lists are compared by their length."""
        for _ in range(200):
            last = self.states[-1] if self.states else {}
            if all(
                (len(last.get(name, [])) if isinstance(last.get(name), list) else last.get(name))
                == value
                for name, value in wanted.items()
            ):
                return last
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never {wanted}")


def enter(page: Page, server: Server, session: Session) -> None:
    """Open the link of the second phone, say the passphrase, and come to the first question."""
    page.goto(server.address(HALL, f"/moderate/{session.code}#{session.moderator_key}"))
    page.fill("#passphrase", PASSPHRASE)
    page.click("button")
    page.wait_for_selector("#start:not([hidden])")


def begin(page: Page, *languages: str) -> None:
    page.fill("#who", "Table 1")
    for tag in languages:
        page.check(f"#reads input[value={tag}]")
    page.click("#start_form button[type=submit]")
    page.wait_for_selector("#work:not([hidden])")


def say(phone: Page, text: str, feeling: str = "unsafe") -> None:
    """Send a place with words."""
    phones.place(phone, feeling)
    phone.click("#more")
    phone.fill("#words", text)
    phone.click("#send")
    phone.wait_for_selector(phones.ARRIVED)


def crowd(phone: Page, session: Session, cell: str) -> None:
    """Let four more people say the same of a square, without words."""
    phone.evaluate(
        """async ([session, cell]) => {
          const { consent } = Phone.session;
          const post = (path, body) => Outbox.post(`/phone/${path}`, body);
          for (let number = 0; number < 4; number += 1) {
            const who = { session, consent, token: Outbox.token() };
            await post("agree", who);
            const about = { id: Outbox.uuid(), cell, feeling: "safe" };
            const said = await post("contributions", { ...who, ...about });
            if (!said.ok) throw new Error(JSON.stringify(said));
          }
        }""",
        [session.id, cell],
    )


def let_through(page: Page, count: int) -> None:
    """Approve at once so many that came without words."""
    page.click("[data-tab=queue]")
    expect(page.locator("#fresh")).to_contain_text(str(count))
    page.click("#fresh")
    expect(page.locator("#approve_all")).to_contain_text(str(count))
    page.click("#approve_all")


def press(page: Page, box: str, text: str, picture: str) -> None:
    """Press the button with a picture, on the card with a text."""
    button = on_card(page, box, text, picture)
    button.wait_for()
    page.evaluate(CALM, box)
    button.click()


def on_card(page: Page, box: str, text: str, picture: str) -> Locator:
    """Find the button with a picture, on the card with a text."""
    card = page.locator(f"{box} .card", has_text=text)
    return card.locator(f"button:has(use[href='#b-{picture}'])").first


def test_a_room_is_moderated_from_a_second_phone(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    wall = watch.page("projector")
    heard = Heard(wall)
    origin = in_hall.address(HALL, "")
    wall.goto(hall.wall_address(origin, session.code, session.wall_key, lang="en"))
    heard.until(showing="shown", cells=0)

    second = watch.page("phone", locale="en")
    enter(second, in_hall, session)
    # kept on the way through the door, and then gone from the address; a reload still finds it
    assert "#" not in second.url
    second.reload()
    second.wait_for_selector("#start:not([hidden])")
    assert second.evaluate("JSON.stringify(history.state)") == "null"
    begin(second, "en")
    assert second.evaluate("isSecureContext") is False

    phone = watch.page("phone", locale="en")
    phones.join(phone, in_hall, session, table=0)
    nasty = "<img src=x onerror=document.title='x'> call 0660 123 45 67"
    say(phone, nasty)
    card = second.locator("#waiting .card")
    expect(card).to_have_count(1)
    assert card.locator("blockquote").inner_text() == nasty
    assert card.locator("mark").all_inner_texts() == ["0660 123 45 67"]
    assert "phone number" in card.locator(".hinted").inner_text()
    assert (
        card.locator("mark").evaluate("m => getComputedStyle(m).textDecorationLine") == "underline"
    )
    assert all(state["cells"] == [] for state in heard.states)  # absent until it is approved

    press(second, "#waiting", "0660", "pen")
    card.locator("textarea").fill("Men shout here")
    card.locator(".form .good").click()
    told = heard.until(cells=1, words=1)
    assert (told["words"][0]["text"], told["words"][0]["by"]) == ("Men shout here", "facilitator")
    assert "0660" not in json.dumps(heard.states)

    second.click("#undo")
    heard.until(cells=0, words=0)
    press(second, "#waiting", "0660", "minus")  # only the place
    heard.until(cells=1, words=0)

    second.click("[data-tab=done]")
    press(second, "#decided", "0660", "eye-slash")
    heard.until(cells=0)
    press(second, "#decided", "0660", "eye")
    heard.until(cells=1)

    # the card is drawn anew, and folded, with the state: not before that is it opened
    on_card(second, "#decided", "0660", "eye-slash").wait_for()
    second.evaluate(CALM, "#decided")
    second.locator("#decided .card summary").click()
    press(second, "#decided", "0660", "volume-xmark")
    second.locator("#decided .form button").first.click()
    heard.until(cells=0)
    expect(second.locator("#done_counts")).to_contain_text("Muted phones: 1")

    assert [page.title() for page in (second, wall) if page.title() == "x"] == []
    assert watch.foreign == []
    assert [one for one in watch.errors if str(DOOR) not in one] == []


def test_one_button_stops_everything(watch: Watch, in_hall: Server, session: Session) -> None:
    wall, second = watch.page("projector"), watch.page("phone", locale="en")
    phone, heard = watch.page("phone", locale="en"), Heard(wall)
    origin = in_hall.address(HALL, "")
    wall.goto(hall.wall_address(origin, session.code, session.wall_key, lang="en"))
    enter(second, in_hall, session)
    begin(second, "en")
    phones.join(phone, in_hall, session, table=0)
    phones.send(phone)
    phones.all_sent(phone)
    press(second, "#waiting", "", "check")
    heard.until(showing="shown", cells=1)
    second.click("#stop_all")
    expect(second.locator("#stopped")).to_be_visible()
    heard.until(showing="blank", state="paused", cells=0)
    phone.click("#another")
    phones.send(phone)
    assert phone.get_attribute("#sent_state", "data-state") == "waiting"
    second.click("#go_on")
    heard.until(showing="hidden", state="open", cells=0)
    phone.wait_for_selector(phones.ARRIVED)
    second.click("[data-tab=wall]")
    second.click("[data-showing=shown]")
    heard.until(showing="shown", cells=1)


def test_a_decision_by_keyboard_alone(watch: Watch, in_hall: Server, session: Session) -> None:
    phone, second = watch.page("phone", locale="en"), watch.page("desktop", locale="en")
    enter(second, in_hall, session)
    second.focus("#who")
    second.keyboard.type("Table 1")
    second.keyboard.press("Tab")
    second.keyboard.press("Space")  # English
    second.keyboard.press("Enter")
    second.wait_for_selector("#work:not([hidden])")
    phones.join(phone, in_hall, session, table=0)
    say(phone, "The lamps are broken")
    second.wait_for_selector("#waiting .card")
    second.evaluate(CALM, "#waiting")
    second.focus("#waiting .card button")
    second.keyboard.press("Enter")
    expect(second.locator("#waiting .card")).to_have_count(0)
    second.focus("#stop_all")
    second.keyboard.press("Enter")
    second.wait_for_selector("#stopped:not([hidden])")
    assert second.evaluate("document.activeElement.closest('#stopped') !== null")
    second.keyboard.press("Tab")
    second.keyboard.press("Enter")
    second.wait_for_selector("#stop_all:not([hidden])")
    assert len(phones.rows(in_hall, session)) == 1


def test_words_she_does_not_read_are_counted_and_never_reach_her_phone(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone, second = watch.page("phone", locale="ar"), watch.page("phone", locale="fr")
    heard = Heard(second)
    enter(second, in_hall, session)
    begin(second, "fr")
    phones.join(phone, in_hall, session, table=0)
    say(phone, "الشارع مظلم")
    expect(second.locator("#unread")).to_contain_text("arabe 1")
    expect(second.locator("#waiting .card")).to_have_count(0)
    assert "مظلم" not in json.dumps(heard.states, ensure_ascii=False)
    second.click("#again")
    second.check("#reads input[value=ar]")
    second.click("#start_form button[type=submit]")
    second.wait_for_selector("#waiting .card")
    assert second.get_attribute("#waiting blockquote", "dir") == "auto"


@pytest.mark.parametrize("scheme", [pytest.param("light", marks=pytest.mark.drill), "dark"])
def test_no_part_of_the_second_phone_has_a_barrier_or_runs_over(
    watch: Watch, in_hall: Server, session: Session, scheme: str
) -> None:
    phone = watch.page("phone", locale="en")
    phones.join(phone, in_hall, session, table=0)
    say(phone, "my neighbour Zahra, 0660 123 45 67")
    phone.click("#another")
    say(phone, "Averyveryverylongwordwithoutanyplacetobreakitanywhere" * 3)
    second = watch.page("phone", locale="en", color_scheme=scheme)
    found: dict[tuple[str, str], object] = {}

    def stand(how: str) -> None:
        """Let bars stand where they are: what lies under one is scrolled out from there."""
        second.evaluate(
            "how => document.querySelectorAll('#tabs, footer, #notice')"
            ".forEach((bar) => { bar.style.position = how; })",
            how,
        )

    def look(part: str) -> None:
        stand("static")
        # colours do not depend on the language
        for lang in words.languages() if scheme == "light" else ("en",):
            second.select_option("#lang", lang)
            second.wait_for_function("lang => document.documentElement.lang === lang", arg=lang)
            second.wait_for_timeout(100)
            wide = second.evaluate("document.documentElement.scrollWidth") - SIZES["phone"][0]
            small = second.evaluate(
                "[...document.querySelectorAll('button, select, summary, .pick')]"
                ".filter((one) => one.offsetParent && one.offsetHeight < 44)"
                ".map((one) => one.outerHTML)"
            )
            if bad := [*barriers(second), *([f"{wide} px too wide"] if wide > 0 else []), *small]:
                found[part, lang] = bad
        stand("")

    enter(second, in_hall, session)
    look("start")
    begin(second, "en")
    second.wait_for_selector("#waiting .card")
    second.locator("#waiting .card summary").first.click()
    look("queue")
    press(second, "#waiting", "Zahra", "pen")
    look("paraphrase")
    second.locator("#waiting .form textarea").fill("Somebody")
    second.evaluate(CALM, "#waiting")
    second.locator("#waiting .form .good").click()
    second.wait_for_selector("#toast:not([hidden])")
    second.evaluate(CALM, "#waiting")
    for tab in TABS:
        second.click(f"[data-tab={tab}]")
        look(tab)
    second.click("[data-tab=wall]")
    expect(second.locator("#squares li .act")).to_have_count(1)  # one person: nothing to look into
    crowd(phone, session, phones.rows(in_hall, session)[0]["cell"])
    let_through(second, 4)
    second.click("[data-tab=wall]")
    second.locator("#squares li .act").nth(1).click()
    second.wait_for_selector("#here:not([hidden])")
    look("here")
    second.click("#stop_all")
    second.wait_for_selector("#stopped:not([hidden])")
    look("stopped")
    assert found == {}


def test_a_link_without_its_key_says_so(watch: Watch, in_hall: Server, session: Session) -> None:
    second = watch.page("phone", locale="en")
    second.goto(in_hall.address(HALL, f"/moderate/{session.code}"))
    second.fill("#passphrase", PASSPHRASE)
    second.click("button")
    expect(second.locator("#end_text")).to_contain_text("missing")
    second.goto("about:blank")
    second.goto(in_hall.address(HALL, f"/moderate/{session.code}#{'0' * 32}"))
    expect(second.locator("#end_text")).to_contain_text("does not open")
