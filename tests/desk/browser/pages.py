"""Every page of the desk by its route in the table of routes, with an address that leads to it."""

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit
from uuid import UUID

from django.urls import Resolver404, URLPattern, URLResolver, get_resolver, resolve, reverse
from playwright.sync_api import APIRequestContext, APIResponse

from lantian.desk.rights.table import AND, PUBLIC, SIGNED_IN, table

_LINK = re.compile(r'\b(?:href|action|formaction|data-src|hx-get|hx-post)="([^"]+)"')
#: What stands for a parameter of a route to which no page leads.
_USUAL = {"IntConverter": 1, "UUIDConverter": UUID(int=1)}
#: Answers of a route that shows no page to whom may use it: sent on, only by POST.
_NO_PAGE = {302, 400, 405}
#: Routes that answer with a file, an image, data or a piece of a page, or only to machines.
_FILES = re.compile(
    r":(.*-)?(map|document|file|qr|progress|screen|alive|place-text|oidc.*|health)$"
)
#: The API has its own tests; these of its routes are for people.
_API_PAGES = ("api:docs", "api:tokens")


@dataclass(frozen=True)
class Route:
    """A route that may have a page: its name and the converters of its parameters."""

    name: str
    parameters: tuple[tuple[str, str], ...]

    def address(self) -> str:
        """Address with something usual for each parameter."""
        given = {key: _USUAL.get(kind, "x") for key, kind in self.parameters}
        return reverse(self.name, kwargs=given)


def routes() -> list[Route]:
    """Return the routes of the desk that people may come to, in the order of the addresses."""
    found = {
        name: Route(name, tuple((k, type(c).__name__) for k, c in p.pattern.converters.items()))
        for name, p in _walk(get_resolver(), ())
    }
    assert found.keys() == table().routes.keys(), "an address is not in the table of routes"
    return [r for n, r in found.items() if n in _API_PAGES or not n.startswith("api:")]


def _walk(within: URLResolver, names: tuple[str, ...]) -> Iterator[tuple[str, URLPattern]]:
    for entry in within.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _walk(entry, (*names, *filter(None, (entry.namespace,))))
        else:
            yield ":".join([*names, entry.name or ""]), entry


class Found:
    """Pages that somebody may open, found by following links and by asking each route.

    Attributes
    ----------
    pages : dict of str to str
        Path of one page of each route.
    lost : list of str
        Routes of which no page could be found and that did not say that they have none.
    """

    def __init__(
        self, request: APIRequestContext, host: str, routes: list[Route], known: Iterable[str]
    ) -> None:
        """Look for the pages of routes; `known` are paths from which links lead on."""
        self.request = request
        self.host = host
        self.pages: dict[str, str] = {}
        self.lost: list[str] = []
        self._routes = {route.name: route for route in routes}
        self._asked: set[str] = set()
        self._waiting = [*known, *(r.address() for r in routes if not r.parameters)]
        self._follow()
        for route in routes:
            if route.name not in self._asked:
                self._unlinked(route)

    def _follow(self) -> None:
        while self._waiting:
            path = self._waiting.pop(0)
            name = _name_of(path)
            if name in self._asked or name not in self._routes:
                continue
            self._asked.add(name)
            self._take(name, path, self._get(path))

    def _unlinked(self, route: Route) -> None:
        answer = self._get(route.address())
        if answer.status not in _NO_PAGE and not _FILES.search(route.name):
            self.lost.append(f"{route.name}: {answer.status} {route.address()}")

    def _get(self, path: str) -> APIResponse:
        return self.request.get(self.host + path, max_redirects=0)

    def _take(self, name: str, path: str, answer: APIResponse) -> None:
        if answer.status in _NO_PAGE or (_FILES.search(name) and not answer.ok):
            return
        if not answer.ok:
            self.lost.append(f"{name}: {answer.status} {path}")
        elif answer.headers.get("content-type", "").startswith("text/html"):
            text = answer.text()
            if "<html" in text:
                self.pages[name] = path
            found = (urljoin(path, html.unescape(link)) for link in _LINK.findall(text))
            self._waiting += [link for link in found if not urlsplit(link).netloc]


def _name_of(path: str) -> str:
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


def may(role: str) -> list[Route]:
    """Routes that a role may open."""
    held = table().roles[role].may | {PUBLIC, SIGNED_IN}
    return [r for r in routes() if held.issuperset(table().routes[r.name].split(AND))]
