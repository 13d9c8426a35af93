"""The headers that go with every answer: what a page may load, and what it may not do."""

from __future__ import annotations

from types import MappingProxyType

# The addresses that a hall may reach without the passphrase. Everything else is the desk's.
PUBLIC = ("/j", "/phone", "/net", "/wall", "/ours", "/assets", "/door")

# Behind the passphrase as the desk is, and as strict as a phone's page: people's words stand there.
MODERATOR = "/moderate"
STRICT = (*PUBLIC, MODERATOR)

# Sockets on which the other side has to say who it is before it is told anything.
SPEAK_FIRST = ("/wall/live", "/phone/check/live")

# Streamlit answers these to anybody, and nothing of ours needs them.
SHUT = ("/_stcore/metrics", "/_stcore/agent", "/_stcore/script-health-check")

_ROOM = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",  # data: a QR code or a pictogram; it cannot leave the page
    "font-src 'self'",
    "connect-src 'self'",
    "media-src 'self'",
    "worker-src 'self'",  # where the address is https, a phone works without network too
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
)

_DESK = (
    "default-src 'none'",
    # 'unsafe-inline': st_folium writes its map as an inline script. blob: components v2.
    "script-src 'self' 'unsafe-inline' blob:",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    "connect-src 'self' blob: data:",
    "media-src 'self' blob:",
    "worker-src 'self' blob:",
    "frame-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'self'",
    "base-uri 'self'",
)

_ALWAYS = MappingProxyType(
    {
        "referrer-policy": "no-referrer",
        "x-content-type-options": "nosniff",
        "permissions-policy": ", ".join(
            f"{power}=()"
            for power in (
                "accelerometer",
                "camera",
                "display-capture",
                "geolocation",
                "gyroscope",
                "magnetometer",
                "microphone",
                "midi",
                "payment",
                "usb",
            )
        ),
        "cross-origin-resource-policy": "same-origin",
    }
)


def under(path: str, prefixes: tuple[str, ...]) -> bool:
    """Tell whether a path is one of the prefixes, or lies under one.

    Examples
    --------
    >>> under("/j/ABCD", ("/j",)), under("/jam", ("/j",))
    (True, False)
    """
    return any(path == prefix or path.startswith(f"{prefix}/") for prefix in prefixes)


def headers(*, strict: bool, trustworthy: bool) -> dict[str, str]:
    """Give the headers for an answer.

    Parameters
    ----------
    strict
        As for phone and wall; the desk needs more, because Streamlit does.
    trustworthy
        Whether the browser calls the origin so: https, or this machine itself. Elsewhere it
        complains about an opener policy, and ignores it.

    Examples
    --------
    >>> headers(strict=True, trustworthy=False)["content-security-policy"][:18]
    "default-src 'none'"
    """
    found = dict(_ALWAYS)
    found["content-security-policy"] = "; ".join(_ROOM if strict else _DESK)
    found["x-frame-options"] = "DENY" if strict else "SAMEORIGIN"
    if trustworthy:
        found["cross-origin-opener-policy"] = "same-origin"
    return found
