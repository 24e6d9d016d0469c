"""Ending a process of the desk cleanly: the first signal asks, the second insists."""

import signal
import threading
from types import FrameType
from typing import Final

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)


def on_signals() -> threading.Event:
    """Return what SIGTERM and SIGINT set; a second one ends the process at once.

    Outside of the main thread signals go to whoever started the thread.
    """
    stop = threading.Event()

    def asked(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            raise SystemExit(128 + number)
        stop.set()

    if threading.current_thread() is threading.main_thread():
        for number in _SIGNALS:
            signal.signal(number, asked)
    return stop
