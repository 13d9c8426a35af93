"""Opening hours as people write them, brought into OpenStreetMap's syntax.

Only what can be read in one way is changed; anything else stays as it is, is not understood, and
so is unknown. Words in double quotes are comments and are left alone.
"""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import Final

CODES: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
# By language: for each day its words. Two languages may give one word to two days ("di" is
# Tuesday in German and Sunday in French); then all words of the text, or the country, decide.
_WORDS: Final = MappingProxyType(
    {
        "en": "mo mon monday|tu tue tues tuesday|we wed wednesday|th thu thur thurs thursday"
        "|fr fri friday|sa sat saturday|su sun sunday",
        "de": "mo mon montag|di dienstag|mi mittwoch|do donnerstag|fr fre freitag"
        "|sa samstag sonnabend|so sonntag",
        "fr": "lu lun lundi|ma mar mardi|me mer mercredi|je jeu jeudi|ve ven vendredi"
        "|sa sam samedi|di dim dimanche",
        "nl": "ma maandag|di dinsdag|wo woensdag|do donderdag|vr vrijdag|za zaterdag|zo zondag",
        "it": "lu lun lunedì|ma mar martedì|me mer mercoledì|gi gio giovedì|ve ven venerdì"
        "|sa sab sabato|do dom domenica",
        "es": "lu lun lunes|ma mar martes|mi mié miércoles|ju jue jueves|vi vie viernes"
        "|sa sáb sábado|do dom domingo",
        "da": "ma man mandag|ti tir tirsdag|on ons onsdag|to tor torsdag|fr fre fredag"
        "|lø lør lørdag|sø søn søndag",
    }
)
_DAYS: Final = MappingProxyType(
    {
        lang: {word: CODES[n] for n, day in enumerate(days.split("|")) for word in day.split()}
        for lang, days in _WORDS.items()
    }
)
_ALL_DAYS: Final = frozenset(word for days in _DAYS.values() for word in days)
_LANGUAGE_OF: Final = MappingProxyType(
    {
        **dict.fromkeys(("DE", "AT", "LI"), "de"),
        **dict.fromkeys(("FR", "MC"), "fr"),
        **dict.fromkeys(("IT", "SM"), "it"),
        **dict.fromkeys(("GB", "IE", "MT"), "en"),
        "DK": "da",
        "ES": "es",
        "NL": "nl",
    }
)
_APPOINTMENT: Final = re.compile(
    r"appointment|by arrangement|on request|vereinbarung|anmeldung|termin\b|terminen?\b"
    r"|rendez-?\s?vous|\brdv\b|afspraak|cita\b|appuntamento|\baftale|tidsbestilling",
    re.IGNORECASE,
)
_CLOSED: Final = re.compile(
    r"\bclosed\b|geschlossen|ferm[ée]e?\b|gesloten|cerrado|chiuso|lukket", re.IGNORECASE
)
_QUOTED: Final = re.compile(r'("[^"]*")')
_HOUR: Final = re.compile(r"\d{1,2}:\d\d|24/7|sunrise|sunset|dawn|dusk")
# a comment alone after hours: the hours stand, and outside of them the comment holds
_TAIL: Final = re.compile(r'^(?P<hours>.*\S)\s*(?:;|,|\|\|)\s*(?P<comment>"[^"]+")$', re.DOTALL)
_TIME: Final = r"\d{1,2}:\d\d"


def parts(text: str) -> list[str]:
    """Split a text at ``||``; a comment that stands alone at its end is a part of its own.

    Examples
    --------
    >>> parts('Mo 10:00-12:00, "by appointment"')
    ['Mo 10:00-12:00', '"by appointment"']
    >>> parts("   ")
    []
    """
    text = plain(text)
    found = []
    while tail := _TAIL.match(text):
        found.append(tail["comment"])
        text = tail["hours"].rstrip(" ;,|")
    pieces = [piece.strip() for piece in _outside_quotes(text, r"\|\|")]
    return [piece for piece in [*pieces, *reversed(found)] if piece]


def plain(text: str) -> str:
    """Straighten dashes, blanks, quotes and line ends."""
    text = re.sub(r"[\u2010-\u2015\u2212]", "-", text)
    text = re.sub(r"[„“”«»]", '"', text)
    text = re.sub(r"[ \t\u00a0\u2009\u202f]+", " ", text)
    text = re.sub(r"\s*(?:\r?\n)+\s*", "; ", text.strip())
    text = re.sub(r"([;,])\s*;", ";", text)
    return text.strip(" ;,")


def tidy(text: str, *, country: str = "") -> str:
    """Bring a text that is not understood closer to OpenStreetMap's syntax.

    Parameters
    ----------
    text
        Hours as somebody wrote them.
    country
        ISO code; decides between languages where the day words alone do not.

    Examples
    --------
    >>> tidy("Lu-Ve 9h-12h, 13h30-17h")
    'Mo-Fr 09:00-12:00,13:30-17:00'
    >>> tidy("Mo-Do 9 bis 16 Uhr; Mi nach Vereinbarung")
    'Mo-Th 09:00-16:00; We "by appointment"'
    """
    pieces = _QUOTED.split(plain(text))
    days = _day_words("".join(pieces[::2]), country)
    pieces[::2] = [_rewrite(piece, days) for piece in pieces[::2]]
    return re.sub(r"\s+", " ", "".join(pieces)).replace(" ;", ";").strip(" ;,")


