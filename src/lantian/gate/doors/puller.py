"""The door that fetches: it asks vendors' interfaces, and goes on where it was."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final, NamedTuple

import requests

from lantian.errors import LantianError
from lantian.gate.doors.door import Reception, Taken
from lantian.gate.doors.message import MOST_BYTES, Message
from lantian.gate.doors.request import (
    Page,
    Pull,
    Request,
    Window,
    following,
    refusal,
    request_of,
    windows,
)
from lantian.lake.gate_ledger import GateLedger
from lantian.lake.progress import note_progress, progress

NAME: Final = "pull"
_TIMEOUT_S: Final = 30.0
#: One window has at most so many pages: more is an interface that never ends.
_MOST_PAGES: Final = 1_000
#: A request that failed is made again after so long, twice as long each time.
_AGAIN_S: Final = 2.0
_LONGEST_S: Final = 300.0
_BUSY_S: Final = 60.0
_CHUNK: Final = 65_536
_BUSY_STATUS: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


class PullFailed(LantianError):
    """An interface did not give what it was asked for; it is asked again in the next round."""

    code = "LT-721"


class _Later(Exception):
    """An answer that may be better soon; `after_s` where it says when."""

    def __init__(self, said: str, after_s: float = 0.0) -> None:
        super().__init__(said)
        self.after_s = after_s


class PullDoor:
    """Asks each interface in rounds; until when all is kept stands in the gate's tables.

    Parameters
    ----------
    folder : Path
        The data folder.
    streams : mapping of str to Pull
    reception : Reception
    say : callable
    """

    def __init__(
        self,
        folder: Path,
        streams: Mapping[str, Pull],
        reception: Reception,
        say: Callable[[str], None],
    ) -> None:
        self._folder = folder
        self._streams = streams
        self._reception = reception
        self._say = say
        self._complaints: dict[str, str] = {}
        self._ledger: GateLedger | None = None
        self._tables = asyncio.Lock()

    @property
    def name(self) -> str:
        """Its name."""
        return NAME

    async def open(self) -> str:
        """Open the tables that hold how far each stream has come."""
        self._ledger = await asyncio.to_thread(GateLedger.open, self._folder, busy_s=_BUSY_S)
        return f"拉取 / pulling {', '.join(self._streams)}"

    async def run(self, stop: asyncio.Event) -> None:
        """Fetch until told to stop."""
        rounds = [
            asyncio.ensure_future(self._rounds(name, pull, stop))
            for name, pull in self._streams.items()
        ]
        stopping = asyncio.ensure_future(stop.wait())
        try:
            await asyncio.wait((*rounds, stopping), return_when=asyncio.FIRST_COMPLETED)
        finally:
            # What is under way is asked for again; a request in its thread ends by itself.
            for each in (*rounds, stopping):
                each.cancel()
            await asyncio.wait(rounds)
            async with self._tables:
                if self._ledger is not None:
                    self._ledger.close()
        for each in rounds:
            if not each.cancelled():
                each.result()  # a fault of ours ends the gate, and is said

    async def _rounds(self, name: str, pull: Pull, stop: asyncio.Event) -> None:
        pace = _Pace(pull.rate_s)
        while not stop.is_set():
            begin = time.monotonic()
            for each in pull.each:
                try:
                    await self._round(_Stream(name, pull, each, pace))
                    self._complain(name, each, "")
                except LantianError as error:
                    self._complain(name, each, str(error))
            await asyncio.sleep(max(pull.every_s - (time.monotonic() - begin), pull.rate_s))

    async def _round(self, stream: "_Stream") -> None:
        """Fetch one window after the other; each that is kept is noted."""
        done_t = await self._with_tables(progress, stream.key)
        for window in windows(stream.pull, done_t, int(time.time())):
            taken = await self._window(stream, window)
            for each in taken:
                await each.done
            broken = next((t.heard.problem for t in taken if t.heard.problem), None)
            if broken is not None:
                raise broken
            if stream.pull.windowed:
                await self._with_tables(note_progress, stream.key, window.end_t)

    async def _with_tables(self, what: Callable[..., Any], *words: object) -> Any:
        async with self._tables:
            # A thread that was begun ends before the tables are closed.
            return await asyncio.shield(asyncio.to_thread(what, self._ledger, *words))

    async def _window(self, stream: "_Stream", window: Window) -> list[Taken]:
        taken: list[Taken] = []
        page: Page | None = Page(stream.pull.first, 0, "")
        while page is not None:
            if len(taken) >= _MOST_PAGES:
                raise _failed(stream, f"超过 {_MOST_PAGES} 页 / more pages than {_MOST_PAGES}")
            request = request_of(stream.pull, window, page, stream.each)
            body = await self._ask(stream, request)
            origin = f"{stream.each} {page.number}".strip()
            peer = request.url.split("/")[2].rpartition("@")[2]
            message = Message(NAME, stream.name, origin, body, time.time_ns() // 1000, peer)
            answer = _json(body) if stream.pull.ok or stream.pull.paging != "none" else None
            said = refusal(stream.pull, answer)
            if said:
                raise _failed(stream, said)
            taken.append(await self._reception.take(message))
            page = following(stream.pull, page, answer)
        return taken

    async def _ask(self, stream: "_Stream", request: Request) -> bytes:
        """Make a request, again if need be."""
        pause_s, said = _AGAIN_S, ""
        for n in range(stream.pull.tries):
            if n:
                await asyncio.sleep(pause_s)
                pause_s *= 2
            await stream.pace.wait()
            try:
                return await _aside(lambda: _fetch(stream, request))
            except _Later as later:
                pause_s, said = max(pause_s, later.after_s), str(later)
        raise _failed(stream, said)

    def _complain(self, name: str, each: str, what: str) -> None:
        """Say what is wrong, once until it is another, and that it is over."""
        key = f"{name} {each}".strip()
        before = self._complaints.get(key, "")
        if what != before:
            self._complaints[key] = what
            self._say(f"pull {key}: {what or '恢复正常 / all is well again'}")
        if what:
            self._reception.counts[(NAME, name, "failed")] += 1


class _Pace:
    """When a stream may be asked again, and by which connection."""

    def __init__(self, rate_s: float) -> None:
        self.session = requests.Session()
        self.session.trust_env = False  # no proxy, no .netrc: only what is declared
        self._rate_s = rate_s
        self._next = 0.0

    async def wait(self) -> None:
        """Wait until the next request may be made."""
        await asyncio.sleep(self._next - time.monotonic())
        self._next = time.monotonic() + self._rate_s


class _Stream(NamedTuple):
    """One thing that is asked for."""

    name: str
    pull: Pull
    each: str
    pace: _Pace

    @property
    def key(self) -> str:
        """What its progress is noted under."""
        return f"{self.name} {self.each}".strip()


def _aside(work: Callable[[], bytes]) -> asyncio.Future[bytes]:
    """Do something in a thread that nobody waits for when the gate ends."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[bytes] = loop.create_future()

    def settle(result: bytes | None, error: Exception | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result or b"")

    def run() -> None:
        result, error = None, None
        try:
            result = work()
        except Exception as caught:  # noqa: BLE001 (it is raised again where it is awaited)
            error = caught
        with suppress(RuntimeError):  # the loop is closed: the gate has ended
            loop.call_soon_threadsafe(settle, result, error)

    threading.Thread(target=run, name="pull", daemon=True).start()
    return done


