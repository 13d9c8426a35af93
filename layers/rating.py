"""The survey of partners: six questions, 1 to 4, answered by each about each it has a tie with.

Single answers stand in the room's file, which is guarded and purged by date, and never in the
atlas. What may be known of them (:mod:`layers.rating_means`) reaches the table ``ratings`` by a
click of the facilitator.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import pandas as pd

from layers import clock, consent, rating_means, vocab
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.history import Revision
from layers.privacy import band
from layers.rating_means import HIGHEST, LEAST, LOWEST, Asymmetry, Decided, Key, Mean
from layers.room import Room

QUESTIONS: Final = vocab.RATING_QUESTION
KEPT_DAYS: Final = 30
LONGEST_DAYS: Final = 365
Read = Callable[[str], pd.DataFrame]


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """One survey: whose atlas, since when, and the day on which its answers go."""

    id: str
    atlas: str
    made_on: date
    delete_on: date
    is_open: bool


@dataclass(frozen=True, slots=True)
class Released:
    """What a release did: ``shown`` means stand in the atlas, ``waits`` stay as they were."""

    shown: int
    gone: int
    waits: int


def current(room: Room, atlas: Atlas) -> Survey | None:
    """Give the survey of an atlas; None where there is none, or its answers are gone."""
    rows = room.read(
        "SELECT id, atlas, made_on, delete_on, is_open FROM surveys WHERE atlas = ?",
        (_name(atlas),),
    )
    if not rows:
        return None
    survey, name, made_on, delete_on, is_open = rows[0]
    return Survey(
        id=survey,
        atlas=name,
        made_on=date.fromisoformat(made_on),
        delete_on=date.fromisoformat(delete_on),
        is_open=bool(is_open),
    )


def start(room: Room, atlas: Atlas, *, days: int = KEPT_DAYS) -> Survey:
    """Begin a survey; its single answers go after so many days.

    Raises
    ------
    LayerError
        ``survey_there`` where one is there: its answers go first; ``survey_days``.
    """
    if not 1 <= days <= LONGEST_DAYS:
        raise LayerError("survey_days", most=LONGEST_DAYS)
    today = clock.today()
    values = (secrets.token_hex(16), _name(atlas), today, today + timedelta(days=days))

    def write(db: sqlite3.Connection) -> bool:
        done = db.execute(
            "INSERT INTO surveys (id, atlas, made_on, delete_on, is_open) VALUES (?, ?, ?, ?, 1)"
            " ON CONFLICT (atlas) DO NOTHING",
            (values[0], values[1], values[2].isoformat(), values[3].isoformat()),
        )
        return done.rowcount == 1

    if not room.change("", write).result():
        raise LayerError("survey_there")
    return Survey(
        id=values[0], atlas=values[1], made_on=values[2], delete_on=values[3], is_open=True
    )


def set_open(room: Room, survey: Survey, *, is_open: bool) -> None:
    """Take answers, or no more of them."""
    room.change(
        "",
        lambda db: db.execute(
            "UPDATE surveys SET is_open = ? WHERE id = ?", (int(is_open), survey.id)
        ),
    ).result()


def delete(room: Room, survey: Survey) -> None:
    """Delete a survey with every single answer and every trace of them in the file.

    Raises
    ------
    LayerError
        ``room_log_busy`` as in :func:`layers.purging.purge`.
    """
    room.change(
        "", lambda db: db.execute("DELETE FROM surveys WHERE id = ?", (survey.id,))
    ).result()
    room.scrub()


def remove_due(db: sqlite3.Connection, today: date) -> int:
    """Delete the surveys whose day has come; within a change of the room."""
    gone = db.execute("DELETE FROM surveys WHERE delete_on <= ?", (today.isoformat(),))
    return gone.rowcount


def partners(read: Read, organization_id: str) -> dict[str, str]:
    """Name the organizations one may rate: those it has a lasting tie with, and that are shown.

    One whom it could harm to be named is told to those alone who named the tie themselves.

    Parameters
    ----------
    read
        Gives a table of the atlas by its name.
    organization_id
        Who rates.
    """
    ties = read("ties")
    today = pd.Timestamp(clock.today())
    lasts = ~(ties["until"].notna() & (pd.to_datetime(ties["until"]) < today))
    mine = ties[lasts & (ties["from_id"].eq(organization_id) | ties["to_id"].eq(organization_id))]
    others = {*mine["from_id"], *mine["to_id"]} - {organization_id}
    everyone = read("organizations")
    known = _told_by(mine, organization_id) | set(consent.named_outside(everyone)["id"])
    actors = consent.shown_actors(everyone)
    actors = actors[actors["id"].isin(others & known)]
    named = zip(actors["id"], actors["name"], strict=True)
    return dict(sorted(named, key=lambda one: str(one[1]).casefold()))


def _told_by(ties: pd.DataFrame, organization_id: str) -> set[str]:
    """Name those with whom an organization itself said it has a tie."""
    found: set[str] = set()
    for mine, other in (("from", "to"), ("to", "from")):
        said = ties[f"{mine}_id"].eq(organization_id) & ties[f"{mine}_confirmed_on"].notna()
        found |= set(ties.loc[said, f"{other}_id"])
    return found


def answer(
    room: Room,
    survey: Survey,
    read: Read,
    *,
    rater: str,
    rated: str,
    values: Mapping[str, int | None],
) -> None:
    """Take what one organization says of one partner; ``None`` takes an answer back.

    Parameters
    ----------
    room, survey
        Where single answers stand.
    read
        Gives a table of the atlas by its name.
    rater, rated
        Who says it, and of whom.
    values
        Question and value from 1 to 4; a question that is not named stays as it was.

    Raises
    ------
    LayerError
        ``survey_closed``, ``survey_no_partner``, ``survey_value``.
    """
    if set(values) - set(QUESTIONS) or not all(map(_fits, values.values())):
        raise LayerError("survey_value", low=LOWEST, high=HIGHEST)
    if rated not in partners(read, rater):
        raise LayerError("survey_no_partner")

    def write(db: sqlite3.Connection) -> bool:
        if not db.execute(
            "SELECT 1 FROM surveys WHERE id = ? AND is_open = 1", (survey.id,)
        ).fetchone():
            return False
        for question, value in values.items():
            key = (survey.id, rater, rated, question)
            if value is None:
                db.execute(
                    "DELETE FROM survey_answers WHERE survey = ? AND rater = ? AND rated = ?"
                    " AND question = ?",
                    key,
                )
            else:
                db.execute(
                    "INSERT INTO survey_answers (survey, rater, rated, question, value)"
                    " VALUES (?, ?, ?, ?, ?) ON CONFLICT (survey, rater, rated, question)"
                    " DO UPDATE SET value = excluded.value",
                    (*key, value),
                )
        return True

    if not room.change("", write).result():
        raise LayerError("survey_closed")
    room.forget_soon()


def given(room: Room, survey: Survey, rater: str) -> dict[str, dict[str, int]]:
    """Give what one organization said, by partner and question: for itself alone."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for rated, question, value in room.read(
        "SELECT rated, question, value FROM survey_answers WHERE survey = ? AND rater = ?",
        (survey.id, rater),
    ):
        found[rated][question] = value
    return dict(found)


