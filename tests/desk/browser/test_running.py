"""Starting and stopping a desk from the command line: demo, once, TLS, what is refused."""

import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from time import sleep

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from playwright.sync_api import Browser

from desk.browser.running import LANTIAN, RunningDesk, running

type Run = Callable[..., subprocess.CompletedProcess[str]]
DEMO_USERS = {"admin", "audit", "hq", "group", "dept", "town", "grid", "expert", "company"}


@pytest.fixture(scope="module")
def lantian(plain_env: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Run a command that ends by itself, in a folder of this module."""
    folder = tmp_path_factory.mktemp("commands")

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        given = [sys.executable, *LANTIAN, *map(str, words)]
        return subprocess.run(
            given, capture_output=True, text=True, check=False, cwd=folder, env=dict(plain_env)
        )

    return run


@pytest.fixture(scope="module")
def made(lantian: Run, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty desk, which no test changes."""
    folder = tmp_path_factory.mktemp("made") / "county"
    done = lantian("desk", "init", "--dir", folder)
    assert done.returncode == 0, done.stderr
    return folder


def certificate(folder: Path) -> tuple[Path, Path]:
    """Sign a certificate of 127.0.0.1 by itself; return its file and that of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "county")])
    now = datetime.now(UTC)
    hosts = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(hosts, critical=False)
        .sign(key, SHA256())
    )
    files = folder / "cert.pem", folder / "key.pem"
    files[0].write_bytes(signed.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


@pytest.mark.slow
def test_the_demo_ends_in_a_desk_that_ctrl_c_stops(plain_env, tmp_path) -> None:
    with running([*LANTIAN, "demo", "--out", str(tmp_path / "out")], plain_env) as desk:
        assert desk.url.startswith("http://127.0.0.1:")
        assert desk.passwords.keys() >= DEMO_USERS
        assert len(set(desk.passwords.values())) == len(desk.passwords)
        family = desk.family()
        assert len(family) >= 4
        assert desk.stop() == 0
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []
    assert desk.said.rstrip().endswith("已停止 / stopped")


@pytest.mark.slow
def test_ctrl_c_while_a_desk_starts_leaves_no_process_behind(made, plain_env) -> None:
    words = [*LANTIAN, "desk", "serve", "--dir", str(made), "--port", "0"]
    process = subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.DEVNULL, env=dict(plain_env)
    )
    desk = RunningDesk(process)
    while len(family := desk.family()) < 4:
        assert process.poll() is None
        sleep(0.01)
    assert desk.stop() == 0
    assert [pid for pid in family if Path(f"/proc/{pid}").exists()] == []


@pytest.mark.slow
def test_the_demo_once_does_all_but_stay_up(lantian, tmp_path) -> None:
    done = lantian("demo", "--once", "--out", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "综合指数" in done.stdout
    assert "青岚县（虚构）" in done.stdout
    assert "http://" not in done.stdout
    assert (tmp_path / "bulletin-2015-12-zh.docx").stat().st_size > 10_000
    assert (tmp_path / "lake" / "desk.sqlite").is_file()


@pytest.mark.slow
def test_a_desk_serves_https_with_its_own_certificate(
    browser: Browser, made: Path, plain_env, tmp_path
) -> None:
    words = ["desk", "serve", "--dir", str(made), "--port", "0", "--processes", "1", "--tls"]
    with running([*LANTIAN, *words, *map(str, certificate(tmp_path))], plain_env) as desk:
        assert desk.url.startswith("https://127.0.0.1:")
        context = browser.new_context(ignore_https_errors=True)
        page = context.new_page()
        answer = page.goto(f"{desk.url}/sign-in")
        assert answer is not None
        assert answer.ok
        assert answer.security_details()["subjectName"] == "county"
        cookies = {cookie["name"]: cookie["secure"] for cookie in context.cookies()}
        context.close()
        assert cookies["__Host-lantian_csrf"]
        assert desk.stop() == 0


@pytest.mark.slow
def test_a_port_that_is_taken_is_named_with_a_way_out(lantian, made) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        done = lantian("desk", "serve", "--dir", made, "--port", port)
    assert done.returncode == 2
    assert f"127.0.0.1:{port}" in done.stderr
    assert "--port 0" in done.stderr


@pytest.mark.slow
def test_a_port_that_cannot_be_is_refused(lantian, made) -> None:
    done = lantian("desk", "serve", "--dir", made, "--port", "70000")
    assert done.returncode == 2
    assert "127.0.0.1:70000" in done.stderr


@pytest.mark.slow
def test_a_certificate_that_is_not_there_is_named(lantian, made) -> None:
    done = lantian("desk", "serve", "--dir", made, "--port", "0", "--tls", "no.pem", "no.key")
    assert done.returncode == 2
    assert "no.pem" in done.stderr
    assert "--tls CERT.pem KEY.pem" in done.stderr


@pytest.mark.slow
def test_a_certificate_that_is_none_is_named(lantian, made, tmp_path) -> None:
    cert, key = certificate(tmp_path)
    cert.write_text("no certificate", encoding="ascii")
    done = lantian("desk", "serve", "--dir", made, "--port", "0", "--tls", cert, key)
    assert done.returncode == 2
    assert "cert.pem" in done.stderr


@pytest.mark.slow
def test_the_key_of_another_certificate_is_refused(lantian, made, tmp_path) -> None:
    cert, _ = certificate(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    _, key = certificate(other)
    done = lantian("desk", "serve", "--dir", made, "--port", "0", "--tls", cert, key)
    assert done.returncode == 2
    assert "key.pem" in done.stderr


@pytest.mark.slow
def test_a_desk_that_was_not_made_is_not_served(lantian) -> None:
    done = lantian("desk", "serve", "--dir", "nowhere")
    assert done.returncode == 2
    assert "lantian desk init --dir nowhere" in done.stderr
