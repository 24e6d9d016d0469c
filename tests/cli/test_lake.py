"""The command `lantian lake`, from an empty folder to a compacted lake."""

import pytest

from lantian.cli.main import main

HEAD = "time,site,PM2.5,PM10,SO2,NO2,O3,CO\n"
ROWS = "2019-06-01 01:00,A,35,60,8,30,120,0.6\n2019-06-03 05:00,A,36,61,9,31,121,0.7\n"


@pytest.fixture
def folder(tmp_path, capsys):
    assert main(["lake", "init", str(tmp_path / "lake")]) == 0
    assert "made" in capsys.readouterr().out
    return tmp_path / "lake"


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "june.csv"
    path.write_text(HEAD + ROWS, encoding="utf-8")
    return path


def test_add_check_and_compact(folder, file, capsys):
    assert main(["lake", "add", str(folder), str(file)]) == 0
    out, err = capsys.readouterr()
    assert "new 2" in out
    assert "seq 1" in out
    assert err.startswith("[1/1] june.csv: 2 ")
    assert main(["lake", "check", str(folder)]) == 0
    out = capsys.readouterr().out
    assert "A 2019-06-01 02:00 … 2019-06-03 04:00 (51 h)" in out
    assert "hot rows 2" in out
    assert "faults: 0" in out
    availability = next(line for line in out.splitlines() if line.startswith("  A "))
    assert availability.split() == ["A", "2019", "3"]
    assert main(["lake", "compact", str(folder)]) == 0
    assert "1 个月 / months, 2 行 / rows" in capsys.readouterr().out
    assert main(["lake", "check", str(folder)]) == 0
    assert "parts 1 (2 行 / rows), 热行 / hot rows 0" in capsys.readouterr().out


def test_a_bad_file_is_said_last_with_status_2_and_the_good_one_is_stored(
    folder, file, tmp_path, capsys
):
    bad = tmp_path / "bad.csv"
    bad.write_text("time,site,colour\n2019-06-01 01:00,A,blue\n", encoding="utf-8")
    assert main(["lake", "add", str(folder), str(bad), str(file)]) == 2
    out, err = capsys.readouterr()
    assert "bad files 1" in out
    assert "colour" in err.splitlines()[-1]


def test_refresh_holds_the_days_that_wait_and_anew_all_of_them(folder, file, capsys):
    assert main(["lake", "add", str(folder), str(file)]) == 0
    capsys.readouterr()
    # New to the lake, every day of every month near its hours waits: May 2019 and June.
    assert main(["lake", "refresh", str(folder)]) == 0
    out, err = capsys.readouterr()
    assert "61 站日 / station days, 2 站月" in out
    assert "waiting 0; seq 1" in out
    assert [line[:7] for line in err.splitlines()] == ["2019-06", "2019-05"]
    assert main(["lake", "refresh", str(folder)]) == 0
    assert "refreshed: 0 站日" in capsys.readouterr().out
    assert main(["lake", "refresh", str(folder), "--anew"]) == 0
    assert "refreshed: 61 站日" in capsys.readouterr().out


def test_a_fault_makes_check_return_1(folder, capsys):
    (folder / "parts" / "left.tmp").write_bytes(b"half")
    assert main(["lake", "check", str(folder)]) == 1
    assert "left.tmp" in capsys.readouterr().out


def test_no_lake_is_said_with_what_to_do(tmp_path, capsys):
    assert main(["lake", "check", str(tmp_path)]) == 2
    assert f"lantian lake init {tmp_path}" in capsys.readouterr().err


def test_audited_state_and_units_reach_the_lake(folder, file, tmp_path, capsys):
    micro = tmp_path / "micro.csv"
    micro.write_text(HEAD + ROWS.replace(",0.6", ",600").replace(",0.7", ",700"), encoding="utf-8")
    words = ["--state", "audited", "--unit", "co=ugm3", "--layout", "wide"]
    assert main(["lake", "add", str(folder), str(micro), *words]) == 0
    assert main(["lake", "add", str(folder), str(file)]) == 0
    err = capsys.readouterr().err
    assert "identical 2" in err.splitlines()[-1]
