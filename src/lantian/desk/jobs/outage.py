"""A database or disk that is gone: known by its errors, said once, waited for ever longer."""

import errno
import logging
import threading
import time
from collections.abc import Callable
from typing import Final

from django.db import InterfaceError, OperationalError, close_old_connections, connection

_LOG: Final = logging.getLogger(__name__)
_FIRST_S: Final = 0.5
_LONGEST_S: Final = 30.0
#: What Django raises when the database cannot be reached.
GONE: Final = (OperationalError, InterfaceError)
_FULL: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def is_full(error: BaseException | None) -> bool:
    """Whether an error says that there is no room on the disk.

    SQLite says "database or disk is full", PostgreSQL "No space left on device".
    """
    if isinstance(error, OperationalError):
        return any(word in str(error) for word in ("disk", "No space left"))
    return isinstance(error, OSError) and error.errno in _FULL


def renew_connection() -> None:
    """Drop a connection that broke or is old; the next query makes a new one."""
    if not connection.in_atomic_block:
        close_old_connections()


class Outage:
    """Repeats the steps of a process, through outages of database and disk."""

    def __init__(self, who: str, stop: threading.Event) -> None:
        """Take the name of the process as it reads in its messages, and what ends it."""
        self._who = who
        self._stop = stop
        self._since: float | None = None
        self._wait_s = _FIRST_S

    def tried(self, step: Callable[[], bool]) -> bool:
        """Run one step; return what it returns, False when the database or the disk fails."""
        renew_connection()
        try:
            done = step()
        except (*GONE, OSError) as error:
            self._gone(error)
            return False
        self._back()
        return done

    def _gone(self, error: Exception) -> None:
        if self._since is None:
            self._since = time.monotonic()
            _LOG.error(
                "%s: database or disk fails, trying again until it is back (%s)", self._who, error
            )
        connection.close()
        self._stop.wait(self._wait_s)
        self._wait_s = min(self._wait_s * 2, _LONGEST_S)

    def _back(self) -> None:
        if self._since is not None:
            gone_s = time.monotonic() - self._since
            _LOG.warning("%s: back after %.0f s", self._who, gone_s)
        self._since, self._wait_s = None, _FIRST_S
