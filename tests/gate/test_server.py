"""The gate's door: whatever comes in whatever pieces, good frames are kept once and answered."""

import asyncio
import resource
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from gate.door import Door, Line, now_local, real, rows_of, run_async
from gate.independent import pack
from lantian.gate.server import Limits
from postgres import BOTH

FRAMES = "SELECT s.mn, COUNT(*) FROM frame_{} f JOIN source s ON s.id = f.source GROUP BY s.mn"
CAUSES = "SELECT cause, SUM(count) FROM fault GROUP BY cause"


def with_door(
    folder: Path, work: Callable[[Door], Awaitable[None]], limits: Limits | None = None
) -> None:
    """Run against a door; by its end all that was handed over is kept."""

    async def inside() -> None:
        async with Door(folder, limits) as door:
            await work(door)

    run_async(inside)


def causes(folder: Path) -> dict[str, int]:
    with rows_of(folder) as ask:
        return {cause: int(count) for cause, count in ask(CAUSES)}


def values(folder: Path) -> list[int]:
    """Values kept, in millionths, in order."""
    with rows_of(folder) as ask:
        days = [day for (day,) in ask("SELECT day FROM day WHERE kind = 'fine'")]
        found = [v for day in days for (v,) in ask(f"SELECT value FROM fine_{day}")]
    return sorted(found)


@BOTH
def test_an_answer_comes_only_once_the_value_is_kept(folder: Path) -> None:
    async def work(door: Door) -> None:
        line = await door.connect()
        for n in range(10):
            message = await line.ask(real(n, n=n))
            # On a connection of its own, at the moment of the answer.
            assert await asyncio.to_thread(values, folder) == [v * 1_000_000 for v in range(n + 1)]
            assert message["CN"] == "9014"

    with_door(folder, work)


def test_three_versions_speak_on_one_connection(folder: Path) -> None:
    async def work(door: Door) -> None:
        line = await door.connect()
        for n, (flag, back) in enumerate([(1, "0"), (5, "4"), (9, "8"), (5, "4"), (1, "0")]):
            message = await line.ask(real(n, flag=flag, n=n))
            assert (message["Flag"], message["MN"]) == (back, "A1")

    with_door(folder, work)
    assert len(values(folder)) == 5


def test_frames_arrive_split_and_glued(folder: Path) -> None:
    raw = b"".join(real(n, n=n) for n in range(6))

    async def work(door: Door) -> None:
        line = await door.connect()
        await line.send(raw)
        answers = [(await line.answer())["QN"] for _ in range(6)]
        assert len(set(answers)) == 6
        other = await door.connect()
        one = real(99, n=60)
        for n in range(len(one)):
            await other.send(one[n : n + 1])
            await asyncio.sleep(0)
        assert (await other.answer())["CN"] == "9014"

    with_door(folder, work)
    assert values(folder) == [n * 1_000_000 for n in (0, 1, 2, 3, 4, 5, 99)]


WANTED = {"noise": 2, "crc": 2, "control": 1, "password": 1, "length": 1}


def test_broken_frames_are_counted_by_cause_and_good_ones_between_are_kept(folder: Path) -> None:
    good = [real(n, n=n) for n in range(8)]
    bad = [
        b"noise without end\r\n",
        real(50).replace(b"a34004-Rtd=50", b"a34004-Rtd=51"),
        real(52)[:40],  # cut off: the next one begins within it
        b"\0\0\0",
        pack("ST=22;CN=2011;MN=A1;PW=123456;CP=&&a34004-Rtd=1\0&&"),
        real(53, pw="wrong"),
        real(54).replace(b"##0", b"##1"),
    ]
    pieces = [piece for pair in zip(good, [*bad, b""], strict=True) for piece in pair]

    async def work(door: Door) -> None:
        line = await door.connect()
        await line.send(b"".join(pieces))
        answered = [(await line.answer())["QN"] for _ in good]
        assert answered == [raw[9:26].decode() for raw in good]
        assert door.server.doors.wrong == {"127.0.0.1": 1}

    with_door(folder, work, Limits(wrong_s=0))
    assert values(folder) == [n * 1_000_000 for n in range(8)]
    assert causes(folder) == WANTED


