"""Pictures of the cascade: who is still covered after each step, and what each step costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import altair as alt
import pandas as pd

from mapping import figures, ink

ASKED: Final = "asked"
NOT_ASKED: Final = "not_asked"
CANNOT_SAY: Final = "cannot_say"
MOST_PERSONAS: Final = 6
_BETWEEN = 28  # pixels between two panels
_THIN = 0.3  # of a bar, where a step asks nothing


@dataclass(frozen=True)
class Look:
    """Sizes in pixels: type of a step's name and of its number, its bar, and the room below."""

    name: int
    said: int
    bar: int
    room: int

    def tall(self, names: int, said: int) -> int:
        """Tell how high a step is, of so many lines."""
        return round(1.35 * (self.name * names + self.said * said)) + 10 + self.bar + self.room


THICK: Final[Mapping[str, float]] = {"costs": 1.0, "brings": 0.5}  # of a bar: shape before colour
LARGE: Final = Look(name=16, said=15, bar=20, room=18)
SMALL: Final = Look(name=14, said=14, bar=14, room=14)

Line = tuple[float, str]


@dataclass(frozen=True)
class _Placed:
    """Steps with their places: lines of text (``passed``: of steps that ask nothing), and bars."""

    names: list[Line]
    said: list[Line]
    passed: list[Line]
    bars: pd.DataFrame
    bottom: float


# --- one persona ---------------------------------------------------------------------------------


def cascade_chart(
    rows: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    width: int | None = None,
    right_to_left: bool = False,
) -> alt.LayerChart:
    """Draw who is still covered after each step, from the first step down to the last.

    The certain part of a bar is full and what nobody knows is a dashed outline, so that they
    differ by shape before colour. The pale part at its end is what the step before still covered.

    Parameters
    ----------
    rows
        One row a step, in their order: ``step`` (its name), ``low``, ``high`` (people still
        covered, at least and at most; NaN where nobody can say), ``of_low``, ``of_high`` (people
        like her), ``said`` (the range in words), ``state`` (asked, not_asked, cannot_say);
        ``estimated`` (optional): whether the people are an estimate, drawn paler in an outline.
    labels
        Words for ``certain``, ``perhaps``, ``lost``, ``cannot_say``, ``not_asked``, ``estimate``
        where there is one.
    colours
        As of ``mapping.style.colours``.
    width
        In pixels; ``None``: as wide as the page allows.
    right_to_left
        Bars and text begin at the right.
    """
    most = max(float(rows["of_high"].max()), float(rows["high"].max()), 1.0)
    placed = _place(rows, LARGE, width or ink.NARROW, lines=_lines(rows, LARGE, width))
    keys = _keys(rows, placed.bars, labels)
    height = round(placed.bottom + 6 + ink.legend_height(len(keys)))
    paper = ink.Paper(colours, width, height, right_to_left)
    layers = [
        *_ladder(paper, placed, most, LARGE),
        *ink.legend(paper, keys, top=placed.bottom + 6),
    ]
    return ink.chart(paper, layers, about=_about(rows))


def _lines(rows: pd.DataFrame, look: Look, width: int | None) -> dict[str, tuple[int, int]]:
    """Count the lines that each step's name and number take."""
    room = width or ink.NARROW
    counts: dict[str, tuple[int, int]] = {}
    for step, said in zip(rows["step"], rows["said"], strict=True):
        names, words = counts.get(step, (1, 1))
        counts[step] = (
            max(names, len(figures.wrapped(step, room, look.name, bold=True))),
            max(words, len(figures.wrapped(said, room, look.said))),
        )
    return counts


