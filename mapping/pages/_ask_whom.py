"""Asking: who was asked, how old what we know is; a sheet, a private page, what comes back."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import pandas as pd
import streamlit as st

from layers import inviting
from layers.errors import LayerError
from layers.importing.watch import Watch
from mapping import asked, hall, proposed, style, words
from mapping.pages import _ask_rating, _job, _shared

TABLE, WHICH, LANGUAGE, DAYS, FILES, ORIGIN = (
    f"ask_{one}" for one in ("table", "which", "language", "days", "files", "origin")
)
LINK, SHEETS, SAID = "ask_link", "ask_sheets", "ask_said"
QR_WIDTH = 240
AGAIN = ("open", "accepted", "refused", "superseded")  # of answers that were taken before
LEFT_TO_RIGHT, ENDED = "\u2066", "\u2069"  # an address keeps its order in Arabic


def show(states: pd.DataFrame, named: str | None) -> None:
    """List the organizations, and ask the chosen ones.

    Parameters
    ----------
    states
        As :func:`layers.inviting.states` gives it.
    named
        The organization that the address names, chosen at first.
    """
    _what_was_done()
    if states.empty:
        _shared.missing(_shared.say("ask.nothing_yet"))
        return
    left, right = st.columns([3, 2], gap="large")
    with left:
        chosen = _organizations(states, named)
    with right:
        _ask(states, chosen)
        _take_back()


def _organizations(states: pd.DataFrame, named: str | None) -> list[str]:
    """List them all, and choose by name; none chosen means none."""
    say = _shared.say
    ids = states["organization_id"].tolist()
    names = proposed.told_apart(dict(zip(ids, states["name"], strict=True)))
    if WHICH not in st.session_state:
        st.session_state[WHICH] = [named] if named in names else []
    st.session_state[WHICH] = [one for one in st.session_state[WHICH] if one in names]
    chosen: list[str] = st.multiselect(
        say("ask.which"),
        ids,
        format_func=names.__getitem__,
        placeholder=say("ask.which_hint"),
        key=WHICH,
    )
    shown = states[states["organization_id"].isin(chosen)] if chosen else states
    table = pd.DataFrame(
        {
            say("ask.column_name"): shown["name"],
            say("ask.column_state"): [say(f"ask.state_{one}") for one in shown["state"]],
            say("ask.column_asked"): shown["asked_on"].map(_day),
            say("ask.column_answered"): shown["answered_on"].map(_day),
            say("ask.column_waiting"): shown["waiting"],
            say("ask.column_checked"): shown["checked"].map(_day),
        }
    )
    columns = list(table.columns)
    rtl = words.direction(_shared.lang()) == "rtl"
    st.dataframe(
        table,
        column_order=columns[::-1] if rtl else columns,
        hide_index=True,
        height="content" if len(table) <= 14 else 526,
        key=TABLE,
    )
    return chosen


def _ask(states: pd.DataFrame, chosen: list[str]) -> None:
    say, lang = _shared.say, _shared.lang()
    st.subheader(say("ask.asking"), anchor=False)
    language, days = st.columns(2)
    with language:
        tag = st.selectbox(
            say("ask.language"),
            words.languages(),
            index=words.languages().index(lang),
            format_func=lambda one: words.say("language.name", one),
            key=LANGUAGE,
        )
    with days:
        length = int(
            st.number_input(say("ask.days"), 1, 365, inviting.DAYS, key=DAYS, help=say("ask.ends"))
        )
    with st.container(horizontal=True):
        st.button(
            say("ask.make_sheet") if len(chosen) == 1 else say("ask.make_sheets"),
            key="ask_make_sheet",
            disabled=not chosen,
            on_click=_make_sheets,
            args=(chosen, tag, length),
        )
        st.button(
            say("ask.make_all"),
            key="ask_make_all",
            on_click=_make_sheets,
            args=(states["organization_id"].tolist(), tag, length),
        )
        st.button(
            say("ask.make_link"),
            key="ask_make_link",
            type="primary",
            disabled=len(chosen) != 1 or not asked.is_served(_shared.atlas()),
            on_click=_make_link,
            args=(chosen, length),
        )
    if not chosen:
        st.text(say("ask.choose_first"))
    if not asked.is_served(_shared.atlas()):
        st.text(say("ask.not_served", file=asked.served_atlas().name))
    _made_sheets()
    _made_link(states, chosen)
    _open_links(states, chosen)


def _make_sheets(chosen: list[str], lang: str, days: int) -> None:
    """Begin a new making; the number tells it from the one before."""
    number = st.session_state.get(SHEETS, ((), "", 0, 0))[3] + 1
    st.session_state[SHEETS] = (tuple(chosen), lang, days, number)


def _made_sheets() -> None:
    """Make what was asked for, and offer it; it stays until something else is made."""
    wished = st.session_state.get(SHEETS)
    if wished is None:
        return
    chosen, lang, days, _ = wished
    atlas = _shared.atlas()

    rate = _ask_rating.runs()

    def work(watch: Watch) -> bytes:
        if len(chosen) == 1:
            return asked.sheet(atlas, chosen[0], lang=lang, days=days, rate=rate)
        return asked.sheets(atlas, chosen, lang=lang, days=days, watch=watch, rate=rate)

    done = _job.run("ask_sheets", (str(atlas.path), wished), work)
    if done is None:
        return
    if done.error is not None:
        _shared.fault(_shared.explain(done.error), key="cg_fault_sheets")
        return
    name = asked.file_name(chosen[0]) if len(chosen) == 1 else "ask.zip"
    st.download_button(
        _shared.say("ask.download"),
        data=done.result,
        file_name=name,
        mime="application/zip" if name.endswith(".zip") else asked.SHEET_TYPE,
        on_click="ignore",
        type="primary",
        key="ask_download",
    )


def _make_link(chosen: list[str], days: int) -> None:
    try:
        invitation, secret = inviting.invite(_shared.atlas(), chosen[0], days=days)
    except LayerError as error:
        st.session_state[SAID] = (False, [_shared.explain(error)])
        return
    st.session_state[LINK] = (invitation.organization_id, secret, invitation.ends_on)


def _made_link(states: pd.DataFrame, chosen: list[str]) -> None:
    """Show a new link once: with the next choice it is gone, and only its hash is kept."""
    say = _shared.say
    made = st.session_state.get(LINK)
    if made is None:
        return
    organization, secret, ends_on = made
    if chosen != [organization]:
        del st.session_state[LINK]
        return
    names = dict(zip(states["organization_id"], states["name"], strict=True))
    with st.container(key="ask_new_link", border=True):
        st.text(say("ask.link_of", name=names[organization], day=ends_on))
        origins = hall.origins()
        origin = origins[0]
        if len(origins) > 1:
            origin = st.selectbox(say("room.network"), origins, key=ORIGIN)
        address = asked.address(origin, secret)
        st.code(address, language=None, wrap_lines=True)
        # dark on light in both settings: not every phone reads a code that is light on dark
        ink, paper = style.colour("ink"), style.colour("raised")
        st.image(hall.qr_svg(address, dark=ink, light=paper), width=QR_WIDTH)
        st.text(say("ask.link_once"))
        if not hall.is_open():
            st.text(say("ask.loopback"))


def _open_links(states: pd.DataFrame, chosen: list[str]) -> None:
    """Let the links of the chosen organizations be closed."""
    say = _shared.say
    for one in states[states["organization_id"].isin(chosen)].to_dict("records"):
        if one["link"] is None or pd.isna(one["link"]):
            continue
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(say("ask.link_open", name=one["name"], day=_day(one["ends_on"])))
            st.button(
                say("ask.close"),
                key=f"ask_close_{one['link']}",
                on_click=_close,
                args=(str(one["link"]),),
            )


def _close(invitation: str) -> None:
    inviting.close(_shared.atlas(), invitation)
    st.session_state.pop(LINK, None)
    st.session_state[SAID] = (True, [_shared.say("ask.closed")])


def _take_back() -> None:
    say = _shared.say
    st.subheader(say("ask.returned"), anchor=False)
    number = st.session_state.get("ask_files_taken", 0)
    given = st.file_uploader(
        say("ask.returned_file"),
        type=["xlsx"],
        accept_multiple_files=True,
        key=f"{FILES}_{number}",
        help=say("ask.returned_help"),
    )
    st.button(
        say("ask.take", count=len(given)),
        key="ask_take",
        disabled=not given,
        on_click=_take,
        args=(f"{FILES}_{number}",),
    )


def _take(key: str) -> None:
    """Read the sheets, and say of each what came of it."""
    say, atlas = _shared.say, _shared.atlas()
    names = dict(zip(*(_shared.read("organizations")[one] for one in ("id", "name")), strict=True))
    lines, good = [], True
    for file in st.session_state.get(key) or []:
        name = PurePath(file.name).name or "file"
        try:
            returned, new = asked.take_sheet(atlas, file.getvalue())
        except LayerError as error:
            good = False
            lines.append(say("ask.file_refused", file=name, why=_shared.explain(error)))
            continue
        whose = names.get(returned.organization_id, "")
        lines.append(say("ask.file_taken", file=name, name=whose, count=new))
        lines += [
            say(f"ask.file_again_{state}", count=f"{returned.again[state]:,}")
            for state in AGAIN
            if state in returned.again
        ]
        lines += [_shared.explain(one) for one in returned.problems]
        lines += _ask_rating.take(returned)
    st.session_state["ask_files_taken"] = st.session_state.get("ask_files_taken", 0) + 1
    st.session_state[SAID] = (good, lines)


def _what_was_done() -> None:
    """Say once what became of the last button, as plain text: it names files."""
    good, lines = st.session_state.pop(SAID, (True, []))
    if not lines:
        return
    if good:
        with st.container(key="ask_done", border=True):
            for line in lines:
                st.text(line)
    else:
        _shared.fault("\n".join(lines), key="cg_fault_ask")


def _day(day: Any) -> str:  # noqa: ANN401 - a day, or pandas' word for none
    return "" if pd.isna(day) else f"{day:%Y-%m-%d}"
