"""A city as its tables say it, to measure with networkx, pyproj and shapely by hand."""

from __future__ import annotations

from typing import Any, Final

import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyproj
import shapely

from layers import schema
from layers.atlas import Atlas
from sample_data import plan

WALK_M: Final = 15 * 80.0  # a quarter of an hour at 4.8 km/h
LANGUAGE: Final = {one.group: one.language for one in plan.COMMUNITIES}
TO_METRES: Final = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:32632", always_xy=True)


class Seen:
    """A city as its tables say it, with a street graph to walk on."""

    def __init__(self, atlas: Atlas) -> None:
        self.atlas = atlas
        self.table = {name: atlas.read(name) for name in schema.TABLES}
        nodes = self.table["street_nodes"]
        self.node_ids = nodes["id"].to_numpy()
        self.node_xy = metres(nodes.geometry)
        cells = self.table["areas"].query("level == 'cell'")
        self.cells = cells["id"].tolist()
        self.homes = [self.node_at(xy) for xy in metres(shapely.centroid(cells.geometry))]
        self.streets = self.graph()
        self.walked: dict[str, npt.NDArray[np.bool_]] = {}

    def node_at(self, xy: npt.NDArray[np.float64]) -> str:
        return str(self.node_ids[np.argmin(np.hypot(*(self.node_xy - xy).T))])

    def graph(self, *, without: tuple[str, ...] = ()) -> nx.Graph[str]:
        graph: nx.Graph[str] = nx.Graph()
        graph.add_nodes_from(self.node_ids)
        for row in self.table["streets"].to_dict("records"):
            if row["id"] not in without:
                graph.add_edge(str(row["u"]), str(row["v"]), metres=row["metres"])
        return graph

    def people(self, group: str) -> npt.NDArray[np.float64]:
        """Count people a cell; what is withheld counts nothing here."""
        people = self.table["population"]
        rows = people[people["group_code"] == group].set_index("area_id")
        found: npt.NDArray[np.float64] = (
            rows["count"].reindex(self.cells).fillna(0).to_numpy(dtype=float)
        )
        return found

    def near(self, place: str, *, graph: nx.Graph[str] | None = None) -> npt.NDArray[np.bool_]:
        """Tell which cells lie within a walk of a location."""
        if graph is None and place in self.walked:
            return self.walked[place]
        spot = self.table["locations"].set_index("id").geometry[place]
        start = self.node_at(metres([spot])[0])
        found = nx.single_source_dijkstra_path_length(
            self.streets if graph is None else graph, start, cutoff=WALK_M, weight="metres"
        )
        reached = np.array([home in found for home in self.homes])
        if graph is None:
            self.walked[place] = reached
        return reached

    def offers(self, category: str) -> pd.DataFrame:
        """Give one row for each service of a category with a point: hours and languages."""
        services = self.table["services"]
        services = services[services["category"] == category]
        links = self.table["service_at_location"].merge(
            services[["id"]], left_on="service_id", right_on="id", suffixes=("", "_s")
        )
        hours = self.table["schedules"].set_index("service_at_location_id")["opening_hours"]
        places = self.table["locations"].set_index("id").geometry
        spoken = self.table["service_languages"].groupby("service_id")["language"].agg(set)
        links["hours"] = links["id"].map(hours)
        links["languages"] = [spoken.get(one) for one in links["service_id"]]
        return links[[places[one] is not None for one in links["location_id"]]]

    def row(self, table: str, row: str) -> dict[str, Any]:
        found = self.table[table].set_index("id").loc[row].to_dict()
        return {str(name): value for name, value in found.items()}

    def network(self) -> nx.Graph[str]:
        graph: nx.Graph[str] = nx.Graph()
        graph.add_nodes_from(self.table["organizations"]["id"])
        ties = self.table["ties"]
        for tie in ties[ties["until"].isna()].to_dict("records"):  # an ended tie is none
            graph.add_edge(str(tie["from_id"]), str(tie["to_id"]))
        return graph

    def city_offices(self) -> set[str]:
        return set(self.table["organizations"].query("internal == 'internal'")["id"])


def metres(shapes: Any) -> npt.NDArray[np.float64]:
    points = shapely.get_coordinates(list(shapes))
    return np.column_stack(TO_METRES.transform(points[:, 0], points[:, 1]))