def _place(
    rows: pd.DataFrame,
    look: Look,
    room: int,
    *,
    lines: Mapping[str, tuple[int, int]],
    top: float = 0,
) -> _Placed:
    """Find the place of every name, number and bar."""
    names: list[Line] = []
    said: list[Line] = []
    passed: list[Line] = []
    bars = []
    before = float(rows["of_high"].max())
    for row in rows.to_dict("records"):
        foot, quiet = top, row["state"] == NOT_ASKED
        for part in figures.wrapped(row["step"], room, look.name, bold=True):
            foot += 1.35 * look.name
            (passed if quiet else names).append((foot, part))
        foot = top + 1.35 * look.name * lines[row["step"]][0]
        for part in figures.wrapped(row["said"], room, look.said):
            foot += 1.35 * look.said
            (passed if quiet else said).append((foot, part))
        end = top + look.tall(*lines[row["step"]])
        middle = end - look.room - look.bar / 2
        half = look.bar / 2 * (_THIN if row["state"] == NOT_ASKED else 1)
        low = 0.0 if pd.isna(row["low"]) else float(row["low"])
        high = before if pd.isna(row["high"]) else float(row["high"])
        bars.append(
            {"name": row["step"], "said": row["said"], "state": row["state"]}
            | {"estimated": bool(row.get("estimated", False))}
            | {"low": low, "high": high, "before": before, "y": middle - half, "y2": middle + half}
        )
        before, top = high, end
    return _Placed(names, said, passed, pd.DataFrame(bars), top)


def _ladder(paper: ink.Paper, placed: _Placed, most: float, look: Look) -> list[alt.Chart]:
    """Draw placed steps."""
    bars, colours = placed.bars, paper.colours
    lost = bars.assign(x=bars["high"], x2=bars["before"])
    certain = bars.assign(x=0.0, x2=bars["low"])
    guess = bars["estimated"]
    framed = {"fill": colours["gap_3"], "stroke": colours["gap_4"], "strokeWidth": ink.STROKE}
    open_end = bars.assign(x=bars["low"], x2=bars["high"])
    unsaid = bars["state"].eq(CANNOT_SAY)
    dashed = {
        "fill": colours["paper"],
        "stroke": colours["gap_4"],
        "strokeWidth": ink.STROKE,
        "strokeDash": ink.DASH,
    }
    return [
        *ink.blocks(paper, lost, most, fill=colours["lost"]),
        *ink.blocks(paper, certain[~guess], most, fill=colours["gap_4"]),
        *ink.blocks(paper, certain[guess], most, **framed),
        *ink.blocks(paper, open_end[~unsaid], most, **dashed),
        *ink.hatching(paper, open_end[unsaid], most, thick=look.bar),
        *ink.text(paper, placed.names, size=look.name, bold=True, colour="ink"),
        *ink.text(paper, placed.said, size=look.said, bold=False, colour="ink"),
        *ink.text(paper, placed.passed, size=look.said, bold=False, colour="quiet"),
    ]


