"""Opening hours as people write them, brought into OpenStreetMap's syntax.

Only what can be read in one way is changed; anything else stays as it is, is not understood, and
so is unknown. Words in double quotes are comments and are left alone.
"""

from __future__ import annotations

import re
from typing import Final

from layers.hours_words import CODES, DAY_PHRASES, PHRASES, day_words, days_of_a_month

_APPOINTMENT: Final = re.compile(
    r"appointment|by arrangement|(?:on|by) request|vereinbarung|anmeldung|termin\b|terminen?\b"
    r"|rendez-?\s?vous|\brdv\b|afspraak|cita\b|appuntamento|\baftale|tidsbestilling"
    r"|\bauf (?:\w+ )?anfrage\b|\bsur demande\b|\bop (?:aanvraag|verzoek)\b"
    r"|\b(?:a|su) richiesta\b|\bbajo (?:petici[oó]n|demanda)\b",
    re.IGNORECASE,
)
_CLOSED: Final = re.compile(
    r"\bclosed\b|geschlossen|ferm[ée]e?\b|gesloten|cerrado|chiuso|lukket", re.IGNORECASE
)
_QUOTED: Final = re.compile(r'("[^"]*")')
_SHUT: Final = re.compile(r"\b(?:off|closed|unknown)$")
_HOUR: Final = re.compile(r"\d{1,2}:\d\d|24/7|sunrise|sunset|dawn|dusk")
# a comment alone after hours: the hours stand, and outside of them the comment holds
_TAIL: Final = re.compile(r'^(?P<hours>.*\S)\s*(?:;|,|\|\|)\s*(?P<comment>"[^"]+")$', re.DOTALL)
_TIME: Final = r"\d{1,2}:\d\d"
_DAY: Final = rf"(?:{'|'.join(CODES)}|PH|SH)"
_DAY_LIST: Final = rf"{_DAY}(?:\[[\d,-]+\])?(?:\s?[-,]\s?{_DAY}(?:\[[\d,-]+\])?)*"
_SPAN: Final = rf"{_TIME}-{_TIME}"
_SPANS: Final = rf"{_SPAN}(?:\s?,\s?{_SPAN})*"
_YEARS: Final = re.compile(r"\b(?:19|20)\d\d-(?:19|20)\d\d\b")  # they look like 20:24
_HOURS_OF: Final = r"(?:uhr|uur|hrs?|hours?|hs?|heures?|horas?|ore)"


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
    text = re.sub(r"[\u2010-\u2015\u2212\u00ad]", "-", text)  # a soft hyphen stands for a dash too
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
    pieces[::2] = [_phrases(piece) for piece in pieces[::2]]
    # a phrase may have become a comment
    pieces = _QUOTED.split("".join(pieces))
    days = day_words("".join(pieces[::2]), country)
    pieces[::2] = [_rewrite(piece, days) for piece in pieces[::2]]
    return re.sub(r"\s+", " ", "".join(pieces)).replace(" ;", ";").strip(" ;,")


def means_appointment(comment: str) -> bool:
    """Tell whether a comment asks to make an appointment."""
    return bool(_APPOINTMENT.search(comment))


def means_closed(comment: str) -> bool:
    """Tell whether a comment says closed, so that the hours beside it are in doubt."""
    return bool(_CLOSED.search(comment))


def names_hours(text: str) -> bool:
    """Tell whether every rule of a text names a time of day, or 24/7 without a comment of its own.

    Examples
    --------
    >>> names_hours("Mo-Fr"), names_hours("24/7"), names_hours('24/7 "ring"')
    (False, True, False)
    >>> names_hours("Sa 09:00-12:00; Mo-Fr"), names_hours("24/7; PH off")
    (False, True)
    """
    if re.search(r'24/7\s*"', text):
        return False
    rules = [rule for rule in _outside_quotes(text, r";") if rule.strip()]
    bare = ["".join(_QUOTED.split(rule)[::2]).strip() for rule in rules]
    return all(_HOUR.search(rule) or _SHUT.search(rule) for rule in bare)


