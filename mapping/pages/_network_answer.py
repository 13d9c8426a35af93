"""The sentence that answers the page Network, for each of its views."""

from __future__ import annotations

from layers import clock
from mapping import drawing_two_mode, mixing
from mapping.pages import _network_asked, _shared
from mapping.pages._network_asked import Chosen
from mapping.pages._network_found import Found, behind_a_go_between, tied_pairs
from mapping.pages._network_views import spoken_by_few, things


def answer(found: Found, chosen: Chosen, names: dict[str, str]) -> str:
    """Say what the view shows, in one or two sentences; first of how many where some are hidden."""
    say = _shared.say
    parts = []
    if found.hidden:
        parts.append(
            say(
                "network.answer_shown",
                shown=len(found.graph),
                all=found.everybody,
                hidden=found.hidden,
            )
        )
    if not len(found.graph):
        parts.append(say("network.answer_nobody"))
    elif chosen.view in {_network_asked.OFFERS, _network_asked.SERVES}:
        parts.append(_of_things(found, chosen.view))
    elif not found.graph.number_of_edges():
        parts.append(say("network.missing_ties", actors=len(found.graph)))
    elif chosen.view == _network_asked.SECTORS_VIEW:
        parts.append(_of_sectors(found, chosen))
    elif chosen.presenting:
        parts.append(_of_the_whole(found, chosen))
    else:
        parts.append(_who_depends(found, chosen, names))
    return " ".join(parts)


def _date(chosen: Chosen) -> str:
    return (chosen.counted.on or clock.today()).isoformat()


def _of_the_whole(found: Found, chosen: Chosen) -> str:
    tied, possible = tied_pairs(found.graph)
    return _shared.say(
        "network.presenting_answer",
        tied=tied,
        possible=possible,
        actors=len(found.graph),
        share=f"{tied / possible:.1%}",
        date=_date(chosen),
    )


def _who_depends(found: Found, chosen: Chosen, names: dict[str, str]) -> str:
    """Say who could least be missed, and who hangs on one go-between."""
    say, actors = _shared.say, len(found.graph)
    if found.cut_points.empty:
        first = say("network.answer_whole", actors=actors, date=_date(chosen))
    else:
        worst = found.cut_points.iloc[0]
        first = say(
            "network.answer_cut" if worst["number"] > 1 else "network.answer_cut_one",
            name=names[worst["actor"]],
            other=names[worst["cut_off"][0]],
            number=worst["number"],
            led=worst["migrant_led"],
            actors=actors,
            date=_date(chosen),
        )
    if not found.city:
        hidden = "_hidden" if found.hidden else ""
        return f"{first} {say(f'network.answer_no_city{hidden}')}"
    second = behind_a_go_between(found)
    if second is None:
        return first
    go_between, led = second
    sentence = say(
        "network.answer_go_between" if len(led) == 1 else "network.answer_go_between_more",
        name=names[led[0]],
        more=len(led) - 1,
        go_between=names[go_between],
    )
    return f"{first} {sentence}"


def _of_sectors(found: Found, chosen: Chosen) -> str:
    """Name the two large enough sectors with the least ties between them against chance."""
    say = _shared.say
    table = mixing.between(found.graph, "sector")
    between = table[(table["group"] != table["other"]) & (table["possible"] > 0)]
    large = between[~between["too_few"]]
    empty = int((between["present"] == 0).sum())
    first = say("network.sectors_answer", none=empty, pairs=len(between), date=_date(chosen))
    if large.empty:
        return f"{first} {say('network.sectors_too_few')}"
    worst = large.iloc[int((large["present"] - large["expected"]).to_numpy().argmin())]
    if worst["present"] >= worst["expected"]:
        return first
    second = say(
        "network.sectors_least",
        one=say(f"sector.{worst['group']}"),
        two=say(f"sector.{worst['other']}"),
        present=int(worst["present"]),
        possible=int(worst["possible"]),
        expected=f"{worst['expected']:.0f}",
    )
    return f"{first} {second}"


def _of_things(found: Found, view: str) -> str:
    """Say what most and what fewest organizations offer, or whom they serve."""
    table = things(found, view)
    say = _shared.say
    if table.empty:
        return say(f"network.{view}_missing")
    kept = table
    if view == _network_asked.SERVES:
        kept = table[table["other"].isin(spoken_by_few(table))]
    counts = kept.groupby("other")["actor"].nunique()
    counts = counts.loc[sorted(counts.index)].sort_values(ascending=False, kind="stable")
    lang = _shared.lang()
    return say(
        f"network.{view}_answer",
        first=drawing_two_mode.word(view, str(counts.index[0]), lang),
        most=int(counts.iloc[0]),
        last=drawing_two_mode.word(view, str(counts.index[-1]), lang),
        least=int(counts.iloc[-1]),
        actors=table["actor"].nunique(),
        all=len(found.graph),
    )
