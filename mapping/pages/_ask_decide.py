"""Deciding: what is held beside what is proposed, one by one or many of a kind at once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st

from layers import proposing
from layers.holding import known
from mapping import maps, proposed, served, words
from mapping.pages import _edit_fields, _map, _shared

SOURCE, WHAT, CATEGORY, FROM, ONE, ROWS = (
    f"ask_{one}" for one in ("source", "what", "category", "from", "one", "rows")
)
SAID = "ask_decided"
MOST_SHOWN = 500  # rows of the list; all of a kind can be decided all the same
_NO_CELLS = ("gone", "right", "tie_right", "tie_wrong")  # what is said is in its name
_MOST_CELLS = 8  # of a new row that the list tells
# of a new row: what stands in other columns of the list, or only joins its tables
_SAID_ALREADY = frozenset(
    {
        *("name", "precision", "geometry", "status", "source_text", "table_name", "row_id"),
        *("service_id", "location_id", "organization_id", "service_at_location_id"),
    }
)
_WITH_FORM = ("organizations", "services", "locations", "ties", "assets")


def show(waiting: pd.DataFrame) -> None:
    """Show what waits, and take decisions.

    Parameters
    ----------
    waiting
        As :func:`mapping.proposed.described` gives it.
    """
    say = _shared.say
    _what_was_done()
    _progress(waiting)
    if waiting.empty:
        st.text(say("ask.none_waiting"))
        return
    _shared.who()
    rows = _filtered(waiting)
    if rows.empty:
        st.text(say("ask.none_like_this"))
        return
    cells = _cells(rows.head(MOST_SHOWN))
    _many(rows, _list(rows.head(MOST_SHOWN), cells))
    if rows["source"].eq("open_street_map").any():
        _on_map(rows)
    _one(rows)


def _progress(waiting: pd.DataFrame) -> None:
    """Say how far the deciding is."""
    all_of_them = _shared.read("proposals")
    counted = all_of_them[all_of_them["state"].isin(["open", "accepted", "refused"])]
    if counted.empty:
        return
    done = len(counted) - len(waiting)
    text = _shared.say("ask.progress", done=f"{done:,}", count=f"{len(counted):,}")
    st.progress(done / len(counted), text=text)


def _filtered(waiting: pd.DataFrame) -> pd.DataFrame:
    """Let somebody choose a kind: by source, by what is proposed, by category, by who says so."""
    say = _shared.say
    rows = waiting
    source, what, category, asker = st.columns(4)
    with source:
        chosen = _choose(SOURCE, rows["source"], lambda one: say(f"proposal_source.{one}"))
        rows = rows if chosen is None else rows[rows["source"].eq(chosen)]
    with what:
        chosen = _choose(WHAT, rows["what"], _what)
        rows = rows if chosen is None else rows[rows["what"].eq(chosen)]
    with category:
        chosen = _choose(CATEGORY, rows["category"], lambda one: say(f"category.{one}"))
        rows = rows if chosen is None else rows[rows["category"].eq(chosen)]
    with asker:
        chosen = _choose(FROM, rows["asker"], str)
    return rows if chosen is None else rows[rows["asker"].eq(chosen)]


def _choose(key: str, values: pd.Series[Any], tell: Any) -> str | None:  # noqa: ANN401 - a function
    """Ask for one of the values there are, each with its number; none means all."""
    counts = values[values.notna() & values.ne("")].value_counts()
    if st.session_state.get(key) not in counts.index:
        st.session_state.pop(key, None)  # the last of this kind was decided
    chosen: str | None = st.selectbox(
        _shared.say(f"ask.filter_{key.removeprefix('ask_')}"),
        counts.index.tolist(),
        index=None,
        format_func=lambda one: f"{tell(one)} ({counts[one]:,})",
        placeholder=_shared.say("ask.filter_all"),
        key=key,
    )
    return chosen


def _what(code: str) -> str:
    """Say what a proposal is about: a sort of answer, or a column."""
    return _shared.say(f"ours.sort_{code}" if code in _SORTS else f"field.{_field(code)}")


_SORTS = frozenset(
    {"right", "tie_right", "tie_wrong", "hide", "show", "new_service", "new_tie", "gone"}
)


def _field(column: str) -> str:
    return "street" if column == "address" else column


def _cells(rows: pd.DataFrame) -> pd.DataFrame:
    """Put what is held beside what is proposed, in words."""
    atlas, ids = _shared.atlas(), tuple(rows["id"])

    def make() -> pd.DataFrame:
        cells = proposing.side_by_side(atlas, rows)
        for side in ("held", "proposed"):
            cells[side] = [
                _said(one["table"], one["column"], one[side]) for one in cells.to_dict("records")
            ]
        cells["field"] = [_name_of(column) for column in cells["column"]]
        return cells

    return _shared.once("ask cells", (_shared.lang(), ids), make)


def _said(table: str, column: str, value: Any) -> str:  # noqa: ANN401 - any cell
    return _edit_fields.shown(table, column, known(value)) if column else ""


def _name_of(column: str) -> str:
    say = _shared.say
    key = f"field.{_field(column)}"
    if key in words.sentences(_shared.lang()):
        return say(key)
    return say("ask.field_place") if column == "geometry" else column


def _list(rows: pd.DataFrame, cells: pd.DataFrame) -> list[str]:
    """List the proposals; those that are ticked are given back."""
    say = _shared.say
    of = dict(tuple(cells.groupby("proposal", sort=False)))
    summed = [_summary(of.get(one["id"]), one) for one in rows.to_dict("records")]
    table = pd.DataFrame(
        {
            say("ask.column_from"): [_from(one) for one in rows.to_dict("records")],
            say("ask.column_about"): rows["name"].fillna(""),
            say("ask.column_what"): [_what(one) for one in rows["what"]],
            say("ask.column_held"): [held for held, _ in summed],
            say("ask.column_proposed"): [new for _, new in summed],
            say("ask.column_hours"): [
                say(f"ask.hours_{one}") if one else "" for one in rows["hours"]
            ],
        }
    )
    columns = list(table.columns)
    rtl = words.direction(_shared.lang()) == "rtl"
    picked = st.dataframe(
        table,
        column_order=columns[::-1] if rtl else columns,
        hide_index=True,
        height="content" if len(table) <= 10 else 388,
        selection_mode="multi-row",
        on_select="rerun",
        key=ROWS,
    )
    ticked = [at for at in picked["selection"]["rows"] if at < len(rows)]
    return [str(rows["id"].iloc[at]) for at in ticked]


def _from(row: dict[Any, Any]) -> str:
    if row["urgent"]:
        return _shared.say("ask.urgent_from", name=row["asker"])
    return str(row["asker"] or _shared.say(f"proposal_source.{row['source']}"))


def _summary(cells: pd.DataFrame | None, row: dict[Any, Any]) -> tuple[str, str]:
    if cells is None or row["what"] in _NO_CELLS:
        return "", ""
    lines = [one for one in cells.to_dict("records") if one["column"]]
    if row["urgent"]:
        lines = [one for one in lines if one["column"] == "precision"]
    elif any(one["action"] == "insert" for one in lines):
        lines = [one for one in lines if one["column"] not in _SAID_ALREADY][:_MOST_CELLS]
    if len(lines) == 1:
        return lines[0]["held"], lines[0]["proposed"]
    new = " · ".join(f"{one['field']}: {one['proposed']}" for one in lines)
    inserts = any(one["action"] == "insert" for one in lines)
    held = "" if inserts else " · ".join(f"{one['field']}: {one['held']}" for one in lines)
    return held, new


def _many(rows: pd.DataFrame, ticked: list[str]) -> None:
    """Decide on those that are ticked, or on all of this kind."""
    say = _shared.say
    if len(rows) > MOST_SHOWN:
        st.text(say("ask.shown_of", shown=MOST_SHOWN, count=f"{len(rows):,}"))
    chosen = ticked or rows["id"].tolist()
    what = "ticked" if ticked else "all"
    with st.container(horizontal=True):
        for accept, name in ((True, "accept"), (False, "refuse")):
            with st.popover(say(f"ask.{name}_{what}", count=f"{len(chosen):,}")):
                st.text(say(f"ask.{name}_sure", count=f"{len(chosen):,}"))
                st.button(
                    say(f"ask.{name}_go"),
                    key=f"ask_{name}_many",
                    type="primary",
                    on_click=_decide,
                    args=(chosen,),
                    kwargs={"accept": accept},
                )


def _on_map(rows: pd.DataFrame) -> None:
    """Show where new services of OpenStreetMap would stand; a click chooses one."""
    say = _shared.say
    fresh = rows[rows["what"].eq(proposed.NEW_SERVICE) & rows["source"].eq("open_street_map")]
    if fresh.empty:
        return
    hours = fresh["hours"].value_counts()
    st.text(
        say(
            "ask.on_map",
            count=f"{len(fresh):,}",
            understood=f"{int(hours.get(proposed.UNDERSTOOD, 0)):,}",
            unclear=f"{int(hours.get(proposed.NOT_UNDERSTOOD, 0)):,}",
        )
    )
    layer, names, of = _shared.once(
        "ask candidates", tuple(fresh["id"]), lambda: proposed.candidates(fresh)
    )
    pins = maps.Layer(kind="services", url=served.publish_json(layer))
    shown = _map.spec((*_map.areas(), pins))
    if shown is None:
        return
    spec = replace(shown, names=served.publish_json(names))

    def picked(handle: str) -> None:
        if handle in of:
            st.session_state[ONE] = of[handle]

    with st.expander(say("ask.map"), expanded=False, key="ask_map_open"):
        _map.show(spec, key="ask_map", on_pick=picked)


def _one(rows: pd.DataFrame) -> None:
    """Look at one proposal: every cell beside what we hold, and decide."""
    say = _shared.say
    ids = rows["id"].tolist()
    by_id = {one["id"]: one for one in rows.to_dict("records")}
    if st.session_state.get(ONE) not in by_id:
        st.session_state.pop(ONE, None)  # decided meanwhile, or of another kind
    labels = proposed.told_apart(
        {
            one: " · ".join(filter(None, (_from(row), row["name"], _what(row["what"]))))
            for one, row in by_id.items()
        }
    )
    st.subheader(say("ask.one"), anchor=False)
    chosen = st.selectbox(
        say("ask.one_which", count=f"{len(ids):,}"),
        ids,
        format_func=labels.__getitem__,
        key=ONE,
    )
    row = by_id[chosen]
    with st.container(border=True, key="ask_one_box"):
        if row["urgent"]:
            st.text(say("ask.urgent_about"))
        if known(row["note"]):
            st.text(say("ask.note", note=row["note"]))
        _beside(_cells(rows[rows["id"].eq(chosen)]))
        with st.container(horizontal=True):
            for accept, name in ((True, "accept"), (False, "refuse")):
                st.button(
                    say(f"ask.{name}_one"),
                    key=f"ask_{name}_one",
                    type="primary" if accept else "secondary",
                    on_click=_decide,
                    args=([chosen],),
                    kwargs={"accept": accept},
                )
        if row["source"] == "organization" and row["table_name"] in _WITH_FORM:
            _shared.edit_link(row["table_name"], str(row["row_id"]), say("ask.look_at"))


def _beside(cells: pd.DataFrame) -> None:
    say = _shared.say
    table = pd.DataFrame(
        {
            say("ask.column_row"): [say(f"action.{one}") for one in cells["action"]],
            say("ask.column_field"): cells["field"],
            say("ask.column_held"): cells["held"],
            say("ask.column_proposed"): cells["proposed"],
        }
    )
    columns = list(table.columns)
    rtl = words.direction(_shared.lang()) == "rtl"
    st.dataframe(
        table,
        column_order=columns[::-1] if rtl else columns,
        hide_index=True,
        height="content" if len(table) <= 14 else 526,
        key="ask_beside",
    )


def _decide(ids: list[str], *, accept: bool) -> None:
    done = proposing.decide(_shared.atlas(), ids, accept=accept, who=_shared.signature())
    st.session_state[SAID] = (accept, done)


def _what_was_done() -> None:
    """Say once what the last decision did, and what it left open and why."""
    say = _shared.say
    said = st.session_state.pop(SAID, None)
    if said is None:
        return
    accept, done = said
    with st.container(key="ask_done", border=True):
        st.text(say("ask.accepted" if accept else "ask.refused", count=f"{len(done.done):,}"))
        if done.revision_id is not None:
            _shared.link("edit", say("ask.undo"))
        if done.left:
            names = _shared.read("proposals").set_index("id")["name"].dropna()
            st.text(say("ask.left", count=f"{len(done.left):,}"))
            for one, code in done.left[:10]:
                st.text(say("ask.left_one", name=names.get(one, one), why=_why(code)))


def _why(code: str) -> str:
    known_codes = {
        *("row_changed_meanwhile", "row_id_taken", "still_needed"),
        *("text_tells_hidden", "name_of_hidden"),
    }
    return _shared.say(f"ask.why_{code}" if code in known_codes else "ask.why_other")
