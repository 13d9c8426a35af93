# ruff: noqa: E501, RUF001 - patterns for a dozen scripts, one a line
"""Hints at what names a person or a home in somebody's words; they mark, and decide nothing.

Whoever moderates sees the marks and decides. A hint that is missing is no leave to show, and one
too many costs a look; so the patterns err on the side of marking.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from layers import hint_words as w

KINDS = ("phone", "email", "address", "name", "plate", "date", "school", "number")
"""What a piece of a text may look like."""

_MOST = 400  # characters looked at; a contribution has 200


@dataclass(frozen=True, slots=True)
class Hint:
    """A piece of a text, ``text[start:end]``, and what it looks like."""

    start: int
    end: int
    kind: str


def find(text: str) -> list[Hint]:
    """Find what looks like a person, a home or a way to reach one.

    Digits of every script count. Words of any of the languages are looked for, whatever the
    language of the text is said to be.

    Returns
    -------
    hints
        In order, and apart from each other; pieces that overlap are one hint, of the kind that
        stands first in :data:`KINDS`.

    Examples
    --------
    >>> [(hint.kind, "Call 0660 123 45 67, it is Amina"[hint.start:hint.end])
    ...  for hint in find("Call 0660 123 45 67, it is Amina")]
    [('phone', '0660 123 45 67'), ('name', 'Amina')]
    """
    seen = text[:_MOST]
    found = sorted(
        (start, end, kind) for look in _LOOKS for start, end, kind in look(seen) if end > start
    )
    hints: list[Hint] = []
    for start, end, kind in found:
        if hints and start < hints[-1].end:
            last = hints[-1]
            first = min(last.kind, kind, key=KINDS.index)
            hints[-1] = Hint(last.start, max(last.end, end), first)
        else:
            hints.append(Hint(start, end, kind))
    return hints


Found = Iterator[tuple[int, int, str]]


def _letters(category: str) -> str:
    """List the letters of the scripts that have capitals."""
    spans = (range(0x41, 0x590), range(0x1E00, 0x2000))
    return "".join(
        re.escape(chr(code))
        for span in spans
        for code in span
        if unicodedata.category(chr(code)) == category
    )


_UP, _LOW = f"[{_letters('Lu')}]", f"[{_letters('Ll')}]"
_PART = r"[\s،,.;:!?؟。，、()\[\]{}\"«»“”/\-–—]"
_LEFT = r"(?<![^\s\d،,.;:!?؟。，、()\[\]{}\"'’«»“”/\-–—])"
_RIGHT = r"(?![^\s\d،,.;:!?؟。，、()\[\]{}\"'’«»“”/\-–—])"
_WORD = r"[^\s\d،,.;:!?؟。，、()\[\]{}\"«»“”/–—]{2,30}"
# one sign at a time, and no way to read a word twice: else one long word would hold up the server
_CAP = rf"{_LEFT}{_UP}(?:{_LOW}|['’ʼ-](?={_UP}|{_LOW}{{3}})|(?<={_LOW}){_UP}(?={_LOW})){{1,24}}(?<={_LOW})"
_PLAIN = r"[\u0590-\u08ff\u0900-\u0fff\u1200-\u137f][^\s\d،,.;:!?؟。()\[\]{}\"«»“”/–—]{1,30}"
_OF = r"(?:(?i:de la|de los|de las|des|de|du|del|d['’]|da|e|al|el|von|van|bin|ben|bint|ibn|abu)\s)?"
_NUMBER = r"\d{1,5}(?:\s?[-/–]\s?\d{1,4})?(?:\s?[A-Za-zА-яا-ي](?![^\W_]))?(?!\d)"
_NATION = re.compile(r"\w+(?:ian|ean|ese|ish|ans)|muslim\w*|christian\w*|arab\w*|afghan\w*|kurd\w*")
_GERMAN = re.compile(rf"{_LEFT}(?i:und|der|die|das|ist|nicht|ich|wir|ein|eine|den|dem){_RIGHT}")


def _words(listed: str) -> str:
    return rf"{_LEFT}(?i:{listed}){_RIGHT}"


def _simple(kind: str, *forms: str) -> Callable[[str], Found]:
    """Look for patterns; a group named ``it`` is the piece, else the whole is."""
    patterns = [re.compile(form) for form in forms]

    def look(text: str) -> Found:
        for pattern in patterns:
            for match in pattern.finditer(text):
                named = "it" in pattern.groupindex and match["it"] is not None
                yield (*match.span("it" if named else 0), kind)

    return look


# --- numbers -----------------------------------------------------------------------------------

_SPELLED = "|".join(
    sorted({re.escape(one) for row in w.DIGITS for one in row.split()}, key=len, reverse=True)
)
_PHONE = re.compile(r"(?<![\d@])[+(]{0,2}\d(?:[\s.\-–/()·•_,]{0,3}\d){6,14}(?!\d)")
_DAY = re.compile(
    r"(?<![\d.:])(?:\d{1,2}\s?[./\-–]\s?\d{1,2}\s?[./\-–]\s?(?:\d{4}|\d{2})|"
    r"\d{4}\s?[./\-–]\s?\d{1,2}\s?[./\-–]\s?\d{1,2})(?!\s?[.\-/]?\s?\d)"
    r"|\d{4}\s?年\s?\d{1,2}\s?月(?:\s?\d{1,2}\s?日)?|\d{1,2}\s?月\s?\d{1,2}\s?[日号]"
)
_SPAN = re.compile(  # hours and years from one to another are no telephone
    r"(?<!\d)(?:[012]?\d[.:h][0-5]\d\s?[-–]\s?[012]?\d[.:h][0-5]\d|(?:19|20)\d\d\s?[-–/]\s?(?:19|20)\d\d)"
    r"(?![\s.\-]?\d)"
)


def _numbers(text: str) -> Found:
    plain = [match.span() for match in _SPAN.finditer(text)]
    days = [match.span() for match in _DAY.finditer(text)]
    yield from ((*span, "date") for span in days)
    for match in _PHONE.finditer(text):
        if match.span() not in plain and not any(_same(match.span(), day) for day in days):
            yield (*match.span(), "phone")


def _same(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return other[0] <= one[0] and one[1] <= other[1]


_SPELLED_OUT = rf"{_LEFT}(?i:(?:{_SPELLED}|\d{{1,3}})(?:[\s,.\-]{{1,3}}(?:{_SPELLED}|\d{{1,3}})){{4,14}}){_RIGHT}"

_LONG = r"(?<![\d.,])\d{5,6}(?![\d]|[.,]\d)"
_MONTH_DAY = rf"\d{{1,2}}(?:st|nd|rd|th|er|\.|º)?\s(?:de |d['’]|of )?{_words(w.MONTHS)}(?:\s(?:de )?\d{{2,4}})?"
_MONTH_FIRST = rf"{_words(w.MONTHS)}\s\d{{1,2}}(?:st|nd|rd|th)?(?:,?\s\d{{4}})?(?!\d)"
_BORN = rf"{_words(w.BORN)}{_PART}{{0,3}}(?:{_WORD}{_PART}{{1,2}}){{0,3}}(?P<it>(?:19|20|13|١٩|٢٠|۱۳|১৯|২০)\d\d)"
_BORN_AFTER = (
    rf"(?P<it>(?:19|20|13)\d\d)(?:{_PART}{{1,2}}{_WORD}){{0,2}}{_PART}{{1,2}}{_words(w.BORN)}"
)

# --- ways to write to her ----------------------------------------------------------------------

_MAIL = rf"(?<![\w.+\-])[\w.+\-]{{1,40}}\s?(?:{w.AT}|\sat\s)\s?[\w\-]{{1,40}}(?:\s?(?:{w.DOT})\s?[\w\-]{{2,12}}){{1,4}}"
_MAILER = r"(?i:[\w.+\-]+\s(?:at|@)\s)?(?i:gmail|hotmail|yahoo|outlook|icloud|protonmail|ukr\.net)\b(?:\.\w+)?"
_LINK = r"(?i:https?://|www\.|t\.me/|wa\.me/|fb\.com/)\S+|(?<!\w)@[A-Za-z0-9_.]{3,30}"
_ACCOUNT = rf"{_words(w.ACCOUNTS)}\s?[:：=]?\s?(?:{_WORD}\s){{0,2}}?[A-Za-z0-9]*[a-z0-9][._]?[A-Za-z0-9._]*[0-9_.][A-Za-z0-9._]*"

# --- where she lives ---------------------------------------------------------------------------

_NAMED_STREET = (
    rf"{_words(w.STREET_BEFORE)}\s{_OF}(?:{_CAP})(?:\s{_OF}{_CAP}){{0,2}}(?:,?\s{{0,2}}{_NUMBER})?",
    rf"{_NUMBER},?\s(?:bis\s|ter\s)?{_words(w.STREET_BEFORE)}(?:\s{_OF}{_WORD}){{1,3}}",
    rf"{_words(w.STREET_BEFORE)}\s{_OF}(?:{_WORD}\s){{0,2}}{_WORD},?\s(?:{w.HOUSE})?\s?{_NUMBER}",
    rf"{_NUMBER}\s{_WORD}(?:\s{_WORD})?\s{_words(w.STREET_AFTER)}",
    rf"{_LEFT}{_UP}\w{{2,24}}(?:{w.STREET_END}){_RIGHT}(?:\s{_NUMBER})?",
    rf"{_LEFT}\w{{3,24}}(?:{w.STREET_END})\s{_NUMBER}",
    rf"{_words(w.STREET_PLAIN)}(?:{_PART}{{1,2}}{_WORD}){{0,4}}{_PART}{{0,2}}{_NUMBER}",
    rf"{_NUMBER}{_PART}{{1,2}}(?:{_WORD}{_PART}{{1,2}}){{0,2}}{_words(w.STREET_PLAIN)}",
    w.ZH_ADDRESS,
)
_STREET_PLAIN_NAMED = re.compile(rf"{_words(w.STREET_PLAIN)}\s(?P<next>{_PLAIN})")
_HOUSE = re.compile(
    rf"{_words(w.HOUSE)}{_PART}{{0,3}}(?:{_words(w.HOUSE)}{_PART}{{0,3}})?{_NUMBER}"
    rf"|{_NUMBER}(?:st|nd|rd|th|e|er|º|ª|\.|-?й)?\s?(?i:floor|étage|piso|kat|stock|поверх|этаж|طبقه|منزل|তলা|号)"
)
_AFTER_NAME = re.compile(
    rf"(?:{_NUMBER}\s)?(?P<name>{_CAP}(?:\s{_CAP})?)\s{_words(w.STREET_AFTER)}"
    rf"(?:\s(?:(?i:no|nr|n°)[:.]?\s?)?{_NUMBER})?"
)
_LINE = re.compile(_words(w.LINES))
_BEFORE, _AFTER = 24, 14  # characters around a number in which a bus makes it a line


def _homes(text: str) -> Found:
    for match in _HOUSE.finditer(text):
        around = text[max(0, match.start() - _BEFORE) : match.end() + _AFTER]
        if not _LINE.search(around):
            yield (*match.span(), "address")
    for match in _AFTER_NAME.finditer(text):
        if match["name"].split()[-1].casefold() not in w.OPENERS:
            yield (*match.span(), "address")
    for match in _STREET_PLAIN_NAMED.finditer(text):
        following = match["next"]
        if following not in w.NO_NAME and not match[0].startswith("ال"):
            yield (*match.span(), "address")


# --- who it is ---------------------------------------------------------------------------------

_NEXT = rf"(?P<it>{_WORD}(?:[\s\-]{_OF}(?:{_CAP}|{_PLAIN})){{0,2}})"
_CALLED = re.compile(rf"{_words(w.CALLED)}\s?[:：]?\s{{1,2}}{_NEXT}")
_CALLED_ZH = rf"(?:{w.CALLED_ZH})(?P<it>[\u4e00-\u9fffA-Za-z]{{2,4}})|(?<![\u4e00-\u9fff])(?:小|老|阿)[\u4e00-\u9fff]|[\u4e00-\u9fff]{{1,3}}(?:先生|女士|太太|小姐|老师|阿姨|医生)"
_CAPPED = (
    rf"{_words(w.I_AM)}\s(?P<it>{_CAP}(?:\s{_OF}{_CAP}){{0,2}})",
    rf"{_words('named|call me')}\s(?P<it>{_CAP})",
    rf"(?P<it>{_words(w.TITLES)}\.?\s{_OF}{_CAP}(?:\s{_CAP}){{0,2}})",
    rf"(?P<it>{_CAP}(?:\s{_CAP})?\s{_words(w.TITLES_AFTER)})",
    rf"{_words(w.RELATIONS)},?\s(?P<it>{_CAP})",
    rf"(?P<it>{_UP}\.\s?{_CAP})",
)
_CAPPED_FORMS = [re.compile(form) for form in _CAPPED]
_PLAIN_FORMS = [
    re.compile(rf"(?P<it>{_words(w.TITLES_PLAIN)}\s(?P<name>{_PLAIN}))"),
    re.compile(rf"(?P<it>(?P<name>{_PLAIN})\s{_words(w.TITLES_AFTER)})"),
]
_RUN = re.compile(rf"{_CAP}(?:[\s\-]{_OF}{_CAP})*")
_SUFFIXED = re.compile(r"['’](?:[dt][ea]n?|y?[iıae]|n[iıuü]n)\b")


def _called(text: str) -> Found:
    for match in _CALLED.finditer(text):
        first = match["it"].split()[0]
        if first not in w.NO_NAME:
            yield (*match.span("it"), "name")
    for form in _PLAIN_FORMS:
        for match in form.finditer(text):
            if match["name"] not in w.NO_NAME:
                yield (*match.span("it"), "name")
    for form in _CAPPED_FORMS:
        for match in form.finditer(text):
            if not _is_no_person(match["it"]):
                yield (*match.span("it"), "name")


def _is_no_person(name: str) -> bool:
    return any(
        one.casefold() in w.NO_PERSON or _NATION.fullmatch(one.casefold()) for one in name.split()
    )


def _capitals(text: str) -> Found:
    """Find two capitals in a row, and one in the middle of a sentence where it names no place."""
    nouns = len(_GERMAN.findall(text)) > 1  # there every noun has one
    for match in _RUN.finditer(text):
        words = re.split(r"[\s\-]", match[0])
        start = match.start()
        opens = _opens(text, start)
        while words and words[0].casefold() in w.OPENERS:
            start += len(words.pop(0)) + 1
            opens = True
        if not words or _is_no_person(" ".join(words)):
            continue
        alone = len(words) == 1
        if alone and (opens or nouns or _SUFFIXED.match(text, match.end())):
            continue
        yield start, match.end(), "name"


def _opens(text: str, start: int) -> bool:
    """Tell whether a capital says nothing: a sentence begins, or a place is named."""
    before = text[:start].rstrip()
    if not before or before[-1] in '.!?:;…"«“(-–—':
        return True
    last = re.split(r"[\s'’]", before)[-1].strip(",").casefold()
    return last in w.OPENERS and last not in w.BEFORE_PERSONS


# --- cars and schools --------------------------------------------------------------------------

_PLATES = (
    (
        rf"(?<!\w)(?:{_UP}{{1,3}}[\s\-]?\d{{2,5}}[\s\-]?{_UP}{{1,3}}(?:[\s\-]?\d{{2,3}})?"
        rf"|\d{{1,3}}[\s\-]?{_UP}{{1,3}}[\s\-]?\d{{2,5}}|{_UP}{{1,3}}[\s\-]{_UP}{{1,2}}[\s\-]?\d{{2,4}}"
        rf"|\d{{4}}[\s\-]?{_UP}{{3}}|{_UP}{{2,3}}[\s\-]?\d{{3,6}}|{_UP}{{2}}\s\d\s\d{{4}})(?!\w)"
    ),
    r"(?<!\w)\d{2}\s?[ا-ي]\s?\d{3}(?:\s?(?:[-–]|ایران)?\s?\d{2})?(?!\w)|(?<!\w)(?:[ا-ي]\s){2,3}\d{3,4}(?!\w)",
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-Z]\s?[·•]?\s?[A-Z0-9]{5,6}",
    rf"{_words(w.PLATE)}{_PART}{{0,3}}(?:{_WORD}{_PART}{{1,2}}){{0,3}}?(?P<it>[^\s،,.;]{{0,8}}(?:[\s\-][^\s،,.;\d]{{1,4}})?[\s\-]?\d[^\s،,.;]{{1,8}})",
)
_SCHOOLS = (
    rf"{_words(w.SCHOOL_BEFORE)}\s(?:(?:№|n°|no\.?|nr\.?|nº|число|номер|lambar|numri|number|numéro)\s?)?\d{{1,4}}(?!\d)",
    rf"{_words(w.SCHOOL_BEFORE)}\s(?:(?i:primaire|élémentaire|primaria|fillore|hoose|dhexe|sare|privée)\s)?[\"«“]?{_OF}{_CAP}(?:\s{_OF}{_CAP}){{0,2}}",
    rf"{_CAP}(?:\s{_CAP}){{0,2}}\s{_words(w.SCHOOL_AFTER)}",
    rf"\d{{1,4}}[\s\-]?(?:й|я|a|ª|º|th|e)?\s?{_words(w.SCHOOL_BEFORE)}",
    w.SCHOOL_ZH,
    rf"{_words(w.SCHOOL_PLAIN)}\s(?:{_WORD}\s){{0,2}}\d{{1,4}}(?!\d)",
)
_SCHOOL_FORMS = [re.compile(form) for form in _SCHOOLS]
_SCHOOL_PLAIN = (
    re.compile(rf"{_words(w.SCHOOL_PLAIN)}\s(?P<name>{_PLAIN})"),
    re.compile(rf"(?P<name>{_PLAIN})\s{_words(w.SCHOOL_PLAIN_AFTER)}"),
)


def _schools(text: str) -> Found:
    for form in _SCHOOL_FORMS:
        for match in form.finditer(text):
            words = match[0].split()
            named = [one for one in words if one[0].isupper() and one.casefold() not in w.OPENERS]
            if named or any(sign.isdecimal() for sign in match[0]) or words[0][0] >= "\u4e00":
                yield (*match.span(), "school")
    for form in _SCHOOL_PLAIN:
        for match in form.finditer(text):
            if match["name"] not in w.NO_NAME:
                yield (*match.span(), "school")


_LOOKS: tuple[Callable[[str], Found], ...] = (
    _numbers,
    _simple("phone", _SPELLED_OUT, r"(?:[〇零一二三四五六七八九幺]\s?){7,}"),
    _simple("email", _MAIL, _MAILER, _LINK, _ACCOUNT),
    _simple("address", *_NAMED_STREET),
    _homes,
    _called,
    _simple("name", _CALLED_ZH, rf"(?P<it>{_PLAIN})\s{_words(w.CALLED_AFTER)}"),
    _simple(
        "name",
        rf"(?P<it>{_CAP})\s{_words(w.CALLED_AFTER)}",
        rf"{_LEFT}[وبلفك]?(?:{w.GIVEN}){_RIGHT}",
    ),
    _capitals,
    _simple("plate", *_PLATES),
    _simple("date", _MONTH_DAY, _MONTH_FIRST, _BORN, _BORN_AFTER),
    _schools,
    _simple("number", _LONG),
)
