"""A browser that is watched: which hosts it asks, and what it complains about."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

HALL = "hall.test"
OURS = frozenset({"127.0.0.1", "localhost", HALL})
SIZES = {"desktop": (1440, 900), "projector": (1920, 1080), "phone": (360, 640)}
# Every other name fails at once: the browser asks no name server.
_RULES = f"MAP {HALL} 127.0.0.1,MAP * ~NOTFOUND,EXCLUDE 127.0.0.1,EXCLUDE localhost"


def chromium() -> str | None:
    """Find the machine's Chromium."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CG_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


@contextmanager
def a_browser(executable: str) -> Iterator[Browser]:
    """Run the browser without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
                f"--host-resolver-rules={_RULES}",
            ],
        )
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Watch:
    """What the pages of one test asked for, and what went wrong in them.

    ``foreign`` lists requests to any other host, ``errors`` what the browser wrote to its console
    as an error (a blocked script, a failed load, an exception).
    """

    browser: Browser
    requests: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def page(self, size: str = "desktop", **options: Any) -> Page:
        """Open a page in a context of its own (no cookies of others), such as another phone."""
        width, height = SIZES[size]
        chosen: dict[str, Any] = {"viewport": {"width": width, "height": height}}
        if size == "phone":
            chosen |= {"is_mobile": True, "has_touch": True, "device_scale_factor": 2}
        context = self.browser.new_context(**{**chosen, **options})
        context.set_default_timeout(20_000)
        self._contexts.append(context)
        context.on("request", lambda request: self._ask(request.url))
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        page = context.new_page()
        page.on("websocket", lambda websocket: self._ask(websocket.url))
        return page

    def close(self) -> None:
        """Close all pages."""
        for context in self._contexts:
            context.close()

    def _ask(self, url: str) -> None:
        self.requests.append(url)
        parts = urlsplit(url)
        if parts.scheme not in {"data", "blob", "about"} and parts.hostname not in OURS:
            self.foreign.append(url)

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")
