"""Fields of a form, one for each kind of column, and their values in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import pandas as pd
import shapely
import streamlit as st

from layers import checking, editing, schema, vocab
from mapping import words
from mapping.pages import _question, _shared

OPEN, TURN = "edit_open", "edit_turn"
STATES: Final = ("yes", "no", "unknown")
LONG: Final = ("description", "mandate", "cost", "gives", "needs", "words", "reason")
STEPS: Final = ("power", "interest")  # from 1 to 4
# columns that are called otherwise in one table
CALLED: Final = {
    ("replies", "about"): "edit.reply_about",
    ("replies", "organization_id"): "edit.reply_of",
    ("standings", "organization_id"): "edit.standing_of",
    ("standings", "question"): "edit.standing_question",
    ("bans", "kind"): "edit.ban_kind",
}
EARLIEST, LATEST = date(1900, 1, 1), date(2100, 12, 31)
# tables in which a row is called by its name, for fields that name one
NAMED: Final = ("organizations", "services", "locations", "areas", "bodies")
Ref = tuple[str, str]


@dataclass
class Form:
    """One open form: its row, the rows that are part of it, and how each looked when it opened.

    ``seen`` holds None for a row that is not there yet; ``turn`` makes the keys of the fields new
    where the form begins anew.
    """

    table: str
    id: str
    turn: int
    seen: dict[Ref, dict[str, Any] | None]
    gone: set[Ref] = field(default_factory=set)
    said: dict[Ref, dict[str, Any]] = field(default_factory=dict)

    @property
    def ref(self) -> Ref:
        """The row itself."""
        return self.table, self.id

    @property
    def new(self) -> bool:
        """Whether the row is not there yet."""
        return self.seen[self.ref] is None

    def key(self, ref: Ref, column: str) -> str:
        """Name the widget of a column."""
        return f"edit.{self.turn}.{ref[0]}.{ref[1]}.{column}"

    def part(self, table: str, **said: Any) -> None:  # noqa: ANN401 - values of any column
        """Add a row that is part of this one."""
        self.begin((table, editing.new_id(table)), **said)

    def begin(self, ref: Ref, **said: Any) -> None:  # noqa: ANN401 - values of any column
        """Add a row under a name."""
        self.seen[ref] = None
        self.said[ref] = said

    def parts(self, table: str) -> list[Ref]:
        """List the rows of a table in this form that are to stay."""
        return [ref for ref in self.seen if ref[0] == table and ref not in self.gone]

    def drop(self, ref: Ref) -> None:
        """Take a part out; one that was never written is forgotten."""
        if self.seen.get(ref) is None:
            self.seen.pop(ref, None)
            self.said.pop(ref, None)
        else:
            self.gone.add(ref)

    def before(self, ref: Ref, column: str) -> Any:  # noqa: ANN401 - a value of any column
        """Give what a column held when the form opened."""
        return (self.seen[ref] or {}).get(column)

    def edits(self) -> list[checking.Edit]:
        """Give the form as edits, what is named before what names it."""
        order = ("locations", "organizations", "services", "bodies")
        refs = sorted(self.seen, key=lambda ref: order.index(ref[0]) if ref[0] in order else 9)
        return [
            checking.Edit(
                table=ref[0],
                id=ref[1],
                values=self.said.get(ref, {}),
                seen=self.seen[ref],
                gone=ref in self.gone,
            )
            for ref in refs
        ]

    def touched(self) -> int:
        """Count the columns and rows that are not as they were."""
        count = len(self.gone)
        for ref, seen in self.seen.items():
            if ref not in self.gone:
                count += len(editing.changed(seen or {}, self.said.get(ref, {})))
        return count


def draw(form: Form, ref: Ref, *names: str) -> None:
    """Show the fields of some columns of a row, and keep what they say in the form."""
    spec = schema.TABLES[ref[0]]
    for name in names:
        column = spec.column(name)
        if column.type == "yes_no":
            value: Any = _yes_no(form, ref, column)
        elif column.type in ("code", "codes") or column.of or name == "language":
            value = _choice(form, ref, column)
        elif column.type in ("int", "number"):
            value = st.number_input(
                label(column),
                min_value=1 if name in STEPS else 0,
                max_value=4 if name in STEPS else None,
                value=None,
                step=1,
                placeholder=_shared.say("edit.not_known"),
                key=_ready(form, ref, name, None),
            )
        elif column.type == "date":
            value = st.date_input(
                label(column),
                value=None,
                min_value=EARLIEST,
                max_value=LATEST,
                format="YYYY-MM-DD",
                key=_ready(form, ref, name, None),
            )
        else:
            value = _text(form, ref, column)
        put(form, ref, name, value)


def put(form: Form, ref: Ref, name: str, value: Any) -> None:  # noqa: ANN401 - a widget's value
    """Keep a value in the form."""
    form.said.setdefault(ref, {})[name] = value


def label(column: schema.Column, table: str = "") -> str:
    """Name a column, with a star where it must be filled."""
    name = field_name(column.name, table)
    return f"{name} *" if column.required else name


def field_name(column: str, table: str = "") -> str:
    """Name a column in words."""
    return _shared.say(CALLED.get((table, column), f"field.{column}"))


def shown(table: str, column: str, value: Any) -> str:  # noqa: ANN401 - a value of any column
    """Say a value in words."""
    say = _shared.say
    if value is None or value == []:
        return say("edit.not_known")
    if isinstance(value, bool):
        return say("map.yes" if value else "map.no")
    if isinstance(value, shapely.Point):
        return f"{value.y:.5f}, {value.x:.5f}"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {text}" for name, text in value.items())
    if column in ("communities", "language", "languages"):
        tags = value if isinstance(value, list) else [value]
        return ", ".join(_question.tongue(str(tag)) for tag in tags)
    return _word(table, column, value)


def _word(table: str, column: str, value: Any) -> str:  # noqa: ANN401 - text, number or shape
    if isinstance(value, shapely.Geometry):
        return _shared.say("edit.a_shape")
    spec = next((one for one in schema.TABLES[table].columns if one.name == column), None)
    if spec is not None and spec.type == "codes" and spec.of:
        return ", ".join(_shared.say(f"{spec.of}.{one}") for one in value)
    if spec is not None and spec.type == "code" and value in vocab.LISTS[spec.of]:
        return _shared.say(f"{spec.of}.{value}")
    if spec is not None and spec.of in NAMED:
        return _names(spec.of).get(value, str(value))
    return str(value)


def _ready(form: Form, ref: Ref, name: str, empty: Any) -> str:  # noqa: ANN401 - any widget's value
    """Fill a widget once with what the row holds, and give its key."""
    key = form.key(ref, name)
    if key not in st.session_state:
        value = form.said.get(ref, {}).get(name, form.before(ref, name))
        st.session_state[key] = empty if value is None else value
    return key


def fill(form: Form, ref: Ref, name: str, value: Any) -> None:  # noqa: ANN401 - a value of any column
    """Put a value into the widget of a column; only from a callback."""
    spec = next((one for one in schema.TABLES[ref[0]].columns if one.name == name), None)
    if ref[0] == "schedules" and name in ("opening_hours", "source_text"):
        st.session_state[form.key(ref, "hours")] = value or ""
    elif name == "geometry":
        for part, number in (("lon", "x"), ("lat", "y")):
            st.session_state[form.key(ref, part)] = getattr(value, number, None)
    elif spec is not None and spec.type == "yes_no":
        st.session_state[form.key(ref, name)] = _state(value)
    elif spec is not None and spec.type == "codes":
        st.session_state[form.key(ref, name)] = value or []
    elif spec is not None and spec.type == "text" and not spec.of:
        st.session_state[form.key(ref, name)] = value or ""
    else:
        st.session_state[form.key(ref, name)] = value


def _text(form: Form, ref: Ref, column: schema.Column) -> str:
    key = _ready(form, ref, column.name, "")
    if column.name in LONG:
        return str(st.text_area(label(column), key=key, height=90))
    note = {"private_contact": "edit.private_note", "public_contact": "edit.public_note"}
    help_text = _shared.say(note[column.name]) if column.name in note else None
    return str(st.text_input(label(column, ref[0]), key=key, help=help_text))


def _state(value: Any) -> str:  # noqa: ANN401 - yes, no or unknown
    return STATES[2] if value is None else STATES[0 if value else 1]


def _yes_no(form: Form, ref: Ref, column: schema.Column) -> bool | None:
    key = form.key(ref, column.name)
    if key not in st.session_state:
        st.session_state[key] = _state(form.before(ref, column.name))
    said = st.segmented_control(
        label(column),
        STATES,
        required=True,
        format_func=lambda state: _shared.say(f"edit.{state}"),
        key=key,
    )
    return {"yes": True, "no": False}.get(str(said))


def _choice(form: Form, ref: Ref, column: schema.Column) -> Any:  # noqa: ANN401 - codes or one
    say = _shared.say
    held = form.before(ref, column.name)
    if column.type == "codes":
        of = vocab.LISTS.get(column.of)
        return st.multiselect(
            label(column),
            of or tongues(held or []),
            format_func=(lambda one: say(f"{column.of}.{one}")) if of else _question.tongue,
            placeholder=say("edit.usual_list" if of else "edit.none_known"),
            key=_ready(form, ref, column.name, []),
        )
    named = _named(column, held)
    return st.selectbox(
        label(column, ref[0]),
        list(named),
        index=None,
        format_func=lambda one: named.get(one, one),
        placeholder=say("edit.choose" if column.required else "edit.not_known"),
        key=_ready(form, ref, column.name, None),
    )


def _named(column: schema.Column, held: str | None) -> dict[str, str]:
    """Give what may be chosen, in words; also what the row holds, whatever it is."""
    if column.name == "language":
        return {tag: _question.tongue(tag) for tag in tongues([held] if held else [])}
    if column.of in NAMED:
        names = _names(column.of)
        named = {one: names[one] for one in sorted(names, key=lambda one: names[one].casefold())}
    else:
        named = {code: _shared.say(f"{column.of}.{code}") for code in vocab.LISTS[column.of]}
    return named if held is None or held in named else {**named, held: held}


def tongues(held: list[str]) -> list[str]:
    """List the languages to choose from: those with a name here, and those the row holds."""
    known = {
        key.partition(".")[2] for key in words.sentences(words.DEFAULT) if key[:7] == "tongue."
    }
    return sorted(known | set(held), key=_question.tongue)


def _names(table: str) -> dict[str, str]:
    """Give what the rows of a table are called; two of one name also say where or which."""

    def make() -> dict[str, str]:
        rows = _shared.read(table)
        named = rows["name"].astype(object)
        if "address" in rows:
            named = named.fillna(rows["address"])
        named = named.where(named.notna(), rows["id"]).astype(str)
        twice = named.duplicated(keep=False)
        return dict(
            zip(rows["id"], named.mask(twice, named + " (" + rows["id"] + ")"), strict=True)
        )

    return _shared.once("edit names", table, make)


def title(table: str, row: Mapping[str, Any]) -> str:
    """Say what a row is called in a list."""
    names = {
        ref: _names("organizations").get(str(row.get(ref)), "?") for ref in ("from_id", "to_id")
    }
    say = _shared.say
    if table in ("ties", "bans"):
        kind = row.get("kind")
        told = say(f"tie_kind.{kind}") if isinstance(kind, str) else say("tie.any_kind")
        return say("edit.tie_title", one=names["from_id"], other=names["to_id"], kind=told)
    if table in ("standings", "replies"):
        name = _names("organizations").get(str(row.get("organization_id")), "?")
        about = row.get("question")
        if table == "replies":
            about = say(f"judgement.{row['about']}")
        return f"{name}: {about}" if isinstance(about, str) else name
    for name in ("name", "address"):
        if row.get(name) is not None and not pd.isna(row[name]):
            return str(row[name])
    return str(row.get("id", ""))
