"""The law of the store: any history equals a plain dictionary, now and as of every sequence."""

import copy
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.lake import intake, part
from lantian.lake.store import Lake
from lantian.terms.mark import MISSING, Source

STATIONS = ["A", "B"]
#: The hours around a change of month, so that parts of two months take part.
FIRST = int(part.month_hours(593)[0]) - 2
HOURS = 4

_value = st.sampled_from([None, 0, 1, 2, 3])
_row = st.tuples(
    st.tuples(st.sampled_from(STATIONS), st.integers(FIRST, FIRST + HOURS - 1)),
    st.lists(_value, min_size=6, max_size=6),
    st.frozensets(st.integers(0, 5), max_size=2),
)
_load = st.tuples(
    st.just("add"),
    st.lists(_row, min_size=3, max_size=10),
    st.sampled_from([Source.GATE, Source.REALTIME_FILE, Source.AUDITED_FILE]),
    st.sampled_from([1, 4, 100]),  # rows that make a part
)
_history = st.lists(st.one_of(_load, _load, _load, st.just(("compact",))), min_size=4, max_size=9)


class Model:
    """The same store as a dictionary of (station, h, column) -> (value, withdrawn, source)."""

    def __init__(self):
        self.now = {}
        self.states = [{}]
        self.revisions = 0

    def add(self, rows, origin):
        said = {}
        clashes = set()
        for i, (key, values, withdrawn) in enumerate(rows):
            for c, value in enumerate(values):
                if value is None:
                    continue
                cell = (value, c in withdrawn)
                if said.setdefault((*key, c), cell) != cell:
                    clashes.add(i)
        refused = set()
        for key, (value, withdrawn) in said.items():
            old = self.now.get(key)
            if old is None or origin >= old[2] or (value, withdrawn) == old[:2]:
                if old is not None and old[:2] != (value, withdrawn):
                    self.revisions += 1
                source = origin if old is None else max(origin, old[2])
                self.now[key] = (value, withdrawn, source)
            else:
                refused.add(key[:2])
        self.states.append(copy.copy(self.now))
        return len(clashes) + len(refused)

    def stand_still(self, sequence):
        while len(self.states) <= sequence:
            self.states.append(self.states[-1])


def _read(lake, sequence):
    block = lake.block(STATIONS, FIRST, FIRST + HOURS, as_of=sequence)
    return {
        (STATIONS[s], FIRST + t, c): int(block[c, s, t])
        for c, s, t in zip(*(block != MISSING).nonzero(), strict=True)
    }


def _counted(state):
    return {key: value for key, (value, withdrawn, _) in state.items() if not withdrawn}


@pytest.mark.slow
@given(history=_history)
def test_any_history_equals_a_dictionary_as_of_every_sequence(history, rows_of_test):
    model = Model()
    with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(part, "_GROUP_ROWS", 3)
        Lake.init(Path(folder) / "l")
        with Lake.open(Path(folder) / "l") as lake:
            for n, (verb, *what) in enumerate(history):
                if verb == "compact":
                    lake.compact()
                    model.stand_still(lake.sequence)
                    continue
                rows, origin, part_rows = what
                patch.setattr(intake, "PART_ROWS", part_rows)
                report = lake.add(
                    rows_of_test(rows), source=f"f{n}", sha256=f"{n}", layout="", origin=origin
                )
                assert report.quarantined == model.add(rows, origin)
                c = report.hours
                fates = (c.new, c.changed, c.filled, c.identical, c.refused, c.repeated, c.empty)
                assert sum(fates) == c.rows == len(rows)
            assert lake.sequence == len(model.states) - 1
            for sequence, state in enumerate(model.states):
                assert _read(lake, sequence) == _counted(state)
            found = lake.changes(0, None, STATIONS, FIRST, FIRST + HOURS)
            assert len(found.revisions) == model.revisions
            assert lake.stations() == sorted({key[0] for key in model.now})
            lake.compact()
            lake.compact()
            for sequence, state in enumerate(model.states):
                assert _read(lake, sequence) == _counted(state)


@pytest.fixture(scope="module")
def rows_of_test():
    """Make a reading of the law's rows, withdrawn flags row by row."""
    import numpy as np  # noqa: PLC0415

    from lantian.lake.rows import HOUR, Reading, Rows  # noqa: PLC0415

    def make(rows):
        names = tuple(sorted({key[0] for key, _, _ in rows}))
        return Reading(
            Rows(
                HOUR,
                names,
                np.array([names.index(key[0]) for key, _, _ in rows], np.int32),
                np.array([key[1] for key, _, _ in rows], np.int32),
                np.array(
                    [[MISSING if v is None else v for v in vs] for _, vs, _ in rows], np.int32
                ).T.copy(),
                np.array([[c in w for c in range(6)] for _, _, w in rows], np.bool_).T.copy(),
            )
        )

    return make
