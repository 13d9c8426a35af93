"""Services and actors, each with its place, languages and hours."""

from __future__ import annotations

from collections import defaultdict

from layers import consent
from layers.errors import LayerError
from layers.importing import cells, columns, draft, left_out
from layers.importing.coordinates import places
from layers.importing.draft import Draft, Record, RowRefused, Source, some_rows
from layers.importing.locations import Finder
from layers.importing.settle import settle
from layers.importing.tables import Note

_YES_NO = (
    *("papers_asked", "women_only", "free", "referral_asked", "childcare_on_site"),
    *("walk_in", "appointment"),
)
_NUMBERS = ("min_age", "max_age", "waiting_days", "capacity", "free_places")
_CODES = {"status": "status", "setting": "setting", "course_level": "course_level"}


def build_services(source: Source) -> Draft:
    """Make services, their places, languages and hours, one of each a row.

    Raises
    ------
    LayerError
        ``category_missing`` where neither column, file name nor a person names the category.
    """
    table = source.table
    found = columns.find(table, columns.FIELDS["services"], key=source.options.key)
    found.left = left_out.without_people(table, found.left)
    table = settle(source, found)
    if "name" not in found.place and "street" not in found.place:
        columns.require(table, found, "name")
    category, label = _category(source, found)
    where = places(source, found, needed=False)
    finder = Finder(source, found, where, "services")
    done = Draft(joined={"mapping": found.mapping()})
    if category and "category" not in found.place:
        done.notes.append(Note("category_chosen", {"category": category, "label": label}))
    lists: dict[str, list[int]] = defaultdict(list)
    for place, number in enumerate(table.numbers):
        try:
            _service(source, done, finder, place, (category, label), lists)
        except RowRefused as refused:
            done.refuse(number, refused)
    for code, rows in lists.items():
        if rows:
            done.notes.append(Note(code, {"count": len(rows), "rows": some_rows(rows)}))
    finder.say(done)
    if "lat" not in found.place and table.shapes is None and "x" not in found.place:
        done.notes.append(Note("no_coordinates"))
    return done


def _category(source: Source, found: columns.Columns) -> tuple[str, str]:
    chosen = source.options.category
    if chosen is not None:
        try:
            code = cells.code(chosen, "category")
        except ValueError as error:
            raise LayerError("category_unknown", category=chosen) from error
        named = columns.category_of_file(source.file)
        label = named[1] if named and named[0] == code else cells.label_of(str(code))
        return str(code), label
    if "category" in found.place:
        return "", ""
    guessed = columns.category_of_file(source.file)
    if guessed is None:
        raise LayerError("category_missing", file=source.file)
    return guessed


def _service(
    source: Source,
    done: Draft,
    finder: Finder,
    place: int,
    chosen: tuple[str, str],
    lists: dict[str, list[int]],
) -> None:
    found, row, number = finder.columns, source.table.rows[place], source.table.numbers[place]
    extra = found.unmapped(row)
    category, label = chosen
    if not category:
        text = found.get(row, "category")
        try:
            category = cells.code(text, "category") or ""
        except ValueError as error:
            raise RowRefused("category_not_listed", column="category") from error
        if not category:
            raise RowRefused("cell_empty", column="category")
        several = cells.codes_in(text, "category")
        if len(several) > 1:
            category = several[0]
            lists["categories_several"].append(number)
            extra[found.names[found.place["category"]]] = str(text)
        named = cells.category_in(text or "")
        label = named[1] if named and named[0] == category else cells.label_of(category)
    name = found.get(row, "name")
    spot = finder.settle(place, done)
    who = draft.facts(found, row, extra)  # before what tells the place is taken out
    location = finder.location(place, spot, extra)
    row_id = spot.id
    if name is None:
        lists["unnamed_kept"].append(number)
        name = _called(label, finder.street(spot, row))
    spoken, strange = cells.tags(found.get(row, "languages"))
    if strange:
        lists["languages_unmatched"].append(number)
        extra[found.names[found.place["languages"]]] = ", ".join(strange)
    service: Record = {
        "id": row_id,
        "organization_id": _organization(source, done, found, row, number, extra),
        "name": name,
        "category": category,
        "description": finder.described(spot, row),
        "cost": finder.told(spot, row, "cost"),
        **{name: draft.yes_no(found, row, name, extra) for name in _YES_NO},
        **{name: draft.counted(found, row, name, extra) for name in _NUMBERS},
        **{name: draft.coded(found, row, name, extra, which=of) for name, of in _CODES.items()},
    }
    kept = None if spot.hidden else extra
    done.add("services", {**service, **source.provenance(number, kept, **who)})
    done.add("locations", {**location, **source.provenance(number, **who)})
    link: Record = {"id": spot.link_id, "service_id": row_id, "location_id": spot.location_id}
    done.add("service_at_location", {**link, **source.provenance(number)})
    for tag in spoken:
        language = {"id": f"{row_id}:{tag}", "service_id": row_id, "language": tag}
        done.add("service_languages", {**language, **source.provenance(number, **who)})
    if hours := finder.told(spot, row, "opening_hours"):
        schedule = {"id": row_id, "service_at_location_id": spot.link_id}
        said = {"opening_hours": hours, "source_text": hours}
        done.add("schedules", {**schedule, **said, **source.provenance(number, **who)})


