"""What changed over time: two days beside each other, the numbers of all years, whom to ask."""

from __future__ import annotations

from datetime import date
from typing import Final

import pandas as pd
import streamlit as st

from layers import clock
from mapping import drawing_time, over_time, words
from mapping.counted import Counted
from mapping.over_time import Change
from mapping.pages import _shared, _ties_counted
from mapping.pages._whatif_steps import Names

YEARS, BY_DATE, FROM, TO = (f"whatif_{one}" for one in ("years", "by_date", "from_day", "to_day"))
SHOWN: Final = ("tied", "pairs", "parts", "ei")


def show(
    organizations: pd.DataFrame,
    ties: pd.DataFrame,
    named: Names,
    *,
    top: st.delta_generator.DeltaGenerator,
    left_out: int,
) -> None:
    """Show what was made, lost, stronger, weaker and not confirmed between two days."""
    say, today = _shared.say, clock.today()
    title = say("whatif.time_title")
    if ties.empty:
        with top:
            _shared.head(title=title, answer=say("whatif.time_none"))
        _shared.missing(say("whatif.time_none"))
        return
    seen = ties[ties["from_id"].isin(named.actors) & ties["to_id"].isin(named.actors)]
    picture, side = st.columns([7, 3], gap="medium")
    years = over_time.years(seen, today)
    with side:
        first, last = _days(years, today)
        with st.expander(say("whatif.fold_counted"), key="whatif_fold_counted"):
            counted = _ties_counted.controls()
    found = over_time.change(
        seen,
        first,
        last,
        counted=counted,
        history=_shared.read("history"),
        revisions=_shared.read("revisions"),
    )
    stale = over_time.unconfirmed(_kept(counted, seen), last)
    with top:
        _shared.head(
            title=title,
            answer=_answer(found, stale, first, last),
            note=_note(found, counted, left_out),
        )
    with picture:
        _chart(organizations, ties, years, (first, last), counted)
    _tables(found, named)
    _unconfirmed(stale, named, last)
    _shared.how(*(say(f"whatif.how_{one}") for one in ("time", "years", "strength", "confirmed")))


def _kept(counted: Counted, ties: pd.DataFrame) -> pd.DataFrame:
    """Keep the ties that count, of all days."""
    return over_time.of_any_day(counted).of(ties)


def _days(years: list[int], today: date) -> tuple[date, date]:
    """Ask from when to when, by year or by day."""
    say = _shared.say
    if st.toggle(say("whatif.by_date"), key=BY_DATE, bind="query-params"):
        first = st.date_input(
            say("whatif.from_day"),
            value=over_time.end_of(today.year - 1, today),
            format="YYYY-MM-DD",
            key=FROM,
            bind="query-params",
        )
        last = st.date_input(
            say("whatif.to_day"), value=today, format="YYYY-MM-DD", key=TO, bind="query-params"
        )
        return first, last
    start, end = st.select_slider(
        say("whatif.years"),
        years,
        value=(years[-2], years[-1]),  # there are always two
        format_func=lambda one: say("whatif.a_year", year=one),
        key=YEARS,
    )
    st.text(say("whatif.years_about"))
    return over_time.end_of(start, today), over_time.end_of(end, today)


def _answer(found: Change, stale: pd.DataFrame, first: date, last: date) -> str:
    since = first < last == clock.today()
    return _shared.say(
        "whatif.time_since" if since else "whatif.time_answer",
        **{"from": first.isoformat()} | ({} if since else {"to": last.isoformat()}),
        made=len(found.made),
        lost=len(found.lost),
        kept=found.kept,
        stale=len(stale),
        of=found.kept + len(found.made),
    )


def _note(found: Change, counted: Counted, left_out: int) -> str:
    """Say which ties count, and what nobody can know."""
    say = _shared.say
    lines = [_ties_counted.said(over_time.of_any_day(counted))]
    for key, count in (
        ("undated", found.undated),
        ("strength_unknown", found.strength_unknown),
        ("deleted", found.deleted),
        ("passing", len(found.passing)),
    ):
        if count:
            lines.append(say(f"whatif.time_{key}", count=count))
    if left_out:
        lines.append(say("network.not_shown", count=left_out))
    return " ".join(lines)


