"""The page Data: what is in the atlas, how files come in and out, and what was done to it."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from mapping.pages import _adding, _atlases, _history, _imports, _shared, _taking

DO = "data_do"
ACTS = ("bring", "take", "done", "other")


def page() -> None:
    """Take files in, give the atlas out, show what was done, open another atlas."""
    say = _shared.say
    names = ("services", "organizations", "ties", "areas", "population")
    counts = {name: _shared.atlas().count(name) for name in names}
    _shared.head(title=say("data.title"), answer=_answer(counts), note=_newest())
    act = st.segmented_control(
        say("data.do"),
        ACTS,
        default=ACTS[0],
        required=True,
        format_func=lambda one: say(f"data.do_{one}"),
        key=DO,
        bind="query-params",
        label_visibility="collapsed",
    )
    if act == "take":
        _taking.take()
    elif act == "done":
        _imports.show()
        _history.show()
    elif act == "other":
        _atlases.open_another()
        _atlases.begin()
    else:
        _adding.add()
    _shared.how(*(say(f"data.how_{one}") for one in ("remember", "undo", "withheld", "private")))


def _answer(counts: dict[str, int]) -> str:
    city = _shared.meta()["name"]
    if not any(counts.values()):
        return _shared.say("data.answer_empty", city=city)
    return _shared.say(
        "data.answer_whole",
        city=city,
        services=f"{counts['services']:,}",
        actors=f"{counts['organizations']:,}",
        ties=f"{counts['ties']:,}",
        areas=f"{counts['areas']:,}",
        people=f"{counts['population']:,}",
    )


def _newest() -> str:
    """Say when a fact about a service or an actor was last confirmed."""
    days = pd.concat([_shared.read(name)["date_checked"] for name in ("services", "organizations")])
    known = days.dropna()
    if known.empty:
        return _shared.say("data.never_checked")
    return _shared.say("data.last_checked", day=known.max().strftime("%Y-%m-%d"))
