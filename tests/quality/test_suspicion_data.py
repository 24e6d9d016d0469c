"""The checks on real hours: few findings as they are, planted ones found."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from lantian.quality.criteria import criteria
from lantian.quality.finding import Check
from lantian.quality.marking import marks_of
from lantian.quality.suspicion import findings_of
from lantian.quality.window import Window
from lantian.rules.ruleset import rule_set
from lantian.terms.hour import day_number, first_hour
from lantian.terms.mark import MISSING

COLUMNS = ("SO2", "NO2", "PM10", "PM2.5", "CO", "O3")
FIRST, JUDGED, LAST = date(2019, 4, 1), date(2019, 5, 1), date(2019, 6, 1)
PM25 = 3


@pytest.fixture(scope="module")
def window(shared: Path) -> Window:
    file = shared / "data/china_sites_2019/hourly_alltypes_focus_2019-01_2019-10.parquet"
    table = pq.read_table(file, columns=["time", "site", *COLUMNS])
    start, cut, end = (first_hour(day_number(day)) for day in (FIRST, JUDGED, LAST))
    hour = table["time"].to_numpy().astype("datetime64[h]").astype(np.int64) - 8
    inside = (hour >= start) & (hour < end)
    codes, row = np.unique(
        pc.cast(table["site"], "string").to_numpy(zero_copy_only=False).astype(str),
        return_inverse=True,
    )
    values = np.full((6, len(codes), end - start), MISSING, np.int32)
    for p, name in enumerate(COLUMNS):
        numbers = table[name].to_numpy(zero_copy_only=False).astype(float)
        held = inside & np.isfinite(numbers)
        values[p, row[held], hour[held] - start] = np.rint(numbers[held] * 1000)
    cut -= start
    return Window(tuple(codes), start + cut, values[:, :, :cut], values[:, :, cut:])


@pytest.mark.slow
def test_a_real_month_has_few_findings_and_keeps_its_values(window: Window) -> None:
    c, rules = criteria(JUDGED), rule_set("HJ633-2012")
    before = window.judged.copy()
    findings = findings_of(window, c, rules)
    assert len(window.stations) == 50
    for check in Check:
        assert len({f.station for f in findings if f.check is check}) <= 2
    marks = marks_of(window, c)
    assert {m.kind.value for m in marks} >= {"missing", "spike"}
    assert (window.judged == before).all()


@pytest.mark.slow
def test_smoothed_hours_are_found_at_most_stations(window: Window) -> None:
    judged = window.judged.copy()
    mine = [row for row in range(0, 50, 5) if (judged[PM25, row] != MISSING).mean() > 0.9]
    for row in mine:
        value = np.where(judged[PM25, row] == MISSING, 40_000, judged[PM25, row])
        mean = np.convolve(value, np.ones(5) / 5, "same")
        gone = judged[PM25, row] == MISSING
        judged[PM25, row] = np.where(gone, MISSING, np.rint(mean / 1000) * 1000)
    findings = findings_of(replace(window, judged=judged), criteria(JUDGED), rule_set("HJ633-2012"))
    found = {f.station for f in findings if f.check is Check.SMOOTH}
    planted = {window.stations[row] for row in mine}
    assert len(planted) >= 6
    assert len(found & planted) >= 0.8 * len(planted)
    assert len(found - planted) <= 2
