"""Which pages the desk has, in the order people meet them."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

import streamlit as st

from mapping.pages import _shared

ASKING = ("map", "reach", "gaps", "whom", "room")  # the first is the one that opens
TOGETHER = ("network", "seats", "introduce", "whatif")  # who works with whom
TABLES = ("data", "quality", "edit", "ask")  # under one heading: what the answers rest on
PAGES = (*ASKING, *TOGETHER, *TABLES)


def run() -> None:
    """Show the page that the address names, inside the frame that all pages share."""
    say = _shared.say
    st.set_page_config(page_title=say("app.name"), page_icon=_shared.icon(), layout="wide")
    pages = {
        name: st.Page(
            _shown(name),
            title=say(f"nav.{name}"),
            url_path="start" if name == PAGES[0] else name,
            default=name == PAGES[0],
        )
        for name in PAGES
    }
    # the page that opens answers at / only, but people type its name too
    again = st.Page(_shown(PAGES[0]), title=say("nav.map"), url_path="map", visibility="hidden")
    sections = {
        "": [*(pages[name] for name in ASKING), again],
        say("nav.together"): [pages[name] for name in TOGETHER],
        say("nav.tables"): [pages[name] for name in TABLES],
    }
    chosen = st.navigation(sections, position="top")
    _shared.frame(pages)
    chosen.run()


def _shown(name: str) -> Callable[[], None]:
    def show() -> None:
        # read only when somebody comes: the first map need not wait for the other pages
        import_module(f"mapping.pages.{name}").page()

    return show
