"""One look: Streamlit's theme, the desk's style sheet and style.json say the same."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from mapping import assets, style
from tests.helpers.running import REPOSITORY

CONFIG = tomllib.loads((REPOSITORY / ".streamlit" / "config.toml").read_text("utf-8"))
DESK = (REPOSITORY / "mapping" / "pages" / "desk.css").read_text("utf-8")
# what Streamlit calls it -> what we call it
THEME = {
    "primaryColor": "accent",
    "backgroundColor": "paper",
    "secondaryBackgroundColor": "raised",
    "textColor": "ink",
    "linkColor": "accent",
    "borderColor": "line",
    "dataframeBorderColor": "line",
    "dataframeHeaderBackgroundColor": "sunk",
    "dataframeHeaderTextColor": "quiet",
    "codeBackgroundColor": "sunk",
    "codeTextColor": "ink",
    "redColor": "unsafe",
    "orangeColor": "unsafe",
    "yellowColor": "mixed",
    "blueColor": "accent",
    "greenColor": "accent",
    "violetColor": "migrant_led",
    "grayColor": "quiet",
}


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_streamlits_theme_has_our_colours(mode: str) -> None:
    theme = {name: value for name, value in CONFIG["theme"][mode].items() if isinstance(value, str)}
    assert theme == {name: style.colour(ours, mode) for name, ours in THEME.items()}


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_charts_begin_with_our_colours(mode: str) -> None:
    ours = style.colours(mode)
    assert set(CONFIG["theme"][mode]["chartCategoricalColors"]) <= set(ours.values())


def test_the_desks_style_sheet_has_our_colours_and_no_others() -> None:
    found = re.findall(r"--cg-([a-z-]+): light-dark\((#\w{6}), (#\w{6})\)", DESK)
    assert found
    for name, light, dark in found:
        key = name.replace("-", "_")
        assert (light, dark) == (style.colour(key, "light"), style.colour(key, "dark"))
    rest = re.sub(r"--cg-[a-z-]+: light-dark\([^)]*\);", "", DESK)
    assert re.findall(r"#[0-9A-Fa-f]{3,8}\b(?![^{]*\{)", rest) == []


def test_every_font_of_the_desk_is_served_by_us() -> None:
    for face in CONFIG["theme"]["fontFaces"]:
        _, prefix, package, name = face["url"].split("/")
        assert f"/{prefix}" == assets.PREFIX
        assert assets.file(package, name).is_file()


@pytest.mark.parametrize("mode", style.MODES)
@pytest.mark.parametrize(
    "ink", ["ink", "quiet", "accent", "safe", "mixed", "unsafe", "migrant_led"]
)
@pytest.mark.parametrize("ground", ["paper", "raised"])
def test_everything_that_is_read_stands_out_from_its_ground(
    mode: str, ink: str, ground: str
) -> None:
    assert _contrast(style.colour(ink, mode), style.colour(ground, mode)) >= 4.5


@pytest.mark.parametrize("mode", style.MODES)
def test_a_buttons_words_stand_out_from_it(mode: str) -> None:
    assert _contrast(style.colour("accent_ink", mode), style.colour("accent", mode)) >= 4.5


@pytest.mark.parametrize("mode", style.MODES)
def test_each_step_of_the_scale_is_further_from_the_paper(mode: str) -> None:
    paper = style.colour("paper", mode)
    contrasts = [_contrast(step, paper) for step in style.ramp(mode)]
    assert contrasts == sorted(contrasts)


SETTINGS: list[tuple[str, str, Any]] = [
    ("browser", "gatherUsageStats", False),
    ("server", "address", "127.0.0.1"),
    ("browser", "serverAddress", "127.0.0.1"),
    ("client", "showErrorDetails", "none"),
    ("client", "showErrorLinks", False),
    ("client", "toolbarMode", "minimal"),
    ("server", "enableXsrfProtection", True),
    ("server", "enableCORS", True),
    ("server", "enableStaticServing", False),
    ("server", "enableAgentApi", False),
]


@pytest.mark.parametrize(("section", "name", "value"), SETTINGS, ids=[s[1] for s in SETTINGS])
def test_streamlit_is_set_to_keep_to_itself(section: str, name: str, value: object) -> None:
    assert CONFIG[section][name] == value


def test_streamlit_knows_every_setting_we_give_it() -> None:
    from streamlit import config

    for section in ("server", "browser", "client", "ui", "logger"):
        for name in CONFIG[section]:
            assert f"{section}.{name}" in config._config_options_template  # noqa: SLF001  there is no public list
