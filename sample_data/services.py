"""All services of the invented city: those planned by hand, and as many like them by chance.

What is unknown in real tables is unknown here: a third of hours and conditions, a quarter of
languages.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import numpy as np

from sample_data import plan
from sample_data.actors import ACTORS
from sample_data.people import People
from sample_data.plan import Point
from sample_data.rows import chance
from sample_data.services_planned import PLANNED, Service

# How many services of each category there are, who offers them and what they are called.
WANTED: Final[dict[str, tuple[int, tuple[str, ...], tuple[str, ...]]]] = {
    "housing": (10, ("city-housing", "tenants-harbour", "threshold", "westblock"),
                ("Rent advice", "Room exchange", "Housing queue desk", "Tenants' hour")),
    "health": (16, ("north-health", "skerry-hospital", "city-health", "westyard-health"),
               ("Midwife hour", "Children's health visit", "Vaccination hour", "Dental check")),
    "mental_health": (9, ("mindwell", "skerry-hospital", "quiet-lake", "red-kite"),
                      ("Talking group", "Calm room", "Trauma counselling", "Young minds hour")),
    "employment": (14, ("city-jobs", "regional-work", "plank", "gullwing", "portside",
                        "union-hall", "deniz-work"),
                   ("Job café", "Work training", "Application help", "First job desk")),
    "recognition": (5, ("credentials-board", "skerry-university", "tidegate-college"),
                    ("Diplomas desk", "Recognition advice", "Bridging module")),
    "language_course": (24, ("first-words", "evening-lamp", "tidegate-college", "city-libraries",
                             "red-kite", "brannoc-hall", "liman-evi", "chiragh"),
                        ("Language course", "Speaking circle", "Language and work",
                         "Reading and writing")),
    "education": (14, ("city-schools", "skerry-university", "tidegate-college", "city-libraries",
                       "youth-yard", "chiragh"),
                  ("Homework help", "Adult school", "Library and reading room",
                   "School enrolment help")),
    "childcare": (20, ("city-schools", "little-gulls", "play-barn", "kin-coop", "mewa-parents",
                       "vatra-families"),
                  ("Nursery", "Kindergarten", "Play group", "After-school club")),
    "legal": (14, (), ()),
    "violence_support": (5, ("quiet-night", "city-family", "parlour"),
                         ("Counselling for women", "Safety planning hour")),
    "participation": (9, ("womens-table", "new-voices", "city-newcomers", "open-door",
                          "sports-ring"),
                      ("Neighbours' council", "Women's forum", "Newcomers' panel", "Open studio")),
    "meeting_place": (20, ("city-culture", "brannoc-hall", "harbour-mission", "bayt-albahr",
                           "latarnia", "mavka-house", "newal-kitchen", "hoa-sen", "selam-mothers",
                           "hooyo-circle", "yasmin-table", "khana-mehr"),
                      ("Open house", "Women's breakfast", "Community kitchen", "Sewing evening")),
}  # fmt: skip
# A service that speaks a community's language has a late day, or is by appointment: a gap in
# the evening for one language only must come from the plan, never from chance.
LATE: Final = (
    "Mo-Fr 09:00-15:00; Th 09:00-19:00; PH off", "Mo-We 10:00-16:00; Th 12:00-20:00",
    "Tu-Fr 10:00-14:00,16:00-19:30", '"by appointment"', "Mo-Th 09:00-16:00; We 09:00-19:00",
    "Mo-Fr 09:00-12:00; Tu 16:00-20:00; PH off",
)  # fmt: skip
ANY: Final = (
    "Mo-Fr 08:00-16:00; PH off", "Mo-Fr 09:00-12:00,13:00-16:00", "Tu,Th 10:00-18:00",
    "Mo-Sa 10:00-18:00; PH off", "We 14:00-17:00", '"by appointment"', "Mo-Fr 06:30-17:00; PH off",
    "Mo-Th 17:00-20:30", "Sa,Su 11:00-17:00", "Mo-Fr 09:00-15:00; Th 09:00-18:30; PH off",
    "Mo[1],Mo[3] 16:00-18:00", "Mo-Fr 10:00-14:00; Sa 10:00-13:00"
)  # fmt: skip
_COURSE: Final = ("Mo,We 09:00-12:00", "Tu-Th 09:00-11:30", "Tu,Th 17:30-20:00", "Sa 10:00-13:00")
_COURSE_LATE: Final = (
    "Mo,We 17:30-20:00",
    "Mo-Th 18:00-20:30; SH off",
    "Tu 09:00-12:00,18:00-20:00",
)
_NURSERY: Final = ("Mo-Fr 06:30-17:00; PH off", "Mo-Fr 07:00-16:30; PH off", "Mo-Fr 07:30-16:00")
_NURSERY_LATE: Final = ("Mo-Fr 06:30-18:30; PH off", "Mo-Fr 07:00-16:30; Th 07:00-19:00; PH off")
_OWN_HOURS: Final = {
    "language_course": (_COURSE, _COURSE_LATE),
    "childcare": (_NURSERY, _NURSERY_LATE),
}
ANY_SHARE: Final = (.17, .12, .09, .08, .06, .07, .12, .08, .04, .09, .03, .05)  # fmt: skip
HOURS_UNKNOWN: Final = 0.52  # of those by chance; with the planned ones about a third of all
LANGUAGES_UNKNOWN: Final = 0.40
CONDITION_UNKNOWN: Final = 0.36
# Around the quarter that the underpass cuts off there must be no other health care.
NO_HEALTH: Final = frozenset({"d03", "d04", "d05", "d11", "d12"})


def all_services(people: People, *, seed: int) -> list[Service]:
    """Give the planned services, then those by chance, in the order of the categories."""
    found = list(PLANNED)
    actors = {one.id: one for one in ACTORS}
    for category, (wanted, organizations, names) in WANTED.items():
        rng = chance(seed, "services", category)
        missing = wanted - sum(one.category == category for one in PLANNED)
        spots = _spots(people, category, missing, rng)
        for number in range(missing):
            actor = actors[organizations[number % len(organizations)]]
            # a group meets at its own place and in its own language; others have branches too
            own = bool(actor.tongues) or (
                category not in ("health", "childcare") and number % 3 == 0
            )
            spot: Point = actor.spot if own and actor.spot else spots[number]
            name = names[(number + number // len(organizations)) % len(names)]
            spoken = _languages(spot, category, actor.tongues, rng)
            found.append(
                Service(
                    id=f"{category.replace('_', '-')}-{number + 1:02d}",
                    organization=actor.id,
                    category=category,
                    name=f"{name} {_district(people, spot)}",
                    spot=spot,
                    languages=spoken,
                    # a group knows its own hours: a gap must not come from asking nobody
                    hours=_hours(category, spoken, rng, known=bool(actor.tongues)),
                )
            )
    return found


def conditions(service: Service, *, seed: int, today: date) -> dict[str, Any]:
    """Say what a service asks and offers; what nobody has asked yet is left out."""
    rng = chance(seed, "conditions", service.id)
    yes = {
        "walk_in": 0.5,
        "appointment": 0.6,
        "papers_asked": 0.35,
        "women_only": 0.12,
        "free": 0.75,
        "referral_asked": 0.25,
        "childcare_on_site": 0.15,
    }
    found: dict[str, Any] = {
        name: bool(rng.random() < share)
        for name, share in yes.items()
        if rng.random() >= CONDITION_UNKNOWN
    }
    found["status"] = "active" if rng.random() < 0.96 else "temporarily_closed"
    found["setting"] = "informal" if service.category == "meeting_place" else "office"
    if rng.random() < 0.4:
        found["waiting_days"] = int(rng.choice([0, 7, 14, 30, 60, 120]))
    if rng.random() < 0.5:
        found["capacity"] = int(rng.choice([8, 12, 16, 20, 25, 40]))
        found["free_places"] = int(rng.integers(0, found["capacity"] // 2 + 1))
    if found.get("free") is False:
        found["cost"] = str(rng.choice(["50 a month", "by income", "20 a visit"]))
    if service.category == "language_course":
        found["course_level"] = str(rng.choice(["literacy", "A2", "B1", "B2", "A1"]))
        found["women_only"] = False if found["course_level"] == "A1" else found.get("women_only")
        found["min_age"] = 18
        found["starts_on"] = today + timedelta(days=int(rng.integers(-60, 75)))
        found["ends_on"] = found["starts_on"] + timedelta(days=int(rng.choice([56, 84, 126])))
    if service.category == "childcare":
        low = int(rng.choice([0, 1, 3, 6]))
        found |= {"min_age": low, "max_age": low + (2 if low < 3 else 3 if low == 3 else 6)}
    if service.category == "violence_support":
        found["women_only"] = True
    return found | dict(service.facts)


def _spots(people: People, category: str, wanted: int, rng: np.random.Generator) -> list[Point]:
    """Choose places where people live, no two of a category close together where avoidable."""
    weight = people.all.astype(float)
    if category == "health":
        weight[[one in NO_HEALTH for one in people.district]] = 0
    found: list[Point] = []
    for _ in range(wanted):
        cell = int(rng.choice(len(weight), p=weight / weight.sum()))
        x, y = people.xy[cell] + rng.uniform(-90, 90, 2)
        found.append((float(x), float(y)))
        weight = weight * (0.05 + 0.95 * (np.hypot(*(people.xy - people.xy[cell]).T) > 650))
    return found


def _district(people: People, spot: Point) -> str:
    cell = int(np.argmin(np.hypot(*(people.xy - spot).T)))
    return next(one.name for one in plan.DISTRICTS if one.id == people.district[cell])


def _languages(
    spot: Point, category: str, tongues: tuple[str, ...], rng: np.random.Generator
) -> tuple[str, ...]:
    unknown = rng.random() < LANGUAGES_UNKNOWN
    if unknown and not tongues:
        return ()
    spoken = ["da"] + (["en"] if rng.random() < 0.6 and "en" not in tongues else []) + [*tongues]
    for community in plan.COMMUNITIES:
        if community.language in tongues:
            continue
        away = min(np.hypot(x - spot[0], y - spot[1]) for x, y in community.homes)
        likely = 0.45 if away < 1300 else 0.06
        kept_out = category == "health" and community.language == "so"
        if rng.random() < likely and not kept_out:
            level = rng.choice(["", ":interpreter", ":material"], p=[0.6, 0.27, 0.13])
            spoken.append(community.language + str(level))
    return tuple(spoken)


def _hours(
    category: str, languages: tuple[str, ...], rng: np.random.Generator, *, known: bool
) -> str | None:
    unknown = rng.random() < HOURS_UNKNOWN
    early_pool, late_pool = _OWN_HOURS.get(category, (ANY, LATE))
    usual = np.array(ANY_SHARE) / sum(ANY_SHARE) if early_pool is ANY else None
    if known:  # and one need not ask a group for an appointment
        late_pool = tuple(text for text in late_pool if "appointment" not in text)
    late, some = str(rng.choice(late_pool)), str(rng.choice(early_pool, p=usual))
    if unknown and not known:
        return None
    foreign = {tag.partition(":")[0] for tag in languages} - {"da", "en"}
    return late if foreign else some
