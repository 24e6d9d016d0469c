"""Adding files: a bad one stops no other, options make another load, progress is shown."""

from datetime import datetime

import pytest

from lantian.errors import BadRequest
from lantian.flows.add import add_files
from lantian.lake.store import Lake
from lantian.terms.hour import hour_number
from lantian.terms.mark import Source
from lantian.terms.pollutant import PM25, POLLUTANTS
from postgres import BOTH

HEAD = "time,site,PM2.5,PM10,SO2,NO2,O3,CO\n"
ROWS = "2019-06-01 01:00,A,35,60,8,30,120,0.6\n2019-06-01 02:00,A,36,61,9,31,121,0.7\n"


pytestmark = BOTH


@pytest.fixture
def lake(tmp_path, lake_backend):
    Lake.init(tmp_path / "lake")
    with Lake.open(tmp_path / "lake") as opened:
        yield opened


@pytest.fixture
def lines():
    return []


def write(folder, name, text):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def pm25(lake):
    h = hour_number(datetime(2019, 6, 1, 1))
    return int(lake.block(["A"], h, h + 1)[POLLUTANTS.index(PM25), 0, 0])


def test_bad_files_are_reported_at_the_end_and_stop_no_other(lake, tmp_path, lines):
    files = [
        write(tmp_path, "bad.csv", "time,site,colour\n2019-06-01 01:00,A,blue\n"),
        tmp_path / "absent.csv",
        write(tmp_path, "good.csv", HEAD + ROWS),
    ]
    added = add_files(lake, files, progress=lines.append)
    assert [error.where for error in added.bad][1].endswith("absent.csv")
    assert len(added.bad) == 2
    assert [r.hours.new for r in added.reports] == [2]
    assert pm25(lake) == 35_000
    assert [line.split(":")[0] for line in lines[:3]] == [
        "[1/3] bad.csv",
        "[2/3] absent.csv",
        "[3/3] good.csv",
    ]


def test_a_second_load_is_skipped_and_another_way_of_reading_is_not(lake, tmp_path, lines):
    file = write(tmp_path, "a.csv", HEAD + ROWS)
    add_files(lake, [file], progress=lines.append)
    again = add_files(lake, [file], progress=lines.append)
    assert again.reports[0].skipped
    assert "skipped" in lines[-1]
    audited = add_files(lake, [file], origin=Source.AUDITED_FILE, progress=lines.append)
    assert audited.reports[0].hours.identical == 2
    begins = add_files(lake, [file], hour_begins=True, progress=lines.append)
    assert not begins.reports[0].skipped


def test_audited_files_outrank_real_time_ones_whatever_came_first(lake, tmp_path, lines):
    real_time = write(tmp_path, "a.csv", HEAD + ROWS)
    audited = write(tmp_path, "b.csv", HEAD + ROWS.replace(",35,", ",40,"))
    add_files(lake, [audited], origin=Source.AUDITED_FILE, progress=lines.append)
    late = add_files(lake, [real_time], progress=lines.append)
    assert late.reports[0].quarantined == 1
    assert pm25(lake) == 40_000


def test_two_files_for_one_hour_the_later_correction_counts(lake, tmp_path, lines):
    files = [
        write(tmp_path, "a.csv", HEAD + ROWS),
        write(tmp_path, "b.csv", HEAD + ROWS.replace(",35,", ",37,")),
    ]
    added = add_files(lake, files, progress=lines.append)
    assert added.reports[1].hours.revisions == 1
    assert pm25(lake) == 37_000


def test_a_unit_that_is_none_is_refused(lake, tmp_path, lines):
    file = write(tmp_path, "a.csv", HEAD + ROWS)
    with pytest.raises(BadRequest):
        add_files(lake, [file], units={"co": "stone"}, progress=lines.append)
