"""A new tie between two actors, as a person makes it on the picture: looked at, then written.

What a desk writes is never a confirmation by either of the two: those are counted only from what
the organizations say themselves (see :mod:`layers.confirming`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from layers import clock, consent, editing
from layers.atlas import Atlas
from layers.checking import Edit
from layers.errors import LayerError
from layers.history import Revision

MUTUAL, DIRECTED = "mutual", "directed"


@dataclass(frozen=True, slots=True, kw_only=True)
class There:
    """One tie that lasts between the two: ``from_id`` is where it starts, whatever its way."""

    id: str
    kind: str
    direction: str
    from_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is between two actors already, and what must not be proposed between them.

    ``bans`` are the kinds that are never proposed, ``""`` for any.
    """

    from_id: str
    to_id: str
    there: tuple[There, ...]
    bans: tuple[str, ...]

    def clash(self, kind: str, direction: str) -> There | None:
        """Give the tie that says the same already, or stands where the new one would."""
        for one in self.there:
            same_way = one.from_id == self.from_id
            both = MUTUAL in (one.direction, direction)
            if one.kind == kind and (same_way or both):
                return one
        return None


@dataclass(frozen=True, slots=True)
class Made:
    """A tie that was written, and the change that takes it back."""

    id: str
    revision_id: str


def draft(atlas: Atlas, from_id: str, to_id: str) -> Draft:
    """Look at what is between two actors already.

    Parameters
    ----------
    atlas
        Only read.
    from_id, to_id
        The two, in the order in which they were chosen.

    Raises
    ------
    LayerError
        ``tie_with_itself``; ``actor_gone`` where one is not there; ``actor_not_shown`` where one
        refused to be shown.
    """
    if from_id == to_id:
        raise LayerError("tie_with_itself")
    actors = atlas.read("organizations")
    shown = set(consent.shown_actors(actors)["id"])
    for one in (from_id, to_id):
        if one not in set(actors["id"]):
            raise LayerError("actor_gone")
        if one not in shown:
            raise LayerError("actor_not_shown")
    today = pd.Timestamp(clock.today())
    ties, bans = (_between(atlas.read(name), from_id, to_id) for name in ("ties", "bans"))
    lasting = [
        ~(table["until"].notna() & (pd.to_datetime(table["until"]) < today))
        for table in (ties, bans)
    ]
    return Draft(
        from_id=from_id,
        to_id=to_id,
        there=tuple(
            There(
                id=str(one["id"]),
                kind=str(one["kind"]),
                direction=str(one["direction"]),
                from_id=str(one["from_id"]),
            )
            for one in ties[lasting[0]].to_dict("records")
        ),
        bans=tuple(sorted({str(one) for one in bans[lasting[1]]["kind"].fillna("")})),
    )


def make(  # noqa: PLR0913 - the fields of the form, all named
    atlas: Atlas,
    *,
    from_id: str,
    to_id: str,
    kind: str,
    direction: str,
    strength: int | None = None,
    participation: str | None = None,
    cooperation: str | None = None,
    gives: str | None = None,
    needs: str | None = None,
    since: date | None = None,
    until: date | None = None,
    says_who: str | None = None,
    who: str = "",
) -> Made:
    """Write a new tie as one change, which the history takes back.

    Parameters
    ----------
    atlas
        Where the tie is written.
    from_id, to_id
        Where it starts and where it goes; of a mutual tie the order says nothing.
    kind, direction, strength, participation, cooperation, gives, needs, since, until, says_who
        As in table ``ties``; ``None`` is unknown.
    who
        Name that the person at the desk gave.

    Returns
    -------
    made
        Its identifier and its change. Nobody of the two has confirmed it.

    Raises
    ------
    LayerError
        As :func:`draft`; ``tie_there`` where a tie of the kind is there already, with its row;
        what :func:`layers.checking.problems` finds in the other fields.
    """
    clash = draft(atlas, from_id, to_id).clash(kind, direction)
    if clash is not None:
        raise LayerError("tie_there", row=clash.id)
    values: dict[str, Any] = {
        "from_id": from_id,
        "to_id": to_id,
        "kind": kind,
        "direction": direction,
        "strength": strength,
        "participation": participation,
        "cooperation": cooperation,
        "gives": gives,
        "needs": needs,
        "since": since,
        "until": until,
        "confirmed_by": 0,
        "says_who": says_who,
        "date_checked": clock.today(),
    }
    tie = editing.new_id("ties")
    tables = {name: atlas.read(name) for name in ("ties", "organizations")}
    edit = Edit(table="ties", id=tie, values=values)
    made = editing.operations(tables, [edit], today=clock.today())
    return Made(
        tie, editing.save(atlas, made, Revision(kind="edit", who=who, about={"table": "ties"}))
    )


def _between(table: pd.DataFrame, one: str, other: str) -> pd.DataFrame:
    ends = table["from_id"].isin([one, other]) & table["to_id"].isin([one, other])
    return table[ends & (table["from_id"] != table["to_id"])]
