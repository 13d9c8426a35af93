"""Where one language is left out at one time of the week, and the others are not.

A city has hundreds of gaps; the one worth opening a page with is the one that a single combination
shows. For every kind of help, language and time of the week the people not reached are compared
with the worst other language at that time and with the best other time in that language. No table
counts people by language: a group born where the language is spoken stands for them, and is named.
"""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd

from layers.streets import Floats
from layers.vocab import CATEGORY
from mapping.city import City, People
from mapping.few import FEW
from mapping.gaps import share_range
from mapping.needs import EVERYONE, Need
from mapping.offers import EXCLUDED, Flags, primary

TIMES: Final = ("daytime", "evening", "weekend")
ORIGIN: Final = ("birthplace", "citizenship", "background")
# Countries where a language is spoken by many, the most telling first (ISO 3166). Only to find a
# group of the population tables that may stand for its speakers; none of them is its only home.
_COUNTRIES: Final = MappingProxyType(
    {
        "am": "et", "ar": "sy iq lb ma", "az": "az", "bg": "bg", "bn": "bd", "bs": "ba",
        "ckb": "iq", "de": "de at", "el": "gr", "es": "es co ve", "fa": "ir", "fil": "ph",
        "fr": "fr sn ci", "hi": "in", "hr": "hr", "hu": "hu", "hy": "am", "id": "id", "it": "it",
        "ka": "ge", "ku": "tr iq", "kmr": "tr sy", "lt": "lt", "lv": "lv", "mk": "mk", "ne": "np",
        "om": "et", "pa": "in pk", "pl": "pl", "prs": "af", "ps": "af", "pt": "pt br", "ro": "ro",
        "ru": "ru", "rw": "rw", "si": "lk", "sk": "sk", "so": "so", "sq": "al xk", "sr": "rs",
        "sw": "tz ke", "ta": "lk", "th": "th", "ti": "er et", "tr": "tr", "uk": "ua", "ur": "pk",
        "uz": "uz", "vi": "vn", "wo": "sn", "yo": "ng", "zh": "cn",
    }
)  # fmt: skip


def proxy(city: City, language: str) -> str | None:
    """Find a counted group that may stand for the speakers of a language.

    It is one of origin (place of birth, citizenship, background) whose ``id`` ends in the ISO code
    of a country where the language is widely spoken, such as ``born_er`` for Tigrinya. Place of
    birth is not language: say so wherever it is used.
    """
    rows = city.read("population_groups")
    origin = rows.loc[rows["dimension"].isin(ORIGIN), "id"].tolist()
    counted = set(city.groups())
    for country in _COUNTRIES.get(primary(language), "").split():
        for code in origin:
            if code in counted and code.lower().rpartition("_")[2] == country:
                return str(code)
    return None


def communities(city: City) -> list[str]:
    """Name the languages of the communities that organizations and assets belong to."""
    tags: set[str] = set()
    for table in ("organizations", "assets"):
        for several in city.read(table)["communities"]:
            tags |= {primary(tag) for tag in several or () if isinstance(tag, str)}
    return sorted(tags)


def differences(city: City, *, minutes: float = 15.0) -> pd.DataFrame:
    """Rank what is missing in one language at one time, and only there.

    Parameters
    ----------
    city
        Needs communities, languages of services, and groups that may stand for them.
    minutes
        The longest walk.

    Returns
    -------
    ranking
        ``category``, ``language``, ``when``, ``group``; ``people`` of the group; ``low``: people
        of it not reached for certain; ``stands_out``: how many of them that is more than if the
        group were served like the worst served other one at that time, and more than in its own
        best other time; largest first. Both comparisons lean against us: here only what is
        certainly missing counts, there everything that may be missing. Rows under five people,
        and those where more than half of the hours or languages are unknown, are left out.
    """
    groups = _proxies(city)
    columns = ["category", "language", "when", "group", "people", "low", "stands_out"]
    if not comparable(city):
        return pd.DataFrame(columns=columns)
    certain, possible, served, known = _questions(city, list(groups), _level(city, groups))
    low, high = _missing(city, groups, minutes, (certain, possible, served))
    rows = []
    people = np.array([_total(city.people(group)[1]) for group in groups.values()])
    for at, tag in enumerate(groups):
        others = np.delete(high, at, axis=1).max(axis=1)  # (categories, times)
        for time, when in enumerate(TIMES):
            own_best = np.delete(high[:, at], time, axis=1).min(axis=1)
            more = low[:, at, time] - np.maximum(others[:, time], own_best)
            rows += [
                (category, tag, when, groups[tag], people[at], low[c, at, time], more[c])
                for c, category in enumerate(CATEGORY)
                if known[c, at, time] and more[c] * people[at] > FEW
            ]
    found = pd.DataFrame(rows, columns=columns)
    for name in ("low", "stands_out"):
        found[name] = np.floor((found[name] * found["people"]).astype(float).round(6)).astype(int)
    return found.sort_values("stands_out", ascending=False, kind="stable").reset_index(drop=True)


def comparable(city: City) -> bool:
    """Tell whether there is anything to compare: two communities, and languages of services."""
    return len(_proxies(city)) > 1 and bool(city.offers.spoken)


def _proxies(city: City) -> dict[str, str]:
    return {tag: group for tag in communities(city) if (group := proxy(city, tag))}


