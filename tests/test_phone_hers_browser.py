"""What is hers: she changes it, takes it back, from any phone; the next person finds nothing."""

from __future__ import annotations

import json
import re

from playwright.sync_api import Page, Request

from layers import answers_back, hers, purging
from layers.errors import LayerError
from layers.room_session import Session
from layers.room_setup import SetUp
from mapping import hall, words
from tests.helpers import phones, rooms
from tests.helpers.phones import ARRIVED, join, rows, send
from tests.helpers.running import Server
from tests.helpers.watched import HALL, Watch

RECEIPT = re.compile(r"([A-HJ-NP-Z2-9]{4} ){4}[A-HJ-NP-Z2-9]{4}")


def my_places(phone: Page) -> None:
    phone.click("#open_menu")
    phone.click("#menu_mine")
    phone.wait_for_selector("#mine:not([hidden])")


def receipt(phone: Page) -> str:
    return str(phone.text_content("#sent_receipt .letters"))


def test_a_change_keeps_the_place_and_takes_the_place_of_the_first_answer(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone", locale="en")
    join(phone, in_hall, session)
    phones.place(phone, "unsafe")
    phone.click("[data-code=night]")
    phone.click("#more")
    phone.fill("#words", "The lamp is broken")
    phone.click("#send")
    phone.wait_for_selector(ARRIVED)
    (first,) = rows(in_hall, session)
    my_places(phone)
    phone.click("[data-act='phone.change']")
    phone.wait_for_selector("#feeling:not([hidden])")
    assert phone.get_attribute(".feel.unsafe", "aria-pressed") == "true"
    phone.click(".feel.mixed")
    phone.click("#here")
    assert phone.get_attribute("[data-code=night]", "aria-pressed") == "true"
    assert phone.input_value("#words") == "The lamp is broken"
    phone.click("[data-code=evening]")
    phone.click("#send")
    phone.wait_for_selector(ARRIVED)
    (second,) = rows(in_hall, session)
    assert second["id"] == first["id"]
    assert second["cell"] == first["cell"]
    assert (second["feeling"], second["time_of_day"]) == ("mixed", "evening")


def test_changes_are_numbered_also_after_a_reload(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone", locale="en")
    numbers: list[int | None] = []

    def noticed(request: Request) -> None:
        if request.url.endswith(("/phone/change", "/phone/contributions")):
            numbers.append((request.post_data_json or {}).get("edit"))

    phone.on("request", noticed)
    join(phone, in_hall, session)
    phones.place(phone, "unsafe")
    phone.click("#send")
    phone.wait_for_selector(ARRIVED)
    for feeling in ("mixed", "safe"):
        my_places(phone)
        phone.click("[data-act='phone.change']")
        phone.click(f".feel.{feeling}")
        phone.click("#here")
        phone.click("#send")
        phone.wait_for_selector(ARRIVED)
        phone.reload()
        phone.wait_for_selector("#feeling:not([hidden])")
    assert numbers == [None, 1, 2]
    (row,) = rows(in_hall, session)
    assert row["feeling"] == "safe"


def test_a_place_of_a_whole_area_stays_that_square_when_it_is_changed(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone")
    join(phone, in_hall, session)
    phone.click(".feel.safe")
    phone.click("#way_list")
    phone.click("#list button:has(.about) >> nth=0")
    phone.click("#send")
    phone.wait_for_selector(ARRIVED)
    (first,) = rows(in_hall, session)
    my_places(phone)
    phone.click("[data-act='phone.change']")
    phone.click(".feel.unsafe")
    phone.click("#here")
    phone.click("#send")
    phone.wait_for_selector(ARRIVED)
    (second,) = rows(in_hall, session)
    assert re.match(r"CRS3035RES(500|1000|2000)mN", first["cell"])
    assert (second["cell"], second["feeling"]) == (first["cell"], "unsafe")


def test_what_is_taken_back_is_gone_from_room_and_phone(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone", locale="en")
    join(phone, in_hall, session)
    send(phone, "safe")
    phone.wait_for_selector(ARRIVED)
    phone.click("#another")
    send(phone, "unsafe")
    phone.wait_for_selector(ARRIVED)
    my_places(phone)
    phone.click("#mine_list li:has(svg.unsafe) [data-act='phone.withdraw']")
    phone.click("#sure_no")
    assert phone.locator("#mine_list li").count() == 2
    phone.click("#mine_list li:has(svg.unsafe) [data-act='phone.withdraw']")
    phone.click("#sure_yes")
    phone.wait_for_function("() => document.querySelectorAll('#mine_list li').length === 1")
    phones.all_sent(phone)
    assert [row["feeling"] for row in rows(in_hall, session)] == ["safe"]
    assert phone.locator("#mine_list li").count() == 1
    phone.reload()
    phone.wait_for_selector("#feeling:not([hidden])")
    my_places(phone)
    assert phone.locator("#mine_list li").count() == 1


def test_what_never_left_the_phone_can_be_taken_back_there(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone")
    join(phone, in_hall, session)
    phones.all_sent(phone)
    phone.click(".feel.safe")
    phone.wait_for_selector("#map[data-cell]")
    phone.context.set_offline(True)
    phones.here(phone)
    phone.click("#send")
    my_places(phone)
    phone.wait_for_selector("#mine_list .mark.waiting")
    phone.click("[data-act='phone.withdraw']")
    phone.click("#sure_yes")
    phone.context.set_offline(False)
    phones.all_sent(phone)
    assert rows(in_hall, session) == []


def test_without_a_connection_nothing_is_said_to_be_taken_back(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone", locale="en")
    join(phone, in_hall, session)
    send(phone, "safe")
    phone.wait_for_selector(ARRIVED)
    my_places(phone)
    phone.context.set_offline(True)
    phone.click("[data-act='phone.withdraw']")
    phone.click("#sure_yes")
    phone.wait_for_selector("#mine_list .mark.leaving, #mine_list .mark.waiting")
    will = words.say("phone.item_leaving", "en")
    assert phone.inner_text("#notice") == will
    assert will in phone.inner_text("#mine_list")
    assert phone.locator("#mine_list button").count() == 0
    assert len(rows(in_hall, session)) == 1
    phone.context.set_offline(False)
    phone.wait_for_selector("#mine_none:not([hidden])")
    assert phone.inner_text("#notice") == words.say("phone.withdrawn", "en")
    assert rows(in_hall, session) == []


def test_what_comes_too_late_is_counted_before_the_phone_is_wiped(
    watch: Watch, in_hall: Server
) -> None:
    with rooms.a_session(in_hall.room, in_hall.atlas, kind="real") as session:
        pass
    phone = watch.page("phone", locale="en")
    join(phone, in_hall, session)
    send(phone, "safe")
    phone.wait_for_selector(ARRIVED)
    phone.context.set_offline(True)
    for feeling in ("unsafe", "mixed"):
        phone.click("#another")
        send(phone, feeling)
    my_places(phone)
    phone.click("#mine_list li:has(svg.safe) [data-act='phone.withdraw']")
    phone.click("#sure_yes")
    phone.wait_for_function("async () => (await Outbox.all()).length === 3")
    with phones.stored(in_hall) as room:
        room.stop(session.id)
    phone.context.set_offline(False)
    phone.wait_for_selector("#end:not([hidden])")
    text = phone.inner_text("#end_text")
    assert words.say("phone.closed_unsent", "en", count=2) in text
    assert words.say("phone.closed_not_back", "en", count=1) in text


def test_what_was_taken_back_elsewhere_leaves_the_list_and_no_change_revives_it(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone", locale="en")
    join(phone, in_hall, session)
    send(phone, "safe")
    phone.wait_for_selector(ARRIVED)
    mine = hers.Who(receipt=receipt(phone).replace(" ", "")[8:])
    my_places(phone)
    phone.wait_for_load_state("networkidle")
    with phones.stored(in_hall) as room:
        assert hers.withdraw(room, session.id, mine, everything=True).result() == 1
    phone.click("[data-act='phone.change']")
    phones.place(phone, "mixed")
    phone.click("#send")
    phone.wait_for_selector("#sent_state[data-state=refused]")
    why = words.explain(LayerError("item_unknown"), "en")
    assert why in phone.inner_text("#sent_state")
    my_places(phone)
    assert phone.is_visible("#mine_none")
    phone.click("#open_menu")
    phone.click("#open_menu")
    phone.click("#another")
    send(phone, "safe")
    phone.wait_for_selector(ARRIVED)
    with phones.stored(in_hall) as room:
        assert hers.withdraw(room, session.id, mine, everything=True).result() == 1
    my_places(phone)
    phone.wait_for_selector("#mine_none:not([hidden])")


def test_a_change_that_is_refused_is_not_shown_as_arrived(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone", locale="en")
    join(phone, in_hall, session)
    send(phone, "safe")
    phone.wait_for_selector(ARRIVED)
    with phones.stored(in_hall) as room:
        mute = "UPDATE tokens SET muted = 1 WHERE session = ?"
        room.change(session.id, lambda db: db.execute(mute, (session.id,)).rowcount).result()
    my_places(phone)
    phone.click("[data-act='phone.change']")
    phones.place(phone, "unsafe")
    phone.click("#send")
    phone.wait_for_selector("#sent_state[data-state=refused]")
    assert words.explain(LayerError("token_muted"), "en") in phone.inner_text("#sent_state")
    my_places(phone)
    phone.wait_for_selector("#mine_list svg.safe")
    assert phone.locator("#mine_list svg.unsafe").count() == 0
    assert [row["feeling"] for row in rows(in_hall, session)] == ["safe"]


def test_a_receipt_takes_her_words_back_from_another_phone(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone")
    join(phone, in_hall, session)
    send(phone, "safe")
    phone.wait_for_selector(ARRIVED)
    letters = receipt(phone)
    assert RECEIPT.fullmatch(letters)
    assert letters.startswith(f"{session.code[:4]} {session.code[4:]}")
    phone.click("#another")
    send(phone, "unsafe")
    phone.wait_for_selector(ARRIVED)
    assert phone.is_hidden("#sent_receipt")  # shown after the first, later in her list

    other = watch.page("phone", locale="en")
    other.goto(in_hall.address(HALL, "/j"))
    other.click("#code_receipt")
    other.fill("#take_text", "ABCD")
    other.click("#take_go")
    assert "20" in other.inner_text("#notice")
    other.fill("#take_text", letters.lower().replace(" ", "-"))
    other.click("#take_go")
    other.wait_for_selector("#taken:not([hidden])")
    assert other.locator("#taken_list li").count() == 2
    other.click("#taken_list li:has(svg.safe) [data-act='phone.withdraw']")
    other.click("#sure_yes")
    other.wait_for_function("() => document.querySelectorAll('#taken_list li').length === 1")
    assert [row["feeling"] for row in rows(in_hall, session)] == ["unsafe"]
    other.click("#taken_all")
    other.click("#sure_yes")
    other.wait_for_selector("#taken_none:not([hidden])")
    assert rows(in_hall, session) == []


def test_a_wrong_receipt_shows_nothing(watch: Watch, in_hall: Server, session: Session) -> None:
    phone = watch.page("phone", locale="fr")
    phone.goto(in_hall.address(HALL, "/j"))
    phone.click("#code_receipt")
    phone.fill("#take_text", f"{session.code}AAAABBBBCCCC")
    phone.click("#take_go")
    phone.wait_for_selector("#notice:not([hidden])")
    assert phone.is_hidden("#taken")


def test_nothing_of_the_first_is_left_for_the_next_person(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    """And what waits of the first is sent all the same, as hers."""
    phone, bodies = watch.page("phone"), []
    phone.on("request", lambda request: bodies.append(request.post_data or ""))
    join(phone, in_hall, session)
    phones.all_sent(phone)
    phone.click(".feel.unsafe")
    phone.wait_for_selector("#map[data-cell]")
    phone.context.set_offline(True)
    phones.here(phone)
    phone.click("[data-code=harassment]")
    phone.click("#more")
    phone.fill("#words", "zebra crossing")
    phone.click("#send")
    mine = receipt(phone)
    phone.click("#next")
    phone.click("#sure_yes")
    phone.wait_for_selector("#consent:not([hidden])")
    left = phone.content() + json.dumps(
        phone.evaluate(
            "async () => ({kept: (await Outbox.mine()), fields:"
            " [...document.querySelectorAll('input, textarea')].map((one) => one.value)})"
        )
    )
    assert "zebra" not in left
    assert mine not in left
    assert mine[10:] not in left
    assert "CRS3035" not in phone.inner_text("body")
    assert phone.locator("#mine_list li").count() == 0
    assert phone.text_content("#help_card") == ""
    phone.context.set_offline(False)
    phone.click("#agree")
    send(phone, "safe")
    phone.wait_for_selector(ARRIVED)
    phones.all_sent(phone)
    assert receipt(phone) != mine
    said = rows(in_hall, session)
    assert sorted(row["feeling"] for row in said) == ["safe", "unsafe"]
    assert len({row["token"] for row in said}) == 2
    agreed = [json.loads(body) for body in bodies if '"receipt"' in body]
    assert len({body["token"] for body in agreed}) == len({body["receipt"] for body in agreed}) == 2


def test_one_who_enters_for_others_is_a_new_person_each_time(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone", locale="en")
    join(phone, in_hall, session, someone=True)
    for number in range(3):
        assert phone.is_visible("#banner")
        send(phone, "mixed")
        phone.wait_for_selector(ARRIVED)
        box = {one: phone.locator(one).bounding_box() for one in ("#next", "#another")}
        assert box["#next"]
        assert box["#another"]
        assert box["#next"]["y"] < box["#another"]["y"]  # offered first
        if number < 2:
            phone.click("#next")
            phone.click("#agree")
    assert len({row["token"] for row in rows(in_hall, session)}) == 3
    phone.reload()
    phone.wait_for_selector("#banner:not([hidden])")


def test_a_table_is_taken_from_the_link_or_asked_once(watch: Watch, in_hall: Server) -> None:
    setup = SetUp(parties=("Table <b>1</b>", "Table 2"))
    with rooms.a_session(in_hall.room, in_hall.atlas, setup=setup) as session:
        linked, asked, none = watch.page("phone"), watch.page("phone"), watch.page("phone")
        join(linked, in_hall, session, party=1)
        send(linked, "safe")
        for phone, choice in ((asked, 0), (none, 2)):
            phone.goto(phones.address(in_hall, session))
            phone.click("#agree")
            phone.wait_for_selector("#party:not([hidden])")
            assert phone.inner_text("#parties .item >> nth=0") == "Table <b>1</b>"
            phone.click(f"#parties .item >> nth={choice}")
            send(phone, "unsafe" if choice else "mixed")
        for phone in (linked, asked, none):
            phone.wait_for_selector(ARRIVED)
            phone.reload()
            phone.wait_for_selector("#feeling:not([hidden])")
        found = {row["feeling"]: row["party"] for row in rows(in_hall, session)}
        assert (found["safe"], found["mixed"]) == (1, 0)
        assert found["unsafe"] is None


def test_after_the_end_a_receipt_finds_what_was_done(watch: Watch, in_hall: Server) -> None:
    with rooms.a_session(in_hall.room, in_hall.atlas, kind="real") as session:
        pass
    phone = watch.page("phone", locale="fr")
    join(phone, in_hall, session)
    send(phone, "unsafe")
    phone.wait_for_selector(ARRIVED)
    letters = receipt(phone)
    with phones.stored(in_hall) as room:
        room.stop(session.id)
        ended = room.get(session.id)
        texts = {"en": "A lamp", "fr": "Une lampe <img src=x onerror=alert(1)>"}
        answers_back.save(room, ended, texts)
    other = watch.page("phone", locale="fr")
    other.goto(in_hall.address(HALL, f"/j/{session.code}"))
    other.wait_for_selector("#see_answers")
    other.goto(in_hall.address(HALL, "/j"))
    other.click("#code_receipt")
    other.fill("#take_text", letters)
    other.click("#take_go")
    other.wait_for_selector("#answers:not([hidden])")
    assert other.inner_text("#answers_text") == texts["fr"]
    assert other.locator("#answers_text *").count() == 0
    phone.reload()  # the phone that was there: told by its code that the session has ended
    phone.wait_for_selector("#end:not([hidden])")
    phone.click("#see_answers")
    phone.wait_for_selector("#answers:not([hidden])")
    assert phone.inner_text("#answers_text") == texts["fr"]


def test_a_code_finds_what_was_done_also_once_its_session_is_deleted(
    watch: Watch, in_hall: Server
) -> None:
    with rooms.a_session(in_hall.room, in_hall.atlas, kind="real") as session:
        pass
    with phones.stored(in_hall) as room:
        room.stop(session.id)
        answers_back.save(room, room.get(session.id), {"en": "A lamp"})
        purging.delete(room, room.get(session.id))
    phone = watch.page("phone", locale="en")
    phone.goto(in_hall.address(HALL, f"/j/{session.code}"))
    phone.wait_for_selector("#answers:not([hidden])")
    assert phone.inner_text("#answers_text") == "A lamp"
    phone.goto(hall.join_address(in_hall.address(HALL, ""), session.code, session.id))
    phone.wait_for_selector("#answers:not([hidden])")
