"""Types of file that a document may be of, by ending and by content."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from lantian.desk.register.sheet.guard import WORKBOOK, check_archive
from lantian.errors import BadFile

_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
#: Media type of each ending.
MEDIA: Final[Mapping[str, str]] = {
    ".pdf": "application/pdf",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".docx": f"{_OFFICE}wordprocessingml.document",
    ".xlsx": f"{_OFFICE}spreadsheetml.sheet",
}
#: What a file control offers; a phone then offers its camera, too.
ACCEPT: Final = ",".join(dict.fromkeys((*MEDIA, "image/jpeg", "image/png", "image/webp")))
NAMES: Final = "PDF, JPEG, PNG, WEBP, DOCX, XLSX"
#: How the content of each type begins.
_BEGINS: Final[Mapping[str, bytes]] = {
    "application/pdf": b"%PDF-",
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "image/webp": b"RIFF",
    f"{_OFFICE}wordprocessingml.document": b"PK\x03\x04",
    f"{_OFFICE}spreadsheetml.sheet": b"PK\x03\x04",
}
#: The part without which an office file is none of its type.
_MAIN: Final[Mapping[str, str]] = {
    f"{_OFFICE}wordprocessingml.document": "word/document.xml",
    f"{_OFFICE}spreadsheetml.sheet": WORKBOOK,
}
_WEBP_AT: Final = 8


def declared_media(name: str) -> str:
    """Return the media type that a file's ending declares.

    Raises
    ------
    BadFile
        If files with that ending are not taken.

    Examples
    --------
    >>> declared_media("照片.JPG")
    'image/jpeg'
    """
    ending = Path(name).suffix.lower()
    if ending not in MEDIA:
        raise BadFile(
            f"不接收这种文件 {ending} / files of this type are not taken {ending}".strip(),
            where=name,
            fix=f"可用 / one of: {NAMES}",
        )
    return MEDIA[ending]


def must_be(media: str, path: Path, name: str) -> None:
    """Refuse a file whose content is not of the type that its name says.

    Parameters
    ----------
    media : str
        As `declared_media` gave it.
    path : Path
        Where the file lies.
    name : str
        What its sender calls it.

    Raises
    ------
    BadFile
        If it is not, or if it is an office file that is broken, swells, is encrypted or holds
        macros.
    """
    with path.open("rb") as file:
        head = file.read(16)
    fits = head.startswith(_BEGINS[media])
    if media == "image/webp":
        fits = fits and head[_WEBP_AT:].startswith(b"WEBP")
    if not fits:
        raise BadFile(
            f"内容不是 {Path(name).suffix} 文件，或文件是空的 / "
            f"the content is not that of a {Path(name).suffix} file, or it is empty",
            where=name,
            fix="用原文件，或另存为所需格式 / take the original, or save it in that form",
        )
    if media in _MAIN:
        check_archive(path, name, _MAIN[media])
