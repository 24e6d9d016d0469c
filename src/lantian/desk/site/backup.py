"""Backup: one archive of tables, parts, files and keys, with a manifest that proves it."""

import hashlib
import io
import json
import os
import shutil
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from lantian import __version__
from lantian.desk.env import Env
from lantian.desk.site.tables_copy import dump_tables, fill_tables, make_days
from lantian.errors import BadFile, BadRequest
from lantian.lake.gate_tables import GATE
from lantian.lake.tables import LAKE

MANIFEST: Final = "manifest.json"
_DATABASES: Final = (LAKE.file, GATE.file, "desk.sqlite")
#: Heads of the log that were written down.
_HEADS: Final = "log.heads"
_TABLES: Final = "tables"
#: What can be made again, or belongs to a running process.
_LEFT_OUT: Final = frozenset({"static", _HEADS, *_DATABASES})
_ENDS_LEFT_OUT: Final = ("-wal", "-shm", ".new", ".lock")
_FORM: Final = 1
_BLOCK: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Saved:
    """What an archive holds: its own hash, the files in it, and the head of the log."""

    path: Path
    sha256: str
    files: int
    head: str


def save(env: Env, file: Path, *, head: str, now: datetime) -> Saved:
    """Write one archive of an installation while it runs.

    Databases are copied as they stand at one moment each; parts and files are immutable, and
    frames as received only grow: what is added meanwhile is left for the next backup.

    Parameters
    ----------
    env : Env
    file : Path
        Must not exist yet.
    head : str
        Head of the log, printed into the manifest.
    now : datetime

    Returns
    -------
    Saved

    Raises
    ------
    BadRequest
        If the file exists, or cannot be written.
    """
    if file.exists():
        raise BadRequest(
            f"{file} 已存在 / exists already",
            where=str(file),
            fix="换一个文件名 / take another name",
        )
    new = file.with_name(f"{file.name}.new")
    try:
        with tempfile.TemporaryDirectory(prefix="lantian-backup-", dir=file.parent) as scratch:
            sums = _write(env, new, Path(scratch), head, now)
            _sync(new)
            new.replace(file)
    except OSError as error:
        new.unlink(missing_ok=True)
        raise BadRequest(
            f"无法写入 / cannot write ({error.strerror})",
            where=str(file),
            fix="检查目录与剩余空间 / check the folder and the free space",
        ) from error
    return Saved(file, _digest(file), len(sums), head)


def _write(env: Env, new: Path, scratch: Path, head: str, now: datetime) -> dict[str, str]:
    copies = _heads(env, scratch)
    copies += dump_tables(env.database_url, scratch) if env.database_url else _copies(env, scratch)
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    sums: dict[str, str] = {}
    with (
        os.fdopen(os.open(new, flags, 0o600), "wb") as raw,
        tarfile.open(fileobj=raw, mode="w:gz", compresslevel=3) as archive,
    ):
        for name, path in [*copies, *_files(env.folder)]:
            sums[name] = _put(archive, name, path)
        manifest = {
            "form": _FORM,
            "version": __version__,
            "at": now.astimezone(UTC).isoformat(timespec="seconds"),
            "database": "postgresql" if env.database_url else "sqlite",
            "log_head": head,
            "sha256": sums,
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True).encode()
        entry = tarfile.TarInfo(MANIFEST)
        entry.size = len(text)
        archive.addfile(entry, io.BytesIO(text))
    return sums


def _put(archive: tarfile.TarFile, name: str, path: Path) -> str:
    """Put a file into an archive as long as it is now; return its hash."""
    entry = archive.gettarinfo(path, name)
    digest, left = hashlib.sha256(), entry.size
    with path.open("rb") as file:
        while block := file.read(min(left, _BLOCK)):
            digest.update(block)
            left -= len(block)
        file.seek(0)
        archive.addfile(entry, file)
    return digest.hexdigest()


