"""Flow `evaluate`: each station day against the reference, as the data stood, whatever the cut."""

import json
from datetime import date, datetime, timedelta
from decimal import Decimal

import openpyxl
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from flows.county import STATIONS, add, day_of, made_hours, made_lake
from lantian.errors import BadRequest, NoData
from lantian.evaluate.hourly import HourlyForm
from lantian.flows.evaluate import evaluate_days, evaluate_hours
from lantian.flows.grounds import basis_of
from lantian.lake.enrol import enrol
from lantian.lake.frozen import freeze, frozen
from lantian.lake.store import Lake
from lantian.rules.ruleset import rule_set
from lantian.terms.mark import Source
from lantian.terms.period import Period, parse_period
from lantian.terms.pollutant import DAY_ITEMS, POLLUTANTS
from oracle import reference as ref

FIRST, LAST = date(2026, 2, 20), date(2026, 3, 9)
SPAN = Period(FIRST, LAST)
KEYS = ("so2_24h", "no2_24h", "pm10_24h", "pm25_24h", "co_24h", "o3_mda8", "o3_max1h")
SYMBOLS = {p.key: p.symbol for p in POLLUTANTS}


@pytest.fixture(scope="module")
def hours():
    return made_hours(FIRST, LAST)


@pytest.fixture(scope="module")
def county(hours, tmp_path_factory):
    return made_lake(tmp_path_factory.mktemp("county") / "lake", hours)


def days(folder, period=SPAN, **options) -> list[dict]:
    out = folder.with_suffix(".parquet")
    with Lake.open(folder) as lake:
        evaluate_days(lake, period, out, **options)
    return pq.read_table(out).to_pylist()


def without_basis(rows: list[dict]) -> list[dict]:
    return [{k: v for k, v in row.items() if k != "basis"} for row in rows]


def spelled(pollutants: set[str]) -> str:
    return ",".join(SYMBOLS[key] for key in SYMBOLS if key in pollutants)


def check_row(row: dict, expected: dict, edition: str) -> None:
    """One row of the table against the reference's day."""
    judged = ref.daily_aqi(expected, edition)
    for key, item in zip(KEYS, DAY_ITEMS, strict=True):
        exact = expected[key]
        value = None if exact is None else float(ref.reported(item.pollutant.key, exact))
        assert row[item.column] == value, (row, key)
        if key in judged["iaqi"]:
            assert row[f"iaqi_{item.key}"] == judged["iaqi"][key]
    assert (row["aqi"], row["level"]) == (judged["aqi"], judged["level"])
    assert row["primary"] == spelled(judged["primary"])
    assert row["exceeding"] == spelled(judged["exceeding"])
    for p in POLLUTANTS:
        assert row[f"valid_hours_{p.key}"] == expected[f"valid_hours_{p.key}"]


def test_each_day_is_judged_by_the_rule_in_force_on_it(county, hours):
    rows = days(county)
    assert len(rows) == len(STATIONS) * SPAN.days
    for row in rows:
        edition = "2026" if row["day"] >= date(2026, 3, 1) else "2012"
        assert row["rules"] == f"HJ633-{edition}"
        check_row(row, day_of(hours, row["station"], row["day"]), edition)
    assert None in {row["aqi"] for row in rows}  # a missing pollutant under the rule of 2026
    assert any("," in row["exceeding"] for row in rows)


@pytest.mark.parametrize("edition", ["2012", "2026"])
def test_one_rule_may_be_forced_on_all_days(county, hours, edition):
    for row in days(county, rules=f"HJ633-{edition}"):
        assert row["rules"] == f"HJ633-{edition}"
        check_row(row, day_of(hours, row["station"], row["day"]), edition)


def test_the_change_of_rules_is_said(county):
    said: list[str] = []
    days(county, progress=said.append)
    assert len(said) == 3
    assert "from 2026-03-01 on: judged by HJ633-2026" in said[0]
    assert ["HJ633-2012" in said[1], "HJ633-2026" in said[2]] == [True, True]
    said.clear()
    days(county, rules="HJ633-2012", progress=said.append)
    assert "all of it is judged by HJ633-2012" in said[0]


def test_the_change_of_reference_state_is_said(tmp_path):
    first, last = date(2018, 8, 30), date(2018, 9, 2)
    folder = made_lake(tmp_path / "lake", made_hours(first, last))
    said: list[str] = []
    rows = days(folder, Period(first, last), progress=said.append)
    assert {row["rules"] for row in rows} == {"HJ633-2012"}
    assert [line for line in said if "2018-09-01" in line and "298" in line]


