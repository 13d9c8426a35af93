"""Tables brought into an atlas, beside plain reading and writing of the same files.

Plain reading checks nothing: no child process with limits, no protection of places and small
counts, no matching with what is there, no history. The target says what that may cost: a plain
``geopandas.read_file`` and ``to_file`` may be up to twenty-five times as fast.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely

from benchmarks import Result, best_of
from layers import atlas
from layers.importing import importer

SERVICES, AREAS = 10_000, 2_000
TARGET = 0.04
DRIVERS = {"csv": "CSV", "geojson": "GeoJSON", "gpkg": "GPKG"}
WEST, SOUTH, SIDE = 13.0, 52.0, 0.4  # degrees


def run(scale: float) -> Iterator[Result]:
    """Bring services in three formats and areas in two, each into an empty atlas."""
    services, areas = _services(max(1, round(SERVICES * scale))), _areas(round(AREAS * scale))
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        for ending in DRIVERS:
            yield _compare(folder, services, "services", ending, promised=scale == 1)
        for ending in ("geojson", "gpkg"):
            yield _compare(folder, areas, "areas", ending, promised=scale == 1)


def _compare(
    folder: Path, rows: gpd.GeoDataFrame, kind: str, ending: str, *, promised: bool
) -> Result:
    file = folder / f"{kind}.{ending}"
    _write(rows, file, ending)
    times = iter(range(100))

    def ours() -> gpd.GeoDataFrame:
        made = atlas.create(folder / f"{kind}_{ending}_{next(times)}.gpkg", name="Bench")
        importer.carry_out(made, importer.prepare(made, file, kind=kind))
        return made.read("locations" if kind == "services" else "areas"), made.read(kind)

    def plain() -> gpd.GeoDataFrame:
        found = gpd.read_file(file, **_options(ending)).set_crs(4326)
        found.to_file(folder / "plain.gpkg", driver="GPKG")
        return found

    ours_s, (shapes, named) = best_of(2, ours)
    peer_s, found = best_of(2, plain)
    return Result(
        name="import",
        size=f"{len(rows):,} {kind} as {ending}; {len(rows) / ours_s:,.0f} rows a second",
        ours_s=ours_s,
        peer="geopandas.read_file and to_file, which check nothing",
        peer_s=peer_s,
        target=TARGET if promised else None,
        equal=_same(shapes, named, found),
    )


def _options(ending: str) -> dict[str, str]:
    """Tell GDAL which columns are the place; it reads GeoJSON and GeoPackage by itself."""
    return {"X_POSSIBLE_NAMES": "lon", "Y_POSSIBLE_NAMES": "lat"} if ending == "csv" else {}


def _same(shapes: gpd.GeoDataFrame, named: gpd.GeoDataFrame, plain: gpd.GeoDataFrame) -> bool:
    """Tell whether the same names came out at the same places."""
    names = dict(zip(named["id"], named["name"], strict=True))
    there = zip(shapes["id"], shapes.geometry, strict=True)
    mine = {one.removeprefix("service:"): shape for one, shape in there}
    theirs = dict(zip(plain["id"], plain.geometry, strict=True))
    if names != dict(zip(plain["id"], plain["name"], strict=True)) or mine.keys() != theirs.keys():
        return False
    pairs = np.array([(mine[one], theirs[one]) for one in mine], dtype=object)
    return bool(np.all(shapely.distance(pairs[:, 0], pairs[:, 1]) < 1e-9))


def _write(rows: gpd.GeoDataFrame, file: Path, ending: str) -> None:
    if ending == "csv":
        places = rows.assign(lon=rows.geometry.x, lat=rows.geometry.y)
        places.drop(columns="geometry").to_csv(file, index=False)
    else:
        rows.to_file(file, driver=DRIVERS[ending])


def _services(many: int) -> gpd.GeoDataFrame:
    """Invent services with names, categories, languages and hours, spread over a city."""
    draw = random.Random(0)
    columns = {
        "id": [f"s{n:05}" for n in range(many)],
        "name": [f"Help {n} of the {n % 97}th house" for n in range(many)],
        "category": [draw.choice(("health", "legal", "childcare", "housing")) for _ in range(many)],
        "street": [f"Lindenstraße {n}" for n in range(many)],
        "languages": [draw.choice(("de, ar", "fr; so", "Dari and English")) for _ in range(many)],
        "opening_hours": [f"Mo-Fr 09:00-{12 + n % 8}:00" for n in range(many)],
        "free": [draw.choice(("yes", "no", "")) for _ in range(many)],
        "ward": [f"ward {n % 50}" for n in range(many)],
    }
    xy = [(WEST + SIDE * draw.random(), SOUTH + SIDE * draw.random()) for _ in range(many)]
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(*zip(*xy, strict=True)), crs=4326)


def _areas(many: int) -> gpd.GeoDataFrame:
    """Invent a chessboard of areas."""
    side = max(1, round(many**0.5))
    step = SIDE / side
    corners = [(WEST + step * (n % side), SOUTH + step * (n // side)) for n in range(side * side)]
    shapes = [shapely.box(x, y, x + step, y + step).segmentize(step / 20) for x, y in corners]
    names = {"id": [f"{n:05}" for n in range(len(shapes))]}
    names["name"] = [f"Quarter {n}" for n in range(len(shapes))]
    return gpd.GeoDataFrame(names, geometry=shapes, crs=4326)
