"""Read what a phone sends: a small JSON object of known fields, and nothing else.

There is no field for a coordinate, a name or a text, and a field that is not known is refused
rather than ignored, so that a phone that sends more than it should is noticed at once.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from layers.errors import LayerError
from layers.room_session import Contribution

MOST_BYTES = 4096
_RANDOM_128 = re.compile(r"[0-9a-f]{32}")
_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_CONTRIBUTION = frozenset(
    {"session", "token", "consent", "id", "cell", "feeling", "reasons", "when", "company"}
)


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
    """Read what she says of a place.

    Raises
    ------
    LayerError
        ``field_unknown``, ``cell_unknown``, ``answer_unknown`` or ``answer_too_many``.
    """
    check_fields(said, _CONTRIBUTION)
    reasons = said.get("reasons", [])
    if not isinstance(reasons, list) or not all(isinstance(code, str) for code in reasons):
        raise LayerError("answer_unknown")
    return Contribution(
        id=_matching(said.get("id"), _UUID4, "field_unknown"),
        cell=_text(said.get("cell")) or "",
        feeling=_text(said.get("feeling")) or "",
        reasons=tuple(reasons),
        time_of_day=_text(said.get("when")),
        company=_text(said.get("company")),
    )


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
