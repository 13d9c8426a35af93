"""Invented contributions for a rehearsal, so that the wall moves before anybody is there.

Plausible and the same each time for one session: people who live near some landmarks, walk to
others, and feel there as the kind of place and the hour suggest. Nobody said any of it. Only a
rehearsal takes it, and a rehearsal is never published.
"""

from __future__ import annotations

import random
import sqlite3
import threading
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import geopandas as gpd
import shapely

from layers.errors import LayerError
from layers.room import Room
from layers.room_session import Area, Contribution, Session
from layers.room_taking import live_session, sealed
from layers.space import cell_code

PEOPLE = 34
MOST_PEOPLE = 50  # fewer in a few seconds than a rush of made-up phones
PAUSE_S = 0.4

Spot = tuple[str, int, int]  # kind of place, metres east and north in EPSG:3035

_GRID = 3035
_GOES_ON = ("session_not_started", "session_paused")

# feeling of ten people by day and after dark, and reasons people give there
_CHARACTER: Mapping[str, tuple[str, str, tuple[str, ...]]] = MappingProxyType(
    {
        "underpass": ("ssmmmuuuuu", "mmuuuuuuuu", ("lighting", "sight", "empty", "groups", "path")),
        "station": ("sssssmmmuu", "ssmmmuuuuu", ("crowded", "transport", "police", "harassment")),
        "park": ("sssssssmmu", "smmuuuuuuu", ("families", "lighting", "empty", "comfort", "sight")),
        "bridge": ("ssssmmmmuu", "smmmuuuuuu", ("path", "sight", "empty", "lighting")),
        "market": ("sssssssmmu", "sssmmmmuuu", ("known", "crowded", "kind", "language")),
        "school": ("ssssssssmm", "sssmmmmmuu", ("families", "known", "staff", "racism")),
        "square": ("ssssssmmmu", "ssmmmmuuuu", ("crowded", "groups", "comfort", "lighting")),
    }
)
_ANYWHERE = ("sssssmmmuu", "ssmmmmuuuu", ("lighting", "known", "empty", "upkeep"))
_FEELINGS = MappingProxyType({"s": "safe", "m": "mixed", "u": "unsafe"})


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that an invented person sends."""

    token: str
    party: int | None
    said: Contribution


def spots_of(places: gpd.GeoDataFrame, *, area: Area) -> list[Spot]:
    """Give the places that people would speak of; some points of the area where there are none.

    Parameters
    ----------
    places
        Table ``places`` (points, column kind, EPSG:4326).
    area
        What the session covers, EPSG:3035.
    """
    west, south, east, north = area
    found: list[Spot] = []
    known = places.dropna(subset="geometry") if len(places) else places
    if len(known):
        points = shapely.get_coordinates(known.geometry.to_crs(_GRID).to_numpy())
        for kind, (x, y) in zip(known["kind"].fillna("other"), points, strict=True):
            if west <= x < east and south <= y < north:
                found.append((str(kind), int(x), int(y)))
    if found:
        return found
    steps = (0.35, 0.5, 0.65)
    return [
        ("other", int(west + a * (east - west)), int(south + b * (north - south)))
        for a in steps
        for b in steps
    ]


def plan(
    session: Session,
    spots: Sequence[Spot],
    *,
    people: int = PEOPLE,
    sentences: Mapping[str, Sequence[str]] = MappingProxyType({}),
) -> list[Step]:
    """Invent what people say, in the order in which it comes; the same for the same session.

    Parameters
    ----------
    session
        A rehearsal.
    spots
        As :func:`spots_of`.
    people
        How many, at most 50.
    sentences
        Language -> sentences of ours, marked as invented, that some of them write.

    Raises
    ------
    LayerError
        ``invented_only_rehearsal`` for a real session.
    """
    _require_rehearsal(session)
    chance = random.Random(session.id)  # noqa: S311 - a play, not a secret
    parties = len(session.setup.parties)
    # a few places are spoken of by most, as in any room; the others by few
    favourites = chance.sample(list(spots), k=min(len(spots), 8))
    steps: list[Step] = []
    for number in range(min(people, MOST_PEOPLE)):
        party = number % parties if parties else None
        language = chance.choice(session.languages)
        for _ in range(chance.randint(1, 3)):
            spot = chance.choice(favourites if chance.random() < 0.8 else list(spots))
            said = _said(session, spot, chance, sentences.get(language, ()), language)
            steps.append(Step(_token(session.id, number), party, said))
    chance.shuffle(steps)
    return steps


class Filling:
    """Invented contributions trickling into a rehearsal, in a thread of its own.

    Parameters
    ----------
    room, session
        Where.
    steps
        As :func:`plan`.
    pause_s
        Seconds between two of them.
    """

    def __init__(self, room: Room, session: Session, steps: Sequence[Step], pause_s: float) -> None:
        _require_rehearsal(room.get(session.id))  # as it is kept, not as it is handed over
        self._room, self._session, self._steps = room, session, steps
        self._pause_s = pause_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="invented", daemon=True)
        self._thread.start()

    @property
    def is_running(self) -> bool:
        """Tell whether more is to come."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Send no more, and wait until that is so."""
        self._stop.set()
        self.wait()

    def wait(self) -> None:
        """Wait until all has been sent."""
        self._thread.join()

    def _run(self) -> None:
        for step in self._steps:
            # deleted, closed, or the file is gone: nobody waits for what was invented
            if not self._until_taken(lambda step=step: self._send(step)):  # type: ignore[misc]  # a default binds it
                return
            if self._stop.wait(self._pause_s):
                return

    def _until_taken(self, send: Callable[[], None]) -> bool:
        while not self._stop.is_set():
            try:
                send()
            except LayerError as error:
                if error.code in _GOES_ON:
                    self._stop.wait(max(self._pause_s, 0.05))
                    continue
                if error.code != "token_muted":  # a moderator tries the button: the others go on
                    return False
            return True
        return False

    def _send(self, step: Step) -> None:
        consent = self._session.consent
        self._room.join(self._session.id, step.token, consent=consent, party=step.party).result()
        self._room.contribute(self._session.id, step.token, step.said).result()


