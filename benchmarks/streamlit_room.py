"""The usual way, to compare with: each phone and the wall a session of Streamlit with a map.

Run by ``streamlit run``; :mod:`benchmarks.streamlit_phones` speaks to it.
"""

from __future__ import annotations

import threading

import folium
import streamlit as st
from streamlit_folium import st_folium

LOOK_S = 0.25  # how often the wall looks


@st.cache_resource
def store() -> tuple[list[tuple[str, float, float]], threading.Lock]:
    """Give what everybody said, for all sessions of this process."""
    return [], threading.Lock()


@st.fragment(run_every=LOOK_S)
def wall() -> None:
    """Show what was said, again and again."""
    said, lock = store()
    with lock:
        names = " ".join(name for name, _, _ in said)
    st.text(names)


def phone() -> None:
    """Show the map with what was said, and take a place."""
    said, lock = store()
    city = folium.Map(location=[52.5, 13.4], zoom_start=12, tiles=None)
    with lock:
        shown = list(said)
    for _, lat, lon in shown:
        folium.CircleMarker([lat, lon]).add_to(city)
    st_folium(city, key="map", returned_objects=["last_clicked"])
    name = st.text_input("what", key="what")
    if st.button("send", key="send"):
        with lock:
            said.append((name, 52.5, 13.4))


wall() if "wall" in st.query_params else phone()
