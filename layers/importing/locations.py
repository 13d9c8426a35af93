"""Places of services and actors: how exact they are, and which must never be known here."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from layers import vocab
from layers.addresses import ROUND_DEG
from layers.importing import cells, hiding
from layers.importing.columns import Columns
from layers.importing.coordinates import Places
from layers.importing.draft import (
    Draft,
    Record,
    RowRefused,
    Source,
    by_name,
    safe_id,
    some_rows,
    yes_no,
)
from layers.importing.identity import Identities, address
from layers.importing.tables import Note
from layers.matching import other_house

NEAR_DEG = 0.00005  # some 5 m: a geocoder's fallback stands on the centre, not beside it
_ZERO = re.compile(r"^0+$")
# what goes from a row that becomes protected, even where the file is silent
_GONE = {
    "locations": {"geometry", "address", "name", "extra", "public_contact"},
    "services": {"extra", "description"},
    "organizations": {"extra", "description"},
}
_HOURS = ("opening_hours", "source_text")
_TEXTS = {"services": ("cost",), "organizations": ("alternate_name", "url")}

_NOTES = {
    "said": "hidden_discarded",
    "unread": "hidden_unread",
    "guessed": "hidden_guessed",
    "kept": "hidden_kept",
    **dict.fromkeys(hiding.ROUGH, "places_rough"),
}


@dataclass(frozen=True, slots=True)
class Spot:
    """Who a row is, where it is, and why its place is protected (empty: it is not)."""

    id: str
    location_id: str
    link_id: str
    guard: str  # said, unread, guessed, kept; street, area, city; or empty

    @property
    def hidden(self) -> bool:
        """Whether nothing of the place may be known here."""
        return bool(self.guard) and self.guard not in hiding.ROUGH


@dataclass(frozen=True, slots=True)
class _Held:
    """What is known of places and texts of rows that are here, after so many new identifiers."""

    renamed: int
    addresses: dict[str, Any]
    points: dict[str, tuple[str, bool]]  # how exact a place is, and whether it has a point
    texts: dict[str, dict[str, Any]]
    hours: dict[str, list[dict[str, Any]]]  # of what is offered at a place


@dataclass(slots=True)
class Finder:
    """Makes one row of ``locations`` a time, and remembers what to say about all of them."""

    source: Source
    columns: Columns
    places: Places
    table: str  # services or organizations
    fallbacks: dict[int, str] = field(default_factory=dict)
    areas: dict[str, str] = field(default_factory=dict)  # by identifier and by name
    said: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))  # by note
    _guards: dict[int, str] = field(init=False)
    _who: Identities = field(init=False)
    _hidden: set[str] = field(init=False)  # places that are hidden here already
    _shapes: dict[str, BaseGeometry | None] = field(init=False)  # of areas
    _cells: set[str] = field(init=False)  # areas too small to name for a hidden place
    _held: _Held | None = None

    def __post_init__(self) -> None:
        held = self.source.held("areas")
        self.fallbacks = _fallbacks(self.source, self.columns, self.places)
        self.areas = by_name(held) | {str(one): str(one) for one in held["id"]}
        places = self.source.held("locations")
        self._hidden = {*places.loc[places["precision"] == "hidden", "id"]}
        self._shapes = dict(zip(held["id"], held["geometry"], strict=True))
        self._cells = {*held.loc[held["level"] == "cell", "id"]}
        self._guards = {
            place: why
            for place, row in enumerate(self.source.table.rows)
            if (why := self._guard(row))
        }
        self._who = Identities(self.source, self.columns, self.table, self._guards)

    def settle(self, place: int, done: Draft) -> Spot:
        """Find out who a row is and how far its place may be known, and say so.

        Raises
        ------
        RowRefused
            ``id_twice``, ``protected_unclear``, or ``name_tells_place`` where the place of a hidden
            row could be read from its name or identifier; and what ``source.refused`` holds.
        """
        row, number = self.source.table.rows[place], self.source.table.numbers[place]
        if number in self.source.refused:
            raise self.source.refused[number]
        guard = self._guards.get(place, "")
        if guard and guard not in hiding.ROUGH:
            for name in ("name", "id", "organization"):
                if hiding.tells(self._of(row, name), self._of(row, "street")):
                    raise RowRefused("name_tells_place", column=name)
        row_id = self._who.row(place)
        # also where others share it: a place of its own would show where the shared one is
        hidden = [one for one in self._who.spots(row_id) if one in self._hidden]
        shared = None if guard else self._shared(place, row_id)
        location_id = hidden[0] if hidden else shared or self._who.spot(row_id)
        if hidden and (not guard or guard in hiding.ROUGH):
            guard = "kept"  # what is hidden here stays hidden, whatever a file says
            if hiding.tells(self._of(row, "name"), self._of(row, "street")):
                raise RowRefused("name_tells_place", column="name")
        if guard:
            self.said[_NOTES[guard]].append(number)
            self._empty(done, row_id, location_id, guard)
        spot = Spot(row_id, location_id, self._who.link(row_id), guard)
        if guard:
            self._empty_hours(done, place, spot)
        if spot.hidden:
            done.secret[number] = self._secret(place, row)
        return spot

    def _shared(self, place: int, row_id: str) -> str | None:
        """Give the place a row shares with others, where it tells no point and no other house.

        A place of its own would have no point, and what is known of the shared one were lost.
        """
        spots = self._who.spots(row_id)
        if len(spots) != 1 or self.places.shapes[place] is not None:
            return None
        there = self._look_up().addresses.get(spots[0])
        mine = self.address(self.source.table.rows[place]) or ""
        apart = isinstance(there, str) and other_house(mine, there)
        return None if apart else spots[0]

    def _secret(self, place: int, row: list[str | None]) -> Record:
        """Read where a protected row is, to find the row here that it is."""
        shape = self.places.shapes[place]
        if shape is not None and shape.geom_type != "Point":
            shape = shapely.point_on_surface(shape)
        exact = self.fallbacks.get(place, "exact")
        return {"address": self.address(row), "precision": exact, "geometry": shape}

    def location(self, place: int, spot: Spot, extra: dict[str, str]) -> Record:
        """Make the row of a place."""
        row = self.source.table.rows[place]
        number = self.source.table.numbers[place]
        area = self._area(row, number, extra)
        found: Record = {
            "id": spot.location_id,
            "area_id": area,
            "public_contact": self._of(row, "public_contact"),
            "step_free": yes_no(self.columns, row, "step_free", extra),
        }
        if spot.hidden:
            # whatever else the row holds may say where it is: an entrance, a parcel, a bus stop
            extra.clear()
            return {
                **found,
                "public_contact": self.told(spot, row, "public_contact"),
                "area_id": None if area in self._cells else area,
                "precision": "hidden",
            }
        shape = self.places.shapes[place]
        if shape is None:
            self.said["without_point"].append(number)
        else:
            shape = shapely.point_on_surface(shape) if shape.geom_type != "Point" else shape
        if spot.guard:
            return found | self._rough(row, spot, shape, area, extra)
        found["address"] = self.address(row)
        exact = self._exactness(place, row, shape)
        if self._is_better_known(spot, exact, shape):
            return found
        return {**found, "precision": exact, "geometry": shape}

    def _is_better_known(self, spot: Spot, exact: str, shape: BaseGeometry | None) -> bool:
        """Tell whether a place is here more exactly than a row tells that asks for nothing.

        A list of addresses, or a geocoder that gave up, is no wish to know less of a place.
        """
        here, pointed = self._look_up().points.get(spot.location_id, (None, False))
        if here is None:
            return False
        finer = vocab.PRECISION.index(here) < vocab.PRECISION.index(exact)
        return shape is None or (pointed and finer)

    def told(self, spot: Spot, row: list[str | None], name: str) -> str | None:
        """Read a text; of a protected row only where it does not tell the street."""
        text = self._of(row, name)
        streets = (
            (self._of(row, "street"), self._street_here(spot.location_id)) if spot.guard else ()
        )
        return None if any(hiding.tells(text, street) for street in streets) else text

    def described(self, spot: Spot, row: list[str | None]) -> str | None:
        """Read the description; a hidden row has none, for it may tell the way."""
        return None if spot.hidden else self.told(spot, row, "description")

    def street(self, spot: Spot, row: list[str | None]) -> str | None:
        """Give what a row without a name is called by, as far as it may be known."""
        if not spot.guard:
            return self._of(row, "street")
        return hiding.without_number(self._of(row, "street")) if spot.guard == "street" else None

    def _guard(self, row: list[str | None]) -> str:
        if hidden := hiding.why_hidden(self.columns, row, self._of(row, "name")):
            return hidden
        said, _ = hiding.said_precision(self.columns, row)
        return said if said in hiding.ROUGH else ""

    def _empty(self, done: Draft, row_id: str, location_id: str, guard: str) -> None:
        """Say which columns are emptied although the file is silent about them."""
        street = self._street_here(location_id)
        done.emptied["locations", location_id] = set(_GONE["locations"])
        gone = {"extra"} if guard in hiding.ROUGH else set(_GONE[self.table])
        for name, text in self._look_up().texts.get(row_id, {}).items():
            if not pd.isna(text) and hiding.tells(str(text), street):
                gone.add(name)
        done.emptied[self.table, row_id] = gone

    def _empty_hours(self, done: Draft, place: int, spot: Spot) -> None:
        """Empty the hours that tell the address, also where the file is silent about them."""
        held = self._look_up().hours.get(spot.location_id, [])
        row, number = self.source.table.rows[place], self.source.table.numbers[place]
        silent = self.told(spot, row, "opening_hours") is None
        for one in held:
            street = self._street_here(spot.location_id)
            gone = {name for name in _HOURS if hiding.tells(one[name], street)}
            if not gone:
                continue
            done.emptied["schedules", one["id"]] = gone
            # hours of the file take the place of the only ones here
            if silent or (len(held) > 1 and one["id"] != spot.id):
                known = {name: one[name] for name in ("id", "service_at_location_id")}
                done.add("schedules", {**known, **self.source.provenance(number)})

    def _street_here(self, location_id: str) -> str | None:
        """Give the address that a place has here."""
        address = self._look_up().addresses.get(location_id)
        return None if address is None or pd.isna(address) else str(address)

    def _look_up(self) -> _Held:
        """Index what is here once, and again after a row was given another identifier."""
        renamed = len(self.source.renamed)
        if self._held is None or self._held.renamed != renamed:
            places, rows = self.source.held("locations"), self.source.held(self.table)
            names = [*_TEXTS[self.table], "description"]
            texts = zip(*(rows[name] for name in names), strict=True)
            self._held = _Held(
                renamed,
                dict(zip(places["id"], places["address"], strict=True)),
                {
                    one: (precision, shape is not None)
                    for one, precision, shape in zip(
                        places["id"], places["precision"], places["geometry"], strict=True
                    )
                },
                {
                    one: dict(zip(names, row, strict=True))
                    for one, row in zip(rows["id"], texts, strict=True)
                },
                self._hours_here(),
            )
        return self._held

    def _hours_here(self) -> dict[str, list[dict[str, Any]]]:
        links = self.source.held("service_at_location")
        at = dict(zip(links["id"], links["location_id"], strict=True))
        names = ("id", "service_at_location_id", *_HOURS)
        times = self.source.held("schedules")
        cells_here = (times[name].astype(object).where(times[name].notna(), None) for name in names)
        found: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for one in zip(*cells_here, strict=True):
            found[at.get(one[1], "")].append(dict(zip(names, one, strict=True)))
        return found

    def _rough(
        self,
        row: list[str | None],
        spot: Spot,
        shape: BaseGeometry | None,
        area: str | None,
        extra: dict[str, str],
    ) -> Record:
        """Keep of a place no more than the row says may be known."""
        if spot.guard == "street":
            for name in [one for one, text in extra.items() if hiding.tells(text, None)]:
                del extra[name]
            town = " ".join(filter(None, (self._of(row, "zip"), self._of(row, "town"))))
            parts = (hiding.without_number(self._of(row, "street")), town)
            near = None if shape is None else shapely.transform(shape, _rounded)
            address = ", ".join(filter(None, parts)) or None
            return {"address": address, "precision": "street", "geometry": near}
        extra.clear()
        levels = ("city",) if spot.guard == "city" else ("quarter", "district", "city")
        if area is None and shape is not None:
            area = self._around(levels, shape)
        snapped = self._shapes.get(area) if spot.guard == "area" and area else None
        return {
            "area_id": None if area in self._cells else area,
            "address": None,
            "precision": spot.guard,
            "geometry": None if snapped is None else snapped.representative_point(),
        }

    def _around(self, levels: tuple[str, ...], shape: BaseGeometry) -> str | None:
        """Find the area around a point, of the first level that has one."""
        held = self.source.held("areas")
        for level in levels:
            for one in held.loc[held["level"] == level, "id"]:
                if (whole := self._shapes.get(one)) is not None and whole.intersects(shape):
                    return str(one)
        return None

    def address(self, row: list[str | None]) -> str | None:
        """Write street, number, post code and town in one line."""
        return address(self.columns, row)

    def say(self, draft: Draft) -> None:
        """Tell what happened to all places of the file."""
        for code, rows in self.said.items():
            draft.notes.append(Note(code, {"count": len(rows), "rows": some_rows(rows)}))
        if self.fallbacks:
            rows = sorted(self.source.table.numbers[place] for place in self.fallbacks)
            draft.notes.append(
                Note("fallback_points", {"count": len(rows), "rows": some_rows(rows)})
            )

    def _of(self, row: list[str | None], name: str) -> str | None:
        return self.columns.get(row, name)

    def _area(self, row: list[str | None], number: int, extra: dict[str, str]) -> str | None:
        text = self._of(row, "area")
        if text is None:
            return None
        if _ZERO.match(text):
            self.said["areas_none"].append(number)
            return None
        found = self.areas.get(safe_id(text)) or self.areas.get(cells.plain(text))
        if not found:
            self.said["areas_unmatched" if found is None else "areas_of_several"].append(number)
            extra[self.columns.names[self.columns.place["area"]]] = text
        return found or None

    def _exactness(self, place: int, row: list[str | None], shape: BaseGeometry | None) -> str:
        said, _ = hiding.said_precision(self.columns, row)
        if shape is None:
            return "city"
        if place in self.fallbacks:
            return self.fallbacks[place]
        if said is not None:
            return said
        decimals = self.places.decimals[place] if self.places.decimals else 9
        # two decimals of a degree are a kilometre, three are a hundred metres
        return "area" if decimals <= 2 else "street" if decimals == 3 else "exact"


def _rounded(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.round(xy, ROUND_DEG)


def _fallbacks(source: Source, columns: Columns, places: Places) -> dict[int, str]:
    """Find points that a geocoder gave up on: centres of countries and areas, shared points."""
    first = {
        place: (shape.x, shape.y) if isinstance(shape, shapely.Point) else shape.bounds[:2]
        for place, shape in enumerate(places.shapes)
        if shape is not None and not shape.is_empty
    }
    xy = [first.get(place) for place in range(len(places.shapes))]
    centres = [(np.array(one), "city") for one in cells.known()["centres_of_countries"]]
    areas = source.held("areas")
    for shape, level in zip(areas["geometry"], areas["level"], strict=True):
        if shape is not None:
            middle = np.array(shapely.get_coordinates(shapely.centroid(shape))[0])
            centres.append((middle, "city" if level == "city" else "area"))
    found: dict[int, str] = {}
    alone = [
        place
        for place, shape in enumerate(places.shapes)
        if shape is not None and shape.geom_type == "Point"
    ]
    if centres and alone:
        tree = shapely.STRtree([shapely.Point(middle) for middle, _ in centres])
        x, y = np.array([xy[place] for place in alone]).T
        around = shapely.box(x - NEAR_DEG, y - NEAR_DEG, x + NEAR_DEG, y + NEAR_DEG)
        pairs = tree.query(around, predicate="intersects").T.tolist()
        for line, centre in sorted(pairs):
            found.setdefault(alone[line], centres[centre][1])
    found |= _shared(source, columns, xy, found)
    return found


def _shared(
    source: Source,
    columns: Columns,
    xy: list[tuple[float, float] | None],
    known: dict[int, str],
) -> dict[int, str]:
    """Find points that rows of different addresses share, one of which names no house."""
    at: defaultdict[tuple[float, float], list[int]] = defaultdict(list)
    for place, one in enumerate(xy):
        if one is not None and place not in known:
            at[one].append(place)
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