_running: dict[str, Filling] = {}
_starting = threading.Lock()


def fill(
    room: Room,
    session: Session,
    spots: Sequence[Spot],
    *,
    people: int = PEOPLE,
    sentences: Mapping[str, Sequence[str]] = MappingProxyType({}),
    pause_s: float | None = None,
) -> Filling:
    """Let invented contributions trickle into a rehearsal; a second call while they do is the same.

    Parameters
    ----------
    room, session
        Where.
    spots, people, sentences
        As :func:`plan`.
    pause_s
        Seconds between two contributions; None: :data:`PAUSE_S`.

    Raises
    ------
    LayerError
        ``invented_only_rehearsal`` for a real session, ``session_unknown``.
    """
    steps = plan(session, spots, people=people, sentences=sentences)
    with _starting:
        for other in [one for one, filling in _running.items() if not filling.is_running]:
            del _running[other]
        if session.id not in _running:
            pause = PAUSE_S if pause_s is None else pause_s
            _running[session.id] = Filling(room, session, steps, pause)
        return _running[session.id]


def is_filling(session_id: str) -> bool:
    """Tell whether invented contributions are still trickling into a session."""
    filling = _running.get(session_id)
    return filling is not None and filling.is_running


def clear(room: Room, session: Session) -> None:
    """Take out what was invented, and whoever was; what real phones said in the rehearsal stays.

    Raises
    ------
    LayerError
        ``invented_only_rehearsal``, ``session_unknown``, ``session_closed``.
    """
    _require_rehearsal(session)
    with _starting:
        filling = _running.pop(session.id, None)
    if filling is not None:
        filling.stop()

    def take_out(db: sqlite3.Connection) -> None:
        found, key = live_session(db, session.id)
        _require_rehearsal(found)
        for number in range(MOST_PEOPLE):
            mine = sealed(key, _token(session.id, number))
            for table in ("contributions", "tokens"):
                db.execute(
                    f"DELETE FROM {table} WHERE session = ? AND token = ?",  # noqa: S608 - our own names
                    (session.id, mine),
                )

    room.change(session.id, take_out).result()


def _said(
    session: Session, spot: Spot, chance: random.Random, sentences: Sequence[str], language: str
) -> Contribution:
    kind, x, y = spot
    by_day, after_dark, reasons = _CHARACTER.get(kind, _ANYWHERE)
    hour = chance.choice(("day", "day", "evening", "night", None))
    feeling = _FEELINGS[chance.choice(after_dark if hour in ("evening", "night") else by_day)]
    near = chance.choice((0, 0, 0, 1, -1)) * session.cell_m
    words = chance.choice(sentences) if sentences and chance.random() < 0.25 else ""
    return Contribution(
        id=str(uuid.UUID(int=chance.getrandbits(128))),
        cell=_cell(session, x + near, y),
        feeling=feeling,
        reasons=tuple(chance.sample(reasons, k=chance.randint(0, 2))),
        time_of_day=hour,
        company=chance.choice(("alone", "alone", "children", "others", None)),
        words=words,
        language=language,
    )


def _cell(session: Session, x: int, y: int) -> str:
    size = session.cell_m
    if session.area is not None:
        west, south, east, north = session.area
        x, y = min(max(x, west), east - size), min(max(y, south), north - size)
    return cell_code(x // size * size, y // size * size, size_m=size)


def _token(session_id: str, number: int) -> str:
    # no form that a phone can send: an invented person is never somebody's phone
    return f"invented-{number}-{session_id}"


def _require_rehearsal(session: Session) -> None:
    if session.kind != "rehearsal":
        raise LayerError("invented_only_rehearsal")
