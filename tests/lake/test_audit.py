"""What a check of the lake finds."""

import numpy as np
import pytest

from lantian.errors import LakeBroken
from lantian.lake import intake
from lantian.lake.audit import Gap, audit
from lantian.lake.part import month_hours
from lantian.lake.rows import WEATHER
from lantian.terms.mark import Source

FIRST, AFTER = month_hours(593)
FULL = [8_000, 30_000, 60_000, 35_000, 600, 120_000]


@pytest.fixture
def parts(lake, put, monkeypatch):
    """Two parts."""
    monkeypatch.setattr(intake, "PART_ROWS", 1)
    put({("A", FIRST): FULL})
    put({("A", FIRST + 1): FULL})
    return sorted(lake.folder.rglob("*.parquet"))


def test_an_empty_lake_has_nothing_to_say(lake):
    found = audit(lake)
    assert (found.sequence, found.stations, found.months, found.faults) == (0, (), (), ())


def test_counts_availability_and_gaps(lake, put):
    put({("A", FIRST + t): FULL for t in range(100)}, weather={("A", FIRST): [1] * 6})
    put({("B", FIRST + t): [1, None, None, None, None, None] for t in (0, 40, 99)})
    put({("A", FIRST): [9_000, None, None, None, None, None]}, Source.GATE)
    found = audit(lake)
    assert [(h.kind, h.parts, h.hot_rows) for h in found.holdings] == [
        ("hour", 0, 103),
        (WEATHER.table, 0, 1),
    ]
    assert found.months == (593,)
    assert found.hours.tolist() == [100]
    assert found.present[:, 0, 0].tolist() == [100] * 6
    assert found.present[:, 1, 0].tolist() == [3, 0, 0, 0, 0, 0]
    assert found.gaps == (Gap("B", FIRST + 41, FIRST + 99), Gap("B", FIRST + 1, FIRST + 40))
    assert found.quarantine == ((intake.LOWER, 1),)


def test_gaps_reach_over_months_and_to_the_end(lake, put):
    put({("A", AFTER - 2): FULL, ("A", AFTER + 30): FULL, ("B", AFTER - 2): FULL})
    assert audit(lake).gaps == (
        Gap("B", AFTER - 1, AFTER + 31),
        Gap("A", AFTER - 1, AFTER + 30),
    )


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda p: p.unlink(), "missing"),
        (lambda p: p.write_bytes(p.read_bytes()[:-9]), "bytes instead of"),
        (lambda p: p.write_bytes(p.read_bytes()[:-9] + b"123456789"), "sha256"),
    ],
)
def test_damaged_parts_are_named(lake, parts, spoil, said):
    spoil(parts[0])
    (fault,) = audit(lake).faults
    assert fault.startswith(f"parts/2019/{parts[0].name}: ")
    assert said in fault


@pytest.mark.parametrize("spoil", [lambda p: p.unlink(), lambda p: p.write_bytes(b"PAR1" * 9)])
def test_reading_a_damaged_part_is_refused_with_its_name(lake, parts, spoil):
    spoil(parts[1])
    with pytest.raises(LakeBroken, match=parts[1].name):
        lake.block(["A"], FIRST, FIRST + 2)


def test_orphans_are_named_and_the_next_part_sweeps_them(lake, parts, put):
    orphan = parts[0].with_name("hour-2019-06-00000099.tmp")
    orphan.write_bytes(b"half")
    (fault,) = audit(lake).faults
    assert orphan.name in fault
    assert "interrupted" in fault
    assert audit(lake).present.sum() == 12
    put({("A", FIRST + 2): FULL})
    assert not orphan.exists()
    assert audit(lake).faults == ()
    assert np.count_nonzero(lake.block(["A"], FIRST, FIRST + 3) > 0) == 18
