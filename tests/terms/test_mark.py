"""Marks: packing loses nothing, and a higher origin is a higher number."""

import numpy as np
import pytest

from lantian.terms.mark import MISSING, Source, State, is_withdrawn, mark, source_of


@pytest.mark.parametrize("source", Source)
@pytest.mark.parametrize("state", State)
def test_packing_loses_nothing(source: Source, state: State) -> None:
    packed = mark(source, state)
    assert source_of(packed) is source
    assert is_withdrawn(packed) is (state is State.WITHDRAWN)


def test_every_mark_is_its_own_small_number() -> None:
    packed = {mark(source, state) for source in Source for state in State}
    assert len(packed) == len(Source) * len(State)
    assert 0 <= min(packed) <= max(packed) <= np.iinfo(np.int8).max


def test_reviewed_stands_above_file_above_gate_above_backfill() -> None:
    assert sorted(Source) == [
        Source.BACKFILL,
        Source.GATE,
        Source.REALTIME_FILE,
        Source.AUDITED_FILE,
        Source.REVIEWED,
    ]
    assert mark(Source.AUDITED_FILE) > mark(Source.REALTIME_FILE, State.WITHDRAWN)


def test_missing_fits_and_is_no_concentration() -> None:
    assert np.int32(MISSING) == MISSING
    assert MISSING < -(10**9)
