"""A real browser, and what it complained of and asked for while a test looked at a page."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from tests.support.open_demo import OpenDemo, open_demo

BROWSERS = ("chromium", "google-chrome", "chromium-browser")


@dataclass(slots=True)
class Visit:
    """One tab of the browser.

    Attributes:
        page: Playwright's.
        complaints: errors and warnings of the console, and faults of the script.
        asked: the address of every request.
    """

    page: Any
    demo: OpenDemo
    complaints: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open one of PEG's pages."""
        self.page.goto(self.demo.url + path)

    def is_live(self) -> None:
        """Wait until the page says that it is fresh."""
        self.page.get_by_text("Live", exact=True).and_(self.page.locator("#line")).wait_for()


@dataclass(frozen=True, slots=True)
class Browser:
    """Opens tabs for people of different eyes, hands and screens."""

    chromium: Any
    demo: OpenDemo

    @contextmanager
    def visit(self, **taste: Any) -> Iterator[Visit]:
        """A tab of its own; `taste` is Playwright's: colour scheme, motion, size of the screen."""
        context = self.chromium.new_context(**taste)
        visit = Visit(context.new_page(), self.demo)
        visit.page.on("console", lambda told: visit.complaints.append(told.text))
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on("request", lambda request: visit.asked.append(request.url))
        try:
            yield visit
        finally:
            context.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Skips, visibly, without Playwright or a browser; a browser named by CHROMIUM must work."""
    sync_api = pytest.importorskip(
        "playwright.sync_api", reason="Playwright is not installed: make test-browser"
    )
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.skip("no browser: install Chromium, or name one by CHROMIUM")
    with sync_api.sync_playwright() as playwright, open_demo() as demo:
        chromium = playwright.chromium.launch(executable_path=found)
        yield Browser(chromium, demo)
        chromium.close()
