"""The network goes out as Kumu's JSON and GraphML, and comes back without a loss."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import networkx as nx
import pandas as pd
import pytest

from layers import atlas, schema
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.exporting import export
from layers.importing import importer
from layers.importing.draft import Options

TIES = (
    {
        "id": "t1",
        "from_id": "a",
        "to_id": "b",
        "kind": "refers_to",
        "direction": "directed",
        "strength": 3,
        "participation": "co_designs",
        "cooperation": "delivery",
        "gives": "rooms, tea",
        "needs": 'a "lift"',
        "since": date(2021, 4, 1),
        "until": date(2031, 1, 2),
        "last_confirmed": date(2026, 2, 3),
        "confirmed_by": 2,
    },
    {"id": "t2", "from_id": "b", "to_id": "a", "kind": "funds", "direction": "directed"},
    {"id": "t3", "from_id": "a", "to_id": "b", "kind": "shares_space", "direction": "mutual"},
)


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as w:
        w.insert(
            "organizations",
            [
                {"id": "a", "name": "House & <Co>", "consent_shown": True, "migrant_led": True},
                {"id": "b", "name": "Office", "consent_shown": True, "kind": "ngo"},
                {"id": "c", "name": "Office", "communities": ["so", "ar"], "at_risk": False},
                {"id": "no", "name": "Refused", "consent_shown": False},
            ],
        )
        w.insert("ties", list(TIES))
        gone = {"from_id": "a", "to_id": "no", "kind": "funds", "direction": "directed"}
        w.insert("ties", [{"id": "t9", **gone}])
        said = {"organization_id": "b", "power": 4, "interest": 1}
        w.insert("standings", [{"id": "s", **said}])
        reply = {"organization_id": "b", "about": "standings", "words": "We only advise."}
        w.insert("replies", [{"id": "r", **reply}])
    return made


def file_of(town: Atlas, folder: Path, to: str) -> Path:
    export(town, folder, to=to)
    return folder / {"kumu": "network.json", "graphml": "network.graphml"}[to]


def test_networkx_reads_the_graphml_with_types_and_without_who_refused(
    town: Atlas, tmp_path: Path
) -> None:
    path = file_of(town, tmp_path / "out", "graphml")
    text = path.read_text("utf-8")
    directed = text.replace('directed="false"', 'directed="true"')  # networkx takes no mixture
    path.write_text(directed, "utf-8")
    graph = nx.read_graphml(path, force_multigraph=True)
    assert set(graph) == {"a", "b", "c"}
    assert graph.nodes["a"]["name"] == "House & <Co>"
    assert graph.nodes["a"]["migrant_led"] is True
    assert "migrant_led" not in graph.nodes["b"]  # unknown is not written
    assert (graph.nodes["b"]["power"], graph.nodes["b"]["reply_standings"]) == (
        4,
        "We only advise.",
    )
    first = next(d for *_, d in graph.edges(data=True) if d.get("strength"))
    assert (first["strength"], first["since"]) == (3, "2021-04-01")
    assert graph.number_of_edges() == 3
    assert text.count('directed="false"') == 1


def test_kumu_gets_labels_that_tell_two_of_one_name_apart(town: Atlas, tmp_path: Path) -> None:
    whole = json.loads(file_of(town, tmp_path / "out", "kumu").read_text("utf-8"))
    labels = [one["label"] for one in whole["elements"]]
    assert labels == ["House & <Co>", "Office (b)", "Office (c)"]
    assert {one["type"] for one in whole["connections"]} == {"refers_to", "funds", "shares_space"}
    assert all(one["from"] in labels and one["to"] in labels for one in whole["connections"])


@pytest.mark.parametrize("to", ["kumu", "graphml"])
def test_the_network_comes_back_as_it_went(town: Atlas, tmp_path: Path, to: str) -> None:
    file = file_of(town, tmp_path / "out", to)
    again = atlas.create(tmp_path / "again.gpkg", name="Again")
    for kind in ("actors", "ties"):
        plan = importer.prepare(again, file, kind=kind, options=Options(part=kind))
        assert plan.rejected == ()
        importer.carry_out(again, plan)
    columns = [
        one.name
        for one in schema.TABLES["ties"].columns
        if one not in schema.PROVENANCE and not one.name.endswith("_confirmed_on")
    ]
    went = town.read("ties").query("id != 't9'")[columns].reset_index(drop=True)
    came = again.read("ties").sort_values("id")[columns].reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.DataFrame(came), pd.DataFrame(went))
    actors = again.read("organizations").set_index("id")
    assert set(actors.index) == {"a", "b", "c"}
    assert actors.loc["c", "communities"] == ["so", "ar"]
    assert actors.loc["a", "migrant_led"]
    assert not actors.loc["c", "at_risk"]
    assert actors["migrant_led"].isna().tolist() == [False, True, True]


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE g [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    '<graphml xmlns="http://graphml.graphdrawing.org/xmlns"><graph><node id="&b;"/></graph>'
    "</graphml>"
)
OUTSIDE = BOMB.replace('<!ENTITY a "aaaa">', '<!ENTITY a SYSTEM "file:///etc/passwd">')


@pytest.mark.parametrize("text", [BOMB, OUTSIDE], ids=["bomb", "outside"])
def test_hostile_graphml_is_refused(tmp_path: Path, text: str) -> None:
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    (tmp_path / "net.graphml").write_text(text, "utf-8")
    with pytest.raises(LayerError) as refused:
        importer.prepare(made, tmp_path / "net.graphml", kind="actors")
    assert refused.value.code == "xml_has_entities"


def test_a_graphml_of_another_tool_comes_in_undirected(tmp_path: Path) -> None:
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    graph: nx.Graph[str] = nx.Graph()
    graph.add_edge("x", "y", kind="refers_to", strength=2)
    nx.set_node_attributes(graph, {"x": "Xenia", "y": "Yard"}, "name")
    nx.write_graphml(graph, tmp_path / "net.graphml")
    for kind in ("actors", "ties"):
        options = Options(part=kind)
        plan = importer.prepare(made, tmp_path / "net.graphml", kind=kind, options=options)
        importer.carry_out(made, plan)
    tie = made.read("ties").iloc[0]
    assert (tie["from_id"], tie["to_id"], tie["direction"]) == ("x", "y", "mutual")
    assert tie["strength"] == 2
