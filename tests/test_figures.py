from __future__ import annotations

import csv
import http.server
import io
import json
import threading
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
import pytest
import vl_convert
from PIL import Image

from layers.errors import LayerError
from mapping import charts, figure_process, figures, style
from mapping.figure_artist import ARTIST

ATTACKS = [
    "{{7*7}}",
    "<script>alert(1)</script>",
    "</svg><svg onload=alert(1)>",
    "**bold** ![x](http://192.0.2.1/x.png)",
    "datum.low + 1",
    "'+alert(1)+'",
    '"]=1,alert(1),datum["',
    "${alert(1)} #{x} \\u0027",
    "javascript:alert(1)",
    "bell\x07 and override \u202eevil",
]
TEXT = "{http://www.w3.org/2000/svg}text"


def bars(*places: str) -> alt.LayerChart:
    rows = pd.DataFrame(
        {"place": list(places), "low": 400.0, "high": 1200.0, "said": "400 to 1,200"}
    )
    labels = {"certainly": "certainly not reached", "perhaps_not": "perhaps not reached"}
    return charts.range_bars(rows, labels=labels, colours=figures.COLOURS)


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own picture; that it is well-formed is a claim


def texts(svg: str) -> list[str]:
    """Give what stands in the picture, as its reader sees it."""
    root = parsed(svg)
    return [line for one in root.iter(TEXT) for line in one.itertext()]


def colours_of(picture: bytes) -> tuple[Image.Image, dict[tuple[int, ...], int]]:
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    found = image.getcolors(image.width * image.height) or []
    return image, {one: count for count, one in found if isinstance(one, tuple)}


def rgb(name: str) -> tuple[int, ...]:
    value = style.colour(name)
    return tuple(int(value[at : at + 2], 16) for at in (1, 3, 5))


# --- what a figure says when it travels alone ----------------------------------------------------


def test_a_figure_says_about_whom_when_how_and_where_it_is() -> None:
    figure = figures.framed(
        bars("Ropewalk"),
        title="Who is not reached?",
        lines=[
            "Selam speaks Tigrinya",
            "Data of 1 March 2026",
            "Along streets",
            "An invented city",
        ],
    )
    seen = texts(figures.svg(figure))
    for line in ("Who is not reached?", "Selam speaks Tigrinya", "Data of 1 March 2026"):
        assert line in seen
    assert seen.index("Along streets") > seen.index("Ropewalk")  # small print comes last
    assert "An invented city" in seen


def test_a_long_title_is_broken_and_not_cut() -> None:
    title = " ".join(["childcare"] * 30)
    svg = figures.svg(figures.framed(bars("x"), title=title, lines=[]))
    assert " ".join(one for one in texts(svg) if "childcare" in one).split() == title.split()
    assert "…" not in svg


def test_lines_are_broken_where_they_would_be_too_wide() -> None:
    lines = figures.wrapped("one two three four five six", 60, 14)
    assert " ".join(lines) == "one two three four five six"
    assert len(lines) > 1
    assert all(figures.wide(one, 14) <= 60 for one in lines)


def test_lines_of_a_text_are_about_as_long_as_one_another() -> None:
    first, second = figures.wrapped("400 to 1,200 find it open when they can come", 300, 15)
    assert figures.wide(second, 15) > figures.wide(first, 15) / 2


def test_a_word_wider_than_the_line_stays_whole() -> None:
    assert figures.wrapped("a Rindfleischetikettierung b", 20, 14)[1] == "Rindfleischetikettierung"


def test_a_file_is_light_and_its_png_has_two_dots_for_one() -> None:
    figure = figures.framed(bars("Ropewalk"), title="Who?", lines=["a", "b"])
    size = parsed(figures.svg(figure))
    image, found = colours_of(figures.png(figure))
    assert (image.width, image.height) == (
        2 * int(size.attrib["width"]),
        2 * int(size.attrib["height"]),
    )
    assert max(found, key=lambda one: found[one]) == rgb("paper")
    assert rgb("gap_4") in found
    assert rgb("ink") in found


def test_a_chart_that_takes_its_pages_width_gets_one_in_a_file() -> None:
    elastic = bars("x").properties(width="container")
    assert (
        int(parsed(figures.svg(figures.framed(elastic, title="x", lines=[]))).attrib["width"]) > 720
    )


