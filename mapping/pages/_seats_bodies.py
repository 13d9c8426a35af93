"""Bodies with their seats: who sits for which sector, and which sector has none."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from layers import vocab
from mapping import drawing_seats
from mapping.pages import _seats_offer, _seats_save, _shared
from mapping.seats import Body


def show(bodies: tuple[Body, ...], names: Mapping[str, str], *, presenting: bool) -> None:
    """Draw every body as a row of seats, those of sectors without one first."""
    say = _shared.say
    st.subheader(say("seats.bodies"), anchor=False)
    if not bodies:
        _shared.missing(say("seats.answer_no_body"))
        return
    _seats_save.told("bodies")
    for body in bodies:
        with st.container(border=True, key=f"seats_body_{body.id}"):
            st.text(_line(body))
            _row(body)
            _beside(body)
            if presenting:
                continue
            for sector in body.without:
                _seats_offer.show(body, sector, names)
            _seats_offer.used(body, names)
            _all(body, names)
            _list(body)
            _shared.edit_link("bodies", body.id, say("seats.edit_body"))


def _line(body: Body) -> str:
    say = _shared.say
    kind = say(f"body_kind.{body.kind}")
    if not body.listed:
        return say("seats.body_line_none", name=body.name, kind=kind)
    seated = sum(one.required and one.is_seated for one in body.sectors)
    line = say("seats.body_line", name=body.name, kind=kind, seated=seated, listed=len(body.listed))
    return f"{line} {say('seats.body_usual')}" if body.is_usual else line


def _row(body: Body) -> None:
    """Draw the seats of the sectors on the list, or of all where there is no list."""
    say = _shared.say
    drawn = [one for one in body.sectors if one.required or not body.listed]
    with st.container(horizontal=True, gap="small", key=f"seats_row_{body.id}"):
        for one in drawn:
            sector, state = say(f"sector.{one.sector}"), say(f"seats.state_{one.state}")
            with st.container(width=120, gap=None, key=f"seats_one_{body.id}_{one.sector}"):
                st.image(
                    drawing_seats.seat(one.state, _shared.tokens()),
                    alt=say("seats.seat_said", sector=sector, state=state),
                )
                st.text(f"{sector}\n{state}")


def _beside(body: Body) -> None:
    say = _shared.say
    others = [one.sector for one in body.sectors if not one.required and one.is_seated]
    if others and body.listed:
        st.text(say("seats.not_listed", sectors=", ".join(say(f"sector.{one}") for one in others)))
    if body.loose:
        st.text(say("seats.loose", count=body.loose))


def _all(body: Body, names: Mapping[str, str]) -> None:
    """List every seat with who holds it: what the picture cannot say."""
    say = _shared.say
    rows = [
        {
            say("seats.col_sector"): say(f"sector.{sector.sector}"),
            say("seats.col_state"): say(f"seat_state.{seat.state}"),
            say("seats.col_who"): _holder(seat.organization, names),
            say("seats.col_counts"): say("seats.yes" if seat.counts else "seats.not_themselves"),
        }
        for sector in body.sectors
        for seat in sector.seats
    ]
    if rows:
        with st.expander(_shared.plain(say("seats.seats_table", name=body.name))):
            st.dataframe(pd.DataFrame(rows), hide_index=True, key=f"seats_table_{body.id}")


def _holder(organization: str | None, names: Mapping[str, str]) -> str:
    if organization is None:
        return _shared.say("seats.nobody_named")
    return names.get(organization, _shared.say("seats.not_shown"))


def _list(body: Body) -> None:
    """Let the list of sectors be changed: saved in the atlas, and taken back by the history."""
    say = _shared.say
    key = f"seats_list_{body.id}_{'_'.join(body.listed)}"
    with st.expander(say("seats.list"), key=f"seats_fold_{body.id}"):
        st.text(say("seats.list_about"))
        st.multiselect(
            say("seats.list"),
            vocab.SECTOR,
            default=list(body.listed),
            format_func=lambda one: say(f"sector.{one}"),
            key=key,
            label_visibility="collapsed",
        )
        _shared.who()
        with st.container(horizontal=True):
            st.button(
                say("seats.list_save"),
                key=f"seats_save_{body.id}",
                on_click=_keep,
                args=(body.id, key),
            )
            if not body.is_usual:
                st.button(
                    say("seats.list_usual"),
                    key=f"seats_usual_{body.id}",
                    on_click=_seats_save.keep,
                    args=("bodies", body.id, {"sectors": None}),
                )


def _keep(body: str, key: str) -> None:
    chosen = [one for one in vocab.SECTOR if one in st.session_state[key]]
    _seats_save.keep("bodies", body, {"sectors": chosen or None})


def missing(bodies: tuple[Body, ...]) -> str:
    """Say in one sentence who has no seat."""
    say = _shared.say
    if not bodies:
        return say("seats.answer_no_body")
    listed = [one for one in bodies if one.listed]
    for key, named in (("without", "answer_sector"), ("waiting", "answer_waiting")):
        for body in listed:
            if several := getattr(body, key):
                sectors = ", ".join(say(f"sector.{one}") for one in several)
                return say(f"seats.{named}", body=body.name, sector=sectors)
    return say("seats.answer_seated", count=len(listed)) if listed else say("seats.answer_no_list")
