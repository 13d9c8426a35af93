"""Which pages the desk has, in the order people meet them."""

from __future__ import annotations

import streamlit as st

from mapping.pages import _shared, data, gaps, map, network, room  # noqa: A004 - named as the page


def run() -> None:
    """Show the page that the address names, inside the frame that all pages share."""
    say = _shared.say
    st.set_page_config(page_title=say("app.name"), page_icon=_shared.icon(), layout="wide")
    pages = {
        "map": st.Page(map.page, title=say("nav.map"), url_path="map", default=True),
        "gaps": st.Page(gaps.page, title=say("nav.gaps"), url_path="gaps"),
        "network": st.Page(network.page, title=say("nav.network"), url_path="network"),
        "room": st.Page(room.page, title=say("nav.room"), url_path="room"),
        "data": st.Page(data.page, title=say("nav.data"), url_path="data"),
    }
    chosen = st.navigation(list(pages.values()), position="top")
    _shared.frame(pages)
    chosen.run()
