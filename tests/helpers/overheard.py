"""Everything that a page was told, by answers and over its lines, and all that it sent."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Error, Page, Request, Response, WebSocket


class Overheard:
    """The payloads of one page; to be made before the page is opened."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.frames: list[str] = []
        self.sent: list[dict[str, Any]] = []
        self._responses: list[Response] = []
        page.on("websocket", self._line)
        page.on("request", self._request)
        page.on("response", self._response)

    def _line(self, line: WebSocket) -> None:
        line.on("framereceived", lambda frame: self.frames.append(str(frame)))

    def _request(self, request: Request) -> None:
        if request.method == "POST" and isinstance(said := request.post_data_json, dict):
            self.sent.append(said)

    def _response(self, response: Response) -> None:
        self._responses.append(response)

    def told(self) -> str:
        """Give all that the page was told so far."""
        return "\n".join([*self.frames, *filter(None, map(_body, self._responses))])

    def states(self) -> list[dict[str, Any]]:
        """Give the states among what came over the lines of a wall."""
        said = [json.loads(frame) for frame in self.frames]
        return [one for one in said if one.get("type") == "state"]

    def until(self, **wanted: Any) -> dict[str, Any]:
        """Wait until the last state has these values; lists are compared by their length."""
        last: dict[str, Any] = {}
        for _ in range(400):
            last = (self.states() or [{}])[-1]
            found = {
                name: len(value) if isinstance(value := last.get(name), list) else value
                for name in wanted
            }
            if found == wanted:
                return last
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never {wanted}, at last {last}")


def _body(response: Response) -> str:
    if response.request.resource_type in {"font", "image"}:
        return ""
    try:
        return response.text()
    except (Error, UnicodeDecodeError):  # a redirect, or nothing to read
        return ""
