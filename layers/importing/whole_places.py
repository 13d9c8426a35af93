"""Places in a file that says it is an export of ours: which are hidden, and which only rough."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from layers.importing import cells, hiding
from layers.importing.columns import Columns, hides_by_name
from layers.importing.draft import Record, RowRefused, some_rows
from layers.importing.known import known
from layers.importing.tables import Note
from layers.importing.whole_rows import Row, Whole

Held = Callable[[str], pd.DataFrame]
SHOWN = "address_shown"
_AT_A_PLACE = ("organizations", "assets")
_TELL = {  # texts that go where they tell the street of a hidden place
    "organizations": ("alternate_name", "url", "public_contact"),
    "services": ("cost",),
    "assets": ("public_contact",),
    "locations": ("public_contact",),
}
_SAID_OF_A_PLACE = frozenset({"name", "address", "geometry", "description", "area_id", "extra"})
_ROUND = 3  # decimals of a degree: some 100 m


def guard_places(whole: Whole, held: Held) -> None:
    """Hide what must be hidden, and keep of rough places no more than their precision says."""
    at = _who_is_there(whole)
    secret = _hidden_here(held)
    hidden: dict[str, str | None] = {}
    read: list[int] = []  # rows that were hidden only now
    for row in whole.of("locations"):
        place = row.record
        there = at[str(place["id"])]
        public = _public([place, *(one.record for _, one in there)])
        named = {(table, cells.plain(str(one.record["name"]))) for table, one in there}
        if (
            place["precision"] == "hidden"
            or _is_guarded(place, there, public=public)
            or named & secret
        ):
            if place["precision"] != "hidden":
                read.append(row.number)
            hidden[str(place["id"])] = place.get("address")
        elif place["precision"] in hiding.ROUGH and not public:
            _roughen(whole, held, place)
        drop([row], {key for key in place.get("extra") or {} if _says_shown(key)})
    if read:
        whole.notes.append(Note("hidden_discarded", {"count": len(read), "rows": some_rows(read)}))
    _hide(whole, held, at, hidden)


def _who_is_there(whole: Whole) -> defaultdict[str, list[tuple[str, Row]]]:
    found: defaultdict[str, list[tuple[str, Row]]] = defaultdict(list)
    services = {str(row.record["id"]): row for row in whole.of("services")}
    for link in whole.of("service_at_location"):
        if (service := services.get(str(link.record["service_id"]))) is not None:
            found[str(link.record["location_id"])].append(("services", service))
    for table in _AT_A_PLACE:
        for row in whole.of(table):
            if row.record.get("location_id") is not None:
                found[str(row.record["location_id"])].append((table, row))
    return found


def _hidden_here(held: Held) -> set[tuple[str, str]]:
    """Name who is at a hidden place here: an older export must not show where."""
    places = held("locations")
    hidden = set(places.loc[places["precision"] == "hidden", "id"])
    links = held("service_at_location")
    services = held("services")
    mine = set(links.loc[links["location_id"].isin(hidden), "service_id"])
    found = {("services", cells.plain(n)) for n in services.loc[services["id"].isin(mine), "name"]}
    for table in _AT_A_PLACE:
        rows = held(table)
        found |= {
            (table, cells.plain(n)) for n in rows.loc[rows["location_id"].isin(hidden), "name"]
        }
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


def _hide(
    whole: Whole,
    held: Held,
    at: Mapping[str, list[tuple[str, Row]]],
    hidden: Mapping[str, str | None],
) -> None:
    """Empty everything that could tell a hidden place; refuse names that tell it."""
    small = _cell_areas(whole, held)
    guarded: dict[str, dict[str, str | None]] = defaultdict(dict)
    for row in whole.of("locations"):
        if (place := str(row.record["id"])) in hidden:
            guarded["locations"][place] = hidden[place]
            for table, one in at.get(place, ()):
                guarded[table][str(one.record["id"])] = hidden[place]
    for table, streets in guarded.items():

        def check(row: Row, table: str = table, streets: dict[str, str | None] = streets) -> None:
            if str(row.record["id"]) in streets:
                _empty(table, row.record, streets[str(row.record["id"])], small)

        whole.keep(table, check)

    _hide_statements(whole, guarded)


def _hide_statements(whole: Whole, guarded: Mapping[str, Mapping[str, str | None]]) -> None:
    """Refuse what other sources say of columns that must stay empty."""

    def check(row: Row) -> None:
        said = row.record
        if said["attribute"] in ("private_contact", "extra", "geometry", "id"):
            raise RowRefused("place_protected", column="attribute")
        if said["row_id"] in guarded.get(said["table_name"], ()):
            tells = hiding.tells(said["value"], guarded[said["table_name"]][said["row_id"]])
            if tells or said["attribute"] in _SAID_OF_A_PLACE:
                raise RowRefused("place_protected", column="attribute")

    whole.keep("statements", check)


def _empty(table: str, record: Record, street: str | None, small: set[str]) -> None:
    told = ("id",) if table == "locations" else ("id", "name")
    for name in told:
        if hiding.tells(record.get(name), street):
            raise RowRefused("name_tells_place", column=name)
    record["extra"] = None
    for name in _TELL[table]:
        if hiding.tells(record.get(name), street):
            record[name] = None
    if table != "locations":
        record["description"] = None
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
