"""What an import would do, before it is done: drawn, counted, and the first rows of each fate."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from layers.importing.compare import MAIN
from layers.importing.plan import Plan
from mapping import bars, features, sheets, sketch, words
from mapping.pages import _shared

SHOWN_ROWS = 200
SHOWN_NOTES = 12


def show(plan: Plan) -> None:
    """Show counts, where the rows lie, notes, rejected rows and the first rows as they would be."""
    say, lang = _shared.say, _shared.lang()
    picture = _picture(plan)
    beside = st.container()
    if picture is not None:
        beside, right = st.columns([3, 2])
        right.image(picture, caption=say("data.where"))
    with beside:
        _counts(plan)
        if plan.remembered:
            _remembered(plan.remembered)
        for one in plan.notes[:SHOWN_NOTES]:
            st.text(sheets.note(one, lang))
    if "matched" in plan.joined:
        _join(plan)
    if plan.rejected:
        _rejected(plan)
    if plan.changes_shown:
        with st.expander(say("data.first_changes")):
            _changes(plan)
    first = plan.compared.inserts.get(MAIN.get(plan.kind, ""), [])[:SHOWN_ROWS]
    if first:
        with st.expander(say("data.first_rows")):
            shown = pd.DataFrame(first).drop(columns=["geometry", "extra"], errors="ignore")
            filled = shown.dropna(axis="columns", how="all")
            st.dataframe(filled.astype(str), hide_index=True, key="data_first")


def _counts(plan: Plan) -> None:
    say = _shared.say
    compared = plan.compared
    if plan.kind == "osm":
        found = compared.inserts
        counts = {
            name: f"{len(found.get(table, [])):,}"
            for name, table in (("streets", "streets"), ("ground", "ground"), ("places", "places"))
        }
        st.text(say("data.preview_osm", services=f"{plan.proposals:,}", **counts))
        return
    rejected = plan.rows - plan.accepted
    counts_of = (
        ("new", compared.new),
        ("changed", compared.changed),
        ("same", compared.same),
        ("rejected", rejected),
    )
    rtl = words.direction(_shared.lang()) == "rtl"
    st.image(bars.parts_bar([n for _, n in counts_of], _shared.tokens(), rtl=rtl))
    st.text(
        say(
            "data.preview",
            rows=plan.rows,
            new=compared.new,
            changed=compared.changed,
            same=compared.same,
            rejected=rejected,
        )
    )


def _remembered(import_id: str) -> None:
    made = _shared.read("imports")
    days = made.loc[made["id"] == import_id, "made_on"].dropna()
    if len(days):
        st.text(_shared.say("data.remembered", day=days.iloc[0].strftime("%Y-%m-%d")))


def _picture(plan: Plan) -> str | None:
    """Draw where new and moved things lie: a swapped column is seen before it is read."""
    new = [
        record["geometry"]
        for table, records in plan.compared.inserts.items()
        if table != "street_nodes"
        for record in records
        if record.get("geometry") is not None
    ]
    new += [one.changes["geometry"] for one in plan.compared.changes if "geometry" in one.changes]
    areas = _shared.read("areas")
    level = features.outline_level(areas) if len(areas) else None
    outlines = areas.loc[areas["level"] == level, "geometry"] if level else areas["geometry"]
    return sketch.where(list(outlines), new, _shared.tokens())


def _join(plan: Plan) -> None:
    """Say how rows and areas found each other; rows that found none stand among the rejected."""
    say, joined = _shared.say, plan.joined
    alone = joined["areas_without_row"]
    st.text(say("data.join", rows=plan.rows, matched=joined["matched"], empty=len(alone)))
    if alone:
        with st.expander(say("data.join_areas", count=f"{len(alone):,}")):
            listed = pd.DataFrame(joined["unmatched_areas"])
            names = {"id": say("field.id"), "name": say("field.name")}
            st.dataframe(listed, hide_index=True, column_config=names, key="data_join_areas")


def _rejected(plan: Plan) -> None:
    say, lang = _shared.say, _shared.lang()
    listed = sheets.rejected_rows(plan.rejected, lang)
    st.dataframe(
        listed[:SHOWN_ROWS],
        hide_index=True,
        key="data_rejected",
        column_config={
            name: say(f"data.rejected_{name}") for name in ("row", "column", "reason", "remedy")
        },
    )
    st.download_button(
        say("data.rejected_take"),
        data=sheets.rejected_csv(plan.rejected, lang).encode("utf-8-sig"),
        file_name=f"{plan.file}.rejected.csv",
        mime="text/csv",
        on_click="ignore",
        key="data_rejected_take",
    )


def _changes(plan: Plan) -> None:
    say = _shared.say
    names = {
        "row": say("data.change_row"),
        "id": say("data.change_of"),
        "column": say("data.change_what"),
        "before": say("data.change_before"),
        "after": say("data.change_after"),
    }
    shown = pd.DataFrame(plan.changes_shown)[list(names)].astype(str)
    st.dataframe(shown, hide_index=True, column_config=names, key="data_changes")
