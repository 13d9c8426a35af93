"""Every visible sentence, one flat JSON file a language, read by Python and by the phone.

The desk speaks the languages of this folder. Phones and the wall speak those of its folder
``room`` too, whose files hold only what they say: one file more is one language more.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from layers.errors import LayerError

FOLDER = Path(__file__).parent
ROOM_FOLDER = FOLDER / "room"
DEFAULT = "en"
READ: frozenset[str] = frozenset()  # languages of the room that a speaker has read through
RIGHT_TO_LEFT = frozenset({"ar", "fa", "ur", "ps", "ckb", "he"})


@cache  # asked for every sentence of a page
def languages() -> tuple[str, ...]:
    """Tell which languages there is a file for, the default first.

    Examples
    --------
    >>> languages()[0]
    'en'
    """
    found = sorted(path.stem for path in FOLDER.glob("*.json"))
    return (DEFAULT, *(tag for tag in found if tag != DEFAULT))


def room_languages() -> tuple[str, ...]:
    """Tell which languages phones and the wall speak: the desk's first, then their own.

    Examples
    --------
    >>> set(languages()) <= set(room_languages())
    True
    """
    ours = languages()
    found = sorted(path.stem for path in ROOM_FOLDER.glob("*.json"))
    return (*ours, *(tag for tag in found if tag not in ours))


def is_draft(lang: str) -> bool:
    """Tell whether nobody who speaks a language has read its sentences yet.

    Examples
    --------
    >>> is_draft("ti"), is_draft("fr")
    (True, False)
    """
    return lang not in languages() and lang not in READ


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
    """Read all sentences of one language; read only. One of the room has only the room's."""
    file = FOLDER / f"{lang}.json"
    text = (file if file.exists() else ROOM_FOLDER / f"{lang}.json").read_text(encoding="utf-8")
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


def best(accepted: str, among: Sequence[str] | None = None) -> str:
    """Choose the language for an ``Accept-Language`` header, the default where none fits.

    Parameters
    ----------
    accepted
        The header.
    among
        Which languages there are; the desk's where it is None.

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
    ours = languages() if among is None else among
    return next((tag for _, _, tag in sorted(wishes) if tag in ours), DEFAULT)


def explain(error: LayerError, lang: str = DEFAULT) -> str:
    """Say what an error means and what to do, in one sentence.

    A language of the room has the errors that a phone may meet, and else the default speaks.
    """
    if f"error.{error.code}" not in sentences(lang) and lang not in languages():
        lang = DEFAULT
    return say(f"error.{error.code}", lang, **error.blanks)
