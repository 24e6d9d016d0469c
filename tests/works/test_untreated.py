"""What two meters say of a line and its treatment device, against a second-by-second count."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.works.state import Threshold, runs
from lantian.works.untreated import Line, Meter, untreated

LIMIT = Threshold(on=4.0, off=2.0, longest_s=5)
LINE = Line("WRY-1", "喷涂线", Meter("P1", "p", 60, LIMIT), Meter("P2", "p", 60, LIMIT), least_s=1)
READINGS = st.lists(
    st.tuples(st.integers(1, 60), st.sampled_from([0.0, 3.0, 5.0])),
    max_size=25,
    unique_by=lambda reading: reading[0],
).map(sorted)


def by_the_second(readings: list[tuple[int, float]]) -> dict[int, bool]:
    """State of each second, told plainly: the next reading speaks, if it is near enough."""
    states: dict[int, bool] = {}
    for number, (t, value) in enumerate(readings):
        before = readings[number - 1][0] if number else t - LIMIT.longest_s
        joined = number > 0 and t - before <= LIMIT.longest_s
        known = states[before] if joined else None
        on = value >= (LIMIT.off if known else LIMIT.on)
        for second in range(max(before, t - LIMIT.longest_s) + 1, t + 1):
            states[second] = on
    return states


@given(READINGS, READINGS)
def test_it_is_as_a_count_by_the_second_says(
    line: list[tuple[int, float]], device: list[tuple[int, float]]
) -> None:
    on, off = by_the_second(line), by_the_second(device)
    expected = {s for s, state in on.items() if state and off.get(s) is False}
    found = untreated(LINE, runs(line, LIMIT), runs(device, LIMIT))
    assert {s for f in found for s in range(f.first_t + 1, f.last_t + 1)} == expected
    assert all(f.known_s == len(on.keys() & off.keys()) for f in found)
    assert all(a.last_t < b.first_t for a, b in pairwise(found))


def test_what_is_short_or_unknown_is_no_finding() -> None:
    line = runs([(60 * n, 9.0) for n in range(1, 31)], Threshold(4, 2, 60))
    silent = runs([(60, 0.0), (1_800, 9.0)], Threshold(4, 2, 60))
    minutes = Line("WRY-1", "喷涂线", LINE.production, LINE.control, least_s=120)
    assert untreated(minutes, line, silent) == []
    off = runs([(60 * n, 0.0) for n in range(1, 31)], Threshold(4, 2, 60))
    (found,) = untreated(minutes, line, off)
    assert found.text_zh == "喷涂线在生产而治理设施停运，持续 30 分钟"


def test_thresholds_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="threshold"):
        Threshold(on=1.0, off=2.0)