def _chart(
    organizations: pd.DataFrame,
    ties: pd.DataFrame,
    years: list[int],
    days: tuple[date, date],
    counted: Counted,
) -> None:
    """Draw the numbers of the whole at the end of each year."""
    say, today = _shared.say, clock.today()
    ends = [over_time.end_of(one, today) for one in years]
    rows = _shared.once(
        "whatif series",
        (today, over_time.of_any_day(counted), len(organizations)),  # fewer at a projector
        lambda: over_time.series(organizations, ties, ends, counted=counted),
    ).assign(year=years)
    shown = [one for one in SHOWN if rows[one].notna().any()]
    marked = [_as_year(day, today) for day in days]
    is_rtl = words.direction(_shared.lang()) == "rtl"
    for name in shown:
        title = say(f"whatif.series_{name}")
        st.text(title)
        chart = drawing_time.over_years(
            rows, name, title=title, marked=marked, colours=_shared.tokens(), right_to_left=is_rtl
        )
        st.altair_chart(chart, width="stretch", key=f"whatif_series_{name}", theme=None)
    st.text(say("whatif.series_about"))
    with st.expander(say("whatif.series_table"), key="whatif_fold_series"):
        table = rows[["year", *shown]].copy()
        if "ei" in shown:
            table["ei"] = [f"{one:+.2f}" if pd.notna(one) else "-" for one in table["ei"]]
        table["year"] = table["year"].astype(str)
        names = {one: say(f"whatif.series_{one}") for one in shown}
        st.dataframe(
            table.rename(columns={"year": say("whatif.year"), **names}),
            hide_index=True,
            key="whatif_series_rows",
        )


def _as_year(day: date, today: date) -> float:
    """Place a day among the ends of years: the last point is today."""
    if day >= today:
        return float(today.year)
    return day.year - 1 + day.timetuple().tm_yday / date(day.year, 12, 31).timetuple().tm_yday


def _tables(found: Change, named: Names) -> None:
    """List each tie that was made or lost, or is stronger or weaker."""
    say = _shared.say
    other = set(found.another_kind["id"])
    lists = {
        "made": found.made,
        "lost": found.lost,
        "stronger": found.stronger,
        "weaker": found.weaker,
        "passing": found.passing,
    }
    for name, rows in lists.items():
        if rows.empty:
            continue
        st.subheader(say(f"whatif.time_table_{name}", count=len(rows)), anchor=False)
        table = _ties(rows, named)
        if name == "made" and other:
            yes = say("whatif.another_kind")
            table[say("whatif.col_another")] = [yes if one in other else "" for one in rows["id"]]
        if "was" in rows:
            for side in ("was", "became"):
                table[say(f"whatif.col_{side}")] = [
                    say(f"whatif.strength_{one:.0f}") for one in rows[side]
                ]
        st.dataframe(table, hide_index=True, key=f"whatif_time_{name}")


def _ties(rows: pd.DataFrame, named: Names) -> pd.DataFrame:
    """Write ties with names, kind, and first and last day."""
    say = _shared.say
    return pd.DataFrame(
        {
            say("whatif.col_tie"): [named.ties.get(str(one), str(one)) for one in rows["id"]],
            say("whatif.col_since"): [over_time.said_day(one, first=True) for one in rows["since"]],
            say("whatif.col_until"): [
                over_time.said_day(one, first=False) for one in rows["until"]
            ],
        }
    )


def _unconfirmed(stale: pd.DataFrame, named: Names, last: date) -> None:
    """List the ties that nobody confirmed for a year, with whom to ask."""
    say = _shared.say
    st.subheader(
        say("whatif.time_table_stale", count=len(stale), date=last.isoformat()), anchor=False
    )
    if stale.empty:
        st.text(say("whatif.time_all_confirmed"))
        return
    table = _ties(stale, named)
    table[say("whatif.col_confirmed")] = [
        say(f"whatif.confirmed_{state}", day="" if pd.isna(day) else f"{day:%Y-%m-%d}")
        for state, day in zip(stale["state"], stale["confirmed"], strict=True)
    ]
    ends = pd.concat([stale["from_id"], stale["to_id"]]).value_counts()
    first, count = str(ends.index[0]), int(ends.iloc[0])
    st.dataframe(
        table, hide_index=True, height=320 if len(table) > 8 else "content", key="whatif_time_stale"
    )
    if not named.presenting:
        st.text(say("whatif.ask_first", name=named.actor(first), count=count))
        _shared.link("ask", say("whatif.ask"), organization=first)
