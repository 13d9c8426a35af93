"""Places in a file that says it is an export of ours: which are hidden, and which only rough."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import numpy.typing as npt
import shapely

from layers import schema
from layers.importing import cells, hiding
from layers.importing.columns import Columns, hides_by_name
from layers.importing.draft import Record, RowRefused, some_rows
from layers.importing.known import known
from layers.importing.tables import Note
from layers.importing.whole_here import AT_A_PLACE, Held, Here, keep_where_they_are, who_is_hidden
from layers.importing.whole_rows import Row, Whole

SHOWN = "address_shown"
_TELL = {  # texts that go where they tell the street of a hidden place
    "organizations": ("alternate_name", "url", "public_contact"),
    "services": ("cost",),
    "assets": ("public_contact",),
    "locations": ("public_contact",),
    "schedules": ("opening_hours", "source_text"),
}
_ROUND = 3  # decimals of a degree: some 100 m


def guard_places(whole: Whole, held: Held) -> None:
    """Hide what must be hidden, and keep of rough places no more than their precision says."""
    here = who_is_hidden(held)
    secret = keep_where_they_are(whole, here)
    at = _who_is_there(whole)
    hidden: dict[str, list[str | None]] = {one: [] for one in here.hidden}  # and their streets
    read: list[int] = []  # rows that were hidden only now
    for row in whole.of("locations"):
        place, one = row.record, str(row.record["id"])
        there = at[one]
        public = _public([place, *(each.record for _, each in there)])
        if one in here.hidden:
            if place["precision"] != "hidden":
                whole.kept.add(one)
            hidden[one].append(place.get("address"))
        elif (
            place["precision"] == "hidden"
            or one in secret
            or _is_guarded(place, there, public=public)
        ):
            if place["precision"] != "hidden":
                read.append(row.number)
            hidden[one] = [place.get("address"), here.addresses.get(one)]
        elif place["precision"] in hiding.ROUGH and not public:
            _roughen(whole, held, place)
        drop([row], {key for key in place.get("extra") or {} if _says_shown(key)})
    if read:
        whole.notes.append(Note("hidden_discarded", {"count": len(read), "rows": some_rows(read)}))
    _hide(whole, _guarded(whole, here, at, hidden), _cell_areas(whole, held))


def _who_is_there(whole: Whole) -> defaultdict[str, list[tuple[str, Row]]]:
    found: defaultdict[str, list[tuple[str, Row]]] = defaultdict(list)
    services = {str(row.record["id"]): row for row in whole.of("services")}
    for link in whole.of("service_at_location"):
        if (service := services.get(str(link.record["service_id"]))) is not None:
            found[str(link.record["location_id"])].append(("services", service))
    for table in AT_A_PLACE:
        for row in whole.of(table):
            if row.record.get("location_id") is not None:
                found[str(row.record["location_id"])].append((table, row))
    return found


def _says_shown(key: str) -> bool:
    aliases = known()["fields"][SHOWN]
    return cells.plain(key) in {cells.plain(one) for one in (SHOWN, *aliases)}


def _public(records: Iterable[Record]) -> bool:
    """Tell whether anything says plainly that the place may be shown."""
    for record in records:
        for key, text in (record.get("extra") or {}).items():
            if _says_shown(key) and _word(text) in (
                *known()["yes"],
                *known()["visible"],
            ):
                return True
            if hides_by_name(key) and _word(text) in known()["no"]:
                return True
    return False


def _word(text: str) -> str:
    return text.strip().lower()


def _is_guarded(place: Record, there: list[tuple[str, Row]], *, public: bool) -> bool:
    """Tell whether words of the rows at a place hide it, as in any other file."""
    names = [place.get("name"), *(one.record.get("name") for _, one in there)]
    street = Columns(["street"], place={"street": 0})
    said = {hiding.why_hidden(street, [place.get("address")], name) for name in names}
    if said - {""} and not public:
        return True
    if hiding.why_hidden(street, [place.get("address")], None) == "said":
        return True
    for record in (place, *(one.record for _, one in there)):
        for key, text in (record.get("extra") or {}).items():
            yes = (*known()["yes"], *known()["visible"])
            if _says_shown(key) and not cells.is_nothing(text) and _word(text) not in yes:
                return True
            says = hides_by_name(key) and not cells.is_nothing(text)
            if says and _word(text) not in known()["no"]:
                return True
    return False


def _roughen(whole: Whole, held: Held, place: Record) -> None:
    """Keep of a place that is known roughly no more than that, as of any other file."""
    if place["precision"] == "street":
        place["address"] = hiding.without_number(place.get("address"))
        shape = place.get("geometry")
        place["geometry"] = None if shape is None else shapely.transform(shape, _rounded)
        tell = {k for k, text in (place.get("extra") or {}).items() if hiding.tells(text, None)}
        drop([Row(0, place)], tell)
        return
    place["address"], place["extra"] = None, None
    area = place.get("area_id") if place["precision"] == "area" else None
    place["geometry"] = None if area is None else _middle_of(whole, held, str(area))


def _rounded(xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.round(xy, _ROUND)


def _middle_of(whole: Whole, held: Held, area: str) -> shapely.Point | None:
    shapes = {str(row.record["id"]): row.record.get("geometry") for row in whole.of("areas")}
    if area not in shapes:
        here = held("areas")
        shapes |= dict(zip(here["id"], here["geometry"], strict=True))
    shape = shapes.get(area)
    return None if shape is None else shape.representative_point()


Guarded = Mapping[str, Mapping[str, Sequence[str | None]]]


def _guarded(
    whole: Whole,
    here: Here,
    at: Mapping[str, list[tuple[str, Row]]],
    hidden: Mapping[str, list[str | None]],
) -> Guarded:
    """Name the rows that could tell a hidden place, by table, with the streets they could name."""
    found: defaultdict[str, defaultdict[str, list[str | None]]]
    found = defaultdict(lambda: defaultdict(list))
    for place, streets in hidden.items():
        found["locations"][place] += streets
        ids = {(table, str(row.record["id"])) for table, row in at.get(place, ())}
        for table, one in ids | set(here.there.get(place, ())):
            found[table][one] += streets
    for table in ("services", *AT_A_PLACE):
        for row in whole.of(table):
            if here.is_guest(table, row.record):
                found[table][str(row.record["id"])] += []
    _named_after(whole, here, found)
    return found


def _named_after(
    whole: Whole, here: Here, found: defaultdict[str, defaultdict[str, list[str | None]]]
) -> None:
    """Name the links, hours and languages of guarded places and services."""
    places, services = found["locations"], found["services"]
    mine = [row.record for row in whole.of("service_at_location")]
    links = {
        **here.links,
        **{str(m["id"]): (str(m["service_id"]), str(m["location_id"])) for m in mine},
    }
    for link, (service, place) in links.items():
        if service in services or place in places:
            streets = [*services.get(service, ()), *places.get(place, ())]
            found["service_at_location"][link] += streets
    for table, column, of in (
        ("service_languages", "service_id", "services"),
        ("schedules", "service_at_location_id", "service_at_location"),
    ):
        for row in whole.of(table):
            if (one := str(row.record[column])) in found[of]:
                found[table][str(row.record["id"])] += found[of][one]


def _hide(whole: Whole, guarded: Guarded, small: set[str]) -> None:
    """Empty everything that could tell a hidden place; refuse names that tell it."""
    lost = 0
    for table, streets in guarded.items():

        def check(
            row: Row, table: str = table, streets: Mapping[str, Sequence[str | None]] = streets
        ) -> None:
            nonlocal lost
            if str(row.record["id"]) in streets:
                before = dict(row.record)
                _empty(table, row.record, streets[str(row.record["id"])], small)
                lost += table != "locations" and row.record != before

        whole.keep(table, check)
    if lost:
        whole.notes.append(Note("hidden_texts", {"count": lost}))

    def said(row: Row) -> None:
        of = row.record
        if of["row_id"] in guarded.get(of["table_name"], ()):
            if schema.TABLES[of["table_name"]].column(of["attribute"]).type == "text":
                raise RowRefused("place_protected", column="attribute")
            of["extra"] = None

    whole.keep("statements", said)


def _tells(text: str | None, streets: Sequence[str | None]) -> bool:
    return any(hiding.tells(text, street) for street in streets or (None,))


def _empty(table: str, record: Record, streets: Sequence[str | None], small: set[str]) -> None:
    told = ("id", "name") if table in ("services", *AT_A_PLACE) else ("id",)
    for name in told:
        if _tells(record.get(name), streets):
            raise RowRefused("name_tells_place", column=name)
    record["extra"] = None
    for name in _TELL.get(table, ()):
        if _tells(record.get(name), streets):
            record[name] = None
    if "description" in record:
        record["description"] = None
    if table != "locations":
        return
    record |= {"precision": "hidden", "geometry": None, "address": None, "name": None}
    if record.get("area_id") in small:
        record["area_id"] = None


def _cell_areas(whole: Whole, held: Held) -> set[str]:
    here = held("areas")
    found = set(here.loc[here["level"] == "cell", "id"])
    return found | {str(r.record["id"]) for r in whole.of("areas") if r.record["level"] == "cell"}


def drop(rows: Iterable[Row], keys: set[str]) -> None:
    """Take unmapped columns away."""
    for row in rows:
        if keys and row.record.get("extra"):
            rest = {key: text for key, text in row.record["extra"].items() if key not in keys}
            row.record["extra"] = rest or None
