"""A group's phone in a round of Net-Map: what it is told, and what it may say.

The group's code is all a phone has, in its address and in each body; there is no token, and nothing
of what comes in says which of a group's phones it was. A phone asks every few seconds whether
something is new, and is told in a word where nothing is: a round has a few dozen phones at most.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import math
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from layers import netmap
from layers import room as rooms
from layers.errors import LayerError
from layers.netmap_taking import NAME_LENGTH, Entry
from layers.room import Room
from layers.room_session import CODE_LENGTH
from mapping.phone import forms, limits
from mapping.phone.answers import answering, refused, taken
from mapping.phone.her_routes import written

PER_SECOND = 10  # entries of one group, in the long run
AT_ONCE = 100  # after the line was down, several phones speak up together
LOOKS_PER_SECOND = 20
_MOST_GROUPS = 500
_STATE = frozenset({"code", "mark"})
_ENTRY = frozenset(
    {
        *("code", "id", "do", "kind", "one", "other", "mutual", "of", "handle", "actor", "by"),
        *("name", "on"),
    }
)


class NetmapRoutes:
    """The routes of groups.

    Parameters
    ----------
    room
        The room to serve; the one of this process where none is given.
    limit
        How wrong codes are slowed down.
    """

    def __init__(self, room: Room | None = None, *, limit: limits.Limits | None = None) -> None:
        self._room = room
        self._limit = limit or limits.Limits()
        self._entries: OrderedDict[str, limits.Bucket] = OrderedDict()
        self._looks: OrderedDict[str, limits.Bucket] = OrderedDict()

    @property
    def room(self) -> Room:
        """The room, opened when it is first needed."""
        if self._room is None:
            self._room = rooms.shared()
        return self._room

    def routes(self) -> list[BaseRoute]:
        """Give the two routes under ``/net`` beside its page."""
        return [
            Route("/net/state", answering(self.state), methods=["POST"]),
            Route("/net/entries", answering(self.enter), methods=["POST"]),
        ]

    async def state(self, request: Request) -> Response:
        """Tell a group how the round stands and what it entered; in a word if nothing is new."""
        said = await forms.read(request)
        forms.check_fields(said, _STATE)
        try:
            code = _code(said)
            self._slow(self._looks, code, LOOKS_PER_SECOND)
            found = await asyncio.to_thread(state_of, self.room, code)
        except LayerError as error:
            return await self._wrong(error, request)
        if said.get("mark") == found["mark"]:
            return taken(same=True)
        return taken(**found)

    async def enter(self, request: Request) -> Response:
        """Take one entry; the answer comes when it is on the disk."""
        said = await forms.read(request)
        forms.check_fields(said, _ENTRY)
        entry = entry_of(said)
        try:
            code = _code(said)
            netmap.find(self.room, code)  # first: made-up codes fill no limits
            self._slow(self._entries, code, PER_SECOND)
            await written(netmap.enter(self.room, code, entry))
        except LayerError as error:
            return await self._wrong(error, request)
        return taken()

    async def _wrong(self, error: LayerError, request: Request) -> Response:
        """Make a wrong code wait; what is right is answered at once."""
        if error.code != "netmap_unknown":
            raise error
        self._limit.wrong()
        await asyncio.sleep(limits.WRONG_CODE_S)
        return refused(error, request)

    def _slow(self, buckets: OrderedDict[str, limits.Bucket], code: str, per_second: float) -> None:
        bucket = buckets.setdefault(code, limits.Bucket(per_second, AT_ONCE))
        buckets.move_to_end(code)
        if len(buckets) > _MOST_GROUPS:
            buckets.popitem(last=False)
        wait_s = bucket.take()
        if wait_s:
            raise LayerError("too_fast", retry_s=math.ceil(wait_s))


def state_of(room: Room, code: str) -> dict[str, Any]:
    """Give what a group may know: the round, the actors, and its own entries; of no other group.

    Raises
    ------
    LayerError
        ``netmap_unknown``.
    """
    session_id, party = netmap.find(room, code)
    session = room.get(session_id)
    found = netmap.round_of(room, session_id)
    if found is None:
        raise LayerError("netmap_unknown")
    mine = found.groups[party]
    links = netmap.links(room, session_id)
    links = links[(links["party"] == party) & (links["state"] == "shown")]
    towers = netmap.towers(room, session_id)
    towers = towers[towers["party"] == party]
    told: dict[str, Any] = {
        "title": session.title,
        "rehearsal": session.kind == "rehearsal",
        "state": session.state,
        "languages": session.languages,
        "organizer": session.setup.organizer,
        "delete_on": session.delete_on.isoformat(),
        "question": found.question,
        "group": mine.letter,
        "stage": found.stage,
        "kinds": found.kinds,
        "step": found.step,
        "right": mine.is_right,
        "actors": [[one.id, one.name, one.kind or "other"] for one in found.shown],
        "waiting": [
            [one.id, one.name]
            for one in found.actors
            if one.state == "waiting" and one.party == party
        ],
        "links": links[["id", "kind", "one", "other", "mutual"]].to_numpy().tolist(),
        "towers": dict(zip(towers["actor"], towers["height"].tolist(), strict=True)),
    }
    text = json.dumps(told, sort_keys=True)
    return told | {"mark": hashlib.sha256(text.encode()).hexdigest()[:16]}


def entry_of(said: Mapping[str, Any]) -> Entry:
    """Read an entry from a body whose fields are known.

    Raises
    ------
    LayerError
        ``field_unknown`` or ``answer_unknown``.
    """
    by, name = said.get("by", 0), _text(said, "name")
    if type(by) is not int or len(name) > 2 * NAME_LENGTH:
        raise LayerError("answer_unknown")
    name.encode()  # half a character: answered as an unreadable body
    return Entry(
        id=forms.item(said),
        do=_text(said, "do"),
        kind=_text(said, "kind"),
        one=_text(said, "one"),
        other=_text(said, "other"),
        mutual=_flag(said, "mutual", usual=False),
        of=forms.typed_item(said, "of") if "of" in said else "",
        handle=forms.handle(said),
        actor=_text(said, "actor"),
        by=by,
        name=name,
        on=_flag(said, "on", usual=True),
    )


def _code(said: Mapping[str, Any]) -> str:
    given = said.get("code")
    plain = "".join(given.upper().replace("-", " ").split()) if isinstance(given, str) else ""
    if len(plain) != CODE_LENGTH or not plain.isascii():
        raise LayerError("netmap_unknown")
    return plain


def _text(said: Mapping[str, Any], name: str) -> str:
    value = said.get(name, "")
    if not isinstance(value, str):
        raise LayerError("answer_unknown")
    return value


def _flag(said: Mapping[str, Any], name: str, *, usual: bool) -> bool:
    value = said.get(name, usual)
    if type(value) is not bool:
        raise LayerError("answer_unknown")
    return value
