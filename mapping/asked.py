"""Asking an organization from the desk: its link, its sheet, and what comes back in a sheet."""

from __future__ import annotations

import hashlib
import io
import json
import os
import zipfile
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from layers import answered_sheet, answering, asking_sheet, inviting, proposing, rating
from layers.answered_sheet import Returned
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.holding import Held, hold
from layers.importing import child
from layers.importing.tables import Table
from layers.importing.watch import Watch
from mapping import words

Only = Callable[[Held], Collection[tuple[str, str, str]]]
DEFAULT_ATLAS = "var/sample.gpkg"
MOST_OF_A_SHEET = 2_000  # answers
SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def served_atlas() -> Path:
    """Give the atlas that the private pages are about: that of the process, ``CG_ATLAS``."""
    return Path(os.environ.get("CG_ATLAS") or DEFAULT_ATLAS)


def is_served(atlas: Atlas) -> bool:
    """Tell whether private pages are about this atlas, so that a link to one would open."""
    return atlas.path.resolve() == served_atlas().resolve()


def address(origin: str, secret: str) -> str:
    """Give the address of a private page; the secret stands behind ``#``, which no log sees.

    Examples
    --------
    >>> address("https://map.example", "s3cret")
    'https://map.example/ours#s3cret'
    """
    return f"{origin}/ours#{secret}"


def sheet(
    atlas: Atlas,
    organization_id: str,
    *,
    lang: str,
    days: int = inviting.DAYS,
    only: Only | None = None,
    rate: bool = False,
) -> bytes:
    """Make the workbook that asks one organization, and note that it was asked.

    Parameters
    ----------
    atlas, organization_id, lang, days
        Where it is, whom to ask, in which language, and how long an answer is waited for.
    only
        Chooses, of what we hold, the facts to ask for; all where not given.
    rate
        Ask it to rate its partners too: a survey of partners runs.

    Raises
    ------
    LayerError
        ``organization_gone``, ``days_out_of_range``.
    """
    held = hold(atlas, organization_id)
    invitation = inviting.ask_by_sheet(atlas, organization_id, days=days)
    asking = asking_sheet.Asking(
        city=atlas.meta()["name"],
        until=invitation.ends_on,
        invitation_id=invitation.id,
        partners=rating.partners(atlas.read, organization_id) if rate else {},
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        asking_sheet.write(
            held,
            path,
            say=_say_in(lang),
            rtl=words.direction(lang) == "rtl",
            asking=asking,
            only=None if only is None else only(held),
        )
        return path.read_bytes()


def sheets(  # noqa: PLR0913 - what a person chose on the page, all named
    atlas: Atlas,
    organization_ids: Sequence[str],
    *,
    lang: str,
    days: int = inviting.DAYS,
    watch: Watch | None = None,
    only: Mapping[str, Only] | None = None,
    rate: bool = False,
) -> bytes:
    """Make the workbooks of several organizations, in one zip; each file is named after its id.

    Raises
    ------
    LayerError
        As :func:`sheet`, and ``stopped`` where ``watch`` stops it.
    """
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as whole:
        for number, one in enumerate(organization_ids):
            if watch is not None:
                watch.tell("write", number, len(organization_ids))
            chosen = None if only is None else only[one]
            book = sheet(atlas, one, lang=lang, days=days, only=chosen, rate=rate)
            whole.writestr(file_name(one), book)
    return packed.getvalue()


def file_name(organization_id: str) -> str:
    """Name the workbook of an organization, in letters that every system takes.

    Examples
    --------
    >>> name = file_name("Café/../x")
    >>> name[:10], name[-5:], file_name("Caf-x") == name
    ('ask-Caf-x-', '.xlsx', False)
    """
    plain = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in organization_id)
    short = "-".join(part for part in plain.split("-") if part)[:40]
    mark = hashlib.sha256(organization_id.encode()).hexdigest()[:4]
    return f"ask-{short}-{mark}.xlsx"


def take_sheet(atlas: Atlas, content: bytes) -> tuple[Returned, int]:
    """Read a sheet that came back, and keep its answers as proposals.

    Returns
    -------
    returned, new
        Whose sheet it is, what was not taken or was taken before, and how many proposals are new.

    Raises
    ------
    LayerError
        As :func:`layers.importing.child.read_table`, :func:`layers.answered_sheet.read` and
        :func:`layers.answering.proposals`.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sheet.xlsx"
        path.write_bytes(content)
        tables = _tables(path)
    returned = answered_sheet.read(
        atlas, tables, says=[_say_in(lang) for lang in words.languages()], tags=tongues()
    )
    held = hold(atlas, returned.organization_id)
    # the same file twice is one answer, also where it is taken on another day
    answer_id = hashlib.sha256(content).hexdigest()
    problems, made = list(returned.problems), []
    for answer in returned.answers:
        try:
            made += answering.proposals(
                atlas,
                held,
                [answer],
                answer_id=f"{answer_id}/{_told(answer)}",
                invitation_id=returned.invitation_id,
                most=MOST_OF_A_SHEET,
            )
        except LayerError as error:
            problems.append(error)
    with atlas.write() as writer:
        again = proposing.states(writer, (str(one.id) for one in made))
        new = proposing.propose(writer, made)
        inviting.answered(writer, returned.invitation_id)
    return replace(returned, problems=tuple(problems), again=again), new


def _told(answer: Mapping[str, Any]) -> str:
    """Name an answer by what it says, whatever became of the others and of the row's version."""
    said = {name: value for name, value in answer.items() if name != "seen"}
    return json.dumps(said, sort_keys=True, ensure_ascii=False)


def _tables(path: Path) -> dict[str, Table]:
    try:
        return child.read_all(path)
    except LayerError as error:
        if error.code != "sheet_empty":
            raise
    # somebody added an empty sheet: the others one by one
    parts = [one.name for one in child.look(path).parts if one.rows != 0]
    return {name: child.read_table(path, part=name, header_rows=1) for name in parts}


def tongues() -> list[str]:
    """List the tags of the languages that have a name in the words."""
    names = words.sentences(words.DEFAULT)
    return [key.removeprefix("tongue.") for key in names if key.startswith("tongue.")]


def _say_in(lang: str) -> asking_sheet.Say:
    def say(key: str, /, **values: object) -> str:
        return words.say(key, lang, **values)

    return say
