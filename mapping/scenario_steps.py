"""The steps of a scenario: what each may say, checked where it comes in.

A step is a plain dictionary with a verb, ``do``. It may come out of somebody else's file, so every
key and every value is looked at here, and nowhere else.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from layers import clock, editing, schema, vocab
from layers.errors import LayerError
from layers.plain_text import plain_text
from mapping.needs import TAG

Step = Mapping[str, Any]

MOST_TEXT: Final = 400  # letters of any value
_MOST_NUMBER: Final = 1_000_000
_MOST_LANGUAGES: Final = 50
_BROKEN: Final = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
# the facts that a scenario may set, by table; the languages of a service are rows of their own
FACTS: Final = MappingProxyType(
    {
        "services": (
            *("papers_asked", "women_only", "free", "referral_asked", "childcare_on_site"),
            *("walk_in", "appointment", "status", "setting", "course_level"),
            *("min_age", "max_age", "capacity", "free_places", "waiting_days", "languages"),
        ),
        "locations": ("step_free",),
        "organizations": ("sector", "migrant_led", "women_led", "decision_maker"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verb:
    """What a step with this verb must say, and what it may say besides."""

    must: tuple[str, ...]
    may: tuple[str, ...] = ()


VERBS: Final = MappingProxyType(
    {
        "remove_actor": Verb(must=("actor",)),
        "add_tie": Verb(
            must=("from", "to", "kind"), may=("direction", "strength", "participation")
        ),
        "end_tie": Verb(must=("tie",)),
        "remove_service": Verb(must=("service",)),
        "add_site": Verb(
            must=("category",),
            may=("name", "organization", "location", "lon", "lat", "hours", "languages"),
        ),
        "set_hours": Verb(must=("service_at_location", "hours")),
        "set_fact": Verb(must=("table", "id", "column", "value")),
    }
)


def checked(said: object, number: int) -> Step:
    """Give a step as it may be used.

    Parameters
    ----------
    said
        Anything that JSON can hold.
    number
        Which step of the list it is, from 1, for the sentence that refuses it.

    Raises
    ------
    LayerError
        ``scenario_step_unknown``, ``scenario_step_incomplete``, ``scenario_value``.

    Examples
    --------
    >>> checked({"do": "remove_actor", "actor": "org-7"}, 1)
    {'do': 'remove_actor', 'actor': 'org-7'}
    """
    verb = said.get("do") if isinstance(said, Mapping) else None
    if not isinstance(said, Mapping) or not isinstance(verb, str) or verb not in VERBS:
        raise LayerError("scenario_step_unknown", number=number, known=", ".join(VERBS))
    allowed = ("do", *VERBS[verb].must, *VERBS[verb].may)
    strange = sorted(str(key) for key in said if key not in allowed)
    if strange:
        raise LayerError(
            "scenario_key_unknown",
            key=plain_text(strange[0], most=60),
            known=", ".join(allowed),
        )
    given = {key: said[key] for key in allowed if key in said}
    empty = [key for key in VERBS[verb].must if given.get(key) is None and key != "value"]
    if empty or (verb == "set_fact" and "value" not in given):
        key = empty[0] if empty else "value"
        raise LayerError("scenario_step_incomplete", number=number, key=key)
    found = {
        key: _value(key, value, given, number)
        for key, value in given.items()
        if value is not None or key == "value"
    }
    _together(found, number)
    return found


def _value(key: str, value: object, step: Step, number: int) -> Any:  # noqa: ANN401 - any of JSON
    """Check one value by the name of its key."""
    if key in _LISTS:
        return _one_of(key, value, _LISTS[key], number)
    if key == "column":
        table = step.get("table")
        known = FACTS.get(table, ()) if isinstance(table, str) else ()
        return _one_of(key, value, known, number)
    check = _CHECKS.get(key)
    if check is not None:
        return check(key, value, number)
    return _fact(value, step, number) if key == "value" else _text(key, value, number)


def _fact(value: object, step: Step, number: int) -> Any:  # noqa: ANN401 - any of JSON
    """Check the value that a column of the atlas is to have."""
    table, name = str(step.get("table")), str(step.get("column"))
    if name not in FACTS.get(table, ()):
        raise _wrong("column", ", ".join(FACTS.get(table, ())), number)
    if name == "languages":
        return _tags("value", value, number)
    if value is None:  # not known any more
        return None
    column = schema.TABLES[table].column(name)
    if column.type == "yes_no":
        if not isinstance(value, bool):
            raise _wrong("value", "true, false, null", number)
        return value
    if column.type == "int":
        return _whole("value", value, (0, _MOST_NUMBER), number)
    return _one_of("value", value, vocab.LISTS[column.of], number)


def _strength(key: str, value: object, number: int) -> int:
    return _whole(key, value, (1, 3), number)


def _name(key: str, value: object, number: int) -> str:
    return plain_text(_text(key, value, number), most=MOST_TEXT)


def _together(step: Step, number: int) -> None:
    """Check what only several values of a step can get wrong."""
    if step["do"] == "add_tie" and step["from"] == step["to"]:
        raise _wrong("to", "another than from", number)
    if step["do"] == "add_site":
        has_point = "lon" in step and "lat" in step
        if has_point == ("location" in step):
            raise LayerError("scenario_step_incomplete", number=number, key="lon, lat | location")


def _one_of(key: str, value: object, known: tuple[str, ...], number: int) -> str:
    if not isinstance(value, str) or value not in known:
        raise _wrong(key, ", ".join(known), number)
    return value


def _whole(key: str, value: object, ends: tuple[int, int], number: int) -> int:
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    if not isinstance(value, int) or not is_whole or not ends[0] <= value <= ends[1]:
        raise _wrong(key, f"{ends[0]}-{ends[1]}", number)
    return value


def _degrees(key: str, value: object, number: int) -> float:
    most = 180.0 if key == "lon" else 90.0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _wrong(key, f"-{most:.0f} to {most:.0f}", number)
    # a whole number of JSON may be longer than any float
    if not -most <= value <= most or not math.isfinite(value):
        raise _wrong(key, f"-{most:.0f} to {most:.0f}", number)
    return float(value)


def _tags(key: str, value: object, number: int) -> list[str]:
    several = isinstance(value, list | tuple) and len(value) <= _MOST_LANGUAGES
    if not isinstance(value, list | tuple) or not several:
        raise _wrong(key, '["ti", "so"]', number)
    if not all(isinstance(one, str) and len(one) < 36 and TAG.fullmatch(one) for one in value):
        raise _wrong(key, '["ti", "so"]', number)
    return list(dict.fromkeys(value))


def _hours(key: str, value: object, number: int) -> str:
    text = _text(key, value, number)
    if not editing.understood(text, today=clock.today(), country="", timezone="UTC"):
        raise _wrong(key, "Mo-Fr 18:00-21:00", number)
    return text


def _text(key: str, value: object, number: int) -> str:
    if (
        not isinstance(value, str)
        or not 0 < len(value.strip()) <= MOST_TEXT
        or _BROKEN.search(value) is not None
    ):
        raise _wrong(key, f"1-{MOST_TEXT}", number)
    return value


def _wrong(key: str, known: str, number: int) -> LayerError:
    return LayerError("scenario_value", number=number, key=key, known=known)


_LISTS: Final = MappingProxyType(
    {
        "kind": vocab.TIE_KIND,
        "direction": vocab.TIE_DIRECTION,
        "participation": vocab.PARTICIPATION,
        "category": vocab.CATEGORY,
        "table": tuple(FACTS),
    }
)
_CHECKS: Final = MappingProxyType(
    {
        "strength": _strength,
        "name": _name,
        "lon": _degrees,
        "lat": _degrees,
        "languages": _tags,
        "hours": _hours,
    }
)
