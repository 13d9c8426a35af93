"""Draw figures in a process of their own: ``python -m mapping.figure_process``.

A line of JSON comes in, a line of JSON goes out. The drawing program holds Python's lock for up to
seconds, and would keep a whole server from answering; and what may go wrong in it stays here.

It takes any font that lies about, and picks at random for a sign that the named one lacks. So each
font gets a family name that nobody else has, and the signs of direction as signs without a width.
"""

from __future__ import annotations

import base64
import html
import io
import json
import re
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final

import vl_convert
from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph
from fontTools.varLib import instancer

NOBODY: Final[list[str]] = []  # addresses that a figure may ask for its data
ANYTHING_ELSE: Final = "Noto Sans, system-ui, sans-serif"
_UNSEEN: Final = (0x200B, *range(0x200C, 0x2010), *range(0x2066, 0x206A))
_NARROW: Final = (0xA0, 0x2009, 0x202F)  # French puts the last one between thousands
FONTS_HERE: Final = "/*fonts*/"  # in a drawing of ours: where the style sheet is put
_LETTERS: Final = re.compile(r'font-family="@"([^>]*)>([^<]*)<')
_BOLD: Final = 'font-weight="bold"'
# What would fetch something, or run: text is escaped, so only a real element begins like this.
_FORBIDDEN: Final = re.compile(r"<(?:image|script|a|foreignObject|use|iframe)\b")


@dataclass(frozen=True)
class Font:
    """A font of a package: its name elsewhere, its files, and what it is called here."""

    name: str
    package: str
    files: tuple[str, ...]

    @property
    def family(self) -> str:
        """A name that no font of the machine has."""
        return f"Figures {self.name}"

    @cache  # noqa: B019 - a few fonts, for the life of a process
    def paths(self) -> tuple[Path, ...]:
        """Find the files; none where the package is not installed."""
        try:
            found = distribution(self.package)
        except PackageNotFoundError:
            return ()
        inside = Path(self.package.replace("-", "_")) / "files"
        return tuple(Path(str(found.locate_file(inside / one))).resolve() for one in self.files)

    @cache  # noqa: B019 - as before
    def signs(self) -> frozenset[int]:
        """Tell which signs it can draw."""
        return frozenset(TTFont(self.paths()[0]).getBestCmap()) if self.paths() else frozenset()


# In the order they are preferred: the first that has most of the signs draws the whole figure.
FONTS: Final = (
    Font(
        "Atkinson Hyperlegible",
        "fontpkg-atkinson-hyperlegible",
        ("AtkinsonHyperlegible-Regular.ttf", "AtkinsonHyperlegible-Bold.ttf"),
    ),
    Font("Noto Sans", "fontpkg-noto-sans", ("NotoSans[wdth,wght].ttf",)),
    Font("Noto Sans Arabic", "fontpkg-noto-sans-arabic", ("NotoSansArabic[wdth,wght].ttf",)),
)


def chosen(text: str) -> Font:
    """Choose the font that has most of the signs of a text.

    Examples
    --------
    >>> chosen("Selam, 3,300").name
    'Atkinson Hyperlegible'
    """
    signs = {ord(sign) for sign in text if sign.isalnum()}
    return max(FONTS, key=lambda font: len(signs & font.signs()))


@cache
def _register(font: Font) -> None:
    """Make a font known under our name for it, with signs that have no width."""
    folder = Path(_folder().name) / font.package
    folder.mkdir()
    for path in font.paths():
        one = TTFont(path, recalcTimestamp=False)
        for record in one["name"].names:
            if record.nameID in {1, 16}:
                record.string = font.family
        known = one.getBestCmap()
        empty = known.get(0x200C) or _empty(one)
        for table in one["cmap"].tables:
            if table.isUnicode() and table.format in {4, 12}:
                for sign in _UNSEEN:
                    table.cmap.setdefault(sign, empty)
                for sign in _NARROW:
                    table.cmap.setdefault(sign, known.get(0x2009) or known[0x20])
        one.save(folder / path.name)
    if font.paths():
        vl_convert.register_font_directory(str(folder))


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="figures-")


def _empty(font: TTFont) -> str:
    """Add a sign without width and ink, and give its name."""
    name = "unseen"
    order = [*font.getGlyphOrder(), name]
    font["glyf"][name] = Glyph()
    font["hmtx"][name] = (0, 0)
    font.setGlyphOrder(order)
    return name


