"""The pages themselves: HTML with its words inside, and the few files they load.

Everything is packed once and kept in memory; files carry a hash of their content in the address,
so that a phone fetches each of them once and never an old one.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from dataclasses import dataclass
from functools import cache, partial
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from layers import codebook, vocab
from mapping import assets, style, words
from mapping.phone import answers, fonts, pictures

FOLDER = Path(__file__).parent / "assets"
# codes that an organization may answer with
_LISTS = (
    *("actor_kind", "sector", "category", "status", "setting", "course_level", "participation"),
    "cooperation",
    *("tie_kind",),
)
_KEEP = "public, max-age=31536000, immutable"
# name in the address -> package it comes from; the others lie in our own folder
_FROM_PACKAGES = {
    "leaflet.js": ("leaflet", "leaflet.js"),
    "leaflet.css": ("leaflet", "leaflet.css"),
    "regular.ttf": ("font", "AtkinsonHyperlegible-Regular.ttf"),
    "bold.ttf": ("font", "AtkinsonHyperlegible-Bold.ttf"),
}
_ELSEWHERE = ("door.css", "sw.js")  # files of the folder with an address of their own
_TYPES = {".js": "text/javascript", ".css": "text/css", ".ttf": "font/ttf"}
_BLANK = re.compile(r"\{\{([A-Z]+)(?: ([a-z_.]+))?\}\}")
_FILE = re.compile(r"\{\{FILE ([a-z_.]+)\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page: where it is, and which sentences it needs. Its files are those that it names."""

    paths: tuple[str, ...]
    words: tuple[str, ...]  # beginnings of keys
    words_at: str = ""  # where it fetches another language's, for pages that can change it
    in_room: bool = False  # phones and walls speak more languages than the desk

    @property
    def languages(self) -> tuple[str, ...]:
        """Which languages it speaks."""
        return words.room_languages() if self.in_room else words.languages()


# one line for each page; ``NAME.html`` lies in the folder
PAGES = {
    "phone": Page(
        paths=("/j", "/j/{code}"),
        words=(
            *("phone.", "codebook.", "place_kind.", "category."),
            *("error.answer_too_many", "error.door_closed"),
        ),
        words_at="/phone/words/{lang}.json",
        in_room=True,
    ),
    "wall": Page(
        paths=("/wall/{code}",),
        words=(
            *("wall.", "codebook.", "band."),
            *("net.kind.", "net.towers", "net.unsaid", "net.rank_how"),
        ),
        words_at="/wall/words/{lang}.json",
        in_room=True,
    ),
    "netmap": Page(
        paths=("/net", "/net/{code}"),
        words=(
            *("net.", "phone.back", "phone.change", "phone.closed", "phone.code_", "phone.loading"),
            *("phone.count_waiting", "phone.language", "phone.memory_only", "phone.mine_none"),
            *("phone.no_script", "phone.no_voice", "phone.not_kept", "phone.offline"),
            *("phone.paused", "phone.ready", "phone.sent_title", "phone.sound_about"),
            "phone.withdraw",
        ),
        words_at="/net/words/{lang}.json",
        in_room=True,
    ),
    "moderate": Page(
        paths=("/moderate/{code}",),
        words=("moderate.", "codebook.", "band.", "tongue.", "hint."),
        words_at="/moderate/words/{lang}.json",
    ),
    "check": Page(paths=("/phone/check",), words=("check.",)),
    "record": Page(paths=("/phone/record",), words=("record.",)),
    "ours": Page(
        paths=("/ours",),
        words=(
            *("ours.", "field.", "tongue.", "judgement.", "rating_question."),
            *(f"{name}." for name in _LISTS),
        ),
        words_at="/ours/words/{lang}.json",
    ),
}


@dataclass(frozen=True, slots=True)
class Packed:
    """A file as it goes over the wire."""

    plain: bytes
    gzip: bytes
    media_type: str
    mark: str  # hash of its content


def routes() -> list[BaseRoute]:
    """Give the routes of the pages and their files."""
    found: list[BaseRoute] = []
    for name, one in PAGES.items():
        found += [Route(path, partial(_page, name), methods=["GET"]) for path in one.paths]
        if one.words_at:
            found.append(Route(one.words_at, partial(_words, name), methods=["GET"]))
    return [
        *found,
        Route("/phone/sw.js", _worker, methods=["GET"]),
        Route("/phone/assets/{name}", _asset, methods=["GET"]),
    ]


def names(name: str) -> tuple[str, ...]:
    """Tell which files a page loads, fonts of its style sheets included."""
    found: list[str] = []
    for one in _FILE.findall((FOLDER / f"{name}.html").read_text("utf-8")):
        found.append(one)
        if one.endswith(".css") and one in _ours():
            found += _FILE.findall((FOLDER / one).read_text("utf-8"))
    return tuple(dict.fromkeys(found))


@cache
def _ours() -> frozenset[str]:
    """Tell which files of our own folder anybody may fetch: scripts and style sheets."""
    every = {path.name for path in FOLDER.iterdir() if path.suffix in _TYPES}
    return frozenset(every.difference(_ELSEWHERE))


