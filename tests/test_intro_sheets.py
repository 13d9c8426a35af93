"""On paper: whom to call and what to say; nothing that was said of one organization."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import cast

from mapping import drawing_introduction, style, words
from mapping.drawing_introduction import Bar, Sign
from mapping.intro_served import Served
from mapping.intro_shared import Common
from mapping.intro_sheets import Sheet, page
from mapping.intro_who import Introducer
from mapping.introductions import Introductions, Suggestion
from mapping.pages._introduce_list import that_may_leave
from mapping.pages._introduce_pair import _bars
from mapping.pages._introduce_words import Shown
from mapping.personas import Persona

EVIL = "<script>{{7*7}}</script>"


def sheet(*between: str) -> Sheet:
    contacts = tuple((name, "") for name in between)
    return Sheet(a="Clinic", b=EVIL, between=between, why=("Near each other.",), contacts=contacts)


def test_each_call_says_whom_to_ring_and_what_to_say() -> None:
    for lang in words.languages():
        for between, calls in ((("Mission",), 1), (("Mission", "Desk"), 1), ((), 2)):
            made = page([sheet(*between)], city="Town", lang=lang)
            assert "<script" not in made
            assert made.count("&lt;script&gt;") >= 2
            assert made.count("<h2>") == calls + 2
            assert f'dir="{words.direction(lang)}"' in made
    assert "Call Mission" in page([sheet("Mission")], city="Town", lang="en")
    for contact, way in (("m@example.org", "Write to"), ("m@example.org 040 5550123", "Call")):
        one = replace(sheet("Mission"), contacts=(("Mission", contact),))
        assert f"{way} Mission" in page([one], city="Town", lang="en")


def test_the_picture_escapes_names_and_stands_the_right_way_round() -> None:
    two = Sign(name=EVIL, form="round"), Sign(name="Clinic", form="unknown")
    bars = [Bar(name="now", low=0, high=4, said="few"), Bar(name="then", low=40, high=90, said="")]
    for rtl in (False, True):
        made = drawing_introduction.pair(
            two,
            [Sign(name="Mission", form="city"), Sign(name="Desk", form="square")],
            bars,
            words={"new": "new", "you": "you"},
            tokens=style.colours(),
            of=100,
            rtl=rtl,
        )
        assert "<script" not in made
        first = made.index("&lt;script"), made.index(">Clinic<")
        assert first[0] < first[1]
        assert ('direction="rtl"' in made) == rtl
    assert made.count("<circle") == 1


def test_no_label_of_a_bar_is_cut_off_at_an_edge() -> None:
    two = Sign(name="A", form="round"), Sign(name="B", form="square")
    for lang in words.languages():
        names = [words.say(f"introduce.picture_{one}", lang) for one in ("now", "then")]
        said = words.say("gaps.range", lang, low="3,910", high="12,345")
        for rtl in (False, True):
            made = drawing_introduction.pair(
                two,
                [],
                [Bar(name=name, low=10, high=20, said=said) for name in names],
                words={"new": "", "you": ""},
                tokens=style.colours(),
                of=20,
                rtl=rtl,
            )
            for name in (*names, said):
                at = made[: made.index(f">{name}<")].rsplit("<text", 1)[1]
                x, anchor = float(at.split('x="')[1].split('"')[0]), at.split('anchor="')[1]
                # an Arabic picture runs the other way: the end of a text is its left side
                room = x if anchor.startswith("end") != rtl else drawing_introduction.WIDE - x
                assert room >= 0.56 * 15 * len(name), (lang, name)


def test_bars_stand_only_where_now_and_with_the_tie_look_different() -> None:
    shown = Shown(found=cast("Introductions", None), names={}, presenting=False)
    for after, alike in (((0.0, 15.0), True), ((9.0, 10.0), True), ((0.0, 40.0), False)):
        one = Served(
            persona=Persona(category="health"),
            provider="a",
            through=(),
            doubted=False,
            low=0.0,
            high=after[1] - 10.0,
            before=(0.0, 10.0),
            after=after,
            of=(900.0, 1000.0),
        )
        bars, _ = _bars(shown, cast("Suggestion", SimpleNamespace(served=(one,))))
        assert (not bars) == alike


def test_a_sheet_names_nobody_of_the_desk_alone_not_even_as_one_of_a_row() -> None:
    row = Common(code="course", values={"row": ("a", "b", "quiet")})
    near = Common(code="near", values={"metres": 200.0, "district": None})
    ways = (
        Introducer(actors=("c",), strength=2, confirmed=0),
        Introducer(actors=("quiet",), strength=1, confirmed=0),
    )
    one = Suggestion(
        a="a",
        b="b",
        kind="refers_to",
        served=(),
        instead=(),
        ways=(),
        common=(row, near),
        reach=0.0,
        introducers=ways,
        joins=False,
        most=0.1,
        opened=None,
        ask_first=(),
    )
    through_quiet = replace(one, introducers=ways[1:])
    asked = replace(one, ask_first=("c",))
    named = {"a": "A", "b": "B", "c": "C"}
    (kept,) = that_may_leave([one, through_quiet, asked], named)
    assert (kept.common, kept.introducers) == ((near,), ways[:1])
