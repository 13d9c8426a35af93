"""The page Quality: how good what we know is, what to ask next, and what to mend."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import streamlit as st

from layers import vocab
from mapping.pages import (
    _quality,
    _quality_ask,
    _quality_differ,
    _quality_known,
    _quality_loose,
    _quality_twice,
    _shared,
)

LIST, CATEGORY = "quality_list", "quality_category"
_PARTS: dict[str, Callable[[_quality.Found], None]] = {
    "known": _quality_known.show,
    "ask": _quality_ask.show,
    "differ": _quality_differ.show,
    "twice": _quality_twice.show,
    "loose": _quality_loose.show,
}


def page() -> None:
    """Show what matters most first, then one list at a time."""
    say = _shared.say
    top = st.container()
    parts, needs = st.columns([3, 1], vertical_alignment="bottom")
    with needs:
        category = st.selectbox(
            say("quality.category"),
            vocab.CATEGORY,
            index=None,
            format_func=lambda one: say(f"category.{one}"),
            placeholder=say("quality.category_all"),
            key=CATEGORY,
            bind="query-params",
        )
    found = _quality.look(category)
    first, answer = _answer(found)
    with top:
        _shared.head(title=say("quality.title"), answer=answer, note=_note(found))
    if found.tables["services"].empty and found.tables["organizations"].empty:
        _shared.missing(say("quality.nothing_yet"))
        return
    with parts:
        part = _quality.chosen_in_address(
            "list",
            list(_PARTS),
            first,
            lambda names, asked: st.segmented_control(
                say("quality.list"),
                names,
                default=asked,
                required=True,
                format_func=lambda one: say(f"quality.list_{one}"),
                key=LIST,
                label_visibility="collapsed",
            ),
        )
    _PARTS[part](found)
    _shared.how(
        *(say(f"quality.how_{one}") for one in ("known", "age", "ask", "differ", "twice", "merge"))
    )


def _answer(found: _quality.Found) -> tuple[str, str]:
    """Say what matters most, and which list shows it."""
    say = _shared.say
    if found.differ:
        return "differ", _disagreement(found)
    actors = found.twice[found.twice["table"].eq("organizations")]
    if len(actors):
        return "twice", _one_twice(
            found, str(actors.iloc[0]["left_id"]), str(actors.iloc[0]["right_id"])
        )
    asked = found.ask[found.ask["organization_id"].notna()]
    if len(asked):
        row = asked.iloc[0]
        return "ask", say(
            "quality.answer_ask" if pd.notna(row["most"]) else "quality.answer_ask_uncounted",
            name=_quality.name_of(found, "organizations", row["organization_id"]),
            questions=int(row["questions"]),
            services=int(row["services"]),
            people=_quality.people(row["most"]),
        )
    if found.tables["services"].empty:
        return "known", say("quality.nothing_yet")
    if len(found.ask):
        return "ask", say("quality.answer_nobody", count=len(found.facts))
    return "known", say("quality.answer_good")


def _disagreement(found: _quality.Found) -> str:
    say, one = _shared.say, found.differ[0]
    ours = one.voices[0]
    theirs = next(voice for voice in one.voices[1:] if voice.value != ours.value)
    return say(
        "quality.answer_differ",
        what=_quality.column_name(one.column),
        name=_quality_differ.whose(found, one),
        ours=_quality_differ.said(found, one, ours),
        our_source=_quality.source(ours.who, ours.checked, ours.said_by),
        theirs=_quality_differ.said(found, one, theirs),
        their_source=_quality.source(theirs.who, theirs.checked, theirs.said_by),
    )


def _one_twice(found: _quality.Found, one: str, other: str) -> str:
    ties = [_quality_twice.ties_of(found, actor) - {one, other} for actor in (one, other)]
    return _shared.say(
        "quality.answer_twice",
        one=_quality.name_of(found, "organizations", one),
        other=_quality.name_of(found, "organizations", other),
        first=len(ties[0]),
        second=len(ties[1]),
        together=len(ties[0] | ties[1]),
    )


def _note(found: _quality.Found) -> str:
    """Say in one line how much of everything there is to do."""
    services = found.known[found.known["table"].eq("services")]
    rows = int(services["rows"].sum())
    share = f"{int(services['known'].sum()) / rows:.0%}" if rows else "-"
    return _shared.say(
        "quality.note",
        share=share,
        ask=f"{len(found.facts):,}",
        differ=len(found.differ),
        twice=len(found.twice),
        untied=len(found.loose["actors_without_ties"]),
        old=f"{len(found.loose['old']):,}",
    )
