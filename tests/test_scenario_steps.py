"""The steps of a scenario: undo takes back, and whatever a file holds is read or refused."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import LayerError
from mapping import scenario_steps, words
from mapping.scenarios import Scenario, do, drop, from_json, redo, undo
from tests.helpers.what_if import one_step, some_steps, steps_of


@given(steps=some_steps, last=one_step)
def test_undo_after_do_is_as_it_was_and_redo_does_it_again(
    steps: list[dict[str, Any]], last: dict[str, Any]
) -> None:
    before = steps_of(*steps)
    after = do(before, last)
    assert (undo(after).steps, undo(after).earlier) == (before.steps, before.earlier)
    assert redo(undo(after)) == after
    for at in range(len(after.steps)):
        assert undo(drop(after, at)).steps == after.steps
        assert drop(after, at).steps == (*after.steps[:at], *after.steps[at + 1 :])
    assert from_json(after.to_json()).steps == after.steps


def test_undo_and_redo_of_nothing_are_nothing() -> None:
    assert undo(Scenario(name="a")) == redo(Scenario(name="a")) == Scenario(name="a")


HOSTILE: list[tuple[str, object]] = [
    ("scenario_not_json", "{"),
    ("scenario_not_json", "[" * 50_000),
    ("scenario_not_json", []),
    ("scenario_too_large", " " * 60_001),
    ("scenario_key_unknown", {"steps": [], "<img>": 1}),
    ("scenario_step_incomplete", {"name": "a"}),
    ("scenario_too_many", {"steps": [{"do": "remove_actor", "actor": "a"}] * 61}),
    ("scenario_value", {"name": 5, "steps": []}),
    ("scenario_value", {"name": "a" * 61, "steps": []}),
    *(
        (code, {"steps": [step]})
        for code, step in [
            ("scenario_step_unknown", 7),
            ("scenario_step_unknown", {"do": ["remove_actor"]}),
            ("scenario_step_unknown", {"do": "drop table"}),
            ("scenario_step_incomplete", {"do": "remove_actor"}),
            ("scenario_key_unknown", {"do": "remove_actor", "actor": "a", "why": "b"}),
            ("scenario_value", {"do": "remove_actor", "actor": {"a": 1}}),
            ("scenario_value", {"do": "remove_actor", "actor": "a\u0000"}),
            ("scenario_value", {"do": "add_tie", "from": "a", "to": "a", "kind": "funds"}),
            ("scenario_value", {"do": "add_tie", "from": "a", "to": "b", "kind": "loves"}),
            (
                "scenario_value",
                {"do": "add_tie", "from": "a", "to": "b", "kind": "funds", "strength": True},
            ),
            ("scenario_step_incomplete", {"do": "add_site", "category": "legal", "lon": 1}),
            (
                "scenario_value",
                {"do": "add_site", "category": "legal", "lon": 10**400, "lat": 1},
            ),
            (
                "scenario_value",
                {"do": "add_site", "category": "legal", "lon": float("nan"), "lat": 1},
            ),
            ("scenario_value", {"do": "set_hours", "service_at_location": "a", "hours": "soon"}),
            (
                "scenario_value",
                {"do": "set_fact", "table": "ties", "id": "a", "column": "kind", "value": "x"},
            ),
            (
                "scenario_value",
                {"do": "set_fact", "table": ["ties"], "id": "a", "column": ["id"], "value": "x"},
            ),
            (
                "scenario_value",
                {"do": "set_fact", "table": "services", "id": "a", "column": "free", "value": 1},
            ),
        ]
    ),
]


@pytest.mark.parametrize(("code", "said"), HOSTILE)
def test_a_hostile_file_is_refused_in_one_sentence(code: str, said: Any) -> None:
    with pytest.raises(LayerError) as caught:
        from_json(said)
    assert caught.value.code == code
    sentence = words.explain(caught.value, "en")
    assert "\n" not in sentence
    assert "{" not in sentence.replace("{number}", "")
    assert "img" not in sentence or "<" in sentence  # named as it stands: pages show it as text


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["do", "steps", "name", "actor", "value", "table", "x"])
                | st.sampled_from(list(scenario_steps.VERBS)),
                inner,
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
def test_whatever_a_file_holds_it_is_read_or_refused(said: Any) -> None:
    try:
        found = from_json(said)
    except LayerError as error:
        refused = error
    else:
        assert from_json(json.loads(found.to_json())) == found
        return
    assert words.explain(refused, "en")


def test_the_hours_a_step_may_set_are_those_that_are_understood() -> None:
    step = {"do": "set_hours", "service_at_location": "j", "hours": "Mo-Fr 18:00-21:00"}
    assert scenario_steps.checked(step, 1) == step
