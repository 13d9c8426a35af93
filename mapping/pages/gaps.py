"""The page Gaps: who cannot reach the help they need, as a range, and where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from layers import clock, consent
from layers.errors import LayerError
from mapping import charts, differences, features, few, gap_table, gaps, words
from mapping.city import City
from mapping.needs import EVERYONE, Need
from mapping.pages import _map, _question, _shared

ANY = _question.ANY
DISTRICTS = 12  # drawn before the table takes over
SUGGESTED = 5
VERDICTS = ("certain", "possible", "area_only", "nowhere", "excluded")


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, and its numbers as they may be shown."""

    answer: gaps.Gaps
    report: dict[str, Any]


def page() -> None:
    """Show who is not reached."""
    say = _shared.say
    missing = _missing()
    if missing:
        _shared.head(title=say("gaps.title_empty"), answer=missing)
        _shared.missing(missing)
        return
    try:
        city = _city()
        first = _shared.once("gaps first", clock.today(), lambda: differences.suggest(city))
        top = st.container()
        picture, controls = st.columns([7, 3], gap="medium")
        with controls:
            need = _question.controls(city, first)
        said = _shared.once("gaps", (clock.today(), need), lambda: _ask(city, need))
    except LayerError as error:
        _shared.fault(_shared.explain(error))
        return
    with top:
        _shared.head(title=_question.title(need), answer=_answer(said), note=_note(city, said))
    with picture:
        _picture(said)
    _differences(city)
    _districts(said)
    _services(said)
    _how(said)


def _ask(city: City, need: Need) -> Said:
    answer = gaps.gaps(city, need)
    return Said(answer, gaps.as_json(answer))


def _city() -> City:
    here = _shared.atlas()
    return _shared.once("gaps city", clock.today(), lambda: City(here.read, here.meta()))


def _missing() -> str:
    if _shared.read("population").empty or _shared.read("areas").empty:
        return _shared.say("gaps.missing_people")
    if _shared.read("services").empty:
        return _shared.say("gaps.missing_services")
    return ""


# --- the question and its answer -----------------------------------------------------------------


def _answer(said: Said) -> str:
    say, found = _shared.say, said.report
    people, count, dates = found["people"], found["not_reached"], found["dates"]
    group = said.answer.need.group
    values = {
        "count": _range(count["low"], count["high"]),
        "people": _range(people["low"], people["high"]),
        "group": _apart(_question.group_labels().get(group, group)),
        "day": _apart(dates["population"] or say("gaps.day_unknown")),
    }
    if found["cannot_say"]:
        facts = "; ".join(
            say(
                "gaps.cannot_fact",
                fact=say(f"gaps.fact_{one['fact']}"),
                unknown=one["unknown"],
                of=one["of"],
            )
            for one in found["cannot_say"]
        )
        return say("gaps.answer_cannot", facts=facts, **values)
    values["checked"] = _apart(dates["services_newest"] or say("gaps.day_unknown"))
    share = found["share_not_reached"] or {"low": 0.0, "high": 1.0}
    values["share_low"], values["share_high"] = _percents(share)
    if share["low"] == 1:
        return _nobody_reached(said, values)
    if count["high"] == 0:
        return say("gaps.answer_nobody", **values)
    exact = values["share_low"] == values["share_high"]
    return say("gaps.answer_exact" if exact else "gaps.answer_range", **values)


def _nobody_reached(said: Said, values: dict[str, Any]) -> str:
    """Say that all are missed, and whether for want of a service that fits or of a near one."""
    say, services = _shared.say, said.report["services"]
    answer = say("gaps.answer_all", **values)
    if not services["of"]:
        return answer
    why = say("gaps.all_far" if services["certain"] else "gaps.all_unfit", **values, **services)
    return f"{answer} {why}"


