"""The network as files for other tools: Kumu's JSON and GraphML, from what may leave.

Actors and ties with every column that says something; the names of the columns are ours, so that
the same file comes back by an import without a loss. A judgement stands there only beside the
reply of whom it is about.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from layers.cell_text import plain

ACTOR: Final = (
    *("kind", "sector", "migrant_led", "women_led", "internal", "decision_maker", "communities"),
    *("alternate_name", "description", "url", "public_contact", "consent_shown", "consent_shared"),
    *("at_risk", "says_who", "date_checked"),
)
TIE: Final = (
    *("kind", "direction", "strength", "participation", "cooperation", "gives", "needs", "since"),
    *("until", "last_confirmed", "confirmed_by", "from_confirmed_on", "to_confirmed_on"),
    *("says_who", "date_checked"),
)
STANDING: Final = ("power", "interest", "affected")
_NO_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_GRAPHML: Final = "http://graphml.graphdrawing.org/xmlns"
Row = dict[str, Any]


def actors(tables: Mapping[str, pd.DataFrame]) -> list[Row]:
    """Give one row an actor: identifier, name, what is known, and judgements with their replies.

    Parameters
    ----------
    tables
        As :func:`layers.releasing.releasable` gives them.
    """
    standing = {
        str(one["organization_id"]): one
        for one in tables["standings"].to_dict("records")
        if pd.isna(one["question"])
    }
    ratings = tables["ratings"].to_dict("records")
    towers = tables["towers"].to_dict("records")
    replies = tables["replies"].to_dict("records")
    found = []
    for one in tables["organizations"].to_dict("records"):
        me = str(one["id"])
        row: Row = {"id": me, "name": str(one["name"]), **_told(one, ACTOR)}
        row |= _told(standing.get(me, {}), STANDING)
        for rated in ratings:
            if rated["organization_id"] == me:
                said = f"{plain(rated['mean'])} ({rated['said_by']})"
                row[f"rated_{rated['question']}"] = said
        ranks = [
            f"{one['question']}: {plain(one['rank'])} of {plain(one['ranked'])} ({one['said_by']})"
            for one in towers
            if one["organization_id"] == me
        ]
        if ranks:
            row["towers"] = "; ".join(ranks)
        row |= {
            f"reply_{said['about']}": str(said["words"])
            for said in replies
            if said["organization_id"] == me
        }
        found.append(row)
    return found


def ties(tables: Mapping[str, pd.DataFrame]) -> list[Row]:
    """Give one row a tie: ``id``, ``from``, ``to`` and what is known of it."""
    return [
        {
            "id": str(one["id"]),
            "from": str(one["from_id"]),
            "to": str(one["to_id"]),
            **_told(one, TIE),
        }
        for one in tables["ties"].to_dict("records")
    ]


def write_kumu(tables: Mapping[str, pd.DataFrame], path: Path) -> int:
    """Write Kumu's JSON, and count the elements and connections."""
    elements, connections = actors(tables), ties(tables)
    twice = pd.Series([one["name"] for one in elements], dtype=object)
    twice = twice[twice.duplicated(keep=False)]
    # Kumu takes two elements of one label for the same
    called = {
        one["id"]: f"{one['name']} ({one['id']})" if one["name"] in set(twice) else one["name"]
        for one in elements
    }
    whole = {
        "elements": [
            {"label": called[one["id"]], **({"type": one["kind"]} if "kind" in one else {}), **one}
            for one in elements
        ],
        "connections": [
            {
                **{name: value for name, value in one.items() if name not in ("from", "to")},
                "from": called[one["from"]],
                "to": called[one["to"]],
                "from_id": one["from"],
                "to_id": one["to"],
                "type": one["kind"],
            }
            for one in connections
        ],
    }
    path.write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8")
    return len(elements) + len(connections)


def write_graphml(tables: Mapping[str, pd.DataFrame], path: Path) -> int:
    """Write GraphML with typed attributes, each edge directed or not, and count both."""
    nodes, edges = actors(tables), ties(tables)
    root = ET.Element("graphml", {"xmlns": _GRAPHML})
    keys: dict[tuple[str, str], str] = {}
    for part, rows in (("node", nodes), ("edge", edges)):
        names = dict.fromkeys(name for row in rows for name in row if name not in _ENDS[part])
        for name in names:
            held = [row[name] for row in rows if name in row]
            key = f"{part[0]}{len(keys)}"
            keys[part, name] = key
            kind = {"id": key, "for": part, "attr.name": name, "attr.type": _type(held)}
            ET.SubElement(root, "key", kind)
    graph = ET.SubElement(root, "graph", {"id": "G", "edgedefault": "directed"})
    for row in nodes:
        _data(ET.SubElement(graph, "node", {"id": _text(row["id"])}), "node", row, keys)
    for row in edges:
        directed = "false" if row.get("direction") == "mutual" else "true"
        ends = {"id": row["id"], "source": row["from"], "target": row["to"], "directed": directed}
        edge = ET.SubElement(graph, "edge", {name: _text(text) for name, text in ends.items()})
        _data(edge, "edge", row, keys)
    ET.indent(root)
    ET.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)
    return len(nodes) + len(edges)


_ENDS: Final = {"node": ("id",), "edge": ("id", "from", "to")}


def _data(element: ET.Element, part: str, row: Row, keys: Mapping[tuple[str, str], str]) -> None:
    for name, value in row.items():
        if name not in _ENDS[part]:
            ET.SubElement(element, "data", {"key": keys[part, name]}).text = _text(value)


def _type(held: list[Any]) -> str:
    if all(isinstance(one, bool) for one in held):
        return "boolean"
    return "int" if all(type(one) is int for one in held) else "string"


def _text(value: Any) -> str:  # noqa: ANN401 - a value of any column
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return _NO_XML.sub("", str(value))


def _told(row: Mapping[Any, Any], names: tuple[str, ...]) -> Row:
    """Keep what is known; nothing stands for unknown, because a tool would show it as a value."""
    told = {name: plain(row[name]) for name in names if name in row}
    return {name: value for name, value in told.items() if value not in (None, [])}
