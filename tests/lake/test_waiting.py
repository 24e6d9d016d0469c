"""A gate that writes hours and a desk that changes the roster do not keep each other waiting."""

import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from lantian.lake.store import Lake
from postgres import BOTH

WAITER = Path(__file__).with_name("waiter.py")
LIMIT_S = 0.100
ROUNDS, WRITES = 5, 200
ROLES = ("gate", "desk")


def both_at_once(folder, writes):
    """Waits of gate and desk for the lake, in seconds."""
    processes = [
        subprocess.Popen(
            [sys.executable, str(WAITER), str(folder), role, str(writes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for role in ROLES
    ]
    for process in processes:
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        process.stdin.write("\n")
        process.stdin.flush()
    waits = {}
    for role, process in zip(ROLES, processes, strict=True):
        waits[role] = [float(line) for line in process.communicate(timeout=300)[0].split()]
        assert process.returncode == 0
    return waits


@BOTH
@pytest.mark.slow
def test_gate_and_desk_never_wait_for_each_other_beyond_100_ms(tmp_path, lake_backend):
    rounds = []
    for n in range(ROUNDS):
        Lake.init(tmp_path / f"{n}")
        rounds.append(both_at_once(tmp_path / f"{n}", WRITES))
        for role, waits in rounds[-1].items():
            assert len(waits) == WRITES
            print(
                f"{lake_backend} {role} round {n}: median {statistics.median(waits) * 1e3:.1f} ms, "
                f"longest {max(waits) * 1e3:.1f} ms of {WRITES} waits"
            )
    # A busy machine may stop a process while it holds the lake: that excuses a wait in a
    # hundred, and no round is bare of it by luck where writers starve each other.
    for role in ROLES:
        every = sorted(wait for waits in rounds for wait in waits[role])
        assert every[len(every) * 99 // 100] <= LIMIT_S
    assert min(max(max(waits[role]) for role in ROLES) for waits in rounds) <= LIMIT_S
