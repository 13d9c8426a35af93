"""The map as pages show it: the layers every page has, and the one call of streamlit-folium."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from typing import Any

import pandas as pd
import streamlit as st
from streamlit_folium import st_folium

from layers import consent
from mapping import features, maps, pictograms, served, words
from mapping.pages import _shared

# what map_assets/*.js say; fetched as JSON and set as text
WORDS = (
    "feeling.mixed",
    "feeling.safe",
    "feeling.unsafe",
    "map.aim_now",
    "map.aim_was",
    "map.credit",
    "map.gap_people",
    "map.gap_suppressed",
    "map.gap_unknown",
    "map.gap_zero",
    "map.hour_day",
    "map.hour_evening",
    "map.hour_night",
    "map.layer_actors",
    "map.layer_actors_city",
    "map.layer_actors_unknown",
    "map.layer_areas",
    "map.layer_assets",
    "map.layer_gap",
    "map.layer_migrant_led",
    "map.layer_places",
    "map.layer_reach",
    "map.layer_reports",
    "map.layer_services",
    "map.layer_ties",
    "map.legend",
    "map.lost",
    "map.number_format",
    "map.reports_note",
    "map.rough",
    "map.several",
    "map.whole_city",
    "map.within_perhaps",
    "map.within_sure",
    "map.zoom_in",
    "map.zoom_out",
    "time_of_day.day",
    "time_of_day.evening",
    "time_of_day.night",
)
HEIGHT = 640  # until the map has measured the window
LABEL_KINDS = ("water", "green")


def address(name: str, make: Callable[[], Any], *, key: Hashable = "") -> str:
    """Publish what ``make`` gives, made once for each state of the atlas and each ``key``."""
    content = _shared.once(f"map {name}", key, lambda: served.encoded(make()))
    return served.publish(content, kind="json")


def things() -> tuple[maps.Layer, ...]:
    """Give the layers of what is in the city: services, groups, what was said, places, assets."""
    read = _shared.read
    locations = read("locations")
    made: dict[str, Callable[[], Any]] = {
        "reports": lambda: features.reports(read("reported_cells"), read("sessions")),
        "services": lambda: features.services(
            read("services"), read("service_at_location"), locations
        ),
        "migrant_led": lambda: features.actors(read("organizations"), locations, migrant_led=True),
        "actors": lambda: features.actors(read("organizations"), locations, migrant_led=False),
        "places": lambda: features.places(read("places")),
        "assets": lambda: features.assets(read("assets"), locations),
    }
    return tuple(maps.Layer(kind=kind, url=address(kind, make)) for kind, make in made.items())


def areas() -> tuple[maps.Layer, ...]:
    """Give the outlines of the areas, and the names of water and parks."""
    table = _shared.read("areas")
    ground = _shared.read("ground")
    level = features.outline_level(table)
    outlines = []
    if level is not None:
        url = address("areas", lambda: features.areas(table, level=level))
        outlines.append(maps.Layer(kind="areas", url=url))
    named = ground[ground["kind"].isin(LABEL_KINDS)]
    url = address("labels", lambda: features.ground_labels(named))
    return (*outlines, maps.Layer(kind="labels", url=url))


def gap(values: pd.DataFrame, *, key: Hashable) -> maps.Layer:
    """Give the layer of people not reached.

    Parameters
    ----------
    values
        As for :func:`mapping.features.gap`: ``area_id``, ``people`` and, where some are withheld,
        ``suppressed``.
    key
        All that ``values`` depends on besides the atlas.
    """
    table = _shared.read("areas")
    shaped = _shared.once("gap shapes", "", lambda: features.shapes(table))
    url = address("gap", lambda: features.gap(table, values, shaped=shaped), key=key)
    return maps.Layer(kind="gap", url=url)


def spec(
    layers: tuple[maps.Layer, ...],
    *,
    pick: str = "",
    only: tuple[str, ...] = (),
    aim: maps.Aim | None = None,
    instead: Mapping[str, str] | None = None,
) -> maps.Spec | None:
    """Put a map together from layers, in the language and the colours of this browser.

    Parameters
    ----------
    layers, pick, only, aim
        As of :class:`mapping.maps.Spec`.
    instead
        Sentences of this map in the place of those of ``WORDS``: what the same layer shows here.

    Returns
    -------
    spec
        None where the atlas has nothing with a place, so that there is no map to show.
    """
    read = _shared.read
    bounds = features.bounds(
        *(read(table) for table in ("areas", "streets", "ground", "locations", "places"))
    )
    if bounds is None:
        return None
    lang = _shared.lang()
    return maps.Spec(
        base=address("base", lambda: features.base(read("streets"), read("ground"))),
        names=address("names", lambda: _names(read)),
        words=served.publish_json(
            {key: words.sentences(lang)[key] for key in WORDS}
            | {"map.credit": credit()}
            | dict(instead or {})
        ),
        pictures=served.publish_json(pictograms.all_pictures()),
        theme=served.publish_json(_shared.tokens()),
        layers=layers,
        bounds=bounds,
        pick=pick,
        only=only,
        direction=words.direction(lang),
        aim=aim,
    )


def credit() -> str:
    """Name whose data the map shows, as the licences of the imports say; set as text."""
    named = dict.fromkeys(_shared.read("imports")["licence"].dropna())
    return " · ".join((_shared.say("map.credit"), *named))


def show(
    chosen: maps.Spec, *, key: str, on_pick: Callable[[str], None] | None = None
) -> str | None:
    """Show a map; panning, zooming and switching layers stay in the browser.

    Parameters
    ----------
    chosen
        What it shows, from :func:`spec`. The same ``key`` with another spec changes the map that
        is there: zoom and position stay.
    key
        Name of the map, one for each page.
    on_pick
        Called with the handle of a thing that was clicked, before the page runs again; the place
        to set another widget by.

    Returns
    -------
    handle
        What was clicked last on this map, or None.
    """

    def picked() -> None:
        value = st.session_state.get(key)
        if on_pick is not None and isinstance(value, dict) and _is_handle(value.get("id")):
            on_pick(str(value["id"]))

    value = st_folium(
        maps.city_map(chosen),
        key=key,
        height=HEIGHT,
        use_container_width=True,
        returned_objects=[],  # nothing of Leaflet's comes back: no run on each pan and zoom
        on_change=picked,
    )
    found = value.get("id") if isinstance(value, dict) else None
    return str(found) if _is_handle(found) else None


def _is_handle(value: object) -> bool:
    return isinstance(value, str) and features.HANDLE.fullmatch(value) is not None


def _names(read: Callable[[str], pd.DataFrame]) -> dict[str, str]:
    return features.names(
        service=read("services"),
        actor=consent.shown_actors(read("organizations")),
        asset=consent.shown_assets(read("assets")),
        place=read("places"),
        area=read("areas"),
        ground=read("ground"),
    )
