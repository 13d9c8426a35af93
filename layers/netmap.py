"""A round of Net-Map inside a session: groups say who is linked to whom, and who has influence.

The facilitator sets the question, the kinds of links and the actors, and moves the round on; groups
sit apart and enter on a phone of their own, or on paper that she types in. What is entered belongs
to the group (``docs/decisions/0016-a-groups-entries.md``): no row of it names a phone.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from layers import netmap_taking, vocab
from layers.errors import LayerError
from layers.netmap_taking import NAME_LENGTH, Entry
from layers.plain_text import plain_text
from layers.room import Room
from layers.room_session import CODE_LENGTH, CODE_LETTERS

STAGES = ("ready", "links", "towers", "ended")
WALLS = ("off", "stage", "links", "towers")
LETTERS = "ABCDEFGH"
MOST_GROUPS = len(LETTERS)
MOST_ACTORS = 200
MOST_PEOPLE = 500
QUESTION_LENGTH = 140
FORMS = ("round", "square", "city", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """An actor of the round; ``organization`` is its row in the atlas, None where it has none."""

    id: str = ""
    name: str
    organization: str | None = None
    kind: str | None = None
    form: str = "unknown"  # how it is drawn: led by migrants, or not, or nobody knows
    party: int | None = None  # the group that typed it
    state: str = "shown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A group at its table; the number of people never leaves the room's file."""

    party: int
    people: int
    code: str
    is_right: bool  # it has heard its towers and calls them right

    @property
    def letter(self) -> str:
        """What the group is called."""
        return LETTERS[self.party]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """How a round was set up, and where it stands."""

    session: str
    question: str
    kinds: tuple[str, ...]
    stage: str
    step: int  # which of the kinds is asked now
    opened: int  # how many of them have been
    wall: str
    groups: tuple[Group, ...]
    actors: tuple[Actor, ...]  # by name, those that groups typed last; those that wait too

    @property
    def kind(self) -> str:
        """The kind of link that is asked now."""
        return self.kinds[self.step]

    @property
    def shown(self) -> tuple[Actor, ...]:
        """The actors that groups may use."""
        return tuple(one for one in self.actors if one.state == "shown")


def set_up(
    room: Room,
    session_id: str,
    *,
    question: str,
    kinds: Sequence[str],
    actors: Sequence[Actor],
    people: Sequence[int],
) -> None:
    """Set a round up; a session has one.

    Parameters
    ----------
    room, session_id
        Where.
    question
        What influence is asked for: "Who decides where language courses are?".
    kinds
        Kinds of links, in the order in which they are asked.
    actors
        Those that groups may link.
    people
        How many people sit in each group, A first.

    Raises
    ------
    LayerError
        ``netmap_incomplete`` where something is empty, too long, too many or no code;
        ``netmap_there`` where there is a round; ``session_unknown``, ``session_closed``.
    """
    said = plain_text(question, most=QUESTION_LENGTH)
    named = [replace(one, name=plain_text(one.name, most=NAME_LENGTH)) for one in actors]
    fine = (
        said
        and kinds
        and set(kinds) <= set(vocab.TIE_KIND)
        and len(set(kinds)) == len(kinds)
        and 2 <= len(named) <= MOST_ACTORS
        and all(one.name and one.form in FORMS for one in named)
        and 1 <= len(people) <= MOST_GROUPS
        and all(0 < number <= MOST_PEOPLE for number in people)
    )
    if not fine:
        raise LayerError("netmap_incomplete", groups=MOST_GROUPS, actors=MOST_ACTORS)

    def make(db: sqlite3.Connection) -> None:
        state = db.execute("SELECT state FROM sessions WHERE id = ?", (session_id,)).fetchone()
        if state is None or state[0] == "closed":
            raise LayerError("session_closed" if state else "session_unknown")
        if db.execute("SELECT 1 FROM netmaps WHERE session = ?", (session_id,)).fetchone():
            raise LayerError("netmap_there")
        db.execute(
            "INSERT INTO netmaps (session, question, kinds, stage, step, opened, wall)"
            " VALUES (?, ?, ?, 'ready', 0, 0, 'off')",
            (session_id, said, json.dumps(list(kinds))),
        )
        db.executemany(
            "INSERT INTO netmap_groups (session, party, people, code, is_right)"
            " VALUES (?, ?, ?, ?, 0)",
            [(session_id, party, number, _code()) for party, number in enumerate(people)],
        )
        for one in named:
            _insert_actor(db, session_id, one)

    room.change(session_id, make).result()


