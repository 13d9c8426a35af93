"""What may stand where: read from the syntax trees, and tried on planted slips."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from tests.helpers import boundaries
from tests.helpers.running import REPOSITORY

OURS = sorted(
    path
    for folder in ("layers", "mapping", "sample_data")
    for path in (REPOSITORY / folder).rglob("*.py")
)


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.relative_to(REPOSITORY).as_posix())
def test_nothing_stands_where_it_must_not(path: Path) -> None:
    place = path.relative_to(REPOSITORY).as_posix()
    module = boundaries.Module.of(place, path.read_text("utf-8"))
    assert boundaries.findings(module) == []


PAGE = "mapping/pages/planted.py"
SLIPS = [
    ("mapping/charts.py", "import folium"),
    ("mapping/pages/planted.py", "from branca.element import Figure"),
    ("mapping/maps.py", "folium.Popup(name)"),
    ("mapping/maps.py", "folium.Marker(at, tooltip=folium.Tooltip(name))"),
    ("mapping/maps.py", "folium.Marker(at, icon=folium.DivIcon(html=name))"),
    ("mapping/maps.py", "from folium import JsCode"),
    ("mapping/maps.py", "from branca.element import Element"),
    ("mapping/maps.py", "branca.element.Element(name)"),
    ("mapping/gaps.py", "frame.explore()"),
    (PAGE, "st.text(name, unsafe_allow_html=True)"),
    (PAGE, "st.components.v1.html(name)"),
    (PAGE, "st.html(name)"),
    (PAGE, 'st.html(HERE / "other.css")'),
    ("mapping/pages/_shared.py", "st.html(name)"),
    ("mapping/pages/_shared.py", 'st.html(HERE / "page.html")'),
    (PAGE, "st.markdown(say('a.b'))"),
    (PAGE, "st.write(table)"),
    (PAGE, "st.table(table)"),
    (PAGE, "st.caption(row['name'])"),
    (PAGE, "st.error(str(error))"),
    (PAGE, "st.button(f'{name}')"),
    (PAGE, "left.metric(row.name, 3)"),
    (PAGE, "st.title('Who is not reached?')"),
    (PAGE, "st.text('Nothing here')"),
    (PAGE, "st.text(f'{count} places')"),
    (PAGE, "st.selectbox(say('a.b'), options, help=row['name'])"),
    (PAGE, "st.title(say('a.b', name=row['name']))"),
    (PAGE, "st.tabs([say('a.b'), name])"),
    (PAGE, "st.radio(say('a.b'), names)"),
    (PAGE, "st.pills(say('a.b'), ids, format_func=lambda one: names[one])"),
    (PAGE, "st.pills(say('a.b'), ids, format_func=names.__getitem__)"),
    (PAGE, "_shared.head(title=name, answer=answer)"),
    (PAGE, "_shared.head(title=say('a.b'), answer='All are reached.')"),
    (PAGE, "_shared.link('data', name)"),
    (PAGE, "def label(row):\n    return row.name\nst.title(label(row))"),
    (PAGE, "st.title(_shared.meta()['name'])"),
    (PAGE, "def page(name):\n    st.title(name)"),
    (PAGE, "def page():\n    label = say('a.b')\n    label = name\n    st.title(label)"),
    ("layers/atlas.py", "print('opened')"),
    ("mapping/reach.py", "date.today()"),
    ("layers/room.py", "datetime.datetime.now()"),
    ("layers/atlas.py", "eval(text)"),
    ("layers/atlas.py", "import pickle"),
    (PAGE, "from mapping.pages import gaps"),
    (PAGE, "import mapping.pages.room"),
]


@pytest.mark.parametrize(("path", "source"), SLIPS, ids=[source for _, source in SLIPS])
def test_a_planted_slip_is_caught(path: str, source: str) -> None:
    assert boundaries.findings(boundaries.Module.of(path, source))


FINE = [
    ("mapping/maps.py", "import folium\nfolium.Map(tiles=None)"),
    ("mapping/charts.py", "alt.Tooltip(column)"),
    ("mapping/pages/_shared.py", 'st.html(HERE / "desk.css")'),
    (PAGE, "st.text(row['name'])"),
    (PAGE, "st.dataframe(table)"),
    (PAGE, "st.title(_shared.say('a.b', count=3))"),
    (PAGE, "st.error(_shared.explain(error))"),
    (PAGE, "st.metric(say('a.b'), f'{share:.0%}')"),
    (PAGE, "st.button(say('a.b') if here else say('a.c'))"),
    (PAGE, "st.radio(say('a.b'), codes, format_func=lambda code: say(f'kind.{code}'))"),
    (PAGE, "st.tabs([say('a.b'), say('a.c')])"),
    (PAGE, "def page():\n    label = say('a.b')\n    st.title(label)"),
    (PAGE, "_shared.head(title=say('a.b'), answer=say('a.c', name=name))"),
    ("mapping/__main__.py", "print('{}')"),
    ("layers/clock.py", "datetime.now(UTC)"),
    (PAGE, "from mapping.pages import _shared"),
    (PAGE, "def name(code):\n    return say(f'kind.{code}')\nst.title(name(code))"),
]


@pytest.mark.parametrize(("path", "source"), FINE, ids=[source for _, source in FINE])
def test_what_is_meant_to_be_there_is_let_through(path: str, source: str) -> None:
    assert boundaries.findings(boundaries.Module.of(path, source)) == []


# --- the arrows --------------------------------------------------------------------------------


def _contracts() -> list[dict[str, object]]:
    settings = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))
    found: list[dict[str, object]] = settings["tool"]["importlinter"]["contracts"]
    return found


@pytest.mark.parametrize("package", ["layers", "mapping"])
def test_every_module_stands_in_one_line_of_the_house(package: str) -> None:
    [contract] = [one for one in _contracts() if one.get("containers") == [package]]
    lines = contract["layers"]
    assert isinstance(lines, list)
    listed = [
        name.strip(" ()") for line in lines for part in line.split("|") for name in part.split(":")
    ]
    there = {
        path.stem
        for path in (REPOSITORY / package).iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").is_file()
    }
    assert sorted(listed) == sorted(there)
    assert contract["exhaustive"] is True


def test_whatever_is_no_door_is_kept_from_web_frameworks() -> None:
    [contract] = [one for one in _contracts() if one["name"] == "only doors know a web framework"]
    listed = contract["source_modules"]
    assert isinstance(listed, list)
    doors = {"__main__", "atlas_page", "pages", "phone"}
    there = {
        path.stem
        for path in (REPOSITORY / "mapping").iterdir()
        if (path.suffix == ".py" and path.stem != "__init__") or (path / "__init__.py").is_file()
    }
    assert sorted(listed) == sorted(f"mapping.{name}" for name in there - doors)
