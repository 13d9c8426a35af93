# ruff: noqa: RUF001 - signs of a dozen scripts
"""Hints: what names a person or a home is marked, in twelve languages and some more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers import hints
from tests.helpers import identifiers

SEEDS = list(identifiers.seeded())
LANGUAGES = ("en", "fr", "ar", "uk", "tr", "ru", "fa", "ps", "es", "sq", "so", "ti")


def is_marked(text: str, start: int, end: int) -> bool:
    """Tell whether hints lie over at least half of a piece."""
    covered = sum(max(0, min(hint.end, end) - max(hint.start, start)) for hint in hints.find(text))
    return covered * 2 >= end - start


def missed(of: list[tuple[str, str, str, int, int]]) -> list[str]:
    return [
        f"{language} {kind}: {text}"
        for language, kind, text, start, end in of
        if not is_marked(text, start, end)
    ]


def test_nineteen_of_twenty_identifiers_are_marked() -> None:
    in_twelve = [seed for seed in SEEDS if seed[0] in LANGUAGES]
    assert len(in_twelve) >= 300
    assert len(missed(in_twelve)) <= 0.05 * len(in_twelve), missed(in_twelve)


@pytest.mark.parametrize("language", identifiers.SEEDED)
def test_no_language_is_left_behind(language: str) -> None:
    of = [seed for seed in SEEDS if seed[0] == language]
    assert len(missed(of)) <= 0.1 * len(of), missed(of)


@pytest.mark.parametrize("kind", ["name", "phone", "address", "email", "plate", "date", "school"])
def test_no_kind_is_left_behind(kind: str) -> None:
    of = [seed for seed in SEEDS if seed[1] == kind]
    assert len(missed(of)) <= 0.05 * len(of), missed(of)


def test_most_identifiers_nobody_tuned_for_are_marked() -> None:
    of = list(identifiers.unseen())
    assert len(of) >= 48
    assert len(missed(of)) <= 0.2 * len(of), missed(of)


def test_ordinary_sentences_are_mostly_left_alone() -> None:
    told = [text for texts in identifiers.ORDINARY.values() for text in texts]
    marked = [text for text in (*told, *identifiers.ORDINARY_UNSEEN) if hints.find(text)]
    assert len(marked) <= 0.1 * (len(told) + len(identifiers.ORDINARY_UNSEEN)), marked


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("0660 123 45 67", "phone"),
        ("٠٦٦٠١٢٣٤٥٦٧", "phone"),
        ("۰۹۱۲ ۱۲۳ ۴۵ ۶۷", "phone"),
        ("০১৭১২ ৩৪৫ ৬৭৮", "phone"),
        ("0.6.6.0.1.2.3.4.5.6", "phone"),
        ("zero six six zero one two three", "phone"),
        ("صفر تسعة اربعة اربعة واحد اثنين", "phone"),
        ("amina@example.org", "email"),
        ("amina at example dot org", "email"),
        ("12 March", "date"),
        ("my name is amina", "name"),
    ],
)
def test_what_is_marked_has_its_kind(text: str, kind: str) -> None:
    assert [hint.kind for hint in hints.find(text)] == [kind]


@pytest.mark.parametrize(
    "text",
    [
        "bus number 12",
        "open 18.00-22.00",
        "2019-2020",
        "two lamps",
        "112",
        "The street is dark",
        "",
    ],
)
def test_hours_years_and_buses_are_no_telephones_and_no_homes(text: str) -> None:
    assert hints.find(text) == []


@given(st.text(max_size=200))
def test_hints_are_in_order_apart_and_inside(text: str) -> None:
    found = hints.find(text)
    ends = [edge for hint in found for edge in (hint.start, hint.end)]
    assert ends == sorted(ends)
    assert all(0 <= hint.start < hint.end <= len(text) for hint in found)
    assert {hint.kind for hint in found} <= set(hints.KINDS)


PIECES = (
    *(
        "a",
        "A",
        "Aa",
        "aA",
        "1",
        "١",
        " ",
        "-",
        ".",
        "'",
        "@",
        "_",
        "é",
        "Ж",
        "ж",
        "ع",
        "ِ",
        "বা",
        "路",
        "一",
    ),
    *(
        "ات",
        "نقطة",
        "dot ",
        "شارع ",
        "rue ",
        "house ",
        "Mr ",
        "my name is ",
        "zero ",
        "12 ",
        "may ",
        "n°",
    ),
    *("straße", "Bey", "de la ", "instagram ", "plate ", "school ", "先生"),
)


@pytest.mark.parametrize("first", PIECES)
def test_no_text_holds_the_server_up(first: str) -> None:
    """A pattern that reads one word in many ways takes years for a long one: here it would hang."""
    for second in ("", *PIECES):
        text = ((first + second) * 200)[:200]
        assert all(0 <= one.start < one.end <= len(text) for one in hints.find(text))
    assert not list(hints.find("averyveryverylongwordwithoutanyplacetobreakitanywhere" * 3))


def test_every_kind_has_a_name_in_the_words() -> None:
    from mapping import words

    for lang in words.languages():
        assert all(words.say(f"hint.{kind}", lang) for kind in hints.KINDS)
