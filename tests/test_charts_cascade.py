from __future__ import annotations

import io
import itertools
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any, TypeAlias

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from mapping import charts_cascade as cc
from mapping import figures, style
from tests.helpers.sampled import examples

LABELS = {
    "certain": "reached for certain",
    "perhaps": "perhaps",
    "lost": "lost at this step",
    "cannot_say": "cannot say yet",
    "not_asked": "asks nothing",
    "costs": "lost to this alone",
    "brings": "won by this alone",
}
STEPS = [
    "Exists",
    "Near enough",
    "Open",
    "Lets her in",
    "Understands her",
    "Fits",
    "Trusted",
    "Safe",
]


def steps(**changes: Any) -> pd.DataFrame:
    rows = pd.DataFrame(
        {
            "step": STEPS,
            "low": [3300.0, 2900, 400, 400, 200, 0, 0, 0],
            "high": [3300.0, 2900, 1200, 1200, 700, 600, 600, 450],
            "of_low": 3300.0,
            "of_high": 3300.0,
            "said": [f"said of {one}" for one in STEPS],
            "state": ["asked"] * 3 + ["not_asked", "asked", "cannot_say", "not_asked", "asked"],
        }
    )
    return rows.assign(**changes)


def drawn(rows: pd.DataFrame, **more: Any) -> alt.LayerChart:
    return cc.cascade_chart(rows, labels=LABELS, colours=figures.COLOURS, **more)


Marks: TypeAlias = list[tuple[dict[str, Any], list[dict[str, Any]]]]


def marks(chart: alt.LayerChart | alt.VConcatChart) -> Marks:
    """Give each mark with its rows, as Vega gets them."""
    spec = chart.to_dict(validate=False)  # that it is valid is said by drawing it

    def of(part: Any) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
        for key in ("layer", "vconcat", "hconcat"):
            for one in part.get(key, []):
                yield from of(one)
        if "mark" in part and "name" in part["data"]:
            yield part["mark"], spec["datasets"][part["data"]["name"]]

    return list(of(spec))


def blocks(chart: alt.LayerChart, **look: Any) -> dict[str, tuple[float, float]]:
    """Give from where to where the rectangles that look so reach, by step."""
    return looking(marks(chart), **look)


def looking(found: Marks, **look: Any) -> dict[str, tuple[float, float]]:
    return {
        row["name"]: (row["x"], row["x2"])
        for mark, rows in found
        if mark["type"] == "rect" and look.items() <= mark.items()
        for row in rows
    }


def lines(chart: alt.LayerChart) -> dict[str, float]:
    """Give all text with its pixels from the top."""
    return {
        row["text"]: row["y"]
        for mark, rows in marks(chart)
        if mark["type"] == "text"
        for row in rows
    }


FULL = {"fill": style.colour("gap_4")}
DASHED = {"strokeDash": [3, 3]}
LOST = {"fill": style.colour("lost")}


# --- one persona ---------------------------------------------------------------------------------


def test_the_certain_part_is_full_and_the_rest_is_a_dashed_outline() -> None:
    chart = drawn(steps())
    full, dashed = blocks(chart, **FULL), blocks(chart, **DASHED)
    assert list(full["Near enough"]) == [0, 2900]
    assert "Near enough" not in dashed
    assert list(full["Open"]) == [0, 400]
    assert list(dashed["Open"]) == [400, 1200]
    assert "Safe" not in full
    assert list(dashed["Safe"]) == [0, 450]


def test_what_a_step_costs_is_drawn_from_the_step_before() -> None:
    lost = blocks(drawn(steps()), **LOST)
    assert lost == {
        "Near enough": (2900, 3300),
        "Open": (1200, 2900),
        "Understands her": (700, 1200),
        "Fits": (600, 700),
        "Safe": (450, 600),
    }


def test_the_first_step_is_measured_by_the_people_like_her() -> None:
    lost = blocks(drawn(steps(of_low=4000.0, of_high=4000.0)), **LOST)
    assert lost["Exists"] == (3300, 4000)


def test_a_step_that_cannot_be_said_is_hatched_and_not_dashed() -> None:
    chart = drawn(steps())
    assert "Fits" not in blocks(chart, **DASHED)
    assert blocks(chart, stroke=style.colour("quiet")) == {"Fits": (0, 600)}
    strokes = [rows for mark, rows in marks(chart) if mark.get("shape") == "M-0.5,1L0.5,-1"]
    assert all(0 < row["x"] < 600 for row in strokes[0])
    assert len(strokes[0]) > 5


