"""A first answer takes long in a region: do its long parts one by one, and say how far it is."""

from __future__ import annotations

from typing import Final

from layers.importing.watch import Watch
from mapping import fitting
from mapping.city import City
from mapping.needs import Need
from mapping.personas import Persona, persona_of
from mapping.travel import Way

PARTS: Final = ("streets", "homes", "services", "walks", "cascade")


def ready(city: City, need: Need, watch: Watch | None = None) -> None:
    """Do all of an answer that takes long; asking the city afterwards takes moments.

    Parameters
    ----------
    city
        Keeps what is found; what was found before is not done again.
    need
        A persona, or a need.
    watch
        Told of each of ``PARTS``: what is shown as progress, and stopped. A part that was stopped
        leaves nothing.

    Raises
    ------
    LayerError
        ``stopped`` where somebody asked to stop; ``population_missing``, ``group_unknown``,
        ``hours_unreadable``.
    """
    persona = persona_of(need)
    tell = Watch().tell if watch is None else watch.tell
    tell("streets", 0, 0)
    if city.streets is not None:
        city.streets.links  # noqa: B018 - arranged once for all searches
    tell("homes", 0, 0)
    level, _ = city.people(persona.group)
    city.homes(level)
    tell("services", 0, 0)
    city.ends  # noqa: B018 - places are brought to the streets once
    every = ways(city, persona)
    for at, way in enumerate(every):
        tell("walks", at, len(every))
        city.walks(level, way)
    tell("cascade", 0, 0)


def ways(city: City, persona: Persona) -> list[Way]:
    """List the ways she goes: the plain one, and one for each hour at which she avoids places."""
    hours = fitting.hours_of(city, persona) if persona.avoids_unsafe else ()
    return [fitting.way(persona), *(fitting.way(persona, hour) for hour in hours)]
