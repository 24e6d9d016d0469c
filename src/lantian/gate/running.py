"""A running gate: its door, its writer, and what it does by the clock."""

import asyncio
import fcntl
import os
import signal
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final

from lantian.errors import BadRequest, LantianError
from lantian.flows.gate_hours import fold_hours
from lantian.gate import metrics
from lantian.gate.asking import ask_for
from lantian.gate.clock import Clock, Shift
from lantian.gate.doors.door import Reader, Reception, hear_kept
from lantian.gate.doors.message import UNIT, UNREADABLE
from lantian.gate.doors.opening import NAMES, Entrances, Ways, doors_of
from lantian.gate.doors.streams import load
from lantian.gate.hearing import AHEAD, BY_ROSTER, UNKNOWN
from lantian.gate.roll import Roll, roll_of
from lantian.gate.server import Limits, Server
from lantian.gate.watch import Watch
from lantian.gate.writer import Writer
from lantian.lake.commands import Command, queue
from lantian.lake.database import unwritable
from lantian.lake.device import device_change, read_devices
from lantian.lake.fine import FineStore
from lantian.lake.fine_gaps import gaps
from lantian.lake.gate_tables import FRAMES
from lantian.lake.heard import heard
from lantian.lake.retaking import reread, retake
from lantian.lake.said import Said
from lantian.lake.store import Lake

#: How often the roster is looked at, and hours that are over are folded.
_LOOK_S: Final = 2.0
_DAY_S: Final = 86_400
_FOLD_S: Final = 30.0
#: How often it is said who abuses the door.
_WATCH_S: Final = 60.0
#: How often frames are looked for that a change lets count: the second time finds those that
#: were judged before it and kept after it.
_ADOPTIONS: Final = 2
#: How often what is missing is asked for, how far back by length of interval, and how long an
#: interval is over before it is missed.
_ASK_S: Final = 300.0
_BACK_S: Final = {60: 21_600, 300: 43_200, 3_600: 172_800, 86_400: 864_000}
_GRACE_S: Final = 120
_DAY_GRACE_S: Final = 7_200


class GateFailed(LantianError):
    """The gate cannot go on."""

    code = "LT-710"


@dataclass(frozen=True, slots=True)
class Options:
    """What a gate is started with."""

    folder: Path
    host: str
    port: int
    tls: ssl.SSLContext | None
    limits: Limits
    metrics: tuple[str, int] | None = None
    ways: Ways = field(default_factory=Ways)
    clock: Clock = field(default_factory=Clock)


async def run(options: Options, say: Callable[[str], None]) -> None:
    """Serve until told to stop; what was heard is kept before the end.

    Raises
    ------
    LakeBroken
        If there is no lake, or it is damaged.
    OSError
        If the port is taken.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    with Lake.open(options.folder) as lake, _alone(options.folder):
        streams = load(options.folder)
        store, own = FineStore.open(options.folder), FineStore.open(options.folder)
        try:
            readers = {name: stream.reader for name, stream in streams.items()}
            gate = _Gate(lake, store, own, say, readers, options.clock)
            await asyncio.to_thread(gate.take_up)
            writer = Writer(store, say)
            reception = Reception(writer, readers)
            try:
                doors = doors_of(options.ways, streams, reception, options.folder, say)
                await _serve(options, gate, writer, Entrances(reception, doors), stop, say)
            finally:
                await writer.close()
        finally:
            store.close()
            own.close()


async def _serve(
    options: Options,
    gate: "_Gate",
    writer: Writer,
    ways: Entrances,
    stop: asyncio.Event,
    say: Callable[[str], None],
) -> None:
    """Open the doors and do what the clock says, until told to stop."""
    server = Server(writer, options.limits, options.clock)
    server.roll = ways.reception.roll = gate.roll
    port = await server.listen(options.host, options.port, options.tls)
    await ways.open(say)
    say(f"监听 / listening on {options.host}:{port}")
    if options.metrics is not None:
        counts = ways.reception.counts
        pages = await metrics.serve(*options.metrics, server.doors, writer.state, counts)
        say(f"指标 / metrics on {pages.sockets[0].getsockname()[1]}")
    clock = asyncio.ensure_future(gate.by_the_clock(server, ways.reception, stop))
    told = asyncio.ensure_future(stop.wait())
    running = ways.run(stop)
    ends: list[asyncio.Future[Any]] = [clock, told, writer.ended, *running]
    await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    stop.set()
    await server.close()
    await clock
    broken = [
        error for each in await asyncio.gather(*running, return_exceptions=True) if (error := each)
    ]
    if broken:
        raise broken[0]
    if writer.ended.done():
        raise GateFailed(
            "写入线程退出 / the writer ended by itself",
            where=str(options.folder),
            fix="见上方输出；已应答的都已保存 / see the lines above; what was answered is kept",
        )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Hold the folder's gate: two gates would number frames and series against each other."""
    try:
        (folder / FRAMES).mkdir(exist_ok=True)
        lock = os.open(folder / FRAMES / "gate.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise unwritable(str(error), str(folder)) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BadRequest(
                "这个数据目录已有接入程序在运行 / a gate is running in this folder already",
                where=str(folder),
                fix="先停止它 / stop it first",
            ) from error
        yield
    finally:
        os.close(lock)


