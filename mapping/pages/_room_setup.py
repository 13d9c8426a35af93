"""The form that sets a session up: a title and one click, and everything else folded in steps."""

from __future__ import annotations

from typing import Any, cast

import geopandas as gpd
import streamlit as st

from layers import clock, room_area
from layers import room as rooms
from layers.errors import LayerError
from layers.room_session import TITLE_LENGTH, Session
from layers.room_setup import QUESTIONS, SetUp
from mapping import words
from mapping.pages import _room_steps, _shared

NEWEST = "room_newest"  # the session that the page shows next


def form(room: rooms.Room, earlier: list[Session]) -> None:
    """Show the form, and make the session that it describes."""
    say = _shared.say
    city = _room_steps.whole_city()
    if city is None:
        _shared.missing(say("room.no_city"))
        return
    title_at, act_at = st.columns([3, 2], gap="medium", vertical_alignment="bottom")
    title = title_at.text_input(
        say("room.name"),
        max_chars=TITLE_LENGTH,
        key=_room_steps.key("title"),
        help=say("room.name_help"),
    )
    with act_at, st.container(horizontal=True):
        made = st.button(say("room.create"), key=_room_steps.key("create"), type="primary")
        tried = st.button(
            say("room.rehearse"), key=_room_steps.key("rehearse"), help=say("room.rehearse_about")
        )
    st.text(say("room.enough"))
    said = st.container()
    if earlier:
        _copying(earlier)
    steps, card = st.columns([3, 2], gap="large")
    with steps:
        chosen = _room_steps.steps(city, [one.setup.campaign for one in earlier])
    with card, st.container(key="room_set", border=True):
        _set(chosen, is_city=chosen["area"] == city)
    if made or tried:
        with said:
            _make(room, chosen | {"title": title}, rehearsal=tried)


def _set(chosen: dict[str, Any], *, is_city: bool) -> None:
    """Say what is chosen at a glance, so that nothing has to be unfolded to be sure of it."""
    say = _shared.say
    named = chosen["audience_name"]
    where = say("room.extent.city") if is_city else say("room.extent.areas")
    asks = ", ".join(say(f"room.ask.{one}") for one in chosen["asks"])
    tongues = [*chosen["languages"], *chosen["aloud"]]
    unsettled = [tag for tag in tongues if tag not in chosen["interpreters"]]
    st.text(say("room.set"))
    st.text(say(f"room.audience.{chosen['audience']}") + (f", {named}" if named else ""))
    st.text(", ".join(_room_steps.language_name(tag) for tag in tongues))
    st.text(say("room.set_squares", where=where, metres=chosen["cell_m"]))
    if chosen["parties"]:
        st.text(say("room.set_parties", names=", ".join(chosen["parties"])))
    st.text(say("room.set_asks", names=asks) if asks else say("room.set_asks_none"))
    st.text(say(f"room.mode.{chosen['mode']}"))
    st.text(say(f"room.moderation.{chosen['moderation']}"))
    st.text(say("room.set_deleted", day=_room_steps.day(chosen["delete_on"])))
    if unsettled:
        st.text(
            say(
                "room.set_open",
                names=", ".join(_room_steps.language_name(tag) for tag in unsettled),
            )
        )
    if not chosen["safeguard"]:
        st.text(say("room.set_nobody"))


def _copying(earlier: list[Session]) -> None:
    say = _shared.say
    by_id = {session.id: session for session in earlier}
    with st.popover(say("room.copy")):
        st.selectbox(
            say("room.copy_which"),
            list(by_id),
            format_func=lambda one: say(
                "room.copy_option",
                title=by_id[one].title,
                day=by_id[one].held_on.isoformat(),
            ),
            key=_room_steps.key("copy_which"),
        )
        st.button(say("room.copy_take"), key=_room_steps.key("copy"), on_click=_copy, args=(by_id,))


def _copy(by_id: dict[str, Session]) -> None:
    """Fill the form with an earlier set-up; not its title, and never what was said there."""
    session = by_id[st.session_state[_room_steps.key("copy_which")]]
    setup = session.setup
    spoken = [tag for tag in session.languages if tag in words.room_languages()]
    known = set(_room_steps.tongues()) - set(words.room_languages())
    kept: dict[str, Any] = {
        "audience": setup.audience,
        "audience_name": setup.audience_name,
        "safeguard": setup.safeguard,
        "languages": spoken,
        "aloud": [tag for tag in setup.interpreters if tag in known],
        "cell": session.cell_m,
        "parties": "\n".join(setup.parties),
        "organizer": setup.organizer,
        "purpose": setup.purpose,
        "mode": session.mode,
        "moderation": setup.moderation,
        "campaign": setup.campaign or None,
    }
    kept |= {f"interpreter_{tag}": who for tag, who in setup.interpreters.items()}
    kept |= {f"asks_{one}": one in setup.asks for one in QUESTIONS}
    if session.kind == "rehearsal":  # which is instant whatever was chosen
        kept.pop("mode")
    chosen = _areas_of(session)
    kept |= (
        {"extent": _room_steps.CHOSEN, "areas": chosen}
        if chosen
        else {"extent": _room_steps.EVERYWHERE}
    )
    counts = _room_steps.counted_landmarks(session.area or _room_steps.whole_city() or (0, 0, 0, 0))
    if setup.landmarks is not None:
        offered = [kind for kind in setup.landmarks if kind in counts]
        kept[_room_steps.landmarks_name(chosen)] = offered
    for name, value in kept.items():
        st.session_state[_room_steps.key(name)] = value


def _areas_of(session: Session) -> list[str]:
    """Find the districts that a session was set up for; none where it was the whole city."""
    if session.area is None or session.area == _room_steps.whole_city():
        return []
    areas = cast("gpd.GeoDataFrame", _shared.read("areas"))
    named = areas[areas["level"] == "district"].dropna(subset=["name", "geometry"])
    west, south, east, north = session.area
    boxes = named.to_crs(room_area.GRID).bounds
    inside = (boxes["minx"] >= west + room_area.MARGIN_M) & (
        boxes["miny"] >= south + room_area.MARGIN_M
    )
    inside &= (boxes["maxx"] <= east - room_area.MARGIN_M) & (
        boxes["maxy"] <= north - room_area.MARGIN_M
    )
    picked = named[inside]
    return list(picked["id"]) if room_area.area_of(picked) == session.area else []


def _make(room: rooms.Room, chosen: dict[str, Any], *, rehearsal: bool) -> None:
    """Make the session: a real one ready, a rehearsal open and instant at once."""
    say = _shared.say
    if chosen["area"] is None:
        _shared.fault(say("room.areas_needed"))
        return
    # a language that is only spoken stays, also while nobody is found to interpret it
    interpreters = dict.fromkeys(chosen["aloud"], "") | chosen["interpreters"]
    session_fields = ("languages", "cell_m", "area", "delete_on")
    setup = {
        name: value
        for name, value in chosen.items()
        if name not in (*session_fields, "title", "mode", "aloud")
    }
    try:
        made = room.create(
            title=chosen["title"] or (say("room.rehearsal_name") if rehearsal else ""),
            kind="rehearsal" if rehearsal else "real",
            mode="instant" if rehearsal else chosen["mode"],
            atlas=str(_shared.atlas_path().resolve()),
            held_on=clock.today(),
            state="open" if rehearsal else "ready",
            setup=SetUp(**setup | {"interpreters": interpreters}),
            **{name: chosen[name] for name in session_fields},
        )
    except LayerError as error:
        _shared.fault(_shared.explain(error))
        return
    st.session_state[NEWEST] = made.id
    st.rerun()
