"""Call sheets: one page an organization, to print; and which facts its workbook asks for.

Plain HTML that a browser prints, whole in one file, with nothing in it from anybody else. Every
text of a person is escaped. A private contact stands on it only where somebody chose that.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Final

from layers.holding import Held
from layers.vocab import COURSE_LEVEL
from mapping import style, words
from mapping.unknown_facts import Question

Key = tuple[str, str, str]
# Which columns of a service answer a question; hours and steps are facts of a place.
COLUMNS: Final = MappingProxyType(
    {
        "papers": ("papers_asked",),
        "women_only": ("women_only",),
        "free": ("free",),
        "no_referral": ("referral_asked",),
        "place_free": ("free_places",),
        "course_level": ("course_level",),
        "age": ("min_age", "max_age"),
        "language": ("languages",),
    }
)
_PLAIN: Final = ("yes", "no", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One call: whom, how, when last asked, and the questions by what they are about.

    ``contacts`` are as they may be printed; ``about`` is a list of (service or place, questions).
    """

    name: str
    contacts: tuple[str, ...]
    contact_left_out: bool
    last_asked: str
    about: tuple[tuple[str, tuple[Question, ...]], ...]


def keys(held: Held, questions: Collection[Question]) -> frozenset[Key]:
    """Say which facts of an organization answer some questions: table, row and column.

    Parameters
    ----------
    held
        What we hold about it, as of :func:`layers.holding.hold`.
    questions
        Of its services; one that its sheets cannot ask is passed over.
    """
    every = held.facts()
    found: set[Key] = set()
    for one in questions:
        if one.fact == "hours":
            place = held.thing("locations", one.location_id)
            facts = () if place is None else place.facts
            mine = (each for each in facts if each.type == "hours" and each.of == one.service_id)
            found |= {each.key for each in mine}
        elif one.fact == "step_free":
            found.add(("locations", one.location_id, "step_free"))
        else:
            found |= {("services", one.service_id, name) for name in COLUMNS[one.fact]}
    return frozenset(found & every.keys())


def page(sheets: Iterable[Sheet], *, city: str, lang: str, tongues: Sequence[str]) -> str:
    """Write call sheets as one HTML page, each on paper of its own.

    Parameters
    ----------
    sheets
        In the order of the calls.
    city
        Its name.
    lang
        Language of the desk.
    tongues
        Tags of the languages that are asked about, to be ticked.
    """
    leaves = "".join(_leaf(one, city, lang, tongues) for one in sheets)
    title = escape(words.say("call.title", lang))
    return (
        f'<!doctype html><html lang="{lang}" dir="{words.direction(lang)}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{style.css()}{_LOOK}</style>"
        f'<p class="bar"><button type="button" onclick="print()">'
        f"{escape(words.say('paper.print', lang))}</button></p><main>{leaves}</main></html>"
    )


def _leaf(one: Sheet, city: str, lang: str, tongues: Sequence[str]) -> str:
    say = _said_in(lang)
    head = [
        (say("call.contact"), _contacts(one, say)),
        (say("call.asked"), f"<bdi>{escape(one.last_asked or say('call.never'))}</bdi>"),
        (say("call.spoke_with"), _line()),
        (say("call.by"), _line()),
        (say("call.day"), _line()),
    ]
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{text}</dd>" for name, text in head)
    parts = "".join(
        f"<h2><bdi>{escape(about)}</bdi></h2><ol>"
        + "".join(_question(question, say, tongues) for question in questions)
        + "</ol>"
        for about, questions in one.about
    )
    return (
        f'<section class="leaf"><h1><bdi>{escape(one.name)}</bdi></h1>'
        f'<p class="why">{escape(say("call.why", city=city))}</p><dl>{facts}</dl>{parts}'
        f"<h2>{escape(say('call.notes'))}</h2>{_line()}{_line()}"
        f'<p class="thanks">{escape(say("call.thanks"))}</p></section>'
    )


def _contacts(one: Sheet, say: Callable[..., str]) -> str:
    texts = [f'<span dir="auto">{escape(text)}</span>' for text in one.contacts]
    if one.contact_left_out:
        texts.append(escape(say("call.contact_left_out")))
    return "<br>".join(texts) or escape(say("call.contact_none"))


def _question(one: Question, say: Callable[..., str], tongues: Sequence[str]) -> str:
    asked = f"<p>{escape(say(f'call.q_{one.fact}'))}</p>"
    return f"<li>{asked}{_WAYS.get(one.fact, _ticks)(say, tongues)}</li>"


def _ticks(say: Callable[..., str], tongues: Sequence[str]) -> str:
    del tongues
    return _boxes(say(f"call.{one}") for one in _PLAIN)


def _places(say: Callable[..., str], tongues: Sequence[str]) -> str:
    return f"{_ticks(say, tongues)}<p>{escape(say('call.how_many'))} {_blank()}</p>"


def _ages(say: Callable[..., str], tongues: Sequence[str]) -> str:
    del tongues
    ends = f"{escape(say('call.from'))} {_blank()} {escape(say('call.to'))} {_blank()}"
    return f"<p>{ends}</p>{_boxes([say('call.unknown')])}"


