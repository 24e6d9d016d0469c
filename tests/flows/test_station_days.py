"""Engine of the day stage: where periods are cut, and one year under two rules side by side."""

from collections import Counter
from datetime import date, datetime

import numpy as np
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from flows.county import add, made_hours, made_lake
from lantian.errors import NoData, NoRuleInForce
from lantian.evaluate.aqi import symbols
from lantian.evaluate.iaqi import NO_INDEX
from lantian.flows.station_days import (
    StationDays,
    crossings,
    data_period,
    require_data,
    segments,
    station_days,
)
from lantian.lake.store import Lake
from lantian.rules.ruleset import rule_set
from lantian.terms.mark import MISSING
from lantian.terms.period import Period, parse_period

YEAR = parse_period("2015")


@pytest.mark.parametrize(
    ("period", "cut"),
    [
        ("2019", ["2019"]),
        ("2018-08..2018-09", ["2018-08", "2018-09"]),
        ("2026-03", ["2026-03"]),
        ("2026-02-28..2026-03-01", ["2026-02-28", "2026-03-01"]),
    ],
)
def test_a_period_is_cut_where_the_rules_change(period, cut):
    found = segments(parse_period(period))
    assert [part.label for part, _ in found] == cut
    for part, rules in found:
        assert rules.name == ("HJ633-2026" if part.first >= date(2026, 3, 1) else "HJ633-2012")


def test_the_parts_make_the_whole_without_gap_or_overlap():
    whole = parse_period("2013-01..2031-12")
    parts = [part for part, _ in segments(whole)]
    assert sum(part.days for part in parts) == whole.days
    assert (parts[0].first, parts[-1].last) == (whole.first, whole.last)
    assert [r.name for _, r in segments(whole)][-1] == "HJ633-2026-final"


def test_a_forced_rule_is_not_cut():
    ((part, rules),) = segments(parse_period("2026-02..2026-03"), "HJ633-2012")
    assert (part.label, rules.name) == ("2026-02-01..2026-03-31", "HJ633-2012")


def test_days_before_any_rule_are_refused():
    with pytest.raises(NoRuleInForce):
        segments(parse_period("2012-06"))


def test_what_a_period_crosses_is_said_once_a_change():
    assert crossings(parse_period("2019")) == []
    assert len(crossings(parse_period("2018-08..2026-04"))) == 2
    assert len(crossings(parse_period("2018-08..2026-04"), "HJ633-2026")) == 2


def test_the_lake_says_which_days_it_holds(tmp_path):
    first, last = date(2019, 6, 3), date(2019, 6, 5)
    with Lake.open(made_lake(tmp_path / "lake", made_hours(first, last))) as lake:
        assert data_period(lake) == Period(first, last)
        assert require_data(lake, parse_period("2019")) == Period(first, last)
        with pytest.raises(NoData, match="2019-06-03 to 2019-06-05"):
            require_data(lake, parse_period("2019-07"))


@pytest.fixture(scope="module")
def beijing(shared, tmp_path_factory):
    """A lake of the twelve Beijing stations in 2015."""
    table = pq.read_table(shared / "data/beijing_prsa/hourly.parquet")
    time = next(n for n in table.column_names if str(table.schema.field(n).type).startswith("time"))
    first, last = datetime.fromisoformat("2015-01-01T01"), datetime.fromisoformat("2016-01-01T00")
    held = pc.and_(pc.greater_equal(table[time], first), pc.less_equal(table[time], last))
    folder = tmp_path_factory.mktemp("beijing")
    pq.write_table(table.filter(held), folder / "2015.parquet")
    Lake.init(folder / "lake")
    with Lake.open(folder / "lake") as lake:
        add(lake, folder / "2015.parquet")
        yield lake


def reason(old: StationDays, new: StationDays, s: int, d: int) -> str:
    """Why a station day has another level under the new rule, from its values alone."""
    values = old.reported[:, s, d] // 1000
    names = symbols(int(new.index.primary[s, d]))
    if new.index.aqi[s, d] == NO_INDEX:
        lacking = [i for i in range(6) if old.reported[i, s, d] == MISSING]
        assert lacking
        return "NA: a pollutant is missing"
    if 60 < values[3] <= 75 and new.index.iaqi[3, s, d] == new.index.aqi[s, d]:
        return "PM2.5 of 61 to 75"
    if 120 < values[2] <= 150 and new.index.iaqi[2, s, d] == new.index.aqi[s, d]:
        return "PM10 of 121 to 150"
    if old.index.iaqi[6, s, d] == old.index.aqi[s, d] > new.index.aqi[s, d]:
        return "1-hour ozone no longer counts"
    return f"unexplained: {values.tolist()} {names}"


def test_a_year_of_beijing_under_both_rules(beijing):
    stations = beijing.stations()
    old, new = (
        station_days(beijing, stations, YEAR, rule_set(name))
        for name in ("HJ633-2012", "HJ633-2026")
    )
    assert (old.reported == new.reported).all()
    assert (old.hours == new.hours).all()
    differ = np.argwhere(old.index.level != new.index.level)
    reasons = Counter(reason(old, new, s, d) for s, d in differ)
    moves = Counter(
        f"{old.index.level[s, d]} to {new.index.level[s, d] or 'NA'}" for s, d in differ
    )
    good = [int(((d.index.level > 0) & (d.index.level <= 2)).sum()) for d in (old, new)]
    rated = [int((d.index.level > 0).sum()) for d in (old, new)]
    print(
        f"{len(stations)} stations, {old.index.level.size} station days; rated {rated}, "
        f"good {good}; {len(differ)} change level: {dict(reasons)}; {dict(moves)}"
    )
    assert set(reasons) <= {
        "PM2.5 of 61 to 75",
        "PM10 of 121 to 150",
        "1-hour ozone no longer counts",
        "NA: a pollutant is missing",
    }
    # The particles' limits only got stricter: no day gets better through them.
    assert {move for move in moves if move[0] < move[-1] != "A"} == {"2 to 3"}
    assert reasons["PM2.5 of 61 to 75"] > 100
    assert good[1] < good[0]
