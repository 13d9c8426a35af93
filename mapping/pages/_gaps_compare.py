"""Before and now: an answer that is kept, beside what the question or the data have become."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
import streamlit as st

from mapping.changed import Changed, changed, told
from mapping.pages import _gaps_answer, _numbers, _shared
from mapping.pages._gaps_answer import Said

KEPT: Final = "gaps_kept"
_MADE: Final = "gaps_kept_made"


def button(said: Said) -> None:
    """Offer to keep this answer, or to stop comparing."""
    say = _shared.say
    if KEPT in st.session_state:
        st.button(say("gaps.forget"), key="gaps_forget", on_click=_forget)
    else:
        st.button(
            say("gaps.keep"),
            key="gaps_keep",
            help=say("gaps.keep_help"),
            on_click=_keep,
            args=(said,),
        )


def _keep(said: Said) -> None:
    # all that a comparison needs is computed while the tables are what they are
    told(changed(said.answer, said.answer))
    st.session_state[KEPT] = said


def _forget() -> None:
    for key in (KEPT, _MADE):
        st.session_state.pop(key, None)


def change(said: Said) -> tuple[Changed, dict[str, Any]] | None:
    """Compare with the answer that is kept; None where none is, or nothing else is asked."""
    kept: Said | None = st.session_state.get(KEPT)
    if kept is None or kept.answer is said.answer:
        return None
    made = st.session_state.get(_MADE)
    if made is None or made[0] is not kept or made[1] is not said:
        both = changed(kept.answer, said.answer)
        made = st.session_state[_MADE] = (kept, said, (both, told(both)))
    found: tuple[Changed, dict[str, Any]] = made[2]
    return found


def sentence(found: tuple[Changed, dict[str, Any]] | None) -> None:
    """Say what has changed, below the answer."""
    say = _shared.say
    kept: Said | None = st.session_state.get(KEPT)
    if kept is None:
        return
    with st.container(key="gaps_compare", border=True):
        city = kept.report["city"]
        before = f"{_gaps_answer.title(kept.answer.need)} ({_numbers.apart(city)})"
        if found is None:
            st.text(say("gaps.compare_same"))
            return
        row = found[1]
        values = {
            name: _numbers.between(**row[key])
            for name, key in (
                ("before", "before"),
                ("after", "after"),
                ("newly", "newly_reached"),
                ("lost", "newly_lost"),
            )
            if row[key] is not None
        }
        st.text(say("gaps.compare_answer" if "newly" in values else "gaps.compare_other", **values))
        st.text(say("gaps.compared_with", question=before))
        if "newly" in values:
            st.text(say("gaps.compare_about"))
            if not found[0].by_area:
                st.text(say("gaps.compare_papers"))


def in_words(rows: list[dict[str, Any]], names: dict[str, str]) -> pd.DataFrame:
    """Write the change of areas or districts as columns of words."""
    say = _shared.say
    return pd.DataFrame(
        {
            say("gaps.district"): [names.get(row["area_id"], row["area_id"]) for row in rows],
            say("gaps.people"): [_numbers.between(**row["people"]) for row in rows],
            say("gaps.before"): [_numbers.between(**row["before"]) for row in rows],
            say("gaps.now"): [_numbers.between(**row["after"]) for row in rows],
            say("gaps.difference"): [_difference(row["difference"]) for row in rows],
            say("gaps.newly"): [_numbers.between(**row["newly_reached"]) for row in rows],
            say("gaps.lost"): [_numbers.between(**row["newly_lost"]) for row in rows],
        }
    )


def _difference(found: dict[str, int]) -> str:
    say, low, high = _shared.say, found["low"], found["high"]
    if low == high == 0:
        return say("gaps.no_difference")
    if high <= 0:
        return say("gaps.less", count=_numbers.between(-high, -low))
    if low >= 0:
        return say("gaps.more", count=_numbers.between(low, high))
    return say("gaps.less_to_more", less=_numbers.number(-low), more=_numbers.number(high))
