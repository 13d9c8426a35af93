"""What the tags of OpenStreetMap mean here: pure functions of one object's tags.

Tags are free text that anybody may write. Only the values listed in ``osm_tags.json`` are taken;
whatever else a tag says is unknown, never guessed.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

Tags: TypeAlias = Mapping[str, str]
_APART = re.compile(r"[\s_\-:;=,./]+")
_QUOTE = re.compile("['`\u00b4\u2018\u2019]")
_UNDERGROUND = ("yes", "culvert")
_SIDEWALKS = ("both", "left", "right", "yes")
# the street that something stands in tells nothing of what it is
_NOT_ABOUT_IT = ("addr:", "source", "is_in")


@cache
def known() -> dict[str, Any]:
    """Read the table of tags."""
    text = (Path(__file__).parent / "osm_tags.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    found["words"] = tuple(plain(word) for word in found["protected_words"])
    found["street_of"] = {
        value: kind for kind, values in found["streets"].items() for value in values
    }
    rules = [rule["tags"] for name in ("ground", "places", "services") for rule in found[name]]
    rules += [*found["no_category"], *found["protected"]]
    found["keys"] = {key for rule in rules for key in rule} | {"area", "tunnel"}
    return found


def values(text: str | None) -> tuple[str, ...]:
    """Split a list of values; most tags hold one.

    Examples
    --------
    >>> values("library; community_centre"), values(None)
    (('library', 'community_centre'), ())
    """
    if not text:
        return ()
    return tuple(part.strip().lower() for part in text.split(";") if part.strip())


def plain(text: str) -> str:
    """Bring a text into one form to look for words in it.

    Examples
    --------
    >>> plain("Women's_Refuge"), plain("Frauenhäuser"), plain("ŞİDDET")
    ('womens refuge', 'frauenhauser', 'siddet')
    """
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return _APART.sub(" ", _QUOTE.sub("", bare)).strip()


def is_protected(tags: Tags) -> bool:
    """Tell whether an object may be a refuge: then nothing of it is taken, not even that it is.

    Examples
    --------
    >>> is_protected({"amenity": "social_facility", "social_facility": "shelter"})
    True
    >>> is_protected({"office": "ngo", "name": "Stop domestic_violence"})
    True
    >>> is_protected({"amenity": "shelter", "shelter_type": "public_transport"})
    False
    """
    if any(_matches(tags, rule) for rule in known()["protected"]):
        return True
    text = plain(
        " ".join(
            f"{key} {value}" for key, value in tags.items() if not key.startswith(_NOT_ABOUT_IT)
        )
    )
    return any(word in text for word in known()["words"])


def street_kind(tags: Tags) -> str | None:
    """Tell what a way is to somebody on foot; ``None`` where nobody may or can walk.

    A cycleway is walked unless it says otherwise; a trunk road only where it says so.

    Examples
    --------
    >>> street_kind({"highway": "residential"}), street_kind({"highway": "motorway"})
    ('street', None)
    >>> street_kind({"highway": "footway", "tunnel": "yes"})
    'underpass'
    >>> street_kind({"highway": "service", "access": "private"})
    >>> street_kind({"highway": "service", "access": "private", "foot": "yes"})
    'street'
    """
    table = known()
    highway = tags.get("highway", "").strip().lower()
    kind = table["street_of"].get(highway) or (
        "footway" if highway in table["only_with_foot"] else None
    )
    if kind is None or not _may_walk(tags, highway):
        return None
    if highway == "steps":
        kind = "steps"
    elif tags.get("bridge", "no") not in ("no", "abandoned"):
        kind = "bridge"
    # of stairs in a tunnel the tunnel is what people avoid; that they are stairs is in step_free
    return "underpass" if tags.get("tunnel") in ("yes", "passage") else str(kind)


def _may_walk(tags: Tags, highway: str) -> bool:
    table = known()
    foot = tags.get("foot", "").strip().lower()
    if foot in table["open"]:
        return True
    if foot in table["closed"] or foot == "use_sidepath":
        return False
    if tags.get("access", "").strip().lower() in table["closed"]:
        return False
    if tags.get("motorroad") == "yes":
        return False
    if highway in table["only_with_foot"]:
        return any(tags.get(key) in _SIDEWALKS for key in ("sidewalk", "sidewalk:both"))
    return True


def lit(tags: Tags) -> bool | None:
    """Tell whether there is light at night; ``limited``, hours and whatever else: unknown.

    Examples
    --------
    >>> lit({"lit": "yes"}), lit({"lit": "no"}), lit({"lit": "limited"}), lit({})
    (True, False, None, None)
    """
    said = tags.get("lit", "").strip().lower()
    if said in known()["lit_yes"]:
        return True
    return False if said in known()["lit_no"] else None


def step_free(tags: Tags) -> bool | None:
    """Tell whether a pram or a wheelchair gets through; of the surface alone nothing follows.

    Examples
    --------
    >>> step_free({"highway": "steps"}), step_free({"highway": "steps", "ramp:wheelchair": "yes"})
    (False, True)
    >>> step_free({"wheelchair": "yes"}), step_free({"wheelchair": "limited"}), step_free({})
    (True, None, None)
    """
    said = tags.get("wheelchair", "").strip().lower()
    if said in ("yes", "designated"):
        return True
    if said == "no":
        return False
    if tags.get("highway") == "steps":
        return any(tags.get(f"ramp:{who}") == "yes" for who in ("wheelchair", "stroller"))
    return None


def ground_kind(tags: Tags, *, area: bool) -> str | None:
    """Tell what an area or a line is on the base map; ``None`` where it is not drawn.

    Examples
    --------
    >>> ground_kind({"leisure": "park"}, area=True), ground_kind({"waterway": "river"}, area=False)
    ('green', 'water')
    >>> ground_kind({"railway": "subway", "tunnel": "yes"}, area=False)
    """
    for rule in known()["ground"]:
        if rule["area"] is area and _any(tags, rule["tags"]):
            if not area and (
                tags.get("tunnel") in _UNDERGROUND
                or tags.get("service") in ("yard", "siding", "spur")
            ):
                return None
            return str(rule["kind"])
    return None


def place_kind(tags: Tags) -> str | None:
    """Tell what a place with a name is to people; ``None`` for what is no place of ours.

    Examples
    --------
    >>> place_kind({"name": "Central", "railway": "station"}), place_kind({"amenity": "school"})
    ('station', None)
    >>> place_kind({"name": "Police", "amenity": "police"})
    'other'
    """
    if not tags.get("name", "").strip():
        return None
    for rule in known()["places"]:
        if _any(tags, rule["tags"]):
            return str(rule["kind"])
    if tags.get("highway") == "pedestrian" and tags.get("area") == "yes":
        return "square"
    if tags.get("tunnel") == "yes" and tags.get("highway") in ("footway", "path", "steps"):
        return "underpass"
    return None


def service_category(tags: Tags) -> str | None:
    """Tell which category a service may have; ``None`` for none of ours.

    Examples
    --------
    >>> service_category({"amenity": "kindergarten"}), service_category({"amenity": "shelter"})
    ('childcare', None)
    >>> service_category({"amenity": "bar;library"}), service_category({"amenity": "police"})
    ('education', None)
    """
    for rule in known()["services"]:
        if _matches(tags, rule["tags"]):
            return str(rule["category"])
    return None


def lacks_category(tags: Tags) -> bool:
    """Tell whether an object is social, but of a sort for which there is no category here.

    Examples
    --------
    >>> lacks_category({"amenity": "social_facility", "social_facility": "food_bank"})
    True
    """
    return any(_matches(tags, rule) for rule in known()["no_category"])


def is_plain(tags: Tags) -> bool:
    """Tell whether an object is nothing but a street, a quick look that spares the longer ones.

    Examples
    --------
    >>> is_plain({"highway": "residential", "name": "Rue", "lit": "yes"})
    True
    >>> is_plain({"highway": "pedestrian", "area": "yes"}), is_plain({"amenity": "bench"})
    (False, False)
    """
    return tags.keys().isdisjoint(known()["keys"])


def _any(tags: Tags, wanted: Mapping[str, Iterable[str]]) -> bool:
    return any(_has(tags, key, some) for key, some in wanted.items() if key in tags)


def _matches(tags: Tags, wanted: Mapping[str, Iterable[str]]) -> bool:
    return all(key in tags and _has(tags, key, some) for key, some in wanted.items())


def _has(tags: Tags, key: str, some: Iterable[str]) -> bool:
    allowed = tuple(some)
    return not allowed or any(value in allowed for value in values(tags[key]))
