"""What is said of one organization leaves only with its own reply; notes stay at the desk."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from layers import atlas
from layers.atlas import Atlas
from layers.exporting import EVERY_FORMAT, Exported, export, leaving


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    """Make a town in which two are judged, one answered, and one refused to be shown."""
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as w:
        w.insert("sessions", [{"id": "s", "title": "Round"}])
        w.insert(
            "organizations",
            [
                {"id": "ans", "name": "Answered House", "consent_shown": True},
                {"id": "mute", "name": "Silent House", "consent_shown": True},
                {"id": "no", "name": "Refusing House", "consent_shown": False},
            ],
        )
        for one in ("ans", "mute", "no"):
            w.insert("standings", [{"id": one, "organization_id": one, "power": 1, "interest": 4}])
            tower = {"session_id": "s", "question": "Who moves it?", "group_name": "Blue"}
            w.insert(
                "towers",
                [{"id": one, "organization_id": one, **tower, "rank": 1.5, "said_by": "5-9"}],
            )
            rated = {"question": "openness", "mean": 2.2, "said_by": "5-9"}
            w.insert("ratings", [{"id": one, "organization_id": one, **rated}])
        said = {"organization_id": "ans", "about": "standings", "words": "That was last year."}
        refused = {"organization_id": "no", "about": "towers", "words": "Never mind us."}
        place = {"organization_id": "ans", "about": "place_in_network", "words": "We know it."}
        w.insert("replies", [{"id": "1", **said}, {"id": "2", **refused}, {"id": "3", **place}])
        w.insert(
            "bans",
            [
                {"id": "b", "from_id": "ans", "to_id": "mute", "reason": "An old quarrel."},
                {"id": "c", "from_id": "ans", "to_id": "no"},
            ],
        )
        steps = [{"do": "remove", "actor": "mute"}]
        w.insert("scenarios", [{"id": "w", "name": "Without them", "steps": steps}])
        steps = [{"do": "remove", "actor": "no"}]
        w.insert("scenarios", [{"id": "v", "name": "Also", "steps": steps}])
    return made


def test_a_judgement_leaves_only_with_the_reply_to_it(town: Atlas) -> None:
    what = leaving(town, to="csv")
    assert what.tables["standings"]["organization_id"].tolist() == ["ans"]
    assert what.tables["towers"].empty
    assert what.tables["ratings"].empty
    assert what.tables["replies"]["words"].tolist() == ["That was last year."]
    assert what.withheld["judgements"] == 8
    assert what.withheld["notes"] == 4


@pytest.mark.parametrize("to", EVERY_FORMAT)
def test_whom_it_could_harm_to_be_named_is_in_the_copy_of_the_whole_alone(
    town: Atlas, tmp_path: Path, to: str
) -> None:
    with town.write() as w:
        w.insert("organizations", [{"id": "q", "name": "Quiet House", "consent_shown": True}])
        w.insert("organizations", [{"id": "i", "name": "Inside Club", "consent_shown": True}])
        w.update("organizations", "q", {"at_risk": True, "consent_shared": True}, seen=1)
        w.update("organizations", "i", {"consent_shared": False}, seen=1)
        tie = {"kind": "funds", "direction": "directed"}
        w.insert("ties", [{"id": one, "from_id": "ans", "to_id": one, **tie} for one in "qi"])
    what = leaving(town, to=to)
    whole = to == "gpkg"
    assert {"q", "i"} & set(what.tables["organizations"]["id"]) == ({"q", "i"} if whole else set())
    assert what.withheld["actors"] == (1 if whole else 3)
    assert len(what.tables["ties"]) == (2 if whole else 0)
    export(town, tmp_path / to, to=to)
    if not whole:
        for file in (tmp_path / to).iterdir():
            data = file.read_bytes()
            if zipfile.is_zipfile(file):
                with zipfile.ZipFile(file) as packed:
                    data = b"".join(packed.read(one) for one in packed.namelist())
            assert b"Quiet House" not in data
            assert b"Inside Club" not in data


def test_work_notes_leave_in_a_copy_of_the_whole_but_for_who_refused(town: Atlas) -> None:
    what = leaving(town, to="gpkg")
    assert what.tables["bans"]["id"].tolist() == ["b"]
    assert what.tables["scenarios"]["id"].tolist() == ["w"]
    assert sorted(what.tables["replies"]["id"]) == ["1", "3"]
    assert what.withheld["notes"] == 2


def test_a_reply_that_names_who_refused_stays_and_the_judgement_with_it(town: Atlas) -> None:
    with town.write() as w:
        w.update("replies", "1", {"words": "Ask REFUSING  ho\u200buse."}, seen=1)
    assert leaving(town, to="csv").tables["standings"].empty


@pytest.mark.parametrize("to", EVERY_FORMAT)
def test_no_file_holds_what_was_not_answered(town: Atlas, tmp_path: Path, to: str) -> None:
    done: Exported = export(town, tmp_path / "out", to=to)
    assert done.withheld["judgements"] == 8
    if to == "xlsx":
        return  # packed; made of the same tables
    held = b"".join((tmp_path / "out" / name).read_bytes() for name in done.files)
    assert b"That was last year." in held
    assert b"Who moves it?" not in held
    assert b"Refusing House" not in held
    assert b"2.2" not in held.replace(b"0.2.2", b"")
    assert (b"An old quarrel." in held) == (to == "gpkg")
