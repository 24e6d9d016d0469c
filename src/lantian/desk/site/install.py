"""Making a desk ready: tables, statics, lake; again and again without harm."""

import hashlib
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from lantian import __version__
from lantian.desk.env import Env
from lantian.desk.site.database import postgres
from lantian.errors import LakeBroken
from lantian.lake.store import Lake


def prepare(env: Env) -> list[str]:
    """Bring tables and statics of an installation to this version; make its lake if there is none.

    Returns
    -------
    list of str
        What was done, for people.

    Raises
    ------
    LakeBroken
        If the lake is damaged or a newer Lantian made it.
    """
    done = []
    for name in ("secret", "field", "proof"):
        env.key(name)
    if env.database_url:
        _make_schema(env.database_url)
    call_command("migrate", verbosity=0, interactive=False)
    done.append("数据表 / tables")
    if _collect():
        done.append("网页文件 / statics")
    if _lake(env.folder):
        done.append("数据湖 / lake")
    (env.folder / "files").mkdir(exist_ok=True, mode=0o700)
    return done


def _make_schema(url: str) -> None:
    options: dict[str, Any] = postgres(url)
    try:
        with psycopg.connect(
            dbname=options["NAME"],
            user=options["USER"] or None,
            password=options["PASSWORD"] or None,
            host=options["HOST"] or None,
            port=options["PORT"] or None,
        ) as link:
            link.execute("CREATE SCHEMA IF NOT EXISTS desk")
    except psycopg.OperationalError as error:
        said = str(error).strip().splitlines()[-1]
        raise LakeBroken(
            f"连接不到数据库 / the database does not answer ({said})",
            where=f"{options['HOST']}:{options['PORT']}/{options['NAME']}",
            fix="检查 LANTIAN_DATABASE_URL 与服务 / check LANTIAN_DATABASE_URL and the server",
        ) from error


def _collect() -> bool:
    """Copy statics under hashed names unless those of this version are there."""
    source = Path(settings.STATICFILES_DIRS[0])
    files = sorted(p for p in source.rglob("*") if p.is_file())
    state = hashlib.sha256(__version__.encode())
    for file in files:
        state.update(file.relative_to(source).as_posix().encode())
        state.update(hashlib.sha256(file.read_bytes()).digest())
    stamp = Path(settings.STATIC_ROOT) / ".state"
    if stamp.exists() and stamp.read_text(encoding="ascii") == state.hexdigest():
        return False
    call_command("collectstatic", verbosity=0, interactive=False, clear=True)
    stamp.write_text(state.hexdigest(), encoding="ascii")
    return True


def _lake(folder: Path) -> bool:
    try:
        Lake.open(folder).ledger.close()
    except LakeBroken as error:
        if "lantian lake init" not in error.fix:
            raise
        Lake.init(folder)
        return True
    return False


def unapplied() -> list[str]:
    """Names of changes of tables that were not applied yet."""
    executor = MigrationExecutor(connection)
    return [
        f"{migration.app_label}.{migration.name}"
        for migration, _ in executor.migration_plan(executor.loader.graph.leaf_nodes())
    ]
