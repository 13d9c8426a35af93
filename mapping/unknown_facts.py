"""What nobody knows of the services a persona could use, as questions that a phone call answers.

A question is one fact of one service: its hours at one place, whether one place has steps, whether
it asks for papers. What only people themselves can say, whom they trust, is not asked by phone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
import pandas as pd

from layers.hours import STATES
from layers.streets import Floats, Numbers
from mapping import fitting
from mapping.coverage import WHOLE, Seen
from mapping.offers import Flags

TRUST: Final = "trust"
ENOUGH: Final = 3  # known answers; with fewer a yes is as likely as a no
_UNKNOWN, _APPOINTMENT = STATES.index("unknown"), STATES.index("by_appointment")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One thing to ask of one organization.

    Attributes
    ----------
    fact
        As in ``personas.FACTS_OF``.
    caller
        Whom to ask: ``organization_id``, or empty where nobody is known to run the service.
    service_id
        The service; empty where it is a fact of a place and not of one service there.
    location_id
        The place, where the fact is one of a service at a place, else empty.
    """

    fact: str
    caller: str
    service_id: str
    location_id: str = ""


@dataclass(frozen=True, eq=False)
class Unknown:
    """The questions one persona leaves open, and the offers that hang on them.

    Attributes
    ----------
    view
        The city as she sees it.
    rows
        (o,) offers that may fit her: rows of ``Offers.table``.
    certain
        (o,) those that fit for certain.
    questions
        u questions, those of one organization one after another.
    asks
        (o, u) whether an offer hangs on a question.
    opens, closes
        (o, u) whether a yes leaves the fact certain there, and whether a no rules the offer out.
        A place that also sees people by appointment is not ruled out by its opening hours.
    chance
        (u,) how likely a yes is.
    guessed
        (u,) whether that is a guess, because too few answers are known.
    """

    view: Seen
    rows: Numbers
    certain: Flags
    questions: tuple[Question, ...]
    asks: Flags
    opens: Flags
    closes: Flags
    chance: Floats
    guessed: Flags

    @cached_property
    def open_facts(self) -> Numbers:
        """(o,) how many facts of each offer nobody knows."""
        found = self.view.facts.iloc[self.rows].isna().sum(axis=1)
        return found.to_numpy(dtype=np.int64)

    @cached_property
    def untrusted(self) -> Flags:
        """(o,) offers of which nobody knows whether her community trusts them."""
        if TRUST not in self.view.facts:
            return np.zeros(len(self.rows), dtype=np.bool_)
        column = self.view.facts[TRUST].to_numpy(dtype=np.float64)[self.rows]
        return np.asarray(np.isnan(column), dtype=np.bool_)

    @cached_property
    def callers(self) -> list[tuple[str, Numbers]]:
        """Give whom to call, each with the offers (of the o) that hang on her questions."""
        names = [caller_key(one) for one in self.questions]
        found: dict[str, Flags] = {}
        for at, name in enumerate(names):
            mine = found.setdefault(name, np.zeros(len(self.rows), dtype=np.bool_))
            mine |= self.asks[:, at]
        return [(name, np.flatnonzero(mine)) for name, mine in found.items()]


def caller_key(question: Question) -> str:
    """Name whom to call: an organization, or a service that nobody is known to run."""
    return question.caller or f"service:{question.service_id}"


def unknown(view: Seen) -> Unknown:
    """Find the questions that one persona leaves open.

    Notes
    -----
    How likely a yes is: (yes + 1) / (known + 2) among the services of her category of which the
    fact is known (Laplace's rule of succession); 1/2 where fewer than three are known.
    """
    sure, maybe = view.fits(WHOLE)
    rows = np.flatnonzero(maybe)
    found = list(_columns(view, rows))
    found.sort(key=lambda one: (caller_key(one[0]), one[0].service_id))
    shape = (len(rows), len(found))
    asks, opens, closes = (np.zeros(shape, dtype=np.bool_) for _ in range(3))
    chances = {fact: _chance(view, fact) for fact in view.facts.columns}
    for at, (_, mine, good, bad) in enumerate(found):
        asks[mine, at], opens[mine, at], closes[mine, at] = True, good, bad
    return Unknown(
        view=view,
        rows=rows,
        certain=sure[rows],
        questions=tuple(one[0] for one in found),
        asks=asks,
        opens=opens,
        closes=closes,
        chance=np.array([chances[one[0].fact][0] for one in found], dtype=np.float64),
        guessed=np.array([chances[one[0].fact][1] for one in found], dtype=np.bool_),
    )


