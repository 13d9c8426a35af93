"""The plan of the invented city: what a hand would draw first, in metres from its middle.

x grows to the east, y to the north. The origin lies in the open sea, so that no real place can
be meant: the land, the river and every street are made up.
"""

from __future__ import annotations

from typing import Final, NamedTuple, TypeAlias

Point: TypeAlias = tuple[float, float]
Line: TypeAlias = tuple[Point, ...]

NAME: Final = "Marensund (invented city)"
METRES_CRS: Final = "EPSG:32632"
MIDDLE_DEGREES: Final = (11.50, 56.40)  # longitude, latitude: open water of the Kattegat
PEOPLE: Final = 250_000
CELLS: Final = 400

OUTLINE: Final[Line] = (
    (-3080, -420), (-3150, 150), (-3420, 520), (-3250, 1050), (-3330, 1480), (-2800, 1900),
    (-2850, 2350), (-2200, 2950), (-1500, 2780), (-1000, 3180), (-250, 3000), (350, 3220),
    (900, 2900), (1500, 3000), (1950, 2600), (3300, 2150), (3500, 600), (3500, -1200),
    (3000, -2250), (2150, -2500), (1800, -3050), (1050, -2950), (450, -3250), (-350, -3050),
    (-900, -3270), (-1500, -2950), (-2150, -3050), (-2300, -2450), (-2950, -2200),
    (-2680, -1650), (-3150, -1250), (-2950, -850), (-3080, -420),
)  # fmt: skip
COAST: Final[Line] = (
    (2100, 9000), (2350, 4300), (2330, 3000), (2560, 2200), (2900, 1500), (2960, 900), (2920, 470),
    (2250, 400), (2190, 60), (2450, -40), (2940, -120), (3030, -800), (2780, -1700), (2420, -2400),
    (2250, -3100), (2300, -4300), (2000, -9000),
)  # fmt: skip
RIVER: Final[Line] = (
    (-9500, 1150), (-4700, 760), (-3000, 560), (-2000, 390), (-1030, 270), (0, 90), (900, -20),
    (1700, 120), (2350, 230),
)  # fmt: skip
RIVER_HALF_M: Final = 42
RAIL: Final[Line] = (
    (-150, 9000), (-520, 4300), (-720, 3000), (-950, 1900), (-1050, 800), (-1000, -450),
    (-850, -1500), (-620, -2600), (-420, -4300), (-150, -9000),
)  # fmt: skip


class Road(NamedTuple):
    """A road with a name; ``kind`` as in the atlas."""

    name: str
    kind: str
    line: Line


ROADS: Final = (
    Road("Long Street", "main", (
        (-3150, -560), (-2000, -480), (-1000, -450), (0, -420), (1200, -520), (2950, -560))),
    Road("North Road", "main", (
        (250, 2900), (210, 1500), (160, 450), (140, -170), (100, -1500), (50, -3000))),
    Road("Larkmoor Road", "main", (
        (-3050, 1330), (-2000, 1290), (-1015, 1250), (200, 1210), (1500, 1150), (2850, 1210))),
    Road("Mill Road", "main", (
        (-2000, 2650), (-1960, 1280), (-1900, 420), (-1850, -500), (-1700, -1500),
        (-1500, -2850))),
    Road("Kiln Street", "main", (
        (-2650, -1480), (-1700, -1500), (-850, -1500), (80, -1490), (1450, -1550),
        (2600, -1620))),
    Road("East Avenue", "main", (
        (1350, 2600), (1400, 1150), (1310, 200), (1290, -60), (1250, -520), (1450, -1550),
        (1500, -2700))),
    Road("Heath Lane", "main", (
        (-1520, -2620), (-620, -2600), (60, -2540), (1490, -2300), (2200, -2320))),
    Road("Upper Lane", "main", (
        (-2450, 2180), (-890, 2190), (220, 2160), (1370, 2190), (2350, 2200))),
    Road("Harbour Way", "main", ((160, 520), (900, 480), (1330, 560), (2150, 700), (2700, 1230))),
    Road("North Quay", "street", (
        (-2900, 640), (-2000, 475), (-1030, 355), (0, 175), (900, 65), (1700, 205), (2150, 470))),
    Road("South Quay", "street", (
        (-2900, 460), (-2000, 305), (-1030, 185), (0, 5), (900, -105), (1700, 35), (2150, 40))),
    Road("Tanner Row", "street", ((-420, -700), (-160, -720), (110, -750))),
    Road("Sailcloth Street", "street", ((160, 850), (700, 880), (1340, 900))),
    Road("Lantern Steps Road", "street", ((1260, -900), (1800, -950), (2500, -1000))),
    Road("Orchard Ring", "street", (
        (-2950, 900), (-2500, 950), (-1930, 900), (-1500, 880), (-1160, 860))),
    Road("Saltmere Walk", "street", ((1440, -2000), (1800, -1980), (2350, -1950))),
)  # fmt: skip

# Where streets pass under the railway and over the river; nowhere else can one cross.
UNDERPASSES: Final = (
    ("Upper Lane underpass", (-890, 2190)),
    ("Larkmoor Road underpass", (-1012, 1250)),
    ("South Quay underpass", (-1028, 185)),
    ("Station underpass", (-1002, -450)),
    ("Kiln Street underpass", (-850, -1500)),
    ("Heath Lane underpass", (-620, -2600)),
)
BRIDGES: Final = (
    ("Mill Bridge", (-1897, 376)),
    ("Rope Footbridge", (-480, 174)),
    ("North Bridge", (147, 72)),
    ("Market Footbridge", (720, 2)),
    ("East Bridge", (1300, 50)),
)