def round_of(room: Room, session_id: str) -> Round | None:
    """Read the round of a session; None where it has none."""
    rows = room.read(
        "SELECT question, kinds, stage, step, opened, wall FROM netmaps WHERE session = ?",
        (session_id,),
    )
    if not rows:
        return None
    question, kinds, stage, step, opened, wall = rows[0]
    groups = room.read(
        "SELECT party, people, code, is_right FROM netmap_groups WHERE session = ? ORDER BY party",
        (session_id,),
    )
    actors = room.read(
        "SELECT id, name, organization, kind, form, party, state FROM netmap_actors"
        " WHERE session = ?",
        (session_id,),
    )
    names = ("id", "name", "organization", "kind", "form", "party", "state")
    every = [Actor(**dict(zip(names, row, strict=True))) for row in actors]
    return Round(
        session=session_id,
        question=question,
        kinds=tuple(json.loads(kinds)),
        stage=stage,
        step=step,
        opened=opened,
        wall=wall,
        groups=tuple(
            Group(party=party, people=people, code=code, is_right=bool(right))
            for party, people, code, right in groups
        ),
        # typed ones last: the numbers on sheets that are printed stay as they are
        actors=tuple(
            sorted(every, key=lambda one: (one.party is not None, one.name.casefold(), one.id))
        ),
    )


def find(room: Room, code: str) -> tuple[str, int]:
    """Give session and number of the group that a code is of.

    Raises
    ------
    LayerError
        ``netmap_unknown``.
    """
    rows = room.read("SELECT session, party FROM netmap_groups WHERE code = ?", (code,))
    if not rows:
        raise LayerError("netmap_unknown")
    return str(rows[0][0]), int(rows[0][1])


def enter(room: Room, code: str, said: Entry) -> Future[bool]:
    """Keep what a group's phone says; as :func:`layers.netmap_taking.take`, done when on the disk.

    Raises
    ------
    LayerError
        Here ``netmap_unknown``; in the future what taking it raises.
    """
    session_id, _ = find(room, code)
    done = room.change(session_id, lambda db: netmap_taking.take(db, code, said))
    if said.do == "undo":
        done.add_done_callback(lambda _: room.forget_soon())
    return done


# --- reading --------------------------------------------------------------------------------------


def links(room: Room, session_id: str) -> pd.DataFrame:
    """Read all links: id (hexadecimal), party, kind, one, other, mutual, state; in no order."""
    rows = room.read(
        "SELECT lower(hex(id)), party, kind, one, other, mutual, state FROM netmap_links"
        " WHERE session = ? ORDER BY id",
        (session_id,),
    )
    names = ["id", "party", "kind", "one", "other", "mutual", "state"]
    return pd.DataFrame.from_records(rows, columns=names).astype({"mutual": bool})


def towers(room: Room, session_id: str) -> pd.DataFrame:
    """Read all towers: party, actor, height; what a group did not touch is not there."""
    rows = room.read(
        "SELECT party, actor, height FROM netmap_towers WHERE session = ?", (session_id,)
    )
    return pd.DataFrame.from_records(rows, columns=["party", "actor", "height"])


def counts(room: Room, session_id: str) -> pd.DataFrame:
    """Count what groups have entered: party, kind (empty: towers), entries."""
    rows = room.read(
        "SELECT party, kind, count(*) FROM netmap_links WHERE session = ?1 GROUP BY party, kind"
        " UNION ALL SELECT party, '', count(*) FROM netmap_towers WHERE session = ?1"
        " GROUP BY party",
        (session_id,),
    )
    return pd.DataFrame.from_records(rows, columns=["party", "kind", "entries"])


# --- what the facilitator does --------------------------------------------------------------------


def move(room: Room, session_id: str, stage: str, *, step: int = 0) -> None:
    """Move the round to a stage, and within the links to a kind; a kind asked once stays open.

    Raises
    ------
    LayerError
        ``netmap_none``.
    """
    found = _needed(room, session_id)
    if stage not in STAGES or not 0 <= step < len(found.kinds):
        raise ValueError(f"a round is not moved to {stage!r} {step}")
    opened = max(found.opened, step + 1) if stage == "links" else found.opened
    _set(room, session_id, "stage = ?, step = ?, opened = ?", (stage, step, opened))


def show(room: Room, session_id: str, wall: str) -> None:
    """Turn the wall to the round: its stage, its links, its towers; ``off``: to the map."""
    if wall not in WALLS:
        raise ValueError(f"a wall shows no {wall!r}")
    _set(room, session_id, "wall = ?", (wall,))


def recode(room: Room, session_id: str, party: int) -> None:
    """Give a group another code: whoever has the old one is out."""
    _change(
        room,
        session_id,
        "UPDATE netmap_groups SET code = ? WHERE session = ? AND party = ?",
        (_code(), session_id, party),
    )


def count_people(room: Room, session_id: str, party: int, people: int) -> None:
    """Say anew how many people sit in a group."""
    if not 0 < people <= MOST_PEOPLE:
        raise LayerError("netmap_incomplete", groups=MOST_GROUPS, actors=MOST_ACTORS)
    _change(
        room,
        session_id,
        "UPDATE netmap_groups SET people = ? WHERE session = ? AND party = ?",
        (people, session_id, party),
    )


