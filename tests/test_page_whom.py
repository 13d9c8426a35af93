"""The page Who to ask: one sentence first, questions in plain words, contacts at the desk only."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from layers import inviting, personas_kept
from layers.atlas import Atlas
from mapping import charts_calls, style, words
from mapping.pages import _persona_link, _whom_words
from mapping.personas import Persona
from tests.helpers.calling import NEVER, SELAM, stored, town
from tests.helpers.desk_gone import nobody_to_ask
from tests.helpers.town import Town

PAGE = "from mapping.pages import whom; whom.page()"
PRINTED = """
import streamlit as st
from mapping.pages import _whom_sheets, whom
before = _whom_sheets.show
def show(found):
    st.session_state["printed"] = _whom_sheets.page_of(found, found.plan.calls, private=PRIVATE)
_whom_sheets.show = show
try:
    whom.page()
finally:
    _whom_sheets.show = before
"""
Open = Callable[..., AppTest]


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Open:
    monkeypatch.setenv("CG_TODAY", "2026-11-22")

    def run(
        made: Town | None = None,
        *personas: Persona,
        script: str = PAGE,
        query: Mapping[str, str] | None = None,
    ) -> AppTest:
        atlas = stored(made or town(), tmp_path / "town.gpkg")
        for one in personas:
            personas_kept.keep(atlas, one.as_dict())
        monkeypatch.setenv("CG_ATLAS", str(atlas.path))
        page = AppTest.from_string(script, default_timeout=60)
        for key, value in (query or {}).items():
            page.query_params[key] = value
        return settled(page.run())

    return run


def settled(page: AppTest) -> AppTest:
    """Wait for the ranking, which shows how far it is where a machine is slow."""
    end = time.monotonic() + 60
    while any(str(one.key).endswith("_stop") for one in page.button) and time.monotonic() < end:
        time.sleep(0.2)
        page.run()
    assert not page.exception
    return page


def said(page: AppTest) -> str:
    return "\n".join(one.value for one in page.text)


def test_the_answer_names_the_call_that_settles_most_and_how_many(opened: Open) -> None:
    page = opened(None, SELAM)
    # 380 people east of the river hang on one level of one language; 300 west on four facts
    assert page.text[0].value == (
        "One call to Law house would settle up to 380 of the 680 people of whom nobody can say yet"
        " whether they are reached (Selam)."
    )


def test_each_question_stands_in_plain_words_with_what_answers_tell(opened: Open) -> None:
    page = opened(None, SELAM)
    assert [one.label.split(" ")[0] for one in page.expander[:2]] == ["1\\.", "2\\."]
    tables = [one.value for one in page.dataframe]
    law = tables[0]
    assert law["Question"].tolist() == ["Which languages do people who work there speak?"]
    assert law["If it suits her"].tolist() == law["If it does not"].tolist() == ["380"]
    tea = tables[1]
    assert set(tea["Question"]) == {
        "When is it open?",
        "Are residence papers asked for?",
        "Which languages do people who work there speak?",
        "Is it free of charge?",
    }
    assert set(tea["If it suits her"]) == {
        words.say("whom.none", "en")
    }  # another fact is unknown still
    assert set(tea["If it does not"]) == {"300"}


def test_a_name_is_never_read_as_markdown(opened: Open) -> None:
    page = opened(None, SELAM)
    (label,) = (one.label for one in page.expander if "House" in one.label)
    assert "<b>" not in label
    assert "\\<b\\>" in label


def test_private_contacts_are_shown_at_the_desk(opened: Open) -> None:
    assert f"Private contact: {NEVER}" in said(opened(None, SELAM))


@pytest.mark.parametrize("private", [True, False])
def test_a_printed_sheet_has_the_private_contact_only_where_it_is_chosen(
    opened: Open, monkeypatch: pytest.MonkeyPatch, *, private: bool
) -> None:
    page = opened(None, SELAM, script=PRINTED.replace("PRIVATE", str(private)))
    nobody_to_ask(monkeypatch)
    sheet = page.session_state["printed"]()
    assert sheet.startswith("<!doctype")
    assert (NEVER in sheet) == private
    assert (words.say("call.contact_left_out", "en") in sheet) != private
    assert "tea@example.org" in sheet
    assert words.say("tongue.ti", "en") in sheet  # her language can be ticked


def test_six_personas_are_never_added_up(opened: Open) -> None:
    several = [replace(SELAM, name=f"P{number}") for number in range(6)]
    page = opened(None, *several)
    assert "for 6 of your 6 personas: most for P0, up to 380 of the 680 people" in said(page)
    assert page.dataframe[0].value["Nobody can say yet"].tolist() == ["680"] * 6
    assert len(page.multiselect(key="whom_chosen").value) == 6


def test_the_address_brings_its_personas_and_keeps_those_chosen(opened: Open) -> None:
    named = replace(SELAM, name="From elsewhere", language=None)
    page = opened(None, SELAM, query={"persona": _persona_link.packed([named])})
    assert page.multiselect(key="whom_chosen").value == ["named:0"]
    assert "(From elsewhere)" in page.text[0].value
    (kept,) = (one for one in page.multiselect(key="whom_chosen").options if one == "Selam")
    assert kept
    (back,) = _persona_link.unpacked(page.query_params["persona"])
    assert back == named


def test_a_broken_address_is_said_and_the_page_opens(opened: Open) -> None:
    page = opened(None, SELAM, query={"persona": "not json"})
    assert words.say("error.persona_link_broken", "en") in said(page)
    assert "Law house" in said(page)


def test_without_a_kept_persona_it_opens_with_what_stands_out_or_a_need(opened: Open) -> None:
    page = opened()
    assert len(page.multiselect(key="whom_chosen").value) == 1
    assert page.title[0].value == words.say("whom.title", "en")


def test_nobody_chosen_asks_for_somebody(opened: Open) -> None:
    page = opened(None, SELAM)
    settled(page.multiselect(key="whom_chosen").set_value([]).run())
    assert page.text[0].value == words.say("whom.nobody", "en")


def test_where_all_is_known_nothing_is_left_to_ask(opened: Open) -> None:
    page = opened(None, Persona(category="legal", name="Anybody"))
    assert page.text[0].value == words.say("whom.answer_known", "en")


def test_what_narrows_nothing_is_said(opened: Open) -> None:
    made = town()
    made.service("far", (9000, 9000), organization_id="law", category="health", free=None)
    page = opened(made, Persona(category="health", name="Anybody", free=True))
    assert page.text[0].value == words.say("whom.answer_idle", "en", count=1)
    assert "Law house" in said(page)


def test_an_organization_that_wishes_not_to_be_shown_is_not_named(opened: Open) -> None:
    made = town()
    made.rows["organizations"][0]["consent_shown"] = False
    page = opened(made, SELAM)
    assert "House" not in said(page)
    assert NEVER not in said(page)
    assert [one for one in page.expander if words.say("whom.not_shown", "en")[:10] in one.label]
    assert page.multiselect(key="whom_which").options == ["Law house"]


def test_what_a_protected_place_is_called_stands_neither_at_the_desk_nor_on_paper(
    opened: Open,
) -> None:
    made = town()
    made.rows["locations"][0] |= {"precision": "hidden", "name": "Elm Street", "geometry": None}
    made.rows["locations"][0] |= {"area_id": made.rows["areas"][0]["id"]}
    made.rows["locations"][1] |= {"precision": "hidden", "name": "Oak Street", "geometry": None}
    made.rows["locations"][1] |= {"area_id": made.rows["areas"][0]["id"]}
    page = opened(made, replace(SELAM, step_free=True), script=PRINTED.replace("PRIVATE", "True"))
    tables = " ".join(one.value.to_csv() for one in page.dataframe)
    everything = said(page) + tables + page.session_state["printed"]()
    assert words.say("map.protected", "en") in everything
    assert "Street" not in everything


def test_trust_is_asked_in_a_session(opened: Open) -> None:
    page = opened(None, replace(SELAM, community="ti"))
    assert "hold a session with people of the community (Tigrinya)" in said(page)
    assert "Tigrinya: 2 services of which nobody said whether they are trusted" in said(page)


def test_noting_that_they_were_asked_says_so_and_shows_the_day(opened: Open) -> None:
    page = opened(None, SELAM)
    assert "Last asked" not in said(page)
    settled(page.button(key="whom_note").click().run())
    assert words.say("whom.noted", "en", count=2) in said(page)
    assert "Last asked on 2026-11-22." in said(page)


def test_making_the_workbooks_notes_that_they_were_asked(opened: Open, tmp_path: Path) -> None:
    page = opened(None, SELAM)
    settled(page.button(key="whom_make").click().run())
    states = inviting.states(Atlas(tmp_path / "town.gpkg"))
    assert states["state"].tolist() == ["asked", "asked"]


@pytest.mark.parametrize(
    ("table", "key"), [("population", "missing_people"), ("services", "missing_services")]
)
def test_what_is_missing_is_said_with_where_to_add_it(opened: Open, table: str, key: str) -> None:
    made = town()
    for name in (table, "service_at_location", "service_languages", "schedules"):
        made.rows[name].clear()
    page = opened(made)
    assert page.text[0].value == words.say(f"whom.{key}", "en")


@pytest.mark.parametrize("lang", words.languages())
def test_every_language_reads_it(opened: Open, lang: str) -> None:
    page = opened(None, SELAM, query={"cg_lang": lang})
    page.session_state["cg_lang"] = lang
    settled(page.run())
    assert page.title[0].value == words.say("whom.title", lang)


def test_numbers_are_in_tens_so_that_none_tells_of_a_few() -> None:
    assert [_whom_words.tens(one) for one in (12, 17, 1234)] == [10, 20, 1230]
    assert [_whom_words.tens(one, up=True) for one in (10, 12, 1231)] == [10, 20, 1240]


def test_the_band_shows_what_is_certain_drawn_through_and_the_rest_dashed() -> None:
    rows = pd.DataFrame(
        {"calls": [0, 1], "low": [0, 10], "high": [30, 20], "said": "", "after": ""}
    )
    made = charts_calls.shrinking_band(
        rows, labels={"calls": "calls", "people": "people"}, colours=style.colours()
    ).to_dict()
    dashes = [one["mark"].get("strokeDash") for one in made["layer"] if "mark" in one]
    assert dashes[1:3] == [[1, 0], [4, 3]]
    assert made["layer"][0]["encoding"]["y2"]["field"] == "high"
