"""The page Data: what is known about the city, how well, and how more of it comes in and out."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from layers import quality
from layers.errors import LayerError
from mapping import bars, hall, words
from mapping.pages import _adding, _shared, _taking

TABLE, ATLAS, PATH = "data_table", "data_atlas", "data_path"
NEEDED = ("locations", "service_at_location", "schedules", "service_languages", "usage")


def page() -> None:
    """Show how complete the atlas is, take files in, and give it out."""
    say = _shared.say
    names = tuple(quality.ATTRIBUTES)
    tables = {name: _shared.read(name) for name in (*names, *NEEDED)}
    known = _shared.once("completeness", "", lambda: quality.completeness(tables))
    _shared.head(
        title=say("data.title"), answer=_answer(tables, known), note=_newest(known["newest"])
    )
    left, right = st.columns([2, 1], gap="large")
    with left:
        _completeness(known)
        _imports()
    with right:
        _adding.add()
        _taking.take()
        _open_another()
    _shared.how(*(say(f"data.how_{one}") for one in ("known", "withheld", "age", "private")))


def _answer(tables: dict[str, pd.DataFrame], known: pd.DataFrame) -> str:
    services = known[known["table"].eq("services")]
    rows = int(services["rows"].sum())
    blanks = {
        "city": _shared.meta()["name"],
        "services": len(tables["services"]),
        "actors": len(tables["organizations"]),
        "ties": len(tables["ties"]),
        "areas": len(tables["areas"]),
    }
    if not any(value for key, value in blanks.items() if key != "city"):
        return _shared.say("data.answer_empty", city=blanks["city"])
    if not rows:
        return _shared.say("data.answer_no_services", **blanks)
    share = int(services["known"].sum()) / rows
    return _shared.say("data.answer", share=f"{share:.0%}", **blanks)


def _newest(days: pd.Series[pd.Timestamp]) -> str:
    last = days.dropna()
    if last.empty:
        return _shared.say("data.never_checked")
    return _shared.say("data.last_checked", day=last.max().strftime("%Y-%m-%d"))


def _completeness(known: pd.DataFrame) -> None:
    say = _shared.say
    st.subheader(say("data.how_well"), anchor=False)
    filled = [
        name for name in quality.ATTRIBUTES if known.loc[known["table"] == name, "rows"].any()
    ]
    if not filled:
        _shared.missing(say("data.nothing_yet"))
        return
    table = st.segmented_control(
        say("data.table"),
        filled,
        default=filled[0],
        required=True,
        format_func=lambda name: say(f"data.table_{name}"),
        key=TABLE,
        bind="query-params",
        label_visibility="collapsed",
    )
    mine = known[known["table"].eq(table or filled[0])]
    rows = _rows(mine)
    st.dataframe(
        rows,
        column_order=_reading_order(list(rows.columns)),
        hide_index=True,
        height="content",
        row_height=bars.HIGH + 4,
        key="data_known",
        column_config={
            "what": st.column_config.TextColumn(say("data.column_what"), width="medium"),
            "bar": st.column_config.ImageColumn(say("data.column_bar"), width=bars.WIDE + 18),
            "known": st.column_config.TextColumn(say("data.column_known"), width=110),
            "age": st.column_config.TextColumn(say("data.column_age"), width="small"),
            "who": st.column_config.TextColumn(say("data.column_who")),
        },
    )
    st.text(say("data.legend"))


def _rows(mine: pd.DataFrame) -> pd.DataFrame:
    say, tokens = _shared.say, _shared.tokens()
    rtl = words.direction(_shared.lang()) == "rtl"
    return pd.DataFrame(
        [
            {
                "what": say(f"attribute.{row['table']}.{row['attribute']}"),
                "bar": bars.known_bar(
                    row["known"], row["suppressed"], row["rows"], tokens, rtl=rtl
                ),
                "known": say("data.known_of", known=f"{row['known']:,}", rows=f"{row['rows']:,}"),
                "age": _age(row["median"]),
                "who": _who(row),
            }
            for row in mine.to_dict("records")
        ]
    )


def _reading_order(names: list[str]) -> list[str]:
    """Put the columns in the order they are read: the table itself does not turn around."""
    return names[::-1] if words.direction(_shared.lang()) == "rtl" else names


def _age(day: Any) -> str:  # noqa: ANN401 - a day, or pandas' word for none
    return _shared.say("data.no_date") if pd.isna(day) else str(day.strftime("%Y-%m"))


def _who(row: Mapping[Any, Any]) -> str:
    """Say who said it: a list of sources with counts, the unnamed last."""
    say = _shared.say
    sources = ("provider", "users", "public_record", "facilitator")
    named = [f"{say(f'says_who.{who}')} {row[who]:,}" for who in sources if row[who]]
    if row["nobody"]:
        named.append(say("data.nobody_named", count=f"{row['nobody']:,}"))
    return ", ".join(named)


def _imports() -> None:
    """List what was imported, the newest first."""
    say = _shared.say
    made = _shared.read("imports")
    if made.empty:
        return
    with st.expander(say("data.imports", count=len(made))):
        columns: dict[str, Any] = {
            "made_on": st.column_config.DateColumn(say("data.import_day"), format="YYYY-MM-DD"),
            "file": say("data.import_file"),
            "kind": say("data.import_kind"),
            "rows_accepted": say("data.import_accepted"),
            "rows_rejected": say("data.import_rejected"),
            "licence": say("data.import_licence"),
        }
        shown = made.iloc[::-1][list(columns)]
        st.dataframe(shown, hide_index=True, column_config=columns, key="data_imports")


def _open_another() -> None:
    """Offer the atlases beside the open one; by a path only where this is one's own machine."""
    say = _shared.say
    with st.expander(say("data.open"), key="data_opening"):
        folder = _shared.atlas_path().resolve().parent
        here = _shared.atlas_path().name
        others = sorted(one.name for one in folder.glob("*.gpkg") if one.is_file())
        chosen = st.selectbox(
            say("data.open_which"),
            others,
            index=others.index(here) if here in others else None,
            key=ATLAS,
        )
        typed = ""
        if not hall.is_open():
            typed = st.text_input(say("data.open_path"), key=PATH)
        wished = Path(typed).expanduser() if typed else folder / str(chosen)
        same = wished.resolve() == _shared.atlas_path().resolve()
        if st.button(say("data.open_go"), key="data_open", disabled=same or not (typed or chosen)):
            try:
                _shared.open_atlas(wished)
            except (LayerError, OSError) as error:
                fault = error if isinstance(error, LayerError) else None
                sentence = _shared.explain(fault or LayerError("atlas_missing", file=wished.name))
                _shared.fault(sentence, key="cg_fault_open")
            else:
                st.rerun()
