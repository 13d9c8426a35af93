"""Two people at one row: the second is told what the first changed, and decides field by field."""

from __future__ import annotations

import streamlit as st

from layers import chronicle, editing
from mapping.pages import _edit_fields, _shared
from mapping.pages._edit_fields import Form, Ref

MINE, THEIRS = "mine", "theirs"


def show(form: Form) -> bool:
    """Tell what others changed while the form was open.

    Returns
    -------
    settled
        False while somebody has to decide whose entries stay.
    """
    settled = True
    for ref, seen in list(form.seen.items()):
        if seen is None or ref in form.gone:
            continue
        now = editing.row(_shared.read(ref[0]), ref[1])
        if now is None or now["row_version"] != seen["row_version"]:
            settled = False
            with st.container(key=f"cg_fault_conflict_{ref[0]}_{ref[1]}", border=True):
                _tell(form, ref, now)
    return settled


def _tell(form: Form, ref: Ref, now: dict[str, object] | None) -> None:
    say, seen = _shared.say, form.seen[ref] or {}
    changed = chronicle.who_changed(
        _shared.read("history"),
        _shared.read("revisions"),
        *ref,
        since=int(seen["row_version"]),
    )
    if now is None:
        who, when = changed.get("", ("", ""))
        st.text(say("edit.conflict_gone", who=who or say("history.nobody"), when=when))
        st.text(say("edit.conflict_gone_do"))
        return
    found = editing.differences(seen, now, form.said.get(ref, {}))
    st.text(say("edit.conflict"))
    for one in found:
        who, when = changed.get(one.column, ("", ""))
        st.text(
            say(
                "edit.conflict_field",
                who=who or say("history.nobody"),
                when=when,
                field=_edit_fields.field_name(one.column),
                before=_edit_fields.shown(ref[0], one.column, one.before),
                after=_edit_fields.shown(ref[0], one.column, one.theirs),
            )
        )
        if not one.both:
            st.text(say("edit.conflict_taken"))
            continue
        st.segmented_control(
            say(
                "edit.conflict_choose",
                field=_edit_fields.field_name(one.column),
            ),
            (MINE, THEIRS),
            required=True,
            default=MINE,
            format_func=lambda side, one=one: _shared.plain(  # type: ignore[misc] # bound now
                say(
                    f"edit.conflict_{side}",
                    value=_edit_fields.shown(
                        ref[0], one.column, one.mine if side == MINE else one.theirs
                    ),
                )
            ),
            key=form.key(ref, f"choice.{one.column}"),
        )

    def settle() -> None:
        for one in found:
            choice = st.session_state.get(form.key(ref, f"choice.{one.column}"), THEIRS)
            if not one.both or choice == THEIRS:
                _edit_fields.fill(form, ref, one.column, one.theirs)
                form.said.setdefault(ref, {}).pop(one.column, None)
        form.seen[ref] = dict(now)

    st.button(say("edit.conflict_go"), key=form.key(ref, "settle"), on_click=settle)
