"""Real files: the national archive, the live feed, the Beijing set; and their clocks."""

from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pytest

from lantian.evaluate.aqi import hour_index
from lantian.evaluate.iaqi import HOUR_KEYS
from lantian.lake.readers import read
from lantian.lake.rows import Rows
from lantian.rules.ruleset import rule_set
from lantian.terms.hour import day_number, first_hour, hour_number
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import POLLUTANTS

FOCUS = "data/china_sites_2019/hourly_alltypes_focus_2019-01_2019-10.parquet"
TYPES = ["AQI", "PM2.5", "PM2.5_24h", "PM10", "PM10_24h", "SO2", "SO2_24h", "NO2", "NO2_24h", "O3",
         "O3_24h", "O3_8h", "O3_8h_24h", "CO", "CO_24h"]  # fmt: skip
DAY = datetime.fromisoformat("2019-06-01T00:00:00")


@pytest.fixture(scope="module")
def focus(shared: Path) -> pa.Table:
    return pq.read_table(shared / FOCUS)


def cut(table: pa.Table, first: datetime, days: int) -> pa.Table:
    """Rows stamped from `first` on, as the archive's files of as many days hold them."""
    time = table["time"]
    last = first + timedelta(days=days)
    return table.filter(
        pc.and_(pc.greater_equal(time, pa.scalar(first)), pc.less(time, pa.scalar(last)))
    )


def in_order(rows: Rows) -> tuple[tuple[str, ...], np.ndarray, np.ndarray, np.ndarray]:
    """Rows by station and hour, to compare two readings."""
    order = np.lexsort((rows.h, rows.station))
    return rows.names, rows.station[order], rows.h[order], rows.values[:, order]


def assert_same(one: Rows, other: Rows) -> None:
    for a, b in zip(in_order(one), in_order(other), strict=True):
        assert np.array_equal(a, b)


def test_an_archive_day_equals_its_parquet(focus: pa.Table, tmp_path: Path) -> None:
    day = cut(focus, DAY, 1)
    sites = sorted(day["site"].unique().to_pylist())
    by_key = {(r["time"], r["site"]): r for r in day.to_pylist()}
    lines = [",".join(["date", "hour", "type", *sites])]
    for end in sorted({t for t, _ in by_key}):
        for kind in TYPES:
            cells = [by_key[end, s][kind] if (end, s) in by_key else None for s in sites]
            spelled = ["" if c is None else f"{c:.6g}" for c in cells]
            lines.append(",".join([f"{end:%Y%m%d}", str(end.hour), kind, *spelled]))
    path = tmp_path / "china_sites_20190601.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8-sig")
    pq.write_table(day, tmp_path / "day.parquet")
    archive, table = read(path), read(tmp_path / "day.parquet")
    assert archive.refused == table.refused == ()
    assert len(archive.rows) > 900
    assert_same(archive.rows, table.rows)
    # Hour 0 of the file's day closes the day before.
    assert archive.rows.h.min() == first_hour(day_number(DAY.date())) - 1


def test_the_focus_file_is_read_value_by_value(shared: Path, focus: pa.Table) -> None:
    found = read(shared / FOCUS)
    assert found.refused == ()
    assert found.notes == ()
    assert len(found.rows.names) == 50
    for p, held in zip(POLLUTANTS, found.rows.values, strict=True):
        column = focus[p.symbol]
        given = held[held != MISSING]
        assert given.size == len(column) - column.null_count
        total = pc.sum(pc.round(pc.multiply(pc.cast(column, pa.float64()), 1000))).as_py()
        assert int(given.sum(dtype=np.int64)) == int(total)


def test_the_same_days_as_wide_csv_in_gbk_and_as_a_workbook_column_order(
    focus: pa.Table, tmp_path: Path
) -> None:
    days = cut(focus, DAY, 2)
    pq.write_table(days, tmp_path / "days.parquet")
    names = [
        "CO",
        "site",
        "O3",
        "time",
        *[p.symbol for p in POLLUTANTS if p.key not in {"co", "o3"}],
    ]
    rows = days.select(names).to_pylist()
    head = ["一氧化碳", "站点编码", "臭氧", "监测时间", "二氧化硫", "二氧化氮", "PM10", "PM2.5"]
    lines = [",".join(head)]
    for r in rows:
        spelled = [
            "—" if r[n] is None else f"{r[n]:.6g}" for n in names if n not in {"site", "time"}
        ]
        stamp = f"{r['time']:%Y/%m/%d} {r['time'].hour}:00"
        lines.append(",".join([spelled[0], r["site"], spelled[1], stamp, *spelled[2:]]))
    path = tmp_path / "days.csv"
    path.write_text("\n".join(lines) + "\n", "gb18030")
    assert_same(read(path).rows, read(tmp_path / "days.parquet").rows)


