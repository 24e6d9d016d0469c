"""The shortest way through a running desk, in the fast suite."""

import re

from playwright.sync_api import expect


def test_a_newcomer_signs_in_and_sees_the_air_and_the_menu(entered, desk) -> None:
    page = entered("hq", "/air/")
    expect(page.get_by_text("虚构演示县 · 数据为模拟")).to_be_visible()
    expect(page.locator("h1")).to_have_text("青岚县今日空气")
    expect(page.locator(".map .station").first).to_be_visible()
    expect(page.locator("[data-figure]").first).to_have_text(re.compile(r"\d"))
    page.locator("nav.nav").get_by_role("link", name="排名").click()
    expect(page).to_have_url(re.compile("/air/ranking/"))
    expect(page.get_by_role("link", name="谷雨街道").first).to_be_visible()
