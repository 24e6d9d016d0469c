"""The gate as a command: adoption, TLS, its end by a signal, and wrong options."""

import asyncio
import signal
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from gate.certificate import certificate
from gate.door import DEVICES, Running, eventually, real, rows_of, write
from gate.independent import Monitor, unpack
from lantian.cli.main import main
from lantian.gate.running import GateFailed, Options, run
from lantian.gate.server import Limits
from lantian.lake.fine import FineStore

PM25 = "DataTime={:%Y%m%d%H%M%S};a34004-Rtd={},a34004-Flag=N"


def values(folder: Path) -> list[int]:
    with rows_of(folder) as ask:
        days = [day for (day,) in ask("SELECT day FROM day WHERE kind = 'fine'")]
        return sorted(v // 1_000_000 for d in days for (v,) in ask(f"SELECT value FROM fine_{d}"))


def upload(gate: Running, mn: str, number: int, pw: str = "123456") -> None:
    monitor = Monitor(gate.address, mn, pw)
    monitor.upload("2011", PM25.format(monitor.now(), number))
    monitor.close()


@pytest.mark.slow
def test_a_monitor_is_adopted_while_the_gate_runs_and_while_it_does_not(
    folder: Path, start: Callable[..., Running]
) -> None:
    gate = start()
    upload(gate, "X8", 8)
    upload(gate, "X9", 9)
    assert values(folder) == []
    write(folder, "devices", DEVICES + "X8,S1,,,\n")
    eventually(lambda: values(folder) == [8])
    upload(gate, "X8", 10)
    assert gate.end() == 0
    write(folder, "devices", DEVICES + "X8,S1,,,\nX9,S2,123456,,\n")
    start()
    eventually(lambda: values(folder) == [8, 9, 10])


@pytest.mark.slow
def test_a_frame_that_was_refused_counts_when_it_comes_again_with_a_changed_password(
    folder: Path, start: Callable[..., Running]
) -> None:
    gate = start()
    raw = real(2, pw="654321")

    def answered() -> bool:
        with gate.connect() as line:
            line.settimeout(0.3)
            line.sendall(raw)
            try:
                return b"CN=9014" in line.recv(65_536)
            except TimeoutError:
                return False

    assert not answered()
    write(folder, "devices", DEVICES.replace("123456", "654321"))
    eventually(answered)
    eventually(lambda: values(folder) == [2])
    with rows_of(folder) as ask:
        assert ask("SELECT SUM(frames) FROM block") == [(1,)]


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)]
)
def test_a_signal_ends_it_and_what_was_handed_over_is_kept(
    folder: Path, start: Callable[..., Running], number: int
) -> None:
    gate = start()
    deaf = gate.connect()  # one that stays, and fetches nothing
    deaf.sendall(real(1)[:30])
    lines = [gate.connect() for _ in range(4)]
    for n, line in enumerate(lines):
        line.sendall(b"".join(real(n * 30 + i, n=n * 30 + i) for i in range(30)))
    answered = lines[3].recv(65_536).count(b"CN=9014")
    begin = time.monotonic()
    assert gate.end(number) == 0
    assert time.monotonic() - begin < 5
    for line in [deaf, *lines]:
        try:
            while data := line.recv(65_536):
                answered += data.count(b"CN=9014")
        except ConnectionError:
            pass
        line.close()
    assert 0 < answered <= len(values(folder))


@pytest.mark.slow
def test_tls_is_spoken_and_plain_text_then_is_not(
    folder: Path, tmp_path: Path, start: Callable[..., Running]
) -> None:
    cert, key = certificate(tmp_path)
    gate = start("--tls", str(cert), str(key))
    context = ssl.create_default_context(cafile=str(cert))
    with gate.connect() as plain:
        plain.sendall(real(1))
        with suppress(ConnectionError):
            assert b"9014" not in plain.recv(300)
    with context.wrap_socket(gate.connect(), server_hostname="localhost") as line:
        line.sendall(real(2))
        assert unpack(line.recv(300))["CN"] == "9014"
        # One that stays connected does not hold up the end.
        begin = time.monotonic()
        assert gate.end() == 0
        assert time.monotonic() - begin < 5
    assert values(folder) == [2]


def refused(capsys: pytest.CaptureFixture[str], *words: Any) -> str:
    """Run the command in this process: it ends, with one sentence and status 2."""
    assert main(["gate", "serve", *map(str, words)]) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith("lantian gate: LT-")
    assert " -> " in said.err
    return said.err


AT = ("--hj212", "127.0.0.1:0")


def test_without_a_lake_there_is_no_gate(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "no lake here" in refused(capsys, "--lake", tmp_path / "none", *AT)
    assert "no lake here" in refused(capsys, "--lake", tmp_path, *AT)
    assert list(tmp_path.iterdir()) == []


def test_where_it_cannot_listen_it_ends(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        said = refused(capsys, "--lake", folder, "--hj212", address)
    assert "cannot listen" in said


@pytest.mark.parametrize(
    "address",
    ["", "9212", ":", "host:", ":9212", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:９"],
)
def test_what_is_no_address_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    assert "is no address" in refused(capsys, "--lake", folder, "--hj212", address)


def test_certificate_and_key_must_be_of_each_other(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cert, key = certificate(tmp_path)
    for files in ((key, cert), (cert, tmp_path / "none"), (folder, key), (cert, cert)):
        said = refused(capsys, "--lake", folder, *AT, "--tls", *files)
        assert "do not serve" in said


@pytest.mark.parametrize("words", [(), ("--lake", "x"), AT, ("--lake", "x", *AT, "--tls", "y")])
def test_options_that_lack_are_said(
    words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["gate", "serve", *words])
    assert caught.value.code == 2
    assert "--" in capsys.readouterr().err


def test_a_folder_has_one_gate(
    folder: Path, start: Callable[..., Running], capsys: pytest.CaptureFixture[str]
) -> None:
    gate = start()
    assert "running in this folder already" in refused(capsys, "--lake", folder, *AT)
    upload(gate, "A1", 1)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_writer_that_fails_by_a_fault_of_ours_ends_the_gate_and_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(store: FineStore, group: object) -> None:
        raise ZeroDivisionError

    async def work() -> None:
        monkeypatch.setattr(FineStore, "keep", broken)
        said: list[str] = []
        options = Options(folder, "127.0.0.1", 0, None, Limits())
        gate = asyncio.create_task(run(options, said.append))
        while not said:
            await asyncio.sleep(0.01)
        _, writer = await asyncio.open_connection("127.0.0.1", int(said[0].rpartition(":")[2]))
        writer.write(real(1))
        with pytest.raises(GateFailed, match="writer ended"):
            await asyncio.wait_for(gate, 20)
        writer.close()

    asyncio.run(work())