def _called(label: str, street: str | None) -> str:
    """Name a row without a name by its kind and street.

    Examples
    --------
    >>> _called("Childcare", "Brauhofstraße 2A"), _called("Childcare", None)
    ('Childcare, Brauhofstraße 2A', 'Childcare (no name)')
    """
    return f"{label}, {street}" if street else f"{label} (no name)"


def _organization(
    source: Source,
    done: Draft,
    found: columns.Columns,
    row: list[str | None],
    number: int,
    extra: dict[str, str],
) -> str | None:
    """Find who offers it; an actor that is only named here becomes an actor with a name."""
    text = found.get(row, "organization")
    if text is None:
        return None
    known = source.actor(text)
    if known is not None:
        return known
    if source.several(text):
        raise RowRefused("name_of_several", column=found.names[found.place["organization"]])
    if cells.plain(found.names[found.place["organization"]]).endswith("_id"):
        extra[found.names[found.place["organization"]]] = text  # a key to a table we have not seen
        return None
    new = draft.safe_id(f"actor:{cells.plain(text)}")
    source.actors[cells.plain(text)] = new
    done.add("organizations", {"id": new, "name": text, **source.provenance(number)})
    return new


def build_actors(source: Source) -> Draft:
    """Make actors, and a place for each that has one."""
    table = source.table
    found = columns.find(table, columns.FIELDS["actors"], key=source.options.key)
    found.left = left_out.without_people(table, found.left)
    columns.require(table, found, "name")
    table = settle(source, found)
    where = places(source, found, needed=False)
    finder = Finder(source, found, where, "organizations")
    done = Draft(joined={"mapping": found.mapping()})
    for place, number in enumerate(table.numbers):
        try:
            _actor(source, done, finder, place)
        except RowRefused as refused:
            done.refuse(number, refused)
    finder.said.pop("without_point", None)  # many actors have no place, and nothing is missing then
    finder.say(done)
    return done


def _actor(source: Source, done: Draft, finder: Finder, place: int) -> None:
    found, row, number = finder.columns, source.table.rows[place], source.table.numbers[place]
    name = found.get(row, "name")
    if name is None:
        raise RowRefused("cell_empty", column="name")
    extra = found.unmapped(row)
    spot = finder.settle(place, done)
    who = draft.facts(found, row, extra)  # before what tells the place is taken out
    location = finder.location(place, spot, extra)
    placed = location.get("geometry") is not None or location.get("address") or location["area_id"]
    communities, strange = cells.tags(found.get(row, "communities"))
    if strange:
        extra[found.names[found.place["communities"]]] = ", ".join(strange)
    flags = ("migrant_led", "women_led", "decision_maker")
    texts = ("alternate_name", "url", "private_contact", "public_contact")
    codes = {"kind": "actor_kind", "sector": "sector", "internal": "internal"}
    actor = {
        "id": spot.id,
        "name": name,
        "description": finder.described(spot, row),
        "communities": communities or None,
        "location_id": spot.location_id if placed or spot.hidden else None,
        **{one: _consent(finder, row, number, one) for one in consent.SAID},
        **{flag: draft.yes_no(found, row, flag, extra) for flag in flags},
        **{text: finder.told(spot, row, text) for text in texts},
        **{one: draft.coded(found, row, one, extra, which=of) for one, of in codes.items()},
    }
    kept = None if spot.hidden else extra
    done.add("organizations", {**actor, **source.provenance(number, kept, **who)})
    if actor["location_id"]:
        done.add("locations", {**location, **source.provenance(number, **who)})


def _consent(finder: Finder, row: list[str | None], number: int, name: str) -> bool | None:
    """Read what an actor agreed to: what is written and not understood is read as it protects."""
    text = finder.columns.get(row, name)
    try:
        return cells.yes_no(text)
    except ValueError:
        given = str(text).strip().lower() in cells.known()["consent_given"]
        if given and not consent.GUARDS[name]:
            return True
    finder.said["consent_unread"].append(number)
    return consent.GUARDS[name]
