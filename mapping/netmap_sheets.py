"""Paper for a round of Net-Map: a card for each table, and sheets that are typed in afterwards.

Actors have numbers, so that a link is two numbers and an arrow. Every text of a person is escaped.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from layers.netmap import Actor, Group, Round
from layers.room_session import Session
from mapping import hall, room_sheets, style, words
from mapping.room_sheets import Say

NAMES = ("netmap-cards", "netmap-sheet")
MOST_IN_MATRIX = 16  # columns that a hand can fill on A4
LINES = 24

_LOOK = """
.net table { border-collapse: collapse; width: 100%; font-size: 11pt; }
.net th, .net td { border: 1px solid var(--cg-quiet); padding: 1.2mm 1.5mm; text-align: start; }
.net thead th, .net td { text-align: center; min-width: 6mm; height: 7mm; }
.net td.self { background: var(--cg-line); }
.net .number { font-weight: 700; white-space: nowrap; width: 10mm; }
.net tbody th:not(.number) { font-weight: 400; }
.net tbody td { min-width: 20mm; }
.net thead ~ tbody td { min-width: 6mm; }
.net .columns { columns: 2; column-gap: 8mm; padding: 0; list-style: none; }
.net .blank { display: inline-block; min-width: 22mm; border-bottom: 1px solid var(--cg-ink); }
.net .line { margin: 3.2mm 0; break-inside: avoid; }
"""


def address(name: str, code: str, *, lang: str) -> str:
    """Give the address of a sheet, below the desk's and behind its passphrase.

    Examples
    --------
    >>> address("cards", "ABCD2345", lang="ar")
    '/desk/paper/netmap-cards/ABCD2345?lang=ar'
    """
    return room_sheets.address(f"netmap-{name}", code, lang=lang)


def sheet(name: str, session: Session, found: Round, lang: str) -> str:
    """Write a sheet as an HTML page.

    Parameters
    ----------
    name
        One of :data:`NAMES`.
    session, found
        The session and its round.
    lang
        Language of whoever reads it.

    Raises
    ------
    KeyError
        If there is no such sheet.
    """
    say = room_sheets.said_in(lang)
    if name == "netmap-cards":
        body = "".join(_card(session, found, group, say) for group in found.groups)
    elif name == "netmap-sheet":
        body = _links(found, say) + _towers(found, say)
    else:
        raise KeyError(name)
    title = say("net.title")
    return room_sheets.page(
        title, f'<style>{_LOOK}</style><div class="net">{body}</div>', lang, say
    )


def _card(session: Session, found: Round, group: Group, say: Say) -> str:
    """One page for each network: the group's letter, its picture to scan, and its code."""
    pages = []
    for origin in hall.origins():
        made = hall.qr_svg(
            hall.net_address(origin, group.code),
            dark=style.colour("ink"),
            light=style.colour("raised"),
            sized=False,
        )
        where = f"\u2066{origin.removeprefix('http://')}/net\u2069"
        how = "".join(
            f'<p lang="{tag}" dir="{words.direction(tag)}">'
            f"{escape(words.say('net.title', tag))} · {escape(words.say('net.names', tag))}</p>"
            for tag in session.languages
            if tag in words.room_languages()
        )
        pages.append(
            f'<section class="leaf join"><h1>{escape(say("net.group", letter=group.letter))}</h1>'
            f'<p dir="auto">{escape(found.question)}</p>'
            f'<div class="qr" role="img" aria-label="{escape(say("room.qr_alt"))}">{made}</div>'
            f'<p class="code">\u2066{group.code[:4]} {group.code[4:]}\u2069</p>'
            f'<p class="where" dir="ltr">{escape(where)}</p><div class="how">{how}</div></section>'
        )
    return "".join(pages)


def _head(found: Round, say: Say) -> str:
    return (
        f'<p>{escape(say("net.group", letter=""))} <span class="blank">&nbsp;</span></p>'
        f'<p dir="auto">{escape(found.question)}</p>'
    )


def _links(found: Round, say: Say) -> str:
    """One page for each kind: a matrix where the actors are few, else lines of two numbers."""
    actors = found.shown
    inner = _matrix(actors) if len(actors) <= MOST_IN_MATRIX else _lines(actors)
    how = "netmap.sheet_matrix" if len(actors) <= MOST_IN_MATRIX else "netmap.sheet_lines"
    return "".join(
        f'<section class="leaf list"><h1>{escape(say(f"net.kind.{kind}"))}</h1>{_head(found, say)}'
        f"<p>{escape(say(how))}</p>{inner}</section>"
        for kind in found.kinds
    )


def _matrix(actors: Sequence[Actor]) -> str:
    numbers = range(1, len(actors) + 1)
    head = "".join(f"<th>{number}</th>" for number in numbers)
    rows = "".join(
        f'<tr><th class="number">{row}</th><th dir="auto">{escape(actor.name)}</th>'
        + "".join(f'<td class="{"self" if row == column else ""}"></td>' for column in numbers)
        + "</tr>"
        for row, actor in enumerate(actors, 1)
    )
    return f"<table><thead><tr><th></th><th></th>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _lines(actors: Sequence[Actor]) -> str:
    names = "".join(
        f'<li dir="auto"><b>{number}</b> {escape(actor.name)}</li>'
        for number, actor in enumerate(actors, 1)
    )
    blank = '<span class="blank">&nbsp;</span>'
    lines = f'<p class="line" dir="ltr">{blank} → {blank} &nbsp; ☐ ↔</p>' * LINES
    return f'<ol class="columns">{names}</ol><div class="columns">{lines}</div>'


def _towers(found: Round, say: Say) -> str:
    rows = "".join(
        f'<tr><th class="number">{number}</th><th dir="auto">{escape(actor.name)}</th>'
        "<td></td></tr>"
        for number, actor in enumerate(found.shown, 1)
    )
    return (
        f'<section class="leaf list"><h1>{escape(say("net.towers"))}</h1>{_head(found, say)}'
        f"<p>{escape(say('netmap.sheet_towers'))}</p>"
        f"<table><tbody>{rows}</tbody></table></section>"
    )
