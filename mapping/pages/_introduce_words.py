"""What the page Introduce says of a pair: reasons with numbers, and who could introduce them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from mapping import few
from mapping.few import in_fives
from mapping.intro_served import Served
from mapping.intro_shared import Common
from mapping.intro_ways import DECIDE, Hanging
from mapping.introductions import Introductions, Suggestion
from mapping.pages import _numbers, _persona, _question, _shared

_THOUSAND: Final = 1000


@dataclass(frozen=True, slots=True)
class Shown:
    """What was found, what actors are called, and whether organizations look on."""

    found: Introductions
    names: Mapping[str, str]
    presenting: bool

    def name(self, actor: object) -> str:
        """Name an actor, in its own direction."""
        return _numbers.apart(self.names.get(str(actor), str(actor)))

    def listed(self, actors: Iterable[object]) -> str:
        """Name several."""
        return ", ".join(self.name(one) for one in actors)


def outside(one: Suggestion, names: Mapping[str, str]) -> Suggestion | None:
    """Keep of a suggestion what names nobody else than these; None where nothing is left."""
    first = one.introducers[:1]
    if not {one.a, one.b, *(actor for each in first for actor in each.actors)} <= names.keys():
        return None
    return replace(
        one,
        introducers=tuple(each for each in one.introducers if names.keys() >= set(each.actors)),
        common=tuple(
            each for each in one.common if names.keys() >= set(each.values.get("row", ()))
        ),
    )


def answer(shown: Shown, one: Suggestion) -> str:
    """Say whom to introduce to whom, why above all, and who could."""
    said = _shared.say(
        "introduce.answer",
        a=shown.name(one.a),
        b=shown.name(one.b),
        why=reasons(shown, one)[0],
        who=who(shown, one),
    )
    if not one.ask_first:
        return said
    return f"{_shared.say('introduce.ask_first', names=shown.listed(one.ask_first))} {said}"


def reasons(shown: Shown, one: Suggestion) -> list[str]:
    """Say what a pair is proposed for, the strongest reason first."""
    said = [*served(shown, one), *ways(shown, one)]
    if one.because == "ways":
        said = [*ways(shown, one), *served(shown, one)]
    common_said = [common(shown, each) for each in one.common]
    perhaps = not any(each.certain for each in one.served)
    if perhaps and one.because == "common":
        said = [*common_said, *said]
    else:
        said += common_said
    return said or [_shared.say("introduce.why_reach")]


def served(shown: Shown, one: Suggestion) -> list[str]:
    """Say whom the tie would serve, each kind of people in a sentence of its own."""
    say, found = _shared.say, []
    for number, each in enumerate(one.served[:3]):
        category = say(f"category.{each.persona.category}")
        group = whom(each)
        if shown.presenting:
            found.append(say("introduce.presenting_served", category=category, group=group))
        elif each.certain and not number:
            found.append(
                say(
                    "introduce.why_served",
                    people=about(each),
                    of=_numbers.between(*in_fives(*each.of, each.of).values()),
                    group=group,
                    category=category,
                    minutes=f"{each.persona.minutes:.0f}",
                )
            )
        elif number:
            found.append(say("introduce.also", category=category, group=group, people=about(each)))
        else:
            found.append(
                say(
                    "introduce.why_perhaps",
                    language=_question.tongue(each.persona.community or ""),
                    provider=shown.name(each.provider),
                    category=category,
                    people=about(each),
                    group=group,
                )
            )
    return list(dict.fromkeys(found))


def whom(one: Served) -> str:
    """Name the people: a persona by her name, else by their group."""
    group = _persona.group_name(one.persona.group)
    return f"{one.persona.name}: {group}" if one.persona.name else group


def listed(shown: Shown, one: Suggestion) -> list[str]:
    """Give the reasons as sentences of their own."""
    return [text[:1].upper() + text[1:] for text in reasons(shown, one)]


def people(one: Served) -> str:
    """Write a number of people newly served, as a range."""
    ends = one.shown
    if not ends["low"]:
        return _shared.say("introduce.up_to", people=_numbers.number(ends["high"]))
    return _numbers.between(ends["low"], ends["high"])


def about(one: Served) -> str:
    """Write how many people a tie may serve at most: roughly, for it is a hope.

    Upward to tens, from a thousand on to hundreds, and never more than there are.
    """
    most = one.shown["high"]
    if most <= few.FEW:
        return _numbers.number(most)
    unit = 10 if most < _THOUSAND else 100
    return _numbers.number(min(-(-most // unit) * unit, in_fives(*one.of, one.of)["high"]))


def ways(shown: Shown, one: Suggestion) -> list[str]:
    """Say who would have a way of their own."""
    if shown.presenting:
        return [_shared.say("introduce.presenting_ways")] if one.ways else []
    return [_way(shown, each, (one.a, one.b)) for each in one.ways]


def _way(shown: Shown, one: Hanging, pair: tuple[str, str]) -> str:
    """Say who would have a way: directly who has the tie, all others through it."""
    direct = [actor for actor in one.actors if actor in pair] or one.actors
    rest = [actor for actor in one.actors if actor not in direct]
    names = shown.listed(direct)
    if one.through is not None:
        said = _shared.say("introduce.why_ways", names=names, through=shown.name(one.through))
    else:
        said = _shared.say(
            "introduce.why_first" if one.to == DECIDE else "introduce.why_first_rest", names=names
        )
    if not rest:
        return said
    return f"{said} {_shared.say('introduce.why_rest', names=shown.listed(rest), direct=names)}"


def common(shown: Shown, one: Common) -> str:
    """Say one thing that the two have in common."""
    say, values = _shared.say, one.values
    if one.code == "course":
        return say(
            "introduce.why_course",
            level=say(f"course_level.{values['level']}"),
            hours=f"{values['hours']:.0f}",
            metres=f"{values['metres']:.0f}",
            free=say("seats.unknown") if values["free"] is None else values["free"],
            row=shown.listed(values["row"]),
        )
    if one.code == "near":
        metres = f"{round(values['metres'], -1):.0f}"
        if values["district"] is None:
            return say("introduce.why_near", metres=metres)
        return say(
            "introduce.why_district", district=_numbers.apart(values["district"]), metres=metres
        )
    if one.code == "clients":
        first, other = values["counts"]
        return say(
            "introduce.why_clients",
            group=_persona.group_name(values["group"]),
            one=_numbers.number(first),
            other=_numbers.number(other),
        )
    tongues = ", ".join(_question.tongue(tag) for tag in values["languages"])
    if one.code == "people":
        return say("introduce.why_people", languages=tongues)
    kinds = ", ".join(say(f"category.{each}") for each in values["categories"])
    return say("introduce.why_offer", categories=kinds, languages=tongues)


def who(shown: Shown, one: Suggestion) -> str:
    """Say who could introduce the two."""
    say = _shared.say
    if not one.introducers:
        return say("introduce.who_nobody")
    first = one.introducers[0].actors
    if len(first) == 1:
        return say("introduce.who_both", who=shown.name(first[0]))
    return say(
        "introduce.who_chain",
        first=shown.name(first[0]),
        second=shown.name(first[1]),
        a=shown.name(one.a),
        b=shown.name(one.b),
    )


def short_who(shown: Shown, one: Suggestion) -> str:
    """Name who could introduce the two, for a table; whom to ask before anybody comes first."""
    if one.ask_first:
        return _shared.say(
            "introduce.list_ask", names=shown.listed(one.ask_first), who=_names(shown, one)
        )
    return _names(shown, one)


def _names(shown: Shown, one: Suggestion) -> str:
    if not one.introducers:
        return _shared.say("introduce.nobody")
    names = [shown.name(actor) for actor in one.introducers[0].actors]
    if len(names) == 1:
        return names[0]
    return _shared.say("introduce.then", first=names[0], second=names[1])


def judged(shown: Shown, one: Suggestion) -> str:
    """Say what women said of the provider; empty where nobody did, or organizations look on."""
    doubted = [each for each in one.served if each.doubted]
    if not doubted or shown.presenting:
        return ""
    return _shared.say(
        "introduce.doubted", provider=shown.name(doubted[0].provider), through=shown.name(one.b)
    )
