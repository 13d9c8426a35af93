"""A card of facts beside the map, drawn by a small component that sets every text as text."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import streamlit as st

from mapping import pictograms
from mapping.facts import Card
from mapping.pages import _shared

_OURS = Path(__file__).parents[1] / "map_assets"
_draw = st.components.v2.component(
    "common_ground_card",
    css=(_OURS / "card.css").read_text("utf-8"),
    js=(_OURS / "card.js").read_text("utf-8"),
)


def show(card: Card, *, key: str) -> None:
    """Show all that is known of one thing.

    Parameters
    ----------
    card
        From :func:`mapping.details.card`.
    key
        Name of the card on the page.
    """
    data = asdict(card) | {
        "path": pictograms.picture(card.picture),
        "lang": _shared.lang(),
        "colours": _shared.tokens(),
    }
    _draw(key=key, data=data)