def _embedded(font: Font, svg: str) -> str:
    """Write the signs that a figure uses as a style sheet, so that it looks alike everywhere."""
    used = {ord(sign) for sign in svg}
    return f"<defs><style>{_rules(font, used, bold=_BOLD in svg)}</style></defs>"


def _rules(font: Font, used: Iterable[int], *, bold: bool) -> str:
    """Write some signs of a font as rules of a style sheet."""
    rules = []
    for at, path in enumerate(font.paths()):
        if at and not bold:
            continue
        one = TTFont(path, recalcTimestamp=False)
        options = subset.Options(hinting=False, name_IDs=[0, 1, 2, 13, 14], glyph_names=False)
        cut = subset.Subsetter(options)
        cut.populate(unicodes=used)
        cut.subset(one)
        if "fvar" in one:
            one = instancer.instantiateVariableFont(one, {"wght": 400, "wdth": 100})
        written = io.BytesIO()
        one.save(written)
        data = base64.b64encode(written.getvalue()).decode("ascii")
        rules.append(
            f'@font-face{{font-family:"{font.name}";font-weight:{"bold" if at else "normal"};'
            f"src:url(data:font/ttf;base64,{data})}}"
        )
    return "".join(rules)


def _lettered(text: str, scale: float | None) -> bytes:
    """Put fonts into a drawing or a page of ours, or make a PNG of a drawing.

    Each text has the mark ``@`` as its font, and a style sheet holds the mark for the fonts.
    """
    if _FORBIDDEN.search(text):
        raise ValueError("a figure brings all it needs with it and runs nothing")
    if scale:
        for font in FONTS:
            _register(font)
        one_by_one = _LETTERS.sub(lambda found: _font_of(found[1], found[2]), text)
        return vl_convert.svg_to_png(one_by_one, scale=scale)
    families = ", ".join((*(font.name for font in FONTS), "system-ui", "sans-serif"))
    left = {ord(sign) for sign in html.unescape(text)}
    rules = []
    for font in FONTS:
        mine = left & font.signs()
        left -= mine
        if any(chr(sign).isalnum() for sign in mine):
            rules.append(_rules(font, mine, bold=_BOLD in text or "font-weight:700" in text))
    named = text.replace('font-family="@"', f'font-family="{families}"')
    return named.replace(FONTS_HERE, "".join(rules), 1).encode()


def _font_of(more: str, letters: str) -> str:
    """Name the font that has most of the signs of a text, before the text."""
    return f'font-family="{chosen(html.unescape(letters)).family}"{more}>{letters}<'


def drawn(order: dict[str, Any]) -> bytes:
    """Draw one figure.

    Parameters
    ----------
    order
        ``spec``: of Vega-Lite, or ``text``: a drawing or page of ours that wants its fonts;
        ``scale``: pixels of a PNG for one of the figure, or null for SVG.

    Raises
    ------
    ValueError
        If the picture would fetch something or run something.
    """
    if "text" in order:
        return _lettered(order["text"], order["scale"])
    spec = order["spec"]
    font = chosen(json.dumps(spec, ensure_ascii=False))
    _register(font)
    spec["config"] = {**spec.get("config", {}), "font": font.family}
    svg = vl_convert.vegalite_to_svg(spec, allowed_base_urls=NOBODY)
    if _FORBIDDEN.search(svg):
        raise ValueError("a figure brings all it needs with it and runs nothing")
    if order["scale"]:
        return vl_convert.svg_to_png(svg, scale=order["scale"])
    named = svg.replace(
        f'font-family="{font.family}"', f'font-family="{font.name}, {ANYTHING_ELSE}"'
    )
    head, end, rest = named.partition(">")
    return f"{head}{end}{_embedded(font, named)}{rest}".encode()


def main() -> None:
    """Answer one line after the other, until nobody asks any more."""
    for line in sys.stdin.buffer:
        try:
            answer = {"drawn": base64.b64encode(drawn(json.loads(line))).decode("ascii")}
        except (ValueError, RuntimeError, LookupError, OSError) as error:
            answer = {"failed": f"{type(error).__name__}: {str(error)[:200]}"}
        sys.stdout.buffer.write(json.dumps(answer).encode() + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
