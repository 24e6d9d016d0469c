"""Walking a desk as somebody who is signed in: every kind of page that links lead to, once."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from playwright.sync_api import Error, Page

#: A part of an address that names one row, day or period.
_NAMED = re.compile(r"[\d%]")
#: Of pages about one row the second is another row, which may have what the first lacks.
_MOST = 2
_LINKS = """links => links.filter(a => a.protocol.startsWith("http") && a.origin == location.origin)
  .map(a => [a.href.split("#")[0], a.hasAttribute("download")])"""


def kind_of(url: str) -> str:
    """Address with its names left out: pages of one kind have the same.

    Examples
    --------
    >>> kind_of("http://desk/sources/17/edit?next=1")
    '/sources/#/edit'
    """
    return "/".join("#" if _NAMED.search(p) else p for p in urlsplit(url).path.split("/"))


class Walk:
    """A walk from one page along all links of the desk; each kind of page is come to once.

    Attributes
    ----------
    seen : dict of str to list of str
        Addresses of pages that were come to, by kind.
    files : dict of str to str
        Address of one file of each kind.
    """

    def __init__(self, page: Page, start: str) -> None:
        self.page = page
        self.waiting = [start]
        self.seen: dict[str, list[str]] = {}
        self.files: dict[str, str] = {}

    def pages(self) -> Iterator[str]:
        """Go to page after page; give the kind of each while it is open."""
        while self.waiting:
            url = self.waiting.pop(0)
            kind = kind_of(url)
            come = self.seen.setdefault(kind, [])
            most = _MOST if "#" in kind else 1
            if url in come or len(come) >= most or kind in self.files:
                continue
            if not self._open(url):
                self.files[kind] = url
                continue
            come.append(url)
            yield kind
            for found, saved in self.page.locator("a[href]").evaluate_all(_LINKS):
                if saved:
                    self.files.setdefault(kind_of(found), found)
                else:
                    self.waiting.append(found)

    def _open(self, url: str) -> bool:
        """Go to an address; return whether it is a page, not a file."""
        try:
            self.page.goto(url)
        except Error as error:
            if "Download is starting" not in error.message:
                raise
            return False
        return True
