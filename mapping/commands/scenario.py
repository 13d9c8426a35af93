"""The option ``--scenario``: ask an atlas as it would be, and say what is different."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from layers.atlas import Atlas
from layers.errors import LayerError
from mapping import scenario_network, scenarios
from mapping.counted import Counted
from mapping.offers import Read
from mapping.scenario_tables import Tables
from mapping.scenarios import LONGEST, Scenario
from mapping.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An atlas as it is asked: ``read`` gives its tables; the rest is None without a scenario."""

    read: Read
    scenario: Scenario | None = None
    tables: Tables | None = None

    def told(self) -> dict[str, Any] | None:
        """Say which scenario it is: ``name``, ``steps``, ``skipped`` ({"step", "why"})."""
        if self.scenario is None or self.tables is None:
            return None
        return {
            "name": self.scenario.name,
            "steps": [dict(one) for one in self.scenario.steps],
            "skipped": [{"step": one.at + 1, "why": one.why} for one in self.tables.skipped],
        }


def argument(command: argparse.ArgumentParser) -> None:
    """Name the option."""
    command.add_argument("--scenario", metavar="FILE.json", help=say("cli.scenario"))


def asked_under(atlas: Atlas, file: str | None) -> Asked:
    """Give the atlas under the scenario of a file, or as it is where no file is named."""
    if file is None:
        return Asked(read=atlas.read)
    path = Path(file)
    try:
        with path.open(encoding="utf-8-sig") as opened:
            text = opened.read(LONGEST + 1)  # a file may be anything, and may never end
    except (OSError, UnicodeDecodeError) as error:
        raise LayerError("scenario_missing", file=path.name) from error
    scenario = scenarios.from_json(text)
    tables = scenarios.under(atlas.read, scenario)
    return Asked(read=tables.read, scenario=scenario, tables=tables)


def network(atlas: Atlas, asked: Asked, day: date) -> dict[str, Any] | None:
    """Say what a scenario does to the network, ready for JSON; None without one."""
    told = asked.told()
    if asked.scenario is None or told is None:
        return None
    found = scenario_network.beside(atlas.read, asked.scenario, Counted(on=day))
    return told | scenario_network.as_json(found)


def lines(told: dict[str, Any] | None, names: dict[str, str] | None = None) -> list[str]:
    """Write it for a person: whether steps were left out, and who is cut off."""
    if told is None:
        return []
    skipped = len(told["skipped"])
    found = [say("cli.scenario_steps", count=len(told["steps"]) - skipped, skipped=skipped)]
    for key in ("cut_off", "joined"):
        if those := told.get(key):
            named = ", ".join((names or {}).get(one, one) for one in those)
            found.append(say(f"whatif.list_{'cut' if key == 'cut_off' else key}", names=named))
    return found
