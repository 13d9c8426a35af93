"""The sheet that asks an organization: read back by openpyxl, and by us when it comes back."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from layers import atlas, inviting
from layers.errors import LayerError
from layers.proposing import HIDE, decide, waiting
from mapping import asked as asking
from mapping import words
from tests.helpers import asked

TODAY = "2026-03-01"
CORRECTION = "E"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CG_TODAY", TODAY)


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    return asked.town(tmp_path / "town.gpkg")


def opened(content: bytes) -> Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rows(book: Workbook) -> dict[tuple[str, str], Any]:
    """Give the correction cell of each row by what it is about and what is asked."""
    found: dict[tuple[str, str], Any] = {}
    for sheet in book.worksheets:
        for cells in sheet.iter_rows(min_row=2):
            if len(cells) > 4 and str(cells[0].value).startswith("cg1"):
                found[str(cells[1].value), str(cells[2].value)] = cells
    return found


def fill(content: bytes, answers: dict[tuple[str, str], str]) -> bytes:
    """Answer as a person does: text into the cells of the column for corrections."""
    book = opened(content)
    cells = rows(book)
    for key, text in answers.items():
        cells[key][4].value = text
    return saved(book)


def texts(content: bytes) -> str:
    return "\n".join(
        str(cell.value) for sheet in opened(content).worksheets for row in sheet for cell in row
    )


def row(town: atlas.Atlas, table: str, row_id: str) -> dict[Any, Any]:
    held = town.read(table)
    (found,) = held[held["id"] == row_id].to_dict("records")
    return found


# --- what is written ---------------------------------------------------------------------------


@pytest.mark.parametrize("lang", words.languages())
def test_six_sheets_in_the_language_and_direction_asked_for(town: atlas.Atlas, lang: str) -> None:
    book = opened(asking.sheet(town, "amal", lang=lang))
    names = ("letter", "about", "services", "places", "ties", "shown")
    shown = [one for one in book.worksheets if one.sheet_state == "visible"]
    assert [one.title for one in shown] == [words.say(f"sheet.name_{one}", lang) for one in names]
    for sheet in shown:
        assert bool(sheet.sheet_view.rightToLeft) is (words.direction(lang) == "rtl")
    letter = [row[0].value for row in shown[0].iter_rows()]
    assert letter[1] == words.say("sheet.letter_what", lang, city="Town")
    assert letter[3] == words.say("sheet.letter_until", lang, day="2026-03-31")


def test_each_fact_stands_beside_a_cell_for_its_correction(town: atlas.Atlas) -> None:
    held = rows(opened(asking.sheet(town, "amal", lang="en")))
    for about, what, said in (
        ("Advice", "Free of charge", "yes"),
        ("Advice", "Languages", "Arabic"),
        ("Advice", "What it costs", "unknown"),
        ("Linden house", "Hours of Advice", "Mo 09:00-12:00"),
        ("From you to City: refers people to", words.say("field.strength"), "regular"),
    ):
        cells = held[about, _label(what)]
        assert cells[3].value == said
        assert cells[4].value is None


def _label(what: str) -> str:
    """Find the label as it is said today: labels are the words' own."""
    renamed = {
        "Free of charge": "field.free",
        "Languages": "field.languages",
        "What it costs": "field.cost",
    }
    return words.say(renamed[what]) if what in renamed else what


def test_codes_and_yes_no_are_chosen_from_a_list(town: atlas.Atlas) -> None:
    book = opened(asking.sheet(town, "amal", lang="en"))
    cells = rows(book)["Advice", words.say("field.category")]
    sheet = cells[4].parent
    (rule,) = (one for one in sheet.data_validations.dataValidation if cells[4].coordinate in one)
    letter = rule.formula1.split("!$")[1][0]
    offered = [one.value for one in book["lists"][letter] if one.value]
    assert words.say("category.legal") in offered
    assert words.say("ours.unknown") in offered
    assert book["lists"].sheet_state == "hidden"


