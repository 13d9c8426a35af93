"""What all pages share: words, the open atlas, its tables, and the frame around a page.

The only module with ``st.cache_*`` and session keys. Text of people and files is shown by
``st.text`` and tables, never as markdown, which would load images from elsewhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Hashable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
import streamlit as st
from streamlit.errors import StreamlitDuplicateElementKey

from layers.atlas import Atlas
from layers.errors import LayerError
from mapping import served, style, words

LANG, ATLAS, PAGES, WHO = "cg_lang", "cg_atlas", "cg_pages", "cg_who"
HERE = Path(__file__).parent
DEFAULT_ATLAS = "var/sample.gpkg"
T = TypeVar("T")
_MARKS = re.compile(r"[!-/:-@\[-`{-~]")
_LATER = re.compile(r":|@|www", re.IGNORECASE)


def lang() -> str:
    """Give the language of this desk: as chosen, else as the browser asks."""
    chosen = st.session_state.get(LANG) or st.query_params.get(LANG)
    for tag in words.languages():
        # an address that this desk wrote names the language as the list does
        if chosen in (tag, words.say("language.name", tag)):
            return tag
    return words.best(st.context.headers.get("Accept-Language", ""))


def say(key: str, /, **values: object) -> str:
    """Say a sentence in the language of this desk."""
    return words.say(key, lang(), **values)


def atlas_path() -> Path:
    """Give the file of the open atlas: as opened on the page Data, else ``CG_ATLAS``."""
    chosen = st.session_state.get(ATLAS) or os.environ.get("CG_ATLAS") or DEFAULT_ATLAS
    return Path(str(chosen))


def open_atlas(path: Path) -> None:
    """Make another atlas the open one in this browser, for all pages."""
    Atlas(path)  # raises before anything is changed
    st.session_state[ATLAS] = str(path)


def atlas() -> Atlas:
    """Give the open atlas; where it cannot be opened the page says why and stops."""
    try:
        return _opened(str(atlas_path()))
    except LayerError as error:
        fault(explain(error))
        st.stop()


@st.cache_resource(max_entries=8, show_spinner=False)
def _opened(path: str) -> Atlas:
    return Atlas(path)


def meta() -> dict[str, str]:
    """Give the facts about the city: name, metric CRS, country, whether it is invented."""
    return atlas().meta()


def read(table: str) -> pd.DataFrame:
    """Read a table, once for each state of the atlas. Shared between browsers: do not mutate."""
    here = atlas()
    return _read(str(here.path), here.state(), table)


@st.cache_resource(max_entries=256, show_spinner=False)
def _read(path: str, state: str, table: str) -> pd.DataFrame:
    del state  # part of the key: a write, or another file in its place, makes a new entry
    return _opened(path).read(table)


def once(name: str, key: Hashable, make: Callable[[], T]) -> T:
    """Compute something once for each state of the atlas and each ``key``, for all browsers.

    Parameters
    ----------
    name
        What is computed, such as ``"gaps"``.
    key
        All that the answer depends on besides the atlas.
    make
        The computation; called only when the answer is not there.
    """
    here = atlas()
    kept: T = _once(name, str(here.path), here.state(), repr(key), make)
    return kept


@st.cache_resource(max_entries=128, show_spinner=False)
def _once(name: str, path: str, state: str, key: str, _make: Callable[[], Any]) -> Any:  # noqa: ANN401
    del name, path, state, key
    return _make()


def mode() -> str:
    """Tell which setting of the colours this browser shows: ``light`` or ``dark``."""
    return "dark" if st.context.theme.type == "dark" else "light"


def tokens() -> dict[str, str]:
    """Give the colours of that setting, by name."""
    return style.colours(mode())


def publish(data: Any) -> str:  # noqa: ANN401 - whatever JSON can hold
    """Put ids, codes and numbers where the map can fetch them, and give the address."""
    return served.publish_json(data)


def explain(error: LayerError) -> str:
    """Say what an error means and what to do."""
    return words.explain(error, lang())


def fault(sentence: str, *, key: str = "cg_fault") -> None:
    """Say what went wrong, as plain text: a name out of a file is never read as markdown.

    Parameters
    ----------
    sentence
        What is wrong and what to do.
    key
        Begins with ``cg_fault``; another one for a second place on the same page.
    """
    with st.container(key=key, border=True):
        st.text(sentence)


def frame(pages: Mapping[str, Any]) -> None:
    """Show what stands around every page: style, the city, whether it is invented, language.

    Parameters
    ----------
    pages
        The pages by name, so that one can lead to another.
    """
    st.session_state[PAGES] = pages
    st.html(HERE / "desk.css")
    with st.container(key="cg_bar", horizontal=True, vertical_alignment="center"):
        facts = meta()
        with st.container(key="cg_city", width="stretch"):
            st.text(facts["name"])
        if facts["invented"] == "1":
            with st.container(key="cg_invented", width="content"):
                st.text(say("frame.invented"))
        st.selectbox(
            say("frame.language"),
            words.languages(),
            index=words.languages().index(lang()),
            format_func=lambda tag: words.say("language.name", tag),
            key=LANG,
            bind="query-params",
            label_visibility="collapsed",
            width=140,
        )
    if words.direction(lang()) == "rtl":
        st.html(HERE / "desk_rtl.css")


def head(*, title: str, answer: str, note: str = "") -> None:
    """Show the question of the page, then its answer in one sentence, then what limits it.

    Parameters
    ----------
    title
        The question, made of our own words only: it is the heading of the page.
    answer, note
        Sentences that may hold names from the data; shown as plain text.
    """
    with st.container(key="cg_head"):
        st.title(title, anchor=False)
        with st.container(key="cg_answer"):
            st.text(answer)
        if note:
            with st.container(key="cg_note"):
                st.text(note)


def how(*sentences: str, heading: str = "") -> None:
    """Fold away how the numbers were computed, or what else the heading says."""
    with st.expander(heading or say("frame.how")):
        for sentence in sentences:
            st.text(sentence)


def missing(what: str) -> None:
    """Say what is missing for an answer and where to add it."""
    with st.container(key="cg_missing", border=True):
        st.text(what)
        link("data", say("frame.go_to_data"))


def link(name: str, label: str, **query: str) -> None:
    """Lead to another page of the desk; plain words where a page is shown alone, as in tests.

    Parameters
    ----------
    name, label
        The page, and what the link says.
    **query
        What is chosen there.
    """
    pages = st.session_state.get(PAGES, {})
    if name in pages:
        st.page_link(pages[name], label=label, query_params=query)
    else:
        st.text(label)


def edit_link(table: str, row_id: str, label: str) -> None:
    """Lead to the form of one row on the page Edit.

    Parameters
    ----------
    table, row_id
        Name in :data:`layers.schema.TABLES`, and the identifier of the row.
    label
        What the link says; read as plain text, so it may be a name from the data.
    """
    page = st.session_state.get(PAGES, {}).get("edit")
    if page is None:
        st.text(label)
    else:
        st.page_link(page, label=plain(label), query_params={"table": table, "row": row_id})


def who() -> str:
    """Ask for the name that the history keeps, and give it; a second call on a page only reads.

    Returns
    -------
    name
        Empty where none was given. It stays in this session of the browser and nowhere else.
    """
    with suppress(StreamlitDuplicateElementKey):
        st.text_input(
            say("frame.who"),
            key=WHO,
            max_chars=40,
            help=say("frame.who_help"),
            persist_state="session",
            width=320,
        )
    return signature()


def signature() -> str:
    """Give the name that was typed for the history, without asking for it."""
    return str(st.session_state.get(WHO) or "").strip()


def plain(text: str) -> str:
    """Make a text of people safe as the label of a widget, which Streamlit reads as markdown."""
    marked = _MARKS.sub(r"\\\g<0>", " ".join(text.split()))
    # what is made of plain text after that: pictures from words in colons, and links
    return _LATER.sub("\\g<0>\u2060", marked)


def icon() -> str:
    """Give the file of the application's mark."""
    return str(HERE / "mark.svg")
