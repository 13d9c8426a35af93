"""A hall with its room in this very process, and walls whose line can be spoken into."""

from __future__ import annotations

import json
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import uvicorn
from playwright.sync_api import Page, WebSocketRoute
from starlette.applications import Starlette

from layers import clock, codebook
from layers.atlas import Atlas
from layers.room import Room
from layers.room_area import area_of
from layers.room_session import Contribution, Session
from layers.room_setup import SetUp
from mapping import hall, phone
from tests.helpers.watched import HALL


@dataclass
class Hall:
    """The phones' and the wall's routes on a free port, and the room behind them."""

    room: Room
    atlas: Path
    port: int

    def session(self, *, mode: str = "batches", kind: str = "real", **setup: Any) -> Session:
        """Set up a session over the whole city and open it."""
        city = Atlas(self.atlas)
        return self.room.create(
            title="Where do we feel safe?",
            kind=kind,
            mode=mode,
            languages=("en", "fr", "ar"),
            cell_m=250,
            held_on=clock.today(),
            atlas=str(self.atlas),
            area=area_of(city.read("areas"), city.read("streets")),
            setup=SetUp(**setup),
        )

    def address(self, session: Session, *, lang: str = "en", second: str = "") -> str:
        """Give the facilitator's link to the wall."""
        link = hall.wall_address(
            f"http://{HALL}:{self.port}", session.code, session.wall_key, lang=lang
        )
        return link.replace("#", f"&second={second}#") if second else link

    def speak(  # noqa: PLR0913 - what a person says, all of it named
        self,
        session: Session,
        people: int,
        *,
        cell: str,
        first: int = 0,
        feeling: str = "unsafe",
        reasons: tuple[str, ...] = (),
        party: int | None = None,
    ) -> None:
        """Let so many people say the same of one square."""
        for number in range(first, first + people):
            token = f"{number:032x}"
            self.room.join(session.id, token, consent=codebook.CONSENT, party=party).result()
            said = Contribution(
                id=str(uuid4()), cell=cell, feeling=feeling, reasons=reasons, time_of_day="night"
            )
            self.room.contribute(session.id, token, said).result()


@contextmanager
def a_hall(folder: Path, atlas: Path) -> Iterator[Hall]:
    """Open the routes on this machine until the block ends."""
    room = Room(folder / "room.sqlite")
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        config = uvicorn.Config(
            Starlette(routes=phone.routes(room)), log_level="error", ws="websockets-sansio"
        )
        server = uvicorn.Server(config)
        running = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        running.start()
        try:
            yield Hall(room, atlas, listening.getsockname()[1])
        finally:
            server.should_exit = True
            running.join()
            room.close()


def some_cells(session: Session, number: int, *, seed: int = 1) -> list[list[str]]:
    """Invent squares around the middle of a session's area, sorted."""
    assert session.area is not None
    west, south, east, north = session.area
    drawn = random.Random(seed)
    found: dict[str, list[str]] = {}
    while len(found) < number:
        x = int(drawn.gauss((west + east) / 2, 1300)) // 250 * 250
        y = int(drawn.gauss((south + north) / 2, 1300)) // 250 * 250
        cell = f"CRS3035RES250mN{y}E{x}"
        if west <= x < east and south <= y < north:
            feeling = drawn.choice(["safe", "mixed", "unsafe"])
            found[cell] = [cell, feeling, drawn.choice(["5-9", "10-19", "20+"])]
    return [found[cell] for cell in sorted(found)]


def a_state(session: Session, **changed: Any) -> dict[str, Any]:
    """Give a message of the server as the interface has it, shown and with something of each."""
    answers = {
        "reasons": [["lighting", "20+"], ["police", "5-9"], ["empty", "10-19"]],
        "when": [["evening", "10-19"], ["night", "20+"]],
        "company": [],
    }
    said: dict[str, Any] = {
        "type": "state",
        "session": session.id,
        "title": session.title,
        "kind": session.kind,
        "mode": session.mode,
        "cell_m": session.cell_m,
        "area": session.area,
        "state": "open",
        "code": session.code,
        "phones": 34,
        "sent": 31,
        "join": {"address": "192.168.7.23:8501/j", "qr": hall.qr_rows("http://192.168.7.23/j/A")},
        "showing": "shown",
        "number": 3,
        "cells": some_cells(session, 24),
        "parties": [],
        "asks": ["reasons", "when", "company", "words"],
        "answers": answers,
        "spotlight": None,
        "words": [{"language": "ar", "text": "المكان مظلم بعد السادسة", "by": "her"}],
        "languages": list(session.languages),
        "second": "",
        "summary": None,
    }
    return said | changed


@dataclass
class Line:
    """The line between a wall and a server that is played by a test."""

    says: dict[str, Any]  # what a wall hears first
    batches: list[Any] = field(default_factory=list)
    heard: list[dict[str, Any]] = field(default_factory=list)
    _route: WebSocketRoute | None = None

    def on(self, page: Page) -> None:
        """Answer the wall of a page; to be called before the page is opened."""
        page.route_web_socket("**/wall/live", self._open)

    def say(self, **changed: Any) -> None:
        """Send the state with something changed in it."""
        self.says |= changed
        self._send(self.says)

    def drop(self) -> None:
        """End the line; the wall may call again."""
        assert self._route is not None
        self._route.close()

    def _open(self, route: WebSocketRoute) -> None:
        self._route = route
        route.on_message(self._hear)

    def _hear(self, message: str | bytes) -> None:
        said = json.loads(message)
        self.heard.append(said)
        if said.get("ask") == "replay":
            self._send({"type": "replay", "batches": self.batches})
        elif "key" in said:
            self._send(self.says)

    def _send(self, message: dict[str, Any]) -> None:
        assert self._route is not None
        self._route.send(json.dumps(message))
