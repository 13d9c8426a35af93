"""For whom it is worse: the same question for every group, folded away on the page Gaps."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from layers import clock
from mapping import equity
from mapping.pages import _gaps_answer, _numbers, _shared
from mapping.pages._gaps_answer import Said


def show(said: Said) -> None:
    """Show groups beside each other, computed only when somebody looks."""
    say = _shared.say
    box = st.expander(say("gaps.equity"), key="gaps_equity", on_change="rerun")
    if not box.open:
        return
    key = (clock.today(), said.answer.need)
    found = _shared.once("gaps equity", key, lambda: equity.equity(said.answer))
    with box:
        if found.why_not:
            st.text(say(f"gaps.equity_{found.why_not}"))
            return
        name = _gaps_answer.group_name
        worse = [name(row["group"]) for row in found.rows if row["verdict"] == equity.WORSE]
        groups = "; ".join(_numbers.apart(one) for one in worse)
        st.text(say("gaps.equity_worse", groups=groups) if worse else say("gaps.equity_none"))
        rows = [*found.rows, found.everyone] if found.everyone else found.rows
        st.dataframe(_table(rows), hide_index=True, height="content", key="gaps_equity_table")
        st.text(say("gaps.equity_about"))
        if found.left_out:
            groups = "; ".join(_numbers.apart(name(code)) for code in found.left_out)
            st.text(say("gaps.equity_left_out", groups=groups))


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    say = _shared.say
    shares = [row["share_not_reached"] for row in rows]
    return pd.DataFrame(
        {
            say("gaps.group"): [_gaps_answer.group_name(row["group"]) for row in rows],
            say("gaps.people"): [_numbers.between(**row["people"]) for row in rows],
            say("gaps.not_reached"): [_numbers.between(**row["not_reached"]) for row in rows],
            say("gaps.share"): ["" if one is None else _numbers.percents(one) for one in shares],
            say("gaps.gap_points"): [_points(row.get("gap")) for row in rows],
            say("gaps.ratio"): [_ratio(row.get("ratio")) for row in rows],
            say("gaps.so_it_is"): [
                say(f"gaps.is_{row['verdict']}") if "verdict" in row else "" for row in rows
            ],
        }
    )


def _points(gap: dict[str, float] | None) -> str:
    if gap is None:
        return ""
    ends = [100 * gap[end] for end in ("low", "high")]
    digits = 1 if any(0 < abs(end) < 1 for end in ends) else 0
    low, high = (_signed(end, digits) for end in ends)
    return low if low == high else _shared.say("gaps.range", low=low, high=high)


def _signed(points: float, digits: int) -> str:
    text = f"{points:+.{digits}f}".replace("-", "\u2212")
    text = text.replace(".", ",") if _shared.lang() == "fr" else text
    return text if text.strip("+\u22120.,") else "0"


def _ratio(ratio: dict[str, float] | None) -> str:
    if ratio is None:
        return ""
    ends = [f"{ratio[end]:.1f}" for end in ("low", "high")]
    if _shared.lang() == "fr":
        ends = [one.replace(".", ",") for one in ends]
    low, high = ends
    return low if low == high else _shared.say("gaps.range", low=low, high=high)
