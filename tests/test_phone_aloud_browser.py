"""The phone aloud and in every language: what is heard, what stays, and that all of it fits."""

from __future__ import annotations

import json

import pytest

from layers.room_session import Session
from mapping import words
from tests.helpers import phones, rooms
from tests.helpers.phones import ARRIVED, join, place
from tests.helpers.running import Server
from tests.helpers.watched import Watch

# A device with one voice, on it, for each language; what it says is kept.
VOICES = """
  window.aloud = [];
  const voices = %s.map((lang) => ({ lang, name: lang, localService: true }));
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
  Object.defineProperty(window, 'speechSynthesis', { value: {
    getVoices: () => voices, cancel() {}, addEventListener() {},
    speak(wish) { window.aloud.push([wish.text, wish.lang]); },
  } });
"""


def voices(*missing: str) -> str:
    """Write the script of such a device, without a voice for some languages."""
    return VOICES % json.dumps([one for one in words.room_languages() if one not in missing])


# --- aloud ---------------------------------------------------------------------------------------


def test_every_choice_and_heading_can_be_heard(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone", locale="fr")
    phone.add_init_script(voices())
    address = phones.address(in_hall, session)
    phone.goto(address)
    phone.wait_for_selector("#consent:not([hidden])")
    assert phone.locator(".say:visible").count() == 0
    phone.click("#consent_sound")
    assert phone.evaluate("aloud.at(-1)") == [words.say("phone.consent_title", "fr"), "fr"]
    for step in rooms.steps(phone, address):
        if step == "place-by-list":
            assert phone.locator("#list .say").count() == phone.locator("#list .card").count() > 10
        silent = phone.evaluate(
            "() => [...document.querySelectorAll('main h1, main h2:not(#list h2), .pick, .feel')]"
            ".filter(e => e.offsetParent && !e.parentElement.querySelector(':scope > .say'))"
            ".map(e => e.textContent)"
        )
        assert silent == [], step
        faulty = phone.evaluate(
            "() => [...document.querySelectorAll('.say')].filter(e => e.offsetParent)"
            ".filter(e => { const b = e.getBoundingClientRect(); return b.width < 44"
            " || b.height < 44 || !/\\S+ : \\S/.test(e.getAttribute('aria-label')); })"
            ".map(e => e.previousElementSibling?.textContent + e.getAttribute('aria-label'))"
        )
        assert faulty == [], step
        assert phone.locator("button button").count() == 0
        assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    phone.reload()
    phone.wait_for_selector("#feeling:not([hidden])")
    phone.click(".feel.safe + .say")
    assert phone.evaluate("aloud.at(-1)") == [words.say("codebook.safe", "fr"), "fr"]
    phone.select_option("#lang", "ar")
    phone.wait_for_selector("html[dir=rtl]")
    phone.click(".feel.safe + .say")
    assert phone.evaluate("aloud.at(-1)") == [words.say("codebook.safe", "ar"), "ar"]
    assert phone.get_attribute(".feel.safe", "aria-pressed") == "false"  # heard, and not chosen


def test_a_language_without_a_voice_is_said_so(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone", locale="en")
    phone.add_init_script(voices("en"))
    phone.goto(phones.address(in_hall, session))
    phone.wait_for_selector("#consent:not([hidden])")
    phone.click("#sound")
    phone.wait_for_selector("#notice:not([hidden])")
    assert phone.inner_text("#notice") == words.say("phone.no_voice", "en")
    assert phone.evaluate("aloud.length") == 0
    assert phone.locator(".say:visible").count() == 0  # nothing to press that says nothing
    phone.select_option("#lang", "fr")
    phone.wait_for_selector("html[lang=fr]")
    assert phone.locator(".say:visible").count() > 3


# --- languages -----------------------------------------------------------------------------------


def test_another_language_keeps_screen_answers_words_and_place(
    watch: Watch, in_hall: Server, session: Session
) -> None:
    phone = watch.page("phone", locale="en")
    join(phone, in_hall, session)
    place(phone, "mixed")
    phone.click("[data-code=kind]")
    phone.click("#more")
    phone.fill("#words", "Näin على ሰላም")
    for lang in words.room_languages():
        phone.select_option("#lang", lang)
        phone.wait_for_selector(f"html[lang='{lang}']")
        assert phone.get_attribute("html", "dir") == words.direction(lang)
        assert phone.is_visible("#why")
        assert phone.input_value("#words") == "Näin على ሰላም"
        assert phone.get_attribute("[data-code=kind]", "aria-pressed") == "true"
        assert phone.inner_text("[data-code=kind]") == words.say("codebook.kind", lang)
    bodies: list[str] = []
    phone.on("request", lambda request: bodies.append(request.post_data or ""))
    phone.click("#send")
    phone.wait_for_selector(ARRIVED)
    (said,) = [json.loads(body) for body in bodies if '"cell"' in body]
    assert said["words"] == "Näin على ሰላም"
    assert said["language"] == words.room_languages()[-1]
    assert said["reasons"] == ["kind"]


# with letters of the usual size English, French and Arabic are looked at in test_phone_browser
# and of every three languages one at each step, another at the next: the drill looks at all
@pytest.mark.parametrize(
    ("text", "every"),
    [
        pytest.param("100%", 1, marks=pytest.mark.drill),
        pytest.param("200%", 1, marks=pytest.mark.drill),
        ("200%", 3),
    ],
)
def test_no_language_is_wider_than_a_small_phone(
    watch: Watch, in_hall: Server, session: Session, text: str, every: int
) -> None:
    phone = watch.page("phone", locale="en")
    phone.add_init_script(voices())
    larger = f"document.documentElement.style.fontSize = '{text}'"
    phone.add_init_script(f"addEventListener('DOMContentLoaded', () => {{ {larger} }})")
    for at, step in enumerate(rooms.steps(phone, phones.address(in_hall, session))):
        for lang in words.room_languages()[at % every :: every]:
            phone.select_option("#lang", lang)
            phone.wait_for_selector(f"html[lang='{lang}']")
            for sound in (True, False):
                phone.evaluate("() => sound.click()")
                wide = phone.evaluate(
                    "() => [document.documentElement.scrollWidth, Math.max(0,"
                    " ...[...document.querySelectorAll('main > section')].map(e => e.scrollWidth))]"
                )
                assert max(wide) <= 360, (step, lang, sound)
