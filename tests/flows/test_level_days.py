"""Days of places from the lake and from a table of days, and tables that are refused."""

from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows.county import day_of, made_hours, made_lake
from lantian.errors import BadFile, BadRequest, NoData
from lantian.flows.day_file import read_members
from lantian.flows.evaluate import evaluate_days
from lantian.flows.level_days import STATION, LevelDays, file_days, lake_days
from lantian.lake.enrol import enrol
from lantian.lake.store import Lake
from lantian.rules.ruleset import rule_set
from lantian.terms.mark import MISSING
from lantian.terms.period import parse_period
from lantian.terms.pollutant import DAY_ITEMS
from oracle import reference as ref

RULES = rule_set("HJ633-2012")
JUNE = parse_period("2019-06")
FIRST, LAST = date(2019, 6, 1), date(2019, 6, 20)
KEYS = ("so2_24h", "no2_24h", "pm10_24h", "pm25_24h", "co_24h", "o3_mda8", "o3_max1h")


@pytest.fixture(scope="module")
def hours():
    return made_hours(FIRST, LAST, seed=11)


@pytest.fixture(scope="module")
def county(hours, tmp_path_factory):
    return made_lake(tmp_path_factory.mktemp("county") / "lake", hours)


def from_lake(folder: Path, level: str, **options) -> LevelDays:
    with Lake.open(folder) as lake:
        return lake_days(lake, level, JUNE, RULES, **options)


def city_days(hours, stations: list[str], day: date) -> list[int]:
    """Mean of the stations' reported days by the reference, thousandths."""
    found = [day_of(hours, station, day) for station in stations]
    means = []
    for key, item in zip(KEYS, DAY_ITEMS, strict=True):
        name = item.pollutant.key
        held = [ref.reported(name, f[key]) for f in found if f[key] is not None]
        whole = 4 * len(held) >= 3 * len(stations)
        means.append(int(ref.reported(name, ref.mean(held)) * 1000) if whole else MISSING)
    return means


def test_a_city_day_is_the_mean_of_its_stations_without_background_points(county, hours):
    found = from_lake(county, "city")
    assert found.names == ("甲市", "乙市")
    assert found.values.shape == (7, 2, 30)
    for d in range(30):
        if d >= 20:
            assert (found.values[:, :, d] == MISSING).all()
            continue
        day = date(2019, 6, d + 1)
        assert found.values[:, 0, d].tolist() == city_days(hours, ["1A", "2A"], day)
        assert found.values[:, 1, d].tolist() == city_days(hours, ["4A", "5A"], day)


def test_the_table_of_evaluate_gives_the_same_days(county, tmp_path):
    places = tmp_path / "places.csv"
    places.write_text(
        "station,place,level,background\n1A,甲市,city,否\n2A,甲市,city,0\n3A,甲市,city,true\n"
        "4A,乙市,,0\n5A,乙市,,no\n1A,丙县,county,0\n",
        "utf-8",
    )
    for out in (tmp_path / "days.parquet", tmp_path / "days.csv"):
        with Lake.open(county) as lake:
            evaluate_days(lake, JUNE, out)
        members = read_members(places, "city")
        assert {m.place for m in members} == {"甲市", "乙市"}
        for level in (STATION, "city"):
            ours = from_lake(county, level)
            given = file_days(out, level, JUNE, RULES, members=members)
            assert given.names == ours.names
            assert (given.values == ours.values).all()
            assert (given.index.aqi == ours.index.aqi).all()
    assert [m.place for m in read_members(places, "county")] == ["乙市", "乙市", "丙县"]


def test_an_approved_exceptional_day_is_left_out_only_on_request(county, tmp_path):
    claims = tmp_path / "claims.csv"
    claims.write_text(
        "scope,day,pollutant,reason,state,declared_by\n"
        "甲市,2019-06-03,PM10,沙尘,candidate,站\n甲市,2019-06-04,PM10,沙尘,candidate,站\n",
        "utf-8",
    )
    before = from_lake(county, "city")
    with Lake.open(county) as lake:
        enrol(lake, "exclusions", claims)
        text = claims.read_text("utf-8")
        claims.write_text(text.replace("04,PM10,沙尘,candidate", "04,PM10,沙尘,submitted"), "utf-8")
        enrol(lake, "exclusions", claims)
        text = claims.read_text("utf-8").replace("submitted", "approved")
        claims.write_text(text, "utf-8")
        enrol(lake, "exclusions", claims)
    official = from_lake(county, "city")
    assert (official.values == before.values).all()
    without = from_lake(county, "city", exclude_approved=True)
    differ = np.argwhere(without.values != official.values)
    assert differ.tolist() == [[2, 0, 3]]
    assert without.values[2, 0, 3] == MISSING


def test_levels_and_periods_that_are_not_there_are_refused(county):
    with pytest.raises(BadRequest, match="station, city"):
        from_lake(county, "township")
    with Lake.open(county) as lake, pytest.raises(NoData, match="2019-06-01 to 2019-06-20"):
        lake_days(lake, "city", parse_period("2019-07"), RULES)


HEAD = "date,site,PM2.5,PM10,SO2,NO2,CO,O3_mda8"


def table(folder: Path, *rows: str, head: str = HEAD, encoding: str = "utf-8") -> Path:
    path = folder / "days.csv"
    path.write_bytes(("\n".join([head, *rows]) + "\n").encode(encoding))
    return path


def stations(path: Path, **options) -> LevelDays:
    return file_days(path, STATION, JUNE, RULES, **options)


