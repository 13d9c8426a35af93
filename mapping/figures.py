"""Any chart as a file that still says what it is when it travels alone: SVG, PNG, and CSV.

Files are drawn in the light setting always. Nobody is asked for anything: data, fonts and drawing
program are here, and a figure that names an address is refused.
"""

from __future__ import annotations

import csv as csv_files
import io
import re
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import altair as alt
import pandas as pd

from layers.cell_text import harmless
from layers.plain_text import plain_text
from mapping import assets, style
from mapping.figure_artist import ARTIST

COLOURS: Final[Mapping[str, str]] = MappingProxyType(style.colours("light"))  # of every file
WIDTH: Final = 720  # pixels of a figure that does not say how wide it is
SCALE: Final = 2.0  # pixels of a PNG for one of the figure: sharp in print and on new screens
FONT: Final = "Atkinson Hyperlegible, Noto Sans, system-ui, sans-serif"

_MARGIN = 28
_TITLE, _BESIDE, _FOOT = 22, 15, 13  # pixels of type
_LONGEST = 1_000  # letters of a line
# XML cannot say these, and a text may hide behind the marks that turn its neighbours round.
_BROKEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\ud800-\udfff\ufffe\uffff]")
_FETCHING = frozenset({"url", "href"})

Chart = (
    alt.Chart
    | alt.LayerChart
    | alt.HConcatChart
    | alt.VConcatChart
    | alt.ConcatChart
    | alt.FacetChart
)


# --- files ---------------------------------------------------------------------------------------


def svg(chart: Chart) -> str:
    """Draw a chart as SVG, with the signs of the fonts it uses inside of it.

    Parameters
    ----------
    chart
        Drawn with :data:`COLOURS`; usually :func:`framed`.

    Raises
    ------
    ValueError
        If the chart would fetch something: it brings its own data.
    LayerError
        ``figure_failed``.
    """
    return ARTIST.draw(_spec(chart), None).decode("utf-8")


def png(chart: Chart, *, scale: float = SCALE) -> bytes:
    """Draw a chart as PNG.

    Parameters
    ----------
    chart
        As for :func:`svg`.
    scale
        Pixels of the picture for one of the figure.

    Raises
    ------
    ValueError, LayerError
        As :func:`svg`.
    """
    return ARTIST.draw(_spec(chart), scale)


def csv(rows: pd.DataFrame, head: Mapping[str, str]) -> str:
    """Write numbers as CSV that says what they are.

    Parameters
    ----------
    rows
        One row a line; its columns are named in one line above.
    head
        What stands in the first lines, one each: name and text, such as persona, date of the data,
        method and city.

    Returns
    -------
    text
        The head, an empty line, the table. No cell runs as a formula; unknown is an empty cell.

    Examples
    --------
    >>> print(csv(pd.DataFrame({"step": ["=1+1"], "low": [400]}), {"persona": "Selam"}), end="")
    persona,Selam
    <BLANKLINE>
    step,low
    '=1+1,400
    """
    out = io.StringIO()
    writer = csv_files.writer(out, lineterminator="\n")
    for name, text in head.items():
        writer.writerow([harmless(name), harmless(text)])
    out.write("\n")
    writer.writerow([harmless(str(name)) for name in rows.columns])
    for row in rows.astype(object).itertuples(index=False):
        cells = ["" if _is_nothing(cell) else cell for cell in row]
        writer.writerow([harmless(one) if isinstance(one, str) else one for one in cells])
    return out.getvalue()


def _is_nothing(cell: object) -> bool:
    return cell is None or cell is pd.NA or cell is pd.NaT or cell != cell  # noqa: PLR0124 - NaN


# --- the frame -----------------------------------------------------------------------------------


def framed(
    chart: Chart,
    *,
    title: str,
    lines: Sequence[str],
    width: int = WIDTH,
    right_to_left: bool = False,
) -> alt.VConcatChart:
    """Put what a chart shows into the chart.

    Parameters
    ----------
    chart
        Drawn with :data:`COLOURS`. One that takes the width of its page gets ``width``.
    title
        The answer, or the question, in a sentence.
    lines
        The first stands below the title: about whom it is. The others stand below the chart: date
        of the data, method, city and, where it is, that the city is invented.
    width
        Pixels that title and lines are broken at.
    right_to_left
        Text begins at the right.

    Returns
    -------
    figure
        For :func:`svg` and :func:`png`; also to be shown as it is.
    """
    inner = chart.copy(deep=False)
    config = inner.config if isinstance(inner.config, alt.Config) else alt.Config()
    inner.config = inner.background = alt.Undefined
    if isinstance(inner, alt.Chart | alt.LayerChart) and _is_elastic(inner):
        inner = inner.properties(width=width)
    said = [
        _line(line, right_to_left) for one in lines[:1] for line in wrapped(one, width, _BESIDE)
    ]
    foot = [_line(line, right_to_left) for one in lines[1:] for line in wrapped(one, width, _FOOT)]
    parts = [inner, _foot(foot, width, right_to_left)] if foot else [inner]
    whole: alt.VConcatChart = (
        alt.vconcat(*parts, spacing=22)
        .properties(
            title=alt.TitleParams(
                text=[
                    _line(one, right_to_left) for one in wrapped(title, width, _TITLE, bold=True)
                ],
                subtitle=said,
                anchor="end" if right_to_left else "start",
                align="right" if right_to_left else "left",
                frame="bounds",
                color=COLOURS["ink"],
                fontSize=_TITLE,
                fontWeight="bold",
                lineHeight=_TITLE * 1.3,
                subtitleColor=COLOURS["quiet"],
                subtitleFontSize=_BESIDE,
                subtitleLineHeight=_BESIDE * 1.4,
                subtitlePadding=8,
                offset=20,
            ),
            background=COLOURS["paper"],
            padding=_MARGIN,
        )
        .configure(**{"view": {"stroke": None}, **config.to_dict(), "font": FONT})
    )
    return whole


