"""The desk in a browser: its pages, and when one of them is really drawn."""

from __future__ import annotations

from playwright.sync_api import Page

# As in mapping/pages/navigation.py; the first is the one that opens.
PAGES = (
    *("map", "reach", "gaps", "whom", "room"),
    *("network", "seats", "introduce", "whatif"),
    *("data", "quality", "edit", "ask"),
)
_DRAWN = """() => {
  const app = document.querySelector('[data-testid="stApp"]');
  const frames = [...document.querySelectorAll('iframe')];
  return app?.dataset.testScriptState === 'notRunning'
    && app.dataset.testConnectionState === 'CONNECTED'
    && document.querySelector('[data-testid="stMain"] h1') !== null
    && !document.querySelector('[data-testid="stSkeleton"], [data-testid="stSpinner"]')
    && !document.querySelector('[data-stale="true"]')
    && document.fonts.status === 'loaded'
    && frames.every(frame => frame.contentDocument?.readyState === 'complete');
}"""


def open_page(page: Page, origin: str, name: str, query: str = "") -> None:
    """Open a page of the desk and wait until it is drawn."""
    path = "/" if name == PAGES[0] else f"/{name}"
    page.goto(f"{origin}{path}{query}")
    wait_until_drawn(page)


def wait_until_drawn(page: Page) -> None:
    """Wait until the script has run, nothing is grey any more, and every frame is there."""
    page.wait_for_function(_DRAWN, timeout=60_000)
    page.wait_for_load_state("networkidle")
    page.wait_for_function(_DRAWN, timeout=60_000)


def complaints(errors: list[str]) -> list[str]:
    """Leave out what Streamlit's own page asks on the way to a page with a path.

    It looks for its server below the page's address first, and is told that nothing is there.
    """
    looked_for = ("/_stcore/health)", "/_stcore/host-config)")
    return [error for error in errors if not ("404" in error and error.endswith(looked_for))]
