"""Save a round of Net-Map to the atlas: links that the facilitator ticked, and ranks with a band.

A link becomes a tie that the facilitator says, confirmed by neither of the two. What groups of
fewer than five people said is in it only with others like them (:mod:`layers.netmap_ranks`).
Nothing of phones, groups' codes, numbers of people or times goes along; a rehearsal saves nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from layers import closing, consent, editing, netmap, netmap_ranks
from layers.atlas import Atlas
from layers.changes import Operation, carry_out
from layers.errors import LayerError
from layers.history import Revision
from layers.netmap import Actor, Round
from layers.netmap_ranks import Unit
from layers.room import Room
from layers.room_session import Session

STATES = ("new", "there", "contradicts", "differ", "ended")
"""A link is new; there already; there in the other direction or one way only; said differently by
groups; or there with a last day that is over."""
ENOUGH = (
    2  # groups that said a new link: what one table says alone is ticked by hand, or not at all
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What could be saved.

    ``links`` has the columns key, kind, one, other (identifiers of the round), one_name,
    other_name, mutual, groups (how many units said so), state (one of :data:`STATES`). ``units``
    are those whose ranks can be saved; ``left_out`` counts links that only too few people said.
    """

    links: pd.DataFrame
    units: tuple[Unit, ...]
    towers: pd.DataFrame
    left_out: int
    has_towers: bool  # whether the atlas holds ranks of this session already
    is_published: bool  # ranks name the session, so it has to be there first

    @property
    def suggested(self) -> pd.Series:
        """Whether a link is ticked to begin with: new, and said by two groups or more."""
        return self.links["state"].eq("new") & self.links["groups"].ge(ENOUGH)


def preview(room: Room, session: Session, atlas: Atlas) -> Preview:
    """Say what of a round could be saved, and what of it the atlas holds already.

    Parameters
    ----------
    room, session
        Whose round.
    atlas
        Where it would be saved.

    Raises
    ------
    LayerError
        ``netmap_none`` where the session has no round.
    """
    found = netmap.round_of(room, session.id)
    if found is None:
        raise LayerError("netmap_none")
    links = netmap.links(room, session.id)
    links = links[links["state"] == "shown"]
    said = [one for one in found.groups if one.party in set(links["party"])]
    unit_of = {party: unit.name for unit in netmap_ranks.units(said) for party in unit.parties}
    kept = links[links["party"].isin(unit_of)]
    usable = _usable(found, atlas)
    every = merged(kept, unit_of)
    every = every[every["one"].isin(usable) & every["other"].isin(usable)]
    ties = atlas.read("ties")
    names = {one.id: one.name for one in found.actors}
    rows = [
        {
            **row,
            "key": f"{row['kind']} {row['one']} {row['other']} {int(row['mutual'])}",
            "one_name": names[row["one"]],
            "other_name": names[row["other"]],
            "state": "differ" if row["differ"] else _state(row, ties, usable, day=session.held_on),
        }
        for row in every.to_dict("records")
    ]
    columns = ["key", "kind", "one", "other", "one_name", "other_name", "mutual", "groups", "state"]
    towers = netmap.towers(room, session.id)
    right = [one for one in found.groups if one.is_right and one.party in set(towers["party"])]
    saved = atlas.read("towers")
    return Preview(
        links=pd.DataFrame(rows, columns=columns),
        units=netmap_ranks.units(right),
        towers=towers,
        left_out=len(_pairs(links) - _pairs(kept)),
        has_towers=bool(saved["session_id"].eq(session.published_as).any()),
        is_published=closing.is_published(session, atlas=atlas),
    )


