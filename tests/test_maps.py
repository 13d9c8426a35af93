"""No text enters folium; the map asks nobody but us; hostile names are only ever read."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers import atlas, schema, space, vocab
from mapping import maps
from tests.helpers.running import Server

if TYPE_CHECKING:
    from tests.helpers.watched import Watch

HOSTILE = (
    "{{7*7}}",
    "{%print(1)%}",
    "${top.cgHit=1}",
    "</script><script>top.cgHit=1</script>",
    "<img src=x onerror=top.cgHit=1>",
    "`;top.cgHit=1;`",
    "{{",
    "![x](http://evil.test/p.png)",
)
ADDRESS = "/desk/served/0123abcd.json"


def spec(**changes: Any) -> maps.Spec:
    chosen: dict[str, Any] = {
        "base": ADDRESS,
        "names": ADDRESS,
        "words": ADDRESS,
        "pictures": ADDRESS,
        "theme": ADDRESS,
        "layers": (maps.Layer(kind="services", url=ADDRESS),),
        "bounds": (10.0, 56.0, 10.5, 56.5),
        **changes,
    }
    return maps.Spec(**chosen)


# --- what folium is given ----------------------------------------------------------------------


@pytest.mark.parametrize("text", [*HOSTILE, "A name", "//evil.test/x.js", "http://evil.test/", "é"])
@pytest.mark.parametrize("where", ["pick", "base", "names", "only", "direction"])
def test_text_is_refused_wherever_it_stands(text: str, where: str) -> None:
    with pytest.raises(ValueError, match="no text may enter a map"):
        maps.city_map(spec(**{where: (text,) if where == "only" else text}))


@given(st.text(max_size=60))
def test_what_is_let_through_holds_no_mark_of_any_language(text: str) -> None:
    try:
        state = maps.state_text({"pick": text})
    except ValueError:
        return
    assert re.fullmatch(r'\{"pick":"[A-Za-z0-9:_./-]*"\}', state)


@pytest.mark.parametrize(
    "address", ["/desk/served/../x", "/assets/.env", "/desk/served//x", "/x/y"]
)
def test_only_addresses_of_ours_without_a_way_out_are_let_through(address: str) -> None:
    with pytest.raises(ValueError, match="no text"):
        maps.state_text({"base": address})


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_number_that_is_none_is_refused(number: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        maps.state_text({"bounds": [number]})


def test_a_layer_of_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="layer kind"):
        maps.Layer(kind="heat", url=ADDRESS)


def test_a_rendered_map_names_no_other_host() -> None:
    html = maps.city_map(spec()).get_root().render()
    hosts = set(re.findall(r"""(?:src|href)=["']([^"']+)""", html))
    assert hosts
    assert all(one.startswith(("/assets/", "/desk/served/")) for one in hosts)
    assert "://" not in html.replace("http://www.w3.org", "")


def test_only_the_state_differs_between_two_maps_of_a_city() -> None:
    # streamlit-folium makes a new map when the script differs: zoom and position would be lost
    one, two = (
        re.sub(r"[0-9a-f]{32}", "", maps.city_map(chosen).get_root().render())
        for chosen in (spec(), spec(pick="service:s-1", only=("health",)))
    )
    strip = re.compile(r'<script type="application/json" id="cg-state">.*?</script>')
    assert one != two
    assert strip.sub("", one) == strip.sub("", two)


# --- the same in a real browser ----------------------------------------------------------------


def _rows(table: str) -> list[dict[str, Any]]:
    """Fill every text of a table with what would run if anything ran it."""
    rows = []
    for n, text in enumerate(HOSTILE):
        row: dict[str, Any] = {"id": f"{text}{n}"}
        for column in schema.TABLES[table].columns:
            if column.name == "id" or column.name.endswith("_id"):
                continue
            if column.type == "text":
                row[column.name] = text
            elif column.type == "codes":
                row[column.name] = [text]
            elif column.type == "code":
                row[column.name] = vocab.LISTS[column.of][0]
        rows.append(row)
    return rows


def hostile_atlas(path: Path) -> atlas.Atlas:
    """Make a town in which every name is an attack."""
    town = atlas.create(path, name=HOSTILE[3], country="DK", timezone="Europe/Copenhagen")
    spots = [shapely.Point(10 + n / 500, 56 + n / 900) for n in range(len(HOSTILE))]
    with town.write() as writer:
        for table in ("organizations", "services", "locations", "places", "assets", "areas",
                      "ground", "sessions"):  # fmt: skip
            rows = _rows(table)
            for n, row in enumerate(rows):
                shape = {
                    "POINT": spots[n],
                    "MULTIPOLYGON": spots[n].buffer(0.002),
                    "GEOMETRY": spots[n].buffer(0.001),
                }
                if kind := schema.TABLES[table].geometry:
                    row["geometry"] = shape[kind]
                if table == "areas":
                    row["level"] = "district"
                if table in {"services", "assets"}:
                    row["organization_id"] = f"{HOSTILE[n]}{n}"
                if table in {"organizations", "assets"}:
                    row |= {"location_id": f"{HOSTILE[n]}{n}", "consent_shown": True}
                if table == "services":
                    row["description"] = HOSTILE[n]
            writer.insert(table, rows)
        writer.insert(
            "service_at_location",
            [
                {"id": str(n), "service_id": f"{one}{n}", "location_id": f"{one}{n}"}
                for n, one in enumerate(HOSTILE)
            ],
        )
        writer.insert(
            "schedules",
            [
                {"id": str(n), "service_at_location_id": str(n), "opening_hours": one,
                 "source_text": one}
                for n, one in enumerate(HOSTILE)
            ],
        )  # fmt: skip
        code = space.cell_of(10.0, 56.0, size_m=250)
        writer.insert(
            "reported_cells",
            [{"id": "r", "session_id": f"{HOSTILE[0]}0", "cell": code, "feeling": "unsafe",
              "contributors": "5-9", "geometry": space.cell_polygon(code)}],
        )  # fmt: skip
    return town


def test_names_that_are_attacks_are_shown_as_text_and_nothing_runs(
    watch: Watch, tmp_path: Path
) -> None:
    town = hostile_atlas(tmp_path / "town.gpkg")
    with Server(tmp_path / "server", town.path) as server:
        page = watch.page("desktop")
        said: list[str] = []
        page.on("dialog", lambda dialog: said.append(dialog.message))
        page.goto(f"{server.url}/")
        frame = page.frame_locator('iframe[title*="st_folium"]')
        frame.locator('[data-drawn="yes"]').wait_for()
        labels = frame.locator(".cg-name-area").all_text_contents()
        assert set(labels) == set(HOSTILE)
        seen = set()
        for n in range(4):  # four things stand at each point: one click spreads them
            frame.locator(".cg-several").nth(n).dispatch_event("click")
            page.wait_for_timeout(700)  # the last ones fold, these spread
            pins = frame.locator(".leaflet-marker-icon[data-handle^='service:']").all()
            labelled = {one.get_attribute("aria-label") or "": one for one in pins}
            name = next(one for one in labelled if one not in seen)
            labelled[name].dispatch_event("click")
            page.locator(".card .title").get_by_text(name, exact=True).wait_for()
            assert page.locator(".card .about").text_content() == name
            seen.add(name)
        assert len(seen) == 4
        assert seen <= set(HOSTILE)
        assert page.evaluate("window.cgHit") is None
        assert said == []
        assert "49" not in labels
        assert watch.errors == []
        assert watch.foreign == []
        assert not [one for one in watch.requests if one.endswith("/x")]
    assert server.outgoing() == []


def test_a_square_has_the_colour_of_what_was_said_of_it_whatever_its_hours(
    watch: Watch, tmp_path: Path
) -> None:
    said = {  # as they stand from west to east: session, feeling, hour
        "safe": (("one", "safe", None), ("one", "unsafe", "night"), ("one", "mixed", "day")),
        "several": (("one", "unsafe", None), ("two", "safe", None)),
        "mixed": (("two", "mixed", "day"), ("two", "mixed", "night")),
        "unsafe": (("one", "unsafe", None), ("two", "unsafe", None)),
    }
    town = atlas.create(tmp_path / "t.gpkg", name="T", country="DK", timezone="Europe/Copenhagen")
    rows: list[dict[str, Any]] = []
    for step, parts in enumerate(said.values()):
        code = space.cell_of(10.0 + step / 100, 56.0, size_m=250)
        for session, feeling, hour in parts:
            about = {"id": f"r{len(rows)}", "session_id": session, "cell": code,
                     "feeling": feeling, "contributors": "10-19"}  # fmt: skip
            rows.append(about | {"time_of_day": hour, "geometry": space.cell_polygon(code)})
    with town.write() as writer:
        writer.insert("areas", [{"id": "a", "name": "A", "level": "district",
                                 "geometry": shapely.Point(10.015, 56).buffer(0.03)}])  # fmt: skip
        days = {"one": date(2026, 3, 5), "two": date(2026, 4, 5)}
        writer.insert(
            "sessions", [{"id": one, "title": one, "held_on": day} for one, day in days.items()]
        )
        writer.insert("reported_cells", rows)
    (tmp_path / "server").mkdir()
    with Server(tmp_path / "server", town.path) as server:
        page = watch.page("desktop")
        page.goto(f"{server.url}/")
        frame = page.frame_locator('iframe[title*="st_folium"]')
        frame.locator('[data-drawn="yes"]').wait_for()
        squares = frame.locator(".cg-cell")
        found = sorted((box["x"], one.get_attribute("class") or "") for one in squares.all()
                       if (box := one.bounding_box()))  # fmt: skip
        assert [re.findall("cg-cell-([a-z]+)", names) for _, names in found] == [
            [one] for one in said
        ]
        marks = frame.locator(".cg-said-row")
        assert sorted(one.locator("svg.cg-said").count() for one in marks.all()) == [1, 2, 2, 2]
        lines = [
            len((one.get_attribute("aria-label") or "").splitlines())
            for one in frame.locator(".cg-plate:has(.cg-said-row)").all()
        ]
        assert sorted(lines) == [2, 2, 2, 3]  # hours are still read there


def test_zoom_and_position_stay_when_the_page_runs_again(watch: Watch, server: Server) -> None:
    page = watch.page("desktop")
    page.goto(f"{server.url}/")
    frame = page.frame_locator('iframe[title*="st_folium"]')
    frame.locator('[data-drawn="yes"]').wait_for()
    frame.locator(".cg-button").first.click()
    page.wait_for_timeout(600)
    inside = next(one for one in page.frames if "st_folium" in one.url)
    inside.evaluate("window.cgStill = 1")
    before = inside.evaluate("[map.getZoom(), map.getCenter().lat, map.getCenter().lng]")
    pin = frame.locator(".leaflet-marker-icon[data-handle^='service:']").first
    handle = pin.get_attribute("data-handle") or ""
    pin.dispatch_event("click")
    page.wait_for_url("**pick=*")
    page.locator(".card .title").get_by_text(pin.get_attribute("aria-label") or "").wait_for()
    assert frame.locator(".cg-picked").first.get_attribute("data-handle") == handle
    after = inside.evaluate("[map.getZoom(), map.getCenter().lat, map.getCenter().lng]")
    assert after == before
    assert inside.evaluate("window.cgStill") == 1, "the map was made anew"


def test_a_link_moves_the_map_to_what_it_names_and_opens_it(watch: Watch, server: Server) -> None:
    town = atlas.Atlas(server.atlas)
    offered = town.read("service_at_location").merge(
        town.read("locations"), left_on="location_id", right_on="id"
    )
    there = offered[offered["precision"] == "exact"].iloc[0]
    page = watch.page("desktop")
    page.goto(f"{server.url}/?pick=service:{there['service_id']}")
    frame = page.frame_locator('iframe[title*="st_folium"]')
    frame.locator(".cg-picked").first.wait_for()
    page.locator(".card .title").wait_for()
    inside = next(one for one in page.frames if "st_folium" in one.url)
    center = inside.evaluate("[map.getCenter().lng, map.getCenter().lat]")
    point = there["geometry"]
    assert abs(center[0] - point.x) < 0.02
    assert abs(center[1] - point.y) < 0.02


def test_a_switch_works_in_the_browser_without_running_the_page(
    watch: Watch, server: Server
) -> None:
    page = watch.page("desktop")
    page.goto(f"{server.url}/")
    frame = page.frame_locator('iframe[title*="st_folium"]')
    frame.locator('[data-drawn="yes"]').wait_for()
    assert frame.locator(".cg-cell").count() > 0
    sent: list[Any] = []
    page.on("websocket", lambda one: sent.append(one.url))
    frame.locator("input[data-layer='reports']").uncheck()
    assert frame.locator(".cg-cell").count() == 0
    frame.locator("input[data-layer='services']").uncheck()
    assert frame.locator("[data-handle^='service:']").count() == 0
    assert sent == []
    assert watch.foreign == []


def test_a_pin_opens_by_keyboard_too(watch: Watch, server: Server) -> None:
    page = watch.page("desktop")
    page.goto(f"{server.url}/")
    frame = page.frame_locator('iframe[title*="st_folium"]')
    frame.locator('[data-drawn="yes"]').wait_for()
    pin = frame.locator(".leaflet-marker-icon[data-handle^='service:']").first
    name = pin.get_attribute("aria-label") or ""
    pin.focus()
    page.keyboard.press("Enter")
    page.locator(".card .title").get_by_text(name, exact=True).wait_for()
    assert watch.errors == []
