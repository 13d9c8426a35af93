"""The page Edit: find a row, mend it in a form or on the map, and see what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pandas as pd
import streamlit as st

from layers import checking, clock, editing, matching
from layers.errors import LayerError
from layers.history import Revision
from mapping.pages import (
    _edit_conflict,
    _edit_fields,
    _edit_parts,
    _edit_places,
    _history,
    _shared,
)
from mapping.pages._edit_fields import Form

TABLE, ROW, SAID = "edit_table", "edit_row", "edit_said"
TABLES: Final = (
    *("services", "organizations", "ties", "assets", "bodies", "locations"),
    *("standings", "replies", "bans"),
)
# the fields of each table in the order a person thinks of them, under headings
GROUPS: Final[Mapping[str, tuple[tuple[str, tuple[str, ...]], ...]]] = {
    "services": (
        ("what", ("name", "category", "organization_id", "description", "status", "course_level")),
        ("places", ()),
        ("languages", ()),
        ("come", ("setting", "walk_in", "appointment", "waiting_days")),
        (
            "asked",
            (
                *("papers_asked", "referral_asked", "women_only", "free", "cost"),
                *("childcare_on_site", "min_age", "max_age"),
            ),
        ),
        ("room", ("capacity", "free_places")),
        ("source", ("says_who", "date_checked")),
    ),
    "organizations": (
        ("what", ("name", "alternate_name", "kind", "sector", "description")),
        ("people", ("migrant_led", "women_led", "communities", "internal", "decision_maker")),
        ("where", ()),
        ("contact", ("url", "public_contact", "private_contact", "consent_shown")),
        ("outside", ("consent_shared", "at_risk")),
        ("source", ("says_who", "date_checked")),
    ),
    "ties": (
        ("who", ("from_id", "to_id", "kind", "direction")),
        ("how", ("strength", "participation", "cooperation", "gives", "needs")),
        ("when", ("since", "until", "last_confirmed")),
        ("source", ("says_who", "date_checked")),
    ),
    "assets": (
        ("what", ("name", "kind", "description", "organization_id", "communities")),
        ("where", ()),
        ("contact", ("public_contact", "consent_shown")),
        ("source", ("says_who", "date_checked")),
    ),
    "bodies": (
        ("what", ("name", "kind", "mandate", "level", "sectors")),
        ("seats", ()),
        ("source", ("says_who", "date_checked")),
    ),
    "locations": (("place", ()), ("source", ("says_who", "date_checked"))),
    "standings": (
        ("what", ("organization_id", "question", "power", "interest", "affected")),
        ("source", ("says_who", "date_checked")),
    ),
    "replies": (
        ("what", ("organization_id", "about", "words", "replied_on")),
        ("source", ("says_who", "date_checked")),
    ),
    "bans": (
        ("who", ("from_id", "to_id", "kind")),
        ("when", ("until", "reason")),
        ("source", ("says_who", "date_checked")),
    ),
}
# what a person should know before she writes such a row
NOTED: Final = {"standings": "edit.standings_note", "replies": "edit.replies_note"}
SECTIONS: Final = {
    "places": _edit_parts.places,
    "languages": _edit_parts.languages,
    "seats": _edit_parts.seats,
    "where": _edit_parts.own_place,
}


def page() -> None:
    """Find a row, mend it, and see what happened to it."""
    say = _shared.say
    _shared.head(title=say("edit.title"), answer=_answer())
    if said := st.session_state.pop(SAID, None):
        with st.container(key="edit_said", border=True):
            st.text(said)
    table, row = _choose()
    form = _form(table, row)
    if form is None:
        _history.show()
        return
    _show(form)
    if not form.new:
        _history.show(table=form.table, row=form.id)
    _shared.how(*(say(f"edit.how_{one}") for one in ("least", "two", "hidden", "names")))


def _answer() -> str:
    say, read = _shared.say, _shared.read
    made = read("revisions")
    counts = {table: len(read(table)) for table in TABLES}
    answer = say("edit.answer", city=_shared.meta()["name"], **counts)
    if made.empty:
        return answer
    last = made.iloc[-1]
    who = last["who"] if not pd.isna(last["who"]) else say("history.nobody")
    return f"{answer} {say('edit.answer_last', who=who, when=last['made_at'])}"


def _choose() -> tuple[str, str]:
    """Choose a table and a row; both stand in the address, so that a link opens the form."""
    say = _shared.say
    asked = st.query_params.get("table", "")
    if TABLE not in st.session_state or st.query_params.get("row", "") != st.session_state.get(
        f"{ROW}.asked", ""
    ):
        st.session_state[TABLE] = asked if asked in TABLES else TABLES[0]
    table = str(
        st.segmented_control(
            say("edit.table"),
            TABLES,
            required=True,
            format_func=lambda name: say(f"edit.table_{name}"),
            key=TABLE,
            on_change=_open,
            args=(None,),
        )
    )
    middle, right = st.columns([5, 2], gap="medium", vertical_alignment="bottom")
    row = st.query_params.get("row", "") if st.query_params.get("table") == table else ""
    titles = _titles(table)
    key = f"{ROW}.{table}"
    st.session_state[key] = row if row in titles else None
    with middle:
        st.selectbox(
            say("edit.find"),
            list(titles),
            index=None,
            format_func=lambda one: titles.get(one, one),
            placeholder=say("edit.find_hint"),
            key=key,
            on_change=lambda: _open(st.session_state[key]),
        )
    with right:
        st.button(say("edit.new"), key="edit_new", on_click=_begin, args=(table,), width="stretch")
    if row and row not in titles and not _is_new(table, row):
        _shared.fault(say("edit.no_row"))
        row = ""
    st.session_state[f"{ROW}.asked"] = st.query_params.get("row", "")
    return table, row


def _titles(table: str) -> dict[str, str]:
    """Name every row of a table, with its identifier, so that either finds it."""
    lang = _shared.lang()

    def make() -> dict[str, str]:
        rows = _shared.read(table).to_dict("records")
        named = [(str(one["id"]), _edit_fields.title(table, checking.plain(one))) for one in rows]
        named.sort(key=lambda pair: pair[1].casefold())
        return {one: name if name == one else f"{name} · {one}" for one, name in named}

    return _shared.once("edit titles", (table, lang), make)


def _open(row: str | None) -> None:
    st.session_state.pop(_edit_fields.OPEN, None)
    st.query_params["table"] = st.session_state[TABLE]
    if row:
        st.query_params["row"] = row
    elif "row" in st.query_params:
        del st.query_params["row"]
    st.session_state[f"{ROW}.asked"] = row or ""


def _begin(table: str, **values: Any) -> None:  # noqa: ANN401 - values of any column
    """Begin a row that is not there yet."""
    row = editing.new_id(table)
    _open(row)
    form = Form(table, row, _turn(), {(table, row): None})
    form.said[form.ref] = dict(values)
    if table == "ties":
        form.said[form.ref] |= {"direction": "mutual"}
    form.said[form.ref]["date_checked"] = clock.today()
    st.session_state[_edit_fields.OPEN] = form


def _turn() -> int:
    turn = int(st.session_state.get(_edit_fields.TURN, 0)) + 1
    st.session_state[_edit_fields.TURN] = turn
    return turn


def _is_new(table: str, row: str) -> bool:
    form = st.session_state.get(_edit_fields.OPEN)
    return isinstance(form, Form) and form.ref == (table, row)


def _form(table: str, row: str) -> Form | None:
    """Give the open form of a row; open it where it is not."""
    if not row:
        return None
    form = st.session_state.get(_edit_fields.OPEN)
    if isinstance(form, Form) and form.ref == (table, row):
        return form
    seen = editing.row(_shared.read(table), row)
    if seen is None:
        return None
    form = Form(table, row, _turn(), {(table, row): seen})
    _edit_parts.start(form)
    st.session_state[_edit_fields.OPEN] = form
    return form


def _show(form: Form) -> None:
    say = _shared.say
    heading = (
        say("edit.new_row")
        if form.new
        else _edit_fields.title(form.table, form.seen[form.ref] or {})
    )
    with st.container(key="edit_heading"):
        st.text(heading)
    told = st.container()  # filled after the fields, which say what this person entered
    fields, aside = (st.container(), None) if form.table == "locations" else st.columns([3, 1])
    with fields:
        for group, names in GROUPS[form.table]:
            _group(form, group, names)
    if aside is not None:
        with aside:
            _beside(form)
    st.text(say("edit.required"))
    _alike(form)
    with told:
        settled = _edit_conflict.show(form)
    _save(form, settled=settled)
    if not form.new:
        _remove(form)


def _group(form: Form, group: str, names: tuple[str, ...]) -> None:
    if group == "place":
        _edit_places.where(form, form.ref)
        return
    if group in (
        "where",
        "what",
        "come",
        "asked",
        "people",
        "contact",
        "room",
        "who",
        "how",
        "when",
        "outside",
    ):
        st.subheader(_shared.say(f"edit.group_{group}"), anchor=False)
    if group in SECTIONS:
        SECTIONS[group](form)
        return
    if group == "who" and form.table == "bans":
        st.text(_shared.say("edit.bans_note"))
    if group == "contact":
        st.text(_shared.say("edit.consent_note"))
    if group == "outside":
        st.text(_shared.say("edit.outside_note"))
    if group == "what" and form.table in NOTED:
        st.text(_shared.say(NOTED[form.table]))
    left, right = st.columns(2, gap="medium")
    half = (len(names) + 1) // 2
    with left:
        _edit_fields.draw(form, form.ref, *names[:half])
    with right:
        _edit_fields.draw(form, form.ref, *names[half:])


def _beside(form: Form) -> None:
    """List what hangs on the row, each with its form."""
    say, read = _shared.say, _shared.read
    if form.new:
        return
    if form.table == "organizations":
        services, ties = read("services"), read("ties")
        mine = services[services["organization_id"] == form.id]
        _links(say("edit.its_services", count=len(mine)), "services", mine)
        tied = ties[(ties["from_id"] == form.id) | (ties["to_id"] == form.id)]
        _links(say("edit.its_ties", count=len(tied)), "ties", tied)
        held = read("assets")
        held = held[held["organization_id"] == form.id]
        _links(say("edit.its_assets", count=len(held)), "assets", held)
        for table in ("standings", "replies"):
            said = read(table)
            said = said[said["organization_id"] == form.id]
            _links(say(f"table.{table}"), table, said)
        bans = read("bans")
        mine = bans[(bans["from_id"] == form.id) | (bans["to_id"] == form.id)]
        _links(say("table.bans"), "bans", mine)
    elif form.table in ("ties", "bans"):
        for end in ("from_id", "to_id"):
            row = str((form.seen[form.ref] or {})[end])
            actors = read("organizations")
            _links("", "organizations", actors[actors["id"] == row])
        if form.table == "ties":
            _confirmed(form)
    else:
        owner = (form.seen[form.ref] or {}).get("organization_id")
        actors = read("organizations")
        if owner:
            heading = _edit_fields.field_name("organization_id", form.table)
            _links(heading, "organizations", actors[actors["id"] == owner])


def _confirmed(form: Form) -> None:
    """Say whether both, one or neither confirmed a tie; what is edited here confirms nothing."""
    say = _shared.say
    row = form.seen[form.ref] or {}
    st.text(say(f"network.tie_confirmed_{int(row.get('confirmed_by') or 0)}"))
    for end in ("from", "to"):
        if day := row.get(f"{end}_confirmed_on"):
            names = _edit_fields.shown("ties", f"{end}_id", row[f"{end}_id"])
            st.text(say("edit.confirmed_on", name=names, day=day.isoformat()))
    st.text(say("edit.confirms_nothing"))


def _links(heading: str, table: str, rows: pd.DataFrame) -> None:
    if rows.empty:
        return
    if heading:
        st.text(heading)
    for one in rows.head(40).to_dict("records"):
        _shared.edit_link(table, str(one["id"]), _edit_fields.title(table, checking.plain(one)))


def _alike(form: Form) -> None:
    """Warn of rows that may be what is being added."""
    name = form.said.get(form.ref, {}).get("name")
    if not form.new or not name or form.table not in ("services", "organizations", "assets"):
        return
    rows = _shared.read(form.table)
    near = [
        one
        for one in rows.to_dict("records")
        if matching.same_name(str(name), str(one["name"])) >= matching.LIKELY_NAME
    ]
    if near:
        with st.container(key="cg_fault_alike", border=True):
            _links(_shared.say("edit.alike"), form.table, pd.DataFrame(near))


def _save(form: Form, *, settled: bool) -> None:
    say = _shared.say
    touched = form.touched()
    left, middle, right = st.columns([3, 2, 2], gap="medium", vertical_alignment="bottom")
    with left:
        who = _shared.who()
    with right:
        again = st.button(say("edit.discard"), key="edit_discard", disabled=not touched)
    with middle:
        label = say("edit.save", count=touched) if touched else say("edit.nothing")
        go = st.button(label, key="edit_save", type="primary", disabled=not (touched and settled))
    if again:
        _open(None if form.new else form.id)
        st.rerun()
    if not go:
        return
    tables = _edit_places.tables()
    wrong = checking.problems(tables, form.edits(), today=clock.today())
    if wrong:
        lines = [
            f"{_edit_fields.field_name(one.column, one.table)}: {_shared.explain(one.error)}"
            for one in wrong
        ]
        _shared.fault("\n".join(dict.fromkeys(lines)), key="cg_fault_save")
        return
    try:
        made = editing.operations(tables, form.edits(), today=clock.today())
        if made:
            revision = Revision(kind="edit", who=who, about={"table": form.table})
            editing.save(_shared.atlas(), made, revision)
    except LayerError as error:
        if error.code == "row_changed_meanwhile":
            st.rerun()  # the conflict is shown beside the form
        if error.code != "traces_remain":  # then all is written
            _shared.fault(_shared.explain(error), key="cg_fault_save")
            return
        st.session_state[SAID] = _shared.explain(error)
        _open(None)
        st.rerun()
    key = "edit.saved_hidden" if any(map(editing.hides, made)) else "edit.saved"
    st.session_state[SAID] = say(key, count=len(made))
    there = editing.row(_shared.read(form.table), form.id) is not None
    _open(form.id if there else None)
    st.rerun()


def _remove(form: Form) -> None:
    say = _shared.say
    with st.expander(say("edit.remove"), key="edit_removing"):
        tables = _edit_places.tables()
        needed = editing.needed(tables, form.table, form.id)
        if needed:
            st.text(say("edit.still_needed", count=len(needed)))
            for one in needed[:20]:
                row = editing.row(tables[one.table], one.id) or {}
                name = _edit_fields.title(one.table, row)
                if one.table in TABLES:
                    _shared.edit_link(one.table, one.id, name)
                else:
                    st.text(say("edit.needed_by", table=say(f"table.{one.table}"), row=one.id))
            return
        parts = editing.removal(tables, form.table, form.id)
        st.text(say("edit.remove_what", count=len(parts)))
        sure = st.checkbox(say("edit.remove_sure"), key=form.key(form.ref, "sure"))
        if not st.button(say("edit.remove_go"), key="edit_remove", disabled=not sure):
            return
        gone = checking.Edit(
            table=form.table, id=form.id, values={}, seen=form.seen[form.ref], gone=True
        )
        try:
            made = editing.operations(tables, [gone], today=clock.today())
            revision = Revision(kind="edit", who=_shared.signature(), about={"table": form.table})
            editing.save(_shared.atlas(), made, revision)
        except LayerError as error:
            _shared.fault(_shared.explain(error), key="cg_fault_remove")
            return
        st.session_state[SAID] = say("edit.removed")
        _open(None)
        st.rerun()