def test_a_step_without_numbers_is_hatched_up_to_the_step_before() -> None:
    rows = steps()
    rows.loc[5, ["low", "high"]] = np.nan
    assert blocks(drawn(rows), stroke=style.colour("quiet")) == {"Fits": (0, 700)}


def test_a_step_that_asks_nothing_is_thin() -> None:
    high = {
        row["name"]: row["y2"] - row["y"]
        for mark, rows in marks(drawn(steps()))
        if mark["type"] == "rect"
        for row in rows
    }
    assert high["Lets her in"] == high["Trusted"] < high["Open"] / 2


def test_steps_come_from_top_to_bottom_with_their_number_below_their_name() -> None:
    at = lines(drawn(steps()))
    for first, second in itertools.pairwise(STEPS):
        assert at[first] < at[f"said of {first}"] < at[second]


def test_the_legend_explains_what_is_there_and_nothing_else() -> None:
    assert {*LABELS.values()} - {"lost to this alone", "won by this alone"} <= lines(
        drawn(steps())
    ).keys()
    plain = steps(low=3300.0, high=3300.0, state="asked")
    assert lines(drawn(plain)).keys() & {*LABELS.values()} == {"reached for certain"}


def test_long_words_are_broken_so_that_a_phone_shows_them_whole() -> None:
    said = "cannot say yet because nine of twelve services have not told anybody"
    at = lines(drawn(steps(said=said), width=300))
    assert said not in at
    assert all(figures.wide(one, cc.LARGE.said) <= 300 for one in at)


def test_it_takes_the_width_of_its_page() -> None:
    assert drawn(steps()).to_dict()["width"] == "container"
    assert drawn(steps(), width=500).to_dict()["width"] == 500


def test_those_who_hear_it_hear_every_step_and_number() -> None:
    about = drawn(steps()).to_dict()["description"]
    assert all(f"{one}: said of {one}" in about for one in STEPS)


def test_from_right_to_left_bars_and_text_begin_at_the_right() -> None:
    spec = drawn(steps(), right_to_left=True).to_dict()
    scales = [
        one["encoding"]["x"]["scale"] for one in spec["layer"] if "scale" in one["encoding"]["x"]
    ]
    assert all(one["reverse"] for one in scales)
    written = [one for one in spec["layer"] if one["mark"]["type"] == "text"]
    assert all(one["mark"]["align"] == "right" for one in written)
    assert all(one["encoding"]["x"] == {"value": "width"} for one in written)
    assert "\u2067Exists\u2069" in lines(drawn(steps(), right_to_left=True))


def test_nobody_like_her_is_drawn_as_nothing() -> None:
    chart = drawn(steps(low=0.0, high=0.0, of_low=0.0, of_high=0.0, state="asked"))
    assert not [mark for mark, _ in marks(chart) if mark["type"] == "rect"]
    assert figures.png(chart)[:4] == b"\x89PNG"


@st.composite
def cascades(draw: st.DrawFn) -> pd.DataFrame:
    """Make any cascade: highs and lows only fall, and a low is never above its high."""
    top = draw(st.integers(0, 5000))
    highs, lows = [top], [draw(st.integers(0, top))]
    for _ in range(7):
        highs.append(draw(st.integers(0, highs[-1])))
        lows.append(draw(st.integers(0, min(lows[-1], highs[-1]))))
    state = st.sampled_from(["asked", "not_asked", "cannot_say"])
    states = draw(st.lists(state, min_size=8, max_size=8))
    return steps(low=lows, high=highs, of_low=float(top), of_high=float(top), state=states)


@settings(max_examples=examples(8), deadline=None)
@given(cascades())
def test_no_person_is_drawn_twice_and_none_is_left_out(rows: pd.DataFrame) -> None:
    chart = drawn(rows)
    parts = [
        blocks(chart, **one) for one in (FULL, DASHED, LOST, {"stroke": style.colour("quiet")})
    ]
    before = float(rows["of_high"].max())
    for row in rows.to_dict("records"):
        mine = sorted(part[row["step"]] for part in parts if row["step"] in part)
        assert sum(end - start for start, end in mine) == before
        assert all(end == start for (_, end), (start, _) in itertools.pairwise(mine))
        before = row["high"]


