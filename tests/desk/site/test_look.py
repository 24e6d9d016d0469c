"""The gallery of parts in a real browser: policy, accessibility, charts, maps, phone."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from desk.site import gallery

AXE = Path(__file__).parents[1] / "vendor" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
SIZES = {"desk": (1440, 900), "phone": (390, 844), "small phone": (360, 740)}


class Watched:
    """A page of which every complaint and every host is kept."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda asked: self.hosts.add(asked.url.split("/")[2]))

    def _heard(self, message: Any) -> None:
        # The gallery asks once for data that fail on purpose.
        if message.type in {"error", "warning"} and "503" not in message.text:
            self.complaints.append(message.text)


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """One browser with one cache; its pages read Chinese."""
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="zh-CN")
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    page = context.new_page()
    page.set_default_timeout(20_000)
    yield page
    page.close()


def scroll_through(page: Page) -> None:
    """Bring every chart into sight, so that each is drawn."""
    for figure in page.locator("[data-chart]").all():
        figure.scroll_into_view_if_needed()
        expect(figure.locator("svg, canvas, .chart-error").last).to_be_attached()
    expect(page.locator("[data-chart] .chart-wait")).to_have_count(0)


@pytest.mark.slow
def test_every_picture_is_drawn_under_the_policy_without_another_host(
    page: Page, gallery_url: str
) -> None:
    watched = Watched(page)
    page.goto(gallery_url)
    scroll_through(page)
    for kind in gallery.CHARTS:
        drawn = page.locator(f'[data-chart="{kind}"] .chart-canvas svg').first
        assert drawn.locator("path").count() > 0, kind
    expect(page.locator(".map canvas")).to_have_count(2)
    expect(page.locator('.station[href="/"]').first).to_have_text("131")
    expect(page.locator(".chart-error")).to_have_text(re.compile("数据库不可用.*503"))
    assert watched.complaints == []
    assert watched.hosts == {gallery_url.split("/")[2]}


@pytest.mark.parametrize(
    ("size", "lang"),
    [
        pytest.param("desk", "zh-hans", marks=pytest.mark.slow),
        pytest.param("desk", "en", marks=pytest.mark.slow),
        pytest.param("phone", "zh-hans", marks=pytest.mark.slow),
        pytest.param("small phone", "en", marks=pytest.mark.slow),
    ],
)
def test_no_barrier_and_no_sideways_scrolling(
    browser: Browser, gallery_url: str, size: str, lang: str
) -> None:
    width, height = SIZES[size]
    spoken = {"zh-hans": "zh-CN", "en": "en-GB"}[lang]
    context = browser.new_context(
        viewport={"width": width, "height": height}, bypass_csp=True, locale=spoken
    )
    page = context.new_page()
    for path in ("", "error", "wall", "sheet"):
        page.goto(gallery_url + path)
        scroll_through(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.locator("html").get_attribute("lang") == {"zh-hans": "zh-Hans"}.get(lang, lang)
        page.evaluate(AXE.read_text(encoding="utf-8"))
        found = page.evaluate("(only) => axe.run({runOnly: only})", RULES)
        barriers = [(v["id"], v["nodes"][0]["html"][:120]) for v in found["violations"]]
        assert barriers == []
    context.close()


@pytest.mark.slow
def test_targets_are_large_enough_to_touch(browser: Browser, gallery_url: str) -> None:
    page = browser.new_page(viewport={"width": 360, "height": 740}, has_touch=True)
    page.goto(gallery_url)
    small = page.evaluate(
        """(targets) => [...document.querySelectorAll(targets)]
        .filter((e) => e.checkVisibility())
        .map((e) => [e.textContent.trim(), e.getBoundingClientRect()])
        .filter(([, box]) => box.width < 24 || box.height < 24)
        .map(([text]) => text)""",
        ".button, .chip, .bar-button, .pager a, .is-tick label, .tabs a, .nav a, .crumbs a",
    )
    page.close()
    assert small == []


@pytest.mark.slow
def test_pictures_are_saved_with_their_title(page: Page, gallery_url: str) -> None:
    page.goto(gallery_url)
    figure = page.locator('[data-chart="calendar"]')
    figure.scroll_into_view_if_needed()
    with page.expect_download() as saved:
        figure.locator('[data-save="svg"]').click()
    text = saved.value.path().read_text(encoding="utf-8")
    assert saved.value.suggested_filename == "calendar.svg"
    assert text.startswith("<svg")
    assert ">calendar<" in text
    assert text.count(">131<") == 28
    with page.expect_download() as saved:
        figure.locator('[data-save="png"]').click()
    assert saved.value.path().read_bytes().startswith(b"\x89PNG")
    assert saved.value.path().stat().st_size > 10_000


@pytest.mark.slow
def test_a_chart_that_failed_can_be_asked_again(page: Page, gallery_url: str) -> None:
    page.goto(gallery_url)
    figure = page.locator('[data-src="/data/broken.json"]')
    figure.scroll_into_view_if_needed()
    button = figure.get_by_role("button", name="重试")
    expect(button).to_be_visible()
    page.route("**/data/broken.json", lambda asked: asked.fulfill(json=gallery.data("series")))
    button.click()
    expect(figure.locator(".chart-canvas svg")).to_be_visible()
    expect(figure.locator(".chart-error")).to_have_count(0)


@pytest.mark.slow
def test_a_gap_stays_a_gap(page: Page, gallery_url: str) -> None:
    page.goto(gallery_url)
    scroll_through(page)
    # The line is two paths: it does not run across the four hours that are missing.
    blue = '[data-chart="series"] .chart-canvas path[stroke="#15589a"][fill="none"]'
    paths = [p.get_attribute("d") or "" for p in page.locator(blue).all()]
    assert sum(path.count("M") for path in paths if path.count("L") > 5) == 2


@pytest.mark.slow
def test_a_shape_is_drawn_taken_back_and_written(page: Page, gallery_url: str) -> None:
    page.goto(gallery_url)
    box = page.locator("[data-map-edit]")
    box.scroll_into_view_if_needed()
    box.get_by_role("button", name="面").click()
    field = page.locator("[data-map-value]")
    corners = [(300, 150), (420, 160), (400, 260)]
    for n, (x, y) in enumerate(corners, 1):
        box.locator("canvas").click(position={"x": x, "y": y}, delay=20)
        expect(box.locator(".map-vertex")).to_have_count(n)
        page.wait_for_timeout(350)
    drawn = json.loads(field.input_value())
    ring = drawn["coordinates"][0]
    assert drawn["type"] == "Polygon"
    assert ring[0] == ring[-1]
    assert len(ring) == 4
    turn = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))
    assert turn > 0
    box.get_by_role("button", name="撤销").click()
    assert field.input_value() == ""


