"""Walking a desk as somebody who is signed in: every kind of page that links lead to, once."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from playwright.sync_api import Page

#: A part of an address that names one row, day or period.
_NAMED = re.compile(r"[\d%]")
_LINKS = "links => links.filter(a => !a.download).map(a => a.href)"
_FILES = "links => links.filter(a => a.download).map(a => a.href)"


def kind_of(url: str) -> str:
    """Address with its names left out: pages of one kind have the same.

    Examples
    --------
    >>> kind_of("http://desk/sources/17/edit?next=1")
    '/sources/#/edit'
    """
    return "/".join("#" if _NAMED.search(p) else p for p in urlsplit(url).path.split("/"))


class Walk:
    """A walk from one page along all links of the desk; each kind of page is come to once."""

    def __init__(self, page: Page, start: str) -> None:
        self.page = page
        self.waiting = [start]
        self.seen: set[str] = set()
        self.files: dict[str, str] = {}

    def pages(self) -> Iterator[str]:
        """Go to page after page; give the kind of each while it is open."""
        host = urlsplit(self.waiting[0]).netloc
        while self.waiting:
            url = self.waiting.pop(0).partition("#")[0]
            kind = kind_of(url)
            if kind in self.seen:
                continue
            self.seen.add(kind)
            answer = self.page.request.get(url)
            if "text/html" not in answer.headers.get("content-type", ""):
                self.files.setdefault(kind, url)
                continue
            self.page.goto(url)
            yield kind
            links = self.page.locator("a[href]").evaluate_all(_LINKS)
            self.waiting += [one for one in links if urlsplit(one).netloc == host]
            for file in self.page.locator("a[href]").evaluate_all(_FILES):
                self.files.setdefault(kind_of(file), file)
