"""The command `lantian quality`: what it prints, and what it refuses."""

import sqlite3
import uuid
from datetime import UTC, datetime

import pytest

from lantian.cli.main import main
from lantian.flows.intent import apply_intent
from lantian.lake.store import Lake
from lantian.lake.tables import LAKE
from postgres import SQLITE_ONLY

H0 = 433_145


@pytest.fixture
def county(tmp_path, done):
    """A month of one station whose PM2.5 stands still."""
    folder = tmp_path / "county"
    file = tmp_path / "hours.csv"
    lines = ["station,time,so2,no2,pm10,pm25,co,o3"]
    lines += [
        f"1001A,2019-06-{day:02d} {hour:02d}:00,{9 + hour % 3},{30 + hour},{60 + hour},35,0.5,80"
        for day in range(1, 8)
        for hour in range(1, 24)
    ]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    done("lake", "init", folder)
    done("lake", "add", folder, file)
    return folder


def test_a_run_says_what_it_did_and_a_second_that_nothing_changed(county, done):
    out, err = done("quality", "run", county, "--period", "2019-06")
    assert "1 个月重新评判" in out
    assert "2019-06: 1 站" in err
    out, err = done("quality", "run", county)
    assert "0 个月重新评判" in out
    assert "unchanged" in err
    assert "1 个月重新评判" in done("quality", "run", county, "--again")[0]
    assert done("quality", "findings", county)[0] == "0 条 / findings\n"


def test_reviews_are_listed_with_those_that_lost_their_ground(county, done):
    body = {
        "station": "1001A",
        "pollutant": "pm25",
        "hours": [[H0 + 20, 35_000]],
        "verdict": "invalid",
        "reason": "仪器死机",
        "answers": "stuck",
        "state": "submitted",
        "by": "张",
        "at": datetime.now(UTC).isoformat(),
    }
    with Lake.open(county) as lake:
        apply_intent(lake, str(uuid.uuid4()), "quality.review", body)
    out, _ = done("quality", "reviews", county)
    assert "仪器死机" in out
    assert "标记已不存在" in out
    done("quality", "run", county)
    assert "1 项审核 / reviews, 0 项失去依据" in done("quality", "reviews", county)[0]
    assert done("quality", "reviews", county, "--orphaned")[0].startswith("0 项审核")


@pytest.mark.parametrize(
    "words",
    [
        ("run", "--period", "2019-13"),
        ("run", "--period", "2031-01"),
        ("run", "--station", "X"),
        ("findings", "--station", "X"),
        ("reviews", "--station", "X"),
    ],
)
def test_what_is_wrong_is_refused(county, refused, words):
    refused("quality", words[0], county, *words[1:])


def test_without_a_lake_or_hours_it_is_refused(tmp_path, done, refused):
    refused("quality", "run", tmp_path / "nowhere")
    done("lake", "init", tmp_path / "empty")
    refused("quality", "run", tmp_path / "empty")
    refused("quality", "run", tmp_path / "empty", "--period", "2019-06")


@SQLITE_ONLY
def test_findings_that_were_tampered_with_are_told(county, capsys):
    with sqlite3.connect(county / LAKE.file) as sql:
        sql.execute(
            "INSERT INTO finding VALUES (3, 1, 'gaps', '1001A', 'pm25', 1, 2, "
            """'[["days", 1], ["hours", 2], ["expected", 3], ["usual", 2], """
            """["effect_pct", 3], ["z", 4]]', 'gaps-1', NULL, 'x')"""
        )
    sql.close()
    assert main(["quality", "findings", str(county)]) == 1
    assert "被改动或缺失 / altered, or one before it is gone: 3" in capsys.readouterr().out
