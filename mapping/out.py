"""What an export looks and sounds like: our colours and shapes for QGIS, our words for people."""

from __future__ import annotations

from collections.abc import Mapping

from layers.exporting import Leaving
from layers.qgis_styles import Look
from layers.vocab import CATEGORY, FEELING, PLACE_KIND
from mapping import pictograms, style, words


def look(lang: str = words.DEFAULT) -> Look:
    """Give what an export needs to be drawn as here, and described in a language."""
    codes = [f"category.{one}" for one in CATEGORY] + [f"place_kind.{one}" for one in PLACE_KIND]
    return Look(
        colours=style.colours(),
        shapes={one: style.shape(one) for one in FEELING},
        pictures={code: pictograms.picture(code) for code in codes},
        credit=words.say("out.credit", lang),
        say=lambda key: words.say(key, lang),
    )


def reasons(what: Leaving, lang: str = words.DEFAULT) -> list[tuple[str, int]]:
    """Say what stays and why, with how many of each; nothing of what does not occur."""
    counts: Mapping[str, int] = what.withheld | {"small": what.small}
    return [
        (words.say(f"out.withheld_{why}", lang), count) for why, count in counts.items() if count
    ]
