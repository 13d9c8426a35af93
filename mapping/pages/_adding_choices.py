"""What a person may choose about a file: columns, words, rows that are here already, secrets.

Each is a form with one button: reading the file again at every choice would tire everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import streamlit as st

from layers.importing.columns import FIELDS
from layers.importing.compare import MAIN
from layers.importing.draft import Options
from layers.importing.plan import Likely, Plan, ValueUse
from mapping import words
from mapping.pages import _shared

CHOSEN = "data_chosen"
EXAMPLES = 3
MOST = 100  # lines of one form
# fields whose codes have their words under the name of another list
LISTS = {
    "kind": ("actor_kind", "tie_kind", "asset_kind", "place_kind"),
    "direction": ("tie_direction",),
    "state": ("trust_state",),
    "level": ("area_level",),
    "highway": ("street_kind",),
}
PLACED = ("actors", "services")  # kinds whose rows have a place that may have to be secret


def chosen(sha: str) -> Options:
    """Give what was chosen for the file whose hash begins so."""
    kept = st.session_state.get(CHOSEN)
    return kept[1] if kept is not None and kept[0] == sha else Options()


def ask(plan: Plan, sha: str) -> None:
    """Offer what can be chosen for the plan that is shown."""
    if plan.columns:
        _columns(plan, sha)
    found = plan.values
    said = {(field, text) for field, text, _ in plan.options.values}
    strange = [one for one in found if one.code is None]
    decided = [one for one in found if one.code is not None and (one.field, one.text) in said]
    if strange or decided:
        _values([*strange, *decided], len(strange), sha)
    if plan.likely:
        _likely(plan.likely, sha)
    if plan.kind in PLACED:
        _secret(plan, sha)


def _keep(sha: str, options: Options) -> None:
    st.session_state[CHOSEN] = (sha, options)
    st.rerun()


def _columns(plan: Plan, sha: str) -> None:
    """Show which column goes where, and let it be changed."""
    say = _shared.say
    used = sum(one.field is not None for one in plan.columns)
    title = f"{say('data.columns')} · " + say("data.columns_of", used=used, count=len(plan.columns))
    targets = [*FIELDS.get(plan.kind, ()), "keep", "drop"]
    with st.expander(title), st.form(f"data_columns_{sha}", border=False):
        pairs = []
        for number, one in enumerate(plan.columns[:MOST]):
            left, right = st.columns([3, 2], vertical_alignment="center")
            with left:
                st.text(f"{one.name}: " + " · ".join(one.examples[:EXAMPLES]))
            with right:
                now = one.field or ("drop" if one.how in ("dropped", "personal") else "keep")
                goes = st.selectbox(
                    say("data.column_to"),
                    targets,
                    index=targets.index(now) if now in targets else len(targets) - 2,
                    format_func=_target,
                    help=say(f"data.how_{one.how}"),
                    disabled=one.how == "personal",
                    label_visibility="collapsed",
                    key=f"data_column_{sha}_{number}",
                )
            pairs.append((one.name, goes))
        if st.form_submit_button(say("data.again"), key=f"data_columns_again_{sha}"):
            _keep(sha, replace(chosen(sha), columns=tuple(pairs)))


def _target(code: str) -> str:
    key = f"data.to_{code}" if code in ("keep", "drop") else f"field.{code}"
    return _shared.say(key)


def _values(values: Sequence[ValueUse], strange: int, sha: str) -> None:
    """List the words that mean nothing here yet, each with the codes it may be."""
    say = _shared.say
    title = f"{say('data.values')} · " + say("data.values_of", count=strange)
    with st.expander(title, expanded=bool(strange)), st.form(f"data_values_{sha}", border=False):
        answers = []
        for number, one in enumerate(values[:MOST]):
            left, right = st.columns([3, 2], vertical_alignment="center")
            with left:
                st.text(f"{say(f'field.{one.field}')}: {one.text} ({one.rows})")
            with right:
                options = ["", *one.choices]
                code = st.selectbox(
                    say("data.value_code"),
                    options,
                    index=options.index(one.code or ""),
                    format_func=partial(_meaning, one.field),
                    label_visibility="collapsed",
                    key=f"data_value_{sha}_{number}",
                )
            answers.append((one.field, one.text, code))
        if st.form_submit_button(say("data.again"), key=f"data_values_again_{sha}"):
            said = tuple(one for one in answers if one[2])
            _keep(sha, replace(chosen(sha), values=said))


def _meaning(field: str, code: str) -> str:
    """Say a code in words, from whichever list it stands in."""
    if not code:
        return _shared.say("data.value_unknown")
    known = words.sentences(_shared.lang())
    keys = (f"{name}.{code}" for name in (field, *LISTS.get(field, ()), "answer", "language"))
    return next((known[key] for key in keys if key in known), code)


def _likely(likely: Sequence[Likely], sha: str) -> None:
    """Let a person say which rows are something that is here already."""
    say = _shared.say
    title = f"{say('data.likely')} · " + say("data.likely_of", count=len(likely))
    with st.expander(title, expanded=True), st.form(f"data_likely_{sha}", border=False):
        pairs = []
        for number, one in enumerate(likely[:MOST]):
            left, right = st.columns([4, 1], vertical_alignment="center")
            with left:
                why = ", ".join(say(f"data.why_{why}") for why in one.why)
                sentence = say(
                    "data.likely_line", row=one.row, name=one.name, theirs=one.their_name, why=why
                )
                st.text(sentence)
            with right:
                same = st.checkbox(
                    say("data.likely_same"), value=one.taken, key=f"data_likely_{sha}_{number}"
                )
            pairs.append((one.row, one.id if same else ""))
        if st.form_submit_button(say("data.again"), key=f"data_likely_again_{sha}"):
            _keep(sha, replace(chosen(sha), matches=_one_each(pairs)))


def _one_each(pairs: Sequence[tuple[int, str]]) -> tuple[tuple[int, str], ...]:
    """Keep one answer a row: the first that says which one it is, else that it is new."""
    found: dict[int, str] = {}
    for row, one in pairs:
        found[row] = found.get(row) or one
    return tuple(found.items())


def _secret(plan: Plan, sha: str) -> None:
    """Let a person name rows whose place must not be known here."""
    say = _shared.say
    names = {
        int(one["source_row"]): str(one.get("name") or "")
        for one in plan.compared.inserts.get(MAIN[plan.kind], [])
        if one.get("source_row") is not None
    }
    marked = chosen(sha).hidden_rows
    names = {**dict.fromkeys(marked, ""), **names}
    if not names:
        return
    with st.expander(say("data.secret"), expanded=bool(marked)):
        st.text(say("data.secret_of"))
        with st.form(f"data_secret_{sha}", border=False):
            ticked = st.multiselect(
                say("data.secret_tick"),
                list(names),
                default=list(marked),
                format_func=lambda row: f"{row} · {names[row]}",
                label_visibility="collapsed",
                placeholder=say("data.secret_none"),
                key=f"data_secret_rows_{sha}",
            )
            if st.form_submit_button(say("data.again"), key=f"data_secret_again_{sha}"):
                _keep(sha, replace(chosen(sha), hidden_rows=tuple(sorted(ticked))))
