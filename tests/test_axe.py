"""Axe finds no barrier on the phone, at any step, in any language it speaks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from layers.room_session import Session
from mapping import hall, words
from tests.helpers import rooms
from tests.helpers.barriers import barriers
from tests.helpers.running import Server
from tests.helpers.watched import HALL, Watch

IN_HALL = {"CG_HOST": HALL, "CG_PASSPHRASE": "abcdefghjkmnp"}


@pytest.fixture(scope="module")
def in_hall(sample_once: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hall")
    atlas = Path(shutil.copy(sample_once, folder / "sample.gpkg"))
    with Server(folder, atlas, IN_HALL) as running:
        yield running


@pytest.fixture(scope="module")
def session(in_hall: Server) -> Iterator[Session]:
    with rooms.a_session(in_hall.room, in_hall.atlas) as made:
        yield made


def test_axe_would_see_a_barrier(watch: Watch) -> None:
    page = watch.page("phone")
    page.set_content("<main><button></button><p style='color:#ddd'>pale</p></main>")
    found = {one.partition(":")[0] for one in barriers(page)}
    assert {"button-name", "color-contrast", "html-has-lang"} <= found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_step_of_the_phone_has_a_barrier(
    watch: Watch, in_hall: Server, session: Session, scheme: str
) -> None:
    phone = watch.page("phone", color_scheme=scheme)
    address = hall.join_address(in_hall.address(HALL, ""), session.code, session.id)
    found = {}
    for step in rooms.steps(phone, address):
        for lang in words.room_languages():
            phone.select_option("#lang", lang)
            phone.wait_for_function("lang => document.documentElement.lang === lang", arg=lang)
            if bad := barriers(phone):
                found[step, lang] = bad
        phone.select_option("#lang", "en")
    assert found == {}
    assert watch.foreign == []
