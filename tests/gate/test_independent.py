"""A monitor written only from the standard's text talks with the gate: upload dialogues."""

import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gate.door import Running, eventually, now_local, rows_of
from gate.independent import Message, Monitor, WrongError, checksum, pack, unpack
from lantian.hj212 import crc
from lantian.hj212.packet import decode


def test_its_checksum_is_that_of_the_worked_example() -> None:
    raw = pack(
        "QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;"
        "CP=&&RtdInterval=30&&"
    )
    assert raw.startswith(b"##0101QN")
    assert raw.endswith(b"&&1C80\r\n")
    assert [checksum(s) for s in (b"", b"A", b"123456789")] == [0xFFFF, 0x7080, 0x2F80]


def test_both_sides_read_each_other() -> None:
    raw = pack(
        "QN=20160801085857223;ST=22;CN=2011;PW=1;MN=A;Flag=5;CP=&&a-Rtd=1,a-Flag=N;b-Rtd=2&&"
    )
    message, packet = unpack(raw), decode(raw)
    assert message.items == [(n, v) for n, v in packet.items]
    assert (message["MN"], checksum(raw[6:-6])) == (packet.mn, crc.standard(raw[6:-6]))


@pytest.mark.parametrize("place", [2, 5, 20, -4])
def test_it_refuses_what_is_not_as_the_text_says(place: int) -> None:
    raw = bytearray(pack("QN=1;CP=&&&&"))
    raw[place] ^= 1
    with pytest.raises(WrongError):
        unpack(bytes(raw))


def values(folder: Path) -> list[tuple[Any, ...]]:
    with rows_of(folder) as ask:
        days = [day for (day,) in ask("SELECT day FROM day WHERE kind = 'fine'")]
        return sorted(
            row
            for day in days
            for row in ask(
                "SELECT n.factor, n.kind, n.span_s, f.value, f.low, f.high, f.flag "
                f"FROM fine_{day} f JOIN series n ON n.id = f.series"
            )
        )


M = 1_000_000


@pytest.mark.slow
def test_upload_dialogues_of_the_three_versions(
    folder: Path, start: Callable[..., Running]
) -> None:
    gate = start()
    today = now_local().replace(hour=0, minute=0, second=0, microsecond=0)
    day = f"{today - timedelta(days=1):%Y%m%d%H%M%S}"
    for bits in (0, 1, 2):
        monitor = Monitor(gate.address, "A1", "123456", bits=bits)
        at = f"DataTime={monitor.now() - timedelta(minutes=bits):%Y%m%d%H%M%S}"
        # Table C.14, and C.16 to C.18.
        monitor.upload("2011", f"{at};a34004-Rtd={bits},a34004-Flag=N")
        monitor.upload("2011", f"{at};a34002-Rtd={bits}", answer=False)
        area = f"w00000-Cou=9,w00000-Min={bits},w00000-Avg=5,w00000-Max=6,w00000-Flag=N"
        monitor.upload("2051", f"DataTime={day};{area}")
        monitor.upload("2061", f"DataTime={day};{area}")
        monitor.upload("2031", f"DataTime={day};{area}")
        # Tables C.49 and C.50.
        parts = [f"DataTime={day};p{n}-Avg={bits}.5,p{n}-Flag=N" for n in (1, 2, 3)]
        assert len(set(monitor.upload_parts("2061", parts))) == 3
        monitor.upload_parts("2061", [part.replace("p", "q") for part in parts], answer=False)
        # Table C.4: its answer comes after what was sent without one, so that is kept too.
        monitor.notify("1013", "PolId=w01018")
        monitor.close()
    gate.end()
    found = values(folder)
    assert {row[:4] for row in found if row[0].startswith("a34")} == {
        (factor, "", 0, bits * M) for factor in ("a34004", "a34002") for bits in (0, 1, 2)
    }
    assert [row[1:] for row in found if row[0] == "w00000"] == sorted(
        row
        for span_s in (60, 3600, 86_400)
        for row in (
            ("", span_s, 5 * M, 2 * M, 6 * M, "N"), ("Cou", span_s, 9 * M, None, None, "N"),
        )
    )  # fmt: skip
    assert [row for row in found if row[0][0] in "pq"] == [
        (f"{name}{n}", "", 3600, 2_500_000, None, None, "N") for name in "pq" for n in (1, 2, 3)
    ]
    with rows_of(folder) as ask:
        assert ask("SELECT cause, count FROM fault") == []
        assert ask("SELECT mn, version FROM source") == [("A1", 2025)]


