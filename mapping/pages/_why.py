"""Why a service does not count, in words: of trust never a verdict, always who said so and when."""

from __future__ import annotations

import pandas as pd

from mapping import trust
from mapping.needs import Need
from mapping.pages import _shared
from mapping.personas import Persona


def why(reason: str, need: Need, organization: object) -> str:
    """Say why a service does not count for a person.

    Parameters
    ----------
    reason
        A fact of a step, or why a service has no place.
    need
        What is asked.
    organization
        Who offers the service; nothing where nobody is known to.
    """
    community = need.community if isinstance(need, Persona) else None
    if reason != "trust" or community is None:
        return _shared.say(f"gaps.why_{reason}")
    if isinstance(need, Persona) and need.not_own_community:
        own = trust.of_community(_shared.read("organizations"), community)
        if str(organization) in own:
            return _shared.say("gaps.why_own_community")
    said = _said(str(organization), community)
    return _shared.say("gaps.why_trust_said", said=said) if said else _shared.say("gaps.why_trust")


def _said(organization: str, community: str) -> str:
    """Say how many women said so, as a band, and on which day."""
    mine = trust.said_by(_shared.read("trust"), community)
    days = _shared.read("sessions").set_index("id")["held_on"]
    found = []
    for one in mine[mine["organization_id"].eq(organization)].itertuples():
        day = days.get(one.session_id)
        text = "…" if pd.isna(day) else f"{day:%Y-%m-%d}"
        found.append(_shared.say("map.said_by", band=one.said_by, day=text))
    return "; ".join(dict.fromkeys(found))
