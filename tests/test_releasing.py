"""What may leave an atlas: no contact of whoever did not say yes, by whatever way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import shapely

from layers import atlas
from layers.exporting import FORMATS, export
from layers.history import Revision
from mapping import out
from tests.helpers.left import everything

HERE = shapely.Point(11, 50)


def place(place_id: str, **more: object) -> dict[str, object]:
    return {"id": place_id, "precision": "exact", "geometry": HERE, **more}


@pytest.fixture
def town(tmp_path: Path) -> atlas.Atlas:
    """Make a town whose contacts stand in three other places than the column for them."""
    made = atlas.create(tmp_path / "town.gpkg", name="Town", metres_crs="EPSG:32632")
    personal = {
        "Telefon 2": "secret-a",
        "Vorstand": "secret-b",
        "Privatadresse": "secret-c",
        "Bemerkung": "+49 170 1234567",
        "Notiz": "x@secret-d.example",
        "Farbe": "open-blue",
    }
    with made.write() as w:
        w.insert(
            "locations",
            [
                place("silent-home", public_contact="secret-e", extra={"Hof": "secret-f"}),
                place("yes-home", public_contact="open-phone"),
                place("both", public_contact="secret-g", name="secret-h"),
                place("shelter-help", public_contact="open-helpline"),
                place("refused-asset", address="secret-i"),
                place("skill-home", address="secret-j"),
                place("park", address="open-park"),
            ],
        )
        w.insert(
            "organizations",
            [
                {
                    "id": "silent",
                    "name": "Asked never",
                    "location_id": "silent-home",
                    "extra": {"Raum": "secret-k"},
                },
                {
                    "id": "agreed",
                    "name": "Amal",
                    "consent_shown": True,
                    "location_id": "yes-home",
                    "extra": personal,
                },
                {"id": "no", "name": "secret-l", "consent_shown": False, "location_id": "both"},
            ],
        )
        w.insert(
            "services",
            [
                {
                    "id": "s",
                    "name": "Advice",
                    "category": "legal",
                    "organization_id": "no",
                    "extra": {"von": "by secret-l"},
                },
                {"id": "h", "name": "Help", "category": "legal", "extra": personal},
            ],
        )
        w.insert(
            "service_at_location",
            [
                {"id": "1", "service_id": "s", "location_id": "both"},
                {"id": "2", "service_id": "h", "location_id": "shelter-help"},
            ],
        )
        w.insert(
            "assets",
            [
                {"id": "1", "name": "secret-n", "kind": "skill", "location_id": "skill-home"},
                {
                    "id": "2",
                    "name": "secret-o",
                    "kind": "group",
                    "consent_shown": False,
                    "location_id": "refused-asset",
                },
                {
                    "id": "3",
                    "name": "open-choir",
                    "kind": "group",
                    "public_contact": "secret-p",
                    "location_id": "park",
                },
                {"id": "4", "name": "open-sewing", "kind": "skill", "consent_shown": True},
            ],
        )
    return made


@pytest.mark.parametrize("to", FORMATS)
def test_no_contact_leaves_without_a_yes_by_any_way(
    town: atlas.Atlas, tmp_path: Path, to: str
) -> None:
    done = export(town, tmp_path / "out", to=to)
    content = everything(tmp_path / "out")
    secrets = [f"secret-{letter}".encode() for letter in "abcdefghijklnop"]
    assert [one for one in (*secrets, b"+49 170") if one in content] == []
    shown = [b"open-blue", b"open-phone", b"open-helpline", b"open-park"]
    shown += [b"open-choir", b"open-sewing"]
    assert [one for one in shown if one not in content] == []
    assert (done.withheld["actors"], done.withheld["assets"]) == (1, 2)


@pytest.mark.parametrize("to", ["gpkg", "xlsx"])
def test_a_persona_leaves_without_the_name_of_who_refused_and_without_a_number(
    town: atlas.Atlas, tmp_path: Path, to: str
) -> None:
    asks = {"category": "legal"}
    named = [
        ("Like Selam", "Invented."),
        ("Goes to secret-l", "open-sentence"),
        ("+49 170 12345", None),
    ]
    with town.write() as w:
        w.insert(
            "personas",
            [
                {"id": f"p{number}", "name": name, "about": about, "description": asks}
                for number, (name, about) in enumerate(named)
            ],
        )
    export(town, tmp_path / "out", to=to)
    content = everything(tmp_path / "out")
    assert not [one for one in (b"secret-l", b"+49 170") if one in content]
    assert all(one in content for one in (b"Like Selam", b"open-sentence"))


def test_places_of_those_who_left_go_with_them_unless_others_use_them(
    town: atlas.Atlas, tmp_path: Path
) -> None:
    export(town, tmp_path / "out", to="gpkg")
    copy = atlas.Atlas(tmp_path / "out" / "atlas.gpkg")
    assert set(copy.read("locations")["id"]) == {
        *("silent-home", "yes-home", "both", "shelter-help", "park"),
    }
    assert town.count("locations") == 7


@pytest.fixture
def guarded(tmp_path: Path) -> atlas.Atlas:
    """Make a town with work notes, statements and a refused actor, all of which hold secrets."""
    made = atlas.create(tmp_path / "guarded.gpkg", name="Town", metres_crs="EPSG:32632")
    with made.write() as w:
        w.insert(
            "locations",
            [
                place("open", address="open-street 1"),
                {
                    "id": "hid",
                    "precision": "hidden",
                    "name": "secret-name",
                    "public_contact": "0800",
                },
            ],
        )
        w.insert(
            "organizations",
            [
                {"id": "yes", "name": "Amal", "consent_shown": True, "location_id": "open"},
                {"id": "never", "name": "Asked never", "public_contact": "secret-contact"},
                {"id": "no", "name": "secret-refused", "consent_shown": False},
            ],
        )
        w.insert(
            "services",
            [
                {"id": "s", "name": "Advice", "category": "legal"},
                {
                    "id": "h",
                    "name": "Help",
                    "category": "violence_support",
                    "description": "secret-way",
                },
            ],
        )
        w.insert(
            "service_at_location",
            [
                {"id": "1", "service_id": "s", "location_id": "open"},
                {"id": "2", "service_id": "h", "location_id": "hid"},
            ],
        )
        w.insert(
            "schedules",
            [{"id": "hours", "service_at_location_id": "2", "opening_hours": "Mo 9:00-12:00"}],
        )
        w.insert("areas", [{"id": "a", "level": "city"}])
        w.insert("population_groups", [{"id": "g", "label": "all"}])
        w.insert("population", [{"id": "p", "area_id": "a", "group_code": "g", "count": 50}])
        w.insert(
            "statements",
            [
                {
                    "id": str(n),
                    "table_name": table,
                    "row_id": row,
                    "attribute": column,
                    "value": value,
                }
                for n, (table, row, column, value) in enumerate(
                    [
                        ("services", "s", "free", "0"),
                        ("services", "s", "cost", "open-cost"),
                        ("services", "s", "cost", "ask secret-refused"),
                        ("services", "s", "cost", "call +49 170 1234567"),
                        ("services", "h", "description", "secret-said-way"),
                        ("services", "gone", "free", "secret-row"),
                        ("organizations", "no", "sector", "secret-sector"),
                        ("organizations", "yes", "private_contact", "secret-said-contact"),
                        ("organizations", "yes", "public_contact", "secret-desk"),
                        ("organizations", "never", "public_contact", "secret-silent"),
                        ("locations", "hid", "address", "secret-address"),
                        ("locations", "hid", "name", "secret-said-name"),
                        ("services", "h", "cost", "secret-gate"),
                        ("services", "s", "status", "secret-status"),
                        ("schedules", "hours", "opening_hours", "secret-hours"),
                        ("population", "p", "count", "secret-count"),
                    ]
                )
            ],
        )
        w.insert(
            "not_same",
            [
                {"id": "1", "table_name": "organizations", "row_id": "yes", "other_id": "no"},
                {"id": "2", "table_name": "organizations", "row_id": "yes", "other_id": "never"},
            ],
        )
        w.insert("imports", [{"id": "i", "file": "a.csv", "choices": {"matches": "secret-choice"}}])
        w.insert(
            "invitations",
            [{"id": "secret-invitation", "organization_id": "yes", "secret_sha256": "secret-hash"}],
        )
        w.insert(
            "proposals",
            [
                {
                    "id": "secret-proposal",
                    "source": "organization",
                    "table_name": "services",
                    "operations": [],
                    "state": "open",
                    "note": "secret-note",
                }
            ],
        )
    with made.write(Revision(kind="edit", who="secret-editor")) as w:
        w.update("services", "s", {"cost": "secret-before"}, seen=1)
    with made.write(Revision(kind="edit", who="secret-editor")) as w:
        w.update("services", "s", {"cost": "open-now"}, seen=2)
    return made


@pytest.mark.parametrize("to", FORMATS)
def test_notes_of_work_and_statements_about_what_stays_do_not_leave(
    guarded: atlas.Atlas, tmp_path: Path, to: str
) -> None:
    assert b"secret-before" in guarded.path.read_bytes()
    done = export(guarded, tmp_path / "out", to=to, look=out.look())
    content = everything(tmp_path / "out")
    assert re.findall(rb"secret-[a-z-]+|\+49 170", content) == []
    for shown in (b"open-cost", b"open-now", b"0800"):
        assert shown in content
    assert done.withheld["statements"] == 14
    assert done.rows["statements"] == 2
    assert done.rows["not_same"] == 1


def test_a_statement_leaves_only_with_its_row(guarded: atlas.Atlas, tmp_path: Path) -> None:
    export(guarded, tmp_path / "out", to="gpkg")
    said = atlas.Atlas(tmp_path / "out" / "atlas.gpkg").read("statements")
    assert [(one["row_id"], one["attribute"]) for one in said.to_dict("records")] == [
        ("s", "free"),
        ("s", "cost"),
    ]
