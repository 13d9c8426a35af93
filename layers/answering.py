"""What an organization answers, checked field by field and made into proposals.

The page and the sheet give the same few kinds of answers. Whatever is not in what we hold about
that organization (:mod:`layers.holding`) is refused, so nobody can reach the row of another.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from layers import clock, coarsening, confirming, consent, editing, said_languages, telling
from layers.answer_values import checked
from layers.atlas import Atlas
from layers.changes import Operation
from layers.checking import plain
from layers.errors import LayerError
from layers.holding import REQUIRED, Fact, Held, Thing, public_names
from layers.proposing import HIDE, Proposal

MOST_ANSWERS = 100
_AROUND_A_PLACE = (
    *("locations", "areas", "services", "organizations", "assets", "service_at_location"),
    "schedules",
)
_FIELDS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "correct": frozenset({"table", "row", "column", "seen", "value", "spoken"}),
        "right": frozenset({"table", "row", "column", "seen"}),
        "tie": frozenset({"row", "seen", "right"}),
        "hide": frozenset({"row"}),
        "show": frozenset({"row", "address"}),
        "add_service": frozenset({"values"}),
        "add_tie": frozenset({"values"}),
        "gone": frozenset(),
    }
)
_NEW_SERVICE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "name": ("text", ""),
        "category": ("code", "category"),
        "description": ("text", ""),
        "setting": ("code", "setting"),
        "walk_in": ("yes_no", ""),
        "appointment": ("yes_no", ""),
        "papers_asked": ("yes_no", ""),
        "women_only": ("yes_no", ""),
        "free": ("yes_no", ""),
        "childcare_on_site": ("yes_no", ""),
        "languages": ("languages", ""),
        "address": ("text", ""),
        "opening_hours": ("hours", ""),
    }
)
_NEW_TIE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "with": ("text", ""),
        "name": ("text", ""),
        "kind": ("code", "tie_kind"),
        "way": ("way", ""),
        "strength": ("int", ""),
        "participation": ("code", "participation"),
        "cooperation": ("code", "cooperation"),
    }
)


_OF_A_TIE = ("strength", "participation", "cooperation")


def new_service_fields() -> dict[str, tuple[str, str]]:
    """Give the fields of a new service: type, and list of codes."""
    return dict(_NEW_SERVICE)


def new_tie_fields() -> dict[str, tuple[str, str]]:
    """Give the fields of a new tie: type, and list of codes; ``with`` or ``name`` is one of two."""
    return dict(_NEW_TIE)


def proposals(
    atlas: Atlas,
    held: Held,
    answers: Sequence[Mapping[str, Any]],
    *,
    answer_id: str,
    invitation_id: str | None = None,
    most: int = MOST_ANSWERS,
) -> list[Proposal]:
    """Make proposals of answers; what is as we hold it already makes none.

    Parameters
    ----------
    atlas
        What the answers are about.
    held
        What we hold about the organization that answers, now.
    answers
        Each with ``do``: ``correct`` (table, row, column, seen, value; a value of ``None`` means
        unknown; of languages ``spoken`` as ``True``: by those who work there), ``right`` (table,
        row, column, seen), ``tie`` (row, seen, right), ``hide`` (row), ``show`` (row, address),
        ``add_service`` (values), ``add_tie`` (values: ``with`` or ``name``, kind, way ``out``,
        ``in`` or ``both``, strength) or ``gone``; ``note`` with any.
    answer_id
        The same identifier twice makes the same proposals.
    invitation_id
        The invitation that is answered.
    most
        How many answers are taken at a time.

    Raises
    ------
    LayerError
        ``field_unknown``, ``answer_unknown``, ``answer_needed``, ``answer_text_long``,
        ``answer_number_range``, ``answer_day``, ``answer_outdated``, ``answers_too_many``, or
        ``text_tells_hidden`` where the place is protected; then none is made.
    """
    if len(answers) > most:
        raise LayerError("answers_too_many", most=most)
    maker = _Maker(atlas, held, answer_id)
    key = answer_key(held.organization_id, answer_id)
    made: list[Proposal] = []
    for one in answers:
        for draft in maker.make(one):
            made.append(
                Proposal(
                    id=f"{key}-{len(made)}",
                    source="organization",
                    organization_id=held.organization_id,
                    invitation_id=invitation_id,
                    table=draft.table,
                    row_id=draft.row,
                    name=draft.name or held.name,
                    sort=draft.sort,
                    note=_note(one),
                    operations=tuple(draft.operations),
                )
            )
    if made:
        _refuse_telling(atlas, made)
    return made


def answer_key(organization_id: str, answer_id: str) -> str:
    """Name one answer: its proposals are called so, with a number behind."""
    said = f"{organization_id}/{answer_id}"
    return f"a-{hashlib.sha256(said.encode()).hexdigest()[:20]}"


@dataclass(slots=True)
class _Draft:
    """A proposal before it knows whose it is."""

    sort: str
    table: str
    row: str
    name: str
    operations: list[Operation]


@dataclass(slots=True)
class _Maker:
    atlas: Atlas
    held: Held
    answer_id: str
    today: str = field(default_factory=lambda: clock.today().isoformat())
    _made: int = 0

    def make(self, said: Mapping[str, Any]) -> Iterator[_Draft]:
        what = said.get("do")
        if not isinstance(what, str) or what not in _FIELDS:
            raise LayerError("field_unknown")
        if set(said) - _FIELDS[what] - {"do", "note"}:
            raise LayerError("field_unknown")
        yield from getattr(self, f"_{what}")(said)

    # --- facts -------------------------------------------------------------------------------

    def _correct(self, said: Mapping[str, Any]) -> Iterator[_Draft]:
        fact = self._fact(said)
        value = checked(fact.type, said.get("value"), name=fact.column, of=fact.of)
        if value is None and (fact.table, fact.column) in REQUIRED:
            raise LayerError("answer_needed")
        spoken = said.get("spoken") is True and fact.type == "languages"
        if value == fact.value and not spoken:
            return
        name = self._title(fact)
        if fact.type == "languages":
            operations = said_languages.changes(
                self.atlas.read("service_languages"),
                fact.row,
                value or [],
                spoken=spoken,
                name=self._name,
                today=self.today,
            )
        elif fact.table == "replies":
            operations = [self._reply(fact, value)]
        elif fact.table == "service_at_location":
            operations = [self._new_hours(fact.row, value)]
        else:
            changes = self._hours(value) if fact.type == "hours" else {fact.column: value}
            operations = [self._update(fact.table, fact.row, fact.version, changes)]
        if operations:
            yield _Draft(fact.column, fact.table, fact.row, name, operations)

    def _right(self, said: Mapping[str, Any]) -> Iterator[_Draft]:
        fact = self._fact(said)
        if fact.table in ("service_at_location", "replies") or fact.value is None:
            raise LayerError("answer_unknown")  # nothing is held that could be right
        update = self._update(fact.table, fact.row, fact.version, {})
        yield _Draft("right", fact.table, fact.row, self._title(fact), [update])

    def _fact(self, said: Mapping[str, Any]) -> Fact:
        key = tuple(said.get(name) for name in ("table", "row", "column"))
        if not all(isinstance(part, str) for part in key):
            raise LayerError("field_unknown")
        fact = self.held.facts().get(key)  # type: ignore[arg-type] # three texts, checked above
        if fact is None:
            raise LayerError("field_unknown")
        if said.get("seen") != fact.version:
            raise LayerError("answer_outdated")
        return fact

    def _reply(self, fact: Fact, words: str | None) -> Operation:
        """Write its own answer to what is judged of it, or take it back."""
        if words is None:
            return Operation(table="replies", id=fact.row, action="delete", seen=fact.version)
        said = {"words": words, "replied_on": self.today}
        if fact.version:
            return self._update("replies", fact.row, fact.version, said)
        thing = self.held.thing("replies", fact.row)
        about = {"about": thing.kind if thing else None}
        whose = {"organization_id": self.held.organization_id}
        return self._insert("replies", fact.row, {**whose, **about, **said})

    def _title(self, fact: Fact) -> str:
        if fact.type == "hours":
            service = self.held.thing("services", fact.of)
            return service.name if service else ""
        if fact.table == "replies":
            return self.held.name
        thing = self.held.thing(fact.table, fact.row)
        if thing is not None and fact.table == "locations":  # it may be called by its address
            named = (one.value for one in thing.facts if one.column == "name")
            return next(named, None) or self.held.name
        return thing.name if thing else ""

    def _new_hours(self, link: str, text: str | None) -> Operation:
        values = {"service_at_location_id": link, **self._hours(text)}
        return self._insert("schedules", self._name(f"{link}-hours"), values)

    def _hours(self, text: str | None) -> dict[str, Any]:
        """Read hours as somebody types them: what is not understood stays unknown, and is kept."""
        meta = self.atlas.meta()
        return editing.as_hours(
            text, today=clock.today(), country=meta["country"], timezone=meta["timezone"]
        )

    # --- places ------------------------------------------------------------------------------

    def _hide(self, said: Mapping[str, Any]) -> Iterator[_Draft]:
        place = self._place(said)
        if place.protected:
            return
        tables = {name: self.atlas.read(name) for name in _AROUND_A_PLACE}
        row = editing.row(tables["locations"], place.row) or {}
        hidden = coarsening.as_allowed(
            {**row, "precision": "hidden"}, before=row["precision"], areas=tables["areas"]
        )
        hidden["area_id"] = hidden["area_id"] or coarsening.around(tables["areas"], row["geometry"])
        changes = editing.changed(row, hidden)
        operations = [self._update("locations", place.row, place.version, changes)]
        for guest in coarsening.guests(tables, place.row):
            held = editing.row(tables[guest.table], guest.id) or {}
            telling = coarsening.emptied(held, guest.table, hidden=True, address=row["address"])
            if telling:
                seen = int(held["row_version"])
                operations.append(self._update(guest.table, guest.id, seen, telling))
        for one in coarsening.schedules(tables, place.row).to_dict("records"):
            held = plain(one)
            if telling := coarsening.told_hours(held, row["address"]):
                seen = int(held["row_version"])
                operations.append(self._update("schedules", held["id"], seen, telling))
        yield _Draft(HIDE, "locations", place.row, self.held.name, operations)

    def _show(self, said: Mapping[str, Any]) -> Iterator[_Draft]:
        place = self._place(said)
        address = checked("text", said.get("address"), name="address")
        if address is None:
            raise LayerError("answer_needed")
        if not place.protected:
            raise LayerError("answer_unknown")
        # no point yet: the desk puts it on the map
        shown = {"precision": "city", "address": address}
        update = self._update("locations", place.row, place.version, shown)
        yield _Draft("show", "locations", place.row, self.held.name, [update])

    def _place(self, said: Mapping[str, Any]) -> Thing:
        row = said.get("row")
        place = self.held.thing("locations", row) if isinstance(row, str) else None
        if place is None:
            raise LayerError("field_unknown")
        return place

    # --- ties --------------------------------------------------------------------------------

    def _tie(self, said: Mapping[str, Any]) -> Iterator[_Draft]:
        row, right = said.get("row"), said.get("right")
        tie = self.held.thing("ties", row) if isinstance(row, str) else None
        if tie is None or not isinstance(right, bool):
            raise LayerError("field_unknown")
        if said.get("seen") != tie.version:
            raise LayerError("answer_outdated")
        ends = self.atlas.read("ties").set_index("id").loc[tie.row]
        side = "from" if ends["from_id"] == self.held.organization_id else "to"
        name = f"{side}_confirmed_on"
        if right:
            confirmed = Operation(
                table="ties",
                id=tie.row,
                action="update",
                values={name: self.today, "date_checked": self.today},
                seen=tie.version,
            )
            yield _Draft("tie", "ties", tie.row, tie.name, [confirmed])
        elif tie.said != "wrong":
            denial = confirming.denial(tie.row, side, day=self.today)
            operations = [
                Operation(
                    table="statements",
                    id=confirming.denial_id(tie.row, side),
                    action="insert",
                    values=denial,
                )
            ]
            if tie.said == "right":
                taken_back = {name: None}
                operations.append(
                    Operation(
                        table="ties",
                        id=tie.row,
                        action="update",
                        values=taken_back,
                        seen=tie.version,
                    )
                )
            yield _Draft("tie", "ties", tie.row, tie.name, operations)

    def _add_tie(self, said: Mapping[str, Any]) -> Iterator[_Draft]:
        values = _checked_values(said.get("values"), _NEW_TIE)
        kind, way = values.get("kind"), values.get("way")
        if kind is None or way is None:
            raise LayerError("answer_needed")
        if kind == "trusts":
            raise LayerError("answer_unknown")  # trust is never asked of the one it is about
        operations: list[Operation] = []
        other, name = self._other(values, operations)
        me = self.held.organization_id
        ends = (other, me) if way == "in" else (me, other)
        side = "from" if ends[0] == me else "to"
        tie = self._name(f"{ends[0]}-{ends[1]}-{kind}")
        operations.append(
            self._insert(
                "ties",
                tie,
                {
                    "from_id": ends[0],
                    "to_id": ends[1],
                    "kind": kind,
                    "direction": "mutual" if way == "both" else "directed",
                    **{name: values.get(name) for name in _OF_A_TIE},
                    f"{side}_confirmed_on": self.today,
                    "last_confirmed": self.today,
                    "confirmed_by": 1,
                },
            )
        )
        yield _Draft("new_tie", "ties", tie, name, operations)

    def _other(self, values: Mapping[str, Any], operations: list[Operation]) -> tuple[str, str]:
        """Find the other organization among those that may be shown, or make a new one."""
        names = dict(public_names(self.atlas, self.held.organization_id))
        chosen, typed = values.get("with"), values.get("name")
        if chosen is not None:
            if chosen not in names:
                raise LayerError("field_unknown")
            return chosen, names[chosen]
        if typed is None:
            raise LayerError("answer_needed")
        folded = typed.casefold()
        # who may not be named to it is still the one it typed, and no second row
        shown = consent.shown_actors(self.atlas.read("organizations"))
        for one, name in zip(shown["id"], shown["name"], strict=True):
            if one != self.held.organization_id and name.casefold() == folded:
                return str(one), str(name)
        made = self._name(_slug(typed))
        operations.append(self._insert("organizations", made, {"name": typed}))
        return made, typed

    # --- services ----------------------------------------------------------------------------

    def _add_service(self, said: Mapping[str, Any]) -> Iterator[_Draft]:
        values = _checked_values(said.get("values"), _NEW_SERVICE)
        if values.get("name") is None or values.get("category") is None:
            raise LayerError("answer_needed")
        service = self._name(_slug(values["name"]))
        languages = values.pop("languages", None) or []
        address, hours = values.pop("address", None), values.pop("opening_hours", None)
        mine = {"organization_id": self.held.organization_id, "status": "active"}
        operations = [self._insert("services", service, {**mine, **values})]
        operations += [
            self._insert(
                "service_languages", f"{service}-{tag}", {"service_id": service, "language": tag}
            )
            for tag in languages
        ]
        if address is not None or hours is not None:
            # without a point: the desk puts it on the map
            place = {"precision": "city", "address": address}
            link = {"service_id": service, "location_id": service}
            operations.append(self._insert("locations", service, place))
            operations.append(self._insert("service_at_location", service, link))
        if hours is not None:
            operations.append(self._new_hours(service, hours))
        yield _Draft("new_service", "services", service, values["name"], operations)

    def _gone(self, said: Mapping[str, Any]) -> Iterator[_Draft]:
        """Say that nothing runs any more; nothing is deleted, so that it can be looked up."""
        del said
        operations = [
            self._update("services", one.row, one.version, {"status": "defunct"})
            for one in self.held.things
            if one.section == "services"
        ]
        ties = self.atlas.read("ties")
        me = self.held.organization_id
        mine = ties[ties["from_id"].eq(me) | ties["to_id"].eq(me)]
        operations += [
            Operation(
                table="ties",
                id=str(one["id"]),
                action="update",
                values={"until": self.today},
                seen=int(one["row_version"]),
            )
            for one in mine[mine["until"].isna()].to_dict("records")
        ]
        about = self.held.things[0]
        operations.append(self._update("organizations", about.row, about.version, {}))
        yield _Draft("gone", "organizations", me, self.held.name, operations)

    # --- operations --------------------------------------------------------------------------

    def _update(self, table: str, row: str, seen: int, values: Mapping[str, Any]) -> Operation:
        said = {"says_who": "provider", "date_checked": self.today}
        if table == "ties":
            del said["says_who"]  # a tie has two who say so
        return Operation(table=table, id=row, action="update", values={**values, **said}, seen=seen)

    def _insert(self, table: str, row: str, values: Mapping[str, Any]) -> Operation:
        filled = {name: value for name, value in values.items() if value is not None}
        said = {"says_who": "provider", "date_checked": self.today}
        return Operation(table=table, id=row, action="insert", values={**filled, **said})

    def _name(self, wished: str) -> str:
        """Make an identifier that the same answer makes again, and no other does."""
        self._made += 1
        given = f"{self.held.organization_id}/{self.answer_id}/{self._made}"
        return f"{wished}-{hashlib.sha256(given.encode()).hexdigest()[:8]}"


def _checked_values(said: object, fields: Mapping[str, tuple[str, str]]) -> dict[str, Any]:
    if not isinstance(said, dict) or set(said) - set(fields):
        raise LayerError("field_unknown")
    return {
        name: checked(fields[name][0], value, name=name, of=fields[name][1])
        for name, value in said.items()
    }


def _refuse_telling(atlas: Atlas, made: Sequence[Proposal]) -> None:
    """Refuse an address in a text about what is protected: it would show where that is."""
    protected = telling.protected(telling.of_tables(atlas.read))
    for one in made:
        if protected.told_by([each.to_json() for each in one.operations], one.note):
            raise LayerError("text_tells_hidden")


def _note(said: Mapping[str, Any]) -> str:
    return checked("text", said.get("note"), name="note") or ""


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:30] or "new"
