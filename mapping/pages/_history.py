"""What happened: every change with who, when and what, and the button that takes it back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pandas as pd
import streamlit as st

from layers import changes, chronicle, vocab
from layers.chronicle import Change, Step
from layers.errors import LayerError
from mapping.pages import _edit_fields, _persona_said, _shared

PAGE: Final = 20  # changes shown at a time
ROWS: Final = 60  # rows of one change shown
SHOWN, KIND, WHO_WAS, KEEP, SAID = (
    "history_shown", "history_kind", "history_who", "history_keep", "history_said",
)  # fmt: skip
NAMED: Final = (
    *("organizations", "services", "locations", "assets", "bodies", "areas", "places", "personas"),
    "scenarios",
)


def show(*, table: str | None = None, row: str | None = None) -> None:
    """List changes, the newest first, each with what it did and a button to take it back.

    Parameters
    ----------
    table, row
        Only what happened to this row; the whole history where they are not given.
    """
    say = _shared.say
    st.subheader(say("history.of_row" if row else "history.title"), anchor=False)
    if said := st.session_state.pop(SAID, None):
        st.text(said)
    made = _list()
    if table is not None and row is not None:
        mine = _steps_of(table, row)
        made = [one for one in made if one.id in mine]
        if not made:
            st.text(say("history.none_of_row"))
            return
    elif not made:
        st.text(say("history.none"))
        return
    else:
        made = _filtered(made)
    st.text(say("history.private"))
    most = int(st.session_state.get(SHOWN, PAGE))
    for one in made[:most]:
        _change(one, table, row)
    if len(made) > most:
        st.button(say("history.more", count=len(made) - most), key="history_more", on_click=_more)


def _list() -> list[Change]:
    return _shared.once(
        "history list",
        "",
        lambda: chronicle.changes(_shared.read("revisions"), _shared.read("history")),
    )


def _steps_of(table: str, row: str) -> set[str]:
    history = _shared.read("history")
    rows = history[(history["table_name"] == table) & (history["row_id"] == row)]
    found = set(rows["revision_id"])
    held = _shared.read(table)
    came = held.loc[held["id"] == row, "import_id"].dropna()
    made = _shared.read("revisions")
    return found | set(made.loc[made["import_id"].isin(came), "id"])


def _filtered(made: list[Change]) -> list[Change]:
    say = _shared.say
    left, right = st.columns(2, gap="medium")
    kinds = [kind for kind in vocab.REVISION_KIND if any(one.kind == kind for one in made)]
    with left:
        kind = st.selectbox(
            say("history.kind"),
            kinds,
            index=None,
            format_func=lambda code: say(f"revision_kind.{code}"),
            placeholder=say("history.all"),
            key=KIND,
        )
    people = sorted({one.who for one in made if one.who})
    with right:
        who = st.selectbox(
            say("history.who"), people, index=None, placeholder=say("history.all"), key=WHO_WAS
        )
    return [one for one in made if (not kind or one.kind == kind) and (not who or one.who == who)]


def _more() -> None:
    st.session_state[SHOWN] = int(st.session_state.get(SHOWN, PAGE)) + PAGE


def _change(one: Change, table: str | None, row: str | None) -> None:
    say = _shared.say
    heading = say(
        "history.line",
        when=one.when,
        who=one.who or say("history.nobody"),
        kind=say(f"revision_kind.{one.kind}"),
        what=_what(one),
    )
    undone = f" {say('history.undone')}" if one.undone_by else ""
    with st.expander(_shared.plain(heading + undone), key=f"history_{one.id}_{row or ''}"):
        tables = {name: _shared.read(name) for name in NAMED}
        found = chronicle.steps(
            tables,
            _shared.read("history"),
            change=one.id,
            row=(table, row) if table and row else None,
        )
        for step in found[:ROWS]:
            _step(step)
        if len(found) > ROWS:
            st.text(say("history.rows_more", count=len(found) - ROWS))
        if not one.undone_by:
            _undo(one, place=row or "")


def _what(one: Change) -> str:
    say = _shared.say
    if one.import_id:
        rows = _shared.read("imports")
        mine = rows[rows["id"] == one.import_id]
        file = "" if mine.empty or pd.isna(mine["file"].iloc[0]) else str(mine["file"].iloc[0])
        count = (
            0
            if mine.empty or pd.isna(mine["rows_accepted"].iloc[0])
            else int(mine["rows_accepted"].iloc[0])
        )
        return say("history.import", file=file, count=count)
    parts = [f"{say(f'table.{name}')} {count}" for name, count in one.rows.items()]
    return ", ".join(parts) or say("history.no_rows")


def _step(step: Step) -> None:
    say = _shared.say
    lines = [
        say(
            "history.step",
            table=say(f"table.{step.table}"),
            name=step.name or step.id,
            action=say(f"action.{step.action}"),
        )
    ]
    if step.forgotten:
        lines.append(say("history.forgotten"))
    for name, before, after in _cells(step):
        if step.action == "delete":
            lines.append(say("history.was", field=name, before=before))
        else:
            lines.append(say("history.cell", field=name, before=before, after=after))
    st.text("\n".join(lines))


def _cells(step: Step) -> Iterator[tuple[str, str, str]]:
    """Say what differs: the name of each field, before and after."""
    for column, before, after in step.cells:
        if (step.table, column) == ("personas", "description"):
            yield from _persona_said.differing(before, after)
        elif (step.table, column) == ("scenarios", "steps"):
            counts = [_shared.say("history.steps", count=len(one or ())) for one in (before, after)]
            yield _edit_fields.field_name(column), counts[0], counts[1]
        else:
            words = [_edit_fields.shown(step.table, column, value) for value in (before, after)]
            yield _edit_fields.field_name(column), words[0], words[1]


def _undo(one: Change, *, place: str) -> None:
    """Offer to take a change back, saying what that does."""
    say = _shared.say
    rows = sum(one.rows.values())
    if one.import_id:
        st.text(say("history.undo_import"))
    else:
        st.text(say("history.undo_what", count=rows))
    keep = st.checkbox(say("history.keep"), key=f"{KEEP}_{one.id}_{place}")
    if not st.button(say("history.undo"), key=f"history_undo_{one.id}_{place}"):
        return
    try:
        done = changes.undo(_shared.atlas(), one.id, who=_shared.signature(), keep=keep)
    except LayerError as error:
        _shared.fault(_shared.explain(error), key=f"cg_fault_undo_{one.id}")
        return
    said = [say("history.done", count=done.rows)]
    if done.kept:
        said.append(say("history.kept", count=len(done.kept)))
    st.session_state[SAID] = " ".join(said)
    st.rerun()
