"""Brings what has just appeared on a page into sight: it may begin below the screen."""

from __future__ import annotations

from typing import Final

import streamlit as st

_SCRIPT: Final = """
const came = new WeakSet();
export default function ({ parentElement }) {
  if (came.has(parentElement)) return;
  came.add(parentElement);
  // once everything around it is drawn and has its height
  setTimeout(() => {
    const around = parentElement.closest('[data-testid="stVerticalBlock"]') ?? parentElement;
    around.style.scrollMarginBlock = "5rem 2rem";
    around.scrollIntoView({ block: "nearest" });
  }, 150);
}
"""
_mount = st.components.v2.component(
    "common_ground_come_here",
    html="<span></span>",
    js=_SCRIPT,
    isolate_styles=False,
)


def come_here(key: str) -> None:
    """Scroll once to the container that this is written into, no further than is needed.

    Parameters
    ----------
    key
        Name of the widget; another one scrolls again.
    """
    _mount(key=key)
