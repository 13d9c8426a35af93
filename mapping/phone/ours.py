"""The private page of an organization: what we hold about it, and its answers as proposals.

The secret stands behind the ``#`` of the address, which no browser sends, and comes in a header:
it is in no log, no path and no query. An answer changes nothing before the desk accepts it, and an
organization reaches its own rows only, because all is looked up in what is held about it.
"""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from layers import answering, holding, inviting, proposing, rating
from layers import room as room_store
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.inviting import Invitation
from layers.room import Room
from mapping.phone import forms, slowing
from mapping.phone.answers import answering as with_answers
from mapping.phone.answers import taken

MOST_BYTES = 15_000  # the guard lets 16 kB through
MOST_WAITING = 400  # open proposals of one organization
DEFAULT_ATLAS = "var/sample.gpkg"
_ANSWERS = frozenset({"id", "answers"})
_WITHDRAW = frozenset({"proposals"})
_RATINGS = frozenset({"of", "values"})
_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_BEARER = "bearer "


class OursRoutes:
    """What the routes share: the atlas that is served, and who tried wrong secrets.

    Parameters
    ----------
    path
        The atlas to serve; that of the process (``CG_ATLAS``) where none is given.
    wrong
        How wrong secrets are slowed down.
    room
        Where single ratings stand; that of the process (``CG_ROOM``) where none is given.
    """

    def __init__(
        self,
        path: Path | str | None = None,
        *,
        wrong: slowing.WrongSecrets | None = None,
        room: Room | None = None,
    ) -> None:
        self._path = path
        self._room = room
        self._wrong = wrong or slowing.WrongSecrets()

    def routes(self) -> list[BaseRoute]:
        """Give the routes under ``/ours`` that take and give what is held."""
        return [
            Route("/ours/held", with_answers(self.held), methods=["GET"]),
            Route("/ours/answers", with_answers(self.answer), methods=["POST"]),
            Route("/ours/withdraw", with_answers(self.withdraw), methods=["POST"]),
            Route("/ours/ratings", with_answers(self.rate), methods=["POST"]),
        ]

    async def held(self, request: Request) -> Response:
        """Give what we hold about the organization that the secret belongs to."""
        atlas, invitation = await self._enter(request)
        told = await asyncio.to_thread(_payload, atlas, invitation)
        asked = await asyncio.to_thread(self._asked, atlas, invitation)
        return taken(**told, rating=asked)

    async def answer(self, request: Request) -> Response:
        """Take answers as proposals; the same identifier twice is taken once."""
        atlas, invitation = await self._enter(request)
        said = await forms.read(request, most=MOST_BYTES)
        forms.check_fields(said, _ANSWERS)
        name, answers = said.get("id"), said.get("answers")
        if not isinstance(name, str) or _UUID4.fullmatch(name) is None:
            raise LayerError("field_unknown")
        if not isinstance(answers, list) or not all(isinstance(one, dict) for one in answers):
            raise LayerError("field_unknown")
        new = await asyncio.to_thread(_take, atlas, invitation, name, answers)
        return taken(new=new)

    async def withdraw(self, request: Request) -> Response:
        """Take back answers that are not decided yet."""
        atlas, invitation = await self._enter(request)
        said = await forms.read(request, most=MOST_BYTES)
        forms.check_fields(said, _WITHDRAW)
        ids = said.get("proposals")
        if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
            raise LayerError("field_unknown")
        return taken(withdrawn=await asyncio.to_thread(_withdraw, atlas, invitation, ids))

    async def rate(self, request: Request) -> Response:
        """Take what it says of one partner, into the guarded file and nowhere else."""
        atlas, invitation = await self._enter(request)
        said = await forms.read(request, most=MOST_BYTES)
        forms.check_fields(said, _RATINGS)
        of, values = said.get("of"), said.get("values")
        if not isinstance(of, str) or not isinstance(values, dict):
            raise LayerError("field_unknown")
        await asyncio.to_thread(self._take_rating, atlas, invitation, of, values)
        return taken()

    def _asked(self, atlas: Atlas, invitation: Invitation) -> dict[str, Any] | None:
        """Give the open survey: whom it may rate, and what it said itself."""
        room = self._room or room_store.shared()
        survey = rating.current(room, atlas)
        if survey is None or not survey.is_open:
            return None
        me = invitation.organization_id
        return {
            "questions": rating.QUESTIONS,
            "partners": list(rating.partners(atlas.read, me).items()),
            "said": rating.given(room, survey, me),
            "delete_on": survey.delete_on.isoformat(),
        }

    def _take_rating(
        self, atlas: Atlas, invitation: Invitation, of: str, values: dict[str, Any]
    ) -> None:
        room = self._room or room_store.shared()
        survey = rating.current(room, atlas)
        if survey is None:
            raise LayerError("survey_closed")
        me = invitation.organization_id
        rating.answer(room, survey, atlas.read, rater=me, rated=of, values=values)

    async def _enter(self, request: Request) -> tuple[Atlas, Invitation]:
        """Find the invitation of the secret; a wrong one waits, and too many are refused."""
        said = request.headers.get("authorization", "")
        secret = said[len(_BEARER) :].strip() if said.lower().startswith(_BEARER) else ""
        atlas, found = await asyncio.to_thread(self._look, secret)
        if found is None:
            self._wrong.count(request.client.host if request.client else "")
            await asyncio.sleep(slowing.WAIT_S)
            raise LayerError("invitation_unknown")
        return atlas, found

    def _look(self, secret: str) -> tuple[Atlas, Invitation | None]:
        path = self._path or os.environ.get("CG_ATLAS") or DEFAULT_ATLAS
        try:
            atlas = Atlas(path)
        except LayerError as error:  # its sentence is for the desk
            raise LayerError("server_failed") from error
        found = inviting.find(atlas, secret)
        if found is not None and found.organization_id not in set(
            atlas.read("organizations")["id"]
        ):
            found = None
        return atlas, found


