"""The lake of this installation, opened once in each thread that uses it."""

import os
import threading

from lantian.desk.env import env
from lantian.lake.store import Lake

_HELD = threading.local()


def lake() -> Lake:
    """Return the open lake of the data folder; a new one where its files were replaced.

    Raises
    ------
    LakeBroken
        If there is none, or it is damaged.
    """
    folder = env().folder
    mark = (folder, os.getpid(), _identity())
    if getattr(_HELD, "mark", None) != mark:
        let_go()
        _HELD.lake = Lake.open(folder)
        # Opening may have made the tables anew, as an upgrade does.
        _HELD.mark = (folder, os.getpid(), _identity())
    held: Lake = _HELD.lake
    return held


def exists() -> bool:
    """Whether the data folder has a lake at all."""
    return Lake.exists(env().folder)


def let_go() -> None:
    """Close the lake of this thread, if it has one open; the next use opens it anew."""
    held: Lake | None = getattr(_HELD, "lake", None)
    _HELD.lake = _HELD.mark = None
    if held is not None:
        held.ledger.close()


def _identity() -> int:
    """Number of the lake's file; in PostgreSQL, which reconnects by itself, always the same."""
    file = env().folder / "lake.sqlite"
    return file.stat().st_ino if file.exists() else 0
