"""Which names are one name, which addresses one address, and which rows may be one thing."""

from __future__ import annotations

import itertools
import math
import string

import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from layers import matching
from layers.matching import LIKELY_NAME, LIKELY_THERE, SAME_NAME, pairs, same_name
from tests.helpers.sampled import examples

HERE = (13.40, 52.50)


def north(metres: float) -> tuple[float, float]:
    """Go north from here on the ellipsoid."""
    lon, lat, _ = pyproj.Geod(ellps="WGS84").fwd(*HERE, 0, metres)
    return lon, lat


def listed(*rows: tuple[str, str, tuple[float, float] | None, str | None]) -> pd.DataFrame:
    shapes = [None if xy is None else shapely.Point(*xy) for _, _, xy, _ in rows]
    return pd.DataFrame(
        {
            "id": [row[0] for row in rows],
            "name": [row[1] for row in rows],
            "geometry": shapes,
            "address": [row[3] for row in rows],
        }
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Frauentreff Sonne e.V.", "FRAUENTREFF\u00a0 Sonne"),
        ("Frauentreff Sonne e. V.", "Frauentreff Sonne eV"),
        ("ASBL Maison de l'Amitié", "Maison de l\u2019Amitie a.s.b.l."),
        ("Sonne gGmbH", "Sonne"),
        ("Straße der Nationen", "STRASSE DER NATIONEN"),
        ("Treff, Sonne", "Sonne (Treff)"),
        ("مركز الأسرة", "مركز الاسرة"),
    ],
)
def test_one_name_in_two_spellings_is_one_name(one: str, other: str) -> None:
    assert same_name(one, other) == 100


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Deutschkurs A1", "Deutschkurs A2"),
        ("Kita Sonnenschein", "Kita Sonnenschein 2"),
        ("Jugendmigrationsdienst Berlin Nord", "Jugendmigrationsdienst Berlin Süd"),
        ("AWO", "AOK"),
        ("Frauenberatung", "Männerberatung"),
    ],
)
def test_names_that_differ_in_what_matters_are_not_one_name(one: str, other: str) -> None:
    assert same_name(one, other) < SAME_NAME


def test_a_slip_of_the_pen_is_still_the_name() -> None:
    assert same_name("Sozialdienst katholischer Frauen", "Sozialdinest katholischer Frauen") >= 92


def test_a_name_of_signs_alone_is_like_no_other() -> None:
    assert same_name("---", "---") == 0


names = st.text(alphabet=string.ascii_letters + " .-äéßع", max_size=20)


@given(a=names, b=names)
def test_it_does_not_matter_who_is_asked_first(a: str, b: str) -> None:
    assert same_name(a, b) == same_name(b, a)
    assert 0 <= same_name(a, b) <= 100


@given(a=names)
def test_every_name_with_a_letter_is_itself(a: str) -> None:
    assert same_name(a, a) == (100 if any(sign.isalnum() for sign in a) else 0)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Lindenstr. 17, 12345 Berlin", "Lindenstraße 17", True),
        ("Linden Straße 17", "Linden Str 17", True),
        ("12 rue du Lac, 1000 Bruxelles", "Rue du Lac 12", True),
        ("Lindenstr. 17", "Lindenstr. 18", False),
        ("Lindenstr. 17", "Lindenstr. 17a", False),
    ],
)
def test_street_and_number_are_the_address(one: str, other: str, *, same: bool) -> None:
    assert (matching.address_key(one) == matching.address_key(other)) is same


def test_a_town_or_a_street_alone_is_no_address() -> None:
    assert matching.address_key("12345 Berlin") == matching.address_key("Lindenstraße") == ""


def test_distance_agrees_with_the_ellipsoid_to_half_a_percent() -> None:
    geod = pyproj.Geod(ellps="WGS84")
    rng = np.random.default_rng(0)
    lon, lat = rng.uniform(-10, 30, 200), rng.uniform(35, 70, 200)
    other = lon + rng.uniform(-0.01, 0.01, 200), lat + rng.uniform(-0.01, 0.01, 200)
    _, _, wanted = geod.inv(lon, lat, *other)
    assert matching.metres_apart(lon, lat, *other) == pytest.approx(wanted, rel=0.005)


def test_who_agrees_in_what_is_told() -> None:
    left = listed(
        ("a", "Frauentreff Sonne e.V.", HERE, "Lindenstr. 1"),
        ("b", "Zentrum Mitte", HERE, None),
        ("c", "Bibliothek beim See", None, "Seestr. 9, 12345 Ort"),
        ("d", "Ganz anders", HERE, "Lindenstr. 1"),
    )
    right = listed(
        ("1", "Frauentreff Sonne", north(90), "Lindenstraße 1"),
        ("2", "Zentrum Mitte (Nordort)", north(140), None),
        ("3", "Bibliothek See", None, "Seestraße 9"),
        ("4", "Frauentreff Sonne", north(4000), None),
    )
    found = pairs(left, right).set_index(["left_id", "right_id"])
    assert found["why"].to_dict() == {
        ("a", "1"): ("name", "place", "address"),
        ("a", "4"): ("name",),
        ("b", "2"): ("place",),
        ("c", "3"): ("address",),
    }
    assert found.loc[("a", "1"), "metres"] == pytest.approx(90, rel=0.005)
    assert math.isnan(found["metres"].to_dict()["c", "3"])


