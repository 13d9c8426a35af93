"""The schema: one declaration, and everything that repeats it says the same."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from layers import schema, vocab
from mapping import words
from mapping.atlas_page import page

REFERENCE = Path(__file__).parent.parent / "docs" / "reference" / "atlas.md"


@pytest.mark.parametrize("table", schema.TABLES.values(), ids=lambda table: table.name)
def test_every_column_points_at_a_list_or_a_table_that_is_there(table: schema.Table) -> None:
    for column in table.columns:
        assert column.type in schema.TYPES
        assert column.about
        if column.type == "code" or (column.type == "codes" and column.of):
            assert column.of in vocab.LISTS, column
        elif column.of:
            assert column.of in schema.TABLES, column


@pytest.mark.parametrize("table", schema.TABLES.values(), ids=lambda table: table.name)
def test_sqlite_takes_the_table_as_it_is_written(table: schema.Table) -> None:
    db = sqlite3.connect(":memory:")
    db.execute(schema.create_sql(table))
    found = [row[1] for row in db.execute(f'PRAGMA table_info("{table.name}")')]
    assert found == ["fid", *(["geom"] if table.geometry else []), *table.column_names]
    db.close()


@pytest.mark.parametrize("lang", words.languages())
def test_every_code_has_a_word_in_every_language(lang: str) -> None:
    said = words.sentences(lang)
    for name, codes in {**vocab.LISTS, "hours_state": vocab.HOURS_STATE}.items():
        for code in codes:
            assert said[f"{name}.{code}"].strip()


def test_the_reference_page_is_written_from_the_schema() -> None:
    assert REFERENCE.read_text(encoding="utf-8") == page(), "run: python -m mapping.atlas_page"
