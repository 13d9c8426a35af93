"""What we hold about one organization: its own rows, in the order in which it is asked about them.

What the desk judges of it is in here to be answered, and nothing else of it can be changed. Never
in here: what women said of it (trust, use), private contacts, who said something, other
organizations' rows but the name of a partner, and the place of anything protected. What is in here
is also all that an answer can change, so a row that is not here cannot be reached by a link.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import pandas as pd

from layers import clock, confirming, consent, schema
from layers.atlas import Atlas
from layers.errors import LayerError
from layers.importing import hiding
from layers.proposing import HIDE

SECTIONS = ("about", "services", "places", "ties", "shown", "judged")
# columns by section and table, in the order they are asked
COLUMNS: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "about": {
            "organizations": (
                *("name", "alternate_name", "description", "kind", "sector"),
                *("migrant_led", "women_led", "communities", "url"),
            )
        },
        "services": {
            "services": (
                *("name", "category", "description", "status", "setting", "languages"),
                *("walk_in", "appointment", "waiting_days", "referral_asked", "papers_asked"),
                *("women_only", "childcare_on_site", "min_age", "max_age", "free", "cost"),
                *("capacity", "free_places", "course_level"),
            )
        },
        "places": {"locations": ("name", "address", "step_free")},
        "ties": {"ties": ("strength", "participation", "cooperation", "since", "until")},
        "shown": {
            "organizations": ("consent_shown", "consent_shared", "at_risk", "public_contact"),
            "assets": ("consent_shown",),
        },
        "judged": {"replies": ("words",)},
    }
)
PROTECTED = ("step_free", "public_contact")  # all that is asked about a hidden place
REQUIRED = frozenset({("organizations", "name"), ("services", "name"), ("services", "category")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing we hold, and how it may be answered.

    ``type`` is that of the column, or ``languages`` or ``hours``; ``of`` names the list of codes;
    ``version`` is the version of the row that a correction is made on.
    """

    table: str
    row: str
    column: str
    type: str
    value: Any
    version: int
    of: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        """Table, row and column: what an answer names."""
        return self.table, self.row, self.column


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """A service, a place, a tie or the organization itself, with its facts.

    For ties ``name`` is the other organization, ``way`` is out, in or both, ``kind`` the kind of
    tie and ``said`` what this organization said of it: right, wrong, or empty. ``protected`` marks
    a hidden place. ``says`` is what others judged of it, each a key of the words and a value: it
    is shown, and only the reply to it is asked.
    """

    section: str
    table: str
    row: str
    name: str
    version: int
    facts: tuple[Fact, ...]
    protected: bool = False
    kind: str = ""
    way: str = ""
    said: str = ""
    says: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """All that is asked of one organization."""

    organization_id: str
    name: str
    things: tuple[Thing, ...]

    def facts(self) -> dict[tuple[str, str, str], Fact]:
        """Give the facts by table, row and column."""
        return {fact.key: fact for thing in self.things for fact in thing.facts}

    def thing(self, table: str, row: str) -> Thing | None:
        """Give one thing; ``None`` where this organization has no such thing."""
        found = (one for one in self.things if (one.table, one.row) == (table, row))
        return next(found, None)


def hold(atlas: Atlas, organization_id: str) -> Held:
    """Gather what we hold about one organization, as it may see it.

    Raises
    ------
    LayerError
        ``organization_gone`` where there is no such organization.
    """
    return _Gathering(atlas, organization_id).held()


def public_names(atlas: Atlas, organization_id: str) -> list[tuple[str, str]]:
    """List the organizations that may be named outside, but this one, by name."""
    rows = consent.named_outside(atlas.read("organizations"))
    rows = rows[rows["id"].ne(organization_id)]
    return sorted(zip(rows["id"], rows["name"], strict=True), key=lambda one: one[1].casefold())


def known(value: Any) -> Any:  # noqa: ANN401 - any cell
    """Make one cell a value of JSON; unknown is ``None``.

    Examples
    --------
    >>> known(pd.NA), known(pd.Timestamp("2026-03-01")), known(["de"]), known("x")
    (None, '2026-03-01', ['de'], 'x')
    """
    if value is None or isinstance(value, list | dict | str):
        return value
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%d")
    return value.item() if hasattr(value, "item") else value


def reply_id(organization_id: str, about: str) -> str:
    """Name the reply of an organization to one judgement: there is one of each."""
    return f"reply-{organization_id}-{about}"


