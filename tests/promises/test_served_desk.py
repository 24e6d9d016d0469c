"""Security: what a desk gives away that is served, and to whom it speaks in clear."""

import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from lantian.desk.site.server import must_have_tls
from lantian.errors import BadRequest

pytestmark = pytest.mark.slow

YEAR_S = 31_536_000


@dataclass
class Served:
    """A desk that is served with TLS, and the administrator's one-time password."""

    port: int
    password: str

    def ask(
        self, method: str, path: str, body: str = "", **headers: str
    ) -> tuple[http.client.HTTPResponse, str]:
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        link = http.client.HTTPSConnection("localhost", self.port, context=trusting, timeout=30)
        try:
            link.request(method, path, body or None, headers)
            answer = link.getresponse()
            return answer, answer.read().decode("utf-8", "replace")
        finally:
            link.close()


def _certificate(folder: Path) -> list[str]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = x509.CertificateBuilder(
        name, name, key.public_key(), 1, now - timedelta(days=1), now + timedelta(days=1)
    ).sign(key, hashes.SHA256())
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return [str(folder / "cert.pem"), str(folder / "key.pem")]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("served")
    desk = folder / "desk"
    desk.mkdir()
    (desk / "desk.toml").write_text("[desk]\nupload_mb = 3\n", "utf-8")
    command = [sys.executable, "-P", "-m", "lantian.cli.main", "desk"]
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("LANTIAN_DATABASE_URL", raising=False)
        made = subprocess.run(
            [*command, "init", "--dir", desk], capture_output=True, text=True, check=True
        )
        password = re.search(r"[a-z2-9]{4}(?:-[a-z2-9]{4}){3}", made.stdout)
        assert password, made.stdout
        words = ["serve", "--dir", str(desk), "--port", "0", "--processes", "1"]
        parent = subprocess.Popen(
            [*command, *words, "--tls", *_certificate(folder)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert parent.stdout
        with parent.stdout as said:
            try:
                port = next(m for line in said if (m := re.search(r"https://[\d.]+:(\d+)", line)))
                yield Served(int(port[1]), password[0])
            finally:
                parent.send_signal(signal.SIGTERM)
                parent.wait(60)


@pytest.mark.parametrize("path", ["/", "/sign-in", "/healthz", "/nowhere", "/api/v1/health"])
def test_every_answer_has_its_headers(served: Served, path: str) -> None:
    answer, _ = served.ask("GET", path, Origin="https://elsewhere.example")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    # What the API gives may be asked after by its mark; pages are not kept at all.
    kept = "no-cache" if path.startswith("/api/") else "no-store"
    assert answer.headers["Cache-Control"] == f"private, {kept}"
    assert int(answer.headers["Strict-Transport-Security"].removeprefix("max-age=")) >= YEAR_S
    policy = answer.headers["Content-Security-Policy"]
    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'none'", "frame-ancestors"):
        assert part in policy
    assert "unsafe" not in policy
    assert answer.headers["Access-Control-Allow-Origin"] is None
    kind = answer.headers["Content-Type"]
    assert kind.endswith("charset=utf-8") or kind.startswith("application/")


def test_cookies_are_out_of_reach(served: Served) -> None:
    page, html = served.ask("GET", "/sign-in")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
    assert token
    body = {"csrfmiddlewaretoken": token[1], "username": "admin", "password": served.password}
    answer, _ = served.ask(
        "POST",
        "/sign-in",
        urlencode(body),
        Cookie=page.headers["Set-Cookie"].partition(";")[0],
        Referer=f"https://localhost:{served.port}/sign-in",
        **{"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status == 302
    given = answer.headers.get_all("Set-Cookie") or []
    name = "__Host-lantian_session"
    session = next(line for line in given if line.startswith(name))
    assert re.match(rf"{name}=[a-z0-9]{{32}};", session)
    assert "HttpOnly" in session
    assert "Max-Age" not in session
    switched, _ = served.ask("GET", "/sign-in?lang=en")
    every = (*given, page.headers["Set-Cookie"], *(switched.headers.get_all("Set-Cookie") or []))
    assert len({cookie.partition("=")[0] for cookie in every}) == 3
    for cookie in every:
        assert cookie.startswith("__Host-lantian_")
        assert "; Secure" in cookie
        assert "; Path=/" in cookie
        assert "Domain" not in cookie
        assert "SameSite=Lax" in cookie


@pytest.mark.parametrize(
    "path",
    ["/.git/config", "/desk.toml", "/keys/secret.key", "/files/", "/static/../desk.toml",
     "/static/%2e%2e/keys/secret.key", "/static/", "/admin/", "/log.heads"],
)  # fmt: skip
def test_what_is_not_served_is_not_there(served: Served, path: str) -> None:
    answer, text = served.ask("GET", path)
    assert answer.status in {302, 404}
    assert "upload_mb" not in text
    upgraded, _ = served.ask(
        "GET",
        path,
        Connection="Upgrade",
        Upgrade="websocket",
        **{"Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "x" * 22 + "=="},
    )
    assert upgraded.status in {302, 400, 403, 404}


def test_a_large_upload_is_refused_before_it_is_sent(served: Served) -> None:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    with (
        socket.create_connection(("localhost", served.port), 30) as link,
        trusting.wrap_socket(link, server_hostname="localhost") as line,
    ):
        # A body of 600 MB is announced, and a thousand bytes of it come.
        head = [
            "POST /sources/import HTTP/1.1",
            "Host: localhost",
            "Content-Type: multipart/form-data; boundary=x",
            f"Content-Length: {600 << 20}",
        ]
        line.sendall("\r\n".join([*head, "", "x" * 1000]).encode())
        line.settimeout(20)
        answer = line.recv(4000).decode()
    assert answer.startswith("HTTP/1.1 413 ")


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.0.1", "::1", "localhost"])
def test_this_machine_may_be_spoken_to_in_clear(host: str) -> None:
    must_have_tls(host, None, by_proxy=False)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "desk.county.example"])  # noqa: S104
def test_other_machines_are_not(host: str) -> None:
    with pytest.raises(BadRequest, match=r"--tls CERT\.pem KEY\.pem.+tls_by_proxy = true"):
        must_have_tls(host, None, by_proxy=False)
    must_have_tls(host, [Path("cert.pem"), Path("key.pem")], by_proxy=False)
    must_have_tls(host, None, by_proxy=True)


@pytest.mark.slow
def test_serve_refuses_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "desk.sqlite").touch()
    command = [sys.executable, "-P", "-m", "lantian.cli.main", "desk", "serve"]
    done = subprocess.run(
        [*command, "--dir", tmp_path, "--host", "10.0.0.5"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "tls_by_proxy = true" in done.stderr
    assert (tmp_path / "desk.sqlite").stat().st_size == 0


@pytest.mark.slow
def test_behind_a_proxy_the_desk_is_as_strict(tmp_path: Path) -> None:
    """HSTS and prefixed cookies for what the proxy says came by TLS."""
    (tmp_path / "desk.toml").write_text("[desk]\ntls_by_proxy = true\n", "utf-8")
    code = """
import django, os
django.setup()
from django.conf import settings
from django.middleware.security import SecurityMiddleware
from django.http import HttpResponse
from django.test import RequestFactory
answer = SecurityMiddleware(lambda request: HttpResponse())
for proto in ("https", "http"):
    request = RequestFactory().get("/", headers={"X-Forwarded-Proto": proto})
    print(answer(request).headers.get("Strict-Transport-Security"))
print(settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_SECURE)
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={
            **os.environ,
            "LANTIAN_DIR": str(tmp_path),
            "DJANGO_SETTINGS_MODULE": "lantian.desk.site.settings",
        },
    )
    assert done.stdout.split("\n")[:3] == [
        f"max-age={YEAR_S}", "None", "__Host-lantian_session True",
    ]  # fmt: skip


def test_the_server_speaks_tls_1_3_alone(served: Served) -> None:
    older = ssl.create_default_context()
    older.check_hostname, older.verify_mode = False, ssl.CERT_NONE
    older.maximum_version = ssl.TLSVersion.TLSv1_2
    with (
        socket.create_connection(("localhost", served.port), 30) as link,
        pytest.raises(ssl.SSLError),
    ):
        older.wrap_socket(link)
    plain = http.client.HTTPConnection("localhost", served.port, timeout=30)
    with pytest.raises((http.client.HTTPException, OSError)):
        plain.request("GET", "/healthz")
        plain.getresponse()
    plain.close()
    answer, _ = served.ask("GET", "/healthz")
    assert answer.status == 200


def test_phones_that_send_slowly_keep_nobody_from_a_page(served: Served) -> None:
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    slow = [
        http.client.HTTPSConnection("localhost", served.port, context=trusting, timeout=30)
        for _ in range(12)
    ]
    try:
        for link in slow:
            link.putrequest("POST", "/sign-in")
            link.putheader("Content-Type", "application/x-www-form-urlencoded")
            link.putheader("Content-Length", "1000000")
            link.endheaders(b"username=")
        for _ in range(5):
            answer, _ = served.ask("GET", "/sign-in")
            assert answer.status == 200
        for link in slow:
            link.send(b"x" * (1_000_000 - len("username=")))
            assert link.getresponse().status == 403  # whole, but without the token of a form
    finally:
        for link in slow:
            link.close()
