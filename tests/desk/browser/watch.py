"""Watching a browser: every complaint, every refused answer, every other host."""

from collections.abc import Collection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Page

AXE = Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js"
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
_AXE = AXE.read_text(encoding="utf-8")
_RUN = "only => axe.run({runOnly: only, resultTypes: ['violations'], preload: false})"
#: What sticks to an edge covers another thing at every scroll: all is looked at where it lies,
#: from the top of the page, where the bar above covers nothing.
_STILL = """scrollTo(0, 0)
for (const e of document.querySelectorAll("main *"))
  if (getComputedStyle(e).position == "sticky") e.style.position = "static" """
_POLICY = """addEventListener("securitypolicyviolation",
  (e) => console.error(`policy ${e.violatedDirective}: ${e.blockedURI}`))"""


class Watch:
    """What went wrong in the pages of a browser context since it was made.

    `bears` are answers of 400 and above that are no fault.
    """

    def __init__(self, context: BrowserContext, host: str, bears: Collection[int] = ()) -> None:
        self.host = host
        self.bears = bears
        self.found: list[str] = []
        context.add_init_script(_POLICY)
        context.on("console", self._heard)
        context.on("weberror", lambda e: self._note("error", str(e.error), e.page))
        context.on("response", self._answered)
        context.on("request", self._asked)

    def _note(self, what: str, text: str, page: Page | None) -> None:
        where = urlsplit(page.url).path if page else ""
        self.found.append(f"{where}: {what}: {text}")

    def _heard(self, message: Any) -> None:
        borne = any(f"status of {status}" in message.text for status in self.bears)
        if message.type in {"error", "warning"} and not borne:
            self._note(message.type, message.text, message.page)

    def _answered(self, answer: Any) -> None:
        if answer.status >= 400 and answer.status not in self.bears:
            self.found.append(f"{answer.status}: {answer.url}")

    def _asked(self, request: Any) -> None:
        asked = urlsplit(request.url)
        if asked.netloc != self.host and asked.scheme not in {"data", "blob"}:
            self.found.append(f"another host: {request.url}")


def barriers(page: Page) -> list[str]:
    """What axe-core finds wrong in a page by the rules of WCAG 2.2 AA.

    Stations that lie close together on a map may overlap: where they lie is essential, and the
    list below the map leads to each of them (success criterion 2.5.8, exceptions).
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(_AXE)
    page.evaluate(_STILL)
    found = page.evaluate(_RUN, list(RULES))
    return [
        f"{urlsplit(page.url).path}: {rule['id']}: {node['html'][:160]}"
        for rule in found["violations"]
        for node in rule["nodes"]
        if not (rule["id"] == "target-size" and "maplibregl-marker" in node["html"])
    ]
