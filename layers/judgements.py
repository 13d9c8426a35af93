"""What is said of one organization by others: it leaves the desk only with its own word beside it.

Judgements are ``standings``, ``towers`` and ``ratings``, and what is computed of its place in the
network. Work notes (pairs never to propose, scenarios) leave only in a copy of the whole atlas.
"""

from __future__ import annotations

import json
import re
from typing import Final

import pandas as pd

from layers.plain_text import plain_text

TABLES: Final = ("standings", "towers", "ratings")
NOTES: Final = ("bans", "scenarios")
# an address of e-mail, or a number of telephone with its country before it
REACHES: Final = re.compile(r"\S@\S+\.\w|(?:\+|\b00)\d[\d\s()/.-]{6,}\d")


def replied(replies: pd.DataFrame) -> frozenset[tuple[str, str]]:
    """Say who answered what is said of it, and to which judgement.

    Parameters
    ----------
    replies
        Table ``replies``.

    Examples
    --------
    >>> said = pd.DataFrame({"organization_id": ["a"], "about": ["towers"], "words": ["We know."]})
    >>> sorted(replied(said))
    [('a', 'towers')]
    """
    said = replies[replies["words"].notna()]
    return frozenset(zip(said["organization_id"], said["about"], strict=True))


def filtered(
    kept: dict[str, pd.DataFrame], *, gone: set[str], names: set[str], whole: bool
) -> dict[str, int]:
    """Keep of ``kept`` the judgements that were answered, each with its answer, and count the rest.

    Parameters
    ----------
    kept
        Tables on their way out; those of this module are replaced.
    gone
        Actors that do not leave.
    names
        What they are called: no text that says so leaves.
    whole
        True for a copy of the whole atlas, which takes the work notes along.

    Returns
    -------
    withheld
        ``judgements`` without an answer or of an actor that does not leave, and ``notes``.
    """
    called = [_folded(name) for name in names]

    def tells(text: object) -> bool:
        said = _folded(str(text))
        return bool(REACHES.search(str(text))) or any(name in said for name in called)

    replies = kept["replies"]
    replies = replies[
        ~replies["organization_id"].isin(gone) & ~replies["words"].map(tells).astype(bool)
    ]
    answered = replied(replies)
    judged = {"place_in_network"} if whole else set()
    present = {(one, about) for about in judged for one in replies["organization_id"]}
    present |= {(str(one), "trust") for one in kept["trust"]["organization_id"]}
    left_out = 0
    for name in TABLES:
        table = kept[name]
        leaves = [
            one not in gone and (one, name) in answered and not tells(question)
            for one, question in zip(
                table["organization_id"], table["question"].fillna(""), strict=True
            )
        ]
        kept[name] = table[pd.Series(leaves, table.index, dtype=bool)]
        left_out += len(table) - len(kept[name])
        present |= {(str(one), name) for one in kept[name]["organization_id"]}
    beside = [
        (one, about) in present
        for one, about in zip(replies["organization_id"], replies["about"], strict=True)
    ]
    kept["replies"] = replies[pd.Series(beside, replies.index, dtype=bool)]
    return {"judgements": left_out, "notes": _notes(kept, gone=gone, names=names, whole=whole)}


def _folded(text: str) -> str:
    """Write a text as it is compared: composed, small, without what nobody sees."""
    return plain_text(text, most=len(text)).casefold()


def _notes(kept: dict[str, pd.DataFrame], *, gone: set[str], names: set[str], whole: bool) -> int:
    """Keep work notes in a copy of the whole, but for those that name who does not leave."""
    count = sum(len(kept[name]) for name in NOTES)
    bans, scenarios = kept["bans"], kept["scenarios"]
    if whole:
        named = bans[["from_id", "to_id"]].isin(gone).any(axis=1)
        called = [_folded(one) for one in names]
        reasons = (
            bans["reason"].fillna("").map(lambda text: any(one in _folded(text) for one in called))
        )
        kept["bans"] = bans[~named & ~reasons.astype(bool)]
        secret = {_folded(one) for one in (*gone, *names)}
        silent = [
            not any(
                one in _folded(json.dumps(row, ensure_ascii=False, default=str)) for one in secret
            )
            for row in scenarios[["name", "about", "steps"]].to_dict("records")
        ]
        kept["scenarios"] = scenarios[pd.Series(silent, scenarios.index, dtype=bool)]
    else:
        kept["bans"], kept["scenarios"] = bans.iloc[:0], scenarios.iloc[:0]
    return count - sum(len(kept[name]) for name in NOTES)
