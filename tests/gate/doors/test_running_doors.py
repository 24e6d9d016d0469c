"""Doors of a gate as a command: adoption, metrics, wrong declarations, and the verb `doors`."""

import csv
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from gate.door import DEVICES, Running, eventually, rows_of, write
from gate.doors.inside import READING, body, declare, free_port, now_t, stored
from gate.doors.test_push import STREAM, send
from lantian.cli.main import main
from lantian.gate.doors.message import Message
from lantian.gate.doors.opening import SETTINGS, settings_of
from lantian.gate.doors.status import GRADES, statuses
from lantian.gate.doors.streams import load

PLATFORM = {
    "stationcode": "StationCode", "timepoint": "TimePoint", "so2": "SO2", "no2": "NO2",
    "pm10": "PM10", "pm2_5": "PM2_5", "co": "CO", "o3": "O3", "o3_24h": "O3_24h",
}  # fmt: skip


@pytest.mark.slow
def test_a_source_is_adopted_its_hour_folded_and_the_doors_counted(
    folder: Path, start: Callable[..., Running]
) -> None:
    declare(folder, "vendor", STREAM, READING.replace("span_s = 0", "span_s = 3600"))
    ports = free_port(), free_port()
    gate = start("--http", f"127.0.0.1:{ports[0]}", "--metrics", f"127.0.0.1:{ports[1]}")
    hour = now_t() // 3600 * 3600 - 7200
    assert send(ports[0], body(("A1", hour, 35), ("X9", hour, 36))).text == "values=1\nunknown\n"
    assert stored(folder) == {("A1", hour): 35}
    write(folder, "devices", DEVICES + "X9,S2,,a34004=ug/m3,field\n")
    eventually(lambda: stored(folder) == {("A1", hour): 35, ("X9", hour): 36})
    eventually(lambda: any("metrics" in line for line in gate.said))
    figures = requests.get(f"http://127.0.0.1:{ports[1]}/metrics", timeout=10).text
    assert 'lantian_gate_door_total{door="http",stream="vendor",what="message"} 1\n' in figures
    assert 'lantian_gate_door_total{door="http",stream="vendor",what="unknown"} 1\n' in figures
    assert gate.end() == 0
    # Nobody can be asked for an hour through a door that only listens.
    with rows_of(folder) as ask:
        assert ask("SELECT COUNT(*) FROM command") == [(0,)]


@pytest.mark.parametrize(
    ("words", "text", "said"),
    [
        (("--mqtt", "mqtt://127.0.0.1"), None, "--mqtt"),
        (("--http", "127.0.0.1:0"), 'door = "mqtt"\n[mqtt]\ntopics = ["a"]\n', "--http"),
        ((), 'door = "post"\n', "one of: mqtt, drop, http, pull"),
        ((), "", 'door = "…"'),
        ((), "door = 1\n", "door = 1"),
        ((), 'door = "mqtt"\n[mqtt]\ntopics = []\n', "topics: at least one"),
        ((), 'door = "mqtt"\n[mqtt]\ntopic = ["a"]\n', "unknown key topic"),
        ((), 'door = "http"\n[http]\ntoken_sha256 = "x"\n', "sha256sum"),
        ((), 'door = "drop"\n[drop]\nfiles = ["a/b"]\n', "without folders"),
        ((), 'door = "drop"\nreads = "poems"\n[drop]\nfiles = ["a"]\n', "reads = 'poems'"),
        ((), 'door = "drop"\nlayout = "x"\n[drop]\nfiles = ["a"]\n', "national"),
        ((), 'door = "drop"\nlike = "x"\n[drop]\nfiles = ["a"]\n', "unknown key like"),
        ((), "door = \n", "TOML"),
    ],
)
def test_what_is_declared_wrongly_ends_the_gate_before_it_listens(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    text: str | None,
    said: str,
) -> None:
    if text is not None:
        declare(folder, "vendor", text)
    begin = ["gate", "serve", "--lake", str(folder), "--hj212", "127.0.0.1:0", *words]
    assert main(begin) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert said in told.err
    assert "LT-600" in told.err
    if text is not None and not words:
        assert "doors/vendor.toml" in told.err
        assert main(["gate", "doors", str(folder)]) == 2