def judged(
    read: Callable[[str], pd.DataFrame], organization_id: str
) -> dict[str, tuple[tuple[str, str], ...]]:
    """Give what is judged of one organization, by judgement: keys of the words, and values.

    Parameters
    ----------
    read
        Gives a table of the atlas by its name.
    organization_id
        Whom it is about.
    """
    found: dict[str, list[tuple[str, str]]] = {}

    def rows(table: str) -> list[dict[Any, Any]]:
        held = read(table)
        return held[held["organization_id"].eq(organization_id)].to_dict("records")

    for one in rows("standings"):
        says = found.setdefault("standings", [])
        if (question := known(one["question"])) is not None:
            says.append(("field.question", str(question)))
        for name in ("power", "interest"):
            if (value := known(one[name])) is not None:
                says.append((f"field.{name}", str(value)))
        if (affected := known(one["affected"])) is not None:
            says.append(("field.affected", "ours.yes" if affected else "ours.no"))
    for one in rows("towers"):
        value = f"{known(one['rank'])} / {known(one['ranked'])} ({one['said_by']})"
        says = found.setdefault("towers", [])
        says += [("field.question", str(one["question"])), ("field.rank", value)]
    for one in rows("ratings"):
        value = f"{known(one['mean'])} ({one['said_by']})"
        found.setdefault("ratings", []).append((f"rating_question.{one['question']}", value))
    return {about: tuple(says) for about, says in found.items()}


