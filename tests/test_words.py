"""The words: every language complete, every sentence used, every use there."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from string import Formatter

import pytest

from layers import vocab
from mapping import words
from mapping.phone import front
from tests.helpers.running import REPOSITORY

LANGUAGES = words.languages()
IN_ROOM = words.room_languages()[len(LANGUAGES) :]
OTHERS = [tag for tag in LANGUAGES if tag != words.DEFAULT]
SCRIPTS = (".js", ".html")
# A key that is made from a code: say(f"kind.{code}"). What stands before the brace is enough.
_KEY = re.compile(r"[a-z][a-z0-9_]*(?:\.[A-Za-z0-9_+-]+)+")
_PREFIX = re.compile(r"[a-z][a-z0-9_]*\.[a-z0-9_.]*")


def _blanks(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def _sources(*endings: str) -> list[Path]:
    folders = ("layers", "mapping", "sample_data")
    return [
        path
        for folder in folders
        for path in (REPOSITORY / folder).rglob("*")
        if path.suffix in endings and "words" not in path.parts
    ]


def _strings() -> tuple[set[str], set[str]]:
    """Collect every string in the code that may be a key, and every beginning of one."""
    whole: set[str] = set()
    begun: set[str] = set()
    for path in _sources(".py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                whole.add(node.value)
            if isinstance(node, ast.JoinedStr):
                first = node.values[0]
                if isinstance(first, ast.Constant) and _PREFIX.fullmatch(str(first.value)):
                    begun.add(str(first.value))
    for path in _sources(*SCRIPTS):
        text = path.read_text("utf-8")
        whole |= set(_KEY.findall(text))
        begun |= {f"{found}." for found in re.findall(r"[\"'`]([a-z_]+)\.[\"'`$]", text)}
        begun |= set(re.findall(r"`([a-z_]+\.[a-z_]*)\$\{", text))
    return whole, begun


def _said() -> list[tuple[str, str]]:
    """Give every say("key") with a key that stands there as a whole."""
    found = []
    for path in _sources(".py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            first = node.args[0]
            if name == "say" and isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.append((first.value, f"{path.relative_to(REPOSITORY)}:{node.lineno}"))
    return found


def _error_codes() -> set[str]:
    """Give every code that a LayerError is raised with."""
    codes = set()
    for path in _sources(".py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                first = node.args[0]
                if name == "LayerError" and isinstance(first, ast.Constant):
                    codes.add(str(first.value))
    return codes


@pytest.mark.parametrize("lang", OTHERS)
def test_every_language_has_every_sentence(lang: str) -> None:
    assert set(words.sentences(lang)) == set(words.sentences(words.DEFAULT))


@pytest.mark.parametrize("lang", OTHERS)
def test_every_language_has_the_same_blanks(lang: str) -> None:
    theirs = words.sentences(lang)
    wrong = {
        key: (sorted(_blanks(sentence)), sorted(_blanks(theirs.get(key, ""))))
        for key, sentence in words.sentences(words.DEFAULT).items()
        if _blanks(sentence) != _blanks(theirs.get(key, ""))
    }
    assert wrong == {}


@pytest.mark.parametrize("lang", IN_ROOM)
def test_a_language_of_the_room_has_all_that_phones_and_walls_say(lang: str) -> None:
    theirs = words.sentences(lang)
    assert set(theirs) == front.room_keys()
    ours = words.sentences(words.DEFAULT)
    assert [key for key in theirs if _blanks(theirs[key]) != _blanks(ours[key])] == []


@pytest.mark.parametrize("lang", [*LANGUAGES, *IN_ROOM])
def test_no_sentence_is_empty(lang: str) -> None:
    assert [key for key, sentence in words.sentences(lang).items() if not sentence.strip()] == []


@pytest.mark.parametrize("lang", [*LANGUAGES, *IN_ROOM])
def test_a_sentence_is_text_and_no_markup(lang: str) -> None:
    # Streamlit reads many of them as markdown, the phone sets them as text: the same for both.
    marks = re.compile(r"<[a-z/]|!\[|\]\(|\*\*|https?://(?!\{)")
    assert [key for key, sentence in words.sentences(lang).items() if marks.search(sentence)] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_key_stands_once_in_its_file_and_names_page_and_thing(lang: str) -> None:
    pairs = json.loads(
        (words.FOLDER / f"{lang}.json").read_text("utf-8"), object_pairs_hook=lambda found: found
    )
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys))
    assert [key for key in keys if not _KEY.fullmatch(key)] == []


def test_arabic_is_written_in_arabic() -> None:
    latin = {
        key: sentence
        for key, sentence in words.sentences("ar").items()
        if not re.search(r"[؀-ۿ]", sentence)
        and not key.endswith("_format")  # for machines
        # names, numbers and blanks alone are the same everywhere
        and re.search(r"[a-z]{4,}", re.sub(r"\{[^}]*\}|Common Ground|[A-Z_]+", "", sentence))
    }
    assert latin == {}


def test_everything_that_is_said_is_in_the_words() -> None:
    there = words.sentences(words.DEFAULT)
    assert [f"{place} says {key}" for key, place in _said() if key not in there] == []


def test_every_error_has_its_sentence() -> None:
    there = words.sentences(words.DEFAULT)
    assert sorted(code for code in _error_codes() if f"error.{code}" not in there) == []


def test_every_sentence_is_said_somewhere() -> None:
    whole, begun = _strings()
    errors = {f"error.{code}" for code in _error_codes()}
    codes = {text for text in whole if re.fullmatch(r"[a-z0-9_]+", text)}

    def is_used(key: str) -> bool:
        if key in whole or key in errors:
            return True
        if key.startswith("error."):  # raised with a code that comes out of a table
            return key.removeprefix("error.") in codes
        # a code of the data, which any table may show
        listed = getattr(vocab, key.partition(".")[0].upper(), ())
        return key.partition(".")[2] in listed or any(map(key.startswith, begun))

    assert [key for key in words.sentences(words.DEFAULT) if not is_used(key)] == []


def test_a_blank_without_its_value_is_a_fault() -> None:
    with pytest.raises(KeyError):
        words.say("door.announce")


def test_the_first_language_of_the_browser_that_we_speak_is_chosen() -> None:
    assert words.best("de-DE, de;q=0.9, fr-CA;q=0.8, ar;q=0.3") == "fr"
    assert words.best("") == words.DEFAULT
    assert words.best("xx;q=oops, ar;q=0.1") == "ar"