def open_ends(text: str) -> dict[str, str]:
    """Give the hours from which on nobody says how long: beginning, and last sure minute.

    Examples
    --------
    >>> open_ends("Mo 09:00+; Tu 10:00-18:00+")
    {'09:00': '', '10:00': '18:00'}
    """
    found = re.findall(r"(\d\d:\d\d)(?:-(\d\d:\d\d))?\+", "".join(_QUOTED.split(text)[::2]))
    return dict(found)


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


def _phrases(text: str) -> str:
    """Put whole phrases into codes: by appointment, every day, closed, noon."""
    text = re.sub(
        r"^\s*(?:öffnungszeiten|opening (?:hours|times)|horaires(?: d.ouverture)?|openingsuren"
        r"|openingstijden|orari(?: di apertura)?|horario(?: de apertura)?|åbningstider)\s*:\s*",
        "",
        text,
        flags=re.IGNORECASE,
    )
    for phrase, code in PHRASES:
        text = phrase.sub(code, text)
    # a word like "morning" or brackets around an exception add nothing
    return re.sub(r"\(\s*(EXCEPT [^()]*)\)", r"\1", text)


def _rewrite(text: str, days: dict[str, str]) -> str:
    if days:
        text = re.sub(r"[^\W\d_]+\b\.?", lambda m: days.get(m[0].rstrip(".").lower(), m[0]), text)
    # in Spanish, French and Italian Monday to Friday
    text = re.sub(r"\bL\s?-\s?V\b", "Mo-Fr", text)
    for phrase, codes in DAY_PHRASES.items():
        text = text.replace(phrase, codes)
    text = days_of_a_month(text)
    text = re.sub(
        r"\b(?:kl|von|vom|from|between|de|du|des|van|vanaf|dal|dalle|desde|entre|ore|om|um|am|an|on"
        r"|le|les|la|las|los|el|il|jeweils|jeden|tous|every|ogni|elke|iedere|cada|hver|open|ouvert|geöffnet|abierto"
        r"|aperto|åben(?:t)?)\b\.?\s+(?=\d|(?:le |les |la |las |los |el )?(?:" + _DAY + r")\b)",
        "",
        text,
        flags=re.IGNORECASE,
    )
    text = _english_halves(text)
    text = re.sub(
        r"\s(?:bis(?: zu[mr]?)?|to|until|till|thru|through|à|au|a|al|alle|t/m|tot(?: en met)?|til"
        r"|hasta(?: las)?)\s(?:las? |le )?",
        "-",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(
        r"\s(?:und|sowie|and|et|en|y|og|e|u\.)(?: (?:de|von|from|van|dalle))?\s|\s[&+]\s",
        ", ",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(rf"\b({_DAY})\s?/\s?(?={_DAY}\b)", r"\1,", text)
    text = re.sub(r"\bSu-,\s?", "Su,", text)
    text = _times(re.sub(r"\s/\s", ", ", text))
    return ";".join(_rule(rule) for rule in text.split(";"))


def _english_halves(text: str) -> str:
    """Give the first of two hours the half of the day that only the second names: 6-8pm."""

    def both(found: re.Match[str]) -> str:
        first, second = int(found["h"]), int(found["g"]) % 12
        half = found["half"].lower()
        # 10-4pm begins in the morning, 6-8pm in the evening
        mine = half if first % 12 < second else {"a": "p", "p": "a"}[half]
        return f"{found['h']}{found['m'] or ''}{mine}m-{found['g']}{found['n'] or ''}{half}m"

    return re.sub(
        r"\b(?P<h>1[0-2]|0?[1-9])(?P<m>[:.]\d\d)?\s?(?:-|to|until)\s?"
        r"(?P<g>1[0-2]|0?[1-9])(?P<n>[:.]\d\d)?\s?(?P<half>[ap])\.?m\b\.?",
        both,
        text,
        flags=re.IGNORECASE,
    )


def _times(text: str) -> str:
    def clock(found: re.Match[str]) -> str:
        hour, minute = int(found["h"]), found["m"] or "00"
        half = (found["half"] or "").lower()[:1]
        if half:
            hour = hour % 12 + (12 if half == "p" else 0)
        return f"{hour:02d}:{minute}"

    # 9h, 9h30, 9u30, 9.30, 9:30, 9am, 9.30pm: a number that says of itself that it is a time
    text = re.sub(
        r"\b(?P<h>\d{1,2})(?:(?:[:.]|\s?[hu]\s?)(?P<m>\d\d)|\s?[hu](?![a-z])|(?=\s?[ap]\.?m\b))"
        r"(?:\s?(?P<half>[ap]\.?m\b\.?))?",
        clock,
        text,
        flags=re.IGNORECASE,
    )
    if not _YEARS.search(text):
        text = re.sub(
            r"\b([01]\d|2[0-4])([0-5]\d)\s?-\s?([01]\d|2[0-4])([0-5]\d)\b", r"\1:\2-\3:\4", text
        )
    text = re.sub(rf"(?<=\d)\s?{_HOURS_OF}\b\.?", "", text, flags=re.IGNORECASE)
    text = re.sub(r"\s*-\s*", "-", text)
    text = re.sub(rf"\b({_DAY}(?:\[[\d,]+\])?)\s?(?::|(?<!\|)\|(?!\|)|,(?=\s?\d))\s*", r"\1 ", text)
    text = re.sub(rf"\b({_DAY})(?=\d)", r"\1 ", text)
    # 9-17, 9-17:00, 9:00-17 beside a day, a comma or the beginning: never a date (Dec 24-26)
    bare = r"(?P<h>\d{1,2})(?P<m>)(?P<half>)"
    text = re.sub(
        rf"(?:(?<=\b{_DAY} )|(?<=\] )|^|(?<=[,;])) ?"
        r"(?P<a>\d{1,2})-(?P<b>\d{1,2})(?![:\d.])(?!\s?[ap]\.?m\b)",
        _two_bare,
        text,
    )
    text = re.sub(rf"(?<=\b{_DAY} ){bare}(?=-\d)", clock, text) if ":" in text else text
    text = re.sub(rf"(?:^|(?<=[,;])) ?{bare}(?=-\d\d?:)", clock, text)
    text = re.sub(rf"(?<=\d:\d\d-){bare}(?![:\d])", clock, text)
    # from nine, nobody says until when
    text = re.sub(
        rf"\b({_DAY})\s(?:ab|from|dès|à partir de|dalle|vanaf|fra|desde(?: las)?)\s"
        rf"(?P<h>\d{{1,2}})(?::(?P<m>\d\d))?(?P<half>)\s*(?=$|[;,])",
        lambda m: f"{m[1]} {clock(m)}+",
        text,
        flags=re.IGNORECASE,
    )
    text = re.sub(rf"({_TIME})-\s*(?=$|[;,])", r"\1+", text)
    text = re.sub(rf"({_TIME}) (\d{{1,2}})-(\d{{1,2}})(?![:\d])", r"\1,\2:00-\3:00", text)
    text = re.sub(r"(?<=\d),\s+(?=\d)", ",", text)
    return re.sub(rf"(?<=[a-z]),\s+(?={_DAY}\b)", ",", text)


def _two_bare(found: re.Match[str]) -> str:
    """Read 9-17, but not 9-5, which may be an afternoon or a night."""
    first, second = int(found["a"]), int(found["b"])
    if second <= first < 13 and not found["b"].startswith("0"):
        return found[0]
    return f"{' ' if found[0].startswith(' ') else ''}{first:02d}:00-{second:02d}:00"


def _rule(text: str) -> str:
    """Bring the parts of one rule into their order: days, then hours, then "off"."""
    bare = text.rstrip(" ,|")
    after = text[len(bare) :]
    bare = re.sub(rf"\s*,?\s*\bEXCEPT ({_DAY_LIST})\s*", r"; \1 off; ", bare).strip(" ;")
    if re.fullmatch(rf"(?:{_SPANS}[ ,]+{_DAY_LIST}[ ,]*)+", bare):
        bare = re.sub(rf"({_SPANS})[ ,]+({_DAY_LIST})[ ,]*", r"\2 \1; ", bare).strip(" ;")
    else:
        bare = re.sub(rf"(?:^|(?<=[,;\d]))\s*\boff ({_DAY_LIST})", r"; \1 off", bare).strip(" ;,")
        # a day that follows a time begins a new rule
        bare = re.sub(rf"({_TIME}\+?)[ ,]+(?={_DAY}\b)", r"\1; ", bare)
    return f" {bare}{after}"
