"""A jump of the machine's clock costs no hour: held where monitors disagree, else made good."""

import asyncio
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gate.door import DEVICES, real, rows_of, run_async, write
from gate.independent import unpack
from lantian.gate import running
from lantian.gate.clock import Clock, Shift
from lantian.gate.running import Options, run
from lantian.gate.server import Limits

H_US = 3_600_000_000
START_US = 1_800_000_000_000_000


class Times:
    """A machine's clock that can be set, and one that cannot."""

    def __init__(self) -> None:
        self.wall_us, self.even_us = START_US, 77
        self.clock = Clock(lambda: self.wall_us, lambda: self.even_us)

    def pass_s(self, seconds: float, jump_us: int = 0) -> Shift | None:
        self.even_us += round(seconds * 1e6)
        self.wall_us += round(seconds * 1e6) + jump_us
        return self.clock.look()

    def monitors(self, off_us: int, count: int = 3) -> None:
        for n in range(count):
            self.clock.hear(f"M{n}", off_us // 1000)


@pytest.mark.parametrize("jump_us", [8 * H_US, -8 * H_US])
def test_a_jump_that_monitors_do_not_follow_is_held_for_ever(jump_us: int) -> None:
    times = Times()
    assert times.pass_s(2, jump_us) is None
    for _ in range(1000):
        times.monitors(250_000)
        assert times.pass_s(2) is None
    assert times.clock.now_us() == START_US + 2002 * 1_000_000
    assert times.clock.off_us == jump_us
    assert times.pass_s(2, -jump_us) is None
    assert (times.clock.off_us, times.clock.now_us()) == (0, times.wall_us)


@pytest.mark.parametrize("jump_us", [8 * H_US, -8 * H_US])
def test_a_jump_that_monitors_are_nearer_to_is_taken_at_once(jump_us: int) -> None:
    times = Times()
    times.pass_s(60, jump_us)
    times.monitors(jump_us - 2_000_000, 2)
    assert times.pass_s(2) is None
    times.monitors(jump_us - 2_000_000)
    assert times.pass_s(2) == Shift(jump_us, START_US, START_US + 64_000_000)
    assert times.clock.now_us() == times.wall_us
    # What was taken is what the next one is measured by.
    times.pass_s(2, -jump_us)
    assert times.clock.off_us == -jump_us


def test_without_monitors_a_jump_is_taken_after_ten_minutes() -> None:
    times = Times()
    assert times.pass_s(2, H_US) is None
    assert times.pass_s(590, 0) is None
    assert times.pass_s(10, 0) == Shift(H_US, START_US, START_US + 602_000_000)


def test_what_monitors_said_before_the_jump_does_not_count() -> None:
    times = Times()
    times.monitors(H_US)
    times.pass_s(2, H_US)
    assert times.pass_s(2) is None


def test_small_steps_are_followed() -> None:
    times = Times()
    for _ in range(100):
        assert times.pass_s(2, 1_000_000) is None
    assert (times.clock.now_us(), times.clock.off_us) == (times.wall_us, 0)


MNS = ("A1", "C1", "C2", "C3")


class Uploads:
    """Monitors that send the same number at a time, each on its line."""

    def __init__(self, lines: list[Any]) -> None:
        self.lines = lines
        self.sent = 0

    async def upload(self) -> None:
        self.sent += 1
        for mn, (reader, writer) in zip(MNS, self.lines, strict=True):
            pw = "123456" if mn == "A1" else ""
            writer.write(real(self.sent, mn=mn, pw=pw, n=self.sent))
            assert unpack(await reader.readuntil(b"\r\n"))["CN"] == "9014"

    async def until(self, told: Callable[[], bool]) -> None:
        while not told():
            await self.upload()
            await asyncio.sleep(0.01)


def test_a_running_gate_loses_no_value_over_jumps_of_eight_hours(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It starts eight hours behind, is set right, then jumps by eight hours both ways."""
    monkeypatch.setattr(running, "_LOOK_S", 0.02)
    write(folder, "devices", DEVICES + "".join(f"{mn},S2,,,field\n" for mn in MNS[1:]))
    jumped = [-8 * H_US]
    clock = Clock(lambda: time.time_ns() // 1000 + jumped[0])
    said: list[str] = []
    sent = [0]

    async def work() -> None:
        options = Options(folder, "127.0.0.1", 0, None, Limits(), clock=clock)
        gate = asyncio.create_task(run(options, said.append))
        while not said:
            await asyncio.sleep(0.01)
        port = int(said[0].rpartition(":")[2])
        uploads = Uploads([await asyncio.open_connection("127.0.0.1", port) for _ in MNS])
        for _ in range(3):
            await uploads.upload()
        jumped[0] = 0
        await uploads.until(lambda: len({line for line in said if "frames taken" in line}) >= 4)
        for jump_us in (-8 * H_US, 8 * H_US):
            jumped[0] = jump_us
            await uploads.until(lambda: "goes by its own" in said[-1])
            await uploads.upload()
            jumped[0] = 0
            await uploads.until(lambda: "is as it was" in said[-1])
        for _, writer in uploads.lines:
            writer.close()
        sent[0] = uploads.sent
        os.kill(os.getpid(), signal.SIGTERM)  # as an office ends it
        await gate

    run_async(work)
    with rows_of(folder) as ask:
        causes = ask("SELECT DISTINCT cause FROM fault ORDER BY cause")
    assert ("ahead",) in causes
    assert kept(folder) == {n: len(MNS) for n in range(1, sent[0] + 1)}


def kept(folder: Path) -> Counter[int]:
    """How many monitors have each number."""
    with rows_of(folder) as ask:
        days = [day for kind, day in ask("SELECT kind, day FROM day") if kind == "fine"]
        return Counter(
            value // 1_000_000 for day in days for (value,) in ask(f"SELECT value FROM fine_{day}")
        )
