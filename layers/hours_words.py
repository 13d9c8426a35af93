"""Words for days and times in six languages and Danish, and which language a text is in."""

from __future__ import annotations

import re
import unicodedata
from types import MappingProxyType
from typing import Final

CODES: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
# By language: for each day its words. Two languages may give one word to two days ("di" is
# Tuesday in German and Sunday in French); then all words of the text, or the country, decide.
_WORDS: Final = MappingProxyType(
    {
        "en": "mo mon mons monday mondays|tu tue tues tuesday tuesdays"
        "|we wed weds wednesday wednesdays|th thu thur thurs thursday thursdays"
        "|fr fri fris friday fridays|sa sat sats saturday saturdays|su sun suns sunday sundays",
        "de": "mo mon montag montags|di die dienstag dienstags|mi mit mittwoch mittwochs"
        "|do don donnerstag donnerstags|fr fre freitag freitags"
        "|sa sam samstag samstags sonnabend sonnabends|so son sonn sonntag sonntags",
        "fr": "lu lun lundi lundis|ma mar mardi mardis|me mer mercredi mercredis"
        "|je jeu jeudi jeudis|ve ven vendredi vendredis|sa sam samedi samedis"
        "|di dim dimanche dimanches",
        "nl": "ma maandag maandags|di dinsdag dinsdags|wo woe woensdag woensdags"
        "|do don donderdag donderdags|vr vrij vrijdag vrijdags|za zat zaterdag zaterdags"
        "|zo zon zondag zondags",
        "it": "lu lun lunedì|ma mar martedì|me mer mercoledì|gi gio giovedì|ve ven venerdì"
        "|sa sab sabato sabati|do dom domenica domeniche",
        "es": "lu lun lunes|ma mar martes|mi mié miércoles|ju jue jueves|vi vie viernes"
        "|sa sáb sábado sábados|do dom domingo domingos",
        "da": "ma man mandag mandage mandagen|ti tir tirs tirsdag tirsdage tirsdagen"
        "|on ons onsdag onsdage onsdagen|to tor tors torsdag torsdage torsdagen"
        "|fr fre fredag fredage fredagen|lø lør lørdag lørdage lørdagen"
        "|sø søn søndag søndage søndagen",
    }
)
# words of a language that are days in another one: "Mon to Fri" is no Danish Thursday
_SMALL_WORDS: Final = MappingProxyType({"en": frozenset({"to", "on"}), "de": frozenset({"die"})})
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


def _bare(word: str) -> str:
    """Take the accents off, but for the Danish ø, which is a letter of its own."""
    apart = unicodedata.normalize("NFD", word)
    return "".join(sign for sign in apart if not unicodedata.combining(sign))