def suggest(city: City) -> Need:
    """Choose what to open the page with: the largest difference, else the largest gap.

    Examples
    --------
    A city where nobody counted communities opens with the help that most people cannot reach.
    """
    ranking = differences(city)
    if len(ranking):
        first = ranking.iloc[0]
        return Need(
            category=first["category"],
            language=first["language"],
            when=first["when"],
            group=first["group"],
        )
    group = EVERYONE if EVERYONE in city.groups() else next(iter(city.groups()), EVERYONE)
    offered = [one for one in CATEGORY if city.offers.table["category"].eq(one).any()]
    if not offered or not city.groups():
        return Need(category=offered[0] if offered else CATEGORY[0], group=group)
    return Need(category=max(offered, key=lambda one: _worst(city, one, group)), group=group)


def _worst(city: City, category: str, group: str) -> float:
    level, people = city.people(group)
    judged = city.offers.judge(Need(category=category, group=group))
    here = judged.loc[judged["place"].eq("point") & judged["verdict"].ne(EXCLUDED), "point"]
    places = np.zeros((len(city.offers.points), 1), dtype=np.bool_)
    places[here.to_numpy()] = True
    _, high = city.shares(level, Need(category=category).minutes, places, places)
    return float(np.nansum(people.low * (1 - high[:, 0])))


def _level(city: City, groups: dict[str, str]) -> dict[str, str]:
    return {tag: city.people(group)[0] for tag, group in groups.items()}


def _questions(
    city: City, tags: list[str], levels: dict[str, str]
) -> tuple[Flags, Flags, dict[str, Flags], Flags]:
    """Judge every category in every language at every time at once.

    Returns places that fit for certain and perhaps (p, categories, languages, times), areas
    served perhaps (by level), and whether enough is known to say anything.
    """
    offers = city.offers
    shape = (len(CATEGORY), len(tags), len(TIMES))
    certain = np.zeros((len(offers.points), *shape), dtype=np.bool_)
    possible = np.zeros_like(certain)
    known = np.zeros(shape, dtype=np.bool_)
    served = {
        level: np.zeros((len(city.homes(level).areas), *shape), dtype=np.bool_)
        for level in set(levels.values())
    }
    code = {"yes": 1.0, "no": 0.0, "over": 0.0}
    answers = {when: np.array(offers.hours(when), dtype=object) for when in TIMES}
    hours = {
        when: np.array([code.get(one, np.nan) for one in said]) for when, said in answers.items()
    }
    spoken = {tag: offers.language(tag) for tag in tags}
    table = offers.table
    point, area_ids = table["point"].to_numpy(), table["area_id"].to_numpy(dtype=object)
    on_point = table["place"].eq("point").to_numpy()
    in_area = table["place"].eq("area").to_numpy()
    for c, t, w in np.ndindex(shape):
        when, tag = TIMES[w], tags[t]
        mine = (table["category"].eq(CATEGORY[c]) & ~table["ended"]).to_numpy()
        sure = mine & (hours[when] == 1) & (spoken[tag] == 1)
        fits = mine & (hours[when] != 0) & (spoken[tag] != 0)
        certain[point[sure & on_point], c, t, w] = True
        possible[point[fits & on_point], c, t, w] = True
        blank = max(
            (mine & (answers[when] == "unknown")).sum(), (mine & np.isnan(spoken[tag])).sum()
        )
        known[c, t, w] = mine.any() and blank <= mine.sum() / 2
        for area_id in set(area_ids[fits & in_area]):
            for level, areas in served.items():
                areas[:, c, t, w] |= city.inside(level, area_id)
    return certain, possible, served, known


def _missing(
    city: City,
    groups: dict[str, str],
    minutes: float,
    questions: tuple[Flags, Flags, dict[str, Flags]],
) -> tuple[Floats, Floats]:
    """Share of each group not reached, at least and at most: (categories, groups, times)."""
    certain, possible, served = questions
    shape = certain.shape[1:]
    low, high = np.ones(shape), np.ones(shape)
    for t, group in enumerate(groups.values()):
        level, people = city.people(group)
        sure, maybe = (places[:, :, t].reshape(len(places), -1) for places in (certain, possible))
        reached_low, reached_high = city.shares(level, minutes, sure, maybe)
        around = served[level][:, :, t].reshape(len(reached_high), -1)
        reached_high = np.where(around, 1.0, reached_high)
        counted = ~np.isnan(people.low)
        bounds = [
            share_range(
                1 - reached_high[counted, q],
                1 - reached_low[counted, q],
                people.low[counted],
                people.high[counted],
            )
            for q in range(sure.shape[1])
        ]
        at_least, at_most = np.nan_to_num(np.array(bounds), nan=1.0).T
        low[:, t], high[:, t] = at_least.reshape(shape[0], -1), at_most.reshape(shape[0], -1)
    return low, high


def _total(people: People) -> float:
    return float(np.nansum(people.low))


def by_need(ranking: pd.DataFrame, *, most: int) -> Iterable[tuple[Need, int]]:
    """Give the first rows of a ranking as needs to open, with the people they stand out by."""
    names = ["category", "language", "when", "group", "stands_out"]
    for category, language, when, group, count in ranking[names].head(most).itertuples(index=False):
        yield Need(category=category, language=language, when=when, group=group), int(count)
