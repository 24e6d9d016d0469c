"""The shortest way through a running desk: the air, the rank, its hours."""

import re

import pytest
from playwright.sync_api import expect


@pytest.mark.slow
def test_a_newcomer_finds_the_rank_and_walks_it_back_to_its_hours(entered) -> None:
    page = entered("hq", "/air/")
    expect(page.get_by_text("虚构演示县 · 数据为模拟")).to_be_visible()
    expect(page.locator("h1")).to_have_text("青岚县今日空气")
    expect(page.locator(".map .station").first).to_be_visible()

    page.locator("nav.nav").get_by_role("link", name="排名").click()
    expect(page).to_have_url(re.compile("/air/ranking/"))
    own = page.locator("tr.row-own").first
    expect(own.get_by_role("link", name="青岚县")).to_be_visible()
    rank = own.locator(".is-rank").first.inner_text()
    assert 1 <= int(rank) <= 12

    own.locator("a[href*='/air/why/place/']").first.click()
    expect(page.locator("main")).to_contain_text(f"排名 {rank}")
    made_from = page.get_by_role("navigation", name="由此算出").get_by_role("link")
    made_from.last.click()
    expect(page).to_have_url(re.compile(r"/air/why/place/[^/]+/\d{4}-\d\d-\d\d"))
    made_from.first.click()
    expect(page).to_have_url(re.compile(r"/air/why/station/990[^/]+/\d{4}-\d\d-\d\d"))
    hours = page.get_by_role("region", name=re.compile(r"PM10")).locator("tr").first
    expect(hours).to_contain_text(re.compile(r"小时值\s*(\d\d=\S+ ?){20,24}"))
    expect(made_from).to_have_count(24)
    made_from.nth(13).click()
    expect(page.locator("h1")).to_contain_text(re.compile(r"14:00$"))
