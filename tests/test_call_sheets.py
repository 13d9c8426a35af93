"""Call sheets: on paper, and as a workbook that is filled during the call and read back."""

from __future__ import annotations

import io
import re
import zipfile
from functools import partial
from pathlib import Path

import openpyxl
import pytest

from layers import inviting
from layers.atlas import Atlas
from layers.holding import hold
from layers.proposing import decide, waiting
from mapping import asked, call_sheets, first_calls, words
from mapping.call_sheets import Sheet
from mapping.city import City
from mapping.first_calls import Plan
from mapping.unknown_facts import Question
from tests.helpers.calling import EAST, SELAM, WEST, stored, town

EVENINGS = "Mo-Fr 17:00-21:00"


@pytest.fixture(autouse=True)
def today(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CG_TODAY", "2026-11-22")


@pytest.fixture
def atlas(tmp_path: Path) -> Atlas:
    return stored(town(), tmp_path / "town.gpkg")


def plan(atlas: Atlas) -> Plan:
    return first_calls.plan(City(atlas.read, atlas.meta()), [SELAM])


def questions(found: Plan, key: str) -> list[Question]:
    return [one.question for call in found.calls if call.key == key for one in call.asked]


def workbook(atlas: Atlas, key: str, lang: str = "en") -> bytes:
    only = partial(call_sheets.keys, questions=questions(plan(atlas), key))
    return asked.sheet(atlas, key, lang=lang, only=only)


def fill(content: bytes, answers: dict[str, str]) -> bytes:
    """Write answers beside the questions, by the column that each key names."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    left = dict(answers)
    for sheet in book.worksheets:
        for cells in sheet.iter_rows(min_row=2):
            key = str(cells[0].value)
            if key.startswith("cg1"):
                cells[4].value = left.pop(key.split('"')[9], None)
    assert left == {}
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def answer(atlas: Atlas, key: str, answers: dict[str, str], lang: str = "en") -> None:
    returned, new = asked.take_sheet(atlas, fill(workbook(atlas, key, lang), answers))
    assert (returned.problems, new > 0) == ((), True)
    assert decide(atlas, waiting(atlas)["id"].tolist(), accept=True).left == ()


def width(found: Plan) -> float:
    return found.now[0][1] - found.now[0][0]


# --- the workbook ---------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", words.languages())
def test_it_asks_only_what_the_call_is_for(atlas: Atlas, lang: str) -> None:
    book = openpyxl.load_workbook(io.BytesIO(workbook(atlas, "tea", lang)))
    assert len(book.worksheets) == 3  # the letter, the questions, the hidden lists
    sheet = book.worksheets[1]
    asked_for = [str(row[0].value).split('"')[9] for row in sheet.iter_rows(min_row=2)]
    assert sorted(asked_for) == ["free", "opening_hours", "papers_asked", "spoken"]
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth) == ("landscape", 1)
    assert sheet.sheet_view.rightToLeft == (words.direction(lang) == "rtl")


def test_a_call_that_goes_well_narrows_the_range_as_promised(atlas: Atlas) -> None:
    before = plan(atlas)
    call = next(one for one in before.calls if one.key == "tea")
    tongue = words.say("tongue.ti", "en")
    said = {"free": "yes", "papers_asked": "no", "opening_hours": EVENINGS, "spoken": tongue}
    answer(atlas, "tea", said)
    after = plan(atlas)
    # all 300 people west of the river are reached for certain now
    assert width(before) - width(after) == pytest.approx(300) == call.most[0]
    assert "tea" not in [one.key for one in after.calls]


def test_one_no_narrows_the_range_as_promised(atlas: Atlas) -> None:
    before = plan(atlas)
    (papers,) = (
        one
        for call in before.calls
        for one in call.asked
        if (call.key, one.question.fact) == ("tea", "papers")
    )
    answer(atlas, "tea", {"papers_asked": "yes"})
    assert width(before) - width(plan(atlas)) == pytest.approx(papers.no[0]) == 300


def test_the_level_of_a_language_is_known_after_the_call(atlas: Atlas) -> None:
    before = plan(atlas)
    answer(atlas, "law", {"spoken": words.say("tongue.ti", "fr")}, "fr")
    after = plan(atlas)
    assert after.now[0][0] - before.now[0][0] == pytest.approx(380)
    (row,) = atlas.read("service_languages").to_dict("records")
    assert (row["level"], row["says_who"]) == ("staff", "provider")


def test_a_language_that_is_not_spoken_after_all_is_taken_out_and_an_interpreter_stays(
    tmp_path: Path,
) -> None:
    made = town()
    made.rows["service_languages"].append(
        {"id": "i", "service_id": "law", "language": "so", "level": "interpreter"}
    )
    atlas = stored(made, tmp_path / "other.gpkg")
    before = plan(atlas)
    answer(atlas, "law", {"spoken": words.say("tongue.ar", "en")})
    rows = atlas.read("service_languages")
    assert dict(zip(rows["language"], rows["level"], strict=True)) == {
        "so": "interpreter",
        "ar": "staff",
    }
    assert before.now[0][1] - plan(atlas).now[0][1] == pytest.approx(380)


def test_the_atlas_notes_that_they_were_asked(atlas: Atlas) -> None:
    workbook(atlas, "tea")
    state = inviting.states(atlas).set_index("organization_id")["state"]
    assert state.to_dict() == {"tea": "asked", "law": "not_asked"}


def test_several_come_in_one_zip(atlas: Atlas) -> None:
    found = plan(atlas)
    only = {
        key: partial(call_sheets.keys, questions=questions(found, key)) for key in ("tea", "law")
    }
    packed = asked.sheets(atlas, ["tea", "law"], lang="en", only=only)
    with zipfile.ZipFile(io.BytesIO(packed)) as whole:
        books = [openpyxl.load_workbook(io.BytesIO(whole.read(one))) for one in whole.namelist()]
    assert [book.worksheets[1].max_row for book in books] == [5, 2]


def test_a_question_about_what_is_not_theirs_is_passed_over(atlas: Atlas) -> None:
    held = hold(atlas, "law")
    others = [
        Question(fact="free", caller="tea", service_id="advice"),
        Question(fact="hours", caller="tea", service_id="advice", location_id="advice-l"),
        Question(fact="step_free", caller="tea", service_id="", location_id="advice-l"),
    ]
    assert call_sheets.keys(held, others) == frozenset()


# --- on paper -------------------------------------------------------------------------------------


def sheet(name: str = WEST, contacts: tuple[str, ...] = ()) -> Sheet:
    facts = ("hours", "language", "papers", "age", "place_free", "course_level", "free")
    mine = tuple(Question(fact=one, caller="tea", service_id="advice") for one in facts)
    return Sheet(
        name=name,
        contacts=contacts,
        contact_left_out=not contacts,
        last_asked="",
        about=(("Advice", mine),),
    )


@pytest.mark.parametrize("lang", words.languages())
def test_each_organization_has_a_page_of_its_own_in_the_language_of_the_desk(lang: str) -> None:
    html = call_sheets.page([sheet(), sheet(EAST)], city="Town", lang=lang, tongues=["ti", "zz"])
    assert html.count('<section class="leaf">') == 2
    assert f'dir="{words.direction(lang)}"' in html
    for fact in ("hours", "language", "papers", "age", "free"):
        assert words.say(f"call.q_{fact}", lang) in html.replace("&#x27;", "'")
    assert words.say("tongue.ti", lang) in html
    assert html.count("<tbody>") == 2
    assert html.count('<th scope="row">') == 14  # a week each


def test_a_text_of_a_person_is_inert() -> None:
    html = call_sheets.page(
        [sheet("<script>alert(1)</script> {{7*7}}", ("<img src=x>",))],
        city='"><svg onload=x>',
        lang="en",
        tongues=["<i>"],
    )
    assert re.findall(r"<(script|img|svg|i>)", html) == []
    assert "&lt;script&gt;" in html
    assert "{{7*7}}" in html


def test_nothing_is_fetched_from_anywhere() -> None:
    html = call_sheets.page([sheet()], city="Town", lang="en", tongues=[])
    assert not re.search(r"src=|href=|url\(|@import|http", html)