@pytest.mark.slow
def test_a_map_without_webgl_says_so_and_lists_its_points(page: Page, gallery_url: str) -> None:
    page.add_init_script("HTMLCanvasElement.prototype.getContext = () => null")
    page.goto(gallery_url)
    expect(page.locator(".map-error").first).to_contain_text("WebGL")
    expect(page.locator("[data-map-list] a")).to_have_text("甲 · 131")


@pytest.mark.slow
def test_keys_dialogs_ticks_and_the_job(page: Page, gallery_url: str) -> None:
    page.goto(gallery_url)
    page.locator("h1").click()
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="键盘快捷键")
    expect(keys).to_contain_text("今日")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.locator("[data-tick-all]").check()
    expect(page.locator(".bulk strong")).to_have_text("已选 2 条")
    page.get_by_role("button", name="停用").first.click()
    expect(page.get_by_role("dialog", name="Retire?")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#job-1")).to_contain_text("已完成")


@pytest.mark.slow
def test_a_lost_connection_is_told_with_its_time(page: Page, gallery_url: str) -> None:
    page.goto(gallery_url)
    page.route("**/job", lambda asked: asked.abort())
    line = page.locator("#connection")
    expect(line).to_contain_text(re.compile(r"连接中断，自 20\d\d-\d\d-\d\d \d\d:\d\d 起"))
    page.unroute("**/job")
    expect(line).to_be_hidden()


def test_the_menu_of_a_phone_needs_no_script(browser: Browser, gallery_url: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=False)
    page = context.new_page()
    page.goto(gallery_url)
    link = page.locator("nav.nav").get_by_role("link", name="今日")
    expect(link).to_be_hidden()
    page.locator(".bar-menu").click()
    expect(link).to_be_visible()
    page.locator(".nav-close").click()
    expect(link).to_be_hidden()
    context.close()


def test_modules_import_each_other_by_hashed_names(collected: Path) -> None:
    seen = 0
    for file in collected.glob("js/**/*.*.js"):
        for name in re.findall(r'(?:from |import\(|import)"(\.[^"]+)"', file.read_text("utf-8")):
            assert re.search(r"\.[0-9a-f]{12}\.m?js$", name), (file.name, name)
            assert (file.parent / name).is_file()
            seen += 1
    assert seen > 15
    for library in (*collected.glob("vendor/*/*.mjs"), *collected.glob("vendor/htmx/*.js")):
        source = library.with_name(re.sub(r"\.[0-9a-f]{12}\.", ".", library.name))
        assert library.read_bytes() == source.read_bytes()
