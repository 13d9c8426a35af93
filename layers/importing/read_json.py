"""JSON as people keep it: inside a script, with a comma too many, one object a line."""

from __future__ import annotations

import json
import re
from typing import Any

from layers.errors import LayerError
from layers.importing import read_encoding
from layers.importing.tables import Note

# `var x =`, `export default`, `module.exports =`, `window.x =`, `callback(`
_WRAPPER = re.compile(
    r"^\s*(?:(?:export\s+)?(?:var|let|const)\s+[\w$]+\s*(?::[^=]{1,80})?=\s*|export\s+default\s+"
    r"|(?:module|window|globalThis)(?:\.[\w$]+)+\s*=\s*|[\w$.]+\s*\(\s*(?=[\[{]))"
)
_STRING_OR_COMMA = re.compile(r'"(?:[^"\\]|\\.)*"|,(?=\s*[}\]])', re.DOTALL)
_STRING_OR_REMARK = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/', re.DOTALL)
_MOST_LINES = 1_000_000


def load(raw: bytes, notes: list[Note]) -> Any:  # noqa: ANN401 - any JSON
    """Read JSON, mending what has one meaning only, and say what was mended.

    Raises
    ------
    LayerError
        ``json_broken`` with the line, ``json_too_deep`` or ``json_no_number``.
    """
    text, _, guessed = read_encoding.decode(raw)
    if guessed:
        notes.append(Note("encoding_guessed", {"encoding": read_encoding.likeliest(raw)}))
    if found := _WRAPPER.match(text):
        text = text[found.end() :].rstrip().rstrip(";").rstrip()
        if found[0].rstrip().endswith("("):
            text = text.rstrip(")").rstrip()
        notes.append(Note("javascript_unwrapped"))
    try:
        return _parse(text)
    except json.JSONDecodeError as error:
        first = error
    lines = _lines(text)
    if lines is not None:
        notes.append(Note("json_lines", {"count": len(lines)}))
        return lines
    mended = _STRING_OR_REMARK.sub(lambda one: one[0] if one[0][0] == '"' else "", text)
    mended = _STRING_OR_COMMA.sub(lambda one: one[0] if one[0][0] == '"' else "", mended)
    try:
        whole = _parse(mended)
    except json.JSONDecodeError:
        raise LayerError("json_broken", row=first.lineno) from first
    notes.append(Note("json_mended", {"row": first.lineno}))
    return whole


def _parse(text: str) -> Any:  # noqa: ANN401 - any JSON
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise LayerError("json_too_deep") from error


def _lines(text: str) -> list[Any] | None:
    """Read one value a line (newline-delimited JSON, also with record separators)."""
    lines = [line for line in text.replace("\x1e", "\n").splitlines() if line.strip()]
    if not 1 < len(lines) <= _MOST_LINES or not all(
        line.lstrip()[0] == "{" and line.rstrip()[-1] == "}" for line in lines
    ):
        return None
    try:
        return [_parse(line) for line in lines]
    except json.JSONDecodeError as error:
        row = 1 + next(place for place, line in enumerate(lines) if line == error.doc)
        raise LayerError("json_broken", row=row) from error


def _no_number(name: str) -> float:
    raise LayerError("json_no_number", found=name)
