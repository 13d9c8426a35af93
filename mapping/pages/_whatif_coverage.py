"""The coverage under a scenario: a table by kind of help and language, and one of it on the map."""

from __future__ import annotations

from hashlib import sha256
from typing import Final

import pandas as pd
import streamlit as st

from layers import clock, personas_kept
from layers.importing.watch import Watch
from mapping import gaps, scenario_coverage, scenarios
from mapping.changed import Changed, changed
from mapping.city import City
from mapping.needs import EVERYONE, Need
from mapping.pages import _gaps_answer, _job, _map, _numbers, _question, _shared
from mapping.personas import Persona
from mapping.scenario_coverage import Row
from mapping.scenarios import Scenario

SHOWS: Final = ("lost", "newly", "before", "now")
WHOM, SHOWN, MAP = (f"whatif_{one}" for one in ("whom", "map_shows", "map"))
_PERSONA: Final = "persona:"


def show(scenario: Scenario) -> None:
    """Show who is newly left without help, and who newly has it."""
    say = _shared.say
    if _shared.read("population").empty or _shared.read("areas").empty:
        _shared.missing(say("gaps.missing_people"))
        return
    if _shared.read("services").empty:
        _shared.missing(say("gaps.missing_services"))
        return
    if not scenario.steps:
        st.text(say("whatif.coverage_nothing"))
        return
    here = _shared.atlas()
    city = _shared.once("gaps city", clock.today(), lambda: City(here.read, here.meta()))
    job = _job.run(
        "whatif",
        (str(here.path), here.state(), clock.today(), repr(scenario.steps)),
        lambda watch: _asked(city, scenario, watch),
    )
    if job is None:
        return
    if job.error is not None:
        _shared.fault(_shared.explain(job.error))
        return
    after, rows = job.result
    _said(rows)
    change = _chosen(city, after, rows)
    if change is not None:
        _on_map(change)
    _table(rows)


def _asked(city: City, scenario: Scenario, watch: Watch) -> tuple[City, list[Row]]:
    """Ask all questions; runs beside the page."""
    after = scenarios.city_under(city, scenario)
    rows = scenario_coverage.coverage(
        city, after, tell=lambda done, of: watch.tell("questions", done, of)
    )
    return after, rows


def _said(rows: list[Row]) -> None:
    """Say who loses and who gains most, each in a sentence."""
    say = _shared.say
    with st.container(key="whatif_coverage_said", border=True):
        lost = next((one for one in rows if _is_some(one, "newly_lost")), None)
        best = max(rows, key=_gain, default=None)
        newly = best if best is not None and _is_some(best, "newly_reached") else None
        for key, row in (("lost", lost), ("newly", newly)):
            if row is not None:
                found = row.numbers
                name = "newly_lost" if key == "lost" else "newly_reached"
                st.text(
                    say(
                        f"whatif.coverage_{key}",
                        whom=_whom(row),
                        count=_numbers.about(**found[name]),
                        people=_numbers.about(**found["people"]),
                    )
                )
        worst = max((one for one in rows if one.need.language), key=_share_lost, default=None)
        if worst is not None and worst is not lost and _share_lost(worst) > (0, 0):
            st.text(
                say(
                    "whatif.coverage_language",
                    whom=_whom(worst),
                    count=_numbers.about(**worst.numbers["newly_lost"]),
                    people=_numbers.about(**worst.numbers["people"]),
                )
            )
        if lost is None and newly is None:
            key = "whatif.coverage_same" if rows else "whatif.coverage_untouched"
            st.subheader(say(key), anchor=False)
        st.text(say("whatif.coverage_about"))


def _is_some(row: Row, name: str) -> bool:
    found = row.numbers[name]
    return found is not None and found["high"] > 0


def _share_lost(row: Row) -> tuple[float, float]:
    """Give which share of its group a question loses: at least, then at most."""
    found, people = row.numbers["newly_lost"], row.numbers["people"]
    if found is None or not people["high"]:
        return 0.0, 0.0
    return found["low"] / people["high"], found["high"] / people["high"]


def _gain(row: Row) -> tuple[int, int]:
    found = row.numbers["newly_reached"] or {"low": 0, "high": 0}
    return found["low"], found["high"]


def _whom(row: Row) -> str:
    """Name a question: the help, and in which language or for whose trust."""
    say, need = _shared.say, row.need
    values = {"category": say(f"category.{need.category}")}
    if need.language is None:
        return say("whatif.for_everyone", **values)
    key = "whatif.for_trust" if row.by_trust else "whatif.for_language"
    return say(key, language=_question.tongue(need.language), **values)