def _is_elastic(chart: alt.Chart | alt.LayerChart) -> bool:
    return not isinstance(chart.width, int | float)


def _foot(lines: list[str], width: int, right_to_left: bool) -> alt.LayerChart:  # noqa: FBT001 - ours
    """Draw a thin line and the small print below it."""
    step = round(_FOOT * 1.5)
    high = step * len(lines) + 14
    data = pd.DataFrame({"line": lines, "at": [14 + step * at for at in range(len(lines))]})
    down = alt.Y("at:Q", axis=None, scale=alt.Scale(domain=[0, high], range=[0, high], nice=False))
    edge = alt.value(width if right_to_left else 0)
    text = (
        alt.Chart(data)
        .mark_text(
            align="right" if right_to_left else "left",
            baseline="top",
            fontSize=_FOOT,
            color=COLOURS["quiet"],
        )
        .encode(x=edge, y=down, text="line:N")
    )
    rule = (
        alt.Chart(pd.DataFrame({"at": [0]}))
        .mark_rule(color=COLOURS["line"])
        .encode(x=alt.value(0), x2=alt.value(width), y=down)
    )
    small: alt.LayerChart = alt.LayerChart(layer=[rule, text], width=width, height=high)
    return small


def _line(text: str, right_to_left: bool) -> str:  # noqa: FBT001 - ours
    """Give a line its own direction: what surrounds it in the figure has none."""
    return f"\u2067{text}\u2069" if right_to_left else text


@cache
def _widths(bold: bool) -> Mapping[int, float]:  # noqa: FBT001 - ours
    """Tell how wide each sign of our font is, in parts of its size."""
    # here: it takes its time, and only charts with text of their own need it
    from fontTools.ttLib import TTFont  # noqa: PLC0415 - see above

    weight = "Bold" if bold else "Regular"
    font = TTFont(assets.file("font", f"AtkinsonHyperlegible-{weight}.ttf"))
    advance, all_of = font["hmtx"], font["head"].unitsPerEm
    return {sign: advance[name][0] / all_of for sign, name in font.getBestCmap().items()}


def wide(text: str, size: float, *, bold: bool = False) -> float:
    """Tell about how many pixels a text takes."""
    known = _widths(bold)
    return sum(known.get(ord(sign), 0.62) for sign in text) * size


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Break a text into as few lines as fit into ``width`` pixels, all about as long.

    Parameters
    ----------
    text
        Anything; made plain before.
    width, size
        Of a line and of its type, in pixels. A word that is wider stays whole.
    bold
        Whether the type is.

    Examples
    --------
    >>> wrapped("Of 3,300 people like her, 2,900 live near one", 280, 15)
    ['Of 3,300 people like', 'her, 2,900 live near one']
    """
    words = plain_text(text, most=_LONGEST).split()
    lengths = [wide(word, size, bold=bold) for word in words]
    space = wide(" ", size, bold=bold)
    fewest, narrow = _broken(lengths, space, width), width
    while len(_broken(lengths, space, narrow - 4)) == len(fewest) and narrow > width / 2:
        narrow -= 4
    return [" ".join(words[start:end]) for start, end in _broken(lengths, space, narrow)]


def _broken(lengths: list[float], space: float, width: float) -> list[tuple[int, int]]:
    """Fill lines with words; give the first word of each, and the one after its last."""
    lines: list[tuple[int, int]] = []
    start, used = 0, 0.0
    for at, length in enumerate(lengths):
        if at > start and used + space + length > width:
            lines.append((start, at))
            start, used = at, length
        else:
            used += length + (space if at > start else 0)
    return [*lines, (start, len(lengths))] if lengths else []


# --- what the process that draws is given --------------------------------------------------------


def _spec(chart: Chart) -> dict[str, Any]:
    """Give a chart as Vega-Lite, without what XML cannot say, and refuse one that fetches."""
    spec: dict[str, Any] = _clean(chart.to_dict(validate=False))
    if spec.get("background", "transparent") == "transparent":
        spec["background"] = COLOURS["paper"]
    spec.pop("$schema", None)  # only a name, but nobody needs an address in a figure
    _refuse_fetching({key: part for key, part in spec.items() if key != "datasets"})
    return spec


def _clean(part: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(part, str):
        return _BROKEN.sub("", part)
    if isinstance(part, dict):
        return {key: _clean(one) for key, one in part.items()}
    return [_clean(one) for one in part] if isinstance(part, list) else part


def _refuse_fetching(part: Any) -> None:  # noqa: ANN401 - any JSON
    if isinstance(part, list):
        for one in part:
            _refuse_fetching(one)
    if not isinstance(part, dict):
        return
    mark = part.get("mark")
    if _FETCHING & part.keys() or "image" in (
        mark,
        mark.get("type") if isinstance(mark, dict) else "",
    ):
        raise ValueError("a figure brings its own data and pictures: no address in it")
    for key, one in part.items():
        if key != "values":  # rows of data: their columns may be called anything
            _refuse_fetching(one)
