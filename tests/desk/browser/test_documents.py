"""Documents in a browser, by phone too; a page that is left when its session ends."""

import re
import struct
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def picture(path: Path) -> Path:
    """A grey PNG."""

    def part(kind: bytes, data: bytes) -> bytes:
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    head = struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0)
    rows = zlib.compress((b"\0" + b"\x80" * 64) * 64)
    parts = (part(b"IHDR", head), part(b"IDAT", rows), part(b"IEND", b""))
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(parts))
    return path


def fits(page: Page) -> bool:
    """Whether nothing sticks out at the side."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_a_photograph_goes_in_by_phone_and_comes_out_as_it_was(entered, desk, tmp_path) -> None:
    sent = picture(tmp_path / "大门.png")
    page = entered("hq", "/sources/", **PHONE)
    page.locator("tbody a").first.click()
    expect(page.get_by_role("heading", name="文件", exact=True)).to_be_visible()
    source = page.url
    page.get_by_role("link", name="存入文件").click()
    assert fits(page)
    page.get_by_label("种类").select_option(label="照片")
    page.get_by_label("名称").fill("大门")
    page.get_by_label("有效期至").fill(str(timezone.localdate() + timedelta(days=9)))
    page.locator("input[type=file]").set_input_files(sent)
    page.get_by_role("button", name="存入").click()
    expect(page).to_have_url(source)
    section = page.locator("#documents")
    expect(section.get_by_text("9 天后到期")).to_be_visible()
    assert fits(page)
    with page.expect_download() as got:
        section.get_by_role("link", name="大门", exact=True).click()
    got.value.save_as(tmp_path / "again.png")
    assert (tmp_path / "again.png").read_bytes() == sent.read_bytes()
    assert got.value.suggested_filename == "大门.png"
    section.get_by_role("button", name="撤回").click()
    page.get_by_role("dialog").get_by_label("理由").fill("拍错了")
    page.get_by_role("dialog").get_by_role("button", name="撤回").click()
    section.get_by_text("已撤回或替换").click()
    expect(section.get_by_text("拍错了")).to_be_visible()
    expect(page.get_by_text("撤回文件").first).to_be_visible()


def test_a_file_that_is_too_large_is_told_before_it_is_sent(entered, tmp_path) -> None:
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate((20 << 20) + 1)
    page = entered("hq", "/sources/")
    page.locator("tbody a").first.click()
    page.get_by_role("link", name="存入文件").click()
    page.locator("input[type=file]").set_input_files(large)
    expect(page.get_by_text("文件大于 20 MB")).to_be_visible()
    assert page.locator("input[type=file]").input_value() == ""


def test_a_page_is_left_when_its_session_has_ended(entered) -> None:
    page = entered("hq", "/sources/")
    page.clock.install()
    page.reload()
    page.clock.run_for(125_000)
    expect(page.get_by_role("heading", name="污染源")).to_be_visible()
    page.context.clear_cookies(name="lantian_session")
    page.clock.run_for(65_000)
    expect(page).to_have_url(re.compile(r"/sign-in\?next=/sources/"))


def test_the_demo_ends_with_nothing_to_publish(entered) -> None:
    page = entered("hq", "/stations/publish")
    expect(page.get_by_text("台账与数据湖一致")).to_be_visible()
