"""People to ask the invented city for, each invented too: the files in ``personas/`` as rows."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Final

from sample_data.rows import Row

FOLDER: Final = Path(__file__).parent / "personas"
_BESIDE: Final = frozenset({"name", "about", "invented"})


def persona_rows(*, today: date) -> list[Row]:
    """Give the table personas, in the order of the names of the files."""
    rows: list[Row] = []
    for path in sorted(FOLDER.glob("*.json")):
        said = json.loads(path.read_text(encoding="utf-8"))
        rows.append(
            {
                "id": f"persona-{path.stem}",
                "name": said["name"],
                "about": said["about"],
                "description": {key: one for key, one in said.items() if key not in _BESIDE},
                "says_who": "facilitator",
                "date_checked": today,
            }
        )
    return rows
