"""Sheets that must not be taken: each is refused with what is wrong, where, and what to do."""

import io
import zipfile

import openpyxl
import pytest
import xlsxwriter
from tests.desk.register.conftest import HEADINGS, saved, upload, workbook

from lantian.desk.places.models import Place
from lantian.desk.register.models import Batch
from lantian.desk.register.sheet.guard import guarded
from lantian.errors import BadFile

GOOD = ["990103", "新镇", "乡镇街道", "990100"]


@pytest.fixture
def send(client_as, county):
    """Send a file as headquarters, and return what the page says."""
    client = client_as("headquarters")

    def sent(data: bytes, name: str = "places.xlsx") -> str:
        answer = client.post(
            "/places/import", {"file": upload(data, name), "coordinates": "wgs84"}, follow=True
        )
        assert not Batch.objects.filter(state="checked").exists()
        assert Place.objects.count() == 4
        return answer.text

    return sent


def entries(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def archived(files: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file.getvalue()


def test_merged_cells_are_refused_with_their_addresses(send) -> None:
    book = workbook(GOOD, GOOD, GOOD)
    book.active.merge_cells("D2:D4")
    said = send(saved(book))
    assert "合并单元格 D2:D4" in said
    assert "取消合并" in said


def test_merged_cells_above_the_headings_are_a_title(client_as, county) -> None:
    book = openpyxl.Workbook()
    book.active.append(["青岚县区域表"])
    book.active.merge_cells("A1:D1")
    book.active.append(list(HEADINGS))
    book.active.append(GOOD)
    client = client_as("headquarters")
    client.post("/places/import", {"file": upload(saved(book)), "coordinates": "wgs84"})
    batch = Batch.objects.get()
    assert (batch.state, batch.created, batch.faults) == ("checked", 1, 0)


def test_formulas_without_values_are_refused_with_their_addresses(send) -> None:
    said = send(saved(workbook(GOOD, ['="9901"&"04"', "镇", "乡镇街道", "=A2"])))
    assert "公式没有计算结果 A3, D3" in said


def test_formulas_with_values_are_read(client_as, county) -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADINGS)
    sheet.write_row(1, 0, GOOD)
    sheet.write_formula(1, 1, '="新"&"镇"', None, "新镇")
    book.close()
    client_as("headquarters").post(
        "/places/import", {"file": upload(file.getvalue()), "coordinates": "wgs84"}
    )
    assert Batch.objects.get().created == 1


def test_wrong_headings_are_named_with_what_may_be_meant(send) -> None:
    said = send(saved(workbook(GOOD, headings=("区划代玛", "名称", "级别", "随便", "名称"))))
    assert "第 1 列「区划代玛」不认识，是否为「区划代码」" in said
    assert "第 4 列「随便」不认识" in said
    assert "「名称」重复" in said
    assert "缺少「区划代码」列" in said


def test_no_headings_at_all(send) -> None:
    assert "找不到表头行" in send(saved(workbook(GOOD, headings=("1", "2", "3", "4"))))


def test_a_zip_bomb_is_not_opened(send) -> None:
    files = entries(saved(workbook(GOOD)))
    files["xl/worksheets/sheet1.xml"] = b" " * (300 << 20)
    data = archived(files)
    assert len(data) < 1 << 20
    assert "压缩包异常" in send(data)


def test_many_entries_are_not_opened(send) -> None:
    files = entries(saved(workbook(GOOD))) | {f"x/{n}": b"" for n in range(2001)}
    assert "压缩包异常" in send(archived(files))


def test_an_archive_that_lies_of_its_size_is_damaged(send) -> None:
    files = entries(saved(workbook(GOOD)))
    files["xl/worksheets/sheet1.xml"] = b"<worksheet>" + b" " * (9 << 20)
    data = bytearray(archived(files))
    # The size that the directory at the end states, made small.
    size = (len(files["xl/worksheets/sheet1.xml"])).to_bytes(4, "little")
    at = data.rindex(size)
    data[at : at + 4] = (100).to_bytes(4, "little")
    assert "文件不完好" in send(bytes(data))


@pytest.mark.parametrize("name", ["places.xlsm", "places.xlsb", "PLACES.XLSM"])
def test_macros_by_name(send, name) -> None:
    assert "含宏的文件不予接收" in send(saved(workbook(GOOD)), name)


def test_macros_inside(send) -> None:
    files = entries(saved(workbook(GOOD))) | {"xl/vbaProject.bin": b"macro"}
    assert "含宏的文件不予接收" in send(archived(files))


def test_an_old_workbook_and_an_encrypted_one(send) -> None:
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 512
    assert "旧版 .xls" in send(ole + "Workbook".encode("utf-16-le"), "places.xls")
    assert "已加密" in send(ole + "EncryptedPackage".encode("utf-16-le"))


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"%PDF-1.7", "places.pdf", "不是 .xlsx 或 .csv"),
        (b"GIF89a", "places.xlsx", "不是 .xlsx 或 .csv"),
        (b"PK\x03\x04 broken", "places.xlsx", "不是完好的 Office 文件"),
        (archived({"word/document.xml": b"<w/>"}), "places.xlsx", "不是完好的 Office 文件"),
        (b"\xff\xd8\xff\xe0 code,\xff\xff", "places.csv", "既非 UTF-8 也非 GBK"),
        (b"code,name\0\n1,2\n", "places.csv", "不是文本文件"),
    ],
)
def test_what_is_no_sheet(send, data, name, says) -> None:
    assert says in send(data, name)