def _levels(say: Callable[..., str], tongues: Sequence[str]) -> str:
    del tongues
    return _boxes([*(say(f"course_level.{one}") for one in COURSE_LEVEL), say("call.unknown")])


def _languages(say: Callable[..., str], tongues: Sequence[str]) -> str:
    named = _boxes([*(_tongue(tag, say) for tag in tongues), say("call.unknown")])
    return f'{named}<p class="rest">{escape(say("call.other"))}{_line()}</p>'


def _week(say: Callable[..., str], tongues: Sequence[str]) -> str:
    """Draw a week to be filled in: two stretches a day, or closed."""
    del tongues
    names = [say("call.from"), say("call.to")] * 2
    head = "".join(f'<th scope="col">{escape(one)}</th>' for one in [*names, say("call.closed")])
    rows = "".join(
        f'<tr><th scope="row">{escape(say(f"weekday.{day}"))}</th>'
        + "<td></td>" * 4
        + '<td class="tick"><i class="box"></i></td></tr>'
        for day in range(7)
    )
    return (
        f"<table><thead><tr><td></td>{head}</tr></thead><tbody>{rows}</tbody></table>"
        f"{_boxes([say('call.appointment'), say('call.unknown')])}"
    )


_WAYS: Final[Mapping[str, Callable[[Callable[..., str], Sequence[str]], str]]] = MappingProxyType(
    {
        "hours": _week,
        "place_free": _places,
        "age": _ages,
        "course_level": _levels,
        "language": _languages,
    }
)


def _boxes(texts: Iterable[str]) -> str:
    inside = "".join(f'<span><i class="box"></i>{escape(text)}</span>' for text in texts)
    return f'<p class="boxes">{inside}</p>'


def _blank() -> str:
    return '<span class="blank"></span>'


def _line() -> str:
    return '<span class="line"></span>'


def _tongue(tag: str, say: Callable[..., str]) -> str:
    try:
        return say(f"tongue.{tag}")
    except KeyError:
        return tag


def _said_in(lang: str) -> Callable[..., str]:
    def say(key: str, /, **values: object) -> str:
        return words.say(key, lang, **values)

    return say


_LOOK: Final = """
@page { size: A4; margin: 14mm; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--cg-paper); color: var(--cg-ink);
  font: 11pt/1.4 "Atkinson Hyperlegible", "Noto Sans", system-ui, sans-serif; }
main, .bar { max-width: 190mm; margin-inline: auto; padding-inline: 5mm; }
.bar { padding-block: 1rem; }
button { font: inherit; font-weight: 700; padding: .6rem 1.2rem; border: 0; border-radius: 6px;
  background: var(--cg-accent); color: var(--cg-accent-ink); cursor: pointer; }
button:focus-visible { outline: 3px solid var(--cg-ink); outline-offset: 2px; }
.leaf { background: var(--cg-raised); border: 1px solid var(--cg-line); border-radius: 6px;
  padding: 8mm; margin-block-end: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 19pt; line-height: 1.2; margin: 0 0 2mm; }
h2 { font-size: 12.5pt; margin: 5mm 0 1mm; break-after: avoid; }
p { margin: 0 0 1.5mm; } ol { margin: 0; padding-inline-start: 6mm; }
li { margin-block: 2mm; break-inside: avoid; } li > p:first-child { font-weight: 700; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 1.5mm 5mm; margin: 3mm 0; }
dt { color: var(--cg-quiet); } dd { margin: 0; }
.boxes { display: flex; flex-wrap: wrap; gap: 1mm 6mm; }
.boxes span { display: inline-flex; align-items: center; gap: 2mm; }
.box { display: inline-block; width: 4.2mm; height: 4.2mm; flex: none;
  border: 1.4px solid var(--cg-ink); border-radius: 1px; }
.blank { display: inline-block; width: 22mm; border-block-end: 1px solid var(--cg-ink); }
.rest { display: flex; gap: 2mm; align-items: end; } .rest .line { flex: 1; }
.line { display: block; min-height: 6.5mm; border-block-end: 1px solid var(--cg-ink); }
table { border-collapse: collapse; table-layout: fixed; width: 100%; max-width: 150mm;
  margin-block-end: 2mm; }
th, td { border: 1px solid var(--cg-line); padding: 1mm 2mm; text-align: start; height: 6.5mm; }
thead td { border: 0; } tbody th { width: 18mm; } .tick { width: 18mm; text-align: center; }
.thanks { margin-block-start: 5mm; }
@media (max-width: 520px) { .leaf { padding: 4mm; } th, td { padding: .5mm 1mm; } }
@media print {
  body { background: #fff; font-size: 10.5pt; line-height: 1.3; }
  .bar { display: none; } main { max-width: none; padding: 0; } th, td { height: 5.5mm; }
  .leaf { border: 0; padding: 0; margin: 0; break-after: page; }
  .leaf:last-child { break-after: auto; }
}
"""
