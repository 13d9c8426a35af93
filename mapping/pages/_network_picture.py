"""The picture of the network in a page: draws a spec, and gives back who was chosen in it.

The script and its style are ours and fixed; names travel as data and are set as text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

_HERE = Path(__file__).parent
_mount = st.components.v2.component(
    "common_ground_network",
    html='<div class="picture"></div>',
    css=(_HERE / "network_picture.css").read_text("utf-8"),
    js=(_HERE / "network_picture.js").read_text("utf-8"),
)


def network_picture(spec: Mapping[str, Any], *, key: str, on_picked: Callable[[str], None]) -> None:
    """Show a picture of the network.

    Parameters
    ----------
    spec
        What ``mapping.drawing_network.picture`` gives.
    key
        Name of the widget; zoom and place are kept for it over reruns.
    on_picked
        Called with the id of the actor chosen in the picture, ``""`` for none.
    """

    def picked() -> None:
        found = st.session_state[key].picked
        if found is not None:
            on_picked(str(found))

    _mount(key=key, data=dict(spec), on_picked_change=picked)
