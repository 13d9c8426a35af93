"""The matrix of sectors in a page: a table that keys can walk, and the cell chosen in it.

The script and its style are ours and fixed; names travel as data and are set as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "common_ground_matrix",
    html='<div class="matrix"></div>',
    css=(_HERE / "network_matrix.css").read_text("utf-8"),
    js=(_HERE / "network_matrix.js").read_text("utf-8"),
)


def network_matrix(spec: Mapping[str, Any], *, key: str, on_picked: Callable[[str], None]) -> None:
    """Show a matrix.

    Parameters
    ----------
    spec
        What ``mapping.drawing_matrix.matrix`` gives.
    key
        Name of the widget.
    on_picked
        Called with both sectors of the chosen cell, parted by a space; ``""`` for none.
    """

    def picked() -> None:
        found = st.session_state[key].picked
        if found is not None:
            on_picked(str(found))

    _mount(key=key, data=dict(spec), on_picked_change=picked)
