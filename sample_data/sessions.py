"""What past sessions of the invented city published: cells, answers, trust. Bands only."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

import shapely

from layers import space
from sample_data import plan
from sample_data.ground import to_degrees
from sample_data.rows import Row, Tables

_SESSIONS: Final = (
    ("s-kilnside", "Ways through Kilnside", 690, ("ro", "ur", "da"), "women and young people"),
    ("s-saltmere", "Mothers' morning Saltmere", 410, ("so", "ar", "da"), "mothers"),
    ("s-library", "Evening at the library", 205, ("en", "ar", "uk", "pl", "tr"), "newcomers"),
    ("s-ropewalk", "Sewing table Ropewalk", 55, ("ti", "prs", "en", "ckb", "vi"), "women"),
)
# to whom it was open, and who held it
_HELD_BY: Final = {
    "s-kilnside": ("anyone", "Casa Farului"),
    "s-saltmere": ("women", "Hooyo Circle"),
    "s-library": ("anyone", "City Libraries"),
    "s-ropewalk": ("women", "Hidmo Advice Room"),
}
# What was answered, in bands; what fewer than five said is not here, nor police below ten.
_ANSWERS: Final = {
    "s-kilnside": (
        ("reasons", "lighting", "20+"),
        ("reasons", "sight", "10-19"),
        ("reasons", "empty", "10-19"),
        ("reasons", "families", "5-9"),
        ("reasons", "police", "10-19"),
        ("when", "day", "20+"),
        ("when", "evening", "10-19"),
        ("when", "night", "10-19"),
        ("company", "alone", "20+"),
        ("company", "children", "10-19"),
    ),
    "s-saltmere": (
        ("reasons", "families", "20+"),
        ("reasons", "known", "10-19"),
        ("reasons", "upkeep", "5-9"),
        ("when", "day", "20+"),
        ("when", "evening", "5-9"),
    ),
    "s-library": (
        ("reasons", "staff", "10-19"),
        ("reasons", "transport", "10-19"),
        ("reasons", "lighting", "10-19"),
        ("reasons", "crowded", "5-9"),
        ("when", "day", "10-19"),
        ("when", "evening", "20+"),
        ("company", "alone", "10-19"),
        ("company", "others", "5-9"),
        ("company", "unsaid", "5-9"),
    ),
    "s-ropewalk": (
        ("reasons", "kind", "10-19"),
        ("reasons", "known", "10-19"),
        ("reasons", "empty", "5-9"),
        ("company", "children", "10-19"),
        ("company", "others", "10-19"),
    ),
}
UNSAFE_UNDERPASS: Final = "Kiln Street underpass"

# session, place (x, y), then what was said by day, in the evening, at night; empty: not released.
# Unsafe places are parks and the one underpass: nobody's home lies in those cells.
_CELLS: Final = (
    ("s-kilnside", (-850, -1500), "mixed", "unsafe", "unsafe", "20+"),
    ("s-kilnside", (-1500, -1480), "safe", "safe", "mixed", "10-19"),
    ("s-kilnside", (-1750, -1420), "safe", "safe", "", "10-19"),
    ("s-kilnside", (-1250, -1300), "safe", "", "", "5-9"),
    ("s-kilnside", (-2350, -1950), "safe", "mixed", "unsafe", "5-9"),
    ("s-kilnside", (-1560, -2350), "safe", "safe", "", "10-19"),
    ("s-kilnside", (-620, -2600), "safe", "safe", "safe", "5-9"),
    ("s-kilnside", (-1180, -2330), "safe", "", "", "5-9"),
    ("s-kilnside", (-500, -1480), "safe", "safe", "", "10-19"),
    ("s-saltmere", (1560, -1720), "mixed", "", "", "10-19"),
    ("s-saltmere", (1750, -1860), "safe", "safe", "safe", "20+"),
    ("s-saltmere", (1450, -1550), "safe", "mixed", "", "10-19"),
    ("s-saltmere", (1750, -1330), "safe", "mixed", "mixed", "10-19"),
    ("s-saltmere", (2150, -1960), "safe", "safe", "", "5-9"),
    ("s-saltmere", (1200, -1800), "safe", "safe", "", "5-9"),
    ("s-saltmere", (1500, -2320), "mixed", "mixed", "", "5-9"),
    ("s-saltmere", (800, -2780), "safe", "", "unsafe", "5-9"),
    ("s-library", (60, -560), "safe", "safe", "safe", "20+"),
    ("s-library", (-1000, -450), "safe", "mixed", "mixed", "20+"),
    ("s-library", (620, -1060), "safe", "mixed", "unsafe", "10-19"),
    ("s-library", (2480, -330), "safe", "unsafe", "unsafe", "10-19"),
    ("s-library", (-2750, 60), "safe", "mixed", "unsafe", "5-9"),
    ("s-library", (140, 80), "safe", "safe", "mixed", "10-19"),
    ("s-library", (1300, 40), "safe", "safe", "", "5-9"),
    ("s-library", (-2050, -420), "safe", "safe", "safe", "10-19"),
    ("s-library", (-2000, 2000), "safe", "mixed", "mixed", "10-19"),
    ("s-library", (-2100, 1050), "safe", "safe", "", "10-19"),
    ("s-library", (1730, 1200), "safe", "safe", "mixed", "10-19"),
    ("s-ropewalk", (330, 1330), "safe", "safe", "safe", "20+"),
    ("s-ropewalk", (620, 1010), "safe", "safe", "", "10-19"),
    ("s-ropewalk", (-350, 1620), "safe", "mixed", "unsafe", "5-9"),
    ("s-ropewalk", (-1012, 1250), "safe", "safe", "mixed", "10-19"),
    ("s-ropewalk", (850, 2560), "safe", "mixed", "unsafe", "10-19"),
    ("s-ropewalk", (150, 1900), "safe", "safe", "", "5-9"),
    ("s-ropewalk", (-260, 2260), "safe", "safe", "mixed", "5-9"),
    ("s-ropewalk", (-330, -420), "safe", "safe", "safe", "5-9"),
    ("s-ropewalk", (150, -2180), "safe", "safe", "", "5-9"),
)
# community, actor, what was said, by how many, where
_TRUST: Final = (
    ("so", "hooyo-circle", "trusted", "20+", "s-saltmere"),
    ("so", "saltmere-clinic", "not_trusted", "10-19", "s-saltmere"),
    ("so", "kin-coop", "trusted", "10-19", "s-saltmere"),
    ("so", "sahil-house", "trusted", "10-19", "s-saltmere"),
    ("so", "dhaqan-youth", "mixed", "5-9", "s-saltmere"),
    ("so", "lantern-legal", "trusted", "5-9", "s-saltmere"),
    ("ar", "bayt-albahr", "mixed", "10-19", "s-library"),
    ("ar", "yasmin-table", "trusted", "20+", "s-library"),
    ("ar", "westyard-health", "trusted", "10-19", "s-library"),
    ("ar", "skerry-hospital", "trusted", "10-19", "s-saltmere"),
    ("ar", "lantern-legal", "trusted", "10-19", "s-saltmere"),
    ("ro", "casa-farului", "trusted", "10-19", "s-kilnside"),
    ("ro", "vatra-families", "trusted", "10-19", "s-kilnside"),
    ("ro", "kiln-gate-clinic", "trusted", "10-19", "s-kilnside"),
    ("ro", "city-kilnside", "trusted", "10-19", "s-kilnside"),
    ("ur", "roshni", "trusted", "10-19", "s-kilnside"),
    ("ur", "kiln-gate-clinic", "trusted", "5-9", "s-kilnside"),
    ("ur", "city-kilnside", "trusted", "5-9", "s-kilnside"),
    ("uk", "mavka-house", "trusted", "20+", "s-library"),
    ("uk", "westyard-health", "trusted", "5-9", "s-library"),
    ("uk", "north-health", "trusted", "5-9", "s-library"),
    ("pl", "latarnia", "trusted", "10-19", "s-library"),
    ("pl", "north-health", "trusted", "10-19", "s-library"),
    ("pl", "union-hall", "trusted", "5-9", "s-library"),
    ("tr", "liman-evi", "trusted", "10-19", "s-library"),
    ("tr", "westyard-health", "trusted", "5-9", "s-library"),
    ("ti", "selam-mothers", "trusted", "20+", "s-ropewalk"),
    ("ti", "hidmo", "trusted", "10-19", "s-ropewalk"),
    ("ti", "north-health", "trusted", "10-19", "s-ropewalk"),
    ("ti", "brannoc-hall", "mixed", "5-9", "s-ropewalk"),
    ("prs", "saffron-sisters", "trusted", "10-19", "s-ropewalk"),
    ("prs", "khana-mehr", "mixed", "5-9", "s-ropewalk"),
    ("prs", "kiln-gate-clinic", "trusted", "5-9", "s-ropewalk"),
    ("prs", "harbour-mission", "trusted", "5-9", "s-ropewalk"),
    ("ckb", "newal-kitchen", "trusted", "5-9", "s-ropewalk"),
    ("ckb", "north-health", "trusted", "5-9", "s-ropewalk"),
    ("vi", "hoa-sen", "trusted", "5-9", "s-ropewalk"),
    ("vi", "skerry-hospital", "trusted", "5-9", "s-ropewalk"),
)
# name, kind, who holds it, communities, whether it has a place
_ASSETS: Final = (
    ("Mothers of Ropewalk", "channel", "selam-mothers", ("ti",), False),
    ("Saltmere voice messages", "channel", "hooyo-circle", ("so",), False),
    ("Posts of the Lighthouse", "channel", "casa-farului", ("ro",), False),
    ("Kitchen list", "channel", "newal-kitchen", ("ckb", "ar"), False),
    ("Rooms and moves", "channel", None, ("uk", "pl"), False),
    ("New Voices, Tuesday hour", "channel", "new-voices", ("ar", "en", "ti"), False),
    ("Neighbours of Westyard", "channel", "fathers-cafe", ("ar",), False),
    ("Interpreting Tigrinya and Danish", "skill", "hidmo", ("ti",), False),
    ("Interpreting Somali and Danish", "skill", "hooyo-circle", ("so",), False),
    ("Interpreting Dari and Danish", "skill", "khana-mehr", ("prs",), False),
    ("Trained midwives without a licence here", "skill", "yasmin-table", ("ar",), False),
    ("Sewing and tailoring", "skill", "roshni", ("ur",), False),
    ("Bookkeeping", "skill", "latarnia", ("pl",), False),
    ("Cooking for two hundred", "skill", "newal-kitchen", ("ckb",), False),
    ("Teaching mathematics", "skill", "chiragh", ("ur",), False),
    ("Repairing bicycles", "skill", "dhaqan-youth", ("so",), False),
    ("Women who walk home together", "network", "vatra-families", ("ro",), False),
    ("Mothers who share childcare", "network", "kin-coop", ("so", "en"), False),
    ("Saving circle", "network", "hooyo-circle", ("so",), False),
    ("Families of seafarers", "network", "seafarers", ("en", "vi"), False),
    ("Teachers from three countries", "network", "mavka-house", ("uk",), False),
    ("Choir of the Quay", "group", "womens-table", ("ar", "so", "prs", "uk"), False),
    ("Football on Sundays", "group", "sports-ring", ("ti", "ar", "so"), True),
    ("Reading aloud, Thursdays", "group", "city-libraries", (), True),
    ("Garden plots Orchard Field", "place", None, ("tr", "vi"), True),
    ("Big kitchen with a lift", "place", "hoa-sen", ("vi",), True),
    ("Room for forty, free on Fridays", "place", "brannoc-hall", (), True),
    ("Prayer house yard", "place", "sahil-house", ("so", "ar"), True),
    ("Sewing room", "place", "liman-evi", ("tr",), True),
    ("Ground-floor shop, empty", "place", "westblock", (), True),
)
_PLACES: Final = (
    ("Marensund Central", "station", (-960, -470)), ("Brinholm Halt", "station", (-860, 2080)),
    ("Market Square", "square", (60, -400)), ("Tidegate Square", "square", (1400, 1150)),
    ("Saltmere Square", "square", (1450, -1580)), ("Westyard Square", "square", (-1960, 1900)),
    ("Fish Market", "market", (2120, 20)), ("Saturday Market", "market", (-200, -620)),
    ("Kilnside Market", "market", (-1690, -1500)), ("Ropewalk School", "school", (-80, 900)),
    ("Westyard School", "school", (-2250, 1850)), ("Larkmoor School", "school", (-1700, 1000)),
    ("Millrace School", "school", (-2200, -500)), ("Kilnside School", "school", (-1900, -1250)),
    ("Oldwharf School", "school", (-500, -750)), ("Lanternhill School", "school", (1900, -800)),
    ("Saltmere School", "school", (1950, -2050)), ("Greywater School", "school", (-200, -1800)),
    ("Tidegate School", "school", (1500, 1400)), ("Brinholm School", "school", (-100, 2400)),
    ("Old Crane Quay", "other", (1900, 190)),
)  # fmt: skip


def session_tables(*, today: date) -> Tables:
    """Give the tables sessions, reported_cells, session_counts, trust and statements."""
    held = {row[0]: today - timedelta(days=row[2]) for row in _SESSIONS}
    sessions: list[Row] = [
        {
            "id": row_id,
            "title": title,
            "held_on": held[row_id],
            "languages": list(languages),
            "audience": audience,
            "cell_m": 250,
            "contributors": "20+",
            "audience_code": _HELD_BY[row_id][0],
            "organizer": _HELD_BY[row_id][1],
            "sessions_held": 1,
            "asked": list(dict.fromkeys(question for question, _, _ in _ANSWERS[row_id])),
            "codebook": "1",
            "says_who": "facilitator",
            "date_checked": held[row_id],
        }
        for row_id, title, _, languages, audience in _SESSIONS
    ]
    trust: list[Row] = [
        {
            "id": f"trust-{community}-{actor}",
            "community": community,
            "organization_id": actor,
            "state": state,
            "said_by": band,
            "session_id": session,
            "says_who": "users",
            "date_checked": held[session],
        }
        for community, actor, state, band, session in _TRUST
    ]
    answers: list[Row] = [
        {
            "id": f"{session}-{question}-{code}",
            "session_id": session,
            "question": question,
            "code": code,
            "contributors": band,
            "says_who": "users",
            "date_checked": held[session],
        }
        for session, rows in _ANSWERS.items()
        for question, code, band in rows
    ]
    said = {
        "id": "said-hospital-emergency-papers",
        "table_name": "services",
        "row_id": "hospital-emergency",
        "attribute": "papers_asked",
        "value": "1",
        "said_by": "10-19",
        "says_who": "users",
        "date_checked": held["s-ropewalk"],
    }
    return {
        "sessions": sessions,
        "reported_cells": _cells(held),
        "session_counts": answers,
        "trust": trust,
        "statements": [said],
    }


def _cells(held: dict[str, date]) -> list[Row]:
    lonlat = to_degrees([row[1] for row in _CELLS])
    rows: list[Row] = []
    for (session, _, *said, band), (lon, lat) in zip(_CELLS, lonlat, strict=True):
        code = space.cell_of(float(lon), float(lat), size_m=250)
        rows += [
            {
                "id": f"{session}-{code}-{hour}",
                "session_id": session,
                "cell": code,
                "feeling": feeling,
                "time_of_day": hour,
                "contributors": band,
                "geometry": space.cell_polygon(code),
                "says_who": "users",
                "date_checked": held[session],
            }
            for hour, feeling in zip(("day", "evening", "night"), said, strict=True)
            if feeling
        ]
    return rows


def asset_rows() -> list[Row]:
    """Give the table assets; most of them have no place."""
    return [
        {
            "id": f"asset-{number + 1:02d}",
            "name": name,
            "kind": kind,
            "organization_id": holder,
            "communities": list(tongues) or None,
            "location_id": f"at-{holder}" if placed and holder else None,
            "consent_shown": number % 4 != 1,
            "public_contact": f"hello@{holder.replace('-', '')}.example" if holder else None,
        }
        for number, (name, kind, holder, tongues, placed) in enumerate(_ASSETS)
    ]


def place_rows() -> list[Row]:
    """Give the table places: what people know, parks, underpasses and bridges among it."""
    spots = [
        *_PLACES,
        *((park.name, "park", (park.x, park.y)) for park in plan.PARKS),
        *((name, "underpass", spot) for name, spot in plan.UNDERPASSES),
        *((name, "bridge", spot) for name, spot in plan.BRIDGES),
    ]
    lonlat = to_degrees([spot for _, _, spot in spots])
    return [
        {
            "id": f"place-{number + 1:02d}",
            "name": name,
            "kind": kind,
            "geometry": shapely.Point(lon, lat),
        }
        for number, ((name, kind, _), (lon, lat)) in enumerate(zip(spots, lonlat, strict=True))
    ]
