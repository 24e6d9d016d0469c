"""A worker killed while the receiver has the message and the desk does not know it yet."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from lantian.desk.notices.models import SENDING, SENT, Outgoing

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
PROGRAM = Path(__file__).with_name("sender_process.py")


@pytest.fixture
def worker(folder: Path, web, tmp_path: Path) -> Iterator[Callable[[str], subprocess.Popen[bytes]]]:
    processes: list[subprocess.Popen[bytes]] = []

    def start(name: str) -> subprocess.Popen[bytes]:
        more = {
            "LANTIAN_DIR": str(folder),
            "TEST_DATABASE": str(connection.settings_dict["NAME"]),
        }
        with (tmp_path / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, str(PROGRAM), name, web.origin],
                env=os.environ | more,
                stdout=log,
                stderr=log,
            )
        processes.append(process)
        return process

    yield start
    for process in processes:
        if process.poll() is None:
            process.kill()
        process.wait(10)


def until(what: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def test_what_a_killed_worker_had_in_hand_is_sent_again_as_the_same_message(
    worker, web, robot, say
) -> None:
    hold = threading.Event()
    quick = web.answer_now
    web.answer_now = lambda: (hold.wait(60), quick())[1]
    say([], robots=[robot("wecom", f"{web.origin}/x").pk])
    first = worker("A")
    until(lambda: len(web.posted) == 1)
    assert Outgoing.objects.get().state == SENDING
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    hold.set()
    worker("B")
    until(lambda: Outgoing.objects.get().state == SENT)
    assert len(web.posted) == 2
    assert web.posted[0].identity == web.posted[1].identity
    assert Outgoing.objects.get().attempts == 2
