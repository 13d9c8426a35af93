"""How a session was set up: for whom, who interprets, who is there for her, what is asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any

from layers.errors import LayerError

AUDIENCES = ("anyone", "women", "young")
"""Who the room is for; its name (``audience_name``) is what a group is called later."""

INTERPRETERS = ("professional", "staff", "facilitator", "none")
"""Who interprets a language. A relative is no choice: she must be able to speak freely."""

QUESTIONS = ("reasons", "when", "company", "words")
"""What a phone may ask besides the feeling; one that is left out is "not asked" everywhere."""

MODERATIONS = ("post", "pre")
"""Answers show at once and can be hidden, or wait until somebody lets them through. Her own words
wait in both."""

MOST_PARTIES = 8
TEXT_LENGTH = 120
KEEP_DAYS = 30
MOST_DAYS = 365


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUp:
    """What the facilitator chose besides title, languages and squares; checked here, once."""

    audience: str = "anyone"
    audience_name: str = ""  # such as "Tigrinya-speaking women"; empty: no community named
    safeguard: str = ""  # who is there for young people and after violence, and where to find her
    interpreters: Mapping[str, str] = field(
        default_factory=dict
    )  # BCP 47 tag -> INTERPRETERS, or "": open
    moderation: str = "post"
    asks: tuple[str, ...] = QUESTIONS
    landmarks: tuple[str, ...] | None = None  # kinds of public places in the list; None: all
    parties: tuple[str, ...] = ()  # tables or groups in the room, named by the facilitator
    organizer: str = ""  # who holds the session and answers for what is kept
    purpose: str = ""  # what it is for, in the words of the consent
    campaign: str = ""  # sessions of one name are published together

    def __post_init__(self) -> None:
        texts = (
            *(self.audience_name, self.safeguard, self.organizer, self.purpose, self.campaign),
            *self.parties,
        )
        fine = (
            self.audience in AUDIENCES
            and self.moderation in MODERATIONS
            and set(self.interpreters.values()) <= {*INTERPRETERS, ""}
            and set(self.asks) <= set(QUESTIONS)
            and len(self.parties) <= MOST_PARTIES
            and len(set(self.parties)) == len(self.parties) != 1
            and all(self.parties)
            and all(len(text) <= TEXT_LENGTH for text in texts)
        )
        if not fine:
            raise LayerError("setup_wrong", most=TEXT_LENGTH, parties=MOST_PARTIES)
        if self.audience == "young" and not self.safeguard.strip():
            raise LayerError("safeguard_needed")

    def as_json(self) -> str:
        """Write it for the room's file."""
        return json.dumps(asdict(self), ensure_ascii=False)


def read_setup(text: str) -> SetUp:
    """Read what :meth:`SetUp.as_json` wrote; ``{}`` is a session of before there were set-ups."""
    said: dict[str, Any] = json.loads(text)
    for name in ("asks", "parties", "landmarks"):
        if said.get(name) is not None:
            said[name] = tuple(said[name])
    return SetUp(**said)


def deletion_day(held_on: date, chosen: date | None) -> date:
    """Give the day on which a session is deleted: the chosen one, or thirty days after it.

    Raises
    ------
    LayerError
        ``delete_on_wrong`` for a day that is not after the session, or more than a year after it.
    """
    day = chosen or held_on + timedelta(days=KEEP_DAYS)
    if not held_on < day <= held_on + timedelta(days=MOST_DAYS):
        raise LayerError("delete_on_wrong", most=MOST_DAYS)
    return day


def opened_on(held_on: date, delete_on: date, today: date) -> tuple[date, date]:
    """Give the days of a session that is opened for the first time: when it is held, and goes.

    It is held on the day it is opened, not on the day it was set up, and goes on the day that was
    chosen, or the next day where that has come. A day before it was set up, or long after the
    chosen one, is a clock that is wrong, and puts nothing off.

    Examples
    --------
    >>> opened_on(date(2026, 3, 1), date(2026, 3, 9), date(2026, 3, 9))
    (datetime.date(2026, 3, 9), datetime.date(2026, 3, 10))
    """
    held = min(max(held_on, today), delete_on)
    return held, max(delete_on, held + timedelta(days=1))
