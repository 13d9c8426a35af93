"""Who sits in which body, sector by sector, and which sector has no seat.

A sector has a seat where somebody of it said yes or attends. Being asked is waiting; a seat that
nobody was asked to take, or that was declined, is no seat.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import pandas as pd

from layers import vocab

# Who should steer an assessment: the services of the four main challenges, and those outside.
REQUIRED: Final = (
    *("education", "employment", "health", "housing"),
    *("civil_society", "university", "migrants"),
)
# A list for bodies that nobody has made one for; a working group has a task, not a usual list.
USUAL: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {"steering_group": REQUIRED, "migrant_council": ("migrants",)}
)
TAKEN: Final = ("attending", "accepted")
NOBODY: Final = "nobody"  # no seat is there at all
STATES: Final = ("attending", "accepted", "asked", "declined", "not_asked", NOBODY)
_KINDS: Final = ("steering_group", "other", "working_group", "migrant_council")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One seat: who holds it or was asked, and whether it speaks for the sector it stands for.

    ``organization`` is ``None`` where nobody is named. ``counts`` is false for a seat of migrants
    themselves that is held by an organization known not to be led by them.
    """

    id: str
    organization: str | None
    state: str
    counts: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sector:
    """The seats of one sector in one body.

    ``state`` is the best that is known of them (see :data:`STATES`), ``required`` whether the
    sector is on the list of the body.
    """

    sector: str
    required: bool
    seats: tuple[Seat, ...]

    @property
    def state(self) -> str:
        """The best state of the seats that count; ``nobody`` where there is none."""
        states = {one.state for one in self.seats if one.counts}
        return next((one for one in STATES if one in states), NOBODY)

    @property
    def is_seated(self) -> bool:
        """Whether somebody said yes or attends."""
        return self.state in TAKEN

    @property
    def is_without(self) -> bool:
        """Whether the sector is on the list and has no seat, nor waits for an answer."""
        return self.required and not self.is_seated and self.state != "asked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """A body and the sectors in it: those without a seat first, those not on its list last.

    ``is_usual`` says that nobody made a list for it; ``listed`` is then the usual one of its kind.
    ``loose`` counts seats of which neither a sector nor an organization with one is known.
    """

    id: str
    name: str
    kind: str
    level: str | None
    listed: tuple[str, ...]
    is_usual: bool
    sectors: tuple[Sector, ...]
    loose: int

    @property
    def without(self) -> tuple[str, ...]:
        """Name the sectors on the list that have no seat."""
        return tuple(one.sector for one in self.sectors if one.is_without)

    @property
    def waiting(self) -> tuple[str, ...]:
        """Name the sectors on the list that were asked and have not answered."""
        return tuple(one.sector for one in self.sectors if one.required and one.state == "asked")


def bodies(
    bodies: pd.DataFrame, seats: pd.DataFrame, organizations: pd.DataFrame
) -> tuple[Body, ...]:
    """Read who sits where.

    Parameters
    ----------
    bodies, seats, organizations
        Tables of the atlas. A seat without a sector stands for that of its organization, and for
        migrants themselves where migrants lead it.

    Returns
    -------
    bodies
        Steering groups first, then the others, those with more sectors without a seat before those
        with fewer; else in the order of the table.

    Examples
    --------
    >>> group = pd.DataFrame({"id": ["b"], "name": ["Group"], "kind": ["steering_group"]})
    >>> none = pd.DataFrame(columns=["id", "body_id", "sector", "organization_id", "state"])
    >>> bodies(group, none, pd.DataFrame({"id": []}))[0].without[3]
    'housing'
    """
    actors = _actors(organizations)
    found = []
    for row in bodies.to_dict("records"):
        mine = seats[seats["body_id"] == row["id"]]
        listed = _codes(row.get("sectors"))
        usual = USUAL.get(str(row["kind"]), ())
        by_sector: dict[str, list[Seat]] = {one: [] for one in listed or usual}
        loose = 0
        for seat in mine.to_dict("records"):
            several = _sectors(seat, actors)
            loose += not several
            for sector in several:
                by_sector.setdefault(sector, []).append(_seat(seat, sector, actors))
        sectors = [
            Sector(sector=sector, required=sector in (listed or usual), seats=tuple(those))
            for sector, those in by_sector.items()
        ]
        found.append(
            Body(
                id=str(row["id"]),
                name=str(row["name"]),
                kind=str(row["kind"]),
                level=_text(row.get("level")),
                listed=listed or usual,
                is_usual=not listed,
                sectors=tuple(sorted(sectors, key=_neediest)),
                loose=loose,
            )
        )
    return tuple(sorted(found, key=lambda one: (_rank(one.kind), -len(one.without))))


def _neediest(one: Sector) -> tuple[bool, int]:
    return not one.required, -STATES.index(one.state)


def _rank(kind: str) -> int:
    return _KINDS.index(kind) if kind in _KINDS else len(_KINDS)


def _actors(organizations: pd.DataFrame) -> dict[str, tuple[str | None, bool | None]]:
    """Give sector and lead of every organization; ``None`` is unknown."""
    table = organizations.reindex(columns=["id", "sector", "migrant_led"])
    return {
        str(one): (_text(sector), None if pd.isna(led) else bool(led))
        for one, sector, led in table.itertuples(index=False)
    }


def _sectors(
    seat: Mapping[Any, Any], actors: Mapping[str, tuple[str | None, bool | None]]
) -> list[str]:
    said = _text(seat["sector"])
    if said is not None:
        return [said]
    sector, led = actors.get(str(seat["organization_id"]), (None, None))
    several = [sector] if sector is not None else []
    if led and sector != "migrants":
        several.append("migrants")
    return several


def _seat(
    seat: Mapping[Any, Any], sector: str, actors: Mapping[str, tuple[str | None, bool | None]]
) -> Seat:
    holder = _text(seat["organization_id"])
    led = actors.get(holder or "", (None, None))[1]
    return Seat(
        id=str(seat["id"]),
        organization=holder,
        state=str(seat["state"]),
        counts=not (sector == "migrants" and led is False),
    )


def _codes(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        return ()
    chosen = {str(one) for one in value}
    return tuple(one for one in vocab.SECTOR if one in chosen)


def _text(value: object) -> str | None:
    return str(value) if isinstance(value, str) and value else None


def asked(body: Body) -> frozenset[str]:
    """Name the organizations that hold or were asked to hold a seat of a body, or declined it."""
    return frozenset(
        seat.organization
        for sector in body.sectors
        for seat in sector.seats
        if seat.organization is not None and seat.state != "not_asked"
    )
