"""A gate that is killed under load loses nothing that it acknowledged."""

import os
from pathlib import Path

import pytest

from gate.kill_rounds import UP_S, run_rounds
from postgres import BOTH

#: `python tests/gate/kill_rounds.py 200` runs the full number.
ROUNDS = int(os.environ.get("LANTIAN_KILL_ROUNDS", "3"))


@pytest.mark.slow
@BOTH
def test_kill_9_loses_no_acknowledged_value(tmp_path: Path, lake_backend: str) -> None:
    figures = run_rounds(tmp_path / "lake", ROUNDS)
    assert figures.faults == []
    assert figures.acknowledged > 100 * ROUNDS
    assert figures.kept >= figures.acknowledged
    assert figures.slowest_up_s <= UP_S
