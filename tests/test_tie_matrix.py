"""Ties as a matrix: rows lead to columns, the diagonal is nothing, two cells that agree are one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import networkx as nx
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers import atlas
from layers.errors import LayerError
from layers.importing import importer
from layers.importing.build_links import build_ties
from layers.importing.draft import Options, Source
from layers.importing.importer import Plan
from layers.importing.tables import Table
from tests.helpers.sampled import examples

NAMES = ["Amal", "Besa", "Caritas", "Dom"]
HEAD = "refers to," + ",".join(NAMES)


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as writer:
        actors = [{"id": name[0].lower(), "name": name} for name in NAMES]
        writer.insert("organizations", actors)
    return made


def add(town: atlas.Atlas, text: str, **said: Any) -> Plan:
    path = town.path.parent / "matrix.csv"
    path.write_text(text, encoding="utf-8")
    plan = importer.prepare(town, path, kind="ties", options=Options(**said))
    importer.carry_out(town, plan)
    return plan


def ties(town: atlas.Atlas) -> set[tuple[str, str, str, int | None, str]]:
    columns = ["from_id", "to_id", "kind", "strength", "direction"]
    found = town.read("ties")[columns].astype(object)
    return {
        (*row[:3], None if pd.isna(row[3]) else int(row[3]), row[4])
        for row in found.itertuples(index=False)
    }


def test_a_row_leads_to_a_column_and_cells_that_agree_are_mutual(town: atlas.Atlas) -> None:
    plan = add(town, f"{HEAD}\nAmal,9,2,,x\nBesa,2,,1,\nCaritas,,,,0\nDom,,3,-,\n")
    assert ties(town) == {
        ("a", "b", "refers_to", 2, "mutual"),
        ("a", "d", "refers_to", None, "directed"),
        ("b", "c", "refers_to", 1, "directed"),
        ("d", "b", "refers_to", 3, "directed"),
    }
    assert plan.rejected == ()


def test_a_cell_may_name_kinds_and_strengths(town: atlas.Atlas) -> None:
    add(town, ",Amal,Besa,Dom\nAmal,,funds 2; trusts,\nDom,delivers with (3),,\n")
    assert ties(town) == {
        ("a", "b", "funds", 2, "directed"),
        ("a", "b", "trusts", None, "directed"),
        ("d", "a", "delivers_with", 3, "directed"),
    }


def test_marks_without_a_kind_are_refused_with_the_way_out(town: atlas.Atlas) -> None:
    text = ",Amal,Besa\nAmal,,x\nBesa,,\n"
    with pytest.raises(LayerError, match="tie_kind_missing"):
        add(town, text)
    add(town, text, values=(("kind", "*", "funds"),))
    assert ties(town) == {("a", "b", "funds", None, "directed")}


def test_a_rectangle_with_strangers_tells_all_of_them(town: atlas.Atlas) -> None:
    plan = add(
        town,
        "refers to,Besa,Nobody,Dom\nAmal,1,1,\nCarita,1,1,2\nDom,7,,\nUnknown e.V.,,,1\n"
        "Caritas,,,2\n",
    )
    assert ties(town) == {
        ("a", "b", "refers_to", 1, "directed"),
        ("c", "d", "refers_to", 2, "directed"),
    }
    said = [(one.row, one.code, one.column) for one in plan.rejected]
    assert said == [
        (3, "actor_nearly", "refers to"),
        (4, "not_between", "Besa"),
        (5, "actor_unknown", "refers to"),
    ]
    assert plan.rejected[0].values["near"] == "Caritas"  # noqa: PD011 - of a rejection, no frame
    notes = {note.code: note.values for note in plan.notes}  # noqa: PD011 - of a note
    assert notes["matrix_strangers"]["names"] == "Nobody"


def test_half_a_matrix_is_taken_as_mutual_and_said(town: atlas.Atlas) -> None:
    plan = add(town, f"{HEAD}\nAmal,,2,1,\nBesa,,,3,\nCaritas,,,,\nDom,,,,\n")
    assert {row[-1] for row in ties(town)} == {"mutual"}
    assert "matrix_half" in {note.code for note in plan.notes}


def test_a_second_tie_of_the_same_kind_is_listed_and_not_counted_twice(town: atlas.Atlas) -> None:
    plan = add(town, "from,to,kind\nAmal,Besa,funds\namal,BESA ,funds\nBesa,Amal,funds\n")
    assert [(one.row, one.code) for one in plan.rejected] == [(3, "tie_twice")]
    assert town.count("ties") == 2


@given(
    cells=st.lists(st.sampled_from(["", "1", "2", "3"]), min_size=16, max_size=16),
)
@settings(
    max_examples=examples(60),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_network_is_that_of_the_matrix(town: atlas.Atlas, cells: list[str]) -> None:
    rows: list[list[str | None]] = [
        [name, *(cell or None for cell in cells[4 * n : 4 * n + 4])] for n, name in enumerate(NAMES)
    ]
    table = Table(["refers to", *NAMES], rows, [2, 3, 4, 5], "csv")
    draft = build_ties(Source(town, table, "m.csv", Options()))
    found: nx.DiGraph[str] = nx.DiGraph()
    for tie in draft.rows.get("ties", []):
        found.add_edge(tie["from_id"], tie["to_id"], strength=tie["strength"])
        if tie["direction"] == "mutual":
            found.add_edge(tie["to_id"], tie["from_id"], strength=tie["strength"])
    wanted = {
        ("abcd"[i], "abcd"[j]): int(cells[4 * i + j])
        for i in range(4)
        for j in range(4)
        if i != j and cells[4 * i + j]
    }
    if any(note.code == "matrix_half" for note in draft.notes):
        wanted |= {(b, a): strength for (a, b), strength in wanted.items()}
    assert {tie: found.edges[tie]["strength"] for tie in found.edges} == wanted


def test_a_cell_that_is_rejected_hides_no_other_and_the_numbers_add_up(town: atlas.Atlas) -> None:
    path = town.path.parent / "matrix.csv"
    path.write_text(f"{HEAD}\nAmal,,9,1,\nBesa,2,,9,\n", encoding="utf-8")
    plan = importer.prepare(town, path)
    assert plan.kind == "ties"
    assert {(one.row, one.column) for one in plan.rejected} == {(2, "Besa"), (3, "Caritas")}
    compared = plan.compared
    assert plan.accepted == compared.new + compared.changed + compared.same == 2
    importer.carry_out(town, plan)
    assert {one[:2] for one in ties(town)} == {("a", "c"), ("b", "a")}
