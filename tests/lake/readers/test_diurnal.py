"""A clock that is 8 hours off is said, on made-up days; real days are in test_real.py."""

import numpy as np
import pytest

from lantian.lake.readers.diurnal import clock_note
from lantian.lake.rows import HOUR, Rows
from lantian.terms.hour import first_hour
from lantian.terms.mark import MISSING


def ozone(*, days: int, stations: int, shift_h: int = 0, swing: float = 1.0) -> Rows:
    """Ozone that peaks at 15:00 local, its stamps `shift_h` late."""
    hours = np.arange(days * 24)
    day = 60_000 + swing * 40_000 * np.cos(2 * np.pi * (hours + 1 - 15) / 24)
    h = first_hour(18_000) + hours + shift_h
    values = np.full((6, hours.size * stations), MISSING, np.int32)
    values[5] = np.tile(day.astype(np.int32), stations)
    return Rows(
        HOUR,
        tuple(f"{1001 + s}A" for s in range(stations)),
        np.repeat(np.arange(stations, dtype=np.int32), hours.size),
        np.tile(h.astype(np.int32), stations),
        values,
        np.zeros(values.shape, bool),
    )


@pytest.mark.parametrize(
    ("shift_h", "offset_h", "says"),
    [
        (-8, 8, ("early", "--clock-offset 0 ")),
        (8, 8, ("late", "--clock-offset 16 ")),
        (8, 0, ("late", "--clock-offset 8 ")),
    ],
)
def test_a_shifted_clock_is_said_with_what_to_do(
    shift_h: int, offset_h: int, says: tuple[str, str]
) -> None:
    note = clock_note(ozone(days=5, stations=20, shift_h=shift_h), offset_h)
    assert note is not None
    assert says[0] in note
    assert says[1].strip() in note


@pytest.mark.parametrize("shift_h", range(-3, 5))
def test_an_hour_or_a_longitude_is_no_alarm(shift_h: int) -> None:
    assert clock_note(ozone(days=30, stations=1, shift_h=shift_h), 8) is None


@pytest.mark.parametrize(("days", "stations"), [(5, 20), (20, 1)])
def test_it_speaks_where_there_are_enough_data(days: int, stations: int) -> None:
    assert clock_note(ozone(days=days, stations=stations, shift_h=-8), 8) is not None


@pytest.mark.parametrize(("days", "stations"), [(4, 100), (5, 19), (19, 1)])
def test_it_is_silent_where_there_are_too_few_data(days: int, stations: int) -> None:
    assert clock_note(ozone(days=days, stations=stations, shift_h=-8), 8) is None


def test_a_flat_day_and_withdrawn_or_absent_ozone_tell_nothing() -> None:
    assert clock_note(ozone(days=30, stations=1, shift_h=-8, swing=0.1), 8) is None
    rows = ozone(days=30, stations=1, shift_h=-8)
    rows.withdrawn[5] = True
    assert clock_note(rows, 8) is None
    rows.values[5] = MISSING
    assert clock_note(rows, 8) is None