# --- text of people is data ----------------------------------------------------------------------


def expressions(part: Any, key: str = "") -> Iterator[str]:
    """Give all that Vega would run."""
    if isinstance(part, dict):
        for name, one in part.items():
            yield from expressions(one, name)
    elif isinstance(part, list):
        for one in part:
            yield from expressions(one, key)
    elif isinstance(part, str) and key in {
        "signal",
        "expr",
        "test",
        "update",
        "filter",
        "labelExpr",
    }:
        yield part


@pytest.mark.parametrize("attack", ATTACKS)
def test_text_of_people_is_shown_and_never_run(attack: str) -> None:
    figure = figures.framed(bars(attack), title=attack, lines=[attack, attack])
    spec = figure.to_dict()
    vega = vl_convert.vegalite_to_vega(spec)
    clean = attack.replace("\x07", "").replace("\u202e", "")
    assert not [one for one in expressions(vega) if attack in one or clean in one]
    svg = figures.svg(figure)
    seen = "".join(texts(svg))  # parsing it says that it is one well-formed picture
    assert seen.count(clean) >= 4
    tags = {one.tag.rpartition("}")[2] for one in parsed(svg).iter()}
    assert tags <= {
        "svg",
        "rect",
        "g",
        "path",
        "text",
        "tspan",
        "line",
        "defs",
        "style",
        "clipPath",
    }
    assert not any(
        "href" in name or name.startswith("on") for one in parsed(svg).iter() for name in one.attrib
    )


def test_half_a_letter_and_marks_that_turn_text_round_are_left_out() -> None:
    rows = alt.InlineData(values=[{"t": one} for one in ("a\ud800b", "c\u202ed", "e\x00f")])
    svg = figures.svg(alt.Chart(rows).mark_text().encode(text="t:N", y="t:N"))
    assert {"ab", "cd", "ef"} <= set(texts(svg))


# --- nobody is asked -----------------------------------------------------------------------------


@pytest.fixture
def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """Listen, and give an address and what was asked for."""
    asked: list[str] = []

    class Listen(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listen) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/x", asked
        server.shutdown()
        thread.join()


def fetching(address: str) -> list[dict[str, Any]]:
    named = {"values": [{"u": address}]}
    return [
        {"data": {"url": address}, "mark": "point"},
        {"data": {"values": [{}]}, "mark": {"type": "image", "url": address}},
        {"data": named, "mark": "image", "encoding": {"url": {"field": "u"}}},
        {"data": named, "mark": "point", "encoding": {"href": {"field": "u", "type": "nominal"}}},
    ]


@pytest.mark.parametrize("at", range(4), ids=["data", "image", "image of a row", "link"])
def test_a_chart_that_names_an_address_is_refused(
    at: int, elsewhere: tuple[str, list[str]]
) -> None:
    address, asked = elsewhere
    chart = alt.Chart.from_dict(fetching(address)[at])
    for draw in (figures.svg, figures.png):
        with pytest.raises(ValueError, match="no address"):
            draw(chart)
    assert asked == []


@pytest.mark.parametrize("at", range(4), ids=["data", "image", "image of a row", "link"])
def test_the_process_that_draws_asks_nobody_either(
    at: int, elsewhere: tuple[str, list[str]]
) -> None:
    address, asked = elsewhere
    with pytest.raises(LayerError) as error:
        ARTIST.draw(fetching(address)[at], 2.0)
    assert error.value.code == "figure_failed"
    assert asked == []
    assert figures.png(bars("it goes on"))


def test_a_column_may_be_called_anything() -> None:
    rows = pd.DataFrame({"url": ["http://192.0.2.1/"], "href": ["x"]})
    svg = figures.svg(alt.Chart(rows).mark_text().encode(text="url:N"))
    assert "http://192.0.2.1/" in texts(svg)


# --- the process ---------------------------------------------------------------------------------


def test_it_ends_when_told_and_begins_again_when_needed() -> None:
    figures.png(bars("a"))
    process = ARTIST.process
    assert process is not None
    ARTIST.close()
    assert process.poll() is not None
    assert figures.png(bars("a"))[:4] == b"\x89PNG"


