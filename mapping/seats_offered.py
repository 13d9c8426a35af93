"""Who could take a seat for a sector: its actors, and its services most and least used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

import pandas as pd

from layers import consent
from mapping import seats

# A sector of the table of bodies as the needs that services meet.
CATEGORIES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "education": ("education", "language_course"),
        "employment": ("employment", "recognition"),
        "health": ("health", "mental_health"),
        "housing": ("housing",),
        "childcare": ("childcare",),
        "legal": ("legal",),
        "protection": ("violence_support",),
        "civil_society": ("participation", "meeting_place"),
    }
)
EVERYBODY: Final = "all"


@dataclass(frozen=True, kw_only=True)
class Use:
    """What is known of how services are used.

    Attributes
    ----------
    table
        Table ``usage``.
    group
        Whose use counts: a code of ``population_groups``, or ``all``.
    expected
        People who would have come by service (:func:`mapping.use_around.expected`); may be empty.
    """

    table: pd.DataFrame
    group: str = EVERYBODY
    expected: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """How much one service was used in the last period that is known.

    ``count`` is ``None`` where it is withheld: one to four people, which is more than nobody.
    ``expected`` is how many would have come had it been used as is usual by those around.
    """

    service: str
    organization: str
    count: int | None
    ends: str  # last day counted, or ""
    expected: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Who could sit for a sector.

    Attributes
    ----------
    actors
        Organizations of the sector that hold no seat in the body and were not asked, in the order
        of the table.
    most, least
        The service used by most people; and the one used least for those who live around, where
        that is known of two, else by fewest people. ``None`` where none, or only one, is known.
    counted, withheld, services
        Services with a number, those whose number is withheld, and all of the sector.
    """

    actors: tuple[str, ...]
    most: Used | None
    least: Used | None
    counted: int
    withheld: int
    services: int


def offered(
    body: seats.Body,
    sector: str,
    *,
    organizations: pd.DataFrame,
    services: pd.DataFrame,
    use: Use,
) -> Offered:
    """Propose who could take a seat for a sector.

    Parameters
    ----------
    body, sector
        Where, and for whom.
    organizations, services
        Tables of the atlas; who refused to be shown is not proposed.
    use
        How services are used.
    """
    shown = consent.shown_actors(organizations)
    known = seats.asked(body)
    if sector == "migrants":
        of_it = shown[shown["migrant_led"].fillna(value=False).astype(bool)]
    else:
        of_it = shown[shown["sector"] == sector]
    mine = _services(services, shown, sector, set(of_it["id"]))
    used = used_last(mine, use.table, use.group)
    ordered = sorted(used, key=_people)
    placed = [
        replace(one, expected=use.expected[one.service])
        for one in used
        if use.expected.get(one.service)
    ]
    by_rate = sorted(placed, key=lambda one: _people(one) / (one.expected or 1))
    least = by_rate if len(by_rate) > 1 else ordered
    return Offered(
        actors=tuple(str(one) for one in of_it["id"] if one not in known),
        most=ordered[-1] if ordered and ordered[-1].count is not None else None,
        least=least[0] if len(least) > 1 else None,
        counted=sum(one.count is not None for one in used),
        withheld=sum(one.count is None for one in used),
        services=len(mine),
    )


def _people(one: Used) -> int:
    """Order by people: withheld is one to four, so after nobody and before five."""
    return 1 if one.count is None else one.count


def _services(
    services: pd.DataFrame, shown: pd.DataFrame, sector: str, actors: set[str]
) -> pd.DataFrame:
    """Give the services of a sector: by the need they meet, else by who offers them."""
    here = services[services["organization_id"].isin(shown["id"])]
    if sector in CATEGORIES:
        return here[here["category"].isin(CATEGORIES[sector])]
    return here[here["organization_id"].isin(actors)]


def used_last(services: pd.DataFrame, usage: pd.DataFrame, group: str) -> list[Used]:
    """Read the last period that is known of each service; unknown is left out, not 0.

    Parameters
    ----------
    services, usage
        Tables of the atlas.
    group
        Whose use: a code of ``population_groups``, or ``all``.
    """
    rows = usage[usage["service_id"].isin(services["id"]) & (usage["group_code"] == group)]
    withheld = rows["suppressed"].fillna(value=False).astype(bool)
    rows = rows[withheld | rows["count"].notna()]
    rows = rows.assign(_ends=pd.to_datetime(rows["period_end"]))
    last = rows.sort_values("_ends", kind="stable", na_position="first").drop_duplicates(
        "service_id", keep="last"
    )
    owner = services.set_index("id")["organization_id"]
    return [
        Used(
            service=str(row["service_id"]),
            organization=str(owner[row["service_id"]]),
            count=None if pd.isna(row["count"]) else int(row["count"]),
            ends="" if pd.isna(row["_ends"]) else row["_ends"].date().isoformat(),
        )
        for row in last.to_dict("records")
    ]