def merged(links: pd.DataFrame, unit_of: Mapping[int, str]) -> pd.DataFrame:
    """Put the links of units together: one row a statement, and whether units differ in it.

    Parameters
    ----------
    links
        As :func:`layers.netmap.links`, of these groups only.
    unit_of
        Name of the unit by number of the group.

    Returns
    -------
    statements
        kind, one, other, mutual, groups, differ. A unit that said both directions said mutual.
    """
    ways: dict[tuple[str, str, str], dict[str, set[bool]]] = {}
    for row in links.to_dict("records"):
        low, high = sorted((row["one"], row["other"]))
        said = {True, False} if row["mutual"] else {row["one"] == low}
        pair = ways.setdefault((row["kind"], low, high), {})
        pair.setdefault(unit_of[row["party"]], set()).update(said)
    rows = []
    for (kind, low, high), units in sorted(ways.items()):
        versions: dict[frozenset[bool], int] = {}
        for said in units.values():
            versions[frozenset(said)] = versions.get(frozenset(said), 0) + 1
        for version, count in sorted(versions.items(), key=lambda one: (-one[1], sorted(one[0]))):
            one, other = (low, high) if True in version else (high, low)
            rows.append((kind, one, other, len(version) > 1, count, len(versions) > 1))
    return pd.DataFrame(rows, columns=["kind", "one", "other", "mutual", "groups", "differ"])


def save(
    room: Room,
    session: Session,
    atlas: Atlas,
    *,
    chosen: Collection[str],
    towers: bool,
    who: str = "",
) -> str:
    """Save the ticked links, and the ranks of groups, as one change that can be undone.

    Parameters
    ----------
    room, session, atlas
        Whose round, and where to.
    chosen
        Keys of :func:`preview`; what is not in it any more is left.
    towers
        Whether to save the ranks too; once only, and where the session is published.
    who
        Who saves it, for the history.

    Returns
    -------
    revision
        Name of the change; empty where there was nothing to save.

    Raises
    ------
    LayerError
        ``netmap_rehearsal``; ``netmap_none``; ``netmap_towers_wait`` where ranks cannot be saved;
        what :func:`layers.changes.carry_out` raises.
    """
    if session.kind == "rehearsal":
        raise LayerError("netmap_rehearsal")
    found = netmap.round_of(room, session.id)
    now = preview(room, session, atlas)
    if found is None:
        raise LayerError("netmap_none")
    if towers and (now.has_towers or not now.is_published):
        raise LayerError("netmap_towers_wait")
    ticked = now.links[now.links["key"].isin(set(chosen)) & ~now.links["state"].eq("there")]
    wanted = set(ticked["one"]) | set(ticked["other"])
    usable = _usable(found, atlas)  # who refused meanwhile is in nothing
    ranks = [
        row for row in (_ranks(now, session) if towers else []) if row["organization_id"] in usable
    ]
    wanted |= {row["organization_id"] for row in ranks}
    made, ids = _organizations(
        [one for one in found.shown if one.id in wanted], usable, day=session.held_on
    )
    made += _ties(ticked, atlas.read("ties"), ids, day=session.held_on)
    made += [
        Operation(
            table="towers",
            id=editing.new_id("towers"),
            action="insert",
            values=row
            | {"question": found.question, "organization_id": ids[row["organization_id"]]},
        )
        for row in ranks
    ]
    if not made:
        return ""
    about = {"netmap": session.title}
    revision = carry_out(atlas, made, Revision(kind="edit", who=who, about=about))
    for actor, organization in ids.items():
        if usable[actor] is None:  # so that a second save knows it
            netmap.name_organization(room, session.id, actor, organization)
    return revision


def _pairs(links: pd.DataFrame) -> set[tuple[str, frozenset[str]]]:
    return {
        (kind, frozenset((one, other)))
        for kind, one, other in zip(links["kind"], links["one"], links["other"], strict=True)
    }


def _usable(found: Round, atlas: Atlas) -> dict[str, str | None]:
    """Give the organization of each actor that may be in the atlas; None for a new one."""
    every = atlas.read("organizations")
    shown = set(consent.shown_actors(every)["id"])
    there = set(every["id"])
    # a typed one that was saved, and taken back since, is new again
    new = [
        one
        for one in found.shown
        if one.organization is None or (one.party is not None and one.organization not in there)
    ]
    return {one.id: one.organization for one in found.shown if one.organization in shown} | {
        one.id: None for one in new
    }


