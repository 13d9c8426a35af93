"""Tables of the atlas as layers for the map: handles, codes and whole numbers, never a text.

Coordinates are microdegrees (EPSG:4326), the first of a line absolute and the others as steps
from the one before, which packs small. What a person reads (names) goes a way of its own, as
:func:`names`, and the browser sets it as text.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers import consent

HANDLE: Final = re.compile(r"[A-Za-z0-9:_.-]{1,80}")
MICRO: Final = 1_000_000
PINNED: Final = ("exact", "street", "area")  # a pin for "city" would point at nothing
Layer = dict[str, Any]


def handle(kind: str, row_id: str) -> str:
    """Name a row for the map, so that a click can say which one it was.

    An identifier from a foreign table may hold anything; one that holds more than letters,
    digits and ``: _ . -`` is replaced by its hash.

    Examples
    --------
    >>> handle("service", "s-12"), handle("service", "</script>")
    ('service:s-12', 'service:x.6c9656210a020271')
    """
    if HANDLE.fullmatch(f"{kind}:{row_id}"):
        return f"{kind}:{row_id}"
    return f"{kind}:x.{hashlib.sha256(row_id.encode()).hexdigest()[:16]}"


def base(streets: gpd.GeoDataFrame, ground: gpd.GeoDataFrame) -> Layer:
    """Draw the ground: water, green, railway, built land, and streets by kind.

    Returns
    -------
    layer
        ``{"type": "base", "ground": {kind: {"areas", "lines"}}, "streets": {kind: lines}}``.
    """
    land: dict[str, dict[str, list[Any]]] = {}
    for kind, rows in ground.groupby("kind", sort=True):
        parts = shapely.get_parts(rows.geometry.dropna().to_numpy())
        shapes = shapely.get_type_id(parts)
        land[str(kind)] = {
            "areas": [_rings(part) for part in parts[shapes == 3]],
            "lines": list(_lines(parts[shapes == 1])),
        }
    ways = {}
    for kind, rows in streets.groupby(streets["kind"].fillna("street"), sort=True):
        # one line between two crossings instead of one for each bend: a third of the bytes
        merged = shapely.line_merge(_together(rows.geometry.dropna().to_numpy()))
        ways[str(kind)] = list(_lines(shapely.get_parts(merged)))
    return {"type": "base", "ground": land, "streets": ways}


def ground_labels(ground: gpd.GeoDataFrame) -> Layer:
    """Place the names of rivers, parks and the like, the largest of a name once."""
    named = ground[ground["name"].notna() & ground.geometry.notna()]
    if named.empty:
        return {"type": "labels", "rows": []}
    sizes = shapely.area(shapely.envelope(named.geometry.to_numpy()))
    named = named.assign(size=sizes).sort_values("size", ascending=False, kind="stable")
    named = named.drop_duplicates("name")
    spots = shapely.point_on_surface(named.geometry.to_numpy())
    return {
        "type": "labels",
        "rows": [
            [handle("ground", one), kind, *microdegrees(spot)]
            for one, kind, spot in zip(named["id"], named["kind"], spots, strict=True)
        ],
    }


def services(services: pd.DataFrame, offered: pd.DataFrame, locations: gpd.GeoDataFrame) -> Layer:
    """Pin services where they are offered; one at two places has two pins.

    Parameters
    ----------
    services, offered, locations
        Tables ``services``, ``service_at_location`` and ``locations``.

    Returns
    -------
    layer
        Rows of handle, picture, longitude, latitude, and 1 where the place is only roughly known.
        What is hidden, or known no better than the city, has no pin.
    """
    pairs = offered.merge(
        services[["id", "category"]].rename(columns={"id": "service_id"}), on="service_id"
    ).merge(_pins(locations), on="location_id")
    return _points(
        "service",
        zip(
            pairs["service_id"],
            "category." + pairs["category"],
            pairs["spot"],
            pairs["rough"],
            strict=True,
        ),
        kind="service",
    )


def actors(organizations: pd.DataFrame, locations: gpd.GeoDataFrame, *, migrant_led: bool) -> Layer:
    """Pin the actors migrants lead, or the others; none that refused to be shown.

    An actor of which nobody has said who leads it is among the others.
    """
    shown = consent.shown_actors(organizations)
    led = shown["migrant_led"].fillna(False).astype(bool)
    found = shown[led if migrant_led else ~led].merge(_pins(locations), on="location_id")
    pictures = "actor_kind." + found["kind"].fillna("migrant_led" if migrant_led else "other")
    frame = "migrant_led" if migrant_led else "actor"
    return _points(
        frame, zip(found["id"], pictures, found["spot"], found["rough"], strict=True), kind="actor"
    )


def assets(assets: pd.DataFrame, locations: gpd.GeoDataFrame) -> Layer:
    """Pin the assets that have a place; a person's skill only where she agreed to be shown."""
    found = consent.shown_assets(assets).merge(_pins(locations), on="location_id")
    pictures = "asset_kind." + found["kind"]
    return _points(
        "asset",
        zip(found["id"], pictures, found["spot"], found["rough"], strict=True),
        kind="asset",
    )


