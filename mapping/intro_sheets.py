"""Introductions on paper: a page for each call, with whom to call, what to say, room to write.

What was said of one organization (whom a community does not trust, who hangs on one go-between) is
a judgement and does not leave the desk; nor does an actor whom it could harm to be named.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Final

from mapping import style, words

_ROWS: Final = 3  # lines to write on
_DIGITS: Final = 3  # of the shortest number that somebody can call


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One pair: the two, who could introduce them, what they have in common, and contacts.

    ``between`` has one name, two of a chain, or none; ``contacts`` are those they show to everyone,
    each with the name of whose it is.
    """

    a: str
    b: str
    between: tuple[str, ...]
    why: tuple[str, ...]
    contacts: tuple[tuple[str, str], ...]


def page(sheets: Iterable[Sheet], *, city: str, lang: str) -> str:
    """Write the calls as one HTML page that a browser prints, each on paper of its own.

    Parameters
    ----------
    sheets
        In their order.
    city
        Its name.
    lang
        Language of the desk.

    Examples
    --------
    >>> one = Sheet(a="<A>", b="B", between=(), why=(), contacts=())
    >>> "&lt;A&gt;" in page([one], city="Town", lang="en")
    True
    """
    title = escape(words.say("introduce.paper_title", lang))
    leaves = "".join(_leaf(one, city, lang) for one in sheets)
    return (
        f'<!doctype html><html lang="{lang}" dir="{words.direction(lang)}"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{style.css()}{_LOOK}</style>"
        f'<p class="bar"><button type="button" onclick="print()">'
        f"{escape(words.say('paper.print', lang))}</button></p><main>{leaves}</main></html>"
    )


def _leaf(one: Sheet, city: str, lang: str) -> str:
    say = words.say
    heading = say("introduce.paper_pair", lang, a=one.a, b=one.b)
    calls = "".join(
        f"<h2>{_safe(head)}</h2><p>{_safe(text)}</p>" for head, text in _calls(one, lang)
    )
    why = "".join(f"<li>{_safe(text)}</li>" for text in one.why)
    none = say("call.contact_none", lang)
    contacts = "".join(
        f"<dt><bdi>{_safe(name)}</bdi></dt><dd><bdi>{_safe(contact or none)}</bdi></dd>"
        for name, contact in one.contacts
    )
    blanks = "".join(
        f"<dt>{_safe(say(key, lang))}</dt><dd><i></i></dd>"
        for key in ("call.spoke_with", "call.day", "introduce.paper_agreed")
    )
    return (
        f'<section class="leaf"><p class="city"><bdi>{_safe(city)}</bdi></p>'
        f"<h1><bdi>{_safe(heading)}</bdi></h1>"
        f"{calls}<h2>{_safe(say('introduce.paper_why', lang))}</h2><ul>{why}</ul>"
        f"<dl>{contacts}{blanks}</dl>"
        f"<h2>{_safe(say('call.notes', lang))}</h2>{'<hr>' * _ROWS}</section>"
    )


def _calls(one: Sheet, lang: str) -> list[tuple[str, str]]:
    """Say whom to call, and what to say."""
    contacts = dict(one.contacts)

    def call(who: str, key: str, **names: str) -> tuple[str, str]:
        way = "write" if mail_alone(contacts.get(who, "")) else "call"
        return words.say(f"introduce.paper_{way}", lang, who=who), words.say(key, lang, **names)

    if not one.between:
        return [
            call(one.a, "introduce.paper_say_you", other=one.b),
            call(one.b, "introduce.paper_say_you", other=one.a),
        ]
    if len(one.between) == 1:
        return [call(one.between[0], "introduce.paper_say", a=one.a, b=one.b)]
    return [
        call(one.between[0], "introduce.paper_say_chain", a=one.a, b=one.b, second=one.between[1])
    ]


def mail_alone(contact: str) -> bool:
    """Tell whether a contact gives an address to write to, and no number to call.

    Examples
    --------
    >>> mail_alone("desk@example.org"), mail_alone("desk@example.org, 040 555 01 23")
    (True, False)
    """
    rest = [one for one in contact.split() if "@" not in one]
    return "@" in contact and sum(sign.isdigit() for one in rest for sign in one) < _DIGITS


def _safe(text: str) -> str:
    return escape(text)


_LOOK: Final = """
@page { size: A4; margin: 14mm; }
body { margin: 0; background: var(--cg-paper); color: var(--cg-ink);
  font: 11.5pt/1.45 "Atkinson Hyperlegible", "Noto Sans", system-ui, sans-serif; }
main, .bar { max-width: 190mm; margin-inline: auto; padding-inline: 5mm; }
.bar { padding-block: 1rem; }
button { font: inherit; font-weight: 700; padding: .6rem 1.2rem; border: 0; border-radius: 6px;
  background: var(--cg-accent); color: var(--cg-accent-ink); cursor: pointer; }
button:focus-visible { outline: 3px solid var(--cg-ink); outline-offset: 2px; }
.leaf { background: var(--cg-raised); border: 1px solid var(--cg-line); border-radius: 6px;
  padding: 8mm; margin-block-end: 1rem; overflow-wrap: anywhere; }
.city { color: var(--cg-quiet); margin: 0; }
h1 { font-size: 19pt; line-height: 1.2; margin: 0 0 3mm; }
h2 { font-size: 13pt; margin: 5mm 0 1mm; break-after: avoid; }
p { margin: 0 0 2mm; } ul { margin: 0; padding-inline-start: 6mm; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2.5mm 5mm; margin: 5mm 0; }
dt { color: var(--cg-quiet); } dd { margin: 0; }
dd i { display: block; min-height: 6mm; border-block-end: 1px solid var(--cg-ink); }
hr { border: 0; border-block-end: 1px solid var(--cg-ink); margin: 8mm 0 0; }
@media (max-width: 520px) { .leaf { padding: 4mm; } dl { grid-template-columns: 1fr; } }
@media print {
  body { background: #fff; } .bar { display: none; } main { max-width: none; padding: 0; }
  .leaf { border: 0; padding: 0; margin: 0; break-after: page; }
  .leaf:last-child { break-after: auto; }
}
"""
