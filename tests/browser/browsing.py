"""A real Chromium for tests: found, started once, and strict with what pages do.

A visit fails on anything that the console calls an error, on any exception of a script, and on
any report of the content policy. ``axe`` runs Deque's rules for WCAG 2.2 AA on what is shown.
"""

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, expect

AXE = (Path(__file__).parent / "vendor" / "axe.js").read_text("utf-8")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
WIDTHS = {"desktop": (1280, 900), "phone": (390, 844)}
PATIENCE_MS = 30_000
"""How long a loaded machine may take over one step; a quiet one takes milliseconds."""

SHOTS = os.environ.get("LICET_SHOTS", "")
"""A folder that screenshots go to; none are made without it."""

expect.set_options(timeout=PATIENCE_MS)

_REPORTS = """
window.__reports = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.__reports.push(`${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
"""


def program() -> str | None:
    """Return the path of Chromium, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((found for one in names if (found := shutil.which(one))), None)


@dataclass
class Visit:
    """One page in a context of its own, with what went wrong on it."""

    page: Page
    base: str
    wrong: list[str] = field(default_factory=list)

    def go(self, path: str) -> None:
        """Open a path of the stage and wait until everything is loaded."""
        self.page.goto(f"{self.base}{path}", wait_until="load")

    def axe(self) -> list[str]:
        """Return each violation of an accessibility rule, with where it is."""
        self.page.evaluate(AXE)
        asked = {"runOnly": list(RULES), "resultTypes": ["violations"]}
        found = self.page.evaluate("asked => axe.run(document, asked)", asked)
        return [
            f"{one['id']}: {node['target']} {node['failureSummary']}"
            for one in found["violations"]
            for node in one["nodes"]
        ]

    def too_wide(self) -> int:
        """Return by how many pixels the page is wider than its window."""
        root = "document.documentElement"
        return int(self.page.evaluate(f"{root}.scrollWidth - {root}.clientWidth"))

    def shot(self, name: str) -> None:
        """Write a screenshot of the whole page, where somebody asked for them."""
        if SHOTS:
            Path(SHOTS).mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)

    def found_wrong(self) -> list[str]:
        """Return what the console, the scripts and the content policy complained of."""
        return [*self.wrong, *self.page.evaluate("window.__reports")]


@contextmanager
def visiting(browser: Browser, base: str, **about: Any) -> Iterator[Visit]:
    """Open a fresh context: no cookie and nothing kept of another test."""
    width, height = about.pop("size", WIDTHS["desktop"])
    context = browser.new_context(viewport={"width": width, "height": height}, **about)
    context.set_default_timeout(PATIENCE_MS)
    context.add_init_script(_REPORTS)
    visit = Visit(context.new_page(), base)
    visit.page.on("pageerror", lambda error: visit.wrong.append(str(error)))
    visit.page.on(
        "console", lambda said: visit.wrong.append(said.text) if said.type == "error" else None
    )
    try:
        yield visit
    finally:
        context.close()


@contextmanager
def serving(made: Callable[[int], Any]) -> Iterator[str]:
    """Serve the ASGI app that is made for a free port of this machine; yields its address."""
    import uvicorn

    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        config = uvicorn.Config(made(port), lifespan="off", log_level="warning", ws="none")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        end = time.monotonic() + 10
        while not server.started:
            if time.monotonic() > end:
                raise TimeoutError("the server did not start within ten seconds")
            time.sleep(0.01)
        try:
            yield f"http://localhost:{port}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)
