"""The services of the invented city whose facts matter to what is hidden in it.

All legal advice is here, because every fact of it must be known: hours, languages, place.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sample_data.plan import Point


class Service(NamedTuple):
    """A service as planned: empty ``languages`` or ``hours`` are unknown."""

    id: str
    organization: str
    category: str
    name: str
    spot: Point | None
    languages: tuple[str, ...] = ()  # "tag" for staff, "tag:interpreter", "tag:material"
    hours: str | None = None
    facts: Mapping[str, Any] = MappingProxyType({})
    place: str = ""  # "hidden", "area", "city", "online": has no point


_OPEN = {"status": "active", "setting": "office", "free": True, "walk_in": True}


def _law(
    where: str, organization: str, name: str, spot: Point, languages: str, hours: str
) -> Service:
    tags = ("da", "en", *languages.split())
    facts = _OPEN | {"appointment": True, "referral_asked": False}
    return Service(f"legal-{where}", organization, "legal", name, spot, tags, hours, facts)


LEGAL: Final = (
    _law("ropewalk-evening", "open-door", "Open Door evening advice", (250, 1120), "pl ar",
         "Mo,We 13:00-20:00; PH off"),
    _law("ropewalk-day", "hidmo", "Hidmo advice on residence", (330, 1320), "ti",
         "Mo-Fr 09:00-15:00; PH off"),
    _law("ropewalk-letters", "brannoc-hall", "Help with letters", (480, 1240), "ti:interpreter",
         "Tu,Th 10:00-14:00"),
    _law("westyard", "threshold", "Tenancy and residence advice", (-1960, 1980), "ar ckb",
         "Mo-Th 10:00-16:00,17:00-20:00; PH off"),
    _law("lanternhill", "lantern-legal", "Lantern law evening", (1730, -680), "ar so:interpreter",
         "Mo-Th 12:00-20:00; PH off"),
    _law("tidegate", "union-hall", "Work and residence law", (1720, 1180), "pl uk",
         "Tu,Th 15:00-20:30"),
    _law("millrace", "deniz-work", "Advice after work", (-2020, -440), "tr",
         "Mo-We 10:00-14:00; Th 14:00-20:00"),
    _law("saltmere", "lantern-legal", "Lantern at Saltmere", (1640, -1840), "so ar:interpreter",
         "Mo,We,Th 12:00-19:30; PH off"),
    _law("larkmoor", "varta", "Papers and permits", (-2090, 1000), "uk pl:interpreter",
         "Mo-Fr 10:00-14:00; We 10:00-20:00"),
    _law("greywater", "harbour-mission", "Mission legal hour", (170, -2150), "prs ur",
         "Tu 16:00-21:00; Fr 09:00-12:00"),
    _law("kilnside", "lantern-legal", "Lantern at Kilnside", (-1440, -1470), "ro ur:interpreter",
         "Mo,Th 14:00-20:00; PH off"),
    _law("fernholt", "tenants-harbour", "Tenants' evening", (-1540, -2360), "ur prs:interpreter",
         "We 16:00-20:00; Sa 10:00-13:00"),
    _law("brinholm", "open-door", "Open Door north", (-230, 2230), "ckb ar",
         "Tu,Th 15:00-20:00; PH off"),
    _law("oldwharf", "residence-counter", "Counter for residence permits", (-300, -400),
         "vi:interpreter ro:interpreter", "Mo-Fr 09:00-15:00; Th 09:00-19:00; PH off"),
)  # fmt: skip

_COURSE = _OPEN | {
    "course_level": "A1",
    "women_only": True,
    "min_age": 18,
    "walk_in": False,
    "appointment": True,
    "papers_asked": False,
    "capacity": 16,
}


def _course(
    where: str, organization: str, name: str, spot: Point, hours: str, free: int
) -> Service:
    facts = _COURSE | {"free_places": free}
    tongues = ("da", "ar", "vi:material")
    return Service(
        f"course-{where}", organization, "language_course", name, spot, tongues, hours, facts
    )


PLANTED: Final = (
    Service("clinic-saltmere", "saltmere-clinic", "health", "Saltmere family clinic",
            (1560, -1720), ("da", "en", "so"), "Mo-Fr 08:00-18:30; PH off",
            _OPEN | {"papers_asked": False, "appointment": True, "referral_asked": False,
                     "step_free": True}),
    Service("clinic-kiln-gate", "kiln-gate-clinic", "health", "Kiln Gate walk-in clinic",
            (-590, -1480), ("da", "en", "ro", "ur:interpreter"), "Mo-Fr 08:00-20:00; PH off",
            _OPEN | {"papers_asked": False, "referral_asked": False}),
    _course("first-words", "first-words", "Language course for women, beginners", (-380, -690),
            "Tu,Th 09:30-11:30", 7),
    _course("parlour", "parlour", "Women's language mornings, beginners", (-250, -730),
            "Tu,Th 10:00-12:00", 9),
    _course("evening-lamp", "evening-lamp", "First language course for women", (-60, -715),
            "Tu,Th 09:00-12:00", 6),
    Service("refuge-halcyon", "halcyon", "violence_support", "Halcyon refuge", None,
            ("da", "en", "ar:interpreter"), "24/7",
            {"status": "active", "women_only": True, "free": True, "papers_asked": False,
             "childcare_on_site": True, "capacity": 14}, "hidden"),
    Service("job-cafe-westyard", "plank", "employment", "Job café Westyard", (-1850, 1830),
            ("da", "ar"), "Mo,We 10:00-15:00; Th 13:00-19:00",
            _OPEN | {"papers_asked": False, "referral_asked": False, "capacity": 40}),
)  # fmt: skip

# Health care near the other communities, trusted there; none near Kilnside and Fernholt.
_CARE = _OPEN | {"appointment": True, "referral_asked": False}
HEALTH: Final = (
    Service("clinic-westyard", "westyard-health", "health", "Westyard doctors", (-2050, 1900),
            ("da", "ar", "ckb"), "Mo-Fr 08:00-16:00; Th 08:00-19:00; PH off", _CARE),
    Service("clinic-north", "north-health", "health", "North Road doctors", (150, 1900),
            ("da", "en", "ti", "ckb"), "Mo-Fr 08:00-16:00; Tu 08:00-19:00; PH off", _CARE),
    Service("clinic-tidegate", "north-health", "health", "Tidegate branch", (1700, 1320),
            ("da", "pl", "uk"), "Mo-Th 08:00-15:30; We 08:00-19:00; PH off", _CARE),
    Service("clinic-millrace", "westyard-health", "health", "Millrace branch", (-2080, -20),
            ("da", "tr"), "Mo-Fr 08:30-15:00; Th 08:30-19:00; PH off", _CARE),
    Service("clinic-larkmoor", "westyard-health", "health", "Larkmoor branch", (-2150, 1120),
            ("da", "uk"), "Mo-Fr 08:00-15:00; Mo 08:00-19:00; PH off", _CARE),
    Service("clinic-greywater", "kiln-gate-clinic", "health", "Greywater branch", (330, -1980),
            ("da", "prs"), "Mo-Fr 08:00-15:00; Tu 08:00-19:00; PH off", _CARE),
    Service("clinic-lanternhill", "skerry-hospital", "health", "Lanternhill outpatients",
            (1500, -420), ("da", "en", "ar"), "Mo-Fr 08:00-16:00; Mo 08:00-19:00; PH off", _CARE),
    Service("clinic-oldwharf", "skerry-hospital", "health", "Oldwharf outpatients", (-260, -120),
            ("da", "en", "vi:interpreter"), "Mo-Fr 08:00-15:00; We 08:00-19:00; PH off", _CARE),
    Service("hospital-emergency", "skerry-hospital", "health", "Emergency ward", (900, 1750),
            ("da", "en"), "24/7",
            _CARE | {"papers_asked": False, "says_who": "provider"}),
)  # fmt: skip

NO_PLACE: Final = (
    Service("helpline-quiet-night", "quiet-night", "violence_support", "Quiet Night helpline",
            None, ("da", "en", "pl", "so:interpreter"), "24/7",
            {"status": "active", "setting": "online", "free": True, "women_only": None}, "online"),
    Service("counsel-by-phone", "mindwell", "mental_health", "Counselling by phone", None,
            ("da", "en"), "Mo-Fr 10:00-16:00", {"setting": "online", "free": True}, "online"),
    Service("schooling-online", "chiragh", "education", "Homework help online", None,
            ("da", "ur"), None, {"setting": "online"}, "online"),
    Service("equivalence-desk", "credentials-board", "recognition", "Questions by e-mail", None,
            ("da", "en"), None, {"setting": "online", "free": True}, "online"),
    Service("outreach-van", "red-kite", "mental_health", "Night van", None, (),
            "Tu,Th,Sa 20:00-23:30", {"setting": "outreach", "free": True}, "city"),
    Service("home-start", "city-family", "childcare", "Home visits to new mothers", None,
            ("da", "en", "ar:interpreter"), '"by appointment"', {"setting": "outreach"}, "area"),
    Service("street-mediators", "youth-yard", "participation", "Street mediators", None,
            ("da", "ar"), None, {"setting": "outreach", "free": True}, "area"),
)  # fmt: skip
PLANNED: Final = (*PLANTED, *LEGAL, *HEALTH, *NO_PLACE)
