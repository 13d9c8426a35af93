"""Whether a few are tied to nearly everybody while the others have hardly a tie among them.

Borgatti and Everett's (1999) core and periphery, searched for with a fixed seed, beside the best
that random networks of as many ties give. Formula, source and limits: ``docs/method-network.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import sparse

from layers.importing.watch import Watch
from mapping import chance
from mapping.adjacency import Actors, Floats, Ints, Node, arcs_of, pairs_of
from mapping.chance import Found

_EXACT: Final = 12  # actors; all 2^12 choices are tried
_SWEPT: Final = 100  # actors; every size of the core is tried
_STARTS: Final = 2
# Random networks by number of actors: each of them is searched as the network itself is.
_DRAWS: Final = ((_SWEPT, 199), (1000, 99), (float("inf"), 49))

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """The best core found.

    Attributes
    ----------
    members
        In the order of the graph; empty where none is defined (fewer than two actors, no ties or
        all of them).
    fit
        Pearson's r between ties and the ideal, in which exactly the pairs with an end in the core
        are tied; ``counted`` of ``of`` tied pairs have one. ``expected`` and ``p`` are of the best
        fits found in random networks; p is one-sided: as high or higher.
    migrant_led, women_led
        Members known to be; an unknown one is not counted.
    """

    members: tuple[Node, ...]
    fit: Found
    migrant_led: int
    women_led: int

    @property
    def is_clear(self) -> bool:
        """Whether the fit is better than chance gives."""
        return self.fit.claim == "more"


def core_periphery(graph: Actors, *, watch: Watch | None = None) -> Core:
    """Look for the core that fits best, and say whether chance would give as good a one.

    Parameters
    ----------
    graph
        As for ``mapping.network.measures``; direction, strength and loops are not used.
    watch
        Told of progress, and stops the work.

    Notes
    -----
    With k in the core and T ties that touch it, r depends on k and T alone; so for each k the most
    ties are looked for. Up to 12 actors all choices are tried. Up to 100, for every k from 1
    up and from n down: one more (one less), then exchanges of two while they touch more ties.
    Beyond: those with most ties, then one in, one out or an exchange while the fit grows.

    Examples
    --------
    >>> import networkx as nx
    >>> core_periphery(nx.star_graph(5)).members
    (0,)
    """
    arcs = arcs_of(graph)
    n = arcs.shape[0]
    one, other, _ = pairs_of(arcs)
    possible = n * (n - 1) // 2
    tied = len(np.union1d(one, other))
    few = chance.too_few(actors=tied, ties=len(one))
    if not 0 < len(one) < possible:
        none = Found(name="core", value=None, n=n, of=len(one), too_few=few)
        return Core(members=(), fit=none, migrant_led=0, women_led=0)
    core, fit = best_core(n, one, other)
    expected = p = None
    if few is None:
        drawn = _drawn(n, len(one), watch)
        expected, p = float(drawn.mean()), chance.above(fit, drawn)
        if fit < expected:  # worse than chance is no core either
            p = max(p, chance.CLEAR)
    nodes = list(graph)
    members = tuple(nodes[i] for i in np.flatnonzero(core))
    about = [graph.nodes[node] for node in members]
    return Core(
        members=members,
        fit=Found(
            name="core",
            value=fit,
            expected=expected,
            p=p,
            n=n,
            counted=int((core[one] | core[other]).sum()),
            of=len(one),
            too_few=few,
        ),
        migrant_led=sum(known.get("migrant_led") is True for known in about),
        women_led=sum(known.get("women_led") is True for known in about),
    )


def best_core(n: int, one: Ints, other: Ints) -> tuple[Bools, float]:
    """Give the core with the best fit, and the fit; there must be a tie, and a pair without one."""
    if n <= _EXACT:
        return _by_trying_all(n, one, other)
    if n <= _SWEPT:
        return _swept(n, one, other)
    shape = (n, n)
    ends = (np.concatenate([one, other]), np.concatenate([other, one]))
    ties = sparse.csr_array((np.ones(len(ends[0])), ends), shape=shape)
    degrees = np.diff(ties.indptr)
    rng = np.random.default_rng(chance.SEED)
    best, best_fit = np.zeros(n, dtype=bool), -np.inf
    for start in range(_STARTS):
        # Actors with as many ties in another order, then degrees a little off: start elsewhere.
        noise = rng.random(n) * (0.3 * degrees.mean() if start else 0.5)
        order = np.argsort(-(degrees + noise), kind="stable")
        core, fit = _climbed(ties, _best_first(n, one, other, order), len(one))
        if fit > best_fit + 1e-12:
            best, best_fit = core, fit
    return best, best_fit


def _fits(n: int, ties: int, size: npt.ArrayLike, touched: npt.ArrayLike) -> Floats:
    """Give Pearson's r for cores of these sizes that touch so many ties; -1 where undefined."""
    k, t = np.asarray(size, dtype=float), np.asarray(touched, dtype=float)
    pairs = n * (n - 1) / 2
    ideal = k * (k - 1) / 2 + k * (n - k)
    spread = ties * (pairs - ties) * ideal * (pairs - ideal)
    r = np.full(np.broadcast(k, t).shape, -1.0)
    np.divide(pairs * t - ties * ideal, np.sqrt(spread), out=r, where=spread > 0)
    return r


