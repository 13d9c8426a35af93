"""What hangs loose: lists of rows without what they need, each with the form to mend it."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from layers import loose_ends
from mapping.pages import _quality, _shared

LIST = "quality_loose"
_IN_A_SERVICE = ("schedules", "service_languages")  # their forms are inside of the service's
_FORMS = ("organizations", "services", "locations", "ties", "assets")


def count(found: _quality.Found) -> int:
    """Count all loose ends but those that are only old."""
    return sum(len(rows) for name, rows in found.loose.items() if name != "old")


def show(found: _quality.Found) -> None:
    """Show one list at a time, those with rows first."""
    say = _shared.say
    names = [name for name in loose_ends.LISTS if len(found.loose[name])]
    if not names:
        st.text(say("quality.loose_none"))
        return
    name = _quality.chosen_in_address(
        "loose",
        names,
        names[0],
        lambda those, asked: st.selectbox(
            say("quality.loose_which"),
            those,
            index=those.index(asked),
            format_func=lambda one: f"{say(f'quality.loose_{one}')} ({len(found.loose[one]):,})",
            key=LIST,
        ),
    )
    rows = found.loose[name]
    st.text(say(f"quality.loose_about_{name}"))
    listed = _as_rows(rows)
    chosen = st.dataframe(
        listed,
        column_order=_quality.order(listed),
        hide_index=True,
        height="content" if len(listed) <= 10 else 388,
        key=f"quality_loose_{name}",
        selection_mode="single-row",
        on_select="rerun",
    )
    at = [one for one in chosen["selection"]["rows"] if one < len(rows)]
    _mend(rows.iloc[at[0] if at else 0])
    _quality.take_away(listed, name)


def _as_rows(rows: pd.DataFrame) -> pd.DataFrame:
    say = _shared.say
    found = {
        say("quality.column_table"): [say(f"quality.table_{one}") for one in rows["table"]],
        say("quality.column_name"): [
            str(name) if pd.notna(name) else str(row)
            for name, row in zip(rows["name"], rows["row"], strict=True)
        ],
    }
    if rows["note"].notna().any():
        found[say("quality.column_note")] = [
            "" if pd.isna(one) else str(one) for one in rows["note"]
        ]
    found[say("quality.column_checked")] = [_quality.day(one) for one in rows["checked"]]
    return pd.DataFrame(found)


def _mend(row: Any) -> None:  # noqa: ANN401 - a row
    """Lead to the form of the chosen row; what has none comes in with a file."""
    say = _shared.say
    name = str(row["name"]) if pd.notna(row["name"]) else str(row["row"])
    table, row_id = str(row["table"]), str(row["row"])
    if table in _IN_A_SERVICE:
        table, row_id = "services", str(row["service_id"])
    if table in _FORMS:
        _shared.edit_link(table, row_id, say("quality.mend", name=name))
    else:
        _shared.link("data", say("quality.mend_by_file"))
