"""Pictures of phone and wall, as symbols of one inline SVG: no request, no font, any colour.

Pictures by Font Awesome Free 6 (CC BY 4.0), read from the package that pip installed. The three
feelings are shapes of our own with a face in them: circle, square, diamond.
"""

from __future__ import annotations

import re
from functools import cache
from types import MappingProxyType

from layers import codebook
from mapping import assets
from mapping.pictograms import PICTURES as OF_PLACES

OF_CODES = MappingProxyType(
    {
        "lighting": "lightbulb",
        "sight": "eye",
        "path": "stairs",
        "upkeep": "broom",
        "transport": "bus",
        "comfort": "chair",
        "empty": "user-large-slash",
        "crowded": "users",
        "families": "hands-holding-child",
        "known": "handshake",
        "groups": "users-rays",
        "staff": "user-shield",
        "police": "id-card",
        "racism": "people-arrows",
        "harassment": "person-harassing",
        "faith": "hands-praying",
        "queer": "rainbow",
        "kind": "hand-holding-heart",
        "refused": "door-closed",
        "language": "language",
        "day": "sun",
        "evening": "cloud-moon",
        "night": "moon",
        "alone": "person",
        "children": "children",
        "others": "user-group",
        codebook.UNSAID: "comment-slash",
    }
)
_OF_BUTTONS = (
    "arrow-down",
    "arrow-left",
    "arrow-right",
    "arrow-up",
    "bars",
    "bullhorn",
    "calendar-xmark",
    "check",
    "circle-check",
    "clock",
    "comment-dots",
    "expand",
    "eye",
    "eye-slash",
    "globe",
    "hand",
    "hourglass-half",
    "house-circle-xmark",
    "key",
    "life-ring",
    "list",
    "location-crosshairs",
    "map",
    "minus",
    "paper-plane",
    "pause",
    "pen",
    "people-group",
    "people-roof",
    "play",
    "plus",
    "receipt",
    "right-from-bracket",
    "rotate-left",
    "stop",
    "table-cells-large",
    "trash-can",
    "user-plus",
    "user-secret",
    "vector-square",
    "volume-high",
    "volume-xmark",
    "xmark",
)
_SVG = re.compile(r'viewBox="([^"]+)".*?<path d="([^"]+)"', re.DOTALL)

# Each shape in a square of 48; the face is cut out of it, so that it holds on any ground.
_FACES = MappingProxyType(
    {
        "safe": (
            '<circle cx="24" cy="24" r="22" fill="currentColor"/>',
            "M15 28q9 10 18 0",
        ),
        "mixed": (
            '<rect x="4" y="4" width="40" height="40" rx="4" fill="currentColor"/>',
            "M15 31h18",
        ),
        "unsafe": (
            '<path d="M24 0 48 24 24 48 0 24z" fill="currentColor"/>',
            "M16 32q8 -8 16 0",
        ),
    }
)


@cache
def sprite() -> str:
    """Give all symbols as one hidden SVG element; use them by ``<use href="#p-lighting">``."""
    symbols = [_symbol(f"p-{code}", name) for code, name in OF_CODES.items()]
    symbols += [_symbol(f"b-{name}", name) for name in _OF_BUTTONS]
    symbols += [
        _symbol(f"k-{code.removeprefix('place_kind.')}", name)
        for code, name in OF_PLACES.items()
        if code.startswith("place_kind.")
    ]
    for code, (shape, mouth) in _FACES.items():
        face = (
            f'<g fill="none" stroke="var(--face, #fff)" stroke-width="3" stroke-linecap="round">'
            f'<path d="{mouth}"/></g><g fill="var(--face, #fff)">'
            f'<circle cx="17" cy="19" r="2.6"/><circle cx="31" cy="19" r="2.6"/></g>'
        )
        symbols.append(f'<symbol id="f-{code}" viewBox="0 0 48 48">{shape}{face}</symbol>')
        symbols.append(f'<symbol id="s-{code}" viewBox="0 0 48 48">{shape}</symbol>')
    return (
        '<svg class="sprite" aria-hidden="true" focusable="false" width="0" height="0">'
        + "".join(symbols)
        + "</svg>"
    )


@cache
def actors() -> str:
    """Give the kinds of actors, ``#a-ngo``, and the button of a group's phone as one element."""
    symbols = [_symbol("b-volume-high", "volume-high")]
    symbols += [
        _symbol(f"a-{code.removeprefix('actor_kind.')}", name)
        for code, name in OF_PLACES.items()
        if code.startswith("actor_kind.")
    ]
    return (
        '<svg class="sprite" aria-hidden="true" focusable="false" width="0" height="0">'
        + "".join(symbols)
        + "</svg>"
    )


def _symbol(identifier: str, name: str) -> str:
    svg = assets.file("fontawesome", f"svgs/solid/{name}.svg").read_text("utf-8")
    found = _SVG.search(svg)
    if found is None:
        raise LookupError(f"the picture {name} is not one path in a view box")
    box, path = found.groups()
    return f'<symbol id="{identifier}" viewBox="{box}"><path d="{path}"/></symbol>'
