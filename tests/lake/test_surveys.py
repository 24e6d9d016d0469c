"""Blocks of arrays and events are kept once, in files and tables, whatever the database."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lantian.errors import LakeBroken
from lantian.lake.events import Counted, hourly_counts
from lantian.lake.fine import FineStore
from lantian.lake.said import Event, Said
from lantian.lake.store import Lake
from lantian.lake.surveys import (
    FLIGHT,
    SCAN,
    SURVEYS,
    TRACK,
    days_of,
    pack_scan,
    pack_track,
    read_scan,
    read_track,
    surveyed,
)
from lantian.profile.scan import scan_of
from lantian.track.points import Track, track_of
from postgres import BOTH

DAY = 20_600
START_T = DAY * 86_400
AT_US = (START_T + 7_200) * 1_000_000


@pytest.fixture
def store(lake: Lake) -> Iterator[FineStore]:
    """An empty store beside a lake."""
    opened = FineStore.open(lake.folder)
    yield opened
    opened.close()


def way(t: list[int], factor: str, value: float) -> Track:
    n = len(t)
    places = (np.full(n, 115.0), np.full(n, 36.0), np.full(n, np.nan))
    return track_of(np.array(t), places, [(factor, "ug/m3")], np.full((n, 1), value))


@BOTH
def test_blocks_are_read_as_they_were_kept_the_later_one_first(store: FineStore) -> None:
    scan = scan_of([START_T, START_T + 300], [15, 45], [[1, 2], [3, np.nan]])
    said = Said("L", b"1", AT_US, "", surveys=pack_scan(scan))
    for each in (said, said, said._replace(raw=b"2")):
        store.keep([each])
    ledger = store.ledger
    assert surveyed(ledger, [SCAN, TRACK]) == [("L", SCAN)]
    assert days_of(ledger, "L", SCAN) == (DAY - 1, DAY)
    assert days_of(ledger, "L", SCAN, offset_s=28_800) == (DAY,)
    with ledger.read() as sql:
        assert sql.execute("SELECT COUNT(*) FROM survey").fetchone()[0] == 2
    found = read_scan(ledger, "L", START_T - 1, START_T + 300)
    assert found is not None
    np.testing.assert_array_equal(found.backscatter, scan.backscatter)
    np.testing.assert_array_equal(found.flag, scan.flag)
    assert read_scan(ledger, "L", START_T + 300, START_T + 900) is None


@BOTH
def test_tracks_of_other_factors_are_joined_and_flights_stand_apart(store: FineStore) -> None:
    first, second = way([START_T + 1, START_T + 2], "PM2.5", 60), way([START_T + 2], "O3", 80)
    store.keep([Said("V", b"1", AT_US, "", surveys=pack_track(first))])
    store.keep([Said("V", b"2", AT_US, "", surveys=pack_track(second))])
    store.keep([Said("V", b"3", AT_US, "", surveys=pack_track(first, FLIGHT))])
    found = read_track(store.ledger, "V", START_T, START_T + 9)
    assert found is not None
    assert found.factors == ("PM2.5", "O3")
    np.testing.assert_array_equal(found.values, [[60, np.nan], [np.nan, 80]])
    flight = read_track(store.ledger, "V", START_T, START_T + 9, kind=FLIGHT)
    assert flight is not None
    assert flight.factors == ("PM2.5",)


@BOTH
def test_events_are_counted_by_the_hour_that_they_end_in(store: FineStore) -> None:
    events = [
        Event(START_T + s, "in", "V", n, None) for s, n in ((3_600, 0), (3_600, 1), (3_601, 0))
    ]
    for raw in (b"1", b"2"):
        store.keep([Said("G", raw, AT_US, "", events=tuple(events))])
    h = START_T // 3_600
    assert hourly_counts(store.ledger, first_t=START_T, last_t=START_T + 7_200) == [
        Counted("G", h + 1, "in", "V", 2), Counted("G", h + 2, "in", "V", 1),
    ]  # fmt: skip


def test_a_damaged_file_is_told(store: FineStore) -> None:
    scan = scan_of([START_T + 1], [15], [[1]])
    store.keep([Said("L", b"1", AT_US, "", surveys=pack_scan(scan))])
    file: Path = store.ledger.folder / SURVEYS / f"{DAY}.ltf"
    file.write_bytes(file.read_bytes()[:-9])
    with pytest.raises(LakeBroken):
        read_scan(store.ledger, "L", START_T, START_T + 9)
