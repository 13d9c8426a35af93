"""What a map fetches is kept once, found by its hash, and dropped when room runs out."""

from __future__ import annotations

import gzip
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.applications import Starlette
from starlette.testclient import TestClient

from mapping import served
from mapping.phone import served as door


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=[*door.routes()]))


def test_an_address_is_absolute_on_our_server_and_names_the_hash_of_the_content() -> None:
    address = served.publish(b"[1,2]", kind="json")
    assert address == f"/desk/served/{hashlib.sha256(b'[1,2]').hexdigest()[:40]}.json"


def test_the_same_content_is_kept_once() -> None:
    shelf = served.Shelf()
    assert shelf.publish(b"a" * 100, kind="js") == shelf.publish(b"a" * 100, kind="js")
    assert len(shelf._kept) == 1  # noqa: SLF001 - how many are kept is the claim


def test_the_longest_unused_goes_first_and_a_look_counts_as_use() -> None:
    one = len(gzip.compress(bytes(range(200)), mtime=0))
    shelf = served.Shelf(room_bytes=2 * one + 10)
    names = [
        shelf.publish(bytes((n + i) % 256 for i in range(200)), kind="json").rpartition("/")[2]
        for n in (0, 1)
    ]
    assert shelf.find(names[0]) is not None
    shelf.publish(bytes((9 + i) % 256 for i in range(200)), kind="json")
    assert shelf.find(names[0]) is not None
    assert shelf.find(names[1]) is None


def test_content_larger_than_all_room_is_still_served_as_the_newest() -> None:
    shelf = served.Shelf(room_bytes=1)
    name = shelf.publish(b"large", kind="css").rpartition("/")[2]
    assert shelf.find(name) is not None


@given(st.lists(st.binary(max_size=40), max_size=30))
def test_what_is_found_is_what_was_published(contents: list[bytes]) -> None:
    shelf = served.Shelf()
    names = [shelf.publish(one, kind="json").rpartition("/")[2] for one in contents]
    for name, content in zip(names, contents, strict=True):
        found = shelf.find(name)
        assert found is not None
        assert gzip.decompress(found.packed) == content


def test_only_three_kinds_are_served() -> None:
    with pytest.raises(KeyError):
        served.publish(b"<p>", kind="html")


def test_a_number_that_no_browser_reads_is_refused() -> None:
    with pytest.raises(ValueError, match="JSON compliant"):
        served.publish_json([float("nan")])


def test_the_route_gives_json_packed_and_cacheable_for_ever(client: TestClient) -> None:
    answer = client.get(served.publish_json({"name": "Café \u200f مركز"}))
    assert answer.status_code == 200
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "private, max-age=31536000, immutable"
    assert answer.json() == {"name": "Café \u200f مركز"}


def test_a_client_without_gzip_gets_the_bytes_as_they_are(client: TestClient) -> None:
    answer = client.get(served.publish_json([1]), headers={"accept-encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert json.loads(answer.content) == [1]


@pytest.mark.parametrize("name", ["0.json", "..%2f..%2fetc%2fpasswd", "%00", "a" * 3000])
def test_what_was_never_published_is_not_found(client: TestClient, name: str) -> None:
    answer = client.get(f"/desk/served/{name}")
    assert answer.status_code == 404
    assert answer.headers.get("cache-control", "no-store") == "no-store"
