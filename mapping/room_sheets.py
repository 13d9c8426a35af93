"""Sheets of a session for paper: how to join, the network, the checklist, and what came of it.

Plain HTML that a browser prints, with nothing in it from anybody else and nothing that anybody
said: of participants there are only bands. Every text of a person is escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any

from layers.room_session import Session
from mapping import consent_text, hall, style, words

PREFIX = "/desk/paper"
NAMES = ("join", "network", "checklist", "summary")
PHASES = {"before": 9, "during": 8, "after": 7}
"""Parts of the checklist, and how many lines each has."""

NETWORK = {"hotspot": 6, "router": 6, "wrong": 6}
"""Parts of the recipe for the network, and how many steps each has."""

Say = Callable[..., str]


def address(name: str, code: str, *, lang: str) -> str:
    """Give the address of a sheet, below the desk's and behind its passphrase.

    Examples
    --------
    >>> address("join", "ABCD2345", lang="ar")
    '/desk/paper/join/ABCD2345?lang=ar'
    """
    return f"{PREFIX}/{name}/{code}?lang={lang}"


def sheet(
    name: str, session: Session, lang: str, *, summary: Mapping[str, Any] | None = None
) -> str:
    """Write a sheet as an HTML page.

    Parameters
    ----------
    name
        One of :data:`NAMES`.
    session
        Which session it is for.
    lang
        Language of whoever reads it: the desk's, and for the summary one of the session's.
    summary
        As :func:`layers.summing_up.summary`; only for the sheet of that name.

    Raises
    ------
    KeyError
        If there is no such sheet.
    """
    say = said_in(lang)
    if name == "join":
        body = _join(session, say)
    elif name == "network":
        body = _recipe(say)
    elif name == "checklist":
        body = _checklist(session, say)
    elif name == "summary" and summary is not None:
        body = _summary(summary, lang)
    else:
        raise KeyError(name)
    return page(say(f"paper.title.{name}", title=session.title), body, lang, say)


def summary_parts(summary: Mapping[str, Any], lang: str) -> list[tuple[str, list[str]]]:
    """Put a summary into sentences: name of each part, and what it says.

    Parameters
    ----------
    summary
        As :func:`layers.summing_up.summary`.
    lang
        A language of the desk or of the room.

    Returns
    -------
    parts
        Heading and sentences of each part that says something. The sentences are those of the
        wall, which every language of the room has; a heading it lacks is empty.
    """
    say = said_in(lang)
    band = summary["contributors"]
    people = [say("wall.sum_organizer", organizer=summary["organizer"])] * bool(
        summary["organizer"]
    )
    people.append(
        say("wall.sum_people", band=say(f"band.{band}")) if band else say("wall.sum_people_few")
    )
    if summary["missing"]:
        people.append(f"{say('wall.sum_missing')} {summary['missing']}")
    parts = [("room.sum.people", people), ("wall.sum_squares", _squares(summary, say))]
    for question, rows in summary["answers"].items():
        lines = [_pair(say(f"codebook.{code}"), say(f"band.{many}")) for code, many in rows]
        parts.append((f"wall.{question}", lines or [say("wall.not_yet_five")]))
    parts += [
        ("room.sum.makeup", _makeup(summary["makeup"] or {}, say)),
        ("room.sum.told", list(summary["told"])),
        ("wall.sum_held", [say(f"wall.sum_{rule}") for rule in summary["rules"]]),
        ("wall.sum_next", _next(summary, say)),
    ]
    known = words.sentences(lang)
    return [(known.get(heading, ""), lines) for heading, lines in parts if lines]


def _squares(summary: Mapping[str, Any], say: Say) -> list[str]:
    return [
        _pair(say(f"codebook.{feeling}"), str(count))
        for feeling, count in summary["squares"].items()
        if count
    ]


def _next(summary: Mapping[str, Any], say: Say) -> list[str]:
    return [
        say("wall.sum_delete", date=f"\u2066{summary['delete_on']}\u2069"),
        say("wall.sum_receipt", code=_code(summary["code"])),
    ]


def _pair(what: str, how_many: str) -> str:
    return f"{what}: {how_many}"


def _makeup(counted: Mapping[str, Sequence[Sequence[Any]]], say: Say) -> list[str]:
    lines = []
    for question, rows in counted.items():
        for code, band in rows:
            name = f"room.count.{question}.{code}" if question != "languages" else f"tongue.{code}"
            lines.append(_pair(say(name), say(f"band.{band}") if band else say("room.few")))
    return lines


def said_in(lang: str) -> Say:
    """Say in a language, and where a language of the room lacks a sentence, in the default."""

    def say(key: str, **values: object) -> str:
        chosen = lang if key in words.sentences(lang) else words.DEFAULT
        return words.say(key, chosen, **values)

    return say


def _code(code: str) -> str:
    return f"\u2066{code[:4]} {code[4:]}\u2069"


# --- the sheets -----------------------------------------------------------------------------------


def _join(session: Session, say: Say) -> str:
    """One page for each network and table: a picture, the code, and what to do in each language."""
    parties: list[int | None] = [None, *range(len(session.setup.parties))]
    pages = []
    for origin in hall.origins():
        for party in parties:
            table = "" if party is None else _paragraph("table", session.setup.parties[party])
            made = hall.qr_svg(
                hall.join_address(origin, session.code, session.id, party=party),
                dark=style.colour("ink"),
                light=style.colour("raised"),
                sized=False,
            )
            where = f"\u2066{origin.removeprefix('http://')}/j\u2069"
            lines = [
                f"<p {_in(tag)}>{escape(_how_to_join(tag, where))}</p>"
                for tag in session.languages
                if tag in words.room_languages()
            ]
            pages.append(
                f'<section class="leaf join"><h1>{escape(session.title)}</h1>{table}'
                f'<div class="qr" role="img" aria-label="{escape(say("room.qr_alt"))}">{made}</div>'
                f'<p class="code">{escape(_code(session.code))}</p>'
                f'<p class="where" dir="ltr">{escape(where)}</p>'
                f'<div class="how">{"".join(lines)}</div></section>'
            )
    return "".join(pages)


def _how_to_join(tag: str, where: str) -> str:
    said = said_in(tag)
    return f"{said('wall.join')} · {said('wall.type')} {where}"


def _recipe(say: Say) -> str:
    origins = "".join(f"<li><bdi dir=ltr>{escape(one)}</bdi></li>" for one in hall.origins())
    parts = [
        f"<h2>{escape(say(f'paper.network.{part}'))}</h2><ol>"
        + "".join(
            f"<li>{escape(say(f'paper.network.{part}.{number}', port=hall.port()))}</li>"
            for number in range(1, count + 1)
        )
        + "</ol>"
        for part, count in NETWORK.items()
    ]
    return (
        f'<section class="leaf list"><h1>{escape(say("paper.network"))}</h1>'
        f"<p>{escape(say('paper.network.about'))}</p>{''.join(parts)}"
        f"<h2>{escape(say('paper.network.addresses'))}</h2><ul>{origins}</ul></section>"
    )


def _checklist(session: Session, say: Say) -> str:
    guard = session.setup.safeguard or "________________________"
    parts = [
        f"<h2>{escape(say(f'paper.check.{phase}'))}</h2><ul class=check>"
        + "".join(
            f"<li>{escape(say(f'paper.check.{phase}.{number}', who=guard))}</li>"
            for number in range(1, count + 1)
        )
        + "</ul>"
        for phase, count in PHASES.items()
    ]
    return (
        f'<section class="leaf list"><h1>{escape(say("paper.check"))}</h1>'
        f"<p>{escape(session.title)} · {_code(session.code)}</p>{''.join(parts)}</section>"
        + _aloud(session, say)
    )


def _aloud(session: Session, say: Say) -> str:
    """Write the consent in each language, to be read aloud where people do not read."""
    setup = session.setup
    blocks = []
    for tag in session.languages:
        if tag in words.room_languages():
            title, *lines = consent_text.lines(
                tag,
                cell_m=session.cell_m,
                organizer=setup.organizer,
                purpose=setup.purpose,
                delete_on=session.delete_on,
            )
            said = "".join(f"<li>{escape(line)}</li>" for line in lines)
            blocks.append(f"<div {_in(tag)}><h2>{escape(title)}</h2><ul>{said}</ul></div>")
    return f'<section class="leaf"><h1>{escape(say("paper.aloud"))}</h1>{"".join(blocks)}</section>'


def _summary(summary: Mapping[str, Any], lang: str) -> str:
    parts = [
        (f"<h2>{escape(heading)}</h2>" if heading else "")
        + "<ul>"
        + "".join(f'<li dir="auto">{escape(line)}</li>' for line in lines)
        + "</ul>"
        for heading, lines in summary_parts(summary, lang)
    ]
    return (
        f'<section class="leaf"><h1>{escape(summary["title"])}</h1>'
        f"<p>{escape(summary['held_on'])}</p>{''.join(parts)}</section>"
    )


def _in(tag: str) -> str:
    return f'lang="{tag}" dir="{words.direction(tag)}"'


def _paragraph(name: str, text: str) -> str:
    return f'<p class="{name}" dir="auto">{escape(text)}</p>'


def page(title: str, body: str, lang: str, say: Say) -> str:
    """Write a page to print around a body that is escaped already."""
    return (
        f'<!doctype html><html {_in(lang)}><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{style.css()}{_LOOK}</style>"
        '<p class="bar"><button type="button" onclick="print()">'
        f"{escape(say('paper.print'))}</button></p>"
        f"<main>{body}</main></html>"
    )


_LOOK = """
@font-face { font-family: "Atkinson Hyperlegible"; src: url("/phone/assets/regular.ttf");
  font-weight: 400; unicode-range: U+0-24F, U+2000-206F; }
