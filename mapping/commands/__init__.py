"""The commands by subject: ``keep`` an atlas, ``bring`` a table in, ``ask`` who is not reached."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from layers.atlas import Atlas
from layers.errors import LayerError


def a_file(said: str) -> Path:
    """Take the name of an atlas; an address of a database is not opened yet."""
    if "://" in said:
        raise LayerError("url_not_yet")
    return Path(said)


def opened(said: str) -> Atlas:
    """Open the atlas named on the command line."""
    return Atlas(a_file(said))


def answer(*lines: str) -> None:
    """Write an answer for a person."""
    sys.stdout.write("".join(f"{line}\n" for line in lines))


def answer_json(whole: Mapping[str, Any]) -> None:
    """Write one JSON object, and nothing else."""
    sys.stdout.write(json.dumps(whole, ensure_ascii=False, allow_nan=False) + "\n")
