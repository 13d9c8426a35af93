"""Networks of other tools, GraphML and Kumu's JSON: two parts, ``actors`` and ``ties``."""

from __future__ import annotations

from typing import Any, Final

from layers.errors import LayerError
from layers.importing import read_json, read_xml
from layers.importing.read_source import How, Source
from layers.importing.tables import MAX_COLUMNS, MAX_ROWS, Note, Table

PARTS: Final = ("actors", "ties")
_KUMU: Final = {"label": "name", "type": "kind"}
Row = dict[str, str | None]


def look(source: Source, how: How) -> dict[str, Any]:
    """Say which parts there are, with their rows."""
    del how
    tables = _tables(source)
    return {
        "encoding": "",
        "parts": [
            {
                "name": name,
                "rows": len(table.rows),
                "columns": table.columns,
                "shapes": False,
                "table": table,
            }
            for name, table in zip(PARTS, tables, strict=True)
        ],
    }


def read(source: Source, how: How) -> Table:
    """Read one part; the ties where none is asked for.

    Raises
    ------
    LayerError
        ``xml_has_entities``, ``xml_broken``, ``file_too_deep``, ``json_broken``,
        ``network_without_ends`` with the number of the edge.
    """
    return _tables(source)[PARTS.index(how.part or "ties")]


def _tables(source: Source) -> tuple[Table, Table]:
    notes: list[Note] = []
    is_xml = source.head().lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<"
    nodes, edges = _graphml(source) if is_xml else _kumu(source, notes)
    form = "graphml" if is_xml else "kumu"
    return _table(nodes, form, notes), _table(edges, form, notes)


def _graphml(source: Source) -> tuple[list[Row], list[Row]]:
    names: dict[str, str] = {}
    nodes: list[Row] = []
    edges: list[Row] = []
    undirected = False
    with source.open() as file:
        for event, element in read_xml.elements(file):
            tag = read_xml.local(element.tag)
            if event == "start":
                if tag == "key":
                    key = element.get("id", "")
                    names[key] = element.get("attr.name") or key
                elif tag == "graph":
                    undirected = element.get("edgedefault") == "undirected"
                continue
            if tag not in ("node", "edge"):
                continue
            told: Row = {
                names.get(one.get("key", ""), one.get("key", "")): one.text
                for one in element
                if read_xml.local(one.tag) == "data"
            }
            if tag == "node":
                nodes.append({"id": element.get("id"), **told})
            else:
                edges.append(_edge(element, told, len(edges) + 1, undirected=undirected))
            element.clear()
    return nodes, edges


def _edge(element: Any, told: Row, number: int, *, undirected: bool) -> Row:  # noqa: ANN401 - an XML element
    ends = {"from": element.get("source"), "to": element.get("target")}
    if None in ends.values():
        raise LayerError("network_without_ends", row=number)
    said = element.get("directed")
    mutual = undirected if said is None else said.lower() in ("false", "0")
    row: Row = {"id": element.get("id"), **ends, **told}
    row["direction"] = row.get("direction") or ("mutual" if mutual else "directed")
    return row


def _kumu(source: Source, notes: list[Note]) -> tuple[list[Row], list[Row]]:
    whole = read_json.load(source.read(), notes)
    if not isinstance(whole, dict):
        raise LayerError("file_format_unknown")
    nodes = [_flat(one) for one in _listed(whole, "elements")]
    edges = [_flat(one) for one in _listed(whole, "connections")]
    for number, one in enumerate(edges, start=1):
        for end in ("from", "to"):
            one[end] = one.pop(f"{end}_id", None) or one.get(end)
            if one[end] is None:
                raise LayerError("network_without_ends", row=number)
        if one.get("direction") == "undirected":
            one["direction"] = "mutual"
    return nodes, edges


def _listed(whole: dict[str, Any], name: str) -> list[dict[str, Any]]:
    found = whole.get(name)
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _flat(one: dict[str, Any]) -> Row:
    row: Row = {}
    for name, value in one.items():
        row.setdefault(_KUMU.get(str(name), str(name)), _text(value))
    # our own files say both: the name of the column is the truth, the label is only shown
    for shown, ours in _KUMU.items():
        if ours in one:
            row[ours] = _text(one[ours])
        elif shown in one:
            row[ours] = _text(one[shown])
    return row


def _text(value: Any) -> str | None:  # noqa: ANN401 - any JSON
    if value is None or value == []:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return str(value)


def _table(rows: list[Row], form: str, notes: list[Note]) -> Table:
    columns = list(dict.fromkeys(name for row in rows for name in row))
    if len(rows) > MAX_ROWS or len(columns) > MAX_COLUMNS:
        raise LayerError("file_too_large")
    return Table(
        columns=columns,
        rows=[[row.get(name) or None for name in columns] for row in rows],
        numbers=[number + 2 for number in range(len(rows))],
        format=form,
        notes=list(notes),
    )
