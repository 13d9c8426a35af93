"""Styles inside an exported GeoPackage: every layer has one, in the colours of our own maps.

That QGIS draws them was seen in QGIS 3.22; here they are held to the structure that it reads.
"""

from __future__ import annotations

import base64
import re
import sqlite3
import xml.etree.ElementTree as ET
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import shapely

from layers import atlas, gpkg, qgis_styles, vocab
from layers.exporting import export
from layers.releasing import releasable
from mapping import out, style

STYLED = ("areas", "ground", "streets", "places", "locations", "reported_cells", "services_on_map")
LISTS = {
    "areas": ("level", vocab.AREA_LEVEL),
    "streets": ("kind", vocab.STREET_KIND),
    "places": ("kind", vocab.PLACE_KIND),
    "locations": ("precision", tuple(one for one in vocab.PRECISION if one != "hidden")),
    "reported_cells": ("feeling", vocab.FEELING),
    "services_on_map": ("category", vocab.CATEGORY),
}


@pytest.fixture
def made() -> dict[str, str]:
    return qgis_styles.styles(out.look())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    town = atlas.create(tmp_path / "town.gpkg", name="Town")
    with town.write() as w:
        w.insert(
            "locations",
            [
                {"id": "p", "precision": "exact", "geometry": shapely.Point(11, 50)},
                {"id": "h", "precision": "hidden", "public_contact": "0800"},
            ],
        )
        w.insert("organizations", [{"id": "o", "name": "Amal", "consent_shown": True}])
        w.insert(
            "services",
            [
                {
                    "id": "s",
                    "name": "Advice",
                    "category": "legal",
                    "organization_id": "o",
                    "free": True,
                },
                {"id": "q", "name": "Quiet help", "category": "violence_support"},
                {"id": "n", "name": "By phone", "category": "health"},
            ],
        )
        w.insert(
            "service_at_location",
            [
                {"id": "1", "service_id": "s", "location_id": "p"},
                {"id": "2", "service_id": "q", "location_id": "h"},
            ],
        )
        w.insert(
            "service_languages",
            [{"id": one, "service_id": "s", "language": one} for one in ("de", "so")],
        )
        hours = {"service_at_location_id": "1", "opening_hours": "Mo 09:00-12:00"}
        w.insert("schedules", [{"id": "z", **hours}])
    export(town, tmp_path / "out", to="gpkg", look=out.look())
    return tmp_path / "out" / "atlas.gpkg"


def rows(file: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(file)) as db:
        return db.execute(sql).fetchall()


def tree(qml: str) -> ET.Element:
    return ET.fromstring(qml.partition("\n")[2])  # noqa: S314 - what we made ourselves


def test_every_layer_for_maps_has_one_default_style_that_is_well_formed(file: Path) -> None:
    found = rows(
        file,
        "SELECT f_table_name, f_geometry_column, useAsDefault, styleQML, description"
        " FROM layer_styles ORDER BY id",
    )
    assert sorted(one[0] for one in found) == sorted(STYLED)
    there = dict(rows(file, "SELECT table_name, column_name FROM gpkg_geometry_columns"))
    for table, column, default, qml, about in found:
        assert (there[table], default) == (column, 1)
        assert tree(qml).tag == "qgis"
        assert "CC BY 4.0" in about  # whose pictograms they are


def test_the_table_of_styles_has_the_columns_that_qgis_reads(file: Path) -> None:
    names = [row[1] for row in rows(file, "PRAGMA table_info(layer_styles)")]
    assert names == [
        *("id", "f_table_catalog", "f_table_schema", "f_table_name", "f_geometry_column"),
        *("styleName", "styleQML", "styleSLD", "useAsDefault", "description", "owner", "ui"),
        "update_time",
    ]


@pytest.mark.parametrize("layer", LISTS)
def test_every_code_of_a_list_has_a_symbol_of_its_own(made: dict[str, str], layer: str) -> None:
    column, codes = LISTS[layer]
    renderer = tree(made[layer]).find("renderer-v2")
    assert renderer is not None
    assert renderer.get("attr") == column
    drawn = {str(one.get("value")): one.get("symbol") for one in renderer.iter("category")}
    assert set(drawn) - {""} == set(codes)
    symbols = renderer.find("symbols")
    assert symbols is not None
    assert {one.get("name") for one in symbols} == set(drawn.values())


def options(element: ET.Element, kind: str) -> list[dict[str, str]]:
    return [
        {str(one.get("name")): str(one.get("value")) for one in layer.findall("Option/Option")}
        for layer in element.iter("layer")
        if layer.get("class") == kind
    ]


def test_what_is_safe_is_told_by_shape_first_and_by_our_colours(made: dict[str, str]) -> None:
    markers = options(tree(made["reported_cells"]), "SimpleMarker")
    told = [(one["name"], one["color"]) for one in markers]
    assert [one[0] for one in told] == ["circle", "square", "diamond"]
    assert [one[1] for one in told] == [rgba(one) for one in ("safe", "mixed", "unsafe")]


def rgba(name: str) -> str:
    bare = style.colour(name)
    return ",".join(str(int(bare[at : at + 2], 16)) for at in (1, 3, 5)) + ",255"


def test_how_exact_a_place_is_shows_in_its_outline(made: dict[str, str]) -> None:
    lines = [one["outline_style"] for one in options(tree(made["locations"]), "SimpleMarker")]
    assert lines == ["solid", "dash", "dot", "dot"]


def test_water_green_and_railways_are_ours_in_both_sorts_of_shape(made: dict[str, str]) -> None:
    ground = tree(made["ground"])
    filters = [str(one.get("filter")) for one in ground.iter("rule")]
    for kind in vocab.GROUND_KIND:
        assert sum(f"'{kind}'" in one for one in filters) == 2
    fills = [one["color"] for one in options(ground, "SimpleFill")]
    assert {rgba("water"), rgba("green")} <= set(fills)


def test_no_style_names_a_file_or_an_address(made: dict[str, str]) -> None:
    for qml in made.values():
        names = [one["name"] for one in options(tree(qml), "SvgMarker")]
        for one in names:
            svg = base64.b64decode(one.removeprefix("base64:")).decode()
            assert re.findall(r'(?:href|url|src)\b|https?://(?!www\.w3\.org/2000/svg")', svg) == []
        assert re.findall(r"https?://(?!mrcc\.com/qgis\.dtd)", qml) == []


def test_services_stand_on_the_map_with_what_people_ask_for(file: Path) -> None:
    found = rows(
        file,
        "SELECT service_id, name, category, organization, languages, opening_hours, free, geom"
        " FROM services_on_map ORDER BY fid",
    )
    assert found[0][:7] == ("s", "Advice", "legal", "Amal", "de; so", "Mo 09:00-12:00", 1)
    assert gpkg.from_blobs([found[0][7]])[0] == shapely.Point(11, 50)
    assert [(one[0], one[6], one[7]) for one in found[1:]] == [("q", None, None), ("n", None, None)]


def test_the_file_lies_alone_and_opens_as_an_atlas(file: Path) -> None:
    assert rows(file, "PRAGMA journal_mode") == [("delete",)]
    assert [one.name for one in file.parent.iterdir()] == ["atlas.gpkg"]
    again = atlas.Atlas(file)
    assert releasable({name: again.read(name) for name in _all()})[0]["services"]["id"].tolist()


def _all() -> list[str]:
    from layers import schema

    return [name for name, spec in schema.TABLES.items() if spec.leaves]
