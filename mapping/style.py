"""Colours, shapes and type: one language on every surface, read from ``style.json``."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

MODES = ("light", "dark", "projector")


@cache
def _read() -> dict[str, Any]:
    tokens: dict[str, Any] = json.loads(Path(__file__).with_suffix(".json").read_text("utf-8"))
    return tokens


def colour(name: str, mode: str = "light") -> str:
    """Give a colour as ``#RRGGBB``.

    Examples
    --------
    >>> colour("paper")
    '#FBF8F3'
    """
    return str(_read()[mode][name])


def colours(mode: str = "light") -> dict[str, str]:
    """Give all colours of a mode, by name."""
    return dict(_read()[mode])


def ramp(mode: str = "light") -> list[str]:
    """Give the six steps for "people not reached", from none to most; evenly spaced in lightness.

    Blue-grey to ink: legible to the colour-blind, and never red for people.
    """
    return [colour(f"gap_{step}", mode) for step in range(6)]


def shape(name: str) -> str:
    """Give the shape that carries a meaning before its colour does."""
    return str(_read()["shape"][name])


def css(mode: str = "light", *, selector: str = ":root") -> str:
    """Write the colours of a mode as CSS custom properties ``--cg-<name>``.

    Examples
    --------
    >>> css().splitlines()[0]
    ':root {'
    """
    lines = [f"  --cg-{name.replace('_', '-')}: {value};" for name, value in colours(mode).items()]
    return "\n".join([f"{selector} {{", *lines, "}"])
