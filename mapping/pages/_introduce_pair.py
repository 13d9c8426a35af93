"""One pair on the page Introduce: its picture, why, who could introduce them, what to do next."""

from __future__ import annotations

from typing import Final

import streamlit as st

from mapping import drawing_introduction, words
from mapping.counted import Counted
from mapping.drawing_introduction import Bar, Sign
from mapping.few import in_fives
from mapping.introductions import Suggestion
from mapping.pages import (
    _introduce_never,
    _introduce_words,
    _numbers,
    _persona,
    _shared,
    _ties_counted,
)
from mapping.pages._introduce_words import Shown

_SEEN: Final = 0.02  # of a full bar; what differs by less looks the same


def ask_first(shown: Shown, one: Suggestion) -> None:
    """Say before all else whom it could harm to be named."""
    if one.ask_first:
        _shared.fault(
            _shared.say("introduce.ask_first", names=shown.listed(one.ask_first)),
            key="cg_fault_ask_first",
        )


def passed(one: Suggestion) -> list[object]:
    """Give those who are asked first to introduce the two, and round whom the tie would lead.

    Parameters
    ----------
    one
        With introducers, the best first.
    """
    round_whom = {each.through for each in one.ways}
    return [actor for actor in one.introducers[0].actors if actor in round_whom]


def picture(shown: Shown, one: Suggestion, forms: dict[str, str]) -> None:
    """Draw the two, who could introduce them, and the people the tie would serve."""
    say = _shared.say
    first = one.introducers[0].actors if one.introducers else ()
    signs = {
        actor: Sign(name=shown.names.get(actor, actor), form=forms.get(actor, "unknown"))
        for actor in (one.a, one.b, *first)
    }
    bars, most = _bars(shown, one)
    svg = drawing_introduction.pair(
        (signs[one.a], signs[one.b]),
        [signs[actor] for actor in first],
        bars,
        words={"new": say("introduce.picture_new"), "you": say("introduce.picture_you")},
        tokens=_shared.tokens(),
        of=most,
        rtl=words.direction(_shared.lang()) == "rtl",
    )
    st.image(
        svg,
        alt=say(
            "introduce.picture_said",
            a=shown.name(one.a),
            b=shown.name(one.b),
            who=_introduce_words.who(shown, one),
        ),
    )
    if bars:
        group = _persona.group_name(one.served[0].persona.group)
        st.text(say("introduce.picture_people", group=group))


def _bars(shown: Shown, one: Suggestion) -> tuple[list[Bar], float]:
    """Give who is served now and with the tie, of the kind of people it serves most."""
    if not one.served or shown.presenting:
        return [], 0.0
    most, found = one.served[0], []
    farthest = max(
        abs(after - before) for before, after in zip(most.before, most.after, strict=True)
    )
    if farthest < most.of[1] * _SEEN:
        return [], 0.0
    for name, ends in (("now", most.before), ("then", most.after)):
        low, high = in_fives(*ends, most.of).values()
        said = _numbers.between(low, high)
        called = _shared.say(f"introduce.picture_{name}")
        found.append(Bar(name=called, low=low, high=high, said=said))
    return found, most.of[1]


def about(shown: Shown, one: Suggestion, counted: Counted) -> None:
    """Say why, who could introduce them, and what stands in the way; then what to do next."""
    say = _shared.say
    st.subheader(say("introduce.why"), anchor=False)
    for sentence in _introduce_words.listed(shown, one):
        st.text(sentence)
    for sentence in (_introduce_words.judged(shown, one), _instead(shown, one)):
        if sentence:
            st.text(sentence)
    st.subheader(say("introduce.who"), anchor=False)
    st.text(_introduce_words.who(shown, one))
    also = [each.actors[0] for each in one.introducers[1:4] if len(each.actors) == 1]
    if also:
        st.text(say("introduce.who_also", names=shown.listed(also)))
    if not shown.presenting:
        if one.introducers and passed(one):
            st.text(say("introduce.tact", names=shown.listed(passed(one))))
        st.text(_limit(shown, one))
        _next(shown, one, counted)


def _instead(shown: Shown, one: Suggestion) -> str:
    if not one.instead or shown.presenting:
        return ""
    return _shared.say("introduce.instead", names=shown.listed(one.instead))


def _limit(shown: Shown, one: Suggestion) -> str:
    """Say what the tie makes of the busiest actor: by steps, and by direction where it rises."""
    lines = [
        _shared.say(
            "introduce.joins" if one.joins else "introduce.keeps",
            before=share(shown.found.most_now),
            after=share(one.most),
        ),
        _shared.say("introduce.by_steps"),
    ]
    if one.opened is not None:
        before, after = map(share, one.opened)
        lines.append(_shared.say("introduce.opens", before=before, after=after))
    return " ".join(lines)


def share(value: float) -> str:
    """Write a share of shortest ways."""
    return f"{value:.1%}"


def _next(shown: Shown, one: Suggestion, counted: Counted) -> None:
    """Look at it under What if, note that they met, or never propose it again."""
    say = _shared.say
    with st.container(horizontal=True, vertical_alignment="center"):
        _shared.link(
            "whatif",
            say("introduce.whatif"),
            add_tie=f"{one.a},{one.b},{one.kind}",
            **_ties_counted.query(counted),
        )
        _introduce_never.show(shown, one.a, one.b)
    _introduce_never.note_tie(shown, one.a, one.b)
