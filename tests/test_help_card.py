"""The list of help that phones choose from, and what a phone chooses."""

from __future__ import annotations

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pyproj
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.testclient import TestClient

from layers import clock, hours, schema
from layers.atlas import Atlas
from layers.room import Room
from mapping.help_list import help_list
from mapping.phone import helping
from tests.helpers.sampled import examples
from tests.helpers.town import Town
from tests.helpers.watched import Watch

DAY = date(2026, 11, 22)
WHERE = {"country": "DK", "timezone": "Europe/Copenhagen"}
SCRIPT = Path(helping.__file__).parent / "assets" / "phone_help.js"


def listed(town: Town) -> dict[str, dict[str, Any]]:
    tables = {name: town.read(name) for name, spec in schema.TABLES.items() if spec.leaves}
    rows = help_list(tables, day=DAY, **WHERE)
    assert json.loads(json.dumps(rows)) == rows  # it can be sent
    return {row["name"]: row for row in rows}


def actor(town: Town, name: str, **facts: Any) -> None:
    town.rows["organizations"].append({"id": name, "name": name, **facts})


# --- the list ------------------------------------------------------------------------------------


def test_a_service_comes_with_what_decides_whether_it_helps() -> None:
    town = Town()
    actor(town, "Advice", consent_shown=True, public_contact="+45 12 34 56 78")
    town.service(
        "Desk",
        (500, 0),
        hours="Mo-Tu 09:00-12:00",
        languages={"so": "staff", "ti": "interpreter", "tr": "material", "ur": None},
        place={"name": "Old mill", "address": "Mill Street 1"},
        organization_id="Advice",
        papers_asked=False,
        women_only=True,
    )
    (row,) = listed(town).values()
    assert row["open"] == [[540, 720], [1980, 2160]]
    assert row["languages"] == ["so", "ti"]  # a leaflet speaks to nobody, and "tr" only has one
    assert (row["papers"], row["women_only"], row["hidden"]) == (False, True, False)
    assert row["place"] == "Old mill, Mill Street 1"
    assert row["contact"] == "+45 12 34 56 78"


