"""All that is said of a network as a whole, in one value: for pages, the command and reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from layers.importing.watch import Watch
from mapping import brokerage
from mapping.adjacency import Actors
from mapping.brokerage import Roles
from mapping.chance import Found
from mapping.cohesion import Cohesion, cohesion
from mapping.core_periphery import Core, core_periphery
from mapping.mixing import Mixing, mixing


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeNetwork:
    """What holds the network together, what divides it, and who stands where.

    Attributes
    ----------
    cohesion
        Density, centralisation, reciprocity, parts, efficiency.
    sector, lead
        How sectors mix; how groups led by migrants and institutions do.
    sector_roles, lead_roles
        Brokerage roles by the same two.
    core
        Core and periphery.
    bridges
        Ties with no way round, the gravest first.
    """

    cohesion: Cohesion
    sector: Mixing
    lead: Mixing
    sector_roles: Roles
    lead_roles: Roles
    core: Core
    bridges: pd.DataFrame

    @property
    def compared(self) -> tuple[Found, ...]:
        """The numbers about the whole that stand beside chance, whether or not with a claim."""
        held = self.cohesion
        return (
            held.centralisation,
            held.reciprocity,
            held.parts,
            held.efficiency,
            self.sector.e_i,
            self.sector.modularity,
            self.lead.e_i,
            self.lead.modularity,
            self.core.fit,
        )

    @property
    def tests(self) -> int:
        """How many of them were tested: of twenty tests, one is below 0.05 by chance."""
        return sum(found.p is not None for found in self.compared)


def whole_network(graph: Actors, *, watch: Watch | None = None) -> WholeNetwork:
    """Say all that is said of a network as a whole.

    Parameters
    ----------
    graph
        As ``mapping.network.graph_of`` gives.
    watch
        Told of progress, and stops the work.

    Raises
    ------
    LayerError
        ``tie_strength_not_positive``; ``stopped`` where somebody asked to stop.

    Examples
    --------
    >>> import networkx as nx
    >>> found = whole_network(nx.path_graph(["a", "b", "c"]))
    >>> found.cohesion.actors, len(found.bridges), found.tests
    (3, 2, 0)
    """
    return WholeNetwork(
        cohesion=cohesion(graph, watch=watch),
        sector=mixing(graph, "sector", watch=watch),
        lead=mixing(graph, "lead", watch=watch),
        sector_roles=brokerage.roles(graph, "sector"),
        lead_roles=brokerage.roles(graph, "lead"),
        core=core_periphery(graph, watch=watch),
        bridges=brokerage.bridges(graph),
    )


def told(found: WholeNetwork) -> dict[str, Any]:
    """Write it as JSON-ready objects: unknown and undefined are ``None``.

    Returns
    -------
    told
        ``whole`` (each number of :class:`Cohesion`), ``mixing`` (``sector``, ``lead``), ``core``,
        ``bridges``, ``roles`` (``sector``, ``lead``: one object an actor with a role), ``tests``.
    """
    held = found.cohesion
    numbers = (
        held.density,
        held.arc_density,
        held.centralisation,
        held.reciprocity,
        held.parts,
        held.efficiency,
    )
    return {
        "whole": {
            **{one.name: _number(one) for one in numbers},
            "always_mutual": list(held.always_mutual),
        },
        "mixing": {"sector": _mixing(found.sector), "lead": _mixing(found.lead)},
        "core": {
            **_number(found.core.fit),
            "clear": found.core.is_clear,
            "members": list(found.core.members),
            "migrant_led": found.core.migrant_led,
            "women_led": found.core.women_led,
        },
        "bridges": [
            {**row, "cut_off": list(row["cut_off"])} for row in found.bridges.to_dict("records")
        ],
        "roles": {"sector": _roles(found.sector_roles), "lead": _roles(found.lead_roles)},
        "tests": found.tests,
    }


def _number(found: Found) -> dict[str, Any]:
    """Write one number with what it stands beside."""
    return {
        "value": found.value,
        "expected": found.expected,
        "p": found.p,
        "claim": found.claim,
        "too_few": found.too_few,
        "actors": found.n,
        "counted": found.counted,
        "of": found.of,
    }


def _mixing(found: Mixing) -> dict[str, Any]:
    """Write how groups mix."""
    return {
        "sizes": found.sizes,
        "unknown": found.unknown,
        "inside": found.inside,
        "ties": found.ties,
        "inside_expected": found.inside_expected,
        "e_i": _number(found.e_i),
        "modularity": _number(found.modularity),
        "best_modularity": found.best,
        "groups": {group: _number(one) for group, one in found.each.items()},
    }


def _roles(found: Roles) -> dict[str, Any]:
    """Write who has a role, who stands between most first."""
    table = found.table[found.table["total"] > 0].sort_values(
        "total", ascending=False, kind="stable"
    )
    rows = table.astype(int).reset_index().to_dict("records")
    return {"unknown": found.unknown, "actors": rows}
