"""The one writer: groups what was heard, makes it durable, and only then lets it be answered."""

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lantian.errors import LantianError
from lantian.lake.fine import FineStore
from lantian.lake.frames import MOST_FRAMES
from lantian.lake.said import Kept, Said

#: Frames that may wait to be kept; who sends more waits, and so does whoever sends to it.
_WAITING: Final = 8_192
#: Bytes after which a group gathers no more: a block of frames must stay far below its limit.
_GROUP_BYTES: Final = 16_000_000
#: After a failure the same group is tried again so soon.
_AGAIN_S: Final = 1.0


@dataclass(slots=True)
class State:
    """How the writer does: counts since the start, and what it complains of, "" for nothing."""

    frames: int = 0
    again: int = 0
    values: int = 0
    same: int = 0
    changed: int = 0
    groups: int = 0
    longest_s: float = 0.0
    complaint: str = ""

    def note(self, kept: Kept, spent_s: float) -> None:
        """Count one group."""
        self.frames += kept.frames
        self.again += kept.again
        self.values += kept.new
        self.same += kept.same
        self.changed += kept.changed
        self.groups += 1
        self.longest_s = max(self.longest_s, spent_s)
        self.complaint = ""


class Writer:
    """Keeps frames in groups, in a thread of its own.

    While one group is being kept, the next gathers: the busier, the larger the groups. A
    failure of disk or database loses nothing: the group is tried again until it is kept, and
    nobody is answered meanwhile.

    Parameters
    ----------
    store : FineStore
    say : callable
        Told of a complaint, and of its end.
    """

    def __init__(self, store: FineStore, say: Callable[[str], None]) -> None:
        self.state = State()
        self._store = store
        self._say = say
        self._queue: queue.SimpleQueue[tuple[Said, asyncio.Future[None]] | None] = (
            queue.SimpleQueue()
        )
        self._loop = asyncio.get_running_loop()
        self._room = asyncio.Semaphore(_WAITING)
        self._ending = threading.Event()
        #: Done when the thread has ended, also by a fault of ours.
        self.ended: asyncio.Future[None] = self._loop.create_future()
        self._thread = threading.Thread(target=self._work, name="writer")
        self._thread.start()

    async def keep(self, said: Said) -> asyncio.Future[None]:
        """Hand over a frame; wait while there is no room. What is returned is done once kept."""
        await self._room.acquire()
        done: asyncio.Future[None] = self._loop.create_future()
        self._queue.put((said, done))
        return done

    async def close(self) -> None:
        """Keep what was handed over, then end."""
        self._ending.set()
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join)

    def _work(self) -> None:
        try:
            self._run()
        finally:
            self._loop.call_soon_threadsafe(self.ended.set_result, None)

    def _run(self) -> None:
        ended = False
        while not ended:
            group: list[tuple[Said, asyncio.Future[None]]] = []
            size, last = 0, b""
            item = self._queue.get()
            while True:
                if item is None:
                    ended = True
                else:
                    group.append(item)
                    raw = item[0].raw
                    size, last = size + (len(raw) if raw is not last else 0), raw
                full = len(group) >= MOST_FRAMES or size >= _GROUP_BYTES
                if ended or full or self._queue.empty():
                    break
                item = self._queue.get()
            if group and self._keep([said for said, _ in group]):
                self._loop.call_soon_threadsafe(self._kept, [done for _, done in group])

    def _keep(self, group: list[Said]) -> bool:
        """Keep a group, however often it takes; give up only when the gate ends."""
        while True:
            start = time.monotonic()
            try:
                kept = self._store.keep(group)
            except LantianError as error:
                if self.state.complaint != str(error):
                    self.state.complaint = str(error)
                    self._say(str(error))
                if self._ending.wait(_AGAIN_S):
                    return False
                continue
            if self.state.complaint:
                self._say("恢复正常 / all is well again")
            self.state.note(kept, time.monotonic() - start)
            return True

    def _kept(self, group: list[asyncio.Future[None]]) -> None:
        for done in group:
            self._room.release()
            if not done.done():
                done.set_result(None)
