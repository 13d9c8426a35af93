"""XML without document types: no entities, so nothing to blow up and nothing to fetch."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import BinaryIO
from xml.parsers import expat

from layers.errors import LayerError

MAX_DEPTH = 200
_PIECE = 65_536


class _RootSeenError(Exception):
    """The root element began: no document type can follow."""


def elements(file: BinaryIO) -> Iterator[tuple[str, ET.Element]]:
    """Walk through a document: ("start", element) and ("end", element).

    Parameters
    ----------
    file
        Opened for reading, at its start; must be able to go back to it.

    Raises
    ------
    LayerError
        ``xml_has_entities`` for any document type, before a single entity is read;
        ``file_too_deep``; ``xml_broken`` with the line.
    """
    _refuse_types(file)
    file.seek(0)
    depth = 0
    try:
        # no document type, so no entity: what the secure parsers refuse cannot be here
        for event, element in ET.iterparse(file, events=("start", "end")):  # noqa: S314 - as said
            depth += 1 if event == "start" else -1
            if depth > MAX_DEPTH:
                raise LayerError("file_too_deep")
            yield event, element
    except ET.ParseError as error:
        raise LayerError("xml_broken", row=error.position[0]) from error


def local(tag: str) -> str:
    """Give the name of an element without its namespace.

    Examples
    --------
    >>> local("{http://www.opengis.net/kml/2.2}Placemark")
    'Placemark'
    """
    return tag.rpartition("}")[2]


def _refuse_types(file: BinaryIO) -> None:
    """Read up to the root element and refuse a document type, in whatever encoding."""
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise LayerError("xml_has_entities")

    def begin(*_: object) -> None:
        raise _RootSeenError

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = begin
    try:
        while piece := file.read(_PIECE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except _RootSeenError:
        return
    except expat.ExpatError as error:
        raise LayerError("xml_broken", row=error.lineno) from error
