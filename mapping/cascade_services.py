"""Which services a persona loses at which step, and which facts of the others nobody knows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from layers.streets import Floats
from mapping.coverage import Seen
from mapping.personas import FACTS_OF

LOST_BEFORE: Final = "lost_before"
LOST_HERE: Final = "lost_here"
PERHAPS: Final = "perhaps"
IN_PLAY: Final = "in_play"


def services_at(view: Seen, order: Sequence[str], step: str) -> pd.DataFrame:
    """Say of every service of her category what has become of it at a step.

    Parameters
    ----------
    view
        The city as she sees it.
    order
        The steps in their order.
    step
        One of them.

    Returns
    -------
    services
        One row a service, by its best offer, those lost here first: ``id``; ``state``
        (``in_play``, ``perhaps``: some fact up to here is unknown, ``lost_here``,
        ``lost_before``); ``why``, the facts of this step that say no, or ``no_place`` where it has
        none to walk to; ``unknown``, the facts up to here that nobody knows.
    """
    so_far = list(order[: list(order).index(step) + 1])
    mine = np.flatnonzero(view.mine)
    values = np.stack([_holds(view, name)[mine] for name in so_far], axis=1)
    no, blank = values == 0, np.isnan(values)
    lost = np.where(no.any(axis=1), no.argmax(axis=1), len(so_far))
    last = len(so_far) - 1
    state = np.select(
        [lost < last, lost == last, blank.any(axis=1)],
        [LOST_BEFORE, LOST_HERE, PERHAPS],
        default=IN_PLAY,
    )
    why, unknown = _facts(view, (step,), known=True), _facts(view, so_far, known=False)
    rows = pd.DataFrame(
        {
            "id": view.city.offers.table["service_id"].to_numpy()[mine],
            "state": state,
            "why": [why[at] for at in mine],
            "unknown": [unknown[at] for at in mine],
            "lost": lost,
            "blanks": blank.sum(axis=1),
        }
    )
    rows["why"] = rows["why"].where(rows["state"].eq(LOST_HERE), None).map(lambda one: one or ())
    # an offer that gets farther, with less unknown, stands for its service
    rows = rows.sort_values(["lost", "blanks"], ascending=[False, True], kind="stable")
    rows = rows.drop_duplicates("id")
    rank = rows["state"].map([LOST_HERE, PERHAPS, IN_PLAY, LOST_BEFORE].index)
    kept = rows.iloc[np.argsort(rank.to_numpy(), kind="stable")]
    return kept[["id", "state", "why", "unknown"]].reset_index(drop=True)


def _holds(view: Seen, step: str) -> Floats:
    """Say of every offer whether a step may hold: 1, 0 or NaN; the walk itself is not asked."""
    if step in FACTS_OF:
        return view.steps[step]
    count = len(view.city.offers.table)
    if step != "near":
        return np.ones(count)
    place = view.city.offers.table["place"]
    found: Floats = np.select([place.eq("none"), place.eq("area")], [0.0, np.nan], default=1.0)
    return found


def _facts(view: Seen, steps: Sequence[str], *, known: bool) -> list[tuple[str, ...]]:
    """Name for every offer the facts of some steps that say no, or that nobody knows."""
    asked = [fact for step in steps for fact in FACTS_OF.get(step, ()) if fact in view.facts]
    values = view.facts[asked].to_numpy(dtype=np.float64)
    marks = values == 0 if known else np.isnan(values)
    names = [*asked, "no_place" if known else "place"]
    place = view.city.offers.table["place"].eq("none" if known else "area").to_numpy()
    marks = np.column_stack([marks, place & ("near" in steps)])
    return [tuple(name for name, mark in zip(names, row, strict=True) if mark) for row in marks]
