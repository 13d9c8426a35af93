"""Whom we asked what we hold about them, and the secret of the private page that answers.

The secret is shown once and kept as a hash: who reads the atlas cannot open the page.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pandas as pd

from layers import clock
from layers.atlas import Atlas, Writer
from layers.errors import LayerError

SECRET_BYTES = 24  # 192 bits
DAYS = 30
_SECRET = re.compile(r"[A-Za-z0-9_-]{32}")


@dataclass(frozen=True, slots=True)
class Invitation:
    """One asking: ``ends_on`` is the last day on which its page opens."""

    id: str
    organization_id: str
    ends_on: str


def invite(atlas: Atlas, organization_id: str, *, days: int = DAYS) -> tuple[Invitation, str]:
    """Make a private page for an organization; an older one of it is closed.

    Parameters
    ----------
    atlas
        Where the organization is.
    organization_id
        Whom to ask.
    days
        How long the page opens, 1 to 365.

    Returns
    -------
    invitation, secret
        The secret belongs behind the ``#`` of the address and is kept nowhere.

    Raises
    ------
    LayerError
        ``organization_gone``, ``days_out_of_range``.
    """
    secret = secrets.token_urlsafe(SECRET_BYTES)
    return _asked(atlas, organization_id, days, secret), secret


def ask_by_sheet(atlas: Atlas, organization_id: str, *, days: int = DAYS) -> Invitation:
    """Note that an organization was asked by a sheet; it opens no page."""
    return _asked(atlas, organization_id, days, None)


def find(atlas: Atlas, secret: str) -> Invitation | None:
    """Find the invitation a secret belongs to; ``None`` where it is wrong, closed or ended."""
    if _SECRET.fullmatch(secret) is None:
        return None
    rows = atlas.read("invitations")
    mine = rows[rows["secret_sha256"].eq(_hash(secret)).fillna(value=False).astype(bool)]
    today = pd.Timestamp(clock.today())
    for row in mine.to_dict("records"):
        if row["closed"] is not pd.NA and row["closed"]:
            continue
        if pd.notna(row["ends_on"]) and row["ends_on"] >= today:
            return Invitation(row["id"], row["organization_id"], f"{row['ends_on']:%Y-%m-%d}")
    return None


def close(atlas: Atlas, invitation_id: str) -> None:
    """End a private page at once; what was answered stays."""
    with atlas.write() as writer:
        _close(writer, invitation_id)


def answered(writer: Writer, invitation_id: str) -> None:
    """Note that an answer came today."""
    found = writer.ask("SELECT row_version FROM invitations WHERE id = ?", (invitation_id,))
    if found:
        day = clock.today().isoformat()
        writer.update("invitations", invitation_id, {"answered_on": day}, seen=found[0][0])


def states(atlas: Atlas) -> pd.DataFrame:
    """Tell of every organization whether it was asked, and how old what we know is.

    Returns
    -------
    rows
        ``organization_id``, ``name``, ``state`` (not_asked, asked, answered, ended), ``asked_on``,
        ``ends_on``, ``answered_on``, ``link`` (identifier of its open page, or ``None``),
        ``waiting`` (proposals to decide) and ``checked`` (the latest day on which one of its
        own rows was confirmed), in the order of the names.
    """
    actors = atlas.read("organizations")
    asked = atlas.read("invitations").groupby("organization_id", sort=False)
    by_actor = {str(name): rows.to_dict("records") for name, rows in asked}
    open_ones = atlas.read("proposals")
    open_ones = open_ones[open_ones["state"].eq("open") & open_ones["source"].eq("organization")]
    waiting = open_ones["organization_id"].value_counts()
    checked = _checked(atlas)
    rows = [
        {
            "organization_id": one["id"],
            "name": one["name"],
            **_state(by_actor.get(one["id"], [])),
            "waiting": int(waiting.get(one["id"], 0)),
            "checked": checked.get(one["id"], pd.NaT),
        }
        for one in actors.to_dict("records")
    ]
    columns = ["organization_id", "name", "state", "asked_on", "ends_on", "answered_on", "link"]
    frame = pd.DataFrame(rows, columns=[*columns, "waiting", "checked"])
    return frame.sort_values("name", key=lambda names: names.str.casefold(), ignore_index=True)


def _asked(atlas: Atlas, organization_id: str, days: int, secret: str | None) -> Invitation:
    if not 1 <= days <= 365:
        raise LayerError("days_out_of_range", most=365)
    today = clock.today()
    made = Invitation(
        f"i-{secrets.token_hex(8)}", organization_id, f"{today + timedelta(days=days):%Y-%m-%d}"
    )
    with atlas.write() as writer:
        if organization_id not in writer.ids("organizations"):
            raise LayerError("organization_gone")
        if secret is not None:
            for (older,) in writer.ask(
                "SELECT id FROM invitations WHERE organization_id = ?"
                " AND secret_sha256 IS NOT NULL AND COALESCE(closed, 0) = 0",
                (organization_id,),
            ):
                _close(writer, older)
        writer.insert(
            "invitations",
            [
                {
                    "id": made.id,
                    "organization_id": organization_id,
                    "secret_sha256": None if secret is None else _hash(secret),
                    "made_on": today,
                    "ends_on": made.ends_on,
                    "closed": False,
                }
            ],
        )
    return made


def _close(writer: Writer, invitation_id: str) -> None:
    found = writer.ask("SELECT row_version FROM invitations WHERE id = ?", (invitation_id,))
    if found:
        writer.update("invitations", invitation_id, {"closed": True}, seen=found[0][0])


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _state(invitations: list[dict[Any, Any]]) -> dict[str, Any]:
    nothing = {"asked_on": pd.NaT, "ends_on": pd.NaT, "answered_on": pd.NaT, "link": None}
    if not invitations:
        return {"state": "not_asked", **nothing}
    last = invitations[-1]
    today = pd.Timestamp(clock.today())
    answers = [one["answered_on"] for one in invitations if pd.notna(one["answered_on"])]
    lasting = [
        one
        for one in invitations
        if not one["closed"] and pd.notna(one["ends_on"]) and one["ends_on"] >= today
    ]
    links = [one["id"] for one in lasting if pd.notna(one["secret_sha256"])]
    state = "answered" if answers else "asked" if lasting else "ended"
    return {
        "state": state,
        "asked_on": last["made_on"],
        "ends_on": lasting[-1]["ends_on"] if lasting else last["ends_on"],
        "answered_on": max(answers, default=pd.NaT),
        "link": links[-1] if links else None,
    }


def _checked(atlas: Atlas) -> dict[str, pd.Timestamp]:
    """Find the latest day on which a row of each organization was confirmed."""
    actors, services = atlas.read("organizations"), atlas.read("services")
    ties = atlas.read("ties")
    days = pd.concat(
        [
            actors[["id", "date_checked"]].set_axis(["who", "day"], axis=1),
            services[["organization_id", "date_checked"]].set_axis(["who", "day"], axis=1),
            ties[["from_id", "from_confirmed_on"]].set_axis(["who", "day"], axis=1),
            ties[["to_id", "to_confirmed_on"]].set_axis(["who", "day"], axis=1),
        ]
    ).dropna()
    return {str(who): day for who, day in days.groupby("who")["day"].max().items()}
