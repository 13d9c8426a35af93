"""Numbers of people in words, in the language of the desk: the same on every page."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from mapping import few, words
from mapping.pages import _shared

NARROW = "\u202f"  # French puts a narrow blank between thousands and before a percent sign


def number(count: float) -> str:
    """Write a number of people; one to four are fewer than five."""
    if count == few.FEW:
        return _shared.say("gaps.few")
    return f"{count:,.0f}".replace(",", NARROW if _shared.lang() == "fr" else ",")


def plainly() -> Callable[[int], str]:
    """Give what writes whole numbers as here where no desk can be asked, such as into a file."""
    thousands = NARROW if _shared.lang() == "fr" else ","
    return lambda count: f"{count:,}".replace(",", thousands)


def between(low: float, high: float) -> str:
    """Write a range of people, or the one number that it is."""
    if high in {low, few.FEW}:
        return number(high)
    return _shared.say("gaps.range", low=number(low), high=number(high))


def about(low: float, high: float) -> str:
    """Write a range that rests on an estimate: to two figures or tens, and called about."""
    low, high = _roughly(low), _roughly(high)
    if high <= few.FEW:
        return between(low, high)
    if low <= few.FEW:
        return _shared.say("reach.up_to_about", low=number(low), high=number(high))
    return _shared.say("reach.about", count=between(low, high))


def _roughly(count: float) -> float:
    """Round to two figures, at least to tens; nobody and fewer than five stay what they are."""
    if count <= few.FEW:
        return count
    unit = max(10, 10 ** (len(str(int(count))) - 2))
    return float(max(unit, int(count / unit + 0.5) * unit))


def percents(share: Mapping[str, float]) -> str:
    """Write a range of shares, to a tenth where one is near 0 or 1."""
    ends = (share["low"], share["high"])
    fine = any(0 < end < 0.1 or 0.9 < end < 1 for end in ends)
    low, high = (
        (f"{end:.1%}" if fine and 0 < end < 1 else f"{end:.0%}").replace(
            "%", f"{NARROW}%" if _shared.lang() == "fr" else "%"
        )
        for end in ends
    )
    return low if low == high else _shared.say("gaps.range", low=low, high=high)


def apart(text: str) -> str:
    """Keep a name or a date in its own direction inside a sentence from right to left."""
    return text if words.direction(_shared.lang()) == "ltr" else f"\u2068{text}\u2069"
