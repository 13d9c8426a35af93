"""Nobody else is asked: not by a page, not by the phone, not by the wall, not by the server."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from mapping import hall, words
from mapping.pages import navigation
from mapping.phone import policy
from tests.helpers import desk, rooms
from tests.helpers.block import sitecustomize as block
from tests.helpers.running import BLOCK, Server
from tests.helpers.watched import HALL, Watch

SECRET = "a passphrase for the tests"  # noqa: S105  invented for these tests


# --- the block itself --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "line",
    [
        "import socket; socket.create_connection(('192.0.2.1', 80), timeout=1)",
        "import socket; socket.getaddrinfo('example.test', 80)",
        "import urllib.request; urllib.request.urlopen('http://192.0.2.1/', timeout=1)",
        "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "import asyncio; asyncio.run(asyncio.open_connection('192.0.2.1', 80))",
        "from streamlit import net_util; net_util._make_blocking_http_get('http://ip.example.test')",
    ],
)
def test_a_blocked_process_reaches_nobody_and_each_try_is_written_down(
    line: str, tmp_path: Path
) -> None:
    tries = tmp_path / "tries.txt"
    env = {**os.environ, "PYTHONPATH": str(BLOCK), "CG_BLOCK_FILE": str(tries)}
    subprocess.run([sys.executable, "-c", line], env=env, capture_output=True, check=False)  # noqa: S603  our own line
    assert re.search(r"192\.0\.2\.1|example\.test", tries.read_text("utf-8"))


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8", None])
def test_this_machine_is_nobody_else(host: str | None) -> None:
    assert block.host_of("socket.getaddrinfo", (host, 80, 0, 0, 0)) is None


def test_a_socket_between_processes_is_nobody_else() -> None:
    with socket.socket(socket.AF_UNIX) as here, pytest.raises(FileNotFoundError):
        here.connect("/nonexistent/socket")


# --- every page --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", desk.PAGES)
def test_a_page_of_the_desk_asks_nobody_else_complains_of_nothing_and_has_its_name(
    name: str, watch: Watch, server: Server
) -> None:
    """Under the name that people type, with its own entry chosen among the pages."""
    page = watch.page()
    page.goto(f"{server.url}/{name}")
    desk.wait_until_drawn(page)
    assert watch.foreign == []
    assert desk.complaints(watch.errors) == []
    assert page.get_by_role("dialog").count() == 0, "page not found"
    label = words.say(f"nav.{name}")
    chosen = page.get_by_test_id("stTopNavLink").get_by_text(label, exact=True)
    for heading, names in (("together", navigation.TOGETHER), ("tables", navigation.TABLES)):
        if name in names:
            sections = page.get_by_test_id("stTopNavSection")
            sections.get_by_text(words.say(f"nav.{heading}"), exact=True).click()
            chosen = page.get_by_test_id("stTopNavDropdownLink").get_by_text(label, exact=True)
    chosen.first.wait_for(state="visible")


def test_phone_and_wall_ask_nobody_else_and_complain_of_nothing(
    watch: Watch, server: Server
) -> None:
    with rooms.a_session(server.room, server.atlas) as session:
        wall = watch.page("projector")
        wall.goto(hall.wall_address(server.url, session.code, session.wall_key, lang="en"))
        address = hall.join_address(server.url, session.code, session.id)
        assert list(rooms.steps(watch.page("phone"), address))[-1] == "receipt"
        wall.wait_for_function("document.getElementById('sent').textContent === '1'")
    assert watch.errors == []
    assert watch.foreign == []


def test_the_watch_sees_a_request_to_another_host(watch: Watch, server: Server) -> None:
    page = watch.page()
    page.goto(f"{server.url}/assets/leaflet/leaflet.css")
    page.evaluate("fetch('http://elsewhere.test/x').catch(() => 0)")
    page.wait_for_timeout(200)
    # Either stopped by the policy before it is a request, or seen as one.
    assert watch.foreign or any("Content Security Policy" in error for error in watch.errors)
    watch.foreign.clear()


# --- in a hall ---------------------------------------------------------------------------------


def test_in_a_hall_phones_come_in_and_the_desk_asks_for_its_passphrase(
    watch: Watch, start_server: Callable[..., Server]
) -> None:
    server = start_server(CG_HOST=HALL, CG_PASSPHRASE=SECRET)
    origin = server.address(HALL, "")
    with rooms.a_session(server.room, server.atlas) as session:
        address = hall.join_address(origin, session.code, session.id)
        assert list(rooms.steps(watch.page("phone"), address))[-1] == "receipt"
        assert watch.errors == []

        page = watch.page()
        page.goto(f"{origin}/network")
        assert page.locator("[data-testid=stApp]").count() == 0
        page.fill("#passphrase", "something else entirely")
        page.click("button[type=submit]")
        page.wait_for_selector("[role=alert]")
        page.fill("#passphrase", SECRET.upper())
        page.click("button[type=submit]")
        desk.wait_until_drawn(page)
        assert page.url == f"{origin}/network"
    log = server.log()
    assert SECRET not in log
    assert session.code not in log
    assert session.id not in log


def test_a_passphrase_that_was_made_is_written_to_the_terminal_once(
    start_server: Callable[..., Server],
) -> None:
    server = start_server(CG_HOST=HALL)
    found = re.findall(r"(?:[a-z2-9]{5}-){3}[a-z2-9]{5}", server.log())
    assert len(found) == 1
    headers = {"host": HALL, "origin": f"http://{HALL}"}
    with httpx2.Client(base_url=server.url, headers=headers) as client:
        assert client.get("/").status_code == 401
        answer = client.post("/door", data={"passphrase": found[0]})
        assert answer.status_code == 303
        assert client.get("/").status_code == 200


def _raw(server: Server, request: str) -> str:
    """Send bytes as they are, which no client would, and give the first line of the answer."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(request.replace("\n", "\r\n").encode())
        return connection.recv(4096).decode("latin-1").partition("\r\n")[0]


