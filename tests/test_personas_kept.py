"""Personas are kept, changed, taken back and passed on; nobody's newer change is overwritten."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from layers import atlas, changes, exporting, personas_kept
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.importing import importer
from mapping import words
from mapping.personas import Persona

MARYAM: dict[str, Any] = {
    "name": "Maryam",
    "about": "Invented. Two children; works until six.",
    "category": "language_course",
    "minutes": 20.0,
    "group": "women",
    "language": "prs",
    "also": {"de": "some"},
    "children": [3, 7],
    "together": "childcare",
    "hours": "Mo-Fr 18:00-21:00; Sa 09:00-13:00",
    "no_papers": True,
}


@pytest.fixture
def city(tmp_path: Path) -> Atlas:
    """Make an empty city."""
    return atlas.create(tmp_path / "city.gpkg", name="City")


def last_change(city: Atlas) -> str:
    return str(city.read("revisions")["id"].iloc[-1])


def test_a_persona_comes_back_as_she_was_kept(city: Atlas) -> None:
    one = personas_kept.keep(city, Persona.from_json(MARYAM).as_dict(), "Ines")
    (found,) = personas_kept.kept(city)
    assert found.pop("row_version") == 1
    assert found.pop("id") == one
    assert Persona.from_json(found) == Persona.from_json(MARYAM)
    assert city.read("revisions")["who"].tolist() == ["Ines"]


def test_two_of_the_same_name_are_two(city: Atlas) -> None:
    ids = {personas_kept.keep(city, MARYAM | {"id": "mine"}) for _ in range(2)}
    assert len(ids) == 2
    assert "mine" not in ids  # a file's identifier takes no other persona's place


def test_a_change_is_one_step_of_the_history_and_is_taken_back(city: Atlas) -> None:
    personas_kept.keep(city, MARYAM)
    (first,) = personas_kept.kept(city)
    personas_kept.keep(city, first | {"language": "ti"}, "Ines")
    (second,) = personas_kept.kept(city)
    assert (second["language"], second["row_version"]) == ("ti", 2)
    changes.undo(city, last_change(city))
    (back,) = personas_kept.kept(city)
    assert back | {"row_version": 1} == first


def test_a_change_of_nothing_writes_nothing(city: Atlas) -> None:
    personas_kept.keep(city, MARYAM)
    (first,) = personas_kept.kept(city)
    before = city.change()
    assert personas_kept.keep(city, first) == first["id"]
    assert city.change() == before


def test_a_newer_change_of_somebody_else_stays(city: Atlas) -> None:
    personas_kept.keep(city, MARYAM)
    (seen,) = personas_kept.kept(city)
    personas_kept.keep(city, seen | {"minutes": 10.0}, "Ines")
    for mine in (seen | {"minutes": 30.0}, seen):  # also the one who would change nothing
        with pytest.raises(LayerError, match="row_changed_meanwhile"):
            personas_kept.keep(city, mine, "Paul")
    assert personas_kept.kept(city)[0]["minutes"] == 10.0


def test_who_is_forgotten_can_be_put_back(city: Atlas) -> None:
    one = personas_kept.keep(city, MARYAM)
    (seen,) = personas_kept.kept(city)
    personas_kept.forget(city, one, "Paul")
    assert personas_kept.kept(city) == []
    with pytest.raises(LayerError, match="row_changed_meanwhile"):
        personas_kept.forget(city, one)
    with pytest.raises(LayerError, match="row_changed_meanwhile"):
        personas_kept.keep(city, seen | {"minutes": 5.0})
    changes.undo(city, last_change(city))
    assert personas_kept.kept(city)[0] | {"row_version": 1} == seen


@pytest.mark.parametrize("name", ["", "  \n ", None])
def test_a_persona_without_a_name_is_refused(city: Atlas, name: str | None) -> None:
    with pytest.raises(LayerError, match="persona_name_empty"):
        personas_kept.keep(city, MARYAM | {"name": name})
    assert city.count("personas") == 0


def test_a_name_has_sixty_letters_at_most(city: Atlas) -> None:
    personas_kept.keep(city, MARYAM | {"name": "a" * 60})
    with pytest.raises(LayerError) as caught:
        personas_kept.keep(city, MARYAM | {"name": "a" * 61})
    said = words.sentences("en")["error.persona_name_long"].format(**caught.value.blanks)
    assert "61 letters" in said
    assert "60" in said
    assert city.count("personas") == 1


@pytest.mark.parametrize("to", exporting.FORMATS)
def test_every_export_brings_her_into_another_city(city: Atlas, tmp_path: Path, to: str) -> None:
    awkward = MARYAM | {"name": "=Maryam", "about": 'She says "no"; and\n-so'}
    for one in (MARYAM, awkward):
        personas_kept.keep(city, one)
    done = exporting.export(city, tmp_path / "out", to=to)
    assert done.rows["personas"] == 2
    other = atlas.create(tmp_path / "other.gpkg", name="Other")
    alone = done.files[0] if len(done.files) == 1 else ""
    plan = importer.prepare(other, tmp_path / "out" / alone)
    importer.carry_out(other, plan)
    assert personas_kept.kept(other) == personas_kept.kept(city)


def test_what_reaches_somebody_real_does_not_leave(city: Atlas, tmp_path: Path) -> None:
    personas_kept.keep(city, MARYAM | {"about": "Ask her: maryam@post.example"})
    personas_kept.keep(city, MARYAM)
    done = exporting.export(city, tmp_path / "out", to="csv")
    text = (tmp_path / "out" / "personas.csv").read_text(encoding="utf-8-sig")
    assert "post.example" not in text
    assert "works until six" in text
    assert done.withheld["contacts"] == 1


def test_a_row_that_describes_nothing_is_listed_and_not_taken(city: Atlas, tmp_path: Path) -> None:
    personas_kept.keep(city, MARYAM)
    exporting.export(city, tmp_path / "out", to="csv")
    path = tmp_path / "out" / "personas.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.DictWriter(file, row)
        out.writeheader()
        for number, said in enumerate((row["description"], "[1, 2]", "no object", "")):
            out.writerow(row | {"id": f"p{number}", "description": said})
    other = atlas.create(tmp_path / "other.gpkg", name="Other")
    plan = importer.prepare(other, tmp_path / "out")
    assert [one.row for one in plan.rejected] == [3, 4, 5]
    importer.carry_out(other, plan)
    assert [one["id"] for one in personas_kept.kept(other)] == ["p0"]


@pytest.mark.parametrize("lang", ["en", "fr", "ar"])
def test_the_history_tells_in_words_what_was_changed_of_her(
    city: Atlas, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    personas_kept.keep(city, MARYAM, "Ines")
    (seen,) = personas_kept.kept(city)
    change = {"pace": "pram", "language": "ti", "no_papers": False, "hours": None}
    personas_kept.keep(city, seen | change, "Ines")
    monkeypatch.setenv("CG_ATLAS", str(city.path))
    page = AppTest.from_string(
        "from mapping.pages import _history; _history.show()", default_timeout=60
    )
    page.query_params["cg_lang"] = lang
    page.run()
    assert not page.exception
    told = next(one.value for one in page.text if "\n" in one.value)
    said = words.sentences(lang)
    lines = told.splitlines()[1:]
    assert [line.partition(":")[0].strip() for line in lines] == [
        said[f"asks.{key}"] for key in ("language", "hours", "no_papers", "pace")
    ]
    assert said["tongue.ti"] in lines[0]
    assert said["persona.pace_pram"] in lines[3]
    assert "True" not in told
    assert "{" not in told
