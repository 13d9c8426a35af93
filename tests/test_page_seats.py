"""The page Seats: who has none comes first, what is saved is taken back, nobody is shown up."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from layers import atlas
from mapping import words
from tests.helpers import desk
from tests.helpers.running import Server

if TYPE_CHECKING:
    from tests.helpers.watched import Watch

PAGE = "from mapping.pages import seats; seats.page()"
NAMES = ("Selam Mothers", "Fathers' Café Westyard", "Saffron Sisters", "Harbour Mission")


def opened(**query: str) -> AppTest:
    app = AppTest.from_string(PAGE, default_timeout=40)
    for name, value in query.items():
        app.query_params[name] = value
    return ran(app)


def ran(changed: Any) -> AppTest:
    """Run the page after a change of the page itself or of one of its widgets."""
    app: AppTest = changed.run()
    assert not app.exception
    return app


def texts(app: AppTest) -> str:
    return "\n".join(text.value for text in app.text)


@pytest.fixture
def city(sample_atlas: Path, monkeypatch: pytest.MonkeyPatch) -> atlas.Atlas:
    monkeypatch.setenv("CG_ATLAS", str(sample_atlas))
    return atlas.Atlas(sample_atlas)


def test_the_planted_truths_are_the_answer_in_the_city_and_nowhere_in_its_twin(
    city: atlas.Atlas, twin_atlas: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    del city
    app = opened()
    answer = texts(app)
    assert answer.startswith(
        "No seat in Steering group of the needs assessment: Housing. "
        "Selam Mothers is affected, has much at stake and cannot decide. "
        "Fathers' Café Westyard has no recorded tie to anybody. Further groups like it: 1. "
        "Saffron Sisters speaks to those who decide only through Harbour Mission. "
        "Groups that meet those who decide at one place only: 4."
    )
    assert answer.count(words.say("network.verdict")) == 2  # beside the answer and beside the grid
    first = [one[words.say("seats.col_group")].iloc[0] for one in tables(app, "seats.col_reason")]
    assert first == ["Fathers' Café Westyard"]
    judged = tables(app, "seats.col_field")[0]
    assert judged[words.say("seats.col_name")].iloc[0] == "Selam Mothers"
    assert len(judged) == 24  # nobody is hidden
    assert least_used(app, "employment") == "Job café Westyard"
    monkeypatch.setenv("CG_ATLAS", str(shutil.copy(twin_atlas, tmp_path / "twin.gpkg")))
    other = opened()
    assert least_used(other, "employment") != "Job café Westyard"
    twin = texts(other).splitlines()[0]
    assert twin.startswith("Every sector on the list has a seat")
    assert not [one for one in NAMES if one in twin]


def tables(app: AppTest, column: str) -> list[pd.DataFrame]:
    """Give the tables on the page that have a column."""
    return [one.value for one in app.dataframe if words.say(column) in one.value.columns]


def least_used(app: AppTest, sector: str) -> str:
    rows = tables(app, "seats.col_came")[0]
    here = rows[words.say("seats.col_sector")].eq(words.say(f"sector.{sector}"))
    least = rows[words.say("seats.col_which")].eq(words.say("seats.used_least"))
    return str(rows.loc[here & least, words.say("seats.col_service")].item())


def test_before_an_audience_no_organization_is_named_and_the_sectors_are(
    city: atlas.Atlas,
) -> None:
    app = opened(network_presenting="true")
    sent = str(app._tree)  # noqa: SLF001 - what is sent is the claim
    names = city.read("organizations")["name"]
    assert [one for one in names if one in sent] == []
    answer = texts(app)
    assert answer.startswith("No seat in Steering group of the needs assessment: Housing. Of 25")
    assert "2 have no way to anybody who decides, and 5 have only one." in answer
    assert "4 of 15 in the core" in answer
    assert words.say("seats.standing_presenting") in answer


def test_a_list_of_sectors_is_saved_and_taken_back(city: atlas.Atlas) -> None:
    def listed() -> Any:
        return city.read("bodies").set_index("id").loc["steering", "sectors"]

    app = opened()
    choice = next(one for one in app.multiselect if str(one.key).startswith("seats_list_steering"))
    ran(choice.set_value(["police", "housing"]))
    ran(app.button(key="seats_save_steering").click())
    assert listed() == ["housing", "police"]
    assert "1 of 2 sectors on the list have a seat." in texts(app)
    assert not app.button(key="seats_usual_steering").disabled
    ran(app.button(key="seats_undo_bodies").click())
    assert listed() is None
    assert words.say("seats.undone") in texts(app)
    assert "6 of 7 sectors on the list have a seat." in texts(app)


def tower(session: str, group: str, rank: int) -> dict[str, Any]:
    return {
        "id": f"tower-{group}",
        "session_id": session,
        "question": "Who decides about housing?",
        "group_name": group,
        "organization_id": "police",
        "rank": rank,
        "ranked": 3,
        "said_by": "5-9",
    }


def test_a_judgement_is_saved_changed_and_taken_back(city: atlas.Atlas) -> None:
    def of(actor: str) -> list[Any]:
        rows = city.read("standings")
        mine = rows[rows["organization_id"] == actor][["power", "interest", "affected"]]
        return mine.astype(object).where(mine.notna(), None).to_numpy().tolist()

    session = str(city.read("sessions")["id"].iloc[0])
    with city.write() as writer:
        writer.insert("towers", [tower(session, "women", 1), tower(session, "men", 3)])
    app = opened()
    ranked = tables(app, "seats.col_apart")[0].iloc[0].tolist()
    assert ranked == ["Harbour Police Station", "1", "3", "100%"]  # first of three, and last
    ran(app.selectbox(key="seats_who").set_value("roshni"))
    ran(app.select_slider(key="seats_power_roshni_").set_value(1))
    ran(app.button(key="seats_enter_save").click())
    assert of("roshni") == [[1, None, None]]  # what nobody said stays unknown
    ran(app.select_slider(key="seats_interest_roshni_").set_value(4))
    ran(app.segmented_control(key="seats_affected_roshni_").set_value("yes"))
    ran(app.button(key="seats_enter_save").click())
    assert of("roshni") == [[1, 4, True]]
    assert "Roshni Sewing Group" in tables(app, "seats.col_field")[0].head(2).to_string()
    ran(app.button(key="seats_undo_standings").click())
    assert of("roshni") == [[1, None, None]]


def test_an_atlas_with_little_in_it_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    monkeypatch.setenv("CG_ATLAS", str(made.path))
    assert texts(opened()).startswith(words.say("seats.missing"))
    with made.write() as writer:
        writer.insert("organizations", [{"id": "a", "name": "Choir"}, {"id": "b", "name": "Club"}])
    bare = texts(opened())
    assert bare.startswith(words.say("seats.answer_no_body"))
    assert words.say("seats.answer_no_groups") in bare
    assert words.say("seats.ladder_none") in bare
    with made.write() as writer:
        led = [{"id": "c", "name": "Amal ![x](//evil.example)", "migrant_led": True}]
        writer.insert("organizations", led)
        writer.insert("bodies", [{"id": "w", "name": "Round", "kind": "working_group"}])
    some = texts(opened())
    assert some.startswith(words.say("seats.answer_no_list"))
    assert words.say("seats.answer_no_deciders") in some
    assert words.say("seats.core_few_actors") in some  # no claim about a core


@pytest.mark.needs_system
def test_a_table_of_judgements_cannot_be_taken_as_a_file(server: Server, watch: Watch) -> None:
    page = watch.page("desktop")
    desk.open_page(page, server.url, "seats")
    for key in ("judged_standings", "judged_not_heard"):
        page.locator(f".st-key-{key} [data-testid=stDataFrame]").hover()
        page.locator(f".st-key-{key} button[aria-label=Search]").wait_for()  # the others are there
        file = page.locator(f".st-key-{key} button[aria-label='Download as CSV']")
        assert file.count() == 1  # Streamlit still calls it so
        assert not file.is_visible()
