"""Every page that somebody can come to: no complaint, no other host, no barrier, no scrolling."""

import pytest
from playwright.sync_api import Page, expect

from desk.browser.running import sign_in
from desk.browser.walk import Walk
from desk.browser.watch import barriers

pytestmark = pytest.mark.slow

DESK = {"width": 1440, "height": 900}
SMALL = {"width": 360, "height": 740}
#: Fewer kinds of pages than this were not all of them.
LEAST = {"hq": 70, "town": 60, "grid": 15, "admin": 8}


def too_wide(page: Page) -> int:
    """Pixels by which a page must be scrolled sideways."""
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    return int(page.evaluate(width))


def settle(page: Page) -> None:
    """Let every chart be drawn."""
    for figure in page.locator("[data-chart]").all():
        figure.scroll_into_view_if_needed()
    expect(page.locator(".chart-wait")).to_have_count(0)


@pytest.mark.parametrize("lang", ["zh-hans", "en"])
@pytest.mark.parametrize("user", ["hq", "town", "grid", "admin"])
def test_no_page_complains_calls_elsewhere_or_has_a_barrier(
    open_context, desk, user: str, lang: str
) -> None:
    # A grid member has a phone; townships and the county have desks.
    context = open_context(viewport=SMALL if user == "grid" else DESK)
    sign_in(context, desk, user)
    page = context.new_page()
    page.goto(f"{desk.url}/account?lang={lang}")
    walk = Walk(page, f"{desk.url}/account")
    found: list[str] = []
    for kind in walk.pages():
        settle(page)
        found += barriers(page)
        if wide := too_wide(page):
            found.append(f"{kind}: {wide} px too wide")
        if page.locator("html").get_attribute("lang") != lang.replace("hans", "Hans"):
            found.append(f"{kind}: another language")
    assert not found, "\n".join(found)
    assert len(walk.seen) >= LEAST[user]
    refused = [url for url in walk.files.values() if not page.request.get(url).ok]
    assert not refused, "\n".join(refused)


def test_no_page_must_be_scrolled_sideways_on_a_small_phone(open_context, desk) -> None:
    context = open_context(viewport=SMALL)
    sign_in(context, desk, "hq")
    page = context.new_page()
    walk = Walk(page, f"{desk.url}/account")
    found = [f"{kind}: {wide} px" for kind in walk.pages() if (wide := too_wide(page))]
    assert not found, "\n".join(found)
