"""The consent of a session in words, as a phone shows it: for the desk's preview and for paper."""

from __future__ import annotations

from datetime import date

from mapping import words


def lines(
    lang: str, *, cell_m: int, organizer: str = "", purpose: str = "", delete_on: date | None = None
) -> list[str]:
    """Give the sentences of the consent in one language, its title first.

    Parameters
    ----------
    lang
        One of :func:`mapping.words.room_languages`.
    cell_m
        Width of a square in metres.
    organizer, purpose
        Who holds the session and what for; empty: not said.
    delete_on
        Day on which the session is deleted; None: not said.
    """
    # a date keeps its order in Arabic
    said: list[tuple[str, dict[str, object]]] = [("title", {})]
    said += [("who", {"organizer": organizer})] if organizer else []
    said += [("why", {"purpose": purpose})] if purpose else []
    said += [("nameless", {}), ("square", {"metres": cell_m}), ("home", {}), ("shown", {})]
    said += [("until", {"date": f"\u2066{delete_on.isoformat()}\u2069"})] if delete_on else []
    said += [("free", {})]
    return [words.say(f"phone.consent_{name}", lang, **blanks) for name, blanks in said]