def _payload(atlas: Atlas, invitation: Invitation) -> dict[str, Any]:
    held = holding.hold(atlas, invitation.organization_id)
    return {
        "invitation": invitation.id,
        "name": held.name,
        "ends_on": invitation.ends_on,
        "things": [_thing(one) for one in held.things],
        "names": holding.public_names(atlas, held.organization_id),
        "sent": _sent(atlas, held),
    }


def _thing(one: holding.Thing) -> dict[str, Any]:
    return {
        "section": one.section,
        "table": one.table,
        "row": one.row,
        "name": one.name,
        "version": one.version,
        "protected": one.protected,
        "kind": one.kind,
        "way": one.way,
        "said": one.said,
        "says": one.says,
        "facts": [
            {
                "table": fact.table,
                "row": fact.row,
                "column": fact.column,
                "type": fact.type,
                "of": fact.of,
                "value": fact.value,
                "version": fact.version,
                "needed": (fact.table, fact.column) in holding.REQUIRED,
            }
            for fact in one.facts
        ],
    }


def _sent(atlas: Atlas, held: holding.Held) -> list[dict[str, Any]]:
    """List what this organization answered, the newest first, without any address in it."""
    rows = atlas.read("proposals")
    mine = rows[
        rows["organization_id"].eq(held.organization_id) & rows["source"].eq("organization")
    ]
    return [
        {
            "id": one["id"],
            "sort": one["sort"],
            "table": one["table_name"],
            "row": one["row_id"],
            "state": one["state"],
            "made_on": f"{one['made_on']:%Y-%m-%d}",
            "name": _title(held, one),
        }
        for one in mine.iloc[::-1].head(MOST_WAITING).to_dict("records")
    ]


def _title(held: holding.Held, row: dict[Any, Any]) -> str:
    """Call a proposal by the thing as it is held now: a name that tells an address is not there."""
    thing = held.thing(row["table_name"], row["row_id"])
    if thing is not None:
        return thing.name
    return "" if row["table_name"] == "locations" else str(holding.known(row["name"]) or "")


def _take(
    atlas: Atlas, invitation: Invitation, answer_id: str, answers: list[dict[str, Any]]
) -> int:
    key = answering.answer_key(invitation.organization_id, answer_id)
    rows = atlas.read("proposals")
    if rows["id"].str.startswith(f"{key}-").any():
        return 0
    mine = rows["organization_id"].eq(invitation.organization_id) & rows["state"].eq("open")
    if int(mine.sum()) + len(answers) > MOST_WAITING:
        raise LayerError("answers_too_many", most=MOST_WAITING)
    held = holding.hold(atlas, invitation.organization_id)
    made = answering.proposals(
        atlas, held, answers, answer_id=answer_id, invitation_id=invitation.id
    )
    with atlas.write() as writer:
        new = proposing.propose(writer, made)
        if new:
            inviting.answered(writer, invitation.id)
    return new


def _withdraw(atlas: Atlas, invitation: Invitation, ids: list[str]) -> int:
    with atlas.write() as writer:
        return proposing.withdraw(writer, ids, organization_id=invitation.organization_id)
