"""The live feed's two columns of ozone."""

from pathlib import Path

import pytest

from lantian.errors import BadFile
from lantian.lake.readers import read

HEAD = "timepoint,stationcode,o3,o3_24h\n"


def ozone(tmp_path: Path, *rows: str) -> tuple[list[int], tuple[str, ...]]:
    file = tmp_path / "live.csv"
    file.write_text(HEAD + "".join(f"2018-02-20T07:00:00,{row}\n" for row in rows))
    found = read(file)
    return found.rows.values[5].tolist(), found.notes


def test_the_hour_stands_under_its_own_name(tmp_path: Path) -> None:
    assert ozone(tmp_path, "1001A,62,84", "1002A,83,83") == ([62_000, 83_000], ())


def test_exchanged_names_are_seen_and_said(tmp_path: Path) -> None:
    values, notes = ozone(tmp_path, "1001A,84,62", "1002A,83,83")
    assert values == [62_000, 83_000]
    assert "互换" in notes[0]


def test_values_that_fit_neither_way_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match="cannot be told which is the hour"):
        ozone(tmp_path, "1001A,62,84", "1002A,90,83")


def test_a_feed_without_the_maximum_is_taken_as_named(tmp_path: Path) -> None:
    file = tmp_path / "live.csv"
    file.write_text("timepoint,stationcode,o3\n2018-02-20T07:00:00,1001A,62\n")
    assert read(file).rows.values[5].tolist() == [62_000]
