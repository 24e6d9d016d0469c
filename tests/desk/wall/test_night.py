"""A wall that runs by itself: no growth by turning, trouble told and over by itself."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from desk.browser.running import COUNTY, LANTIAN, RunningDesk, running, sign_in
from desk.browser.watch import Watch, barriers

pytestmark = pytest.mark.slow

TURNS = 200
#: Turns until every script is compiled and every cache filled.
WARM = 50
WALL = {"width": 1920, "height": 1080}
#: A turn takes five seconds at the least, a start of the server more.
WAIT_MS = 60_000
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def folder(county_folder: Path, tmp_path: Path) -> Path:
    """A county's folder that this test may serve again and again."""
    return Path(shutil.copytree(county_folder, tmp_path / "county"))


@pytest.fixture
def desk(folder: Path, plain_env: Mapping[str, str]) -> Iterator[RunningDesk]:
    with running([*COUNTY, "serve", str(folder)], plain_env) as desk:
        yield desk


@pytest.fixture
def context(browser: Browser, desk: RunningDesk) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport=WALL, locale="zh-CN")  # type: ignore[arg-type]
    sign_in(context, desk, "hq")
    yield context
    context.close()


def opened(context: BrowserContext, desk: RunningDesk, query: str = "") -> Page:
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(f"{desk.url}/wall{query}")
    return page


def turn(page: Page, key: str = "ArrowRight") -> str:
    """Turn once; return the screen and page that came, all of it drawn."""
    page.locator(".wall-view").evaluate("(old) => old.setAttribute('data-old', '')")
    page.keyboard.press(key)
    page.locator(".wall-view[data-old]").wait_for(state="detached")
    page.locator("[data-wall][aria-busy]").wait_for(state="detached")
    page.locator(".wall-view .chart-wait").wait_for(state="detached")
    return str(page.locator(".wall-view").evaluate("(v) => v.dataset.screen + v.dataset.page"))


def measured(cdp: CDPSession, page: Page) -> tuple[int, int, int]:
    """Bytes of the heap, nodes and listeners that are held, at the same screen."""
    while turn(page) != "duty1":
        pass
    for _ in range(3):
        cdp.send("HeapProfiler.collectGarbage")
    counted = cdp.send("Memory.getDOMCounters")
    heap = cdp.send("Runtime.getHeapUsage")["usedSize"]
    return heap, counted["nodes"], counted["jsEventListeners"]


def test_a_night_of_turns_costs_no_memory(context: BrowserContext, desk: RunningDesk) -> None:
    watch = Watch(context, urlsplit(desk.url).netloc)
    page = opened(context, desk, "?seconds=120")
    expect(page.locator(".wall-map canvas")).to_be_visible(timeout=WAIT_MS)
    map_box = page.locator("[data-map]").element_handle()
    first = [turn(page) for _ in range(WARM)]
    assert {"map1", "ranking1", "ranking2", "targets1", "stations1", "duty1"} <= set(first)
    cdp = context.new_cdp_session(page)
    heap, nodes, listeners = measured(cdp, page)
    for _ in range(TURNS):
        turn(page)
    heap_after, nodes_after, listeners_after = measured(cdp, page)
    assert heap_after < heap * 1.1
    # The hour may have changed meanwhile, and with it a late mark or two.
    assert abs(nodes_after - nodes) <= 20
    assert abs(listeners_after - listeners) <= 20
    assert page.locator(".wall-map canvas").count() == 1
    assert page.evaluate("(box) => box.isConnected", map_box)
    assert watch.found == []


