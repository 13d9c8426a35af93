"""What the page Reach may say: no estimate as a fact, no step as the worst where that is open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from layers.importing.watch import Watch
from mapping import style, words
from mapping.city import City
from mapping.pages import _numbers, _reach_answers, _reach_figures, _reach_words
from mapping.personas import STEPS, Persona
from tests.helpers.reached import Opened, opener, press, table, texts, town
from tests.helpers.town import META


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    return opener(tmp_path, monkeypatch)


@pytest.mark.parametrize(
    ("low", "high", "written"),
    [
        (1611, 1611, "about 1,600"),
        (1370, 1375, "about 1,400"),
        (0, 345, "0 to about 350"),
        (5, 62, "about 10 to 60"),
        (0, 0, "0"),
        (0, 4, "fewer than 5"),
        (98, 98, "about 100"),
    ],
)
def test_an_estimate_is_written_to_two_figures_or_tens(low: int, high: int, written: str) -> None:
    assert _numbers.about(low, high) == written


def test_an_estimate_says_so_in_the_sentence_the_table_and_the_steps(opened: Opened) -> None:
    crossed = Persona(category="legal", when="evening", group="women*born_er", sex="woman")
    app = opened(town(), crossed, crossed, query={"step": "near"})
    said = texts(app)
    # of 400 people 210 are women and 50 born there, of 600 it is 300 and 100
    for_certain = "people like her (an estimate; for certain 0 to 150)"
    # 210 * 50 / 400 and 300 * 100 / 600, fitted: about 76
    assert f"Of about 80 {for_certain}, about 80 live near legal advice" in said
    assert "After “near enough”: about 80 of about 80 people" in said
    assert table(app, "reach.step").iloc[0, 1] == "about 80"


def test_the_numbers_of_an_estimate_are_flagged_with_what_is_certain(opened: Opened) -> None:
    opened(town(), Persona(category="legal"))
    asked = [(Persona(category="legal", group=one), STEPS) for one in ("women", "women*born_er")]
    city, watch = City(town().read, META), Watch()
    found = _reach_answers._compute(city, asked, watch)  # noqa: SLF001 - as the job does
    rows, _ = _reach_figures.numbers(list(found.values()), ["a", "b"])
    flags = {
        (row["persona"], row["estimate"], row["people_certain_high"])
        for row in rows.astype(object).where(rows.notna(), None).to_dict("records")
    }
    assert flags == {("a", "no", None), ("b", "yes", 150)}


def _steps(**lost: tuple[int, int]) -> list[dict[str, Any]]:
    return [
        {"name": name, "lost": dict(zip(("low", "high"), ends, strict=True))}
        for name, ends in lost.items()
    ]


@pytest.mark.parametrize(
    ("lost", "name"),
    [
        ({"near": (235, 240), "open": (0, 235)}, "near"),
        ({"near": (235, 235), "admitted": (0, 1315)}, None),
        ({"near": (0, 10), "open": (0, 0)}, None),
        ({"near": (5, 900), "open": (910, 920)}, "open"),
    ],
)
def test_a_step_costs_most_only_where_no_other_can_cost_more(
    lost: dict[str, tuple[int, int]], name: str | None
) -> None:
    found = _reach_words.costs_most(_steps(**lost))
    assert (found and found["name"]) == name


def test_where_ranges_overlap_it_says_that_the_worst_step_is_open(opened: Opened) -> None:
    made = town()
    for table_ in ("services", "locations", "service_at_location", "schedules"):
        made.rows[table_] = []
    made.service("asks", (1300, 0), papers_asked=True)
    made.service("unknown", (1300, 0), papers_asked=None)
    persona = Persona(category="legal", group="women", minutes=5, no_papers=True, sex="woman")
    # 210 of 510 women live across the river; of the other 300 nobody knows (outward, in fives)
    assert (
        "Which step loses most cannot be said yet: at least 210 at “near enough”, up to 305 at "
        "“lets them in”." in texts(opened(made, persona))
    )


def test_everybody_is_inhabitants_and_a_group_is_proposed_for_a_language(opened: Opened) -> None:
    app = opened(town(), Persona(category="legal", language="ti", sex="woman"))
    assert app.title[0].value == "How many inhabitants does legal advice really reach?"
    said = texts(app)
    assert "Of 1,000 inhabitants" in said
    assert "like her" not in said
    assert words.say("reach.note_choose", groups="Born in Eritrea") in said


def test_the_oldest_check_of_a_service_is_said_beside_the_newest(opened: Opened) -> None:
    made = town()
    made.rows["services"][0]["date_checked"] = "2024-02-03"
    said = texts(opened(made, Persona(category="legal", group="women", when="evening")))
    assert "services checked between 2024-02-03 and 2026-06-01" in said


def test_beside_the_twins_it_says_at_once_what_the_comparison_shows(opened: Opened) -> None:
    app = press(
        opened(town(), Persona(category="legal", group="women", name="Selam")), "reach_add_copy"
    )
    said = texts(app)
    assert words.say("reach.below") in said
    # nothing more is asked, so both stay as they are, each with her numbers
    same = "no difference that is certain at the last step: 510 of 510 for"
    assert said.count(same) == 2  # beside the buttons, and below


@pytest.mark.parametrize("mode", style.MODES)
def test_who_is_lost_stands_out_from_the_paper(mode: str) -> None:
    lost, paper = (_luminance(style.colour(one, mode)) for one in ("lost", "paper"))
    brighter, darker = max(lost, paper), min(lost, paper)
    assert (brighter + 0.05) / (darker + 0.05) >= (3 if mode == "dark" else 1.4)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
