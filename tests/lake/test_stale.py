"""Marks of days that wait: what sets them, what they join to, what takes them away."""

import pytest

from lantian.lake import intake
from lantian.lake.enrol import enrol_rows
from lantian.lake.part import month_hours
from lantian.lake.stale import (
    Mark,
    bits,
    clear,
    lake_months,
    mark_all,
    marks,
    stale_months,
)
from lantian.terms.mark import Source
from postgres import BOTH

pytestmark = BOTH

MAY, JUNE = 592, 593
H0, _ = month_hours(JUNE)
HOUR = (1000, 2000, 3000, 4000, 500, 60_000)


def at(day: int, hour: int = 1) -> int:
    """Hour number that ends at `hour` on a day of June in Beijing."""
    return H0 + (day - 1) * 24 + hour - 1


def days(*numbers: int) -> int:
    return sum(1 << (n - 1) for n in numbers)


def held(lake):
    return marks(lake.ledger, 0, 1000)


def test_a_batch_marks_the_days_of_its_hours_by_station_and_month(lake, put):
    put({("A", at(3)): HOUR, ("A", at(3, 24)): HOUR, ("B", at(1)): HOUR, ("B", at(1) - 1): HOUR})
    assert held(lake) == [
        Mark(MAY, "B", days(31), 1, 1),
        Mark(JUNE, "A", days(3), 1, 1),
        Mark(JUNE, "B", days(1), 1, 1),
    ]
    assert stale_months(lake.ledger) == [(JUNE, 2), (MAY, 1)]


def test_later_marks_join_earlier_ones_and_both_ends_are_kept(lake, put):
    put({("A", at(3)): HOUR})
    put({("A", at(30)): HOUR})
    put({("A", at(3, 2)): HOUR})
    assert held(lake) == [Mark(JUNE, "A", days(3, 30), 1, 3)]


def test_a_part_marks_as_hot_rows_do(lake, put):
    hours = range(at(1), at(30, 24) + 1)
    put({(f"S{s}", h): HOUR for s in range(9) for h in hours})
    with lake.ledger.read() as sql:
        assert sql.execute("SELECT COUNT(*) FROM part").fetchone()[0] == 1
    assert held(lake) == [Mark(JUNE, f"S{s}", bits(JUNE, 0, 10**6), 1, 1) for s in range(9)]


def test_what_changes_nothing_marks_nothing(lake, put):
    put({("A", at(3)): HOUR}, Source.AUDITED_FILE)
    with lake.ledger.write() as sql:
        clear(sql, JUNE, ["A"], lake.sequence)
    put({("A", at(3)): HOUR}, Source.AUDITED_FILE)
    put({("A", at(3)): (9000,) * 6}, Source.REALTIME_FILE)
    put({("A", at(4)): (None,) * 6}, weather={("A", at(5)): HOUR})
    assert lake.sequence == 4
    assert held(lake) == []


def test_a_withdrawn_value_marks(lake, put):
    put({("A", at(3)): HOUR})
    with lake.ledger.write() as sql:
        clear(sql, JUNE, ["A"], lake.sequence)
    put({("A", at(3)): HOUR}, withdrawn=[(("A", at(3)), 2)])
    assert held(lake) == [Mark(JUNE, "A", days(3), 2, 2)]


def test_a_batch_that_fails_leaves_no_mark(lake, put, monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(intake._Intake, "_store_hot", fail)
    with pytest.raises(RuntimeError):
        put({("A", at(3)): HOUR})
    assert held(lake) == []


def test_days_are_cut_by_every_clock_that_a_station_may_have(lake, put):
    row = {"station": "A", "name": "a", "lon": 1, "lat": 1}
    enrol_rows(lake, "stations", [{**row, "offset_h": 6}, {**row, "station": "B"}])
    # 01:00 in Beijing is 23:00 of the day before at +6.
    put({("A", at(2)): HOUR, ("B", at(2)): HOUR})
    assert held(lake) == [Mark(JUNE, "A", days(1, 2), 2, 2), Mark(JUNE, "B", days(2), 2, 2)]


def test_a_new_clock_marks_every_day_of_stations_with_data_and_of_no_other(lake, put):
    put({("A", at(3)): HOUR, ("B", at(3)): HOUR})
    with lake.ledger.write() as sql:
        clear(sql, JUNE, ["A", "B"], lake.sequence)
    rows = [{"station": s, "name": s, "lon": 1, "lat": 1, "offset_h": 7} for s in ("A", "C")]
    enrol_rows(lake, "stations", [*rows, {**rows[0], "station": "B", "offset_h": 8}])
    assert held(lake) == [Mark(JUNE, "A", days(*range(1, 31)), 0, 2)]
    enrol_rows(lake, "stations", [{**rows[0], "name": "another"}])
    assert held(lake) == [Mark(JUNE, "A", days(*range(1, 31)), 0, 2)]


def test_marks_of_later_batches_and_of_other_stations_and_months_stay(lake, put):
    put({("A", at(3)): HOUR, ("A", at(1) - 24): HOUR, ("B", at(3)): HOUR})
    put({("A", at(4)): HOUR})
    with lake.ledger.write() as sql:
        clear(sql, JUNE, ["A"], 1)
    assert len(held(lake)) == 3
    with lake.ledger.write() as sql:
        clear(sql, JUNE, ["A"], 2)
    assert [(m.month, m.station) for m in held(lake)] == [(MAY, "A"), (JUNE, "B")]


def test_all_days_of_many_stations_are_marked(lake, put):
    put({("A", at(3)): HOUR})
    assert list(lake_months(lake.ledger)) == [JUNE]
    names = [f"S{n:04d}" for n in range(1000)]
    with lake.ledger.write():
        mark_all(lake.ledger, ["A", *names], [MAY, JUNE])
    found = held(lake)
    assert len(found) == 2002
    assert {m.days.bit_count() for m in found if m.month == MAY} == {31}
    assert {m.days.bit_count() for m in found if m.month == JUNE} == {30}
    assert {(m.since, m.batch) for m in found if m.station != "A"} == {(0, 1)}
