"""The page Reach for several people side by side, and for those kept in the atlas."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from layers import atlas, changes, chronicle, personas_kept
from mapping import words
from mapping.pages import _persona_link
from mapping.personas import Persona
from tests.helpers.reached import (
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


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    return opener(tmp_path, monkeypatch)


# --- several personas ----------------------------------------------------------------------------


def test_the_same_person_as_a_man_is_one_click_away(opened: Opened) -> None:
    made = town()
    made.rows["services"][1]["women_only"] = True
    persona = Persona(category="legal", when="evening", group="women", sex="woman", name="Selam")
    app = press(opened(made, persona), "reach_add_man")
    assert _persona_link.unpacked(in_address(app.query_params["persona"]))[1].group == "men"
    rows = table(app, "reach.step")
    assert list(rows.columns)[1:] == ["Selam", "Selam, a man"]
    last = rows.iloc[-1].tolist()
    assert last[1] == "510"  # women, at both places in the evening
    assert last[2] == "300 to 305"  # men: of 490 the 300 near the place that lets them in
    assert "They part at: lets them in." in texts(app)


def test_papers_in_order_is_one_click_away(opened: Opened) -> None:
    persona = Persona(category="legal", group="women", no_papers=True, name="Selam")
    app = press(opened(town(), persona), "reach_add_papers")
    rows = table(app, "reach.step")
    assert rows.iloc[-1].tolist()[1:] == ["0", "510"]
    assert "They part at: lets them in." in texts(app)


def test_somebody_called_like_a_column_takes_nothing_from_the_table(opened: Opened) -> None:
    step = words.say("reach.step")
    app = opened(town(), SELAM, replace(SELAM, name=step, sex="man", group="men"))
    rows = table(app, "reach.step")
    assert list(rows.columns) == [step, "Selam", f"{step} (2)"]
    assert rows[step].iloc[1] == words.say("step.exists")
    assert f"\u2068{step}\u2069: " in texts(app)


def test_six_are_side_by_side_and_no_more(opened: Opened) -> None:
    app = press(opened(town(), *[SELAM] * 5), "reach_add_copy")
    assert len(table(app, "reach.step").columns) == 7
    assert words.say("persona.six") in texts(app)
    assert not [one for one in app.button if one.key == "reach_add_copy"]
    press(app, "reach_remove")
    assert len(table(app, "reach.step").columns) == 6


def test_the_form_changes_the_one_that_is_open(opened: Opened) -> None:
    app = press(opened(town(), SELAM), "reach_add_copy")
    app.radio(key="reach_which").set_value(1)
    again(app)
    app.slider(key="reach_form_minutes").set_value(40)
    again(app)
    first, second = _persona_link.unpacked(in_address(app.query_params["persona"]))
    assert (first.minutes, second.minutes) == (15, 40)


# --- kept in the atlas ---------------------------------------------------------------------------


def test_a_persona_is_saved_chosen_again_and_taken_back(opened: Opened, tmp_path: Path) -> None:
    app = press(opened(town(), SELAM), "reach_save")
    kept = atlas.Atlas(tmp_path / "town.gpkg")
    (row,) = personas_kept.kept(kept)
    assert (row["name"], row["language"]) == ("Selam", "ti")
    assert "Selam is saved." in texts(app)
    assert app.selectbox(key="reach_choose").value == f"kept:{row['id']}"
    made = chronicle.changes(kept.read("revisions"), kept.read("history"))
    changes.undo(kept, made[0].id, who="", keep=False)
    assert personas_kept.kept(kept) == []
    again(app)
    assert app.selectbox(key="reach_choose").value is None
    assert "Selam" in texts(app)  # she stays on the page


def test_a_persona_without_a_name_is_not_saved(opened: Opened, tmp_path: Path) -> None:
    app = press(opened(town(), Persona(category="legal")), "reach_save")
    assert words.say("error.persona_name_empty") in texts(app)
    assert personas_kept.kept(atlas.Atlas(tmp_path / "town.gpkg")) == []


def test_a_change_of_a_saved_persona_is_saved_over_her(opened: Opened, tmp_path: Path) -> None:
    app = press(opened(town(), SELAM), "reach_save")
    app.slider(key="reach_form_minutes").set_value(25)
    press(again(app), "reach_save_change")
    (row,) = personas_kept.kept(atlas.Atlas(tmp_path / "town.gpkg"))
    assert row["minutes"] == 25
    press(app, "reach_forget")
    assert personas_kept.kept(atlas.Atlas(tmp_path / "town.gpkg")) == []
