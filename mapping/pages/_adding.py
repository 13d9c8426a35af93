"""Taking a file in on a page: chosen, read, shown; written only after the confirmation."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any, TypeVar

import streamlit as st

from layers import vocab
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.importing import child, columns, importer
from layers.importing.draft import Options
from layers.importing.look import ENCODINGS, Contents
from layers.importing.plan import Plan
from layers.importing.watch import Watch
from mapping import sheets
from mapping.pages import _adding_choices, _adding_preview, _job, _shared

FILE, KIND, CATEGORY, KEY, CRS, DAY = (
    f"data_{one}" for one in ("file", "kind", "category", "key", "crs", "day")
)
PART, ENCODING, HEADER, ORDER, SWAP, LICENCE = (
    f"data_{one}" for one in ("part", "encoding", "header", "order", "swap", "licence")
)
# faults whose remedy is an option at the command line and a field here
ASKED_ABOVE = frozenset(
    {
        *("kind_unknown", "category_missing", "join_empty", "join_no_key"),
        *("coords_metres", "coords_degrees", "coords_elsewhere", "coords_swapped"),
    }
)
WHOLE = ("osm", "whole")  # formats that say themselves what is in them
SAID = "data_said"  # what became of the last confirmation: (whether it was written, sentence)
MOST_HEADER_ROWS = 5
T = TypeVar("T")


def add() -> None:
    """Ask for a file, show what it would change, and write it when told to."""
    say = _shared.say
    _what_was_done()
    given = st.file_uploader(say("data.file"), key=FILE, help=say("data.file_help"))
    if given is None:
        _job.forget("look")
        _job.forget("import")
        return
    content = given.getvalue()
    name = PurePath(given.name).name or "file"
    sha = hashlib.sha256(content).hexdigest()
    looked = _job.run("look", sha, _on_disk(name, content, _look))
    if looked is None:
        return
    if looked.error is not None:
        _shared.fault(_explain(looked.error), key="cg_fault_file")
        return
    contents: Contents = looked.result
    kind, options = _asked(contents, sha[:8])
    atlas = _shared.atlas()
    key = (sha, name, kind, options, atlas.state())
    work = _on_disk(name, content, _prepare(atlas, kind, options))
    job = _job.run("import", key, work)
    if job is None:
        return
    if job.error is not None:
        _shared.fault(_explain(job.error), key="cg_fault_file")
        return
    _show(job.result, sha[:8])


def _show(plan: Plan, sha: str) -> None:
    say = _shared.say
    _adding_preview.show(plan)
    _adding_choices.ask(plan, sha)
    compared = plan.compared
    if not compared.inserts and not compared.changes and not plan.proposals:
        st.info(say("data.nothing_new"))
        return
    st.text_input(say("data.licence"), help=say("data.licence_help"), key=LICENCE)
    _shared.who()
    st.button(
        say("data.write", count=f"{compared.new + compared.changed + plan.proposals:,}"),
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


def _asked(contents: Contents, sha: str) -> tuple[str | None, Options]:
    """Ask what the file does not say; everything may stay as it was found."""
    say = _shared.say
    options = _adding_choices.chosen(sha)
    if contents.format in WHOLE:
        st.text(say(f"data.kind_{contents.format}"))
        return None, options
    left, right = st.columns(2)
    with left:
        kind = st.selectbox(
            say("data.kind"),
            columns.KINDS,
            index=None,
            placeholder=say("data.kind_guess"),
            format_func=lambda one: say(f"data.kind_{one}"),
            key=KIND,
        )
    with right:
        if len(contents.parts) > 1:
            options = replace(options, part=_part(contents, sha))
        elif kind in (None, "services"):
            options = replace(options, category=_category())
    if len(contents.parts) > 1 and kind in (None, "services"):
        options = replace(options, category=_category())
    with st.expander(say("data.more")):
        options = _more(contents, options, sha)
    return kind, options


def _category() -> str | None:
    say = _shared.say
    return st.selectbox(
        say("data.category"),
        vocab.CATEGORY,
        index=None,
        placeholder=say("data.category_guess"),
        format_func=lambda one: say(f"category.{one}"),
        key=CATEGORY,
    )


def _part(contents: Contents, sha: str) -> str | None:
    say = _shared.say
    rows = {part.name: part.rows for part in contents.parts}

    def named(name: str) -> str:
        count = rows[name]
        return name if count is None else say("data.part_of", name=name, rows=f"{count:,}")

    return st.selectbox(
        say("data.part"),
        list(rows),
        index=None,
        placeholder=say("data.kind_guess"),
        format_func=named,
        key=f"{PART}_{sha}",
    )


def _more(contents: Contents, options: Options, sha: str) -> Options:
    say = _shared.say
    key = st.text_input(say("data.key"), key=KEY) or None
    crs = st.text_input(say("data.crs"), placeholder=say("data.crs_example"), key=CRS) or None
    swap = st.checkbox(say("data.swap"), key=f"{SWAP}_{sha}")
    day = st.date_input(say("data.day"), value=None, format="YYYY-MM-DD", key=DAY)
    order = st.selectbox(
        say("data.day_first"),
        (None, True, False),
        format_func=lambda one: say(
            "data.order_guess" if one is None else f"data.order_{'day' if one else 'month'}"
        ),
        key=f"{ORDER}_{sha}",
    )
    options = replace(options, key=key, crs=crs, swap=swap, counted_on=day, day_first=order)
    if contents.format in ("csv", "xlsx"):
        rows = st.number_input(
            say("data.header_rows"),
            min_value=1,
            max_value=MOST_HEADER_ROWS,
            value=None,
            placeholder=say("data.order_guess"),
            key=f"{HEADER}_{sha}",
        )
        options = replace(options, header_rows=None if rows is None else int(rows))
    if contents.encoding:
        encoding = st.selectbox(
            say("data.encoding"),
            ENCODINGS,
            index=None,
            placeholder=say("data.encoding_guess", encoding=contents.encoding),
            key=f"{ENCODING}_{sha}",
        )
        options = replace(options, encoding=encoding)
    return options


def _explain(error: LayerError) -> str:
    """Say what is wrong and which field on this page mends it."""
    if error.code == "stopped":
        return _shared.say("data.stopped")
    if error.code in ASKED_ABOVE:
        return _shared.say(f"data.fault_{error.code}", **error.blanks)
    return sheets.explain(error, _shared.lang())


def _on_disk(name: str, content: bytes, work: Callable[[Path, Watch], T]) -> Callable[[Watch], T]:
    """Give the work a file that is there as long as it needs it."""

    def run(watch: Watch) -> T:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / name
            path.write_bytes(content)
            return work(path, watch)

    return run


def _look(path: Path, watch: Watch) -> Contents:
    return child.look(path, watch=watch)


def _prepare(atlas: Atlas, kind: str | None, options: Options) -> Callable[[Path, Watch], Any]:
    return lambda path, watch: importer.prepare(
        atlas, path, kind=kind, options=options, watch=watch
    )


def _write(plan: Plan) -> None:
    """Write the plan that was shown; if somebody else wrote meanwhile, write nothing and say so."""
    licence = str(st.session_state.get(LICENCE) or "").strip() or None
    try:
        importer.carry_out(_shared.atlas(), plan, licence=licence, who=_shared.signature())
    except LayerError as error:
        st.session_state[SAID] = (False, _shared.explain(error))
    else:
        sentence = _shared.say("data.written", file=plan.file, count=plan.accepted)
        if plan.proposals:
            sentence += " " + _shared.say("data.proposals", count=plan.proposals)
        st.session_state[SAID] = (True, sentence)