def _spellings(days: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for place, words in enumerate(days.split("|")):
        for word in words.split():
            found[word] = CODES[place]
            found.setdefault(_bare(word), CODES[place])
    return found


_DAYS: Final = MappingProxyType({lang: _spellings(days) for lang, days in _WORDS.items()})
_ALL_DAYS: Final = frozenset(word for days in _DAYS.values() for word in days)


def day_words(text: str, country: str) -> dict[str, str]:
    """Choose the language of the day words of a text: the one that knows them all.

    Parameters
    ----------
    text
        Hours without what stands in quotes.
    country
        ISO code; decides where several languages know the words and read them differently.

    Returns
    -------
    codes
        Code of each day word of the text; empty where nobody can tell.

    Examples
    --------
    >>> day_words("Mon to Fri", "DK"), day_words("di, do", "NL"), day_words("di", "DK")
    ({'fri': 'Fr', 'mon': 'Mo'}, {'di': 'Tu', 'do': 'Th'}, {})
    """
    said = set(re.findall(r"[^\W\d_]+", text.lower())) & _ALL_DAYS
    fitting: dict[str, dict[str, str]] = {}
    for lang, days in _DAYS.items():
        mine = {word: days[word] for word in sorted(said) if word in days}
        if mine and said - _SMALL_WORDS.get(lang, frozenset()) <= days.keys():
            fitting[lang] = mine
    readings = {tuple(mine.items()) for mine in fitting.values()}
    if len(readings) == 1:
        return dict(readings.pop())
    return fitting.get(_LANGUAGE_OF.get(country.upper(), ""), {})


def _any(*words: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)", re.IGNORECASE)


_ONLY: Final = r"(?:(?:nur|only|strictly|uniquement|seulement|alleen|enkel|solo|solamente|kun)\s+)?"
# Whole phrases, in the order in which they are looked for. What they leave must be days and times.
PHRASES: Final = (
    (
        _any(
            _ONLY + r"(?:(?:termine?|sonst|weitere termine)\s+)?"
            r"nach (?:(?:telefonischer|vorheriger|persönlicher|individueller)\s+)?"
            r"(?:termin)?(?:vereinbarung|absprache|anmeldung)",
            _ONLY + r"mit termin",
            _ONLY + r"sur (?:rendez-?\s?vous|r\.?d\.?v\.?)(?:\s+(?:uniquement|seulement))?",
            _ONLY + r"by (?:prior )?appointment(?: only)?",
            _ONLY + r"(?:op|volgens|na) afspraak",
            _ONLY + r"(?:con )?cita previa|con cita",
            _ONLY + r"(?:su|previo|per) appuntamento",
            _ONLY + r"efter (?:nærmere )?aftale",
            _ONLY
            + r"(?:auf (?:(?:telefonische|vorherige) )?anfrage|(?:up)?on request|sur demande)",
            _ONLY + r"(?:op (?:aanvraag|verzoek)|(?:a|su) richiesta|bajo (?:petición|demanda))",
        ),
        '"by appointment"',
    ),
    (
        _any(
            r"24 ?h(?:eures)?(?:/| sur )24(?:,? (?:et )?7 ?j(?:ours)?(?:/| sur )7)?",
            r"7 ?j/7,? 24 ?h/24",
            r"24 hours(?: a day)?(?:,? 7 days a week)?",
            r"(?:open )?around the clock",
            r"rund um die uhr",
            r"durchgehend geöffnet",
            r"24 stunden",
            r"24 uur(?: per dag)?",
            r"(?:dag en nacht|abierto 24 ?h(?:oras)?|24 horas|24 ore(?: su 24)?|døgnåbent)",
        ),
        "24/7",
    ),
    (
        _any(
            r"täglich",
            r"jeden tag",
            r"daily",
            r"every ?day",
            r"(?:open )?(?:7|seven) days a week",
            r"tous les jours",
            r"7 ?j(?:ours)?/7",
            r"dagelijks",
            r"(?:elke|iedere) dag",
            r"tutti i giorni",
            r"todos los d[ií]as",
            r"(?:alle|hver) dage?",
        ),
        "EVERYDAY",
    ),
    (
        _any(
            r"(?:an )?wochentag(?:s|en)?",
            r"montag-freitag",
            r"(?:on )?weekdays?",
            r"en semaine",
            r"(?:op )?weekdagen",
            r"(?:op )?werkdagen",
            r"entre semana",
            r"(?:på )?hverdage",
        ),
        "WORKDAYS",
    ),
    (
        _any(
            r"(?:am )?wochenenden?",
            r"(?:at |on )?weekends?",
            r"(?:le )?week-?ends?",
            r"(?:in het )?weekend",
            r"fine settimana",
            r"fines? de semana",
        ),
        "WEEKEND",
    ),
    (
        _any(
            r"(?:an )?(?:gesetzlichen )?feiertage?n?",
            r"(?:on )?(?:public|bank) holidays?",
            r"(?:les )?jours fériés",
            r"(?:op )?feestdag(?:en)?",
            r"(?:giorni )?festivi",
            r"(?:d[ií]as )?festivos",
            r"(?:på )?helligdage",
        ),
        "PH",
    ),
    (
        _any(
            *(r"geschlossen", r"zu", r"ruhetag", r"closed", r"fermée?s?", r"gesloten"),
            *(r"cerrad[oa]s?", r"chius[oaie]", r"lukket"),
        ),
        "off",
    ),
    (
        _any(
            *(r"außer(?: an)?", r"ausser(?: an)?", r"except(?: on)?", r"sauf", r"hormis"),
            *(r"behalve", r"tranne", r"eccetto", r"excepto", r"salvo", r"undtagen"),
        ),
        "EXCEPT",
    ),
    (_any(r"(?:12 ?)?noon", r"midday", r"midi", r"mezzogiorno", r"mediod[ií]a"), "12:00"),
    (_any(r"midnight", r"minuit", r"mitternacht", r"middernacht", r"mezzanotte"), "24:00"),
)
# codes of days come last, so that they say nothing about the language of a text
DAY_PHRASES: Final = MappingProxyType(
    {"EVERYDAY": "Mo-Su", "WORKDAYS": "Mo-Fr", "WEEKEND": "Sa-Su"}
)
_ORDINALS: Final = (
    (r"1\.|1st|1(?:er|ère)|1e|1[°º]|first|erste[rnm]?|premiere?s?|première|eerste|prim[oi]", 1),
    (r"primer|første|primero", 1),
    (r"2\.|2nd|2(?:e|ème)|2[°º]|second|zweite[rnm]?|deuxième|tweede|secondo|segundo|anden", 2),
    (r"3\.|3rd|3(?:e|ème)|3[°º]|third|dritte[rnm]?|troisième|derde|terzo|tercer|tredje", 3),
    (r"4\.|4th|4(?:e|ème)|4[°º]|fourth|vierte[rnm]?|quatrième|vierde|quarto|cuarto|fjerde", 4),
    (r"last|letzte[rnm]?|dernier|laatste|ultimo|último|sidste", -1),
)
_ORDINAL: Final = "|".join(words for words, _ in _ORDINALS)
_EVERY: Final = r"every|each|jede[rnm]?|chaque|tous les|elke|iedere|ogni|cada|hver"
_MONTH: Final = (
    r"(?:im|des|eines|jeden) monats?|(?:of|in) (?:the|each|every) month|du mois|de chaque mois"
    r"|van de maand|(?:del|di ogni) mese|(?:de|del|de cada) mes|i måneden"
)
_NTH: Final = re.compile(
    rf"(?:\b(?P<every>{_EVERY})\s+)?(?<!\w)(?P<nth>(?:{_ORDINAL})"
    rf"(?:(?:\s*[,/&]\s*|\s+(?:und|and|et|en|e|y|og)\s+)(?:{_ORDINAL}))*)\s+"
    rf"(?P<day>{'|'.join(CODES)})\b(?:\s+(?P<month>{_MONTH})(?!\w))?",
    re.IGNORECASE,
)


def days_of_a_month(text: str) -> str:
    """Write "first and third We of the month" as ``We[1,3]``.

    "Every second Wednesday" alone is every other week or the second of a month: left as it is.

    Examples
    --------
    >>> days_of_a_month("jeden 1. und 3. We im Monat 17-19"), days_of_a_month("every second We")
    ('We[1,3] 17-19', 'every second We')
    """

    def written(found: re.Match[str]) -> str:
        numbers = []
        for one in re.findall(_ORDINAL, found["nth"], re.IGNORECASE):
            fits = (n for words, n in _ORDINALS if re.fullmatch(words, one, re.IGNORECASE))
            numbers.append(next(fits))
        if found["every"] and not found["month"] and numbers == [2]:
            return found[0]
        day = next(code for code in CODES if code.lower() == found["day"].lower())
        return f"{day}[{','.join(str(n) for n in numbers)}]"

    return _NTH.sub(written, text)
