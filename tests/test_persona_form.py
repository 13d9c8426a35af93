"""The form of a persona, her link and her file: what is typed is kept, and nothing else changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from layers.errors import LayerError
from layers.plain_text import plain_text
from layers.vocab import CATEGORY
from mapping import fitting, words
from mapping.city import City
from mapping.pages import _persona_keep, _persona_link, _persona_week
from mapping.personas import PACES, Persona
from tests.helpers.town import META, Town
from tests.test_page_gaps import stored

SAMPLES = sorted((Path(__file__).parents[1] / "sample_data" / "personas").glob("*.json"))
TAGS = ("ti", "so", "prs", "zh-Hans", "ar")
personas = st.builds(
    Persona,
    category=st.sampled_from(CATEGORY),
    minutes=st.sampled_from((1.0, 12.5, 15.0, 60.0)),
    group=st.sampled_from(("all", "born_er", "women*born_er")),
    language=st.none() | st.sampled_from(TAGS),
    when=st.sampled_from(("any", "evening")),
    no_papers=st.booleans(),
    women_only_ok=st.booleans(),
    name=st.text(max_size=60).map(lambda text: plain_text(text, most=60)),
    also=st.lists(st.tuples(st.sampled_from(TAGS), st.sampled_from(("some", "well"))), max_size=3)
    .map(dict)
    .map(lambda one: tuple(one.items())),
    sex=st.none() | st.sampled_from(("woman", "man")),
    children=st.lists(st.integers(0, 17), max_size=3).map(tuple),
    hours=st.none() | st.just("Mo-Fr 18:00-21:00; Sa 10:00-16:00"),
    pace=st.sampled_from(tuple(PACES)),
    avoids_unsafe=st.booleans(),
    community=st.none() | st.sampled_from(TAGS),
)


# --- the link ------------------------------------------------------------------------------------


@given(people=st.lists(personas, min_size=1, max_size=6))
def test_a_link_gives_back_whom_it_was_made_of(people: list[Persona]) -> None:
    assert _persona_link.unpacked(_persona_link.packed(people)) == people


@given(people=st.lists(personas, min_size=1, max_size=6))
def test_a_link_is_never_too_long_for_an_address(people: list[Persona]) -> None:
    text = _persona_link.fitting(people)
    assert len(quote(text)) <= _persona_link.LONGEST
    held = _persona_link.unpacked(text)
    assert 1 <= len(held) <= len(people)
    for one, whole in zip(held, people, strict=False):
        assert replace(one, name="") == replace(whole, name="")


def test_languages_stay_in_their_order_beside_somebody_who_knows_them_in_another() -> None:
    first = Persona(category="legal", also=(("so", "some"), ("ti", "well")))
    both = [first, replace(first, also=first.also[::-1])]
    assert _persona_link.unpacked(_persona_link.packed(both)) == both


def test_who_does_not_fit_into_an_address_leaves_it_empty() -> None:
    assert _persona_link.fitting([Persona(category="legal", hours='Mo "' + "\u662f" * 390)]) == ""


def test_a_usual_six_fit_with_their_names() -> None:
    first = Persona.from_json(SAMPLES[0].read_text("utf-8"))
    several = [replace(first, name=f"Persona {n}", children=(n,)) for n in range(6)]
    held = _persona_link.unpacked(_persona_link.fitting(several))
    assert held == [replace(one, about="") for one in several]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "{}",
        "[]",
        "[1]",
        "[[]]",
        '"a"',
        "[" * 9_000,
        json.dumps([{"category": "legal"}] * 7),
        "1" * 5_000,
        '[{"category": "legal", "age": ' + "1" * 5_000 + "}]",
    ],
    ids=range(11),
)
def test_a_broken_link_is_one_sentence(text: str) -> None:
    with pytest.raises(LayerError) as error:
        _persona_link.unpacked(text)
    assert error.value.code == "persona_link_broken"
    assert words.explain(error.value, "en").count(".") == 2


# --- when she is free ----------------------------------------------------------------------------

PARTS = {"morning": (6, 12), "afternoon": (12, 18), "evening": (18, 22), "night": (22, 30)}
weeks = st.fixed_dictionaries(
    {
        day: st.sets(st.sampled_from(_persona_week.PARTS)).map(
            lambda parts: tuple(part for part in _persona_week.PARTS if part in parts)
        )
        for day in _persona_week.DAYS
    }
)


@given(week=weeks)
def test_choices_are_drawn_as_they_were_written(week: dict[str, tuple[str, ...]]) -> None:
    assert _persona_week.drawn(*_persona_week.written(week)) == week


@pytest.mark.parametrize(
    "week",
    [
        {"workdays": ("evening",), "saturday": (), "sunday": ()},
        {"workdays": ("morning", "night"), "saturday": ("afternoon",), "sunday": ()},
        {"workdays": ("morning", "evening"), "saturday": ("night",), "sunday": ("night",)},
        {"workdays": (), "saturday": ("morning", "afternoon", "evening"), "sunday": ("morning",)},
        dict.fromkeys(_persona_week.DAYS, _persona_week.PARTS),
    ],
    ids=range(5),
)
def test_choices_mean_those_hours_of_the_week(week: dict[str, tuple[str, ...]]) -> None:
    when, hours = _persona_week.written(week)
    persona = Persona(category="legal", when=when, hours=hours)
    free = fitting.free_slots(City(town().read, META), persona)
    expected = np.zeros(7 * 288, dtype=bool)  # twelve slots an hour
    for days, name in ((range(5), "workdays"), ((5,), "saturday"), ((6,), "sunday")):
        for day in days:
            for part in week[name]:
                first, last = PARTS[part]
                slots = np.arange(day * 288 + first * 12, day * 288 + last * 12)
                expected[slots % (7 * 288)] = True
    assert (free == expected).all()


@pytest.mark.parametrize("hours", ["Mo-Fr 18:00-21:00", "PH off", "Mo 06:00-12:00", "nonsense"])
def test_other_hours_are_left_as_they_are_written(hours: str) -> None:
    assert _persona_week.drawn("any", hours) is None


def test_hours_that_have_a_name_are_drawn_too() -> None:
    week = {**_persona_week.EMPTY, "workdays": ("evening",)}
    assert _persona_week.drawn("any", "Mo-Fr 18:00-22:00") == week


# --- the file ------------------------------------------------------------------------------------


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
def test_the_sample_personas_can_be_opened(file: Path) -> None:
    assert _persona_keep.read(file.read_bytes()).name


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "persona_not_json"),
        (b"\xff\xfe\x00", "persona_not_json"),
        (b"[" * 15_000, "persona_not_json"),
        (b"[1]", "persona_not_json"),
        (b'{"shoe_size": 38}', "persona_key_unknown"),
        (b'{"category": ["legal"]}', "need_value_unknown"),
        (b'{"category": "legal", "children": [[1]]}', "need_value_unknown"),
        (b'{"category": "legal", "also": {"de": {}}}', "need_value_unknown"),
        (b'{"category": "legal", "name": 5}', "need_value_unknown"),
        (b" " * 30_000, "persona_too_large"),
    ],
    ids=range(10),
)
def test_a_bad_file_is_one_sentence(content: bytes, code: str) -> None:
    with pytest.raises(LayerError) as error:
        _persona_keep.read(content)
    assert error.value.code == code
    assert words.explain(error.value, "en")


# --- the form ------------------------------------------------------------------------------------

FORM = """
import streamlit as st
from layers import atlas, clock
from mapping.city import City
from mapping.pages import _persona, _persona_form, _shared
here = _shared.atlas()
city = _shared.once("gaps city", clock.today(), lambda: City(here.read, here.meta()))
fault = _persona.arrive(city, lambda: _persona.here())
_persona_form.form(city)
st.text(fault)
st.code(_persona.here().persona.to_json())
_persona.leave()
"""


def town() -> Town:
    made = Town()
    made.people({"c100": 100, "c1300": 300})
    made.rows["population_groups"] += [
        {"id": "women", "label": "Women", "dimension": "sex"},
        {"id": "men", "label": "Men", "dimension": "sex"},
        {"id": "born_er", "label": "Born in Eritrea", "dimension": "birthplace"},
    ]
    made.people({"c100": 50, "c1300": 150}, group="women")
    made.people({"c100": 50, "c1300": 150}, group="men")
    made.people({"c100": 20, "c1300": 30}, group="born_er")
    made.service("one", (100, 0), hours="Mo-Fr 18:00-21:00", languages={"ti": "staff"})
    return made


@pytest.fixture
def form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Persona], AppTest]:
    monkeypatch.setenv("CG_TODAY", "2026-11-22")

    def run(persona: Persona) -> AppTest:
        monkeypatch.setenv("CG_ATLAS", str(stored(town(), tmp_path / "town.gpkg").path))
        app = AppTest.from_string(FORM)
        app.query_params["persona"] = _persona_link.packed([persona])
        app.run(timeout=60)
        assert not app.exception
        return app

    return run


def now(app: AppTest) -> Persona:
    assert not app.exception
    return Persona.from_json(app.code[0].value)


FULL = Persona(
    category="language_course",
    minutes=12.5,
    group="women*born_er",
    language="ti",
    hours="Mo,We 17:30-20:15",
    stay_min=95,
    no_papers=True,
    women_only_ok=False,
    free=True,
    step_free=True,
    place_free=True,
    no_referral=True,
    name="Selam",
    also=(("am", "well"), ("de", "some")),
    course_level="A1",
    sex="woman",
    age=41,
    children=(7, 3, 3, 25),
    together="childcare",
    pace="pram",
    avoids_unsafe=True,
    community="ti",
    not_own_community=True,
)


def test_a_form_that_nobody_touches_changes_nothing(form: Callable[[Persona], AppTest]) -> None:
    app = form(FULL)
    assert now(app) == FULL
    assert now(app.run(timeout=60)) == FULL


@pytest.mark.parametrize(
    ("kind", "key", "value", "changed"),
    [
        ("selectbox", "category", "legal", {"category": "legal"}),
        ("selectbox", "category", "childcare", {"category": "childcare", "together": None}),
        ("slider", "minutes", 20, {"minutes": 20.0}),
        ("multiselect", "well", ["am"], {"language": "am", "also": (("de", "some"),)}),
        ("multiselect", "well", [], {"language": None, "also": (("de", "some"),)}),
        ("multiselect", "some", [], {"also": (("am", "well"),)}),
        ("text_input", "hours", "Sa 10:00-12:00", {"hours": "Sa 10:00-12:00"}),
        ("text_input", "hours", "", {"hours": None, "when": "any"}),
        ("number_input", "stay_min", 30, {"stay_min": 30}),
        ("selectbox", "pace", "wheelchair", {"pace": "wheelchair"}),
        ("checkbox", "avoids_unsafe", False, {"avoids_unsafe": False}),
        ("checkbox", "women_only_ok", False, {"women_only_ok": True}),
        ("checkbox", "no_papers", False, {"no_papers": False}),
        ("number_input", "age", 42, {"age": 42}),
        ("multiselect", "children", [3], {"children": (3,)}),
        ("selectbox", "together", None, {"together": None}),
        ("selectbox", "community", None, {"community": None}),
        ("selectbox", "group", "all", {"group": "all"}),
    ],
)
def test_one_change_in_the_form_changes_that_alone(
    form: Callable[[Persona], AppTest], kind: str, key: str, value: Any, changed: dict[str, Any]
) -> None:
    app = form(FULL)
    getattr(app, kind)(key=f"reach_form_{key}").set_value(value).run(timeout=60)
    assert now(app) == replace(FULL, **changed)


def test_hours_are_chosen_by_day_and_part_of_the_day(form: Callable[[Persona], AppTest]) -> None:
    app = form(Persona(category="legal", when="evening"))
    assert app.button_group(key="reach_form_week_workdays").value == ["evening"]
    app.button_group(key="reach_form_week_saturday").set_value(["morning"]).run(timeout=60)
    assert now(app).hours == "Mo-Fr 18:00-22:00, Sa 06:00-12:00"
    assert now(app).when == "any"
    app.button_group(key="reach_form_week_saturday").set_value([]).run(timeout=60)
    assert (now(app).hours, now(app).when) == (None, "evening")


def test_hours_that_nobody_can_read_are_refused_and_the_question_stays(
    form: Callable[[Persona], AppTest],
) -> None:
    app = form(FULL)
    app.text_input(key="reach_form_hours").set_value("whenever").run(timeout=60)
    assert now(app) == FULL
    assert "Nobody can read when this person is free." in "\n".join(one.value for one in app.text)


def test_a_group_that_this_city_does_not_count_is_said(form: Callable[[Persona], AppTest]) -> None:
    app = form(replace(FULL, group="born_xx"))
    assert now(app).group == "all"
    assert "This city does not count born_xx." in "\n".join(one.value for one in app.text)


def test_an_estimate_is_offered_under_its_name(form: Callable[[Persona], AppTest]) -> None:
    app = form(FULL)
    options = app.selectbox(key="reach_form_group").options
    assert "Women × Born in Eritrea (estimate)" in options  # noqa: RUF001 - as in the label
    assert "Women" in options
