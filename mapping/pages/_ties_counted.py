"""Which ties the pages about the network count: four controls, and the sentence that names them."""

from __future__ import annotations

from typing import Final

import pandas as pd
import streamlit as st

from layers import clock, consent, vocab
from mapping.counted import CONFIRMED, WEAKEST, Counted
from mapping.pages import _shared

# The same names on every page of the network: a link carries them from one to another.
KINDS, ON, STRENGTH, CONFIRMED_BY = (
    f"network_{one}" for one in ("kinds", "on", "strength_from", "confirmed")
)
STRENGTHS: Final = (WEAKEST, 2, 3)
PRESENTING: Final = "network_presenting"


def controls(*, with_switch: bool = True) -> Counted:
    """Ask which ties count, in the order a person thinks: of what kind, when, how strong.

    Parameters
    ----------
    with_switch
        Show the switch of :func:`presenting` below; a page that says no shows it elsewhere.
    """
    say = _shared.say
    kinds = st.multiselect(
        say("network.kinds"),
        vocab.TIE_KIND,
        format_func=lambda one: say(f"tie_kind.{one}"),
        placeholder=say("network.kinds_all"),
        key=KINDS,
        bind="query-params",
    )
    on = st.date_input(
        say("network.on"),
        value=clock.today(),
        format="YYYY-MM-DD",
        key=ON,
        bind="query-params",
    )
    strength = st.selectbox(
        say("network.strength_from"),
        STRENGTHS,
        format_func=lambda one: say(f"network.strength_from_{one}"),
        key=STRENGTH,
        bind="query-params",
    )
    confirmed = st.selectbox(
        say("network.confirmed"),
        CONFIRMED,
        format_func=lambda one: say(f"network.confirmed_{one}"),
        key=CONFIRMED_BY,
        bind="query-params",
    )
    if with_switch:
        switch()
    return Counted(on=on, kinds=tuple(kinds), least_strength=strength, confirmed=confirmed)


def switch() -> None:
    """Show the switch of :func:`presenting`; :func:`controls` does so by itself."""
    st.toggle(
        _shared.say("network.presenting"),
        key=PRESENTING,
        help=_shared.say("network.presenting_help"),
        bind="query-params",
        persist_state="session",
    )


def presenting() -> bool:
    """Tell whether the organizations look on, at a projector.

    Then a page shows the whole, sectors and groups, and nothing that makes one organization look
    weak: no cut points, go-betweens, rankings, ratings or measures of single ones. May be asked
    before :func:`controls` is called.
    """
    if PRESENTING in st.session_state:
        return bool(st.session_state[PRESENTING])
    return st.query_params.get(PRESENTING) == "true"


def seen(everyone: pd.DataFrame) -> pd.DataFrame:
    """Keep the actors that a page may name: at a projector none that it could harm.

    Parameters
    ----------
    everyone
        Table ``organizations``.
    """
    kept = consent.named_outside if presenting() else consent.shown_actors
    return kept(everyone)


def unseen(everyone: pd.DataFrame) -> list[str]:
    """Say that some are left out because others look on; nothing where nobody is."""
    if len(seen(everyone)) == len(consent.shown_actors(everyone)):
        return []
    return [_shared.say("network.presenting_kept")]


def said(counted: Counted) -> str:
    """Say which ties the numbers of a page count."""
    say = _shared.say
    kinds = ", ".join(say(f"tie_kind.{one}") for one in counted.kinds)
    parts = [say("network.counted_kinds", kinds=kinds) if kinds else say("network.counted_all")]
    if counted.on is not None:
        parts.append(say("network.counted_on", date=counted.on.isoformat()))
    if counted.least_strength > WEAKEST:
        parts.append(say(f"network.counted_strength_{counted.least_strength}"))
    if counted.confirmed:
        parts.append(say(f"network.counted_confirmed_{counted.confirmed}"))
    return say("network.counted", parts="; ".join(parts))


def query(counted: Counted) -> dict[str, str]:
    """Give what a link to another page of the network carries, so that the same ties count."""
    carried = {ON: counted.on.isoformat()} if counted.on is not None else {}
    if counted.kinds:
        carried[KINDS] = ",".join(counted.kinds)
    if counted.least_strength > WEAKEST:
        carried[STRENGTH] = str(counted.least_strength)
    if counted.confirmed:
        carried[CONFIRMED_BY] = str(counted.confirmed)
    if presenting():
        carried[PRESENTING] = "true"
    return carried
