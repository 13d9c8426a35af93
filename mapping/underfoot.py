"""What is under her feet: the streets of a city with what is known of them, read once.

The lines of the streets are looked at only where a place was called unsafe, and not kept: half a
million of them fill memory, and all that is asked of them is which touch such a place.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely

from layers.streets import Numbers, Streets
from mapping import homes as home
from mapping.closures import Pavement, Shapes, Unsafe, touching
from mapping.offers import Flags, Read

_MARGIN: Final = 1e-5  # degrees, about a metre: a straight line in degrees bends in metres


@dataclass(frozen=True, eq=False)
class Underfoot:
    """Streets, and what was said of them.

    Attributes
    ----------
    streets
        ``None`` where none are known.
    pavement
        What is known of their steps.
    reports
        The rows of ``reported_cells``, shapes in metres.
    shapes
        (c,) places called unsafe at any hour, each once.
    place
        Row of ``shapes`` for every unsafe row of ``reports``, -1 for the others.
    street, shape
        (t,) pairs: a street, and a row of ``shapes`` that it touches.
    """

    streets: Streets | None
    pavement: Pavement
    reports: gpd.GeoDataFrame
    shapes: Shapes
    place: Numbers
    street: Numbers
    shape: Numbers

    @cached_property
    def _said(self) -> dict[str, Unsafe]:
        return {}

    def heard(self, hour: str) -> bool:
        """Tell whether any place was reported for an hour, or for all hours together."""
        hours = self.reports["time_of_day"]
        return bool((hours.eq(hour) | hours.isna()).any())

    def unsafe(self, hour: str) -> Unsafe:
        """Give the places called unsafe at an hour, and of which of them nobody said otherwise.

        What was said of all hours together may hold at this one, and is never agreed. To say
        otherwise of a part of a place is to say otherwise of it.
        """
        if hour not in self._said:
            self._said[hour] = self._unsafe(hour)
        return self._said[hour]

    def _unsafe(self, hour: str) -> Unsafe:
        hours = self.reports["time_of_day"]
        now = hours.eq(hour).fillna(value=False).to_numpy(dtype=np.bool_)
        any_hour = hours.isna().to_numpy(dtype=np.bool_)
        bad = self.place >= 0
        here, agreed = (np.zeros(len(self.shapes), dtype=np.bool_) for _ in range(2))
        here[self.place[bad & (now | any_hour)]] = True
        agreed[self.place[bad & now]] = True
        others = np.asarray(self.reports.geometry.to_numpy()[now & ~bad], dtype=object)
        agreed &= ~_overlapped(self.shapes, others)
        number = np.cumsum(here) - 1
        kept = here[self.shape]
        return Unsafe(self.shapes[here], agreed[here], self.street[kept], number[self.shape[kept]])


def read_underfoot(read: Read, crs: pyproj.CRS) -> Underfoot:
    """Read the streets of a city and what was said of them.

    Parameters
    ----------
    read
        Gives a table of the atlas by name.
    crs
        Metres of the city.
    """
    nodes, edges = gpd.GeoDataFrame(read("street_nodes")), gpd.GeoDataFrame(read("streets"))
    streets, known = home.streets_of(nodes, edges, crs)
    reports = gpd.GeoDataFrame(read("reported_cells"))
    bad = reports["feeling"].eq("unsafe").fillna(value=False).to_numpy(dtype=np.bool_)
    codes, _ = pd.factorize(reports["cell"].where(bad))
    place = np.where(bad, codes, -1).astype(np.int64)
    first = np.unique(place[bad], return_index=True)[1]
    placed = gpd.GeoSeries(reports.geometry[bad].iloc[first])
    reports = reports.to_crs(crs)
    shapes = np.asarray(reports.geometry.to_numpy()[bad][first], dtype=object)
    street, shape = np.empty(0, np.int64), np.empty(0, np.int64)
    if len(shapes) and len(edges):
        around = shapely.box(*(placed.bounds.to_numpy() + np.array([-1, -1, 1, 1]) * _MARGIN).T)
        lines = edges.geometry.to_numpy()
        near = np.unique(shapely.STRtree(around).query(lines)[0])
        near = near[known[near]]
        some = gpd.GeoSeries(lines[near], crs=edges.crs).to_crs(crs).to_numpy()
        at, shape = touching(some, shapes)
        street = (np.cumsum(known) - 1)[near[at]]
    steps, free = _pavement(edges[known] if len(edges) else edges)
    return Underfoot(streets, Pavement(steps, free), reports, shapes, place, street, shape)


def _pavement(edges: pd.DataFrame) -> tuple[Flags, Flags]:
    """Say of which streets it is known that they have steps, and that they have none."""
    said = edges["step_free"].astype("boolean")
    free = said.eq(other=True).fillna(value=False).to_numpy(dtype=np.bool_)
    steps = said.eq(other=False).fillna(value=False).to_numpy(dtype=np.bool_)
    stairs = edges["kind"].eq("steps").fillna(value=False).to_numpy(dtype=np.bool_)
    return steps | (stairs & ~free), free


def _overlapped(shapes: Shapes, others: Shapes) -> Flags:
    """Mark shapes that share some ground with another, more than a border."""
    found = np.zeros(len(shapes), dtype=np.bool_)
    if len(shapes) and len(others):
        one, other = touching(shapes, others)
        shared = shapely.area(shapely.intersection(shapes[one], others[other]))
        found[one[shared > 1.0]] = True
    return found
