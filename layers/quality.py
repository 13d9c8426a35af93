"""How much is known: for each attribute that answers depend on, its share, its age, its source.

Sums on tables; nothing is drawn and nothing is guessed. Unknown counts as unknown, never as no.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers import clock, space, vocab

OLD_DAYS: Final = 365
WALK_M: Final = 1200.0  # 15 minutes at 4.8 km/h

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
            *("consent_shown", "consent_shared", "at_risk", "tie"),
        ),
        "ties": (*("strength", "participation", "cooperation", "last_confirmed", "confirmed_by"),),
        "areas": ("name", "population"),
        "population": ("count", "counted_on"),
        "streets": ("kind", "lit", "step_free"),
    }
)

# The facts of a service that decide today whether it counts for a person, and what settles the
# question for everybody near: the answer that lets people in, or None where any answer does.
SETTLED_BY: Mapping[str, bool | None] = MappingProxyType(
    {
        "hours": None,
        "languages": None,
        "papers_asked": False,
        "women_only": False,
        "step_free": True,
        "free": True,
    }
)
_GONE = ("inactive", "defunct")


def completeness(tables: Mapping[str, pd.DataFrame], *, today: date | None = None) -> pd.DataFrame:
    """Count what is known of every attribute.

    Parameters
    ----------
    tables
        Tables of the atlas by name, as ``Atlas.read`` gives them: those in :data:`ATTRIBUTES`,
        and ``locations``, ``service_at_location``, ``schedules``, ``service_languages``, ``usage``.
    today
        Day that ages are counted to.

    Returns
    -------
    known
        One row an attribute: ``table``, ``attribute``, ``rows`` (how many there are), ``known``
        (of how many the attribute is known), ``share`` (their ratio; NaN without rows),
        ``suppressed`` (known to be withheld: neither known nor unknown), ``oldest``, ``median`` and
        ``newest`` (days on which the rows where it is known were checked; NaT where none says),
        ``undated`` (known, but nobody says when), ``old`` (known, and checked more than
        :data:`OLD_DAYS` ago), and one column for each of
        :data:`layers.vocab.SAYS_WHO` and ``nobody`` (of the known ones: who said so).
    """
    day = pd.Timestamp(today or clock.today())
    rows = []
    for name, attributes in ATTRIBUTES.items():
        table = tables[name]
        joined = _joined(name, tables)
        for attribute in attributes:
            is_known = joined.get(attribute)
            if is_known is None:
                is_known = table[attribute].map(_has_content)
            rows.append(_row(name, attribute, table, is_known.astype(bool), day))
    return pd.DataFrame(rows)


def ask_next(
    tables: Mapping[str, pd.DataFrame], *, metres_crs: str = "", category: str | None = None
) -> pd.DataFrame:
    """Rank the unknown facts of services by how many people's answer hangs on each.

    Parameters
    ----------
    tables
        By name: those that :func:`completeness` takes, and ``population_groups``.
    metres_crs
        CRS that the city measures in; empty finds one.
    category
        Services of one category only; None for all.

    Returns
    -------
    facts
        One row an unknown fact: ``service_id``, ``organization_id``, ``category``, ``fact`` (one of
        :data:`SETTLED_BY`), ``people`` (whose answer hangs on it; NaN where no area near is
        counted), most people first.

    Notes
    -----
    people(service, fact) = sum of the people of the areas with their middle within 1,200 m of the
    service, straight line, but for areas that have another service of the same category within
    1,200 m which is known to settle the question. Only people who are counted are summed: one to
    four who are withheld count as none. Several unknown services near the same people all count
    them: to hear a good answer of one is enough. Services without a point are left out, for what
    they say of themselves does not tell who is near. The value of an answer (how likely it is, and
    what it changes) is not weighed here.
    """
    services = tables["services"]
    running = services[~services["status"].isin(_GONE)]
    if category is not None:
        running = running[running["category"].eq(category)]
    answers = _answers(running, tables)
    xy, owner = _points(tables, running, metres_crs)
    homes, people = _homes(tables, metres_crs)
    rows: list[dict[str, object]] = []
    for code, mine in running.groupby("category", sort=False):
        ids = [one for one in mine["id"] if one in owner]
        near = np.zeros((len(ids), len(people)), dtype=np.bool_)
        for at, one in enumerate(ids):
            for x, y in xy[owner[one]]:
                near[at] |= np.hypot(homes[:, 0] - x, homes[:, 1] - y) <= WALK_M
        holders = dict(zip(mine["id"], mine["organization_id"], strict=True))
        for fact, settles in SETTLED_BY.items():
            said = [answers[fact].get(one) for one in ids]
            good = [
                word is not None and (settles is None or bool(word) is settles) for word in said
            ]
            settled = near[np.array(good, dtype=np.bool_)].any(axis=0)
            for at, one in enumerate(ids):
                if said[at] is None:
                    hangs = float(people[near[at] & ~settled].sum()) if near[at].any() else np.nan
                    rows.append(
                        {
                            "service_id": one,
                            "organization_id": holders[one],
                            "category": code,
                            "fact": fact,
                            "people": hangs,
                        }
                    )
    names = ["service_id", "organization_id", "category", "fact", "people"]
    found = pd.DataFrame(rows, columns=names).astype({"people": float})
    return found.sort_values("people", ascending=False, kind="stable").reset_index(drop=True)


def whom_to_ask(facts: pd.DataFrame) -> pd.DataFrame:
    """Sum what to ask by organization: one call settles all of its services.

    Parameters
    ----------
    facts
        As :func:`ask_next` gives them.

    Returns
    -------
    organizations
        ``organization_id`` (missing where nobody is known to offer the service), ``people``
        (summed over its questions: the order), ``most`` (the most that hang on one of them),
        ``questions``, ``services``; most people first, then most questions.
    """
    grouped = facts.groupby("organization_id", dropna=False, sort=False)
    found = grouped.agg(
        people=("people", "sum"),
        most=("people", "max"),
        questions=("fact", "size"),
        services=("service_id", "nunique"),
    ).reset_index()
    return found.sort_values(["people", "questions"], ascending=False, kind="stable").reset_index(
        drop=True
    )


def _answers(
    services: pd.DataFrame, tables: Mapping[str, pd.DataFrame]
) -> dict[str, dict[str, Any]]:
    """Give for each fact the services of which it is known, with what is known."""
    joined = _of_services(tables)
    found: dict[str, dict[str, Any]] = {}
    for fact in SETTLED_BY:
        if fact == "step_free":
            places = tables["locations"].dropna(subset=["step_free"])
            level = dict(zip(places["id"], places["step_free"], strict=True))
            found[fact] = {}
            links = tables["service_at_location"]
            for service, place in zip(links["service_id"], links["location_id"], strict=True):
                if place in level:  # one place without steps is enough
                    found[fact][service] = bool(level[place]) or found[fact].get(service, False)
        elif fact in joined:
            ids = tables["services"]["id"]
            found[fact] = dict.fromkeys(ids[joined[fact].to_numpy()], True)
        else:
            known = services.dropna(subset=[fact])
            found[fact] = dict(zip(known["id"], known[fact].astype(bool), strict=True))
    return found


def _points(
    tables: Mapping[str, pd.DataFrame], services: pd.DataFrame, crs: str
) -> tuple[npt.NDArray[np.float64], dict[str, list[int]]]:
    """Give points in metres and, for each service that has some, which are its own."""
    places = tables["locations"]
    on_map = places[_drawn(places)]
    rows = {one: at for at, one in enumerate(on_map["id"])}
    owner: dict[str, list[int]] = {}
    wanted = set(services["id"])
    links = tables["service_at_location"]
    for service, place in zip(links["service_id"], links["location_id"], strict=True):
        if service in wanted and place in rows:
            owner.setdefault(service, []).append(rows[place])
    return _metres(on_map, crs, tables), owner


def _homes(
    tables: Mapping[str, pd.DataFrame], crs: str
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Give middles and people of the areas of the finest layer in which everybody is counted."""
    groups, people, areas = tables["population_groups"], tables["population"], tables["areas"]
    everyone = {"all", *groups.loc[groups["dimension"].eq("all"), "id"]}
    counted = people[people["group_code"].isin(everyone) & people["count"].notna()]
    living = dict(zip(counted["area_id"], counted["count"].astype(float), strict=True))
    here = areas[areas["id"].isin(living)]
    here = here[_drawn(here)]
    for level in reversed(vocab.AREA_LEVEL):
        mine = here[here["level"].eq(level)]
        if len(mine):
            return _metres(mine, crs, tables), mine["id"].map(living).to_numpy(dtype=float)
    return np.empty((0, 2)), np.empty(0)