def test_cutting_the_period_elsewhere_gives_the_same_days(county):
    whole = without_basis(days(county))
    cut = []
    for part in ("2026-02-20..2026-02-25", "2026-02-26..2026-03-04", "2026-03-05..2026-03-09"):
        cut += days(county, parse_period(part))
    order = {(row["day"], row["station"]): row for row in without_basis(cut)}
    assert len(order) == len(whole)
    assert [order[row["day"], row["station"]] for row in whole] == whole


def test_a_period_is_cut_to_the_data_and_refused_outside(county):
    rows = days(county, parse_period("2026-03"))
    assert {row["day"] for row in rows} == {date(2026, 3, d) for d in range(1, 10)}
    with pytest.raises(NoData, match=r"2026-02-20 to 2026-03-09"):
        days(county, parse_period("2026-04"))


def test_a_station_with_another_clock_has_its_own_days(hours, tmp_path):
    folder = made_lake(tmp_path / "lake", hours)
    register = tmp_path / "stations.csv"
    register.write_text("station,name,lon,lat,offset_h\n4A,乌鲁木齐,87.6,43.8,6\n", "utf-8")
    with Lake.open(folder) as lake:
        enrol(lake, "stations", register)
    rows = days(folder, rules="HJ633-2012")
    for row in rows:
        offset_h = 6 if row["station"] == "4A" else 8
        check_row(row, day_of(hours, row["station"], row["day"], offset_h), "2012")


def corrected(hours, day: date, station: str) -> tuple[str, dict]:
    """A file of PM10 alone that corrects a day, and the hours as they stand after it."""
    lines, after = ["time,site,PM10"], {key: dict(values) for key, values in hours.items()}
    for h in range(1, 25):
        stamp = datetime.fromisoformat(f"{day}T00:00") + timedelta(hours=h)
        lines.append(f"{stamp:%Y-%m-%d %H:%M},{station},{200 + h}")
        after[station, stamp]["pm10"] = Decimal(200 + h)
    return "\n".join(lines) + "\n", after


def test_as_of_gives_the_old_figure_after_a_correction_of_one_pollutant(hours, tmp_path):
    folder, day = made_lake(tmp_path / "lake", hours), date(2026, 2, 24)
    before = days(folder)
    with Lake.open(folder) as lake:
        sequence = lake.sequence
        assert freeze_day(lake, before) == frozen(lake, "days", SPAN.label).sha256
        text, after = corrected(hours, day, "2A")
        file = tmp_path / "pm10.csv"
        file.write_text(text, "utf-8")
        add(lake, file, Source.AUDITED_FILE)
    assert days(folder, as_of=sequence) == before
    now = days(folder)
    changed = [(o, n) for o, n in zip(before, now, strict=True) if o["basis"] != n["basis"]]
    assert len(changed) == len(now)  # every row says that the lake has moved on
    differ = [
        (old, new)
        for old, new in zip(without_basis(before), without_basis(now), strict=True)
        if old != new
    ]
    assert [(new["station"], new["day"]) for _, new in differ] == [("2A", day)]
    old, new = differ[0]
    check_row(new, day_of(after, "2A", day), "2012")
    assert new["pm10_ugm3"] == 212.0  # the mean of 201 … 224 is 212.5, a tie
    for key in ("so2_ugm3", "no2_ugm3", "pm25_ugm3", "co_mgm3", "o3_mda8_ugm3", "o3_max1h_ugm3"):
        assert new[key] == old[key], "a file of PM10 alone leaves the other five"
    with Lake.open(folder) as lake:
        kept = frozen(lake, "days", SPAN.label)
        assert json.loads(kept.figures) == figures(before)
        assert freeze_day(lake, days(folder, as_of=kept.sequence)) == kept.sha256
        assert freeze_day(lake, now) != kept.sha256


def figures(rows: list[dict]) -> list[list]:
    """Station, day, PM10 and AQI of each row, as they would be printed."""
    return [[r["station"], str(r["day"]), r["pm10_ugm3"], r["aqi"]] for r in rows]


def freeze_day(lake: Lake, rows: list[dict]) -> str:
    basis = basis_of(lake, lake.roster(), rule_set("HJ633-2012"))
    text = json.dumps(figures(rows), ensure_ascii=False)
    return freeze(lake, "days", SPAN.label, text.encode(), basis.table())


def test_a_withdrawn_value_counts_as_missing(hours, tmp_path):
    day = date(2026, 2, 24)
    stamps = [datetime.fromisoformat(f"{day}T{h:02}:00") for h in range(6, 12)]
    lacking = {key: dict(values) for key, values in hours.items()}
    lines = ["time,site,PM2.5"]
    for stamp in stamps:
        lacking["1A", stamp]["pm25"] = None
        lines.append(f"{stamp:%Y-%m-%d %H:%M},1A,77(H)")
    marked, absent = made_lake(tmp_path / "a", hours), made_lake(tmp_path / "b", lacking)
    file = tmp_path / "review.csv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    with Lake.open(marked) as lake:
        add(lake, file)
    found = without_basis(days(marked))
    assert found == without_basis(days(absent))
    assert found != without_basis(days(made_lake(tmp_path / "c", hours)))


