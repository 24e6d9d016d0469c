"""Monitors that are none: any number of them, of all three versions, with faults if wanted."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from lantian.gate.faulty import FAULTS, plant
from lantian.gate.voice import Voice, local_now
from lantian.hj212.codes import Way
from lantian.hj212.dialogue import answer_wanted, request_answer, request_result
from lantian.hj212.fault import LENIENT, FrameFault
from lantian.hj212.packet import Packet, compose, decode, encode
from lantian.hj212.reading import next_qn, parameters, parse_time, spell_time
from lantian.hj212.stream import Splitter

#: Flag of an upload that wants an answer, by version.
_FLAGS: Final = {2005: 1, 2017: 5, 2025: 9}
_HISTORY: Final = {"2051": timedelta(minutes=1), "2061": timedelta(hours=1)}
_MOST_HISTORY: Final = 200
_AGAIN_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is simulated.

    Attributes
    ----------
    host, port : str, int
        The gate.
    devices : int
    every_s : float
        Time between two uploads of a device.
    seconds : float
        How long; for ever where it is infinite.
    faults_pct : float
        Share of uploads that a fault is planted into.
    password : str
        Of all.
    voice : Voice
        What they say.
    seed : int
        Of the faults.
    """

    host: str
    port: int
    devices: int
    every_s: float
    seconds: float
    faults_pct: float
    password: str
    voice: Voice
    seed: int


@dataclass(slots=True)
class Outcome:
    """What was sent, and what was answered."""

    sent: int = 0
    answered: int = 0
    requests: int = 0
    planted: Counter[str] = field(default_factory=Counter)


async def simulate(plan: Plan, say: Callable[[str], None]) -> Outcome:
    """Run all devices to the end; one that loses its connection connects again."""
    outcome = Outcome()
    loop = asyncio.get_running_loop()
    until = loop.time() + plan.seconds
    devices = [_Device(plan, number, outcome) for number in range(plan.devices)]
    tasks = [asyncio.create_task(device.run(until)) for device in devices]
    await asyncio.gather(*tasks)
    say(
        f"发送 / sent {outcome.sent}, 应答 / answered {outcome.answered}, "
        f"命令 / commands {outcome.requests}, 故障 / faults {dict(outcome.planted)}"
    )
    return outcome


class _Device:
    def __init__(self, plan: Plan, number: int, outcome: Outcome) -> None:
        self._plan = plan
        self._number = number
        self._mn = plan.voice.mn(number)
        self._version = tuple(_FLAGS)[number % len(_FLAGS)]
        self._random = Random(plan.seed * 100_003 + number)  # noqa: S311
        self._outcome = outcome
        self._qn = ""
        #: Answers that are waited for, by QN.
        self._open: set[str] = set()

    async def run(self, until: float) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._random.random() * min(self._plan.every_s, self._plan.seconds / 2))
        while loop.time() < until:
            if not self._speaks():
                await asyncio.sleep(_AGAIN_S)
                continue
            try:
                reader, writer = await asyncio.open_connection(self._plan.host, self._plan.port)
            except OSError:
                await asyncio.sleep(_AGAIN_S)
                continue
            hear = asyncio.create_task(self._hear(reader, writer))
            try:
                while loop.time() < until and not hear.done() and self._speaks():
                    await self._send(writer)
                    await asyncio.sleep(min(self._plan.every_s, max(until - loop.time(), 0)))
                await self._wait_for_answers()
            except ConnectionError:
                await asyncio.sleep(_AGAIN_S)
            finally:
                hear.cancel()
                writer.close()

    def _speaks(self) -> bool:
        return self._plan.voice.speaks(self._number, _now())

    async def _wait_for_answers(self) -> None:
        for _ in range(50):
            if not self._open:
                return
            await asyncio.sleep(0.1)

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        now = _now()
        start = now.replace(second=0, microsecond=0) - timedelta(minutes=1)
        frame = self._frame("2051", start)
        if frame is None:
            return
        pieces = [frame]
        if self._random.random() * 100 < self._plan.faults_pct:
            name = self._random.choice(sorted(FAULTS))
            self._outcome.planted[name] += 1
            pieces = plant(frame, name, self._random)
        self._outcome.sent += 1
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)

    def _frame(self, cn: str, start: datetime) -> bytes | None:
        """Upload of one interval; None where the monitor has nothing to say of it."""
        values = self._plan.voice.values(self._number, start, _HISTORY[cn])
        if not values:
            return None
        self._qn = next_qn(_now(), self._qn)
        self._open.add(self._qn)
        items = [[("DataTime", spell_time(start))]]
        items += [[(f"{factor}-Avg", f"{v:g}"), (f"{factor}-Flag", "N")] for factor, v in values]
        fields = {
            "QN": self._qn,
            "ST": "22",
            "CN": cn,
            "PW": self._plan.password,
            "MN": self._mn,
            "Flag": str(_FLAGS[self._version]),
        }
        return encode(compose(fields, items))

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        splitter = Splitter()
        while data := await reader.read(65_536):
            for piece in splitter.feed(data):
                if isinstance(piece, bytes):
                    self._heard(piece, writer)

    def _heard(self, frame: bytes, writer: asyncio.StreamWriter) -> None:
        try:
            packet = decode(frame, tolerance=LENIENT)
        except FrameFault:
            return  # a broken answer is none: the gate does not send one
        if packet.qn in self._open:
            self._open.discard(packet.qn)
            self._outcome.answered += 1
        elif answer_wanted(packet, way=Way.DOWN) == "9011":
            self._outcome.requests += 1
            self._do(packet, writer)

    def _do(self, packet: Packet, writer: asyncio.StreamWriter) -> None:
        """Do what the gate asks: send history, or say that it is done."""
        writer.write(request_answer(packet).raw)
        asked = parameters(packet)
        step = _HISTORY.get(packet.cn)
        start, end = (parse_time(asked.get(name, "")) for name in ("BeginTime", "EndTime"))
        sent = 0
        while step and start and end and start <= end and sent < _MOST_HISTORY:
            frame = self._frame(packet.cn, start)
            if frame is not None:
                writer.write(frame)
            start += step
            sent += 1
        writer.write(request_result(packet).raw)


def _now() -> datetime:
    return local_now(datetime.now(UTC))
