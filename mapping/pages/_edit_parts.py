"""The parts of a service and of a body: languages, places with their hours, and seats."""

from __future__ import annotations

from typing import Any

import streamlit as st

from layers import checking, clock, editing
from mapping import week_strip
from mapping.pages import _edit_fields, _edit_places, _shared
from mapping.pages._edit_fields import Form, Ref


def start(form: Form) -> None:
    """Put the rows that are part of a row into its form, as they are now."""
    going = {form.table: [form.id]}
    for table in ("service_languages", "service_at_location", "schedules", "seats"):
        for parent, column in _parents(table):
            held = _shared.read(table)
            mine = held[held[column].isin(going.get(parent, []))]
            if parent in going:
                going[table] = [str(one) for one in mine["id"]]
                form.seen |= {
                    (table, str(one["id"])): checking.plain(one) for one in mine.to_dict("records")
                }


def _parents(table: str) -> list[tuple[str, str]]:
    return [
        (parent, column)
        for parent, parts in editing.PARTS.items()
        for part, column in parts
        if part == table
    ]


def languages(form: Form) -> None:
    """Show the languages a service works in, each with its level."""
    say = _shared.say
    st.subheader(say("edit.languages"), anchor=False)
    for ref in form.parts("service_languages"):
        _edit_fields.put(form, ref, "service_id", form.id)
        one, two, three = st.columns([3, 3, 1], vertical_alignment="bottom")
        with one:
            _edit_fields.draw(form, ref, "language")
        with two:
            _edit_fields.draw(form, ref, "level")
        with three:
            _drop(form, ref)
    st.button(
        say("edit.add_language"),
        key=form.key(form.ref, "add_language"),
        on_click=form.part,
        args=("service_languages",),
        kwargs={"service_id": form.id},
    )


def seats(form: Form) -> None:
    """Show the seats of a body."""
    say = _shared.say
    st.subheader(say("edit.seats"), anchor=False)
    for ref in form.parts("seats"):
        _edit_fields.put(form, ref, "body_id", form.id)
        with st.container(border=True, key=form.key(ref, "box")):
            one, two, three, four = st.columns([3, 3, 3, 2], vertical_alignment="bottom")
            for place, name in ((one, "sector"), (two, "organization_id"), (three, "state")):
                with place:
                    _edit_fields.draw(form, ref, name)
            with four:
                _edit_fields.draw(form, ref, "since")
                _drop(form, ref)
    st.button(
        say("edit.add_seat"),
        key=form.key(form.ref, "add_seat"),
        on_click=form.part,
        args=("seats",),
        kwargs={"body_id": form.id, "state": "not_asked"},
    )


def places(form: Form) -> None:
    """Show where a service is offered, and when it is open there."""
    say = _shared.say
    st.subheader(say("edit.places"), anchor=False)
    for link in form.parts("service_at_location"):
        _edit_fields.put(form, link, "service_id", form.id)
        with st.container(border=True, key=form.key(link, "box")):
            _place(form, link)
            for ref in form.parts("schedules"):
                parent = (form.seen[ref] or form.said.get(ref, {}))["service_at_location_id"]
                if parent == link[1]:
                    _hours(form, ref, parent)
            left, right = st.columns([1, 1])
            left.button(
                say("edit.add_hours"),
                key=form.key(link, "add_hours"),
                on_click=form.part,
                args=("schedules",),
                kwargs={"service_at_location_id": link[1]},
            )
            with right:
                _drop(form, link, also="schedules")
    left, right = st.columns([1, 1])
    key = form.key(form.ref, "add_place")
    left.button(
        say("edit.add_place"),
        key=key,
        on_click=form.part,
        args=("service_at_location",),
        kwargs={"service_id": form.id},
    )
    if not _new_place(form):
        key = form.key(form.ref, "new_place")
        right.button(say("edit.new_place"), key=key, on_click=_add_new, args=(form,))


