"""The facilitator's passphrase: made or given at the start, asked once, kept nowhere on disk."""

from __future__ import annotations

import hmac
import ipaddress
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

HOURS = 12
SHORTEST = 12
TRIES_A_MINUTE = 5  # from one address
ALL_TRIES_A_MINUTE = 120  # from all together: a hall full of phones guessing

# Without 0 O 1 l I and their like, so that it can be read aloud and typed.
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 4, 5


def make_passphrase() -> str:
    """Make a passphrase of 20 letters that are not mistaken for each other (about 99 bits).

    Examples
    --------
    >>> len(make_passphrase())
    23
    """
    return "-".join(
        "".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS)
    )


class PassphraseTooShortError(ValueError):
    """The passphrase that was given could be guessed."""


def _digest(text: str, key: bytes) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def neighbourhood(address: str) -> str:
    """Take an IPv6 network of 64 bits as one address: a phone can choose freely inside of it."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return address


@dataclass(slots=True)
class Keeper:
    """Knows the passphrase, and who has said it; all of it only in memory.

    Sessions are kept as keyed digests, so that a dump of the memory opens no desk later. Addresses
    of those who tried are kept as keyed digests, for one minute.
    """

    passphrase: str
    clock: Callable[[], float] = time.monotonic
    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    _sessions: dict[bytes, float] = field(default_factory=dict, repr=False)
    _tries: dict[bytes, deque[float]] = field(default_factory=dict, repr=False)
    _all: deque[float] = field(default_factory=deque, repr=False)

    def __post_init__(self) -> None:
        if len(self.passphrase.strip()) < SHORTEST:
            raise PassphraseTooShortError(SHORTEST)

    def may_try(self, address: str) -> bool:
        """Count one try, and tell whether it is looked at at all."""
        now = self.clock()
        for name in [name for name, times in self._tries.items() if times[-1] <= now - 60]:
            del self._tries[name]
        while self._all and self._all[0] <= now - 60:
            self._all.popleft()
        mine = self._tries.setdefault(_digest(neighbourhood(address), self._key), deque())
        while mine and mine[0] <= now - 60:
            mine.popleft()
        allowed = len(mine) < TRIES_A_MINUTE and len(self._all) < ALL_TRIES_A_MINUTE
        if allowed:
            self._all.append(now)
        if allowed or not mine:
            mine.append(now)
        return allowed

    def forgive(self, address: str) -> None:
        """Take the last try back: it was right, and somebody else may come from this address."""
        for times in (self._tries.get(_digest(neighbourhood(address), self._key)), self._all):
            if times:
                times.pop()
        self._tries = {name: times for name, times in self._tries.items() if times}

    def open(self, said: str) -> str | None:
        """Give a new session for the right passphrase, nothing for a wrong one.

        Case, spaces and hyphens do not count: it is read aloud and typed on a phone.
        """
        if not hmac.compare_digest(self._plain(said), self._plain(self.passphrase)):
            return None
        now = self.clock()
        self._sessions = {name: until for name, until in self._sessions.items() if until > now}
        session = secrets.token_urlsafe(32)
        self._sessions[_digest(session, self._key)] = now + HOURS * 3600
        return session

    def knows(self, session: str) -> bool:
        """Tell whether a session was opened here and has not ended."""
        return self._sessions.get(_digest(session, self._key), 0.0) > self.clock()

    def close(self, session: str) -> None:
        """End a session."""
        self._sessions.pop(_digest(session, self._key), None)

    def _plain(self, text: str) -> bytes:
        return _digest("".join(text.casefold().replace("-", " ").split()), self._key)
