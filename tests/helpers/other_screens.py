"""The phone's screens beside the way from the feeling to the thanks."""

from __future__ import annotations

import json
from collections.abc import Iterator

from playwright.sync_api import Page, WebSocketRoute

from layers import answers_back
from layers.room_session import Session
from tests.helpers import phones
from tests.helpers.running import Server
from tests.helpers.watched import HALL


def other_screens(phone: Page, server: Server, session: Session) -> Iterator[str]:
    """Show each of them; give its name as it shows.

    Parameters
    ----------
    phone
        A page on a phone, not yet opened.
    server, session
        Where; the session has tables, is ready, and is closed at the end.
    """
    lines: list[WebSocketRoute] = []
    # the line is played: what another process does to a room is told by no server
    phone.route_web_socket("**/phone/live", lambda line: lines.append(line))  # noqa: PLW0108 - playwright reads the signature
    yield from _ways_in(phone, server, session)
    with phones.stored(server) as room:
        room.move(session.id, "open")
        lines[-1].send(json.dumps({"state": "open", "wall": "hidden"}))
        phones.send(phone, "safe")
        phone.wait_for_selector(phones.ARRIVED)
        receipt = str(phone.text_content("#sent_receipt .letters"))
        lines[-1].send(json.dumps({"state": "paused", "wall": "hidden"}))
        phone.wait_for_selector("#banner.paused:not([hidden])")
        yield "paused"
        phone.click("#next")
        phone.wait_for_selector("#sure:not([hidden])")
        yield "next person"
        phone.goto(server.address(HALL, "/j"))
        phone.click("#code_receipt")
        phone.fill("#take_text", receipt)
        phone.click("#take_go")
        phone.wait_for_selector("#taken:not([hidden])")
        yield "by receipt"
        phone.goto(phones.address(server, session, someone=True))
        phone.wait_for_selector("#banner:not([hidden])")
        yield "for somebody"
        lines[-1].send(json.dumps({"state": "closed", "wall": "hidden"}))
        phone.wait_for_selector("#end:not([hidden])")
        yield "closed"
        room.stop(session.id)
        answers_back.save(room, room.get(session.id), {"en": "A lamp", "fr": "Une lampe"})
    phone.goto(server.address(HALL, f"/j/{session.code}"))
    phone.click("#see_answers")
    phone.wait_for_selector("#answers:not([hidden])")
    yield "what was done"


def _ways_in(phone: Page, server: Server, session: Session) -> Iterator[str]:
    phone.goto(server.address(HALL, "/j"))
    phone.wait_for_selector("#code:not([hidden])")
    yield "code"
    phone.fill("#code_text", "AAAA AAAA")
    phone.click("#code_go")
    phone.wait_for_selector("#notice:not([hidden])")
    yield "wrong code"
    phone.goto(phones.address(server, session))
    phone.click("#agree")
    phone.wait_for_selector("#party:not([hidden])")
    yield "table"
    phone.locator("#parties button.item").first.click()
    phone.wait_for_selector("#ready:not([hidden])")
    yield "ready"
