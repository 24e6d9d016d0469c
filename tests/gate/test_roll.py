"""Whom the gate knows, by identity and day."""

from datetime import date, datetime, timedelta

from lantian.gate.roll import roll_of, tolerance_of
from lantian.hj212.fault import FIELD, LENIENT, STRICT
from lantian.lake.device import Device

OLD = Device("A1", "S1", "", {}, "strict", 1, None, date(2026, 6, 30))
NEW = Device("A1", "S2", "", {}, "lenient", 1, date(2026, 7, 1), None)
OTHER = Device("B2", "S3", "", {}, "field", 1, None, None)


def test_a_monitor_is_who_serves_on_the_day() -> None:
    roll = roll_of([OLD, NEW, OTHER], {"S2": 6})
    midnight = datetime(2026, 6, 30, 16)  # in Beijing; S2 has it two hours later
    second = timedelta(seconds=1)
    assert roll.device("A1", midnight - second) is OLD
    assert roll.device("A1", midnight) is None
    assert roll.device("A1", midnight + timedelta(hours=2)) is NEW
    assert roll.device("a1", midnight - second) is None
    assert roll_of([NEW], {}).device("A1", midnight - second) is None
    assert roll_of([NEW], {}).device("A1", midnight) is NEW
    assert (roll.offset_h("S2"), roll.offset_h("S1")) == (6, 8)


def test_each_device_has_its_tolerance() -> None:
    assert [tolerance_of(d) for d in (OLD, NEW, OTHER)] == [STRICT, LENIENT, FIELD]
