"""A gate that is killed while four doors are busy loses nothing that it acknowledged."""

import os
from pathlib import Path

import pytest

from gate.doors.kill_rounds import UP_S, run_rounds
from postgres import BOTH

#: `python tests/gate/doors/kill_rounds.py 50` runs more.
ROUNDS = int(os.environ.get("LANTIAN_KILL_ROUNDS", "2"))


@pytest.mark.slow
@BOTH
def test_kill_9_loses_no_acknowledged_message_of_any_door(
    tmp_path: Path, lake_backend: str
) -> None:
    figures = run_rounds(tmp_path, ROUNDS)
    assert figures.faults == []
    assert min(figures.acknowledged.values()) >= ROUNDS
    assert figures.slowest_up_s <= UP_S
