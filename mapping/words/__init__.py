"""Every visible sentence, one flat JSON file a language, read by Python and by the phone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layers.errors import LayerError

FOLDER = Path(__file__).parent
DEFAULT = "en"
RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur", "ps", "ckb", "he"})


def languages() -> tuple[str, ...]:
    """Tell which languages there is a file for, the default first.

    Examples
    --------
    >>> languages()[0]
    'en'
    """
    found = sorted(path.stem for path in FOLDER.glob("*.json"))
    return (DEFAULT, *(tag for tag in found if tag != DEFAULT))


def direction(lang: str) -> str:
    """Tell how a language runs: ``"ltr"`` or ``"rtl"``.

    Examples
    --------
    >>> direction("ar"), direction("fr")
    ('rtl', 'ltr')
    """
    return "rtl" if lang.split("-", maxsplit=1)[0] in RIGHT_TO_LEFT else "ltr"


@cache
def sentences(lang: str) -> Mapping[str, str]:
    """Read all sentences of one language; read only."""
    text = (FOLDER / f"{lang}.json").read_text(encoding="utf-8")
    return MappingProxyType(json.loads(text))


def say(key: str, lang: str = DEFAULT, /, **values: object) -> str:
    """Say one sentence, its blanks filled.

    Parameters
    ----------
    key
        Name of the sentence, such as ``"gaps.title"``.
    lang
        BCP 47 tag of a language in :func:`languages`.
    **values
        One value for each ``{blank}`` of the sentence.

    Raises
    ------
    KeyError
        If the sentence, or the value of one of its blanks, is missing: a fault of ours that a
        test must show, never something to hide behind the key.
    """
    return sentences(lang)[key].format_map(values)


def best(accepted: str) -> str:
    """Choose the language for an ``Accept-Language`` header, the default where none fits.

    Examples
    --------
    >>> best("so, ar-SY;q=0.8, fr;q=0.5")
    'ar'
    """
    wishes = []
    for place, part in enumerate(accepted.split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            weight = 0.0
        wishes.append((-weight, place, tag.split("-")[0].lower()))
    ours = languages()
    return next((tag for _, _, tag in sorted(wishes) if tag in ours), DEFAULT)


def explain(error: LayerError, lang: str = DEFAULT) -> str:
    """Say what an error means and what to do, in one sentence."""
    return say(f"error.{error.code}", lang, **error.blanks)
