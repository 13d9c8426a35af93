"""Lists a person takes away: rejected rows with reason and remedy, and what an import noted."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from layers.cell_text import harmless
from layers.errors import LayerError
from layers.importing.draft import Rejected
from layers.importing.tables import Note
from mapping import words


def rejected_rows(rejected: Iterable[Rejected], lang: str = words.DEFAULT) -> list[dict[str, str]]:
    """Say of each rejected row its number, column, reason and remedy."""
    return [
        {
            "row": str(one.row),
            "column": one.column,
            "reason": reason(one.code, lang, **one.values),
            "remedy": words.say(f"rejected.{one.code}.remedy", lang, **one.values),
        }
        for one in rejected
    ]


def reason(code: str, lang: str = words.DEFAULT, /, **values: object) -> str:
    """Say why a row is rejected."""
    return words.say(f"rejected.{code}.reason", lang, **values)


def rejected_csv(rejected: Iterable[Rejected], lang: str = words.DEFAULT) -> str:
    """Write the list as CSV, its cells harmless in a spreadsheet.

    The cells of the rejected rows themselves are not in it: they may hold what must not lie about.
    """
    out = io.StringIO()
    writer = csv.DictWriter(out, ("row", "column", "reason", "remedy"))
    writer.writeheader()
    for line in rejected_rows(rejected, lang):
        writer.writerow({name: harmless(text) for name, text in line.items()})
    return out.getvalue()


def note(one: Note, lang: str = words.DEFAULT) -> str:
    """Say one thing that an import noted."""
    return words.say(f"note.{one.code}", lang, **one.values)


def explain(error: LayerError, lang: str = words.DEFAULT) -> str:
    """Say what an error means; where every row was rejected, with the reason of the first."""
    if error.code != "all_rejected":
        return words.explain(error, lang)
    blanks = dict(error.blanks)
    code, row, file = str(blanks.pop("reason")), blanks.pop("row"), blanks.pop("file")
    why = reason(code, lang, **{name.removeprefix("of_"): v for name, v in blanks.items()})
    return words.say("error.all_rejected", lang, file=file, row=row, why=why)
