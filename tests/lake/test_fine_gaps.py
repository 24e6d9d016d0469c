"""Intervals that are missing: minutes, hours, and days that end at the monitor's own midnight."""

from collections.abc import Iterator

import pytest

from lantian.lake.fine import FineStore
from lantian.lake.fine_gaps import Gap, gaps
from lantian.lake.said import Said, Value
from lantian.lake.store import Lake
from postgres import BOTH

DAY_S = 86_400
#: A midnight of UTC.
T0 = 20_600 * DAY_S


@pytest.fixture
def store(lake: Lake) -> Iterator[FineStore]:
    opened = FineStore.open(lake.folder)
    yield opened
    opened.close()


def keep(store: FineStore, span_s: int, *ends: int, mn: str = "A1", first: int = T0) -> None:
    values = tuple(Value("a34004", "", span_s, t, 5, None, None, "N") for t in ends)
    raw = repr((mn, span_s, ends)).encode()
    store.keep([Said(mn, raw, first * 1_000_000, "10.0.0.9", values=values)])


@BOTH
def test_missing_intervals_stand_together_from_when_a_monitor_was_first_heard(
    store: FineStore,
) -> None:
    keep(store, 60, T0 + 60, T0 + 120, T0 + 300)
    keep(store, 3600, T0 + 3600, mn="B2", first=T0 - 2 * DAY_S)
    assert gaps(store.ledger, 60, since_t=T0 - DAY_S, until_t=T0 + 360) == [
        Gap("A1", 60, T0, T0), Gap("A1", 60, T0 + 180, T0 + 240), Gap("A1", 60, T0 + 360, T0 + 360),
    ]  # fmt: skip
    (before, after) = gaps(store.ledger, 3600, since_t=T0 - 7200, until_t=T0 + 7200)
    assert (before.mn, before.first_t, before.last_t, before.intervals) == ("B2", T0 - 7200, T0, 3)
    assert after == Gap("B2", 3600, T0 + 7200, T0 + 7200)


@pytest.mark.parametrize("offset_h", [8, 6, -5])
def test_a_day_ends_at_the_midnight_of_its_station(store: FineStore, offset_h: int) -> None:
    midnight = T0 - offset_h * 3600
    keep(store, DAY_S, midnight + DAY_S, midnight + 3 * DAY_S, first=midnight + 60)
    found = gaps(
        store.ledger,
        DAY_S,
        since_t=midnight - 30 * DAY_S,
        until_t=midnight + 5 * DAY_S - 1,
        offset_h=lambda _: offset_h,
    )
    assert found == [
        Gap("A1", DAY_S, midnight + 2 * DAY_S, midnight + 2 * DAY_S),
        Gap("A1", DAY_S, midnight + 4 * DAY_S, midnight + 4 * DAY_S),
    ]
