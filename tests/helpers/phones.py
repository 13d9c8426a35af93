"""A phone of a running session, step by step, and what the room's file holds of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page

from layers.room import Room
from layers.room_session import Session
from mapping import hall
from tests.helpers.running import Server
from tests.helpers.watched import HALL

ARRIVED = "#sent_state[data-state=arrived]"
QUEUE_EMPTY = "(async () => (await Outbox.all()).length === 0)()"


def address(server: Server, session: Session, *, host: str = HALL, **more: Any) -> str:
    """Give the address of the QR code; ``more`` as for :func:`mapping.hall.join_address`."""
    return hall.join_address(server.address(host, ""), session.code, session.id, **more)


def join(
    phone: Page, server: Server, session: Session, *, table: int | None = None, **more: Any
) -> None:
    """Open the page and agree; ``more`` as for :func:`address`."""
    phone.goto(address(server, session, **more))
    agree(phone, table)


def agree(phone: Page, table: int | None = None) -> None:
    """Agree, and say which table where the page asks; where none is given, it must not ask."""
    phone.click("#agree")
    if table is not None:
        phone.locator("#parties button.item").nth(table).click()
    phone.wait_for_selector("#feeling:not([hidden])")


def place(phone: Page, feeling: str = "unsafe") -> None:
    """Choose a feeling, and the square under the cross."""
    phone.click(f".feel.{feeling}")
    phone.wait_for_selector("#map[data-cell]")
    here(phone)
    phone.wait_for_selector("#why:not([hidden])")


def here(phone: Page) -> None:
    """Take the square under the cross, also where nobody has moved the map: it is meant."""
    phone.click("#here")
    if phone.is_visible("#unmoved"):
        phone.click("#unmoved_yes")


def send(phone: Page, feeling: str = "unsafe") -> None:
    """Say no more than the feeling and the place."""
    place(phone, feeling)
    phone.click("#send")
    phone.wait_for_selector("#sent:not([hidden])")


def all_sent(phone: Page) -> None:
    """Wait until nothing waits on the phone."""
    phone.wait_for_selector("#queue:not(.waiting)", state="attached")
    phone.wait_for_function(QUEUE_EMPTY)


@contextmanager
def stored(server: Server) -> Iterator[Room]:
    """Read the room's file beside the server."""
    room = Room(server.room)
    try:
        yield room
    finally:
        room.close()


def rows(server: Server, session: Session) -> list[dict[str, Any]]:
    """Give what may be shown of a session."""
    with stored(server) as room:
        table = room.contributions(session.id)
        return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]
