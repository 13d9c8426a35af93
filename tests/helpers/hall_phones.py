"""Phones in a hall whose laptop changes its address; with a browser that trusts it, or not."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Response, sync_playwright

from layers.room_session import Session
from tests.helpers.running import Server
from tests.helpers.watched import HALL, chromium

MOVED = "10.20.30.40"  # where the laptop is later; the browser of these tests finds it here too
IN_HALL = {"CG_HOST": HALL, "CG_PASSPHRASE": "abcdefghjkmnp"}
_RULES = f"MAP {HALL} 127.0.0.1,MAP {MOVED} 127.0.0.1,MAP * ~NOTFOUND,EXCLUDE 127.0.0.1"


@contextmanager
def a_hall(sample: Path, folder: Path) -> Iterator[Server]:
    """Run a server that a hall reaches."""
    atlas = Path(shutil.copy(sample, folder / "sample.gpkg"))
    with Server(folder, atlas, IN_HALL) as running:
        yield running


@contextmanager
def phone_browsers(trusting: str) -> Iterator[tuple[Browser, Browser]]:
    """Run two browsers that know both addresses; to the second one of them is as good as https."""
    executable = chromium()
    if executable is None:
        pytest.skip("no Chromium")
    args = ["--no-sandbox", "--disable-gpu", "--no-first-run", f"--host-resolver-rules={_RULES}"]
    trust = [f"--unsafely-treat-insecure-origin-as-secure={trusting}"]
    with sync_playwright() as playwright:
        plain = playwright.chromium.launch(executable_path=executable, args=args)
        trusted = playwright.chromium.launch(executable_path=executable, args=[*args, *trust])
        try:
            yield plain, trusted
        finally:
            plain.close()
            trusted.close()


@contextmanager
def a_phone(browser: Browser) -> Iterator[Page]:
    """Open a phone with nothing on it."""
    context = browser.new_context(viewport={"width": 360, "height": 640}, locale="en")
    context.set_default_timeout(20_000)
    try:
        yield context.new_page()
    finally:
        context.close()


def true(page: Page, script: str, *, wait_s: float = 20) -> None:
    """Wait until an asynchronous question is answered with yes; wait_for_function asks it once."""
    for _ in range(int(wait_s * 5)):
        if page.evaluate(script):
            return
        page.wait_for_timeout(200)
    raise AssertionError(script)


def empty(page: Page, *, wait_s: float = 20) -> None:
    """Wait until nothing waits."""
    true(page, "async () => (await Outbox.all()).length === 0", wait_s=wait_s)


def add(page: Page, path: str, body: dict[str, Any]) -> None:
    """Put something into the queue as the page does."""
    page.evaluate(
        "([path, body]) => Outbox.add({id: body.id, path, first: false, body})", [path, body]
    )


def bodies(page: Page, paths: str = "contributions|change|withdraw") -> list[tuple[str, Any]]:
    """Collect what the page sends from now on and gets an answer to."""
    found: list[tuple[str, Any]] = []

    def heard(response: Response) -> None:
        match = re.search(rf"/phone/({paths})$", response.url)
        if match:
            found.append((match[1], json.loads(response.request.post_data or "null")))

    page.on("response", heard)
    return found


def said(session: Session, page: Page, number: int, feeling: str = "safe") -> dict[str, Any]:
    """Make the body of a contribution under the page's own token."""
    own = page.evaluate("id => Outbox.get(`session ${id}`)", session.id)
    cell = page.evaluate("document.getElementById('map').dataset.cell || ''")
    return {
        "session": session.id,
        "token": own["token"],
        "consent": session.consent,
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "cell": cell,
        "feeling": feeling,
        "reasons": [],
    }
