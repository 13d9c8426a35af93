"""Tables of what is offered: services, places, hours, languages and how much they were used."""

from __future__ import annotations

from datetime import date
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse.csgraph import dijkstra

from sample_data import plan
from sample_data.actors import ACTORS
from sample_data.ground import to_degrees
from sample_data.people import People
from sample_data.plan import Point
from sample_data.rows import Row, Tables, chance
from sample_data.services import all_services, conditions
from sample_data.services_planned import Service
from sample_data.streets import Net

Near: TypeAlias = npt.NDArray[np.bool_]
WALK_M: Final = 1200.0  # 15 minutes at 4.8 km/h
# People a year who come, of those who live within a walk.
USED_A_YEAR: Final = {
    "housing": 0.016, "health": 0.075, "mental_health": 0.008, "employment": 0.014,
    "recognition": 0.003, "language_course": 0.0012, "education": 0.03, "childcare": 0.004,
    "legal": 0.012, "violence_support": 0.002, "participation": 0.006, "meeting_place": 0.04,
}  # fmt: skip
USAGE_KNOWN: Final = 0.55
# What is used far less than its surroundings would suggest, and by whom.
SELDOM_USED: Final = {"job-cafe-westyard": {"all": 23, "women": 9}}
HARDLY_USED_BY: Final = {"clinic-saltmere": "born_so"}
ALWAYS_COUNTED: Final = frozenset({"employment", "health"})