def places(places: gpd.GeoDataFrame) -> Layer:
    """Pin public places people know."""
    there = places[places.geometry.notna()]
    pictures = "place_kind." + there["kind"].fillna("other")
    return _points(
        "place",
        ((a, b, c, False) for a, b, c in zip(there["id"], pictures, there.geometry, strict=True)),
        kind="place",
    )


def areas(areas: gpd.GeoDataFrame, *, level: str) -> Layer:
    """Outline the areas of one level, largest first, each with a spot for its name."""
    there = areas[(areas["level"] == level) & areas.geometry.notna()]
    order = np.argsort(-shapely.area(there.geometry.to_numpy()), kind="stable")
    there = there.iloc[order]
    spots = shapely.point_on_surface(there.geometry.to_numpy())
    return {
        "type": "areas",
        "rows": [
            [handle("area", one), _polygons(shape), *microdegrees(spot)]
            for one, shape, spot in zip(there["id"], there.geometry, spots, strict=True)
        ],
    }


def outline_level(areas: gpd.GeoDataFrame) -> str | None:
    """Choose the level whose outlines make a map readable: districts, else quarters, else what is.

    Returns
    -------
    level
        None where no area has a shape.
    """
    there = set(areas.loc[areas.geometry.notna(), "level"])
    order = ("district", "quarter", "city", "cell")
    return next((level for level in order if level in there), None)


def reports(reported_cells: gpd.GeoDataFrame, sessions: pd.DataFrame) -> Layer:
    """Draw what was said of a cell in past sessions: by feeling, hour and band of contributors.

    Returns
    -------
    layer
        Rows of handle of the cell, feeling, hour or "", band, day of the session or "",
        longitude and latitude of the centre, outline.
    """
    days = sessions.set_index("id")["held_on"]
    there = reported_cells[reported_cells.geometry.notna()]
    rows = []
    for row in there.itertuples():
        day = days.get(row.session_id)
        rows.append(
            [
                handle("cell", str(row.cell)),
                row.feeling,
                "" if pd.isna(row.time_of_day) else row.time_of_day,
                row.contributors,
                "" if day is None or pd.isna(day) else f"{day:%Y-%m-%d}",
                *microdegrees(row.geometry.centroid),
                _polygons(row.geometry),
            ]
        )
    return {"type": "reports", "rows": rows}


def shapes(areas: gpd.GeoDataFrame) -> dict[str, Any]:
    """Write the shape of each area as :func:`gap` has it, by id."""
    there = areas[areas.geometry.notna()]
    return {
        str(one): _polygons(shape) for one, shape in zip(there["id"], there.geometry, strict=True)
    }


def gap(
    areas: gpd.GeoDataFrame, values: pd.DataFrame, *, shaped: Mapping[str, Any] | None = None
) -> Layer:
    """Shade areas by a number of people.

    Parameters
    ----------
    areas
        Table ``areas``.
    values
        Columns ``area_id``, ``people`` (a number, empty where nobody can say) and, where some
        numbers are withheld, ``suppressed`` (yes/no).
    shaped
        :func:`shapes` of these areas, where that is done already: it takes the longest.

    Returns
    -------
    layer
        Rows of handle, step, people (-1 where there is no number) and shape. Step: 1 to 5 on the
        scale, 0 for nobody, ``"unknown"`` and ``"suppressed"``: three things never drawn alike.
        ``edges`` are the five upper ends of the scale.
    """
    shaped = shapes(areas) if shaped is None else shaped
    there = areas.loc[areas.geometry.notna(), ["id"]].merge(
        values, left_on="id", right_on="area_id"
    )
    people = pd.to_numeric(there["people"]).to_numpy(dtype=float, na_value=np.nan)
    withheld = (
        there["suppressed"].fillna(False).astype(bool).to_numpy()
        if "suppressed" in there
        else np.zeros(len(there), dtype=bool)
    )
    edges = scale(people[~withheld])
    steps = np.searchsorted(edges, np.nan_to_num(people), side="left") + 1
    rows = []
    for one, number, step, hidden in zip(there["id"], people, steps, withheld, strict=True):
        known = not (hidden or np.isnan(number))
        state: int | str = "suppressed" if hidden else "unknown"
        if known:
            state = 0 if number <= 0 else min(int(step), 5)
        whole = int(np.ceil(number)) if known else -1
        rows.append([handle("area", str(one)), state, whole, shaped[str(one)]])
    return {"type": "gap", "edges": edges, "rows": rows}


FEWEST: Final = 5  # people; fewer are never a class of their own


def scale(people: npt.NDArray[np.float64]) -> list[int]:
    """Choose five round upper ends of a scale, so that each step holds about as many areas.

    Examples
    --------
    >>> scale(np.arange(1.0, 101.0))
    [25, 45, 65, 85, 100]
    >>> scale(np.array([0.0, np.nan]))
    [10, 20, 30, 40, 50]
    """
    some = people[np.nan_to_num(people) > 0]
    if not len(some):
        return [10, 20, 30, 40, 50]
    ends: list[int] = []
    for share in (0.2, 0.4, 0.6, 0.8, 1.0):
        end = float(np.quantile(some, share, method="higher"))
        unit = max(1, 5 * 10 ** (int(np.log10(max(end, 1))) - 1))  # 65 and 650 read well, 64 not
        ends.append(max(int(np.ceil(end / unit) * unit), ends[-1] + 1 if ends else FEWEST))
    return ends


