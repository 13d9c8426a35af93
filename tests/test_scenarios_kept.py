"""Scenarios are kept, changed, taken back and removed; nobody's newer change is overwritten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from layers import atlas, changes, scenarios_kept
from layers.atlas import Atlas
from layers.errors import LayerError
from mapping import scenarios, words

STEP = {"do": "remove_actor", "actor": "org-1"}
PLAN: dict[str, Any] = {"name": " Without  the desk ", "about": "", "steps": [STEP]}


@pytest.fixture
def city(tmp_path: Path) -> Atlas:
    """Make an empty city."""
    return atlas.create(tmp_path / "city.gpkg", name="City")


def last_change(city: Atlas) -> str:
    return str(city.read("revisions")["id"].iloc[-1])


def test_a_scenario_comes_back_as_it_was_kept(city: Atlas) -> None:
    made = scenarios.do(scenarios.Scenario(name="Without the desk", about="For May"), STEP)
    one = scenarios_kept.keep(city, made.as_dict(), "Ines")
    (found,) = scenarios_kept.kept(city)
    assert (found["id"], found["row_version"]) == (one, 1)
    assert scenarios.from_json(found).as_dict() == made.as_dict()
    assert city.read("revisions")["who"].tolist() == ["Ines"]


def test_a_change_of_steps_is_taken_back_and_nothing_is_written_for_nothing(city: Atlas) -> None:
    one = scenarios_kept.keep(city, PLAN)
    (first,) = scenarios_kept.kept(city)
    assert scenarios_kept.keep(city, first) == one
    assert len(city.read("revisions")) == 1
    scenarios_kept.keep(city, first | {"steps": []})
    assert scenarios_kept.kept(city)[0]["steps"] == []
    changes.undo(city, last_change(city))
    assert scenarios_kept.kept(city)[0]["steps"] == [STEP]
    with pytest.raises(LayerError, match="row_changed_meanwhile"):
        scenarios_kept.keep(city, first | {"name": "Another"})


def test_a_removed_scenario_can_be_put_back(city: Atlas) -> None:
    one = scenarios_kept.keep(city, PLAN)
    with pytest.raises(LayerError, match="row_changed_meanwhile"):
        scenarios_kept.forget(city, one, seen=7)
    scenarios_kept.forget(city, one, seen=1)
    assert scenarios_kept.kept(city) == []
    with pytest.raises(LayerError, match="row_changed_meanwhile"):
        scenarios_kept.forget(city, one)
    changes.undo(city, last_change(city))
    assert scenarios_kept.kept(city)[0]["name"] == "Without the desk"


@pytest.mark.parametrize(
    ("name", "code"), [("  ", "scenario_name_empty"), ("n" * 61, "scenario_name_long")]
)
def test_a_name_that_is_none_or_too_long_is_refused(city: Atlas, name: str, code: str) -> None:
    with pytest.raises(LayerError) as caught:
        scenarios_kept.keep(city, PLAN | {"name": name})
    assert caught.value.code == code
    assert "scenario" in words.explain(caught.value, "en").lower()
    assert scenarios_kept.kept(city) == []
