"""Compaction keeps every record, frees files when it may, and says what it did."""

import numpy as np
import pytest

from lantian.errors import LakeBroken
from lantian.lake import intake
from lantian.lake.audit import audit
from lantian.lake.frozen import freeze
from lantian.lake.part import month_hours
from postgres import BOTH

pytestmark = BOTH

FIRST, AFTER = month_hours(593)
FULL = [8_000, 30_000, 60_000, 35_000, 600, 120_000]


def files(lake):
    return {p.name for p in lake.folder.rglob("*.parquet")}


@pytest.fixture
def filled(lake, put, monkeypatch):
    """Two parts of one month, hot rows in two, a correction."""
    monkeypatch.setattr(intake, "PART_ROWS", 2)
    put({("A", FIRST): FULL, ("B", FIRST): FULL})
    put({("A", FIRST + 1): FULL, ("B", FIRST + 1): FULL})
    put({("A", FIRST): [1_000, *FULL[1:]]})
    put({("A", AFTER): FULL})
    return lake


def test_months_become_one_part_each_and_read_the_same(filled):
    before = [filled.block(["A", "B"], FIRST, AFTER + 1, as_of=n) for n in range(5)]
    lines = []
    report = filled.compact(lines.append)
    assert (report.months, report.rows, report.deleted) == (2, 6, 0)
    assert lines == ["hour 2019-06: 5 行 / rows", "hour 2019-07: 1 行 / rows"]
    assert filled.sequence == 6
    assert filled.ledger.sql.execute("SELECT COUNT(*) FROM hour").fetchone() == (0,)
    for n, block in enumerate(before):
        assert np.array_equal(filled.block(["A", "B"], FIRST, AFTER + 1, as_of=n), block)
    assert filled.compact().months == 0


def test_replaced_files_stay_for_open_readers_and_go_with_the_next_compaction(filled):
    old = files(filled)
    filled.compact()
    assert old < files(filled)
    assert audit(filled).faults == ()
    assert filled.compact().deleted == 2
    assert not old & files(filled)
    assert audit(filled).faults == ()


def test_files_on_which_a_frozen_figure_rests_are_kept(filled):
    old = files(filled)
    freeze(filled, "bulletin", "2019-06", b'{"pm25":35}', {"sequence": 3})
    filled.compact()
    assert filled.compact().deleted == 0
    assert old < files(filled)


def test_a_damaged_part_stops_compaction_and_nothing_changes(filled):
    part = sorted(filled.folder.rglob("*.parquet"))[0]
    part.write_bytes(part.read_bytes()[:100])
    with pytest.raises(LakeBroken, match="damaged"):
        filled.compact()
    assert filled.sequence == 4
    assert filled.ledger.sql.execute("SELECT COUNT(*) FROM hour").fetchone() == (2,)


def test_a_correction_of_a_compacted_month_is_visible_at_once(filled, put):
    filled.compact()
    put({("B", FIRST): [None, None, 7_000, None, None, None]})
    block = filled.block(["B"], FIRST, FIRST + 1)[:, 0, 0].tolist()
    assert block == [*FULL[:2], 7_000, *FULL[3:]]
