"""A tie made by choosing two actors: refused where it would say something wrong, and undone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from layers import atlas, changes, clock, tie_making
from layers.atlas import Atlas
from layers.errors import LayerError


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as w:
        w.insert(
            "organizations",
            [
                {"id": "a", "name": "Albatross *House*"},
                {"id": "b", "name": "Bakery"},
                {"id": "no", "name": "Nobody", "consent_shown": False},
            ],
        )
        tie = {"from_id": "a", "to_id": "b", "direction": "directed"}
        past = clock.today() - timedelta(days=9)
        w.insert(
            "ties",
            [
                {"id": "t", **tie, "kind": "funds"},
                {"id": "old", **tie, "kind": "advises", "until": past},
                {"id": "m", **tie, "kind": "shares_space", "direction": "mutual"},
            ],
        )
        w.insert(
            "bans",
            [
                {"id": "1", "from_id": "b", "to_id": "a", "kind": "shares_data"},
                {"id": "2", "from_id": "a", "to_id": "b", "kind": "trusts", "until": past},
            ],
        )
    return made


def refused(town: Atlas, **values: Any) -> str:
    whole = {"from_id": "a", "to_id": "b", "kind": "funds", "direction": "directed", **values}
    with pytest.raises(LayerError) as error:
        tie_making.make(town, **whole)
    return error.value.code


def test_what_lasts_between_the_two_is_told_and_what_is_banned(town: Atlas) -> None:
    found = tie_making.draft(town, "a", "b")
    assert [(one.id, one.kind) for one in found.there] == [("t", "funds"), ("m", "shares_space")]
    assert found.bans == ("shares_data",)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"to_id": "a"}, "tie_with_itself"),
        ({"to_id": "gone"}, "actor_gone"),
        ({"to_id": "no"}, "actor_not_shown"),
        ({}, "tie_there"),
        ({"direction": "mutual"}, "tie_there"),  # the one way is there: change that one
        ({"from_id": "b", "to_id": "a", "kind": "shares_space"}, "tie_there"),
        ({"kind": "likes"}, "field_no_code"),
        ({"kind": "advises", "strength": 0}, "field_out_of_range"),
    ],
)
def test_a_tie_that_would_say_something_wrong_is_refused(
    town: Atlas, values: dict[str, Any], code: str
) -> None:
    before = town.read("ties")["id"].tolist()
    assert refused(town, **values) == code
    assert town.read("ties")["id"].tolist() == before


def test_a_new_tie_is_one_change_confirmed_by_nobody_and_can_be_undone(town: Atlas) -> None:
    back: Any = {"from_id": "b", "to_id": "a", "kind": "funds", "direction": "directed"}
    made = tie_making.make(town, **back, strength=2, participation="leads", who="Ada")
    tie = town.read("ties").set_index("id").loc[made.id]
    assert (tie["from_id"], tie["strength"], tie["participation"]) == ("b", 2, "leads")
    assert tie["confirmed_by"] == 0
    assert town.read("ties")["last_confirmed"].isna().all()
    assert town.read("revisions")["who"].tolist() == ["Ada"]
    changes.undo(town, made.revision_id)
    assert made.id not in set(town.read("ties")["id"])
    again = tie_making.make(town, from_id="a", to_id="b", kind="advises", direction="directed")
    assert again.id in set(town.read("ties")["id"])  # the old one has ended


def form() -> None:
    from mapping.pages import _network_tie

    _network_tie.show("a", "b", {"a": "Albatross *House*", "b": "Bakery"})


def test_the_form_refuses_the_same_kind_turns_round_saves_and_undoes(
    town: Atlas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CG_ATLAS", str(town.path))
    page = AppTest.from_function(form, default_timeout=30).run()
    assert not page.exception
    told = " ".join(one.value for one in page.text)
    assert "funds (from Albatross *House* to Bakery)" in told
    assert "shares data" in told  # never to be proposed
    assert page.button(key="network_tie_save").disabled
    page.selectbox(key="network_tie_kind").select("funds").run()
    assert page.button(key="network_tie_save").disabled
    assert "have a tie of this kind already. Open" in " ".join(one.value for one in page.text)
    page.button(key="network_tie_swap").click().run()
    page.text_input(key="network_tie_gives").input("bread").run()
    page.button(key="network_tie_save").click().run()
    assert not page.exception
    (row,) = town.read("ties").query("gives == 'bread'").to_dict("records")
    assert (row["from_id"], row["to_id"], row["kind"]) == ("b", "a", "funds")
    page.button(key="network_tie_undo").click().run()
    assert not page.exception
    assert town.read("ties").query("gives == 'bread'").empty
