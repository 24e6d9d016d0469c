"""Monitors that are none: any number of them, of all three versions, with faults if wanted."""

import asyncio
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from lantian.gate.faulty import FAULTS, plant
from lantian.hj212.codes import Way
from lantian.hj212.dialogue import answer_wanted, request_answer, request_result
from lantian.hj212.fault import LENIENT, FrameFault
from lantian.hj212.packet import Packet, compose, decode, encode
from lantian.hj212.reading import next_qn, parameters, parse_time, spell_time
from lantian.hj212.stream import Splitter
from lantian.terms.hour import BEIJING_H

#: Flag of an upload that wants an answer, by version.
_FLAGS: Final = {2005: 1, 2017: 5, 2025: 9}
#: Factors of an air station in its own units, with a usual level.
_FACTORS: Final = {
    "a34004": 45.0,
    "a34002": 90.0,
    "a21026": 9.0,
    "a21004": 30.0,
    "a21005": 0.7,
    "a05024": 80.0,
    "a01007": 2.0,
    "a01008": 180.0,
    "a01001": 12.0,
    "a01002": 60.0,
    "a01006": 101.3,
}
UNITS: Final = "a05024=ug/m3 a21004=ug/m3 a21005=mg/m3 a21026=ug/m3 a34002=ug/m3 a34004=ug/m3"
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
    password, prefix : str
        Of all; identities are the prefix and a number of five digits.
    seed : int
    """

    host: str
    port: int
    devices: int
    every_s: float
    seconds: float
    faults_pct: float
    password: str
    prefix: str
    seed: int

    def mn(self, number: int) -> str:
        """Identity of a device."""
        return f"{self.prefix}{number:05d}"


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
        self._mn = plan.mn(number)
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
            try:
                reader, writer = await asyncio.open_connection(self._plan.host, self._plan.port)
            except OSError:
                await asyncio.sleep(_AGAIN_S)
                continue
            hear = asyncio.create_task(self._hear(reader, writer))
            try:
                while loop.time() < until and not hear.done():
                    await self._send(writer)
                    await asyncio.sleep(min(self._plan.every_s, max(until - loop.time(), 0)))
                await self._wait_for_answers()
            except ConnectionError:
                await asyncio.sleep(_AGAIN_S)
            finally:
                hear.cancel()
                writer.close()

    async def _wait_for_answers(self) -> None:
        for _ in range(50):
            if not self._open:
                return
            await asyncio.sleep(0.1)

    async def _send(self, writer: asyncio.StreamWriter) -> None:
        now = _now()
        start = now.replace(second=0, microsecond=0) - timedelta(minutes=1)
        frame = self._frame("2051", start)
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

    def _frame(self, cn: str, start: datetime) -> bytes:
        """Upload of one interval; the same interval has the same values each time."""
        self._qn = next_qn(_now(), self._qn)
        self._open.add(self._qn)
        phase = start.timestamp() / 3_600 if start.tzinfo else start.hour + start.minute / 60
        swing = 1 + 0.4 * math.sin(2 * math.pi * (phase - 7) / 24)
        noise = Random(f"{self._mn}{start}{cn}")  # noqa: S311
        items = [[("DataTime", spell_time(start))]]
        for factor, level in _FACTORS.items():
            value = level * swing * (1 + 0.1 * noise.gauss())
            items.append([(f"{factor}-Avg", f"{max(value, 0):.3f}"), (f"{factor}-Flag", "N")])
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
            writer.write(self._frame(packet.cn, start))
            start += step
            sent += 1
        writer.write(request_result(packet).raw)


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=BEIJING_H)
