"""The answer of the page Gaps in words: the sentence, and what limits it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from mapping import estimates, gaps
from mapping.city import City
from mapping.needs import EVERYONE, Need
from mapping.pages import _numbers, _question, _shared
from mapping.personas import Persona


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, and its numbers as they may be shown."""

    answer: gaps.Gaps
    report: dict[str, Any]


def ask(city: City, need: Need) -> Said:
    """Answer a question, with all its numbers."""
    answer = gaps.gaps(city, need)
    return Said(answer, gaps.as_json(answer))


def title(need: Need) -> str:
    """Write the question as the heading of the page: of our own words only."""
    return _question.title(need, of="gaps.persona_title" if isinstance(need, Persona) else "")


def sentence(said: Said) -> str:
    """Say the answer in one sentence, with number, range and date."""
    say, found = _shared.say, said.report
    people, count, dates = found["people"], found["not_reached"], found["dates"]
    group = said.answer.need.group
    values = {
        "count": _numbers.between(**count),
        "people": _numbers.between(**people),
        "group": _numbers.apart(group_name(group)),
        "day": _numbers.apart(dates["population"] or say("gaps.day_unknown")),
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
    values["checked"] = _numbers.apart(dates["services_newest"] or say("gaps.day_unknown"))
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


def note(city: City, said: Said) -> str:
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
    if services["of"]:
        lines.append(say("gaps.note_listed", count=services["of"]))
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
    lines.append(estimate(found))
    return " ".join(line for line in lines if line)


def estimate(found: dict[str, Any]) -> str:
    """Say that the people counted are an estimate, and what is certain of them; empty if not."""
    if found["estimate"]:
        certain = found["estimate"]["people"]
        ends = {"least": certain["low"], "most": certain["high"]}
        said_ends = {name: _numbers.number(end) for name, end in ends.items()}
        return _shared.say("reach.note_estimate", **said_ends)
    return _shared.say("gaps.note_estimated") if found["estimated"] else ""


def _proxy(need: Need) -> str:
    """Name the counted group as the proxy it is."""
    say = _shared.say
    if need.group == EVERYONE:
        return say("gaps.note_language_all") if need.language else ""
    notes = _shared.read("population_groups").set_index("id")["proxy_note"].fillna("")
    note = " ".join(str(notes.get(one, "")) for one in need.group.split(estimates.CROSS)).strip()
    group = group_name(need.group)
    if need.language:
        return say("gaps.note_proxy", group=_numbers.apart(group), note=_numbers.apart(note))
    said = {"group": _numbers.apart(group), "note": _numbers.apart(note)}
    return say("gaps.note_group", **said) if note else ""


def group_name(code: str) -> str:
    """Name a group as its source does; two at once by both names."""
    return estimates.label(code, _question.group_labels())


def place_names() -> dict[str, str]:
    """Give a name for every area: its own, else that it is a part of the one above."""
    say, areas = _shared.say, _shared.read("areas").set_index("id")
    own = areas["name"]
    above = areas["parent_id"].map(own)
    return {
        str(one): str(name)
        if pd.notna(name)
        else (
            str(one) if pd.isna(up) else say("gaps.picked_cell", district=_numbers.apart(str(up)))
        )
        for one, name, up in zip(areas.index, own, above, strict=True)
    }


def _percents(share: dict[str, float]) -> list[str]:
    """Write both ends of a range of shares as they stand in a range."""
    low, high = share["low"], share["high"]
    fine = any(0 < end < 0.1 or 0.9 < end < 1 for end in (low, high))
    texts = [f"{end:.1%}" if fine and 0 < end < 1 else f"{end:.0%}" for end in (low, high)]
    french = _shared.lang() == "fr"
    return [one.replace("%", f"{_numbers.NARROW}%") if french else one for one in texts]
