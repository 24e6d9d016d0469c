"""Hours that wait to be folded: which they are, what was said of them, and their end."""

from collections.abc import Iterator

import pytest

from lantian.lake.fine import FineStore
from lantian.lake.fine_hours import Spoken, Unfolded, settle, spoken, unfolded
from lantian.lake.frames import MOST_FRAMES
from lantian.lake.said import Said, Value
from lantian.lake.store import Lake
from postgres import BOTH

DAY_S = 86_400
H = 20_600 * 24  # the hour that ends at midnight
END = H * 3600
AT = END * 1_000_000


@pytest.fixture
def store(lake: Lake) -> Iterator[FineStore]:
    opened = FineStore.open(lake.folder)
    yield opened
    opened.close()


def keep(store: FineStore, raw: bytes, *values: Value, mn: str = "A1") -> None:
    store.keep([Said(mn, raw, AT, "10.0.0.9", values=values)])


def value(number: int | None, t: int, span_s: int = 60, kind: str = "", flag: str = "N") -> Value:
    return Value("a34004", kind, span_s, t, number, None, None, flag)


@BOTH
def test_an_hour_is_what_ends_in_it_up_to_its_last_second(store: FineStore) -> None:
    inside = [value(1, END - 3599), value(2, END - 60, 0), value(None, END, 3600, flag="D")]
    outside = [value(8, END - 3600), value(9, END + 1), value(7, END, DAY_S)]
    keep(store, b"1", *inside, *outside, value(3, END, 3600, "Cou"))
    keep(store, b"2", value(5, END - 60), mn="B2")
    found = spoken(store.ledger, 1, H)
    assert [s.t for s in found] == sorted(s.t for s in found)
    assert set(found) == {
        Spoken("a34004", "", 60, END - 3599, 1, "N"),
        Spoken("a34004", "", 0, END - 60, 2, "N"),
        Spoken("a34004", "", 3600, END, None, "D"),
        Spoken("a34004", "Cou", 3600, END, 3, "N"),
    }
    assert [s.value for s in spoken(store.ledger, 1, H + 1)] == [9]
    assert [s.value for s in spoken(store.ledger, 2, H)] == [5]
    assert spoken(store.ledger, 1, H - 24) == []


@BOTH
def test_hours_that_are_over_wait_the_oldest_first(store: FineStore) -> None:
    keep(store, b"1", value(1, END + 1), value(1, END))
    keep(store, b"2", value(1, END - 3600), mn="B2")
    waiting = [
        Unfolded(2, "B2", H - 1, 2 * MOST_FRAMES),
        Unfolded(1, "A1", H, MOST_FRAMES),
        Unfolded(1, "A1", H + 1, MOST_FRAMES),
    ]
    assert unfolded(store.ledger, until_h=H + 9) == waiting
    assert unfolded(store.ledger, until_h=H) == waiting[:2]
    assert unfolded(store.ledger, until_h=H + 9, most=1) == waiting[:1]
    settle(store.ledger, waiting[:2])
    assert unfolded(store.ledger, until_h=H + 9) == waiting[2:]


@BOTH
def test_an_hour_of_which_more_was_said_meanwhile_goes_on_waiting(store: FineStore) -> None:
    keep(store, b"1", value(1, END))
    seen = unfolded(store.ledger, until_h=H)
    keep(store, b"2", value(2, END - 60))
    settle(store.ledger, seen)
    (again,) = unfolded(store.ledger, until_h=H)
    assert again == seen[0]._replace(frame=2 * MOST_FRAMES)
    settle(store.ledger, [again])
    assert unfolded(store.ledger, until_h=H) == []
    keep(store, b"3", value(3, END))  # a correction
    assert [hour.h for hour in unfolded(store.ledger, until_h=H)] == [H]


@BOTH
def test_what_is_only_sent_again_waits_for_nothing(store: FineStore) -> None:
    keep(store, b"1", value(1, END))
    settle(store.ledger, unfolded(store.ledger, until_h=H))
    keep(store, b"2", value(1, END))
    assert unfolded(store.ledger, until_h=H) == []
    keep(store, b"3", value(2, END))
    assert [hour.frame for hour in unfolded(store.ledger, until_h=H)] == [3 * MOST_FRAMES]
