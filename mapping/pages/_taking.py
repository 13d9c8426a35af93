"""Giving the atlas out: an export without what may not leave, and a whole backup."""

from __future__ import annotations

import io
import tempfile
import zipfile
from pathlib import Path

import streamlit as st

from layers import exporting
from layers.clock import today
from mapping.pages import _shared

FORMAT = "data_export_to"


def take() -> None:
    """Show the buttons; the files are made when one is pressed."""
    say = _shared.say
    st.subheader(say("data.take"), anchor=False)
    to = st.segmented_control(
        say("data.export_to"),
        exporting.FORMATS,
        default=exporting.FORMATS[0],
        required=True,
        format_func=lambda one: say(f"data.export_{one}"),
        key=FORMAT,
    )
    stem = _shared.atlas_path().stem
    with st.container(horizontal=True):
        st.download_button(
            say("data.export"),
            data=lambda: exported(to or exporting.FORMATS[0]),
            file_name=f"{stem}-{today():%Y-%m-%d}-{to}.zip",
            mime="application/zip",
            on_click="ignore",
            key="data_export",
        )
        st.download_button(
            say("data.backup"),
            data=backed_up,
            file_name=f"{stem}-{today():%Y-%m-%d}-backup.gpkg",
            mime="application/geopackage+sqlite3",
            on_click="ignore",
            key="data_backup",
        )
    st.text(say("data.export_note"))


def exported(to: str) -> bytes:
    """Make the export as one zip."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "export"
        done = exporting.export(_shared.atlas(), folder, to=to)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as out:
            for name in done.files:
                out.writestr(name, (folder / name).read_bytes())
        return packed.getvalue()


def backed_up() -> bytes:
    """Copy the whole atlas, private contacts included."""
    with tempfile.TemporaryDirectory() as made:
        copy = Path(made) / "backup.gpkg"
        _shared.atlas().backup(copy)
        return copy.read_bytes()
