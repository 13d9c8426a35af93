"""The seventy actors of the invented city. No organization and no group in this list is real."""

from __future__ import annotations

from typing import Final, NamedTuple

from sample_data.plan import Point
from sample_data.rows import Row, chance


class Actor(NamedTuple):
    """An actor: ``tongues`` are the communities it belongs to, ``spot`` where it is."""

    id: str
    name: str
    kind: str
    sector: str
    spot: Point | None
    tongues: tuple[str, ...] = ()
    women_led: bool | None = None


CITY: Final = (
    Actor("city-secretariat", "Council Secretariat", "municipality", "administration",
          (-120, -250)),
    Actor("city-newcomers", "Office for Newcomers", "municipality", "migrants", (-60, -300)),
    Actor("city-schools", "Schools and Nurseries Department", "municipality", "education",
          (-180, -230)),
    Actor("city-jobs", "Municipal Jobs Centre", "municipality", "employment", (420, -470)),
    Actor("city-housing", "Housing Allocation Office", "municipality", "housing", (-90, -340)),
    Actor("city-family", "Family and Children's Service", "municipality", "childcare",
          (300, -250)),
    Actor("city-health", "Public Health Team", "municipality", "health", (330, -300)),
    Actor("city-libraries", "City Libraries", "municipality", "culture", (60, -560)),
    Actor("city-culture", "Culture and Sport Department", "municipality", "culture", (520, 560)),
    Actor("city-kilnside", "Kilnside Neighbourhood Desk", "municipality", "administration",
          (-1650, -1400)),
)  # fmt: skip
INSTITUTIONS: Final = (
    Actor("saltmere-clinic", "Saltmere Health House", "public_service", "health", (1560, -1720)),
    Actor("kiln-gate-clinic", "Kiln Gate Clinic", "public_service", "health", (-590, -1480)),
    Actor("skerry-hospital", "Skerry Hospital", "public_service", "health", (900, 1750)),
    Actor("north-health", "North Road Health Centre", "public_service", "health", (150, 1900)),
    Actor("westyard-health", "Westyard Health Centre", "public_service", "health",
          (-2050, 1900)),
    Actor("regional-work", "Regional Employment Service", "public_service", "employment",
          (800, -560)),
    Actor("police", "Harbour Police Station", "public_service", "police", (1080, 420)),
    Actor("residence-counter", "Residence Permit Counter", "public_service", "legal",
          (200, -180)),
    Actor("credentials-board", "Credentials Recognition Board", "public_service", "education",
          (560, -640)),
    Actor("skerry-university", "Skerry University", "university", "university", (600, 1480)),
    Actor("tidegate-college", "Tidegate College", "university", "university", (1850, 900)),
    Actor("lantern-legal", "Lantern Legal Aid", "ngo", "legal", (1480, -620)),
    Actor("open-door", "Open Door Marensund", "ngo", "civil_society", (-350, -300)),
    Actor("quiet-night", "Quiet Night Helpline", "ngo", "protection", None, (), True),
    Actor("halcyon", "Halcyon Refuge for Women", "ngo", "protection", None, (), True),
    Actor("tenants-harbour", "Tenants' Harbour", "ngo", "housing", (1150, 760)),
    Actor("threshold", "Threshold Housing Trust", "ngo", "housing", (-1500, 1900)),
    Actor("first-words", "First Words Language School", "ngo", "education", (-380, -690)),
    Actor("parlour", "Parlour Women's House", "ngo", "civil_society", (-250, -730), (), True),
    Actor("evening-lamp", "Evening Lamp Adult School", "ngo", "education", (-60, -715)),
    Actor("red-kite", "Red Kite Volunteers", "ngo", "civil_society", (1250, -1500)),
    Actor("mindwell", "Mindwell Counselling", "ngo", "health", (-420, 700)),
    Actor("plank", "Plank to Work", "ngo", "employment", (-1700, -500)),
    Actor("little-gulls", "Little Gulls Nurseries", "ngo", "childcare", (1300, 1350)),
    Actor("play-barn", "Play Barn Childcare", "ngo", "childcare", (100, -1750)),
    Actor("youth-yard", "Youth Yard", "ngo", "civil_society", (-1850, 1750)),
    Actor("brannoc-hall", "Brannoc Parish Hall", "faith", "civil_society", (-220, 980)),
    Actor("sahil-house", "Sahil Prayer House", "faith", "civil_society", (1720, -1500),
          ("so", "ar")),
    Actor("quiet-lake", "Temple of the Quiet Lake", "faith", "culture", (-560, -260), ("vi",)),
    Actor("harbour-mission", "Harbour Mission", "faith", "civil_society", (250, -1900)),
    Actor("gullwing", "Gullwing Laundry Cooperative", "business", "employment", (-2200, -350)),
    Actor("portside", "Portside Cleaning", "business", "employment", (2000, 480)),
    Actor("westblock", "Westblock Housing Company", "business", "housing", (-2300, 2150)),
    Actor("union-hall", "Harbour Workers' Union Hall", "other", "employment", (1500, 330)),
    Actor("sports-ring", "Marensund Sports Ring", "other", "culture", (-2300, 1400)),
)  # fmt: skip
MIGRANT_LED: Final = (
    Actor("hooyo-circle", "Hooyo Circle", "migrant_led", "migrants", (1750, -1850), ("so",), True),
    Actor("dhaqan-youth", "Dhaqan Youth", "migrant_led", "culture", (1400, -2100), ("so",), False),
    Actor("selam-mothers", "Selam Mothers", "informal_group", "migrants", (420, 1450), ("ti",),
          True),
    Actor("hidmo", "Hidmo Advice Room", "migrant_led", "legal", (300, 1290), ("ti",)),
    Actor("bayt-albahr", "Bayt al-Bahr", "migrant_led", "migrants", (-2100, 2100), ("ar",), False),
    Actor("yasmin-table", "Yasmin Women's Table", "migrant_led", "migrants", (1850, -700),
          ("ar", "ckb"), True),
    Actor("fathers-cafe", "Fathers' Café Westyard", "informal_group", "migrants", (-1900, 2300),
          ("ar",), False),
    Actor("latarnia", "Latarnia Club", "migrant_led", "culture", (1650, 1350), ("pl",)),
    Actor("mewa-parents", "Mewa Parents", "informal_group", "childcare", (1900, 1050), ("pl",),
          True),
    Actor("liman-evi", "Liman Kad\u0131nlar Evi", "migrant_led", "migrants", (-2100, -300), ("tr",),
          True),
    Actor("deniz-work", "Deniz Work Advice", "migrant_led", "employment", (-1900, -600), ("tr",),
          False),
    Actor("mavka-house", "Mavka House", "migrant_led", "migrants", (-2050, 1100), ("uk",), True),
    # the same as the one before, once more: somebody else wrote it down (see truths)
    Actor("varta", "Mawka House", "migrant_led", "civil_society", (-2050, 1100), ("uk",)),
    Actor("khana-mehr", "Khana-e Mehr", "migrant_led", "culture", (-50, -2100), ("prs",), False),
    Actor("saffron-sisters", "Saffron Sisters", "informal_group", "migrants", (300, -2300),
          ("prs",), True),
    Actor("casa-farului", "Casa Farului", "migrant_led", "migrants", (-1500, -1620), ("ro",)),
    Actor("vatra-families", "Vatra Families", "migrant_led", "childcare", (-1300, -1350), ("ro",),
          True),
    Actor("roshni", "Roshni Sewing Group", "informal_group", "migrants", (-1550, -2300), ("ur",),
          True),
    Actor("chiragh", "Chiragh Study Circle", "migrant_led", "education", (-1700, -2450), ("ur",)),
    Actor("newal-kitchen", "Newal Kitchen", "migrant_led", "culture", (-300, 2350), ("ckb",),
          True),
    Actor("hoa-sen", "Hoa Sen Kitchen", "migrant_led", "culture", (-420, -450), ("vi",)),
    Actor("womens-table", "Women's Round Table", "migrant_led", "migrants", (150, -500),
          ("ar", "so", "prs", "uk"), True),
    Actor("new-voices", "New Voices Radio", "migrant_led", "culture", None, ("ar", "en", "ti")),
    Actor("seafarers", "Seafarers' Families", "informal_group", "migrants", None, ("en", "vi"),
          True),
    Actor("kin-coop", "Kin Care Cooperative", "migrant_led", "childcare", (1200, -1800),
          ("so", "en"), True),
)  # fmt: skip
ACTORS: Final = (*CITY, *INSTITUTIONS, *MIGRANT_LED)
DECIDE: Final = frozenset(
    {"city-secretariat", "city-newcomers", "city-schools", "city-housing", "city-health",
     "regional-work"}
)  # fmt: skip


