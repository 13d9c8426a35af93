"""The calls on the page Who to ask: in their order, with their questions in plain words."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from mapping import words
from mapping.first_calls import SOMEBODY, Call
from mapping.pages import _shared
from mapping.pages._whom_words import (
    Shown,
    apart,
    call_name,
    contact,
    last_asked,
    last_checked,
    people,
    service,
    tongue,
)

SHOWN: Final = 12  # calls that are spread out; the others are a table


def useful(found: Shown) -> list[Call]:
    """Give the calls that narrow anything, in their order."""
    return [one for one in found.plan.calls if one.useful]


def by_persona(found: Shown) -> None:
    """Say for each of several personas how much is open, and what the first call settles."""
    say, plan = _shared.say, found.plan
    if not found.several:
        return
    first = plan.calls[0].most if plan.calls else (0.0,) * len(found.names)
    _table(
        {
            say("whom.column_persona"): list(found.names),
            say("whom.column_now"): [people(high - low, up=True) for low, high in plan.now],
            say("whom.column_first"): [people(one, up=True) for one in first],
        },
        key="whom_personas",
        numbers=2,
    )


def sessions(found: Shown) -> None:
    """List what is not asked by phone: whom a community trusts."""
    say = _shared.say
    if not found.plan.sessions:
        return
    with st.container(border=True, key="whom_sessions"):
        st.text(say("whom.sessions"))
        for one in found.plan.sessions:
            st.text(
                say(
                    "whom.session_row",
                    language=tongue(one.community),
                    count=len(one.services),
                    no=_settled(max(one.no)),
                    yes=_settled(max(one.yes)),
                )
            )
        _shared.link("room", say("whom.session_link"))


def _settled(count: float) -> str:
    return people(count, up=True) if count > SOMEBODY else _shared.say("whom.nobody_yet")


def calls(found: Shown) -> None:
    """Spread out the first calls, and fold the others away."""
    say, every = _shared.say, useful(found)
    if not every:
        return
    st.subheader(say("whom.list"), anchor=False)
    st.text(say("whom.list_about"))
    with st.container(gap=None, key="whom_calls"):
        for number, call in enumerate(every[:SHOWN]):
            most = say("whom.at_most", people=people(max(call.most), up=True))
            title = _shared.plain(f"{number + 1}. {apart(call_name(found, call))} · {most}")
            with st.expander(title, expanded=number == 0, key=f"whom_call_{number}"):
                _one(found, call, number)
    rest = every[SHOWN:]
    if rest:
        with st.expander(say("whom.others", count=len(rest)), key="whom_others"):
            _table(
                {
                    say("whom.column_name"): [call_name(found, one) for one in rest],
                    say("whom.column_questions"): [str(len(one.asked)) for one in rest],
                    say("whom.column_most"): [people(max(one.most), up=True) for one in rest],
                    say("whom.column_expected"): [people(max(one.expected)) for one in rest],
                },
                key="whom_others_table",
                numbers=3,
            )


def idle(found: Shown) -> None:
    """Say which open questions narrow nothing now."""
    say = _shared.say
    rest = [one for one in found.plan.calls if not one.useful]
    if rest:
        with st.expander(say("whom.idle", count=len(rest)), key="whom_idle"):
            st.text(say("whom.idle_about"))
            for one in rest[:SHOWN]:
                st.text(call_name(found, one))
            if len(rest) > SHOWN:
                st.text(f"… {len(rest) - SHOWN}")


def _one(found: Shown, call: Call, number: int) -> None:
    say = _shared.say
    st.text(" ".join(_worth(found, call, number)))
    if call.organization_id:
        asked, checked = last_asked(found, call), last_checked(found, call)
        line = say("whom.last_asked", day=apart(asked)) if asked else say("whom.never_asked")
        line += " " + say("whom.last_checked", day=apart(checked)) if checked else ""
        st.text(line)
        _contacts(found, call)
    _questions(found, call, number)
    if call.organization_id in found.actors:
        _shared.link("ask", say("whom.to_ask"), organization=call.organization_id)


def _worth(found: Shown, call: Call, number: int) -> list[str]:
    """Say what a call is worth for the persona of whom it tells most, alone and in its place."""
    say = _shared.say
    at = max(range(len(found.names)), key=lambda one: call.most[one])
    most, expected = people(call.most[at], up=True), people(call.expected[at])
    key = "whom.call_settles" if call.exact else "whom.call_least"
    if call.guessed or call.expected[at] <= SOMEBODY:
        key = "whom.call_only"
    lines = [say(key, most=most, expected=expected)]
    if 0 < number < found.plan.planned:
        lines.append(say("whom.call_then", people=people(max(found.plan.gained(number)))))
    if found.several:
        lines.append(say("whom.call_for", count=found.plan.helped(call), of=found.of))
    return lines


def _contacts(found: Shown, call: Call) -> None:
    say = _shared.say
    texts = [
        say(f"whom.contact_{name}", contact=apart(value))
        for name, private in (("private", True), ("public", False))
        if (value := contact(found, call, private=private))
    ]
    for text in texts:
        st.text(text)
    if not texts:
        st.text(say("whom.contact_none"))


def _questions(found: Shown, call: Call, number: int) -> None:
    """List the questions, and of how many people each answer alone tells more."""
    say = _shared.say
    at = max(range(len(found.names)), key=lambda one: call.most[one])
    _table(
        {
            say("whom.column_question"): [say(f"call.q_{one.question.fact}") for one in call.asked],
            say("whom.column_about"): [service(found, one.question) for one in call.asked],
            say("whom.column_yes"): [people(one.yes[at], up=True) for one in call.asked],
            say("whom.column_no"): [people(one.no[at], up=True) for one in call.asked],
        },
        key=f"whom_questions_{number}",
        numbers=2,
    )
    st.text(say("whom.numbers_about"))


def _table(columns: dict[str, list[str]], *, key: str, numbers: int) -> None:
    """Show a table; the last columns are numbers."""
    table = pd.DataFrame(columns)
    names = [str(name) for name in table.columns]
    right = st.column_config.TextColumn(alignment="right")
    st.dataframe(
        table,
        column_order=names[::-1] if words.direction(_shared.lang()) == "rtl" else names,
        column_config=dict.fromkeys(names[-numbers:], right),
        hide_index=True,
        height="content" if len(table) <= SHOWN else 388,
        key=key,
    )
