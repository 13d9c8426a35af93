"""Below the pair on the page Introduce: all suggestions, chance, and what was left out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from layers import clock, consent
from mapping import intro_sheets
from mapping.intro_rivals import DRAWS, Beside
from mapping.intro_sheets import Sheet
from mapping.introductions import Suggestion
from mapping.pages import _introduce_words, _numbers, _persona, _shared
from mapping.pages._introduce_pair import share
from mapping.pages._introduce_words import Shown

FEWEST_ACTORS, FEWEST_TIES = 10, 10  # with fewer nothing is said of chance
Rows = dict[str, dict[str, Any]]


def every(shown: Shown) -> None:
    """List all suggestions."""
    say = _shared.say
    st.subheader(say("introduce.list"), anchor=False)
    several = shown.found.suggestions
    columns: dict[str, list[Any]] = {
        say("introduce.col_one"): [shown.names[one.a] for one in several],
        say("introduce.col_other"): [shown.names[one.b] for one in several],
        say("introduce.col_because"): [_because(shown, one) for one in several],
        say("introduce.col_gain"): [
            " ".join(_introduce_words.listed(shown, one)[:3]) for one in several
        ],
        **_exactly(shown),
        say("introduce.col_who"): [_introduce_words.short_who(shown, one) for one in several],
    }
    numbers = pd.RangeIndex(1, len(several) + 1)
    st.dataframe(pd.DataFrame(columns, index=numbers), height="content", key="introduce_list")


def _exactly(shown: Shown) -> dict[str, list[str]]:
    """Give the range of people that each tie would serve, of the kind that it serves most."""
    several = shown.found.suggestions
    if shown.presenting or not any(one.served for one in several):
        return {}
    none = _shared.say("whom.none")
    return {
        _shared.say("introduce.col_people"): [
            _introduce_words.people(one.served[0]) if one.served else none for one in several
        ]
    }


def _because(shown: Shown, one: Suggestion) -> str:
    code = one.because
    return _shared.say(
        "introduce.because_common" if shown.presenting else f"introduce.because_{code}"
    )


def chance(shown: Shown) -> None:
    """Show the suggestions beside as many ties between random organizations."""
    say, found = _shared.say, shown.found
    st.subheader(say("introduce.beside"), anchor=False)
    if not found.beside:
        st.text(say("introduce.beside_few"))
        return
    small = found.actors < FEWEST_ACTORS or found.ties < FEWEST_TIES
    reach = found.beside["reach"]
    if small:
        st.text(say("introduce.beside_small"))
    elif reach.verdict == "no_better":
        st.text(say("introduce.no_better"))
    st.text(say("introduce.beside_about", draws=DRAWS))
    rows = []
    for code, one in found.beside.items():
        row = [say(f"introduce.value_{code}"), *_written(code, one)]
        rows.append([*row, say("whom.none") if small else say(f"introduce.verdict_{one.verdict}")])
    names = ("value", "ours", "mean", "high", "verdict")
    columns = [say(f"introduce.col_{name}") for name in names]
    st.dataframe(
        pd.DataFrame(rows, columns=columns),
        hide_index=True,
        height="content",
        key="introduce_chance",
    )
    lines = [
        say("introduce.together", before=share(found.most_now), after=share(found.most_together))
    ]
    joining = sum(one.joins for one in found.suggestions)
    if joining and found.most_together > found.most_now:
        lines.append(say("introduce.together_joins", count=joining))
    st.text(" ".join(lines))


def _written(code: str, one: Beside) -> list[str]:
    several = (one.ours, one.mean, one.high)
    if code == "reach":
        return [f"{value:.3f}" for value in several]
    if code == "served":
        return [_numbers.number(value // 5 * 5) for value in several]
    return [f"{one.ours:.0f}", f"{one.mean:.1f}", f"{one.high:.0f}"]


def left_out(shown: Shown) -> list[str]:
    """Say how many pairs were left out, by which rule."""
    say, found = _shared.say, shown.found
    lines = []
    if found.left_out:
        parts = [say(f"introduce.left_{rule}", count=n) for rule, n in found.left_out.items()]
        lines.append(say("introduce.left_out", parts="; ".join(parts)))
    if found.refused:
        lines.append(say("introduce.refused", count=found.refused))
    if not found.asked_for:
        lines.append(say("introduce.no_people"))
    return lines


def sheets(shown: Shown, chosen: Suggestion, actors: Rows) -> None:
    """Offer a page for each call, to print."""
    say = _shared.say
    named = consent.named_outside(_shared.read("organizations"))["id"].astype(str)
    leaving = that_may_leave(shown.found.suggestions, {one: shown.name(one) for one in named})
    st.subheader(say("introduce.sheet"), anchor=False)
    st.text(say("introduce.sheet_about"))
    file_name = f"introductions-{clock.today():%Y-%m-%d}.html"
    mine = [one for one in leaving if (one.a, one.b) == (chosen.a, chosen.b)]
    with st.container(horizontal=True):
        st.download_button(
            say("introduce.sheet_one"),
            _page(shown, mine, actors),
            file_name=file_name,
            mime="text/html",
            on_click="ignore",
            disabled=not mine,
            key="introduce_sheet_one",
        )
        st.download_button(
            say("introduce.sheet_all", count=len(leaving)),
            _page(shown, leaving, actors),
            file_name=file_name,
            mime="text/html",
            on_click="ignore",
            disabled=not leaving,
            key="introduce_sheet_all",
        )
    without = len(shown.found.suggestions) - len(leaving)
    if without:
        st.text(say("introduce.sheet_without", count=without))


def that_may_leave(several: Iterable[Suggestion], named: Mapping[str, str]) -> list[Suggestion]:
    """Keep what a sheet may say: nobody in it, nor in a row of it, is named at the desk alone.

    Parameters
    ----------
    several
        Suggestions.
    named
        Those that may be named outside, by id.
    """
    kept = [_introduce_words.outside(one, named) for one in several]
    return [one for one in kept if one is not None and not one.ask_first]


def _page(shown: Shown, several: list[Suggestion], actors: Rows) -> Any:  # noqa: ANN401 - a callable of Streamlit
    """Put the sheets together; the page is written when somebody takes it."""
    made = [_sheet(shown, one, actors) for one in several]
    return partial(_printed, made, _shared.meta()["name"], _shared.lang())


def _printed(made: list[Sheet], city: str, lang: str) -> bytes:
    return intro_sheets.page(made, city=city, lang=lang).encode()


def _sheet(shown: Shown, one: Suggestion, actors: Rows) -> Sheet:
    say = _shared.say
    between = one.introducers[0].actors if one.introducers else ()
    why = [
        say(
            "introduce.paper_served",
            category=say(f"category.{each.persona.category}"),
            people=_introduce_words.about(each),
            group=_persona.group_name(each.persona.group),  # nobody made up on paper
        )
        for each in one.served[:2]
    ]
    in_common = [_introduce_words.common(shown, each) for each in one.common]
    why += [text[:1].upper() + text[1:] for text in in_common]
    called = between or (one.a, one.b)
    return Sheet(
        a=shown.names[one.a],
        b=shown.names[one.b],
        between=tuple(shown.names[who] for who in between),
        why=tuple(why) or (say("introduce.presenting_ways"),),
        contacts=tuple(
            (shown.names[who], str(actors.get(who, {}).get("public_contact") or ""))
            for who in called
        ),
    )