def test_the_verb_lists_doors_checks_streams_and_reads_a_sample(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["gate", "doors"]) == 0
    listed = capsys.readouterr().out
    for name, status in statuses().items():
        assert f"{name}  {status.grade}  {status.zh}" in listed
    declare(folder, "vendor", STREAM)
    assert main(["gate", "doors", str(folder)]) == 0
    assert capsys.readouterr().out == "stream,door,title\nvendor,http,vendor\n"
    sample = tmp_path / "sample.json"
    sample.write_bytes(body(("A1", 1_795_363_200, 35.50), ("", 1, 1)))
    assert main(["gate", "doors", str(folder), "--read", "vendor", str(sample)]) == 0
    value, wrong, note = map(json.loads, capsys.readouterr().out.splitlines())
    assert value == {
        "mn": "A1", "factor": "a34004", "time": "2026-11-23 00:00:00", "span_s": 0,
        "value": "35.5", "unit": "ug/m3", "flag": "",
    }  # fmt: skip
    assert wrong["cause"] == "source"
    assert "no identity" in note["note"]
    for words in (["--read", "none", str(sample)], ["--read", "vendor", str(tmp_path / "none")]):
        assert main(["gate", "doors", str(folder), *words]) == 2
        assert "LT-100" in capsys.readouterr().err


def test_every_door_has_a_status_that_names_its_adapter() -> None:
    found = statuses()
    assert set(SETTINGS) <= set(found)
    for status in found.values():
        assert status.grade in GRADES
        assert status.does
        assert status.lacks


def test_the_real_hour_of_the_national_feed_is_read_for_the_stations_of_the_register(
    folder: Path, shared: Path
) -> None:
    declare(folder, "live", 'door = "drop"\nlayout = "national-csv"\n[drop]\nfiles = ["*"]\n', "")
    file = shared / "data/cnemc_snapshot/stations_2018-02-20T07.csv"
    message = Message("drop", "live", file.name, file.read_bytes(), now_t() * 1_000_000, "")
    told, notes = load(folder)["live"].reader.read(message)
    assert (len(told), notes) == (1495, [])
    first = {n.factor: (str(n.value), n.t, n.span_s) for n in told[0].numbers}
    assert told[0].mn == "1001A"
    hour = 1_519_081_200  # 2018-02-20 07:00 in Beijing
    assert first == {
        "a21026": ("3", hour, 3600), "a21004": ("17", hour, 3600),
        "a34004": ("38", hour, 3600), "a21005": ("0.7", hour, 3600),
        "a05024": ("84", hour, 3600),
    }  # fmt: skip
    assert sum(len(each.numbers) for each in told) > 7_500
    # The platform's own JSON: the same under its names, with its word for a missing value.
    declare(folder, "json", 'door = "drop"\nlayout = "national"\n[drop]\nfiles = ["*"]\n', "")
    rows = csv.DictReader(file.read_text("utf-8").splitlines())
    feed = [{PLATFORM.get(k, k): "—" if v == "-;" else v for k, v in r.items()} for r in rows]
    again = message._replace(body=json.dumps(feed, ensure_ascii=False).encode())
    assert load(folder)["json"].reader.read(again) == (told, [])


@pytest.mark.parametrize("page", ["doors.md", "doors.zh-CN.md"])
def test_what_the_documents_show_can_be_declared(folder: Path, root: Path, page: str) -> None:
    whole, pull = re.findall(r"```toml\n(.+?)```", (root / "docs" / page).read_text("utf-8"), re.S)
    declare(folder, "whole", whole, "")
    declare(folder, "pull", pull)
    for stream in load(folder).values():
        settings_of(stream)
