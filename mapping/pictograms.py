"""One family of pictograms for every surface, read from the Font Awesome package as SVG paths.

Pictures by Font Awesome Free 6 (CC BY 4.0). Only the ones we use are read, from the package that
pip installed; none is copied into the repository.
"""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType

from mapping import assets

# code of a closed list -> name of the picture; every code of these lists has one
PICTURES = MappingProxyType(
    {
        "category.housing": "house",
        "category.health": "stethoscope",
        "category.mental_health": "brain",
        "category.employment": "briefcase",
        "category.recognition": "award",
        "category.language_course": "comments",
        "category.education": "graduation-cap",
        "category.childcare": "child-reaching",
        "category.legal": "scale-balanced",
        "category.violence_support": "shield-heart",
        "category.participation": "check-to-slot",
        "category.meeting_place": "mug-saucer",
        "actor_kind.municipality": "landmark",
        "actor_kind.public_service": "building-columns",
        "actor_kind.ngo": "hands-holding-circle",
        "actor_kind.migrant_led": "people-group",
        "actor_kind.faith": "place-of-worship",
        "actor_kind.university": "school",
        "actor_kind.business": "store",
        "actor_kind.informal_group": "user-group",
        "actor_kind.other": "building",
        "asset_kind.skill": "hammer",
        "asset_kind.group": "people-roof",
        "asset_kind.place": "door-open",
        "asset_kind.network": "circle-nodes",
        "asset_kind.channel": "bullhorn",
        "place_kind.station": "train",
        "place_kind.park": "tree",
        "place_kind.square": "archway",
        "place_kind.underpass": "dungeon",
        "place_kind.bridge": "bridge",
        "place_kind.school": "school-flag",
        "place_kind.market": "basket-shopping",
        "place_kind.other": "location-dot",
        "time_of_day.day": "sun",
        "time_of_day.evening": "cloud-moon",
        "time_of_day.night": "moon",
    }
)
_SVG = re.compile(r'viewBox="0 0 (\d+) (\d+)".*?<path d="([^"]+)"', re.DOTALL)


@cache
def picture(code: str) -> tuple[int, int, str]:
    """Give the picture of a code: width, height and the ``d`` of its one SVG path.

    Parameters
    ----------
    code
        List and code, such as ``"category.health"``.

    Raises
    ------
    KeyError
        If the code has no picture.
    """
    svg = assets.file("fontawesome", f"svgs/solid/{PICTURES[code]}.svg").read_text("utf-8")
    found = _SVG.search(svg)
    if found is None:
        raise KeyError(f"the picture {PICTURES[code]} is not one path in a view box")
    width, height, path = found.groups()
    return int(width), int(height), path


@cache
def all_pictures() -> dict[str, tuple[int, int, str]]:
    """Give every picture by its code, for a browser to draw."""
    return {code: picture(code) for code in PICTURES}
