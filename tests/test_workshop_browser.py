"""A whole workshop, as people hold it: from the first QR code to the day it is deleted."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from layers import clock
from layers.atlas import Atlas
from layers.room import Room
from layers.room_area import area_of
from layers.room_session import Session
from layers.room_setup import SetUp
from mapping import hall, words
from tests.helpers import desk, phones
from tests.helpers.on_disk import degrees_of, forms_in, numbers_in, read
from tests.helpers.overheard import Overheard
from tests.helpers.running import Server
from tests.helpers.watched import HALL, Watch

PASSPHRASE = "abcdefghjkmnp"  # noqa: S105  invented for this test
CLOCK_TIME = re.compile(rb"\d\d:\d\d:\d\d\.\d+")  # 10:05:11.520 is no place
AGENT, FROM = "Frobozz/7.1", "203.0.113.77"
SQUARE = re.compile(r"CRS3035RES(\d+)mN\d+E\d+")
HERS_EN, SAID_EN = "My neighbour Zahra shouts, call 0660 123 45 67", "People shout here"
HERS_AR = "المكان مظلم بعد السادسة"
EMPTY = (
    "async () => (await Promise.all((await indexedDB.databases()).map(({ name }) =>"
    " new Promise((done) => { const open = indexedDB.open(name); open.onsuccess = async () => {"
    " const db = open.result; let rows = 0; for (const store of db.objectStoreNames) rows +="
    " await new Promise((counted) => { const all = db.transaction(store).objectStore(store)"
    ".count(); all.onsuccess = () => counted(all.result); }); db.close(); done(rows); }; }))))"
    ".reduce((sum, rows) => sum + rows, 0) + localStorage.length + sessionStorage.length"
)


@dataclass
class Hall:
    """The server, its session and every page in the hall, with what each was told."""

    server: Server
    room: Room
    session: Session
    watch: Watch
    heard: dict[str, Overheard] = field(default_factory=dict)

    def page(self, name: str, size: str, lang: str) -> Page:
        """Open a page that says a name and an address of its own with each request."""
        more = {"X-Forwarded-For": FROM}
        page = self.watch.page(size, locale=lang, user_agent=AGENT, extra_http_headers=more)
        self.heard[name] = Overheard(page)
        return page

    def secrets_of_phones(self) -> set[str]:
        """Give every token and every identifier that a phone made and posted."""
        said = [body for one in self.heard.values() for body in one.sent]
        found = {body[name] for body in said for name in ("token", "id") if name in body}
        assert len(found) > len(self.heard)
        return found


@pytest.fixture
def held(watch: Watch, sample_once: Path, tmp_path: Path) -> Iterator[Hall]:
    """Set up as a facilitator does: batches, read first, two tables, English and Arabic."""
    for name in ("tmp", "home", "server"):
        (tmp_path / name).mkdir()
    atlas = Path(shutil.copy(sample_once, tmp_path / "sample.gpkg"))
    server = Server(
        tmp_path / "server",
        atlas,
        {
            "CG_HOST": HALL,
            "CG_PASSPHRASE": PASSPHRASE,
            "CG_TODAY": clock.today().isoformat(),
            "STREAMLIT_LOGGER_LEVEL": "debug",
            "TEST_LOG_EVERYTHING": str(tmp_path / "everything.log"),
            "TMPDIR": str(tmp_path / "tmp"),
            "HOME": str(tmp_path / "home"),
        },
    )
    with server:
        room, city = Room(server.room), Atlas(atlas)
        try:
            session = room.create(
                title="Where do we walk?",
                kind="real",
                mode="batches",
                languages=("en", "ar"),
                cell_m=250,
                held_on=clock.today(),
                delete_on=clock.today() + timedelta(days=7),
                state="ready",
                atlas=str(atlas),
                area=area_of(city.read("areas"), city.read("streets")),
                setup=SetUp(moderation="pre", parties=("Window", "باب"), organizer="Amal e. V."),
            )
            yield Hall(server, room, session, watch)
        finally:
            room.close()
    assert server.outgoing() == []


def scan(hall_: Hall, phone: Page, **more: Any) -> None:
    """Open the QR code."""
    phone.goto(phones.address(hall_.server, hall_.session, **more))
    phone.wait_for_selector("#consent:not([hidden])")


def say(phone: Page, feeling: str, *answers: str, words: str = "", away: bool = False) -> str:
    """Say one place, where the cross opens or some squares away; give its square."""
    phone.click(f".feel.{feeling}")
    phone.wait_for_selector("#map[data-cell]")
    cell = str(phone.get_attribute("#map", "data-cell"))
    for _ in range(4 if away else 0):
        phone.click("[data-pan=n]")
    if away:
        phone.wait_for_timeout(800)  # the map glides
        moved = str(phone.get_attribute("#map", "data-cell"))
        assert moved != cell
        cell = moved
    phones.here(phone)
    for code in answers:
        phone.click(f"[data-code={code}]")
    if words:
        phone.click("#more")
        phone.fill("#words", words)
    phone.click("#send")
    phone.wait_for_selector("#sent:not([hidden])")
    return cell


def arrived(phone: Page) -> str:
    """Wait until it is on the server's disk; give the receipt, where it is shown."""
    phone.wait_for_selector(phones.ARRIVED)
    return str(phone.text_content("#sent_receipt .letters"))