def _note(city: City, said: Said) -> str:
    """Say what limits the answer, the most important first."""
    say, found, need = _shared.say, said.report, said.answer.need
    services = found["services"]
    lines = []
    if found["cannot_say"]:
        lines.append(say("gaps.ask_first"))
    if services["of"] == 0:
        lines.append(say("gaps.none_of_kind"))
    if need.no_papers:
        lines.append(say("gaps.note_papers"))
    lines.append(_proxy(need))
    if found["method"] == "straight_line":
        lines.append(say("gaps.note_straight"))
        if city.homes(said.answer.level).large.any():
            lines.append(say("gaps.note_surface"))
    counted = {
        "gaps.note_area_only": services["area_only"],
        "gaps.note_nowhere": services["nowhere"],
        "gaps.note_appointment": services["by_appointment"],
        "gaps.note_off_street": found["areas_off_street"],
        "gaps.note_no_number": found["areas_without_number"],
    }
    lines += [say(key, count=count) for key, count in counted.items() if count]
    if found["areas_suppressed"]:
        withheld, areas = found["areas_suppressed"], found["areas_counted"]
        lines.append(say("gaps.note_suppressed", count=withheld, of=areas))
    if found["estimated"]:
        lines.append(say("gaps.note_estimated"))
    return " ".join(line for line in lines if line)


def _proxy(need: Need) -> str:
    """Name the counted group as the proxy it is."""
    say = _shared.say
    if need.group == EVERYONE:
        return say("gaps.note_language_all") if need.language else ""
    notes = _shared.read("population_groups").set_index("id")["proxy_note"].fillna("")
    note = str(notes.get(need.group, ""))
    group = _question.group_labels().get(need.group, need.group)
    if need.language:
        return say("gaps.note_proxy", group=_apart(group), note=_apart(note))
    return say("gaps.note_group", group=_apart(group), note=_apart(note)) if note else ""


# --- the picture ---------------------------------------------------------------------------------


def _picture(said: Said) -> None:
    need = said.answer.need
    layers = _map.areas()
    if not need.no_papers:
        values = gaps.map_values(said.answer)
        layers = (_map.gap(values, key=(clock.today(), need)), *layers)
    services = tuple(layer for layer in _map.things() if layer.kind == "services")
    spec = _map.spec((*layers, *services), only=(need.category,))
    if spec is not None:
        picked = _map.show(spec, key="gaps_map")
        if picked and not need.no_papers:
            _picked(said, picked)
    st.text(_shared.say("gaps.note_papers" if need.no_papers else "gaps.map_about"))


def _picked(said: Said, picked: str) -> None:
    """Say below the map what the table says of the area that was clicked."""
    say, areas = _shared.say, _shared.read("areas").set_index("id")
    one = next((one for one in said.answer.ids if features.handle("area", one) == picked), None)
    if one is None:  # a service: the table below has its row
        return
    place = areas["name"].get(one)
    if pd.isna(place):
        district = areas["name"].get(areas["parent_id"].get(one))
        place = one if pd.isna(district) else say("gaps.picked_cell", district=_apart(district))
    found = next((row for row in said.report["areas"] if row["area_id"] == one), None)
    with st.container(key="gaps_picked"):
        if found is None:
            st.text(say("gaps.picked_unknown", place=place))
            return
        people, count = _range(**found["people"]), _range(**found["not_reached"])
        st.text(say("gaps.picked", place=_apart(place), people=people, count=count))


def _differences(city: City) -> None:
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
                say("gaps.more_people"): [_number(count) for _, count in needs],
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
        _question.ask(needs[rows[0]])


# --- the tables ----------------------------------------------------------------------------------