class _Gate:
    """What the gate does beside hearing; `own` is a connection that the writer does not use."""

    def __init__(
        self,
        lake: Lake,
        store: FineStore,
        own: FineStore,
        say: Callable[[str], None],
        readers: Mapping[str, Reader],
        clock: Clock,
    ) -> None:
        self._readers = readers
        self._clock = clock
        self._shift: Shift | None = None
        self._taking = 0
        self._lake = lake
        self._store = store
        self._own = own
        self._say = say
        self._changed = -1
        self._complaints: tuple[str, ...] = ()
        self.roll = Roll()
        self.look()

    def look(self) -> bool:
        """Read the devices where they changed; return whether they did."""
        changed = device_change(self._lake.ledger)
        if changed == self._changed:
            return False
        offsets = {s.station: s.offset_h for s in self._lake.roster().stations}
        self.roll = roll_of(read_devices(self._lake.ledger), offsets)
        self._changed = changed
        return True

    def take_up(self) -> None:
        """Note frames that a crash left in the files alone."""
        for block, frames in self._store.left_behind():
            said = [hear_kept(raw, at_us, self._readers, self.roll) for at_us, raw in frames]
            kept = self._store.take_up(block, said)
            self._say(f"崩溃后补记 / taken up after a crash: {kept.frames} frames")
        # A stream's file may have been mended since.
        read = reread(
            self._store,
            UNREADABLE,
            lambda raw, at_us: hear_kept(raw, at_us, self._readers, self.roll),
        )
        if read:
            self._say(f"按现有声明补读 / read again as declared now: {read} messages")

    async def by_the_clock(self, server: Server, reception: Reception, stop: asyncio.Event) -> None:
        """Look at the roster, send commands, fold hours and ask for what is missing."""
        folded = asked = 0.0
        watched, watch = time.monotonic(), Watch()
        adopting = _ADOPTIONS  # the roster may have changed while no gate ran
        while not stop.is_set():
            try:
                await self._tell_time(server)
                if await asyncio.to_thread(self.look):
                    server.roll = reception.roll = self.roll
                    adopting = _ADOPTIONS
                if adopting:
                    await asyncio.to_thread(self._adopt)
                    adopting -= 1
                await self._command(server)
                if time.monotonic() - folded > _FOLD_S:
                    await asyncio.to_thread(self._fold)
                    folded = time.monotonic()
                if time.monotonic() - asked > _ASK_S:
                    await asyncio.to_thread(self._ask)
                    asked = time.monotonic()
                if time.monotonic() - watched > _WATCH_S:
                    for line in watch.lines(server.doors):
                        self._say(line)
                    watched = time.monotonic()
            except LantianError as error:
                self._say(str(error))
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), _LOOK_S)

    async def _tell_time(self, server: Server) -> None:
        """Say where the machine's clock jumps; take again what was ahead of a clock behind."""
        was, shift = self._clock.off_us, self._clock.look()
        server.doors.clock_off_s = self._clock.off_us / 1e6
        if shift is not None:
            self._say(
                f"采用系统时钟的跳变 / the jump of the system's clock by {shift.by_us / 1e6:.0f} s "
                "is taken"
            )
            self._shift, self._taking = shift, _ADOPTIONS if shift.by_us > 0 else 0
        elif bool(was) != bool(self._clock.off_us):
            self._say(
                f"系统时钟跳变，暂用原时钟 / the system's clock jumped by "
                f"{self._clock.off_us / 1e6:.0f} s; the gate goes by its own"
                if self._clock.off_us
                else "系统时钟恢复 / the system's clock is as it was"
            )

        if self._shift is not None and self._taking:
            await asyncio.to_thread(self._take_ahead, self._shift)
            self._taking -= 1

    def _take_ahead(self, shift: Shift) -> None:
        """Take values that were ahead only because the gate's clock was behind."""

        def hear(mn: str, raw: bytes, at_us: int) -> Said:
            if not shift.since_us <= at_us <= shift.until_us:
                return Said(mn, raw, at_us, "", cause=AHEAD)
            return self._hear_again(mn, raw, at_us + shift.by_us)

        for mn in self.roll.devices:
            taken = retake(self._own, mn, (AHEAD,), partial(hear, mn))
            if taken:
                self._say(f"{mn}: 时钟更正，补取 / clock put right, {taken} frames taken")

    async def _command(self, server: Server) -> None:
        asked = list(server.asked)
        if asked:
            await asyncio.to_thread(self._queue, asked)
            del server.asked[: len(asked)]
        waiting = await asyncio.to_thread(server.commander.look, self._own.ledger)
        server.commander.send(waiting, self.roll)

    def _queue(self, asked: list[Command]) -> None:
        queue(self._own.ledger, asked)

    def _ask(self) -> None:
        """Ask for hours and minutes that did not come; only HJ 212 can be asked."""
        now_s = self._clock.now_us() // 1_000_000
        known = heard(self._own.ledger, faults_since_us=now_s * 1_000_000)
        elsewhere = {each.mn for each in known if each.st in NAMES}
        for span_s, back_s in _BACK_S.items():
            until = now_s - (_DAY_GRACE_S if span_s == _DAY_S else _GRACE_S)
            missing = gaps(
                self._own.ledger,
                span_s,
                since_t=until - back_s,
                until_t=until,
                offset_h=self.roll.clock_of,
            )
            missing = [gap for gap in missing if gap.mn not in elsewhere]
            queue(self._own.ledger, ask_for(missing, self.roll, now_s=now_s))

    def _adopt(self) -> None:
        """Take the values of frames that the roster, as it stands now, lets count."""
        for mn in self.roll.devices:
            taken = retake(
                self._own,
                mn,
                (*BY_ROSTER, UNIT),
                partial(self._hear_again, mn),
            )
            if taken:
                self._say(f"{mn}: 认领，补取 / adopted, {taken} frames taken")

    def _hear_again(self, mn: str, raw: bytes, at_us: int) -> Said:
        """What kept bytes say of a monitor now; a stream that is gone tells nothing of it."""
        for said in hear_kept(raw, at_us, self._readers, self.roll):
            if said.mn == mn:
                return said
        return Said(mn, raw, at_us, "", cause=UNKNOWN)

    def _fold(self) -> None:
        devices = read_devices(self._lake.ledger)
        until_h = (self._clock.now_us() // 1_000_000 - _GRACE_S) // 3_600
        folded = fold_hours(self._lake, self._own, devices, until_h=until_h)
        if folded.complaints != self._complaints:
            self._complaints = folded.complaints
            for line in folded.complaints:
                self._say(line)