@font-face { font-family: "Atkinson Hyperlegible"; src: url("/phone/assets/bold.ttf");
  font-weight: 700; unicode-range: U+0-24F, U+2000-206F; }
@page { size: A4; margin: 16mm; }
* { box-sizing: border-box; }
body { margin: 0; background: var(--cg-paper); color: var(--cg-ink);
  font: 12pt/1.45 "Atkinson Hyperlegible", "Noto Sans", system-ui, sans-serif; }
main, .bar { max-width: 190mm; margin-inline: auto; padding-inline: 5mm; }
.bar { padding-block: 1rem; }
button { font: inherit; font-weight: 700; padding: .6rem 1.2rem; border: 0; border-radius: 6px;
  background: var(--cg-accent); color: var(--cg-accent-ink); cursor: pointer; }
button:focus-visible { outline: 3px solid var(--cg-ink); outline-offset: 2px; }
.leaf { background: var(--cg-raised); border: 1px solid var(--cg-line); border-radius: 6px;
  padding: 8mm; margin-block-end: 1rem; overflow-wrap: anywhere; }
h1 { font-size: 20pt; line-height: 1.2; margin: 0 0 4mm; }
h2 { font-size: 13pt; margin: 5mm 0 1.5mm; }
p { margin: 0 0 2mm; } ol, ul { margin: 0; padding-inline-start: 7mm; } li { margin-block: .8mm; }
.join { text-align: center; }
.join .table { font-size: 22pt; font-weight: 700; }
.qr svg { width: min(115mm, 80vw); height: auto; display: block; margin-inline: auto; }
.code { font-size: 34pt; font-weight: 700; letter-spacing: .06em; margin: 2mm 0; }
.where { font-size: 15pt; }
.how p { font-size: 13pt; margin: 1.5mm 0; }
.check { list-style: none; padding-inline-start: 0; }
.check li { padding-inline-start: 8mm; position: relative; break-inside: avoid; }
.check li::before { content: ""; position: absolute; inset-inline-start: 0; top: .8mm;
  width: 4.2mm; height: 4.2mm; border: 1.4px solid var(--cg-ink); border-radius: 1px; }
.list { font-size: 10.5pt; line-height: 1.32; } .list h1 { margin-block-end: 1mm; }
.list h2 { margin: 2.5mm 0 .5mm; } .list li { margin-block: .5mm; }
@media print {
  body { background: #fff; } .bar { display: none; } main { max-width: none; padding: 0; }
  .leaf { border: 0; padding: 0; margin: 0; break-after: page; break-inside: avoid-page; }
  .leaf:last-child { break-after: auto; }
}
"""