def _districts(said: Said) -> None:
    say, found = _shared.say, said.report
    st.subheader(say("gaps.by_district"), anchor=False)
    rows = found["districts"]
    if rows is None:
        st.text(say("gaps.note_papers"))
    else:
        drawn = pd.DataFrame(
            {
                "place": [_place(row) for row in rows],
                "low": [row["not_reached"]["low"] for row in rows],
                "high": [row["not_reached"]["high"] for row in rows],
                "said": [_range(**row["not_reached"]) for row in rows],
            }
        )
        rtl = words.direction(_shared.lang()) == "rtl"
        bars = drawn.head(DISTRICTS)
        if rtl:  # each text in its own direction: the chart itself has none
            bars = bars.assign(said="\u2067" + bars["said"] + "\u2069")
        chart = charts.range_bars(
            bars,
            labels={key: say(f"gaps.{key}") for key in ("certainly", "perhaps_not")},
            colours=_shared.tokens(),
            right_to_left=rtl,
        )
        st.altair_chart(chart, theme=None, key="gaps_bars")
        st.dataframe(
            pd.DataFrame(
                {
                    say("gaps.district"): drawn["place"],
                    say("gaps.people"): [_range(**row["people"]) for row in rows],
                    say("gaps.not_reached"): drawn["said"],
                    say("gaps.share"): [_shares(row["share_not_reached"]) for row in rows],
                }
            ),
            hide_index=True,
            height="content" if len(rows) <= DISTRICTS else "auto",
            key="gaps_table",
        )
    st.download_button(
        say("gaps.csv"),
        lambda: gap_table.as_csv(found),
        file_name=f"gaps-{said.answer.need.category}-{found['dates']['asked']}.csv",
        mime="text/csv",
        key="gaps_csv",
        on_click="ignore",
    )


def _services(said: Said) -> None:
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
                    say("gaps.because"): [_because(row) for row in rows.to_dict("records")],
                }
            ),
            hide_index=True,
            key="gaps_service_table",
        )


def _because(row: dict[Any, Any]) -> str:
    say = _shared.say
    parts = [say(f"gaps.why_{row['reason']}")] if row["reason"] else []
    if row["verdict"] != "excluded":
        if row["by_appointment"]:
            parts.append(say("gaps.why_appointment"))
        if row["off_street"]:
            parts.append(say("gaps.why_off_street"))
        if row["unknown"]:
            asked = ", ".join(say(f"gaps.fact_{fact}") for fact in row["unknown"])
            parts.append(say("gaps.ask", facts=asked))
    return "; ".join(parts)


def _how(said: Said) -> None:
    say, found, need = _shared.say, said.report, said.answer.need
    walk = "gaps.how_walk" if found["method"] == "streets" else "gaps.how_straight"
    sentences = [say("gaps.how_range"), say(walk)]
    if need.when != ANY:
        sentences.append(say("gaps.how_hours", week=found["dates"]["week"]))
    if need.language:
        sentences.append(say("gaps.how_language"))
    _shared.how(*sentences, say("gaps.how_few"))


# --- numbers in words ----------------------------------------------------------------------------


def _place(row: dict[str, Any]) -> str:
    return str(row["name"] or row["area_id"])


def _number(count: int) -> str:
    """Write a number of people; French puts a narrow blank between thousands."""
    if count == few.FEW:
        return _shared.say("gaps.few")
    return f"{count:,}".replace(",", "\u202f" if _shared.lang() == "fr" else ",")


def _range(low: int, high: int) -> str:
    if high in {low, few.FEW}:
        return _number(high)
    return _shared.say("gaps.range", low=_number(low), high=_number(high))


def _percents(share: dict[str, float]) -> list[str]:
    """Write both ends of a range of shares, to a tenth where one is near 0 or 1."""
    ends = (share["low"], share["high"])
    fine = any(0 < end < 0.1 or 0.9 < end < 1 for end in ends)
    texts = [f"{end:.1%}" if fine and 0 < end < 1 else f"{end:.0%}" for end in ends]
    return [one.replace("%", "\u202f%") if _shared.lang() == "fr" else one for one in texts]


def _shares(share: dict[str, float] | None) -> str:
    if share is None:
        return ""
    low, high = _percents(share)
    return low if low == high else _shared.say("gaps.range", low=low, high=high)


def _apart(text: str) -> str:
    """Keep a date or a foreign name in its own direction inside a sentence from right to left."""
    if words.direction(_shared.lang()) == "ltr":
        return text
    return f"\u2068{text}\u2069"
