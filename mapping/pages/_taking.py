"""Giving the atlas out: an export without what may not leave, and a whole backup."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import streamlit as st

from layers import exporting
from layers.atlas import Atlas
from layers.clock import today
from layers.importing.watch import Watch
from layers.qgis_styles import Look
from mapping import out
from mapping.pages import _job, _shared

FORMAT = "data_export_to"
JOB = "data_export_job"
WANTED = "data_export_wanted"  # format and state of the atlas that somebody asked the files of


def take() -> None:
    """Show what would leave and what stays; the files are made when the button is pressed."""
    say = _shared.say
    st.subheader(say("data.take"), anchor=False)
    to = st.segmented_control(
        say("data.export_to"),
        exporting.EVERY_FORMAT,
        default=exporting.FORMATS[0],
        required=True,
        format_func=lambda one: say(f"data.export_{one}"),
        key=FORMAT,
    )
    _show_what_leaves(to or exporting.FORMATS[0])
    _export(to or exporting.FORMATS[0])
    st.text(say("data.export_note"))
    st.download_button(
        say("data.backup"),
        data=partial(backed_up, _shared.atlas()),  # made later, where no desk can be asked
        file_name=f"{_shared.atlas_path().stem}-{today():%Y-%m-%d}-backup.gpkg",
        mime="application/geopackage+sqlite3",
        on_click="ignore",
        key="data_backup",
    )


def _show_what_leaves(to: str) -> None:
    """Say how many rows leave, and what stays here and why."""
    say = _shared.say
    # only the numbers are kept, for the tables would be held in memory a second time
    what = _shared.once(
        "leaving", to, lambda: replace(exporting.leaving(_shared.atlas(), to=to), tables={})
    )
    rows = sum(what.rows.values())
    st.text(say("out.rows_of", rows=f"{rows:,}", tables=len(what.rows)))
    stays = out.reasons(what, _shared.lang())
    if not stays:
        st.text(say("out.nothing_stays"))
    else:
        st.dataframe(
            [{say("out.stays"): why, say("out.how_many"): count} for why, count in stays],
            hide_index=True,
            key="data_export_stays",
        )
    with st.expander(say("out.see")):
        st.dataframe(
            [
                {say("out.table"): name, say("out.count"): count}
                for name, count in what.rows.items()
            ],
            hide_index=True,
            key="data_export_rows",
        )


def _export(to: str) -> None:
    say = _shared.say
    atlas = _shared.atlas()
    key = (str(_shared.atlas_path()), atlas.state(), to, _shared.lang())
    if st.session_state.get(WANTED) != key:
        if not st.button(say("out.make"), type="primary", key="data_export_make"):
            return
        st.session_state[WANTED] = key
        st.rerun()
    look = out.look(_shared.lang())
    done = _job.run(JOB, key, lambda watch: exported(atlas, to, look, watch))
    if done is None:
        return
    if done.error is not None:
        st.session_state.pop(WANTED, None)
        _job.forget(JOB)
        _shared.fault(_shared.explain(done.error))
        return
    rows, packed = done.result
    file = f"{_shared.atlas_path().stem}-{today():%Y-%m-%d}-{to}.zip"
    st.text(say("out.made", file=file, rows=f"{rows:,}"))
    st.download_button(
        say("out.download", file=file),
        data=packed,
        file_name=file,
        mime="application/zip",
        on_click="ignore",
        type="primary",
        key="data_export",
    )


def exported(
    atlas: Atlas, to: str, look: Look | None = None, watch: Watch | None = None
) -> tuple[int, bytes]:
    """Make the export as one zip, and say how many rows are in it."""
    with tempfile.TemporaryDirectory() as made:
        folder, packed = Path(made) / "export", Path(made) / "export.zip"
        done = exporting.export(atlas, folder, to=to, look=look, watch=watch)
        exporting.packed(folder, done, packed)
        return sum(done.rows.values()), packed.read_bytes()


def backed_up(atlas: Atlas) -> bytes:
    """Copy the whole atlas, private contacts included."""
    with tempfile.TemporaryDirectory() as made:
        copy = Path(made) / "backup.gpkg"
        atlas.backup(copy)
        return copy.read_bytes()