def _fetch(stream: _Stream, request: Request) -> bytes:
    """Make one request; nothing is followed to where the stream does not point."""
    try:
        with stream.pace.session.request(
            request.method,
            request.url,
            headers=dict(request.headers),
            data=request.body,
            timeout=_TIMEOUT_S,
            allow_redirects=False,
            stream=True,
        ) as answer:
            if answer.status_code in _BUSY_STATUS:
                after = answer.headers.get("Retry-After", "")
                after_s = (
                    min(float(after), _LONGEST_S) if after.isascii() and after.isdigit() else 0.0
                )
                raise _Later(f"HTTP {answer.status_code}", after_s)
            if answer.status_code != HTTPStatus.OK:
                raise _failed(stream, f"HTTP {answer.status_code}")
            body = b""
            for chunk in answer.iter_content(_CHUNK):
                body += chunk
                if len(body) > MOST_BYTES:
                    raise _failed(
                        stream, f"超过 / more than {MOST_BYTES} bytes: 减小分页 / smaller pages"
                    )
            return body
    except (requests.RequestException, OSError) as error:
        # The text of the error may hold the address, and that a secret.
        raise _Later(type(error).__name__) from error


def _json(body: bytes) -> Any:
    try:
        return json.loads(body, parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None  # the reader says what is wrong with it


def _failed(stream: _Stream, what: str) -> PullFailed:
    return PullFailed(
        what,
        where=f"doors/{stream.name}.toml {stream.each}".strip(),
        fix="下一轮再试 / it is tried again in the next round",
    )
