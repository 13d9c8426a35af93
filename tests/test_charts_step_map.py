from __future__ import annotations

import io
import json
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from PIL import Image
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

from layers.errors import CRSError
from mapping import charts_step_map as drawing
from mapping import figures, style

LABELS = {
    "people": "{count} people",
    "zero": "nobody",
    "cannot_say": "cannot say yet",
    "suppressed": "fewer than five",
    "km": "{count} km",
    "about": "who is not covered",
}
EDGES = [10, 20, 30, 40, 50]


def cells(
    *people: int | None, suppressed: tuple[int, ...] = ()
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    """Put cells of 1 km in a row from west to east."""
    names = [f"cell {at}" for at in range(len(people))]
    squares = [shapely.box(at * 1000, 0, at * 1000 + 1000, 1000) for at in range(len(people))]
    areas = gpd.GeoDataFrame({"id": names}, geometry=squares, crs=32632)
    values = pd.DataFrame({"area_id": names, "people": pd.array(people, dtype="Int64")})
    return areas, values.assign(suppressed=[at in suppressed for at in range(len(people))])


def drawn(*people: int | None, suppressed: tuple[int, ...] = (), **more: Any) -> Any:
    areas, values = cells(*people, suppressed=suppressed)
    kinds = {"labels": LABELS, "colours": figures.COLOURS, "edges": EDGES, **more}
    return drawing.step_map(areas, values, **kinds)


def shapes(chart: Any) -> list[tuple[dict[str, Any], BaseGeometry]]:
    """Give the marks of shapes with what they draw, in pixels."""
    spec = chart.to_dict()
    found = []
    for one in spec["layer"]:
        if one["mark"]["type"] == "geoshape":
            feature = json.loads(spec["datasets"][one["data"]["name"]])
            found.append((one["mark"], shape(feature["geometry"])))
    return found


def only(chart: Any, **look: Any) -> BaseGeometry:
    (found,) = [one for mark, one in shapes(chart) if look.items() <= mark.items()]
    return found


def words(chart: Any) -> list[str]:
    spec = chart.to_dict()
    of = [
        spec["datasets"][one["data"]["name"]]
        for one in spec["layer"]
        if one["mark"]["type"] == "text"
    ]
    return [row["text"] for rows in of for row in rows]


def pixels(chart: Any) -> Image.Image:
    padded = chart.properties(padding=0)
    return Image.open(io.BytesIO(figures.png(padded, scale=1))).convert("RGB")


def rgb(name: str) -> tuple[int, ...]:
    value = style.colour(name)
    return tuple(int(value[at : at + 2], 16) for at in (1, 3, 5))


# --- what is drawn how ---------------------------------------------------------------------------


def test_more_people_are_darker_and_the_classes_are_those_of_the_legend() -> None:
    chart = drawn(5, 10, 11, 50, width=402)
    assert [*only(chart, fill=style.colour("gap_1")).bounds] == [1, 1, 201, 101]
    assert [*only(chart, fill=style.colour("gap_2")).bounds] == [201, 1, 301, 101]
    assert [*only(chart, fill=style.colour("gap_5")).bounds] == [301, 1, 401, 101]
    said = [
        "5\u201310 people",
        "11\u201320 people",
        "21\u201330 people",
        "31\u201340 people",
        "41\u201350 people",
    ]
    assert [one for one in words(chart) if "people" in one] == said


def test_unknown_suppressed_and_zero_never_look_alike() -> None:
    chart = drawn(None, 3, 0, 20, suppressed=(1,), width=402)
    hatched = [one for mark, one in shapes(chart) if mark.get("strokeWidth") == 0.8]
    assert shapely.get_type_id(hatched[0]) == shapely.GeometryType.MULTILINESTRING
    assert 1 <= hatched[0].bounds[0] < hatched[0].bounds[2] <= 101
    dotted = only(chart, strokeCap="round")
    assert 101 < dotted.bounds[0] < dotted.bounds[2] < 201
    empty = only(chart, stroke=style.colour("line"))
    assert [*empty.bounds] == [201, 1, 301, 101]
    for mark, _ in shapes(chart)[:-1]:
        assert mark.get("filled") is False or mark.get("fill") == style.colour("gap_2")
    assert words(chart)[-3:] == ["nobody", "cannot say yet", "fewer than five"]


def test_a_withheld_number_is_never_told_by_its_colour() -> None:
    one, other = (drawn(7, hidden, suppressed=(1,)) for hidden in (1, 4))
    assert one.to_dict() == other.to_dict()


def test_the_legend_names_only_what_is_there() -> None:
    assert not {"nobody", "cannot say yet", "fewer than five"} & {*words(drawn(20, 30))}


def test_seen_in_the_picture_zero_is_paper_and_a_class_its_colour() -> None:
    image = pixels(drawn(0, 15, None, width=302))
    left = (image.width - 302) // 2
    assert image.getpixel((left + 51, 51)) == rgb("paper")
    assert image.getpixel((left + 151, 51)) == rgb("gap_2")
    hatched = image.crop((left + 210, 10, left + 290, 90))
    found = [one for _, one in hatched.getcolors(10_000) or []]
    assert rgb("paper") in found
    assert len(found) > 1  # lines on it


def test_neighbours_of_one_class_have_no_seam_between_them() -> None:
    assert shapely.get_num_geometries(only(drawn(15, 16, 17), fill=style.colour("gap_2"))) == 1


def test_areas_that_overlap_are_drawn_too() -> None:
    areas, values = cells(15, 16)
    areas.loc[1, "geometry"] = shapely.box(500, 0, 1500, 1000)
    chart = drawing.step_map(
        areas, values, labels=LABELS, colours=figures.COLOURS, edges=EDGES, width=302
    )
    assert [*only(chart, fill=style.colour("gap_2")).bounds] == [1, 1, 301, 201]


def test_an_area_without_a_shape_is_left_out() -> None:
    areas, values = cells(15, 16)
    areas.loc[1, "geometry"] = None
    chart = drawing.step_map(areas, values, labels=LABELS, colours=figures.COLOURS)
    assert len(shapes(chart)) == 1


# --- where -------------------------------------------------------------------------------------


def test_north_is_up_and_metres_are_the_same_both_ways() -> None:
    areas, values = cells(15, 45)
    areas.loc[1, "geometry"] = shapely.box(0, 3000, 1000, 4000)
    chart = drawing.step_map(
        areas, values, labels=LABELS, colours=figures.COLOURS, edges=EDGES, width=102
    )
    assert [*only(chart, fill=style.colour("gap_5")).bounds] == [1, 1, 101, 101]
    assert [*only(chart, fill=style.colour("gap_2")).bounds] == [1, 301, 101, 401]


def test_the_bar_of_the_scale_is_as_long_as_it_says() -> None:
    chart = drawn(15, 16, 17, 18, 19, 20, width=302)  # 6 km in 300 pixels
    assert "1 km" in words(chart)
    rule = next(one for one in chart.to_dict()["layer"] if one["mark"]["type"] == "rule")
    assert rule["encoding"]["x2"]["value"] - rule["encoding"]["x"]["value"] == pytest.approx(50)


def test_water_and_districts_help_to_find_ones_way_and_end_where_the_map_ends() -> None:
    river = gpd.GeoDataFrame(geometry=[shapely.box(-9000, 400, 9000, 600)], crs=32632)
    halves = [shapely.box(0, 0, 1000, 1000), shapely.box(1000, 0, 2000, 1000)]
    ground = {"water": river, "districts": gpd.GeoDataFrame(geometry=halves, crs=32632)}
    chart = drawn(15, 16, ground=ground, width=202)
    assert [*only(chart, fill=style.colour("water")).bounds] == [0, 41, 202, 61]
    lines = only(chart, stroke=style.colour("quiet"))
    assert lines.intersects(shapely.Point(101, 50))  # the border between the two is drawn


def test_from_right_to_left_the_legend_turns_and_the_map_does_not() -> None:
    ltr, rtl = drawn(15, 45, width=302), drawn(15, 45, width=302, right_to_left=True)
    for name in ("gap_2", "gap_5"):
        assert only(ltr, fill=style.colour(name)).equals(only(rtl, fill=style.colour(name)))
    assert "\u20675\u201310 people\u2069" in words(rtl)


@pytest.mark.parametrize("crs", [None, 4326, 3857], ids=["none", "degrees", "stretched"])
def test_a_map_is_drawn_in_metres_only(crs: int | None) -> None:
    areas, values = cells(15)
    with pytest.raises(CRSError, match=r"areas.*to_metres|areas.*set_crs"):
        drawing.step_map(
            areas.set_crs(crs, allow_override=True), values, labels=LABELS, colours=figures.COLOURS
        )


def test_ground_in_degrees_is_refused() -> None:
    areas, values = cells(15)
    river = gpd.GeoDataFrame(geometry=[shapely.Point(9, 50).buffer(1)], crs=4326)
    with pytest.raises(CRSError, match="water"):
        drawing.step_map(
            areas, values, labels=LABELS, colours=figures.COLOURS, ground={"water": river}
        )


# --- as a file -----------------------------------------------------------------------------------


def test_five_thousand_cells_make_a_small_file_with_all_that_it_says() -> None:
    rng = np.random.default_rng(5)
    at = np.arange(5000)
    squares = shapely.box(at % 71 * 250, at // 71 * 250, at % 71 * 250 + 250, at // 71 * 250 + 250)
    areas = gpd.GeoDataFrame({"id": at.astype(str)}, geometry=squares, crs=32632)
    people = pd.array(rng.integers(0, 90, 5000), dtype="Int64")
    people[::7] = pd.NA
    values = pd.DataFrame({"area_id": at.astype(str), "people": people, "suppressed": at % 50 == 0})
    chart = drawing.step_map(areas, values, labels=LABELS, colours=figures.COLOURS)
    svg = figures.svg(figures.framed(chart, title="Who?", lines=["Selam", "2026-03-01"], width=340))
    assert len(svg) < 1_500_000
    for said in ("cannot say yet", "fewer than five", "nobody", "Selam", "2026-03-01"):
        assert said in svg
    drawn_px = sum(one.area for mark, one in shapes(chart) if "fill" in mark)
    classed = int((values["people"].gt(0).fillna(value=False) & ~values["suppressed"]).sum())
    one_px = (338 / (71 * 250) * 250) ** 2
    assert drawn_px == pytest.approx(classed * one_px, rel=0.02)