def test_no_cell_runs_in_a_spreadsheet(town: atlas.Atlas) -> None:
    book = opened(asking.sheet(town, "city", lang="en"))
    cells = rows(book)["City", words.say("field.description")]
    assert cells[3].value == "'=1+1"
    kinds = {cell.data_type for sheet in book.worksheets for row in sheet for cell in row}
    assert kinds <= {"s", "n", "inlineStr"}
    assert not [
        cell for sheet in book.worksheets for row in sheet for cell in row if cell.data_type == "f"
    ]


def test_a_sheet_knows_nothing_of_others_and_nothing_others_said(town: atlas.Atlas) -> None:
    said = texts(asking.sheet(town, "amal", lang="en"))
    assert [one for one in asked.NEVER if one in said] == []
    for never in ("not_trusted", "4321", "Desk", "Beds"):
        assert never not in said


def test_a_hidden_place_is_protected_in_the_sheet(town: atlas.Atlas) -> None:
    said = texts(asking.sheet(town, "shelter", lang="en"))
    assert words.say("ours.protected") in said
    assert asked.ADDRESS not in said


def test_all_sheets_come_in_one_zip_under_safe_names(town: atlas.Atlas) -> None:
    packed = zipfile.ZipFile(io.BytesIO(asking.sheets(town, ["amal", "city"], lang="fr")))
    names = packed.namelist()
    assert len(set(names)) == 2
    assert all(name.endswith(".xlsx") and "/" not in name for name in names)
    assert "Advice" in texts(packed.read(names[0]))


# --- what comes back ---------------------------------------------------------------------------


@pytest.mark.parametrize("lang", words.languages())
def test_an_unchanged_sheet_makes_no_proposal(town: atlas.Atlas, lang: str) -> None:
    returned, new = asking.take_sheet(town, asking.sheet(town, "amal", lang=lang))
    assert (returned.organization_id, returned.answers, returned.problems, new) == (
        "amal",
        (),
        (),
        0,
    )


def test_corrections_in_any_language_become_proposals(town: atlas.Atlas) -> None:
    content = asking.sheet(town, "amal", lang="fr")
    fr = {
        name: words.say(f"field.{name}", "fr") for name in ("free", "category", "languages", "cost")
    }
    place = words.say("ours.hours_of", "fr", service="Advice")
    content = fill(
        content,
        {
            ("Advice", fr["free"]): words.say("ours.no", "fr"),
            ("Advice", fr["category"]): words.say("category.housing", "fr"),
            ("Advice", fr["languages"]): "Arabe; German",
            ("Advice", fr["cost"]): "5 €",
            ("Linden house", place): "Lu-Ve 9h-12h",
        },
    )
    returned, new = asking.take_sheet(town, content)
    assert (returned.problems, new) == ((), 5)
    assert decide(town, waiting(town)["id"].tolist(), accept=True).left == ()
    service = row(town, "services", "advice")
    assert (bool(service["free"]), service["category"], service["cost"]) == (
        False,
        "housing",
        "5 €",
    )
    assert sorted(town.read("service_languages")["language"]) == ["ar", "de"]
    assert row(town, "schedules", "h1")["source_text"] == "Lu-Ve 9h-12h"


def test_the_same_file_twice_is_one_answer(town: atlas.Atlas) -> None:
    free = {("Advice", words.say("field.free")): "no"}
    content = fill(asking.sheet(town, "amal", lang="en"), free)
    assert asking.take_sheet(town, content)[1] == 1
    assert asking.take_sheet(town, content)[1] == 0


def test_the_word_unknown_empties_a_fact(town: atlas.Atlas) -> None:
    unknown = {("Advice", words.say("field.free")): "unknown"}
    asking.take_sheet(town, fill(asking.sheet(town, "amal", lang="en"), unknown))
    decide(town, waiting(town)["id"].tolist(), accept=True)
    assert town.read("services").set_index("id").loc["advice", "free"] is not True
    assert town.read("services")["free"].isna().all()


