"""Harm to a running gate: killed, its database killed or restarted, disk full, network cut."""

import os
import shutil
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import ClassVar

from gate.door import Running
from lantian.lake.database import URL
from postgres import NoServerError, Throwaway, _programs

#: Bytes of the small disk, and what of it is taken away.
DISK_MB = 256


class CannotError(RuntimeError):
    """This machine does not allow it; the text says why."""


class Ground:
    """Where a gate runs: folder, database, disk, network; `harm` names what shall be possible."""

    def __init__(self, harm: set[str], *, postgres: bool = False) -> None:
        self.harm = harm
        self._wants_server = postgres or bool(harm & {"database", "restart"})
        self.server: Throwaway | None = None
        self.gate: Running | None = None
        self.host, self.before = "127.0.0.1", ()
        self._with = ExitStack()

    def __enter__(self) -> "Ground":
        with ExitStack() as stack:
            home = Path(tempfile.mkdtemp(prefix="lantian-kill-"))
            stack.callback(shutil.rmtree, home, ignore_errors=True)
            if "disk" in self.harm:
                stack.enter_context(small_disk(home))
            self.home, self.folder = home, home / "lake"
            near = "127.0.0.1"
            if "network" in self.harm:
                near, self.host, self.before = stack.enter_context(namespace())
            if self._wants_server:
                self.server = stack.enter_context(server_in(home, near))
            stack.callback(self._end)
            self._with = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._with.close()

    def _end(self) -> None:
        if self.gate is not None:
            self.gate.end(signal.SIGKILL)

    def start(self) -> Running:
        """Start the gate, on the port that it had."""
        port = self.gate.address[1] if self.gate else 0
        more = () if self.before else ("--metrics", "127.0.0.1:0")
        self.gate = Running(self.folder, *more, port=port, host=self.host, before=self.before)
        return self.gate

    def degraded(self) -> bool:
        """Whether the gate says that it cannot keep what it hears."""
        told = [line for line in self.gate.said if "metrics on" in line] if self.gate else []
        if not told:
            return False
        try:
            urllib.request.urlopen(
                f"http://127.0.0.1:{told[-1].rpartition(' ')[2].strip()}/healthz", timeout=2
            ).close()
        except urllib.error.HTTPError as error:
            return error.code == 503
        except OSError:
            return False
        return False


class Harm:
    """One kind of harm: done, and healed."""

    #: Whether the gate must say that it is degraded while it lasts.
    tells: ClassVar[bool] = False

    def __init__(self, ground: Ground) -> None:
        self.ground = ground

    def hurt(self) -> None:
        """Do it."""

    def heal(self) -> None:
        """Undo it."""


class Gate(Harm):
    """`kill -9` of the gate, and a start."""

    def hurt(self) -> None:
        self.ground.gate.end(signal.SIGKILL)

    def heal(self) -> None:
        self.ground.start()


class Database(Harm):
    """`kill -9` of the database server, and a start."""

    tells = True

    def hurt(self) -> None:
        self.ground.server.kill()

    def heal(self) -> None:
        for last in (False, False, True):  # its memory may still be held
            try:
                self.ground.server.start()
                return
            except NoServerError:
                if last:
                    raise


class Restart(Database):
    """The database server stopped as its office does, and started."""

    def hurt(self) -> None:
        self.ground.server.stop()


class Disk(Harm):
    """A full disk, and room again."""

    tells = True

    def hurt(self) -> None:
        with suppress(OSError), (self.ground.home / "filler").open("wb", buffering=0) as file:
            while file.write(bytes(1 << 16)):
                pass

    def heal(self) -> None:
        (self.ground.home / "filler").unlink()


class Network(Harm):
    """The line to the gate cut, and mended."""

    def hurt(self) -> None:
        _ip("link", "set", _NEAR, "down")

    def heal(self) -> None:
        _ip("link", "set", _NEAR, "up")


KINDS = {
    "gate": Gate,
    "database": Database,
    "restart": Restart,
    "disk": Disk,
    "network": Network,
}

_NAME = f"lt{os.getpid()}"
_NEAR, _FAR = f"{_NAME}a", f"{_NAME}b"


def _ip(*words: str) -> None:
    try:
        done = subprocess.run(["ip", *words], check=False, capture_output=True, text=True)
    except OSError as error:
        raise CannotError(f"there is no program ip: {error}") from error
    if done.returncode:
        raise CannotError(f"ip {' '.join(words)}: {done.stderr.strip()}")


@contextmanager
def namespace() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """A network of its own for the gate, joined by one line; gives the line's two addresses."""
    net = f"10.213.{os.getpid() % 250}"
    _ip("netns", "add", _NAME)
    try:
        _ip("link", "add", _NEAR, "type", "veth", "peer", "name", _FAR, "netns", _NAME)
        _ip("addr", "add", f"{net}.1/24", "dev", _NEAR)
        _ip("link", "set", _NEAR, "up")
        _ip("-n", _NAME, "addr", "add", f"{net}.2/24", "dev", _FAR)
        for device in (_FAR, "lo"):
            _ip("-n", _NAME, "link", "set", device, "up")
        yield f"{net}.1", f"{net}.2", ("ip", "netns", "exec", _NAME)
    finally:
        with suppress(CannotError):
            _ip("link", "del", _NEAR)
        _ip("netns", "del", _NAME)


@contextmanager
def small_disk(home: Path) -> Iterator[None]:
    """A disk of its own, so small that it can be filled."""
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=0777", "lantian", str(home)],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise CannotError(f"no small disk can be mounted: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(home)], check=True)


@contextmanager
def server_in(home: Path, near: str) -> Iterator[Throwaway]:
    """A database server of its own at an address, behind the setting."""
    try:
        programs = _programs()
    except NoServerError as error:
        raise CannotError(str(error)) from error
    home.chmod(0o755)
    place = home / "server"
    place.mkdir()
    server = Throwaway(place, programs)
    before = os.environ.get(URL)
    try:
        server.prepare()
        with (place / "data/pg_hba.conf").open("a", encoding="ascii") as file:
            file.write(f"host all all {near}/24 trust\n")
        server.listen = f"127.0.0.1,{near}"
        server.start()
        os.environ[URL] = server.url.replace("127.0.0.1", near)
        yield server
    finally:
        server.stop()
        os.environ.pop(URL, None)
        if before is not None:
            os.environ[URL] = before
