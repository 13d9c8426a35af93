"""A town drawn by hand: one street, a river, one bridge; distances are read off this sketch.

Metres east and north of a point in Denmark. Street ends stand every 100 m.

                 (900,600) ======= (1100,600)       the bridge
                     |     |river|     |
    (0,0) --- ... --(900,0)|     |(1100,0) --- ... --- (2000,0)
    cells  100 300 500 700 |     | 1300 1500           200 m wide, centred on the street

Along the streets it is 1,400 m from (900, 0) to (1100, 0); a walk of 15 minutes is 1,200 m.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import box

from layers import schema

METRES = 32632
EAST, NORTH = 600_000.0, 6_250_000.0
META = {
    "name": "Hand town",
    "metres_crs": f"EPSG:{METRES}",
    "country": "DK",
    "timezone": "Europe/Copenhagen",
    "invented": "1",
}
CELLS = {"c100": 100, "c300": 300, "c500": 500, "c700": 700, "c1300": 1300, "c1500": 1500}
Rows = list[dict[str, Any]]


class Town:
    """Tables to add rows to; ``read`` gives them typed as the atlas does."""

    def __init__(self, *, streets: bool = True) -> None:
        self.rows: dict[str, Rows] = {name: [] for name in schema.TABLES}
        self.rows["areas"] = [
            area("west", "district", box(-50, -700, 950, 700)),
            area("east", "district", box(1050, -700, 2050, 700)),
            *(
                area(cell, "cell", box(x - 100, -100, x + 100, 100), "west" if x < 1000 else "east")
                for cell, x in CELLS.items()
            ),
        ]
        self.rows["ground"] = [
            {"id": "river", "kind": "water", "geometry": placed(box(950, -900, 1050, 900))}
        ]
        self.rows["population_groups"] = [{"id": "all", "label": "Everyone", "dimension": "all"}]
        if streets:
            self._pave()

    def _pave(self) -> None:
        west = [(x, 0) for x in range(0, 901, 100)] + [(900, 600)]
        east = [(1100, 600)] + [(x, 0) for x in range(1100, 2001, 100)]
        line = west + east
        names = [f"n{number}" for number in range(len(line))]
        self.rows["street_nodes"] = [
            {"id": name, "geometry": placed(shapely.Point(xy))}
            for name, xy in zip(names, line, strict=True)
        ]
        self.rows["streets"] = [
            {
                "id": f"s{number}",
                "u": names[number],
                "v": names[number + 1],
                "metres": float(
                    shapely.Point(line[number]).distance(shapely.Point(line[number + 1]))
                ),
                "kind": "street",
                "geometry": placed(shapely.LineString(line[number : number + 2])),
            }
            for number in range(len(line) - 1)
        ]

    def people(self, counts: Mapping[str, float | None], *, group: str = "all") -> None:
        """Count people in areas; ``None`` is withheld (one to four)."""
        for area_id, count in counts.items():
            self.rows["population"].append(
                {
                    "id": f"{group}-{area_id}",
                    "area_id": area_id,
                    "group_code": group,
                    "count": count,
                    "suppressed": count is None,
                    "counted_on": "2026-01-01",
                }
            )

    def service(  # noqa: PLR0913 (a service has this many facts)
        self,
        name: str,
        at: tuple[float, float] | None,
        *,
        category: str = "legal",
        hours: str | None = None,
        languages: Mapping[str, str | None] | None = None,
        place: Mapping[str, Any] | None = None,
        schedule: Mapping[str, Any] | None = None,
        **facts: Any,
    ) -> None:
        """Add a service; ``languages`` is empty where nobody asked for them."""
        self.rows["services"].append(
            {"id": name, "name": name, "category": category, "date_checked": "2026-06-01", **facts}
        )
        for tag, level in (languages or {}).items():
            self.rows["service_languages"].append(
                {"id": f"{name}-{tag}", "service_id": name, "language": tag, "level": level}
            )
        if at is None and place is None:
            return
        point = None if at is None else placed(shapely.Point(at))
        self.rows["locations"].append(
            {"id": f"{name}-l", "precision": "exact", "geometry": point, **(place or {})}
        )
        self.rows["service_at_location"].append(
            {"id": f"{name}-s", "service_id": name, "location_id": f"{name}-l"}
        )
        if hours is not None or schedule:
            self.rows["schedules"].append(
                {
                    "id": f"{name}-h",
                    "service_at_location_id": f"{name}-s",
                    "opening_hours": hours,
                    **(schedule or {}),
                }
            )

    def read(self, table: str) -> pd.DataFrame:
        """Give a table as ``Atlas.read`` does."""
        spec = schema.TABLES[table]
        rows = self.rows[table]
        frame = pd.DataFrame(
            {c.name: _typed([row.get(c.name) for row in rows], c.type) for c in spec.columns}
        )
        if not spec.geometry:
            return frame
        shapes = gpd.GeoSeries([row.get("geometry") for row in rows], crs=4326)
        placed_rows: pd.DataFrame = gpd.GeoDataFrame(frame, geometry=shapes, crs=4326)
        return placed_rows


def placed(shape: shapely.Geometry) -> shapely.Geometry:
    """Bring a shape of the sketch to Denmark, in degrees."""
    moved = shapely.transform(shape, lambda xy: xy + np.array([EAST, NORTH]))
    found: shapely.Geometry = gpd.GeoSeries([moved], crs=METRES).to_crs(4326).iloc[0]
    return found


def area(
    name: str, level: str, shape: shapely.Geometry, parent: str | None = None
) -> dict[str, Any]:
    """Draw an area of the sketch."""
    return {
        "id": name,
        "name": name,
        "level": level,
        "parent_id": parent,
        "geometry": placed(shape),
    }


def _typed(values: list[Any], kind: str) -> pd.Series[Any]:
    if kind in {"codes", "json"}:
        return pd.Series(values, dtype=object)
    if kind == "date":
        return pd.to_datetime(pd.Series(values, dtype="str"), format="%Y-%m-%d")
    pandas = {"yes_no": "boolean", "int": "Int64", "number": "float64"}
    return pd.Series(values, dtype=pandas.get(kind, "str"))
