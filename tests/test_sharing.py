"""Who may be named outside: rules, and a file that cannot tell of anybody else."""

from __future__ import annotations

import re
from typing import Any

import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st

from mapping import sharing
from mapping.network_file import VIEWS, File, Told
from mapping.words import say
from tests.helpers.sampled import examples
from tests.helpers.shared_town import MARK, SharedTown, actor, opened

TOLD = Told(city="Town", day="2026-11-22", counted="All ties.", sources=(), is_invented=True)
STAYS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"consent_shared": False}, "not_shared"),
    ({"consent_shared": False, "kind": "informal_group"}, "not_shared"),
    ({"at_risk": True}, "at_risk"),
    ({"at_risk": True, "consent_shared": True}, "at_risk"),
    ({"kind": "informal_group"}, "informal"),
    ({"kind": "informal_group", "at_risk": False}, "informal"),
    ({"at_hidden": True}, "protected"),
    ({"at_hidden": True, "consent_shared": True}, "protected"),
    ({"name": "Friends of Plain 0"}, "name_tells"),
    ({"name": "Call 0660 123 45 67"}, "name_tells"),
    ({"name": f"Club at {MARK} street 3"}, "name_tells"),
)
LEAVES: tuple[dict[str, Any], ...] = (
    {},
    {"consent_shared": True},
    {"at_risk": False},
    {"kind": "informal_group", "consent_shared": True},
    {"at_hidden": True, "consent_shared": True, "at_risk": False},
    {"kind": "municipality"},
    {"name": "Plainer 01"},
)


def leaves_of(town: SharedTown) -> sharing.Leaves:
    return sharing.what_leaves(*town.tables, town.read)


@pytest.mark.parametrize(("facts", "rule"), STAYS)
def test_who_is_left_out_is_left_out_by_the_first_rule_that_holds(
    facts: dict[str, Any], rule: str
) -> None:
    # the first actor refuses: its name is one that others may hold; the last only has an address
    town = SharedTown([{"consent_shared": False}, facts, {}, {}], [(1, 2)])
    left = leaves_of(town).left_out
    assert actor(1) in left[rule]
    assert leaves_of(town).ties.empty


@pytest.mark.parametrize("facts", LEAVES)
def test_who_may_be_named_leaves_with_its_ties(facts: dict[str, Any]) -> None:
    leaves = leaves_of(SharedTown([{"consent_shared": False}, facts, {}], [(1, 2), (0, 1)]))
    assert leaves.count == 1
    assert len(leaves.organizations) == 2
    assert len(leaves.ties) == 1


def test_of_who_agreed_the_services_at_protected_places_still_stay() -> None:
    agreed = {"at_hidden": True, "consent_shared": True, "at_risk": False}
    leaves = leaves_of(SharedTown([agreed, {}], []))
    assert leaves.organizations["name"].tolist() == ["Plain 0", "Plain 1"]
    assert leaves.services["organization_id"].tolist() == ["2"]
    assert leaves.languages["service_id"].tolist() == leaves.services["id"].tolist()


def test_who_refused_to_be_shown_at_all_is_not_even_counted_and_its_name_protected() -> None:
    town = SharedTown([{"consent_shown": False}, {"name": "Friends of plain  0"}, {}], [(0, 2)])
    leaves = leaves_of(town)
    assert leaves.left_out == {"name_tells": (actor(1),)}
    assert leaves.organizations["name"].tolist() == ["Plain 2"]


def test_actors_get_fresh_numbers_in_the_order_of_their_names() -> None:
    town = SharedTown(
        [{"name": "Cedar"}, {"name": "amal"}, {"name": "Baran"}, {"name": "amal"}], []
    )
    table = leaves_of(town).organizations
    assert table["id"].tolist() == ["1", "2", "3", "4"]
    assert table["name"].tolist() == ["amal", "amal (2)", "Baran", "Cedar"]


@pytest.mark.parametrize(
    ("count", "key"),
    [(0, "none"), (1, "some"), (4, "some"), (5, "count"), (12, "count")],
)
def test_how_many_are_left_out_is_a_number_from_five_on_only(count: int, key: str) -> None:
    town = SharedTown([{"at_risk": True}] * count + [{}], [])
    page = File(leaves_of(town), "list", TOLD, "en").html()
    assert say(f"network.share_left_{key}", "en", count=count) in page


actors = st.lists(
    st.one_of(st.sampled_from([facts for facts, _ in STAYS[:8]]), st.sampled_from(LEAVES[:6])),
    min_size=1,
    max_size=9,
)


@settings(max_examples=examples(12), deadline=None)
@given(data=st.data())
def test_no_file_holds_anything_of_who_is_left_out_nor_shows_that_it_was_there(data: Any) -> None:
    facts = [
        # whoever stays has a name of its own that nothing else may hold
        one | ({"name": f"{MARK} name {at}"} if one in [stays for stays, _ in STAYS] else {})
        for at, one in enumerate(data.draw(actors))
    ]
    number = st.integers(0, len(facts) - 1)
    town = SharedTown(facts, data.draw(st.lists(st.tuples(number, number), max_size=14)))
    leaves = leaves_of(town)
    gone = [one for those in leaves.left_out.values() for one in those]
    assert set(gone) == {actor(at) for at, one in enumerate(facts) if "name" in one}
    if leaves.organizations.empty:  # then the page offers no file
        return
    alone = leaves_of(town.without(gone))
    for view in VIEWS:
        file, other = (File(one, view, TOLD, "en") for one in (leaves, alone))
        for mine, plain in ((file.html(), other.html()), (file.svg(), other.svg())):
            assert MARK not in mine
            # the very same file as if they had never been there, but for one sentence
            assert _but_for_the_count(mine, len(gone)) == _but_for_the_count(plain, 0)


