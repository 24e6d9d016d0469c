"""A fresh lake, and readings made from plain dictionaries."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest

from lantian.lake.rows import HOUR, WEATHER, Reading, RowKind, Rows
from lantian.lake.store import Lake
from lantian.terms.mark import MISSING, Source

type Key = tuple[str, int]
type Cells = Sequence[int | None]


def rows_of(
    given: Sequence[tuple[Key, Cells]],
    withdrawn: Sequence[tuple[Key, int]] = (),
    kind: RowKind = HOUR,
) -> Rows:
    """Rows in the order given; None is MISSING; `withdrawn` names (key, column)."""
    names = tuple(sorted({station for (station, _), _ in given}))
    values = [[MISSING if v is None else v for v in cells] for _, cells in given]
    flags = [[(key, c) in set(withdrawn) for c in range(6)] for key, _ in given]
    shape = (len(given), 6)
    return Rows(
        kind,
        names,
        np.array([names.index(station) for (station, _), _ in given], np.int32),
        np.array([h for (_, h), _ in given], np.int32),
        np.ascontiguousarray(np.array(values, np.int32).reshape(shape).T),
        np.ascontiguousarray(np.array(flags, np.bool_).reshape(shape).T),
    )


@pytest.fixture
def reading() -> Callable[..., Reading]:
    """Make a reading from {(station, h): six values}, or from a list with repeats."""

    def make(
        given: Mapping[Key, Cells] | Sequence[tuple[Key, Cells]],
        withdrawn: Sequence[tuple[Key, int]] = (),
        weather: Mapping[Key, Cells] | None = None,
    ) -> Reading:
        pairs = list(given.items()) if isinstance(given, Mapping) else list(given)
        return Reading(
            rows_of(pairs, withdrawn),
            None if weather is None else rows_of(list(weather.items()), (), WEATHER),
        )

    return make


@pytest.fixture
def lake(tmp_path: Path, lake_backend: str) -> Iterator[Lake]:
    """An empty, open lake."""
    Lake.init(tmp_path / "lake")
    with Lake.open(tmp_path / "lake") as opened:
        yield opened


@pytest.fixture
def put(lake: Lake, reading: Callable[..., Reading]) -> Callable[..., object]:
    """Add a reading under a name that is also its hash."""
    count = 0

    def add(given: object, origin: Source = Source.REALTIME_FILE, **more: object) -> object:
        nonlocal count
        count += 1
        return lake.add(
            reading(given, **more),
            source=f"file-{count}",
            sha256=f"{count:064d}",
            layout="test",
            origin=origin,
        )

    return add