def test_the_live_feed(shared: Path) -> None:
    found = read(shared / "data/cnemc_snapshot/stations_2018-02-20T07.csv")
    end = hour_number(datetime.fromisoformat("2018-02-20T07:00:00"))
    assert found.refused == ()
    assert set(found.rows.h.tolist()) == {end}
    at = found.rows.names.index("1002A")
    row = found.rows.values[:, found.rows.station.tolist().index(at)]
    assert row.tolist() == [3_000, 8_000, 7_000, 0, 200, 83_000]
    at = found.rows.names.index("1001A")
    row = found.rows.values[:, found.rows.station.tolist().index(at)]
    assert row.tolist() == [3_000, 17_000, MISSING, 38_000, 700, 62_000]
    # In this archive the names of the hour and of the 24-hour maximum are exchanged.
    assert any("o3_24h" in note for note in found.notes)
    published = pacsv.read_csv(shared / "data/cnemc_snapshot/stations_2018-02-20T07.csv")
    said = dict(
        zip(published["stationcode"].to_pylist(), published["aqi"].to_pylist(), strict=True)
    )
    clause = rule_set("HJ633-2012")
    ours = hour_index(found.rows.values, clause, HOUR_KEYS).aqi
    pairs = [
        (int(ours[i]), said[found.rows.names[s]])
        for i, s in enumerate(found.rows.station.tolist())
        if (found.rows.values[:, i] != MISSING).all()
    ]
    assert len(pairs) > 1_000
    assert [str(a) for a, _ in pairs] == [str(b) for _, b in pairs]


@pytest.fixture(scope="module")
def beijing(shared: Path) -> pa.Table:
    return pq.read_table(shared / "data/beijing_prsa/hourly.parquet")


def test_the_beijing_set_and_its_weather(shared: Path, beijing: pa.Table) -> None:
    found = read(shared / "data/beijing_prsa/hourly.parquet")
    assert found.refused == ()
    assert found.notes == ()
    assert len(found.rows.names) == 12
    assert found.rows.values[:, 0].tolist() == [4_000, 7_000, 4_000, 4_000, 300, 77_000]
    assert found.weather is not None
    assert found.weather.values[:, 0].tolist() == [4_400, 337_500, -700, 24_009, 1_023_000, 0]
    co = found.rows.values[4]
    assert int(co[co != MISSING].sum(dtype=np.int64)) == round(pc.sum(beijing["CO"]).as_py())


def test_the_original_beijing_csv_gives_the_same(beijing: pa.Table, tmp_path: Path) -> None:
    part = cut(beijing.filter(pc.equal(beijing["station"], "Dingling")), DAY.replace(2015, 12), 31)
    items = [
        "PM2.5",
        "PM10",
        "SO2",
        "NO2",
        "CO",
        "O3",
        "TEMP",
        "PRES",
        "DEWP",
        "RAIN",
        "wd",
        "WSPM",
    ]
    lines = ['"No","year","month","day","hour",' + ",".join(f'"{i}"' for i in items) + ',"station"']
    for number, r in enumerate(part.to_pylist(), 1):
        t = r["time"]
        cells = ["NA" if r[i] is None else str(r[i]) for i in items]
        lines.append(f'{number},{t.year},{t.month},{t.day},{t.hour},{",".join(cells)},"Dingling"')
    path = tmp_path / "PRSA_Data_Dingling.csv"
    path.write_text("\n".join(lines) + "\n")
    pq.write_table(part, tmp_path / "part.parquet")
    text, table = read(path), read(tmp_path / "part.parquet")
    assert text.refused == table.refused == ()
    assert_same(text.rows, table.rows)
    assert text.weather is not None
    assert table.weather is not None
    assert_same(text.weather, table.weather)


def shifted(table: pa.Table, hours: int, path: Path) -> Path:
    time = pc.add(table["time"], pa.scalar(timedelta(hours=hours), pa.duration("ms")))
    pq.write_table(table.set_column(table.schema.get_field_index("time"), "time", time), path)
    return path


@pytest.mark.parametrize("name", ["focus", "beijing"])
@pytest.mark.parametrize(("hours", "option"), [(-8, "--clock-offset 0"), (8, "--clock-offset 16")])
def test_a_clock_8_hours_off_is_said(
    request: pytest.FixtureRequest, tmp_path: Path, name: str, hours: int, option: str
) -> None:
    path = shifted(request.getfixturevalue(name), hours, tmp_path / "shifted.parquet")
    assert [option in note for note in read(path).notes] == [True]


def test_the_note_is_right_about_what_to_do(focus: pa.Table, tmp_path: Path) -> None:
    path = shifted(cut(focus, DAY, 10), -8, tmp_path / "utc.parquet")
    pq.write_table(cut(focus, DAY, 10), tmp_path / "local.parquet")
    mended = read(path, offset_h=0)
    assert mended.notes == ()
    assert_same(mended.rows, read(tmp_path / "local.parquet").rows)


@pytest.mark.parametrize("month", range(1, 11))
def test_no_false_alarm_in_any_month_or_five_days(
    focus: pa.Table, tmp_path: Path, month: int
) -> None:
    first = DAY.replace(month=month)
    for start, days in ((0, 28), (0, 5), (10, 5), (20, 5)):
        path = tmp_path / f"{start}.parquet"
        pq.write_table(cut(focus, first + timedelta(days=start), days), path)
        assert read(path).notes == ()


@pytest.mark.parametrize("station", ["Dingling", "Aotizhongxin", "Wanliu"])
def test_no_false_alarm_at_a_single_station_of_beijing(
    beijing: pa.Table, tmp_path: Path, station: str
) -> None:
    alone = beijing.filter(pc.equal(beijing["station"], station))
    for start in range(0, 1080, 60):
        path = tmp_path / "alone.parquet"
        pq.write_table(cut(alone, DAY.replace(2013, 3) + timedelta(days=start), 20), path)
        assert read(path).notes == ()
