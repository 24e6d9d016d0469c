"""What may be opened at all: size, kind of file, archives that swell, macros, encryption."""

from pathlib import Path
from typing import Final
from zipfile import BadZipFile, ZipFile

from lantian.desk.env import env
from lantian.errors import BadFile

#: An honest workbook of 20 MB unpacks to less, and to less than so many times its size.
_UNPACKED_B: Final = 400 * 1024 * 1024
_SWELLS: Final = 150
_SMALL_B: Final = 8 * 1024 * 1024
_STRINGS_B: Final = 100 * 1024 * 1024
_ENTRIES: Final = 2000
#: Part that every workbook has.
WORKBOOK: Final = "xl/workbook.xml"
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK\x03\x04"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_SAVE_AS: Final = "在 Excel 或 WPS 中另存为 .xlsx / save it as .xlsx in Excel or WPS"
_MACROS: Final = frozenset({".xlsm", ".xltm", ".xlam", ".xlsb"})


def guarded(path: Path, name: str) -> str:
    """Return "xlsx" or "csv" for a file that may be opened.

    Parameters
    ----------
    path : Path
        Where the file lies.
    name : str
        What its sender calls it.

    Raises
    ------
    BadFile
        Saying why it may not.
    """
    ending = Path(name).suffix.lower()
    refuse_large(path.stat().st_size, name)
    if ending in _MACROS:
        raise _macros(name)
    with path.open("rb") as file:
        head = file.read(8)
    if head == _OLE:
        raise _old_or_locked(path, name)
    if head.startswith(_ZIP):
        check_archive(path, name, WORKBOOK)
        return "xlsx"
    if ending not in (".csv", ".txt") or not head:
        raise BadFile(
            "不是 .xlsx 或 .csv 文件，或文件是空的 / neither .xlsx nor .csv, or empty",
            where=name,
            fix="下载模板填写 / download the template and fill it",
        )
    return "csv"


def refuse_large(size: int, name: str) -> None:
    """Refuse a file that is larger than files may be.

    Raises
    ------
    BadFile
        If it is.
    """
    most = env().settings.desk.upload_mb
    if size > most << 20:
        raise BadFile(
            f"文件大于 {most} MB / larger than {most} MB",
            where=name,
            fix="分成几个文件，或压缩后再传 / split it into several files, or make it smaller",
        )


def _macros(name: str) -> BadFile:
    return BadFile("含宏的文件不予接收 / files with macros are refused", where=name, fix=_SAVE_AS)


def _old_or_locked(path: Path, name: str) -> BadFile:
    if _ENCRYPTED in path.read_bytes():
        return BadFile(
            "工作簿已加密 / the workbook is encrypted",
            where=name,
            fix="去掉打开密码后再上传 / take the password off and send it again",
        )
    return BadFile("这是旧版 .xls 格式 / this is the old .xls format", where=name, fix=_SAVE_AS)


def check_archive(path: Path, name: str, main: str) -> None:
    """Refuse an office file that swells, is encrypted, has macros, or lacks its main part.

    Raises
    ------
    BadFile
        Saying why.
    """
    try:
        with ZipFile(path) as archive:
            entries = archive.infolist()
    except (BadZipFile, OSError, ValueError, RuntimeError) as error:
        raise _broken(name) from error
    names = {entry.filename for entry in entries}
    # What an entry claims to be is also the most that is ever read of it.
    unpacked = sum(entry.file_size for entry in entries)
    packed = max(1, path.stat().st_size)
    strings = sum(e.file_size for e in entries if e.filename.lower().endswith("sharedstrings.xml"))
    if (
        len(entries) > _ENTRIES
        or unpacked > _UNPACKED_B
        or strings > _STRINGS_B
        or (unpacked > _SMALL_B and unpacked > _SWELLS * packed)
    ):
        raise BadFile(
            f"压缩包异常，解开后 {unpacked >> 20} MB / the archive unpacks to {unpacked >> 20} MB",
            where=name,
            fix="复制到新工作簿后再上传 / copy the cells into a new workbook and send that",
        )
    if any(entry.flag_bits & 1 for entry in entries):
        raise BadFile(
            "压缩包已加密 / the archive is encrypted",
            where=name,
            fix="去掉密码 / take the password off",
        )
    if any(n.lower().endswith("vbaproject.bin") for n in names):
        raise _macros(name)
    if main not in names:
        raise _broken(name)


def _broken(name: str) -> BadFile:
    return BadFile("不是完好的 Office 文件 / not a sound office file", where=name, fix=_SAVE_AS)
