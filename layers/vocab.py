"""Closed lists: what a column may hold. Codes only; the words for them are ``<list>.<code>``.

HSDS terms for services, network analysis for ties. A code is never shown: pages say
``say("category.health")``. Unknown is ``None``, never a code of its own.
"""

from __future__ import annotations

from types import MappingProxyType

CATEGORY = (
    "housing",
    "health",
    "mental_health",
    "employment",
    "recognition",  # recognition of qualifications
    "language_course",
    "education",
    "childcare",
    "legal",  # legal advice and residence
    "violence_support",
    "participation",  # civic participation
    "meeting_place",
)
ACTOR_KIND = (
    "municipality",
    "public_service",
    "ngo",
    "migrant_led",
    "faith",
    "university",
    "business",
    "informal_group",
    "other",
)
SECTOR = (
    "education",
    "employment",
    "health",
    "housing",
    "childcare",
    "legal",
    "protection",  # support after violence
    "police",
    "civil_society",
    "university",
    "migrants",  # migrants themselves
    "culture",
    "administration",
)
INTERNAL = ("internal", "external")  # to the city administration
SETTING = ("office", "informal", "outreach", "online")
STATUS = ("active", "inactive", "defunct", "temporarily_closed")  # as HSDS
LANGUAGE_LEVEL = ("staff", "interpreter", "material")
COURSE_LEVEL = ("literacy", "A1", "A2", "B1", "B2", "C1", "C2")
PRECISION = ("exact", "street", "area", "city", "hidden")
SAYS_WHO = ("provider", "users", "public_record", "facilitator")
HOURS_STATE = ("open", "by_appointment", "closed", "unknown")
ASSET_KIND = ("skill", "group", "place", "network", "channel")
TRUST_STATE = ("trusted", "mixed", "not_trusted")
BAND = ("5-9", "10-19", "20+")
TIE_KIND = (
    "refers_to",
    "delivers_with",
    "funds",
    "shares_space",
    "shares_data",
    "advises",
    "trusts",
    "represents_in_body",
)
TIE_DIRECTION = ("directed", "mutual")
PARTICIPATION = ("informs", "consults", "co_designs", "co_delivers", "leads")
SEAT_STATE = ("not_asked", "asked", "accepted", "declined", "attending")
BODY_KIND = ("steering_group", "migrant_council", "working_group", "other")
RATING_QUESTION = (
    "openness",  # trust: tells others what they need to know
    "reliability",
    "shared_mission",
    "influence",  # value: what it can move
    "resources",
    "involvement",
)
JUDGEMENT = ("standings", "towers", "ratings", "trust", "place_in_network")
COOPERATION = ("policy", "coordination", "delivery")
AREA_LEVEL = ("city", "district", "quarter", "cell")
GROUP_DIMENSION = ("all", "sex", "age", "birthplace", "citizenship", "background", "other")
STREET_KIND = ("street", "main", "footway", "steps", "bridge", "underpass", "track")
GROUND_KIND = ("water", "green", "railway", "built")
PLACE_KIND = ("station", "park", "square", "underpass", "bridge", "school", "market", "other")
FEELING = ("safe", "mixed", "unsafe")
TIME_OF_DAY = ("day", "evening", "night")
AUDIENCE = ("anyone", "women", "young")  # who a session was for
SESSION_QUESTION = ("reasons", "when", "company")  # what a session asks besides the feeling
REVISION_KIND = ("import", "edit", "proposal", "merge", "undo", "release", "other")
ACTION = ("insert", "update", "delete")
PROPOSAL_SOURCE = ("organization", "open_street_map")
PROPOSAL_STATE = ("open", "accepted", "refused", "superseded")

# every list by the name that the schema and the words use
LISTS = MappingProxyType(
    {
        "category": CATEGORY,
        "actor_kind": ACTOR_KIND,
        "sector": SECTOR,
        "internal": INTERNAL,
        "setting": SETTING,
        "status": STATUS,
        "language_level": LANGUAGE_LEVEL,
        "course_level": COURSE_LEVEL,
        "precision": PRECISION,
        "says_who": SAYS_WHO,
        "asset_kind": ASSET_KIND,
        "trust_state": TRUST_STATE,
        "band": BAND,
        "tie_kind": TIE_KIND,
        "tie_direction": TIE_DIRECTION,
        "participation": PARTICIPATION,
        "seat_state": SEAT_STATE,
        "body_kind": BODY_KIND,
        "rating_question": RATING_QUESTION,
        "judgement": JUDGEMENT,
        "cooperation": COOPERATION,
        "area_level": AREA_LEVEL,
        "group_dimension": GROUP_DIMENSION,
        "street_kind": STREET_KIND,
        "ground_kind": GROUND_KIND,
        "place_kind": PLACE_KIND,
        "feeling": FEELING,
        "time_of_day": TIME_OF_DAY,
        "audience": AUDIENCE,
        "session_question": SESSION_QUESTION,
        "revision_kind": REVISION_KIND,
        "action": ACTION,
        "proposal_source": PROPOSAL_SOURCE,
        "proposal_state": PROPOSAL_STATE,
    }
)
