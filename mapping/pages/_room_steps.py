"""The steps of a set-up, in the order in which a person thinks; each has a good answer already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any, cast

import geopandas as gpd
import streamlit as st

from layers import clock, room_area, vocab
from layers.room_session import CELL_SIZES, Area
from layers.room_setup import (
    AUDIENCES,
    INTERPRETERS,
    KEEP_DAYS,
    MODERATIONS,
    MOST_DAYS,
    QUESTIONS,
    TEXT_LENGTH,
)
from mapping import consent_text, sketch, squares, words
from mapping.pages import _shared

HEIGHT = 110
EVERYWHERE, CHOSEN = "city", "areas"


def key(name: str) -> str:
    """Name a widget of the form."""
    return f"room_{name}"


def _start_with(name: str, value: Any) -> None:  # noqa: ANN401 - of any widget
    """Give a widget its first value; an earlier set-up may have put another one there."""
    st.session_state.setdefault(key(name), value)


def whole_city() -> Area | None:
    """Give the piece of the grid around the open city, once for each state of the atlas."""

    def found() -> Area | None:
        tables = [_shared.read("streets"), _shared.read("areas"), _shared.read("places")]
        return room_area.area_of(*(one for one in tables if isinstance(one, gpd.GeoDataFrame)))

    return _shared.once("room area", "", found)


def language_name(tag: str) -> str:
    """Name a language in itself, and in the desk's words where no phone speaks it."""
    if tag in words.room_languages():
        return words.say("language.name", tag)
    return _shared.say(f"tongue.{tag}")


def day(date: dt.date) -> str:
    """Write a day so that it keeps its order in a sentence from right to left."""
    return f"\u2066{date.isoformat()}\u2069"


def steps(city: Area, campaigns: list[str]) -> dict[str, Any]:
    """Show the steps in the order in which a person thinks, and give what is chosen."""
    say = _shared.say
    with _step("who"):
        whom = _whom()
    with _step("spoken"):
        spoken = _spoken()
    with _step("where"):
        where = _where(city)
    with _step("parties"):
        parties = _parties()
    with _step("asked"):
        st.text(say("room.asked_about"))
        asks = [one for one in QUESTIONS if _asks(one)]
    with _step("consent"):
        agreed = _agreed(spoken["languages"], where["cell_m"])
    with _step("shown"):
        shown = _shown(campaigns)
    return whom | spoken | where | {"parties": parties, "asks": tuple(asks)} | agreed | shown


def _step(name: str) -> Any:  # noqa: ANN401 - a container of Streamlit
    return st.expander(_shared.say(f"room.step.{name}"), key=key(f"step_{name}"))


def _whom() -> dict[str, Any]:
    say = _shared.say
    audience = st.radio(
        say("room.audience"),
        AUDIENCES,
        format_func=lambda code: say(f"room.audience.{code}"),
        key=key("audience"),
    )
    name = st.text_input(
        say("room.audience_name"),
        max_chars=TEXT_LENGTH,
        placeholder=say("room.audience_name_hint"),
        help=say("room.audience_name_help"),
        key=key("audience_name"),
    )
    is_young = audience == "young"
    guard = st.text_input(
        say("room.safeguard_needed" if is_young else "room.safeguard"),
        max_chars=TEXT_LENGTH,
        placeholder=say("room.safeguard_hint"),
        help=say("room.safeguard_help"),
        key=key("safeguard"),
    )
    return {"audience": audience, "audience_name": name, "safeguard": guard}


def _spoken() -> dict[str, Any]:
    say = _shared.say
    _start_with("languages", list(words.languages()))
    spoken = st.multiselect(
        say("room.languages"),
        words.room_languages(),
        format_func=language_name,
        help=say("room.languages_help"),
        key=key("languages"),
    )
    drafts = [language_name(tag) for tag in spoken if words.is_draft(tag)]
    if drafts:
        st.text(say("room.languages_draft", names=", ".join(drafts)))
    aloud = st.multiselect(
        say("room.aloud"),
        [tag for tag in tongues() if tag not in words.room_languages()],
        format_func=language_name,
        help=say("room.aloud_help"),
        key=key("aloud"),
    )
    st.text(say("room.interpreters_about"))
    interpreters = {}
    for tag in (*spoken, *aloud):
        who = st.selectbox(
            say("room.interpreter", language=language_name(tag)),
            ("", *INTERPRETERS),
            format_func=lambda code: say(f"room.interpreter.{code or 'open'}"),
            key=key(f"interpreter_{tag}"),
        )
        if who:
            interpreters[tag] = who
    return {
        "languages": tuple(spoken),
        "aloud": tuple(aloud),
        "interpreters": interpreters,
    }


def tongues() -> list[str]:
    """List the languages that have a name here."""
    start = "tongue."
    return [key[len(start) :] for key in words.sentences(words.DEFAULT) if key.startswith(start)]


def _where(city: Area) -> dict[str, Any]:
    say = _shared.say
    areas = cast("gpd.GeoDataFrame", _shared.read("areas"))
    named = areas[(areas["level"] == "district")].dropna(subset=["name", "geometry"])
    chosen: list[str] = []
    area: Area | None = city
    if len(named):
        extent = st.radio(
            say("room.extent"),
            (EVERYWHERE, CHOSEN),
            format_func=lambda code: say(f"room.extent.{code}"),
            key=key("extent"),
        )
        if extent == CHOSEN:
            names = dict(zip(named["id"], named["name"], strict=True))
            chosen = st.multiselect(
                say("room.areas"), list(names), format_func=names.__getitem__, key=key("areas")
            )
            picked = named[named["id"].isin(chosen)]
            area = room_area.area_of(picked)  # none: it is asked for when the session is made
            _drawn(named, picked)
            st.text(say("room.areas_about"))
    cell_m = _cell(areas, tuple(chosen))
    return {"area": area, "cell_m": cell_m, "landmarks": _landmarks(area or city, tuple(chosen))}


