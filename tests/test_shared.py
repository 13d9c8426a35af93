"""What all pages share: the words, the open atlas, and the frame around a page."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from layers import atlas

PAGE = """
from mapping.pages import _shared
_shared.frame({})
_shared.head(title="Title?", answer=f"{_shared.read('organizations')['name'].tolist()}")
_shared.how("first", "second")
"""


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> atlas.Atlas:
    made = atlas.create(tmp_path / "town.gpkg", name="Town ![x](//evil.example/x.png)")
    with made.write() as writer:
        writer.insert("organizations", [{"id": "1", "name": "First"}])
    monkeypatch.setenv("CG_ATLAS", str(made.path))
    return made


def shown(app: AppTest) -> list[str]:
    assert not app.exception
    return [text.value for text in app.text]


def test_the_name_of_the_city_is_plain_text_and_not_markdown(town: atlas.Atlas) -> None:
    app = AppTest.from_string(PAGE).run()
    assert town.meta()["name"] in shown(app)
    assert all("evil" not in block.value for block in app.markdown)


def test_a_write_by_somebody_else_is_seen_at_the_next_run(town: atlas.Atlas) -> None:
    app = AppTest.from_string(PAGE).run()
    assert "['First']" in shown(app)
    with atlas.Atlas(town.path).write() as writer:
        writer.insert("organizations", [{"id": "2", "name": "Second"}])
    assert "['First', 'Second']" in shown(app.run())


@pytest.mark.parametrize(
    ("lang", "sentence"), [("en", "computed"), ("fr", "calculé"), ("ar", "حُسبت")]
)
def test_the_frame_speaks_the_language_that_was_chosen(
    town: atlas.Atlas, lang: str, sentence: str
) -> None:
    del town
    app = AppTest.from_string(PAGE).run()
    app.selectbox(key="cg_lang").set_value(lang).run()
    assert sentence in app.expander[0].label


def test_a_missing_atlas_is_said_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CG_ATLAS", "nowhere/at_all.gpkg")
    app = AppTest.from_string(PAGE).run()
    assert not app.exception
    assert "python -m mapping new at_all.gpkg" in "\n".join(one.value for one in app.text)


def test_another_file_in_the_same_place_is_seen_at_the_next_run(
    town: atlas.Atlas, tmp_path: Path
) -> None:
    app = AppTest.from_string(PAGE).run()
    other = atlas.create(tmp_path / "other.gpkg", name="Other")
    with other.write() as writer:
        writer.insert("organizations", [{"id": "1", "name": "Somebody else"}])
    assert other.change() == town.change(), "the number of the last write does not tell them apart"
    other.path.replace(town.path)
    assert "['Somebody else']" in shown(app.run())
