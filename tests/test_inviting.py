"""Asking an organization: links that end, and what a list of them tells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from layers import atlas, inviting
from layers.errors import LayerError
from tests.helpers import asked


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CG_TODAY", "2026-03-01")


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    return asked.town(tmp_path / "town.gpkg")


def state(town: atlas.Atlas, organization: str) -> dict[str, Any]:
    rows = inviting.states(town).set_index("organization_id")
    return {str(name): value for name, value in rows.loc[organization].to_dict().items()}


def test_a_secret_is_found_until_its_last_day(
    town: atlas.Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, secret = inviting.invite(town, "amal", days=7)
    assert made.ends_on == "2026-03-08"
    assert inviting.find(town, secret) == made
    monkeypatch.setenv("CG_TODAY", "2026-03-08")
    assert inviting.find(town, secret) == made
    monkeypatch.setenv("CG_TODAY", "2026-03-09")
    assert inviting.find(town, secret) is None
    assert state(town, "amal")["state"] == "ended"


@pytest.mark.parametrize("secret", ["", "x", "x" * 32, "' OR 1=1 --", "x" * 10_000, "é" * 32])
def test_no_other_secret_is_found(town: atlas.Atlas, secret: str) -> None:
    inviting.invite(town, "amal")
    assert inviting.find(town, secret) is None


def test_two_secrets_are_never_alike_and_long_enough(town: atlas.Atlas) -> None:
    secrets = {inviting.invite(town, "amal")[1] for _ in range(20)}
    assert len(secrets) == 20
    assert inviting.SECRET_BYTES * 8 >= 128


@pytest.mark.parametrize("days", [0, 366, -1])
def test_a_link_without_an_end_is_refused(town: atlas.Atlas, days: int) -> None:
    with pytest.raises(LayerError, match="days_out_of_range"):
        inviting.invite(town, "amal", days=days)
    assert town.count("invitations") == 0


def test_nobody_is_asked_who_is_not_there(town: atlas.Atlas) -> None:
    with pytest.raises(LayerError, match="organization_gone"):
        inviting.invite(town, "nobody")


def test_the_list_tells_who_was_asked_and_answered(town: atlas.Atlas) -> None:
    assert state(town, "city")["state"] == "not_asked"
    inviting.ask_by_sheet(town, "city")
    assert (state(town, "city")["state"], state(town, "city")["link"]) == ("asked", None)
    made, _ = inviting.invite(town, "amal")
    assert state(town, "amal")["link"] == made.id
    with town.write() as writer:
        inviting.answered(writer, made.id)
    assert state(town, "amal")["state"] == "answered"
    inviting.close(town, made.id)
    assert (state(town, "amal")["state"], state(town, "amal")["link"]) == ("answered", None)


def test_the_list_tells_how_old_what_we_know_is(town: atlas.Atlas) -> None:
    assert pd.isna(state(town, "amal")["checked"])
    with town.write() as writer:
        writer.update("services", "advice", {"date_checked": "2025-05-05"}, seen=1)
        writer.update("ties", "t-out", {"from_confirmed_on": "2025-07-07"}, seen=1)
    assert state(town, "amal")["checked"] == pd.Timestamp("2025-07-07")
    assert pd.isna(state(town, "city")["checked"])  # the other side said nothing
