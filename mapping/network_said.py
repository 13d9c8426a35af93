"""The numbers about a network in words: what they say beside chance, and what that means.

Nothing is computed here. A difference is claimed where its p says so, and nowhere else. Technical
names come apart from the sentences, to be folded away.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import networkx as nx
import pandas as pd

from mapping.brokerage import ROLES
from mapping.chance import Found
from mapping.mixing import Mixing
from mapping.whole_network import WholeNetwork

Say: TypeAlias = Callable[..., str]
APART: Final = 0.75  # different circles for each partner: from here partners hardly know each other
CLOSE: Final = 0.5  # below it they mostly do
_SHARES: Final = ("centralisation", "reciprocity")
_ALWAYS: Final = ("density",)  # chance cannot change it, and it means the same at every value
_OWN: Final = {("parts", "chance")}  # who is cut off is worth a call, chance or not


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """One finding about the whole network.

    Attributes
    ----------
    code
        What it is about, such as ``"sector_e_i"``.
    text, meaning
        The finding; what it means for partnership.
    found
        The number behind it.
    """

    code: str
    text: str
    meaning: str
    found: Found


def whole_said(whole: WholeNetwork, say: Say) -> list[Sentence]:
    """Say each number about the whole network in one sentence.

    Parameters
    ----------
    whole
        What ``mapping.whole_network.whole_network`` gives.
    say
        Says a key of the words in the language wanted.
    """
    held, core, mixed = whole.cohesion, whole.core, (whole.sector, whole.lead)
    # What a coordinator can act on comes first.
    bodies: list[tuple[str, Found, dict[str, object]]] = [
        (f"{one.by}_e_i", one.e_i, {"inside": one.inside}) for one in mixed
    ]
    bodies += [
        ("core", core.fit, {"members": len(core.members), "led": core.migrant_led}),
        ("centralisation", held.centralisation, {}),
        ("parts", held.parts, {"isolates": held.isolates}),
        ("efficiency", held.efficiency, {}),
        ("reciprocity", held.reciprocity, {}),
        ("density", held.density, {"share": _share(held.density.value)}),
    ]
    bodies += [
        (f"{one.by}_modularity", one.modularity, {"best": _plain(one.best)}) for one in mixed
    ]
    mixes = {f"{one.by}_e_i": one for one in mixed}
    return [
        _sentence(code, found, more, mixes.get(code), say)
        for code, found, more in bodies
        if found.value is not None
    ]


def _sentence(
    code: str, found: Found, more: Mapping[str, object], mixed: Mixing | None, say: Say
) -> Sentence:
    """Put a sentence together: the claim, the numbers, what chance gives."""
    claim = found.claim
    is_share = code in _SHARES
    write = _share if is_share else _plain
    value = f"{found.value:.0f}" if code == "parts" else write(found.value)
    body = say(f"whole.{code}", value=value, counted=found.counted, of=found.of, **more)
    expected = write(found.expected)
    if mixed is not None and mixed.inside_expected is not None:
        expected = f"{mixed.inside_expected:.0f}"
    elif code == "parts" and found.expected is not None:
        expected = f"{found.expected:.1f}"
    if claim == "few":
        body = say("whole.few", body=body, why=say(f"whole.few_{found.too_few}"))
    elif found.p is not None:
        key = "whole.by_chance" if mixed is None else "whole.by_chance_would"
        body = say(key, body=body, expected=expected, p=written_p(found.p))
    elif found.expected is not None:
        body = say("whole.by_chance_only", body=body, expected=expected)
    head = "bare" if claim in {"few", "none"} else claim
    # "Mostly" is true of more than half only; more than by chance may still be few.
    if mixed is not None and claim == "less" and 2 * mixed.inside > mixed.ties:
        head = "mostly"
    text = body
    if code not in _ALWAYS:
        text = say("whole.said", headline=say(f"whole.{code}_{head}"), body=body)
    return Sentence(code=code, text=text, meaning=_meaning(code, claim, say), found=found)


def _meaning(code: str, claim: str, say: Say) -> str:
    """Say what a finding means for partnership; nothing where nothing is claimed."""
    if code in _ALWAYS:
        return say(f"whole.means_{code}")
    if claim == "none":
        return ""
    is_own = claim in {"more", "less"} or (code, claim) in _OWN
    return say(f"whole.means_{code}_{claim}" if is_own else f"whole.means_{claim}")


def by_meaning(sentences: list[Sentence]) -> list[tuple[str, list[Sentence]]]:
    """Put together the sentences that mean the same, so that it is said once.

    Those that ask for something keep their order and come first; then what chance gives as well,
    then what too few say.
    """

    def place(one: Sentence) -> int:
        is_own = one.code in _ALWAYS or (one.code, one.found.claim) in _OWN
        return 0 if is_own else {"chance": 1, "few": 2}.get(one.found.claim, 0)

    ordered = sorted(sentences, key=place)
    together: dict[str, list[Sentence]] = {}
    for one in ordered:
        together.setdefault(one.meaning or one.code, []).append(one)
    return [(those[0].meaning, those) for those in together.values()]


def beside_the_whole(whole: WholeNetwork, say: Say) -> list[str]:
    """Say what limits these sentences: who was left out, what returns by nature, how many tests."""
    said = [
        say(f"whole.unknown_{mixed.by}", count=mixed.unknown)
        for mixed in (whole.sector, whole.lead)
        if mixed.unknown
    ]
    if whole.cohesion.always_mutual:
        kinds = ", ".join(say(f"tie_kind.{kind}") for kind in whole.cohesion.always_mutual)
        said.append(say("whole.always_mutual", kinds=kinds))
    if whole.tests:
        said.append(say("whole.tests", tests=whole.tests))
    return said


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What is known about the place of one actor.

    Attributes
    ----------
    actor
        Its id in ``graph``.
    graph, measures
        As in ``mapping.network``.
    sector_roles, lead_roles
        How often it has each role, as in ``mapping.brokerage.roles``.
    go_betweens, bridges
        Tables as in ``mapping.network`` and ``mapping.brokerage``.
    core
        Members of the core; ``None`` where none is clear, or nobody has looked.
    """

    actor: str
    graph: nx.DiGraph[str]
    measures: pd.DataFrame
    sector_roles: Mapping[Any, float]
    lead_roles: Mapping[Any, float]
    go_betweens: pd.DataFrame
    bridges: pd.DataFrame
    core: Collection[str] | None = None


