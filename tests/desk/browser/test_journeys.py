"""What people come for: sign in, find the rank, walk a number back, keys, language, phone."""

import base64
import hashlib
import hmac
import re
import struct
from time import time

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow

PHONE = {"width": 390, "height": 844}
SMALL = {"width": 360, "height": 740}


def code(secret: str, ahead: int = 0) -> str:
    """The six digits of RFC 6238, written from its text."""
    key = base64.b32decode(secret.replace(" ", ""))
    digest = hmac.digest(key, struct.pack(">Q", int(time()) // 30 + ahead), hashlib.sha1)
    start = digest[-1] & 15
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**6:06}"


def test_sign_in_with_a_second_factor(entered, desk) -> None:
    page = entered("expert", "/account/second-factor")
    secret = page.locator("code[translate=no]").first.inner_text()
    page.get_by_label("应用显示的 6 位数字").fill(code(secret))
    page.get_by_role("button", name="绑定").click()
    expect(page.locator("h1")).to_have_text("恢复码")
    recovery = page.locator("ol code").first.inner_text()

    def leave_and_give(given: str) -> None:
        page.goto(f"{desk.url}/account")
        page.locator(".drop-right summary").click()
        page.get_by_role("button", name="退出登录").click()
        page.get_by_label("用户名").fill("expert")
        page.get_by_label("密码").fill(desk.passwords["expert"])
        page.get_by_role("button", name="登录").click()
        expect(page).to_have_url(re.compile("/sign-in/code"))
        page.get_by_label("验证码").fill(given)
        page.get_by_role("button", name="验证").click()

    # A code is good once; the next one is taken a little early.
    leave_and_give(code(secret, 1))
    page.goto(f"{desk.url}/account")
    expect(page.locator("main")).to_contain_text("已启用")
    leave_and_give("000000")
    expect(page.locator(".field-error")).to_be_visible()
    page.goto(f"{desk.url}/air/")
    expect(page).to_have_url(re.compile("/sign-in/code"))
    page.get_by_label("验证码").fill(recovery)
    page.get_by_role("button", name="验证").click()
    page.goto(f"{desk.url}/air/")
    expect(page.locator("h1")).to_have_text("青岚县今日空气")


def test_keys_alone_sign_in_open_a_row_a_dialog_the_menu_edit_and_save(open_context, desk) -> None:
    page = open_context().new_page()
    page.goto(f"{desk.url}/sign-in?next=/sources/")
    expect(page.get_by_label("用户名")).to_be_focused()
    page.keyboard.type("town")
    page.keyboard.press("Tab")
    page.keyboard.type(desk.passwords["town"])
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/sources/"))
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    expect(page.locator(".skip")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("?")
    expect(page.locator("dialog#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("dialog#keys")).to_be_hidden()

    tab_to(page, "tbody a")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/sources/\d+/"))
    tab_to(page, "[data-opens=end]")
    page.keyboard.press("Enter")
    expect(page.locator("dialog#end")).to_be_visible()
    assert page.evaluate("document.querySelector('dialog#end').contains(document.activeElement)")
    page.keyboard.press("Escape")
    expect(page.locator("[data-opens=end]")).to_be_focused()

    page.keyboard.press("g")
    page.keyboard.press("e")
    expect(page).to_have_url(re.compile("/edit"))
    tab_to(page, "input[name=contact]")
    page.keyboard.press("Control+A")
    page.keyboard.type("键盘联系人")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/sources/\d+/$"))
    expect(page.locator(".facts").first).to_contain_text("键盘联系人")
    tab_to(page, "nav.nav a[href='/duties/roster/']")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("值班表")


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until what is chosen has the focus, and that can be seen."""
    for _ in range(150):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            break
    focused = page.locator(f"{selector}:focus-visible")
    expect(focused).to_have_count(1)
    assert focused.evaluate("e => getComputedStyle(e).outlineStyle") != "none"


def test_the_language_changes_and_the_page_stays(entered) -> None:
    page = entered("hq", "/sources/?q=甲子&subject=living")
    page.get_by_role("link", name="English").click()
    expect(page.locator("h1")).to_have_text("Sources")
    expect(page.locator("input[type=search]").first).to_have_value("甲子")
    assert "subject=living" in page.url
    page.get_by_role("link", name="Ranking").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")
    page.get_by_role("link", name="中文").click()
    expect(page).to_have_url(re.compile("/air/ranking/"))
    expect(page.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_a_phone_has_the_menu_and_cards_for_tables(entered) -> None:
    page = entered("town", "/air/", viewport=PHONE, has_touch=True)
    link = page.locator("nav.nav").get_by_role("link", name="污染源")
    expect(link).to_be_hidden()
    page.locator(".bar-menu").click()
    link.click()
    expect(page.locator("h1")).to_have_text("污染源")
    row = page.locator(".table-cards > tbody > tr").first
    expect(row).to_be_visible()
    box = row.bounding_box()
    assert box is not None
    assert box["height"] > 80
    assert box["width"] <= PHONE["width"]
    row.get_by_role("link").first.click()
    expect(page).to_have_url(re.compile(r"/sources/\d+/"))
