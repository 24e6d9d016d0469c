"""Wide tables: values, units, withdrawn marks, refusals, weather."""

import pytest

from lantian.errors import BadFile, BadRequest
from lantian.lake.rows import Reading
from lantian.terms.hour import first_hour
from lantian.terms.mark import MISSING

ONE = 433145  # 2019-06-01 01:00 in Beijing
SIX = "time,site,PM2.5,PM10,SO2,NO2,O3,CO\n"


def test_the_issues_own_table_loads_by_auto(reading, as_dict) -> None:
    found = reading(SIX + "2019-06-01 01:00,1001A,35,48,3,22,101,0.8\n")
    assert as_dict(found.rows) == {
        ("1001A", ONE): {
            "pm25": 35_000,
            "pm10": 48_000,
            "so2": 3_000,
            "no2": 22_000,
            "o3": 101_000,
            "co": 800,
        }
    }
    assert found.refused == ()
    assert found.notes == ()
    assert found.weather is None


def test_extra_known_columns_and_any_order_are_fine(reading, as_dict) -> None:
    found = reading(
        "CO,AQI,O3_8h,站点名称,PM2.5_24h,监测时间,SO2,站点编码\n"
        "0.8,50,1,万寿西宫,7,2019/6/1 1:00,3,1001A\n"
    )
    assert as_dict(found.rows) == {("1001A", ONE): {"co": 800, "so2": 3_000}}


def test_without_a_code_the_name_holds(reading) -> None:
    assert reading("时间,站点名称,SO2\n2019060101,万寿西宫,3\n").rows.names == ("万寿西宫",)


def test_a_file_of_one_pollutant_says_nothing_of_the_others(reading) -> None:
    rows = reading("time,site,PM10\n2019-06-01 01:00,1001A,48\n").rows
    assert rows.values[2].tolist() == [48_000]
    assert (rows.values[[0, 1, 3, 4, 5]] == MISSING).all()


def test_names_are_sorted_and_the_files_order_is_kept(reading) -> None:
    rows = reading("time,site,SO2\n2019060102,B,2\n2019060101,A,1\n2019060101,B,3\n").rows
    assert rows.names == ("A", "B")
    assert rows.station.tolist() == [1, 0, 1]
    assert rows.h.tolist() == [ONE + 1, ONE, ONE]
    assert rows.station.dtype == rows.h.dtype == rows.values.dtype == rows.line.dtype == "int32"
    assert rows.line.tolist() == [2, 3, 4]


def test_repeats_pass_through(reading) -> None:
    rows = reading("time,site,SO2\n2019060101,A,1\n2019060101,A,2\n2019060101,A,1\n").rows
    assert rows.values[0].tolist() == [1_000, 2_000, 1_000]


def test_rows_that_give_nothing_are_left_out(reading) -> None:
    found = reading("time,site,SO2,NO2\n2019060101,A,,-99\n2019060102,A,—,4\n")
    assert found.rows.h.tolist() == [ONE + 1]
    assert found.rows.line.tolist() == [3]
    assert found.refused == ()


def test_a_bad_value_is_refused_and_its_neighbours_stay(reading, as_dict) -> None:
    found = reading(
        "time,site,SO2,NO2,CO,O3\n"
        "2019060101,A,-5,22,0.8,abc\n"
        "2019060102,A,3,5001,201,2000\n"
        "2019060103,A,1,2,3,4\n"
    )
    assert as_dict(found.rows) == {
        ("A", ONE): {"no2": 22_000, "co": 800},
        ("A", ONE + 1): {"so2": 3_000, "o3": 2_000_000},
        ("A", ONE + 2): {"so2": 1_000, "no2": 2_000, "co": 3_000, "o3": 4_000},
    }
    spelled = [(r.line, r.reason.split(" 的")[0], r.raw) for r in found.refused]
    assert spelled == [
        (2, "SO2", "2019060101,A,-5,22,0.8,abc"),
        (2, "O3", "2019060101,A,-5,22,0.8,abc"),
        (3, "NO2", "2019060102,A,3,5001,201,2000"),
        (3, "CO", "2019060102,A,3,5001,201,2000"),
    ]
    assert "'-5'" in found.refused[0].reason
    assert "not a number" in found.refused[1].reason
    assert "highest plausible" in found.refused[2].reason


def test_absurd_numbers_do_not_overflow(reading) -> None:
    found = reading("time,site,SO2,NO2\n2019060101,A,1e300,3\n2019060102,A,4294967,3\n")
    assert found.rows.values[0].tolist() == [MISSING, MISSING]
    assert len(found.refused) == 2


def test_rows_without_station_or_hour_are_refused_with_their_line(reading) -> None:
    found = reading(
        "time,site,SO2\n2019-06-01 01:30,A,1\n2019-06-01 01:00,,2\n"
        "soon,A,3\n2019-06-01,A,4\n2019-06-01 05:00,A,5\n"
    )
    assert [r.line for r in found.refused] == [2, 3, 4, 5]
    assert ["整点" in found.refused[0].reason, "站点" in found.refused[1].reason] == [True, True]
    assert "'soon'" in found.refused[2].reason
    assert "缺小时" in found.refused[3].reason
    assert found.rows.values[0].tolist() == [5_000]


def test_a_day_before_the_rule_of_plausibility_is_refused_with_the_reason(reading) -> None:
    found = reading("time,site,SO2\n2012010101,A,1\n2019060101,A,1\n")
    assert found.rows.h.tolist() == [ONE]
    assert "no rule on plausible SO2" in found.refused[0].reason


