"""Check-up of an installation: settings, database, tables, lake, disk."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import Final

from django.db import DatabaseError, connection
from django.utils import timezone

from lantian.desk.env import Env
from lantian.desk.jobs.queries import last_beat
from lantian.desk.register.document_list import amiss
from lantian.desk.site.install import unapplied
from lantian.errors import LantianError
from lantian.lake.store import Lake

#: Free space below which a desk is in danger: a day of hours and logs is far less.
_FREE_GB: Final = 2.0
_GB: Final = 1e9
#: A worker that is alive shows itself far more often.
_BEAT_S: Final = 60.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `fix` says what to do where it is not well."""

    what: str
    said: str
    well: bool = True
    fix: str = ""


def checkup(env: Env) -> list[Finding]:
    """Look at everything that a desk needs; one failure does not hide the next.

    Parameters
    ----------
    env : Env

    Returns
    -------
    list of Finding
    """
    looks: list[tuple[str, Callable[[Env], Finding]]] = [
        ("设置 / settings", _settings),
        ("密钥 / keys", _keys),
        ("数据库 / database", _database),
        ("数据表 / tables", _tables),
        ("数据湖 / lake", _lake),
        ("文件 / documents", _documents),
        ("磁盘 / disk", _disk),
        ("任务进程 / worker", _worker),
    ]
    found = []
    for what, look in looks:
        try:
            finding = look(env)
        except LantianError as error:
            finding = Finding(what, error.what, well=False, fix=error.fix)
        except (DatabaseError, sqlite3.Error, OSError) as error:
            finding = Finding(
                what, str(error).splitlines()[0], well=False, fix="检查服务与权限 / check it runs"
            )
        found.append(Finding(what, finding.said, finding.well, finding.fix))
    return found


def _settings(env: Env) -> Finding:
    desk = env.settings.desk
    kind = "PostgreSQL" if env.database_url else "SQLite"
    return Finding("", f"{kind}, {desk.time_zone}, hosts {', '.join(desk.hosts)}")


def _keys(env: Env) -> Finding:
    for name in ("secret", "field"):
        env.key(name)
    return Finding("", str(env.folder / "keys"))


def _database(env: Env) -> Finding:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    if env.database_url:
        return Finding("", str(connection.settings_dict["HOST"]))
    with closing(sqlite3.connect(env.folder / "desk.sqlite")) as file:
        said = str(file.execute("PRAGMA quick_check").fetchone()[0])
    fix = "从备份恢复 / restore it from a backup"
    return Finding("", f"desk.sqlite {said}", said == "ok", "" if said == "ok" else fix)


def _tables(env: Env) -> Finding:
    if waiting := unapplied():
        fix = f"lantian desk init --dir {env.folder}"
        return Finding("", f"{len(waiting)} 未升级 / to apply: {waiting[0]} …", well=False, fix=fix)
    return Finding("", "最新 / up to date")


def _lake(env: Env) -> Finding:
    with Lake.open(env.folder) as lake:
        return Finding("", f"序号 / sequence {lake.sequence}, {len(lake.stations())} 站 / stations")


def _documents(env: Env) -> Finding:
    count, names = amiss()
    if names:
        fix = "从备份恢复 files/documents / restore files/documents from a backup"
        said = f"{len(names)} 份缺失或残缺 / of {count} are gone or cut: {names[0]} …"
        return Finding("", said, well=False, fix=fix)
    return Finding("", f"{count} 份 / kept")


def _disk(env: Env) -> Finding:
    free_gb = shutil.disk_usage(env.folder).free / _GB
    well = free_gb >= _FREE_GB
    fix = "" if well else "腾出空间 / free some space"
    return Finding("", f"{free_gb:.1f} GB 可用 / free", well, fix)


def _worker(env: Env) -> Finding:
    beat = last_beat()
    if beat is None:
        return Finding("", "未运行过 / never ran", well=False, fix="lantian desk serve | worker")
    age_s = (timezone.now() - beat).total_seconds()
    well = age_s < _BEAT_S
    fix = "" if well else "lantian desk serve | worker"
    return Finding("", f"{age_s:.0f} 秒前 / seconds ago", well, fix)
