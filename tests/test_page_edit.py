"""The page Edit: a form for every table, a place on the map, two people at one row, and undo."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page
from streamlit.testing.v1 import AppTest

from layers import checking, editing
from layers.atlas import Atlas
from layers.changes import Operation, carry_out
from layers.history import Revision
from mapping import week_strip, words
from mapping.pages import edit
from tests.helpers import desk
from tests.helpers.running import Server
from tests.helpers.watched import Watch

PAGE = "from mapping.pages import edit\nedit.page()"
CLINIC = "clinic-saltmere"


@pytest.fixture
def city(sample_atlas: Path, monkeypatch: pytest.MonkeyPatch) -> Atlas:
    monkeypatch.setenv("CG_ATLAS", str(sample_atlas))
    return Atlas(sample_atlas)


def run(table: str = "", row: str = "", lang: str = "en") -> AppTest:
    page = AppTest.from_string(PAGE, default_timeout=60)
    page.query_params["cg_lang"] = lang
    if table:
        page.query_params["table"], page.query_params["row"] = table, row
    page.run()
    assert not page.exception
    return page


def said(page: AppTest) -> str:
    return "\n".join(one.value for one in page.text)


def field(page: AppTest, column: str) -> str:
    """Name the widget of a column of the open row."""
    form = page.session_state["edit_open"]
    return str(form.key(form.ref, column))


def save(page: AppTest) -> AppTest:
    page.button(key="edit_save").click().run()
    assert not page.exception
    return page


def by_hand(city: Atlas, table: str, row: str, who: str, **values: object) -> None:
    held = editing.row(city.read(table), row)
    assert held is not None
    change = Operation(table=table, id=row, action="update", values=values,
                       seen=held["row_version"])  # fmt: skip
    carry_out(city, [change], Revision(kind="edit", who=who))


def row_of(city: Atlas, table: str, row: str = CLINIC) -> dict[str, object]:
    held = editing.row(city.read(table), row)
    assert held is not None
    return held


@pytest.mark.parametrize("lang", words.languages())
@pytest.mark.parametrize("table", edit.TABLES)
def test_every_table_has_its_form_in_every_language(city: Atlas, table: str, lang: str) -> None:
    row = str(city.read(table)["id"].iloc[0])
    page = run(table, row, lang)
    assert page.title[0].value == words.say("edit.title", lang)
    assert page.button(key="edit_save").disabled, "nothing is changed by opening a form"


def test_a_form_opened_and_left_alone_has_nothing_to_save(city: Atlas) -> None:
    for table in edit.TABLES:
        for row in city.read(table)["id"].sample(4, random_state=1, replace=True):
            assert run(table, str(row)).button(key="edit_save").disabled, (table, row)


def test_a_change_is_written_with_the_name_and_stands_in_the_history(city: Atlas) -> None:
    page = run("services", CLINIC)
    page.text_input(key="cg_who").set_value("Ana").run()
    page.text_input(key=field(page, "name")).set_value("Clinic ![x](//evil.example/x.png)").run()
    save(page)
    assert row_of(city, "services")["name"] == "Clinic ![x](//evil.example/x.png)"
    assert "Last changed by Ana" in said(page)
    assert "Name: Saltmere family clinic → Clinic ![x](//evil.example/x.png)" in said(page)
    assert all("evil" not in block.value for block in page.markdown)


def test_sectors_levels_and_standings_are_written_and_confirm_nothing(city: Atlas) -> None:
    page = run("bodies", "steering")
    page.multiselect(key=field(page, "sectors")).set_value(["housing", "migrants"]).run()
    save(page)
    assert row_of(city, "bodies", "steering")["sectors"] == ["housing", "migrants"]
    page = run("ties", "t001")
    before = row_of(city, "ties", "t001")
    page.selectbox(key=field(page, "cooperation")).set_value("policy").run()
    assert "confirmed by neither of the two" in said(page)
    save(page)
    after = row_of(city, "ties", "t001")
    assert after["cooperation"] == "policy"
    for name in ("confirmed_by", "from_confirmed_on", "to_confirmed_on", "last_confirmed"):
        assert after[name] == before[name]
    page = run("standings", "standing-selam-mothers")
    assert "It never leaves without its reply." in said(page)
    page.number_input(key=field(page, "power")).set_value(2).run()
    save(page)
    assert row_of(city, "standings", "standing-selam-mothers")["power"] == 2


def test_unknown_is_a_choice_of_its_own(city: Atlas) -> None:
    page = run("services", CLINIC)
    page.segmented_control(key=field(page, "free")).set_value("unknown").run()
    save(page)
    assert row_of(city, "services")["free"] is None


def test_what_is_wrong_is_said_and_nothing_is_written(city: Atlas) -> None:
    page = run("services", CLINIC)
    page.number_input(key=field(page, "min_age")).set_value(60).run()
    page.number_input(key=field(page, "max_age")).set_value(6).run()
    save(page)
    assert "Oldest age, in years: The oldest age is below the youngest." in said(page)
    assert row_of(city, "services")["row_version"] == 1


def test_hours_are_read_back_while_they_are_typed(city: Atlas) -> None:
    page = run("services", CLINIC)
    form = page.session_state["edit_open"]
    [hours] = form.parts("schedules")
    page.text_input(key=form.key(hours, "hours")).set_value("when the lamp is lit").run()
    assert "These hours are not understood." in said(page)
    save(page)
    held = editing.row(city.read("schedules"), hours[1])
    assert held is not None
    assert (held["opening_hours"], held["source_text"]) == (None, "when the lamp is lit")


def test_a_language_is_added_and_another_taken_out(city: Atlas) -> None:
    page = run("services", CLINIC)
    form = page.session_state["edit_open"]
    first = form.parts("service_languages")[0]
    page.button(key=form.key(first, "drop")).click().run()
    page.button(key=form.key(form.ref, "add_language")).click().run()
    new = page.session_state["edit_open"].parts("service_languages")[-1]
    page.selectbox(key=form.key(new, "language")).set_value("uk").run()
    save(page)
    held = city.read("service_languages")
    assert set(held.loc[held["service_id"] == CLINIC, "language"]) == {"en", "so", "uk"}


def test_a_new_actor_warns_of_one_that_may_be_the_same(city: Atlas) -> None:
    page = run()
    page.session_state["edit_table"] = "organizations"
    page.run()
    page.button(key="edit_new").click().run()
    page.text_input(key=field(page, "name")).set_value("Hooyo circle").run()
    assert "This may be here already:" in said(page)
    assert "Hooyo Circle" in said(page)
    save(page)
    assert (city.read("organizations")["name"] == "Hooyo circle").sum() == 1


def test_hiding_says_first_what_it_erases_and_then_does(city: Atlas) -> None:
    links = city.read("service_at_location")
    place = str(links.loc[links["service_id"] == CLINIC, "location_id"].iloc[0])
    page = run("locations", place)
    address = str(row_of(city, "locations", place)["address"])
    page.selectbox(key=field(page, "precision")).set_value("hidden").run()
    assert "will be erased, also from the history" in said(page)
    assert "Saltmere family clinic" in said(page)
    assert row_of(city, "locations", place)["address"] == address, "not before it is saved"
    save(page)
    held = row_of(city, "locations", place)
    assert [held[name] for name in ("address", "geometry", "name")] == [None, None, None]
    assert address not in json.dumps(str(page._tree))  # noqa: SLF001 - what is sent is the claim


def test_the_second_of_two_people_is_told_and_decides_field_by_field(city: Atlas) -> None:
    page = run("services", CLINIC)
    page.text_input(key=field(page, "name")).set_value("Mine").run()
    by_hand(city, "services", CLINIC, "Bo", name="Theirs", capacity=12)
    page.run()
    assert "Name: Bo changed it from “Saltmere family clinic” to “Theirs”" in said(page)
    assert "Bo changed it from “not known” to “12”" in said(page)
    assert page.button(key="edit_save").disabled, "nothing is overwritten silently"
    form = page.session_state["edit_open"]
    page.button(key=form.key(form.ref, "settle")).click().run()
    assert page.text_input(key=field(page, "name")).value == "Mine"
    assert page.number_input(key=field(page, "capacity")).value == 12
    save(page)
    assert [row_of(city, "services")[name] for name in ("name", "capacity")] == ["Mine", 12]


def test_theirs_can_be_taken_over(city: Atlas) -> None:
    page = run("services", CLINIC)
    page.text_input(key=field(page, "name")).set_value("Mine").run()
    by_hand(city, "services", CLINIC, "Bo", name="Theirs")
    page.run()
    form = page.session_state["edit_open"]
    choice = page.segmented_control(key=form.key(form.ref, "choice.name"))
    choice.set_value("theirs").run()
    page.button(key=form.key(form.ref, "settle")).click().run()
    assert page.text_input(key=field(page, "name")).value == "Theirs"
    assert page.button(key="edit_save").disabled


def test_a_row_removed_meanwhile_leaves_the_entries_and_says_who(city: Atlas) -> None:
    page = run("assets", "asset-01")
    page.text_input(key=field(page, "name")).set_value("Mine").run()
    gone = Operation(table="assets", id="asset-01", action="delete")
    carry_out(city, [gone], Revision(kind="edit", who="Bo"))
    page.run()
    assert not page.exception
    assert "Bo removed this row" in said(page)
    assert page.text_input(key=field(page, "name")).value == "Mine"
    assert page.button(key="edit_save").disabled


def test_an_actor_that_others_name_is_not_removed_and_they_are_listed(city: Atlas) -> None:
    page = run("organizations", "hooyo-circle")
    assert "It cannot go yet" in said(page)
    assert not [one for one in page.button if one.key == "edit_remove"]
    assert city.count("organizations") == 70


def test_a_removal_is_confirmed_and_can_be_taken_back(city: Atlas) -> None:
    ties = city.count("ties")
    page = run("ties", "t001")
    assert page.button(key="edit_remove").disabled
    page.checkbox(key=field(page, "sure")).check().run()
    page.button(key="edit_remove").click().run()
    assert city.count("ties") == ties - 1
    [undo] = [one for one in page.button if str(one.key).startswith("history_undo_")]
    undo.click().run()
    assert not page.exception
    assert "Undone; rows put back: 1." in said(page)
    assert city.count("ties") == ties


def test_a_link_to_a_row_that_is_gone_says_so(city: Atlas) -> None:
    assert city.count("services")
    assert "This row is not here any more." in said(run("services", "nowhere"))


def test_the_history_names_nobody_s_private_contact(city: Atlas) -> None:
    page = run("organizations", "hooyo-circle")
    page.text_input(key=field(page, "private_contact")).set_value("SECRET LINE").run()
    page.text_input(key=field(page, "name")).set_value("Circle").run()
    save(page)
    assert row_of(city, "organizations", "hooyo-circle")["private_contact"] == "SECRET LINE"
    assert "SECRET" not in said(page)
    assert "Name: Hooyo Circle → Circle" in said(page)


def test_the_columns_of_forms_are_in_the_schema_and_every_column_has_a_name() -> None:
    from layers import schema

    for table, groups in edit.GROUPS.items():
        for _, names in groups:
            assert set(names) <= set(schema.TABLES[table].column_names)
    for spec in schema.TABLES.values():
        assert words.say(f"table.{spec.name}")
        for column in spec.columns if spec.leaves and spec.name != "imports" else ():
            if column.name not in ("id", "row_version", "source_file", "source_row", "import_id"):
                assert words.say(f"field.{column.name}")


def test_words_in_the_week_strip_are_escaped() -> None:
    day = [("open", 0, 1440)]
    states = dict.fromkeys(week_strip.STATES, "<b>")
    colours = dict.fromkeys(("ink", "quiet", "line", "accent"), "#111111")
    svg = week_strip.week_strip([day] * 7, days=["<i>"] * 7, states=states, tokens=colours)
    assert "<b>" not in svg
    assert "<i>" not in svg


# --- in a browser -------------------------------------------------------------------------------


def _name(page: Page, text: str) -> None:
    name = page.get_by_role("textbox", name="Name *", exact=True)
    name.fill(text)
    name.press("Tab")
    desk.wait_until_drawn(page)


def _save(page: Page) -> None:
    page.get_by_role("button", name=re.compile("^Save")).click()
    page.get_by_text("Saved: rows written").wait_for()
    desk.wait_until_drawn(page)


def test_a_point_is_moved_by_a_click_on_the_map(
    start_server: Callable[..., Server], watch: Watch, sample_atlas: Path
) -> None:
    running = start_server()
    city = Atlas(sample_atlas)
    before = row_of(city, "locations", "at-saltmere-clinic")["geometry"]
    page = watch.page("desktop")
    desk.open_page(page, running.url, "edit", "?table=locations&row=at-saltmere-clinic")
    canvas = page.frame_locator("iframe").locator(".cg-map[data-drawn=yes]")
    canvas.wait_for()
    canvas.click(position={"x": 120, "y": 120})
    page.get_by_text(re.compile(r"^Moved by \d+ m")).wait_for()
    moved = page.get_by_text(re.compile(r"^Moved by \d+ m")).inner_text()
    _save(page)
    after = row_of(city, "locations", "at-saltmere-clinic")["geometry"]
    metres = float(moved.split()[2].replace(",", ""))
    assert editing.metres_between(before, after) == pytest.approx(metres, abs=1)  # type: ignore[arg-type] # both are points
    assert metres > 50


def test_two_browsers_at_one_row_overwrite_nothing(
    start_server: Callable[..., Server], watch: Watch, sample_atlas: Path
) -> None:
    running = start_server()
    city = Atlas(sample_atlas)
    first, second = watch.page("desktop"), watch.page("desktop")
    for page in (first, second):
        desk.open_page(page, running.url, "edit", f"?table=services&row={CLINIC}")
    who = first.get_by_role("textbox", name="Your name or initials")
    who.fill("Ana")
    who.press("Enter")
    desk.wait_until_drawn(first)
    _name(first, "Clinic for families")
    _save(first)
    _name(second, "Family clinic")
    second.get_by_text("Ana changed it from").wait_for()
    assert row_of(city, "services")["name"] == "Clinic for families"
    assert second.get_by_role("textbox", name="Name *", exact=True).input_value() == "Family clinic"
    second.get_by_role("button", name="Go on with these choices").click()
    desk.wait_until_drawn(second)
    _save(second)
    assert row_of(city, "services")["name"] == "Family clinic"


NASTY = (
    "![x](//evil.example/x.png)", "[a](http://evil.example)", ":smile: :red[x]", "$x^2$ **b** _i_",
    "<b>i</b> `c` ~~s~~", "www.evil.example", "https://evil.example a@evil.example",
    ":material/home: # h", "1. one", "\\*back* &amp;",
)  # fmt: skip


def test_a_name_in_a_link_or_a_heading_is_shown_as_it_was_written(
    start_server: Callable[..., Server], watch: Watch, sample_atlas: Path
) -> None:
    running = start_server()
    city = Atlas(sample_atlas)
    with city.write(Revision(kind="edit", who=NASTY[0])) as writer:
        rows = [
            {"id": f"n{number}", "name": name, "kind": "skill", "organization_id": "hooyo-circle"}
            for number, name in enumerate(NASTY)
        ]
        writer.insert("assets", rows)
    page = watch.page("desktop")
    desk.open_page(page, running.url, "edit", "?table=organizations&row=hooyo-circle")
    links = page.get_by_test_id("stPageLink-NavLink").all_inner_texts()
    shown = [text.replace("\u2060", "") for text in links]
    assert set(NASTY) <= set(shown)
    desk.open_page(page, running.url, "edit")
    heading = page.get_by_test_id("stExpander").first.inner_text().replace("\u2060", "")
    assert NASTY[0] in heading
    main = page.get_by_test_id("stMain")
    assert main.locator("img, a[href*=evil]").count() == 0


def test_a_link_to_a_form_opens_it_on_a_phone(server: Server, phone: Page) -> None:
    desk.open_page(phone, server.url, "edit", f"?table=services&row={CLINIC}")
    assert phone.get_by_role("textbox", name="Name *", exact=True).is_visible()
    wide = phone.evaluate("document.documentElement.scrollWidth")
    assert wide <= 360, "nothing to scroll sideways"


def test_an_edit_says_what_it_holds() -> None:
    new = checking.Edit(table="services", id="x", values={"name": " A  b "})
    assert new.all == {"name": "A b"}


def test_a_new_service_with_a_new_place_and_hours_is_one_change(city: Atlas) -> None:
    before = {name: city.count(name) for name in ("services", "locations", "schedules")}
    page = run()
    page.button(key="edit_new").click().run()
    page.text_input(key=field(page, "name")).set_value("Evening legal advice").run()
    page.selectbox(key=field(page, "category")).set_value("legal").run()
    form = page.session_state["edit_open"]
    page.button(key=form.key(form.ref, "new_place")).click().run()
    assert not page.exception
    [place] = form.parts("locations")
    [link] = form.parts("service_at_location")
    page.selectbox(key=form.key(place, "precision")).set_value("exact").run()
    page.number_input(key=form.key(place, "lat")).set_value(56.39).run()
    page.number_input(key=form.key(place, "lon")).set_value(11.5).run()
    page.button(key=form.key(link, "add_hours")).click().run()
    [hours] = form.parts("schedules")
    page.text_input(key=form.key(hours, "hours")).set_value("Th 18:00-20:00").run()
    save(page)
    after = {name: city.count(name) for name in before}
    assert after == {name: count + 1 for name, count in before.items()}
    assert len(city.read("revisions")) == 1
    [undo] = [one for one in page.button if str(one.key).startswith("history_undo_")]
    undo.click().run()
    assert {name: city.count(name) for name in before} == before


def test_an_actor_gets_a_new_place_that_stays_protected(city: Atlas) -> None:
    page = run("organizations", "hooyo-circle")
    form = page.session_state["edit_open"]
    page.button(key=form.key(form.ref, "new_place")).click().run()
    [place] = form.parts("locations")
    page.selectbox(key=form.key(place, "precision")).set_value("hidden").run()
    save(page)
    assert "To protect a place, open the place itself" in said(page)
    assert city.count("revisions") == 0
