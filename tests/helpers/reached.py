"""The page Reach on a town small enough to count by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from mapping import words
from mapping.pages import _persona_link
from mapping.personas import Persona
from tests.helpers.town import Town
from tests.test_page_gaps import stored

PAGE = "from mapping.pages import reach; reach.page()"
SELAM = Persona(
    category="legal", language="ti", when="evening", group="women", sex="woman", name="Selam"
)
Opened = Callable[..., AppTest]


def town() -> Town:
    """Make a town where legal advice in Tigrinya is open by day, and in the evening in Somali."""
    made = Town()
    for group, label, kind in (
        ("women", "Women", "sex"),
        ("men", "Men", "sex"),
        ("born_er", "Born in Eritrea", "birthplace"),
    ):
        made.rows["population_groups"].append(
            {"id": group, "label": label, "dimension": kind, "proxy_note": f"Only {label}."}
        )
    made.people({"c100": 400, "c1300": 600})
    made.people({"c100": 210, "c1300": 300}, group="women")
    made.people({"c100": 190, "c1300": 300}, group="men")
    made.people({"c100": 50, "c1300": 100}, group="born_er")
    made.rows["organizations"] = [{"id": "er", "name": "Mahber", "communities": ["ti"]}]
    ti, so = {"ti": "staff"}, {"so": "staff"}
    day, late = "Mo-Fr 09:00-17:00", "Mo-Fr 17:00-21:00"
    facts: dict[str, Any] = {"papers_asked": True, "women_only": False}
    made.service("day", (100, 0), hours=day, languages=ti, organization_id="er", **facts)
    made.service("late", (100, 0), hours=late, languages=so, **facts)
    made.service("late east", (1300, 0), hours=late, languages=so, **facts)
    return made


def opener(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    """Give what opens the page on a town, for some people, at an address."""
    monkeypatch.setenv("CG_TODAY", "2026-11-22")

    def run(made: Town | Path, *people: Persona, query: Mapping[str, str] | None = None) -> AppTest:
        path = made if isinstance(made, Path) else stored(made, tmp_path / "town.gpkg").path
        monkeypatch.setenv("CG_ATLAS", str(path))
        app = AppTest.from_string(PAGE)
        if people:
            app.query_params["persona"] = _persona_link.packed(people)
        for key, value in (query or {}).items():
            app.query_params[key] = value
        return again(app)

    return run


def again(app: AppTest) -> AppTest:
    """Run until nothing is computed any more."""
    app.run(timeout=60)
    while any(one.key in {"reach_stop", "reach_findings_stop"} for one in app.button):
        app.run(timeout=60)
    assert not app.exception
    return app


def press(app: AppTest, key: str) -> AppTest:
    """Press a button, and wait."""
    app.button(key=key).click()
    return again(app)


def texts(app: AppTest) -> str:
    """Give all that is said."""
    return "\n".join(text.value for text in app.text)


def table(app: AppTest, key: str) -> pd.DataFrame:
    """Give the table with a column of this name."""
    column = words.say(key)
    found: pd.DataFrame = next(d.value for d in app.dataframe if column in d.value.columns)
    return found


def in_address(value: object) -> str:
    """Give one value of an address."""
    return str(value[0] if isinstance(value, list) else value)
