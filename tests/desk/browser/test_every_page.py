"""Every page of the desk: no complaint, no other host, no barrier, no scrolling sideways."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from desk.browser.pages import Found, may, routes
from desk.browser.running import sign_in
from desk.browser.traces import Hand, leave_traces
from desk.browser.watch import barriers

pytestmark = pytest.mark.slow

#: Who walks, with the role: the second sees only what the first may not, and so on.
WALKERS = {"hq": "headquarters", "admin": "administrator", "audit": "auditor"}
HEIGHT = 844
#: Fewer pages than this were not all of them.
LEAST = 135


@dataclass(frozen=True)
class Pages:
    """One page of every route that has one, by who may open it; what could not be found."""

    of: Mapping[str, Mapping[str, str]]
    lost: list[str]


@pytest.fixture(scope="module")
def pages(browser, desk) -> Iterator[Pages]:
    """Leave traces in the desk, then find its pages."""
    contexts = {user: browser.new_context() for user in WALKERS}
    for user, context in contexts.items():
        sign_in(context, desk, user)
    hands = {user: Hand(context.request, desk.url) for user, context in contexts.items()}
    known = leave_traces(hands["hq"], hands["admin"])
    of: dict[str, dict[str, str]] = {}
    lost: list[str] = []
    seen: set[str] = set()
    for user, role in WALKERS.items():
        mine = [route for route in may(role) if route.name not in seen]
        found = Found(contexts[user].request, desk.url, mine, known)
        of[user] = found.pages
        lost += [f"{user}: {line}" for line in found.lost]
        seen |= {route.name for route in mine}
    for context in contexts.values():
        context.close()
    yield Pages(of, lost + sorted({r.name for r in routes()} - seen))


def test_every_route_has_a_page_or_says_that_it_has_none(pages) -> None:
    assert pages.lost == []
    assert sum(map(len, pages.of.values())) >= LEAST


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_page_complains_calls_elsewhere_or_has_a_barrier(
    open_context, desk, pages, lang: str
) -> None:
    found: list[str] = []
    for user, paths in pages.of.items():
        context: BrowserContext = open_context()
        sign_in(context, desk, user)
        page = context.new_page()
        page.goto(f"{desk.url}/account?lang={lang}")
        for name, path in paths.items():
            page.set_viewport_size({"width": 1440, "height": HEIGHT})
            page.goto(desk.url + path)
            found += [f"{name}: {line}" for line in wrong(page, lang)]
    assert not found, "\n".join(found)


def test_the_way_in_has_no_barrier(open_context, desk) -> None:
    context = open_context()
    page = context.new_page()
    for lang in ("zh", "en"):
        for path in ("/sign-in", "/privacy"):
            page.set_viewport_size({"width": 1440, "height": HEIGHT})
            page.goto(f"{desk.url}{path}?lang={lang}")
            found = list(wrong(page, lang))
            assert not found, "\n".join(found)


def wrong(page: Page, lang: str) -> Iterator[str]:
    """What is wrong with an open page on a desk and on a phone."""
    asked = {"zh": "zh-Hans", "en": "en"}[lang]
    if page.locator("html").get_attribute("lang") != asked:
        yield "another language"
    if "虚构演示县" not in page.locator("body").inner_text():
        yield "does not say that the county is fictional"
    for width in (1440, 390, 360):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        draw(page)
        if wide := page.evaluate("document.documentElement.scrollWidth - innerWidth"):
            yield f"{wide} px too wide at {width}"
        if width != 360:
            yield from (f"{width} px: {one}" for one in barriers(page))


def draw(page: Page) -> None:
    """Come past every chart, which is drawn when it is seen."""
    for figure in page.locator("[data-chart]").all():
        figure.scroll_into_view_if_needed()
    expect(page.locator(".chart-wait")).to_have_count(0)
