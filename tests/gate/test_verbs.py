"""The verbs by which an office sees its monitors and speaks to them."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from gate.door import Running, eventually
from gate.independent import Monitor
from lantian.cli.main import main
from lantian.lake.fine import FineStore
from lantian.lake.said import Said

AT_US = 1_800_000_000_000_000


def printed(capsys: pytest.CaptureFixture[str], *words: object) -> list[str]:
    assert main(["gate", *map(str, words)]) == 0
    return capsys.readouterr().out.splitlines()


def test_registered_and_heard_stand_in_one_list(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store = FineStore.open(folder)
    said = Said("A1", b"1", AT_US, "10.0.0.9", version=2017, clock_ms=-1500, faults=("modbus",))
    store.keep([said, Said("X9", b"2", AT_US, "10.0.0.8", cause="unknown")])
    store.close()
    assert printed(capsys, "devices", folder, "--days", 99_999) == [
        "mn,station,last,version,clock_s,peer,faults",
        "A1,S1,2027-01-15 16:00:00,2017,-1.5,10.0.0.9,modbus=1",
        "B2,S2,,,,,",
        "X9,,2027-01-15 16:00:00,,,10.0.0.8,unknown=1",
    ]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("X9", "1062", "RtdInterval=30"), "no such device"),
        (("A1", "9014"), "no command of a platform"),
        (("A1", "2081"), "no command of a platform"),
        (("A1", "1062", "30"), "NAME=VALUE"),
    ],
)
def test_what_cannot_be_asked_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], told: str
) -> None:
    assert main(["gate", "command", str(folder), *words]) == 2
    assert told in capsys.readouterr().err


@pytest.mark.slow
def test_an_independent_monitor_carries_commands_out(
    folder: Path, start: Callable[..., Running], capsys: pytest.CaptureFixture[str]
) -> None:
    gate = start()
    monitor = Monitor(gate.address, "A1", "123456")
    hour = (monitor.now() - timedelta(hours=2)).replace(minute=0, second=0)
    stamp = f"{hour:%Y%m%d%H%M%S}"
    monitor.memory.history = {"2061": {stamp: "a34004-Avg=31,a34004-Flag=N"}}
    asked = [
        ("1000", "OverTime=7", "ReCount=2"),
        ("1011",),
        ("1012",),
        ("1061",),
        ("1062", "RtdInterval=600"),
        ("1063",),
        ("1064", "MinInterval=10"),
        ("2011",),
        ("2061", f"BeginTime={stamp}", f"EndTime={stamp}"),
        ("3011", "PolId=a34004"),
        ("2012",),
        ("1062", "RtdInterval=5"),
    ]
    for words in asked:
        printed(capsys, "command", folder, "A1", *words)
    now = f"{monitor.now():%Y%m%d%H%M%S}"
    monitor.upload("2011", f"DataTime={now};a34004-Rtd=31,a34004-Flag=N")
    assert monitor.serve(15, until=len(asked)) == len(asked)

    def ended() -> list[str]:
        lines = printed(capsys, "command", folder, "A1")[1:]
        waiting = (",asked,", ",sent,", ",accepted,")
        return [] if any(word in line for line in lines for word in waiting) else lines

    assert {line.split(",")[0] + line.split(",")[2] for line in eventually(ended)[:-1]} == {
        f"{words[0]}done" for words in asked[:-1]
    }
    assert ended()[-1] == "1062,RtdInterval=5,failed,ExeRtn=3,1"
    memory = monitor.memory
    assert (memory.realtime_s, memory.minutes, memory.overtime_s, memory.recount) == (600, 10, 7, 2)
    monitor.close()
    gate.end()
    store = FineStore.open(folder)
    values = store.ledger.sql.execute(
        "SELECT l.value FROM latest l JOIN series s ON s.id = l.series WHERE s.span_s = 3600"
    ).fetchall()
    store.close()
    assert [row[0] for row in values] == [31_000_000]
