"""What joins rows to actors and services: ties, trust and usage."""

from __future__ import annotations

import calendar
import math
import re
from collections.abc import Hashable
from datetime import date

import pandas as pd

from layers.errors import LayerError
from layers.importing import cells, columns, draft, left_out
from layers.importing.draft import Draft, Record, RowRefused, Source, safe_id
from layers.importing.implied import held_cells
from layers.importing.population_groups import dimension, group_code
from layers.importing.settle import settle
from layers.importing.small_counts import SMALLEST
from layers.importing.tie_matrix import as_list, is_matrix, stranger
from layers.importing.withholding import withheld_too

_COUNTED = ("service_id", "period_start", "period_end", "group_code")
_YEAR = re.compile(r"^(\d{4})$")
_QUARTER = re.compile(r"^(\d{4})[-/ ]?Q([1-4])$", re.IGNORECASE)
_MONTH = re.compile(r"^(\d{4})[-/](\d{1,2})$")


def build_ties(source: Source) -> Draft:
    """Make ties from an edge list or a matrix; both ends must be actors that are here.

    Raises
    ------
    LayerError
        ``actors_first`` where there is no actor yet, ``column_missing``, ``tie_kind_missing``.
    """
    if not source.actors:
        raise LayerError("actors_first")
    done = Draft()
    headers: list[str] = []
    matrix = source.table
    found = columns.find(matrix, columns.FIELDS["ties"], key=source.options.key)
    if not {"from", "to"} <= set(found.place) and is_matrix(source, matrix):
        source.table, headers = as_list(source, matrix, done)
        found = columns.find(source.table, columns.FIELDS["ties"])
    columns.require(source.table, found, "from", "to")
    found.left = left_out.without_people(source.table, found.left)
    table = settle(source, found)
    done.joined["mapping"] = found.mapping()
    seen: set[tuple[Hashable, ...]] = set()
    for place, (number, row) in enumerate(zip(table.numbers, table.rows, strict=True)):
        try:
            tie = _tie(source, found, row, number)
            _refuse_again(seen, _ends(tie), "tie_twice", found.names[found.place["to"]])
            done.add("ties", tie)
        except RowRefused as refused:
            refused.column = headers[place] if headers else refused.column
            done.refuse(number, refused)
    return done


def _refuse_again(
    seen: set[tuple[Hashable, ...]], again: tuple[Hashable, ...], code: str, column: str
) -> None:
    """Refuse what an earlier row has told: two actors have one tie of a kind."""
    if again in seen:
        raise RowRefused(code, column=column)
    seen.add(again)


def _ends(tie: Record) -> tuple[Hashable, ...]:
    ends = (tie["from_id"], tie["to_id"])
    return (*(sorted(ends) if tie["direction"] == "mutual" else ends), tie["kind"])


def _tie(source: Source, found: columns.Columns, row: list[str | None], number: int) -> Record:
    ends = [_actor(source, found, row, end) for end in ("from", "to")]
    if ends[0] == ends[1]:
        raise RowRefused("tie_to_itself", column="to")
    extra = found.unmapped(row)
    kind = _listed(found, row, "kind", "tie_kind")
    strength = _between(found, row, "strength", 1, 3)
    codes = {
        name: _maybe(found, row, name, which)
        for name, which in (
            ("direction", "tie_direction"),
            ("participation", "participation"),
            ("cooperation", "cooperation"),
        )
    }
    dates = {name: _year_or_day(found, row, name) for name in ("since", "until", "last_confirmed")}
    return {
        "id": source.identifier(found.get(row, "id"), *ends, kind),
        "from_id": ends[0],
        "to_id": ends[1],
        "kind": kind,
        "direction": codes["direction"]
        or ("directed" if kind in ("refers_to", "funds", "advises", "trusts") else "mutual"),
        "strength": strength,
        "participation": codes["participation"],
        "cooperation": codes["cooperation"],
        "gives": found.get(row, "gives"),
        "needs": found.get(row, "needs"),
        "confirmed_by": _between(found, row, "confirmed_by", 0, 2),
        **dates,
        **source.provenance(number, extra, **draft.facts(found, row, extra)),
    }


