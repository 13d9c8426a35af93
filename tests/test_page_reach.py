"""The page Reach: what stands out first, one sentence, steps, twins, links, what is not said."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Hashable
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from layers import atlas, personas_kept
from layers.importing.watch import Watch
from mapping import figures, maps, words
from mapping.city import City
from mapping.pages import _persona_link, _reach_answers, _reach_figures
from mapping.personas import STEPS, Persona, with_papers
from tests.helpers.desk_gone import nobody_to_ask
from tests.helpers.reached import (
    PAGE,
    SELAM,
    Opened,
    again,
    in_address,
    opener,
    press,
    table,
    texts,
    town,
)
from tests.helpers.town import META, Town
from tests.test_page_gaps import stored


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    return opener(tmp_path, monkeypatch)


# --- how it opens --------------------------------------------------------------------------------


def test_it_opens_with_what_is_planted_in_the_sample_city(
    opened: Opened, sample_once: Path
) -> None:
    app = opened(sample_once)
    assert app.title[0].value == "How many people like this does legal advice really reach?"
    said = texts(app)
    assert (
        "0 are left when it must also be open on a weekday evening and understand Tigrinya." in said
    )
    assert "Most are lost at: understands them." in said
    assert "Place of birth is not language" in said
    assert app.button_group(key="reach_step").value == "understood"


def test_in_the_twin_it_opens_with_the_first_persona_that_is_kept(
    opened: Opened, twin_atlas: Path
) -> None:
    first = personas_kept.kept(atlas.Atlas(twin_atlas))[0]
    app = opened(twin_atlas)
    assert app.selectbox(key="reach_choose").value == f"kept:{first['id']}"
    assert first["name"] in texts(app)


def test_the_answer_is_one_sentence_with_range_and_date(opened: Opened) -> None:
    said = texts(opened(town(), SELAM))
    # 510 women; all within 15 minutes of one of two places, the evening in Somali only.
    assert (
        "Of 510 people like her, 510 live near legal advice, and 0 are left when it must also be "
        "open on a weekday evening and understand Tigrinya. Most are lost at: understands them. "
        "Counted: Women, 2026-01-01; services last checked: 2026-06-01." in said
    )


def test_a_persona_of_whom_nothing_is_asked_is_told_so(opened: Opened) -> None:
    app = opened(town(), Persona(category="legal"))
    assert "Nothing more is asked of it." in texts(app)


def test_nobody_counted_and_no_services_say_what_is_missing(opened: Opened) -> None:
    app = opened(Town())
    assert words.say("gaps.missing_people") in texts(app)
    assert words.say("frame.go_to_data") in texts(app)


def test_people_without_services_say_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = Town()
    made.people({"c100": 100})
    monkeypatch.setenv("CG_ATLAS", str(stored(made, tmp_path / "people.gpkg").path))
    app = again(AppTest.from_string(PAGE))
    assert words.say("gaps.missing_services") in texts(app)


def test_help_of_which_the_atlas_holds_nothing_may_be_a_gap_in_the_table(opened: Opened) -> None:
    app = opened(town(), Persona(category="childcare"))
    assert words.say("reach.none_of_kind") in texts(app)


# --- the steps -----------------------------------------------------------------------------------


def test_a_step_says_what_it_costs_alone_and_what_solving_it_brings(opened: Opened) -> None:
    app = opened(town(), SELAM, query={"step": "understood"})
    said = texts(app)
    assert "After “understands them”: 0 of 510 people are still reached." in said
    assert "Lost at this step: 510." in said
    # in Tigrinya at any time: the 210 at one place are reached, the 300 across the river are not
    assert "it alone would cost: 300 to 305." in said  # rounded outward to fives
    assert "it would bring: 510." in said


def test_another_step_is_chosen_by_its_name(opened: Opened) -> None:
    app = opened(town(), SELAM)
    app.button_group(key="reach_step").set_value("open")
    assert "After “open when they can come”: 510 of 510" in texts(again(app))
    assert app.query_params["step"] in ("open", ["open"])


def test_the_list_says_which_services_are_lost_at_the_step_and_why(opened: Opened) -> None:
    rows = table(opened(town(), SELAM, query={"step": "open"}), "reach.state")
    found = dict(zip(rows["Service"], rows[words.say("reach.state")], strict=True))
    assert found == {"day": "lost here", "late": "in play", "late east": "in play"}
    assert rows["Why, or what to ask"].iloc[0] == "closed then"
    assert rows["Offered by"].iloc[0] == "Mahber"


BY_WOMEN = "as women of her community said in a session"


@pytest.mark.parametrize(
    ("not_own", "because"),
    [
        (False, f"not trusted, {BY_WOMEN} (said by 5-9 women, 2026-10-01)"),
        (True, "of her own community, which she leaves out"),
    ],
)
def test_of_trust_it_says_who_said_so_and_when_and_never_gives_a_verdict(
    opened: Opened,
    because: str,
    not_own: bool,  # noqa: FBT001 - of a table of cases
) -> None:
    made = town()
    made.rows["sessions"] = [{"id": "s1", "title": "Thursday", "held_on": "2026-10-01"}]
    made.rows["trust"] = [
        {
            "id": "t1",
            "community": "ti",
            "organization_id": "er",
            "session_id": "s1",
            "state": "not_trusted",
            "said_by": "5-9",
        }
    ]
    persona = Persona(category="legal", community="ti", not_own_community=not_own)
    app = opened(made, persona, query={"step": "trusted"})
    rows = table(app, "reach.state").set_index("Service")
    assert rows.loc["day", "Why, or what to ask"] == because


def test_the_order_of_the_steps_can_be_changed_and_taken_back(opened: Opened) -> None:
    before = "exists.near.open.understood.admitted.fits.trusted.safe"
    app = opened(town(), SELAM, query={"step": "understood", "order": before})
    press(app, "reach_earlier")
    order = "exists.near.understood.open.admitted.fits.trusted.safe"
    assert app.query_params["order"] in (order, [order])
    # asked before the hours, the language leaves those near the one place that speaks it
    assert "After “understands them”: 210 to 215 of 510" in texts(app)
    press(app, "reach_usual")
    assert "order" not in app.query_params


def test_the_language_of_the_desk_can_change_and_nothing_is_lost(opened: Opened) -> None:
    app = opened(town(), SELAM, query={"step": "open"})
    app.slider(key="reach_form_minutes").set_value(23)
    again(app)
    before = app.query_params["persona"]
    app.session_state["cg_lang"] = "fr"
    again(app)
    assert app.title[0].value.startswith("Combien")
    assert app.query_params["persona"] == before
    assert app.slider(key="reach_form_minutes").value == 23
    assert app.button_group(key="reach_step").value == "open"


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_it_speaks_other_languages(opened: Opened, lang: str) -> None:
    app = opened(town(), SELAM, query={"cg_lang": lang})
    assert app.title[0].value == words.say(
        "reach.title",
        lang,
        whom=words.say("reach.whom_woman", lang),
        help=words.say("gaps.help_legal", lang),
    )


# --- links and files -----------------------------------------------------------------------------


def test_the_link_restores_personas_step_and_order(opened: Opened) -> None:
    man = Persona(category="health", sex="man", children=(3, 5), name="Minh")
    order = ".".join(reversed(STEPS))
    app = opened(town(), SELAM, man, query={"step": "near", "order": order})
    link = app.code[0].value
    assert len(link) < 2000
    assert f"order={order}" in link
    assert app.button_group(key="reach_step").value == "near"
    assert app.button_group(key="reach_step").options[0].startswith("1. reached without")
    assert [one.value for one in app.radio] == [0]
    assert _persona_link.unpacked(str(in_address(app.query_params["persona"]))) == [SELAM, man]


def test_a_broken_link_says_so_and_shows_the_first_view(opened: Opened) -> None:
    app = opened(town(), query={"persona": "[{]"})
    assert words.say("error.persona_link_broken") in texts(app)
    assert app.title


def test_the_numbers_as_a_file_say_whom_and_when_they_are_about(opened: Opened) -> None:
    city = City(town().read, META)
    _, text = _numbers(opened, city)
    head, _, body = text.partition("\n\n")
    said = dict(csv.reader(io.StringIO(head)))
    assert said["persona 1 (Selam)"].startswith('{ "category": "legal"')
    assert said["people counted on"] == "2026-01-01"
    assert said["services last checked"] == "2026-06-01"
    assert (said["method"], said["city"], said["invented"]) == ("streets", "Hand town", "yes")
    rows = list(csv.DictReader(io.StringIO(body)))
    assert [row["step"] for row in rows] == list(STEPS)
    assert {(row["people_low"], row["people_high"]) for row in rows} == {("510", "510")}
    assert rows[4]["covered_high"] == "0"


def _numbers(opened: Opened, city: City) -> tuple[AppTest, str]:
    app = opened(town(), SELAM)
    watch = Watch()
    found = _reach_answers._compute(city, [(SELAM, STEPS)], watch)  # noqa: SLF001 - as the job does
    return app, figures.csv(*_reach_figures.numbers(list(found.values()), ["Selam"]))


def test_what_travels_alone_says_that_papers_are_no_number_and_that_an_estimate_isone(
    opened: Opened,
) -> None:
    nobody = Persona(category="legal", group="women*born_er", no_papers=True)
    opened(town(), nobody)
    asked = [(nobody, STEPS), (with_papers(nobody), STEPS)]
    city = City(town().read, META)
    found = list(_reach_answers._compute(city, asked, Watch()).values())  # noqa: SLF001 - as before
    picture = _reach_figures.lines(found[1], "both", step="", others=found[:1])
    _, head = _reach_figures.numbers(found[::-1], ["in order", "none"])
    # of 400 people 210 are women and 50 born there, of 600 it is 300 and 100
    certain = words.say("reach.note_estimate", least="0", most="150")
    for said in (" ".join(picture), head["note"]):
        assert words.say("gaps.note_papers") in said
        assert certain in said
    assert head["population"].endswith("(estimate)")


def test_every_figure_has_a_file_of_its_own(opened: Opened) -> None:
    app = opened(town(), SELAM)
    press(app, "reach_add_man")
    kinds = {one.proto.label for one in app.get("download_button")}
    assert {words.say(f"reach.{one}") for one in ("png", "svg", "csv")} <= kinds


ALONE = """
import streamlit as st
from layers import atlas
from layers.importing.watch import Watch
from mapping.city import City
from mapping.pages import _persona, _reach_answers, _reach_figures, _shared
from mapping.personas import STEPS
here = _shared.atlas()
city = City(here.read, here.meta())
_persona.arrive(city, _persona.here)
asked = [(one.persona, STEPS) for one in _persona.everyone()]
found = list(_reach_answers._compute(city, asked, Watch()).values())
values = _reach_figures.cascade_told.step_values(found[0].cascade, "open")
draws = [
    _reach_figures._cascade(found[0], "Selam"),
    _reach_figures._side(found, ["Selam", "Minh"]),
    _reach_figures._map(found[0], "Selam", "open", values),
]
st.session_state["drawn"] = draws
"""


def test_a_figure_is_in_the_language_of_the_desk_that_asked_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CG_ATLAS", str(stored(town(), tmp_path / "town.gpkg").path))
    app = AppTest.from_string(ALONE)
    app.query_params["persona"] = _persona_link.packed([SELAM, Persona(category="legal")])
    app.query_params["cg_lang"] = "fr"
    app.run(timeout=60)
    assert not app.exception
    nobody_to_ask(monkeypatch)
    drawn = [figures.svg(draw()) for draw in app.session_state["drawn"]]
    for text in drawn:
        assert "2026-01-01" in text
        assert "ville inventée" in text
    assert "ouverte un soir de semaine et comprendre" in drawn[0]
    assert "Minh" in drawn[1]
    assert "comprendre" not in drawn[2]  # the map of a step says nothing of what comes after it


# --- what is not said ----------------------------------------------------------------------------


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[pd.DataFrame]:
    """Note down what the map is given to draw."""
    from mapping.pages import _map

    found: list[pd.DataFrame] = []
    real = _map.gap

    def noted(values: pd.DataFrame, *, key: Hashable) -> maps.Layer:
        found.append(values)
        return real(values, key=key)

    monkeypatch.setattr(_map, "gap", noted)
    return found


@pytest.mark.parametrize("step", STEPS)
def test_papers_are_on_no_map_from_the_step_that_asks_for_them(
    opened: Opened, drawn: list[pd.DataFrame], step: str
) -> None:
    persona = Persona(category="legal", group="women", no_papers=True)
    app = opened(town(), persona, query={"step": step})
    before = STEPS.index(step) < STEPS.index("admitted")
    assert bool(drawn) == before
    said = texts(app)
    assert "Papers are what a service asks for, never a number of people" in said
    assert (words.say("reach.map_about") in said) == before
    rows = table(app, "reach.state")
    assert len(rows) == 3
    if step == "admitted":
        assert set(rows["Why, or what to ask"]) == {"asks for papers"}


def test_where_nearly_nothing_is_known_it_says_from_where_on_nobody_can_say(opened: Opened) -> None:
    made = Town()
    made.people({"c100": 400, "c1300": 600})
    for number in range(5):
        made.service(f"s{number}", (100 + 300 * number, 0))
    made.service("known", (100, 0), hours="Mo-Fr 09:00-17:00", languages={"en": "staff"})
    persona = Persona(category="legal", language="ti", when="evening", no_papers=True)
    app = opened(made, persona)
    said = texts(app)
    # hours: unknown for five of six; then of the five in play nobody knows papers or languages
    assert (
        "Of 1,000 inhabitants, 1,000 are still reached after “near enough”. From the step "
        "“open when they can come” on nobody can say yet: there it is unknown for 5 of 6 services. "
        "Answers missing in all: 15." in said
    )
    assert "0 to 1,000" not in said.partition("\n")[0]
    assert words.say("reach.to_whom") in said
    assert app.button_group(key="reach_step").value == "open"


@pytest.mark.parametrize(
    "name", ["{{7*7}}", "<script>alert(1)</script>", "![x](http://evil.example/x.png)", ":rocket:"]
)
def test_what_she_is_called_is_text_and_nothing_else(opened: Opened, name: str) -> None:
    persona = Persona(category="legal", name=name, about=name)
    app = press(opened(town(), persona), "reach_add_copy")
    assert name in [one.value for one in app.text]
    assert name not in app.title[0].value
    for one in (*app.markdown, *app.subheader, *app.caption):
        assert name not in one.value
    for option in app.radio[0].options:
        assert name not in option or not any(mark in name for mark in "<[:")
    (label,) = [one.label for one in app.button if one.key == "reach_remove"]
    # a mark that markdown would read is written with a stroke before it
    assert not re.search(r"(?<!\\)[<\[{:*]", label)
