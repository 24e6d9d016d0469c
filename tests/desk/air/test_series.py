"""Data of charts: gaps stay gaps, files say what they hold, unchanged answers cost nothing."""

import csv
import json
from datetime import date
from io import StringIO

import numpy as np
import pytest
from django.test import Client

from lantian.desk.air.queries.ground import Ground
from lantian.flows.daily_course import Season, daily_course
from lantian.flows.held_days import held_days
from lantian.rules.ruleset import for_period
from lantian.terms.hour import day_number, first_hour
from lantian.terms.mark import MISSING
from lantian.terms.period import parse_period

YEAR = "/air/series/Wanliu.json?period=2015&step=hour&item="


def test_gaps_of_hours_are_null_and_nothing_else_is(reader: Client, beijing: Ground) -> None:
    data = reader.get(f"{YEAR}pm25").json()
    start = first_hour(day_number(date(2015, 1, 1)))
    held = beijing.lake.block(["Wanliu"], start, start + 8760)[3, 0]
    values = data["series"][0]["values"]
    assert data["times"] == {"start": "2015-01-01T01:00", "step_h": 1, "n": 8760}
    assert [n for n, v in enumerate(values) if v is None] == np.flatnonzero(
        held == MISSING
    ).tolist()
    assert (held == MISSING).any()
    assert [v for v in values if v is not None] == (held[held != MISSING] / 1000).tolist()


def test_the_strip_of_availability_covers_every_hour_once(reader: Client) -> None:
    data = reader.get(f"{YEAR}co").json()
    runs, values = data["availability"]["runs"], data["series"][0]["values"]
    covered = [run["kind"] for run in runs for _ in range(run["length"])]
    assert covered == ["gap" if v is None else "ok" for v in values]
    assert [r["start"] for r in runs] == [
        sum(r["length"] for r in runs[:n]) for n in range(len(runs))
    ]
    share = 100 * covered.count("ok") / len(covered)
    assert data["availability"]["rate"] == f"{share:.1f}%"


def test_five_together_and_others_beside(reader: Client) -> None:
    together = reader.get(f"{YEAR}all").json()
    assert [s["name"] for s in together["series"]] == ["SO2", "NO2", "PM10", "PM2.5", "O3"]
    beside = reader.get("/air/series/Wanliu.json?period=2015-12&with=Dongsi&with=Tiantan").json()
    assert [s["name"] for s in beside["series"]] == ["海淀区万柳", "东四", "天坛"]


def test_days_of_a_place_equal_the_flow(reader: Client, beijing: Ground) -> None:
    period = parse_period("2015")
    days = held_days(beijing.lake, "district", period, for_period(period)[0]).days
    data = reader.get("/air/series/朝阳区.json?period=2015&step=day&item=aqi").json()
    aqi = days.index.aqi[days.names.index("朝阳区")].tolist()
    assert data["series"][0]["values"] == [None if v < 0 else v for v in aqi]
    fine = reader.get("/air/series/朝阳区.json?period=2015&step=day&item=pm25").json()
    assert fine["limits"][0]["value"] == 75


def test_a_calendar_has_every_day_of_the_year_and_null_where_there_is_no_index(
    reader: Client,
) -> None:
    data = reader.get("/air/calendar/北京市.json?year=2017").json()
    assert len(data["days"]) == 365
    late = [d for d in data["days"] if d["day"] > "2017-02-28"]
    assert {d["value"] for d in late} == {None}
    assert {d["level"] for d in late} == {None}
    assert data["days"][0]["value"] > 300
    assert data["days"][0]["level"] == 6
    assert [level["number"] for level in data["levels"]] == [1, 2, 3, 4, 5, 6]


def test_courses_are_one_line_a_season(reader: Client, beijing: Ground) -> None:
    data = reader.get("/air/course/Wanliu.json?period=2015&item=o3").json()
    expected = daily_course(beijing.lake, ["Wanliu"], parse_period("2015"))
    assert len(data["series"]) == 4
    summer = expected[Season.SUMMER][5] / 1000
    assert data["series"][1]["values"] == summer.tolist()
    assert max(summer[11:18]) > max(summer[:7])


def test_a_file_names_unit_state_and_basis_above_its_columns(reader: Client) -> None:
    answer = reader.get("/air/series/Wanliu.csv?period=2015-12&item=co&lang=en")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0] == ["item", "CO"]
    assert rows[1] == ["unit", "mg/m3"]
    assert rows[2][0] == "state, rules, basis"
    assert "real-time; HJ633-2012; seq=4" in rows[2][1]
    assert rows[3] == ["time (end of the hour)", "海淀区万柳"]
    assert rows[4][0] == "2015-12-01 01:00"
    assert len(rows) == 4 + 31 * 24


def test_the_ranking_file_is_that_of_the_command(reader: Client, beijing: Ground) -> None:
    answer = reader.get("/air/ranking.csv?period=2015-12&level=district")
    rows = list(csv.reader(StringIO(answer.content.decode("utf-8-sig"))))
    table = [dict(zip(rows[4], row, strict=True)) for row in rows[5:]]
    assert len(table) == 8
    assert table[0]["rank"] == "1"
    assert float(table[0]["index"]) < float(table[-1]["index"])


@pytest.mark.parametrize(
    "path",
    [
        "/air/series/Wanliu.json?period=2015",
        "/air/calendar/北京市.json",
        "/air/today-map.json",
        "/air/trajectory.json",
        "/air/ranking.csv",
    ],
)
def test_an_unchanged_answer_is_not_sent_twice(reader: Client, path: str) -> None:
    first = reader.get(path)
    mark = first.headers["ETag"]
    again = reader.get(path, headers={"If-None-Match": mark})
    assert (again.status_code, again.content) == (304, b"")
    join = "&" if "?" in path else "?"
    other = reader.get(f"{path}{join}lang=en", headers={"If-None-Match": mark})
    assert other.status_code == 200


def test_no_answer_holds_a_number_that_json_does_not_know(reader: Client) -> None:
    text = reader.get(f"{YEAR}all").text
    assert "NaN" not in text
    assert json.loads(text)


def test_the_map_says_number_level_and_shape(reader: Client) -> None:
    data = reader.get("/air/today-map.json").json()
    assert len(data["points"]) == 12
    told = [p for p in data["points"] if p["label"] != "—"]
    assert told
    for point in told:
        assert point["colour"].startswith("#")
        assert point["label"] in point["title"]
    west, south, east, north = data["bounds"]
    assert all(west < p["lon"] < east and south < p["lat"] < north for p in data["points"])