def place_said(place: Place, names: Mapping[str, str], say: Say) -> list[str]:
    """Say what the place of one actor among the recorded ties means.

    Parameters
    ----------
    place
        What is known.
    names
        What everybody is called.
    say
        Says a key of the words in the language wanted.
    """
    graph, actor = place.graph, place.actor
    partners = sorted(set(nx.all_neighbors(graph, actor)) - {actor})
    if not partners:
        return [say("place.untied")]
    said = [_between(place, say), _circles(place, partners, names, say), *_outside(place, say)]
    said += [*_roles(place, say), *_depending(place, names, say)]
    if place.core is not None and actor in place.core:
        said.append(say("place.core", members=len(place.core)))
    elif place.core is not None:
        count = len(set(partners) & set(place.core))
        said.append(say("place.edge", count=count, partners=len(partners)))
    return said


def _between(place: Place, say: Say) -> str:
    share = float(place.measures["betweenness"][place.actor])
    if not share:
        return say("place.between_none")
    return say("place.between", share=f"{share:.0%}" if share >= 0.005 else "< 1%")


def _circles(place: Place, partners: list[str], names: Mapping[str, str], say: Say) -> str:
    """Say whether its partners know each other."""
    if len(partners) == 1:
        return say("place.one_partner", name=names[partners[0]])
    circles = float(place.measures["effective_size"][place.actor])
    share = circles / len(partners)
    how = "apart" if share >= APART else "close" if share < CLOSE else "mixed"
    return say(f"place.partners_{how}", partners=len(partners))


def _outside(place: Place, say: Say) -> list[str]:
    """Count its partners in other sectors, of those whose sector is known."""
    sector = {one: about.get("sector") for one, about in place.graph.nodes.items()}
    partners = set(nx.all_neighbors(place.graph, place.actor)) - {place.actor}
    known = [one for one in partners if sector[one] is not None]
    if sector[place.actor] is None:
        return [say("place.sector_unknown")]
    other = sum(sector[one] != sector[place.actor] for one in known)
    return [say("place.outside", count=other, known=len(known))] if known else []


def _roles(place: Place, say: Say) -> list[str]:
    """Say between whom it stands."""
    said = []
    row = place.sector_roles
    parts = [
        say(f"place.role_{role}", count=int(row[role]))
        for role in ROLES
        if pd.notna(row[role]) and row[role] > 0
    ]
    if parts:
        said.append(say("place.roles", roles="; ".join(parts)))
    # Of two groups a consultant stands between two of the other one: no way across.
    across = place.lead_roles["gatekeeper"] + place.lead_roles["representative"]
    if across > 0:  # NaN, where nobody knows who leads it, is not
        said.append(say("place.across_lead", count=int(across)))
    return said


def _depending(place: Place, names: Mapping[str, str], say: Say) -> list[str]:
    """Say who reaches the city only through it, and through whom alone it does."""
    said, through = [], []
    for row in place.go_betweens.to_dict("records"):
        if row["go_between"] == place.actor:
            behind = ", ".join(names[one] for one in row["actors"])
            said.append(say("place.go_between", names=behind))
        if place.actor in row["actors"]:
            through.append(names[row["go_between"]])
    if through:
        said.append(say("place.behind", names=", ".join(through)))
    for row in place.bridges.to_dict("records"):
        if place.actor in {row["near"], row["far"]}:
            other = row["far"] if place.actor == row["near"] else row["near"]
            said.append(say("place.bridge", name=names[other], count=row["number"]))
    return said


def written_p(p: float) -> str:
    """Write a p so that it never reads as another side of 0.05 than it is.

    Examples
    --------
    >>> written_p(0.0004), written_p(0.0496), written_p(0.31)
    ('< 0.001', '0.049', '0.31')
    """
    if p < 0.001:
        return "< 0.001"
    return f"{int(p * 1000) / 1000:.3f}" if p < 0.1 else f"{p:.2f}"


def _plain(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}".replace("-", "\u2212")


def _share(value: float | None) -> str:
    return "-" if value is None else f"{value:.0%}"
