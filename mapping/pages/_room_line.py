"""What the hall's network lets through: a picture to scan with one phone, and what it reported."""

from __future__ import annotations

import streamlit as st

from mapping import hall, line_checks, style
from mapping.pages import _room_steps, _shared

FRESH_S = 2.0
QR_WIDTH = 220
SLOW_MS = 1_000
_CURES = ("post", "large", "socket", "store")


def check(origin: str) -> None:
    """Ask for one phone, and say in words what to do about what it could not.

    Parameters
    ----------
    origin
        Address of this machine that phones use.
    """
    say = _shared.say
    scan, found = st.columns([2, 3], gap="large")
    with scan:
        st.text(say("room.line_about"))
        address = f"{origin}/phone/check"
        made = hall.qr_svg(address, dark=style.colour("ink"), light=style.colour("raised"))
        st.image(made, width=QR_WIDTH, alt=say("room.qr_alt"))
        st.text(f"\u2066{address.removeprefix('http://')}\u2069")
    with found:
        _found()
        with st.container(key="room_line_cures"):
            st.text(say("room.line_not_open"))
            for number in range(1, 6):
                st.text(say(f"room.line_cure.{number}"))


@st.fragment(run_every=FRESH_S)
def _found() -> None:
    say = _shared.say
    results = line_checks.results()
    if not results:
        st.text(say("room.line_none"))
        return
    newest = results[0]
    st.text(
        say("room.line_said", minutes=newest.minutes_ago, address=f"\u2066{newest.origin}\u2069")
    )
    failed = [name for name in _CURES if newest.got_through.get(name) is False]
    untried = [name for name in _CURES if newest.got_through.get(name) is None]
    for name in failed:
        st.text(say(f"room.line_failed.{name}"))
    if untried:
        st.text(say("room.line_untried"))
    if not failed and not untried:
        st.text(say("room.line_fine"))
    if newest.late_ms is not None and newest.late_ms > SLOW_MS:
        st.text(say("room.line_slow", seconds=f"{newest.late_ms / 1000:.1f}"))
    if not newest.secure:
        st.text(say("room.line_plain"))
    if newest.voices:
        names = ", ".join(_room_steps.language_name(tag) for tag in newest.voices)
        st.text(say("room.line_voices", names=names))
    else:
        st.text(say("room.line_no_voice"))
