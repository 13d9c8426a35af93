"""Pictures of taking part: no two states look alike, and nobody is left out of the grid."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from mapping import drawing_seats, seats, style

TOKENS = style.colours("light")


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)  # noqa: S314 - our own picture


def words_in(svg: str) -> list[str]:
    return [one.text or "" for one in parsed(svg).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("mode", style.MODES)
def test_no_two_states_of_a_seat_look_alike_even_without_colour(mode: str) -> None:
    drawn = {one: drawing_seats.seat(one, style.colours(mode)) for one in seats.STATES}
    grey = {one: re.sub(r"#[0-9A-Fa-f]{6}", "#000000", svg) for one, svg in drawn.items()}
    assert len(set(grey.values())) == len(seats.STATES)
    for svg in drawn.values():
        parsed(svg)


def test_a_rung_is_as_long_as_its_ties_and_what_is_unknown_is_hatched() -> None:
    svg = drawing_seats.ladder(
        [("leads", "leads <b>", 2), ("informs", "informs", 8), ("unknown", "unknown", 4)], TOKENS
    )
    rungs = [one for one in parsed(svg).iter() if one.get("class") == "rung"]
    widths = [float(one.get("width", "nan")) for one in rungs]
    assert widths[1] == pytest.approx(4 * widths[0])
    assert widths[2] == pytest.approx(2 * widths[0])
    assert "url(" in str(rungs[2].get("fill"))
    assert "url(" not in str(rungs[1].get("fill"))
    assert words_in(svg) == ["leads <b>", "2", "informs", "8", "unknown", "4"]
    parsed(drawing_seats.ladder([("leads", "leads", 0)], TOKENS))  # no ties at all


@pytest.mark.parametrize("rtl", [False, True])
def test_every_organization_has_its_dot_or_is_counted(*, rtl: bool) -> None:
    crowd = [(number, 1, 4, "first" if number < 3 else "other") for number in range(1, 13)]
    svg = drawing_seats.grid(
        [*crowd, (13, 4, 1, "affected")], ("decides", "at stake"), TOKENS, rtl=rtl
    )
    shown = words_in(svg)
    assert shown[:8] == [str(number) for number in range(1, 9)]
    assert shown[8:10] == ["+4", "13"]  # 9 to 12 share the last place of their field
    forms = [one.get("class") for one in parsed(svg).iter() if one.get("class")]
    assert (forms.count("first"), forms.count("other"), forms.count("affected")) == (2, 6, 1)
    xs = [float(one.get("cx", "nan")) for one in parsed(svg).iter() if one.get("cx")]
    assert (xs[0] > xs[-1]) is not rtl  # much at stake is where the reading ends
