"""What monitors said, opened once in each thread that reads it."""

import os
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from lantian.desk.observations import exists, lake
from lantian.lake.fine import FineStore
from lantian.lake.gate_tables import FRAMES, GATE

_HELD: Final = threading.local()
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def gate() -> FineStore | None:
    """Return the gate's store of the data folder; None where no gate ever ran there.

    Raises
    ------
    LakeBroken
        If the lake or the store is damaged.
    """
    if getattr(_HELD, "mark", None) is None and not exists():
        return None
    folder = lake().folder
    mark = (folder, os.getpid(), _identity(folder))
    if getattr(_HELD, "mark", None) != mark:
        let_go()
        if not (folder / FRAMES).is_dir():
            return None
        _HELD.store = FineStore.open(folder)
        # Opening may have made the tables.
        _HELD.mark = (folder, os.getpid(), _identity(folder))
    held: FineStore = _HELD.store
    return held


def let_go() -> None:
    """Close the store of this thread, if it has one open."""
    held: FineStore | None = getattr(_HELD, "store", None)
    _HELD.store = _HELD.mark = None
    if held is not None:
        held.close()


def _identity(folder: Path) -> int:
    """Number of the tables' file; in PostgreSQL, which reconnects by itself, always the same."""
    file = folder / GATE.file
    return file.stat().st_ino if file.exists() else 0


def moment(microseconds: int) -> datetime:
    """Return a time of the gate's tables, counted since 1970."""
    return EPOCH + timedelta(microseconds=microseconds)
