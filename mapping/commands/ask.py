"""Commands that answer: who is not reached, and who works with whom."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from layers.clock import today
from layers.errors import LayerError
from layers.vocab import CATEGORY
from mapping import gaps as gap_sums
from mapping import inclusion_told
from mapping import network as network_sums
from mapping.changed import changed, told
from mapping.city import City
from mapping.commands import answer, answer_json, opened, progress, scenario
from mapping.counted import Counted
from mapping.offers import Read
from mapping.personas import LONGEST, Persona
from mapping.words import say

FIRST = 10  # lines of a list before the rest is counted


def arguments(gaps_command: argparse.ArgumentParser) -> None:
    """Name what the command ``gaps`` takes."""
    gaps_command.add_argument("atlas", metavar="ATLAS")
    gaps_command.add_argument("--category", metavar="C", help=" ".join(CATEGORY))
    gaps_command.add_argument("--persona", metavar="P.json", help=say("cli.persona"))
    gaps_command.add_argument("--minutes", type=float, metavar="M", help=say("cli.minutes"))
    gaps_command.add_argument("--before", metavar="OTHER", help=say("cli.before"))
    scenario.argument(gaps_command)
    gaps_command.set_defaults(run=gaps)


def gaps(asked: argparse.Namespace) -> int:
    """Say how many people are not reached, as a range."""
    atlas = opened(asked.atlas)
    need = Persona.from_json(
        read_persona(asked.persona) if asked.persona else {},
        category=asked.category,
        minutes=asked.minutes,
    )
    under = scenario.asked_under(atlas, asked.scenario)
    now = gap_sums.gaps(City(under.read, atlas.meta()), need)
    found = gap_sums.as_json(now) | {"change": None, "scenario": under.told()}
    if under.scenario is not None and not asked.before:
        found["change"] = told(changed(gap_sums.gaps(City(atlas.read, atlas.meta()), need), now))
    if asked.before:
        other = opened(asked.before)
        before = gap_sums.gaps(City(other.read, other.meta()), need)
        found["change"] = told(changed(before, now))
    if asked.json:
        answer_json(found)
    else:
        answer(*_gaps_text(found), *scenario.lines(found["scenario"]))
    return 0


def read_persona(said: str) -> str:
    """Read the file of a persona, which may be anything, and may never end."""
    path = Path(said)
    try:
        with path.open(encoding="utf-8") as file:
            return file.read(LONGEST + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise LayerError("persona_missing", file=path.name) from error


def _gaps_text(found: dict[str, Any]) -> list[str]:
    not_reached, people = found["not_reached"], found["people"]
    share = found["share_not_reached"]
    lines = [
        say(
            "cli.gaps_answer",
            category=say(f"category.{found['need']['category']}"),
            minutes=f"{found['need']['minutes']:g}",
            not_reached=span(not_reached, ","),
            people=span(people, ","),
        )
    ]
    if share is not None:
        lines.append(say("cli.gaps_share", share=span(share, ".0%")))
    if found["estimate"] is not None:
        certain = found["estimate"]["people"]
        ends = {"least": f"{certain['low']:,}", "most": f"{certain['high']:,}"}
        lines.append(say("reach.note_estimate", **ends))
    if found["change"] is not None:
        lines.append(_change_text(found["change"]))
    lines.append(say(f"cli.gaps_{found['method']}"))
    lines.append(
        say("cli.gaps_counted", day=found["dates"]["population"] or say("cli.unknown_day"))
    )
    services = found["services"]
    lines.append(say("cli.gaps_services", **{k: services[k] for k in _SERVICES}))
    lines += [
        say("cli.gaps_unsure", fact=one["fact"], unknown=one["unknown"], of=one["of"])
        for one in found["cannot_say"]
    ]
    return lines


def _change_text(change: dict[str, Any]) -> str:
    before = span(change["before"], ",")
    if change["newly_reached"] is None:
        return say("cli.gaps_change_other", before=before)
    newly, lost = (span(change[name], ",") for name in ("newly_reached", "newly_lost"))
    return say("cli.gaps_change", before=before, newly=newly, lost=lost)


def span(found: dict[str, float], form: str) -> str:
    """Write a range, or one number where both ends read the same."""
    low, high = format(found["low"], form), format(found["high"], form)
    return low if low == high else say("cli.span", low=low, high=high)


_SERVICES = ("of", "certain", "possible", "excluded", "area_only", "nowhere")


def network(asked: argparse.Namespace) -> int:
    """Say who works with whom, and what breaks if one stops."""
    atlas = opened(asked.atlas)
    under = scenario.asked_under(atlas, asked.scenario)
    with progress.watched() as watch:
        found = network_sums.report(
            under.read("organizations"), under.read("ties"), today(), watch=watch
        )
    found["inclusion"] = _inclusion(under.read, found["core"])
    found["scenario"] = scenario.network(atlas, under, today())
    if asked.json:
        answer_json(found)
    else:
        names = {row["actor"]: row["name"] for row in found["measures"]}
        answer(*_network_text(found), *scenario.lines(found["scenario"], names))
    return 0


def _inclusion(read: Read, core: dict[str, Any]) -> dict[str, Any]:
    """Say who has no seat, and who is not heard, by the same ties and the same core."""
    organizations, ties = read("organizations"), Counted(on=today()).of(read("ties"))
    return inclusion_told.told(
        network_sums.graph_of(organizations, ties),
        organizations=organizations,
        ties=ties,
        bodies=read("bodies"),
        taken=read("seats"),
        core=core["members"] if core["clear"] else None,
    )


def _network_text(found: dict[str, Any]) -> list[str]:
    names = {row["actor"]: row["name"] for row in found["measures"]}
    lines = [
        say(
            "cli.network_answer",
            actors=found["actors"],
            pairs=found["tied_pairs"],
            possible=found["possible_pairs"],
            parts=found["parts"],
            isolates=len(found["isolates"]),
            day=found["on"],
        )
    ]
    if found["not_shown"]:
        lines.append(say("network.not_shown", count=found["not_shown"]))
    for kind, column in (("cut_points", "actor"), ("go_betweens", "go_between")):
        for row in found[kind][:FIRST]:
            who = names.get(row[column], row[column])
            lines.append(say(f"cli.network_{kind}", actor=who, count=row["number"]))
    for body in found["inclusion"]["bodies"]:
        if body["without"]:
            sectors = ", ".join(say(f"sector.{one}") for one in body["without"])
            lines.append(say("seats.answer_sector", body=body["name"], sector=sectors))
    return [*lines, *found["said"]]
