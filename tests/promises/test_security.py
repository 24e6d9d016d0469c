"""Security: each requirement of ASVS level 1 is answered, and what a served desk gives away."""

import ast
import http.client
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
import tomllib
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

from lantian.desk.accounts.forms import PasswordForm, SignInForm
from lantian.desk.env import Settings
from lantian.desk.site.server import must_have_tls
from lantian.errors import BadRequest

#: Requirements of level 1 in ASVS 5.0.0.
LEVEL_1 = re.findall(
    r"\S+",
    """
    1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1
    3.4.1 3.4.2 3.5.1 3.5.2 3.5.3 4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3
    6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2
    8.1.1 8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1 10.4.2 10.4.3 10.4.4 10.4.5 11.3.1
    11.3.2 11.4.1 12.1.1 12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1
    """,
)
STATES = {"met", "part", "exception", "not yet"}
YEAR_S = 31_536_000


@pytest.fixture(scope="module")
def rows(root: Path) -> list[list[str]]:
    text = (root / "docs/security/asvs-5.0-level-1.md").read_text("utf-8")
    found = re.findall(r"^\| (\d[\d.]+) \|(.+)\|$", text, re.MULTILINE)
    return [[number, *(cell.strip() for cell in rest.split("|"))] for number, rest in found]


def test_every_requirement_is_answered_once(rows: list[list[str]]) -> None:
    assert len(LEVEL_1) == 70
    assert [row[0] for row in rows] == LEVEL_1
    for number, requirement, state, how, shown in rows:
        assert requirement, number
        assert how, number
        assert state in STATES, number
        assert "`" in shown or state != "met", f"{number} is met and no test shows it"


def test_every_test_and_file_that_is_named_exists(root: Path, rows: list[list[str]]) -> None:
    missing = []
    for number, _, _, how, shown in rows:
        missing += [
            f"{number}: {file}::{test}"
            for file, test in re.findall(r"`([\w/.]+)::(\w+)`", shown)
            if not _has_test(root / "tests" / file, test)
        ]
        missing += [
            f"{number}: {named}"
            for named in re.findall(r"`([\w/.-]+/[\w.-]+\.\w+|[A-Z]+\.md)`", how)
            if not any((base / named).is_file() for base in (root, root / "src/lantian/desk"))
        ]
    assert missing == []


def _has_test(path: Path, test: str) -> bool:
    return path.is_file() and f"\ndef {test}(" in path.read_text("utf-8")


def test_the_settings_that_the_documents_show_are_read(root: Path) -> None:
    shown = re.findall(
        r"```toml\n(\[desk\]\n.+?)```", (root / "docs/howto.md").read_text("utf-8"), re.DOTALL
    )
    assert len(shown) == 1
    read = Settings.model_validate(tomllib.loads(shown[0]))
    assert read.desk.lock_after == Settings().desk.lock_after
    told = (root / "docs/security/threats.md").read_text("utf-8")
    for name in ("lock_after", "lock_min", "session_idle_min", "session_max_h"):
        assert re.search(rf"`{name}`[^.]*\({getattr(Settings().desk, name)}\)", told), name


def test_the_times_for_mending_are_stated(root: Path) -> None:
    text = (root / "SECURITY.md").read_text("utf-8")
    assert re.search(r"within \d+ days of its fix .+ within \d+ days else", text)


# --- what the code does not do --------------------------------------------------------------


@pytest.fixture(scope="module")
def trees(root: Path, modules: list[Path]) -> dict[str, ast.Module]:
    package = root / "src/lantian"
    return {str(p.relative_to(package)): ast.parse(p.read_text("utf-8")) for p in modules}


def _calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def _imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_nothing_runs_code_made_from_data(trees: dict[str, ast.Module]) -> None:
    run = {"eval", "exec", "compile", "os.system", "os.popen", "pickle.loads", "pickle.load"}
    found = [(m, name) for m, tree in trees.items() for name, _ in _calls(tree) if name in run]
    assert found == []
    starting = {m for m, tree in trees.items() if "subprocess" in _imported(tree)}
    assert starting == {"desk/site/server.py"}
    shells = [m for m in trees if "shell=True" in ast.unparse(trees[m])]
    assert shells == []
    untrusted = {"pickle", "marshal", "shelve", "yaml"}
    assert [m for m, tree in trees.items() if untrusted & _imported(tree)] == []


def test_markup_is_trusted_in_few_places(root: Path, trees: dict[str, ast.Module]) -> None:
    makers = {"SafeString", "mark_safe"}
    trusting = {m for m, tree in trees.items() if makers & {name for name, _ in _calls(tree)}}
    assert trusting == {"desk/site/templatetags/desk.py"}
    desk = root / "src/lantian/desk"
    pages = {p.relative_to(desk).as_posix(): p.read_text("utf-8") for p in desk.rglob("*.html")}
    assert len(pages) > 50
    assert {name for name, text in pages.items() if re.search(r"\|\s*safe\b", text)} == {
        "site/templates/parts/field.html"
    }
    assert [name for name, text in pages.items() if "autoescape off" in text] == []


def test_sql_of_the_desk_is_fixed_where_requests_are_answered(
    trees: dict[str, ast.Module],
) -> None:
    made = set()
    for module, tree in trees.items():
        if not module.startswith("desk/"):
            continue
        for name, call in _calls(tree):
            if name.endswith(".execute") and not isinstance(call.args[0], ast.Constant):
                made.add(module)
            assert not name.endswith((".extra", ".raw", "RawSQL")), module
    # These take names of tables and columns from the code; no request reaches the other four.
    walked = {"desk/log/chain.py", "desk/log/guard.py", "desk/log/sealer.py"}
    assert made == {*walked, "desk/site/tables_copy.py"}


def test_ciphers_and_hashes_are_those_of_today(trees: dict[str, ast.Module]) -> None:
    used = {n for tree in trees.values() for n in _imported(tree) if n.startswith("cryptography.")}
    assert {name.rpartition(".")[2] for name in used} == {"AESGCM", "HKDF", "SHA256", "InvalidTag"}
    hashing = {
        node.attr
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "hashlib"
    }
    assert hashing == {"sha256", "file_digest"}
    assert [m for m, tree in trees.items() if "'sha1'" in ast.unparse(tree)] == [
        "desk/accounts/totp.py"
    ]


def test_scripts_make_no_markup_and_keep_no_data(root: Path) -> None:
    folder = root / "src/lantian/desk/site/static/js"
    scripts = {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in folder.rglob("*.js")}
    assert len(scripts) > 5
    forbidden = (
        r"\beval\(|new Function|insertAdjacentHTML|document\.write|outerHTML|innerHTML\s*=[^=]"
        r"|localStorage|sessionStorage|indexedDB|document\.cookie\s*=|[\"']paste[\"']"
    )
    found = {name: re.findall(forbidden, text) for name, text in scripts.items()}
    assert {name: words for name, words in found.items() if words} == {}


def test_passwords_are_taken_as_typed() -> None:
    typed = "  Ａ河 湾'\"<b>  "
    form = SignInForm({"username": "wang", "password": typed})
    assert form.is_valid()
    assert form.cleaned_data["password"] == typed
    for field in (*PasswordForm().visible_fields(), form["password"]):
        printed = str(field)
        assert 'type="password"' in printed
        assert re.search(r'autocomplete="(current|new)-password"', printed)
    assert not SignInForm({"username": "wang", "password": "x" * 129}).is_valid()


# --- a served desk --------------------------------------------------------------------------


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