# --- side by side --------------------------------------------------------------------------------


def many(count: int) -> pd.DataFrame:
    of = [
        steps(persona=f"persona {at}", of_low=3300.0 + at, of_high=3300.0 + at)
        for at in range(count)
    ]
    return pd.concat(of, ignore_index=True)


def test_six_personas_share_one_scale_of_shares() -> None:
    pictures = cc.panels(many(6), colours=figures.COLOURS)
    assert list(pictures) == [f"persona {at}" for at in range(6)]
    for at, one in enumerate(pictures.values()):
        spec = one.to_dict()
        domains = {
            tuple(x["encoding"]["x"]["scale"]["domain"])
            for x in spec["layer"]
            if "scale" in x["encoding"]["x"]
        }
        assert domains == {(0, 1)}
        assert blocks(one, **FULL)["Near enough"][1] == pytest.approx(2900 / (3300 + at))
        assert "said of Near enough" in lines(one)  # counts in words


def test_a_step_stands_at_the_same_height_for_every_persona() -> None:
    rows = many(3)
    rows.loc[rows["persona"].eq("persona 1"), "said"] = "very long words " * 6
    pictures = cc.panels(rows, colours=figures.COLOURS)
    heights = [
        {name: y for name, y in lines(one).items() if name in STEPS} for one in pictures.values()
    ]
    assert heights[0] == heights[1] == heights[2]


def test_one_legend_explains_all_personas() -> None:
    legend = cc.key(many(2), labels=LABELS, colours=figures.COLOURS)
    assert {*LABELS.values()} - {"lost to this alone", "won by this alone"} == lines(legend).keys()
    for one in cc.panels(many(2), colours=figures.COLOURS).values():
        assert not lines(one).keys() & {*LABELS.values()}


def test_seven_personas_are_too_many_to_compare() -> None:
    with pytest.raises(ValueError, match="at most 6"):
        cc.panels(many(7), colours=figures.COLOURS)


def test_where_nobody_may_be_like_her_no_share_is_drawn() -> None:
    rows = steps(persona="nobody", low=0.0, high=4.0, of_low=0.0, of_high=4.0, state="cannot_say")
    chart = cc.panels(rows, colours=figures.COLOURS)["nobody"]
    assert blocks(chart, stroke=style.colour("quiet"))["Exists"] == (0, 1)


@pytest.mark.parametrize(("count", "across"), [(1, 1), (2, 2), (3, 3), (4, 2), (5, 3), (6, 3)])
def test_in_one_picture_personas_stand_in_full_lines(count: int, across: int) -> None:
    spec = cc.side_by_side(many(count), labels=LABELS, colours=figures.COLOURS).to_dict()
    *whole, key = spec["vconcat"]
    assert {len(line["hconcat"]) for line in whole} == {across}
    said = json.dumps(key)
    assert "hconcat" not in said


def test_from_right_to_left_the_first_persona_stands_at_the_right() -> None:
    chart = cc.side_by_side(many(2), labels=LABELS, colours=figures.COLOURS, right_to_left=True)
    svg = figures.svg(chart)
    at = {name: svg.index(name) for name in ("persona 0", "persona 1")}
    assert at["persona 1"] < at["persona 0"]


# --- what a step costs ---------------------------------------------------------------------------


def costs() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "step": ["Near enough", "Open", "Fits"],
            "costs_low": [400.0, 1700, np.nan],
            "costs_high": [400.0, 2500, np.nan],
            "costs_said": ["costs 400", "costs 1,700 to 2,500", "cannot say yet"],
            "brings_low": [0.0, 100, 0],
            "brings_high": [0.0, 700, 200],
            "brings_said": ["brings nobody", "brings 100 to 700", ""],
            "state": ["asked", "asked", "cannot_say"],
        }
    )


def test_what_a_step_costs_and_what_solving_it_brings_differ_by_shape() -> None:
    chart = cc.lost_bars(costs(), labels=LABELS, colours=figures.COLOURS)
    thick = {
        mark["fill"]: {row["y2"] - row["y"] for row in rows}
        for mark, rows in marks(chart)
        if mark["type"] == "rect" and "strokeDash" not in mark and "fill" in mark
    }
    assert min(thick[style.colour("gap_4")]) >= 2 * max(thick[style.colour("accent")])
    assert blocks(chart, **FULL) == {"Near enough": (0, 400), "Open": (0, 1700)}
    assert blocks(chart, fill=style.colour("accent")) == {"Open": (0, 100)}