class Park(NamedTuple):
    """Green with a name: middle, half width, half height, metres."""

    name: str
    x: float
    y: float
    wide: float
    high: float


PARKS: Final = (
    Park("Linden Park", 620, -1060, 300, 190), Park("Northwood", 850, 2560, 470, 300),
    Park("West Meadow", -2750, 60, 330, 250), Park("Harbour Common", 2480, -330, 260, 160),
    Park("South Heath", 800, -2780, 420, 220), Park("Old Cemetery", -350, 1620, 210, 150),
    Park("Kiln Green", -2350, -1950, 260, 200), Park("Orchard Field", -2500, 1560, 220, 150),
    Park("Gull Point", 2620, 1800, 160, 200), Park("Ropewalk Garden", 620, 1010, 90, 70),
    Park("Station Green", -760, -640, 90, 80), Park("Fern Garden", -1180, -2330, 110, 80),
    Park("Larch Square", -1450, 1560, 80, 70), Park("Almond Court", 1750, -1330, 100, 70),
    Park("Tide Garden", 1900, 1500, 110, 90), Park("Mirror Pond Green", 150, -1980, 120, 90),
)  # fmt: skip


class District(NamedTuple):
    """A district: a point inside it, and how its blocks lie."""

    id: str
    name: str
    x: float
    y: float
    turn_deg: float
    grid: bool  # straight rows, or grown by chance
    block_m: tuple[float, float]
    jitter: float
    people: float  # relative density


DISTRICTS: Final = (
    District("d01", "Westyard", -1900, 2000, 12, True, (110, 88), 0.05, 1.25),
    District("d02", "Larkmoor", -2000, 950, -8, False, (80, 118), 0.16, 0.70),
    District("d03", "Millrace", -2000, -250, 4, True, (80, 76), 0.07, 1.05),
    District("d04", "Kilnside", -1900, -1400, 9, True, (84, 78), 0.09, 1.05),
    District("d05", "Fernholt", -1600, -2350, -14, False, (84, 118), 0.18, 0.65),
    District("d06", "Brinholm", 0, 2250, 18, False, (88, 126), 0.18, 0.60),
    District("d07", "Ropewalk", -200, 850, -6, True, (76, 78), 0.10, 1.35),
    District("d08", "Tidegate", 1700, 1150, 10, True, (82, 84), 0.07, 1.0),
    District("d09", "Oldwharf", -200, -500, 3, False, (68, 72), 0.26, 1.75),
    District("d10", "Lanternhill", 1700, -600, -12, True, (80, 76), 0.09, 1.25),
    District("d11", "Saltmere", 1600, -1900, 6, True, (106, 84), 0.05, 1.2),
    District("d12", "Greywater", -150, -2000, -5, True, (82, 90), 0.11, 0.9),
)
# Borders between districts besides river and railway; they follow roads where they can.
BORDERS: Final[tuple[Line, ...]] = (
    ((-4200, 1640), (-2600, 1620), (-1600, 1500), (-900, 1540)),
    ((-4200, -900), (-2600, -830), (-1700, -800), (-850, -760)),
    ((-4200, -2150), (-2400, -2000), (-1500, -1960), (-640, -1985)),
    ((-1080, 1690), (-200, 1700), (700, 1640), (1300, 1700), (2900, 1780), (4200, 1900)),
    ((780, 1750), (800, 900), (760, -160)),
    ((-1060, -1015), (0, -960), (820, -890), (1000, -1180), (2000, -1170), (4200, -1250)),
    ((620, 160), (700, -500), (850, -980)),
    ((860, -900), (880, -1040), (850, -1900), (900, -4200)),
)


class Community(NamedTuple):
    """People born in one country, by the place where many of them live."""

    group: str
    country: str
    language: str  # BCP 47
    language_name: str
    people: int
    homes: tuple[Point, ...]


COMMUNITIES: Final = (
    Community("born_sy", "Syria", "ar", "Arabic", 5600, ((-2000, 2020), (1800, -650))),
    Community("born_pl", "Poland", "pl", "Polish", 5200, ((1750, 1220),)),
    Community("born_tr", "Turkey", "tr", "Turkish", 4900, ((-2050, -420),)),
    Community("born_so", "Somalia", "so", "Somali", 4400, ((1650, -1800),)),
    Community("born_ua", "Ukraine", "uk", "Ukrainian", 3900, ((-2100, 1030),)),
    Community("born_er", "Eritrea", "ti", "Tigrinya", 3300, ((330, 1330),)),
    Community("born_af", "Afghanistan", "prs", "Dari", 3000, ((150, -2180),)),
    Community("born_ro", "Romania", "ro", "Romanian", 2700, ((-1420, -1500),)),
    Community("born_pk", "Pakistan", "ur", "Urdu", 2500, ((-1560, -2380),)),
    Community("born_iq", "Iraq", "ckb", "Sorani Kurdish", 2300, ((-260, 2260),)),
    Community("born_vn", "Viet Nam", "vi", "Vietnamese", 1900, ((-330, -420),)),
)
