"""Sharing on the page Network: the desk sees who stays and why, those who look on do not."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from layers import atlas
from layers.errors import LayerError
from mapping.figure_artist import ARTIST

PAGE = "from mapping.pages import network; network.page()"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> atlas.Atlas:
    """Make a town of two that may be named, one informal, one at risk, and one that answered."""
    made = atlas.create(tmp_path / "town.gpkg", name="Town")
    with made.write() as writer:
        writer.insert(
            "organizations",
            [
                {"id": "a", "name": "Advice", "kind": "ngo"},
                {"id": "b", "name": "Bureau", "kind": "municipality"},
                {"id": "c", "name": "Quiet Circle", "kind": "informal_group"},
                {"id": "d", "name": "Night Line", "at_risk": True},
            ],
        )
        ends = [("a", "b"), ("b", "c"), ("c", "d"), ("a", "d")]
        writer.insert(
            "ties",
            [
                {"id": f"t{n}", "from_id": one, "to_id": two, "kind": "funds",
                 "direction": "directed", "strength": 2}
                for n, (one, two) in enumerate(ends)
            ],
        )  # fmt: skip
        writer.insert(
            "replies",
            [{"id": "r", "organization_id": "a", "about": "place_in_network", "words": "Gladly."}],
        )
    monkeypatch.setenv("CG_ATLAS", str(made.path))
    monkeypatch.setenv("CG_TODAY", "2026-03-01")
    return made


def opened(lang: str = "en", **chosen: object) -> AppTest:
    app = AppTest.from_string(PAGE, default_timeout=40)
    app.query_params["cg_lang"] = lang
    for name, value in ({"share": True} | chosen).items():
        app.session_state[f"network_{name}"] = value
    app.run()
    assert not app.exception
    return app


def shared(app: AppTest) -> str:
    """Give all texts that stand after the page's own."""
    texts = [one.value for one in app.text]
    start = next(i for i, text in enumerate(texts) if text.startswith("A file for others"))
    return "\n".join(texts[start:])


def test_the_desk_reads_what_leaves_and_who_stays_by_which_rule(town: atlas.Atlas) -> None:
    del town
    app = opened(share_preview=True)
    assert "What leaves: organizations 2, pairs with a tie 1. Left out: 2." in shared(app)
    assert "at risk if named: 1\ninformal group that did not say yes: 1" in shared(app)
    [table] = [one for one in app.dataframe if "Rule" in one.value]
    assert table.value.to_numpy().tolist() == [
        ["Night Line", "at risk if named"],
        ["Quiet Circle", "informal group that did not say yes"],
    ]
    [sized] = [one for one in app.checkbox if one.key == "network_share_sized"]
    assert not sized.value  # whoever wants more than equal signs has to say so
    assert not sized.disabled
    assert len(app.get("download_button")) == 3


def test_who_stays_is_not_shown_to_those_who_look_on(town: atlas.Atlas) -> None:
    del town
    app = opened(presenting=True)
    assert "not shown while presenting" in shared(app)
    assert not [one for one in app.dataframe if "Rule" in one.value]
    assert "network_share_sized" not in {one.key for one in app.checkbox}


def test_where_nobody_may_be_named_there_is_no_file(town: atlas.Atlas) -> None:
    with town.write() as writer:
        for one in ("a", "b"):
            writer.update("organizations", one, {"at_risk": True}, seen=1)
    app = opened()
    assert "Nobody of this choice may be named outside." in shared(app)
    assert not app.get("download_button")


@pytest.mark.parametrize("bad", ["<script>x</script>", "<image href='//x'/>", "<a href='//x'/>"])
def test_a_drawing_that_would_run_or_fetch_something_is_refused(bad: str) -> None:
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg">{bad}</svg>'
    for scale in (None, 1.0):
        with pytest.raises(LayerError, match="figure_failed"):
            ARTIST.letter(drawing, scale)
