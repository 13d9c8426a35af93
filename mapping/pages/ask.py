"""The page Ask: asking the organizations, and deciding on what they and others propose."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from layers import confirming, inviting, proposing
from mapping import proposed
from mapping.pages import _ask_decide, _ask_rating, _ask_whom, _shared

PART, ORGANIZATION = "ask_part", "organization"
PARTS = ("decide", "whom", "rating")
MOST_DISPUTED = 30


def page() -> None:
    """Show who was asked and what waits; then one of the two parts."""
    say = _shared.say
    asked = _shared.once("ask states", "", lambda: inviting.states(_shared.atlas()))
    waiting = _shared.once("ask waiting", "", _waiting)
    _shared.head(title=say("ask.title"), answer=_answer(asked, waiting), note=_note(waiting))
    if asked.empty and waiting.empty:
        _shared.missing(say("ask.nothing_yet"))
        return
    # a link that names an organization leads to asking it
    named = st.query_params.get(ORGANIZATION)
    first = PARTS[1] if named or waiting.empty else PARTS[0]
    part = st.segmented_control(
        say("ask.part"),
        PARTS,
        default=first,
        required=True,
        format_func=lambda one: say(f"ask.part_{one}"),
        key=PART,
        label_visibility="collapsed",
    )
    if part == "decide":
        _ask_decide.show(waiting)
        _disputed()
    elif part == "rating":
        _ask_rating.show()
    else:
        _ask_whom.show(asked, named)
    _shared.how(
        *(say(f"ask.how_{one}") for one in ("secret", "nothing", "both", "protect", "undo", "osm"))
    )


def _disputed() -> None:
    """List the ties that one of the two denies: they stay until somebody decides."""
    say, read = _shared.say, _shared.read
    rows = confirming.disputed(read("ties"), read("statements"), read("organizations"))
    if rows.empty:
        return
    with st.expander(say("ask.disputed", count=len(rows)), key="ask_disputed"):
        for at, one in enumerate(rows.head(MOST_DISPUTED).to_dict("records")):
            with st.container(key=f"ask_disputed_{at}"):
                st.text(
                    say(
                        "ask.disputed_one",
                        one=one["from_name"],
                        other=one["to_name"],
                        kind=say(f"tie_kind.{one['kind']}"),
                        denied=one["denied_by"],
                        day="" if pd.isna(one["day"]) else f"{one['day']:%Y-%m-%d}",
                        confirmed=0 if pd.isna(one["confirmed_by"]) else one["confirmed_by"],
                    )
                )
                _shared.edit_link("ties", str(one["tie"]), say("ask.look_at"))


def _waiting() -> pd.DataFrame:
    tables = {name: _shared.read(name) for name in ("services", "service_at_location", "schedules")}
    return proposed.described(proposing.waiting(_shared.atlas()), tables)


def _answer(asked: pd.DataFrame, waiting: pd.DataFrame) -> str:
    say = _shared.say
    theirs = waiting["source"].eq("organization")
    parts = [
        say(
            "ask.answer",
            count=f"{len(asked):,}",
            asked=f"{int(asked['state'].ne('not_asked').sum()):,}",
            answered=f"{int(asked['state'].eq('answered').sum()):,}",
            waiting=f"{int(theirs.sum()):,}",
        )
    ]
    if others := int((~theirs).sum()):
        parts.append(say("ask.answer_osm", waiting=f"{others:,}"))
    return " ".join(parts)


def _note(waiting: pd.DataFrame) -> str:
    urgent = int(waiting["urgent"].sum())
    return _shared.say("ask.urgent", count=urgent) if urgent else ""
