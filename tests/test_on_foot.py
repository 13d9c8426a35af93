"""What a city knows of walking: closures from its tables, snapping, minutes from a table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from scipy.sparse import csr_array
from shapely.geometry import box

from layers.errors import LayerError
from layers.importing.watch import Watch
from mapping.cascade import cascade
from mapping.city import City
from mapping.on_foot import Snapped
from mapping.personas import Persona
from mapping.ready import PARTS, ready
from mapping.travel import Walks, Way
from tests.helpers.town import META, Town, placed

SELAM = Persona(category="legal", hours="Mo-Fr 18:00-22:00", avoids_unsafe=True, minutes=20)


def town() -> Town:
    """A hundred people a cell, advice at 0 m, open in the evening."""
    made = Town()
    made.people(dict.fromkeys(["c100", "c300", "c500", "c700", "c1300", "c1500"], 100))
    made.service("advice", (0, 0), hours="Mo-Su 08:00-22:00")
    return made


def report(made: Town, shape: Any, feeling: str, hour: str | None, name: str = "x") -> None:
    rows = made.rows["reported_cells"]
    rows.append(
        {
            "id": f"r{len(rows)}",
            "session_id": name,
            "cell": f"{shape.bounds}",
            "feeling": feeling,
            "time_of_day": hour,
            "contributors": "5-9",
            "geometry": placed(shape),
        }
    )


def minutes(city: City, way: Way) -> tuple[list[float], list[float]]:
    """Minutes from each cell to the only place: sure, and that may be; -1 for none."""
    found = city.walks("cell", way)
    tables = []
    for table in (found.sure, found.maybe):
        dense = np.full(table.shape, -1.0)
        pairs = table.tocoo()
        dense[pairs.row, pairs.col] = pairs.data
        tables.append([round(float(one), 2) for one in dense[:, 0]])
    return tables[0], tables[1]


def test_a_place_called_unsafe_closes_the_street_through_it() -> None:
    made = town()
    report(made, box(390, -30, 410, 30), "unsafe", "evening")
    city = City(made.read, META)
    by_day, by_night = Way(minutes=20), Way(minutes=20, avoid="evening")
    # at 80 m a minute; the streets end at every 100 m, the middle of each cell lies on one
    assert minutes(city, by_day)[0][:4] == [1.25, 3.75, 6.25, 8.75]
    assert minutes(city, by_night) == ([1.25, 3.75, -1, -1, -1, -1],) * 2
    assert minutes(city, Way(minutes=20, avoid="day")) == minutes(city, by_day)


@pytest.mark.parametrize(
    ("feeling", "hour", "shape"),
    [
        ("safe", "evening", box(390, -30, 410, 30)),
        ("mixed", "evening", box(400, 0, 420, 30)),  # of a part of it
    ],
)
def test_where_others_say_otherwise_the_street_is_perhaps_open(
    feeling: str, hour: str, shape: Any
) -> None:
    made = town()
    report(made, box(390, -30, 410, 30), "unsafe", "evening")
    report(made, shape, feeling, hour, "y")
    sure, maybe = minutes(City(made.read, META), Way(minutes=20, avoid="evening"))
    assert sure[:4] == [1.25, 3.75, -1, -1]
    assert maybe[:4] == [1.25, 3.75, 6.25, 8.75]


def test_what_was_said_of_all_hours_holds_perhaps_and_a_neighbour_says_nothing_of_it() -> None:
    made = town()
    report(made, box(390, -30, 410, 30), "unsafe", None)
    report(made, box(410, -30, 430, 30), "safe", "evening")  # they share a border only
    city = City(made.read, META)
    assert city.heard("night")
    sure, maybe = minutes(city, Way(minutes=20, avoid="night"))
    assert (sure[2], maybe[2]) == (-1, 6.25)
    made.rows["reported_cells"][0]["time_of_day"] = "evening"
    city = City(made.read, META)
    assert not city.heard("night")
    assert [len(shapes) for shapes in city.unsafe("evening")] == [1, 1]
    assert minutes(city, Way(minutes=20, avoid="evening"))[1][2] == -1


def test_a_street_with_steps_stops_a_pram_and_an_unknown_one_a_wheelchair_perhaps() -> None:
    made = town()
    for street in made.rows["streets"]:
        street["step_free"] = True
    made.rows["streets"][3] |= {"kind": "steps", "step_free": None}  # from 300 to 400
    made.rows["streets"][1] |= {"step_free": None}  # from 100 to 200
    city = City(made.read, META)
    assert minutes(city, Way(minutes=20, stepless="pram")) == ([1.25, 3.75, -1, -1, -1, -1],) * 2
    chair = minutes(city, Way(minutes=20, stepless="wheelchair"))
    assert chair == ([1.25, -1, -1, -1, -1, -1], [1.25, 3.75, -1, -1, -1, -1])
    made.rows["streets"][3]["step_free"] = True  # a ramp beside them
    assert minutes(City(made.read, META), Way(minutes=20, stepless="pram"))[0][2] == 6.25


def test_a_slow_walk_is_cut_from_a_longer_one() -> None:
    city = City(town().read, META)
    slow = Way(minutes=10, speed_kmh=3.2)
    alone = minutes(City(town().read, META), slow)
    minutes(city, Way(minutes=20))
    assert minutes(city, slow) == alone
    assert alone[0][:4] == pytest.approx([100 / 53.3, 300 / 53.3, 500 / 53.3, -1], abs=0.01)


def test_nobody_is_sure_to_get_anywhere_in_a_wheelchair_where_no_street_is_known() -> None:
    made = Town(streets=False)
    made.people({"c100": 100})
    made.service("advice", (100, 0))
    city = City(made.read, META)
    found = city.walks("cell", Way(minutes=5, stepless="wheelchair"))
    assert (found.sure.nnz, found.maybe.nnz) == (0, 3)
    every = np.ones((1, 1), dtype=bool)
    low, high = city.shares("district", Way(minutes=5, stepless="wheelchair"), every, every)
    assert (low.max(), high.max() > 0) == (0, True)


def test_snapping_says_how_far_and_why_a_point_has_no_street() -> None:
    made = town()
    assert City(Town(streets=False).read, META).snapped("cell") is None
    made.service("farm", (500, 300))
    made.rows["ground"].append(
        {"id": "moat", "kind": "water", "geometry": placed(box(1400, 20, 1900, 60))}
    )
    made.service("island", (1700, 90))
    made.service("door", (500, -40))
    found = City(made.read, META).snapped("cell")
    assert found is not None
    starts, places = (replace(one, farthest_m=round(one.farthest_m, 3)) for one in found)
    # the moat takes 8,000 of 40,000 m2 at 40 m north of c1500: its middle moves 10 m south
    assert starts == Snapped(points=6, farthest_m=10, too_far=0, over_water=0)
    assert places == Snapped(points=4, farthest_m=40, too_far=1, over_water=1)


def test_minutes_from_a_table_replace_walking_and_all_that_follows_stays() -> None:
    made = town()
    made.service("far", (2000, 0), hours="Mo-Su 08:00-12:00")
    asked: list[Way] = []

    def by_bus(level: str, way: Way) -> Walks:
        """Minutes from the six cells to both places, as a timetable might say."""
        assert level == "cell"
        asked.append(way)
        sure = csr_array([[5.0, 0, 0, 30, 0, 0], [0, 0, 0, 0, 9, 20.0]]).T.tocsr()
        maybe = csr_array([[5.0, 15, 0, 30, 0, 0], [0, 0, 0, 0, 9, 20.0]]).T.tocsr()
        return Walks(csr_array(sure), csr_array(maybe))

    city = City(made.read, META, minutes=by_bus)
    steps = {step.name: step for step in cascade(city, SELAM).steps}
    assert steps["near"].low.tolist() == [1, 0, 0, 0, 1, 1]
    assert steps["near"].high.tolist() == [1, 1, 0, 0, 1, 1]
    assert steps["open"].low.tolist() == [1, 0, 0, 0, 0, 0]  # the other closes at noon
    assert steps["open"].high.tolist() == [1, 1, 0, 0, 0, 0]
    assert {way.avoid for way in asked} == {None, "evening"}
    wrong = City(made.read, META, minutes=lambda *_: Walks(*(csr_array((5, 2)),) * 2))
    with pytest.raises(ValueError, match=r"\(6, 2\).*\(5, 2\)"):
        cascade(wrong, SELAM)


class Stopping(Watch):
    """Stops the work at one of its parts."""

    def __init__(self, at: str) -> None:
        super().__init__()
        self.at = at
        self.seen: list[str] = []

    def tell(self, step: str, done: int, total: int) -> None:
        self.seen.append(step)
        if step == self.at:
            self.stop()
        super().tell(step, done, total)


def test_a_first_answer_tells_how_far_it_is_and_changes_nothing() -> None:
    made = town()
    report(made, box(390, -30, 410, 30), "unsafe", "evening")
    city, watch = City(made.read, META), Stopping("")
    ready(city, SELAM, watch)
    assert list(dict.fromkeys(watch.seen)) == list(PARTS)
    assert watch.seen.count("walks") == 2  # plain, and in the evening
    alone = cascade(City(made.read, META), SELAM)
    for one, two in zip(cascade(city, SELAM).steps, alone.steps, strict=True):
        assert one.low.tolist() == two.low.tolist()
        assert one.high.tolist() == two.high.tolist()


@pytest.mark.parametrize("part", PARTS)
def test_a_first_answer_that_was_stopped_can_be_begun_again(part: str) -> None:
    made = town()
    city = City(made.read, META)
    with pytest.raises(LayerError) as stopped:
        ready(city, SELAM, Stopping(part))
    assert stopped.value.code == "stopped"
    assert city.has_walks("cell", Way(minutes=20)) == (part == "cascade")
    ready(city, SELAM)
    assert cascade(city, SELAM).steps[-1].high.max() == 1


def test_shapes_of_the_sketch_lie_where_they_were_drawn() -> None:
    made = town()
    report(made, box(390, -30, 410, 30), "unsafe", "evening")
    city = City(made.read, META)
    middle = shapely.centroid(city.unsafe("evening")[0][0])
    assert (middle.x, middle.y) == pytest.approx((600_400, 6_250_000), abs=0.1)
