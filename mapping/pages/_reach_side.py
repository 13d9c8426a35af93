"""Up to six personas side by side: who is open, who else, and where their answers part."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from mapping.city import City
from mapping.pages import _persona, _reach_words, _shared
from mapping.pages._persona import Asked
from mapping.pages._reach_answers import Answer
from mapping.personas import Persona

CHOOSE, OTHER, WHICH = "reach_choose", "reach_other", "reach_which"
NEW: Final = "new"


def choose(examples: dict[str, Asked]) -> None:
    """Let somebody be chosen: what stands out, who is kept, or somebody new."""
    say = _shared.say
    several = {**examples, **_persona.kept()}
    options = [*several, NEW]
    names = labels(several)
    source = _persona.here().source
    st.session_state[CHOOSE] = source if source in options else None
    st.selectbox(
        say("persona.choose"),
        options,
        index=None,
        format_func=lambda one: names.get(one, say("persona.new")),
        placeholder=say("persona.choose_hint"),
        key=CHOOSE,
        on_change=_chosen,
        args=(several, CHOOSE),
    )
    _which()


def labels(several: dict[str, Asked]) -> dict[str, str]:
    """Name what can be chosen, each once: a list tells options apart by what it shows."""
    say, found, taken = _shared.say, {}, set()
    for source, asked in several.items():
        key = "persona.kept_name" if source.startswith("kept:") else "persona.finding"
        base = name = say(key, name=_persona.called(asked.persona))
        number = 2
        while name in taken:
            name, number = f"{base} ({number})", number + 1
        taken.add(name)
        found[source] = name
    return found


def _chosen(several: dict[str, Asked], key: str) -> None:
    source = st.session_state.get(key)
    if source in several:
        asked = several[source]
    elif source == NEW:
        asked = Asked(Persona(category=_persona.here().persona.category))
    else:
        return
    if key == OTHER:
        _persona.add(asked)
    else:
        _persona.put(asked)


def _which() -> None:
    """Choose which of several is open in the form, and take one away."""
    say, names = _shared.say, _persona.names()
    if len(names) < 2:
        return
    st.session_state[WHICH] = _persona.at()
    st.radio(
        say("persona.open"),
        range(len(names)),
        format_func=lambda number: _shared.plain(names[number]),
        key=WHICH,
        on_change=lambda: _persona.look(int(st.session_state[WHICH])),
    )
    st.button(
        _shared.plain(say("persona.remove", name=names[_persona.at()])),
        key="reach_remove",
        on_click=_persona.drop,
        args=(_persona.at(),),
    )


def twins(city: City) -> None:
    """Put the same person beside her in one click: a man, papers in order, or changed by hand."""
    say, persona = _shared.say, _persona.here().persona
    if len(_persona.everyone()) >= _persona.MOST:
        st.text(say("persona.six"))
        return
    others = {
        "man": (persona.sex != "man", _persona.man(city, persona)),
        "papers": (persona.no_papers, _persona.papers(persona)),
        "copy": (True, persona),
    }
    with st.container(horizontal=True, key="reach_twins"):
        for name, (offered, other) in others.items():
            if offered:
                st.button(
                    say(f"persona.add_{name}"),
                    key=f"reach_add_{name}",
                    on_click=_beside,
                    args=(other,),
                )


def another(examples: dict[str, Asked]) -> None:
    """Let somebody else be put beside her."""
    say = _shared.say
    if len(_persona.everyone()) >= _persona.MOST:
        return
    several = {**examples, **_persona.kept()}
    names = labels(several)
    st.session_state[OTHER] = None
    st.selectbox(
        say("persona.add_choose"),
        [*several, NEW],
        index=None,
        format_func=lambda one: names.get(one, say("persona.new")),
        placeholder=say("persona.choose_hint"),
        key=OTHER,
        on_change=_chosen,
        args=(several, OTHER),
    )


def _beside(persona: Persona) -> None:
    """Put a twin beside the others, and leave open who is open."""
    number = _persona.at()
    _persona.add(Asked(persona))
    _persona.look(number)


def shortly(answers: Sequence[Answer]) -> None:
    """Say beside the buttons what the comparison below shows: it is far down the page."""
    if len(answers) < 2:
        return
    lines = [_shared.say("reach.below"), *difference(answers, _persona.names())]
    with st.container(key="reach_shortly"):
        for line in lines:
            st.text(line)


# --- the comparison ------------------------------------------------------------------------------


def difference(answers: Sequence[Answer], names: Sequence[str]) -> list[str]:
    """Say of each other persona what is left at the end, and from which step on it differs."""
    say, first = _shared.say, answers[0]
    found = []
    # an Arabic name would draw the number beside it to its other side, in any language
    names = [f"\u2068{name}\u2069" for name in names]
    for other, name in zip(answers[1:], names[1:], strict=True):
        part = _parting(first, other)
        if part is None:
            found.append(
                say(
                    "reach.side_same",
                    first=names[0],
                    other=name,
                    share_first=_left(first),
                    share_other=_left(other),
                )
            )
            continue
        found.append(
            say(
                "reach.side_differ",
                first=names[0],
                other=name,
                share_first=_left(first),
                share_other=_left(other),
                step=_reach_words.step_name(part),
            )
        )
    return found


def _left(answer: Answer) -> str:
    people = _reach_words.counted(answer)
    left = _reach_words.covered(answer, answer.steps[-1])
    return _shared.say("reach.left_of", left=left, people=people)


def _parting(first: Answer, other: Answer) -> str | None:
    """Give the first step after which shares certainly differ, where they do at the end."""
    pairs = [
        (one["share"], two["share"]) for one, two in zip(first.steps, other.steps, strict=True)
    ]
    apart = [
        a is not None and b is not None and (a["low"] > b["high"] or b["low"] > a["high"])
        for a, b in pairs
    ]
    if not apart[-1]:
        return None
    at = len(apart) - 1
    while at and apart[at - 1]:
        at -= 1
    return str(first.steps[at]["name"])


def numbers(answers: Sequence[Answer], names: Sequence[str]) -> None:
    """List the steps with a column for each persona."""
    say = _shared.say
    step = say("reach.step")
    rows: dict[str, list[str]] = {
        step: [
            say("gaps.people"),
            *(_reach_words.step_name(one["name"]) for one in answers[0].steps),
        ]
    }
    for name, answer in zip(names, answers, strict=True):
        people = _reach_words.counted(answer)
        column = f"{name} (2)" if name == step else name  # somebody may be called like the column
        rows[column] = [people, *(_reach_words.said(answer, one) for one in answer.steps)]
    st.dataframe(pd.DataFrame(rows), hide_index=True, height="content", key="reach_table")
