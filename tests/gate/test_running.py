"""The gate as a command: adoption, TLS, its end by a signal, and wrong options."""

import datetime as dt
import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from gate.door import DEVICES, Running, eventually, real, rows_of, write
from gate.independent import Monitor, unpack

PM25 = "DataTime={:%Y%m%d%H%M%S};a34004-Rtd={},a34004-Flag=N"


def values(folder: Path) -> list[int]:
    with rows_of(folder) as ask:
        days = [day for (day,) in ask("SELECT day FROM day WHERE kind = 'fine'")]
        return sorted(v // 1_000_000 for d in days for (v,) in ask(f"SELECT value FROM fine_{d}"))


def upload(gate: Running, mn: str, number: int, pw: str = "123456") -> None:
    monitor = Monitor(gate.address, mn, pw)
    monitor.upload("2011", PM25.format(monitor.now(), number))
    monitor.close()


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


def test_a_password_that_changed_holds_without_a_restart(
    folder: Path, start: Callable[..., Running]
) -> None:
    gate = start()
    upload(gate, "A1", 1)
    write(folder, "devices", DEVICES.replace("123456", "654321"))

    def taken() -> bool:
        with gate.connect() as line:
            line.settimeout(0.3)
            line.sendall(real(2, pw="654321", n=7))
            try:
                return bool(line.recv(200))
            except TimeoutError:
                return False

    eventually(taken)
    assert set(values(folder)) == {1, 2}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
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


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for this machine and its key, as files."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return files


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


def run(*words: Any) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "lantian.cli.main", "gate", "serve", *map(str, words)],
        check=False,
        capture_output=True,
        text=True,
        timeout=30,
        env=dict(os.environ),
    )


def refused(*words: Any) -> str:
    done = run(*words)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith("lantian gate: LT-")
    assert " -> " in done.stderr
    return done.stderr


def test_wrong_options_get_one_sentence_each(folder: Path, tmp_path: Path) -> None:
    at = ("--hj212", "127.0.0.1:0")
    assert "no lake here" in refused("--lake", tmp_path / "none", *at)
    assert "is no address" in refused("--lake", folder, "--hj212", "9212")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused("--lake", folder, "--hj212", f"127.0.0.1:{port}")
        assert "cannot listen" in said
    cert, key = certificate(tmp_path)
    assert "do not serve" in refused("--lake", folder, *at, "--tls", key, cert)


@pytest.mark.slow
@pytest.mark.parametrize(
    "address", ["", ":", "host:", ":9212", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:９"]
)
def test_what_is_no_address_is_said(folder: Path, address: str) -> None:
    assert "is no address" in refused("--lake", folder, "--hj212", address)


@pytest.mark.slow
def test_options_that_lack_are_said(folder: Path, tmp_path: Path) -> None:
    for words in ((), ("--lake", folder), ("--hj212", "127.0.0.1:0")):
        done = run(*words)
        assert (done.returncode, done.stdout) == (2, "")
        assert "required: --" in done.stderr
    at = ("--hj212", "127.0.0.1:0")
    assert "do not serve" in refused("--lake", folder, *at, "--tls", tmp_path / "no", tmp_path)
    assert "cannot listen" in refused("--lake", folder, "--hj212", "no.such.host.invalid:1")