def test_the_square_is_the_one_the_place_lies_in_and_no_finer() -> None:
    town = Town()
    town.service("Desk", (500, 0))
    point = town.rows["locations"][0]["geometry"]
    to_metres = pyproj.Transformer.from_crs(4326, 3035, always_xy=True)
    east, north = to_metres.transform(point.x, point.y)
    assert listed(town)["Desk"]["square"] == [east // 250 * 250 + 125, north // 250 * 250 + 125]


def test_what_nobody_knows_stays_unknown() -> None:
    town = Town()
    town.service("Silent", None)
    town.service("Scribbled", (500, 0), hours="when the light is on")
    for row in listed(town).values():
        assert (row["open"], row["papers"], row["women_only"]) == (None, None, None)
        assert row["languages"] == []
    assert listed(town)["Silent"]["square"] is None


def test_by_appointment_is_not_open() -> None:
    town = Town()
    town.service("Desk", (500, 0), hours='Mo 09:00-12:00 "by appointment"')
    row = listed(town)["Desk"]
    assert (row["open"], row["appointment"]) == ([], [[540, 720]])


def test_a_hidden_place_has_a_contact_and_neither_name_nor_square() -> None:
    town = Town()
    actor(town, "Refuge", consent_shown=True)
    town.service(
        "Shelter",
        None,
        category="violence_support",
        place={
            "precision": "hidden",
            "name": "Grey house",
            "area_id": "west",
            "public_contact": "+45 87 65 43 21",
        },
        organization_id="Refuge",
    )
    (row,) = listed(town).values()
    assert row["hidden"] is True
    assert (row["place"], row["square"]) == (None, None)
    assert row["contact"] == "+45 87 65 43 21"
    assert "Grey" not in json.dumps(row)
    assert "west" not in json.dumps(row)


@pytest.mark.parametrize("precision", ["area", "city"])
def test_a_place_known_only_roughly_has_no_square(precision: str) -> None:
    town = Town()
    town.service("Desk", (500, 0), place={"precision": precision})
    assert listed(town)["Desk"]["square"] is None


def test_who_refused_is_left_out_and_who_was_never_asked_has_no_contact() -> None:
    town = Town()
    actor(town, "No", consent_shown=False, public_contact="no@example.org")
    actor(town, "Unasked", public_contact="unasked@example.org")
    town.service("Of no", (500, 0), organization_id="No")
    town.service("Of unasked", (500, 0), organization_id="Unasked")
    rows = listed(town)
    assert list(rows) == ["Of unasked"]
    assert rows["Of unasked"]["contact"] is None
    assert "example.org" not in json.dumps(rows)


def test_what_has_ended_is_left_out() -> None:
    town = Town()
    for status in ("inactive", "defunct", "temporarily_closed", "active"):
        town.service(status, (500, 0), status=status)
    town.service("Course", (500, 0), schedule={"ends_on": "2026-11-01"})
    assert list(listed(town)) == ["active"]


def test_the_week_is_read_as_stretches() -> None:
    monday = date(2026, 11, 23)
    night = hours.stretches(["Sa 22:00-02:00"], week=monday, **WHERE)
    assert night == [("open", 8520, 8760)]
    assert hours.stretches([], week=monday, **WHERE) == [("unknown", 0, 7 * 1440)]
    both = ["Mo 09:00-12:00", 'Mo 11:00-13:00 "by appointment"']
    found = hours.stretches(both, week=monday, **WHERE)
    assert found == [("open", 540, 720), ("by_appointment", 720, 780)]


def test_the_route_gives_the_list_of_the_sessions_atlas(sample_once: Path, tmp_path: Path) -> None:
    room = Room(tmp_path / "room.sqlite")
    try:
        session = room.create(
            title="Help",
            kind="rehearsal",
            mode="instant",
            languages=("en",),
            cell_m=250,
            held_on=clock.today(),
            atlas=str(sample_once),
        )
        with TestClient(Starlette(routes=helping.Helping(room).routes())) as client:
            answer = client.get(f"/phone/help/{session.id}.json")
            assert client.get(f"/phone/help/{'0' * 32}.json").status_code == 404
    finally:
        room.close()
    rows = answer.json()["services"]
    atlas = Atlas(sample_once)
    hidden = atlas.read("locations").query("precision == 'hidden'")
    assert len(rows) > 50
    assert sum(row["hidden"] for row in rows) >= 1
    for row in rows:
        if row["hidden"]:
            assert row["place"] is row["square"] is None
    # no exact point of any place is in it
    assert "geometry" not in answer.text
    named = {row["name"] for row in rows} | {row["organization"] for row in rows}
    places = {str(name) for name in hidden["name"].dropna()} - named
    assert not any(place in answer.text for place in places)
    assert len(gzip.compress(answer.content)) < 30_000


# --- what a phone chooses ------------------------------------------------------------------------

HERE = "CRS3035RES250mN3699250E4412250"
MIDDLE = (4412375, 3699375)
ALL_WEEK = [[0, 7 * 1440]]
MONDAY_NOON = 0 * 1440 + 12 * 60
PARTS = {"day": [(360, 1080)], "evening": [(1080, 1320)], "night": [(0, 360), (1320, 1440)]}


def one(name: str, **facts: Any) -> dict[str, Any]:
    known = {
        "name": name,
        "category": "legal",
        "organization": None,
        "place": None,
        "contact": None,
        "square": list(MIDDLE),
        "hidden": False,
        "open": ALL_WEEK,
        "appointment": [],
        "languages": ["so"],
        "papers": False,
        "women_only": None,
    }
    return known | facts


@pytest.fixture
def phone(watch: Watch) -> Page:
    page = watch.page("phone")
    page.add_script_tag(path=SCRIPT)
    return page


def chosen(page: Page, services: list[dict[str, Any]], **asked: Any) -> list[str]:
    given = {"cell": HERE, "when": None, "reasons": [], "lang": "so"} | asked
    script = (
        "([services, given]) => Help.fitting(services, given, new Date(2026, 10, 23, 12))"
        ".map((one) => one.name)"
    )
    return list(page.evaluate(script, [services, given]))


def test_only_what_is_known_to_fit_is_offered(phone: Page) -> None:
    services = [
        one("fits"),
        one("asks for papers", papers=True),
        one("nobody asked about papers", papers=None),
        one("speaks another language", languages=["tr"]),
        one("nobody knows the languages", languages=[]),
        one("nobody knows the hours", open=None),
        one("by appointment", open=[], appointment=ALL_WEEK),
    ]
    assert chosen(phone, services) == ["fits"]
    assert chosen(phone, services, lang="so-SO") == ["fits"]


@pytest.mark.parametrize("when", ["day", "evening", "night"])
def test_it_is_open_in_the_hours_she_spoke_of(phone: Page, when: str) -> None:
    tuesday = 1440
    services = [
        one("day", open=[[tuesday + 540, tuesday + 1080]]),  # until 18 sharp: not in the evening
        one("evening", open=[[tuesday + 1080, tuesday + 1320]]),
        one("night", open=[[tuesday + 1320, tuesday + 1500]]),
    ]
    assert chosen(phone, services, when=when) == [when]
    assert len(chosen(phone, services, when="unsaid")) == 3


def test_the_nearest_comes_first_and_five_are_enough(phone: Page) -> None:
    services = [
        one(f"{away} m", square=[MIDDLE[0] + away, MIDDLE[1]]) for away in range(900, 0, -100)
    ]
    services.append(one("hidden", square=None, hidden=True))
    assert chosen(phone, services) == [f"{away} m" for away in range(100, 600, 100)]
    assert chosen(phone, services[-2:]) == ["100 m", "hidden"]


def test_after_violence_comes_first_what_is_there_for_it(phone: Page) -> None:
    services = [
        one("near", category="meeting_place"),
        one("refuge", category="violence_support", square=None, hidden=True),
    ]
    assert chosen(phone, services) == ["near", "refuge"]
    assert chosen(phone, services, reasons=["harassment"]) == ["refuge", "near"]


@settings(max_examples=examples(25), deadline=None)
@given(st.data())
def test_it_chooses_as_a_simple_reading_of_the_rule_does(data: st.DataObject) -> None:
    """Compare with the rule, minute by minute; the script runs in a browser of its own."""
    spans = st.lists(st.tuples(st.integers(0, 10_000), st.integers(1, 900)), max_size=2)
    services = [
        one(
            f"s{number:02d}",
            papers=data.draw(st.sampled_from([True, False, None])),
            languages=data.draw(st.sampled_from([["so"], ["tr"], []])),
            open=[[a, min(a + b, 10_080)] for a, b in data.draw(spans)] or None,
            square=[MIDDLE[0] + 250 * data.draw(st.integers(-20, 20)), MIDDLE[1]],
        )
        for number in range(8)
    ]
    when = data.draw(st.sampled_from([None, "day", "evening", "night"]))
    fits = []
    for service in services:
        minutes = {m for a, b in service["open"] or [] for m in range(a, b)}
        parts = PARTS.get(when or "", [(0, 1440)])
        in_part = any(any(a <= m % 1440 < b for a, b in parts) for m in minutes)
        if service["papers"] is False and "so" in service["languages"] and in_part:
            now = MONDAY_NOON in minutes
            fits.append((abs(service["square"][0] - MIDDLE[0]), not now, service["name"]))
    assert chosen(_Script.page, services, when=when) == [name for *_, name in sorted(fits)][:5]


class _Script:
    """The page in which the property runs: one for all its examples."""

    page: Page


@pytest.fixture(autouse=True)
def _script(request: pytest.FixtureRequest) -> None:
    if request.node.originalname == "test_it_chooses_as_a_simple_reading_of_the_rule_does":
        _Script.page = request.getfixturevalue("phone")


CARD = """async ([services, reasons, safeguard, cell]) => {
  window.Phone = {data: {languages: {}}};
  window.fetch = async () => ({ok: services !== null, json: async () => ({services})});
  const card = document.body.appendChild(document.createElement("div"));
  const say = (key, blanks) => [key, ...Object.values(blanks || {})].join(" ");
  await Help.card(card, {cell, when: null, reasons, lang: "so",
    session: {id: String(Math.random()), safeguard}, say, language: "Soomaali"});
  return card.innerText;
}"""


def card(
    page: Page, services: list[dict[str, Any]] | None, *reasons: str, who: str = "Amina"
) -> str:
    return str(page.evaluate(CARD, [services, list(reasons), who, HERE]))


def test_where_nothing_is_known_to_fit_it_says_so_and_names_a_person(phone: Page) -> None:
    assert card(phone, []).split("\n\n") == ["phone.help_person Amina", "phone.help_none"]
    assert "phone.help_no_person" in card(phone, [], who="")
    assert "phone.help_unreached" in card(phone, None)
    assert "phone.help_person Amina" in card(phone, None)


def test_after_violence_the_protocol_and_the_person_stand_first(phone: Page) -> None:
    text = card(phone, [one("Desk")], "harassment")
    order = ["help_violence", "help_person Amina", "help_violence_private", "Desk"]
    assert [text.index(part) for part in order] == sorted(text.index(part) for part in order)
    assert "phone.help_violence" in card(phone, None, "harassment")


def test_a_hidden_service_shows_a_number_to_call(phone: Page) -> None:
    shelter = one("Shelter", hidden=True, square=None, contact="+45 12 34 56 78 · a@example.org")
    text = card(phone, [shelter])
    assert "phone.help_hidden" in text
    assert "phone.help_far" not in text
    assert phone.get_attribute("a", "href") == "tel:+4512345678"
    assert phone.locator("a").count() == 1


def test_a_name_that_is_a_script_does_nothing(phone: Page) -> None:
    bad = "<img src=x onerror=window.hit=1>"
    text = card(phone, [one(bad, place=bad, organization=bad, contact=bad)], who=bad)
    assert text.count(bad) >= 4
    assert phone.evaluate("window.hit") is None


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Mo-Fr 09:00-17:00", "Mon-Fri 09:00-17:00"),
        ("Mo-Sa 20:00-08:00", "Mon-Sat 20:00-08:00"),
        ("Mo-Su 20:00-08:00", "Mon-Sun 20:00-08:00"),
        ("Su 20:00-08:00", "Sun 20:00-08:00"),
        ("Mo-Fr 00:00-24:00", "Mon-Fri 00:00-24:00"),
        ("Mo 18:00-24:00; Tu-We 00:00-24:00; Th 00:00-10:00", None),
        ("Mo-Fr 09:00-12:00,13:00-24:00", "Mon-Fri 09:00-12:00, 13:00-24:00"),
        ("Sa 22:00-04:00, Su 10:00-12:00", "Sat 22:00-04:00 · Sun 10:00-12:00"),
        ("24/7", "24/7"),
    ],
)
def test_hours_are_said_as_a_person_says_them(phone: Page, text: str, written: str | None) -> None:
    stretches = hours.stretches([text], week=DAY, **WHERE)
    desk = one("Desk", open=[[start, end] for _, start, end in stretches], languages=["en"])
    phone.evaluate(CARD.replace('lang: "so"', 'lang: "en"'), [[desk], [], "Amina", HERE])
    expected = written or "Mon 18:00-24:00 · Tue-Wed 00:00-24:00 · Thu 00:00-10:00"
    assert phone.inner_text(".help_hours").replace("\N{EN DASH}", "-") == expected
