"""Places of services and actors: how exact they are, and which must never be known here."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.importing import cells
from layers.importing.columns import Columns
from layers.importing.coordinates import Places
from layers.importing.draft import Draft, Record, Source, safe_id, some_rows, yes_no
from layers.importing.tables import Note

NEAR_DEG = 0.00005  # some 5 m: a geocoder's fallback stands on the centre, not beside it
_ZERO = re.compile(r"^0+$")


@dataclass(slots=True)
class Finder:
    """Makes one row of ``locations`` a time, and remembers what to say about all of them."""

    source: Source
    columns: Columns
    places: Places
    fallbacks: dict[int, str] = field(default_factory=dict)
    areas: dict[str, str] = field(default_factory=dict)  # by identifier and by name
    hidden: list[int] = field(default_factory=list)
    guessed_hidden: list[int] = field(default_factory=list)
    strange_areas: list[int] = field(default_factory=list)
    no_area: list[int] = field(default_factory=list)
    without: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.fallbacks = _fallbacks(self.source, self.columns, self.places)
        held = self.source.held("areas")
        rows = list(zip(held["name"], held["id"], strict=True))
        self.areas = {cells.plain(str(name)): str(one) for name, one in rows}
        self.areas |= {str(one): str(one) for _, one in rows}

    def hides(self, row: list[str | None], name: str | None) -> str:
        """Tell whether a row must have no place: ``said`` so, ``guessed`` by its name, or not."""
        try:
            said = cells.yes_no(self.columns.get(row, "hidden"))
        except ValueError:
            said = True  # a remark in a column called "confidential" is a reason to hide
        if said is not None:
            return "said" if said else ""
        words = cells.known()
        street = (self.columns.get(row, "street") or "").lower()
        in_address = any(word in street for word in words["hidden_words"])
        if in_address or self._precision(row) == "hidden":
            return "said"
        shelter = any(word in (name or "").lower() for word in words["shelter_words"])
        return "guessed" if shelter else ""

    def location(self, place: int, name: str | None, extra: dict[str, str]) -> Record:
        """Make the row of a place, without its identifier."""
        row = self.source.table.rows[place]
        number = self.source.table.numbers[place]
        area = self._area(row, number, extra)
        found = {
            "area_id": area,
            "public_contact": self.columns.get(row, "public_contact"),
            "step_free": yes_no(self.columns, row, "step_free", extra),
        }
        if hidden := self.hides(row, name):
            (self.hidden if hidden == "said" else self.guessed_hidden).append(number)
            # whatever else the row holds may say where it is: an entrance, a parcel, a bus stop
            extra.clear()
            return {**found, "precision": "hidden"}
        shape = self.places.shapes[place]
        if shape is None:
            self.without.append(number)
        else:
            shape = shapely.point_on_surface(shape) if shape.geom_type != "Point" else shape
        return {
            **found,
            "address": self.address(row),
            "precision": self._exactness(place, row, shape),
            "geometry": shape,
        }

    def address(self, row: list[str | None]) -> str | None:
        """Write street, number, post code and town in one line."""
        street = " ".join(filter(None, (self._of(row, "street"), self._of(row, "house_number"))))
        town = " ".join(filter(None, (self._of(row, "zip"), self._of(row, "town"))))
        return ", ".join(filter(None, (street, town))) or None

    def say(self, draft: Draft) -> None:
        """Tell what happened to all places of the file."""
        for code, rows in (
            ("hidden_discarded", self.hidden),
            ("hidden_guessed", self.guessed_hidden),
            ("areas_unmatched", self.strange_areas),
            ("areas_none", self.no_area),
            ("without_point", self.without),
        ):
            if rows:
                draft.notes.append(Note(code, {"count": len(rows), "rows": some_rows(rows)}))
        if self.fallbacks:
            rows = sorted(self.source.table.numbers[place] for place in self.fallbacks)
            draft.notes.append(
                Note("fallback_points", {"count": len(rows), "rows": some_rows(rows)})
            )

    def _of(self, row: list[str | None], name: str) -> str | None:
        return self.columns.get(row, name)

    def _precision(self, row: list[str | None]) -> str | None:
        try:
            return cells.code(self.columns.get(row, "precision"), "precision")
        except ValueError:
            return None

    def _area(self, row: list[str | None], number: int, extra: dict[str, str]) -> str | None:
        text = self._of(row, "area")
        if text is None:
            return None
        if _ZERO.match(text):
            self.no_area.append(number)
            return None
        found = self.areas.get(safe_id(text)) or self.areas.get(cells.plain(text))
        if found is None:
            self.strange_areas.append(number)
            extra[self.columns.names[self.columns.place["area"]]] = text
        return found

    def _exactness(self, place: int, row: list[str | None], shape: BaseGeometry | None) -> str:
        said = self._precision(row)
        if shape is None:
            return "city"
        if place in self.fallbacks:
            return self.fallbacks[place]
        if said is not None:
            return said
        decimals = self.places.decimals[place] if self.places.decimals else 9
        # two decimals of a degree are a kilometre, three are a hundred metres
        return "area" if decimals <= 2 else "street" if decimals == 3 else "exact"


def _fallbacks(source: Source, columns: Columns, places: Places) -> dict[int, str]:
    """Find points that a geocoder gave up on: centres of countries and areas, shared points."""
    xy = [
        None if shape is None else np.array(shapely.get_coordinates(shape)[0])
        for shape in places.shapes
    ]
    centres = [(np.array(one), "city") for one in cells.known()["centres_of_countries"]]
    areas = source.held("areas")
    for shape, level in zip(areas["geometry"], areas["level"], strict=True):
        if shape is not None:
            middle = np.array(shapely.get_coordinates(shapely.centroid(shape))[0])
            centres.append((middle, "city" if level == "city" else "area"))
    found: dict[int, str] = {}
    if centres:
        middles = np.array([middle for middle, _ in centres])
        for place, one in enumerate(xy):
            shape = places.shapes[place]
            if one is None or shape is None or shape.geom_type != "Point":
                continue
            near = np.flatnonzero(np.abs(middles - one).max(axis=1) < NEAR_DEG)
            if len(near):
                found[place] = centres[int(near[0])][1]
    found |= _shared(source, columns, xy, found)
    return found


def _shared(
    source: Source,
    columns: Columns,
    xy: list[np.ndarray | None],
    known: dict[int, str],
) -> dict[int, str]:
    """Find points that rows of different addresses share, one of which names no house."""
    at: defaultdict[tuple[float, float], list[int]] = defaultdict(list)
    for place, one in enumerate(xy):
        if one is not None and place not in known:
            at[float(one[0]), float(one[1])].append(place)
    found: dict[int, str] = {}
    for together in at.values():
        streets = {
            place: columns.get(source.table.rows[place], "street")
            for place in together
            if columns.get(source.table.rows[place], "street")
        }
        different = {cells.plain(str(text)) for text in streets.values()}
        vague = [p for p, text in streets.items() if not any(sign.isdigit() for sign in str(text))]
        no_number = "house_number" not in columns.place
        if len(different) > 1 and vague and no_number:
            found |= dict.fromkeys(vague, "area")
    return found