def test_an_empty_file_is_refused(send) -> None:
    assert "空" in send(b"", "places.csv")


def test_a_file_over_20_mb_is_refused(tmp_path) -> None:
    file = tmp_path / "big.csv"
    with file.open("wb") as opened:
        opened.truncate((20 << 20) + 1)
    with pytest.raises(BadFile, match="larger than 20 MB"):
        guarded(file, "big.csv")


def test_a_broken_sheet_inside_a_sound_archive(send) -> None:
    files = entries(saved(workbook(GOOD)))
    files["xl/worksheets/sheet1.xml"] = files["xl/worksheets/sheet1.xml"][:300]
    assert "文件不完好" in send(archived(files))


@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"])
def test_entities_that_swell_are_refused(send, part) -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file)
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, HEADINGS)
    sheet.write_row(1, 0, GOOD)
    sheet.write_formula(1, 1, '="x"', None, "swell")
    book.close()
    files = entries(file.getvalue())
    swell = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY l0 "lol">{swell}]>'
    text = files[part].decode().partition("?>")[2]
    word = "swell" if "sheet1" in part else GOOD[2]
    assert word in text
    files[part] = (head + text.replace(word, "&l9;")).encode()
    assert "文件不完好" in send(archived(files))


@pytest.mark.parametrize(
    ("cell", "wrong"),
    [
        (911101081234567890, "Excel 只保留 15 位数字"),
        ("=cmd|' /C calc'!A0", "公式"),
        ("@SUM(1)", "公式"),
        ("#REF!", "公式出错"),
        ("甲\x07乙".replace("\x07", "\u0085"), "控制字符"),
    ],
)
def test_cells_that_are_refused(client_as, county, cell, wrong) -> None:
    book = workbook(GOOD)
    target = book.active["B2"]
    target.value = cell
    target.data_type = "n" if isinstance(cell, int) else "s"
    client_as("headquarters").post(
        "/places/import", {"file": upload(saved(book)), "coordinates": "wgs84"}
    )
    assert wrong in Batch.objects.get().found.get().wrong


def test_a_formula_in_csv_is_refused_as_a_cell(client_as, county) -> None:
    text = "区划代码,名称,级别,上级\n990103,=1+1,乡镇街道,990100\n"
    client_as("headquarters").post(
        "/places/import", {"file": upload(text.encode(), "a.csv"), "coordinates": "wgs84"}
    )
    fault = Batch.objects.get().found.get()
    assert (fault.line, fault.said) == (2, "=1+1")
