"""What a phone hears back: always JSON, an error as its code and a sentence it can show."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Awaitable, Callable
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from layers.errors import LayerError
from mapping import words

Answer = Callable[[Request], Awaitable[Response]]

# A phone keeps what it has and tries again at 429 and from 500 on; anything else is final.
STATUS = MappingProxyType(
    {
        "body_unreadable": 400,
        "token_muted": 403,
        "session_unknown": 404,
        "invitation_unknown": 404,
        "receipt_unknown": 404,
        "item_unknown": 404,
        "answers_none": 404,
        "item_gone": 404,
        "netmap_unknown": 404,
        "netmap_not_now": 409,
        "moderator_unknown": 404,
        "item_changed": 409,
        "nothing_to_undo": 409,
        "receipt_taken": 409,
        "answer_outdated": 409,
        "session_closed": 410,
        "body_too_large": 413,
        "too_fast": 429,
        "server_failed": 500,
        "busy": 503,
        # what she said waits on her phone until there is room, or until it begins or goes on
        "session_full": 503,
        "door_closed": 503,
        "session_not_started": 503,
        "session_paused": 503,
    }
)
_ELSE = 422
# errors that a phone can meet: every language of the room has their sentences
PHONES_MEET = (
    *("answer_too_many", "answer_unknown", "answers_none", "body_too_large", "body_unreadable"),
    *("busy", "cell_outside", "cell_size_wrong", "cell_unknown", "consent_needed", "door_closed"),
    *("field_unknown", "item_unknown", "netmap_full", "netmap_not_now", "netmap_unknown"),
    *("party_unknown", "receipt_taken", "receipt_unknown"),
    *("server_failed", "session_closed", "session_full", "session_not_started", "session_paused"),
    *("session_unknown", "token_full", "token_muted", "too_fast", "words_too_long"),
)
_NO_STORE = {"Cache-Control": "no-store"}


def taken(**values: object) -> JSONResponse:
    """Say that it worked."""
    return JSONResponse({"ok": True, **values}, headers=_NO_STORE)


def refused(error: LayerError, request: Request) -> JSONResponse:
    """Say that it did not, with the sentence in the language the phone asks for."""
    lang = words.best(request.headers.get("accept-language", ""), words.room_languages())
    body: dict[str, object] = {"error": error.code, "sentence": words.explain(error, lang)}
    headers = dict(_NO_STORE)
    if "retry_s" in error.blanks:
        body["retry_s"] = error.blanks["retry_s"]
        headers["Retry-After"] = str(error.blanks["retry_s"])
    return JSONResponse(body, status_code=STATUS.get(error.code, _ELSE), headers=headers)


def answering(answer: Answer) -> Answer:
    """Turn every error of a route into an answer, and no error into a log with her words."""

    async def answered(request: Request) -> Response:
        try:
            return await answer(request)
        except LayerError as error:
            return refused(error, request)
        except UnicodeError:  # half a character, which JSON can hold and no file can
            return refused(LayerError("body_unreadable"), request)
        except (sqlite3.Error, OSError) as error:  # disk full, file gone: the phone tries again
            # no traceback: it could hold what she sent
            logging.getLogger(__name__).error("room not written: %s", type(error).__name__)  # noqa: TRY400
            return refused(LayerError("server_failed"), request)

    return answered
