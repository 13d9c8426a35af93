"""Files of other packages: found without importing them, and nothing else is."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from mapping import assets
from mapping.phone import third_party

USED = [
    ("leaflet", "leaflet.js"),
    ("leaflet", "leaflet.css"),
    ("leaflet", "images/layers.png"),
    ("markercluster", "leaflet.markercluster.js"),
    ("jquery", "jquery.min.js"),
    ("fontawesome", "webfonts/fa-solid-900.woff2"),
    ("font", "AtkinsonHyperlegible-Regular.ttf"),
]


@pytest.fixture
def client() -> TestClient:
    return TestClient(Starlette(routes=third_party.routes()))


@pytest.mark.parametrize(("package", "name"), USED)
def test_what_our_pages_load_is_served_with_its_type(
    client: TestClient, package: str, name: str
) -> None:
    answer = client.get(assets.url(package, name))
    assert answer.status_code == 200
    assert answer.headers["content-type"].split(";")[0] == assets.media_type(name)
    assert answer.content == assets.file(package, name).read_bytes()


@pytest.mark.parametrize(
    ("package", "name"),
    [
        ("leaflet", "../__init__.py"),
        ("leaflet", "../../../xstatic/pkg/jquery/data/jquery.js"),
        ("leaflet", "/etc/passwd"),
        ("leaflet", "leaflet.js.map"),
        ("leaflet", ""),
        ("leaflet", "images"),
        ("fontawesome", "metadata/icons.json"),
        ("streamlit", "config.py"),
    ],
)
def test_nothing_else_is_served(client: TestClient, package: str, name: str) -> None:
    with pytest.raises(LookupError):
        assets.file(package, name)
    assert client.get(f"/assets/{package}/{name}").status_code == 404


def test_a_wrong_name_fails_where_it_is_written() -> None:
    with pytest.raises(LookupError, match=r"leaflet serves no file 'leeflet.js'"):
        assets.url("leaflet", "leeflet.js")
