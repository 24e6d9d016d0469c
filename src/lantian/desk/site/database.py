"""Where the desk's tables are: SQLite in the data folder, or PostgreSQL."""

from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from lantian.desk.env import Env
from lantian.errors import BadSetting

#: File of the desk's tables in the data folder.
SQLITE: Final = "desk.sqlite"


def django_database(env: Env) -> dict[str, Any]:
    """Return Django's description of the database of an installation.

    Raises
    ------
    BadSetting
        If the address of the database is no PostgreSQL address.
    """
    return postgres(env.database_url) if env.database_url else sqlite(env)


def sqlite(env: Env) -> dict[str, Any]:
    """Return the SQLite form: one writer at a time who takes the lock at once and waits for it."""
    file = env.folder / SQLITE
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
        "TEST": {"NAME": env.folder / "desk-test.sqlite"},
    }


def postgres(url: str) -> dict[str, Any]:
    """Return the PostgreSQL form; the desk's tables lie in the schema `desk`."""
    parts = urlsplit(url)
    options = dict(parse_qsl(parts.query))
    name = parts.path.lstrip("/")
    if parts.scheme not in {"postgresql", "postgres"} or not name:
        raise BadSetting(
            "数据库地址有误 / not the address of a PostgreSQL database",
            where="LANTIAN_DATABASE_URL",
            fix="postgresql://USER@HOST:5432/DATABASE",
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(name),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", "") or unquote(parts.hostname or ""),
        "PORT": str(options.pop("port", "") or parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": "-c search_path=desk,public", **options},
    }
