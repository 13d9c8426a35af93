"""What a wall is sent in each of its states."""

from __future__ import annotations

from typing import Any

from layers.room_session import Session
from mapping import words
from tests.helpers.walls import some_cells


def a_summary(session: Session) -> dict[str, Any]:
    """Give the summary as the room gives it after the end."""
    return {
        "title": session.title,
        "held_on": "2026-03-01",
        "kind": "real",
        "languages": ["en", "fr", "ar"],
        "audience": "women",
        "audience_name": "",
        "organizer": "Welcome House",
        "contributors": "20+",
        "squares": {"safe": 12, "mixed": 5, "unsafe": 9},
        "asked": ["reasons", "when"],
        "answers": {"reasons": [["lighting", "20+"]] * 9, "when": []},
        "makeup": None,
        "missing": "Women who work at night, and women without a phone of their own",
        "told": ["The lamp at the underpass has been broken since spring."],
        "rules": ["few", "sensitive", "words"],
        "delete_on": "2026-03-31",
        "code": session.code,
    }


def views(session: Session) -> dict[str, dict[str, Any]]:
    """Give what the wall is sent in each of its states, with more in it than is usual."""
    cells = some_cells(session, 24)
    full = [[code, "10-19"] for code in ("lighting", "sight", "harassment", "known", "police")]
    full += [[code, "5-9"] for code in ("comfort", "families", "groups", "refused", "staff")]
    answers = {
        "reasons": full,
        "when": [[code, "20+"] for code in ("day", "evening", "night", "unsaid")],
        "company": [[code, "5-9"] for code in ("alone", "children", "others", "unsaid")],
    }
    cell, feeling, people = cells[3]
    spot = {"cell": cell, "feeling": feeling, "people": people, "words": [], **answers}
    tables = [{"name": f"Table {name}", "cells": cells[:4]} for name in "ABCD"]
    none: dict[str, Any] = {"cells": [], "answers": {}, "words": []}
    return {
        "waiting": {"showing": "hidden", "kind": "rehearsal", **none},
        "ready": {"showing": "hidden", "state": "ready", "phones": 0, "sent": 0, **none},
        "map": {"answers": answers},
        "paused": {"showing": "paused", "answers": answers},
        "break": {"state": "paused", "cells": []},
        "light": {"spotlight": spot},
        "tables": {"parties": tables, "answers": answers},
        "ended": {"state": "closed", "summary": a_summary(session), **none},
        "thanks": {"state": "closed", "languages": list(words.room_languages()), **none},
    }