def next_person(phone: Page) -> None:
    """Hand the phone on."""
    phone.click("#next")
    phone.click("#sure_yes")
    phone.wait_for_selector("#consent:not([hidden])")


def press(page: Page, text: str, picture: str) -> None:
    """Press a button of the card with a text, as a moderator does."""
    card = page.locator("#waiting .card", has_text=text)
    button = card.locator(f"button:has(use[href='#b-{picture}'])").first
    button.wait_for()
    page.wait_for_timeout(500)  # what came under the thumb just now is not tapped by mistake
    button.click()


def left_on(phone: Page) -> list[str]:
    """Name what is still kept on a phone: in a store, in a field, or in its page."""
    fields = "[...document.querySelectorAll('input, textarea')].map((one) => one.value)"
    found = [f"{phone.evaluate(EMPTY)} rows", *phone.evaluate(fields), *squares_in(phone.content())]
    return [one for one in found if one not in ("", "0 rows")]


def squares_in(text: str) -> set[str]:
    return {found.group() for found in SQUARE.finditer(text)}


def published(hall_: Hall) -> list[tuple[str, ...]]:
    """Read what the atlas holds of the session."""
    city = Atlas(hall_.server.atlas)
    cells = city.read("reported_cells")
    name = hall_.room.get(hall_.session.id).published_as
    rows = cells[cells["session_id"] == name]
    return [
        (*(str(row[name]) for name in ("cell", "feeling", "contributors")),)
        for row in rows.to_dict("records")
    ]


