"""The names that columns and values go by in other people's tables."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any


@cache
def known() -> dict[str, Any]:
    """Read the list of names that columns and values go by in other people's tables."""
    text = (Path(__file__).parent / "aliases.json").read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found
