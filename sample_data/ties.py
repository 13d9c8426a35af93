"""Who works with whom in the invented city, and who sits where.

Apart from the planted places in the network everybody has two ways to the city administration:
then what was planted is the only thing of its kind.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import Final

import numpy as np

from layers import vocab
from sample_data.actors import ACTORS, CITY, INSTITUTIONS, MIGRANT_LED
from sample_data.rows import Row, Tables, chance

WANTED: Final = 180
ENDED: Final = 0.15
BROKER: Final = "city-kilnside"
BROKERED: Final = ("casa-farului", "vatra-families", "roshni", "chiragh")
GO_BETWEEN: Final = "harbour-mission"
MEDIATED: Final = "saffron-sisters"
UNTIED: Final = ("fathers-cafe", "seafarers")
SAME_COURSE: Final = ("first-words", "parlour", "evening-lamp")
CLINIC: Final = "saltmere-clinic"
# Ties that must not come by chance, because something is planted where they are missing.
_CLOSED: Final = frozenset({*BROKERED, MEDIATED, *UNTIED, BROKER, CLINIC})
_APART: Final = frozenset(frozenset(pair) for pair in combinations(SAME_COURSE, 2))
_KINDS: Final = ("refers_to", "delivers_with", "funds", "shares_space", "shares_data", "advises",
                 "trusts", "represents_in_body")  # fmt: skip
_KIND_SHARE: Final = (0.32, 0.18, 0.08, 0.10, 0.07, 0.12, 0.09, 0.04)
_MUTUAL: Final = frozenset({"delivers_with", "shares_space", "shares_data"})
_LADDER: Final = vocab.PARTICIPATION
_GIVES: Final = ("rooms", "clients", "money", "interpreters", "advice", "volunteers", "data")

# The steering group: every sector has a seat that is taken, but for one.
NO_SEAT: Final = "housing"
_SEATS: Final = (
    ("administration", "city-secretariat", "attending"),
    ("education", "city-schools", "attending"),
    ("employment", "city-jobs", "attending"),
    ("health", "city-health", "accepted"),
    ("childcare", "little-gulls", "accepted"),
    ("legal", "lantern-legal", "attending"),
    ("protection", "quiet-night", "attending"),
    ("police", "police", "accepted"),
    ("civil_society", "open-door", "attending"),
    ("university", "skerry-university", "accepted"),
    ("migrants", "womens-table", "attending"),
    ("migrants", "hidmo", "asked"),
    ("migrants", "bayt-albahr", "declined"),
    ("culture", "city-libraries", "attending"),
    ("employment", "union-hall", "not_asked"),
)
_COUNCIL: Final = ("bayt-albahr", "latarnia", "liman-evi", "mavka-house", "khana-mehr", "hidmo",
                   "dhaqan-youth", "hoa-sen")  # fmt: skip


def network_tables(*, seed: int, today: date) -> Tables:
    """Give the tables ties, bodies and seats."""
    return {"ties": _ties(seed=seed, today=today), "bodies": _bodies(), "seats": _seats(today)}


def _ties(*, seed: int, today: date) -> list[Row]:
    rng = chance(seed, "ties")
    made: dict[tuple[str, str, str], Row] = {}

    def tie(a: str, b: str, kind: str = "", *, strength: int = 0) -> None:
        """Record a tie once; what is not said comes by chance."""
        chosen = kind or str(rng.choice(_KINDS, p=_KIND_SHARE))
        if (a, b, chosen) in made or (b, a, chosen) in made:
            return
        made[a, b, chosen] = _tie_row(len(made) + 1, (a, b, chosen), strength, today, rng)

    city = [one.id for one in CITY if one.id != BROKER]
    for i, one in enumerate(city):
        tie(one, city[(i + 1) % len(city)], "shares_data")
    for there in ("city-newcomers", "city-health", "city-family"):
        tie(BROKER, there, "refers_to", strength=2)
    for group in BROKERED:
        tie(BROKER, group, "advises", strength=3)
    for a, b in pairwise(BROKERED):
        tie(a, b, "delivers_with", strength=2)
    tie(MEDIATED, GO_BETWEEN, "shares_space", strength=3)
    tie(GO_BETWEEN, MEDIATED, "refers_to", strength=2)
    tie(CLINIC, "city-health", "shares_data", strength=2)
    tie(CLINIC, "skerry-hospital", "shares_data", strength=3)
    tie("hooyo-circle", "city-health", "advises", strength=2)
    tie("hooyo-circle", "kin-coop", "delivers_with", strength=3)
    _everyone_twice(tie, city, rng)
    inner = [one.id for one in ACTORS if one.id not in _CLOSED]
    groups = [one.id for one in MIGRANT_LED if one.id not in _CLOSED]
    needed = len(made)
    while len(made) < WANTED:
        a, b = str(rng.choice(inner)), str(rng.choice(groups if rng.random() < 0.35 else inner))
        if a != b and frozenset((a, b)) not in _APART:
            tie(a, b)
    rows = list(made.values())
    _end_some(rows[needed:], today, rng)
    return rows


def _end_some(rows: list[Row], today: date, rng: np.random.Generator) -> None:
    """End some of the ties that nobody depends on."""
    for row in rows:
        if rng.random() < ENDED:
            ended = today - timedelta(days=int(rng.integers(20, 700)))
            began = ended - timedelta(days=int(rng.integers(200, 1500)))
            row |= {"until": ended, "since": began, "last_confirmed": None, "confirmed_by": 0}


def _everyone_twice(
    tie: Callable[[str, str], None], city: list[str], rng: np.random.Generator
) -> None:
    """Tie every institution to two city offices, and every migrant-led group to two of them."""
    offices = np.array(city)
    for one in INSTITUTIONS:
        if one.id not in _CLOSED:
            for office in rng.choice(offices, 2, replace=False):
                tie(one.id, str(office))
    partners = np.array([one.id for one in INSTITUTIONS if one.id not in _CLOSED])
    for one in MIGRANT_LED:
        if one.id not in _CLOSED:
            for partner in rng.choice(partners, 2, replace=False):
                tie(one.id, str(partner))


def _tie_row(
    number: int,
    ends_and_kind: tuple[str, str, str],
    strength: int,
    today: date,
    rng: np.random.Generator,
) -> Row:
    a, b, kind = ends_and_kind
    luck = rng.random(6)
    since = today - timedelta(days=int(rng.integers(200, 3400)))
    confirmed = today - timedelta(days=int(rng.integers(5, 900)))
    return {
        "id": f"t{number:03d}",
        "from_id": a,
        "to_id": b,
        "kind": kind,
        "direction": "mutual" if kind in _MUTUAL else "directed",
        "strength": strength or (int(rng.choice([1, 2, 3], p=[0.3, 0.45, 0.25]))),
        "participation": str(rng.choice(_LADDER)) if luck[0] < 0.6 else None,
        "gives": str(rng.choice(_GIVES)) if luck[1] < 0.5 else None,
        "needs": str(rng.choice(_GIVES)) if luck[2] < 0.4 else None,
        "since": since if luck[3] < 0.7 else None,
        "last_confirmed": confirmed if luck[4] < 0.75 else None,
        "confirmed_by": int(rng.choice([0, 1, 2], p=[0.2, 0.45, 0.35])),
    }


def _bodies() -> list[Row]:
    return [
        {
            "id": "steering",
            "name": "Steering group of the needs assessment",
            "kind": "steering_group",
            "mandate": "Decides on the assessment and the action plan",
            "level": "policy",
        },
        {
            "id": "council",
            "name": "Migrant council",
            "kind": "migrant_council",
            "mandate": "Is heard by the council twice a year",
            "level": "coordination",
            "sectors": ["migrants"],
        },
        {
            "id": "language-round",
            "name": "Round of the language schools",
            "kind": "working_group",
            "mandate": None,
            "level": "delivery",
            "sectors": ["education"],
        },
    ]


def _seats(today: date) -> list[Row]:
    rows: list[Row] = [
        {
            "id": f"seat-steering-{number + 1}",
            "body_id": "steering",
            "sector": sector,
            "organization_id": holder,
            "state": state,
            "since": today - timedelta(days=300),
        }
        for number, (sector, holder, state) in enumerate(_SEATS)
    ]
    rows += [
        {
            "id": f"seat-council-{number + 1}",
            "body_id": "council",
            "sector": "migrants",
            "organization_id": holder,
            "state": "attending" if number % 3 else "accepted",
            "since": today - timedelta(days=800),
        }
        for number, holder in enumerate(_COUNCIL)
    ]
    rows += [
        {
            "id": f"seat-language-{number + 1}",
            "body_id": "language-round",
            "sector": "education",
            "organization_id": holder,
            "state": "attending",
            "since": today - timedelta(days=500),
        }
        for number, holder in enumerate(("tidegate-college", "city-schools"))
    ]
    return rows