def answered(room: Room, survey: Survey) -> str | None:
    """Say how many organizations answered, as a band; None for fewer than five."""
    rows = room.read(
        "SELECT count(DISTINCT rater) FROM survey_answers WHERE survey = ?", (survey.id,)
    )
    count = int(rows[0][0])
    return band(count) if count >= LEAST else None


def decided(room: Room, survey: Survey) -> Decided:
    """Say what a release would do now, without doing it."""
    return rating_means.decide(_answers(room, survey), _bases(room, survey))


def asymmetries(room: Room, survey: Survey) -> list[Asymmetry]:
    """List who rates whom far apart: for the facilitator at the desk, kept nowhere."""
    return rating_means.asymmetries(_answers(room, survey))


def release(room: Room, atlas: Atlas, survey: Survey, *, who: str = "") -> Released:
    """Write the means that may be known into the atlas, as one change.

    The answers they rest on are kept as their basis first: whatever happens after, a later release
    is measured against them.

    Raises
    ------
    LayerError
        ``survey_closed`` where the survey is gone.
    """

    def keep(db: sqlite3.Connection) -> Decided | None:
        if not db.execute("SELECT 1 FROM surveys WHERE id = ?", (survey.id,)).fetchone():
            return None
        answers = _by_key(db.execute(_ANSWERS, (survey.id,)).fetchall())
        bases = _by_release(db.execute(_BASES, (survey.id,)).fetchall())
        found = rating_means.decide(answers, bases)
        number = 1 + (
            db.execute(
                "SELECT max(number) FROM survey_bases WHERE survey = ?", (survey.id,)
            ).fetchone()[0]
            or 0
        )
        db.executemany(
            "INSERT INTO survey_bases (survey, number, rater, rated, question, value)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [
                (survey.id, number, rater, key[0], key[1], value)
                for key in found.new
                for rater, value in answers[key].items()
            ],
        )
        return found

    found = room.change("", keep).result()
    if found is None:
        raise LayerError("survey_closed")
    _write(atlas, found, who)
    return Released(len(found.shown), len(found.gone), len(found.waits))


