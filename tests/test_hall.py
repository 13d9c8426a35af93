"""Where phones find this machine."""

from __future__ import annotations

import socket

import psutil
import pytest

from mapping import hall


def test_secrets_stand_behind_the_hash_where_no_server_sees_them() -> None:
    assert hall.join_address("http://h:1", "CODE", "secret").partition("#")[2] == "secret"
    assert hall.wall_address("", "CODE", "key", lang="fr") == "/wall/CODE?lang=fr#key"


@pytest.mark.parametrize(
    ("host", "is_open"),
    [
        ("127.0.0.1", False),
        ("localhost", False),
        ("::1", False),
        ("hall.test", True),
        ("0.0.0.0", True),  # noqa: S104 - compared, not bound
    ],
)
def test_only_loopback_is_closed_to_phones(
    monkeypatch: pytest.MonkeyPatch, host: str, *, is_open: bool
) -> None:
    monkeypatch.setenv("CG_HOST", host)
    assert hall.is_open() is is_open


def test_a_name_given_by_the_operator_is_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CG_HOST", "hall.test")
    monkeypatch.setenv("CG_PORT", "8123")
    assert hall.origins() == ["http://hall.test:8123"]


def test_every_address_means_every_network_the_likely_one_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Fake:
        def __init__(self, address: str) -> None:
            self.address, self.family = address, socket.AF_INET

    class Up:
        isup = True

    found = {
        "lo": "127.0.0.1",
        "docker0": "172.17.0.1",
        "eth0": "10.0.0.4",
        "wlp2s0": "192.168.1.5",
    }
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: {n: [Fake(a)] for n, a in found.items()})
    monkeypatch.setattr(psutil, "net_if_stats", lambda: dict.fromkeys(found, Up()))
    monkeypatch.setenv("CG_HOST", "0.0.0.0")  # noqa: S104 - read, not bound
    monkeypatch.setenv("CG_PORT", "8501")
    assert hall.origins() == [
        "http://192.168.1.5:8501",
        "http://10.0.0.4:8501",
        "http://172.17.0.1:8501",
    ]