def test_it_turns_by_itself_and_holds_still_when_paused(
    context: BrowserContext, desk: RunningDesk
) -> None:
    page = opened(context, desk, "?seconds=5&screens=targets,duty")
    expect(page.locator('[data-screen="duty"]')).to_be_visible(timeout=WAIT_MS)
    expect(page.locator('[data-step="duty"]')).to_have_attribute(
        "aria-current", "true", timeout=WAIT_MS
    )
    expect(page.locator('[data-screen="targets"]')).to_be_visible(timeout=WAIT_MS)
    page.keyboard.press(" ")
    expect(page.locator("[data-wall-paused]")).to_be_visible(timeout=WAIT_MS)
    page.locator(".wall-view").evaluate("(old) => old.setAttribute('data-old', '')")
    page.locator(".wall-view[data-old]").wait_for(state="detached")  # renewed, not turned
    expect(page.locator('[data-screen="targets"]')).to_be_visible(timeout=WAIT_MS)
    page.locator('[data-step="duty"]').click()
    expect(page.locator('[data-screen="duty"]')).to_be_visible(timeout=WAIT_MS)
    assert turn(page, "ArrowLeft") == "targets1"


def test_a_lost_server_is_told_with_the_age_and_is_forgotten_when_it_is_back(
    context: BrowserContext, desk: RunningDesk, folder: Path, plain_env: Mapping[str, str]
) -> None:
    page = opened(context, desk, "?seconds=5")
    state = page.locator("[data-wall-state]")
    expect(page.locator('[data-screen="ranking"]')).to_be_visible(timeout=WAIT_MS)
    expect(state).to_be_hidden(timeout=WAIT_MS)
    clock = page.locator("[data-clock]").inner_text()
    assert desk.stop() == 0
    expect(state).to_contain_text("连接中断，自 ", timeout=WAIT_MS)
    assert f"画面为 {clock} 的数据（0 分钟前）" in state.inner_text()
    standing = page.locator(".wall-view").inner_text()
    page.wait_for_timeout(6000)
    assert page.locator(".wall-view").inner_text() == standing
    page.evaluate("Date.now = ((now) => () => now() + 95 * 60000)(Date.now)")
    expect(state).to_contain_text("1 小时 35 分钟前", timeout=WAIT_MS)
    port = str(urlsplit(desk.url).port)
    again = [*LANTIAN, "desk", "serve", "--dir", str(folder), "--port", port]
    with running(again, plain_env):
        expect(state).to_be_hidden(timeout=WAIT_MS)
        seen = page.locator(".wall-view").get_attribute("data-screen")
        page.locator(f'.wall-view:not([data-screen="{seen}"])').wait_for()


def test_a_sign_in_that_ended_is_told_and_a_new_one_goes_on(
    context: BrowserContext, desk: RunningDesk
) -> None:
    page = opened(context, desk, "?seconds=5&screens=targets,duty")
    state = page.locator("[data-wall-state]")
    held = context.cookies()
    context.clear_cookies()
    expect(state).to_contain_text("登录已于 ", timeout=WAIT_MS)
    expect(state.locator("a")).to_have_attribute("href", "/sign-in?next=/wall", timeout=WAIT_MS)
    expect(page.locator(".wall-view")).to_be_visible(timeout=WAIT_MS)
    context.add_cookies(held)  # type: ignore[arg-type]
    expect(state).to_be_hidden(timeout=WAIT_MS)


def test_the_wall_and_my_day_have_no_barrier_in_both_languages(
    browser: Browser, desk: RunningDesk
) -> None:
    context = browser.new_context(viewport=WALL, bypass_csp=True)  # type: ignore[arg-type]
    sign_in(context, desk, "hq")
    found: list[str] = []
    for lang in ("zh-hans", "en"):
        page = opened(context, desk, f"?lang={lang}&seconds=120")
        for _ in range(7):
            shown = turn(page)
            found += barriers(page)
            view = page.locator(".wall-view")
            for panel in view.locator(".panel").all():
                high = panel.evaluate("(p) => p.scrollHeight - p.clientHeight")
                wide = panel.evaluate("(p) => p.scrollWidth - p.clientWidth")
                assert (high, wide) == (0, 0), shown
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        page.goto(f"{desk.url}/")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        found += barriers(page)
        page.close()
    context.close()
    assert found == []
