"""What is said aloud: recordings, else a voice on the device; never a vendor's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route
from starlette.applications import Starlette
from starlette.testclient import TestClient

from mapping.phone import voices
from tests.helpers.watched import Watch

SCRIPT = Path(voices.__file__).parent / "assets" / "phone_voice.js"
MP3, OGG, WAV = b"ID3\x04" + bytes(40), b"OggS" + bytes(40), b"RIFF\x00\x00\x00\x00WAVE" + bytes(40)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "voices"
    (folder / "ti").mkdir(parents=True)
    (folder / "ti" / "phone.agree.mp3").write_bytes(MP3)
    return folder


@pytest.fixture
def client(root: Path) -> Iterator[TestClient]:
    with TestClient(Starlette(routes=voices.Voices(root).routes())) as running:
        yield running


def test_a_recording_is_listed_and_served(client: TestClient) -> None:
    assert client.get("/phone/voices.json").json() == {"ti": ["phone.agree"]}
    answer = client.get("/phone/voice/ti/phone.agree")
    assert (answer.content, answer.headers["content-type"]) == (MP3, "audio/mpeg")
    part = client.get("/phone/voice/ti/phone.agree", headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, MP3[:4])  # some phones ask for parts only


@pytest.mark.parametrize(
    ("name", "content"), [("a.b.ogg", OGG), ("a.b.wav", WAV), ("a.b.mp3", b"\xff\xfb" + MP3)]
)
def test_three_kinds_of_sound_are_known(root: Path, name: str, content: bytes) -> None:
    (root / "ti" / name).write_bytes(content)
    assert "a.b" in voices.recorded(root)["ti"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("phone.here.mp3", b"<script>"),
        ("phone.here.html", MP3),
        ("phone.here.mp3", b""),
        ("phone.here.mp3", MP3 + bytes(voices.MOST_BYTES)),
        ("phone here.mp3", MP3),
        ("..phone.here.mp3", MP3),
        ("phone.mp3", MP3),
        ("phone.here.wav", b"RIFF\x00\x00\x00\x00AVI " + bytes(40)),
    ],
    ids=["no sound", "no kind", "empty", "too long", "blank", "dots", "no key", "a film"],
)
def test_anything_else_is_not_listed(root: Path, name: str, content: bytes) -> None:
    (root / "ti" / name).write_bytes(content)
    assert voices.recorded(root) == {"ti": {"phone.agree": root / "ti" / "phone.agree.mp3"}}


def test_a_link_out_of_the_folder_is_not_followed(root: Path, tmp_path: Path) -> None:
    secret = tmp_path / "secret.mp3"
    secret.write_bytes(MP3)
    (root / "ti" / "phone.here.mp3").symlink_to(secret)
    (root / "so").symlink_to(tmp_path)
    (tmp_path / "a.b.mp3").write_bytes(MP3)
    assert list(voices.recorded(root)) == ["ti"]
    assert list(voices.recorded(root)["ti"]) == ["phone.agree"]


@pytest.mark.parametrize(
    "path",
    ["ti/phone.here", "so/phone.agree", "ti/..%2F..%2Fsecret", "..%2Fti/phone.agree", "ti/%00"],
)
def test_no_address_leads_to_what_is_not_listed(client: TestClient, path: str) -> None:
    assert client.get(f"/phone/voice/{path}").status_code == 404


def test_without_a_folder_there_is_nothing(tmp_path: Path) -> None:
    assert voices.recorded(tmp_path / "none") == {}


def test_the_setting_names_the_folder(monkeypatch: pytest.MonkeyPatch, root: Path) -> None:
    monkeypatch.setenv("CG_VOICES", str(root))
    with TestClient(Starlette(routes=voices.Voices().routes())) as client:
        assert client.get("/phone/voices.json").json() == {"ti": ["phone.agree"]}


# --- on the phone --------------------------------------------------------------------------------

STUB = """(voices) => {
  window.spoken = [];
  const speech = {
    getVoices: () => voices, cancel() {}, addEventListener() {},
    speak: (wish) => spoken.push([wish.text, wish.voice && wish.voice.name, wish.lang]),
  };
  Object.defineProperty(window, "speechSynthesis", {value: speech});
  window.SpeechSynthesisUtterance = function (text) { this.text = text; this.voice = null; };
}"""
REMOTE = {"name": "of a vendor", "lang": "so-SO", "localService": False, "default": True}
UNSURE = {"name": "does not say", "lang": "so-SO", "default": True}
LOCAL = {"name": "here", "lang": "so_SO", "localService": True}
ELSEWHERE = {"name": "another tongue", "lang": "en-GB", "localService": True, "default": True}


@pytest.fixture
def phone(watch: Watch) -> Page:
    """Open an empty page of an address that only this test answers."""
    page = watch.page("phone")

    def answer(route: Route) -> None:
        if route.request.url.endswith("voices.json"):
            route.fulfill(json={"ti": ["phone.agree"]})
        elif "/phone/voice/" in route.request.url:
            route.fulfill(status=404)
        else:
            route.fulfill(content_type="text/html", body="<!doctype html><title>x</title>")

    page.route("**/*", answer)
    page.goto("http://hall.test/")
    return page


def voice(page: Page, *installed: dict[str, Any]) -> None:
    page.evaluate(STUB, list(installed))
    with page.expect_response("**/phone/voices.json"):
        page.add_script_tag(path=SCRIPT)
    page.evaluate("() => new Promise((done) => setTimeout(done, 50))")


def spoken(page: Page, lang: str = "so", key: str = "phone.send") -> Any:
    page.evaluate("([key, lang]) => Voice.say(key, 'her words', lang)", [key, lang])
    page.evaluate("() => new Promise((done) => setTimeout(done, 200))")
    return page.evaluate("spoken")


def test_sound_is_off_until_she_turns_it_on_and_stays_for_this_tab(phone: Page) -> None:
    voice(phone, LOCAL)
    assert spoken(phone) == []
    assert phone.evaluate("Voice.toggle()") is True
    assert spoken(phone) == [["her words", "here", "so_SO"]]
    assert phone.evaluate("sessionStorage.getItem('voice')") == "on"
    assert phone.evaluate("Voice.toggle()") is False
    assert phone.evaluate("sessionStorage.length") == 0


@pytest.mark.parametrize("installed", [REMOTE, UNSURE], ids=["remote", "does not say"])
def test_a_voice_that_is_not_surely_on_the_device_is_never_used(
    phone: Page, installed: dict[str, Any]
) -> None:
    """It would send what stands on her screen to a vendor."""
    voice(phone, installed, ELSEWHERE)
    phone.evaluate("Voice.toggle()")
    assert phone.evaluate("Voice.can('so')") is False
    assert spoken(phone) == []


def test_beside_a_remote_voice_the_local_one_is_chosen(phone: Page) -> None:
    voice(phone, REMOTE, ELSEWHERE, LOCAL)
    phone.evaluate("Voice.toggle()")
    assert [name for _, name, _ in spoken(phone)] == ["here"]


def test_a_recording_is_played_and_where_it_fails_a_local_voice_speaks(
    phone: Page, watch: Watch
) -> None:
    voice(phone, {**LOCAL, "lang": "ti-ER"}, {**REMOTE, "lang": "ti-ER"})
    phone.evaluate("Voice.toggle()")
    assert phone.evaluate("Voice.can('ti')") is True
    assert spoken(phone, "ti", "phone.agree") == [["her words", "here", "ti-ER"]]
    assert any(url.endswith("/phone/voice/ti/phone.agree") for url in watch.requests)
    watch.errors.clear()  # the file that this test does not have


def test_a_language_with_a_recording_only_is_one_that_can_be_heard(phone: Page) -> None:
    voice(phone, ELSEWHERE)
    assert phone.evaluate("['ti', 'so', 'en'].map(Voice.can)") == [True, False, True]
