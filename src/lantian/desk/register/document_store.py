"""Content of documents on disk: each once, under its SHA-256, looked at again when it is read."""

import hashlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from lantian.desk.env import env
from lantian.desk.register.document_types import declared_media, must_be
from lantian.desk.register.sheet.guard import refuse_large
from lantian.errors import Conflict

_LONGEST_NAME: Final = 150


class DocumentChanged(Conflict):
    """The file of a document is not what was kept: it was changed or taken away on the disk."""


@dataclass(frozen=True, slots=True)
class Content:
    """A file that is kept: what its sender calls it, its type, bytes and hash."""

    name: str
    media: str
    size: int
    sha256: str


def path_of(sha256: str) -> Path:
    """Where the content of a hash lies."""
    return env().folder / "files" / "documents" / sha256[:2] / sha256


def keep(name: str, blocks: Iterable[bytes]) -> Content:
    """Keep a file that was sent in, whole and on the disk, if it may be kept.

    Raises
    ------
    BadFile
        If it is of a type that is not taken, larger than files may be, or not what its name
        says.
    """
    name = _plain(name)
    media = declared_media(name)
    folder = env().folder / "files" / "documents"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Readable by the owner alone; a backup leaves out what is still new.
    handle, partly = tempfile.mkstemp(dir=folder, suffix=".new")
    new = Path(partly)
    try:
        digest, size = hashlib.sha256(), 0
        with os.fdopen(handle, "wb") as file:
            for block in blocks:
                size += len(block)
                refuse_large(size, name)
                digest.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        must_be(media, new, name)
        _place(new, path_of(digest.hexdigest()))
    finally:
        new.unlink(missing_ok=True)
    return Content(name, media, size, digest.hexdigest())


def _plain(name: str) -> str:
    """Name without folders and control characters, its ending kept when it is cut."""
    said = Path("".join(c for c in name if c.isprintable()).replace("\\", "/")).name
    ending = Path(said).suffix[:10]
    return said.removesuffix(ending)[: _LONGEST_NAME - len(ending)] + ending


def _place(new: Path, path: Path) -> None:
    """Put a file under its hash; where a sound one is, it stays."""
    path.parent.mkdir(exist_ok=True, mode=0o700)
    if path.is_file() and _digest(path) == path.name:
        return
    new.replace(path)
    for folder in (path.parent, path.parent.parent):
        _sync(folder)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def opened(sha256: str, name: str) -> BinaryIO:
    """Open the content of a hash for reading, once it was found to have that hash.

    Raises
    ------
    DocumentChanged
        If it is not there, or is another.
    """
    try:
        file = path_of(sha256).open("rb")
    except OSError as error:
        raise _changed(sha256, name) from error
    if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
        file.close()
        raise _changed(sha256, name)
    file.seek(0)
    return file


def _changed(sha256: str, name: str) -> DocumentChanged:
    return DocumentChanged(
        "文件与登记的校验值不符，不予提供 / the file is not what its hash says; it is not given",
        where=f"{name} {sha256[:16]}",
        fix="请管理员从备份恢复 files/documents / ask the administrator to restore "
        "files/documents from a backup",
    )
