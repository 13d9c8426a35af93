"""The browser of this machine is shown the desk once somebody listens, and never otherwise."""

from __future__ import annotations

import socket
import threading

import pytest

from mapping.phone import opening
from tests.helpers.running import free_port


def test_it_waits_until_somebody_listens() -> None:
    shown: list[str] = []
    port = free_port()
    address = f"http://127.0.0.1:{port}/"
    waiting = threading.Thread(
        target=opening.open_when_ready, args=(address,), kwargs={"show": shown.append}
    )
    waiting.start()
    assert shown == []
    with socket.create_server(("127.0.0.1", port)):
        waiting.join(timeout=30)
    assert shown == [address]


def test_it_gives_up_where_nobody_comes() -> None:
    shown: list[str] = []
    address = f"http://127.0.0.1:{free_port()}/"
    assert not opening.open_when_ready(address, wait_s=0.2, show=shown.append)
    assert shown == []


@pytest.mark.parametrize("setting", [None, ""])
def test_without_the_setting_nothing_is_opened(
    setting: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    import anyio

    monkeypatch.delenv("CG_OPEN", raising=False)
    if setting is not None:
        monkeypatch.setenv("CG_OPEN", setting)
    monkeypatch.setattr(opening, "open_when_ready", lambda *_: pytest.fail("opened"))

    async def live() -> None:
        async with opening.lifespan(None):
            pass

    anyio.run(live)
