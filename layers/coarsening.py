"""Making a place less exact by hand: what goes with it, so that nothing here tells it any more.

The same rules as for a file that says so (:mod:`layers.importing.locations`): what is known of a
hidden place goes at once, and with it what the rows there say of the way.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers import addresses, vocab
from layers.addresses import ROUND_DEG

Tables = Mapping[str, pd.DataFrame]
Values = dict[str, Any]
# of the rows at a place: what goes whatever it says, and what goes where it tells
ALWAYS: Final = ("extra", "description")
WHERE_IT_TELLS: Final = {
    "services": ("cost", "description"),
    "organizations": ("alternate_name", "url", "public_contact", "description"),
    "assets": ("public_contact", "description"),
}


@dataclass(frozen=True, slots=True)
class Guest:
    """A row that is at a place: its table, identifier and name."""

    table: str
    id: str
    name: str


def coarser(before: str | None, after: str) -> bool:
    """Tell whether less may be known of a place than before.

    Examples
    --------
    >>> coarser("exact", "hidden"), coarser("area", "street"), coarser(None, "hidden")
    (True, False, False)
    """
    return before is not None and vocab.PRECISION.index(after) > vocab.PRECISION.index(before)


def guests(tables: Tables, location_id: str) -> list[Guest]:
    """List the services, actors and assets that are at a place."""
    links = tables["service_at_location"]
    offered = set(links.loc[links["location_id"] == location_id, "service_id"])
    found = []
    for table in ("services", "organizations", "assets"):
        rows = tables[table]
        here = rows["location_id"].eq(location_id) if table != "services" else None
        mine = rows[rows["id"].isin(offered) if here is None else here]
        found += [
            Guest(table, str(one), str(name))
            for one, name in zip(mine["id"], mine["name"], strict=True)
        ]
    return found


def names_that_tell(tables: Tables, location_id: str, address: str | None) -> list[Guest]:
    """List the rows at a place whose very name tells its address: these need another name first."""
    return [one for one in guests(tables, location_id) if addresses.tells(one.name, address)]


def as_allowed(values: Values, *, before: str | None, areas: pd.DataFrame) -> Values:
    """Keep of a place no more than its precision lets anybody know.

    Parameters
    ----------
    values
        Columns of the place as a person wants them, ``precision`` and ``geometry`` among them.
    before
        Precision that the place had; ``None`` for a new one.
    areas
        Table ``areas``.

    Returns
    -------
    values
        What may be written: all that was given, and ``extra`` where it goes.
    """
    precision, address = values["precision"], values.get("address")
    kept, point = dict(values), values.get("geometry")
    if coarser(before, precision):
        kept["extra"] = None
    if precision == "exact":
        return kept
    if precision == "street":
        kept["address"] = addresses.without_number(address)
        kept["geometry"] = None if point is None else shapely.transform(point, _rounded)
        return kept
    if values.get("area_id") in set(areas.loc[areas["level"] == "cell", "id"]):
        kept["area_id"] = None  # a cell is a few hundred metres wide
    kept["geometry"] = None
    if precision == "city":
        # an address that was never on the map may stand without a point, unless it is to go
        if coarser(before, precision):
            kept["address"] = None
        return kept
    kept["address"] = None
    if precision == "area":
        kept["area_id"] = kept.get("area_id") or around(areas, point)
        kept["geometry"] = _middle(areas, kept["area_id"])
        return kept
    kept |= {"name": None, "extra": None}
    if addresses.tells(values.get("public_contact"), address):
        kept["public_contact"] = None
    return kept


def emptied(
    row: Mapping[str, Any], table: str, *, hidden: bool, address: str | None
) -> dict[str, None]:
    """Say which columns of a row go because its place is known less exactly from now on.

    Parameters
    ----------
    row, table
        A service, actor or asset that is at the place.
    hidden
        Whether the place becomes hidden, and not only rougher.
    address
        Address that the place had.
    """
    gone: dict[str, None] = dict.fromkeys(ALWAYS if hidden else ("extra",))
    for name in WHERE_IT_TELLS[table]:
        if addresses.tells(row.get(name), address):
            gone[name] = None
    return {name: None for name in gone if row.get(name) is not None}


def schedules(tables: Tables, location_id: str) -> pd.DataFrame:
    """Give the hours of what is offered at a place."""
    links, times = tables["service_at_location"], tables["schedules"]
    here = links.loc[links["location_id"] == location_id, "id"]
    return times[times["service_at_location_id"].isin(here)]


def told_hours(row: Mapping[str, Any], address: str | None) -> dict[str, None]:
    """Say which texts of a schedule go because they tell the address."""
    texts = ("opening_hours", "source_text")
    gone = [name for name in texts if addresses.tells(row.get(name), address)]
    return dict.fromkeys([*gone, *(["extra"] if row.get("extra") else [])])


def around(areas: pd.DataFrame, point: shapely.Point | None) -> str | None:
    """Find the smallest area with a name around a point."""
    if point is None:
        return None
    for level in ("quarter", "district", "city"):
        rows = areas[areas["level"] == level]
        for one, shape in zip(rows["id"], rows["geometry"], strict=True):
            if shape is not None and shape.intersects(point):
                return str(one)
    return None


def _rounded(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.round(xy, ROUND_DEG)


def _middle(areas: pd.DataFrame, area_id: str | None) -> shapely.Point | None:
    shapes = areas.loc[areas["id"] == area_id, "geometry"]
    shape = None if shapes.empty else shapes.iloc[0]
    return None if shape is None else shape.representative_point()
