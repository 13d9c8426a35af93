"""Personas inside an address: compact JSON, in the query of a page on this machine.

The first persona is written with what differs from the default, the others with what differs from
the first; ``null`` is the default again. What she is about, in sentences, stays at home.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any, Final
from urllib.parse import quote

from layers.errors import LayerError
from mapping.personas import Persona

MOST: Final = 6  # personas side by side
LONGEST: Final = 1700  # letters of the personas alone, so that an address stays below 2,000
_DEFAULTS: Final = {one.name: one.default for one in fields(Persona)}


def packed(people: Sequence[Persona]) -> str:
    """Write personas as one line of JSON.

    Examples
    --------
    >>> selam = Persona(category="legal", language="ti", name="Selam")
    >>> packed([selam, replace(selam, sex="man", language=None)])
    '[{"category":"legal","language":"ti","name":"Selam"},{"language":null,"sex":"man"}]'
    """
    every = [_bare(one) for one in people]
    first = every[0] if every else {}
    rest = [
        {
            key: one.get(key)
            for key in sorted({*first, *one})
            if _text(one, key) != _text(first, key)
        }
        for one in every[1:]
    ]
    return json.dumps([*every[:1], *rest], ensure_ascii=False, separators=(",", ":"))


def fitting(people: Sequence[Persona]) -> str:
    """Write as many of them, and of their names, as an address may hold; empty where none fits."""
    named = list(people)
    while named:
        text = packed(named)
        if len(quote(text)) <= LONGEST:
            return text
        bare = [replace(one, name="") for one in named]
        named = bare if bare != named else named[:-1]
    return ""


def unpacked(text: str) -> list[Persona]:
    """Read what :func:`packed` wrote.

    Raises
    ------
    LayerError
        ``persona_link_broken``, and those of :meth:`Persona.from_json`.
    """
    try:
        every = json.loads(text)
    except (ValueError, RecursionError) as error:  # a number of 5,000 digits is no JSON error
        raise LayerError("persona_link_broken") from error
    whole = isinstance(every, list) and all(isinstance(one, Mapping) for one in every)
    if not whole or not 1 <= len(every) <= MOST:
        raise LayerError("persona_link_broken")
    found = [
        {key: value for key, value in (every[0] | one).items() if value is not None}
        for one in every
    ]
    return [Persona.from_json(one) for one in found]


def _text(persona: Mapping[str, Any], key: str) -> str:
    return json.dumps(persona.get(key))  # two objects are equal whatever their order, texts are not


def _bare(persona: Persona) -> dict[str, Any]:
    return {
        key: int(value) if isinstance(value, float) and value.is_integer() else value
        for key, value in sorted(persona.as_dict().items())
        if getattr(persona, key) != _DEFAULTS[key] and key != "about"
    }
