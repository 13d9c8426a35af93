"""Whom a community trusts: as women said it, or one tie away, and never by origin."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pytest

from mapping.trust import trusted
from tests.helpers.town import Town

DAY = date(2026, 11, 22)


def actors(**communities: list[str]) -> Town:
    made = Town(streets=False)
    made.rows["organizations"] = [
        {"id": name, "name": name, "communities": several} for name, several in communities.items()
    ]
    return made


def said(actor: str, state: str = "trusted", community: str = "so", session: str = "s") -> Any:
    return {
        "id": f"{actor}-{session}",
        "community": community,
        "organization_id": actor,
        "state": state,
        "said_by": "5-9",
        "session_id": session,
    }


def tie(one: str, other: str, kind: str = "delivers_with", strength: int = 2, **more: Any) -> Any:
    return {
        "id": f"{one}-{other}",
        "from_id": one,
        "to_id": other,
        "kind": kind,
        "direction": "directed",
        "strength": strength,
        **more,
    }


def ask(made: Town, **more: Any) -> dict[str, float]:
    asked: dict[str, Any] = {"community": "so", "day": DAY, **more}
    tables: list[pd.DataFrame] = [made.read(name) for name in ("organizations", "trust", "ties")]
    return trusted(*tables, **asked)


def test_what_women_said_counts_and_what_nobody_said_is_unknown() -> None:
    made = actors(yes=[], no=[], torn=[], silent=[])
    made.rows["trust"] = [said("yes"), said("no", "not_trusted"), said("torn", "mixed")]
    found = ask(made)
    assert found["yes"] == 1
    assert found["no"] == 0
    assert np.isnan(found["torn"])
    assert np.isnan(found["silent"])


def test_sessions_that_do_not_agree_count_for_nothing() -> None:
    made = actors(one=[])
    made.rows["trust"] = [said("one"), said("one", "not_trusted", session="t")]
    assert np.isnan(ask(made)["one"])


def test_origin_never_implies_trust() -> None:
    assert np.isnan(ask(actors(own=["so"]))["own"])


def test_only_what_her_community_said_counts_whatever_its_script() -> None:
    made = actors(one=[], other=[])
    made.rows["trust"] = [said("one", community="so-Latn"), said("other", community="ti")]
    found = ask(made)
    assert found["one"] == 1
    assert np.isnan(found["other"])


@pytest.mark.parametrize("kind", ["delivers_with", "refers_to", "trusts"])
@pytest.mark.parametrize("ends", [("one", "trusted"), ("trusted", "one")])
def test_one_tie_in_either_direction_leads_to_trust(kind: str, ends: tuple[str, str]) -> None:
    made = actors(one=[], trusted=[], far=[])
    made.rows["trust"] = [said("trusted")]
    made.rows["ties"] = [tie(*ends, kind), tie("one", "far")]
    found = ask(made)
    assert found["one"] == 1
    assert np.isnan(found["far"])  # two ties away


@pytest.mark.parametrize(
    "weak",
    [
        {"strength": 1},
        {"strength": None},
        {"kind": "funds"},
        {"until": "2026-11-21"},
        {"since": "2026-11-23"},
    ],
)
def test_a_tie_that_is_weak_of_another_kind_ended_or_still_to_come_leads_nowhere(
    weak: dict[str, Any],
) -> None:
    made = actors(one=[], trusted=[])
    made.rows["trust"] = [said("trusted")]
    made.rows["ties"] = [tie("one", "trusted") | weak]
    assert np.isnan(ask(made)["one"])


def test_a_tie_counts_on_its_first_and_its_last_day() -> None:
    made = actors(one=[], trusted=[])
    made.rows["trust"] = [said("trusted")]
    made.rows["ties"] = [tie("one", "trusted", since="2026-11-22", until="2026-11-22")]
    assert ask(made)["one"] == 1


def test_a_tie_carries_trust_to_an_actor_that_is_not_trusted_by_itself() -> None:
    made = actors(clinic=[], group=[])
    made.rows["trust"] = [said("clinic", "not_trusted"), said("group")]
    assert ask(made)["clinic"] == 0
    made.rows["ties"] = [tie("clinic", "group")]
    assert ask(made)["clinic"] == 1


@pytest.mark.parametrize("known", ["trusted", "not_trusted", "mixed", None])
def test_what_nobody_said_of_who_a_tie_leads_to_leaves_open_whether_it_carries_trust(
    known: str | None,
) -> None:
    made = actors(clinic=[], hospital=[])
    made.rows["trust"] = [said("clinic", "not_trusted")]
    made.rows["ties"] = [tie("clinic", "hospital", "refers_to")]
    before = ask(made)["clinic"]
    made.rows["trust"] += [] if known is None else [said("hospital", known)]
    found = ask(made)["clinic"]
    assert np.isnan(before)  # so that no answer lies outside of what was said before
    assert np.isnan(found) if known in {"mixed", None} else found == (known == "trusted")


def test_a_tie_of_which_nobody_knows_how_strong_it_is_may_carry_trust() -> None:
    made = actors(clinic=[], group=[])
    made.rows["trust"] = [said("clinic", "not_trusted"), said("group")]
    made.rows["ties"] = [tie("clinic", "group", strength=1)]
    assert ask(made)["clinic"] == 0
    made.rows["ties"][0]["strength"] = None
    assert np.isnan(ask(made)["clinic"])


def test_actors_of_her_own_community_left_out_lead_nobody_to_perhaps() -> None:
    made = actors(clinic=[], own=["so"])
    made.rows["trust"] = [said("clinic", "not_trusted")]
    made.rows["ties"] = [tie("clinic", "own")]
    assert np.isnan(ask(made)["clinic"])
    assert ask(made, not_own=True)["clinic"] == 0


def test_not_through_my_own_community_leaves_out_its_actors_and_what_they_lead_to() -> None:
    made = actors(own=["so", "ar"], other=[], clinic=[], surgery=[])
    made.rows["trust"] = [said("own"), said("other")]
    made.rows["ties"] = [tie("clinic", "own"), tie("surgery", "other")]
    assert ask(made) == {"own": 1, "other": 1, "clinic": 1, "surgery": 1}
    found = ask(made, not_own=True)
    assert found["own"] == 0
    assert found["other"] == 1
    assert np.isnan(found["clinic"])
    assert found["surgery"] == 1
