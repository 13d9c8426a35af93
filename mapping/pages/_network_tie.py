"""A new tie between two actors that were chosen on the picture: a small form, and its undo."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

from layers import changes, tie_making, vocab
from layers.errors import LayerError
from layers.tie_making import DIRECTED, MUTUAL, Draft, There
from mapping.pages import _come_here, _network_asked, _shared

KEY: Final = "network_tie"
SAID, SWAPPED = _network_asked.TOLD, f"{KEY}_swapped"
_STRENGTHS: Final = (1, 2, 3)


def show(from_id: str, to_id: str, names: Mapping[str, str]) -> None:
    """Show what is between two actors already, and a form for one tie more.

    Parameters
    ----------
    from_id, to_id
        The two, in the order in which they were chosen.
    names
        What each actor is called, by identifier.
    """
    say = _shared.say
    with st.container(key=f"{KEY}_form", border=True):
        st.subheader(say("tie.title"), anchor=False)
        pair = (from_id, to_id)
        _said(pair)
        ends = pair[::-1] if st.session_state.get(SWAPPED) == pair else pair
        try:
            draft = tie_making.draft(_shared.atlas(), *ends)
        except LayerError as error:
            _shared.fault(_shared.explain(error), key="cg_fault_tie")
            return
        _there(draft, names)
        direction = _which_way(pair, ends, names)
        values = _fields()
        _save(draft, direction, values)
        st.text(say("tie.not_confirmed"))
        _come_here.come_here(f"{KEY}_come_{from_id}_{to_id}")


def written(one: str, other: str) -> None:
    """Say where the form was that the tie between two actors is written, with its undo.

    Parameters
    ----------
    one, other
        The two, in either order; nothing is said of another pair.
    """
    if set(st.session_state.get(SAID, ((), "", ""))[0]) != {one, other}:
        return
    with st.container(key=f"{KEY}_written", border=True):
        revision = st.session_state[SAID][2]
        _said((one, other))
        _come_here.come_here(f"{KEY}_come_{revision}")


def _said(pair: tuple[str, str]) -> None:
    """Say what was written between these two, with the button that takes it back."""
    say = _shared.say
    of, tie, revision = st.session_state.get(SAID, ((), "", ""))
    if set(of) != set(pair):
        st.session_state.pop(SAID, None)
        return
    st.text(say("tie.made" if revision else "tie.undone"))
    if not revision:
        st.session_state.pop(SAID)
        return
    left, right = st.columns(2)
    with left:
        _shared.edit_link("ties", tie, say("tie.open"))
    right.button(say("tie.undo"), key=f"{KEY}_undo", on_click=_undo, args=(pair, revision))


def _undo(pair: tuple[str, str], revision: str) -> None:
    try:
        changes.undo(_shared.atlas(), revision, who=_shared.signature())
    except LayerError as error:
        _shared.fault(_shared.explain(error), key="cg_fault_tie_undo")
        return
    st.session_state[SAID] = (pair, "", "")


def _there(draft: Draft, names: Mapping[str, str]) -> None:
    say = _shared.say
    if draft.there:
        st.text(say("tie.there", ties="; ".join(_told(one, draft, names) for one in draft.there)))
    else:
        st.text(say("tie.none"))
    for kind in draft.bans:
        what = say(f"tie_kind.{kind}") if kind else say("tie.any_kind")
        _shared.fault(say("tie.banned", kind=what), key=f"cg_fault_tie_ban_{kind}")


def _told(one: There, draft: Draft, names: Mapping[str, str]) -> str:
    say = _shared.say
    kind = say(f"tie_kind.{one.kind}")
    if one.direction == MUTUAL:
        return say("tie.both_ways", kind=kind)
    other = draft.to_id if one.from_id == draft.from_id else draft.from_id
    return say("tie.one_way", kind=kind, one=names[one.from_id], other=names[other])


def _which_way(pair: tuple[str, str], ends: tuple[str, str], names: Mapping[str, str]) -> str:
    """Ask whether it goes one way or both; the button turns it round."""
    say = _shared.say
    left, right = st.columns([3, 1], vertical_alignment="bottom")
    directions = (DIRECTED, MUTUAL)
    sentences = {
        DIRECTED: say("tie.from_to", one=names[ends[0]], other=names[ends[1]]),
        MUTUAL: say("tie_direction.mutual"),
    }
    with left:
        chosen = st.radio(
            say("field.direction"),
            directions,
            format_func=lambda one: _shared.plain(sentences[one]),
            horizontal=True,
            key=f"{KEY}_direction",
        )
    right.button(
        say("tie.swap"),
        key=f"{KEY}_swap",
        disabled=chosen == MUTUAL,
        on_click=_swap,
        args=(pair, ends == pair),
    )
    return str(chosen)


def _swap(pair: tuple[str, str], turn: bool) -> None:  # noqa: FBT001 - a callback's argument
    st.session_state[SWAPPED] = pair if turn else None


def _fields() -> dict[str, Any]:
    say = _shared.say
    one, two, three = st.columns(3, gap="medium")
    values: dict[str, Any] = {}
    with one:
        values["kind"] = _choice("kind", "tie_kind", "edit.choose")
        values["strength"] = st.selectbox(
            say("field.strength"),
            _STRENGTHS,
            index=None,
            format_func=lambda level: say(f"ours.strength_{level}"),
            placeholder=say("edit.not_known"),
            key=f"{KEY}_strength",
        )
    with two:
        values["participation"] = _choice("participation", "participation")
        values["cooperation"] = _choice("cooperation", "cooperation")
    with three:
        values["gives"] = st.text_input(say("field.gives"), key=f"{KEY}_gives") or None
        values["needs"] = st.text_input(say("field.needs"), key=f"{KEY}_needs") or None
    one, two, three = st.columns(3, gap="medium")
    for place, name in ((one, "since"), (two, "until")):
        with place:
            values[name] = st.date_input(
                say(f"field.{name}"), value=None, format="YYYY-MM-DD", key=f"{KEY}_{name}"
            )
    with three:
        values["says_who"] = _choice("says_who", "says_who")
    return values


def _choice(name: str, which: str, empty: str = "edit.not_known") -> str | None:
    say = _shared.say
    chosen = st.selectbox(
        say(f"field.{name}"),
        vocab.LISTS[which],
        index=None,
        format_func=lambda code: say(f"{which}.{code}"),
        placeholder=say(empty),
        key=f"{KEY}_{name}",
    )
    return None if chosen is None else str(chosen)


def _save(draft: Draft, direction: str, values: dict[str, Any]) -> None:
    say = _shared.say
    clash = draft.clash(values["kind"], direction) if values["kind"] else None
    if clash is not None:
        _shared.fault(say("error.tie_there"), key="cg_fault_tie_there")
        _shared.edit_link("ties", clash.id, say("tie.open"))
    left, right = st.columns(2, vertical_alignment="bottom")
    with left:
        who = _shared.who()
    ready = bool(values["kind"]) and clash is None
    if not right.button(say("tie.save"), key=f"{KEY}_save", type="primary", disabled=not ready):
        return
    try:
        made = tie_making.make(
            _shared.atlas(),
            from_id=draft.from_id,
            to_id=draft.to_id,
            direction=direction,
            who=who,
            **values,
        )
    except LayerError as error:
        _shared.fault(_shared.explain(error), key="cg_fault_tie")
        return
    st.session_state[SAID] = ((draft.from_id, draft.to_id), made.id, made.revision_id)
    st.session_state[_network_asked.WRITTEN] = (draft.from_id, draft.to_id)
    for name in ("kind", "strength", "participation", "cooperation", "gives", "needs", "since"):
        st.session_state.pop(f"{KEY}_{name}", None)
    st.rerun()
