"""Protected rows and their open twins: no pin stands beside a protection, and none is made anew."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.atlas import Atlas
from layers.errors import LayerError
from tests.helpers.bringing import a_town, bring, codes

HEAD = "name,category,street,lat,lon"
AT = "legal,Lindenstr. 17,52.2123456,13.2123456"
NEAR = "Kita,childcare,Weg 5,52.3112345,13.3112345"


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    return a_town(tmp_path / "town.gpkg")


def places(town: Atlas) -> list[str]:
    return sorted(town.read("locations")["precision"])


def assert_gone(town: Atlas, *more: str) -> None:
    content = b"".join(one.read_bytes() for one in town.path.parent.glob("town.gpkg*"))
    for text in ("Lindenstr", *more):
        assert text.encode() not in content


@pytest.mark.parametrize("kind", ["services", "actors"])
def test_what_another_file_protects_loses_the_pin_that_is_here(kind: str, town: Atlas) -> None:
    text = f"{HEAD},hidden\nRosa Treff,{AT},{{}}\n{NEAR},\n"
    bring(town, "open.csv", text.format(""), kind)
    table = "services" if kind == "services" else "organizations"
    before = set(town.read(table).set_index("name").loc[["Rosa Treff"], "id"])
    plan = bring(town, "safe.csv", text.format("yes"), kind)
    assert "duplicates_taken" in codes(plan)
    assert sorted(town.read(table)["name"]) == ["Kita", "Rosa Treff"]
    assert places(town) == ["exact", "hidden"]
    assert_gone(town, *before)  # the old identifier was made of the address
    again = bring(town, "safe.csv", text.format("yes"), kind)
    assert again.compared.same == 2


def test_a_person_says_which_open_row_is_the_protected_one_of_another_name(town: Atlas) -> None:
    bring(town, "open.csv", f"{HEAD}\nRosa Treff,{AT}\n")
    old = town.read("services")["id"][0]
    text = f"{HEAD},hidden\nHouse of Women,{AT},yes\n"
    plan = bring(town, "safe.csv", text, matches=((2, old),))
    assert plan.rejected == ()
    assert town.read("services")["name"].tolist() == ["House of Women"]
    assert places(town) == ["hidden"]
    assert_gone(town, old)


@pytest.mark.parametrize(
    "row",
    [
        f"Rosa Treff,{AT.replace('legal', 'health')}",  # one name and place, another need
        "Rosa Treff,legal,,,",  # no place that could be compared
        "Rosa Treff,legal,Am Ring 5,52.4112345,13.4112345",  # another place
    ],
)
def test_a_protected_row_is_refused_while_its_twin_stands_open(row: str, town: Atlas) -> None:
    bring(town, "open.csv", f"{HEAD}\nRosa Treff,{AT}\n")
    plan = bring(town, "safe.csv", f"{HEAD},hidden\n{row},yes\n{NEAR},\n")
    assert [(one.row, one.code) for one in plan.rejected] == [(2, "protected_twin")]
    assert [(one.row, one.taken) for one in plan.likely] == [(2, False)]
    assert sorted(town.read("services")["name"]) == ["Kita", "Rosa Treff"]
    old = plan.likely[0].id
    bring(town, "safe.csv", f"{HEAD},hidden\n{row},yes\n{NEAR},\n", matches=((2, old),))
    assert places(town) == ["exact", "hidden"]
    assert_gone(town)


def test_a_person_may_say_that_the_protected_row_is_another_elsewhere(town: Atlas) -> None:
    bring(town, "open.csv", f"{HEAD}\nRosa Treff,{AT}\n")
    far = f"{HEAD},hidden\nRosa Treff,legal,Am Ring 5,52.4112345,13.4112345,yes\n{NEAR},\n"
    assert not bring(town, "safe.csv", far, matches=((2, ""),)).rejected
    same = f"{HEAD},hidden\nRosa Treff,{AT.replace('legal', 'health')},yes\n{NEAR},\n"
    plan = bring(town, "safe2.csv", same, matches=((2, ""),))
    assert [one.code for one in plan.rejected] == ["protected_twin"]


OPEN = [f"Haus Rosa,{AT}", f"HAUS ROSA e.V.,{AT}", "Haus Rosa,legal,Lindenstr. 17,,"]


@pytest.mark.parametrize("row", OPEN)
@pytest.mark.parametrize("kind", ["services", "actors"])
def test_an_open_row_with_the_name_of_something_protected_is_refused(
    kind: str, row: str, town: Atlas
) -> None:
    bring(town, "safe.csv", f"{HEAD},hidden\nHaus Rosa,{AT},yes\n", "services")
    plan = bring(town, "b.csv", f"{HEAD}\n{row}\n{NEAR}\n", kind, matches=((2, ""),))
    assert [(one.row, one.code) for one in plan.rejected] == [(2, "name_of_protected")]
    assert places(town) == ["exact", "hidden"]
    assert_gone(town)


def test_an_actor_without_a_place_may_bear_a_protected_name(town: Atlas) -> None:
    bring(town, "safe.csv", f"{HEAD},hidden\nHaus Rosa,{AT},yes\n", "services")
    plan = bring(town, "a.csv", "name,sector\nHaus Rosa,\n", "actors")
    assert not plan.rejected


def test_what_stood_open_before_is_still_brought_up_to_date(town: Atlas) -> None:
    bring(
        town,
        "a.csv",
        f"id,{HEAD},hidden\n1,Haus Rosa,legal,Ring 5,52.4112345,13.4112345,no\n",
        "services",
    )
    text = f"{HEAD},hidden\nHaus Rosa,{AT},yes\n{NEAR},\n"
    bring(town, "safe.csv", text, matches=((2, ""),))
    plan = bring(
        town, "a.csv", f"id,{HEAD},cost\n1,Haus Rosa,legal,Ring 5,52.4112345,13.4112345,five\n"
    )
    assert (plan.rejected, plan.fates) == ((), {2: "changed"})


def test_the_list_that_knew_it_before_it_was_protected_makes_no_pin_again(town: Atlas) -> None:
    old = f"{HEAD}\nRosa Treff,{AT}\n"
    bring(town, "open.csv", old)
    bring(town, "safe.csv", f"{HEAD},hidden\nRosa Treff,{AT},yes\n")
    with pytest.raises(LayerError) as raised:
        bring(town, "open.csv", old)
    assert raised.value.blanks["reason"] == "name_of_protected"
    assert_gone(town)