def _write(atlas: Atlas, found: Decided, who: str) -> None:
    there = set(consent.shown_actors(atlas.read("organizations"))["id"])
    means = {_row_id(one.organization_id, one.question): one for one in found.shown}
    means = {row: one for row, one in means.items() if one.organization_id in there}
    gone = {_row_id(*key) for key in found.gone}
    held = {str(one["id"]): one for one in atlas.read("ratings").to_dict("records")}
    changes = {
        row: one
        for row, one in means.items()
        if row not in held or (held[row]["mean"], held[row]["said_by"]) != (one.mean, one.said_by)
    }
    if not changes and not gone & set(held):
        return
    revision = Revision(kind="release", who=who, about={"table": "ratings"})
    with atlas.write(revision) as writer:
        for row, one in changes.items():
            values = _values(one)
            if row in held:
                writer.update("ratings", row, values, seen=int(held[row]["row_version"]))
            else:
                writer.insert("ratings", [{"id": row, **values}])
        writer.delete("ratings", sorted(gone & set(held)))


def _values(one: Mean) -> dict[str, object]:
    return {
        "organization_id": one.organization_id,
        "question": one.question,
        "mean": one.mean,
        "said_by": one.said_by,
        "rated_on": clock.today(),
        "says_who": "users",
    }


def _row_id(organization_id: str, question: str) -> str:
    return f"rating-{organization_id}-{question}"


_ANSWERS: Final = "SELECT rated, question, rater, value FROM survey_answers WHERE survey = ?"
_BASES: Final = (
    "SELECT number, rated, question, rater, value FROM survey_bases WHERE survey = ?"
    " ORDER BY number"
)


def _answers(room: Room, survey: Survey) -> dict[Key, dict[str, int]]:
    return _by_key(room.read(_ANSWERS, (survey.id,)))


def _bases(room: Room, survey: Survey) -> dict[Key, list[dict[str, int]]]:
    return _by_release(room.read(_BASES, (survey.id,)))


def _by_key(rows: list[tuple[str, str, str, int]]) -> dict[Key, dict[str, int]]:
    found: dict[Key, dict[str, int]] = defaultdict(dict)
    for rated, question, rater, value in rows:
        found[rated, question][rater] = value
    return dict(found)


def _by_release(rows: list[tuple[int, str, str, str, int]]) -> dict[Key, list[dict[str, int]]]:
    found: dict[Key, dict[int, dict[str, int]]] = defaultdict(lambda: defaultdict(dict))
    for number, rated, question, rater, value in rows:
        found[rated, question][number][rater] = value
    return {key: list(numbers.values()) for key, numbers in found.items()}


def _fits(value: object) -> bool:
    return value is None or (type(value) is int and LOWEST <= value <= HIGHEST)


def _name(atlas: Atlas) -> str:
    return str(atlas.path.resolve())
