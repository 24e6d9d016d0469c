"""Whether two sets of days of a level are the same in every array."""

from dataclasses import fields

import numpy as np

from lantian.flows.level_days import LevelDays
from lantian.flows.station_days import StationDays


def assert_same(held: LevelDays, fresh: LevelDays) -> None:
    _plain(held, fresh)
    assert (held.stations is None) == (fresh.stations is None)
    if held.stations is not None:
        assert held.stations.stations == fresh.stations.stations
        _plain(held.stations, fresh.stations)


def _plain(held: LevelDays | StationDays, fresh: LevelDays | StationDays) -> None:
    for name in ("names", "period", "rules"):
        assert getattr(held, name, None) == getattr(fresh, name, None)
    for name in ("values", "reported", "hours"):
        if hasattr(fresh, name):
            same(getattr(held, name), getattr(fresh, name))
    for field in fields(fresh.index):
        same(getattr(held.index, field.name), getattr(fresh.index, field.name))


def same(held: np.ndarray, fresh: np.ndarray) -> None:
    assert held.dtype == fresh.dtype
    np.testing.assert_array_equal(held, fresh)
