"""The door between the hall and the desk: the page that asks for the passphrase."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from urllib.parse import parse_qs

from mapping import style, words

PATH = "/door"
CSS_PATH = f"{PATH}/door.css"
JS_PATH = f"{PATH}/door.js"
COOKIE = "cg_desk"
_HERE = Path(__file__).parent


@cache
def css() -> bytes:
    """Give the style sheet, with the colours of ``style.json``, light and dark."""
    dark = style.css("dark")
    text = "\n".join(
        (
            style.css("light"),
            f"@media (prefers-color-scheme: dark) {{\n{dark}\n}}",
            (_HERE / "door.css").read_text("utf-8"),
        )
    )
    return text.encode()


@cache
def js() -> bytes:
    """Give the script that keeps what stands behind ``#``, which no browser sends, on the way."""
    return (_HERE / "door.js").read_bytes()


def page(lang: str, *, come_back: str = "/", said: str | None = None) -> bytes:
    """Write the page.

    Parameters
    ----------
    lang
        Language of the reader.
    come_back
        Path on this server to show after the right passphrase.
    said
        Key of a sentence to show first, such as ``"door.wrong"``.
    """
    notice = f'<p role="alert">{escape(words.say(said, lang))}</p>' if said else ""
    blanks = {
        "lang": escape(lang),
        "dir": words.direction(lang),
        "title": escape(words.say("door.title", lang)),
        "explain": escape(words.say("door.explain", lang)),
        "label": escape(words.say("door.passphrase", lang)),
        "enter": escape(words.say("door.enter", lang)),
        "next": escape(come_back),
        "said": notice,
    }
    return (_HERE / "door.html").read_text("utf-8").format_map(blanks).encode()


def read_form(body: bytes) -> tuple[str, str]:
    """Take passphrase and way back out of a posted form.

    The way back is a path on this server or ``/``: never an address that leads elsewhere.

    Examples
    --------
    >>> read_form(b"passphrase=a+b&next=//evil.test/")
    ('a b', '/')
    """
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=4)
    except ValueError:  # more fields than our form has
        fields = {}
    back = fields.get("next", ["/"])[0]
    local = back.startswith("/") and not back.startswith("//") and back.isprintable()
    clean = local and "\\" not in back and back.isascii()
    return fields.get("passphrase", [""])[0], back if clean else "/"


def read_cookie(header: str) -> str | None:
    """Find our session in a Cookie header.

    Examples
    --------
    >>> read_cookie("a=b; cg_desk=xyz")
    'xyz'
    """
    for part in header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE and value:
            return value
    return None
