"""Jobs of tests, and worker processes on the database of the test."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from lantian.desk.env import env
from lantian.desk.jobs import registry
from lantian.desk.log.models import Entry

#: Runs as a program of its own; to import it is to start a worker.
collect_ignore = ["worker_process.py"]
PROGRAM = Path(__file__).with_name("worker_process.py")


@pytest.fixture
def declare() -> Iterator[Callable[..., None]]:
    """Declare a job for this test: declare("name", work, every_s=60)."""
    names = []

    def add(name: str, work: registry.Work, **more: object) -> None:
        registry.job(name, zh="测试", en="Test", **more)(work)  # type: ignore[arg-type]
        names.append(name)

    yield add
    for name in names:
        registry.forget(name)


@pytest.fixture
def start(tmp_path: Path, folder: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Start a process of `worker_process.py`: start("worker", "A")."""
    processes: list[subprocess.Popen[bytes]] = []

    def run(role: str, name: str) -> subprocess.Popen[bytes]:
        settings = {
            "LANTIAN_DIR": str(folder),
            "LANTIAN_DATABASE_URL": env().database_url,
            "TEST_DATABASE": str(connection.settings_dict["NAME"]),
            "TEST_MARKS": str(tmp_path),
        }
        with (tmp_path / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, str(PROGRAM), role, name],
                env=os.environ | settings,
                stdout=log,
                stderr=log,
            )
        processes.append(process)
        return process

    yield run
    for process in processes:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.kill()
        process.wait(10)


def until(what: Callable[[], object], seconds: float = 40) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def wait() -> Callable[..., None]:
    """Wait for something to become true: wait(lambda: …)."""
    return until


@pytest.fixture
def effects() -> Callable[[], list[str]]:
    """Who had the effect of the jobs of this test, once for each time."""

    def read() -> list[str]:
        rows = Entry.objects.filter(action="test.effect").order_by("id")
        return list(rows.values_list("key", flat=True))

    return read
