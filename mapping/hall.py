"""Where phones find this machine: its addresses in the hall's network, and their QR codes."""

from __future__ import annotations

import ipaddress
import os
import socket

import psutil
import segno

DEFAULT_PORT = 8501
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - what an operator wrote, compared and not bound


def host() -> str:
    """Give the setting ``CG_HOST``: a name or address, or one that means every address."""
    return os.environ.get("CG_HOST") or "127.0.0.1"


def port() -> int:
    """Give the setting ``CG_PORT``."""
    return int(os.environ.get("CG_PORT") or DEFAULT_PORT)


def is_open() -> bool:
    """Tell whether phones in a hall can reach this server at all."""
    return not _is_loopback(host())


def origins() -> list[str]:
    """List the addresses phones may use, the likeliest first, such as ``http://192.168.1.5:8501``.

    One where ``CG_HOST`` names it or only this machine is answered; where it means every
    address, one for each network this machine is in.
    """
    name = host()
    names = own_addresses() if name in _EVERYWHERE else [name]
    return [f"http://{_bracketed(one)}:{port()}" for one in names or ["127.0.0.1"]]


def own_addresses() -> list[str]:
    """List this machine's addresses in private networks, the likeliest of a hall first.

    Wireless before wired before the rest, because phones are wireless; IPv4 only, because
    that is what people can read from a wall and type.
    """
    up = {name for name, state in psutil.net_if_stats().items() if state.isup}
    found = [
        (_rank(interface), address.address)
        for interface, addresses in psutil.net_if_addrs().items()
        for address in addresses
        if interface in up and address.family == socket.AF_INET
    ]
    usable = [one for one in sorted(found) if not _is_loopback(one[1])]
    return [address for _, address in usable]


def join_address(
    origin: str, code: str, session_id: str = "", *, party: int | None = None, someone: bool = False
) -> str:
    """Give the address a phone opens; the secret stands behind ``#``, which no log ever sees.

    Parameters
    ----------
    origin, code, session_id
        Where, and which session; without the identifier a phone joins by code.
    party
        Number of the table or group the phone is at, from 0; None: it asks where there are some.
    someone
        For the facilitator, who enters for one person after another.

    Examples
    --------
    >>> join_address("http://hall.test", "ABCD2345", "5e", party=1)
    'http://hall.test/j/ABCD2345#5e&table=1'
    >>> join_address("", "ABCD2345", "5e", someone=True)
    '/j/ABCD2345#5e&for=someone'
    """
    marks = [session_id] if session_id else []
    marks += [] if party is None else [f"table={party}"]
    marks += ["for=someone"] if someone else []
    return f"{origin}/j/{code}" + (f"#{'&'.join(marks)}" if marks else "")


def moderator_address(origin: str, code: str, moderator_key: str, *, lang: str) -> str:
    """Give the address of the second phone, for whoever moderates; it asks for the passphrase."""
    return f"{origin}/moderate/{code}?lang={lang}#{moderator_key}"


def net_address(origin: str, group_code: str, *, lang: str = "") -> str:
    """Give the address of a group's phone in a round of Net-Map; its code is all it needs."""
    return f"{origin}/net/{group_code}" + (f"?lang={lang}" if lang else "")


def wall_address(origin: str, code: str, wall_key: str, *, lang: str) -> str:
    """Give the address of the wall in a language, for the facilitator's projector only."""
    return f"{origin}/wall/{code}?lang={lang}#{wall_key}"


def qr_rows(text: str) -> list[str]:
    """Give a QR code as rows of ``0`` and ``1``, without its margin.

    Examples
    --------
    >>> rows = qr_rows("http://192.168.1.5:8501/j/ABCD2345")
    >>> len(rows) == len(rows[0])
    True
    """
    return ["".join(str(int(bit > 0)) for bit in row) for row in segno.make(text, error="m").matrix]


def qr_svg(text: str, *, dark: str, light: str, sized: bool = True) -> str:
    """Give a QR code as an SVG picture, with its margin, in two colours ``#RRGGBB``.

    Without a size of its own (``sized``) it is as large as what it stands in.
    """
    made = segno.make(text, error="m")
    return str(made.svg_inline(scale=8, border=4, dark=dark, light=light, omitsize=not sized))


def _rank(interface: str) -> int:
    # wlan0, wlp2s0, Wi-Fi; then eth0, enp3s0, en0; then bridges of containers and the like
    name = interface.lower()
    if name.startswith(("wl", "wi-fi", "wifi", "ap")):
        return 0
    return 1 if name.startswith(("en", "eth")) else 2


def _is_loopback(name: str) -> bool:
    if name.lower() in ("localhost", ""):
        return True
    try:
        return ipaddress.ip_address(name.strip("[]")).is_loopback
    except ValueError:
        return False


def _bracketed(name: str) -> str:
    return f"[{name}]" if ":" in name and not name.startswith("[") else name
