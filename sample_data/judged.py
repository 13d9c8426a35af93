"""What is said of actors in the invented city: standings, replies, pairs kept apart, levels.

All of it is judged by nobody: invented, as everything here. It has chances of its own, so that it
moves no row that was there before.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from layers import vocab
from sample_data.actors import CITY, INSTITUTIONS
from sample_data.rows import Row, Tables, chance

# power, interest, affected: None is not judged. Nobody else affected has no power at all.
PLANTED_STANDING: Final = "selam-mothers"
_STANDINGS: Final[tuple[tuple[str, int | None, int | None, bool | None], ...]] = (
    ("city-secretariat", 4, 3, False),
    ("city-newcomers", 3, 4, False),
    ("city-schools", 4, 2, False),
    ("city-housing", 4, 1, False),
    ("city-health", 3, 3, False),
    ("city-jobs", 3, 3, False),
    ("city-kilnside", 2, 4, False),
    ("regional-work", 4, 2, False),
    ("residence-counter", 4, 1, False),
    ("police", 3, 1, False),
    ("skerry-university", 2, 2, False),
    ("westblock", 3, 1, False),
    ("portside", 1, 1, False),
    ("open-door", 2, 4, False),
    ("lantern-legal", 1, 4, False),
    ("union-hall", 2, 3, None),
    (PLANTED_STANDING, 1, 4, True),
    ("bayt-albahr", 2, 4, True),
    ("womens-table", 3, 4, True),
    ("hooyo-circle", 2, 3, True),
    ("liman-evi", 2, 3, True),
    ("fathers-cafe", None, 4, True),
    ("dhaqan-youth", None, None, True),
    ("latarnia", 3, 2, None),
)
# the two, the kind that must not be (none: any), why, and how many days ago it ended
_BANS: Final[tuple[tuple[str, str, str | None, str, int | None], ...]] = (
    ("quiet-night", "police", None, "Women call on the promise that nobody is told.", None),
    ("halcyon", "police", None, "The refuge is known to nobody but those it takes in.", None),
    ("halcyon", "residence-counter", None, "Women without papers come to the refuge.", None),
    ("hidmo", "residence-counter", "shares_data", "Who asks for advice is not passed on.", None),
    ("deniz-work", "portside", None, "A case before the labour court; it is over.", 120),
)
_REPLIES: Final = (
    (
        "city-kilnside",
        "place_in_network",
        "We know that four groups reach the city through us alone. We now bring them to meetings.",
    ),
    (
        "city-housing",
        "standings",
        "We allocate what the council gives us. That housing has no seat was not our choice.",
    ),
)
# to be named outside could harm them, or whom they serve
_AT_RISK: Final = ("halcyon", "quiet-night", "saffron-sisters", PLANTED_STANDING, "roshni",
                   "fathers-cafe")  # fmt: skip
_REFUSED: Final = ("hidmo", "mindwell", "sahil-house")  # not to be named outside
# how likely which level is, by kind of tie: policy, coordination, delivery
_LEVELS: Final = {
    "represents_in_body": (0.7, 0.3, 0.0),
    "advises": (0.4, 0.5, 0.1),
    "delivers_with": (0.0, 0.2, 0.8),
    "refers_to": (0.0, 0.4, 0.6),
}
_USUAL: Final = (0.1, 0.5, 0.4)


def judged_tables(*, today: date) -> Tables:
    """Give the tables standings, bans and replies."""
    return {
        "standings": [
            {
                "id": f"standing-{actor}",
                "organization_id": actor,
                "question": None,
                "power": power,
                "interest": interest,
                "affected": affected,
                "says_who": "facilitator",
            }
            for actor, power, interest, affected in _STANDINGS
        ],
        "bans": [
            {
                "id": f"ban-{number + 1}",
                "from_id": one,
                "to_id": other,
                "kind": kind,
                "reason": reason,
                "until": None if ended is None else today - timedelta(days=ended),
                "says_who": "facilitator" if ended else "provider",
            }
            for number, (one, other, kind, reason, ended) in enumerate(_BANS)
        ],
        "replies": [
            {
                "id": f"reply-{actor}-{about}",
                "organization_id": actor,
                "about": about,
                "words": said,
                "replied_on": today - timedelta(days=30),
                "says_who": "provider",
            }
            for actor, about, said in _REPLIES
        ],
    }


def say_what_may_leave(actors: list[Row], *, seed: int) -> None:
    """Write on each actor whether it may be named outside, and whether that could harm it."""
    rng = chance(seed, "actors", "outside")
    official = {one.id for one in (*CITY, *INSTITUTIONS)} - {*_AT_RISK, *_REFUSED}
    for row, luck in zip(actors, rng.random((len(actors), 2)), strict=True):
        asked = luck[0] < (0.8 if row["id"] in official else 0.5)
        row["consent_shared"] = True if asked and row["id"] not in _AT_RISK else None
        if row["id"] in _REFUSED:
            row["consent_shared"] = False
        row["at_risk"] = True if row["id"] in _AT_RISK else None
        if row["id"] in official and luck[1] < 0.8:
            row["at_risk"] = False


def say_levels(ties: list[Row], *, seed: int) -> None:
    """Write on ties with the city administration at which level the two work together."""
    rng = chance(seed, "ties", "cooperation")
    city = {one.id for one in CITY}
    for row in ties:
        luck, level = rng.random(), rng.random()
        shares = _LEVELS.get(row["kind"], _USUAL)
        place = 0 if level < shares[0] else 1 if level < shares[0] + shares[1] else 2
        known = luck < 0.75 and bool({row["from_id"], row["to_id"]} & city)
        row["cooperation"] = vocab.COOPERATION[place] if known else None
