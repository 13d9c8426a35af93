"""People of the invented city: 400 cells, and margins by sex, age and place of birth.

Margins only, as in real tables: nothing is crossed, so that "women born in Eritrea" cannot be
read from them. Counts of one to four are withheld.
"""

from __future__ import annotations

from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely

from layers import space
from sample_data import plan
from sample_data.ground import Ground, shape_to_degrees, to_degrees, to_plan
from sample_data.rows import Row, Tables, chance

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
CELL_M: Final = 250
OTHER_ABROAD: Final = 9_000
OTHERS_AT_LEAST: Final = 9
AGES: Final = {
    "age_0_5": ("0 to 5 years", 0.066),
    "age_6_14": ("6 to 14 years", 0.094),
    "age_15_17": ("15 to 17 years", 0.032),
    "age_18_26": ("18 to 26 years", 0.132),
    "age_27_44": ("27 to 44 years", 0.270),
    "age_45_64": ("45 to 64 years", 0.236),
    "age_65": ("65 years and older", 0.170),
}


class People:
    """The cells, where their middles are, and how many people of each group live there."""

    def __init__(self, ground: Ground, *, seed: int) -> None:
        rng = chance(seed, "people")
        self.codes, self.xy, self.district = _cells(ground)
        weight = _density(self.xy, self.district, rng)
        weight, self.codes, self.xy, self.district = _densest(
            weight, self.codes, self.xy, self.district
        )
        self.all = _shared_out(plan.PEOPLE, weight)
        self.groups: dict[str, Ints] = {"all": self.all}
        women = np.round(self.all * rng.normal(0.505, 0.012, len(self.all))).astype(np.int64)
        self.groups |= {"women": women, "men": self.all - women}
        self.groups |= _ages(self.all, self.xy, rng)
        self.groups |= _births(self.all, self.xy, rng)

    def tables(self, ground: Ground, *, today: date) -> Tables:
        """Give the tables areas, population_groups and population."""
        counted = date(today.year, 1, 1)
        rows: list[Row] = []
        for i, code in enumerate(self.codes):
            for group, counts in self.groups.items():
                count = int(counts[i])
                hidden = 1 <= count <= 4
                rows.append(
                    {
                        "id": f"p{i:03d}-{group}",
                        "area_id": code,
                        "group_code": group,
                        "count": None if hidden else count,
                        "suppressed": hidden,
                        "estimated": False,
                        "counted_on": counted,
                    }
                )
        return {
            "areas": self._areas(ground),
            "population_groups": _group_rows(),
            "population": rows,
        }

    def _areas(self, ground: Ground) -> list[Row]:
        whole = shapely.multipolygons([ground.land])
        rows: list[Row] = [
            {"id": "city", "name": plan.NAME, "level": "city", "geometry": shape_to_degrees(whole)}
        ]
        for one in plan.DISTRICTS:
            shape = shapely.multipolygons([ground.districts[one.id]])
            rows.append(
                {
                    "id": one.id,
                    "name": one.name,
                    "level": "district",
                    "parent_id": "city",
                    "geometry": shape_to_degrees(shape),
                }
            )
        names = {one.id: one.name for one in plan.DISTRICTS}
        number = dict.fromkeys(names, 0)
        for code, district in zip(self.codes, self.district, strict=True):
            number[district] += 1
            rows.append(
                {
                    "id": code,
                    "name": f"{names[district]} {number[district]:02d}",
                    "level": "cell",
                    "parent_id": district,
                    "geometry": shapely.multipolygons([space.cell_polygon(code)]),
                }
            )
        return rows


def _cells(ground: Ground) -> tuple[list[str], Floats, list[str]]:
    """Give every cell of Europe's grid whose middle lies on land that can be built on."""
    west, south, east, north = ground.land.bounds
    x, y = np.meshgrid(np.arange(west, east, 60.0), np.arange(south, north, 60.0))
    lonlat = to_degrees(np.column_stack([x.ravel(), y.ravel()]))
    codes = np.unique(space.cells_of(lonlat[:, 0], lonlat[:, 1], size_m=CELL_M))
    middles = shapely.get_coordinates(shapely.centroid([space.cell_polygon(c) for c in codes]))
    xy = to_plan(middles)
    spots = shapely.points(xy)
    parks = shapely.union_all(list(ground.parks.values()))
    fine = shapely.contains(ground.land.buffer(-70), spots)
    fine &= ~shapely.intersects(parks, spots)
    fine &= shapely.distance(ground.water, spots) > 45
    fine &= shapely.distance(ground.rail, spots) > 118
    names = list(ground.districts)
    inside = np.array([shapely.contains(ground.districts[name], spots) for name in names])
    fine &= inside.any(axis=0)
    which = inside.argmax(axis=0)
    return (
        [str(code) for code in codes[fine]],
        xy[fine],
        [names[i] for i in which[fine]],
    )


