"""The results of the connection check: the last few, in memory, with their age."""

from __future__ import annotations

from mapping.line_checks import MOST_KEPT, Memory, Result


def a_result(origin: str) -> Result:
    return Result(
        origin=origin, secure=False, got_through={"post": True}, voices=("ar",), late_ms=12
    )


def test_the_newest_comes_first_with_its_age_in_whole_minutes() -> None:
    now = [0.0]
    memory = Memory(clock=lambda: now[0])
    memory.keep(a_result("a"))
    now[0] = 119.0
    memory.keep(a_result("b"))
    now[0] = 120.0
    assert [(one.origin, one.minutes_ago) for one in memory.results()] == [("b", 0), ("a", 2)]


def test_only_the_last_few_are_kept() -> None:
    memory = Memory(clock=lambda: 0.0)
    for number in range(MOST_KEPT + 3):
        memory.keep(a_result(str(number)))
    assert len(memory.results()) == MOST_KEPT
    assert memory.results()[-1].origin == "3"


def test_who_reads_a_result_cannot_change_what_is_kept() -> None:
    memory = Memory(clock=lambda: 0.0)
    memory.keep(a_result("a"))
    memory.results()[0].got_through["post"] = False
    assert memory.results()[0].got_through == {"post": True}
