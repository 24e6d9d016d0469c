"""Old values go into files and old frames go: nothing that counts changes, whatever crashes."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest

from lantian.errors import LakeBroken, NoData
from lantian.lake import letting_go, tidying
from lantian.lake.fine import FineStore
from lantian.lake.fine_hours import spoken
from lantian.lake.fine_parts import FINE, part_of, part_rows, stored, sweep_parts
from lantian.lake.letting_go import all_let_go, let_go
from lantian.lake.monitor import values_at, values_by_frame
from lantian.lake.retaking import raw_frames
from lantian.lake.said import Kept, Said, Value
from lantian.lake.store import Lake
from lantian.lake.tidying import Pace, compact_day
from postgres import BOTH

DAY_S = 86_400
DAY = 20_600
T0 = DAY * DAY_S
NOW_US = (T0 + 20 * DAY_S) * 1_000_000


@pytest.fixture
def store(lake: Lake) -> Iterator[FineStore]:
    opened = FineStore.open(lake.folder)
    yield opened
    opened.close()


def now_us() -> int:
    now_us.at += 1
    return now_us.at


now_us.at = NOW_US


def said(raw: str, *values: Value, mn: str = "A1", at: int = T0 + 60) -> Said:
    return Said(mn, raw.encode(), at * 1_000_000, "10.0.0.9", values=values)


def value(number: int, t: int, factor: str = "a34004", flag: str = "N") -> Value:
    return Value(factor, "", 60, t, number, number - 1, None, flag)


def fill(store: FineStore) -> None:
    """Two monitors, three factors, forty minutes of a day; some of the day after."""
    for mn in ("A1", "B2"):
        for minute in range(40):
            t = T0 + 60 * (minute + 1)
            frame = f"{mn} {minute}"
            store.keep([said(frame, *(value(minute, t, f) for f in "abc"), mn=mn, at=t)])
        store.keep([said(f"{mn} next", value(7, T0 + DAY_S + 60), mn=mn, at=T0 + DAY_S + 60)])


def everything(store: FineStore, day: int = DAY) -> list[Any]:
    return stored(store.ledger, day, range(1, 99), day * DAY_S, (day + 1) * DAY_S)


def hot(store: FineStore) -> list[int]:
    with store.ledger.read() as sql:
        if not store.ledger.has_day("fine", DAY):
            return []
        return [int(r[0]) for r in sql.execute(f"SELECT t FROM fine_{DAY}").fetchall()]


@BOTH
def test_a_day_goes_into_a_file_and_reads_as_before(store: FineStore) -> None:
    fill(store)
    before, hour = everything(store), spoken(store.ledger, 1, DAY * 24 + 1)
    assert (len(before), len(hour)) == (240, 120)
    part = compact_day(store.ledger, DAY, Pace(), now_us=now_us)
    assert part is not None and part == part_of(store.ledger, DAY)
    content = (store.ledger.folder / part.path).read_bytes()
    assert (part.sha256, part.size) == (hashlib.sha256(content).hexdigest(), len(content))
    assert part_rows(store.ledger.folder, part) == before == everything(store)
    assert spoken(store.ledger, 1, DAY * 24 + 1) == hour
    assert store.ledger.days("fine") == [DAY + 1]
    assert everything(store, DAY + 1)[0][1] == T0 + DAY_S + 60


@BOTH
def test_what_comes_after_overlays_the_file_and_goes_into_the_next(store: FineStore) -> None:
    fill(store)
    first = compact_day(store.ledger, DAY, Pace(), now_us=now_us)
    t = T0 + 60
    late = said("late", value(99, t, "a"), value(0, t, "b"), value(5, t, "d"), at=T0 + 5 * DAY_S)
    # One value is another, one the same, one new; beside them nothing changes.
    assert store.keep([late]) == Kept(1, 0, 1, 1, 1)
    with store.ledger.read() as sql:
        assert [tuple(r) for r in sql.execute("SELECT value FROM change").fetchall()] == [(0,)]
    after = everything(store)
    assert len(after) == 241
    assert {row[2] for row in after if row[1] == t} == {99, 0, 5}
    second = compact_day(store.ledger, DAY, Pace(), now_us=now_us)
    assert second is not None and second != first and second.rows == 241
    assert everything(store) == after
    assert hot(store) == []
    assert len(sweep_parts(store.ledger)) == 1
    assert [p.name for p in (store.ledger.folder / FINE).iterdir()] == [second.path[5:]]


@BOTH
def test_a_value_that_is_corrected_meanwhile_stays_hot(
    store: FineStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    count = tidying.count_part

    def counted(*given: Any) -> None:
        count(*given)
        monkeypatch.undo()
        store.keep([said("new", value(50, T0 + 120, "b"), at=T0 + 3 * DAY_S)])

    monkeypatch.setattr(tidying, "count_part", counted)
    other = FineStore.open(store.ledger.folder)
    compact_day(other.ledger, DAY, Pace(rows=7), now_us=now_us)
    other.close()
    assert hot(store) == [T0 + 120]
    assert [r[2] for r in everything(store) if r[1] == T0 + 120] == [1, 50, 1, 1, 1, 1]
    assert len(everything(store)) == 240


class Crash(BaseException):
    """As if the process had been killed."""


def crashing(monkeypatch: pytest.MonkeyPatch, store: FineStore, at: int) -> Callable[[], int]:
    """Let the nth transaction or write of a file be the last thing that happens."""
    done = 0

    def step(of: Any) -> Any:
        def taken(*given: Any, **more: Any) -> Any:
            nonlocal done
            done += 1
            if done == at:
                raise Crash
            return of(*given, **more)

        return taken

    ledger = type(store.ledger)
    monkeypatch.setattr(ledger, "write", step(ledger.write))
    monkeypatch.setattr(tidying, "write_part", step(tidying.write_part))
    monkeypatch.setattr(letting_go, "sync_folder", step(letting_go.sync_folder))
    return lambda: done


@BOTH
def test_a_crash_at_any_step_of_filing_loses_nothing_and_the_next_goes_on(
    store: FineStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    before = everything(store)
    for at in range(1, 99):
        with monkeypatch.context() as patch:
            taken = crashing(patch, store, at)
            with suppress(Crash):
                compact_day(store.ledger, DAY, Pace(rows=100), now_us=now_us)
            finished = taken() < at
        assert everything(store) == before
        sweep_parts(store.ledger)
        assert everything(store) == before
        if finished:
            break
        if at % 2:  # sometimes something comes between
            store.keep([said(f"more {at}", value(at, T0 + 120, "b"), at=T0 + 3 * DAY_S)])
            before = everything(store)
        store.ledger.forget()
    assert finished and at > 4
    assert hot(store) == []


@BOTH
def test_frames_go_with_a_proof_of_what_there_was(store: FineStore) -> None:
    fill(store)
    file = store.files.path(DAY)
    content = file.read_bytes()
    with store.ledger.read() as sql:
        rows = sql.execute(f"SELECT source, digest FROM frame_{DAY} ORDER BY source, digest")
        lines = "".join(f"{('A1', 'B2')[s - 1]} {d:016x}\n" for s, d in rows.fetchall())
    gone = let_go(store, DAY, Pace(rows=7), kept_days=10, now_us=now_us)
    assert (gone.frames, gone.blocks, gone.by_source) == (80, 80, {"A1": 40, "B2": 40})
    assert (gone.first_us, gone.last_us) == ((T0 + 60) * 1_000_000, (T0 + 2400) * 1_000_000)
    assert gone.digest == hashlib.sha256(lines.encode()).hexdigest()
    assert (gone.size, gone.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert gone.ended_us is not None and all_let_go(store.ledger) == [gone]
    assert not file.exists()
    assert store.ledger.days("frame") == [DAY + 1]
    assert len(everything(store)) == 240, "values stay"
    with pytest.raises(NoData, match="let go when its time was over"):
        raw_frames(store, [everything(store)[0][6]])
    # What came on the day after is there, and numbers go on.
    assert raw_frames(store, [everything(store, DAY + 1)[0][6]])
    assert store.left_behind() == []
    store.keep([said("again", value(1, T0 + DAY_S + 120), at=T0 + DAY_S + 120)])
    with store.ledger.read() as sql:
        assert sql.execute("SELECT MAX(id) FROM block").fetchone()[0] == 83


def test_the_newest_day_of_frames_is_never_let_go(store: FineStore) -> None:
    fill(store)
    for day in (DAY + 1, DAY + 2):
        with pytest.raises(NoData, match="newest day"):
            let_go(store, day, Pace(), kept_days=0, now_us=now_us)


@BOTH
def test_a_crash_at_any_step_of_letting_go_leaves_the_proof_true(
    store: FineStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(store)
    for at in range(1, 99):
        with monkeypatch.context() as patch:
            taken = crashing(patch, store, at)
            with suppress(Crash):
                let_go(store, DAY, Pace(rows=20, hold_s=0), kept_days=10, now_us=now_us)
            finished = taken() < at
        for proof in all_let_go(store.ledger):
            assert (proof.frames, proof.blocks, sum(proof.by_source.values())) == (80, 80, 80)
        if finished:
            break
        store.ledger.forget()
    assert finished and at >= 6
    (proof,) = all_let_go(store.ledger)
    assert proof.ended_us is not None
    assert not store.files.path(DAY).exists()


def test_a_damaged_file_is_said(store: FineStore) -> None:
    fill(store)
    part = compact_day(store.ledger, DAY, Pace(), now_us=now_us)
    assert part is not None
    (store.ledger.folder / part.path).write_bytes(b"PAR1 nothing")
    with pytest.raises(LakeBroken, match="damaged or missing"):
        everything(store)


@BOTH
def test_who_remembers_a_table_learns_that_it_is_gone(store: FineStore) -> None:
    fill(store)
    assert hot(store)
    other = FineStore.open(store.ledger.folder)
    compact_day(other.ledger, DAY, Pace(), now_us=now_us)
    other.close()
    assert hot(store) == []
    assert store.keep([said("late", value(4, T0 + 86_000, "a"), at=T0 + 86_000)]).new == 1


@BOTH
def test_a_monitors_page_shows_what_is_in_files_as_what_is_not(store: FineStore) -> None:
    fill(store)
    t = T0 + 600
    before = values_at(store.ledger, "A1", t)
    frame = before[0].frame
    by_frame = values_by_frame(store.ledger, "A1", frame, t)
    assert len(before) == 3 and by_frame == before
    compact_day(store.ledger, DAY, Pace(), now_us=now_us)
    assert values_at(store.ledger, "A1", t) == before
    assert values_by_frame(store.ledger, "A1", frame, t) == before
    store.keep([said("late", value(99, t, "a"), at=T0 + 5 * DAY_S)])
    assert values_by_frame(store.ledger, "A1", frame, t) == before[1:]
