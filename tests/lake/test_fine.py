"""What monitors said is kept once: new, the same again or changed, whatever crashes between."""

import struct
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.errors import LakeBroken
from lantian.lake.fine import FineStore
from lantian.lake.frames import MOST_FRAMES, Block
from lantian.lake.retaking import raw_frames
from lantian.lake.said import Kept, Said, Value
from lantian.lake.store import Lake
from postgres import BOTH, SQLITE_ONLY

DAY_S = 86_400
DAY = 20_600
NOON = DAY * DAY_S + 43_200
AT = NOON * 1_000_000

type Ask = Callable[[str], list[Any]]


@pytest.fixture
def store(lake: Lake) -> Iterator[FineStore]:
    """An empty store beside a lake."""
    opened = FineStore.open(lake.folder)
    yield opened
    opened.close()


def ask(store: FineStore, question: str) -> list[Any]:
    with store.ledger.read() as sql:
        return [tuple(row) for row in sql.execute(question).fetchall()]


def value(number: int | None, t: int = NOON, factor: str = "a34004", span_s: int = 60) -> Value:
    return Value(factor, "", span_s, t, number, None, None, "N")


def said(raw: bytes, *values: Value, mn: str = "A1", at_us: int = AT, **more: Any) -> Said:
    return Said(mn, raw, at_us, "10.0.0.9", values=values, **more)


FINE = "SELECT s.factor, f.t, f.value FROM fine_{} f JOIN series s ON s.id = f.series ORDER BY 1, 2"


@BOTH
def test_values_are_new_the_same_or_changed(store: FineStore) -> None:
    assert store.keep([]) == Kept(0, 0, 0, 0, 0)
    assert store.keep([said(b"1", value(5), value(7, factor="b"))]) == Kept(1, 0, 2, 0, 0)
    assert store.keep([said(b"2", value(5), value(7, NOON + 60, "b"))]) == Kept(1, 0, 1, 1, 0)
    assert store.keep([said(b"3", value(6), value(None, factor="b"))]) == Kept(1, 0, 0, 0, 2)
    assert ask(store, FINE.format(DAY)) == [
        ("a34004", NOON, 6), ("b", NOON, None), ("b", NOON + 60, 7),
    ]  # fmt: skip
    changes = ask(store, "SELECT t, value, flag, frame, by_frame FROM change ORDER BY value")
    assert changes == [
        (NOON, 5, "N", 1 * MOST_FRAMES, 3 * MOST_FRAMES),
        (NOON, 7, "N", 1 * MOST_FRAMES, 3 * MOST_FRAMES),
    ]


@BOTH
def test_any_part_of_a_value_makes_it_another(store: FineStore) -> None:
    first = Value("a", "", 60, NOON, 5, 4, 6, "N")
    others = [
        first._replace(value=1), first._replace(low=1), first._replace(high=None),
        first._replace(flag="D"),
    ]  # fmt: skip
    for n, other in enumerate(others):
        store.keep([said(b"%d again" % n, first)])
        assert store.keep([said(b"%d" % n, other)]) == Kept(1, 0, 0, 0, 1)
    # Kind and span are of the series, not of the value.
    assert (
        store.keep([said(b"x", first._replace(kind="Cou"), first._replace(span_s=3600))]).new == 2
    )


@BOTH
def test_a_frame_is_kept_once_in_a_group_and_over_groups(store: FineStore) -> None:
    one = said(b"one", value(5))
    assert store.keep([one, one, said(b"one", value(5), mn="B2"), one]) == Kept(2, 2, 2, 0, 0)
    assert store.keep([one]) == Kept(0, 1, 0, 0, 0)
    over = said(b"one", value(5), at_us=AT + 12 * 3_600_000_000 + 1)
    assert store.keep([over]) == Kept(0, 1, 0, 0, 0)
    assert ask(store, "SELECT day FROM day ORDER BY day") == [(DAY,), (DAY,)]
    # Two sources said the same bytes: they lie there once.
    assert ask(store, "SELECT SUM(frames) FROM block") == [(1,)]
    assert ask(store, f"SELECT COUNT(*), COUNT(DISTINCT frame) FROM frame_{DAY}") == [(2, 1)]
    counts = ask(
        store, "SELECT s.mn, f.day, f.cause, f.count FROM fault f JOIN source s ON s.id = f.source"
    )
    assert sorted(counts) == [("A1", DAY, "again", 3), ("A1", DAY + 1, "again", 1)]


