"""Flow `why`: corrections since a sequence, withdrawn hours, another clock, limits of the table."""

from datetime import date, datetime
from fractions import Fraction

import pytest

from flows.county import add, made_hours, made_lake
from lantian.flows.level_days import lake_days
from lantian.flows.why import Answer, why_place_period, why_station_day
from lantian.lake.enrol import enrol
from lantian.lake.store import Lake
from lantian.report.derivation import as_text
from lantian.terms.mark import MISSING
from lantian.terms.period import parse_period
from oracle import reference as ref

FIRST, LAST = date(2019, 6, 1), date(2019, 6, 30)


@pytest.fixture(scope="module")
def hours():
    return made_hours(FIRST, LAST, gaps=0.02)


def told(folder, station: str = "1A", day: date = FIRST, **options) -> Answer:
    with Lake.open(folder) as lake:
        return why_station_day(lake, station, day, **options)


def corrections(answer: Answer) -> list[tuple[str, str]]:
    return [
        (step.label, step.text)
        for section in answer.sections
        if section.title.startswith("更正")
        for step in section.steps
    ]


def test_a_correction_is_said_with_old_and_new_value_and_its_file(hours, tmp_path):
    first = {key: dict(values) for key, values in hours.items()}
    first["1A", _at(5)]["pm10"], first["1A", _at(6)]["so2"] = 91, 17
    first["1A", _at(9)]["no2"] = None
    folder = made_lake(tmp_path / "lake", first)
    before = told(folder)
    assert corrections(before) == []
    file = tmp_path / "review.csv"
    file.write_text(
        "time,site,PM10,SO2,NO2\n2019-06-01 05:00,1A,333,,\n2019-06-01 06:00,1A,,4(H),\n"
        "2019-06-01 09:00,1A,,,44\n",
        "utf-8",
    )
    with Lake.open(folder) as lake:
        sequence = lake.sequence
        add(lake, file)
    now = told(folder)
    expected = [
        ("1A 2019-06-01 05:00 pm10", "91 → 333"),
        ("1A 2019-06-01 06:00 so2", "17 → 4（已撤销 / withdrawn）"),
    ]
    assert corrections(now) == expected
    assert "06 已撤销 / withdrawn" in now.sections[0].steps[0].text
    assert "review.csv" in as_text(now.printed())
    then = told(folder, as_of=sequence)
    assert (then.result, then.basis) == (before.result, before.basis)
    assert then.sections[: len(before.sections)] == before.sections
    assert corrections(then) == [*expected, ("其后补入 / added since", "1 个值 / values")]
    with Lake.open(folder) as lake:
        month = why_place_period(lake, "甲市", parse_period("2019-06"), as_of=sequence)
    assert corrections(month) == corrections(then)


def _at(hour: int) -> datetime:
    return datetime.fromisoformat(f"2019-06-01T{hour:02}:00")


def test_hours_of_another_clock_are_said_in_local_time(hours, tmp_path):
    folder = made_lake(tmp_path / "lake", hours)
    register = tmp_path / "stations.csv"
    register.write_text("station,name,lon,lat,offset_h\n4A,乌鲁木齐,87.6,43.8,6\n", "utf-8")
    file = tmp_path / "late.csv"
    file.write_text("time,site,PM10\n2019-06-02 05:00,4A,333\n", "utf-8")
    with Lake.open(folder) as lake:
        enrol(lake, "stations", register)
        add(lake, file)
    answer = told(folder, "4A", date(2019, 6, 2))
    assert [label for label, _ in corrections(answer)] == ["4A 2019-06-02 03:00 pm10"]
    used = answer.sections[2].steps[0].facts["used_thousandths"]
    assert used[3] == 333_000


def test_values_above_the_table_say_so(hours, tmp_path):
    high = {key: dict(values) for key, values in hours.items()}
    for h in range(1, 24):
        high["1A", _at(h)] |= {"o3": 900, "pm25": 700}
    folder = made_lake(tmp_path / "lake", high)
    sections = {s.title: s.steps for s in told(folder).sections}
    assert sections["PM2.5 (pm25)"][-1].text == "> 500 → 500"
    assert sections["O3 (o3_mda8)"][-1].text == "> 800 → 无 / none"
    assert sections["O3 (o3_max1h)"][-1].facts["iaqi"] == 350
    new = {s.title: s.steps for s in told(folder, rules="HJ633-2026").sections}
    assert new["O3 (o3_mda8)"][-1].text == "> 800 → 300"
    assert "不参与日报 AQI" in new["O3 (o3_max1h)"][-1].text


def test_a_day_without_enough_hours_says_what_is_lacking(hours, tmp_path):
    few = {key: dict(values) for key, values in hours.items()}
    for h in range(1, 12):
        few["1A", _at(h)] = dict.fromkeys(few["1A", _at(h)])
    folder = made_lake(tmp_path / "lake", few)
    answer = told(folder, rules="HJ633-2026")
    assert answer.result == ("AQI NA", "AQI NA")
    for section in answer.sections[:6]:
        assert section.steps[-1].label == "有效性 / validity"
        assert "无效 / not valid" in section.steps[-1].text
    assert "NA" in answer.sections[7].steps[0].text


def test_a_station_by_itself_is_derived_among_the_stations(hours, tmp_path):
    folder = made_lake(tmp_path / "lake", hours)
    with Lake.open(folder) as lake:
        answer = why_place_period(lake, "4A", parse_period("2019-06"))
        city = why_place_period(lake, "乙市", parse_period("2019-06"))
    assert answer.title == "4A 2019-06"
    assert (
        next(s for s in answer.sections if s.title.startswith("排名")).steps[0].text.endswith("/ 5")
    )
    assert (
        next(s for s in city.sections if s.title.startswith("排名")).steps[0].text.endswith("/ 2")
    )


def test_a_year_is_judged_against_the_limits(beijing):
    answer = why_place_period(beijing, "朝阳区", parse_period("2015"))
    section = next(s for s in answer.sections if s.title.startswith("达标评价"))
    facts = [step.facts for step in section.steps]
    assert {"attains": False} in facts
    days = lake_days(beijing, "district", parse_period("2015"), answer.rules)
    row, fine = days.names.index("朝阳区"), 3
    values = days.values[fine, row]
    valid = [int(v) for v in values if v != MISSING]
    limit = answer.rules.limits.clause.class2("PM2.5", "day")
    share = ref.round_half_even(Fraction(1000 * sum(v <= limit for v in valid), len(valid)), 0)
    assert {"pollutant": "pm25", "day_share_tenths": int(share)} in facts
    mean = ref.round_half_even(Fraction(sum(valid), 1000 * len(valid)), 0)
    annual = Fraction(answer.rules.limits.clause.class2("PM2.5", "year"), 1000)
    over = ref.round_half_even((mean - annual) / annual, 2) * 100
    assert {"pollutant": "pm25", "over_mean_hundredths": int(over)} in facts
