"""Frames that were kept without their values are heard again once their monitor is known."""

from collections.abc import Iterator

import pytest

from lantian.errors import LakeBroken
from lantian.lake import retaking
from lantian.lake.fine import FineStore
from lantian.lake.frames import MOST_FRAMES
from lantian.lake.retaking import raw_frames, retake
from lantian.lake.said import Kept, Said, Value
from lantian.lake.store import Lake
from postgres import BOTH

DAY = 20_600
NOON = DAY * 86_400 + 43_200
AT = NOON * 1_000_000
DAY_US = 86_400_000_000


@pytest.fixture
def store(lake: Lake) -> Iterator[FineStore]:
    opened = FineStore.open(lake.folder)
    yield opened
    opened.close()


def heard(raw: bytes, at_us: int) -> Said:
    """A frame of digits: a value of that number, none for what is not even a number."""
    value = Value("a34004", "", 60, NOON, int(raw), None, None, "N") if raw.isdigit() else None
    cause = "" if value else "time"
    return Said("A1", raw, at_us, "", cause=cause, values=() if value is None else (value,))


def unknown(raw: bytes, mn: str = "A1", at_us: int = AT) -> Said:
    return Said(mn, raw, at_us, "10.0.0.9", cause="unknown")


def ask(store: FineStore, question: str) -> list[tuple]:
    with store.ledger.read() as sql:
        return [tuple(row) for row in sql.execute(question).fetchall()]


@BOTH
def test_frames_are_taken_in_their_order_and_once(store: FineStore) -> None:
    store.keep([unknown(b"10"), unknown(b"99", mn="B2"), unknown(b"soft")])
    store.keep([unknown(b"30", at_us=AT + DAY_US), unknown(b"20", at_us=AT + DAY_US)])
    assert retake(store, "A1", ["unknown"], heard) == 3
    assert ask(store, f"SELECT value FROM fine_{DAY}") == [(20,)]
    assert ask(store, f"SELECT cause, taken FROM frame_{DAY} WHERE source = 1 ORDER BY frame") == [
        ("", 1), ("time", 0),
    ]  # fmt: skip
    assert ask(store, f"SELECT cause FROM frame_{DAY} WHERE source = 2") == [("unknown",)]
    assert [h for (h,) in ask(store, "SELECT h FROM unfolded")] == [NOON // 3600]
    assert retake(store, "A1", ["unknown"], heard) == 0
    assert store.keep([unknown(b"10", at_us=AT + DAY_US)]) == Kept(0, 1, 0, 0, 0)


@BOTH
def test_who_was_never_heard_has_no_frames(store: FineStore) -> None:
    assert retake(store, "A1", ["unknown"], heard) == 0


def test_more_frames_than_one_transaction_takes(
    store: FineStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retaking, "_AT_ONCE", 3)
    store.keep([unknown(b"%d" % n) for n in range(4)])
    store.keep([unknown(b"%d" % n) for n in range(4, 8)])
    assert retake(store, "A1", ["unknown"], heard) == 8
    assert ask(store, f"SELECT value FROM fine_{DAY}") == [(7,)]
    assert ask(store, "SELECT value FROM change ORDER BY by_frame") == [(n,) for n in range(7)]


@BOTH
def test_a_value_that_came_since_is_not_replaced_by_an_older_frame(store: FineStore) -> None:
    store.keep([unknown(b"1")])
    store.keep([heard(b"2", AT + 1)])
    assert retake(store, "A1", ["unknown"], heard) == 1
    assert ask(store, f"SELECT value FROM fine_{DAY}") == [(2,)]
    assert ask(store, "SELECT value FROM latest") == [(2,)]
    assert ask(store, "SELECT value, frame, by_frame FROM change") == [
        (1, MOST_FRAMES, 2 * MOST_FRAMES)
    ]


@BOTH
def test_frames_that_were_kept_for_any_of_the_causes_are_heard_again(store: FineStore) -> None:
    causes = ["unknown", "password", "gbk", "crc"]
    store.keep([unknown(b"%d" % n)._replace(cause=cause) for n, cause in enumerate(causes)])
    assert retake(store, "A1", causes[:3], heard) == 3
    assert ask(store, f"SELECT cause FROM frame_{DAY} ORDER BY frame") == [
        ("",), ("",), ("",), ("crc",),
    ]  # fmt: skip


def test_lost_bytes_are_said(store: FineStore) -> None:
    store.keep([unknown(b"1")])
    assert raw_frames(store, [MOST_FRAMES]) == {MOST_FRAMES: (AT, b"1")}
    store.files.path(DAY).write_bytes(b"")
    with pytest.raises(LakeBroken, match="missing or damaged"):
        retake(store, "A1", ["unknown"], heard)
    assert ask(store, f"SELECT cause FROM frame_{DAY}") == [("unknown",)]
