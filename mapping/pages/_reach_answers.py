"""The answers of the page Reach: computed once for each persona and order, beside the page."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from layers import clock
from layers.importing.watch import Watch
from mapping import cascade_told, coverage, findings
from mapping.cascade import Cascade, cascade
from mapping.city import City
from mapping.coverage import Seen
from mapping.findings import Finding
from mapping.pages import _job, _shared
from mapping.personas import Persona
from mapping.ready import ready

KEPT: Final = 48  # answers; a dozen numbers an area and step each
Asked = tuple[Persona, tuple[str, ...]]


@dataclass(frozen=True, eq=False)
class Answer:
    """A cascade, its numbers as they may be shown, and the services as she sees them."""

    cascade: Cascade
    told: dict[str, Any]
    view: Seen

    @property
    def persona(self) -> Persona:
        """Whom it is about."""
        return self.cascade.persona

    @property
    def steps(self) -> list[dict[str, Any]]:
        """The steps in their order."""
        found: list[dict[str, Any]] = self.told["steps"]
        return found


def answers(
    city: City, people: Sequence[Persona], order: tuple[str, ...]
) -> list[Answer] | _job.Job | None:
    """Give one answer a persona.

    Returns
    -------
    answers
        None while they are computed; then the page shows how far that is. The job where it failed
        or was stopped.
    """
    kept: OrderedDict[Asked, Answer] = _shared.once("reach kept", clock.today(), OrderedDict)
    # what she is called changes no number
    asked: list[Asked] = [(replace(one, name="", about=""), order) for one in people]
    new = [one for one in dict.fromkeys(asked) if one not in kept]
    if new:
        key = (_shared.atlas().state(), clock.today(), tuple(new))
        job = _job.run("reach", key, lambda watch: _compute(city, new, watch))
        if job is None or job.error is not None:
            return job
        kept.update(job.result)
    for one in asked:
        kept.move_to_end(one)
    found = [kept[one] for one in asked]
    while len(kept) > KEPT:
        kept.popitem(last=False)
    return found


def _compute(city: City, new: Sequence[Asked], watch: Watch) -> dict[Asked, Answer]:
    found = {}
    for done, (persona, order) in enumerate(new):
        watch.tell("cascade", done, len(new))
        ready(city, persona, watch)
        answer = cascade(city, persona, order=order)
        found[persona, order] = Answer(
            answer, cascade_told.told(answer), coverage.seen(city, persona)
        )
    watch.tell("cascade", len(new), len(new))
    return found


def _kept_findings() -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = _shared.once("reach findings", clock.today(), dict)
    return found


def stood_out() -> list[Finding]:
    """Give what was found to stand out; empty where nobody has looked yet."""
    return _kept_findings().get("found", [])


def stands_out(city: City, *, wait: bool = True) -> list[Finding] | None:
    """Give what stands out in the city.

    Parameters
    ----------
    city
        What is asked.
    wait
        Show how far the looking is, where it is not over; else it goes on beside the page, which
        does without until it is built again.

    Returns
    -------
    findings
        None while they are looked for. Empty where that was stopped.
    """
    kept = _kept_findings()
    if "found" in kept:
        return kept["found"]
    key = (_shared.atlas().state(), clock.today())
    how = _job.run if wait else _job.begin
    job = how("reach_findings", key, lambda watch: _look(city, watch))
    if job is None or not job.done:
        return None
    if job.error is not None or job.crash is not None:
        return []
    kept["found"] = job.result
    return kept["found"]


def _look(city: City, watch: Watch) -> list[Finding]:
    watch.tell("findings", 0, 0)
    return findings.findings(city)
