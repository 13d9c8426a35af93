"""Rows that may be one thing twice: side by side, to be made one or called two."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from layers import changes, duplicates, merging, schema
from layers.errors import LayerError
from layers.history import Revision
from mapping import facts
from mapping.pages import _quality, _shared

PAIR, KEEP = "quality_pair", "quality_merge_keep"
_SHOWN = {
    "organizations": (
        *("name", "alternate_name", "kind", "sector", "migrant_led", "women_led", "communities"),
        *("location_id", "url", "public_contact", "description"),
    ),
    "services": (
        *("name", "organization_id", "category", "status", "walk_in", "appointment"),
        *("papers_asked", "women_only", "free", "referral_asked", "childcare_on_site"),
        *("min_age", "max_age", "capacity", "description"),
    ),
    "assets": ("name", "kind", "organization_id", "communities", "location_id", "description"),
    "locations": ("name", "address", "precision", "area_id", "step_free"),
}


def show(found: _quality.Found) -> None:
    """List the pairs, and for the chosen one what each of the two says."""
    say, pairs = _shared.say, found.twice
    if pairs.empty:
        st.text(say("quality.twice_none"))
        return
    st.text(say("quality.twice_about"))
    _shared.who()
    listed = _as_rows(found)
    st.dataframe(
        listed,
        column_order=_quality.order(listed),
        hide_index=True,
        height="content" if len(listed) <= 8 else 318,
        key="quality_twice_table",
    )
    _quality.take_away(listed, "twice")
    keys = [":".join((row["table"], row["left_id"], row["right_id"])) for row in _records(pairs)]
    if st.session_state.get(PAIR) not in keys:
        st.session_state.pop(PAIR, None)  # the pair was settled meanwhile
    chosen = st.selectbox(
        say("quality.pair"),
        keys,
        format_func=lambda one: " | ".join(listed.iloc[keys.index(one), :3]),
        key=PAIR,
    )
    _one(found, _records(pairs)[keys.index(chosen)])


def _records(pairs: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(name): one for name, one in row.items()} for row in pairs.to_dict("records")]


def why(row: dict[str, Any]) -> str:
    """Say what the two have in common."""
    say = _shared.say
    reasons = [say(f"quality.why_{one}") for one in row["why"]]
    if pd.notna(row["metres"]):
        reasons.append(say("quality.apart", metres=round(row["metres"])))
    return ", ".join(reasons)


def ties_of(found: _quality.Found, actor: str) -> set[str]:
    """Give the partners of an actor in ties that last."""
    ties = found.tables["ties"]
    ties = ties[ties["until"].isna()]
    return {
        *ties.loc[ties["from_id"].eq(actor), "to_id"],
        *ties.loc[ties["to_id"].eq(actor), "from_id"],
    }


def _as_rows(found: _quality.Found) -> pd.DataFrame:
    say = _shared.say
    return pd.DataFrame(
        [
            {
                say("quality.column_table"): say(f"quality.table_{row['table']}"),
                say("quality.column_one"): _quality.name_of(found, row["table"], row["left_id"]),
                say("quality.column_other"): _quality.name_of(found, row["table"], row["right_id"]),
                say("quality.column_score"): round(row["score"]),
                say("quality.column_why"): why(row),
            }
            for row in _records(found.twice)
        ]
    )


def _one(found: _quality.Found, pair: dict[str, Any]) -> None:
    say = _shared.say
    table, both = str(pair["table"]), (str(pair["left_id"]), str(pair["right_id"]))
    names = [_quality.name_of(found, table, one) for one in both]
    # a key of its own for each pair: choices made for one must not stand for the next
    mark = f"{table}_{both[0]}_{both[1]}"
    with st.container(border=True, key="quality_pair_one"):
        sides = _side_by_side(found, table, both, names)
        st.dataframe(
            sides,
            column_order=_quality.order(sides),
            hide_index=True,
            height="content",
            key=f"quality_side_{mark}",
        )
        if table in merging.TABLES:
            _merge_form(table, both, names, mark, found)
        with st.container(horizontal=True):
            if st.button(say("quality.not_same"), key=f"quality_not_same_{mark}"):
                _tell_apart(table, both)
            for one, name in zip(both, names, strict=True):
                _shared.edit_link(table, one, say("quality.mend", name=name))


def _side_by_side(
    found: _quality.Found, table: str, both: tuple[str, str], names: list[str]
) -> pd.DataFrame:
    say = _shared.say
    rows = found.tables[table].set_index("id")
    lines = [
        [
            _quality.column_name(column),
            *(_quality.cell(table, column, rows.loc[one, column], found) for one in both),
        ]
        for column in _SHOWN[table]
        if any(facts.given(rows.loc[one, column]) for one in both)
    ]
    if table == "organizations":
        counts = [str(len(ties_of(found, one))) for one in both]
        lines.append([say("quality.partners"), *counts])
    heads = [f"{names[0]} (1)", f"{names[1]} (2)"]
    return pd.DataFrame(lines, columns=[say("quality.column_what"), *heads])


def _merge_form(
    table: str, both: tuple[str, str], names: list[str], mark: str, found: _quality.Found
) -> None:
    """Ask which of the two stays and, where they differ, whose word holds."""
    say = _shared.say
    atlas = _shared.atlas()
    # boxes to choose from, because their options are not read as markdown
    first = st.selectbox(
        say("quality.keep_which"),
        (0, 1),
        format_func=[f"{one} ({n + 1})" for n, one in enumerate(names)].__getitem__,
        key=f"{KEEP}_{mark}",
    )
    keep, gone = both if not first else both[::-1]
    tables = {name: _shared.read(name) for name in schema.TABLES}
    theirs: set[str] = set()
    for one in merging.differences(tables, table, keep, gone):
        words = [_word(found, table, one.column, value) for value in (one.ours, one.theirs)]
        holds = st.selectbox(
            _quality.column_name(one.column),
            (0, 1),
            format_func=_labels(words).__getitem__,
            key=f"quality_word_{mark}_{keep}_{one.column}",
        )
        if holds:
            theirs.add(one.column)
    st.text(say("quality.merge_about"))
    if st.button(say("quality.merge"), type="primary", key=f"quality_merge_{mark}"):
        try:
            merging.carry_out(
                atlas, table, keep, gone, theirs=frozenset(theirs), who=_shared.signature()
            )
        except LayerError as error:
            _shared.fault(_shared.explain(error), key="cg_fault_merge")
        else:
            st.rerun()


def _word(found: _quality.Found, table: str, column: str, value: Any) -> str:  # noqa: ANN401 - a cell
    if column == "private_contact":
        return _shared.say("quality.private")
    if column == merging.HOURS:
        return str(value)
    return _quality.cell(table, column, value, found)


def _labels(words: list[str]) -> list[str]:
    """Make labels of two words; a number tells them apart where both are said alike."""
    same = words[0] == words[1]
    return [one + (f" ({n + 1})" if same else "") for n, one in enumerate(words)]


def _tell_apart(table: str, both: tuple[str, str]) -> None:
    operation = duplicates.tell_apart(table, *both)
    about = {"table": table, "row": both[0], "other": both[1]}
    try:
        changes.carry_out(
            _shared.atlas(),
            [operation],
            Revision(kind="edit", who=_shared.signature(), about=about),
        )
    except LayerError as error:
        _shared.fault(_shared.explain(error), key="cg_fault_merge")
    else:
        st.rerun()
