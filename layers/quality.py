"""How much is known: for each attribute that answers depend on, its share, its age, its source.

Sums on tables; nothing is drawn and nothing is guessed. Unknown counts as unknown, never as no.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from layers import vocab

# attributes that coverage, the map and the network use, in the order people meet them
ATTRIBUTES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "services": (
            *("place", "hours", "languages", "organization_id", "walk_in", "appointment"),
            *("papers_asked", "referral_asked", "women_only", "free", "childcare_on_site"),
            *("step_free", "min_age", "capacity", "waiting_days", "usage"),
        ),
        "organizations": (
            *("place", "kind", "sector", "migrant_led", "women_led", "internal", "communities"),
            *("consent_shown", "tie"),
        ),
        "ties": ("strength", "participation", "last_confirmed", "confirmed_by"),
        "areas": ("name", "population"),
        "population": ("count", "counted_on"),
        "streets": ("kind", "lit", "step_free"),
    }
)


def completeness(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Count what is known of every attribute.

    Parameters
    ----------
    tables
        Tables of the atlas by name, as ``Atlas.read`` gives them: those in :data:`ATTRIBUTES`,
        and ``locations``, ``service_at_location``, ``schedules``, ``service_languages``, ``usage``.

    Returns
    -------
    known
        One row an attribute: ``table``, ``attribute``, ``rows`` (how many there are), ``known``
        (of how many the attribute is known), ``share`` (their ratio; NaN without rows),
        ``suppressed`` (known to be withheld: neither known nor unknown), ``oldest``, ``median`` and
        ``newest`` (days on which the rows where it is known were checked; NaT where none says),
        ``undated`` (known, but nobody says when), and one column for each of
        :data:`layers.vocab.SAYS_WHO` and ``nobody`` (of the known ones: who said so).
    """
    rows = []
    for name, attributes in ATTRIBUTES.items():
        table = tables[name]
        joined = _joined(name, tables)
        for attribute in attributes:
            is_known = joined.get(attribute)
            if is_known is None:
                is_known = table[attribute].map(_has_content)
            rows.append(_row(name, attribute, table, is_known.astype(bool)))
    return pd.DataFrame(rows)


def _row(
    name: str, attribute: str, table: pd.DataFrame, is_known: pd.Series[bool]
) -> dict[str, object]:
    known = table[is_known]
    days = known["date_checked"].dropna()
    withheld = 0
    if attribute == "count":
        withheld = int(table["suppressed"].fillna(False).astype(bool).sum())
    said = known["says_who"].value_counts()
    return {
        "table": name,
        "attribute": attribute,
        "rows": len(table),
        "known": len(known),
        "share": len(known) / len(table) if len(table) else float("nan"),
        "suppressed": withheld,
        "oldest": days.min() if len(days) else pd.NaT,
        "median": days.sort_values().iloc[len(days) // 2] if len(days) else pd.NaT,
        "newest": days.max() if len(days) else pd.NaT,
        "undated": len(known) - len(days),
        **{who: int(said.get(who, 0)) for who in vocab.SAYS_WHO},
        "nobody": int(known["says_who"].isna().sum()),
    }


def _has_content(value: Any) -> bool:  # noqa: ANN401 - a cell of any column
    if isinstance(value, list | dict):
        return bool(value)
    return bool(pd.notna(value))


def _joined(name: str, tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series[bool]]:
    """Tell of attributes that stand in other tables whether each row has them."""
    if name == "services":
        return _of_services(tables)
    if name == "organizations":
        actors, ties = tables["organizations"], tables["ties"]
        ends = set(ties["from_id"]) | set(ties["to_id"])
        return {
            "place": actors["location_id"].isin(_placed(tables)),
            "tie": actors["id"].isin(ends),
        }
    if name == "areas":
        people = tables["population"]
        counted = people[people["count"].notna() | people["suppressed"].fillna(False).astype(bool)]
        return {"population": tables["areas"]["id"].isin(set(counted["area_id"]))}
    return {}


def _of_services(tables: Mapping[str, pd.DataFrame]) -> dict[str, pd.Series[bool]]:
    ids = tables["services"]["id"]
    links = tables["service_at_location"]
    places = tables["locations"]
    schedules = tables["schedules"]
    timed = set(schedules.loc[schedules["opening_hours"].notna(), "service_at_location_id"])
    level = set(places.loc[places["step_free"].notna(), "id"])
    usage = tables["usage"]
    used = usage[usage["count"].notna() | usage["suppressed"].fillna(False).astype(bool)]
    return {
        "place": ids.isin(set(links.loc[links["location_id"].isin(_placed(tables)), "service_id"])),
        "hours": ids.isin(set(links.loc[links["id"].isin(timed), "service_id"])),
        "step_free": ids.isin(set(links.loc[links["location_id"].isin(level), "service_id"])),
        "languages": ids.isin(set(tables["service_languages"]["service_id"])),
        "usage": ids.isin(set(used["service_id"])),
    }


def _placed(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """Find the places that are known: on the map, or hidden on purpose with an area."""
    places = tables["locations"]
    on_map = pd.Series([shape is not None for shape in places["geometry"]], index=places.index)
    hidden = places["precision"].eq("hidden") & places["area_id"].notna()
    return set(places.loc[on_map | hidden, "id"])