def means_appointment(comment: str) -> bool:
    """Tell whether a comment asks to make an appointment."""
    return bool(_APPOINTMENT.search(comment))


def means_closed(comment: str) -> bool:
    """Tell whether a comment says closed, so that the hours beside it are in doubt."""
    return bool(_CLOSED.search(comment))


def names_hours(text: str) -> bool:
    """Tell whether a text names any time of day, or 24/7 without a comment of its own.

    Examples
    --------
    >>> names_hours("Mo-Fr"), names_hours("24/7"), names_hours('24/7 "ring"')
    (False, True, False)
    """
    if re.search(r'24/7\s*"', text):
        return False
    return bool(_HOUR.search("".join(_QUOTED.split(text)[::2])))


def _outside_quotes(text: str, mark: str) -> list[str]:
    found = [""]
    for n, piece in enumerate(_QUOTED.split(text)):
        if n % 2:
            found[-1] += piece
        else:
            first, *rest = re.split(mark, piece)
            found[-1] += first
            found.extend(rest)
    return found


def _day_words(text: str, country: str) -> dict[str, str]:
    """Choose the language of the day words: one that knows them all, if these agree."""
    words = {word for word in re.findall(r"[^\W\d_]+", text.lower()) if word in _ALL_DAYS}
    fitting = {lang: days for lang, days in _DAYS.items() if words <= days.keys()}
    readings = {tuple(days[word] for word in sorted(words)) for days in fitting.values()}
    if len(readings) == 1:
        return dict(zip(sorted(words), readings.pop(), strict=True))
    own = fitting.get(_LANGUAGE_OF.get(country.upper(), ""), {})
    return {word: own[word] for word in words} if own else {}


def _rewrite(text: str, days: dict[str, str]) -> str:
    text = re.sub(
        r"\b(?:nur |only |uniquement |alleen )?(?:nach (?:telefonischer )?vereinbarung|mit termin"
        r"|sur rendez-?\s?vous|by appointment(?: only)?|op afspraak|con cita|su appuntamento"
        r"|efter aftale)\b",
        '"by appointment"',
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(
        r"\b(?:täglich|daily|every day|tous les jours|dagelijks)\b",
        "Mo-Su",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(
        r"\b(?:geschlossen|fermé|gesloten|cerrado|chiuso|lukket)\b",
        "off",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(r"\b(?:an )?(?:feiertage?n?|jours fériés)\b", "PH", text, flags=re.IGNORECASE)
    if days:
        text = re.sub(r"[^\W\d_]+\b\.?", lambda m: days.get(m[0].rstrip(".").lower(), m[0]), text)
    text = re.sub(r"\b(?:uhr|kl|von|from|de|van)\b\.?\s*", "", text, flags=re.IGNORECASE)
    text = re.sub(r"\s(?:bis|to|until|à|au|a|tot|til)\s", "-", text, flags=re.IGNORECASE)
    text = re.sub(r"\s(?:und|sowie|and|et|en|y|og|e)\s|\s[&/]\s", ", ", text, flags=re.IGNORECASE)
    return _times(text)


def _times(text: str) -> str:
    def clock(found: re.Match[str]) -> str:
        hour, minute = int(found["h"]), found["m"] or "00"
        half = (found["half"] or "").lower()[:1]
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        return f"{hour:02d}:{minute}"

    days = "|".join(CODES)
    # 9h, 9h30, 9.30, 9:30, 9am, 9.30pm: a number that says of itself that it is a time
    text = re.sub(
        r"\b(?P<h>\d{1,2})(?:(?:[:.]|\s?h\s?)(?P<m>\d\d)|\s?h(?![a-z])|(?=\s?[ap]\.?m\b))"
        r"(?:\s?(?P<half>[ap]\.?m\b\.?))?",
        clock,
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(r"\s*-\s*", "-", text)
    # 9-17, 9-17:00, 9:00-17 beside a day, a comma or the beginning: never a date (Dec 24-26)
    bare = r"(?P<h>\d{1,2})(?P<m>)(?P<half>)"
    text = re.sub(rf"(?<=\b(?:{days}|PH)) {bare}(?=-\d)", lambda m: f" {clock(m)}", text)
    text = re.sub(rf"(?:^|(?<=[,;])) ?{bare}(?=-\d)", clock, text)
    text = re.sub(rf"(?<=\d:\d\d-){bare}(?![:\d])", clock, text)
    text = re.sub(r"(?<=\d),\s+(?=\d)", ",", text)
    text = re.sub(r"(?<=[a-z]),\s+(?=(?:Mo|Tu|We|Th|Fr|Sa|Su)\b)", ",", text)
    text = re.sub(rf"\b({days}|PH):\s", r"\1 ", text)
    text = re.sub(rf"\b({days})(?=\d)", r"\1 ", text)
    # a day that follows a time begins a new rule
    return re.sub(rf"({_TIME})[ ,]+(?=(?:{days}|PH)\b)", r"\1; ", text)