def actor_rows(*, seed: int) -> list[Row]:
    """Give the table organizations; locations are called ``at-`` and the actor's id."""
    rng = chance(seed, "actors")
    rows: list[Row] = []
    for number, one in enumerate(ACTORS):
        migrant_led = one in MIGRANT_LED
        luck = rng.random(4)
        women_led = one.women_led
        if women_led is None and not migrant_led and luck[0] < 0.5:
            women_led = bool(luck[0] < 0.2)
        host = one.id.replace("-", "")
        rows.append(
            {
                "id": one.id,
                "name": one.name,
                "kind": one.kind,
                "sector": one.sector,
                "migrant_led": migrant_led,
                "women_led": women_led,
                "internal": "internal" if one in CITY else "external",
                "decision_maker": True if one.id in DECIDE else (False if luck[1] < 0.7 else None),
                "communities": list(one.tongues) or None,
                "location_id": f"at-{one.id}" if one.spot else None,
                "url": f"https://{host}.example" if luck[2] < 0.55 else None,
                "public_contact": f"hello@{host}.example" if luck[2] < 0.8 else None,
                "private_contact": f"+00 000 01 {number:02d}" if luck[3] < 0.45 else None,
                "consent_shown": True if one.kind != "informal_group" or luck[3] < 0.5 else None,
                "description": "Invented for the sample city.",
            }
        )
    return rows