def build_trust(source: Source) -> Draft:
    """Make what women said of actors: bands only, never fewer than five."""
    found = columns.find(source.table, columns.FIELDS["trust"], key=source.options.key)
    columns.require(source.table, found, "communities", "organization", "state", "said_by")
    found.left = left_out.without_counts(source.table, found.left)
    settle(source, found)
    if not source.actors:
        raise LayerError("actors_first")
    done = Draft(joined={"mapping": found.mapping()})
    seen: set[tuple[Hashable, ...]] = set()
    for number, row in zip(source.table.numbers, source.table.rows, strict=True):
        try:
            said = _trust(source, found, row, number)
            again = (said["community"], said["organization_id"], said["state"])
            _refuse_again(seen, again, "trust_twice", found.names[found.place["said_by"]])
            done.add("trust", said)
        except RowRefused as refused:
            done.refuse(number, refused)
    return done


def _trust(source: Source, found: columns.Columns, row: list[str | None], number: int) -> Record:
    tags, _ = cells.tags(found.get(row, "communities"))
    if len(tags) != 1:
        raise RowRefused("community_unclear", column=found.names[found.place["communities"]])
    actor = _actor(source, found, row, "organization")
    state = _listed(found, row, "state", "trust_state")
    column = found.names[found.place["said_by"]]
    try:
        band = cells.band(found.get(row, "said_by"))
    except LookupError as error:
        raise RowRefused("fewer_than_five", column=column) from error
    except ValueError as error:
        raise RowRefused("not_a_count", column=column) from error
    if band is None:
        raise RowRefused("cell_empty", column=column)
    extra = found.unmapped(row)
    return {
        "id": source.identifier(found.get(row, "id"), tags[0], actor, state),
        "community": tags[0],
        "organization_id": actor,
        "state": state,
        "said_by": band,
        **source.provenance(number, extra, **draft.facts(found, row, extra)),
    }


def build_usage(source: Source) -> Draft:
    """Make counts of people who used a service; one to four are withheld."""
    found = columns.find(source.table, columns.FIELDS["usage"], key=source.options.key)
    columns.require(source.table, found, "service", "count")
    found.left = left_out.without_counts(source.table, found.left)
    settle(source, found)
    held = source.held("services")
    if held.empty:
        raise LayerError("services_first")
    services = draft.by_name(held) | {str(one): str(one) for one in held["id"]}
    done = Draft(joined={"mapping": found.mapping()})
    seen: set[tuple[Hashable, ...]] = set()
    for number, row in zip(source.table.numbers, source.table.rows, strict=True):
        try:
            use = _usage(source, found, row, number, services)
            again = tuple(use[name] for name in _COUNTED)
            _refuse_again(seen, again, "count_twice", found.names[found.place["count"]])
            done.add("usage", use)
        except RowRefused as refused:
            done.refuse(number, refused)
    if done.rows:
        _withhold_more(source, done)
    return done


def _withhold_more(source: Source, done: Draft) -> None:
    """Withhold what would show a withheld count: everyone less the men are the women."""
    keys = ["service_id", "period_start", "period_end"]
    records = done.rows.get("usage", [])
    said: dict[tuple[Hashable, str], tuple[float, bool]] = {}
    for one in records:
        truth = one.pop("truth")
        key = tuple(str(one[name] or "")[:10] for name in keys)
        said.setdefault((key, one["group_code"]), (truth, one["suppressed"]))
    held = source.held("usage")
    gone = withheld_too(said, held_cells(held, keys), lambda code: dimension(code)[0])
    for one in records:
        if (tuple(str(one[name] or "")[:10] for name in keys), one["group_code"]) in gone:
            one |= {"count": None, "suppressed": True}
    mine = {one["id"] for one in records}
    for there in held.to_dict("records"):
        key = tuple("" if pd.isna(there[name]) else str(there[name])[:10] for name in keys)
        if records and (key, there["group_code"]) in gone and there["id"] not in mine:
            row = source.provenance(records[0]["source_row"])
            done.add("usage", {"id": there["id"], "count": None, "suppressed": True, **row})