UPGRADE = """GET /_stcore/stream HTTP/1.1
Host: {host}
{more}Connection: Upgrade
Upgrade: websocket
Sec-WebSocket-Version: 13
Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==

"""


@pytest.mark.parametrize(
    ("host", "more", "status"),
    [
        ("127.0.0.1", "", 403),
        ("127.0.0.1", "Origin: http://evil.test\n", 403),
        ("127.0.0.1", "Origin: null\n", 403),
        ("evil.test", "Origin: http://evil.test\n", 421),
        ("127.0.0.1", "Origin: http://127.0.0.1\n", 101),
    ],
    ids=["no origin", "foreign origin", "null origin", "rebound name", "ours"],
)
def test_the_desks_web_socket_opens_to_our_own_pages_only(
    server: Server, host: str, more: str, status: int
) -> None:
    assert f" {status} " in _raw(server, UPGRADE.format(host=host, more=more))


@pytest.mark.parametrize("path", ["/phone/../_stcore/health", "/phone/%2e%2e/_stcore/health"])
def test_no_path_climbs_out_of_the_phones(server: Server, path: str) -> None:
    assert " 404 " in _raw(server, f"GET {path} HTTP/1.1\nHost: 127.0.0.1\n\n")


@pytest.mark.parametrize(
    "path",
    ["/", "/gaps", "/_stcore/host-config", "/media/nothing", "/static/nothing.js", "/j", "/x/y"],
)
def test_every_answer_of_the_real_server_has_our_headers(server: Server, path: str) -> None:
    headers = httpx2.get(f"{server.url}{path}").headers
    wanted = policy.headers(strict=policy.under(path, policy.PUBLIC), trustworthy=True)
    assert {name: headers.get(name) for name in wanted} == wanted


def test_streamlits_measurements_are_nobodys(server: Server) -> None:
    assert httpx2.get(f"{server.url}/_stcore/metrics").status_code == 404


def test_the_log_names_no_address_no_browser_and_no_query(server: Server) -> None:
    httpx2.get(f"{server.url}/j/ABCD?secret=xyzzy", headers={"user-agent": "plugh/1"})
    _raw(server, UPGRADE.format(host="127.0.0.1", more="Origin: http://127.0.0.1\n"))
    log = server.log()
    assert "xyzzy" not in log
    assert "plugh" not in log
    ports = re.findall(r"127\.0\.0\.1:(\d+)", log)
    assert set(ports) <= {str(server.port)}  # its own address, which it shows at the start
