"""Services that OpenStreetMap shows, as proposals: nothing is taken before a person says so.

One that is here already becomes a proposal of what is new about it, never a second service. One
named like something that is protected here is left out: its proposal would tell the place.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from layers import clock, hours, matching, telling
from layers.atlas import Atlas
from layers.changes import Operation
from layers.errors import LayerError
from layers.importing import cells, osm_tags
from layers.importing.osm_rows import Box, spot_of
from layers.importing.plan import Likely
from layers.proposing import Proposal

SOURCE: Final = "open_street_map"
NEAR_M: Final = 100.0
_LANGUAGE = re.compile(r"language:([a-z]{2,3}(?:-[A-Z][a-z]{3})?)")
_SPOKEN = ("yes", "main", "designated", "only")
_WOMEN = frozenset({"woman", "women", "female", "mother", "mothers"})
_KEPT_AS_IT_IS = (
    "amenity", "social_facility", "social_facility:for", "office", "government", "healthcare",
    "healthcare:speciality", "operator", "opening_hours:note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Candidate:
    """One service of the extract."""

    osm: str  # node/123
    category: str
    tags: Mapping[str, str]
    point: BaseGeometry

    @property
    def id(self) -> str:
        """Identifier of the service, if it is taken: ``osm-node-123``."""
        return "osm-" + self.osm.replace("/", "-")

    @property
    def name(self) -> str:
        """Its name; what has none is called by its kind, never by its address."""
        return self.tags.get("name") or f"{cells.label_of(self.category)} (no name)"

    @property
    def sought(self) -> str:
        """The name that it is compared by: two without a name are told apart by their address."""
        if name := self.tags.get("name"):
            return name
        return f"{cells.label_of(self.category)}, {self.address or self.osm}"

    @property
    def address(self) -> str | None:
        """Street, number, post code and town in one line."""
        tags = self.tags
        street = tags.get("addr:street") or tags.get("addr:place")
        line = " ".join(filter(None, (street, tags.get("addr:housenumber")))) if street else ""
        town = " ".join(filter(None, (tags.get("addr:postcode"), tags.get("addr:city"))))
        return ", ".join(filter(None, (line, town))) or None


@dataclass(slots=True)
class Candidates:
    """Proposals to keep, pairs a person may look at, and numbers to tell."""

    proposals: list[Proposal] = field(default_factory=list)
    points: list[BaseGeometry] = field(default_factory=list)  # of the candidates
    likely: list[Likely] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def candidates(
    atlas: Atlas,
    found: Sequence[Sequence[Any]],
    *,
    file: str,
    box: Box | None = None,
    chosen: Mapping[int, str] | None = None,
    each: Callable[[int, int], None] | None = None,
) -> Candidates:
    """Turn what an extract shows into proposals.

    Parameters
    ----------
    atlas
        What is here already.
    found
        ``services`` of :func:`layers.importing.osm_read.read`.
    file
        Name of the extract, for the rows.
    box
        West, south, east, north in degrees; a point outside is left out.
    chosen
        By number of the candidate, from 1: the service that it is, or empty for a new one.
    each
        Is told how many are compared, of how many; may raise to stop.
    """
    made = Candidates()
    listed = []
    for osm, category, tags, shape in found:
        point = spot_of(shape)
        if point is None:
            continue
        if box is not None and not shapely.box(*box).covers(point):
            made.counts["outside"] += 1
            continue
        listed.append(Candidate(osm, category, tags, point))
    told = tells_protected(atlas, {one.id: one.sought for one in listed})
    made.counts["hidden"] += len(told)
    listed = [one for one in listed if one.id not in told]
    here = _Here(atlas, file)
    same = here.same(listed, made, chosen or {}, each)
    for one in listed:
        made.counts["candidates"] += 1
        made.points.append(one.point)
        made.counts["hours"] += "opening_hours" in one.tags
        service = same.get(one.id)
        proposal = here.added(one) if service is None else here.changed(one, service)
        if proposal is None:
            made.counts["same"] += 1
        elif proposal.id in here.proposed:
            made.counts["asked_before"] += 1
        else:
            made.counts["new" if service is None else "changed"] += 1
            made.proposals.append(proposal)
        understood = here.understood(one.tags.get("opening_hours"))
        made.counts["hours_unread"] += "opening_hours" in one.tags and not understood
    return made


def tells_protected(atlas: Atlas, names: Mapping[str, str]) -> set[str]:
    """Find the names that are alike to one of something whose place is protected here.

    Parameters
    ----------
    atlas
        What is here.
    names
        By identifier of the row that would bear it.
    """
    return telling.protected(telling.of_tables(atlas.read)).alike(names)


class _Here:
    """What the atlas holds, as far as candidates are compared with it."""

    def __init__(self, atlas: Atlas, file: str) -> None:
        self.file = file
        self.meta = atlas.meta()
        self.services = atlas.read("services")
        self.locations = atlas.read("locations").set_index("id")
        self.spots = {str(row["id"]): row for row in atlas.read("locations").to_dict("records")}
        self.links = atlas.read("service_at_location")
        self.schedules = atlas.read("schedules")
        self.actors = atlas.read("organizations")
        self.proposed = set(atlas.read("proposals")["id"])
        self.by_name = {
            matching.key(str(name)): str(one)
            for one, name in zip(self.actors["id"], self.actors["name"], strict=True)
        }
        self.week = hours.typical_week(clock.today(), country=self.meta.get("country", ""))
        placed = self.links.join(
            self.locations[["precision", "address", "geometry"]], "location_id"
        )
        self.placed = placed.drop_duplicates("service_id").set_index("service_id")

    def same(
        self,
        listed: list[Candidate],
        made: Candidates,
        chosen: Mapping[int, str],
        each: Callable[[int, int], None] | None,
    ) -> dict[str, str]:
        """Find which candidates are services that are here: by identifier, else name and place."""
        there = set(self.services["id"])
        same = {one.id: one.id for one in listed if one.id in there}
        names = self.services.set_index("id")["name"]
        numbers = {one.id: number for number, one in enumerate(listed, start=1)}
        if listed and there:
            held = self.services[["id", "name"]].join(self.placed[["address", "geometry"]], "id")
            alike = matching.pairs(_table(listed), held, metres=NEAR_M, each=each)
            alike = alike[~alike["left_id"].isin(same)]
            for name, rows in alike.groupby("left_id", sort=False):
                there_too = rows["why"].map(lambda why: "place" in why or "address" in why)
                sure = rows[(rows["score"] >= matching.SAME_NAME) & there_too]
                if len(sure) == 1:
                    same[str(name)] = str(sure["right_id"].iloc[0])
                settled = same.get(str(name))
                for row in rows.itertuples():
                    if settled not in (None, row.right_id):
                        continue  # what is settled needs no second look
                    likely = Likely(
                        row=numbers[str(name)],
                        name=next(one.name for one in listed if one.id == name),
                        id=str(row.right_id),
                        their_name=str(names[str(row.right_id)]),
                        score=round(float(row.score)),  # type: ignore[arg-type]  # a number
                        why=tuple(row.why),  # type: ignore[arg-type]  # a tuple of words
                        taken=same.get(str(name)) == row.right_id,
                    )
                    made.likely.append(likely)
        for number, one in enumerate(listed, start=1):
            if number in chosen:
                same.pop(one.id, None)
                if chosen[number] in there:
                    same[one.id] = chosen[number]
        return same

    def understood(self, text: str | None) -> bool:
        """Tell whether hours can be read: only then are they more than a text."""
        if text is None:
            return False
        try:
            answer = hours.open_at(
                text,
                "any",
                week=self.week,
                country=self.meta.get("country", ""),
                timezone=self.meta.get("timezone", "UTC"),
            )
        except LayerError:
            return False
        return answer != "unknown"

    def added(self, one: Candidate) -> Proposal:
        """Propose a service that is not here, with place, hours and languages."""
        tags, place, at = one.tags, f"{one.id}-place", f"{one.id}-at"
        checked = _day(tags.get("check_date"), tags.get("survey:date"))
        rows: list[tuple[str, str, dict[str, Any]]] = [
            ("services", one.id, self._service(one)),
            ("locations", place, _location(one)),
            ("service_at_location", at, {"service_id": one.id, "location_id": place}),
        ]
        if text := tags.get("opening_hours"):
            said = {"service_at_location_id": at, **self._schedule(text)}
            day = _day(tags.get("check_date:opening_hours"), checked)
            rows.append(("schedules", f"{one.id}-hours", {**said, "date_checked": day}))
        for tag in _languages(one):
            spoken = {"service_id": one.id, "language": tag}
            rows.append(("service_languages", f"{one.id}-{tag}", spoken))
        operations = [
            Operation(
                table=table,
                id=row,
                action="insert",
                values={
                    name: value
                    for name, value in {
                        "date_checked": checked, **values, "source_file": self.file
                    }.items()
                    if value is not None
                },
            )
            for table, row, values in rows
        ]  # fmt: skip
        return self._proposal(one, one.id, operations, name=f"osm:{one.osm}")

    def changed(self, one: Candidate, service: str) -> Proposal | None:
        """Propose what OpenStreetMap knows more of a service that is here; ``None``: nothing."""
        operations: list[Operation] = []
        if service in self.placed.index:
            link = self.placed.loc[service]
            place = str(link["location_id"])
            held = self.spots[place]
            free = osm_tags.step_free(one.tags)
            unknown = bool(pd.isna(held["step_free"]))
            if free is not None and (unknown or bool(held["step_free"]) != free):
                operations.append(_update("locations", place, held, {"step_free": free}))
            operations += self._hours(one, str(link["id"]))
        if not operations:
            return None
        said = json.dumps([(o.table, o.id, dict(o.values)) for o in operations], sort_keys=True)
        what = hashlib.sha256(said.encode()).hexdigest()[:8]
        return self._proposal(one, service, operations, name=f"osm:{one.osm}:{what}")

    def _hours(self, one: Candidate, link: str) -> list[Operation]:
        text = one.tags.get("opening_hours")
        if text is None or not self.understood(text):
            return []
        rows = self.schedules[self.schedules["service_at_location_id"] == link]
        if rows.empty:
            values = {
                "service_at_location_id": link,
                **self._schedule(text),
                "source_file": self.file,
            }
            name = f"{one.id}-hours"
            return [Operation(table="schedules", id=name, action="insert", values=values)]
        if len(rows) > 1 or rows["opening_hours"].iloc[0] == text:
            return []  # several times of several courses: nobody can say which one is meant
        held = rows.to_dict("records")[0]
        return [_update("schedules", str(held["id"]), held, self._schedule(text))]

    def _schedule(self, text: str) -> dict[str, Any]:
        return {"opening_hours": text if self.understood(text) else None, "source_text": text}

    def _service(self, one: Candidate) -> dict[str, Any]:
        tags = one.tags
        kept = {key: tags[key] for key in _KEPT_AS_IT_IS if key in tags}
        taught = [key for key in tags if key.startswith("language:")]
        if _teaches_languages(one):  # there they are taught, which says nothing of who helps whom
            kept |= {key: tags[key] for key in taught}
        fee = osm_tags.values(tags.get("fee"))
        return {
            "name": one.name,
            "category": one.category,
            "description": tags.get("description"),
            "organization_id": self.by_name.get(matching.key(tags.get("operator", ""))),
            "women_only": _women_only(tags),
            "free": True if fee == ("no",) else False if fee == ("yes",) else None,
            "min_age": _whole(tags.get("min_age")),
            "max_age": _whole(tags.get("max_age")),
            "capacity": _whole(tags.get("capacity")),
            "extra": {"osm": one.osm, **kept},
        }

    def _proposal(
        self, one: Candidate, row: str, operations: list[Operation], *, name: str
    ) -> Proposal:
        return Proposal(
            source=SOURCE,
            table="services",
            row_id=row,
            operations=tuple(operations),
            name=one.name,
            sort=one.category,
            id=name,
        )


def _location(one: Candidate) -> dict[str, Any]:
    tags = one.tags
    site = tags.get("contact:website") or tags.get("website") or tags.get("url")
    phone = tags.get("contact:phone") or tags.get("phone")
    return {
        "name": tags.get("name"),
        "address": one.address,
        "precision": "exact",
        "public_contact": " · ".join(filter(None, (site, phone))) or None,
        "step_free": osm_tags.step_free(tags),
        "geometry": one.point,
    }


def _update(table: str, row: str, held: Mapping[Any, Any], values: dict[str, Any]) -> Operation:
    seen = int(held["row_version"])
    return Operation(table=table, id=row, action="update", values=values, seen=seen)


def _women_only(tags: Mapping[str, str]) -> bool | None:
    """Tell whether a service is for women only; that women may come says nothing of men.

    Examples
    --------
    >>> _women_only({"female": "yes", "male": "no"}), _women_only({"female": "yes"})
    (True, None)
    >>> _women_only({"social_facility:for": "women"}), _women_only({"male": "yes"})
    (True, False)
    """
    if tags.get("male") in ("yes", "only") or tags.get("unisex") == "yes":
        return False
    if tags.get("female") == "only" or (tags.get("female"), tags.get("male")) == ("yes", "no"):
        return True
    served = set(osm_tags.values(tags.get("social_facility:for")))
    return True if served and served <= _WOMEN else None


def _languages(one: Candidate) -> list[str]:
    if _teaches_languages(one):
        return []
    return sorted(
        found[1]
        for key, value in one.tags.items()
        if (found := _LANGUAGE.fullmatch(key)) and value in _SPOKEN
    )


def _teaches_languages(one: Candidate) -> bool:
    return one.category == "language_course"


def _whole(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"[0-9]{1,5}", text) else None


def _day(*texts: str | None) -> str | None:
    """Read the first day that is one, as the store writes it."""
    for text in texts:
        try:
            found = cells.day(text) if text else None
        except ValueError:
            continue
        if found is not None and found <= clock.today():
            return found.isoformat()
    return None


def _table(listed: Sequence[Candidate]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": [one.id for one in listed],
            "name": [one.sought for one in listed],
            "alternate_name": [one.tags.get("alt_name") for one in listed],
            "address": [one.address for one in listed],
            "geometry": pd.Series([one.point for one in listed], dtype=object),
        }
    )
