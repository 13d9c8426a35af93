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
    # one script: who is drawn, where, and what hands and keys do
    js="\n".join(
        (_HERE / f"network_picture{part}.js").read_text("utf-8")
        for part in ("", "_place", "_hands")
    ),
)


def network_picture(
    spec: Mapping[str, Any],
    *,
    key: str,
    on_picked: Callable[[str], None],
    on_joined: Callable[[str], None],
    on_tie: Callable[[str, str], None],
) -> None:
    """Show a picture of the network.

    Parameters
    ----------
    spec
        What ``mapping.drawing_network.picture`` gives.
    key
        Name of the widget; zoom and place are kept for it over reruns.
    on_picked
        Called with the id of the actor chosen in the picture, ``""`` for none.
    on_joined
        Called with the id of a second actor, clicked with Shift held down.
    on_tie
        Called with the ids at the two ends of the tie that was clicked.
    """

    def picked() -> None:
        found = st.session_state[key].picked
        if found is not None:
            on_picked(str(found))

    def joined() -> None:
        found = st.session_state[key].joined
        if found:
            on_joined(str(found))

    def tie() -> None:
        found = st.session_state[key].tie
        if isinstance(found, list | tuple) and len(found) == 2:
            on_tie(str(found[0]), str(found[1]))

    _mount(
        key=key,
        data=dict(spec),
        on_picked_change=picked,
        on_joined_change=joined,
        on_tie_change=tie,
    )
