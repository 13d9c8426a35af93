"""What if: named lists of changes that are looked at and never made.

A scenario is a reader: it gives every table as it would be, so that whatever asks the atlas can be
asked under it, and the atlas stays as it is (``docs/decisions/0015-a-scenario-is-a-reader.md``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from layers.errors import LayerError
from layers.plain_text import plain_text
from mapping.city import City
from mapping.offers import Read
from mapping.scenario_steps import Step, checked
from mapping.scenario_tables import Tables

MOST_STEPS: Final = 60
MOST_NAME: Final = 60  # letters
MOST_ABOUT: Final = 400
LONGEST: Final = 60_000  # letters of its JSON
_KEPT: Final = 100  # lists of steps that undo can go back to
_ABOUT: Final = frozenset({"id", "row_version"})  # said of a scenario that is kept
# tables that decide where walks begin and end
_GROUND: Final = frozenset({"locations", "areas", "streets", "street_nodes", "ground"})

Steps = tuple[Step, ...]


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """A named list of steps, with what was done and undone before.

    Attributes
    ----------
    name, about
        What it is called, and what it is for.
    steps
        In the order in which they are done; see :data:`mapping.scenario_steps.VERBS`.
    earlier, undone
        Lists of steps that :func:`undo` and :func:`redo` go to, the nearest last.
    """

    name: str = ""
    about: str = ""
    steps: Steps = ()
    earlier: tuple[Steps, ...] = ()
    undone: tuple[Steps, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Give name, what it is for, and the steps: what is kept and shared."""
        return {"name": self.name, "about": self.about, "steps": [dict(one) for one in self.steps]}

    def to_json(self) -> str:
        """Write it as the JSON that :func:`from_json` reads."""
        return json.dumps(self.as_dict(), ensure_ascii=False, indent=1)


def do(scenario: Scenario, step: Mapping[str, Any]) -> Scenario:
    """Add a step at the end.

    Raises
    ------
    LayerError
        ``scenario_too_many``, and those of :func:`mapping.scenario_steps.checked`.

    Examples
    --------
    >>> one = do(Scenario(), {"do": "remove_actor", "actor": "org-7"})
    >>> undo(one).steps, redo(undo(one)) == one
    ((), True)
    """
    if len(scenario.steps) >= MOST_STEPS:
        raise LayerError("scenario_too_many", most=MOST_STEPS)
    return _now(scenario, (*scenario.steps, checked(step, len(scenario.steps) + 1)))


def drop(scenario: Scenario, at: int) -> Scenario:
    """Take one step out of the list, wherever it stands; it can be undone."""
    return _now(scenario, (*scenario.steps[:at], *scenario.steps[at + 1 :]))


def undo(scenario: Scenario) -> Scenario:
    """Go back to the steps before the last change of them; where there is none, nothing."""
    if not scenario.earlier:
        return scenario
    *earlier, before = scenario.earlier
    undone = (*scenario.undone, scenario.steps)
    return replace(scenario, steps=before, earlier=tuple(earlier), undone=undone)


def redo(scenario: Scenario) -> Scenario:
    """Do again what was undone last; where there is nothing, nothing."""
    if not scenario.undone:
        return scenario
    *undone, after = scenario.undone
    earlier = (*scenario.earlier, scenario.steps)
    return replace(scenario, steps=after, earlier=earlier, undone=tuple(undone))


def _now(scenario: Scenario, steps: Steps) -> Scenario:
    earlier = (*scenario.earlier, scenario.steps)[-_KEPT:]
    return replace(scenario, steps=steps, earlier=earlier, undone=())


def from_json(said: str | Mapping[str, Any]) -> Scenario:
    """Read a scenario from its JSON, which may be anything.

    Raises
    ------
    LayerError
        ``scenario_not_json``, ``scenario_too_large``, ``scenario_key_unknown``,
        ``scenario_too_many``, and those of :func:`mapping.scenario_steps.checked`.

    Examples
    --------
    >>> from_json('{"name": "Without the desk", "steps": []}').name
    'Without the desk'
    """
    if isinstance(said, str):
        said = _read(said)
    if not isinstance(said, Mapping):
        raise LayerError("scenario_not_json", line=1)
    known = ("name", "about", "steps")
    strange = sorted(str(key) for key in said if key not in known and key not in _ABOUT)
    if strange:
        key = plain_text(strange[0], most=MOST_NAME)
        raise LayerError("scenario_key_unknown", key=key, known=", ".join(known))
    texts = {}
    for key, most in (("name", MOST_NAME), ("about", MOST_ABOUT)):
        text = said.get(key) or ""
        if not isinstance(text, str) or len(text) > most:
            raise LayerError("scenario_value", number=0, key=key, known=f"0-{most}")
        texts[key] = plain_text(text, most=most)
    steps = said.get("steps")
    if not isinstance(steps, list | tuple):
        raise LayerError("scenario_step_incomplete", number=1, key="steps")
    if len(steps) > MOST_STEPS:
        raise LayerError("scenario_too_many", most=MOST_STEPS)
    return Scenario(
        name=texts["name"],
        about=texts["about"],
        steps=tuple(checked(step, at) for at, step in enumerate(steps, start=1)),
    )


def _read(text: str) -> Any:  # noqa: ANN401 - any JSON
    """Read JSON that may be too long, too deep, or hold numbers that nobody can read."""
    if len(text) > LONGEST:
        raise LayerError("scenario_too_large")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LayerError("scenario_not_json", line=getattr(error, "lineno", 1)) from error


def under(read: Read, scenario: Scenario) -> Tables:
    """Give the tables as they would be, and the steps that do not apply to this atlas."""
    return Tables(read, scenario.steps)


def reader(read: Read, scenario: Scenario) -> Read:
    """Give a reader in which the changes of a scenario are made.

    Parameters
    ----------
    read
        Gives a table of the atlas by name; its tables are not changed, nor is the atlas.
    scenario
        Steps that do not apply are left out: :func:`under` names them.
    """
    return under(read, scenario).read


def city_under(city: City, scenario: Scenario) -> City:
    """Give a city as it would be; what is found about its streets and homes is shared.

    Parameters
    ----------
    city
        The city as it is.
    scenario
        What would be different.
    """
    tables = under(city.read, scenario)
    other = City(tables.read, city.meta, day=city.day, minutes=city.minutes)
    if not tables.touched & _GROUND:
        other.walk_as(city)
    return other
