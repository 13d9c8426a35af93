"""Who was in the room, as the facilitator counted them: numbers of the room, tied to no phone.

No phone asks for sex, age or origin: that, a place and an hour would be a person. What a reader
must know to judge what was said, the facilitator counts by looking round, and types it here. It
lies beside the session and bears no mark that a contribution bears.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

from layers import privacy
from layers.errors import LayerError
from layers.plain_text import plain_text
from layers.room import Room

GENDERS = ("women", "men", "other", "unsaid")
AGES = ("under_18", "18_29", "30_44", "45_64", "65_up", "unsaid")
QUESTIONS = MappingProxyType({"genders": GENDERS, "ages": AGES, "languages": ()})
"""What may be counted, and the codes of each; languages are BCP 47 tags."""

MOST = 2_000
MISSING_LENGTH = 300

_TAG = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Makeup:
    """Counts of the room; a code that is not in a mapping was not counted, which is not zero."""

    genders: Mapping[str, int] = field(default_factory=dict)
    ages: Mapping[str, int] = field(default_factory=dict)
    languages: Mapping[str, int] = field(default_factory=dict)  # a person may count in several
    missing: str = ""  # who was not there, in a sentence of the facilitator's

    def __post_init__(self) -> None:
        counted: list[Mapping[str, Any]] = [self.genders, self.ages, self.languages]
        fine = (
            set(self.genders) <= set(GENDERS)
            and set(self.ages) <= set(AGES)
            and all(_TAG.fullmatch(tag) for tag in self.languages)
            and all(
                isinstance(number, int) and 0 <= number <= MOST
                for counts in counted
                for number in counts.values()
            )
            and len(self.missing) <= MISSING_LENGTH
        )
        if not fine:
            raise LayerError("makeup_wrong", most=MOST, letters=MISSING_LENGTH)

    def __bool__(self) -> bool:
        """Tell whether anything was counted or said."""
        return bool(self.genders or self.ages or self.languages or self.missing)


def save(room: Room, session_id: str, makeup: Makeup) -> None:
    """Keep the counts of a session, instead of those before; also after it has ended.

    Raises
    ------
    LayerError
        ``session_unknown``.
    """
    said = asdict(makeup) | {"missing": plain_text(makeup.missing, most=MISSING_LENGTH)}
    text = json.dumps(said, ensure_ascii=False)

    def keep(db: sqlite3.Connection) -> None:
        done = db.execute("UPDATE sessions SET makeup = ? WHERE id = ?", (text, session_id))
        if not done.rowcount:
            raise LayerError("session_unknown")

    room.change(session_id, keep).result()


def read(room: Room, session_id: str) -> Makeup | None:
    """Read the counts of a session, for the facilitator; None where nobody has counted."""
    rows = room.read("SELECT makeup FROM sessions WHERE id = ?", (session_id,))
    if not rows or rows[0][0] is None:
        return None
    said: dict[str, Any] = json.loads(rows[0][0])
    return Makeup(**said)


def banded(makeup: Makeup) -> dict[str, list[tuple[str, str | None]]]:
    """Give the counts as they may be seen outside of the room.

    Parameters
    ----------
    makeup
        What was counted.

    Returns
    -------
    bands
        Question (``genders``, ``ages``, ``languages``) -> code and band. None is fewer than five,
        nobody among it; a code that was not counted is absent. No total goes with it, and the
        questions are not crossed, so nothing can be subtracted.

    Examples
    --------
    >>> banded(Makeup(genders={"women": 12, "men": 3}))["genders"]
    [('women', '10-19'), ('men', None)]
    """
    return {
        question: [
            (code, privacy.band(counts[code]) if counts[code] >= privacy.K else None)
            for code in codes or sorted(counts)
            if code in counts
        ]
        for question, codes in QUESTIONS.items()
        for counts in [getattr(makeup, question)]
    }
