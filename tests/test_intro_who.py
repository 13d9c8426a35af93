"""Who could introduce two actors: the strongest and best confirmed, not too often, never barred."""

from __future__ import annotations

from typing import Any

from mapping.counted import Counted
from mapping.intro_who import MOST_ASKED, Introducer, Partners, partners
from tests.helpers.introduced import actor, tie
from tests.helpers.town import Town


def made(*ties: Any, **facts: dict[str, Any]) -> Partners:
    town = Town(streets=False)
    names = dict.fromkeys(end for one in ties for end in (one["from_id"], one["to_id"]))
    town.rows["organizations"] = [actor(name, **facts.get(name, {})) for name in names]
    town.rows["ties"] = list(ties)
    actors, rows = town.read("organizations"), town.read("ties")
    return partners(actors, rows, Counted(), spared=frozenset({"hidden"}))


def nobody(_a: str, _b: str) -> bool:
    return False


def test_the_weakest_tie_on_the_way_decides_then_who_said_so() -> None:
    known = made(
        tie("a", "weak", strength=1, confirmed_by=2),
        tie("weak", "b", strength=3, confirmed_by=2),
        tie("a", "good", strength=2, confirmed_by=1),
        tie("good", "b", strength=2, confirmed_by=1),
        tie("a", "better", strength=2, confirmed_by=2),
        tie("better", "b", strength=2, confirmed_by=1),
        tie("a", "hidden", strength=3, confirmed_by=2),
        tie("hidden", "b", strength=3, confirmed_by=2),
    )
    found = known.between("a", "b", never=nobody)
    assert [one.actors for one in found] == [("better",), ("good",), ("weak",), ("hidden",)]
    assert found[0] == Introducer(actors=("better",), strength=2, confirmed=3)


def test_a_migrant_led_group_is_introduced_by_one_who_works_with_such() -> None:
    ties = [tie(one, other) for one in ("a", "b") for other in ("first", "second")]
    known = made(*ties, tie("second", "led"), a={"migrant_led": True}, led={"migrant_led": True})
    assert known.between("a", "b", never=nobody)[0].actors == ("first",)  # `a` is led itself
    known = made(*ties, a={"migrant_led": True}, second={"migrant_led": True})
    assert known.between("a", "b", never=nobody)[0].actors == ("second",)


def test_a_chain_of_two_where_nobody_knows_both_and_else_nobody() -> None:
    known = made(tie("a", "c"), tie("c", "d", strength=1), tie("d", "b"), tie("e", "f"))
    assert known.between("a", "b", never=nobody) == (
        Introducer(actors=("c", "d"), strength=1, confirmed=0),
    )
    assert [one.actors for one in known.between("b", "a", never=nobody)] == [("d", "c")]
    assert known.between("a", "e", never=nobody) == ()


def test_a_go_between_is_asked_last_to_introduce_whom_the_tie_leads_round_it() -> None:
    known = made(tie("a", "c", strength=3), tie("c", "b", strength=3), tie("a", "d"), tie("d", "b"))
    for passed, first in (({"c"}, "d"), ({"d"}, "c"), ({"c", "d"}, "c")):
        found = known.between("a", "b", never=nobody, passed=passed)
        assert found[0].actors == (first,)


def test_nobody_is_asked_too_often_nor_to_meet_whom_they_must_not() -> None:
    known = made(tie("a", "c"), tie("c", "b"), tie("a", "d"), tie("d", "b"))
    assert [one.actors for one in known.between("a", "b", never=nobody)] == [("c",), ("d",)]

    def barred(one: str, other: str) -> bool:
        return {one, other} == {"c", "b"}

    assert [one.actors for one in known.between("a", "b", never=barred)] == [("d",)]
    known.asked["d"] = MOST_ASKED
    assert known.between("a", "b", never=barred) == ()
