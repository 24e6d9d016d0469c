"""Running a desk: web pages, jobs and schedule as processes of one parent."""

import os
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from ipaddress import ip_address
from pathlib import Path
from types import FrameType
from typing import Final
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from lantian.desk.env import TLS_VARIABLE
from lantian.desk.jobs.memory import FRUGAL
from lantian.errors import BadRequest, LantianError

#: How long a process may take to end before it is killed.
_END_S: Final = 10.0
#: Requests that a process takes in at once; the turnstile computes few of them at a time.
_TAKEN_IN: Final = 16
#: How long the pages may take to answer first.
_START_S: Final = 120.0


class ServerFailed(LantianError):
    """The web server did not start, or ended by itself."""

    code = "LT-620"


@dataclass(frozen=True, slots=True)
class Address:
    """Where the desk listens; `tls` is certificate and key as PEM files."""

    host: str
    port: int
    tls: tuple[Path, Path] | None = None

    @property
    def url(self) -> str:
        """Address for a browser."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"


def free_port(host: str) -> int:
    """Return a port of an address that nothing listens on.

    Examples
    --------
    >>> free_port("127.0.0.1") > 1023
    True
    """
    with socket.socket() as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def address(host: str, port: int, tls: Sequence[Path] | None) -> Address:
    """Return where to listen, checked before anything is started.

    Raises
    ------
    BadRequest
        If the port is taken, or certificate and key are not there or not of each other.
    """
    if tls:
        _check_certificate(tls[0], tls[1])
    port = port or free_port(host)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise BadRequest(
                f"不能监听 {host}:{port} / cannot listen there ({error})",
                where="--host --port",
                fix="换一个端口，--port 0 任选 / take another port; --port 0 finds one",
            ) from error
    return Address(host, port, (tls[0], tls[1]) if tls else None)


def must_have_tls(host: str, tls: Sequence[Path] | None, *, by_proxy: bool) -> None:
    """Refuse to be heard by other machines in clear.

    Parameters
    ----------
    host : str
        Where to listen.
    tls : sequence of Path or None
        Certificate and key, if the desk speaks TLS itself.
    by_proxy : bool
        Whether a proxy in front does.

    Raises
    ------
    BadRequest
        If nobody does, and the address is not of this machine alone.

    Examples
    --------
    >>> must_have_tls("127.0.0.1", None, by_proxy=False)
    >>> must_have_tls("0.0.0.0", None, by_proxy=True)
    """
    if tls or by_proxy or is_loopback(host):
        return
    raise BadRequest(
        f"在 {host} 上不加密监听，密码与数据会明文经过网络 / "
        f"without TLS on {host} passwords and data would cross the network in clear",
        where="--host",
        fix="加 --tls CERT.pem KEY.pem；由前置代理加密时设 desk.toml [desk] tls_by_proxy = true"
        " / add --tls CERT.pem KEY.pem; where a proxy in front does it, set tls_by_proxy = true"
        " in [desk] of desk.toml",
    )


def is_loopback(host: str) -> bool:
    """Whether an address is heard on this machine alone.

    Examples
    --------
    >>> [is_loopback(host) for host in ("localhost", "127.0.0.9", "::1", "0.0.0.0", "desk")]
    [True, True, True, False, False]
    """
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _check_certificate(cert: Path, key: Path) -> None:
    for file in (cert, key):
        if not file.is_file():
            raise BadRequest(
                f"没有文件 {file} / no such file", where="--tls", fix="--tls CERT.pem KEY.pem"
            )
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key, password="")
    except (ssl.SSLError, OSError) as error:
        raise BadRequest(
            f"证书 {cert} 与私钥 {key} 不可用 / certificate and key do not serve ({error})",
            where="--tls",
            fix="PEM 格式，配对，私钥无口令 / PEM files of each other, the key without a password",
        ) from error


@dataclass
class Server:
    """The processes of a running desk.

    A worker or scheduler that ends is started again; when the web server ends, all ends.
    `beside` are further processes that run with it: words for Python's -m, by name.
    """

    at: Address
    processes: int
    say: Callable[[str], None]
    beside: Mapping[str, Sequence[str]] = field(default_factory=dict)
    children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    stopping: bool = False

    def start(self) -> None:
        """Start all, and wait until the pages answer, or the parent is told to stop.

        Raises
        ------
        ServerFailed
            If they do not.
        """
        # Before there is a child: a Ctrl-C meanwhile must not leave one behind.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._told_to_stop)
        for name in ("web", "worker", "scheduler", *self.beside):
            self._spawn(name)
        end = time.monotonic() + _START_S
        while not (self.stopping or self._answers()):
            if self.children["web"].poll() is not None or time.monotonic() > end:
                self.stop()
                raise ServerFailed(
                    "网页服务没有启动 / the web server did not start",
                    where=self.at.url,
                    fix="见上方输出；lantian desk check / see the lines above; lantian desk check",
                )
            time.sleep(0.05)

    def run(self) -> None:
        """Watch over the processes until the parent is told to stop.

        Raises
        ------
        ServerFailed
            If the web server ended by itself.
        """
        try:
            while not self.stopping:
                self._watch()
                time.sleep(0.2)
        finally:
            self.stop()

    def _told_to_stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _watch(self) -> None:
        for name, child in list(self.children.items()):
            status = child.poll()
            if status is None or self.stopping:
                continue
            if name == "web":
                raise ServerFailed(
                    f"网页服务退出 / the web server ended with status {status}",
                    where=self.at.url,
                    fix="见上方输出 / see the lines above",
                )
            self.say(f"{name} 退出，重新启动 / {name} ended with status {status}, started again")
            time.sleep(1)
            self._spawn(name)

    def stop(self) -> None:
        """End all processes; one that does not end in time is killed."""
        for child in self.children.values():
            if child.poll() is None:
                child.terminate()
        end = time.monotonic() + _END_S
        for child in self.children.values():
            try:
                child.wait(max(end - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _spawn(self, name: str) -> None:
        if name in self.beside:
            words = [*self.beside[name]]
        else:
            words = self._web() if name == "web" else ["lantian.cli.main", "desk", name]
        # A group of its own: Ctrl-C in the terminal reaches the parent alone, which ends them.
        self.children[name] = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", "-m", *words],
            start_new_session=True,
            env=self._environment(name),
        )

    def _environment(self, name: str) -> dict[str, str]:
        more = FRUGAL if name == "worker" else {}
        return {**os.environ, **more, TLS_VARIABLE: "1" if self.at.tls else "0"}

    def _web(self) -> list[str]:
        words = ["granian", "--interface", "wsgi", "--host", self.at.host]
        words += ["--port", str(self.at.port), "--workers", str(self.processes)]
        words += ["--blocking-threads", str(_TAKEN_IN), "--log-level", "error", "--no-ws"]
        words += ["--workers-kill-timeout", "5", "--respawn-failed-workers"]
        if self.at.tls:
            cert, key = self.at.tls
            words += ["--ssl-certificate", str(cert), "--ssl-keyfile", str(key)]
        return [*words, "lantian.desk.site.wsgi:application"]

    def _answers(self) -> bool:
        if self.at.tls:  # the certificate need not be one that this machine trusts
            with suppress(OSError), socket.create_connection((self.at.host, self.at.port), 1):
                return True
            return False
        try:
            with urlopen(f"{self.at.url}/healthz", timeout=2) as answer:  # noqa: S310
                return bool(answer.status == HTTPStatus.OK)
        except HTTPError as error:  # this name of the host may be none of the desk's
            return error.code == HTTPStatus.BAD_REQUEST
        except (URLError, OSError):
            return False