def test_a_line_of_ten_megabytes_neither_fills_memory_nor_harms_what_follows(folder: Path) -> None:
    async def work(door: Door) -> None:
        line = await door.connect()
        await line.ask(real(1))
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        chunk = b"##9999" + b"x" * 99_994
        for _ in range(100):
            await line.send(chunk)
        assert (await line.ask(b"\r\n" + real(2, n=5)))["CN"] == "9014"
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 5_000  # KiB

    with_door(folder, work)
    assert values(folder) == [1_000_000, 2_000_000]
    assert causes(folder)["oversize"] >= 1


def test_slow_senders_do_not_hold_up_a_good_one(folder: Path) -> None:
    async def work(door: Door) -> None:
        slow = [await door.connect() for _ in range(30)]
        good = await door.connect()
        raw = real(7, mn="B2")
        for n in range(30):
            for line in slow:
                await line.send(raw[n : n + 1])
            async with asyncio.timeout(1):
                assert (await good.ask(real(n, n=n)))["CN"] == "9014"

    with_door(folder, work)
    assert len(values(folder)) == 30


def test_a_frame_without_a_line_end_is_kept(folder: Path) -> None:
    async def work(door: Door) -> None:
        line = await door.connect()
        # It waits for its answer before it says more; who closes has said all.
        assert (await line.ask(real(1)[:-2]))["CN"] == "9014"
        other = await door.connect()
        await other.send(real(2, n=9)[:-2] + b"\r")
        other.writer.write_eof()
        async with asyncio.timeout(0.5):
            await other.reader.read()

    with_door(folder, work)
    assert values(folder) == [1_000_000, 2_000_000]
    assert causes(folder) == {"end": 2}


def test_noise_is_counted_even_where_nothing_follows(folder: Path) -> None:
    async def work(door: Door) -> None:
        line = await door.connect()
        await line.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        line.writer.write_eof()
        assert await line.ended()

    with_door(folder, work)
    assert causes(folder) == {"noise": 1}
    with rows_of(folder) as ask:
        assert ask("SELECT mn FROM source") == [("",)]
        assert ask("SELECT COUNT(*) FROM block") == [(0,)]


def test_a_wrong_password_gets_no_answer_and_is_counted(folder: Path) -> None:
    async def work(door: Door) -> None:
        line = await door.connect()
        for pw in ("", "12345", "999999"):
            await line.send(real(1, pw=pw))
        message = await line.ask(real(2, n=5))
        assert message["QN"] == real(2, n=5)[9:26].decode()[:14] + "005"

    begin = time.monotonic()
    with_door(folder, work, Limits(wrong_s=0.1))
    assert time.monotonic() - begin > 0.3, "who tries passwords is slowed"
    assert values(folder) == [2_000_000]
    assert causes(folder) == {"password": 3}


def test_the_same_frame_again_is_answered_again_and_kept_once(folder: Path) -> None:
    raw = real(5)

    async def work(door: Door) -> None:
        one, other = await door.connect(), await door.connect()
        for line in (one, one, other):
            assert (await line.ask(raw))["QN"] == raw[9:26].decode()

    with_door(folder, work)
    assert values(folder) == [5_000_000]
    assert causes(folder) == {"again": 2}


@pytest.mark.slow
def test_who_fetches_no_answers_is_let_go_and_harms_nobody(folder: Path) -> None:
    async def work(door: Door) -> None:
        deaf = await door.connect(receives=4096)
        deaf.reader._transport.pause_reading()
        raw = real(5) * 400

        async def pour() -> None:
            try:
                while True:
                    await deaf.send(raw)
            except ConnectionError:
                return

        pouring = asyncio.create_task(pour())
        good = await door.connect()
        for n in range(20):
            async with asyncio.timeout(3):
                await good.ask(real(n, n=n + 1))
        await pouring
        assert door.server.doors.open.total() <= 1

    with_door(folder, work, Limits(frames_s=1_000_000))


def test_a_flood_is_slowed_and_counted_and_no_other_waits_for_it(folder: Path) -> None:
    async def work(door: Door) -> None:
        flood, good = await door.connect(), await door.connect()
        start = asyncio.get_running_loop().time()
        await flood.send(b"".join(real(n, n=n) for n in range(60)))
        for _ in range(60):
            await flood.answer()
        await flood.send(real(61, n=61))
        async with asyncio.timeout(0.5):
            await good.ask(real(70, n=70))
        await flood.answer()
        # 61 frames, of which one second's may come at once.
        assert asyncio.get_running_loop().time() - start > 60 / 40 - 1.0 - 0.05
        assert door.server.doors.slowed >= 1

    with_door(folder, work, Limits(frames_s=40))
    assert len(values(folder)) == 62


