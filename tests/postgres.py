"""A PostgreSQL server for the tests: a throwaway one, or that of LANTIAN_TEST_DATABASE_URL.

`python tests/postgres.py COMMAND …` runs a command with a throwaway server behind that setting.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from lantian.lake.database import URL
from lantian.lake.gate_ledger import GateLedger
from lantian.lake.ledger import Ledger
from lantian.lake.postgres import IDENTITY

#: Address of a server on which the tests may make and drop databases.
SETTING = "LANTIAN_TEST_DATABASE_URL"
#: What a test runs on that takes the fixture `lake_backend`; the second is for patient runs.
BOTH = pytest.mark.parametrize(
    "lake_backend",
    ["postgresql"]
    if os.environ.get(SETTING)
    else ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)],
    indirect=True,
)
#: For tests about SQLite's own file, wherever other lakes live.
SQLITE_ONLY = pytest.mark.usefixtures("plain_lakes")
#: How lakes are made and opened where no test puts them elsewhere.
PLAIN = {name: getattr(Ledger, name) for name in ("create", "exists", "open")}
PLAIN_GATE = GateLedger.open
_START_S = 60
_ATTEMPTS = 3
_USER = "lantian"


class NoServerError(RuntimeError):
    """There is no server and none can be started; the text says why."""


class Server:
    """A running server, as the address of one of its databases."""

    def __init__(self, url: str) -> None:
        self.url = url

    def address(self, name: str) -> str:
        """Address of a database."""
        base, mark, query = self.url.partition("?")
        return base.rpartition("/")[0] + "/" + name + mark + query

    def run(self, statement: str, *names: str) -> None:
        """Run a statement about databases."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def create(self, like: str = "template0") -> str:
        """Make a database, empty or like another, and return its address."""
        name = f"test_{uuid.uuid4().hex}"
        self.run("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'", name, like)
        return self.address(name)

    def drop(self, url: str) -> None:
        """Drop a database, whoever is connected."""
        self.run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name_of(url))


def name_of(url: str) -> str:
    """Name of the database of an address."""
    return str(conninfo_to_dict(url)["dbname"])


class Throwaway(Server):
    """A server of our own, in a folder of its own, that can go and come back."""

    #: Where it listens.
    listen = "127.0.0.1"

    def __init__(self, folder: Path, programs: Path) -> None:
        self.folder = folder
        self._programs = programs
        self._process: subprocess.Popen[bytes] | None = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        super().__init__(f"postgresql://{_USER}@127.0.0.1:{self.port}/postgres")

    def prepare(self) -> None:
        """Make the files of the server."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        done = subprocess.run(
            [
                *_as_user(), self._programs / "initdb", "--pgdata", self.folder / "data",
                "--username", _USER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C",
                "--no-sync", "--no-instructions",
            ],
            check=False, capture_output=True, text=True, cwd=self.folder,
        )  # fmt: skip
        if done.returncode:
            raise NoServerError(f"initdb failed: {done.stderr.strip()}")

    def start(self) -> None:
        """Start the server and wait until it answers."""
        settings = {
            "port": self.port,
            "listen_addresses": self.listen,
            "unix_socket_directories": self.folder,
            "fsync": "off",
            "full_page_writes": "off",
            "shared_buffers": "32MB",
            "log_min_messages": "warning",
        }
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *_as_user(), self._programs / "postgres", "-D", self.folder / "data",
                    *(f"--{name}={value}" for name, value in settings.items()),
                ],
                stdout=log, stderr=log, cwd=self.folder,
            )  # fmt: skip
        until = time.monotonic() + _START_S
        while True:
            try:
                psycopg.connect(self.url, connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                if self._process.poll() is not None or time.monotonic() > until:
                    self.stop()
                    said = (self.folder / "log").read_text(errors="replace")
                    raise NoServerError(f"PostgreSQL did not start: {said.strip()}") from None
                time.sleep(0.05)

    def kill(self) -> None:
        """Kill the server; its own children end once they see that it is gone."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """Stop the server at once, as if it had crashed."""
        if self._process is not None:
            # Its own children end with it; SIGQUIT is its immediate shutdown.
            self._process.send_signal(signal.SIGQUIT)
            try:
                self._process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None


def _as_user() -> list[str]:
    """Words before a command so that it does not run as root and ends with the tests."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        if os.geteuid() == 0:
            raise NoServerError("PostgreSQL refuses to run as root, and there is no setpriv")
        return []
    other = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    return [setpriv, *other, "--pdeathsig=QUIT", "--"]


def _programs() -> Path:
    """Folder of the server's programs: the path, or where Debian keeps them."""
    found = shutil.which("postgres")
    if found and Path(found).with_name("initdb").exists():
        return Path(found).parent
    kept = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not kept:
        raise NoServerError(
            f"no PostgreSQL programs (postgres, initdb): install them or set {SETTING}"
        )
    return kept[-1].parent


@contextmanager
def throwaway() -> Iterator[Throwaway]:
    """Start a server; it is stopped and its files removed whatever happens.

    Raises
    ------
    NoServerError
        Where PostgreSQL is not installed or cannot be started.
    """
    programs = _programs()
    for attempt in range(1, _ATTEMPTS + 1):
        folder = Path(tempfile.mkdtemp(prefix="lantian-postgres-"))
        server = Throwaway(folder, programs)
        try:
            try:
                server.prepare()
                server.start()
            except NoServerError:
                # The free port may have been taken meanwhile.
                if attempt == _ATTEMPTS:
                    raise
                continue
            yield server
            return
        finally:
            server.stop()
            shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def any_server() -> Iterator[Server]:
    """Use the server of the setting, or start a throwaway one."""
    url = os.environ.get(SETTING)
    if url:
        yield Server(url)
        return
    with throwaway() as server:
        yield server


@contextmanager
def lakes_in(server: Server) -> Iterator[None]:
    """Put the tables of every lake that is made or opened into the server.

    Each folder has a database of its own, as if each were another installation; a copied
    folder gets a copy of the database.
    """
    homes: dict[Path, str] = {}

    def settle(folder: Path) -> None:
        home = folder.resolve()
        name = folder / IDENTITY
        if home not in homes:
            source = next((h for h in homes if _same(h / IDENTITY, name)), None)
            homes[home] = server.create(*([] if source is None else [name_of(homes[source])]))
        elif not name.exists():  # the folder was removed since
            server.drop(homes[home])
            homes[home] = server.create()
        os.environ[URL] = homes[home]

    def created(folder: Path) -> None:
        settle(folder)
        PLAIN["create"](folder)

    def exists(folder: Path) -> bool:
        settle(folder)
        return bool(PLAIN["exists"](folder))

    def opened(folder: Path, **more: float) -> Ledger:
        settle(folder)
        ledger: Ledger = PLAIN["open"](folder, **more)
        return ledger

    def gate_opened(folder: Path, **more: float) -> GateLedger:
        settle(folder)
        return PLAIN_GATE(folder, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(URL, "")
        patch.setattr(Ledger, "create", created)
        patch.setattr(Ledger, "exists", exists)
        patch.setattr(Ledger, "open", opened)
        patch.setattr(GateLedger, "open", gate_opened)
        try:
            yield
        finally:
            for url in homes.values():
                server.drop(url)


def _same(one: Path, other: Path) -> bool:
    return one.is_file() and other.is_file() and one.read_text() == other.read_text()


def main(command: list[str], environment: Mapping[str, str]) -> int:
    with ExitStack() as stack:
        server = stack.enter_context(throwaway())
        return subprocess.run(
            command, check=False, env={**environment, SETTING: server.url}
        ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
