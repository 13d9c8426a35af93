"""How much is known: for each attribute that answers rest on, its share, its age and its source."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from layers import quality, vocab
from mapping import bars, words
from mapping.pages import _quality, _shared

TABLE = "quality_table"


def show(found: _quality.Found) -> None:
    """Show one bar an attribute, for one table at a time."""
    say, known = _shared.say, found.known
    filled = [
        name for name in quality.ATTRIBUTES if known.loc[known["table"] == name, "rows"].any()
    ]
    if not filled:
        _shared.missing(say("quality.nothing_yet"))
        return
    table = st.segmented_control(
        say("quality.table"),
        filled,
        default=filled[0],
        required=True,
        format_func=lambda name: say(f"data.table_{name}"),
        key=TABLE,
        bind="query-params",
        label_visibility="collapsed",
    )
    mine = known[known["table"].eq(table or filled[0])]
    rows = _rows(mine)
    st.dataframe(
        rows,
        column_order=_quality.order(rows),
        hide_index=True,
        height="content",
        row_height=bars.HIGH + 4,
        key="quality_known",
        column_config={
            "what": st.column_config.TextColumn(say("quality.column_what"), width="medium"),
            "bar": st.column_config.ImageColumn(say("quality.column_bar"), width=bars.WIDE + 18),
            "known": st.column_config.TextColumn(say("quality.column_known"), width=110),
            "age": st.column_config.TextColumn(say("quality.column_age"), width="small"),
            "old": st.column_config.TextColumn(say("quality.column_old"), width="small"),
            "who": st.column_config.TextColumn(say("quality.column_who"), width="large"),
        },
    )
    st.text(say("quality.legend"))
    titles = {name: say(f"quality.column_{name}") for name in rows.columns}
    _quality.take_away(rows.drop(columns="bar").rename(columns=titles), "known")


def _rows(mine: pd.DataFrame) -> pd.DataFrame:
    say, tokens = _shared.say, _shared.tokens()
    rtl = words.direction(_shared.lang()) == "rtl"
    return pd.DataFrame(
        [
            {
                "what": say(f"attribute.{row['table']}.{row['attribute']}"),
                "bar": bars.known_bar(
                    row["known"], row["suppressed"], row["rows"], tokens, rtl=rtl
                ),
                "known": say(
                    "quality.known_of", known=f"{row['known']:,}", rows=f"{row['rows']:,}"
                ),
                "age": _age(row["median"]),
                "old": _old(row),
                "who": _who(row),
            }
            for row in mine.to_dict("records")
        ]
    )


def _age(day: Any) -> str:  # noqa: ANN401 - a day, or pandas' word for none
    return _shared.say("quality.no_date") if pd.isna(day) else str(day.strftime("%Y-%m"))


def _old(row: Mapping[Any, Any]) -> str:
    """Give the share of the dated ones that nobody checked for a year."""
    dated = row["known"] - row["undated"]
    return f"{row['old'] / dated:.0%}" if dated else _shared.say("quality.no_date")


def _who(row: Mapping[Any, Any]) -> str:
    """Say who said it: a list of sources with counts, the unnamed last."""
    say = _shared.say
    named = [f"{say(f'says_who.{who}')} {row[who]:,}" for who in vocab.SAYS_WHO if row[who]]
    if row["nobody"]:
        named.append(say("quality.nobody_named", count=f"{row['nobody']:,}"))
    return ", ".join(named)
