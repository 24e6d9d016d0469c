"""Messages on their way into the store: kept once whatever they speak of, found after a crash."""

import os
import threading
import time
from pathlib import Path

import pytest

from gate.door import DEVICES, rows_of, run_async, write
from gate.doors.inside import READING, Inside, declare, faults, now_t, stored
from gate.doors.inside import body as rows
from lantian.flows.gate_hours import fold_hours
from lantian.gate.doors.door import hear, hear_kept
from lantian.gate.doors.message import MOST_BYTES, UNREADABLE, Message, wrap
from lantian.gate.doors.opening import Ways
from lantian.gate.doors.streams import load
from lantian.gate.roll import roll_of
from lantian.lake.device import read_devices
from lantian.lake.fine import FineStore
from lantian.lake.frames import MOST_BLOCK, Block
from lantian.lake.retaking import reread
from lantian.lake.store import Lake
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import PM25, POLLUTANTS
from postgres import BOTH

ANY = 'door = "drop"\n[drop]\nfiles = ["*"]\n'


def message(body: bytes, stream: str = "vendor") -> Message:
    return Message("drop", stream, "a.json", body, time.time_ns() // 1000, "here")


async def hand_in(gate: Inside, *messages: Message) -> None:
    taken = [await gate.reception.take(each) for each in messages]
    for each in taken:
        await each.done


@BOTH
def test_many_sources_share_the_bytes_and_their_hours_are_folded(
    folder: Path, tmp_path: Path
) -> None:
    hours = READING.replace("span_s = 0", "span_s = 3600").replace("ug/m3", "mg/m3")
    declare(folder, "vendor", ANY, hours)
    write(folder, "devices", DEVICES + "C3,S2,,,\n")
    h = now_t() // 3600 - 1
    t = h * 3600
    body = rows(("A1", t, 0.035), ("C3", t, 0.07), ("X9", t, 1), ("A1", t - 3600, 0.0005))

    async def work() -> None:
        async with Inside(folder, Ways(drop=tmp_path / "drop")) as gate:
            await hand_in(gate, message(body), message(body))

    run_async(work)
    with rows_of(folder) as ask:
        assert ask("SELECT SUM(frames) FROM block") == [(1,)]
    assert faults(folder) == {
        ("A1", "again"): 1, ("C3", "again"): 1, ("X9", "again"): 1, ("X9", "unknown"): 1,
    }  # fmt: skip
    store = FineStore.open(folder)
    with Lake.open(folder) as lake:
        folded = fold_hours(lake, store, read_devices(lake.ledger), until_h=h)
        assert (folded.values, folded.complaints) == (3, ())
        # The register has A1 in ug/m3; C3 has no unit there, so it is kept as printed, ng/m3.
        pm25 = lake.block(["S1", "S2"], h - 1, h + 1)[POLLUTANTS.index(PM25)]
        assert pm25.tolist() == [[500, 35_000], [MISSING, 70_000]]
    store.close()


def test_what_a_crash_left_in_the_files_alone_is_taken_up_for_every_source(folder: Path) -> None:
    declare(folder, "vendor", ANY)
    t = now_t()
    told = message(rows(("A1", t, 1), ("X9", t, 2)))
    store = FineStore.open(folder)
    store.files.append(told.received_us // 86_400_000_000, [(told.received_us, wrap(told))])
    with Lake.open(folder) as lake:
        roll = roll_of(read_devices(lake.ledger), {})
    readers = {name: stream.reader for name, stream in load(folder).items()}
    for block, frames in store.left_behind():
        store.take_up(block, [hear_kept(raw, at_us, readers, roll) for at_us, raw in frames])
    # It was acknowledged to nobody, so it comes again.
    store.keep(hear(told, readers, roll).said)
    store.close()
    assert stored(folder) == {("A1", t): 1}
    assert faults(folder) == {("X9", "unknown"): 1, ("A1", "again"): 1, ("X9", "again"): 1}
    # A stream that is gone is said; the bytes stay.
    assert [said.cause for said in hear_kept(wrap(told), 0, {}, roll)] == ["stream"]


@pytest.mark.slow
def test_long_messages_fill_no_block_beyond_its_limit(folder: Path, tmp_path: Path) -> None:
    declare(folder, "vendor", ANY)
    t = now_t()
    noise = [os.urandom(1_200_000).hex().encode() for _ in range(32)]
    assert sum(map(len, noise)) > MOST_BLOCK
    messages = [
        message(rows(("A1", t - n, n))[:-1] + b', "x": "' + each + b'"}')
        for n, each in enumerate(noise)
    ]

    async def work() -> None:
        async with Inside(folder, Ways(drop=tmp_path / "drop")) as gate:
            with pytest.MonkeyPatch.context() as patch:
                keep, waiting = FineStore.keep, threading.Event()
                patch.setattr(
                    FineStore, "keep", lambda store, group: (waiting.wait(), keep(store, group))[1]
                )
                taken = [await gate.reception.take(each) for each in messages]
                waiting.set()  # all but the first wait to be grouped
                for each in taken:
                    await each.done
            over = await gate.reception.take(message(b"[" + b" " * MOST_BYTES + b"]"))
            await over.done
            assert over.heard.problem is not None

    run_async(work)
    with rows_of(folder) as ask:
        blocks = ask("SELECT day, start, size FROM block")
    store = FineStore.open(folder)
    kept = [raw for block in blocks for _, raw in store.files.read(Block(*block))]
    store.close()
    assert sorted(kept) == sorted(map(wrap, messages))
    assert len(stored(folder)) == 32
    assert faults(folder) == {("", "large"): 1}


@BOTH
def test_messages_that_a_wrong_declaration_refused_are_read_once_it_is_mended(
    folder: Path, tmp_path: Path
) -> None:
    declare(folder, "vendor", ANY, READING.replace('records = "rows"', 'records = "data"'))
    t = now_t()
    told = message(rows(("A1", t, 1), ("N7", t, 2)))
    broken = message(b"{")

    async def work() -> None:
        async with Inside(folder, Ways(drop=tmp_path / "drop")) as gate:
            await hand_in(gate, told, broken)

    run_async(work)
    assert stored(folder) == {}
    declare(folder, "vendor", ANY)
    readers = {name: stream.reader for name, stream in load(folder).items()}
    store = FineStore.open(folder)
    with Lake.open(folder) as lake:
        roll = roll_of(read_devices(lake.ledger), {})
    again = [reread(store, UNREADABLE, lambda r, at: hear_kept(r, at, readers, roll)) for _ in "12"]
    assert again == [1, 0]
    # What comes again by the door is there already, and the old place of its bytes serves.
    assert store.keep(hear(told, readers, roll).said).again == 2
    store.close()
    assert stored(folder) == {("A1", t): 1}
    with rows_of(folder) as ask:
        assert ask("SELECT SUM(frames) FROM block") == [(2,)]
        assert ask("SELECT mn FROM source ORDER BY mn") == [("",), ("A1",), ("N7",)]
    assert faults(folder)[("N7", "unknown")] == 1
