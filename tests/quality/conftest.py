"""A small made-up network: eight stations under one air, with their own noise."""

from collections.abc import Callable

import numpy as np
import pytest

from lantian.quality.window import Window
from lantian.terms.hour import day_number, first_hour
from lantian.terms.period import parse_day

#: Usual level of each pollutant in thousandths, and the published step.
LEVELS = (12_000, 40_000, 110_000, 60_000, 900, 80_000)
STEPS = (1000, 1000, 1000, 1000, 100, 1000)
STATIONS = tuple(f"{n:04}A" for n in range(1, 9))
START = first_hour(day_number(parse_day("2019-05-01")))


def air(days: int, seed: int = 1) -> np.ndarray:
    """Hours of every pollutant and station: one weather for all, then each station's share."""
    rng = np.random.default_rng(seed)
    hours = 24 * days
    blocks = []
    # PM10 is PM2.5 and coarse particles, so that their difference is a series of its own.
    for level in (*LEVELS[:2], 50_000, *LEVELS[3:]):
        weather = np.zeros(hours)
        for hour, gust in enumerate(rng.normal(0, 0.2, hours - 1), 1):
            weather[hour] = 0.95 * weather[hour - 1] + gust
        own = rng.normal(0, 0.12, (len(STATIONS), hours))
        blocks.append(level * np.exp(0.7 * weather + own))
    blocks[2] = blocks[2] + blocks[3]
    steps = np.array(STEPS)[:, None, None]
    return (np.maximum(np.rint(np.stack(blocks) / steps), 1) * steps).astype(np.int32)


@pytest.fixture(scope="session")
def network() -> Callable[[int], Window]:
    """A window of the given number of judged days after 30 earlier ones."""
    made: dict[int, Window] = {}

    def window(days: int = 30) -> Window:
        if days not in made:
            values = air(30 + days)
            values.setflags(write=False)
            cut = 30 * 24
            made[days] = Window(STATIONS, START + cut, values[:, :, :cut], values[:, :, cut:])
        return made[days]

    return window