def test_letters_withdraw_a_value_and_keep_it(reading) -> None:
    rows = reading("time,site,SO2,NO2\n2019060101,A,35(H),1\n2019060102,A,36H,2\n").rows
    assert rows.values[0].tolist() == [35_000, 36_000]
    assert rows.withdrawn[0].tolist() == [True, True]
    assert not rows.withdrawn[1].any()


def test_a_column_of_marks_withdraws_beside_its_values(reading) -> None:
    found = reading(
        "time,site,SO2,SO2_flag\n2019060101,A,1,\n2019060102,A,2,H\n2019060103,A,3,??\n"
        "2019060104,A,,H\n2019060105,A,5,N\n"
    )
    assert found.rows.values[0].tolist() == [1_000, 2_000, 5_000]
    assert found.rows.withdrawn[0].tolist() == [False, True, False]
    assert [(r.line, "'??'" in r.reason) for r in found.refused] == [(4, True)]


CO_UG = "time,site,CO\n2019060101,A,800\n2019060102,A,900\n"


def test_co_in_micrograms_must_be_said(reading) -> None:
    with pytest.raises(BadFile, match="--unit co=ugm3"):
        reading(CO_UG)


@pytest.mark.parametrize("name", ["co", "CO"])
def test_co_in_micrograms_said_by_the_user(reading, name: str) -> None:
    found = reading(CO_UG, units={name: "ugm3"})
    assert found.rows.values[4].tolist() == [800, 900]
    assert found.notes == ()


def test_co_in_micrograms_said_by_the_header(reading) -> None:
    found = reading(CO_UG.replace("CO", "CO(μg/m³)"))
    assert found.rows.values[4].tolist() == [800, 900]


def test_co_that_is_said_to_be_in_milligrams_is_screened(reading) -> None:
    found = reading("time,site,CO,SO2\n2019060101,A,800,1\n", units={"co": "mgm3"})
    assert found.rows.values[4].tolist() == [MISSING]
    assert len(found.refused) == 1


def test_co_said_in_micrograms_that_looks_like_milligrams_is_noted(reading) -> None:
    found = reading("time,site,CO\n2019060101,A,0.8\n", units={"co": "ugm3"})
    assert "mg/m3" in found.notes[0]
    assert found.rows.values[4].tolist() == [1]


def test_the_header_and_the_user_may_not_contradict(reading) -> None:
    with pytest.raises(BadFile, match="another unit"):
        reading(CO_UG.replace("CO", "CO(mg/m3)"), units={"co": "ugm3"})


@pytest.mark.parametrize("name", ["O3(ppb)", "气温(K)", "O3(m/s)", "风速(km/h)"])
def test_units_that_are_not_read_are_named(reading, name: str) -> None:
    with pytest.raises(BadFile, match="the unit of column"):
        reading(f"time,site,SO2,{name}\n2019060101,A,1,2\n")


def test_particles_in_milligrams_are_converted(reading) -> None:
    found = reading("time,site,PM10(mg/m3)\n2019060101,A,0.048\n")
    assert found.rows.values[2].tolist() == [48_000]


@pytest.mark.parametrize("units", [{"nox": "ugm3"}, {"co": "ppm"}])
def test_unknown_units_of_the_user_are_refused(reading, units: dict[str, str]) -> None:
    with pytest.raises(BadRequest, match="co=ugm3"):
        reading(SIX, units=units)


def test_weather_goes_beside_with_humidity_from_the_dew_point(reading, as_dict) -> None:
    found = reading(
        "time,site,SO2,气温,露点,气压(hPa),风速(m/s),风向,降水量\n"
        "2019060101,A,1,20,9.3,1013.2,2.5,NNW,0\n"
        "2019060102,A,1,20,21,1013.2,2.5,静风,-99\n"
        "2019060103,A,1,99,9.3,,101,400,0.1\n"
    )
    assert found.weather is not None
    assert as_dict(found.weather) == {
        ("A", ONE): {
            "wind_ms": 2_500,
            "wind_from_deg": 337_500,
            "temp_c": 20_000,
            "rh_pct": 50_131,
            "pressure_hpa": 1_013_200,
            "rain_mm": 0,
        },
        ("A", ONE + 1): {
            "wind_ms": 2_500,
            "temp_c": 20_000,
            "rh_pct": 100_000,
            "pressure_hpa": 1_013_200,
        },
        ("A", ONE + 2): {"rain_mm": 100},
    }
    assert [r.line for r in found.refused] == [4, 4, 4]


def test_a_humidity_of_its_own_holds_over_the_dew_point(reading) -> None:
    found = reading("time,site,temp,dewp,rh\n2019060101,A,20,9.3,70\n")
    assert found.weather.values[3].tolist() == [70_000]
    assert len(found.rows) == 0


def test_weather_of_refused_rows_alone_is_no_good_line(reading) -> None:
    with pytest.raises(BadFile, match="no good line"):
        reading("time,site,temp\nsoon,A,20\n")


def test_the_clock_and_the_hours_beginning(reading) -> None:
    text = "time,site,SO2\n2019-06-01 00:00,A,1\n"
    assert reading(text).rows.h.tolist() == [ONE - 1]
    assert reading(text, hour_begins=True).rows.h.tolist() == [ONE]
    assert reading(text, offset_h=0).rows.h.tolist() == [ONE + 7]
    assert first_hour((ONE + 7) // 24) == ONE


def test_a_file_with_no_good_line_is_refused_with_the_first_reason(reading) -> None:
    with pytest.raises(BadFile, match=r"line 2: .*'soon'"):
        reading("time,site,SO2\nsoon,A,1\nlater,A,2\n")


def test_a_file_that_gives_no_value_says_so(reading) -> None:
    found: Reading = reading("time,site,SO2\n2019060101,A,\n")
    assert len(found.rows) == 0
    assert "no value" in found.notes[0]