def add_actor(room: Room, session_id: str, actor: Actor) -> None:
    """Add an actor, or let one that waits in: the one of the same id, as it is given here.

    Raises
    ------
    LayerError
        ``netmap_incomplete`` where it has no name, or there are too many.
    """
    found = _needed(room, session_id)
    named = replace(actor, name=plain_text(actor.name, most=NAME_LENGTH), state="shown")
    if not named.name or len(found.shown) >= MOST_ACTORS:
        raise LayerError("netmap_incomplete", groups=MOST_GROUPS, actors=MOST_ACTORS)
    room.change(session_id, lambda db: _insert_actor(db, session_id, named)).result()


def name_organization(room: Room, session_id: str, actor_id: str, organization: str) -> None:
    """Keep which row of the atlas an actor is."""
    _change(
        room,
        session_id,
        "UPDATE netmap_actors SET organization = ? WHERE session = ? AND id = ?",
        (organization, session_id, actor_id),
    )


def refuse_actor(room: Room, session_id: str, actor_id: str) -> None:
    """Delete a name that a group typed and that waits."""
    _change(
        room,
        session_id,
        "DELETE FROM netmap_actors WHERE session = ? AND id = ? AND state = 'waiting'",
        (session_id, actor_id),
    )
    room.forget_soon()


def hide(room: Room, session_id: str, link_id: str, *, on: bool = True) -> None:
    """Hide a link from group, wall and atlas, or let it be seen again."""
    _change(
        room,
        session_id,
        "UPDATE netmap_links SET state = ? WHERE session = ? AND id = ?",
        ("hidden" if on else "shown", session_id, bytes.fromhex(link_id)),
    )


def write_link(room: Room, session_id: str, party: int, said: Entry) -> None:
    """Enter a link from paper, at any stage; the same one twice is one.

    Raises
    ------
    LayerError
        ``answer_unknown``, ``netmap_full``.
    """
    row_id = secrets.token_bytes(16)
    room.change(
        session_id,
        lambda db: netmap_taking.put_link(db, session_id, party, said, row_id),
    ).result()


def remove_link(room: Room, session_id: str, link_id: str) -> None:
    """Delete a link that was typed in by mistake."""
    _change(
        room,
        session_id,
        "DELETE FROM netmap_links WHERE session = ? AND id = ?",
        (session_id, bytes.fromhex(link_id)),
    )
    room.forget_soon()


def write_towers(
    room: Room, session_id: str, party: int, heights: Mapping[str, int | None], *, is_right: bool
) -> None:
    """Enter a group's towers from paper; None: nothing is said of that actor.

    Raises
    ------
    LayerError
        ``answer_unknown``.
    """

    def write(db: sqlite3.Connection) -> None:
        for actor, height in heights.items():
            if height is None:
                netmap_taking.build(db, session_id, party, actor, by=0)
            else:
                netmap_taking.check_actor(db, session_id, actor)
                netmap_taking.put_height(db, session_id, party, actor, max(0, height))
        netmap_taking.call_right(db, session_id, party, on=is_right)

    room.change(session_id, write).result()


def remove(room: Room, session_id: str) -> None:
    """Delete the round with all that groups entered, so that another can be set up."""

    def empty(db: sqlite3.Connection) -> None:
        for table in (
            *("netmap_seen", "netmap_towers", "netmap_links", "netmap_actors", "netmap_groups"),
            "netmaps",
        ):
            db.execute(f"DELETE FROM {table} WHERE session = ?", (session_id,))  # noqa: S608 - our own names

    room.change(session_id, empty).result()
    room.forget_soon()


def _insert_actor(db: sqlite3.Connection, session_id: str, one: Actor) -> None:
    db.execute(
        "INSERT INTO netmap_actors (session, id, name, organization, kind, form, party, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET name = excluded.name,"
        " organization = excluded.organization, kind = excluded.kind, form = excluded.form,"
        " state = excluded.state",
        (
            *(session_id, one.id or secrets.token_hex(16), one.name, one.organization, one.kind),
            *(one.form, one.party, one.state),
        ),
    )


def _needed(room: Room, session_id: str) -> Round:
    found = round_of(room, session_id)
    if found is None:
        raise LayerError("netmap_none")
    return found


def _set(room: Room, session_id: str, what: str, values: tuple[Any, ...]) -> None:
    _change(
        room,
        session_id,
        f"UPDATE netmaps SET {what} WHERE session = ?",  # noqa: S608 - our own names
        (*values, session_id),
    )


def _change(room: Room, session_id: str, sql: str, values: tuple[Any, ...]) -> None:
    room.change(session_id, lambda db: db.execute(sql, values)).result()


def _code() -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
