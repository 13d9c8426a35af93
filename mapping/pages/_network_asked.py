"""What is asked on the page Network: which view, whom, sized and coloured how, who is shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd
import streamlit as st

from layers import vocab
from mapping import drawing_groups, drawing_two_mode
from mapping.counted import Counted
from mapping.pages import _shared, _ties_counted
from mapping.shown import LED, UNKNOWN, Shown, of_one

VIEW, ACTOR, OTHER, REACH, SIZE, COLOUR = (
    f"network_{one}" for one in ("view", "actor", "other", "reach", "size", "colour")
)
SECTORS, ACTOR_KINDS, LED_BY, COMMUNITIES = (
    f"network_{one}" for one in ("sectors", "actor_kinds", "led", "communities")
)
THING, CELL = "network_thing", "network_cell"  # chosen in the middle; chosen in the matrix
MAKING = "network_making"  # whether a tie is being made between the two
WRITTEN = "network_tie_written"  # the two between whom a tie was written just now: the form closes
TOLD = "network_tie_said"  # what is said of it, with its undo
MIDDLE, TURN = "network_middle", "network_turn"  # whose surroundings; how often somebody was sought
PICTURE_VIEW, SECTORS_VIEW, OFFERS, SERVES, MAP = "picture", "sectors", "offers", "serves", "map"
VIEWS: Final = (PICTURE_VIEW, SECTORS_VIEW, OFFERS, SERVES, MAP)
EQUAL: Final = "equal"
SIZES: Final = (*drawing_groups.MEASURES, EQUAL)
COLOURS: Final = (*drawing_groups.ATTRIBUTES, *drawing_groups.MEASURES)
# in front of the organizations: what they are, never how they do
COLOURS_PRESENTED: Final = ("led", "sector", "kind", "women_led", "community")
REACHES: Final = ("all", "1", "2")
READABLE: Final = 150  # actors; with more the whole is a hairball and the page starts at one


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """What the controls say.

    Attributes
    ----------
    counted, shown
        Which ties count, which actors are shown.
    view
        Of ``VIEWS``.
    actor
        The chosen actor.
    reach
        Of ``REACHES``: how far around one actor the picture goes.
    size, colour
        Of ``SIZES`` and ``COLOURS``.
    presenting
        Whether organizations look on.
    """

    counted: Counted
    shown: Shown
    view: str
    actor: str | None
    reach: str
    size: str
    colour: str
    presenting: bool


def view() -> str:
    """Ask how the network is to be looked at."""
    say = _shared.say
    found = st.segmented_control(
        say("network.view"),
        VIEWS,
        default=VIEWS[0],
        required=True,
        format_func=lambda one: say(f"network.view_{one}"),
        key=VIEW,
        label_visibility="collapsed",
        bind="query-params",
        persist_state="session",
    )
    return str(found or VIEWS[0])


def controls(
    organizations: pd.DataFrame, names: dict[str, str], chosen_view: str
) -> tuple[Chosen, st.delta_generator.DeltaGenerator]:
    """Ask in the order a person thinks: whom, how far, shown how, who is shown, which ties.

    Parameters
    ----------
    organizations
        The actors that may be shown.
    names
        What each is called.
    chosen_view
        What :func:`view` gave.

    Returns
    -------
    chosen
        What was asked for.
    card
        Where the page writes about the chosen actor: below its name, above everything else.
    """
    say = _shared.say
    actor = st.selectbox(
        say("network.actor"),
        sorted(names, key=lambda one: names[one].casefold()),
        index=None,
        format_func=names.__getitem__,
        placeholder=say("network.actor_none"),
        key=ACTOR,
        on_change=_sought,
        bind="query-params",
    )
    card = st.container()
    is_presenting = _ties_counted.presenting()
    reach = "all"
    if chosen_view == PICTURE_VIEW:
        reach = st.selectbox(
            say("network.reach"),
            REACHES,
            index=0 if len(names) <= READABLE else 1,
            format_func=lambda one: say(f"network.reach_{one}"),
            key=REACH,
            bind="query-params",
        )
    size, colour = _look(chosen_view, is_presenting)
    with st.expander(say("network.show_only")):
        shown = replace(_shown(organizations), outside=is_presenting)
    with st.expander(say("network.which_ties")):
        counted = _ties_counted.controls(with_switch=False)
    _ties_counted.switch()
    chosen = Chosen(
        counted=counted,
        shown=shown,
        view=chosen_view,
        actor=actor,
        reach=reach,
        size=size,
        colour=colour,
        presenting=is_presenting,
    )
    return chosen, card


def _look(chosen_view: str, is_presenting: bool) -> tuple[str, str]:  # noqa: FBT001 - what two questions gave
    """Ask for the shade of the signs, and for their size where that is drawn."""
    say = _shared.say
    if chosen_view in {SECTORS_VIEW, MAP}:
        return EQUAL, COLOURS[0]
    colours: Sequence[str] = COLOURS_PRESENTED if is_presenting else COLOURS
    colour = st.selectbox(
        say("network.colour"),
        colours,
        format_func=lambda one: say(
            f"network.colour_{one}" if one in drawing_groups.ATTRIBUTES else f"network.{one}"
        ),
        key=COLOUR,
        bind="query-params",
    )
    if is_presenting or chosen_view != PICTURE_VIEW:
        return EQUAL, colour
    size = st.selectbox(
        say("network.size"),
        SIZES,
        format_func=lambda one: say(f"network.{one}" if one != EQUAL else "network.size_equal"),
        key=SIZE,
        bind="query-params",
    )
    return size, colour


def _shown(organizations: pd.DataFrame) -> Shown:
    """Ask who is shown; only what occurs can be chosen."""
    say = _shared.say
    sectors = _several(
        SECTORS,
        _there(organizations["sector"], vocab.SECTOR),
        lambda one: say(f"sector.{one}"),
    )
    kinds = _several(
        ACTOR_KINDS,
        _there(organizations["kind"], vocab.ACTOR_KIND),
        lambda one: say(f"actor_kind.{one}"),
    )
    led = _several(LED_BY, LED, lambda one: say(f"network.led_{one}"))
    tags: set[str] = set().union(*(of_one(tags) for tags in organizations["communities"]))
    named = {tag: drawing_two_mode.word(SERVES, tag, _shared.lang()) for tag in tags - {UNKNOWN}}
    communities = _several(
        COMMUNITIES,
        [*sorted(named, key=lambda tag: named[tag].casefold()), *(UNKNOWN,) * (UNKNOWN in tags)],
        named.__getitem__,
    )
    return Shown(sectors=sectors, kinds=kinds, led=led, communities=communities)


def _there(values: pd.Series[str], codes: Sequence[str]) -> list[str]:
    """Give the codes that occur, in the order of their list, and unknown where it does."""
    known = set(values.dropna())
    return [one for one in codes if one in known] + [UNKNOWN] * bool(values.isna().any())


def _several(key: str, options: Sequence[str], word: Callable[[str], str]) -> tuple[str, ...]:
    say = _shared.say
    return tuple(
        st.multiselect(
            say(key.replace("network_", "network.only_")),
            options,
            format_func=lambda one: say("network.group_unknown") if one == UNKNOWN else word(one),
            placeholder=say("network.only_all"),
            key=key,
            bind="query-params",
        )
    )


def choose(actor: str) -> None:
    """Make one actor the chosen one, everywhere on the page; runs before the next drawing."""
    if actor.startswith("::"):
        st.session_state[THING], st.session_state[ACTOR] = actor, None
    else:
        st.session_state[THING], st.session_state[ACTOR] = None, actor or None
    st.session_state[OTHER] = None


def join(actor: str) -> None:
    """Take a second actor to the chosen one; the first where nobody is chosen yet."""
    first = st.session_state.get(ACTOR)
    if first is None or actor.startswith("::"):
        choose(actor)
    elif actor != first:
        st.session_state[OTHER], st.session_state[MAKING] = actor, True


def choose_tie(one: str, two: str) -> None:
    """Tell of the ties between two actors; who was chosen already stays so."""
    if st.session_state.get(ACTOR) not in {one, two}:
        choose(one)
    st.session_state[MAKING] = False
    st.session_state[OTHER] = two if st.session_state[ACTOR] == one else one


def making() -> bool:
    """Tell whether somebody makes a tie between the two actors that are chosen."""
    return bool(st.session_state.get(MAKING)) and not _ties_counted.presenting()


def close_when_written(one: str, other: str) -> None:
    """Close the form once a tie between the two is written; runs before its switch is drawn."""
    if set(st.session_state.pop(WRITTEN, ())) == {one, other}:
        st.session_state[MAKING] = False


def surround(actor: str) -> None:
    """Draw the surroundings of another actor."""
    st.session_state[MIDDLE] = actor


def _sought() -> None:
    """Bring whom somebody sought by name into the middle of the picture."""
    st.session_state[MIDDLE] = st.session_state[ACTOR]
    st.session_state[OTHER] = st.session_state[THING] = None
    st.session_state[TURN] = st.session_state.get(TURN, 0) + 1