def test_more_connections_than_allowed_are_refused_until_one_goes(folder: Path) -> None:
    async def work(door: Door) -> None:
        lines = [await door.connect() for _ in range(3)]
        for n, line in enumerate(lines):
            await line.ask(real(n, n=n))
        refused = await door.connect()
        assert await refused.ended()
        assert door.server.doors.refused == 1
        lines[0].writer.close()
        async with asyncio.timeout(5):
            while door.server.doors.open.total() == 3:
                await asyncio.sleep(0.01)
        await (await door.connect()).ask(real(9, n=9))
        assert door.server.doors.open == {"127.0.0.1": 3}

    with_door(folder, work, Limits(of_address=3))
    with_door(folder, work, Limits(connections=3))


def test_who_says_nothing_for_long_is_let_go(folder: Path) -> None:
    async def work(door: Door) -> None:
        line = await door.connect()
        await line.send(b"##00")
        async with asyncio.timeout(3):
            assert await line.ended()
        assert not door.server.doors.open

    with_door(folder, work, Limits(silent_s=0.2))


def test_who_is_unknown_is_kept(folder: Path) -> None:
    async def work(door: Door) -> None:
        line = await door.connect()
        assert (await line.ask(real(1, mn="X9")))["MN"] == "X9"

    with_door(folder, work)
    day = int(now_local().timestamp() - 8 * 3600) // 86_400
    with rows_of(folder) as ask:
        assert ask(FRAMES.format(day)) == [("X9", 1)]
    assert values(folder) == []
    assert causes(folder) == {"unknown": 1}


def test_what_was_handed_over_is_kept_when_the_door_closes(folder: Path) -> None:
    async def work(door: Door) -> None:
        lines = [await door.connect() for _ in range(5)]
        for n, line in enumerate(lines):
            await line.send(b"".join(real(i, n=n * 200 + i) for i in range(100)))
        async with asyncio.timeout(5):
            for line in lines:
                await line.answer()

    with_door(folder, work)
    with rows_of(folder) as ask:
        assert ask("SELECT COUNT(*) FROM latest") == [(1,)]
    assert len(values(folder)) >= 5


@pytest.mark.parametrize("end", ["abort", "eof"])
def test_a_connection_that_breaks_keeps_what_it_brought(folder: Path, end: str) -> None:
    async def work(door: Door) -> None:
        line: Line = await door.connect()
        await line.send(real(1) + real(2, n=3) + real(3, n=6)[:30])
        await line.answer()
        await line.answer()
        if end == "abort":
            line.writer.transport.abort()
        else:
            line.writer.write_eof()
        async with asyncio.timeout(5):
            while door.server.doors.open:
                await asyncio.sleep(0.01)

    with_door(folder, work)
    assert values(folder) == [1_000_000, 2_000_000]


def test_a_full_disk_stops_answers_until_there_is_room(folder: Path) -> None:
    """Nothing is answered that is not kept, and nothing is lost once it can be kept."""
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    found: dict[str, Any] = {}

    async def work(door: Door) -> None:
        line = await door.connect()
        await line.ask(real(1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, limit[1]))
        try:
            await line.send(real(2, n=5))
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.7):
                    await line.answer()
            found["complaint"] = door.writer.state.complaint
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        async with asyncio.timeout(5):
            await line.answer()
        assert door.writer.state.complaint == ""
        assert len(door.said) == 2

    with_door(folder, work)
    assert "disk is full" in found["complaint"]
    assert values(folder) == [1_000_000, 2_000_000]


@pytest.mark.slow
def test_a_full_disk_does_not_hold_up_the_end_and_nothing_is_answered(folder: Path) -> None:
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)

    async def inside() -> None:
        async with Door(folder) as door:
            line = await door.connect()
            await line.ask(real(1))
            resource.setrlimit(resource.RLIMIT_FSIZE, (100, limit[1]))
            await line.send(real(2, n=5))
            async with asyncio.timeout(5):
                while not door.writer.state.complaint:
                    await asyncio.sleep(0.01)

    try:
        begin = time.monotonic()
        run_async(inside)
        assert time.monotonic() - begin < 5
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert values(folder) == [1_000_000]
