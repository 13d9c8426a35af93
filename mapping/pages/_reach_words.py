"""What the page Reach says: its question, its answer in one sentence, and what limits it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mapping import few
from mapping.needs import EVERYONE
from mapping.pages import _numbers, _persona, _question, _shared
from mapping.pages._reach_answers import Answer
from mapping.personas import Persona

Step = dict[str, Any]
ALWAYS: Final = ("exists", "near")


def title(persona: Persona) -> str:
    """Write the question, of our own words only: what she is called stands beside it."""
    say = _shared.say
    return say("reach.title", like=like(persona), help=say(f"gaps.help_{persona.category}"))


def like(persona: Persona) -> str:
    """Say whom the people counted are like."""
    return _shared.say(f"reach.like_{persona.sex or 'any'}")


def step_name(name: str) -> str:
    """Name a step."""
    return _shared.say(f"step.{name}")


def sentence(answer: Answer) -> str:
    """Say the answer in one sentence: number, range, date, and the step that costs most."""
    say, steps = _shared.say, answer.steps
    values = _values(answer)
    if not steps[0]["services"]["certain"] + steps[0]["services"]["possible"]:
        return say("reach.none_of_kind")
    stuck = cannot_from(steps)
    if stuck is not None:
        answer_ = say("reach.answer_cannot", **values, **_cannot(steps, stuck))
        return f"{answer_} {_bounds(steps, stuck)}".strip()
    asked = [one for one in steps if one["facts"] and one["name"] not in ALWAYS]
    values["near"] = covered(next(one for one in steps if one["name"] == "near"))
    if not asked:
        return say("reach.answer_near", **values)
    values["musts"] = musts(answer.persona, asked)
    values["left"] = covered(steps[-1])
    most = costs_most(steps)
    if most is None:
        return say("reach.answer_all", **values)
    values["step"] = step_name(most["name"])
    certain = most["lost"]["low"] > 0
    return say("reach.answer" if certain else "reach.answer_perhaps", **values)


def people(count: Mapping[str, int]) -> str:
    """Write a range of people; at most everybody where nothing is known."""
    return _numbers.between(count["low"], count["high"])


def covered(step: Step) -> str:
    """Write how many people are still covered after a step."""
    return people(step["covered"])


def said(step: Step) -> str:
    """Write what stands beside a step in a picture."""
    text = covered(step)
    if step["state"] == "cannot_say":
        return _shared.say("reach.said_cannot", count=text)
    return text


def costs_most(steps: Sequence[Step]) -> Step | None:
    """Give the step at which most people are lost for certain, else perhaps; none where nobody."""
    for end in ("low", "high"):
        worst = max(steps, key=lambda one: float(one["lost"][end]))
        if worst["lost"][end] > (0 if end == "low" else few.FEW):
            return worst
    return None


def cannot_from(steps: Sequence[Step]) -> int | None:
    """Give the number of the first step of which nobody can say yet."""
    found = (at for at, one in enumerate(steps) if one["state"] == "cannot_say")
    return next(found, None)


def _cannot(steps: Sequence[Step], at: int) -> dict[str, object]:
    say, step = _shared.say, steps[at]
    missing = sum(one["unknown"] for one in steps)
    sayable = say("reach.sayable_nothing")
    if at:
        before = steps[at - 1]
        sayable = say(
            "reach.sayable", covered=covered(before), step=step_name(_last_asked(steps, at))
        )
    return {
        "sayable": sayable,
        "step": step_name(step["name"]),
        "unknown": step["unknown"],
        "of": step["of"],
        "missing": missing,
    }


def _bounds(steps: Sequence[Step], at: int) -> str:
    """Say what is left in any case, where that is less than everything and more than nothing."""
    before, last = steps[max(at - 1, 0)]["covered"], steps[-1]["covered"]
    if last["low"] == 0 and last["high"] >= before["high"]:
        return ""
    return _shared.say("reach.cannot_bounds", left=people(last))


def _last_asked(steps: Sequence[Step], at: int) -> str:
    """Name the last step before one of which anything is asked."""
    asked = [str(one["name"]) for one in steps[:at] if one["facts"]]
    return asked[-1] if asked else str(steps[0]["name"])


def musts(persona: Persona, asked: Sequence[Step]) -> str:
    """Say what is asked of a service besides being near, in the order of the steps."""
    say = _shared.say
    found: list[str] = []
    for step in asked:
        name, facts = step["name"], step["facts"]
        if name == "open" and "hours" in facts:
            by_name = persona.hours is None and persona.when != "any"
            found.append(say(f"reach.must_open_{persona.when}" if by_name else "reach.must_open"))
        if name == "open" and "place_free" in facts:
            found.append(say("reach.must_place_free"))
        elif name == "admitted":
            only = list(facts) == ["papers"]
            found.append(say("reach.must_papers" if only else "reach.must_admitted"))
        elif name == "understood" and persona.language and not persona.also:
            tongue = _numbers.apart(_question.tongue(persona.language))
            found.append(say("reach.must_understood_in", language=tongue))
        elif name == "fits":
            found += [_fits(persona, fact) for fact in facts]
        elif name in {"understood", "trusted", "safe"}:
            found.append(say(f"reach.must_{name}"))
    if len(found) < 2:
        return "".join(found)
    comma = say("reach.must_comma")
    return say("reach.must_and", first=comma.join(found[:-1]), last=found[-1])


def _fits(persona: Persona, fact: str) -> str:
    say = _shared.say
    if fact == "together":
        return say("reach.must_together", other=say(f"gaps.help_{persona.together}"))
    return say(f"reach.must_{fact}")


def _values(answer: Answer) -> dict[str, object]:
    say, told, persona = _shared.say, answer.told, answer.persona
    dates, count = told["dates"], people(told["population"]["people"])
    estimated = told["population"]["estimated"]
    return {
        "like": like(persona),
        "people": say("reach.about", count=count) if estimated else count,
        "help": say(f"gaps.help_{persona.category}"),
        "group": _numbers.apart(_persona.group_name(persona.group)),
        "day": _numbers.apart(dates["population"] or say("gaps.day_unknown")),
        "checked": _numbers.apart(dates["services_newest"] or say("gaps.day_unknown")),
    }


def note(answer: Answer) -> str:
    """Say what limits the answer, the most important first."""
    say, told = _shared.say, answer.told
    lines = []
    if cannot_from(answer.steps) is not None:
        lines.append(say("reach.ask_first"))
    if answer.persona.no_papers:
        admitted = step_name("admitted")
        lines.append(say("reach.note_papers", step=admitted))
    lines.append(estimate(answer))
    lines.append(proxy(answer))
    if told["method"] == "straight_line":
        lines.append(say("gaps.note_straight"))
    near = next(one for one in answer.steps if one["name"] == "near")
    if placeless := sum(near["placeless"].values()):
        lines.append(say("reach.note_placeless", count=placeless))
    return " ".join(line for line in lines if line)


def estimate(answer: Answer) -> str:
    """Say that the people counted are an estimate, and what is certain of their number."""
    population = answer.told["population"]
    if population["estimate"] is not None:
        certain = population["estimate"]["people"]
        return _shared.say(
            "reach.note_estimate",
            least=_numbers.number(certain["low"]),
            most=_numbers.number(certain["high"]),
        )
    return _shared.say("gaps.note_estimated") if population["estimated"] else ""


def proxy(answer: Answer) -> str:
    """Name the counted group as the proxy it is."""
    say, persona, population = _shared.say, answer.persona, answer.told["population"]
    if persona.group == EVERYONE:
        return say("gaps.note_language_all") if population["proxy"] else ""
    group, note_ = (
        _numbers.apart(one) for one in (_persona.group_name(persona.group), population["note"])
    )
    if population["proxy"]:
        return say("gaps.note_proxy", group=group, note=note_)
    return say("gaps.note_group", group=group, note=note_) if population["note"] else ""


def snapped(answer: Answer) -> list[str]:
    """Say how far starts and services lie from their streets, and how many have none."""
    say, found = _shared.say, answer.told["snapped"]
    if found is None:
        return []
    both = (found["starts"], found["places"])
    count, far, water = (
        sum(one[key] for one in both) for key in ("points", "too_far", "over_water")
    )
    metres = max(one["farthest_m"] for one in both)
    lines = [say("travel.snapped", count=_numbers.number(count), metres=metres)]
    if far or water:
        lines.append(say("travel.off_street", far=far, water=water))
    return lines
