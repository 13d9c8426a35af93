"""Scripts, styles and fonts of others, found inside the packages that pip installed.

Nothing of them is copied into the repository, and no page asks another server for them: the
doors serve them under ``/assets/<package>/<name>``.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from types import MappingProxyType

PREFIX = "/assets"

# name in the address -> package on PyPI, folder inside of it
_PACKAGES = MappingProxyType(
    {
        "leaflet": ("XStatic-Leaflet", "xstatic/pkg/leaflet/data"),
        "markercluster": (
            "XStatic-Leaflet-MarkerCluster",
            "xstatic/pkg/leaflet_markercluster/data",
        ),
        "jquery": ("XStatic-jQuery", "xstatic/pkg/jquery/data"),
        "fontawesome": ("XStatic-Font-Awesome", "xstatic/pkg/font_awesome/data"),
        "font": ("fontpkg-atkinson-hyperlegible", "fontpkg_atkinson_hyperlegible/files"),
    }
)

_MEDIA_TYPES = MappingProxyType(
    {
        ".js": "text/javascript",
        ".css": "text/css",
        ".png": "image/png",
        ".svg": "image/svg+xml",
        ".ttf": "font/ttf",
        ".woff2": "font/woff2",
    }
)


@cache
def _folder(package: str) -> Path:
    # Not by importing the package: some of these import pkg_resources, which warns or is gone.
    name, inside = _PACKAGES[package]
    return Path(str(distribution(name).locate_file(inside))).resolve()


def packages() -> tuple[str, ...]:
    """Tell which packages are served, by their name in the address."""
    return tuple(_PACKAGES)


def file(package: str, name: str) -> Path:
    """Find one file of a package.

    Parameters
    ----------
    package
        One of :func:`packages`.
    name
        Path inside of the package, such as ``"images/layers.png"``.

    Raises
    ------
    LookupError
        If there is no such package or file, if the file is of a kind that is not served, or if
        ``name`` leads out of the package.

    Examples
    --------
    >>> file("leaflet", "leaflet.js").name
    'leaflet.js'
    """
    if package not in _PACKAGES:
        raise LookupError(f"no package is served as {package!r}")
    root = _folder(package)
    found = (root / name).resolve()
    if not found.is_relative_to(root) or found.suffix not in _MEDIA_TYPES or not found.is_file():
        raise LookupError(f"{package} serves no file {name!r}")
    return found


def url(package: str, name: str) -> str:
    """Give the address, on our own server, of one file of a package.

    Raises
    ------
    LookupError
        As :func:`file`, so that a wrong name fails where it is written and not in a browser.

    Examples
    --------
    >>> url("leaflet", "leaflet.css")
    '/assets/leaflet/leaflet.css'
    """
    file(package, name)
    return f"{PREFIX}/{package}/{name}"


def media_type(name: str) -> str:
    """Tell the media type of a file that is served.

    Examples
    --------
    >>> media_type("leaflet.js")
    'text/javascript'
    """
    return _MEDIA_TYPES[Path(name).suffix]