def subjects(view: Seen, fact: str) -> list[tuple[str, str, str]]:
    """Say of every offer what a fact is a fact of: organization, service and place."""
    table = view.city.offers.table
    empty = [""] * len(table)
    names = ("organization_id", "service_id", "location_id")
    actor, service, place = (table[name].fillna("").astype(str).tolist() for name in names)
    if fact == "hours":
        return list(zip(actor, service, place, strict=True))
    if fact == "step_free":  # asked once of whoever runs services there
        owner = [one or of for one, of in zip(actor, service, strict=True)]
        return list(zip(owner, empty, place, strict=True))
    return list(zip(actor, service, empty, strict=True))


def _columns(view: Seen, rows: Numbers) -> Iterator[tuple[Question, Numbers, Flags, Flags]]:
    """Give each question with the offers (of ``rows``) it is about, and what answers do there."""
    services = view.city.offers.table["service_id"].astype(str).to_numpy(dtype=object)
    actors = view.city.offers.table["organization_id"].fillna("").astype(str).to_numpy(dtype=object)
    for fact in view.facts.columns:
        if fact == TRUST:
            continue
        can, good, bad = _answers(view, fact)
        value = view.facts[fact].to_numpy(dtype=np.float64)
        mine = np.flatnonzero(np.isnan(value[rows]) & can[rows])
        about = subjects(view, fact)
        groups: dict[tuple[str, str, str], list[int]] = {}
        for at in mine:
            groups.setdefault(about[rows[at]], []).append(int(at))
        for (_, _, place), several in groups.items():
            first = rows[several[0]]
            # a place is asked about once, whichever service a persona goes to there
            service = "" if actors[first] and fact == "step_free" else services[first]
            question = Question(
                fact=fact, caller=actors[first], service_id=service, location_id=place
            )
            offers = np.array(several, dtype=np.int64)
            yield question, offers, good[rows[offers]], bad[rows[offers]]


def _answers(view: Seen, fact: str) -> tuple[Flags, Flags, Flags]:
    """Say of every offer whether a fact can be asked, if a yes settles it, and if a no does."""
    every = np.ones(len(view.city.offers.table), dtype=np.bool_)
    if fact == "hours":
        weeks, free = view.city.offers.weeks, fitting.free_slots(view.city, view.persona)
        # appointments are an answer already, and still one after the hours are known
        can = ((weeks == _UNKNOWN) & free).any(axis=1)
        return can, every, ~((weeks == _APPOINTMENT) & free).any(axis=1)
    if fact == "language":
        return _languages(view)
    return every, every, every


def _languages(view: Seen) -> tuple[Flags, Flags, Flags]:
    """Of a language she knows some of nobody can say by phone whether it is enough."""
    offers = view.city.offers
    none = np.zeros(len(offers.table), dtype=np.bool_)
    open_well, open_some, some_spoken = none.copy(), none.copy(), none.copy()
    for tag, how in view.persona.knows():
        spoken = offers.language(tag)
        if how == "well":
            open_well |= np.isnan(spoken)
        else:
            open_some |= np.isnan(spoken)
            some_spoken |= spoken == 1
    return open_well | open_some, open_well, ~some_spoken


def _chance(view: Seen, fact: str) -> tuple[float, bool]:
    """Say how likely a yes is, and whether that is a guess."""
    value = view.facts[fact].to_numpy(dtype=np.float64)
    about = subjects(view, fact)
    said = {about[at]: value[at] for at in np.flatnonzero(view.mine & ~np.isnan(value))}
    if len(said) < ENOUGH:
        return 0.5, True
    return float(sum(said.values()) + 1) / (len(said) + 2), False


def sessions(found: Unknown) -> pd.Series:
    """Give the services whose trust nobody has said, each once."""
    services = found.view.city.offers.table["service_id"].iloc[found.rows[found.untrusted]]
    return services.drop_duplicates()
