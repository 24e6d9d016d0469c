"""The address of a PostgreSQL database, and its errors for people: without the password."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from lantian.errors import BadSetting, LakeBroken
from lantian.lake.database import URL, busy, damaged, unwritable

#: What holds where the address says nothing else: a line that is cut is given up within ten
#: seconds, where the system by itself would try for a quarter of an hour.
_LINE: Final[Mapping[str, str | int]] = {
    "connect_timeout": 10,
    "application_name": "lantian",
    "tcp_user_timeout": 10_000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
}
_FORM: Final = (
    f"{URL}=postgresql://USER@HOST:5432/DATABASE，密码以冒号接在 USER 之后，特殊字符写作 %XX / "
    "the password follows USER after a colon, its special characters as %XX"
)


class Address:
    """Where the database is, in a form that can be shown: the password is never in it."""

    def __init__(self, url: str) -> None:
        """Read an address.

        Raises
        ------
        BadSetting
            If it is no address of a PostgreSQL database.
        """
        try:
            if not url.startswith(("postgresql://", "postgres://")):
                raise ValueError
            parameters = conninfo_to_dict(url)
            ports = str(parameters.get("port") or "")
            if not parameters.get("dbname") or not re.fullmatch("[0-9,]*", ports):
                raise ValueError
        except (ValueError, psycopg.ProgrammingError):
            # What the parser says may spell the password, so it is not passed on.
            raise BadSetting(
                "数据库地址写法不对 / this is no address of a PostgreSQL database",
                where=URL,
                fix=_FORM,
            ) from None
        self._password = str(parameters.get("password") or "")
        self.shown = (
            f"postgresql://{parameters.get('host') or ''}"
            f":{parameters.get('port') or 5432}/{parameters['dbname']}"
        )
        self.conninfo = make_conninfo("", **{**_LINE, **parameters})

    def hush(self, said: str) -> str:
        """Put a message of the server on one line, without the password."""
        line = " ".join(said.split())
        return line.replace(self._password, "***") if self._password else line


def strange(folder: Path, address: Address) -> LakeBroken:
    """Say that a database belongs to another folder."""
    return LakeBroken(
        "这个数据库属于另一个数据目录 / this database holds the lake of another folder",
        where=f"{folder}, {address.shown}",
        fix="每个数据目录用自己的数据库 / give each folder a database of its own: "
        f"createdb …, {URL}=…",
    )


@contextmanager
def told(folder: Path, address: Address) -> Iterator[None]:
    """Turn errors of PostgreSQL and of the disk into `LakeBroken` with what to do."""
    try:
        yield
    except psycopg.Error as error:
        spoken = _spoken(error, folder, address)
        if spoken is None:
            raise  # a fault of ours, not of the lake
        raise spoken from error
    except OSError as error:
        raise unwritable(str(error), str(folder)) from error


def _spoken(error: psycopg.Error, folder: Path, address: Address) -> LakeBroken | None:
    said, where = address.hush(str(error)), f"{folder}, {address.shown}"
    match error:
        case errors.LockNotAvailable() | errors.DeadlockDetected():
            return busy(said, where)
        case errors.DiskFull() | errors.ReadOnlySqlTransaction():
            return unwritable(said, where)
        case errors.InsufficientPrivilege():
            return LakeBroken(
                f"数据库用户权限不足 / the database's user may not do this ({said})",
                where=where,
                fix="GRANT CREATE ON DATABASE … TO …",
            )
        case errors.DataCorrupted() | errors.IndexCorrupted():
            return damaged(said, where)
        case psycopg.OperationalError():
            return LakeBroken(
                f"PostgreSQL 数据库不可用，未存入 / PostgreSQL is not available; "
                f"nothing was stored ({said})",
                where=where,
                fix=f"检查服务器和 {URL}，再重做 / check the server and {URL}, then repeat",
            )
    return None
