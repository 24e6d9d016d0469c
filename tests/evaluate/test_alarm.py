"""Laws of alarms: no flapping, nothing lost at a restart, late values lose no exceedance."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.evaluate.alarm import OPEN, Criterion, Exceedance, Watch, exceedances, reconcile
from lantian.terms.mark import MISSING

RAISE, CLEAR = 75_000, 60_000
#: Below the clear level, within the band, at or above the threshold, none at all.
VALUES = st.lists(st.sampled_from([10_000, 59_999, 60_000, 74_999, 75_000, 90_000, MISSING]))
STEPS = st.integers(1, 4)


def found(values: list[int], steps: int, active: list[bool] | None = None) -> list[Exceedance]:
    counts = np.ones(len(values), np.bool_) if active is None else np.array(active, np.bool_)
    held = np.array(values, np.int32)
    return exceedances(Criterion(RAISE, CLEAR, steps), 0, held, counts)[0]


@given(VALUES, STEPS)
def test_nothing_is_raised_or_ended_by_a_value_within_the_band(values, steps) -> None:
    for one in found(values, steps):
        assert values[one.raised] >= RAISE
        assert one.cleared == OPEN or values[one.cleared] < CLEAR


@given(VALUES, STEPS)
def test_an_alarm_is_raised_by_so_many_values_in_a_row_and_by_the_first_such_row(
    values, steps
) -> None:
    end = -1
    for one in found(values, steps):
        assert one.raised - one.since == steps - 1
        assert min(values[one.since : one.raised + 1]) >= RAISE
        # None before it, since the last one ended.
        row = [v >= RAISE for v in values[end + 1 : one.raised]]
        assert "1" * steps not in "".join("1" if v else "0" for v in row)
        end = one.cleared
    if end != OPEN:
        row = "".join("1" if v >= RAISE else "0" for v in values[end + 1 :])
        assert "1" * steps not in row


@given(VALUES, STEPS)
def test_between_raising_and_ending_no_value_lies_below_the_clear_level(values, steps) -> None:
    for one in found(values, steps):
        inside = [v for v in values[one.since : min(one.cleared, len(values))] if v != MISSING]
        assert min(inside) >= CLEAR
        assert one.highest == max(inside) == values[one.highest_at]


@given(VALUES, STEPS, st.integers(0, 20))
def test_a_restart_anywhere_changes_nothing(values, steps, cut) -> None:
    cut = min(cut, len(values))
    criterion = Criterion(RAISE, CLEAR, steps)
    on = np.ones(len(values), np.bool_)
    held = np.array(values, np.int32)
    whole, last = exceedances(criterion, 0, held, on)
    before, watch = exceedances(criterion, 0, held[:cut], on[:cut])
    after, resumed = exceedances(criterion, cut, held[cut:], on[cut:], watch)
    over = [one for one in before if one.cleared != OPEN]
    assert over + after == whole
    assert resumed == last


@given(VALUES, STEPS, st.data())
def test_outside_of_the_schedule_nothing_is_raised(values, steps, data) -> None:
    active = data.draw(st.lists(st.booleans(), min_size=len(values), max_size=len(values)))
    for one in found(values, steps, active):
        assert all(active[one.since : one.raised + 1])


@given(VALUES.filter(bool), STEPS, st.data())
def test_in_whatever_order_values_arrive_each_exceedance_has_one_alarm(values, steps, data) -> None:
    """Hours come one by one, late ones among them; after each the alarms are reconciled."""
    order = data.draw(st.permutations(range(len(values))))
    known: dict[int, Exceedance] = {}
    gone: set[int] = set()
    arrived = [MISSING] * len(values)
    for place in order:
        arrived[place] = values[place]
        live = [(n, e.since, e.cleared) for n, e in known.items() if n not in gone]
        matched = reconcile(live, found(arrived, steps))
        known.update(dict(matched.same))
        known.update({len(known) + n: one for n, one in enumerate(matched.new)})
        gone.update(matched.gone)
        # Looking again at the same values does nothing.
        live = [(n, e.since, e.cleared) for n, e in known.items() if n not in gone]
        again = reconcile(live, found(arrived, steps))
        assert (again.new, again.gone) == ((), ())
    final = sorted((e for n, e in known.items() if n not in gone), key=lambda e: e.since)
    assert final == found(values, steps)


def test_silence_ends_no_alarm() -> None:
    (one,) = found([80_000, 80_000, MISSING, MISSING, 70_000], 2)
    assert one.cleared == OPEN


def test_a_gap_filled_late_with_a_low_value_splits_an_alarm() -> None:
    (first,) = found([80_000, 80_000, MISSING, 80_000, 80_000], 2)
    ended, second = found([80_000, 80_000, 50_000, 80_000, 80_000], 2)
    matched = reconcile([(7, first.since, first.cleared)], [ended, second])
    assert matched.same == ((7, ended),)
    assert matched.new == (second,)
    assert matched.gone == ()


def test_a_criterion_must_not_end_an_alarm_as_it_raises_it() -> None:
    with pytest.raises(ValueError, match="clear_below"):
        Criterion(60_000, 75_000, 1)


def test_a_watch_begins_closed() -> None:
    assert Watch().open is None