@cache
def file(name: str) -> Packed:
    """Give one file that the pages load.

    Raises
    ------
    KeyError
        If the pages load no such file.
    """
    if name == "tokens.css":
        content = _tokens().encode()
    elif name in _FROM_PACKAGES:
        path = assets.file(*_FROM_PACKAGES[name])
        content = fonts.small(path) if path.suffix == ".ttf" else path.read_bytes()
        # without the note that points to a source map, which nobody serves
        content = content.replace(b"//# sourceMappingURL=leaflet.js.map", b"")
    elif name in _ours():
        content = (FOLDER / name).read_bytes()
        if name.endswith(".css"):  # the addresses of its fonts
            content = _fill(content.decode(), "en").encode()
    else:
        raise KeyError(name)
    return _packed(content, _TYPES[Path(name).suffix])


@cache
def page(name: str, lang: str) -> Packed:
    """Give one of :data:`PAGES` in one language."""
    text = (FOLDER / f"{name}.html").read_text("utf-8")
    return _packed(_fill(text, lang, name).encode(), "text/html")


@cache
def page_words(name: str, lang: str) -> dict[str, str]:
    """Give the sentences a page may need, so that they are there when the network is not."""
    found = words.sentences(lang)
    return {key: found[key] for key in found if key.startswith(PAGES[name].words)}


def room_keys() -> frozenset[str]:
    """Tell which sentences a language of the room needs: those of its pages, and their errors."""
    begun = tuple(begins for page in PAGES.values() if page.in_room for begins in page.words)
    errors = {f"error.{code}" for code in answers.PHONES_MEET}
    every = words.sentences(words.DEFAULT)
    return frozenset({"language.name", *errors, *(key for key in every if key.startswith(begun))})


def _fill(text: str, lang: str, name: str = "phone") -> str:
    """Fill ``{{W phone.here}}`` and its like: our own words, escaped."""

    def fill(match: re.Match[str]) -> str:
        kind, what = match.groups()
        if kind == "W":
            return escape(words.say(what, lang))
        if kind == "FILE":
            return _address(what)
        return {
            "LANG": lang,
            "DIR": words.direction(lang),
            "SPRITE": pictures.sprite(),
            "ACTORS": pictures.actors(),
            "DATA": _data(name, lang),
            "ASSETS": json.dumps([_address(one) for one in names(name)]),
        }[kind]

    return _BLANK.sub(fill, text)


def _address(name: str) -> str:
    return f"/phone/assets/{name}?{file(name).mark}"


def _data(name: str, lang: str) -> str:
    """Write what the page's script needs as JSON that cannot end the script element."""
    data: dict[str, object] = {
        "lang": lang,
        "words": page_words(name, lang),
        "languages": {
            tag: [words.say("language.name", tag), words.direction(tag), words.is_draft(tag)]
            for tag in PAGES[name].languages
        },
        "reasons": list(codebook.REASONS),
        "most_reasons": codebook.MAX_REASONS,
    }
    if name in ("check", "record"):
        data["tongues"] = {tag: words.say("language.name", tag) for tag in words.room_languages()}
    if name == "ours":
        data["lists"] = {one: list(vocab.LISTS[one]) for one in _LISTS}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def _tokens() -> str:
    dark = style.css("dark").replace("\n", "\n  ")
    return "\n".join(
        [
            style.css("light"),
            f"@media (prefers-color-scheme: dark) {{\n  {dark}\n}}",
            style.css("projector", selector=":root.projector"),
        ]
    )


def _packed(content: bytes, media_type: str) -> Packed:
    mark = hashlib.sha256(content).hexdigest()[:10]
    return Packed(content, gzip.compress(content, 9, mtime=0), media_type, mark)


async def _page(name: str, request: Request) -> Response:
    return _send(request, page(name, _language(name, request)), "no-store")


async def _asset(request: Request) -> Response:
    try:
        found = file(request.path_params["name"])
    except KeyError:
        return Response(status_code=404)
    return _send(request, found, _KEEP)


async def _worker(request: Request) -> Response:
    """Give the service worker: it lies below ``/phone`` and may care for the pages of ``/j``."""
    text = _fill((FOLDER / "sw.js").read_text("utf-8"), words.DEFAULT)
    answer = _send(request, _packed(text.encode(), "text/javascript"), "no-cache")
    answer.headers["Service-Worker-Allowed"] = "/j"
    return answer


async def _words(name: str, request: Request) -> Response:
    lang = request.path_params["lang"]
    if lang not in PAGES[name].languages:
        return Response(status_code=404)
    content = json.dumps(page_words(name, lang), ensure_ascii=False).encode()
    return _send(request, _packed(content, "application/json"), "no-cache")


def _language(name: str, request: Request) -> str:
    asked, ours = request.query_params.get("lang", ""), PAGES[name].languages
    if asked in ours:
        return asked
    # a draft is spoken only where a session says so, which the page learns later
    read = [tag for tag in ours if not words.is_draft(tag)]
    return words.best(request.headers.get("accept-language", ""), read)


def _send(request: Request, found: Packed, keep: str) -> Response:
    headers = {"Cache-Control": keep, "Vary": "Accept-Encoding, Accept-Language"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.gzip, media_type=found.media_type, headers=headers)
    return Response(found.plain, media_type=found.media_type, headers=headers)