def _keys(
    rows: pd.DataFrame, bars: pd.DataFrame, labels: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Choose what the legend explains: only what is there to be seen."""
    asked = rows["state"].ne(CANNOT_SAY).to_numpy()
    there = {
        "certain": bool((bars["low"].gt(0) & ~bars["estimated"]).any()),
        "estimate": bool((bars["low"].gt(0) & bars["estimated"]).any()),
        "perhaps": bool((bars["high"].gt(bars["low"]) & asked).any()),
        "lost": bool(bars["before"].gt(bars["high"]).any()),
        "not_asked": bool(rows["state"].eq(NOT_ASKED).any()),
        "cannot_say": not asked.all(),
    }
    return [(kind, labels[kind]) for kind, is_there in there.items() if is_there]


def _about(rows: pd.DataFrame) -> str:
    return "; ".join(f"{one}: {said}" for one, said in zip(rows["step"], rows["said"], strict=True))


# --- side by side --------------------------------------------------------------------------------


def panels(
    rows: pd.DataFrame,
    *,
    colours: Mapping[str, str],
    width: int | None = None,
    right_to_left: bool = False,
) -> dict[str, alt.LayerChart]:
    """Draw one small picture a persona, all in shares of the people like her, from 0 to 1.

    On a page each takes a column, with one :func:`key` below them all.

    Parameters
    ----------
    rows
        As for :func:`cascade_chart`, with ``persona``: one row a persona and step.
    colours, right_to_left
        As for :func:`cascade_chart`.
    width
        Of one picture, in pixels; ``None``: as wide as its column of the page allows.

    Returns
    -------
    pictures
        By persona, in the order of ``rows``; steps stand at the same height in all of them.

    Raises
    ------
    ValueError
        If there are more than six personas.
    """
    names = list(pd.unique(rows["persona"]))
    if len(names) > MOST_PERSONAS:
        raise ValueError(f"at most {MOST_PERSONAS} personas side by side, got {len(names)}")
    lines = _lines(rows, SMALL, width)
    room = width or ink.NARROW
    heads = {one: figures.wrapped(str(one), room, LARGE.name, bold=True) for one in names}
    top = 1.35 * LARGE.name * max(len(one) for one in heads.values()) + 14
    drawn = {}
    for one in names:
        mine = _shares(rows[rows["persona"].eq(one)])
        placed = _place(mine, SMALL, room, lines=lines, top=top)
        paper = ink.Paper(colours, width, round(placed.bottom), right_to_left)
        head = [(1.35 * LARGE.name * (at + 1), line) for at, line in enumerate(heads[one])]
        layers = [
            *ink.text(paper, head, size=LARGE.name, bold=True, colour="ink"),
            *_ladder(paper, placed, 1.0, SMALL),
        ]
        drawn[one] = ink.chart(paper, layers, about=f"{one}: {_about(mine)}")
    return drawn


def key(
    rows: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    width: int | None = None,
    right_to_left: bool = False,
) -> alt.LayerChart:
    """Draw the legend of :func:`panels`: parameters as there, ``labels`` as for one cascade."""
    of = [_shares(mine) for _, mine in rows.groupby("persona", sort=False)]
    lines = _lines(rows, SMALL, width)
    bars = [_place(mine, SMALL, width or ink.NARROW, lines=lines).bars for mine in of]
    entries = _keys(pd.concat(of), pd.concat(bars), labels)
    paper = ink.Paper(colours, width, ink.legend_height(len(entries)), right_to_left)
    about = "; ".join(word for _, word in entries)
    return ink.chart(paper, ink.legend(paper, entries, top=0), about=about)


def side_by_side(
    rows: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    columns: int | None = None,
    width: int = 1080,
    right_to_left: bool = False,
) -> alt.VConcatChart:
    """Draw up to six personas beside one another, in one picture; on a page take :func:`panels`.

    Parameters
    ----------
    rows, labels, colours, right_to_left
        As for :func:`panels` and :func:`key`.
    columns
        Personas in a line; ``None``: as it looks best.
    width
        Of the whole picture, in pixels.
    """
    many = rows["persona"].nunique()
    count = min(columns or (2 if many == 4 else 3), many)
    each = (width - _BETWEEN * (count - 1)) // count
    drawn = panels(rows, colours=colours, width=each, right_to_left=right_to_left)
    pictures = list(drawn.values())
    blank = ink.chart(ink.Paper(colours, each, int(pictures[0].height)), [_NOTHING], about="")
    # Filled up: a short line would begin at the wrong side from right to left.
    pictures += [blank] * (-many % count)
    lines = [pictures[at : at + count] for at in range(0, len(pictures), count)]
    parts = [
        alt.hconcat(*map(_bare, line[::-1] if right_to_left else line), spacing=_BETWEEN)
        for line in lines
    ]
    legend = key(rows, labels=labels, colours=colours, width=width, right_to_left=right_to_left)
    whole: alt.VConcatChart = alt.VConcatChart(
        vconcat=[*parts, _bare(legend)],
        spacing=20,
        background="transparent",
        config=alt.Config(font=figures.FONT, view=alt.ViewConfig(stroke=None)),
    )
    return whole


_NOTHING: Final = alt.Chart(alt.InlineData(values=[{}])).mark_point(opacity=0)


def _bare(one: alt.LayerChart) -> alt.LayerChart:
    """Take off what only the outermost chart may have."""
    one = one.copy(deep=False)
    one.config = one.background = alt.Undefined
    return one


def _shares(rows: pd.DataFrame) -> pd.DataFrame:
    """Draw shares where rows say people; the outermost that the ranges allow."""
    low = rows["low"] / rows["of_high"].where(rows["of_high"] > 0)
    high = rows["high"] / rows["of_low"].where(rows["of_low"] > 0)
    return rows.assign(low=low, high=high.clip(upper=1.0), of_low=1.0, of_high=1.0)


# --- what a step costs ---------------------------------------------------------------------------


def lost_bars(
    rows: pd.DataFrame,
    *,
    labels: Mapping[str, str],
    colours: Mapping[str, str],
    width: int | None = None,
    right_to_left: bool = False,
) -> alt.LayerChart:
    """Draw for each step whom it alone costs, and whom solving it alone would bring.

    Parameters
    ----------
    rows
        One row a step: ``step``; ``costs_low``, ``costs_high``, ``costs_said``: people lost if this
        were the only step; ``brings_low``, ``brings_high``, ``brings_said``: people more if it
        alone were solved; ``state`` as for :func:`cascade_chart`.
    labels
        Words for ``costs``, ``brings``, ``perhaps``, ``cannot_say``.
    colours, width, right_to_left
        As for :func:`cascade_chart`.
    """
    names, said, bars, top = _costs(rows, width or ink.NARROW)
    table = pd.DataFrame(bars)
    most = max(float(table["high"].astype(float).max()), 1.0)
    table["high"] = table["high"].astype(float).fillna(most)
    unsaid = table["state"].eq(CANNOT_SAY)
    keys = [(mark, labels[kind]) for mark, kind in (("certain", "costs"), ("brought", "brings"))]
    keys += (
        [("perhaps", labels["perhaps"])] if table["high"].gt(table["low"])[~unsaid].any() else []
    )
    keys += [("cannot_say", labels["cannot_say"])] if unsaid.any() else []
    paper = ink.Paper(colours, width, round(top + ink.legend_height(len(keys))), right_to_left)
    layers: list[alt.Chart] = []
    for kind, name in (("costs", "gap_4"), ("brings", "accent")):
        mine = table[table["kind"].eq(kind)]
        sure, more = mine.assign(x=0.0, x2=mine["low"]), mine.assign(x=mine["low"], x2=mine["high"])
        layers += ink.blocks(paper, sure, most, fill=colours[name])
        dashed = {"stroke": colours[name], "strokeWidth": ink.STROKE, "strokeDash": ink.DASH}
        open_end = more[mine["state"].ne(CANNOT_SAY)]
        layers += ink.blocks(paper, open_end, most, fill=colours["paper"], **dashed)
        unknown = more[mine["state"].eq(CANNOT_SAY)]
        layers += ink.hatching(paper, unknown, most, thick=SMALL.bar * THICK[kind])
    layers += ink.text(paper, names, size=LARGE.name, bold=True, colour="ink")
    layers += ink.text(paper, said, size=SMALL.said, bold=False, colour="ink")
    layers += ink.legend(paper, keys, top=top)
    about = "; ".join(f"{row['name']}: {row['said']}" for row in bars)
    return ink.chart(paper, layers, about=about)


def _costs(
    rows: pd.DataFrame, room: int
) -> tuple[list[Line], list[Line], list[dict[str, Any]], float]:
    """Find the place of names, numbers and bars; what a step brings is thinner than its cost."""
    names: list[Line] = []
    said: list[Line] = []
    bars: list[dict[str, Any]] = []
    top = 0.0
    for row in rows.to_dict("records"):
        for part in figures.wrapped(row["step"], room, LARGE.name, bold=True):
            top += 1.35 * LARGE.name
            names.append((top, part))
        for kind, thick in THICK.items():
            if not row[f"{kind}_said"]:
                continue
            for part in figures.wrapped(row[f"{kind}_said"], room, SMALL.said):
                top += 1.35 * SMALL.said
                said.append((top, part))
            low, high = (_number(row[f"{kind}_{end}"]) for end in ("low", "high"))
            high_px = SMALL.bar * thick
            place = {"y": top + 7, "y2": top + 7 + high_px}
            about = {"name": row["step"], "said": row[f"{kind}_said"], "state": row["state"]}
            bars.append({**about, "kind": kind, "low": low or 0.0, "high": high, **place})
            top += 7 + high_px + 2 if high is None or high > 0 else 0
        top += SMALL.room + 4
    return names, said, bars, top


def _number(value: Any) -> float | None:  # noqa: ANN401 - a cell
    return None if pd.isna(value) else float(value)