@BOTH
def test_a_group_over_midnight_is_kept_once(store: FineStore) -> None:
    midnight = (DAY + 1) * DAY_S * 1_000_000
    group = [said(b"%d" % n, at_us=midnight + n) for n in (-1, 0, 1)]
    assert store.keep(group) == Kept(3, 0, 0, 0, 0)
    assert store.ledger.days("frame") == [DAY]
    assert store.keep([g._replace(received_us=midnight + 60_000_000) for g in group]).again == 3
    assert store.keep([group[0]._replace(received_us=midnight - 1)]).again == 1


@BOTH
def test_a_frame_of_long_ago_that_comes_again_gives_no_value_twice(store: FineStore) -> None:
    store.keep([said(b"one", value(5))])
    later = said(b"one", value(5), at_us=AT + 2 * DAY_S * 1_000_000)
    assert store.keep([later]) == Kept(1, 0, 0, 1, 0)
    assert ask(store, FINE.format(DAY)) == [("a34004", NOON, 5)]


@BOTH
def test_two_values_for_one_key_inside_one_group(store: FineStore) -> None:
    kept = store.keep([said(b"1", value(5)), said(b"2", value(6)), said(b"3", value(6))])
    assert kept == Kept(3, 0, 1, 1, 1)
    assert ask(store, FINE.format(DAY)) == [("a34004", NOON, 6)]
    assert ask(store, "SELECT value, frame, by_frame FROM change") == [
        (5, MOST_FRAMES, MOST_FRAMES + 1)
    ]
    assert ask(store, "SELECT value, frame FROM latest") == [(6, MOST_FRAMES + 2)]


@BOTH
def test_latest_never_goes_back_in_time(store: FineStore) -> None:
    store.keep([said(b"1", value(5))])
    store.keep([said(b"2", value(9, NOON - 60))])
    assert ask(store, "SELECT t, value FROM latest") == [(NOON, 5)]
    store.keep([said(b"3", value(6))])
    assert ask(store, "SELECT t, value FROM latest") == [(NOON, 6)]
    store.keep([said(b"4", value(8, NOON + 60), value(7, NOON + 30))])
    assert ask(store, "SELECT t, value FROM latest") == [(NOON + 60, 8)]
    # A whole day comes late, and after it what is newer.
    store.keep([said(b"5", value(1, NOON - 5 * DAY_S), value(2, NOON + 90))])
    assert ask(store, "SELECT t, value FROM latest") == [(NOON + 90, 2)]


@BOTH
def test_late_data_go_to_their_day_and_midnight_belongs_to_the_day_that_ends(
    store: FineStore,
) -> None:
    midnight = DAY * DAY_S
    times = [midnight - 1, midnight, midnight + 1, midnight - 30 * DAY_S]
    store.keep([said(b"1", *(value(n, t) for n, t in enumerate(times)))])
    assert ask(store, FINE.format(DAY - 1)) == [("a34004", t, n) for n, t in enumerate(times[:2])]
    assert ask(store, FINE.format(DAY)) == [("a34004", midnight + 1, 2)]
    assert ask(store, FINE.format(DAY - 31)) == [("a34004", times[3], 3)]
    assert store.ledger.days("fine") == [DAY, DAY - 1, DAY - 31]
    assert store.ledger.days("frame") == [DAY]