def _by_trying_all(n: int, one: Ints, other: Ints) -> tuple[Bools, float]:
    choices = np.arange(1, 2**n)
    members = (choices[:, None] >> np.arange(n)) & 1
    touched = (members[:, one] | members[:, other]).sum(axis=1)
    fits = _fits(n, len(one), members.sum(axis=1), touched)
    at = int(fits.argmax())
    return members[at].astype(bool), float(fits[at])


def _best_first(n: int, one: Ints, other: Ints, order: Ints) -> Bools:
    """Take the first k of an order, with the k that fits best."""
    place = np.empty(n, dtype=np.int64)
    place[order] = np.arange(n)
    touched = np.cumsum(np.bincount(np.minimum(place[one], place[other]), minlength=n))
    fits = _fits(n, len(one), np.arange(1, n + 1), touched)
    core = np.zeros(n, dtype=bool)
    core[order[: int(fits.argmax()) + 1]] = True
    return core


def _swept(n: int, one: Ints, other: Ints) -> tuple[Bools, float]:
    """Try every size of the core: one more at a time, then one less, each time exchanging."""
    ties = np.zeros((n, n))
    ties[one, other] = ties[other, one] = 1
    core = np.zeros(n, dtype=bool)
    alone = ties.sum(axis=1)  # ties to others than the core
    touched, size = 0.0, 0
    best, best_fit = core, -np.inf

    def turn(actor: int) -> float:
        """Let one in or out, and give how many ties more are touched."""
        core[actor] = not core[actor]
        alone[:] += -ties[actor] if core[actor] else ties[actor]
        return float(alone[actor] if core[actor] else -alone[actor])

    for step in range(2 * (n - 1)):
        grows = step < n - 1
        gained, lost = np.where(core, -np.inf, alone), np.where(core, alone, np.inf)
        touched += turn(int(gained.argmax() if grows else lost.argmin()))
        size += 1 if grows else -1
        while 0 < size < n:
            inner, outer = np.flatnonzero(core), np.flatnonzero(~core)
            gain = alone[outer] - alone[inner][:, None] + ties[np.ix_(inner, outer)]
            out, into = np.unravel_index(gain.argmax(), gain.shape)
            if gain[out, into] <= 0:
                break
            touched += turn(int(inner[out])) + turn(int(outer[into]))
        fit = float(_fits(n, len(one), size, touched))
        if fit > best_fit + 1e-12:
            best, best_fit = core.copy(), fit
    return best, best_fit


def _climbed(ties: sparse.csr_array[Any, Any], core: Bools, count: int) -> tuple[Bools, float]:
    """Add, drop or exchange one at a time while the fit grows.

    ``alone`` counts the ties of each actor to others than the core: what it adds to the ties that
    are touched by entering, and takes from them by leaving.
    """
    n = len(core)
    core = core.copy()
    alone = np.diff(ties.indptr) - ties @ core.astype(float)
    size = int(core.sum())
    touched = count - float(alone[~core].sum()) / 2
    fit = float(_fits(n, count, size, touched))
    while True:
        enter = int(np.where(core, -np.inf, alone).argmax())
        leave = int(np.where(core, alone, np.inf).argmin())
        # Who leaves goes first: its ties to those outside count for them again.
        after = alone.copy()
        after[ties.indices[ties.indptr[leave] : ties.indptr[leave + 1]]] += 1
        swap = int(np.where(core, -np.inf, after).argmax())
        moves = [
            (size + 1, touched + alone[enter], (enter,)),
            (size - 1, touched - alone[leave], (leave,)),
            (size, touched - alone[leave] + after[swap], (leave, swap)),
        ]
        fits = _fits(n, count, [move[0] for move in moves], [move[1] for move in moves])
        at = int(fits.argmax())
        if fits[at] <= fit + 1e-12:
            return core, fit
        fit = float(fits[at])
        size, touched, changed = moves[at]
        for actor in changed:
            core[actor] = not core[actor]
            near = ties.indices[ties.indptr[actor] : ties.indptr[actor + 1]]
            alone[near] += -1 if core[actor] else 1


def _drawn(n: int, ties: int, watch: Watch | None) -> Floats:
    """Find the best core of random networks of as many ties."""
    rng = np.random.default_rng(chance.SEED)
    draws = next(draws for most, draws in _DRAWS if n <= most)
    fits = np.zeros(draws)
    for draw in range(draws):
        if watch is not None:
            watch.tell("chance", draw, draws)
        fits[draw] = best_core(n, *chance.random_pairs(n, ties, rng))[1]
    return fits