def test_a_workshop_from_the_invitation_to_the_day_it_is_deleted(  # noqa: PLR0915 - one long day
    held: Hall, tmp_path: Path
) -> None:
    server, room, session = held.server, held.room, held.session
    origin = server.address(HALL, "")
    wall = held.page("wall", "projector", "en")
    wall.goto(hall.wall_address(origin, session.code, session.wall_key, lang="en"))
    line = held.heard["wall"]
    line.until(state="ready", showing="hidden", phones=0)

    # Five phones come: by the code of a table, by the typed code, late.
    amina, noor, salma, rana, olha = (
        held.page(name, "phone", lang)
        for name, lang in (
            *(("amina", "en"), ("noor", "fr"), ("salma", "ar")),
            *(("rana", "en"), ("olha", "uk")),
        )
    )
    scan(held, amina, party=0)
    amina.click("#agree")
    amina.wait_for_selector("#ready:not([hidden])")  # nothing is taken before the start
    office = held.watch.page("desktop", locale="en")
    office.goto(server.address(HALL, "/room"))
    office.fill("#passphrase", PASSPHRASE)
    office.click("button")
    office.locator(".st-key-room_start button").click()
    amina.wait_for_selector("#feeling:not([hidden])")
    noor.goto(server.address(HALL, "/j"))
    noor.fill("#code_text", f"{session.code[:4]} {session.code[4:]}".lower())
    noor.click("#code_go")
    noor.wait_for_selector("#consent:not([hidden])")
    phones.agree(noor, table=0)
    scan(held, salma, party=1)
    phones.agree(salma)
    scan(held, rana)
    phones.agree(rana, table=0)
    scan(held, olha)
    phones.agree(olha, table=1)
    line.until(state="open", phones=5, sent=0)

    # Six people say the same square, one of them a second one; the sixth says another hour.
    squares = [say(amina, "unsafe", "lighting", "night", words=HERS_EN)]
    receipts = [arrived(amina)]
    line.until(phones=5, sent=1)
    squares.append(say(noor, "unsafe", "night"))
    receipts.append(arrived(noor))
    next_person(noor)
    phones.agree(noor, table=0)
    squares.append(say(noor, "mixed", "night"))
    receipts.append(arrived(noor))
    line.until(phones=6, sent=3)
    squares.append(say(salma, "unsafe", "night", words=HERS_AR))
    receipts.append(arrived(salma))
    next_person(salma)
    phones.agree(salma)  # at the table of her phone, without being asked again
    squares.append(say(salma, "unsafe", "night"))
    receipts.append(arrived(salma))
    squares.append(say(rana, "unsafe", "evening"))
    receipts.append(arrived(rana))
    rana.click("#another")
    elsewhere = say(rana, "safe", away=True)
    arrived(rana)
    (here,) = set(squares)
    assert elsewhere != here
    named = server.atlas.read_bytes().count(elsewhere.encode())
    line.until(phones=7, sent=6)
    expect(wall.locator("#counts")).to_contain_text("6 of 7 have sent")
    for one in held.heard.values():
        assert SQUARE.search(one.told()) is None  # hidden means: in no payload, of nobody
    assert SQUARE.search(wall.content()) is None

    # A second phone reads, writes one comment anew, and lets the rest through.
    second = held.page("second", "phone", "en")
    second.goto(f"{server.address(HALL, '/moderate/')}{session.code}#{session.moderator_key}")
    second.fill("#passphrase", PASSPHRASE)
    second.click("button")
    second.fill("#who", "Table of the door")
    for tag in ("en", "ar"):
        second.check(f"#reads input[value={tag}]")
    second.click("#start_form button[type=submit]")
    waiting = second.locator("#waiting .card")
    expect(waiting).to_have_count(7)
    press(second, "Zahra", "pen")
    second.locator("#waiting textarea").fill(SAID_EN)
    second.locator("#waiting .form .good").click()
    expect(waiting).to_have_count(6)
    press(second, HERS_AR, "check")
    expect(waiting).to_have_count(5)
    second.click("#approve_all")
    expect(waiting).to_have_count(0)
    assert line.states()[-1]["cells"] == []
    assert SQUARE.search(line.told()) is None

    # The reveal: one square of six people, and not that of one.
    second.click("[data-tab=wall]")
    second.click("[data-showing=shown]")
    told = line.until(showing="shown", cells=1, words=2)
    assert told["cells"] == [[here, "unsafe", "5-9"]]  # five of six say so
    assert told["answers"] == {"reasons": [], "when": [["night", "5-9"]], "company": []}
    assert {(one["text"], one["by"]) for one in told["words"]} == {
        (SAID_EN, "facilitator"),
        (HERS_AR, "her"),
    }
    wall.wait_for_selector(f"[data-cell={here}]")
    assert wall.locator("#map .said").count() == 1
    assert elsewhere not in line.told()

    # The sixth takes all of hers back, on another phone, with what she wrote down.
    other = held.page("other", "phone", "ar")
    other.goto(server.address(HALL, "/j"))
    other.click("#code_receipt")
    other.fill("#take_text", receipts[-1])
    other.click("#take_go")
    other.wait_for_selector("#taken:not([hidden])")
    assert other.locator("#taken_list li").count() == 2
    other.click("#taken_all")
    other.click("#sure_yes")
    other.wait_for_selector("#taken_none:not([hidden])")
    told = line.until(sent=5, cells=1)
    assert told["cells"] == [[here, "unsafe", "5-9"]]  # four of five

    # Somebody stops everything, and it goes on hidden; what was sent meanwhile is not lost.
    second.click("#stop_all")
    told = line.until(showing="blank", state="paused", cells=0, words=0)
    before = len(line.frames)
    olha.wait_for_selector("#banner.paused:not([hidden])")
    squares.append(say(olha, "unsafe", "night"))
    assert olha.get_attribute("#sent_state", "data-state") == "waiting"
    receipts.append(str(olha.text_content("#sent_receipt .letters")))
    second.click("#go_on")
    line.until(showing="hidden", state="open", cells=0)
    arrived(olha)
    line.until(sent=6)
    assert SQUARE.search("".join(line.frames[before:])) is None
    second.click("[data-tab=queue]")
    press(second, "", "check")
    expect(waiting).to_have_count(0)
    second.click("[data-tab=wall]")
    second.click("[data-showing=shown]")
    line.until(showing="shown", cells=1)
    second.click("[data-showing=paused]")
    line.until(showing="paused", cells=1)
    expect(wall.locator("#paused")).to_be_visible()

    # Which secrets there are; while the session runs, none of a phone's is on the disk as it is.
    secrets = held.secrets_of_phones() | {one.replace(" ", "")[8:] for one in receipts}
    assert len(receipts) == len(set(receipts)) == 7
    raw, logs = (
        read(tmp_path.rglob("*")),
        read([*tmp_path.rglob("*.log"), *tmp_path.rglob("*.txt")]),
    )
    assert forms_in(secrets, raw) == set()
    assert HERS_AR.encode() in raw  # or the search would find nothing anyway
    assert HERS_AR.encode() not in logs

    # The end: phones are wiped, the wall sums up, and five are published.
    office.locator(".st-key-room_end button").click()
    office.locator(".st-key-room_stop button").click()
    for phone in (amina, noor, salma, rana, olha):
        phone.wait_for_selector("#end:not([hidden])")
        assert left_on(phone) == []
    line.until(state="closed")
    wall.wait_for_selector("body[data-view=ended]")
    expect(office.locator(".st-key-room_note")).to_have_text(
        words.say("room.stopped", "en", cells=1)
    )
    assert published(held) == [(here, "unsafe", "5-9")]

    # Nobody finds on the disk who it was, or where to the metre.
    raw, logs = (
        read(tmp_path.rglob("*")),
        read([*tmp_path.rglob("*.log"), *tmp_path.rglob("*.txt")]),
    )
    assert len(logs) > 10_000  # it was talkative indeed
    assert forms_in(secrets, raw) == set()
    for text in (AGENT, "Frobozz", FROM):
        assert text.encode() not in raw
    for text in (here, elsewhere, HERS_EN, "Zahra", HERS_AR, SAID_EN, session.id, session.code):
        assert text.encode() not in logs
    assert set(re.findall(rb"127\.0\.0\.1[^0-9]{1,4}(\d+)", logs)) <= {str(server.port).encode()}
    assert HERS_EN.encode() not in server.atlas.read_bytes()
    # the sample city names its own squares: this one not once more than before
    assert server.atlas.read_bytes().count(elsewhere.encode()) == named
    rooms = read(server.folder.glob("room*"))
    fine = degrees_of(server.atlas)
    assert fine.search(rooms) is None
    assert fine.search(CLOCK_TIME.sub(b"", logs)) is None
    assert {int(size) for size in re.findall(rb"RES(\d+)mN", rooms + logs)} == {250}
    assert numbers_in(server.room) == set()

    # The day comes, the laptop is opened, and nothing of them is there any more.
    server.stop()
    later = replace(server, env={**server.env, "CG_TODAY": session.delete_on.isoformat()})
    with later:
        assert room.read("SELECT count(*) FROM sessions") == [(0,)]
        everything = read(tmp_path.rglob("*"))
    assert forms_in(secrets, everything) == set()
    for text in ("Zahra", "0660", HERS_AR, SAID_EN, "Table of the door", session.id):
        assert text.encode() not in everything, text
    rooms = read(server.folder.glob("room*"))
    assert b"CRS3035" not in rooms
    assert held.watch.foreign == []
    allowed = ("401", "503")  # what the door and a pause answer, which a browser writes down
    errors = desk.complaints(held.watch.errors)
    assert [one for one in errors if not any(code in one for code in allowed)] == []
