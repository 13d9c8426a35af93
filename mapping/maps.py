"""Maps by folium, of which no text of anyone is a part: the only module that imports folium.

folium renders what it is given twice as a Jinja template and into JavaScript literals, so a
place called ``{{7*7}}`` would become 49, and worse. Here folium gets an empty map and one element
of ours. The element's script is always the same; what the map shows stands beside it as a state
of addresses, handles and numbers, and the browser fetches names and layers from those addresses.
A new state (another category, another colour setting, something searched for) is drawn by the
map that is there already, so that zoom and position stay.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import folium
from branca.element import MacroElement
from folium.template import Template

from mapping import assets, served

OURS: Final = Path(__file__).with_name("map_assets")
SCRIPTS: Final = ("shapes.js", "ground.js", "ties.js", "things.js", "panel.js", "aim.js", "map.js")
LAYER_KINDS: Final = (
    "areas",
    "gap",
    "reach",
    "reports",
    "ties",
    "services",
    "migrant_led",
    "actors_city",
    "actors",
    "actors_unknown",
    "assets",
    "places",
    "labels",
)
# What a string of the state may be: an address of ours, or a handle, a code, a key.
_ADDRESS: Final = re.compile(r"/(?:desk/served|assets)(?:/[A-Za-z0-9_-][A-Za-z0-9._-]*)+")
_SPOT: Final = re.compile(r"at:(?P<lon>-?\d{1,3}(\.\d{1,6})?):(?P<lat>-?\d{1,2}(\.\d{1,6})?)")
_WORD: Final = re.compile(r"[A-Za-z0-9:_.-]{0,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """One layer: what it is, where its features lie, and whether it shows at first."""

    kind: str
    url: str
    on: bool = True

    def __post_init__(self) -> None:
        if self.kind not in LAYER_KINDS:
            raise ValueError(f"layer kind must be one of {LAYER_KINDS}, got {self.kind!r}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """A map to choose a point on: longitude and latitude in degrees, as it was and as it is now.

    Where it is clicked, or the point is dragged to, comes back as :func:`spot` reads it.
    """

    was: tuple[float, float] | None = None
    now: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """All a map shows, as addresses and codes.

    ``base``, ``names``, ``words``, ``pictures`` and ``theme`` are addresses of published JSON;
    ``bounds`` west, south, east, north in degrees; ``pick`` the handle of what is chosen; ``only``
    the categories of services that show, empty for all; ``direction`` ``ltr`` or ``rtl``; ``aim``
    makes it a map to choose a point on.
    """

    base: str
    names: str
    words: str
    pictures: str
    theme: str
    layers: tuple[Layer, ...]
    bounds: tuple[float, float, float, float]
    pick: str = ""
    only: tuple[str, ...] = ()
    direction: str = "ltr"
    aim: Aim | None = None


def city_map(spec: Spec) -> folium.Map:
    """Make the folium map of a specification.

    Parameters
    ----------
    spec
        What it shows.

    Returns
    -------
    map
        Without tiles and without any address that is not ours.

    Raises
    ------
    ValueError
        If a string of the specification is neither an address of ours nor a handle or code.
    """
    west, south, east, north = spec.bounds
    canvas = folium.Map(
        location=((south + north) / 2, (west + east) / 2),
        zoom_start=12,
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        zoom_snap=0.25,
        zoom_delta=1,
        max_bounds_viscosity=0.8,
        world_copy_jump=False,
    )
    # folium gives these to its tiles only; clusters need to know where zooming ends
    canvas.options.update(min_zoom=9, max_zoom=19)
    canvas.default_js = [
        ("leaflet", assets.url("leaflet", "leaflet.js")),
        # folium's own script waits for jQuery's "ready" in places; 30 kB that save a broken map
        ("jquery", assets.url("jquery", "jquery.slim.min.js")),
        ("markercluster", assets.url("markercluster", "leaflet.markercluster.js")),
        *((name, _ours(name)) for name in SCRIPTS),
    ]
    canvas.default_css = [
        ("leaflet_css", assets.url("leaflet", "leaflet.css")),
        ("ours_css", _ours("map.css")),
    ]
    _City(state_text(asdict(spec))).add_to(canvas)
    return canvas


def spot(handle: str) -> tuple[float, float] | None:
    """Read where a map to choose a point on was clicked.

    Examples
    --------
    >>> spot("at:9.934561:-56.1"), spot("service:s-1"), spot("at:9.93:95")
    ((9.934561, -56.1), None, None)
    """
    found = _SPOT.fullmatch(handle)
    if found is None:
        return None
    lon, lat = float(found["lon"]), float(found["lat"])
    return (lon, lat) if abs(lon) <= 180 and abs(lat) <= 90 else None


def state_text(state: Mapping[str, Any]) -> str:
    """Write a state as JSON that can hold no text of anyone.

    Raises
    ------
    ValueError
        If it holds a string that is neither an address of ours nor made of letters, digits and
        ``: _ . -`` only, a number that is not finite, or anything that JSON has no word for.

    Examples
    --------
    >>> state_text({"pick": "service:s-12", "only": ("health",)})
    '{"pick":"service:s-12","only":["health"]}'
    >>> state_text({"pick": "{{7*7}}"})
    Traceback (most recent call last):
    ValueError: no text may enter a map; this is neither an address of ours nor a handle or code
    """
    _check(state)
    text = json.dumps(state, separators=(",", ":"), allow_nan=False)
    # Jinja looks for these three; JSON of checked strings never holds them, and must not begin to
    if any(mark in text for mark in ("{{", "{%", "{#")):
        raise ValueError("a state may not hold the marks of a template")
    return text


def _check(value: object) -> None:
    if value is None or isinstance(value, bool | int):
        return
    if isinstance(value, str):
        if not (_ADDRESS.fullmatch(value) or _WORD.fullmatch(value)):
            raise ValueError(
                "no text may enter a map; this is neither an address of ours nor a handle or code"
            )
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ValueError("a number of a map must be finite")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            _check(key)
            _check(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _check(inner)
    else:
        raise ValueError(f"a map holds no {type(value).__name__}")  # noqa: TRY004 - one error kind


def _ours(name: str) -> str:
    return served.publish((OURS / name).read_bytes(), kind=name.rpartition(".")[2])


class _City(MacroElement):
    """Our one element. streamlit-folium sends ``html`` anew on each run without a new map."""

    _template = Template(
        """
        {% macro html(this, kwargs) %}
        <script type="application/json" id="cg-state">{{ this.state }}</script>
        {% endmacro %}
        {% macro script(this, kwargs) %}
        CommonGround.start({{ this._parent.get_name() }});
        {% endmacro %}
        """
    )

    def __init__(self, state: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call] # branca has no types
        self._name = "City"
        self.state = state
