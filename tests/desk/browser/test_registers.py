"""Registers in a browser: import with wrong rows, undo, edit, two editors, the log."""

import re
from itertools import combinations
from pathlib import Path
from urllib.parse import urlsplit

import openpyxl
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.slow

ROWS = 200
#: Wrong rows by their number: heading and what is written under it.
WRONG = {
    4: ("类别*", "炼金术"),
    12: ("名称*", ""),
    41: ("责任网格*", "990199"),
    78: ("编码*", "污染源 78"),
    119: ("经度", "东经"),
    151: ("绩效等级", "Z"),
    200: ("污染物", "砒霜"),
}


def sheet(template: Path, into: Path) -> int:
    """Fill the template with sources, some of them wrong; return the line of the headings."""
    book = openpyxl.load_workbook(template)
    page = book.worksheets[0]
    first = next(cells for cells in page.iter_rows() if cells[0].value == "编码*")
    heads = [str(cell.value) for cell in first]
    for n in range(1, ROWS + 1):
        row = {"编码*": f"IMP-{n:03}", "名称*": f"导入餐馆{n}", "类别*": "餐饮"}
        row |= {"责任网格*": "990101001", "经度": "115.5", "纬度": "35.9", "污染物": "PM2.5"}
        if n in WRONG:
            heading, said = WRONG[n]
            row[heading] = said
        for at, heading in enumerate(heads, 1):
            page.cell(first[0].row + n, at).value = row.pop(heading, None)
        assert row == {}, "the template lacks a heading"
    book.save(into)
    return int(first[0].row)


def fact(page: Page, label: str) -> str:
    """What a page's list of facts says."""
    line = page.locator("dl.facts > div").filter(has=page.locator("dt", has_text=label))
    return line.locator("dd").inner_text()


def test_200_sources_with_7_wrong_rows_are_imported_and_taken_back(entered, desk, tmp_path) -> None:
    page = entered("hq", "/sources/")
    page.get_by_role("link", name="导入").click()
    with page.expect_download() as saved:
        page.get_by_role("link", name="下载模板").click()
    saved.value.save_as(tmp_path / "template.xlsx")
    top = sheet(tmp_path / "template.xlsx", tmp_path / "sources.xlsx")
    page.locator("input[type=file]").set_input_files(tmp_path / "sources.xlsx")
    page.get_by_role("button", name="上传并检查").click()
    expect(page.get_by_role("button", name="放弃")).to_be_visible(timeout=60_000)

    found = [fact(page, one) for one in ("行数", "新增", "修改", "错误")]
    assert found == ["200", "193", "0", "7"]
    wrong = page.get_by_role("region", name="错误的行").locator("tbody tr")
    rows = [[cell.inner_text() for cell in row.locator("th, td").all()] for row in wrong.all()]
    assert {int(line) - top: (heading, said) for line, heading, said, *_ in rows} == WRONG
    assert all(problem and allowed for *_, problem, allowed in rows)
    expect(page.get_by_role("button", name="全部导入")).to_have_count(0)

    page.get_by_role("button", name="只导入正确的 193 行").click()
    expect(page.get_by_role("link", name="查看台账")).to_be_visible(timeout=60_000)
    batch = page.url
    page.goto(f"{desk.url}/sources/?q=导入餐馆")
    expect(page.locator(".pager")).to_contain_text("193")
    page.get_by_role("link", name="IMP-001").click()
    expect(page.locator("h1")).to_have_text("导入餐馆1")

    page.goto(batch)
    page.get_by_role("button", name="撤销这次导入").click()
    page.get_by_role("dialog").get_by_role("button", name="撤销").click()
    expect(page.locator(".page-subtitle")).to_contain_text("已撤销", timeout=60_000)
    page.goto(f"{desk.url}/sources/?q=导入餐馆")
    expect(page.get_by_role("link", name="IMP-001")).to_have_count(0)


def test_an_edit_stands_in_the_changes_and_in_the_log(entered, desk) -> None:
    page = entered("hq", "/sources/?q=甲子烧烤店")
    page.locator("tbody a").first.click()
    page.get_by_role("link", name="修改", exact=True).click()
    page.get_by_label("联系人").fill("试 联 系")
    page.get_by_role("button", name="保存").click()
    expect(page.locator(".facts").first).to_contain_text("试 联 系")
    change = page.locator(".diff tr", has_text="联系人").first
    expect(change).to_contain_text("试 联 系")

    page.goto(f"{desk.url}/log/")
    page.locator("tbody tr", has_text="QL-CY01").first.get_by_role("link").first.click()
    expect(page.locator("main")).to_contain_text("试 联 系")
    expect(page.locator("main")).to_contain_text("hq")
    page.goto(f"{desk.url}/log/verify")
    page.get_by_role("button", name="开始校验").click()
    expect(page.locator(".notice-success")).to_have_text("日志完整")


def test_the_second_of_two_editors_sees_what_the_first_changed(entered) -> None:
    first = entered("hq", "/sources/?q=乙丑饭庄")
    first.locator("tbody a").first.click()
    address = first.url
    first.get_by_role("link", name="修改", exact=True).click()
    second = entered("town", f"{urlsplit(address).path}edit", bears=(409,))

    first.get_by_label("地址").fill("东街 1 号")
    first.get_by_role("button", name="保存").click()
    expect(first).to_have_url(address)
    second.get_by_label("联系人").fill("后来者")
    second.get_by_role("button", name="保存").click()

    expect(second.get_by_role("alert")).to_contain_text("别人改过这条记录")
    seen = second.locator(".diff").first.locator("tbody tr")
    expect(seen).to_have_text([re.compile("^地址—东街 1 号"), re.compile("^联系人——后来者")])
    expect(second.locator(".journal")).to_contain_text("hq")
    expect(second.get_by_label("地址")).to_have_value("东街 1 号")
    expect(second.get_by_label("联系人")).to_have_value("后来者")
    second.get_by_role("button", name="保存").click()
    expect(second).to_have_url(address)
    expect(second.locator(".facts").first).to_contain_text("东街 1 号")
    expect(second.locator(".facts").first).to_contain_text("后来者")
    # What a township cannot choose is still there after its edit.
    expect(second.locator(".facts").first).to_contain_text("青岚县城市管理局")


def test_names_on_a_map_do_not_stand_on_each_other(entered) -> None:
    page = entered("hq", "/sources/new")
    names = page.locator(".map-name:not(.map-name-hidden)")
    expect(names.first).to_be_visible()
    boxes = [box for name in names.all() if (box := name.bounding_box())]
    for one, other in combinations(boxes, 2):
        apart_x = abs(one["x"] - other["x"]) >= min(one["width"], other["width"])
        assert apart_x or abs(one["y"] - other["y"]) >= one["height"]
    assert page.locator(".map-name-hidden").count()