def _usage(
    source: Source,
    found: columns.Columns,
    row: list[str | None],
    number: int,
    services: dict[str, str],
) -> Record:
    text = found.get(row, "service")
    if text is None:
        raise RowRefused("cell_empty", column=found.names[found.place["service"]])
    service = services.get(safe_id(text)) or services.get(cells.plain(text))
    if not service:
        code = "service_unknown" if service is None else "name_of_several"
        raise RowRefused(code, column=found.names[found.place["service"]])
    start, end = _period(found, row)
    label = found.get(row, "group") or "all"
    if left_out.about_papers(label):
        raise RowRefused("group_by_papers", column=found.names[found.place["group"]])
    group = group_code(label)
    withheld = cells.is_suppressed(found.get(row, "count"))
    column = found.names[found.place["count"]]
    try:
        count = None if withheld else cells.whole(found.get(row, "count"))
    except ValueError as error:
        raise RowRefused("not_a_count", column=column) from error
    if count is not None and count < 0:
        raise RowRefused("not_a_count", column=column)
    truth = math.nan if count is None else float(count)
    if count is not None and 0 < count < SMALLEST:
        count, withheld = None, True
    return {
        "id": source.identifier(found.get(row, "id"), service, str(start), str(end), group),
        "service_id": service,
        "period_start": start,
        "period_end": end,
        "group_code": group,
        "count": count,
        "truth": truth,  # taken out again before anything is written
        "suppressed": withheld,
        **source.provenance(number, found.unmapped(row)),
    }


def _period(found: columns.Columns, row: list[str | None]) -> tuple[date | None, date | None]:
    text = found.get(row, "period")
    if text is None:
        return _day(found, row, "period_start"), _day(found, row, "period_end")
    if match := _YEAR.match(text):
        year = int(match[1])
        return date(year, 1, 1), date(year, 12, 31)
    if match := _QUARTER.match(text):
        year, last = int(match[1]), 3 * int(match[2])
        return date(year, last - 2, 1), date(year, last, calendar.monthrange(year, last)[1])
    if (match := _MONTH.match(text)) and 1 <= int(match[2]) <= 12:
        year, month = int(match[1]), int(match[2])
        return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])
    raise RowRefused("not_a_period", column=found.names[found.place["period"]])


def _actor(source: Source, found: columns.Columns, row: list[str | None], name: str) -> str:
    text = found.get(row, name)
    column = found.names[found.place[name]]
    known = source.actor(text)
    if known is None:
        raise stranger(source, text, column)
    return known


def _maybe(found: columns.Columns, row: list[str | None], name: str, which: str) -> str | None:
    """Read a code; a word that is not understood could change what the tie says."""
    try:
        return cells.code(found.get(row, name), which)
    except ValueError as error:
        raise RowRefused("value_not_listed", column=found.names[found.place[name]]) from error


def _listed(found: columns.Columns, row: list[str | None], name: str, which: str) -> str:
    if name not in found.place:
        raise LayerError("column_missing", column=name, columns=", ".join(found.names[:12]))
    code = _maybe(found, row, name, which)
    if code is None:
        raise RowRefused("cell_empty", column=found.names[found.place[name]])
    return code


def _between(
    found: columns.Columns, row: list[str | None], name: str, low: int, high: int
) -> int | None:
    try:
        value = cells.whole(found.get(row, name))
    except ValueError:
        value = low - 1
    if value is not None and not low <= value <= high:
        column = found.names[found.place[name]]
        raise RowRefused("not_between", column=column, low=low, high=high)
    return value


def _year_or_day(found: columns.Columns, row: list[str | None], name: str) -> date | None:
    """Read a day, or a year alone: its first day, but the last where something ended in it."""
    text = found.get(row, name) or ""
    if _YEAR.fullmatch(text) and text[:2] in ("19", "20"):
        return date(int(text), 12, 31) if name == "until" else date(int(text), 1, 1)
    return _day(found, row, name)


def _day(found: columns.Columns, row: list[str | None], name: str) -> date | None:
    try:
        return cells.day(found.get(row, name))
    except ValueError as error:
        raise RowRefused("not_a_date", column=found.names[found.place[name]]) from error