def _state(
    row: Mapping[Any, Any], ties: pd.DataFrame, usable: Mapping[str, str | None], *, day: date
) -> str:
    one, other = usable[row["one"]], usable[row["other"]]
    if one is None or other is None:
        return "new"
    found = _between(ties, row["kind"], one, other)
    if found.empty:
        return "new"
    lasting = found[~_is_over(found, day)]
    if lasting.empty:
        return "ended"
    is_mutual = bool(lasting["direction"].eq("mutual").any()) or len(set(lasting["from_id"])) > 1
    if is_mutual:
        return "there" if row["mutual"] else "contradicts"
    if row["mutual"]:
        return "contradicts"
    return "there" if lasting["from_id"].eq(one).any() else "contradicts"


def _between(ties: pd.DataFrame, kind: str, one: str, other: str) -> pd.DataFrame:
    same = ties["from_id"].eq(one) & ties["to_id"].eq(other)
    turned = ties["from_id"].eq(other) & ties["to_id"].eq(one)
    return ties[ties["kind"].eq(kind) & (same | turned)]


def _is_over(ties: pd.DataFrame, day: date) -> pd.Series:
    return (pd.to_datetime(ties["until"]) < pd.Timestamp(day)).fillna(value=False)


def _organizations(
    actors: Collection[Actor], usable: Mapping[str, str | None], *, day: date
) -> tuple[list[Operation], dict[str, str]]:
    """Make the actors that the atlas does not hold, and give the organization of each."""
    made, ids = [], {}
    for one in actors:
        known = usable[one.id]
        ids[one.id] = known or editing.new_id("organizations")
        if known is None:
            made.append(_organization(one, ids[one.id], day))
    return made, ids


def _organization(one: Actor, new_id: str, day: date) -> Operation:
    values = {
        "name": one.name,
        "kind": one.kind,
        "says_who": "facilitator",
        "date_checked": day,
    }
    return Operation(table="organizations", id=new_id, action="insert", values=values)


def _ties(
    ticked: pd.DataFrame, ties: pd.DataFrame, ids: Mapping[str, str], *, day: date
) -> list[Operation]:
    """Make the ties; of one that groups tell in several ways, all that was ticked holds."""
    ways: dict[tuple[str, str, str], set[tuple[str, str]]] = {}
    for row in ticked.to_dict("records"):
        one, other = ids[row["one"]], ids[row["other"]]
        if one == other:  # two names for one organization
            continue
        pair = ways.setdefault((row["kind"], *sorted((one, other))), set())
        pair.update({(one, other), (other, one)} if row["mutual"] else {(one, other)})
    made = []
    for (kind, low, high), said in sorted(ways.items()):
        found = _between(ties, kind, low, high)
        found = found[~_is_over(found, day)]
        missing = said - _ways(found)
        if not missing:  # groups may differ on what the atlas holds already
            continue
        one, other = min(missing)
        both = len(missing) > 1
        if len(said) > 1 and len(found) == 1:  # one way is there: it becomes mutual, not a second
            made.append(
                Operation(
                    table="ties",
                    id=str(found["id"].iloc[0]),
                    action="update",
                    values={"direction": "mutual", "date_checked": day},
                    seen=int(found["row_version"].iloc[0]),
                )
            )
            continue
        values = {
            "from_id": one,
            "to_id": other,
            "kind": kind,
            "direction": "mutual" if both else "directed",
            "since": day,
            "confirmed_by": 0,
            "says_who": "facilitator",
            "date_checked": day,
            "extra": {"source": "session"},
        }
        made.append(
            Operation(table="ties", id=editing.new_id("ties"), action="insert", values=values)
        )
    return made


def _ways(ties: pd.DataFrame) -> set[tuple[str, str]]:
    """Name from whom to whom ties go; a mutual one goes both ways."""
    there = set(zip(ties["from_id"], ties["to_id"], strict=True))
    mutual = ties[ties["direction"].eq("mutual")]
    return there | set(zip(mutual["to_id"], mutual["from_id"], strict=True))


def _ranks(now: Preview, session: Session) -> list[dict[str, Any]]:
    rows = []
    for unit in now.units:
        ranks = netmap_ranks.unit_ranks(now.towers, unit)
        rows += [
            {
                "session_id": session.published_as,
                "group_name": unit.name,
                "organization_id": str(actor),
                "rank": float(rank),
                "ranked": len(ranks),
                "said_by": unit.said_by,
                "says_who": "facilitator",
                "date_checked": session.held_on,
            }
            for actor, rank in ranks.items()
        ]
    return rows
