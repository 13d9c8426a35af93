"""What a file is, told by its bytes and never by its name, and which reader it goes to."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from layers.errors import LayerError
from layers.importing.read_source import How, Source, listing, siblings, unpack
from layers.importing.tables import Note, Table

READERS = MappingProxyType(
    {
        "csv": "layers.importing.read_text",
        "xlsx": "layers.importing.read_sheets",
        "geojson": "layers.importing.read_geojson",
        "gpkg": "layers.importing.read_package",
        "shapefile": "layers.importing.read_shapefile",
        "kml": "layers.importing.read_kml",
        "network": "layers.importing.read_network",
    }
)
_SCRIPT = re.compile(rb"^(?:export\s|var\s|let\s|const\s|module\.|window\.|[\w$.]+\s*\(\s*[{\[])")
_KML_ROOT = re.compile(
    rb"<(?:\w+:)?kml[\s>/]|earth\.google\.com/kml|opengis\.net/kml", re.IGNORECASE
)
_GRAPHML_ROOT = re.compile(rb"<(?:\w+:)?graphml[\s>/]|graphml\.graphdrawing\.org", re.IGNORECASE)
_KUMU = re.compile(rb"^\{\s*\"(?:elements|connections)\"\s*:\s*\[")
_WHOLE_FROM = 3  # so many tables named as ours, and no others, are an export of a whole atlas
_OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_TABLES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Unit:
    """One file with a reader, and its parts under the names that the outside knows."""

    format: str
    source: Source
    parts: tuple[dict[str, Any], ...]
    names: tuple[str, ...]
    encoding: str


def look(path: Path, how: How) -> dict[str, Any]:
    """Say what is in a file, as :class:`layers.importing.look.Contents` has it.

    Raises
    ------
    LayerError
        ``file_format_unknown`` and what the reader of the format raises.
    """
    if _is_osm(path):
        return {"format": "osm", "parts": [], "encoding": ""}
    units = _units(path, how)
    parts = [
        {**{key: part[key] for key in ("rows", "columns", "shapes")}, "name": name}
        for unit in units
        for part, name in zip(unit.parts, unit.names, strict=True)
    ]
    return {
        "format": "whole" if _is_whole(units, parts, how) else units[0].format,
        "parts": parts,
        "encoding": next((unit.encoding for unit in units if unit.encoding), ""),
    }


def read(path: Path, how: How) -> Table:
    """Read one part: the one asked for, or the one with most rows.

    Raises
    ------
    LayerError
        As :func:`look`, and ``part_missing``.
    """
    if _is_osm(path):
        raise LayerError("file_is_osm")
    units = _units(path, how)
    every = [(unit, place, name) for unit in units for place, name in enumerate(unit.names)]
    if how.part is not None:
        found = [one for one in every if one[2] == how.part]
        if not found:
            raise LayerError("part_missing", parts=len(every))
        return _read(*found[0], how)
    filled = [one for one in every if _rows(one) != 0] or every
    # sheets stand in an order that somebody chose; layers and files do not
    in_order = units[0].format == "xlsx" and len(units) == 1
    chosen = filled[0] if in_order else max(filled, key=_rows)
    table = _read(*chosen, how)
    if len(every) > 1:
        code, what = ("sheet_chosen", "sheet") if in_order else ("layer_chosen", "layer")
        table.notes.insert(0, Note(code, {what: chosen[2], f"{what}s": len(every)}))
    return table


def read_all(path: Path, how: How) -> Iterator[Table]:
    """Read every part, one after the other.

    Raises
    ------
    LayerError
        As :func:`look`.
    """
    if _is_osm(path):
        raise LayerError("file_is_osm")
    units = _units(path, how)
    total, done = sum(len(unit.names) for unit in units), 0
    for unit in units:
        for place, name in enumerate(unit.names):
            yield _read(unit, place, name, how)
            done += 1
            how.tell(done, total)


def kind_of(source: Source) -> str:
    """Name the reader that the bytes of a file ask for; empty where there is none.

    Raises
    ------
    LayerError
        ``file_old_excel`` for the one format that has a remedy of its own.
    """
    head = source.head()
    if head.startswith(b"SQLite format 3\x00"):
        return "gpkg"
    if head.startswith(b"PK\x03\x04"):
        return "zip"
    if head.startswith(b"\x00\x00\x27\x0a"):
        return "shapefile"
    if head.startswith(_OLD_EXCEL):
        raise LayerError("file_old_excel")
    if head.startswith(_NO_TABLES):
        return ""
    return _kind_of_text(head)


def _kind_of_text(head: bytes) -> str:
    text = head.removeprefix(b"\xef\xbb\xbf")
    if text[:2] in (b"\xff\xfe", b"\xfe\xff"):  # UTF-16: every second byte is empty in what we seek
        text = text[2:].replace(b"\x00", b"")
    text = text.lstrip(b" \t\r\n\x1e")
    if _KUMU.match(text):
        return "network"
    if text[:1] in (b"{", b"[") or _SCRIPT.match(text):
        return "geojson"
    if text[:1] == b"<":
        if _GRAPHML_ROOT.search(text):
            return "network"
        return "kml" if _KML_ROOT.search(text) else ""
    return "csv"


def _units(path: Path, how: How) -> list[_Unit]:
    """Find the tables in a file, a zip or a folder."""
    if path.is_dir():
        return _each(listing(path), how)
    source = Source(name=path.name, path=path)
    kind = kind_of(source)
    if kind == "zip":
        members = unpack(source)
        names = {member.name for member in members}
        if "xl/workbook.xml" in names:
            return [_unit("xlsx", source, how)]
        return _each(members, how)
    if kind == "shapefile":
        beside = {one.suffix.lower(): Source(name=one.name, path=one) for one in siblings(path)}
        source = replace(source, beside=beside)
    if (kind == "shapefile" and source.ending == ".shx") or _is_dbf(source):
        raise LayerError("shapefile_piece")
    if not kind:
        raise LayerError("file_format_unknown")
    return [_unit(kind, source, how)]


def _is_dbf(source: Source) -> bool:
    """Tell the table of a Shapefile, alone, by its head: it says how long the file is."""
    head = source.head(32)
    if len(head) < 32 or head[0] & 0b111 != 3 or not (1 <= head[2] <= 12 and 1 <= head[3] <= 31):
        return False
    rows, start, width = (
        int.from_bytes(head[a:b], "little") for a, b in ((4, 8), (8, 10), (10, 12))
    )
    return abs(start + rows * width - source.size) < 3


def _each(members: list[Source], how: How) -> list[_Unit]:
    """Find the tables among files that lie together."""
    if documents := [one for one in members if one.ending == ".kml"]:  # a KMZ, and its pictures
        first = next((one for one in documents if one.stem == "doc"), documents[0])
        return [_unit("kml", first, how)]
    layers = [one for one in members if one.ending == ".shp"]
    if layers:
        pairs = [("shapefile", replace(one, beside=_beside(one, members))) for one in layers]
        return _named(pairs, how)
    found = []
    for member in members:
        if member.ending in _ABOUT or member.stem.casefold() in _ABOUT_STEMS:
            continue
        kind = kind_of(member)
        if kind == "zip" and "xl/workbook.xml" in {one.name for one in unpack(member)}:
            kind = "xlsx"
        if kind in ("csv", "geojson", "gpkg", "xlsx", "network"):
            found.append((kind, member))
    if not found:
        raise LayerError("file_format_unknown")
    tables = [(kind, one) for kind, one in found if kind == "csv"]
    # a package of tables is often described by one JSON file beside them
    chosen = tables if len(tables) > len(found) / 2 else found
    return _named(chosen, how)


def _named(pairs: list[tuple[str, Source]], how: How) -> list[_Unit]:
    """Tell files apart by their names, with their folders where the names alone do not."""
    if len(pairs) == 1:
        return [_unit(*pairs[0], how)]
    stems = [one.stem for _, one in pairs]
    return [
        _unit(kind, one, how, label=one.stem if stems.count(one.stem) == 1 else one.name)
        for kind, one in pairs
    ]


_ABOUT_STEMS = frozenset({"readme", "license", "licence", "about", "lizenz", "lisezmoi"})
_ABOUT = frozenset({".md", ".html", ".pdf", ".xml", ".qml", ".sld", ".qgz", ".jpg", ".png", ""})


def _beside(layer: Source, members: list[Source]) -> dict[str, Source]:
    start = layer.name[: -len(layer.ending)].lower()
    return {
        one.ending: one
        for one in members
        if one is not layer and one.name[: -len(one.ending) or None].lower() == start
    }


def _unit(kind: str, source: Source, how: How, *, label: str = "") -> _Unit:
    found = importlib.import_module(READERS[kind]).look(source, how)
    names = [part["name"] for part in found["parts"]]
    if label:
        names = [f"{label}/{name}" if len(names) > 1 else label for name in names]
    return _Unit(
        format=kind,
        source=source,
        parts=tuple(found["parts"]),
        names=tuple(names),
        encoding=found["encoding"],
    )


def _read(unit: _Unit, place: int, name: str, how: How) -> Table:
    part = unit.parts[place]
    # to look at a small file means to read it; once is enough
    table: Table = part.pop("table", None) or importlib.import_module(READERS[unit.format]).read(
        unit.source, replace(how, part=part["name"])
    )
    table.part = name
    return table


def _rows(one: tuple[_Unit, int, str]) -> int:
    """Count the rows of a part; where nobody counted, the file is large, and its size will do."""
    rows = one[0].parts[one[1]]["rows"]
    return one[0].source.size if rows is None else int(rows)


def _is_whole(units: list[_Unit], parts: list[dict[str, Any]], how: How) -> bool:
    names = [part["name"] for part in parts]
    if units[0].format == "gpkg":
        return "cg_meta" in names
    ours = [name for name in names if name in how.ours]
    about = [name for name in names if name == "About" or name.startswith("cg_")]
    enough = len(ours) >= (1 if about else _WHOLE_FROM)
    return enough and len(ours) + len(about) == len(names)


def _is_osm(path: Path) -> bool:
    if path.is_dir():
        return False
    with path.open("rb") as file:
        return b"OSMHeader" in file.read(32)