def _heads(env: Env, scratch: Path) -> list[tuple[str, Path]]:
    """Copy the heads before the tables: none may tell of more than those hold."""
    if not (env.folder / _HEADS).exists():
        return []
    shutil.copyfile(env.folder / _HEADS, scratch / _HEADS)
    return [(_HEADS, scratch / _HEADS)]


def _copies(env: Env, scratch: Path) -> list[tuple[str, Path]]:
    made = []
    for name in _DATABASES:
        if (env.folder / name).exists():
            with (
                closing(sqlite3.connect(env.folder / name)) as source,
                closing(sqlite3.connect(scratch / name)) as copy,
            ):
                source.backup(copy)
            made.append((name, scratch / name))
    return made


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        ours = name.parts[0] not in _LEFT_OUT and not name.name.endswith(_ENDS_LEFT_OUT)
        if path.is_file() and not path.is_symlink() and ours:
            yield name.as_posix(), path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def read_manifest(file: Path) -> dict[str, Any]:
    """Return the manifest of an archive.

    Raises
    ------
    BadFile
        If the file is no backup of Lantian, or of a newer form.
    """
    try:
        with tarfile.open(file) as archive:
            member = archive.extractfile(MANIFEST)
            found: dict[str, Any] = json.load(member) if member else {}
    except (OSError, tarfile.TarError, KeyError, ValueError, EOFError) as error:
        raise _not_ours(file, str(error)) from error
    if found.get("form") != _FORM:
        raise _not_ours(file, f"form {found.get('form')}")
    return found


def _not_ours(file: Path, said: str) -> BadFile:
    return BadFile(
        f"不是可用的备份 / no backup that can be read ({said})",
        where=str(file),
        fix="换一个备份文件 / take another backup",
    )


def unpack(file: Path, folder: Path) -> dict[str, Any]:
    """Unpack an archive into an empty folder and compare every file with its hash.

    Returns
    -------
    dict
        The manifest.

    Raises
    ------
    BadRequest
        If the folder is not empty.
    BadFile
        If the archive is damaged; the folder is left as it was.
    """
    manifest = read_manifest(file)
    if any(folder.iterdir()):
        raise BadRequest(
            f"{folder} 不是空目录 / is not empty",
            where=str(folder),
            fix="恢复到新目录 / restore into a new folder",
        )
    with tempfile.TemporaryDirectory(prefix="lantian-restore-", dir=folder.parent) as scratch:
        found = Path(scratch)
        try:
            with tarfile.open(file) as archive:
                archive.extractall(found, filter="data")
        except (OSError, tarfile.TarError, EOFError) as error:
            raise _not_ours(file, str(error)) from error
        (found / MANIFEST).unlink()
        for name, stated in manifest["sha256"].items():
            path = found / name
            if not path.is_file() or _digest(path) != stated:
                raise _not_ours(file, f"{name}: sha256")
        for path in found.iterdir():
            path.rename(folder / path.name)
    for private in ("keys", "files"):
        (folder / private).mkdir(exist_ok=True)
        (folder / private).chmod(0o700)
    return manifest


def empty(folder: Path) -> None:
    """Take away what a restore that failed unpacked, so that it can be tried again."""
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def fill(env: Env, manifest: dict[str, Any]) -> int:
    """Bring unpacked tables into PostgreSQL; return how many, 0 for SQLite.

    Raises
    ------
    BadRequest
        If the backup is of the other kind of database.
    """
    kind = "postgresql" if env.database_url else "sqlite"
    if manifest["database"] != kind:
        raise BadRequest(
            f"备份来自 {manifest['database']} / the backup is of {manifest['database']}",
            where="LANTIAN_DATABASE_URL",
            fix="按备份的数据库种类设置 / set or unset it to suit the backup",
        )
    if not env.database_url:
        return 0
    make_days(env.folder, [path.name for path in (env.folder / _TABLES).iterdir()])
    return fill_tables(env.database_url, env.folder / _TABLES)
