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
from functools import cache
from html import escape
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from layers import codebook, vocab
from mapping import assets, style, words
from mapping.phone import pictures

FOLDER = Path(__file__).parent / "assets"
# codes that an organization may answer with
_LISTS = (
    *("actor_kind", "sector", "category", "status", "setting", "course_level", "participation"),
    *("tie_kind",),
)
_KEEP = "public, max-age=31536000, immutable"
_WORDS = {
    "phone": ("phone.", "codebook.", "place_kind.", "error.answer_too_many"),
    "wall": ("wall.", "codebook."),
    "ours": ("ours.", "field.", "tongue.", *(f"{name}." for name in _LISTS)),
}
# files that only one of the pages loads
_ALONE = {"phone.": "phone", "outbox.": "phone", "wall.": "wall", "ours.": "ours"}
_NO_MAP = ("leaflet.", "citymap.")
# name in the address -> package it comes from; the others lie in our own folder
_FROM_PACKAGES = {
    "leaflet.js": ("leaflet", "leaflet.js"),
    "leaflet.css": ("leaflet", "leaflet.css"),
    "regular.ttf": ("font", "AtkinsonHyperlegible-Regular.ttf"),
    "bold.ttf": ("font", "AtkinsonHyperlegible-Bold.ttf"),
}
_OURS = (
    *("phone.css", "wall.css", "ours.css"),
    *("phone.js", "outbox.js", "citymap.js", "wall.js", "ours.js", "ours_fields.js"),
)
_TYPES = {".js": "text/javascript", ".css": "text/css", ".ttf": "font/ttf"}
_BLANK = re.compile(r"\{\{([A-Z]+)(?: ([a-z_.]+))?\}\}")


@dataclass(frozen=True, slots=True)
class Packed:
    """A file as it goes over the wire."""

    plain: bytes
    gzip: bytes
    media_type: str
    mark: str  # hash of its content


def routes() -> list[BaseRoute]:
    """Give the routes of the pages and their files."""
    return [
        Route("/j", _phone, methods=["GET"]),
        Route("/j/{code}", _phone, methods=["GET"]),
        Route("/wall/{code}", _wall, methods=["GET"]),
        Route("/ours", _ours, methods=["GET"]),
        Route("/ours/words/{lang}.json", _ours_words, methods=["GET"]),
        Route("/phone/assets/{name}", _asset, methods=["GET"]),
        Route("/phone/words/{lang}.json", _words, methods=["GET"]),
    ]


def names(name: str) -> tuple[str, ...]:
    """Tell which files a page loads, fonts of its style sheet included."""
    every = (*_FROM_PACKAGES, *_OURS, "tokens.css")
    others = tuple(begins for begins, page in _ALONE.items() if page != name)
    left_out = (*others, *(("ours_",) if name != "ours" else _NO_MAP))
    return tuple(one for one in every if not one.startswith(left_out))


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
        content = assets.file(*_FROM_PACKAGES[name]).read_bytes()
        # without the note that points to a source map, which nobody serves
        content = content.replace(b"//# sourceMappingURL=leaflet.js.map", b"")
    elif name in _OURS:
        content = (FOLDER / name).read_bytes()
    else:
        raise KeyError(name)
    if name in ("phone.css", "wall.css", "ours.css"):
        content = _fill(content.decode(), "en").encode()
    return _packed(content, _TYPES[Path(name).suffix])


@cache
def page(name: str, lang: str) -> Packed:
    """Give the page ``phone``, ``wall`` or ``ours`` in one language."""
    text = (FOLDER / f"{name}.html").read_text("utf-8")
    return _packed(_fill(text, lang, name).encode(), "text/html")


@cache
def page_words(name: str, lang: str) -> dict[str, str]:
    """Give the sentences a page may need, so that they are there when the network is not."""
    found = words.sentences(lang)
    return {key: found[key] for key in found if key.startswith(_WORDS[name])}


def _fill(text: str, lang: str, name: str = "phone") -> str:
    """Fill ``{{W phone.here}}`` and its like: our own words, escaped."""

    def fill(match: re.Match[str]) -> str:
        kind, what = match.groups()
        if kind == "W":
            return escape(words.say(what, lang))
        if kind == "FILE":
            return f"/phone/assets/{what}?{file(what).mark}"
        return {
            "LANG": lang,
            "DIR": words.direction(lang),
            "SPRITE": pictures.sprite(),
            "DATA": _data(name, lang),
        }[kind]

    return _BLANK.sub(fill, text)


def _data(name: str, lang: str) -> str:
    """Write what the page's script needs as JSON that cannot end the script element."""
    data: dict[str, object] = {
        "lang": lang,
        "words": page_words(name, lang),
        "languages": {
            tag: [words.say("language.name", tag), words.direction(tag)]
            for tag in words.languages()
        },
        "reasons": list(codebook.REASONS),
        "most_reasons": codebook.MAX_REASONS,
    }
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


async def _phone(request: Request) -> Response:
    return _send(request, page("phone", _language(request)), "no-store")


async def _wall(request: Request) -> Response:
    return _send(request, page("wall", _language(request)), "no-store")


async def _ours(request: Request) -> Response:
    return _send(request, page("ours", _language(request)), "no-store")


async def _asset(request: Request) -> Response:
    try:
        found = file(request.path_params["name"])
    except KeyError:
        return Response(status_code=404)
    return _send(request, found, _KEEP)


async def _words(request: Request) -> Response:
    return _words_of(request, "phone")


async def _ours_words(request: Request) -> Response:
    return _words_of(request, "ours")


def _words_of(request: Request, name: str) -> Response:
    lang = request.path_params["lang"]
    if lang not in words.languages():
        return Response(status_code=404)
    content = json.dumps(page_words(name, lang), ensure_ascii=False).encode()
    return _send(request, _packed(content, "application/json"), "no-cache")


def _language(request: Request) -> str:
    asked = request.query_params.get("lang", "")
    if asked in words.languages():
        return asked
    return words.best(request.headers.get("accept-language", ""))


def _send(request: Request, found: Packed, keep: str) -> Response:
    headers = {"Cache-Control": keep, "Vary": "Accept-Encoding, Accept-Language"}
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.gzip, media_type=found.media_type, headers=headers)
    return Response(found.plain, media_type=found.media_type, headers=headers)
