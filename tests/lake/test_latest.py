"""The newest hours: from hot rows, from parts, and up to an hour that is said."""

import pytest

from lantian.errors import NoData
from lantian.lake.latest import latest_hours
from lantian.terms.mark import MISSING
from postgres import BOTH

pytestmark = BOTH

H = 433_145


def hour(n: int) -> tuple[int, ...]:
    return (n * 1000,) * 6


def test_the_last_hour_of_any_station_ends_the_block(lake, put):
    put({("A", H + n): hour(n) for n in range(30)} | {("B", H + 40): hour(40)})
    last, block = latest_hours(lake, ["B", "A", "Z"], back=12)
    assert (last, block.shape) == (H + 40, (6, 3, 12))
    assert block[0, 0].tolist() == [MISSING] * 11 + [40_000]
    assert block[5, 1].tolist() == [29_000] + [MISSING] * 11
    assert (block[:, 2] == MISSING).all()


def test_hours_in_parts_count_as_hot_ones_do(lake, put):
    put({("A", H + n): hour(n) for n in range(40)})
    hot = latest_hours(lake, ["A"])
    lake.compact()
    cold = latest_hours(lake, ["A"])
    assert hot[0] == cold[0] == H + 39
    assert (hot[1] == cold[1]).all()
    put({("A", H + 38): hour(7)})
    _, block = latest_hours(lake, ["A"], back=3)
    assert block[0, 0].tolist() == [37_000, 7_000, 39_000]


def test_a_clock_that_runs_ahead_does_not_decide(lake, put):
    put({("A", H + n): hour(n) for n in range(40)} | {("B", H + 9000): hour(1)})
    last, block = latest_hours(lake, ["A", "B"], back=2, until=H + 39)
    assert last == H + 39
    assert block[0].tolist() == [[38_000, 39_000], [MISSING, MISSING]]
    assert latest_hours(lake, ["A"], until=H + 50)[0] == H + 50


def test_a_lake_without_hours_says_so(lake, put):
    with pytest.raises(NoData, match="no recent hours"):
        latest_hours(lake, ["A"])
    put({("A", H): hour(1)})
    with pytest.raises(NoData):
        latest_hours(lake, ["A"], until=H - 1)
