"""Read what a phone sends: a small JSON object of known fields, and nothing else.

There is no field for a coordinate or a name, and a field that is not known is refused rather than
ignored, so that a phone that sends more than it should is noticed at once. The one text is her own
words, which wait in the room until somebody who reads them has read them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from layers.errors import LayerError
from layers.hers import MOST_EDITS
from layers.room_session import CODE_LETTERS, RECEIPT_LENGTH, Contribution
from layers.room_setup import MOST_PARTIES
from mapping import words

MOST_BYTES = 4096
_RANDOM_128 = re.compile(r"[0-9a-f]{32}")
_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_TYPED = re.compile(f"[{CODE_LETTERS}]{{{RECEIPT_LENGTH}}}")
_MOST_IDS = 200
CONTRIBUTION = frozenset(
    {
        *("session", "token", "consent", "id", "cell", "feeling", "reasons", "when", "company"),
        *("words", "language"),
    }
)
CHANGE = CONTRIBUTION | {"handle", "edit"}


async def read(request: Request, *, most: int = MOST_BYTES) -> dict[str, Any]:
    """Read a body of at most ``most`` bytes as a JSON object.

    Raises
    ------
    LayerError
        ``body_too_large`` or ``body_unreadable``.
    """
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        raise LayerError("body_unreadable")  # no other site can make a browser send this unasked
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > most:
            raise LayerError("body_too_large")
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise LayerError("body_unreadable") from None  # its text may be in the cause
    if not isinstance(said, dict):
        raise LayerError("body_unreadable")
    return said


def check_fields(said: Mapping[str, Any], allowed: frozenset[str]) -> None:
    """Refuse any field that is not expected; its name is not repeated.

    Raises
    ------
    LayerError
        ``field_unknown``.
    """
    if set(said) - allowed:
        raise LayerError("field_unknown")


def session_id(said: Mapping[str, Any]) -> str:
    """Read the session's identifier."""
    return _matching(said.get("session"), _RANDOM_128, "session_unknown")


def token(said: Mapping[str, Any]) -> str:
    """Read the phone's token, 128 random bits in hexadecimal."""
    return _matching(said.get("token"), _RANDOM_128, "field_unknown")


def consent(said: Mapping[str, Any]) -> str:
    """Read which version of the consent she agreed to.

    Raises
    ------
    LayerError
        ``consent_needed``.
    """
    version = said.get("consent")
    if not isinstance(version, str) or not 0 < len(version) <= 20:
        raise LayerError("consent_needed")
    return version


def contribution(said: Mapping[str, Any]) -> Contribution:
    """Read what she says of a place; which fields there may be is checked by the route.

    Raises
    ------
    LayerError
        ``field_unknown``, ``cell_unknown``, ``answer_unknown``, ``answer_too_many`` or
        ``words_too_long``.
    """
    reasons = said.get("reasons", [])
    if not isinstance(reasons, list) or not all(isinstance(code, str) for code in reasons):
        raise LayerError("answer_unknown")
    text, language = _text(said.get("words")) or "", _text(said.get("language")) or ""
    # words in a language that nobody chose would wait in a queue that nobody reads
    if (text or language) and language not in words.room_languages():
        raise LayerError("answer_unknown")
    text.encode()  # half a character: answered as an unreadable body
    return Contribution(
        id=item(said) if said.get("handle") is None else "",
        cell=_text(said.get("cell")) or "",
        feeling=_text(said.get("feeling")) or "",
        reasons=tuple(reasons),
        time_of_day=_text(said.get("when")),
        company=_text(said.get("company")),
        words=text,
        language=language,
    )


def item(said: Mapping[str, Any]) -> str:
    """Read the identifier the phone gave to a contribution."""
    return _matching(said.get("id"), _UUID4, "field_unknown")


def typed_item(said: Mapping[str, Any], name: str) -> str:
    """Read such an identifier from a field of another name."""
    return _matching(said.get(name), _UUID4, "field_unknown")


def items(said: Mapping[str, Any]) -> list[str]:
    """Read a list of such identifiers, which may be left out."""
    found = said.get("ids", [])
    if not isinstance(found, list) or len(found) > _MOST_IDS:
        raise LayerError("field_unknown")
    return [_matching(one, _UUID4, "field_unknown") for one in found]


def handle(said: Mapping[str, Any]) -> str:
    """Read the name under which the server lists one of her contributions; empty: none."""
    given = said.get("handle")
    return "" if given is None else _matching(given, _RANDOM_128, "field_unknown")


def edit(said: Mapping[str, Any]) -> int | None:
    """Read which change of one contribution this is; None: not told."""
    given = said.get("edit")
    if given is not None and not (type(given) is int and 1 <= given <= MOST_EDITS):
        raise LayerError("field_unknown")
    return given


def receipt(said: Mapping[str, Any]) -> str:
    """Read her own half of the receipt as she may type it; empty: none, or it cannot be one."""
    given = said.get("receipt")
    plain = "".join(given.upper().replace("-", " ").split()) if isinstance(given, str) else ""
    return plain if _TYPED.fullmatch(plain) else ""


def party(said: Mapping[str, Any]) -> int | None:
    """Read the number of her table or group.

    Raises
    ------
    LayerError
        ``party_unknown``.
    """
    given = said.get("party")
    if given is None:
        return None
    if type(given) is not int or not 0 <= given < MOST_PARTIES:  # True is a number too
        raise LayerError("party_unknown")
    return given


def _text(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise LayerError("answer_unknown")
    return value


def _matching(value: object, pattern: re.Pattern[str], code: str) -> str:
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise LayerError(code)
    return value