def test_the_same_street_in_another_town_is_no_address() -> None:
    left = listed(("a", "Haus beim Markt", HERE, "Hauptstr. 1"))
    right = listed(("1", "Haus Markt", north(5000), "Hauptstr. 1"))
    assert pairs(left, right).empty
    coded = listed(("a", "Haus beim Markt", None, "Hauptstr. 1, 12345 Ahof"))
    other = listed(("1", "Haus Markt", None, "Hauptstr. 1, 54321 Behof"))
    assert pairs(coded, other).empty


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Hauptstr. 1, Ahof", "Hauptstr. 1, Behof", False),
        ("Hauptstr. 1, Ahof", "Hauptstr. 1, 12345 Behof", False),
        ("1, rue du Lac, Ahof", "1, rue du Lac, Behof", False),
        ("Hauptstr. 1, 12345 Ahof", "Hauptstr. 1, 12345 Ahof-Mitte, Land", True),
        ("Hauptstr. 1, Ahof", "Hauptstr. 1, Ahof-Mitte", True),
        ("Hauptstr. 1, Ahof", "Hauptstr. 1", True),
        ("Hauptstr. 1, Ahof", "Hauptstr. 1, 12345", True),
    ],
)
def test_two_towns_that_are_named_are_two_addresses(one: str, other: str, *, same: bool) -> None:
    found = pairs(listed(("a", "Haus", None, one)), listed(("1", "Haus", None, other)))
    assert found["why"].tolist() == [("name", "address") if same else ("name",)]


@pytest.mark.parametrize(
    ("one", "other", "two"),
    [
        ("Ring 1", "Ring 8", True),
        ("Platz 1", "Gasse 1", True),
        ("Ring 1", "Ring 1a", True),
        ("Straße des 17. Juni 100", "Straße des 17. Juni 135", True),
        ("Ring 5-7", "Ring 5", False),
        ("Karl-Marx-Str. 1", "K.-Marx-Straße 1", False),
        ("Ring", "Ring 8", False),
        ("", "Ring 8", False),
    ],
)
def test_another_number_or_street_is_another_house(one: str, other: str, *, two: bool) -> None:
    assert matching.other_house(one, other) is matching.other_house(other, one) is two


def test_many_services_on_one_point_are_not_one_another() -> None:
    titles = ("Deutschkurs A1", "Deutschkurs A2", "Schuldnerberatung", "Hebammensprechstunde")
    assert pairs(listed(*((name, name, HERE, "Markt 1") for name in titles))).empty


def test_another_name_it_goes_by_counts_too() -> None:
    left = listed(("a", "Sozialdienst katholischer Frauen", HERE, None))
    right = listed(("1", "SkF", HERE, None)).assign(
        alternate_name=["Sozialdienst katholischer Frauen e.V."]
    )
    assert pairs(left, right)["score"].tolist() == [100.0]


def test_within_one_list_each_pair_is_named_once_and_none_is_its_own() -> None:
    rows = listed(*((str(n), "Kita Sonne", HERE, None) for n in range(3)))
    found = pairs(rows)
    assert {*zip(found["left_id"], found["right_id"], strict=True)} == {
        ("0", "1"),
        ("0", "2"),
        ("1", "2"),
    }


def test_a_name_that_all_bear_gives_each_row_a_few_pairs_the_nearest_first() -> None:
    left = listed(("a", "Kita", HERE, None))
    right = listed(*((str(n), "Kita", north(1000 * n), None) for n in range(40)))
    found = pairs(left, right)
    assert found["right_id"].tolist() == [str(n) for n in range(matching.MOST)]


def test_empty_lists_have_no_pairs() -> None:
    empty = listed()
    assert pairs(empty).empty
    assert pairs(empty, listed(("1", "Kita", None, None))).empty


towns = st.lists(
    st.tuples(
        st.sampled_from(["Kita Sonne", "Kita Sone", "Kita Mond", "Haus der Frauen", "Treff A1"]),
        st.sampled_from([None, 0, 60, 149, 400]),
        st.sampled_from([None, "Weg am See 1", "Weg am See 2"]),
    ),
    max_size=6,
)


@settings(max_examples=examples(60))
@given(left=towns, right=towns)
def test_it_agrees_with_looking_at_every_pair(
    left: list[tuple[str, int | None, str | None]], right: list[tuple[str, int | None, str | None]]
) -> None:
    def table(rows: list[tuple[str, int | None, str | None]]) -> pd.DataFrame:
        return listed(
            *(
                (str(n), name, None if far is None else north(far), street)
                for n, (name, far, street) in enumerate(rows)
            )
        )

    expected = set()
    for (i, one), (j, other) in itertools.product(enumerate(left), enumerate(right)):
        score = same_name(one[0], other[0])
        near = None not in (one[1], other[1]) and abs((one[1] or 0) - (other[1] or 0)) < 150
        there = near or (one[2] is not None and one[2] == other[2])
        if score >= LIKELY_NAME or (there and score >= LIKELY_THERE):
            expected.add((str(i), str(j)))
    found = pairs(table(left), table(right))
    assert {*zip(found["left_id"], found["right_id"], strict=True)} == expected


@settings(max_examples=examples(30))
@given(rows=towns, order=st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(
    rows: list[tuple[str, int | None, str | None]], order: object
) -> None:
    here = listed(("x", "Kita Sonne", HERE, "Weg am See 1"), ("y", "Treff A1", None, None))
    table = listed(
        *(
            (str(n), name, None if far is None else north(far), street)
            for n, (name, far, street) in enumerate(rows)
        )
    )
    mixed = table.sample(frac=1, random_state=len(repr(order)) % 97)
    columns = ["left_id", "right_id", "score", "why"]
    one, other = (pairs(t, here)[columns].to_dict("records") for t in (table, mixed))
    assert sorted(map(repr, one)) == sorted(map(repr, other))
