"""Which column is which field, what a word means, and what is remembered for the next file."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
import shapely

from layers import changes
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.importing import remembered
from layers.importing.plan import ColumnUse, Plan, ValueUse
from tests.helpers.bringing import a_town, bring, codes, fates, ready

POINT = "52.1001,13.1001"


@pytest.fixture
def town(tmp_path: Path) -> Atlas:
    return a_town(tmp_path / "town.gpkg")


def used(plan: Plan) -> dict[str, ColumnUse]:
    return {one.name: one for one in plan.columns}


def said(plan: Plan) -> dict[str, ValueUse]:
    return {one.text: one for one in plan.values}  # noqa: PD011 - of a plan, no frame


def column(town: Atlas, name: str, table: str = "services") -> list[Any]:
    values = town.read(table)[name]
    return [None if one is None or one is pd.NA else one for one in values.tolist()]


# --- columns -----------------------------------------------------------------------------------

ODD = f"Wer,Was,lat,lon,Bemerkung,Farbe\nAmal,Recht,{POINT},leise,blau\n"


def test_chosen_columns_are_obeyed_and_the_others_proposed(town: Atlas) -> None:
    chosen = (("Wer", "name"), ("Was", "category"), ("Bemerkung", "description"), ("Farbe", "drop"))
    plan = bring(town, "odd.csv", ODD, "services", columns=chosen)
    row = town.read("services").iloc[0]
    assert (row["name"], row["category"], row["description"]) == ("Amal", "legal", "leise")
    assert row["extra"] is None
    how = {name: (one.field, one.how) for name, one in used(plan).items()}
    assert how == {
        "Wer": ("name", "chosen"),
        "Was": ("category", "chosen"),
        "lat": ("lat", "named"),
        "lon": ("lon", "named"),
        "Bemerkung": ("description", "chosen"),
        "Farbe": (None, "dropped"),
    }


def test_a_column_that_is_kept_goes_to_no_field_though_its_name_is_one(town: Atlas) -> None:
    text = f"name,category,lat,lon,cost\nAmal,legal,{POINT},five\n"
    plan = bring(town, "a.csv", text, columns=(("cost", "keep"),))
    row = town.read("services").iloc[0]
    assert pd.isna(row["cost"])
    assert row["extra"] == {"cost": "five"}
    assert used(plan)["cost"].how == "kept"


@pytest.mark.parametrize(
    ("chosen", "code"),
    [
        ((("Wer", "name"), ("Bemerkung", "name")), "field_twice"),
        ((("Wer", "colour"),), "column_field_unknown"),
        ((("Nobody", "name"),), "column_missing"),
    ],
)
def test_a_choice_that_cannot_be_is_refused(
    chosen: tuple[tuple[str, str], ...], code: str, town: Atlas
) -> None:
    with pytest.raises(LayerError) as raised:
        ready(town, "odd.csv", ODD, "services", columns=chosen)
    assert raised.value.code == code


HIDES = (
    "name,category,street,lat,lon,geheim,Schutz\n"
    f"Amal,legal,Weg 1,{POINT},ja,nein\nBeta,legal,Weg 2,52.2001,13.2001,nein,ja\n"
)


@pytest.mark.parametrize("geheim", ["hidden", "drop", "keep", "description", "address_shown"])
def test_all_columns_that_hide_hide_whatever_is_chosen_for_them(geheim: str, town: Atlas) -> None:
    bring(town, "h.csv", HIDES, columns=(("geheim", geheim), ("Schutz", "hidden")))
    assert column(town, "precision", "locations") == ["hidden", "hidden"]
    assert b"Weg 1" not in town.path.read_bytes()


def test_a_column_that_hides_is_never_kept_and_hides_in_the_next_file_too(town: Atlas) -> None:
    plan = bring(town, "h.csv", HIDES, columns=(("geheim", "keep"),))
    assert used(plan)["geheim"].field == "hidden"
    assert not any("geheim" in (extra or {}) for extra in column(town, "extra"))
    bring(town, "i.csv", HIDES.replace("Weg 1", "Weg 7"))
    assert b"Weg 7" not in town.path.read_bytes()


def test_rows_that_a_person_marks_as_hidden_have_no_place(town: Atlas) -> None:
    text = (
        f"name,category,street,lat,lon\nAmal,legal,Lindenweg 1,{POINT}\nBeta,legal,Ufer 2,{POINT}\n"
    )
    plan = bring(town, "a.csv", text, hidden_rows=(2,))
    assert column(town, "precision", "locations") == ["hidden", "exact"]
    assert b"Lindenweg" not in town.path.read_bytes()
    assert used(plan)["street"].examples == ("Ufer 2",)
    assert set(used(plan)) == {"name", "category", "street", "lat", "lon"}


RECOGNISED = (
    "Titel,Thema,Wann da,Was gesprochen wird,A,B\n"
    'Amal,Recht,Mo-Fr 9:00-17:00,"Deutsch, Dari",13.101,52.101\n'
    "Beta,Recht,Di 14-18 Uhr,Englisch,13.102,52.102\n"
    'Gamma,Recht,Mo 10:00-12:00; Do 9-12,"Arabisch; Türkisch",13.103,52.103\n'
)  # fmt: skip


def test_hours_languages_and_coordinates_show_in_their_cells(town: Atlas) -> None:
    plan = bring(town, "r.csv", RECOGNISED, "services", category="legal")
    fields = {name: one.field for name, one in used(plan).items()}
    assert fields == {
        "Titel": "name",
        "Thema": None,
        "Wann da": "opening_hours",
        "Was gesprochen wird": "languages",
        "A": "lon",
        "B": "lat",
    }
    assert {one.how for one in plan.columns} == {"named", "kept"}
    assert "columns_recognised" in codes(plan)
    spoken = town.read("service_languages")["language"]
    assert sorted(spoken) == ["ar", "de", "en", "prs", "tr"]


@pytest.mark.parametrize(
    "table",
    [
        # two columns of hours: which is meant is not for us to say
        "name,category,lat,lon,v,w\n" + "Amal,legal,52.1,13.1,Mo 9-12,Di 9-12\n" * 4,
        # tags may be countries
        "name,category,lat,lon,v\n"
        + "".join(f"A{tag},legal,52.1,13.1,{tag}\n" for tag in ("de", "fr", "it")),
        # yes and no say nothing about what
        "name,category,lat,lon,v\n" + "".join(f"A{n},legal,52.1,13.1,ja\n" for n in range(4)),
        # two cells are not enough
        "name,category,lat,lon,v\nA,legal,52.1,13.1,Deutsch\nB,legal,52.1,13.1,Englisch\n",
    ],
    ids=["two of hours", "tags", "yes and no", "few"],
)  # fmt: skip
def test_what_is_not_sure_is_not_taken(table: str, town: Atlas) -> None:
    plan = ready(town, "r.csv", table)
    assert {used(plan)[name].field for name in used(plan) if name in "vw"} == {None}


def test_a_name_nearly_known_needs_cells_that_fit(town: Atlas) -> None:
    rows = "".join(f"A{n},legal,{POINT},{'ja' if n % 2 else 'nein'},viel\n" for n in range(4))
    plan = ready(town, "n.csv", f"name,category,lat,lon,Kostenlos für alle,Kapazität etwa\n{rows}")
    assert used(plan)["Kostenlos für alle"].field == "free"
    assert used(plan)["Kapazität etwa"].field is None


def test_what_is_personal_is_never_recognised_kept_or_shown(town: Atlas) -> None:
    rows = "".join(f"A{n},legal,{POINT},Mo 9-1{n},030-12{n},Frau {n}\n" for n in range(4))
    text = f"name,category,lat,lon,Telefonzeiten privat,Telefon,Vorstand\n{rows}"
    plan = bring(town, "p.csv", text)
    for name in ("Telefonzeiten privat", "Telefon"):
        assert used(plan)[name].field is None
    assert used(plan)["Telefon"].how == "personal"
    assert used(plan)["Telefon"].examples == ()
    kept = ready(town, "q.csv", text, columns=(("Telefon", "keep"),))
    assert used(kept)["Telefon"].how == "personal"
    assert b"030-12" not in town.path.read_bytes()


def test_the_column_chosen_as_identifier_joins_people_to_areas(town: Atlas) -> None:
    text = "Bezirk_neu,leute,weg\n01,900,7\n02,800,8\n"
    chosen = (("Bezirk_neu", "id"), ("weg", "drop"))
    plan = bring(town, "people.csv", text, "population", columns=chosen)
    assert column(town, "count", "population") == [900, 800]
    assert used(plan)["weg"].how == "dropped"


# --- values ------------------------------------------------------------------------------------

WORDS = (
    "name,category,lat,lon,free,languages\n"
    f'Amal,Beratung zu Recht,{POINT},nach Absprache,"Deutsch, Daari"\n'
    f"Beta,Zuflucht,{POINT},ja,Daari\n"
    f"Gamma,Zuflucht,{POINT},,\n"
)  # fmt: skip


def test_every_word_that_is_not_understood_is_listed_with_what_it_may_be(town: Atlas) -> None:
    found = said(ready(town, "w.csv", WORDS))
    assert found["Zuflucht"].code is None
    assert found["Zuflucht"].rows == 2
    assert {"legal", "violence_support"} < set(found["Zuflucht"].choices)
    assert found["nach Absprache"].choices == ("yes", "no")
    assert (found["Daari"].code, found["Daari"].rows, found["Daari"].choices[0]) == (None, 2, "prs")
    assert found["ja"].code == "yes"


def test_chosen_words_are_taken_and_empty_is_unknown(town: Atlas) -> None:
    values = (
        ("category", "Zuflucht", "violence_support"),
        ("category", "Beratung zu Recht", "legal"),
        ("free", "nach Absprache", ""),
        ("languages", "Daari", "prs"),
    )
    plan = bring(town, "w.csv", WORDS, values=values)
    assert column(town, "category") == ["legal", "violence_support", "violence_support"]
    assert column(town, "free") == [None, True, None]
    spoken = town.read("service_languages")
    assert sorted(zip(spoken["service_id"].str[:2], spoken["language"], strict=True)) == [
        ("w-", "de"),
        ("w-", "prs"),
        ("w-", "prs"),
    ]
    assert None not in [one.code for one in said(plan).values()]
    assert plan.rejected == ()


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (("category", "Zuflucht", "refuge"), "value_not_a_code"),
        (("name", "A", "b"), "field_not_coded"),
    ],
)
def test_a_word_cannot_be_made_what_no_list_holds(
    value: tuple[str, str, str], code: str, town: Atlas
) -> None:
    with pytest.raises(LayerError) as raised:
        ready(town, "w.csv", WORDS, values=(value,))
    assert raised.value.code == code


# --- remembered --------------------------------------------------------------------------------


def test_the_next_file_with_the_same_columns_needs_no_choices(town: Atlas) -> None:
    chosen = (("Wer", "name"), ("Was", "category"), ("Bemerkung", "drop"))
    values = (("category", "Recht und so", "legal"),)
    first = f"Wer,Was,lat,lon,Bemerkung\nAmal,Recht und so,{POINT},leise\n"
    plan = bring(town, "first.csv", first, "services", columns=chosen, values=values)
    assert plan.remembered is None
    again = "lon,lat,Bemerkung,Was,Wer\n13.2,52.2,laut,Recht und so,Beta\n"  # another order
    second = bring(town, "second.csv", again, "services")
    assert second.remembered == town.read("imports")["id"].iloc[0]
    assert "remembered" in codes(second)
    assert used(second)["Wer"].how == "remembered"
    assert column(town, "name") == ["Amal", "Beta"]
    assert column(town, "category") == ["legal", "legal"]
    third = ready(
        town, "third.csv", again, "services", columns=(*chosen[:2], ("Bemerkung", "cost"))
    )
    assert used(third)["Bemerkung"].field == "cost"


def test_other_columns_or_another_kind_remember_nothing(town: Atlas) -> None:
    chosen = (("Wer", "name"),)
    bring(town, "a.csv", f"Wer,category,lat,lon\nAmal,legal,{POINT}\n", "services", columns=chosen)
    with pytest.raises(LayerError):
        ready(town, "b.csv", f"Wer,category,lat,lon,new\nAmal,legal,{POINT},x\n", "services")
    with pytest.raises(LayerError):
        ready(town, "c.csv", f"Wer,category,lat,lon\nAmal,legal,{POINT}\n", "actors")


def test_nothing_that_a_person_wrote_is_remembered_but_words_of_lists(town: Atlas) -> None:
    chosen = (("Wer", "name"), ("Tel", "public_contact"))
    text = f"Wer,Tel,category,lat,lon\nSecretName,030-99,Zuflucht,{POINT}\n"
    values = (("category", "Zuflucht", "legal"),)
    bring(town, "a.csv", text, "services", columns=chosen, values=values)
    kept = town.read("imports").iloc[0]
    told = json.dumps([kept["choices"], kept["mapping"]])
    assert "Zuflucht" in told
    assert not any(secret in told for secret in ("SecretName", "030-99"))


def test_the_sheet_the_system_and_the_order_of_days_are_remembered(town: Atlas) -> None:
    book = openpyxl.Workbook()
    for name, rows in (("Notes", 5), ("List", 1)):
        sheet = book.active if name == "Notes" else book.create_sheet()
        assert sheet is not None
        sheet.title = name
        sheet.append(
            ["name", "category", "x", "y", "date_checked"] if name == "List" else ["a", "b"]
        )
        for _ in range(rows):
            sheet.append(
                ["Amal", "legal", 369_900, 5_774_000, "03/04/2026"][: 5 if name == "List" else 2]
            )
    out = io.BytesIO()
    book.save(out)
    chosen: dict[str, Any] = {"part": "List", "crs": "EPSG:32633", "day_first": False}
    bring(town, "book.xlsx", out.getvalue(), "services", **chosen)
    assert f"{town.read('services')['date_checked'].iloc[0]:%d.%m}" == "04.03"
    again = ready(town, "book-2.xlsx", out.getvalue(), "services")
    assert (again.options.part, again.options.crs, again.options.day_first) == (
        "List",
        "EPSG:32633",
        False,
    )


def test_the_kind_a_person_named_is_remembered_for_files_of_that_name(town: Atlas) -> None:
    text = "name,remark\nAmal,x\n"
    bring(town, "liste-2025.csv", text, "actors")
    assert ready(town, "liste-2026.csv", text).kind == "actors"
    with pytest.raises(LayerError) as raised:
        ready(town, "other.csv", text)
    assert raised.value.code == "kind_unknown"


def test_what_was_taken_back_is_no_example(town: Atlas) -> None:
    chosen = (("Wer", "name"),)
    text = f"Wer,category,lat,lon\nAmal,legal,{POINT}\n"
    bring(town, "a.csv", text, "services", columns=chosen)
    assert ready(town, "b.csv", text, "services").remembered is not None
    changes.undo(town, town.read("revisions")["id"].iloc[-1])
    with pytest.raises(LayerError):
        ready(town, "b.csv", text, "services")


def test_a_header_is_a_set_of_names() -> None:
    assert remembered.header(["b", "a"]) == remembered.header(["a", "b"])
    assert remembered.header(["a"]) != remembered.header(["a", "b"])


# --- nothing came in ---------------------------------------------------------------------------


def book_of(**sheets: list[list[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def empty_shapes() -> bytes:
    rows = [{"type": "Feature", "properties": {"id": n}, "geometry": None} for n in ("01", "02")]
    return json.dumps({"type": "FeatureCollection", "features": rows}).encode()


CAUSES: dict[str, tuple[str, bytes, str, dict[str, Any], str, str]] = {
    "header only": ("a.csv", b"name,lat,lon\n", "services", {}, "file_header_only", "name"),
    "filters": ("a.csv", b"name,lat\n(All),(All)\n", "services", {}, "file_filter_row", "2"),
    "wrong sheet": (
        "a.xlsx",
        book_of(Empty=[["name", "lat"]], Real=[["name", "lat"], ["Amal", 1]]),
        "services",
        {"part": "Empty"},
        "file_part_empty",
        "Real",
    ),
    "shapes as text": (
        "a.csv",
        b'id,umriss\n01,"POLYGON ((0 0, 1 0, 1 1, 0 0))"\n',
        "areas",
        {},
        "file_shapes_column",
        "umriss",
    ),
    "null shapes": ("a.geojson", empty_shapes(), "areas", {}, "file_shapes_null", "2"),
}


@pytest.mark.parametrize("cause", CAUSES)
def test_nothing_has_a_likely_cause(cause: str, town: Atlas) -> None:
    name, text, kind, options, code, tells = CAUSES[cause]
    with pytest.raises(LayerError) as raised:
        ready(town, name, text, kind, **options)
    assert raised.value.code == code
    assert tells in [str(one) for one in raised.value.blanks.values()] or tells in str(
        raised.value.blanks
    )


def test_rows_with_shapes_need_no_columns_of_coordinates(town: Atlas) -> None:
    frame = gpd.GeoDataFrame(
        {"name": ["Amal"], "category": ["legal"]}, geometry=[shapely.Point(13.1, 52.1)], crs=4326
    )
    plan = bring(town, "a.geojson", frame.to_json().encode(), "services")
    assert fates(plan) == {"new": 1, "changed": 0, "same": 0}
