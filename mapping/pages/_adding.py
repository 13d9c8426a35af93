"""Taking a file in on a page: chosen, read, shown; written only after the confirmation."""

from __future__ import annotations

import hashlib
import tempfile
from pathlib import Path, PurePath

import pandas as pd
import streamlit as st

from layers import vocab
from layers.errors import LayerError
from layers.importing import columns, importer
from layers.importing.compare import MAIN
from layers.importing.draft import Options
from layers.importing.importer import Plan
from mapping import sheets
from mapping.pages import _shared

FILE, KIND, CATEGORY, KEY, CRS, DAY = (
    f"data_{one}" for one in ("file", "kind", "category", "key", "crs", "day")
)
# faults whose remedy is an option at the command line and a field here
ASKED_ABOVE = frozenset(
    {
        *("kind_unknown", "category_missing", "join_empty", "join_no_key"),
        *("coords_metres", "coords_degrees", "coords_elsewhere"),
    }
)
SAID = "data_said"  # what became of the last confirmation: (whether it was written, sentence)
SHOWN_ROWS = 200
SHOWN_NOTES = 12


def add() -> None:
    """Ask for a file, show what it would change, and write it when told to."""
    say = _shared.say
    st.subheader(say("data.add"), anchor=False)
    _what_was_done()
    given = st.file_uploader(say("data.file"), key=FILE, help=say("data.file_help"))
    if given is None:
        return
    kind, options = _asked()
    content = given.getvalue()
    name = PurePath(given.name).name or "file"
    try:
        plan = _shared.once(
            "import",
            (hashlib.sha256(content).hexdigest(), name, kind, options),
            lambda: _prepare(name, content, kind, options),
        )
    except LayerError as error:
        _shared.fault(_explain(error), key="cg_fault_file")
        return
    _preview(plan)
    nothing = not plan.compared.inserts and not plan.compared.changes
    if nothing:
        st.info(say("data.nothing_new"))
        return
    st.button(
        say("data.write", count=f"{plan.compared.new + plan.compared.changed:,}"),
        type="primary",
        key="data_write",
        on_click=_write,
        args=(plan,),
    )


def _what_was_done() -> None:
    """Say once what became of a confirmation, in plain text: it names a file."""
    good, sentence = st.session_state.pop(SAID, (True, ""))
    if sentence and good:
        with st.container(key="data_done", border=True):
            st.text(sentence)
    elif sentence:
        _shared.fault(sentence, key="cg_fault_write")


def _asked() -> tuple[str | None, Options]:
    """Ask what the file does not say; everything may stay empty."""
    say = _shared.say
    kind = st.selectbox(
        say("data.kind"),
        columns.KINDS,
        index=None,
        placeholder=say("data.kind_guess"),
        format_func=lambda one: say(f"data.kind_{one}"),
        key=KIND,
    )
    category = None
    if kind in (None, "services"):
        category = st.selectbox(
            say("data.category"),
            vocab.CATEGORY,
            index=None,
            placeholder=say("data.category_guess"),
            format_func=lambda one: say(f"category.{one}"),
            key=CATEGORY,
        )
    with st.expander(say("data.more")):
        key = st.text_input(say("data.key"), key=KEY) or None
        crs = st.text_input(say("data.crs"), placeholder=say("data.crs_example"), key=CRS) or None
        day = st.date_input(say("data.day"), value=None, format="YYYY-MM-DD", key=DAY)
    return kind, Options(key=key, category=category, crs=crs, counted_on=day)


def _explain(error: LayerError) -> str:
    """Say what is wrong and which field on this page mends it."""
    if error.code in ASKED_ABOVE:
        return _shared.say(f"data.fault_{error.code}", **error.blanks)
    return sheets.explain(error, _shared.lang())


def _prepare(name: str, content: bytes, kind: str | None, options: Options) -> Plan:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return importer.prepare(_shared.atlas(), path, kind=kind, options=options)


def _preview(plan: Plan) -> None:
    """Show what would happen: counts, notes, rejected rows, the first rows as they would be."""
    say, lang = _shared.say, _shared.lang()
    compared = plan.compared
    st.text(
        say(
            "data.preview",
            rows=plan.rows,
            new=compared.new,
            changed=compared.changed,
            same=compared.same,
            rejected=plan.rows - plan.accepted,
        )
    )
    for one in plan.notes[:SHOWN_NOTES]:
        st.text(sheets.note(one, lang))
    if plan.rejected:
        listed = sheets.rejected_rows(plan.rejected, lang)
        st.dataframe(
            listed[:SHOWN_ROWS],
            hide_index=True,
            key="data_rejected",
            column_config={
                name: say(f"data.rejected_{name}") for name in ("row", "column", "reason", "remedy")
            },
        )
        st.download_button(
            say("data.rejected_take"),
            data=sheets.rejected_csv(plan.rejected, lang).encode("utf-8-sig"),
            file_name=f"{plan.file}.rejected.csv",
            mime="text/csv",
            on_click="ignore",
            key="data_rejected_take",
        )
    first = compared.inserts.get(MAIN[plan.kind], [])[:SHOWN_ROWS]
    if first:
        with st.expander(say("data.first_rows")):
            shown = pd.DataFrame(first).drop(columns=["geometry", "extra"], errors="ignore")
            filled = shown.dropna(axis="columns", how="all")
            st.dataframe(filled.astype(str), hide_index=True, key="data_first")


def _write(plan: Plan) -> None:
    """Write the plan that was shown; if somebody else wrote meanwhile, write nothing and say so."""
    try:
        importer.carry_out(_shared.atlas(), plan)
    except LayerError as error:
        st.session_state[SAID] = (False, _shared.explain(error))
    else:
        sentence = _shared.say("data.written", file=plan.file, count=plan.accepted)
        st.session_state[SAID] = (True, sentence)
