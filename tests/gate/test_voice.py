"""What simulated monitors of the fictional county say: its own air, minute by minute."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.gate.voice import CountyAir
from lantian.terms.hour import hour_number
from lantian.terms.mark import MISSING
from lantian.twin.simulation import simulate

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SINCE = datetime(2026, 11, 1)


@pytest.fixture(scope="module")
def air() -> CountyAir:
    return CountyAir(60)


@given(number=st.integers(0, 59), hours=st.integers(0, 500))
def test_the_minutes_of_an_hour_average_to_what_the_station_reports(
    air: CountyAir, number: int, hours: int
) -> None:
    start = SINCE + hours * HOUR
    whole = dict(air.values(number, start, HOUR))
    minutes = [dict(air.values(number, start + m * MINUTE, MINUTE)) for m in range(60)]
    for factor, value in whole.items():
        assert sum(m[factor] for m in minutes) / 60 == pytest.approx(value, abs=1e-3)
    h = hour_number(start + HOUR)
    code = air.county.stations[number].code
    reported = simulate(air.county, h, h + 1, stations=[code]).values[3, 0, 0]
    assert whole.get("a34004", MISSING / 1000) == pytest.approx(reported / 1000)


def test_one_monitor_is_silent_for_half_of_each_hour_and_the_others_never(air: CountyAir) -> None:
    silent = {
        (air.mn(n), minute)
        for n in range(60)
        for minute in range(60)
        if not air.speaks(n, SINCE + minute * MINUTE)
    }
    assert silent == {("QL990101M03", minute) for minute in range(10, 40)}


def test_identities_are_of_one_monitor_each(air: CountyAir) -> None:
    assert len({air.mn(n) for n in range(60)}) == 60