def _but_for_the_count(text: str, count: int) -> str:
    sentence = say(sharing.left_out_said(count), "en", count=count)
    # in a drawing the sentence is broken into lines, and moves what stands below it
    whole = text.replace(sentence, "")
    return whole if whole != text else _inner(text)


def _inner(svg: str) -> str:
    return svg[svg.index("<g transform=") : svg.rindex("</g>")]


def test_the_files_themselves_hold_nothing_of_who_is_left_out_in_any_coding() -> None:
    facts = [{**one, "name": f"{MARK} name {at}"} for at, (one, _) in enumerate(STAYS[:8])]
    town = SharedTown(
        [*facts, *LEAVES, {"name": "بيت <b>&amp;{{7*7}} 日本"}],
        [(at, (at * 5 + 8) % 16) for at in range(16)],
    )
    file = File(leaves_of(town), "picture", TOLD, "ar", is_sized=True)
    for kind in ("html", "svg", "png"):
        whole = opened(file.written(kind))
        assert MARK not in whole
        assert "10.1234" not in whole
        assert "56.7654" not in whole
    # a picture holds no words besides what is drawn
    assert not {"tEXt", "zTXt", "iTXt", "eXIf", "tIME"} & set(whole.split("\n"))


def test_a_page_runs_nothing_fetches_nothing_and_writes_names_as_text() -> None:
    hostile = "<script>top.x=1</script>\"'><img src=//evil.example/x>"
    town = SharedTown([{"name": hostile, "reply": hostile}, {}], [(0, 1)])
    page = File(leaves_of(town), "picture", TOLD, "en", is_sized=True).html()
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;" in page
    assert page.count("http") == 2  # the name of what SVG is, and http-equiv
    assert "default-src 'none'" in page
    for view in VIEWS:  # and every drawing can be read by whatever reads XML
        drawing = File(leaves_of(town), view, TOLD, "en", is_sized=True).svg()
        assert ElementTree.fromstring(drawing).tag.endswith("svg")


def test_a_place_in_the_network_leaves_only_with_the_reply_of_whom_it_is_about() -> None:
    star = [(0, at) for at in range(1, 5)] + [(5, 4)]
    silent = SharedTown([{}] * 6, star)
    sized = File(leaves_of(silent), "picture", TOLD, "en", is_sized=True)
    assert sized.html() == File(leaves_of(silent), "picture", TOLD, "en").html()
    town = SharedTown([{}, {}, {}, {}, {"reply": "We are glad of it."}, {}], star)
    told = File(leaves_of(town), "picture", TOLD, "en", is_sized=True).html()
    assert "We are glad of it." in told
    assert "We are glad of it." not in File(leaves_of(town), "picture", TOLD, "en").html()
    # the one in the middle of the star said nothing: it is as small as the others
    assert len(set(_sides(told))) == 2
    assert _sides(told).count(max(_sides(told))) == 1


def _sides(page: str) -> list[str]:
    """Give the size of every actor's sign: all are drawn in squares or circles of one size."""
    signs = re.findall(
        r"</title><(?:rect|circle)[^>]*?(?: r=\"([\d.]+)\"| width=\"([\d.]+)\")", page
    )
    return [str(round(float(r) if r else float(across) / 1.8, 0)) for r, across in signs]


@pytest.mark.parametrize("words", ["Ask Plain 0 about it", "Write to us: a@b.example"])
def test_a_reply_that_names_somebody_left_out_or_a_contact_is_none(words: str) -> None:
    town = SharedTown([{"at_risk": True}, {"reply": words}], [(0, 1)])
    leaves = leaves_of(town)
    assert (leaves.replies, leaves.unfit_replies) == ({}, 1)


def test_a_sign_that_nobody_sees_hides_no_name() -> None:
    secret = {
        "at_risk": True,
        "name": "Ca\u0301fe\u200b Noor",
    }  # an accent of its own, and no width
    town = SharedTown([secret, {"name": "Friends of C\u00e1fe No\u2060or"}, {}], [(1, 2)])
    assert leaves_of(town).left_out == {"at_risk": (actor(0),), "name_tells": (actor(1),)}


def test_only_licences_of_what_leaves_are_named() -> None:
    refused = {"consent_shown": False, "name": "Refused House"}
    town = SharedTown(
        [
            {"at_risk": True, "import_id": "two"},
            {"import_id": "one"},
            {"import_id": "three"},
            refused,
        ],
        [],
    )
    town.rows["imports"] = [
        {"id": "one", "licence": "CC BY 4.0"},
        {"id": "three", "licence": "a list of the REFUSED  house"},
        {"id": "two", "licence": f"{MARK} list"},
    ]
    organizations, _ = town.tables
    assert sharing.sources(organizations, [actor(0)], town.read) == ["CC BY 4.0"]
