"""A session and a contribution: what they are, and how the room's file holds them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from layers import codebook
from layers.errors import LayerError
from layers.room_setup import SetUp, read_setup
from layers.space import parse_cell

KINDS = ("rehearsal", "real")
MODES = ("instant", "batches")
CELL_SIZES = (125, 250, 500)
CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I, O, 0 and 1
CODE_LENGTH = 8
RECEIPT_LENGTH = 12  # her half: 60 bits, for who has the code can try
TITLE_LENGTH = 80
WORDS_LENGTH = 200
STATES = ("ready", "open", "paused", "closed")

Area = tuple[int, int, int, int]  # west, south, east, north in EPSG:3035


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A mapping session as it was set up."""

    id: str  # 128 random bits: what the QR code carries, and enough to take part
    code: str  # what is typed instead
    wall_key: str  # 128 random bits: what the facilitator's link to the wall carries
    moderator_key: str  # 128 random bits: what the link to the second phone carries
    title: str
    kind: str
    mode: str
    languages: tuple[str, ...]
    cell_m: int
    area: Area | None  # cells outside are refused; None: anywhere on the grid
    atlas: str  # path of the atlas whose map the phones show; empty: none
    consent: str
    codebook: str
    held_on: date
    delete_on: date
    state: str  # one of STATES
    published_as: str  # its name in an atlas: random, and no secret of the room
    setup: SetUp
    takes_new: bool  # whether phones that have not joined yet may


@dataclass(frozen=True, slots=True, kw_only=True)
class Contribution:
    """What one person says of one place; checked here, once, whoever sends it."""

    id: str
    cell: str
    feeling: str
    reasons: tuple[str, ...] = ()
    time_of_day: str | None = None  # None: no answer; codebook.UNSAID: rather not
    company: str | None = None
    words: str = ""  # her own, which never leave the room
    language: str = ""  # BCP 47 tag of the page she wrote them in

    def __post_init__(self) -> None:
        parse_cell(self.cell)
        known = (
            self.feeling in codebook.FEELINGS
            and all(code in codebook.REASONS or code == codebook.UNSAID for code in self.reasons)
            and self.time_of_day in (None, codebook.UNSAID, *codebook.WHEN)
            and self.company in (None, codebook.UNSAID, *codebook.COMPANY)
        )
        if not known or len(set(self.reasons)) != len(self.reasons):
            raise LayerError("answer_unknown")
        if len(self.reasons) > codebook.MAX_REASONS:
            raise LayerError("answer_too_many", most=codebook.MAX_REASONS)
        if len(self.words) > WORDS_LENGTH:
            raise LayerError("words_too_long", most=WORDS_LENGTH)


FIELDS = (
    "id, code, wall_key, moderator_key, title, kind, mode, languages, cell_m, area, atlas, consent,"
    " codebook, held_on, delete_on, state, published_as, setup, takes_new"
)


def session_of(row: tuple[Any, ...]) -> Session:
    """Read a session from its row, whose first columns are :data:`FIELDS`."""
    said = dict(zip(FIELDS.replace(",", " ").split(), row, strict=False))
    return Session(
        **said
        | {
            "languages": tuple(json.loads(said["languages"])),
            "area": _area(said["area"]),
            "held_on": date.fromisoformat(said["held_on"]),
            "delete_on": date.fromisoformat(said["delete_on"]),
            "setup": read_setup(said["setup"]),
            "takes_new": bool(said["takes_new"]),
        }
    )


def _area(text: str | None) -> Area | None:
    if text is None:
        return None
    west, south, east, north = json.loads(text)
    return west, south, east, north