def test_what_nobody_can_say_of_a_cost_is_hatched_over_all_people() -> None:
    chart = cc.lost_bars(costs(), labels=LABELS, colours=figures.COLOURS)
    assert blocks(chart, stroke=style.colour("quiet")) == {"Fits": (0, 2500)}
    assert "cannot say yet" in lines(chart)


# --- what holds for all of them ------------------------------------------------------------------


def every(colours: dict[str, str], **more: Any) -> list[Any]:
    kinds = {"labels": LABELS, "colours": colours, **more}
    return [
        cc.cascade_chart(steps(), **kinds),
        cc.side_by_side(many(2), **kinds),
        cc.lost_bars(costs(), **kinds),
    ]


@pytest.mark.parametrize("mode", style.MODES)
def test_colours_are_tokens_and_never_red(mode: str) -> None:
    tokens = style.colours(mode)
    for chart in every(tokens):
        used = {one.upper() for one in re.findall(r"#[0-9A-Fa-f]{6}\b", chart.to_json())}
        assert used <= {value.upper() for value in tokens.values()}
        assert tokens["unsafe"] not in used


ATTACKS = ["{{7*7}}", "<script>1</script>", "</svg><svg>", "**b**", "datum.low", "'+alert(1)+'"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_names_are_data_and_never_part_of_an_expression(attack: str) -> None:
    hostile = steps(step=[f"{attack} {at}" for at in range(8)], said=attack)
    people = hostile.assign(persona=attack)
    labels = dict.fromkeys(LABELS, attack)
    both: list[figures.Chart] = [
        cc.cascade_chart(hostile, labels=labels, colours=figures.COLOURS),
        cc.side_by_side(people, labels=labels, colours=figures.COLOURS),
    ]
    for chart in both:
        vega = vl_convert.vegalite_to_vega(figures.framed(chart, title="x", lines=[]).to_dict())
        assert not [one for one in _run(vega) if attack in one]
        svg = figures.svg(chart)
        root = ET.fromstring(svg)  # noqa: S314 - our own picture
        seen = {line for one in root.iter() if one.tag.endswith("}text") for line in one.itertext()}
        assert f"{attack} 0" in seen
        assert "<script" not in svg


def _run(part: Any, key: str = "") -> Iterator[str]:
    if isinstance(part, dict):
        for name, one in part.items():
            yield from _run(one, name)
    elif isinstance(part, list):
        for one in part:
            yield from _run(one, key)
    elif isinstance(part, str) and key in {"signal", "expr", "test", "update", "filter"}:
        yield part


def test_a_picture_has_full_dashed_and_lost_parts_in_their_colours() -> None:
    image = Image.open(io.BytesIO(figures.png(drawn(steps(), width=400), scale=1))).convert("RGB")
    found = {one for _, one in image.getcolors(1_000_000) or []}
    for name in ("gap_4", "lost", "paper", "ink"):
        value = style.colour(name)
        assert tuple(int(value[at : at + 2], 16) for at in (1, 3, 5)) in found
    assert image.width == pytest.approx(400, abs=12)


def test_arabic_is_drawn_with_its_own_font() -> None:
    rows = steps(
        step=["موجود", "قريب", "مفتوح", "مسموح", "مفهوم", "مناسب", "موثوق", "آمن"],
        said="من 400 إلى 1,200",
    )
    svg = figures.svg(drawn(rows, right_to_left=True, width=400))
    assert '@font-face{font-family:"Noto Sans Arabic"' in svg
    assert "من 400 إلى 1,200" in svg


def test_an_estimate_is_drawn_paler_in_an_outline_and_named_in_the_legend() -> None:
    rows = pd.DataFrame(
        {
            "step": ["near"], "low": [50], "high": [50], "of_low": 80, "of_high": 80,
            "said": ["about 50"], "state": ["asked"], "estimated": True,
        }
    )  # fmt: skip
    words = {**LABELS, "estimate": "by an estimate"}
    chart = cc.cascade_chart(rows, labels=words, colours=style.colours())
    drawn = chart.to_json()
    assert "by an estimate" in drawn
    assert LABELS["certain"] not in drawn
    assert style.colour("gap_3") in drawn