def _drawn(named: gpd.GeoDataFrame, picked: gpd.GeoDataFrame) -> None:
    picture = sketch.where(list(named.geometry), list(picked.geometry), _shared.tokens())
    if picture:
        st.image(picture, width=420, alt=_shared.say("room.areas_drawn"))


def _cell(areas: gpd.GeoDataFrame, chosen: tuple[str, ...]) -> int:
    say = _shared.say
    density = _shared.once(
        "room density",
        chosen,
        lambda: squares.people_per_km2(areas, _shared.read("population"), chosen=chosen),
    )
    advised = squares.advised_m(density)
    _start_with("cell", advised)
    picked = st.selectbox(
        say("room.cell"),
        CELL_SIZES,
        format_func=lambda metres: say("room.cell_metres", metres=metres),
        help=say("room.cell_help"),
        key=key("cell"),
    )
    if density is not None:
        people = f"{round(density, -2):,.0f}"
        st.text(say("room.cell_advised", people=people, metres=advised))
    return int(picked)


def _landmarks(area: Area, chosen: tuple[str, ...]) -> tuple[str, ...] | None:
    """Let kinds of landmarks be left out; another area offers all of its kinds anew."""
    say = _shared.say
    counts = _shared.once("room landmarks", area, lambda: counted_landmarks(area))
    if not counts:
        st.text(say("room.landmarks_none"))
        return None
    name = landmarks_name(chosen)
    _start_with(name, list(counts))
    picked = st.multiselect(
        say("room.landmarks"),
        list(counts),
        format_func=lambda kind: f"{say(f'place_kind.{kind}')} ({counts[kind]})",
        help=say("room.landmarks_help"),
        key=key(name),
    )
    return None if set(picked) == set(counts) else tuple(picked)


def landmarks_name(chosen: Collection[str]) -> str:
    """Name the widget of the landmarks of some areas; empty: of the whole city."""
    return "_".join(["landmarks", *sorted(chosen)])


def counted_landmarks(area: Area) -> dict[str, int]:
    """Count the landmarks of each kind inside of the area."""
    places = cast("gpd.GeoDataFrame", _shared.read("places"))
    if not len(places):
        return {}
    west, south, east, north = area
    inside = places.dropna(subset=["name", "geometry"]).to_crs(room_area.GRID)
    inside = inside.cx[west:east, south:north]
    kinds = inside["kind"].fillna("other").value_counts()
    return {kind: int(kinds[kind]) for kind in vocab.PLACE_KIND if kind in kinds}


def _parties() -> tuple[str, ...]:
    say = _shared.say
    text = st.text_area(
        say("room.parties"),
        placeholder=say("room.parties_hint"),
        help=say("room.parties_help"),
        height=HEIGHT,
        key=key("parties"),
    )
    return tuple(line for line in (" ".join(one.split()) for one in text.splitlines()) if line)


def _asks(question: str) -> bool:
    _start_with(f"asks_{question}", value=True)
    return st.checkbox(_shared.say(f"room.asks.{question}"), key=key(f"asks_{question}"))


def _agreed(languages: tuple[str, ...], cell_m: int) -> dict[str, Any]:
    """Ask who answers for it and until when, and show what phones will say of it."""
    say = _shared.say
    today = clock.today()
    left, right = st.columns(2)
    organizer = left.text_input(
        say("room.organizer"),
        max_chars=TEXT_LENGTH,
        placeholder=say("room.organizer_hint"),
        key=key("organizer"),
    )
    delete_on = right.date_input(
        say("room.delete_on"),
        value=today + dt.timedelta(days=KEEP_DAYS),
        min_value=today + dt.timedelta(days=1),
        max_value=today + dt.timedelta(days=MOST_DAYS),
        help=say("room.delete_on_help"),
        key=key("delete_on"),
    )
    purpose = st.text_input(
        say("room.purpose"),
        max_chars=TEXT_LENGTH,
        placeholder=say("room.purpose_hint"),
        key=key("purpose"),
    )
    if languages:
        st.text(say("room.consent_preview"))
        shown = st.selectbox(
            say("room.preview_language"),
            languages,
            format_func=language_name,
            key=key("preview"),
        )
        with st.container(border=True, key=f"room_preview_{words.direction(shown)}"):
            lines = consent_text.lines(
                shown,
                cell_m=cell_m,
                organizer=organizer,
                purpose=purpose,
                delete_on=delete_on,
            )
            for line in lines:
                st.text(line)
    return {"organizer": organizer, "purpose": purpose, "delete_on": delete_on}


def _shown(campaigns: list[str]) -> dict[str, Any]:
    say = _shared.say
    mode = st.radio(
        say("room.mode"),
        ("batches", "instant"),
        format_func=lambda code: say(f"room.mode.{code}"),
        captions=[say("room.mode_about.batches"), say("room.mode_about.instant")],
        key=key("mode"),
    )
    moderation = st.radio(
        say("room.moderation"),
        MODERATIONS,
        format_func=lambda code: say(f"room.moderation.{code}"),
        captions=[say(f"room.moderation_about.{code}") for code in MODERATIONS],
        key=key("moderation"),
    )
    campaign = st.selectbox(
        say("room.campaign"),
        sorted({name for name in campaigns if name}),
        index=None,
        accept_new_options=True,
        placeholder=say("room.campaign_hint"),
        help=say("room.campaign_help"),
        key=key("campaign"),
    )
    return {"mode": mode, "moderation": moderation, "campaign": campaign or ""}
