"""A writer to be killed: `writer.py DIR BATCHES COMPACT_EVERY`; it says each batch once durable."""

import sys
from pathlib import Path

import numpy as np

from lantian.lake.rows import HOUR, Reading, Rows
from lantian.lake.store import Lake
from lantian.terms.mark import Source

FIRST = 433_145
#: Hours of a batch: a large one becomes a part, a small one hot rows.
LARGE, SMALL, STATIONS = 60, 1, 100
NAMES = tuple(f"S{s:03d}" for s in range(STATIONS))


def span_of(number):
    """Hours [from, to) of a batch."""
    start = FIRST + number * LARGE
    return start, start + (LARGE if number % 2 else SMALL)


def reading_of(number):
    """Every value of a batch is its number plus one."""
    h_from, h_to = span_of(number)
    hours = np.arange(h_from, h_to, dtype=np.int32)
    h = np.tile(hours, STATIONS)
    values = np.full((6, h.size), number + 1, np.int32)
    station = np.repeat(np.arange(STATIONS, dtype=np.int32), hours.size)
    return Reading(Rows(HOUR, NAMES, station, h, values, np.zeros(values.shape, np.bool_)))


def main(folder, batches, compact_every):
    with Lake.open(Path(folder)) as lake:
        print("ready", flush=True)
        for number in range(batches):
            lake.add(
                reading_of(number),
                source=f"batch-{number}",
                sha256=f"{number}",
                layout="",
                origin=Source.REALTIME_FILE,
            )
            print(number, flush=True)
            if number % compact_every == compact_every - 1:
                lake.compact()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
