"""The page Introduce: whom to call and why, as a coordinator reads it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from layers import atlas as stores
from layers.atlas import Atlas
from mapping import words
from mapping.pages import _introduce_never, _job


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open the page alone, on an atlas."""

    def run(atlas: Path, **query: str) -> AppTest:
        monkeypatch.setenv("CG_ATLAS", str(atlas))
        monkeypatch.setattr(_job, "PATIENCE_S", 60)

        def page() -> None:
            from mapping.pages import introduce

            introduce.page()

        app = AppTest.from_function(page, default_timeout=60)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        assert not app.exception
        return app

    return run


def texts(app: AppTest) -> str:
    return "\n".join(one.value for one in app.text)


def test_the_sample_says_whom_to_introduce_why_and_who_could(
    opened: Callable[..., AppTest], sample_atlas: Path
) -> None:
    app = opened(sample_atlas)
    said = texts(app)
    assert "Introduce Saltmere Health House to Hooyo Circle: up to about " in said
    assert "could have a service they trust" in said
    assert "would have a service" not in said
    assert "Skerry Hospital knows both." in said
    assert "do not trust Saltmere Health House" in said
    table = app.dataframe[0].value
    # whom it could harm to be named is to be asked before anybody is told
    harmed = table[words.say("introduce.col_other", "en")] == "Fathers' Café Westyard"
    (first,) = table.loc[harmed, words.say("introduce.col_who", "en")]
    assert first.startswith("First ask ")
    assert table[words.say("introduce.col_people", "en")].iloc[0].startswith("3,")  # the range
    assert len(table) == 10
    chance = app.dataframe[1].value
    assert chance.iloc[0, -1] == words.say("introduce.verdict_better", "en")
    # a tie that makes ways in a new direction says what that does to the busiest actor
    opens = words.say("introduce.opens", "en", before="14.4%", after="\0").split("\0")
    assert opens[0] not in said
    app.selectbox(key="introduce_pair").set_value("city-schools vatra-families").run()
    assert opens[0] in texts(app)
    # who has the tie has a way; the three behind it go through it
    assert "Vatra Families could have a way of their own" in texts(app)
    assert "Others would go through Vatra Families: " in texts(app)
    app.selectbox(key="introduce_pair").set_value("saltmere-clinic hooyo-circle").run()
    # a pair that is marked is gone from the list, and comes back when that is undone
    app.text_input(key=_introduce_never.REASON).input("They tried last year.").run()
    app.button(key=_introduce_never.BUTTON).click().run()
    assert not app.exception
    bans = Atlas(sample_atlas).read("bans").set_index("from_id")
    assert bans.loc["saltmere-clinic", "to_id"] == "hooyo-circle"
    assert bans.loc["saltmere-clinic", "reason"] == "They tried last year."
    assert "Introduce Saltmere Health House to Hooyo Circle" not in texts(app)
    app.button(key=_introduce_never.UNDO).click().run()
    assert "Introduce Saltmere Health House to Hooyo Circle" in texts(app)
    # once the two have met, the tie is noted here; it can be taken back as well
    app.toggle(key="introduce_met_saltmere-clinic_hooyo-circle").set_value(True).run()
    app.selectbox(key="network_tie_kind").set_value("delivers_with").run()
    app.button(key="network_tie_save").click().run()
    assert words.say("tie.made", "en") in texts(app)
    assert "Introduce Saltmere Health House to Hooyo Circle" not in texts(app)
    app.button(key=_introduce_never.UNDO).click().run()
    assert "Introduce Saltmere Health House to Hooyo Circle" in texts(app)


def test_presenting_names_pairs_and_no_weakness(
    opened: Callable[..., AppTest], sample_atlas: Path
) -> None:
    app = opened(sample_atlas, network_presenting="true")
    said = texts(app)
    assert "Saltmere Health House" in said
    assert "do not trust" not in said
    assert "they trust" not in said
    assert words.say("introduce.presenting", "en") in said
    ask_first = words.say("introduce.ask_first", "en", names="\0").split("\0")
    assert ask_first[0] not in said
    assert "Fathers" not in app.dataframe[0].value.to_string()
    for go_between in ("Kilnside Neighbourhood Desk", "Harbour Mission"):
        assert f"pass {go_between}" not in said
        assert f"through {go_between}" not in said


def test_an_atlas_with_nobody_says_what_is_missing(
    opened: Callable[..., AppTest], tmp_path: Path
) -> None:
    empty = tmp_path / "empty.gpkg"
    stores.create(empty, name="Nowhere")
    assert words.say("introduce.missing", "en") in texts(opened(empty))
