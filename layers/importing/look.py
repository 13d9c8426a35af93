"""What is in a file, before it is brought in: its format, its parts, and how it was read."""

from __future__ import annotations

from dataclasses import dataclass

# what a person may choose where names with accents look wrong; codecs of Python, by name
ENCODINGS = (
    "utf-8",
    "utf-16",
    "cp1252",
    "mac-roman",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "cp1256",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One table of a file: a sheet, a layer, a folder of a KML, a file in a zip.

    ``rows`` is ``None`` where counting them would mean reading the whole of a large file;
    ``shapes`` tells whether the rows have geometry of their own.
    """

    name: str
    rows: int | None
    columns: tuple[str, ...]
    shapes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Contents:
    """What a file holds.

    ``format`` is csv, xlsx, geojson, gpkg, shapefile, kml, osm, or ``whole``: an export of an atlas
    with all its tables. ``encoding`` is what was taken for its text, one of :data:`ENCODINGS`;
    empty where the format leaves no choice.
    """

    format: str
    parts: tuple[Part, ...]
    encoding: str = ""
