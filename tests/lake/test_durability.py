"""Killed writers, full disks: no half batch, nothing acknowledged lost, a second run completes."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from lantian.errors import LakeBroken
from lantian.lake.audit import audit
from lantian.lake.store import Lake
from lantian.terms.mark import MISSING, Source
from postgres import BOTH, SQLITE_ONLY

WRITER = Path(__file__).with_name("writer.py")
_spec = importlib.util.spec_from_file_location("lake_writer", WRITER)
writer = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(writer)

BATCHES = 24


def stored(lake):
    """Numbers of the batches that are stored; a half one fails."""
    found = set()
    for number in range(BATCHES):
        block = lake.block(writer.NAMES, *writer.span_of(number))
        values = set(np.unique(block).tolist())
        assert values in ({number + 1}, {MISSING}), f"half of batch {number} is stored"
        if MISSING not in values:
            found.add(number)
    return found


def run_writer(folder, compact_every=5):
    return subprocess.Popen(
        [sys.executable, str(WRITER), str(folder), str(BATCHES), str(compact_every)],
        stdout=subprocess.PIPE,
        text=True,
    )


def kill_round(folder, rng):
    """Kill a writer in the midst of some batch or compaction; check what it left."""
    Lake.init(folder)
    process = run_writer(folder)
    assert process.stdout.readline() == "ready\n"
    acknowledged = {int(process.stdout.readline()) for _ in range(rng.integers(0, BATCHES - 2))}
    time.sleep(rng.uniform(0, 0.05))
    process.send_signal(signal.SIGKILL)
    acknowledged |= {int(line) for line in process.stdout.read().split()}
    process.wait()
    process.stdout.close()
    with Lake.open(folder) as lake:
        kept = stored(lake)
        assert acknowledged <= kept
        assert len(kept - acknowledged) <= 1
        names = lake.ledger.sql.execute("SELECT source FROM batch WHERE kind = 'data'").fetchall()
        assert {name for (name,) in names} == {f"batch-{n}" for n in kept}
        assert all("interrupted" in fault for fault in audit(lake).faults)
    second = run_writer(folder)
    second.communicate(timeout=120)
    assert second.returncode == 0
    with Lake.open(folder) as lake:
        assert stored(lake) == set(range(BATCHES))
        assert audit(lake).faults == ()
    return len(acknowledged)


@pytest.mark.slow
@BOTH
def test_kill_9_leaves_whole_batches_and_a_second_run_completes(tmp_path, lake_backend):
    rng = np.random.default_rng(20260301)
    for n in range(3):
        kill_round(tmp_path / str(n), rng)


@pytest.mark.slow
def test_kill_9_fifty_rounds(tmp_path):
    rng = np.random.default_rng(50)
    acknowledged = [kill_round(tmp_path / str(n), rng) for n in range(50)]
    assert min(acknowledged) < 4
    assert max(acknowledged) > 16


_FULL = """
import resource, sys
from pathlib import Path
sys.path.insert(0, {tests!r})
import writer
from lantian.errors import LakeBroken
from lantian.lake.store import Lake
from lantian.terms.mark import Source
how = dict(layout="", origin=Source.REALTIME_FILE)
with Lake.open(Path(sys.argv[1])) as lake:
    lake.add(writer.reading_of(0), source="first", sha256="first", **how)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), resource.RLIM_INFINITY))
    stopped = 0
    for number in range(1, 24):
        try:
            lake.add(writer.reading_of(number), source="x", sha256=str(number), **how)
        except LakeBroken as error:
            assert "disk is full or not writable" in str(error), str(error)
            stopped += 1
    print(stopped)
"""


@SQLITE_ONLY
@pytest.mark.parametrize(
    "limit",
    [
        pytest.param(4_000, marks=pytest.mark.slow),
        40_000,
        pytest.param(200_000, marks=pytest.mark.slow),
    ],
)
def test_files_that_cannot_grow_stop_a_load_and_harm_nothing(tmp_path, limit):
    Lake.init(tmp_path / "lake")
    code = _FULL.format(tests=str(WRITER.parent))
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "lake"), str(limit)],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0
    with Lake.open(tmp_path / "lake") as lake:
        kept = stored(lake)
        assert 0 in kept
        assert len(kept) == 24 - int(done.stdout)
        assert audit(lake).faults == ()
    complete(tmp_path / "lake")


def complete(folder):
    with Lake.open(folder) as lake:
        for number in range(BATCHES):
            lake.add(
                writer.reading_of(number),
                source="again",
                sha256=f"again {number}",
                layout="",
                origin=Source.REALTIME_FILE,
            )
        assert stored(lake) == set(range(BATCHES))
        assert audit(lake).faults == ()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of 1 MB that can be made larger."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(folder)]
    if os.geteuid() or subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("mounting a small disk needs root; files that cannot grow are tested anyway")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_is_said_and_more_room_completes_the_load(small_disk):
    Lake.init(small_disk / "lake")
    rng = np.random.default_rng(1)
    failed = None
    with Lake.open(small_disk / "lake") as lake:
        for number in range(BATCHES):
            given = writer.reading_of(number)
            given.rows.values[:] = rng.integers(0, 1_000_000, given.rows.values.shape)
            try:
                lake.add(given, source="x", sha256=f"{number}", layout="", origin=Source.GATE)
            except LakeBroken as error:
                assert "磁盘已满" in str(error)
                failed = number
                break
        assert failed is not None
        assert lake.sequence == failed
        block = lake.block(writer.NAMES, *writer.span_of(failed))
        assert (block == MISSING).all()
        grow = ["mount", "-o", "remount,size=64m", str(small_disk)]
        subprocess.run(grow, check=True)
        lake.add(given, source="x", sha256=f"{failed}", layout="", origin=Source.GATE)
        block = lake.block(writer.NAMES, *writer.span_of(failed))
        assert (block != MISSING).all()
        assert audit(lake).faults == ()
