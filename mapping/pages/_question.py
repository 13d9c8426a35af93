"""The question of the page Gaps: its controls, its words, and the link that restores it."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

import streamlit as st

from layers import vocab
from layers.hours import WINDOWS
from mapping import differences, words
from mapping.city import City
from mapping.needs import Need
from mapping.offers import primary
from mapping.pages import _shared

HELP, WHOM, MUST, LANGUAGE, WHEN, MINUTES = (
    f"gaps_{one}" for one in ("help", "whom", "must", "language", "when", "minutes")
)
ANY = "any"
MUSTS = ("no_papers", "not_women_only", "step_free", "free")


def controls(city: City, first: Need) -> Need:
    """Ask what is needed, in the order a person thinks; opens with ``first``."""
    say = _shared.say
    groups, tags = city.groups(), _languages(city, first)
    labels = group_labels()
    category = st.selectbox(
        say("gaps.help"),
        vocab.CATEGORY,
        index=vocab.CATEGORY.index(first.category),
        format_func=lambda code: say(f"category.{code}"),
        key=HELP,
        bind="query-params",
    )
    group = st.selectbox(
        say("gaps.whom"),
        groups,
        index=groups.index(first.group) if first.group in groups else 0,
        format_func=lambda code: labels.get(code, code),
        key=WHOM,
        bind="query-params",
    )
    must = st.multiselect(
        say("gaps.must"),
        MUSTS,
        format_func=lambda one: say(f"gaps.must_{one}"),
        placeholder=say("gaps.must_hint"),
        key=MUST,
        bind="query-params",
    )
    language = st.selectbox(
        say("gaps.language"),
        tags,
        index=tags.index(first.language or ANY),
        format_func=tongue,
        key=LANGUAGE,
        bind="query-params",
    )
    when = st.selectbox(
        say("gaps.when"),
        list(WINDOWS),
        index=list(WINDOWS).index(first.when),
        format_func=lambda one: say(f"gaps.when_{one}"),
        key=WHEN,
        bind="query-params",
    )
    minutes = st.slider(
        say("gaps.how_far"), 5, 60, int(first.minutes), step=5, key=MINUTES, bind="query-params"
    )
    need = Need(
        category=category,
        group=group,
        language=None if language == ANY else language,
        when=when,
        minutes=float(minutes),
        no_papers="no_papers" in must,
        women_only_ok="not_women_only" not in must,
        step_free="step_free" in must,
        free="free" in must,
    )
    with st.expander(say("gaps.link"), key="gaps_link"):
        st.code(_link(need, must), language=None, wrap_lines=True)
    return need


def _link(need: Need, must: Sequence[str]) -> str:
    """Write the address of this question with every choice in it, also those made for her."""
    chosen = {
        HELP: _shared.say(f"category.{need.category}"),
        WHOM: group_labels().get(need.group, need.group),
        LANGUAGE: tongue(need.language or ANY),
        WHEN: _shared.say(f"gaps.when_{need.when}"),
        MINUTES: f"{need.minutes:.0f}",
        MUST: [_shared.say(f"gaps.must_{one}") for one in must],
        _shared.LANG: words.say("language.name", _shared.lang()),
    }
    address = (st.context.url or "").partition("?")[0]
    return f"{address}?{urlencode(chosen, doseq=True)}"


def _languages(city: City, first: Need) -> list[str]:
    listed = {primary(tag) for tag in _shared.read("service_languages")["language"]}
    # also those nobody listed yet: that a language is unknown everywhere is an answer too
    named = {
        key.partition(".")[2] for key in words.sentences(words.DEFAULT) if key[:7] == "tongue."
    }
    tags = listed | named | set(differences.communities(city)) | {first.language or ANY}
    return [ANY, *sorted(tags - {ANY}, key=tongue)]


def tongue(tag: str) -> str:
    """Name a language; its tag where we have no word for it."""
    if tag == ANY:
        return _shared.say("gaps.language_any")
    key = f"tongue.{primary(tag)}"
    return words.sentences(_shared.lang()).get(key, tag)


def _said(tag: str) -> str:
    """Name a language inside a heading, which is markdown: no text of a table may stand there."""
    plain = tag.replace("-", "").isascii() and tag.replace("-", "").isalnum()
    return tongue(tag) if plain else _shared.say("gaps.language_other")


def group_labels() -> dict[str, str]:
    """Give the label of every group; two groups of one label also say their code."""
    rows = _shared.read("population_groups")
    twice = rows["label"].duplicated(keep=False)
    labels = rows["label"].mask(twice, rows["label"] + " (" + rows["id"] + ")")
    return dict(zip(rows["id"], labels, strict=True))


def title(need: Need, *, of: str = "") -> str:
    """Write the question that the choices make, of our own words only.

    Parameters
    ----------
    need
        What is asked.
    of
        Key of the sentence, where it is not the one of the page Gaps.
    """
    say = _shared.say
    return say(
        of or "gaps.title",
        help=say(f"gaps.help_{need.category}"),
        language=say("gaps.title_language", language=_said(need.language)) if need.language else "",
        when=say(f"gaps.title_{need.when}") if need.when != ANY else "",
        minutes=f"{need.minutes:.0f}",
    )


def ask(need: Need) -> None:
    """Put another question; called before the page runs again."""
    st.session_state[HELP], st.session_state[WHOM] = need.category, need.group
    st.session_state[LANGUAGE], st.session_state[WHEN] = need.language or ANY, need.when
    st.session_state[MINUTES], st.session_state[MUST] = int(need.minutes), []
