"""What axe finds in a page: one line for each barrier, empty where there is none."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files
from typing import Any

from playwright.sync_api import Page

# a page of one thing at a time is its own landmark; every other rule of the lists counts
_RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@cache
def _axe() -> str:
    return (files("axe_playwright_python") / "axe.min.js").read_text("utf-8")


def barriers(page: Page) -> list[str]:
    """Run axe on a page as it stands.

    Injected by the debugger's line, so the page's own policy of contents stays as strict as it is.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_axe())
    options = {"runOnly": list(_RULES), "resultTypes": ["violations"]}
    found: dict[str, Any] = page.evaluate(f"axe.run(document, {json.dumps(options)})")
    return [
        f"{rule['id']}: {node['target']} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