def test_compaction_changes_no_day(hours, tmp_path):
    folder = made_lake(tmp_path / "lake", hours)
    before = days(folder)
    with Lake.open(folder) as lake:
        lake.compact()
        sequence = lake.sequence
    assert without_basis(days(folder)) == without_basis(before)
    assert sequence > 2


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_csv_and_excel_say_the_same_as_parquet(county, tmp_path, ending):
    rows = days(county)
    out = tmp_path / f"days{ending}"
    with Lake.open(county) as lake:
        assert evaluate_days(lake, SPAN, out) == len(rows)
    if ending == ".csv":
        names, *_ = out.read_text("utf-8").splitlines()
        cells = pacsv.read_csv(out, convert_options=_AS_TEXT_EMPTY).to_pylist()
        assert names.replace('"', "").split(",") == list(rows[0])
    else:
        sheet = openpyxl.load_workbook(out).active
        header, *lines = sheet.iter_rows(values_only=True)
        cells = [dict(zip(header, line, strict=True)) for line in lines]
        for row in cells:
            row["day"] = row["day"].date()
    for ours, row in zip(cells, rows, strict=True):
        assert {k: v or None for k, v in ours.items()} == {k: v or None for k, v in row.items()}


_AS_TEXT_EMPTY = pacsv.ConvertOptions(
    column_types={"primary": pa.string(), "exceeding": pa.string()}, strings_can_be_null=True
)


def test_hours_in_the_form_of_the_text_have_its_columns(county, hours):
    out = county.with_name("hours.parquet")
    period = Period(date(2026, 2, 22), date(2026, 2, 23))
    with Lake.open(county) as lake:
        evaluate_hours(lake, period, out, form=HourlyForm.TEXT)
    rows = pq.read_table(out).to_pylist()
    assert {"pm10_24h_ugm3", "pm25_24h_ugm3", "o3_8h_ugm3", "iaqi_o3_8h"} < set(rows[0])
    assert len(rows) == 48 * len(STATIONS)
    for row in rows:
        window = [row["time"] - timedelta(hours=h) for h in range(24)]
        for key, length, fewest, column in (
            ("pm10", 24, 20, "pm10_24h_ugm3"),
            ("pm25", 24, 20, "pm25_24h_ugm3"),
            ("o3", 8, 6, "o3_8h_ugm3"),
        ):
            held = [hours[row["station"], t][key] for t in window[:length]]
            held = [v for v in held if v is not None]
            expected = float(ref.reported(key, ref.mean(held))) if len(held) >= fewest else None
            assert row[column] == expected


def test_the_rule_of_2026_has_no_form_of_the_text(county):
    with Lake.open(county) as lake, pytest.raises(BadRequest, match="HJ633-2026"):
        evaluate_hours(lake, SPAN, county.with_name("no.parquet"), form=HourlyForm.TEXT)
    assert not county.with_name("no.parquet").exists()


def test_hours_are_judged_by_the_rule_of_their_day(county, hours):
    out = county.with_name("hours.parquet")
    with Lake.open(county) as lake:
        rows = evaluate_hours(lake, SPAN, out)
    table = pq.read_table(out).to_pylist()
    assert len(table) == rows
    assert len({(row["station"], row["time"]) for row in table}) == rows
    for row in table:
        ended = row["time"] - timedelta(hours=1)
        edition = "2026" if ended.date() >= date(2026, 3, 1) else "2012"
        assert row["rules"] == f"HJ633-{edition}"
        judged = ref.hourly_aqi(hours[row["station"], row["time"]], edition)
        assert (row["aqi"], row["level"]) == (judged["aqi"], judged["level"])
        assert row["primary"] == spelled(judged["primary"])


def test_a_period_without_any_hour_is_refused_and_leaves_no_file(county):
    out = county.with_name("nothing.csv")
    with Lake.open(county) as lake:
        for judge in (evaluate_days, evaluate_hours):
            with pytest.raises(NoData, match="no hour of any station"):
                judge(lake, SPAN, out, as_of=0)
    assert not out.exists()


def test_an_empty_lake_and_an_unknown_rule_are_refused(county, tmp_path):
    Lake.init(tmp_path / "empty")
    with Lake.open(tmp_path / "empty") as lake, pytest.raises(NoData, match="空"):
        evaluate_days(lake, SPAN, tmp_path / "out.csv")
    with pytest.raises(BadRequest, match="HJ633-2099"):
        days(county, rules="HJ633-2099")
    assert not list(county.parent.glob(".*.part"))
