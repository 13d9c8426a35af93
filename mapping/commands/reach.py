"""The command ``reach``: who is still covered after each step, for one persona or several."""

from __future__ import annotations

import argparse
from typing import Any

from mapping import cascade, cascade_told, regions
from mapping.city import City
from mapping.commands import answer, answer_json, opened, progress, scenario
from mapping.commands.ask import read_persona, span
from mapping.personas import STEPS, Persona
from mapping.ready import ready
from mapping.words import say


def arguments(reach: argparse.ArgumentParser) -> None:
    """Name what the command takes."""
    reach.add_argument("atlas", metavar="ATLAS")
    reach.add_argument(
        "--persona",
        metavar="P.json",
        action="append",
        default=[],
        help=say("cli.persona_several", most=cascade_told.MOST_PERSONAS),
    )
    reach.add_argument("--category", metavar="C", help=say("cli.persona_category"))
    reach.add_argument("--minutes", type=float, metavar="M", help=say("cli.minutes"))
    reach.add_argument("--order", metavar="STEP,STEP,...", help=",".join(STEPS))
    reach.add_argument("--scheduler", metavar="tcp://HOST:PORT", help=say("cli.scheduler"))
    scenario.argument(reach)
    reach.set_defaults(run=reach_command)


def reach_command(asked: argparse.Namespace) -> int:
    """Say who is still covered after each step, as ranges."""
    atlas = opened(asked.atlas)
    personas = [
        Persona.from_json(read_persona(one), category=asked.category, minutes=asked.minutes)
        for one in asked.persona[: cascade_told.MOST_PERSONAS]
    ] or [Persona.from_json({}, category=asked.category, minutes=asked.minutes)]
    under = scenario.asked_under(atlas, asked.scenario)
    city = City(under.read, atlas.meta())
    order = asked.order.split(",") if asked.order else STEPS
    if asked.scheduler:
        for one in personas:  # finds the walks, which the city keeps
            regions.cascade_on(asked.scheduler, city, one)
    else:
        with progress.watched() as watch:
            for one in personas:
                ready(city, one, watch)
    answers = [cascade.cascade(city, one, order=order) for one in personas]
    if asked.json:
        several = len(answers) > 1
        found = cascade_told.comparison(answers) if several else cascade_told.told(answers[0])
        answer_json(dict(found) | {"scenario": under.told()})
    else:
        lines = [line for one in answers for line in _text(cascade_told.told(one))]
        answer(*lines, *scenario.lines(under.told()))
    return 0


def _text(found: dict[str, Any]) -> list[str]:
    people, persona = found["population"], found["persona"]
    day = found["dates"]["population"] or say("cli.unknown_day")
    name = persona.get("name") or say("cli.reach_her")
    lines = [
        say(
            "cli.reach_answer",
            name=name,
            category=say(f"category.{persona['category']}"),
            people=span(people["people"], ","),
            group=people["label"],
            day=day,
        )
    ]
    for step in found["steps"]:
        key = f"cli.reach_{step['state']}"
        lines.append(
            say(
                key,
                step=say(f"step.{step['name']}"),
                covered=span(step["covered"], ","),
                unknown=step["unknown"],
                of=step["of"],
            )
        )
    if persona.get("no_papers"):
        lines.append(say("gaps.note_papers"))
    if found["method"] == "straight_line":
        lines.append(say("cli.gaps_straight_line"))
    return lines
