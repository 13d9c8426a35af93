"""What the page Reach says: its question, its answer in one sentence, and what limits it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from mapping import differences, few
from mapping.needs import EVERYONE
from mapping.pages import _numbers, _persona, _question, _shared
from mapping.pages._reach_answers import Answer
from mapping.personas import Persona

Step = dict[str, Any]
ALWAYS: Final = ("exists", "near")


def title(persona: Persona) -> str:
    """Write the question, of our own words only: what she is called stands beside it."""
    say = _shared.say
    return say("reach.title", whom=whom(persona), help=say(f"gaps.help_{persona.category}"))


def whom(persona: Persona) -> str:
    """Say who is counted: people like her, or inhabitants where everybody is."""
    like = "all" if persona.group == EVERYONE else persona.sex or "any"
    return _shared.say(f"reach.whom_{like}")


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
        answer_ = say("reach.answer_cannot", **values, **_cannot(answer, stuck))
        return f"{answer_} {_bounds(answer, stuck)}".strip()
    asked = [one for one in steps if one["facts"] and one["name"] not in ALWAYS]
    values["near"] = covered(answer, next(one for one in steps if one["name"] == "near"))
    if not asked:
        return say("reach.answer_near", **values)
    values["musts"] = musts(answer.persona, asked)
    values["left"] = covered(answer, steps[-1])
    values["most"] = _most(answer)
    return say("reach.answer" if values["most"] else "reach.answer_all", **values)


def people(answer: Answer, count: Mapping[str, int]) -> str:
    """Write a range of people; what rests on an estimate says so."""
    written = _numbers.about if answer.told["population"]["estimated"] else _numbers.between
    return written(count["low"], count["high"])


def counted(answer: Answer) -> str:
    """Write how many people there are in all."""
    return people(answer, answer.told["population"]["people"])


def covered(answer: Answer, step: Step) -> str:
    """Write how many people are still covered after a step."""
    return people(answer, step["covered"])


def said(answer: Answer, step: Step) -> str:
    """Write what stands beside a step in a picture."""
    text = covered(answer, step)
    if step["state"] == "cannot_say":
        return _shared.say("reach.said_cannot", count=text)
    return text


def _most(answer: Answer) -> str:
    """Say at which step most are lost, or between which that is open; empty where nobody is."""
    say, steps = _shared.say, answer.steps
    worst = costs_most(steps)
    if worst is not None:
        return say("reach.most", step=step_name(worst["name"]))
    first = greatest(steps)
    if first is None:
        return ""
    certain = _at_least(first) > 0
    other = max((one for one in steps if one is not first or not certain), key=_at_most)
    blanks = {
        "most": people(answer, {"low": _at_most(other), "high": _at_most(other)}),
        "other": step_name(other["name"]),
    }
    if not certain:
        return say("reach.most_perhaps", **blanks)
    least = people(answer, {"low": _at_least(first), "high": _at_least(first)})
    return say("reach.most_open", least=least, one=step_name(first["name"]), **blanks)


def costs_most(steps: Sequence[Step]) -> Step | None:
    """Give the step that costs most for certain: at least what every other costs at most."""
    for one in steps:
        others = (_at_most(other) for other in steps if other is not one)
        if _at_least(one) > 0 and _at_least(one) >= max(others, default=0):
            return one
    return None


def greatest(steps: Sequence[Step]) -> Step | None:
    """Give the step of the greatest certain loss, else of the greatest possible; none where nobody.

    What is looked at first; it need not be the one that costs most.
    """
    for end, floor in ((_at_least, 0.0), (_at_most, few.FEW)):
        worst = max(steps, key=end)
        if end(worst) > floor:
            return worst
    return None


def _at_least(step: Step) -> int:
    return int(step["lost"]["low"])


def _at_most(step: Step) -> int:
    return int(step["lost"]["high"])


def cannot_from(steps: Sequence[Step]) -> int | None:
    """Give the number of the first step of which nobody can say yet."""
    found = (at for at, one in enumerate(steps) if one["state"] == "cannot_say")
    return next(found, None)


def _cannot(answer: Answer, at: int) -> dict[str, object]:
    say, steps = _shared.say, answer.steps
    step = steps[at]
    missing = sum(one["unknown"] for one in steps)
    sayable = say("reach.sayable_nothing")
    if at:
        before = steps[at - 1]
        sayable = say(
            "reach.sayable", covered=covered(answer, before), step=step_name(_last_asked(steps, at))
        )
    return {
        "sayable": sayable,
        "step": step_name(step["name"]),
        "unknown": step["unknown"],
        "of": step["of"],
        "missing": missing,
    }


def _bounds(answer: Answer, at: int) -> str:
    """Say what is left in any case, where that is less than everything and more than nothing."""
    steps = answer.steps
    before, last = steps[max(at - 1, 0)]["covered"], steps[-1]["covered"]
    if last["low"] == 0 and last["high"] >= before["high"]:
        return ""
    return _shared.say("reach.cannot_bounds", left=people(answer, last))


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
    dates = told["dates"]
    return {
        "whom": _counted_whom(answer),
        "people": counted(answer),
        "help": say(f"gaps.help_{persona.category}"),
        "group": _numbers.apart(_persona.group_name(persona.group)),
        "day": _numbers.apart(dates["population"] or say("gaps.day_unknown")),
        "checked": checked(answer),
    }


def _counted_whom(answer: Answer) -> str:
    """Say who is counted; of an estimate what is certain stands beside it."""
    say, population, text = _shared.say, answer.told["population"], whom(answer.persona)
    if population["estimate"] is not None:
        return say("reach.whom_estimate", whom=text, **_certain(population))
    return say("reach.whom_partly", whom=text) if population["estimated"] else text


def _certain(population: Mapping[str, Any]) -> dict[str, str]:
    certain = population["estimate"]["people"]
    ends = {"least": certain["low"], "most": certain["high"]}
    return {name: _numbers.number(count) for name, count in ends.items()}


def with_groups(answers: Sequence[Answer], names: Sequence[str]) -> list[str]:
    """Name each of several beside whom her numbers count."""
    return [
        _shared.say("reach.side_name", name=name, group=_persona.group_name(one.persona.group))
        for one, name in zip(answers, names, strict=True)
    ]


def checked(answer: Answer) -> str:
    """Say between which days the services were last checked: the newest alone would flatter."""
    dates, apart = answer.told["dates"], _numbers.apart
    first, last = dates["services_oldest"], dates["services_newest"]
    if last is None:
        return _shared.say("reach.checked_never")
    if first in {None, last}:
        return _shared.say("reach.checked_one", day=apart(last))
    return _shared.say("reach.checked_between", first=apart(first), last=apart(last))


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
    listed = sum(told["steps"][0]["services"].values())
    if listed:
        lines.append(say("gaps.note_listed", count=listed))
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
        return _shared.say("reach.note_estimate", **_certain(population))
    return _shared.say("gaps.note_estimated") if population["estimated"] else ""


def proxy(answer: Answer) -> str:
    """Name the counted group as the proxy it is."""
    say, persona, population = _shared.say, answer.persona, answer.told["population"]
    if persona.group == EVERYONE:
        if not population["proxy"]:
            return ""
        return " ".join([say("gaps.note_language_all"), *_choose(answer)])
    group, note_ = (
        _numbers.apart(one) for one in (_persona.group_name(persona.group), population["note"])
    )
    if population["proxy"]:
        return say("gaps.note_proxy", group=group, note=note_)
    return say("gaps.note_group", group=group, note=note_) if population["note"] else ""


def _choose(answer: Answer) -> list[str]:
    """Name the group that may stand for the speakers of her language, where one is counted."""
    language = answer.persona.language
    group = differences.proxy(answer.cascade.city, language) if language else None
    if group is None:
        return []
    name = _numbers.apart(_persona.group_name(group))
    return [_shared.say("reach.note_choose", groups=name)]


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
