"""The tables of the page Gaps: areas, small areas, services, and what stands out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import streamlit as st

from layers import clock, consent
from mapping import charts, differences, few, gap_table, words
from mapping.changed import Changed
from mapping.city import City
from mapping.needs import Need
from mapping.pages import (
    _gaps_answer,
    _gaps_compare,
    _gaps_figures,
    _gaps_persona,
    _numbers,
    _question,
    _shared,
    _why,
)
from mapping.pages._gaps_answer import Said

ANY: Final = _question.ANY
DISTRICTS: Final = 12  # drawn before the table takes over
SUGGESTED: Final = 5
VERDICTS: Final = ("certain", "possible", "area_only", "nowhere", "excluded")
Change = tuple[Changed, dict[str, Any]]


def largest_differences(city: City) -> None:
    """List what one language lacks at one time and others do not; a row asks that question."""
    say = _shared.say
    ranking = _shared.once("gaps ranking", clock.today(), lambda: differences.differences(city))
    st.subheader(say("gaps.differences"), anchor=False)
    if ranking.empty:
        comparable = _shared.once("gaps comparable", "", lambda: differences.comparable(city))
        st.text(say("gaps.differences_none" if comparable else "gaps.differences_unknown"))
        return
    needs = list(differences.by_need(ranking, most=SUGGESTED))
    labels = _question.group_labels()
    st.text(say("gaps.differences_about"))
    st.dataframe(
        pd.DataFrame(
            {
                say("gaps.help"): [say(f"category.{need.category}") for need, _ in needs],
                say("gaps.language"): [_question.tongue(need.language or ANY) for need, _ in needs],
                say("gaps.when"): [say(f"gaps.when_{need.when}") for need, _ in needs],
                say("gaps.whom"): [labels.get(need.group, need.group) for need, _ in needs],
                say("gaps.more_people"): [_numbers.number(count) for _, count in needs],
            }
        ),
        hide_index=True,
        key="gaps_differences",
        selection_mode="single-row",
        on_select=lambda: _choose([need for need, _ in needs]),
    )


def _choose(needs: Sequence[Need]) -> None:
    rows = st.session_state["gaps_differences"].selection.rows
    if rows:
        st.session_state[_gaps_persona.CHOSEN] = ""
        _question.ask(needs[rows[0]])


def districts(said: Said, change: Change | None) -> None:
    """Draw and list the districts; where two answers are compared, before, now and between."""
    say, found = _shared.say, said.report
    st.subheader(say("gaps.by_district"), anchor=False)
    rows = found["districts"]
    if rows is None:
        st.text(say("gaps.note_papers"))
    else:
        rtl = words.direction(_shared.lang()) == "rtl"
        chart = charts.range_bars(
            _gaps_figures.bars(rows[:DISTRICTS], right_to_left=rtl),
            labels=_gaps_figures.labels(),
            colours=_shared.tokens(),
            right_to_left=rtl,
        )
        st.altair_chart(chart, theme=None, key="gaps_bars")
        compared = None if change is None else change[1]["districts"]
        st.dataframe(
            _districts(rows)
            if compared is None
            else _gaps_compare.in_words(compared, _gaps_answer.place_names()),
            hide_index=True,
            height="content" if len(rows) <= DISTRICTS else "auto",
            key="gaps_table",
        )
    with st.container(horizontal=True, key="gaps_files"):
        st.download_button(
            say("gaps.csv"),
            lambda: gap_table.as_csv(found),
            file_name=_gaps_figures.file_name(said, "csv"),
            mime="text/csv",
            key="gaps_csv",
            on_click="ignore",
        )
        _gaps_figures.downloads(said)


def _districts(rows: list[dict[str, Any]]) -> pd.DataFrame:
    say = _shared.say
    return pd.DataFrame(
        {
            say("gaps.district"): [_gaps_figures.place(row) for row in rows],
            say("gaps.people"): [_numbers.between(**row["people"]) for row in rows],
            say("gaps.not_reached"): [_numbers.between(**row["not_reached"]) for row in rows],
            say("gaps.share"): [_shares(row["share_not_reached"]) for row in rows],
        }
    )


def cells(said: Said, change: Change | None) -> None:
    """List every area that people are counted in, those not counted too; folded away."""
    say, found = _shared.say, said.report
    rows = found["areas"]
    if rows is None:
        return
    ids = said.answer.ids
    heading = say("gaps.cells", count=_numbers.number(len(ids)))
    box = st.expander(heading, key="gaps_cells", on_change="rerun")
    if not box.open:
        return
    with box:
        st.text(say("gaps.cells_about"))
        compared = None if change is None else change[1]["areas"]
        if compared:
            names = {one: one for one in ids}
            st.dataframe(
                _gaps_compare.in_words(compared, names), hide_index=True, key="gaps_cell_changes"
            )
        st.dataframe(_cells(said), hide_index=True, key="gaps_cell_table")


def _cells(said: Said) -> pd.DataFrame:
    say, answer = _shared.say, said.answer
    names = _gaps_answer.place_names()
    listed = {row["area_id"]: row for row in said.report["areas"]}
    of = dict(zip(answer.ids, answer.city.district_of(answer.level), strict=True))
    got_low, got_high = np.floor(answer.got_low), np.ceil(answer.got_high)
    reached = {
        one: few.shown(low, high)
        for one, low, high in zip(answer.ids, got_low, got_high, strict=True)
        if one in listed
    }
    order = sorted(
        answer.ids,
        key=lambda one: (
            one not in listed,
            -listed[one]["not_reached"]["low"] if one in listed else 0,
        ),
    )
    rows = [listed.get(one) for one in order]

    def told(name: str) -> list[str]:
        return ["" if row is None else _numbers.between(**row[name]) for row in rows]

    return pd.DataFrame(
        {
            say("gaps.cell"): order,
            say("gaps.district"): [names.get(of[one], of[one]) for one in order],
            say("gaps.people"): told("people"),
            say("gaps.not_reached"): told("not_reached"),
            say("gaps.reached"): [
                _numbers.between(**reached[one]) if one in reached else "" for one in order
            ],
            say("gaps.share"): [
                "" if row is None else _shares(row["share_not_reached"]) for row in rows
            ],
            say("gaps.flag"): [_flag(row) for row in rows],
        }
    )


def _flag(row: dict[str, Any] | None) -> str:
    if row is None:
        return _shared.say("gaps.uncounted")
    return _shared.say("gaps.unserved") if row["unserved"] else ""


def _shares(share: dict[str, float] | None) -> str:
    return "" if share is None else _numbers.percents(share)


def services(said: Said) -> None:
    """List which services count, and of the others why not or what to ask them."""
    say = _shared.say
    rows = said.answer.services
    counts = said.report["services"]
    perhaps = counts["possible"] + counts["area_only"]
    title = say(
        "gaps.services",
        certain=counts["certain"],
        possible=perhaps,
        excluded=counts["excluded"] + counts["nowhere"],
    )
    with st.expander(title, key="gaps_services", expanded=bool(said.report["cannot_say"])):
        services = _shared.read("services").set_index("id")
        actors = consent.shown_actors(_shared.read("organizations"))
        names = actors.set_index("id")["name"].to_dict()
        owner = services["organization_id"].to_dict()
        order = rows["verdict"].map(VERDICTS.index).argsort(kind="stable").to_numpy(dtype=np.int64)
        rows = rows.iloc[order]
        st.dataframe(
            pd.DataFrame(
                {
                    say("gaps.service"): rows["id"].map(services["name"]).to_numpy(),
                    say("gaps.organization"): [names.get(owner[one], "") for one in rows["id"]],
                    say("gaps.counts"): [say(f"gaps.verdict_{one}") for one in rows["verdict"]],
                    say("gaps.because"): [
                        _because(row, said.answer.need, owner[row["id"]])
                        for row in rows.to_dict("records")
                    ],
                }
            ),
            hide_index=True,
            key="gaps_service_table",
        )


def _because(row: dict[Any, Any], need: Need, organization: object) -> str:
    say = _shared.say
    parts = [_why.why(row["reason"], need, organization)] if row["reason"] else []
    if row["verdict"] != "excluded":
        if row["by_appointment"]:
            parts.append(say("gaps.why_appointment"))
        if row["off_street"]:
            parts.append(say("gaps.why_off_street"))
        if row["unknown"]:
            asked = ", ".join(say(f"gaps.fact_{fact}") for fact in row["unknown"])
            parts.append(say("gaps.ask", facts=asked))
    return "; ".join(parts)


def how(said: Said) -> None:
    """Fold away how the numbers were computed."""
    say, found, need = _shared.say, said.report, said.answer.need
    walk = "gaps.how_walk" if found["method"] == "streets" else "gaps.how_straight"
    sentences = [say("gaps.how_range"), say(walk)]
    if need.when != ANY:
        sentences.append(say("gaps.how_hours", week=found["dates"]["week"]))
    if need.language:
        sentences.append(say("gaps.how_language"))
    _shared.how(*sentences, say("gaps.how_few"))