def platform(monitor_end: socket.socket) -> Callable[..., list[Message]]:
    """A platform's end: it asks, and takes what comes up to a message of some kind."""
    held = b""

    def ask(cn: str, area: str = "", until: str = "9012", **other: str) -> list[Message]:
        nonlocal held
        head = {"QN": "20160801085857223", "ST": "22", "CN": cn, "PW": "123456", "MN": "A1"}
        fields = head | {"Flag": "5"} | other
        text = "".join(f"{k}={v};" for k, v in fields.items())
        monitor_end.sendall(pack(f"{text}CP=&&{area}&&"))
        found: list[Message] = []
        while not found or found[-1]["CN"] != until:
            while b"\r\n" not in held:
                held += monitor_end.recv(65_536)
            raw, _, held = held.partition(b"\r\n")
            found.append(unpack(raw + b"\r\n"))
            if int(found[-1]["Flag"]) % 2 and found[-1]["CN"].startswith("20"):
                answer = f"QN={found[-1]['QN']};ST=91;CN=9014;PW=;MN=A1;Flag=4;CP=&&&&"
                monitor_end.sendall(pack(answer))
        return found

    return ask


def test_as_a_device_it_serves_the_requests_of_the_text() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monitor = Monitor(listening.getsockname(), "A1", "123456")
        end, _ = listening.accept()
    hours = {f"2016080108{n:02d}00": f"a34004-Avg={n},a34004-Flag=N" for n in range(3)}
    monitor.memory.history = {"2061": hours, "2051": hours}
    serving = threading.Thread(target=lambda: monitor.serve(20, until=17))
    serving.start()
    with end:
        end.settimeout(5)
        ask = platform(end)

        def told(found: list[Message]) -> list[tuple[str, str]]:
            assert all(m["QN"] == "20160801085857223" for m in found if m["CN"] > "9")
            return [(m["CN"], m.items[-1][1]) for m in found]

        for cn, area in (
            ("1000", "OverTime=7;ReCount=2"),
            ("1062", "RtdInterval=30"),
            ("1064", "MinInterval=10"),
            ("2011", ""),
            ("1072", "NewPW=654321"),
        ):
            assert told(ask(cn, area)) == [("9011", "1"), ("9012", "1")]
        assert told(ask("1061", PW="654321")) == [("9011", "1"), ("1061", "30"), ("9012", "1")]
        assert told(ask("1063", PW="654321")) == [("9011", "1"), ("1063", "10"), ("9012", "1")]
        assert told(ask("1012", "SystemTime=20160801085857", PW="654321"))[-1] == ("9012", "1")
        at = ask("1011", PW="654321")[1].item("SystemTime")
        assert "20160801085857" <= at <= "20160801085907"
        span = "BeginTime=20160801080100;EndTime=20160801080200"
        for cn in ("2061", "2051"):
            sent = ask(cn, span, PW="654321")
            assert [m.item("DataTime") for m in sent[1:-1]] == list(hours)[1:]
            assert told(sent)[-1] == ("9012", "1")
        assert told(ask("2031", span, PW="654321")) == [("9011", "1"), ("9012", "100")]
        assert told(ask("1062", "RtdInterval=29", PW="654321"))[-1] == ("9012", "3")
        assert [m["CN"] for m in ask("2012", until="9013", PW="654321")] == ["9013"]
        for code, other in (("3", {}), ("4", {"PW": "654321", "MN": "B"}), ("8", {"PW": "654321"})):
            assert told(ask("1999", until="9011", **other)) == [("9011", code)]
        serving.join()
    monitor.close()
    assert not monitor.memory.sends
    assert (monitor.memory.overtime_s, monitor.memory.recount) == (7, 2)


@pytest.mark.slow
def test_a_monitor_with_a_wrong_password_hears_nothing(
    folder: Path, start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gate.independent.OVERTIME_S", 0.2)
    monitor = Monitor(start().address, "A1", "000000")
    with pytest.raises(WrongError, match="no 9014"):
        monitor.upload("2011", f"DataTime={monitor.now():%Y%m%d%H%M%S};a34004-Rtd=1")
    monitor.close()


@pytest.mark.slow
def test_a_monitor_that_asks_for_the_time_is_set(
    folder: Path, start: Callable[..., Running]
) -> None:
    gate = start()
    monitor = Monitor(gate.address, "A1", "123456")
    monitor.memory.clock = timedelta(seconds=-90)
    monitor.notify("1013")
    assert monitor.serve(15, until=1) == 1
    assert monitor.served == ["1012"]
    assert abs(monitor.memory.clock) < timedelta(seconds=5)
    eventually(lambda: states(folder) == [("1012", "done")])
    monitor.close()


def states(folder: Path) -> list[tuple[Any, ...]]:
    with rows_of(folder) as ask:
        return ask("SELECT cn, state FROM command")