def test_the_next_figure_is_drawn_after_the_process_was_killed() -> None:
    figures.png(bars("a"))
    process = ARTIST.process
    assert process is not None
    process.kill()
    process.wait()
    assert figures.png(bars("a"))[:4] == b"\x89PNG"


def test_many_may_ask_at_once() -> None:
    found: list[str] = []
    names = [f"place {at}" for at in range(4)]
    ask = [
        threading.Thread(target=lambda one=one: found.append(figures.svg(bars(one))))
        for one in names
    ]
    for one in ask:
        one.start()
    for one in ask:
        one.join()
    assert sorted(t for svg in found for t in texts(svg) if t in names) == names


# --- fonts and scripts ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Selam, 3\u202f300 à 4\u202f000", "Atkinson Hyperlegible"),
        ("من 3,300 شخص مثلها", "Noto Sans Arabic"),
        ("\u0633\u0644\u0627\u0645\u200c\u0647\u0627 \u06f3\u06f0", "Noto Sans Arabic"),
        ("Олена, 3 300", "Noto Sans"),
    ],
)
def test_a_figure_has_a_font_with_its_script_inside(text: str, name: str) -> None:
    svg = figures.svg(bars(text))
    assert f'@font-face{{font-family:"{name}"' in svg
    assert f'font-family="{name}, ' in svg
    assert "Figures " not in svg


def test_the_small_no_break_space_of_french_does_not_change_the_font() -> None:
    plain, french = (figures.svg(bars(one)) for one in ("3300", "3\u202f300"))
    assert "Atkinson Hyperlegible" in plain
    assert "Atkinson Hyperlegible" in french


@pytest.mark.parametrize(
    "name",
    ["نساء (Hodan) 12.", "لا إله، الآن 5 أو لأ", "Selam ትግርኛ", "বাংলা", "ไทย", "王", "😀 é ﷺ"],
)
def test_a_name_in_any_script_is_drawn(name: str) -> None:
    for text in (name, f"\u2067{name}\u2069"):
        assert figures.png(figures.framed(bars(text), title=name, lines=[name], right_to_left=True))


def test_from_right_to_left_title_and_small_print_begin_at_the_right() -> None:
    figure = figures.framed(
        bars("x"), title="من لا تصل إليه؟", lines=["سلام", "1 آذار 2026"], right_to_left=True
    )
    spec = json.dumps(figure.to_dict(), ensure_ascii=False)
    assert '"anchor": "end"' in spec
    assert "\u20671 آذار 2026\u2069" in spec
    svg = figures.svg(figure)
    assert 'text-anchor="end"' in svg
    assert any("من لا تصل إليه؟" in one for one in texts(svg))


def test_a_font_is_only_known_where_its_package_is() -> None:
    missing = figure_process.Font("Nothing", "fontpkg-that-nobody-has", ("x.ttf",))
    assert missing.paths() == ()
    assert missing.signs() == frozenset()


# --- numbers -------------------------------------------------------------------------------------


def test_numbers_come_with_persona_date_and_method_above_them() -> None:
    rows = pd.DataFrame({"step": ["near"], "low": [400], "share": [0.25]})
    text = figures.csv(rows, {"persona": "Selam", "data of": "2026-03-01", "method": "streets"})
    assert list(csv.reader(io.StringIO(text))) == [
        ["persona", "Selam"],
        ["data of", "2026-03-01"],
        ["method", "streets"],
        [],
        ["step", "low", "share"],
        ["near", "400", "0.25"],
    ]


@pytest.mark.parametrize("formula", ["=1+1", "+cmd|x", "@SUM(A1)", "-2+3", "\t=1", "a;=1"])
def test_no_cell_runs_as_a_formula(formula: str) -> None:
    rows = pd.DataFrame({formula: [formula]})
    cells = [
        cell
        for row in csv.reader(io.StringIO(figures.csv(rows, {formula: formula})))
        for cell in row
    ]
    assert len(cells) == 4
    assert all("'" in cell for cell in cells)


@pytest.mark.parametrize("nothing", [None, np.nan, pd.NA, pd.NaT])
def test_unknown_is_an_empty_cell_and_zero_is_not(nothing: object) -> None:
    rows = pd.DataFrame({"low": pd.Series([nothing, 0], dtype=object)})
    assert figures.csv(rows, {}).splitlines() == ["", "low", '""', "0"]
