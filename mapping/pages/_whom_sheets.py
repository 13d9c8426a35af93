"""Call sheets from the page Who to ask: to print, and as workbooks to fill during the call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from layers import clock, inviting
from layers.errors import LayerError
from layers.importing.watch import Watch
from mapping import asked, call_sheets
from mapping.call_sheets import Sheet
from mapping.first_calls import Call
from mapping.offers import primary
from mapping.pages import _job, _shared, _whom_list
from mapping.pages._whom_words import (
    Shown,
    call_name,
    callable_by_us,
    contact,
    last_asked,
    service,
)
from mapping.unknown_facts import Question

CONTACTS, MADE, NOTED = (f"whom_{one}" for one in ("contacts", "made", "noted"))


def show(found: Shown) -> None:
    """Offer the sheets of the first calls, and note that they were asked."""
    say = _shared.say
    calls = [one for one in _whom_list.useful(found) if callable_by_us(found, one)]
    calls = calls[: _whom_list.SHOWN]
    if not calls:
        return
    st.subheader(say("whom.sheets"), anchor=False)
    st.text(say("whom.sheets_about"))
    labels = {one.key: call_name(found, one) for one in calls}
    chosen = st.multiselect(
        say("whom.which"),
        list(labels),
        format_func=labels.__getitem__,
        placeholder=say("whom.print_all", count=len(calls)),
        key="whom_which",
    )
    mine = [one for one in calls if not chosen or one.key in chosen]
    private = st.checkbox(
        say("whom.with_contacts"), key=CONTACTS, help=say("whom.with_contacts_help")
    )
    known = [one for one in mine if one.organization_id]
    with st.container(horizontal=True):
        st.download_button(
            say("whom.print_one") if len(mine) == 1 else say("whom.print_all", count=len(mine)),
            partial(_printed, page_of(found, mine, private=private)),
            file_name=f"calls-{clock.today():%Y-%m-%d}.html",
            mime="text/html",
            on_click="ignore",
            type="primary",
            key="whom_print",
        )
        st.button(
            say("whom.make_one") if len(known) == 1 else say("whom.make_all", count=len(known)),
            key="whom_make",
            disabled=not known,
            on_click=_make,
            args=({one.organization_id: _questions(one) for one in known},),
        )
        st.button(
            say("whom.note_asked"),
            key="whom_note",
            disabled=not known,
            on_click=_note,
            args=([one.organization_id for one in known],),
        )
    _made()
    noted = st.session_state.pop(NOTED, 0)
    if noted:
        st.text(say("whom.noted", count=noted))


def _questions(call: Call) -> tuple[Question, ...]:
    return tuple(one.question for one in call.asked)


def page_of(found: Shown, calls: Sequence[Call], *, private: bool) -> Callable[[], str]:
    """Put together the sheets of some calls to print; private contacts only where that is chosen.

    The page is written when somebody takes it, outside of her session: what it says, and in which
    language, is here before.
    """
    sheets = []
    for call in calls:
        known = [contact(found, call, private=True), contact(found, call, private=False)]
        shown = known if private else known[1:]
        about: dict[str, list[Question]] = {}
        for question in _questions(call):
            about.setdefault(service(found, question), []).append(question)
        sheets.append(
            Sheet(
                name=call_name(found, call),
                contacts=tuple(filter(None, shown)),
                contact_left_out=bool(known[0]) and not private,
                last_asked=last_asked(found, call),
                about=tuple((name, tuple(several)) for name, several in about.items()),
            )
        )
    tongues = dict.fromkeys(primary(tag) for one in found.plan.personas for tag, _ in one.knows())
    city = _shared.meta()["name"]
    lang = _shared.lang()
    return partial(call_sheets.page, sheets, city=city, lang=lang, tongues=list(tongues))


def _printed(page: Callable[[], str]) -> bytes:
    return page().encode()


def _make(calls: dict[str, tuple[Question, ...]]) -> None:
    """Begin a new making; the number tells it from the one before."""
    number = st.session_state.get(MADE, ({}, "", 0))[2] + 1
    st.session_state[MADE] = (calls, _shared.lang(), number)


def _made() -> None:
    """Make the workbooks that were asked for, and offer them until others are made."""
    wished = st.session_state.get(MADE)
    if wished is None:
        return
    calls, lang, number = wished
    atlas = _shared.atlas()
    only = {key: partial(call_sheets.keys, questions=several) for key, several in calls.items()}

    def work(watch: Watch) -> bytes:
        if len(only) == 1:
            ((key, chosen),) = only.items()
            return asked.sheet(atlas, key, lang=lang, only=chosen)
        return asked.sheets(atlas, list(only), lang=lang, watch=watch, only=only)

    done = _job.run("whom_sheets", (str(atlas.path), number), work)
    if done is None:
        return
    if done.error is not None:
        _shared.fault(_shared.explain(done.error), key="cg_fault_sheets")
        return
    name = asked.file_name(next(iter(only))) if len(only) == 1 else "calls.zip"
    st.download_button(
        _shared.say("whom.take_sheets"),
        data=done.result,
        file_name=name,
        mime="application/zip" if name.endswith(".zip") else asked.SHEET_TYPE,
        on_click="ignore",
        type="primary",
        key="whom_download",
    )


def _note(organizations: Sequence[str]) -> None:
    """Note in the atlas that they were asked; an organization that went meanwhile is left out."""
    done = 0
    for one in organizations:
        try:
            inviting.ask_by_sheet(_shared.atlas(), one)
        except LayerError:
            continue
        done += 1
    st.session_state[NOTED] = done