class Offers:
    """Services with their places, in memory, before they become rows."""

    def __init__(self, net: Net, people: People, *, seed: int, today: date) -> None:
        self._net, self._people = net, people
        self._seed, self._today = seed, today
        self.services = all_services(people, seed=seed)
        self._named = _named_corners(net)

    def tables(self) -> Tables:
        """Give the tables services, locations, service_at_location, schedules and so on."""
        made: Tables = {
            name: []
            for name in (
                "services", "locations", "service_at_location", "schedules", "service_languages",
            )
        }  # fmt: skip
        no_steps = {one.organization: one.facts.get("step_free") for one in self.services}
        for actor in ACTORS:
            if actor.spot:
                row_id, step_free = f"at-{actor.id}", no_steps.get(actor.id)
                made["locations"].append(
                    self._location(row_id, actor.name, actor.spot, step_free=step_free)
                )
        homes = {actor.id: actor.spot for actor in ACTORS}
        for service in self.services:
            facts = conditions(service, seed=self._seed, today=self._today)
            starts, ends = facts.pop("starts_on", None), facts.pop("ends_on", None)
            step_free = facts.pop("step_free", None)
            made["services"].append(
                {
                    "id": service.id,
                    "organization_id": service.organization,
                    "name": service.name,
                    "category": service.category,
                    **facts,
                }
            )
            made["service_languages"] += _language_rows(service)
            if service.place == "online":
                continue
            place = f"at-{service.id}"
            if service.spot and service.spot == homes[service.organization]:
                place = f"at-{service.organization}"
            else:
                made["locations"].append(self._place(place, service, step_free=step_free))
            link = f"{service.id}@1"
            made["service_at_location"].append(
                {"id": link, "service_id": service.id, "location_id": place}
            )
            made["schedules"].append(self._schedule(service, link, starts, ends))
        made["usage"] = self._usage()
        return made

    def _location(
        self, row_id: str, name: str, spot: Point, *, step_free: bool | None = None
    ) -> Row:
        """Put a place beside the nearest street, at an address."""
        rng = chance(self._seed, "location", row_id)
        node = self._net.nearest(*spot)
        x, y = self._net.xy[node] + rng.uniform(-9, 9, 2)
        luck = rng.random()
        if step_free is None and luck < 0.62:
            step_free = bool(luck < 0.45)
        point = shapely.Point(*to_degrees([(x, y)])[0])
        precision = "exact" if rng.random() < 0.93 else "street"
        address = self._address(x, y)
        number = int(rng.integers(1, 90))
        return {
            "id": row_id,
            "name": name,
            "address": f"{address} {number}" if precision == "exact" else address,
            "precision": precision,
            "step_free": step_free,
            "geometry": point,
        }

    def _place(self, row_id: str, service: Service, *, step_free: bool | None) -> Row:
        if service.spot:
            return self._location(row_id, service.name, service.spot, step_free=step_free)
        area = {"hidden": "city", "city": "city", "area": "d01"}[service.place]
        return {
            "id": row_id,
            "name": service.name,
            "precision": service.place,
            "area_id": area,
            "public_contact": "+00 000 02 00" if service.place == "hidden" else None,
        }

    def _address(self, x: float, y: float) -> str:
        spots, names = self._named
        away = np.hypot(*(spots - (x, y)).T)
        best = int(np.argmin(away))
        if away[best] < 160:
            return names[best]
        cell = int(np.argmin(np.hypot(*(self._people.xy - (x, y)).T)))
        district = next(one for one in plan.DISTRICTS if one.id == self._people.district[cell])
        return f"{district.name} Court"

    def _schedule(self, service: Service, link: str, starts: date | None, ends: date | None) -> Row:
        row: Row = {"id": f"{link}-hours", "service_at_location_id": link}
        if service.hours is None:
            row["source_text"] = None if len(service.id) % 2 else "please ask"
        else:
            row |= {"opening_hours": service.hours, "source_text": service.hours}
        return row | {"starts_on": starts, "ends_on": ends}

    def _usage(self) -> list[Row]:
        """Count a year: most services about as many as their surroundings suggest."""
        placed = [(service, service.spot) for service in self.services if service.spot]
        near = self._near([self._net.nearest(*spot) for _, spot in placed])
        rows: list[Row] = []
        for (service, spot), around in zip(placed, near, strict=True):
            rng = chance(self._seed, "usage", service.id)
            if service.category in ALWAYS_COUNTED or rng.random() < USAGE_KNOWN:
                counts = self._counts(service, spot, around, rng)
                year = self._today.year - 1
                rows += [_usage_row(service.id, *counted, year) for counted in counts.items()]
        return rows

    def _counts(
        self, service: Service, spot: Point, around: Near, rng: np.random.Generator
    ) -> dict[str, int]:
        """Count everyone, women, and people of the communities whose homes are close."""
        if service.id in SELDOM_USED:
            return dict(SELDOM_USED[service.id])
        living = int(self._people.all[around].sum())
        everyone = living * USED_A_YEAR[service.category] * rng.lognormal(0, 0.22)
        counts = {"all": max(8, round(float(everyone)))}
        if service.facts.get("women_only"):
            counts["women"] = counts["all"]
        elif rng.random() < 0.6:
            counts["women"] = max(5, round(counts["all"] * rng.uniform(0.42, 0.66)))
        for community in plan.COMMUNITIES:
            if min(np.hypot(*np.subtract(home, spot)) for home in community.homes) < 900:
                part = int(self._people.groups[community.group][around].sum()) / max(1, living)
                counts[community.group] = round(counts["all"] * part * rng.uniform(0.6, 1.1))
        if group := HARDLY_USED_BY.get(service.id):
            counts[group] = 3
        return counts

    def _near(self, nodes: list[int]) -> list[Near]:
        """Tell, for each node, in which cells people live within 15 minutes of it."""
        homes = [self._net.nearest(x, y) for x, y in self._people.xy]
        metres = dijkstra(self._net.matrix(), indices=nodes, limit=WALK_M)
        return [row[homes] <= WALK_M for row in metres]


def _usage_row(service: str, group: str, count: int, year: int) -> Row:
    hidden = 1 <= count <= 4
    return {
        "id": f"u-{service}-{group}",
        "service_id": service,
        "group_code": group,
        "period_start": date(year, 1, 1),
        "period_end": date(year, 12, 31),
        "count": None if hidden else count,
        "suppressed": hidden,
    }


def _language_rows(service: Service) -> list[Row]:
    rows: list[Row] = []
    for spoken in service.languages:
        tag, _, level = spoken.partition(":")
        rows.append(
            {
                "id": f"{service.id}-{tag}",
                "service_id": service.id,
                "language": tag,
                "level": level or "staff",
            }
        )
    return rows


def _named_corners(net: Net) -> tuple[npt.NDArray[np.float64], list[str]]:
    """Give the middles of streets with a name, and the names."""
    named = [i for i, name in enumerate(net.name) if name and net.kind[i] in ("street", "main")]
    middles = (net.xy[net.u[named]] + net.xy[net.v[named]]) / 2
    return middles, [str(net.name[i]) for i in named]