class _Gathering:
    """The tables of one look, and the rows of one organization in them."""

    def __init__(self, atlas: Atlas, organization_id: str) -> None:
        self.atlas, self.id = atlas, organization_id
        self._tables: dict[str, pd.DataFrame] = {}
        mine = self._rows("organizations", "id", [organization_id])
        if not mine:
            raise LayerError("organization_gone")
        self.organization = mine[0]
        self.services = self._rows("services", "organization_id", [organization_id])
        self.links = self._rows("service_at_location", "service_id", _ids(self.services))
        self.asked_to_hide = _asked_to_hide(atlas)

    def held(self) -> Held:
        whole = Held(
            organization_id=self.id,
            name=str(self.organization["name"]),
            things=(
                self._thing("about", "organizations", self.organization),
                *(self._thing("services", "services", one) for one in self.services),
                *self._places(),
                *self._ties(),
                *self._shown(),
                *self._judged(),
            ),
        )
        return _without_addresses(whole, [*self._secret_addresses()])

    def _rows(self, table: str, column: str, ids: Iterable[str]) -> list[dict[str, Any]]:
        if table not in self._tables:
            self._tables[table] = self.atlas.read(table)
        rows = self._tables[table]
        picked = rows[rows[column].isin(set(ids))]
        return [{str(k): v for k, v in one.items()} for one in picked.to_dict("records")]

    def _thing(
        self,
        section: str,
        table: str,
        row: Mapping[str, Any],
        *,
        columns: tuple[str, ...] = (),
        **more: Any,  # noqa: ANN401 - fields of Thing
    ) -> Thing:
        facts = [self._fact(table, row, name) for name in columns or COLUMNS[section][table]]
        given = {"name": str(known(row.get("name")) or ""), **more}
        extra = given.pop("extra", ())
        return Thing(
            section=section,
            table=table,
            row=str(row["id"]),
            version=int(row["row_version"]),
            facts=(*facts, *extra),
            **given,
        )

    def _fact(self, table: str, row: Mapping[str, Any], name: str) -> Fact:
        version = int(row["row_version"])
        if name == "languages":
            rows = self._rows("service_languages", "service_id", [str(row["id"])])
            tags = sorted({str(one["language"]) for one in rows})
            kind, of, value = "languages", "", tags or None
        else:
            column = schema.TABLES[table].column(name)
            of = column.of if column.type == "code" else ""
            kind, value = column.type, known(row[name])
        return Fact(
            table=table,
            row=str(row["id"]),
            column=name,
            type=kind,
            of=of,
            value=value,
            version=version,
        )

    def _places(self) -> Iterator[Thing]:
        """Give the places, each with the hours of what is offered there."""
        home = known(self.organization["location_id"])
        ids = dict.fromkeys(
            [*([home] if home else []), *(one["location_id"] for one in self.links)]
        )
        rows = {one["id"]: one for one in self._rows("locations", "id", ids)}
        for place in filter(rows.__contains__, ids):
            row = rows[place]
            hidden = self._is_hidden(row)
            hours = [
                fact
                for link in self.links
                if link["location_id"] == place
                for fact in self._hours(link)
            ]
            yield self._thing(
                "places",
                "locations",
                row,
                columns=PROTECTED if hidden else (),
                name="" if hidden else str(known(row["name"]) or known(row["address"]) or ""),
                protected=hidden,
                extra=tuple(hours),
            )

    def _hours(self, link: Mapping[str, Any]) -> Iterator[Fact]:
        """Give the hours of a service at a place; one without any has an empty one to fill."""
        rows = self._rows("schedules", "service_at_location_id", [link["id"]])
        for one in rows:
            value = known(one["opening_hours"]) or known(one["source_text"])
            yield Fact(
                table="schedules",
                row=str(one["id"]),
                column="opening_hours",
                type="hours",
                of=str(link["service_id"]),
                value=value,
                version=int(one["row_version"]),
            )
        if not rows:
            yield Fact(
                table="service_at_location",
                row=str(link["id"]),
                column="opening_hours",
                type="hours",
                of=str(link["service_id"]),
                value=None,
                version=int(link["row_version"]),
            )

    def _ties(self) -> Iterator[Thing]:
        """Give the ties that last, with those partners who may be shown; never trust.

        A partner whom it could harm to be named is there only where this one told of the tie.
        """
        shown = consent.shown_actors(self.atlas.read("organizations"))
        names = dict(zip(shown["id"], shown["name"], strict=True))
        public = {one for one, _ in public_names(self.atlas, self.id)}
        denied = set(self.atlas.read("statements")["id"])
        rows = self._rows("ties", "from_id", [self.id]) + self._rows("ties", "to_id", [self.id])
        today = clock.today().isoformat()
        for row in rows:
            side = "from" if row["from_id"] == self.id else "to"
            other = row["to_id"] if side == "from" else row["from_id"]
            until = known(row["until"])
            ended = until is not None and until < today
            if other not in names or row["kind"] == "trusts" or ended:
                continue
            way = "out" if side == "from" else "in"
            right = known(row[f"{side}_confirmed_on"]) is not None
            if other not in public and not right:
                continue
            wrong = confirming.denial_id(row["id"], side) in denied
            yield self._thing(
                "ties",
                "ties",
                row,
                name=names[other],
                kind=row["kind"],
                way="both" if row["direction"] == "mutual" else way,
                said="wrong" if wrong else "right" if right else "",
            )

    def _shown(self) -> Iterator[Thing]:
        yield self._thing("shown", "organizations", self.organization)
        for one in self._rows("assets", "organization_id", [self.id]):
            yield self._thing("shown", "assets", one)

    def _judged(self) -> Iterator[Thing]:
        """Give what is judged of it, each with its own reply: empty where there is none yet."""
        replies = {
            str(one["about"]): one for one in self._rows("replies", "organization_id", [self.id])
        }
        for about, says in judged(self.atlas.read, self.id).items():
            reply = replies.get(about) or {
                "id": reply_id(self.id, about),
                "words": None,
                "row_version": 0,
            }
            yield self._thing("judged", "replies", reply, name=about, kind=about, says=says)

    def _is_hidden(self, row: Mapping[str, Any]) -> bool:
        return row["precision"] == "hidden" or row["id"] in self.asked_to_hide

    def _secret_addresses(self) -> Iterator[str]:
        """Give the addresses that were asked to be protected and still stand in a row."""
        for row in self._rows("locations", "id", self.asked_to_hide):
            yield from filter(None, (known(row["address"]), known(row["name"])))


def _ids(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return [str(one["id"]) for one in rows]


def _asked_to_hide(atlas: Atlas) -> set[str]:
    rows = atlas.read("proposals")
    return set(rows.loc[rows["state"].eq("open") & rows["sort"].eq(HIDE), "row_id"])


def _without_addresses(held: Held, addresses: list[str]) -> Held:
    """Leave out texts that tell an address which is to be protected."""
    if not addresses:
        return held

    def tells(value: object) -> bool:
        return isinstance(value, str) and any(
            hiding.tells(value, one) or one.casefold() in value.casefold() for one in addresses
        )

    things = [
        replace(
            one,
            name="" if tells(one.name) else one.name,
            facts=tuple(fact for fact in one.facts if not tells(fact.value)),
        )
        for one in held.things
    ]
    return replace(held, things=tuple(things))