def own_place(form: Form) -> None:
    """Show where an actor or an asset is: a place that is here already, or a new one."""
    say = _shared.say
    new = _new_place(form)
    if new is not None:
        with st.container(border=True, key=form.key(new, "box")):
            st.text(say("edit.new_place"))
            _edit_places.where(form, new)
            st.button(
                say("edit.no_new_place"),
                key=form.key(new, "drop"),
                on_click=form.drop,
                args=(new,),
            )
        _edit_fields.put(form, form.ref, "location_id", new[1])
        return
    _edit_fields.draw(form, form.ref, "location_id")
    chosen = form.said[form.ref]["location_id"]
    left, right = st.columns(2)
    with left:
        if chosen:
            _shared.edit_link("locations", str(chosen), say("edit.open_place"))
    right.button(
        say("edit.new_place"),
        key=form.key(form.ref, "new_place"),
        on_click=form.part,
        args=("locations",),
    )


def _place(form: Form, link: Ref) -> None:
    say = _shared.say
    spot = form.said.get(link, {}).get("location_id")
    new = ("locations", str(spot))
    if new in form.seen:
        _edit_fields.put(form, link, "location_id", new[1])
        st.text(say("edit.new_place"))
        _edit_places.where(form, new)
        return
    _edit_fields.draw(form, link, "location_id")
    chosen = form.said[link]["location_id"]
    held = editing.row(_shared.read("locations"), str(chosen)) if chosen else None
    if held is None:
        return
    parts = [held["address"], _shared.say(f"precision.{held['precision']}")]
    st.text(" · ".join(part for part in parts if part))
    _shared.edit_link("locations", str(chosen), say("edit.open_place"))


def _new_place(form: Form) -> Ref | None:
    return next((ref for ref in form.seen if ref[0] == "locations" and ref != form.ref), None)


def _add_new(form: Form) -> None:
    place = ("locations", editing.new_id("locations"))
    form.begin(place)
    form.part("service_at_location", service_id=form.id, location_id=place[1])


def _drop(form: Form, ref: Ref, *, also: str = "") -> None:
    def drop() -> None:
        for part in form.parts(also) if also else []:
            parent = (form.seen[part] or form.said.get(part, {}))["service_at_location_id"]
            if parent == ref[1]:
                form.drop(part)
        spot = ("locations", str(form.said.get(ref, {}).get("location_id")))
        if ref[0] == "service_at_location" and spot in form.seen:
            form.drop(spot)
        form.drop(ref)

    st.button(_shared.say(f"edit.take_out_{ref[0]}"), key=form.key(ref, "drop"), on_click=drop)


def _hours(form: Form, ref: Ref, link_id: str) -> None:
    say, meta = _shared.say, _shared.meta()
    where: dict[str, Any] = {
        "today": clock.today(),
        "country": meta.get("country", ""),
        "timezone": meta.get("timezone") or "UTC",
    }
    held = form.before(ref, "opening_hours") or form.before(ref, "source_text") or ""
    key = form.key(ref, "hours")
    if key not in st.session_state:
        st.session_state[key] = held
    one, two, three = st.columns([4, 2, 2])
    text = one.text_input(say("field.opening_hours"), key=key, help=say("edit.hours_help"))
    with two:
        _edit_fields.draw(form, ref, "starts_on")
    with three:
        _edit_fields.draw(form, ref, "ends_on")
    _edit_fields.put(form, ref, "service_at_location_id", link_id)
    if text.strip() != held:  # hours that nobody touched stay as they came
        for name, value in editing.as_hours(text, **where).items():
            _edit_fields.put(form, ref, name, value)
    else:
        form.said[ref].pop("opening_hours", None)
        form.said[ref].pop("source_text", None)
    if not text.strip():
        st.text(say("edit.hours_none"))
    elif not editing.understood(text, **where):
        _shared.fault(say("edit.hours_not_understood"), key=f"cg_fault_hours_{ref[1]}")
    else:
        _strip(editing.week(text, **where))
    _drop(form, ref)


def _strip(week: list[list[tuple[str, int, int]]]) -> None:
    """Draw the week as it is understood."""
    say = _shared.say
    days = [say(f"weekday.{number}") for number in range(7)]
    states = {state: say(f"hours_state.{state}") for state in week_strip.STATES}
    picture = week_strip.week_strip(week, days=days, states=states, tokens=_shared.tokens())
    st.image(picture, alt=week_strip.week_text(week, days=days, states=states))
