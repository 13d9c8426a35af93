"""Whom to ask next: organizations by the people whose answer hangs on what nobody knows yet."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from mapping.pages import _quality, _shared

TABLE = "quality_ask"


def show(found: _quality.Found) -> None:
    """List the organizations, and for the chosen one what to ask of which service."""
    say = _shared.say
    if found.ask.empty:
        st.text(say("quality.ask_none"))
        return
    st.text(say("quality.ask_about"))
    listed = pd.DataFrame(
        {
            say("quality.column_organization"): [
                _organization(found, one) for one in found.ask["organization_id"]
            ],
            say("quality.column_questions"): found.ask["questions"],
            say("quality.column_services"): found.ask["services"],
            say("quality.column_most"): found.ask["most"].map(_quality.people),
        }
    )
    chosen = st.dataframe(
        listed,
        column_order=_quality.order(listed),
        hide_index=True,
        height="content" if len(listed) <= 10 else 388,
        key=TABLE,
        column_config={say("quality.column_most"): st.column_config.TextColumn(alignment="right")},
        selection_mode="single-row",
        on_select="rerun",
    )
    _quality.take_away(_all_facts(found), "ask")
    rows = [at for at in chosen["selection"]["rows"] if at < len(found.ask)]
    _one(found, found.ask["organization_id"].iloc[rows[0] if rows else 0])


def _one(found: _quality.Found, organization: Any) -> None:  # noqa: ANN401 - or none
    say = _shared.say
    name = _organization(found, organization)
    of = found.facts["organization_id"]
    mine = found.facts[of.isna() if pd.isna(organization) else of.eq(organization)]
    with st.container(border=True, key="quality_ask_one"):
        st.text(say("quality.ask_one", name=name, count=len(mine)))
        table = pd.DataFrame(
            {
                say("quality.column_service"): [
                    _quality.name_of(found, "services", one) for one in mine["service_id"]
                ],
                say("quality.column_what"): [
                    say(f"attribute.services.{fact}") for fact in mine["fact"]
                ],
                say("quality.column_people"): mine["people"].map(_quality.people),
            }
        )
        st.dataframe(
            table,
            column_order=_quality.order(table),
            hide_index=True,
            height="content" if len(table) <= 8 else 318,
            key="quality_ask_facts",
            column_config={
                say("quality.column_people"): st.column_config.TextColumn(alignment="right")
            },
        )
        if pd.notna(organization):
            _shared.link("ask", say("quality.ask_link"), organization=str(organization))
        for service in list(dict.fromkeys(mine["service_id"]))[:6]:
            label = say("quality.mend", name=_quality.name_of(found, "services", service))
            _shared.edit_link("services", str(service), label)


def _organization(found: _quality.Found, one: Any) -> str:  # noqa: ANN401 - or none
    if pd.isna(one):
        return _shared.say("quality.nobody")
    return _quality.name_of(found, "organizations", one)


def _all_facts(found: _quality.Found) -> pd.DataFrame:
    say, facts = _shared.say, found.facts
    return pd.DataFrame(
        {
            say("quality.column_organization"): [
                _organization(found, one) for one in facts["organization_id"]
            ],
            say("quality.column_service"): [
                _quality.name_of(found, "services", one) for one in facts["service_id"]
            ],
            say("quality.column_what"): [say(f"attribute.services.{one}") for one in facts["fact"]],
            say("quality.column_people"): facts["people"].map(_quality.people),
        }
    )