@BOTH
def test_an_hour_waits_to_be_folded_until_its_last_frame(store: FineStore) -> None:
    store.keep([said(b"1", value(1, NOON - 3599), value(2, NOON), value(3, NOON + 1))])
    store.keep([said(b"2", value(4, NOON - 60))])
    hours = ask(store, "SELECT h, frame FROM unfolded ORDER BY h")
    assert hours == [(NOON // 3600, 2 * MOST_FRAMES), (NOON // 3600 + 1, MOST_FRAMES)]


@BOTH
def test_a_store_reopened_has_the_same_numbers(store: FineStore) -> None:
    store.keep([said(b"1", value(5), value(6, factor="b")), said(b"2", value(1), mn="B2")])
    names = ask(store, "SELECT id, source, factor FROM series ORDER BY id")
    other = FineStore.open(store.ledger.folder)
    other.keep([said(b"3", value(8, factor="c"), value(6, NOON + 60, "b")), said(b"4", mn="C3")])
    assert ask(other, "SELECT id, source, factor FROM series ORDER BY id")[:3] == names
    assert ask(other, "SELECT id, mn FROM source ORDER BY id") == [(1, "A1"), (2, "B2"), (3, "C3")]
    frames = ask(other, f"SELECT frame FROM frame_{DAY} ORDER BY frame")
    assert frames == [
        (MOST_FRAMES,),
        (MOST_FRAMES + 1,),
        (2 * MOST_FRAMES,),
        (2 * MOST_FRAMES + 1,),
    ]
    assert raw_frames(other, [n for (n,) in frames]) == {
        n: (AT, b"%d" % (place + 1)) for place, (n,) in enumerate(frames)
    }
    other.close()
    # The first connection goes on beside it.
    store.keep([said(b"5", value(9, factor="d"), mn="D4")])
    assert ask(store, "SELECT id, mn FROM source ORDER BY id")[3:] == [(4, "D4")]


@BOTH
def test_who_was_heard_is_noted_with_clock_and_address(store: FineStore) -> None:
    store.keep([said(b"1", st="22", version=2017, clock_ms=-250, cn="2011", qn="q")])
    store.keep([said(b"2", at_us=AT + 5)._replace(peer="10.0.0.8")])
    rows = ask(store, "SELECT mn, first_us, last_us, version, st, peer, clock_ms FROM source")
    assert rows == [("A1", AT, AT + 5, 2017, "22", "10.0.0.8", -250)]


@BOTH
def test_what_is_wrong_is_counted_and_noise_is_not_kept(store: FineStore) -> None:
    noise = Said("", b"", AT, "10.0.0.9", cause="noise")
    assert store.keep([noise, noise]) == Kept(0, 0, 0, 0, 0)
    store.keep([noise, said(b"1", cause="password", faults=("gbk", "end"))])
    counts = ask(
        store, "SELECT s.mn, f.cause, f.count FROM fault f JOIN source s ON s.id = f.source"
    )
    assert sorted(counts) == [
        ("", "noise", 3), ("A1", "end", 1), ("A1", "gbk", 1), ("A1", "password", 1),
    ]  # fmt: skip
    assert ask(store, f"SELECT cause, faults, taken FROM frame_{DAY}") == [
        ("password", "gbk,end", 0)
    ]
    assert [len(frames) for _, frames in store.files.behind(DAY, 0)] == [1]


def hear(frames: Sequence[tuple[int, bytes]]) -> list[Said]:
    """Read each frame as a value: a byte is a number."""
    return [said(raw, value(raw[0], NOON + raw[0]), at_us=at_us) for at_us, raw in frames]


@BOTH
def test_what_a_crash_left_in_the_files_alone_is_taken_up(store: FineStore) -> None:
    store.keep(hear([(AT, b"1")]))
    left = [[(AT, b"2"), (AT, b"1"), (AT, b"3")], [(AT + DAY_S * 1_000_000, b"4")]]
    for frames, day in zip(left, (DAY, DAY + 1), strict=True):
        store.files.append(day, frames)
    store.files.close()
    torn = store.files.path(DAY + 1)
    torn.write_bytes(torn.read_bytes() + b"LTF1 torn")
    other = FineStore.open(store.ledger.folder)
    found = other.left_behind()
    assert [frames for _, frames in found] == left
    kept = [other.take_up(block, [[one] for one in hear(frames)]) for block, frames in found]
    assert kept == [Kept(2, 1, 2, 0, 0), Kept(1, 0, 1, 0, 0)]
    assert other.left_behind() == []
    assert ask(other, FINE.format(DAY)) == [("a34004", NOON + ord(c), ord(c)) for c in "1234"]
    numbers = ask(other, f"SELECT frame FROM frame_{DAY} ORDER BY frame")
    assert [raw for _, raw in raw_frames(other, [n for (n,) in numbers]).values()] == [
        b"1", b"2", b"3",
    ]  # fmt: skip
    # Who lost the answer sends again: nothing is there twice.
    assert other.keep(hear(left[0])) == Kept(0, 3, 0, 0, 0)
    other.close()


@BOTH
def test_a_group_whose_tables_failed_can_be_kept_again(store: FineStore) -> None:
    with store.ledger.write() as sql:
        sql.execute("ALTER TABLE latest RENAME TO hidden")
    with pytest.raises(Exception, match="latest"):
        store.keep([said(b"1", value(5))])
    assert ask(store, "SELECT COUNT(*) FROM source") == [(0,)]
    with store.ledger.write() as sql:
        sql.execute("ALTER TABLE hidden RENAME TO latest")
    assert store.keep([said(b"1", value(5))]) == Kept(1, 0, 1, 0, 0)
    (block,) = ask(store, "SELECT day, start, size FROM block")
    # The file holds the frame of the failure as well, before the place that the tables know.
    assert [b for b, _ in store.files.behind(DAY, 0)][1:] == [Block(*block)]
    assert store.left_behind() == []


@SQLITE_ONLY
def test_a_damaged_file_of_tables_is_said(tmp_path: Path) -> None:
    (tmp_path / "gate.sqlite").write_bytes(struct.pack("<64Q", *range(64)) * 20)
    with pytest.raises(LakeBroken, match="damaged"):
        FineStore.open(tmp_path).close()


# ---- Any sequence of groups is a plain dictionary ------------------------------------------

VALUES = st.builds(
    Value,
    factor=st.sampled_from("ab"),
    kind=st.sampled_from(["", "Cou"]),
    span_s=st.sampled_from([0, 3600]),
    t=st.sampled_from([NOON - DAY_S, NOON, NOON + 1, NOON + 43_200, NOON + 43_201]),
    value=st.none() | st.integers(-3, 3),
    low=st.none() | st.just(1),
    high=st.none(),
    flag=st.sampled_from(["", "N"]),
)
FRAMES = st.builds(
    lambda mn, raw, values: said(raw, *values, mn=mn),
    st.sampled_from(["A", "B"]),
    st.sampled_from([b"1", b"2", b"3", b"4"]),
    st.lists(VALUES, max_size=4, unique_by=lambda v: (v.factor, v.kind, v.span_s, v.t)),
)
#: Microseconds between groups: midnight, when the tables' day changes, is 12 hours after noon.
PAUSES = st.sampled_from([0, 1, 21_600_000_000])


@SQLITE_ONLY
@given(
    groups=st.lists(st.tuples(PAUSES, st.lists(FRAMES, max_size=5)), max_size=5),
    every=st.sampled_from([1, 9]),
)
def test_any_sequence_of_groups_is_a_dictionary(
    tmp_path_factory: pytest.TempPathFactory, groups: list[tuple[int, list[Said]]], every: int
) -> None:
    folder = tmp_path_factory.mktemp("store")
    store = FineStore.open(folder)
    fine: dict[tuple, tuple] = {}
    latest: dict[tuple, tuple] = {}
    kept: set[tuple[str, bytes]] = set()
    replaced, at_us = 0, AT
    for number, (pause_us, frames) in enumerate(groups, 1):
        at_us += pause_us
        group = [frame._replace(received_us=at_us) for frame in frames]
        found = store.keep(group)
        counts = [0, 0, 0, 0, 0]
        for frame in group:
            if (frame.mn, frame.raw) in kept:
                counts[1] += 1
                continue
            kept.add((frame.mn, frame.raw))
            counts[0] += 1
            for v in frame.values:
                series = (frame.mn, v.factor, v.kind, v.span_s)
                old, content = fine.get((*series, v.t)), (v.value, v.low, v.high, v.flag)
                counts[2 if old is None else 3 if old == content else 4] += 1
                fine[(*series, v.t)] = content
                if series not in latest or latest[series][0] <= v.t:
                    latest[series] = (v.t, *content)
        assert found == Kept(*counts)
        replaced += counts[4]
        if number % every == 0:  # a store that is opened anew goes on as if it had not been
            store.close()
            store = FineStore.open(folder)
    names = {row[0]: row[1:] for row in ask(store, _SERIES)}
    held = {
        (*names[row[0]], row[1]): row[2:]
        for day in store.ledger.days("fine")
        for row in ask(store, f"SELECT series, t, value, low, high, flag FROM fine_{day}")
    }
    assert held == fine
    newest = ask(store, "SELECT series, t, value, low, high, flag FROM latest")
    assert {names[row[0]]: row[1:] for row in newest} == latest
    assert ask(store, "SELECT COUNT(*) FROM change") == [(replaced,)]
    waiting = ask(store, "SELECT mn, h FROM unfolded u JOIN source s ON s.id = u.source")
    assert sorted(waiting) == sorted({(k[0], -(-k[4] // 3600)) for k in fine})
    store.close()


_SERIES = (
    "SELECT n.id, s.mn, n.factor, n.kind, n.span_s FROM series n JOIN source s ON s.id = n.source"
)