def names(**tables: pd.DataFrame) -> dict[str, str]:
    """Collect what things are called, by handle: fetched by the browser and set as text.

    Parameters
    ----------
    **tables
        Tables with ``id`` and ``name`` by the kind in their handles: ``service=...``.

    Examples
    --------
    >>> names(place=pd.DataFrame({"id": ["p1", "p2"], "name": ["{{7*7}}", None]}))
    {'place:p1': '{{7*7}}'}
    """
    return {
        handle(kind, str(row_id)): str(name)
        for kind, table in tables.items()
        for row_id, name in zip(table["id"], table["name"], strict=True)
        if not pd.isna(name)
    }


def bounds(*tables: gpd.GeoDataFrame) -> tuple[float, float, float, float] | None:
    """Give west, south, east and north of the first table that has a shape; None without any."""
    for table in tables:
        there = table.geometry.dropna()
        there = there[~there.is_empty]
        if len(there):
            west, south, east, north = (float(edge) for edge in there.total_bounds)
            return west, south, east, north
    return None


def without_pin(
    services: pd.DataFrame, offered: pd.DataFrame, locations: gpd.GeoDataFrame
) -> pd.DataFrame:
    """List the services no pin stands for, and why.

    Returns
    -------
    rows
        ``service_id``, ``location_id`` or NA, and ``why``: ``hidden`` (its place is protected),
        ``online`` or ``outreach`` (that is how it works, it needs no pin), ``city`` (known no
        better than the city), ``no_place`` (nobody has said where).
    """
    drawn = pinned(locations)
    known = locations.set_index("id")["precision"]
    rows = []
    by_service = offered.groupby("service_id")["location_id"].agg(list)
    for service, setting in zip(services["id"], services["setting"], strict=True):
        spots = by_service.get(service, [])
        if any(spot in drawn for spot in spots):
            continue
        kinds = {known.get(spot): spot for spot in spots}
        why = next((kind for kind in ("hidden", "city") if kind in kinds), "no_place")
        if why != "hidden" and setting in ("online", "outreach"):
            why = str(setting)
        rows.append((service, why, next(iter(kinds.values()), None)))
    return pd.DataFrame(rows, columns=["service_id", "why", "location_id"])


def pinned(locations: gpd.GeoDataFrame) -> set[str]:
    """Give the identifiers of the locations that may have a pin.

    Parameters
    ----------
    locations
        Table ``locations``.
    """
    return set(_pins(locations)["location_id"])


def _pins(locations: gpd.GeoDataFrame) -> pd.DataFrame:
    there = locations[locations.geometry.notna() & locations["precision"].isin(PINNED)]
    return pd.DataFrame(
        {
            "location_id": there["id"].to_numpy(),
            "spot": there.geometry.to_numpy(),
            "rough": (there["precision"] == "area").to_numpy(),
        }
    )


def _points(
    frame: str, rows: Iterable[tuple[str, str, shapely.Point, bool]], *, kind: str
) -> Layer:
    return {
        "type": "points",
        "frame": frame,
        "rows": [
            [handle(kind, str(one)), picture, *microdegrees(spot), int(rough)]
            for one, picture, spot, rough in rows
        ],
    }


def microdegrees(point: shapely.Point) -> list[int]:
    """Give longitude and latitude of a point as the map has them."""
    return [round(point.x * MICRO), round(point.y * MICRO)]


def _lines(parts: npt.NDArray[np.object_]) -> Iterator[list[int]]:
    points, owner = shapely.get_coordinates(parts, return_index=True)
    whole = np.rint(points * MICRO).astype(np.int64)
    first = np.flatnonzero(np.r_[True, owner[1:] != owner[:-1]]) if len(owner) else owner
    steps = np.diff(whole, axis=0, prepend=np.zeros((1, 2), dtype=np.int64))
    steps[first] = whole[first]  # each line begins where it lies, not where the last one ended
    for line in np.split(steps, first[1:]) if len(first) else []:
        yield line.ravel().tolist()


def _rings(polygon: shapely.Polygon) -> list[list[int]]:
    return [
        _steps(shapely.get_coordinates(ring)) for ring in (polygon.exterior, *polygon.interiors)
    ]


def _polygons(shape: shapely.Geometry) -> list[list[list[int]]]:
    return [_rings(part) for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]


def _together(lines: npt.NDArray[np.object_]) -> shapely.Geometry:
    return shapely.MultiLineString(list(shapely.get_parts(lines)))


def _steps(coordinates: npt.NDArray[np.float64]) -> list[int]:
    whole = np.rint(coordinates * MICRO).astype(np.int64)
    whole[1:] = np.diff(whole, axis=0)
    return [int(number) for number in whole.ravel()]