def _chosen(city: City, after: City, rows: list[Row]) -> Changed | None:
    """Let somebody choose the question that the map answers."""
    kept = _shared.once("personas kept", "", lambda: personas_kept.kept(_shared.atlas()))
    names = {str(at): _whom(row) for at, row in enumerate(rows)}
    names |= {
        f"{_PERSONA}{one['id']}": _shared.say("whatif.for_persona", name=one["name"])
        for one in kept
    }
    if not names:
        return None
    whom = st.selectbox(
        _shared.say("whatif.whom"), list(names), format_func=names.__getitem__, key=WHOM
    )
    if not str(whom).startswith(_PERSONA):
        return rows[int(whom)].change
    one = next(one for one in kept if f"{_PERSONA}{one['id']}" == whom)
    need = Persona.from_json({key: value for key, value in one.items() if key != "row_version"})
    return _compared(city, after, need)


def _compared(city: City, after: City, need: Need) -> Changed:
    mark = (id(after), clock.today(), need)  # another scenario is another city
    held = st.session_state.get("whatif_compared")
    if held is None or held[0] != mark:
        held = (mark, changed(gaps.gaps(city, need), gaps.gaps(after, need)))
        st.session_state["whatif_compared"] = held
    found: Changed = held[1]
    return found


def _on_map(change: Changed) -> None:
    """Draw who is lost, newly reached, or not reached before and after."""
    say, need = _shared.say, change.after.need
    st.text(_sentence(change))
    if not change.by_area or change.newly is None or change.lost is None:
        st.text(say("gaps.note_papers" if need.no_papers else "whatif.map_none"))
        return
    row = scenario_coverage.Row(need, change)
    if row.is_nothing:
        st.text(say("whatif.map_nothing"))
        return
    first = "lost" if _is_some(row, "newly_lost") else "newly"
    drawn = st.segmented_control(
        say("gaps.map_shows"),
        SHOWS,
        default=first,
        required=True,
        format_func=lambda one: say(f"whatif.map_{one}"),
        key=f"{SHOWN}_{first}",  # where nobody is lost the map opens with those gained
    )
    values = {
        "lost": lambda: gaps.map_values(change.lost),
        "newly": lambda: gaps.map_values(change.newly),
        "before": lambda: change.before_map,
        "now": lambda: gaps.map_values(change.after),
    }[str(drawn)]()
    mark = sha256(values.to_csv().encode()).hexdigest()
    layers = (_map.gap(values, key=("whatif", need, drawn, mark)), *_map.areas())
    services = tuple(layer for layer in _map.things() if layer.kind == "services")
    spec = _map.spec(
        (*layers, *services),
        only=(need.category,),
        instead={"map.layer_gap": say(f"whatif.map_{drawn}")},
    )
    if spec is not None:
        _map.show(spec, key=MAP)
    about = "gaps.map_about" if drawn in {"before", "now"} else "gaps.map_about_change"
    st.text(f"{say(about)} {say('whatif.map_services')}")


def _sentence(change: Changed) -> str:
    """Say both answers of the question on the map."""
    found = scenario_coverage.Row(change.after.need, change).numbers
    values = {
        name: _numbers.about(**found[key])
        for name, key in (
            ("before", "before"),
            ("after", "after"),
            ("lost", "newly_lost"),
            ("newly", "newly_reached"),
        )
        if found[key] is not None
    }
    return _shared.say(
        "whatif.map_said",
        group=_gaps_answer.group_name(change.after.need.group),
        people=_numbers.about(**found["people"]),
        **values,
    )


def _table(rows: list[Row]) -> None:
    """Show kinds of help by languages: how many lose it, or newly have it."""
    say = _shared.say
    some = [one for one in rows if not one.is_nothing]
    if not some:
        return
    for key, name in (("lost", "newly_lost"), ("newly", "newly_reached")):
        mine = [one for one in some if _is_some(one, name)]
        if not mine:
            continue
        st.subheader(say(f"whatif.table_{key}"), anchor=False)
        columns = list(dict.fromkeys(_column(one) for one in rows if one in mine))
        lines: dict[str, dict[str, str]] = {}
        for one in mine:
            line = lines.setdefault(say(f"category.{one.need.category}"), {})
            line[_column(one)] = _numbers.about(**one.numbers[name])
        table = pd.DataFrame({say("whatif.col_category"): list(lines)})
        for column in columns:
            table[column] = [line.get(column, "-") for line in lines.values()]
        st.dataframe(table, hide_index=True, height="content", key=f"whatif_by_{key}")


def _column(row: Row) -> str:
    say, need = _shared.say, row.need
    if need.language is None:
        return say("whatif.col_everyone") if need.group == EVERYONE else need.group
    tongue = _question.tongue(need.language)
    return say("whatif.col_trust", language=tongue) if row.by_trust else tongue
