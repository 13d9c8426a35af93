"""Phones that come faster than people can are noticed, and a full hall is not."""

from __future__ import annotations

import pytest

from layers.crowd import Crowd


@pytest.mark.parametrize(
    ("phones", "over_s", "rushed"),
    [(60, 0.0, False), (61, 0.0, True), (61, 10.0, True), (61, 10.5, False), (300, 60.0, False)],
)
def test_only_more_than_sixty_in_ten_seconds_are_a_rush(
    phones: int, over_s: float, *, rushed: bool
) -> None:
    now = [0.0]
    crowd = Crowd(clock=lambda: now[0])
    for number in range(phones):
        now[0] = over_s * number / (phones - 1)
        crowd.came("a")
    assert crowd.is_rushed("a") is rushed
    assert not crowd.is_rushed("b")


def test_a_rush_that_is_over_is_still_told() -> None:
    now = [0.0]
    crowd = Crowd(clock=lambda: now[0])
    for _ in range(61):
        crowd.came("a")
    now[0] = 3600.0
    crowd.came("a")
    assert crowd.is_rushed("a")
