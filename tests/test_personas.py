from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.errors import LayerError
from layers.plain_text import plain_text
from layers.vocab import CATEGORY
from mapping.needs import Need
from mapping.personas import FACTS_OF, PACES, Persona, as_man, persona_of, with_papers

PERSONAS = st.builds(
    Persona,
    category=st.sampled_from(CATEGORY),
    name=st.text(max_size=20).map(lambda text: plain_text(text, most=20)),
    language=st.none() | st.sampled_from(["ti", "so", "zh-Hans"]),
    also=st.lists(
        st.tuples(st.sampled_from(["de", "en"]), st.sampled_from(["some", "well"])),
        max_size=2,
        unique_by=lambda one: one[0],
    ).map(tuple),
    sex=st.none() | st.sampled_from(["woman", "man"]),
    age=st.none() | st.integers(0, 120),
    children=st.lists(st.integers(0, 17), max_size=4).map(tuple),
    stay_min=st.integers(5, 600),
    pace=st.sampled_from(sorted(PACES)),
    no_papers=st.booleans(),
    free=st.booleans(),
    avoids_unsafe=st.booleans(),
    community=st.none() | st.just("so"),
)


@given(persona=PERSONAS)
def test_a_shared_persona_comes_back_the_same(persona: Persona) -> None:
    assert Persona.from_json(persona.to_json()) == persona


@given(persona=PERSONAS)
def test_each_fact_that_is_asked_belongs_to_one_step(persona: Persona) -> None:
    steps = [fact for facts in FACTS_OF.values() for fact in facts]
    asked = persona.asked()
    assert len(set(asked)) == len(asked)
    assert [fact for fact in steps if fact in asked] == list(asked)


def test_a_need_is_a_persona_who_asks_nothing_more() -> None:
    need = Need(category="legal", language="ti", when="evening", no_papers=True, free=True)
    assert set(persona_of(need).asked()) == set(need.asked())


def test_the_same_person_as_a_man_is_not_let_in_where_only_women_are() -> None:
    woman = Persona(category="language_course", sex="woman", group="women")
    man = as_man(woman, group="men")
    assert "women_only" not in woman.asked()
    assert "women_only" in man.asked()
    assert man.group == "men"


def test_the_same_person_with_papers_is_asked_for_none() -> None:
    assert with_papers(Persona(category="health", no_papers=True)).asked() == ()


def test_childcare_must_take_the_children_and_not_their_mother() -> None:
    mother = Persona(category="childcare", age=30, children=(2, 5))
    assert mother.ages() == (2, 5)
    assert Persona(category="legal", age=30, children=(2, 5)).ages() == (30,)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("pace", "running"),
        ("sex", "women"),
        ("age", -1),
        ("age", "thirty"),
        ("children", [200]),
        ("children", "two"),
        ("also", ["de"]),
        ("also", {"de": "fluent"}),
        ("also", {"not a tag!": "some"}),
        ("stay_min", 0),
        ("together", "legal"),
        ("community", "So mali"),
        ("avoids_unsafe", 1),
        ("name", "x" * 61),
        ("pace", []),
        ("pace", {}),
        ("also", {"de": {}}),
        ("also", {f"a{chr(97 + number)}": "well" for number in range(21)}),
        ("children", [1] * 10_000),
        ("children", [[1]]),
        ("language", "de" + "-abcdefgh" * 200),
        ("group", "x" * 201),
        ("group", "\ud800"),
        ("hours", "\ud800"),
        ("hours", "Mo-Fr 18:00-21:00\x00"),
    ],
)
def test_a_wrong_value_is_named(key: str, value: Any) -> None:
    with pytest.raises(LayerError) as error:
        Persona.from_json({"category": "legal", key: value})
    assert error.value.code == "need_value_unknown"
    assert error.value.blanks["key"] in {key, "age"}


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda one: st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=5), one, max_size=3),
    max_leaves=5,
)


@given(
    said=st.dictionaries(
        st.sampled_from([*(one.name for one in fields(Persona)), "__class__"]), ANYTHING
    )
)
def test_whatever_a_file_says_it_is_a_persona_or_refused_in_a_sentence(
    said: dict[str, Any],
) -> None:
    for one in (said, {"category": "legal"} | said, {**said, "category": "legal", "minutes": 15}):
        try:
            persona = Persona.from_json(one)
        except LayerError:  # nothing else: its sentence is shown
            continue
        assert Persona.from_json(persona.to_json()) == persona


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"category": "legal", "age": ' + "1" * 5_000 + "}", "persona_not_json"),
        ('{"category": "legal", "about": ' + "[" * 9_000 + "]" * 9_000 + "}", "persona_not_json"),
        ("[" * 100_000, "persona_too_large"),
    ],
    ids=["digits", "deep", "large"],
)
def test_json_that_nobody_can_read_is_refused(text: str, code: str) -> None:
    with pytest.raises(LayerError) as error:
        Persona.from_json(text)
    assert error.value.code == code


def test_nothing_hides_in_what_she_is_called_and_nothing_turns_its_neighbours_round() -> None:
    said = {"category": "legal", "name": "a\u202e003\ud800\x00", "about": "one\u2066\n\u202e two "}
    persona = Persona.from_json(said)
    assert (persona.name, persona.about) == ("a003", "one\ntwo")


def test_a_key_nobody_knows_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(LayerError, match="persona_key_unknown") as error:
        Persona.from_json(json.dumps({"category": "legal", "papers": "none"}))
    assert "no_papers" in str(error.value.blanks["known"])
