"""Styles for QGIS inside an exported GeoPackage: the same colours and shapes as on our own maps.

QGIS keeps styles in a table ``layer_styles`` of the file and draws a layer with the one marked as
default. Colours, shapes, pictograms and words come from whoever exports: the data knows no design.
"""

from __future__ import annotations

import base64
import sqlite3
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

from layers import gpkg, vocab

ON_MAP = "services_on_map"  # see layers.on_map
_NAME, _VERSION = "Common Ground", "3.22"
# as QGIS makes it
_TABLE = """CREATE TABLE layer_styles (id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  f_table_catalog TEXT(256), f_table_schema TEXT(256), f_table_name TEXT(256),
  f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME)"""
# kind of street: millimetres, colour, dashes
_STREETS: Mapping[str, tuple[float, str, str]] = {
    "main": (0.9, "street_main", ""),
    "street": (0.6, "street", ""),
    "footway": (0.4, "street_main", "2;1"),
    "track": (0.4, "street", "3;1.5"),
    "steps": (0.8, "street_main", "0.4;0.4"),
    "bridge": (0.9, "quiet", ""),
    "underpass": (0.9, "quiet", "1;0.8"),
}
# level of areas: millimetres of the outline, dashes
_LEVELS: Mapping[str, tuple[float, str]] = {
    "city": (0.7, "solid"),
    "district": (0.45, "solid"),
    "quarter": (0.3, "dash"),
    "cell": (0.15, "dot"),
}
# how exact a point is, by its outline
_OUTLINES: Mapping[str, str] = {"exact": "solid", "street": "dash", "area": "dot", "city": "dot"}
_SIDE_BY_SIDE = (
    "CASE WHEN \"time_of_day\" = 'day' THEN '-3,0' WHEN \"time_of_day\" = 'evening' THEN '0,0'"
    " WHEN \"time_of_day\" = 'night' THEN '3,0' ELSE '0,-3' END"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What a style is made of.

    ``colours`` by name as ``#RRGGBB``; ``shapes`` of safe, mixed and unsafe; ``pictures`` by
    ``category.CODE`` or ``place_kind.CODE``: width, height and one SVG path; ``say`` gives the word
    for a code.
    """

    colours: Mapping[str, str]
    shapes: Mapping[str, str]
    pictures: Mapping[str, tuple[int, int, str]]
    credit: str  # whose pictures these are
    say: Callable[[str], str]


def write_styles(db: sqlite3.Connection, look: Look, *, on: date) -> None:
    """Add the table of styles to an open GeoPackage; call inside a transaction."""
    db.execute(_TABLE)
    gpkg.register(db, "layer_styles", about="How QGIS draws the layers")
    db.executemany(
        "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name,"
        " f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, ui,"
        " update_time) VALUES ('', '', ?, 'geom', ?, ?, '', 1, ?, '', NULL, ?)",
        [
            (layer, _NAME, qml, look.credit, f"{on:%Y-%m-%d}T00:00:00.000Z")
            for layer, qml in styles(look).items()
        ],
    )


def styles(look: Look) -> dict[str, str]:
    """Give the style of every layer that has one, as QGIS writes it (QML).

    Parameters
    ----------
    look
        Colours, shapes, pictures and words.

    Returns
    -------
    styles
        By table: areas, ground, streets, places, locations, reported_cells and services_on_map.
    """
    return {
        "areas": _qml(_areas(look), _labels(look, "area", size=9, areas=True)),
        "ground": _qml(_ground(look), _labels(look, "area", size=8, colour="quiet")),
        "streets": _qml(_streets(look), _labels(look, "line", size=7, colour="quiet", below=5_000)),
        "places": _qml(_places(look), _labels(look, "point", size=8, colour="quiet", below=25_000)),
        "locations": _qml(_locations(look), _labels(look, "point", size=8, below=10_000)),
        "reported_cells": _qml(_cells(look)),
        ON_MAP: _qml(_services(look), _labels(look, "point", size=8, below=10_000)),
    }


def _areas(look: Look) -> ET.Element:
    symbols = {
        level: _symbol("fill", _fill(look, None, outline="quiet", width=width, line=line))
        for level, (width, line) in _LEVELS.items()
    }
    return _by_code(look, "level", "area_level", symbols)


def _streets(look: Look) -> ET.Element:
    symbols = {
        kind: _symbol("line", _line(look, colour, width, dashes))
        for kind, (width, colour, dashes) in _STREETS.items()
    }
    return _by_code(look, "kind", "street_kind", symbols, other=symbols["street"])


def _ground(look: Look) -> ET.Element:
    """Draw surfaces and lines of one table: QGIS opens each sort of shape as a layer of its own."""
    renderer = ET.Element("renderer-v2", type="RuleRenderer", symbollevels="0")
    rules = ET.SubElement(renderer, "rules", key="{ground}")
    symbols = ET.SubElement(renderer, "symbols")
    number = 0
    for kind in ("built", "green", "water", "railway"):
        drawn = {
            "Polygon": ("fill", _fill(look, kind, outline=kind, width=0.1)),
            "Line": ("line", _line(look, kind, 0.5, "3;1" if kind == "railway" else "")),
        }
        for shape, (sort, layer) in drawn.items():
            where = f"\"kind\" = '{kind}' AND geometry_type($geometry) = '{shape}'"
            label = look.say(f"ground_kind.{kind}")
            more = {"symbol": str(number), "key": f"{{ground-{number}}}"}
            ET.SubElement(rules, "rule", {"filter": where, "label": label, **more})
            symbols.append(_symbol(sort, layer, name=str(number)))
            number += 1
    return renderer


def _places(look: Look) -> ET.Element:
    symbols = {
        kind: _symbol("marker", _picture(look, f"place_kind.{kind}", "quiet", size=3))
        for kind in vocab.PLACE_KIND
    }
    return _by_code(look, "kind", "place_kind", symbols, other=symbols["other"])


def _locations(look: Look) -> ET.Element:
    symbols = {
        precision: _symbol(
            "marker", _marker(look, "circle", fill="raised", outline="ink", size=2.6, line=line)
        )
        for precision, line in _OUTLINES.items()
    }
    return _by_code(look, "precision", "precision", symbols)


def _cells(look: Look) -> ET.Element:
    """Draw released cells: the shape says it before the colour does; hours stand side by side."""
    symbols = {}
    for feeling in vocab.FEELING:
        shape = look.shapes[feeling]
        marker = _marker(look, shape, fill=feeling, outline="paper", size=2.8)
        _property(marker, "offset", _SIDE_BY_SIDE)
        centre = _layer("CentroidFill", {"point_on_surface": "0", "clip_points": "0"})
        # a symbol inside a symbol is found by the name of its layer
        centre.append(_symbol("marker", marker, name="@0@1"))
        # no surface: three times of day lie on each other, and would mix to a fourth colour
        surface = _fill(look, None, outline="quiet", width=0.2)
        symbols[feeling] = _symbol("fill", surface, centre)
    return _by_code(look, "feeling", "feeling", symbols)


def _services(look: Look) -> ET.Element:
    symbols = {}
    how = " ".join(f"WHEN \"precision\" = '{one}' THEN '{line}'" for one, line in _OUTLINES.items())
    for category in vocab.CATEGORY:
        frame = _marker(look, "square", fill="raised", outline="service", size=4.6)
        _property(frame, "outlineStyle", f"CASE {how} ELSE 'solid' END")
        picture = _picture(look, f"category.{category}", "service", size=3)
        symbols[category] = _symbol("marker", frame, picture)
    return _by_code(look, "category", "category", symbols)


def _by_code(
    look: Look,
    column: str,
    of: str,
    symbols: Mapping[str, ET.Element],
    *,
    other: ET.Element | None = None,
) -> ET.Element:
    """Draw rows by the code in a column; ``other`` draws rows of which it is unknown."""
    renderer = ET.Element("renderer-v2", type="categorizedSymbol", attr=column, symbollevels="0")
    categories = ET.SubElement(renderer, "categories")
    drawn = ET.SubElement(renderer, "symbols")
    known = {code: (look.say(f"{of}.{code}"), one) for code, one in symbols.items()}
    if other is not None:
        known[""] = (look.say("out.unknown"), other)
    for number, (code, (label, symbol)) in enumerate(known.items()):
        more = {"symbol": str(number), "value": code, "label": label, "render": "true"}
        ET.SubElement(categories, "category", more)
        drawn.append(ET.fromstring(ET.tostring(symbol)))  # noqa: S314 - what we made ourselves
        drawn[-1].set("name", str(number))
    return renderer


def _symbol(sort: str, *layers: ET.Element, name: str = "0") -> ET.Element:
    symbol = ET.Element("symbol", type=sort, name=name, alpha="1", clip_to_extent="1")
    symbol.extend(layers)
    return symbol


def _layer(kind: str, said: Mapping[str, str]) -> ET.Element:
    layer = ET.Element("layer", {"class": kind, "enabled": "1", "pass": "0", "locked": "0"})
    options = ET.SubElement(layer, "Option", type="Map")
    for name, value in said.items():
        ET.SubElement(options, "Option", name=name, type="QString", value=value)
    return layer


def _fill(
    look: Look,
    colour: str | None,
    *,
    outline: str,
    width: float,
    line: str = "solid",
) -> ET.Element:
    return _layer(
        "SimpleFill",
        {
            "style": "no" if colour is None else "solid",
            "color": _rgba(look, colour or outline),
            "outline_color": _rgba(look, outline),
            "outline_style": line,
            "outline_width": str(width),
            "outline_width_unit": "MM",
        },
    )


def _line(look: Look, colour: str, width: float, dashes: str) -> ET.Element:
    said = {
        "line_color": _rgba(look, colour),
        "line_width": str(width),
        "line_width_unit": "MM",
        "line_style": "solid",
        "capstyle": "flat" if dashes else "round",
        "joinstyle": "round",
        "use_custom_dash": "1" if dashes else "0",
    }
    more = {"customdash": dashes, "customdash_unit": "MM"} if dashes else {}
    return _layer("SimpleLine", said | more)


def _marker(
    look: Look, shape: str, *, fill: str, outline: str, size: float, line: str = "solid"
) -> ET.Element:
    return _layer(
        "SimpleMarker",
        {
            "name": shape,
            "color": _rgba(look, fill),
            "outline_color": _rgba(look, outline),
            "outline_style": line,
            "outline_width": "0.3",
            "outline_width_unit": "MM",
            "size": str(size),
            "size_unit": "MM",
        },
    )


def _picture(look: Look, code: str, colour: str, *, size: float) -> ET.Element:
    """Draw a pictogram that lies in the style itself: no file beside it, no address."""
    width, height, path = look.pictures[code]
    side = max(width, height)
    left, top = (width - side) / 2, (height - side) / 2
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left:g} {top:g} {side} {side}">'
        f'<path fill="param(fill) {look.colours[colour]}" d="{path}"/></svg>'
    )
    packed = base64.b64encode(svg.encode()).decode()
    return _layer(
        "SvgMarker",
        {
            "name": f"base64:{packed}",
            "color": _rgba(look, colour),
            "outline_width": "0",
            "size": str(size),
            "size_unit": "MM",
        },
    )


def _property(layer: ET.Element, name: str, expression: str) -> None:
    """Let a value of the symbol be computed from the row."""
    outer = ET.SubElement(layer, "data_defined_properties")
    whole = ET.SubElement(outer, "Option", type="Map")
    ET.SubElement(whole, "Option", name="name", type="QString", value="")
    properties = ET.SubElement(whole, "Option", name="properties", type="Map")
    ET.SubElement(whole, "Option", name="type", type="QString", value="collection")
    one = ET.SubElement(properties, "Option", name=name, type="Map")
    ET.SubElement(one, "Option", name="active", type="bool", value="true")
    ET.SubElement(one, "Option", name="expression", type="QString", value=expression)
    ET.SubElement(one, "Option", name="type", type="int", value="3")


def _labels(
    look: Look,
    sort: str,
    *,
    size: float,
    colour: str = "ink",
    below: int = 0,
    areas: bool = False,
) -> ET.Element:
    """Write the name beside each row; ``below``: only at larger scales than one to so many."""
    labeling = ET.Element("labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    style = ET.SubElement(
        settings,
        "text-style",
        {
            # cells have names of their own, and are too many to be read
            "fieldName": 'CASE WHEN "level" <> \'cell\' THEN "name" END' if areas else "name",
            "isExpression": "1" if areas else "0",
            "fontSize": str(size),
            "fontSizeUnit": "Point",
            "fontWeight": "50",
            "textColor": _rgba(look, colour),
            "textOpacity": "1",
        },
    )
    ET.SubElement(
        style,
        "text-buffer",
        {
            "bufferDraw": "1",
            "bufferColor": _rgba(look, "paper"),
            "bufferSize": "0.7",
            "bufferSizeUnits": "MM",
            "bufferOpacity": "1",
            "bufferJoinStyle": "128",
        },
    )
    # enumerations of QGIS: 1 over the middle, 3 along the line, 6 around the point
    where = {"area": "1", "line": "3", "point": "6"}[sort]
    order = "TR,TL,BR,BL,R,L,TSR,BSR"
    placed = {"placement": where, "dist": "1.5", "distUnits": "MM", "priority": "5"}
    ET.SubElement(settings, "placement", {**placed, "predefinedPositionOrder": order})
    scale = {"scaleVisibility": "1", "scaleMin": "1", "scaleMax": str(below)} if below else {}
    ET.SubElement(settings, "rendering", {"drawLabels": "1", "obstacle": "1", **scale})
    return labeling


def _rgba(look: Look, name: str) -> str:
    """Write a colour as QGIS does.

    Examples
    --------
    >>> ink = {"ink": "#1F2933"}
    >>> look = Look(colours=ink, shapes={}, pictures={}, credit="", say=str)
    >>> _rgba(look, "ink")
    '31,41,51,255'
    """
    bare = look.colours[name].lstrip("#")
    red, green, blue = (int(bare[place : place + 2], 16) for place in (0, 2, 4))
    return f"{red},{green},{blue},255"


def _qml(renderer: ET.Element, labels: ET.Element | None = None) -> str:
    whole = ET.Element("qgis", version=_VERSION, styleCategories="Symbology|Labeling")
    whole.set("labelsEnabled", "0" if labels is None else "1")
    whole.append(renderer)
    if labels is not None:
        whole.append(labels)
    body = ET.tostring(whole, encoding="unicode")
    return f"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n{body}"
