"""Who is asked for on the page Reach: up to six personas, one of them open in the form.

They live in this session of the browser and in its address, not in the widgets: a change of
language, or a look at another page, loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import streamlit as st

from layers import personas_kept
from layers.errors import LayerError
from mapping import estimates
from mapping.city import City
from mapping.findings import Finding
from mapping.needs import EVERYONE
from mapping.pages import _persona_link, _question, _shared
from mapping.personas import Persona, as_man, with_papers

PEOPLE, OPEN, LINK, TURN, SAID = (
    f"reach_{one}" for one in ("people", "open", "link", "turn", "said")
)
QUERY: Final = "persona"
MOST: Final = _persona_link.MOST
_MEN: Final = {"women": "men"}  # group codes of the tables of people


@dataclass(frozen=True, slots=True)
class Asked:
    """A persona on the page, and where she comes from.

    ``source`` is ``kept:ID`` or ``finding:N``, empty where she came by link, file or form;
    ``version`` the row version that was read.
    """

    persona: Persona
    source: str = ""
    version: int | None = None


def everyone() -> tuple[Asked, ...]:
    """List who is side by side, in the order in which they came."""
    found: tuple[Asked, ...] = st.session_state.get(PEOPLE, ())
    return found


def at() -> int:
    """Tell which of them is open in the form."""
    return min(int(st.session_state.get(OPEN, 0)), max(len(everyone()) - 1, 0))


def here() -> Asked:
    """Give the one that is open in the form."""
    return everyone()[at()]


def turn() -> int:
    """Count how often somebody else was put into the form."""
    return int(st.session_state.get(TURN, 0))


def put(asked: Asked, *, typed: bool = False) -> None:
    """Put somebody in the place of the one that is open; ``typed`` where the form did."""
    every = list(everyone()) or [asked]
    every[at()] = asked
    st.session_state[PEOPLE] = tuple(every)
    if not typed:
        _turn()


def add(asked: Asked) -> None:
    """Put somebody beside the others and open her; nothing where there are six."""
    if len(everyone()) < MOST:
        st.session_state[PEOPLE] = (*everyone(), asked)
        look(len(everyone()) - 1)


def drop(number: int) -> None:
    """Take one of several away."""
    every = everyone()
    if len(every) > 1:
        st.session_state[PEOPLE] = every[:number] + every[number + 1 :]
        look(min(at() - (number < at()), len(every) - 2))


def look(number: int) -> None:
    """Open another one in the form."""
    st.session_state[OPEN] = number
    _turn()


def _turn() -> None:
    st.session_state[TURN] = turn() + 1


# --- where they come from ------------------------------------------------------------------------


def arrive(city: City, first: Callable[[], Asked]) -> str:
    """Read the address where it names other personas than this page last wrote.

    Parameters
    ----------
    city
        What is asked; groups that it does not count are counted as everybody.
    first
        Gives who is asked for where nobody was named.

    Returns
    -------
    fault
        What is wrong with the address, in a sentence; empty where nothing is.
    """
    text, fault = st.query_params.get(QUERY), ""
    if text and text != st.session_state.get(LINK):
        st.session_state[LINK] = text
        try:
            named = [Asked(persona) for persona in _persona_link.unpacked(text)]
        except LayerError as error:
            fault = _shared.explain(error)
        else:
            st.session_state[PEOPLE] = tuple(named)
            look(0)
    if not everyone():
        st.session_state[PEOPLE] = (first(),)
        look(0)
    known = groups(city)
    strange = [one.persona.group for one in everyone() if one.persona.group not in known]
    if strange:
        fallback = EVERYONE if EVERYONE in known else known[0]
        st.session_state[PEOPLE] = tuple(
            one
            if one.persona.group in known
            else replace(one, persona=replace(one.persona, group=fallback))
            for one in everyone()
        )
        _turn()
        fault = fault or _shared.say(
            "persona.group_strange", group=", ".join(dict.fromkeys(strange))
        )
    return fault


def leave(**others: str) -> str:
    """Write who is asked for, and other choices, into the address, and give that text."""
    text = _persona_link.fitting([one.persona for one in everyone()])
    st.session_state[LINK] = text
    for key, value in {QUERY: text, **others}.items():
        if value and st.query_params.get(key) != value:
            st.query_params[key] = value
        elif not value and key in st.query_params:
            del st.query_params[key]
    return text


def query() -> dict[str, str]:
    """Give those who are asked for as the query of a link to another page."""
    return {QUERY: _persona_link.fitting([one.persona for one in everyone()])}


def kept() -> dict[str, Asked]:
    """Give the personas that the atlas keeps, by ``kept:ID``, but for those nobody can read."""
    rows: list[dict[str, Any]] = _shared.once(
        "personas kept", "", lambda: personas_kept.kept(_shared.atlas())
    )
    found = {}
    for row in rows:
        source = f"kept:{row['id']}"
        plain = {key: value for key, value in row.items() if key not in {"id", "row_version"}}
        try:
            found[source] = Asked(Persona.from_json(plain), source, row["row_version"])
        except LayerError:
            continue
    return found


def examples(found: Sequence[Finding]) -> dict[str, Asked]:
    """Give what stands out in this city as personas, by ``finding:N``."""
    return {
        f"finding:{number}": Asked(one.persona, f"finding:{number}")
        for number, one in enumerate(found)
    }


# --- the same person, otherwise ------------------------------------------------------------------


def man(city: City, persona: Persona) -> Persona:
    """Give the same person, a man, among the men of her group where these are counted."""
    group = estimates.CROSS.join(_MEN.get(one, one) for one in persona.group.split(estimates.CROSS))
    return as_man(persona, group=group if group in groups(city) else None)


def papers(persona: Persona) -> Persona:
    """Give the same person, her papers in order."""
    return with_papers(persona)


def groups(city: City) -> list[str]:
    """Name the groups of people that can be counted, and those in two that can be estimated."""
    found: list[str] = _shared.once("persona groups", "", lambda: _with_pairs(city))
    return found


def _with_pairs(city: City) -> list[str]:
    return list(dict.fromkeys([*city.groups(), *city.pairs()]))


# --- what they are called ------------------------------------------------------------------------


def group_names(codes: Iterable[str]) -> dict[str, str]:
    """Name groups as their sources do; an estimate says that it is one."""
    labels = _question.group_labels()
    return {
        code: _shared.say("persona.estimate", group=estimates.label(code, labels))
        if estimates.is_crossed(code)
        else estimates.label(code, labels)
        for code in codes
    }


def group_name(code: str) -> str:
    """Name one group."""
    return group_names([code])[code]


def called(persona: Persona) -> str:
    """Name a persona: as people call her, else by what she needs. Plain text, not markdown."""
    say = _shared.say
    if persona.name:
        return persona.name
    parts = [say(f"category.{persona.category}")]
    if persona.language:
        parts.append(_question.tongue(persona.language))
    if persona.hours is not None:
        parts.append(persona.hours)
    elif persona.when != "any":
        parts.append(say(f"gaps.when_{persona.when}"))
    if persona.avoids_unsafe:
        parts.append(say("persona.short_avoids"))
    if persona.community:
        parts.append(say("persona.short_trust"))
    return " · ".join(parts)


def names() -> list[str]:
    """Name all who are side by side, each once: those of one name by what tells them apart."""
    say, found = _shared.say, []
    first = everyone()[0].persona if everyone() else None
    for one in (asked.persona for asked in everyone()):
        name = called(one)
        if name in found and first is not None:
            marks = [
                say(f"persona.twin_{mark}")
                for mark, differs in (
                    ("man", one.sex == "man" and first.sex != "man"),
                    ("papers", first.no_papers and not one.no_papers),
                )
                if differs
            ]
            name = f"{name}, {', '.join(marks)}" if marks else name
        number, base = 2, name
        while name in found:
            name, number = f"{base} ({number})", number + 1
        found.append(name)
    return found
