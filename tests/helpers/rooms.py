"""A session in the room of a running server, and a phone that goes through it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page

from layers import clock
from layers.atlas import Atlas
from layers.room import Room
from layers.room_area import area_of
from layers.room_session import Session
from layers.room_setup import SetUp
from mapping import words


@contextmanager
def a_session(  # noqa: PLR0913 - the fields of the set-up, all named
    room: Path,
    atlas: Path,
    *,
    title: str = "Rehearsal",
    mode: str = "instant",
    kind: str = "rehearsal",
    state: str = "open",
    setup: SetUp | None = None,
    languages: tuple[str, ...] = words.room_languages(),
) -> Iterator[Session]:
    """Open a session in the file of a room, as the facilitator's page does."""
    store, city = Room(room), Atlas(atlas)
    try:
        yield store.create(
            title=title,
            kind=kind,
            mode=mode,
            languages=languages,
            cell_m=250,
            held_on=clock.today(),
            state=state,
            setup=setup,
            atlas=str(atlas),
            area=area_of(city.read("areas"), city.read("streets")),
        )
    finally:
        store.close()


def steps(phone: Page, address: str) -> Iterator[str]:
    """Go through the phone's page to the end; give the name of each step as it shows.

    Parameters
    ----------
    phone
        A page on a phone.
    address
        From the QR code.
    """
    phone.goto(address)
    phone.wait_for_selector("#consent:not([hidden])")
    yield "consent"
    phone.click("#agree")
    phone.wait_for_selector("#feeling:not([hidden])")
    yield "feeling"
    phone.click("button.feel.unsafe")
    phone.wait_for_selector("#map[data-cell]")
    phone.wait_for_load_state("networkidle")
    yield "place"
    phone.click("#way_list")
    phone.wait_for_selector("#by_list:not([hidden])")
    yield "place-by-list"
    phone.click("#way_map")
    phone.click("#here")
    phone.wait_for_selector("#unmoved:not([hidden])")
    yield "unmoved"
    phone.click("#unmoved_yes")
    phone.wait_for_selector("#why:not([hidden])")
    yield "why"
    phone.click("#reasons button >> nth=0")
    phone.click("#send")
    phone.wait_for_selector("#sent_state[data-state=arrived]")
    yield "sent"
    phone.click("#open_help")
    yield "help"
    phone.click("#open_menu")
    yield "menu"
    phone.click("#menu_mine")
    phone.wait_for_selector("#mine:not([hidden])")
    yield "mine"
    phone.click("[data-act='phone.withdraw']")
    yield "sure"
    phone.click("#sure_no")
    phone.click("#open_menu")
    phone.click("#menu_have")
    yield "receipt"
