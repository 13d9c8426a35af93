"""Access scores from a table of three million walks, beside PySAL's ``access`` if it is there."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import coo_array

from benchmarks import Result, best_of
from layers.streets import Floats
from mapping.reach import e2sfca

MAX_MIN, WIDTH_MIN = 15, 5
CELLS, SERVICES, PAIRS, SLOTS = 5000, 2000, 3_000_000, 72


def run(scale: float) -> Iterator[Result]:
    """Compare one score from ids with ``access``, and all time slots at once with one."""
    table = _Table(scale)
    size = (
        f"{len(table.walks):,} pairs, {len(table.people):,} cells, {len(table.places):,} services"
    )
    ours_s, score = best_of(5, lambda: table.score(table.places.to_numpy()))
    peer_s, equal = None, None
    if find_spec("access"):
        peer_s, theirs = best_of(1, table.score_by_access)
        # Where nothing is in reach access says NaN, and we say 0.
        equal = bool(np.allclose(score, np.nan_to_num(theirs), rtol=1e-9, atol=0))
    yield Result(
        name="e2sfca",
        size=f"{size}; from ids",
        ours_s=ours_s,
        peer=None if peer_s is None else "access.Access.enhanced_two_stage_fca",
        peer_s=peer_s,
        target=50 if scale == 1 else None,
        equal=equal,
    )
    rng = np.random.default_rng(1)
    slots = table.places.to_numpy()[:, None] * rng.integers(0, 2, (len(table.places), SLOTS))
    minutes = table.minutes().tocsr()
    people = table.people.to_numpy()
    all_s, all_slots = best_of(5, lambda: e2sfca(minutes, people, slots, weight=gaussian))
    one_s, one_slot = best_of(5, lambda: e2sfca(minutes, people, slots[:, 7], weight=gaussian))
    yield Result(
        name="e2sfca",
        size=f"{size}; {SLOTS} time slots",
        ours_s=all_s,
        peer="one time slot",
        peer_s=one_s,
        target=0.25 if scale == 1 else None,
        equal=bool(np.allclose(all_slots[:, 7], one_slot, rtol=1e-9, atol=0)),
    )


def gaussian(minutes: Floats) -> Floats:
    """Let a walk count less with its length, by the curve that ``access`` offers."""
    counts: Floats = np.exp(-0.5 * (minutes / WIDTH_MIN) ** 2)
    return counts


class _Table:
    """People, places and walks as tables with ids; walks home by home, as routers write them."""

    def __init__(self, scale: float) -> None:
        rng = np.random.default_rng(0)
        cells, services = (max(int(n * scale), 2) for n in (CELLS, SERVICES))
        pairs = min(int(PAIRS * scale), cells * services * 3 // 10)
        homes, sites = rng.permutation(10**6)[:cells], rng.permutation(10**6)[:services]
        self.people = pd.Series(rng.integers(1, 500, cells), index=homes, name="people")
        self.places = pd.Series(rng.integers(1, 90, services), index=sites, name="places")
        pair = np.sort(rng.choice(cells * services, pairs, replace=False))
        row, column = np.divmod(pair, services)
        self.walks = pd.DataFrame(
            {
                "home": homes[row],
                "site": sites[column],
                "minutes": rng.uniform(0, MAX_MIN, pairs),
            }
        )

    def minutes(self) -> coo_array:
        row = self.people.index.get_indexer(pd.Index(self.walks["home"]))
        column = self.places.index.get_indexer(pd.Index(self.walks["site"]))
        walk = self.walks["minutes"].to_numpy()
        return coo_array((walk, (row, column)), shape=(len(self.people), len(self.places)))

    def score(self, places: npt.NDArray[np.int64]) -> Floats:
        return e2sfca(self.minutes(), self.people.to_numpy(), places, weight=gaussian)

    def score_by_access(self) -> Floats:
        access = import_module("access")
        model = access.Access(
            demand_df=self.people.rename_axis("id").reset_index(),
            demand_index="id",
            demand_value="people",
            supply_df=self.places.rename_axis("id").reset_index(),
            supply_index="id",
            supply_value="places",
            cost_df=self.walks,
            cost_origin="home",
            cost_dest="site",
            cost_name="minutes",
        )
        score = model.enhanced_two_stage_fca(
            name="score",
            cost="minutes",
            max_cost=MAX_MIN,
            weight_fn=access.weights.gaussian(WIDTH_MIN),
        )
        found: Floats = score["score_places"].reindex(self.people.index).to_numpy(dtype=np.float64)
        return found
