"""A running gate: its door, its writer, and what it does by the clock."""

import asyncio
import signal
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lantian.errors import LantianError
from lantian.flows.gate_hours import fold_hours
from lantian.gate.hearing import UNKNOWN, hear
from lantian.gate.roll import Roll, roll_of
from lantian.gate.server import Limits, Server
from lantian.gate.writer import Writer
from lantian.lake.device import device_change, read_devices
from lantian.lake.fine import FineStore
from lantian.lake.retaking import retake
from lantian.lake.store import Lake

#: How often the roster is looked at, and hours that are over are folded.
_LOOK_S: Final = 2.0
_FOLD_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Options:
    """What a gate is started with."""

    folder: Path
    host: str
    port: int
    tls: ssl.SSLContext | None
    limits: Limits


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
    with Lake.open(options.folder) as lake:
        store = FineStore.open(options.folder)
        try:
            gate = _Gate(lake, store, say)
            await asyncio.to_thread(gate.take_up)
            writer = Writer(store, say)
            server = Server(writer, options.limits)
            server.roll = gate.roll
            port = await server.listen(options.host, options.port, options.tls)
            say(f"监听 / listening on {options.host}:{port}")
            clock = asyncio.create_task(gate.by_the_clock(server))
            await stop.wait()
            clock.cancel()
            await server.close()
            await writer.close()
        finally:
            store.close()


class _Gate:
    """What the gate does beside hearing, on a connection of its own."""

    def __init__(self, lake: Lake, store: FineStore, say: Callable[[str], None]) -> None:
        self._lake = lake
        self._store = store
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
            said = [
                hear(raw, peer="", received_us=at_us, roll=self.roll).said for at_us, raw in frames
            ]
            kept = self._store.take_up(block, said)
            self._say(f"崩溃后补记 / taken up after a crash: {kept.frames} frames")

    async def by_the_clock(self, server: Server) -> None:
        """Look at the roster and fold hours, for ever."""
        folded = 0.0
        while True:
            try:
                if await asyncio.to_thread(self.look):
                    server.roll = self.roll
                    await asyncio.to_thread(self._adopt)
                if time.monotonic() - folded > _FOLD_S:
                    await asyncio.to_thread(self._fold)
                    folded = time.monotonic()
            except LantianError as error:
                self._say(str(error))
            await asyncio.sleep(_LOOK_S)

    def _adopt(self) -> None:
        """Take the values of frames of monitors that are known now."""
        store = FineStore.open(self._store.ledger.folder)
        try:
            for mn in self.roll.devices:
                taken = retake(
                    store,
                    mn,
                    UNKNOWN,
                    lambda raw, at_us: hear(raw, peer="", received_us=at_us, roll=self.roll).said,
                )
                if taken:
                    self._say(f"{mn}: 认领，补取 / adopted, {taken} frames taken")
        finally:
            store.close()

    def _fold(self) -> None:
        store = FineStore.open(self._store.ledger.folder)
        try:
            devices = read_devices(self._lake.ledger)
            folded = fold_hours(self._lake, store, devices, until_h=int(time.time() - 60) // 3600)
        finally:
            store.close()
        if folded.complaints != self._complaints:
            self._complaints = folded.complaints
            for line in folded.complaints:
                self._say(line)
