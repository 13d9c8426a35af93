"""What is hers, over the wire: see, change and withdraw it, from her phone or with a receipt."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from layers import answers_back, hers
from layers.errors import LayerError
from layers.room import Room
from layers.room_session import CODE_LENGTH, Session
from mapping.phone import forms, limits
from mapping.phone.answers import answering, refused, taken

T = TypeVar("T")

_MINE_BYTES = 12 * 1024  # the identifiers of all that one phone may send
_MINE = frozenset({"session", "token", "ids"})
_WITHDRAW = frozenset({"session", "token", "id", "handle", "all"})
_WITHDRAW_BY_RECEIPT = frozenset({"code", "receipt", "handle", "all"})
_RECEIPT = frozenset({"code", "receipt"})
_ANSWERS = frozenset({"code"})

# what a wrong code or receipt is answered with
WRONG = frozenset({"session_unknown", "session_closed", "receipt_unknown"})


class HerRoutes:
    """Routes about what one person said.

    Parameters
    ----------
    room
        Gives the room, opened when it is first needed.
    limit
        How fast phones may ask; shared with the routes through which they send.
    """

    def __init__(self, room: Callable[[], Room], limit: limits.Limits) -> None:
        self._room = room
        self._limit = limit

    def routes(self) -> list[BaseRoute]:
        """Give the routes."""
        return [
            Route("/phone/change", answering(self.change), methods=["POST"]),
            Route("/phone/withdraw", answering(self.withdraw), methods=["POST"]),
            Route("/phone/mine", answering(self.mine), methods=["POST"]),
            Route("/phone/receipt", answering(self.receipt), methods=["POST"]),
            Route("/phone/answers", answering(self.answers), methods=["POST"]),
        ]

    async def change(self, request: Request) -> Response:
        """Replace one of her contributions as a whole."""
        said = await forms.read(request)
        forms.check_fields(said, forms.CHANGE)
        version = forms.consent(said)
        contribution = forms.contribution(said)
        token = forms.token(said)
        session_id, handle, edit = forms.session_id(said), forms.handle(said), forms.edit(said)
        self._limit.phone(token)
        done = hers.change(
            self._room(),
            session_id,
            token,
            contribution,
            consent=version,
            handle=handle,
            edit=edit,
        )
        await kept(done, self._limit)
        return taken()

    async def withdraw(self, request: Request) -> Response:
        """Delete one of her contributions, or all, from her phone or with a receipt."""
        said = await forms.read(request)
        everything = said.get("all", False)
        if type(everything) is not bool:
            raise LayerError("field_unknown")
        if "receipt" in said or "code" in said:
            return await self._withdraw_by_receipt(said, request, everything=everything)
        forms.check_fields(said, _WITHDRAW)
        token, handle = forms.token(said), forms.handle(said)
        item = "" if handle or everything else forms.item(said)
        session_id = forms.session_id(said)
        self._limit.hers(token)
        who = hers.Who(token=token)
        done = hers.withdraw(
            self._room(), session_id, who, item=item, handle=handle, everything=everything
        )
        deleted = await written(done)
        return taken(withdrawn=deleted)

    async def _withdraw_by_receipt(
        self, said: dict[str, Any], request: Request, *, everything: bool
    ) -> Response:
        forms.check_fields(said, _WITHDRAW_BY_RECEIPT)
        handle = forms.handle(said)
        if not (handle or everything):
            raise LayerError("field_unknown")
        receipt = forms.receipt(said)

        async def delete() -> Response:
            session = open_by_code(self._room(), said.get("code"))
            if not receipt:
                raise LayerError("receipt_unknown")
            who = hers.Who(receipt=receipt)
            done = hers.withdraw(
                self._room(), session.id, who, handle=handle, everything=everything
            )
            deleted = await written(done)
            return taken(withdrawn=deleted)

        return await slowing_what_is_wrong(delete, request, self._limit)

    async def mine(self, request: Request) -> Response:
        """List what this phone has sent and not withdrawn."""
        said = await forms.read(request, most=_MINE_BYTES)
        forms.check_fields(said, _MINE)
        token, ids = forms.token(said), forms.items(said)
        session_id = forms.session_id(said)
        self._limit.hers(token)
        found = hers.mine(self._room(), session_id, hers.Who(token=token), ids=ids)
        return taken(items=[_shown(one) for one in found])

    async def receipt(self, request: Request) -> Response:
        """List what was said with a receipt, on any phone."""
        said = await forms.read(request)
        forms.check_fields(said, _RECEIPT)

        async def find() -> Response:
            code = typed_code(said.get("code"))
            session, found = hers.look_up(self._room(), code, forms.receipt(said))
            about = {
                "title": session.title,
                "state": session.state,
                "languages": session.languages,
            }
            return taken(session=about, items=[_shown(one) for one in found])

        return await slowing_what_is_wrong(find, request, self._limit)

    async def answers(self, request: Request) -> Response:
        """Give what the facilitator has answered the people of a session, for its code."""
        said = await forms.read(request)
        forms.check_fields(said, _ANSWERS)

        async def find() -> Response:
            found = answers_back.read(self._room(), typed_code(said.get("code")))
            return taken(
                title=found.title, held_on=found.held_on.isoformat(), texts=dict(found.texts)
            )

        return await slowing_what_is_wrong(find, request, self._limit)


async def written(done: Future[T]) -> T:
    """Wait until it is on the disk; a phone that hangs up meanwhile calls nothing off."""
    return await asyncio.shield(asyncio.wrap_future(done))


async def kept(done: Future[bool], limit: limits.Limits) -> None:
    """Wait until a contribution or a change is on the disk; what was refused counts less."""
    try:
        await written(done)
    except LayerError:
        limit.refused()
        raise


def typed_code(given: object) -> str:
    """Read a code as it may be typed.

    Raises
    ------
    LayerError
        ``session_unknown`` where it cannot be one.
    """
    plain = "".join(given.upper().replace("-", " ").split()) if isinstance(given, str) else ""
    if len(plain) != CODE_LENGTH:
        raise LayerError("session_unknown")
    return plain


def open_by_code(room: Room, given: object) -> Session:
    """Find a session that is not closed by its typed code.

    Raises
    ------
    LayerError
        ``session_unknown``, ``session_closed``: the identifier is for those who were there.
    """
    found = room.by_code(typed_code(given))
    if found.state == "closed":
        raise LayerError("session_closed")
    return found


async def slowing_what_is_wrong(
    answer: Callable[[], Awaitable[Response]], request: Request, limit: limits.Limits
) -> Response:
    """Answer at once where code and receipt are right; make what is wrong wait, and limit that."""
    try:
        return await answer()
    except LayerError as error:
        if error.code not in WRONG:
            raise
        limit.wrong()
        await asyncio.sleep(limits.WRONG_CODE_S)
        return refused(error, request)


def _shown(one: hers.Item) -> dict[str, object]:
    return {
        "handle": one.handle,
        "id": one.id,
        "cell": one.cell,
        "feeling": one.feeling,
        "reasons": one.reasons,
        "when": one.time_of_day,
        "company": one.company,
        "words": one.words,
        "language": one.language,
        "state": one.state,
        "words_state": one.words_state,
    }