def _density(xy: Floats, district: list[str], rng: np.random.Generator) -> Floats:
    """Weigh cells: dense in the middle and in the estates, thin among villas."""
    of = {one.id: one.people for one in plan.DISTRICTS}
    base = np.array([of[name] for name in district])
    middle = np.hypot(xy[:, 0] - 100, xy[:, 1] + 300)
    for community in plan.COMMUNITIES:  # where many newcomers live there are many flats
        for x, y in community.homes:
            base = base + 0.35 * np.exp(-((xy[:, 0] - x) ** 2 + (xy[:, 1] - y) ** 2) / 500**2)
    weight: Floats = base * (0.35 + np.exp(-((middle / 2300) ** 2)))
    weight = weight * rng.lognormal(0, 0.22, len(xy))
    # no cell is denser than three of the usual ones: that would be towers, and there are none
    return np.minimum(weight, 2.2 * float(np.mean(weight)))


def _densest(
    weight: Floats, codes: list[str], xy: Floats, district: list[str]
) -> tuple[Floats, list[str], Floats, list[str]]:
    """Keep the 400 cells with most people; on the other ones nobody lives."""
    if len(codes) < plan.CELLS:
        raise ValueError(f"only {len(codes)} cells can be built on; the plan asks {plan.CELLS}")
    keep = np.sort(np.argsort(-weight, kind="stable")[: plan.CELLS])
    return weight[keep], [codes[i] for i in keep], xy[keep], [district[i] for i in keep]


def _shared_out(total: int, weight: Floats) -> Ints:
    """Split a number by weights so that the parts sum to it (largest remainders)."""
    exact = total * weight / weight.sum()
    parts: Ints = np.floor(exact).astype(np.int64)
    rest = np.argsort(-(exact - parts), kind="stable")[: total - int(parts.sum())]
    parts[rest] += 1
    return parts


def _ages(people: Ints, xy: Floats, rng: np.random.Generator) -> dict[str, Ints]:
    """Split each cell by age; no band gets one to four, so that none can be worked out."""
    share = np.array([part for _, part in AGES.values()])
    draw = rng.dirichlet(share * 220, len(people))
    family = np.clip(np.hypot(xy[:, 0] - 100, xy[:, 1] + 300) / 2600, 0.5, 1.3)[:, None]
    tilt = np.ones((len(people), len(share)))
    tilt[:, :3] = family
    tilt[:, 3:4] = 1.5 - 0.5 * family
    draw = draw * tilt
    draw /= draw.sum(axis=1, keepdims=True)
    counts = np.array([_shared_out(int(n), row) for n, row in zip(people, draw, strict=True)])
    small = (counts > 0) & (counts < 5)
    largest = list(AGES).index("age_27_44")
    counts[:, largest] -= np.where(small, 5 - counts, 0).sum(axis=1)
    counts = np.where(small, 5, counts)
    return {name: counts[:, k] for k, name in enumerate(AGES)}


def _births(people: Ints, xy: Floats, rng: np.random.Generator) -> dict[str, Ints]:
    """Place each community: most near its homes, some anywhere."""
    found: dict[str, Ints] = {}
    # Some from elsewhere in every cell: then the sum of all born abroad, less the countries
    # that are listed, tells nothing about a country that was withheld.
    spread = OTHER_ABROAD - OTHERS_AT_LEAST * len(people)
    abroad = OTHERS_AT_LEAST + rng.multinomial(spread, people / people.sum())
    for community in plan.COMMUNITIES:
        wide = 300.0 if community.people / len(community.homes) < 3500 else 400.0
        near = np.zeros(len(people))
        for x, y in community.homes:
            part = np.exp(-((xy[:, 0] - x) ** 2 + (xy[:, 1] - y) ** 2) / (2 * wide**2))
            part[part < 0.03] = 0  # a quarter ends somewhere
            near += people * part / (people * part).sum()
        share = 0.88 * near / near.sum() + 0.12 * people / people.sum()
        born = np.minimum(rng.multinomial(community.people, share), people * 55 // 100)
        found[community.group] = born.astype(np.int64)
        abroad = abroad + born
    abroad = np.minimum(abroad, people * 80 // 100)
    return {"born_abroad": abroad, "born_here": people - abroad, **found}


def _group_rows() -> list[Row]:
    rows: list[Row] = [
        {"id": "all", "label": "All inhabitants", "dimension": "all"},
        {"id": "women", "label": "Women", "dimension": "sex"},
        {"id": "men", "label": "Men", "dimension": "sex"},
    ]
    rows += [{"id": name, "label": label, "dimension": "age"} for name, (label, _) in AGES.items()]
    rows.append(
        {
            "id": "born_abroad",
            "label": "Born abroad",
            "dimension": "birthplace",
            "proxy_note": "Place of birth is neither citizenship nor residence status, and "
            "children of migrants who were born here are not in it.",
        }
    )
    rows.append({"id": "born_here", "label": "Born in the country", "dimension": "birthplace"})
    rows += [
        {
            "id": one.group,
            "label": f"Born in {one.country}",
            "dimension": "birthplace",
            "proxy_note": f"Place of birth is not language: some people born in {one.country} "
            f"speak other languages than {one.language_name}, and some speakers of it were born "
            "elsewhere.",
            "extra": {"language": one.language},
        }
        for one in plan.COMMUNITIES
    ]
    return rows