def test_marks_of_missing_values_are_missing_and_rows_may_be_in_any_order(tmp_path):
    found = stations(
        table(
            tmp_path,
            "2019-06-02,2A,—,50,5,20,0.55,100.5",
            "2019-05-31,2A,1,1,1,1,1,1",
            "2019-06-01,1A,30,NA,-99,,1.25,101.5",
            "2019-06-01,2A,31,51,5,20,0.5,100",
        )
    )
    assert found.names == ("1A", "2A")
    assert found.values[:, 0, 0].tolist() == [
        *(MISSING, MISSING, MISSING, 30_000, 1_200, 102_000, MISSING)
    ]
    assert found.values[2:6, 1, 1].tolist() == [50_000, MISSING, 600, 100_000]
    assert found.values[3, 1, 0] == 31_000
    assert (found.values[:, :, 2:] == MISSING).all()


def test_a_table_in_gbk_with_chinese_codes(tmp_path):
    head = HEAD.replace("date,site", "日期,站点")
    path = table(tmp_path, "2019-06-01,万寿西宫,30,50,5,20,0.5,100", head=head, encoding="gbk")
    assert stations(path).names == ("万寿西宫",)


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        (["2019-06-01,1A,30,50,5,20,0.5,1"] * 2, "1A 2019-06-01"),
        (["2019-06-01,1A,-5,50,5,20,0.5,1"], "-5"),
        (["2019-06-01,1A,30,50,5,20,800,1"], "800"),
        (["2019-06-01,1A,30,50,5,20,0.5,1e9"], "1e.09"),
        (["2019-06-01,1A,many,50,5,20,0.5,1"], "'many'"),
        (["20190601,1A,30,50,5,20,0.5,1"], "20190601"),
        (["2019/6/1,1A,30,50,5,20,0.5,1"], "2019/6/1"),
        ([",1A,30,50,5,20,0.5,1", "2019-06-01,1A,30,50,5,20,0.5,1"], "without a day"),
        (["2019-06-01,,30,50,5,20,0.5,1", "2019-06-01,1A,30,50,5,20,0.5,1"], "without a station"),
    ],
)
def test_a_cell_that_is_wrong_is_named(tmp_path, rows, word):
    with pytest.raises(BadFile, match=word):
        stations(table(tmp_path, *rows))


@pytest.mark.parametrize(
    ("old", "new", "word"),
    [
        ("date,", "", "column of the day"),
        ("date,site", "date,when", "column of the station"),
        ("date,site", "date,day,site", "more than one"),
        ("PM10", "PM100", "no column of PM10"),
        ("O3_mda8", "ozone", "0 columns of ozone"),
        ("O3_mda8", "O3_mda8,O3_8h_24h", "2 columns of ozone"),
    ],
)
def test_a_column_that_is_lacking_or_doubtful_is_named(tmp_path, old, new, word):
    head = HEAD.replace(old, new, 1)
    row = ",".join(["2019-06-01" if "da" in n else "1" for n in head.split(",")])
    with pytest.raises(BadFile, match=word):
        stations(table(tmp_path, row, head=head))


def test_files_that_are_no_tables_are_refused(tmp_path):
    with pytest.raises(BadFile, match="no such file"):
        stations(tmp_path / "none.csv")
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 and no end")
    with pytest.raises(BadFile, match="not a readable table"):
        stations(tmp_path / "cut.parquet")
    (tmp_path / "empty.csv").touch()
    with pytest.raises(BadFile, match="not a readable table"):
        stations(tmp_path / "empty.csv")
    with pytest.raises(NoData, match="2019-06"):
        stations(table(tmp_path))


def test_a_parquet_table_with_a_dictionary_and_nulls(tmp_path):
    path = tmp_path / "days.parquet"
    values = pa.array([30.0, None])
    columns = dict.fromkeys(("PM2.5", "PM10", "SO2", "NO2", "CO", "O3_mda8"), values)
    columns["CO"] = pa.array([0.5, None], pa.float32())
    pq.write_table(
        pa.table(
            {
                "date": pa.array([date(2019, 6, 1), date(2019, 6, 2)]),
                "site": pa.array(["1A", "1A"]).dictionary_encode(),
                **columns,
            }
        ),
        path,
    )
    found = stations(path)
    assert found.values[4, 0, :2].tolist() == [500, MISSING]
    assert found.values[5, 0, :2].tolist() == [30_000, MISSING]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("station,place\n1A,甲市\n1A,甲市\n", "in 甲市 already"),
        ("station,place,background\n1A,甲市,maybe\n", "maybe"),
        ("station,place\n1A,\n", "line 2"),
        ("station,city\n1A,甲市\n", "unknown columns: city"),
        ("station,place,level\n1A,甲市,county\n", "level 'city'"),
    ],
)
def test_a_register_of_places_that_is_wrong_is_refused(tmp_path, text, word):
    path = tmp_path / "places.csv"
    path.write_text(text, "utf-8")
    with pytest.raises(BadFile, match=word):
        read_members(path, "city")


def test_a_station_may_come_back_to_a_place(tmp_path):
    path = tmp_path / "places.csv"
    path.write_text(
        "station,place,from,to\n1A,甲市,,2019-06-10\n1A,甲市,2019-06-12,\n", "utf-8-sig"
    )
    assert [m.last < 10**6 for m in read_members(path, "city")] == [True, False]


def test_places_must_be_said_for_a_level_of_a_table(tmp_path):
    path = table(tmp_path, "2019-06-01,1A,30,50,5,20,0.5,100")
    with pytest.raises(BadRequest, match="--places"):
        file_days(path, "city", JUNE, RULES)