def test_what_is_missing_is_added(town: atlas.Atlas) -> None:
    content = fill(
        asking.sheet(town, "amal", lang="en"),
        {
            ("New service 1", words.say("field.name")): "Café",
            ("New service 1", words.say("field.category")): words.say("category.meeting_place"),
            ("New tie 1", words.say("ours.tie_with")): "Shelter",
            ("New tie 1", words.say("field.kind")): words.say("tie_kind.advises"),
            ("New tie 1", words.say("ours.tie_way")): words.say("ours.way_in"),
            ("New tie 2", words.say("ours.tie_with")): "Nobody in particular",
        },
    )
    returned, new = asking.take_sheet(town, content)
    assert new == 2
    assert [one.code for one in returned.problems] == ["sheet_new_incomplete"]
    decide(town, waiting(town)["id"].tolist(), accept=True)
    assert "Café" in set(town.read("services")["name"])
    ties = town.read("ties")
    (tie,) = ties[ties["kind"] == "advises"].to_dict("records")
    assert (tie["from_id"], tie["to_id"], tie["confirmed_by"]) == ("shelter", "amal", 1)


def test_ties_places_and_the_end_are_answered_too(town: atlas.Atlas) -> None:
    content = fill(
        asking.sheet(town, "amal", lang="en"),
        {
            ("From you to City: refers people to", words.say("sheet.tie_right")): "yes",
            ("Linden house", words.say("field.address_shown")): "no",
            ("Amal", words.say("sheet.exists")): "no",
        },
    )
    asking.take_sheet(town, content)
    assert sorted(waiting(town)["sort"]) == sorted(["gone", HIDE, "tie"])


def test_all_the_rest_is_right_dates_every_row_that_was_held(town: atlas.Atlas) -> None:
    content = fill(
        asking.sheet(town, "amal", lang="en"), {("Amal", words.say("sheet.all_right")): "yes"}
    )
    asking.take_sheet(town, content)
    assert decide(town, waiting(town)["id"].tolist(), accept=True).left == ()
    for table, name in (("organizations", "amal"), ("services", "advice"), ("schedules", "h1")):
        assert f"{row(town, table, name)['date_checked']:%Y-%m-%d}" == TODAY


def test_renamed_sheets_and_moved_rows_are_understood(town: atlas.Atlas) -> None:
    book = opened(asking.sheet(town, "amal", lang="en"))
    sheet = rows(book)["Advice", words.say("field.free")][4].parent
    sheet.title = "Our things"
    sheet.insert_rows(2)
    book.create_sheet("empty")
    rows(book)["Advice", words.say("field.free")][4].value = "no"
    returned, new = asking.take_sheet(town, saved(book))
    assert (returned.problems, new) == ((), 1)


# --- what is told in one sentence --------------------------------------------------------------


def _refused(town: atlas.Atlas, content: bytes) -> str:
    with pytest.raises(LayerError) as refused:
        asking.take_sheet(town, content)
    assert words.explain(refused.value)
    assert waiting(town).empty
    return refused.value.code


def test_a_file_that_is_no_sheet_of_ours_is_refused(town: atlas.Atlas) -> None:
    book = Workbook()
    book.worksheets[0].append(["name", "hours"])
    book.worksheets[0].append(["x", "y"])
    assert _refused(town, saved(book)) == "sheet_not_ours"
    assert _refused(town, b"PK\x03\x04 broken") in {"file_unreadable", "file_format_unknown"}


@pytest.mark.parametrize("key", ["[" * 30_000, "[" * 15_000 + "]" * 15_000, "[" * 400, '"' * 30])
def test_a_key_that_is_no_key_is_told_in_one_sentence(key: str, town: atlas.Atlas) -> None:
    book = Workbook()
    book.worksheets[0].append([f"cg1{key}", "x"])
    assert _refused(town, saved(book)) == "sheet_not_ours"