def _drawn(rows: pd.DataFrame) -> npt.NDArray[np.bool_]:
    """Mark the rows with a geometry."""
    return np.array([shape is not None for shape in rows["geometry"]], dtype=np.bool_)


def _metres(
    rows: pd.DataFrame, crs: str, tables: Mapping[str, pd.DataFrame]
) -> npt.NDArray[np.float64]:
    if rows.empty:
        return np.empty((0, 2))
    shapes = gpd.GeoSeries(list(rows["geometry"]), crs=4326)
    if not crs:  # one system for homes and services: that of the areas
        areas = tables["areas"]["geometry"].dropna()
        middle = gpd.GeoSeries(list(areas) or list(shapes), crs=4326).total_bounds
        west, south, east, north = middle
        crs = str(space.metres_crs((west + east) / 2, (south + north) / 2))
    inside = space.to_metres(shapes, crs=crs).representative_point()
    return shapely.get_coordinates(inside.to_numpy())


def _row(
    name: str,
    attribute: str,
    table: pd.DataFrame,
    is_known: pd.Series[bool],
    today: pd.Timestamp,
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
        "old": int(((today - days).dt.days > OLD_DAYS).sum()),
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
            "place": actors["location_id"].isin(placed(tables)),
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
        "place": ids.isin(set(links.loc[links["location_id"].isin(placed(tables)), "service_id"])),
        "hours": ids.isin(set(links.loc[links["id"].isin(timed), "service_id"])),
        "step_free": ids.isin(set(links.loc[links["location_id"].isin(level), "service_id"])),
        "languages": ids.isin(set(tables["service_languages"]["service_id"])),
        "usage": ids.isin(set(used["service_id"])),
    }


def placed(tables: Mapping[str, pd.DataFrame]) -> set[str]:
    """Name the places that are known: on the map, or hidden on purpose with an area."""
    places = tables["locations"]
    on_map = _drawn(places)
    hidden = places["precision"].eq("hidden") & places["area_id"].notna()
    return set(places.loc[on_map | hidden, "id"])
