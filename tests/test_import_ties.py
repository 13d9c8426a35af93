"""Ties from a table: every column has its field, in three languages; what is wrong is named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from layers import atlas
from layers.atlas import Atlas
from layers.importing import importer
from layers.importing.plan import Plan


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as w:
        w.insert("organizations", [{"id": one, "name": one.upper()} for one in ("a", "b", "c")])
    return made


def bring(town: Atlas, folder: Path, text: str, kind: str = "ties") -> Plan:
    (folder / "ties.csv").write_text(text, "utf-8")
    plan = importer.prepare(town, folder / "ties.csv", kind=kind)
    importer.carry_out(town, plan)
    return plan


@pytest.mark.parametrize(
    "header",
    [
        "from,to,kind,direction,strength,participation,cooperation,gives,needs,since,until",
        (
            "de,vers,relation,sens,force,niveau de participation,niveau de coopération,donne,"
            "a besoin de,depuis,jusqu'à"
        ),
        "من,إلى,نوع,الاتجاه,القوة,المشاركة,مستوى التعاون,يعطي,يحتاج,منذ,حتى",
    ],
    ids=["en", "fr", "ar"],
)
def test_the_columns_of_a_tie_are_understood(town: Atlas, tmp_path: Path, header: str) -> None:
    row = "a,b,refers_to,directed,3,co_designs,delivery,rooms,clients,2021-04-01,2031-01-02"
    assert bring(town, tmp_path, f"{header}\n{row}\n").rejected == ()
    tie = town.read("ties").iloc[0].to_dict()
    assert (tie["kind"], tie["direction"], tie["strength"]) == ("refers_to", "directed", 3)
    assert (tie["participation"], tie["cooperation"]) == ("co_designs", "delivery")
    assert (tie["gives"], tie["needs"]) == ("rooms", "clients")
    assert (tie["since"], tie["until"]) == (
        pd.Timestamp(date(2021, 4, 1)),
        pd.Timestamp(date(2031, 1, 2)),
    )


def test_the_words_for_codes_are_understood(town: Atlas, tmp_path: Path) -> None:
    text = (
        "from,to,kind,direction,participation,cooperation\n"
        "a,b,oriente,à sens unique,consulte,politique\n"
        "a,c,يقدم المشورة إلى,في اتجاه واحد,تصميم مشترك,تنسيق\n"
        "b,c,funds,one way,leads,delivery\n"
    )
    assert bring(town, tmp_path, text).rejected == ()
    ties = town.read("ties").sort_values(["from_id", "to_id"])
    assert ties["kind"].tolist() == ["refers_to", "advises", "funds"]
    assert ties["participation"].tolist() == ["consults", "co_designs", "leads"]
    assert ties["cooperation"].tolist() == ["policy", "coordination", "delivery"]


def test_what_is_wrong_is_refused_by_row_with_its_column(town: Atlas, tmp_path: Path) -> None:
    text = (
        "from,to,kind,direction,strength,participation,cooperation\n"
        "a,b,funds,,0,,\n"
        "a,a,funds,,1,,\n"
        "a,b,likes,,1,,\n"
        "a,b,funds,sideways,1,,\n"
        "a,b,funds,,1,shouts,\n"
        "a,b,funds,,1,,everywhere\n"
        "b,c,funds,,1,,\n"
        "b,c,funds,,2,,\n"
        "a,b,shares_space,mutual,1,,\n"
        "b,a,shares_space,mutual,1,,\n"
    )
    refused = [(one.row, one.code, one.column) for one in bring(town, tmp_path, text).rejected]
    assert refused == [
        (2, "not_between", "strength"),
        (3, "tie_to_itself", "to"),
        (4, "value_not_listed", "kind"),
        (5, "value_not_listed", "direction"),
        (6, "value_not_listed", "participation"),
        (7, "value_not_listed", "cooperation"),
        (9, "tie_twice", "to"),
        (11, "tie_twice", "to"),
    ]
    assert sorted(town.read("ties")["kind"]) == ["funds", "shares_space"]


def test_what_an_actor_said_of_being_named_protects_it_against_a_list(
    town: Atlas, tmp_path: Path
) -> None:
    text = (
        "id,name,women_led,consent_shared,at_risk\n"
        "a,A,yes,yes,no\nb,B,non,no,yes\nc,C,,perhaps,perhaps\n"
    )
    assert bring(town, tmp_path, text, "actors").rejected == ()
    actors = town.read("organizations").set_index("id")
    assert actors["consent_shared"].tolist() == [True, False, False]  # no clear yes is a no
    assert actors["at_risk"].tolist() == [False, True, True]
    assert actors["women_led"].tolist()[:2] == [True, False]
    assert actors["women_led"].isna().tolist() == [False, False, True]
    bring(town, tmp_path, "id,name,consent_shared,at_risk\nb,B,yes,no\n", "actors")
    again = town.read("organizations").set_index("id").loc["b"]
    assert not again["consent_shared"]
    assert again["at_risk"]
