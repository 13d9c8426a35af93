"""Who could take a seat: organizations of the sector, and its services most and least used."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from layers import clock
from mapping import seats, seats_offered, use_around
from mapping.city import City
from mapping.pages import _question, _shared
from mapping.seats import Body
from mapping.seats_offered import Offered, Use, Used

NAMED = 12  # organizations written out before the rest is counted


def show(body: Body, sector: str, names: Mapping[str, str]) -> None:
    """Propose who could take the seat of a sector that has none."""
    say = _shared.say
    found = _offered(body, sector, seats_offered.EVERYBODY)
    title = say("seats.offer", sector=say(f"sector.{sector}"))
    with st.expander(title, key=f"seats_offer_{body.id}_{sector}"):
        listed = [names[one] for one in found.actors if one in names]
        if listed:
            st.text(say("seats.offer_actors", names=counted(listed)))
        else:
            st.text(say("seats.offer_none"))
        if found.most is not None:
            st.text(_said("offer_most", found.most, names))
        if found.least is not None:
            key = "offer_least"
            if found.least.count is None:
                key = "offer_least_withheld"
            elif found.least.expected is not None:
                key = "offer_least_around"
            st.text(_said(key, found.least, names))
        if found.services:
            st.text(
                say(
                    "seats.offer_known",
                    counted=found.counted,
                    services=found.services,
                    withheld=found.withheld,
                )
            )


def used(body: Body, names: Mapping[str, str]) -> None:
    """Set the most and the least used service of every sector beside its seat in the body."""
    say, usage = _shared.say, _shared.read("usage")
    groups = [one for one in usage["group_code"].dropna().unique() if isinstance(one, str)]
    if not body.listed or not groups:
        return
    with st.expander(say("seats.used"), key=f"seats_used_{body.id}"):
        labels = _question.group_labels()
        order = sorted(groups, key=lambda one: (one != seats_offered.EVERYBODY, one))
        group = st.selectbox(
            say("seats.used_whose"),
            order,
            format_func=lambda one: labels.get(one, one),
            key=f"seats_used_by_{body.id}",
        )
        rows = [
            _row(body, sector, which, one, names)
            for sector in body.listed
            for which, one in _both(_offered(body, sector, str(group)))
        ]
        if not rows:
            st.text(say("seats.used_none"))
            return
        st.dataframe(pd.DataFrame(rows), hide_index=True, key=f"seats_used_table_{body.id}")
        st.text(say("seats.used_about", metres=f"{use_around.AROUND_M:,.0f}"))


def _both(found: Offered) -> list[tuple[str, Used]]:
    pairs = (("most", found.most), ("least", found.least))
    return [(which, one) for which, one in pairs if one is not None]


def _row(
    body: Body, sector: str, which: str, one: Used, names: Mapping[str, str]
) -> dict[str, Any]:
    say = _shared.say
    here = {
        seat.state
        for held in body.sectors
        for seat in held.seats
        if seat.organization == one.organization
    }
    state = next((each for each in seats.STATES if each in here), seats.NOBODY)
    invited = "seats.not_invited" if state == seats.NOBODY else f"seat_state.{state}"
    return {
        say("seats.col_sector"): say(f"sector.{sector}"),
        say("seats.col_which"): say(f"seats.used_{which}"),
        say("seats.col_service"): _called(one),
        say("seats.col_name"): names.get(one.organization, ""),
        say("seats.col_came"): say("seats.withheld") if one.count is None else f"{one.count:,}",
        say("seats.col_expected"): "" if one.expected is None else f"{one.expected:,}",
        say("seats.col_invited"): say(invited),
    }


def counted(listed: list[str]) -> str:
    """Write names out, and count those beyond the first dozen."""
    first = ", ".join(listed[:NAMED])
    if len(listed) <= NAMED:
        return first
    return _shared.say("seats.offer_more", names=first, more=len(listed) - NAMED)


def _offered(body: Body, sector: str, group: str) -> Offered:
    read = _shared.read
    return _shared.once(
        "seats offered",
        (body.id, sector, group),
        lambda: seats_offered.offered(
            body,
            sector,
            organizations=read("organizations"),
            services=read("services"),
            use=_shared.once("seats use", group, lambda: _use(group)),
        ),
    )


def _use(group: str) -> Use:
    """Read how a group uses services, and how it would if those around came as usual."""
    here, services = _shared.atlas(), _shared.read("services")
    usage = _shared.read("usage")
    city = _shared.once("gaps city", clock.today(), lambda: City(here.read, here.meta()))
    known = seats_offered.used_last(services, usage, group)
    expected = use_around.expected(
        {one.service: one.count for one in known if one.count is not None},
        use_around.people_around(city, group),
        dict(zip(services["id"], services["category"], strict=True)),
    )
    return Use(table=usage, group=group, expected=expected)


def _called(one: Used) -> str:
    services = _shared.read("services")
    return str(services.loc[services["id"] == one.service, "name"].iloc[0])


def _said(key: str, one: Used, names: Mapping[str, str]) -> str:
    numbers = {"count": one.count, "expected": one.expected}
    blanks = {name: f"{value:,}" for name, value in numbers.items() if value is not None}
    return _shared.say(
        f"seats.{key}",
        service=_called(one),
        name=names.get(one.organization, ""),
        date=one.ends or _shared.say("seats.offer_day_unknown"),
        **blanks,
    )
