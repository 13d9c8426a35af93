"""The part of a form that says where something is: on the map, in words, and how exactly."""

from __future__ import annotations

from typing import Any

import shapely
import streamlit as st

from layers import coarsening, editing, vocab
from mapping import maps
from mapping.pages import _edit_fields, _map, _shared
from mapping.pages._edit_fields import Form, Ref

FAR_KM = 30


def where(form: Form, ref: Ref) -> None:
    """Show the fields of a place: how exact, the point on the map, address, area."""
    say = _shared.say
    fields, picture = st.columns([2, 3], gap="medium")
    with fields:
        _edit_fields.draw(form, ref, "precision")
        precision = form.said[ref]["precision"]
        _warn(form, ref, precision)
        if precision != "hidden":
            _edit_fields.draw(form, ref, "name", "address")
        _edit_fields.draw(form, ref, "area_id", "public_contact", "step_free")
    if precision in ("hidden", "city", "area"):
        return  # layers.coarsening erases the point, or puts it in the middle of the area
    with picture:
        now = _point(form, ref)
        _edit_fields.put(form, ref, "geometry", now)
        _moved(form.before(ref, "geometry"), now)
        st.text(say("edit.click_map"))
        _picture(form, ref, now)


def _warn(form: Form, ref: Ref, precision: str | None) -> None:
    """Say before it is saved what will be erased, and of which rows."""
    say = _shared.say
    before = form.before(ref, "precision")
    if precision == "hidden" and before == "hidden":
        _shared.fault(say("edit.is_hidden"), key=f"cg_fault_hidden_{ref[1]}")
    elif before == "hidden" and precision is not None:
        _shared.fault(say("edit.unhide"), key=f"cg_fault_unhide_{ref[1]}")
    elif precision in vocab.PRECISION and coarsening.coarser(before, str(precision)):
        here = coarsening.guests(tables(), ref[1])
        key = "edit.will_hide" if precision == "hidden" else "edit.will_coarsen"
        lines = [say(key)]
        if here:
            lines.append(say("edit.will_hide_rows", names=", ".join(one.name for one in here)))
        _shared.fault("\n".join(lines), key=f"cg_fault_hide_{ref[1]}")
    elif precision == "hidden":
        st.text(say("edit.hidden_new"))


def _point(form: Form, ref: Ref) -> shapely.Point | None:
    say = _shared.say
    before = form.before(ref, "geometry")
    for part, value in (("lon", getattr(before, "x", None)), ("lat", getattr(before, "y", None))):
        if form.key(ref, part) not in st.session_state:
            st.session_state[form.key(ref, part)] = value
    left, right = st.columns(2)
    numbers: list[float | None] = []
    for place, part, most in ((left, "lat", 90.0), (right, "lon", 180.0)):
        with place:
            numbers.append(
                st.number_input(
                    say(f"edit.{part}"),
                    value=None,
                    min_value=-most,
                    max_value=most,
                    step=0.0001,
                    format="%.6f",
                    key=form.key(ref, part),
                )
            )
    lat, lon = numbers
    return None if lat is None or lon is None else shapely.Point(lon, lat)


def _moved(before: Any, now: shapely.Point | None) -> None:  # noqa: ANN401 - a point or nothing
    say = _shared.say
    if before is None or now is None or editing.same(before, now):
        return
    metres = editing.metres_between(before, now)
    st.text(
        say(
            "edit.moved",
            metres=f"{metres:,.0f}",
            before=_edit_fields.shown("locations", "geometry", before),
            now=_edit_fields.shown("locations", "geometry", now),
        )
    )
    if metres > FAR_KM * 1000:
        _shared.fault(say("edit.far", km=f"{metres / 1000:,.0f}"), key="cg_fault_far")


def _picture(form: Form, ref: Ref, now: shapely.Point | None) -> None:
    before = form.before(ref, "geometry")

    def picked(handle: str) -> None:
        spot = maps.spot(handle)
        if spot is not None:
            st.session_state[form.key(ref, "lon")], st.session_state[form.key(ref, "lat")] = spot

    aim = maps.Aim(was=_degrees(before), now=_degrees(now))
    spec = _map.spec(_map.areas(), aim=aim)
    if spec is None:
        st.text(_shared.say("edit.no_map"))
        return
    _map.show(spec, key=f"edit_map_{form.turn}_{ref[1]}", on_pick=picked)


def _degrees(point: Any) -> tuple[float, float] | None:  # noqa: ANN401 - a point or nothing
    return None if point is None else (round(point.x, 6), round(point.y, 6))


def tables() -> dict[str, Any]:
    """Give the tables a form may name rows of."""
    return {name: _shared.read(name) for name in READ}


READ = (
    *("organizations", "services", "service_languages", "locations", "service_at_location"),
    *("schedules", "usage", "assets", "trust", "ties", "bodies", "seats", "areas", "population"),
    *("statements", "places", "sessions", "imports", "standings", "towers", "ratings"),
    *("bans", "replies"),
)