def test_a_sheet_without_its_hidden_column_is_refused(town: atlas.Atlas) -> None:
    book = opened(asking.sheet(town, "amal", lang="en"))
    for sheet in book.worksheets:
        sheet.delete_cols(1)
    assert _refused(town, saved(book)) == "sheet_not_ours"


def test_a_sheet_without_the_column_for_corrections_is_refused(town: atlas.Atlas) -> None:
    book = opened(asking.sheet(town, "amal", lang="en"))
    book[words.say("sheet.name_services")].delete_cols(5)
    assert _refused(town, saved(book)) == "sheet_no_corrections"


def _renamed(content: bytes, change: Callable[[str], str]) -> bytes:
    book = opened(content)
    for cells in rows(book).values():
        cells[0].value = change(cells[0].value)
    return saved(book)


def test_nobody_answers_for_another_organization(town: atlas.Atlas) -> None:
    content = asking.sheet(town, "amal", lang="en")
    forged = _renamed(content, lambda key: key.replace('"amal"', '"city"', 1))
    assert _refused(town, forged) == "sheet_unknown"
    asking.sheet(town, "city", lang="en")
    assert _refused(town, forged) == "sheet_unknown"
    book = opened(content)
    next(iter(rows(book).values()))[0].value = 'cg1["city","i-1","all","","right",0]'
    assert _refused(town, saved(book)) == "sheet_mixed"


def test_a_row_of_another_organization_under_ones_own_name_is_refused(town: atlas.Atlas) -> None:
    content = _renamed(
        fill(asking.sheet(town, "amal", lang="en"), {("Advice", words.say("field.free")): "no"}),
        lambda key: key.replace('"advice"', '"desk"'),
    )
    returned, new = asking.take_sheet(town, content)
    assert (new, [one.code for one in returned.problems]) == (0, ["sheet_row_gone"])


def test_a_closed_asking_takes_no_sheet(town: atlas.Atlas) -> None:
    content = asking.sheet(town, "amal", lang="en")
    inviting.close(town, town.read("invitations")["id"].iloc[0])
    assert _refused(town, content) == "sheet_unknown"


def test_an_old_sheet_says_which_row_has_changed_since(town: atlas.Atlas) -> None:
    free = ("Advice", words.say("field.free"))
    cost = ("Advice", words.say("field.cost"))
    content = fill(asking.sheet(town, "amal", lang="en"), {free: "unknown", cost: "5"})
    with town.write() as writer:
        writer.update("services", "advice", {"free": False}, seen=1)
    returned, new = asking.take_sheet(town, content)
    # what was corrected and did not change is taken all the same
    assert (new, [one.code for one in returned.problems]) == (1, ["sheet_row_changed"])
    assert waiting(town)["sort"].tolist() == ["cost"]


@pytest.mark.parametrize(
    ("what", "said"),
    [
        ("free", "perhaps"),
        ("category", "weapons"),
        ("waiting_days", "soon"),
        ("languages", "Klingon"),
        ("name", "x" * 201),
    ],
)
def test_an_unclear_answer_is_named_and_holds_up_no_other(
    town: atlas.Atlas, what: str, said: str
) -> None:
    content = fill(
        asking.sheet(town, "amal", lang="en"),
        {("Advice", words.say(f"field.{what}")): said, ("Advice", words.say("field.cost")): "5"},
    )
    returned, new = asking.take_sheet(town, content)
    (problem,) = returned.problems
    assert (new, problem.code) == (1, "sheet_unclear")
    assert problem.blanks["sheet"] == words.say("sheet.name_services")
    book = opened(content)
    line = rows(book)["Advice", words.say(f"field.{what}")][4].row
    assert problem.blanks["row"] == line
