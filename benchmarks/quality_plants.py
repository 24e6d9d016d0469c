"""Plants of false values: each changes a copy of real hours as somebody or a fault would."""

from typing import Final

import numpy as np

from lantian.quality.neighbours import Expectation
from lantian.terms.mark import MISSING

SO2, NO2, PM10, PM25, CO, O3 = range(6)
#: Published resolution of each pollutant in thousandths.
STEP: Final = (1000, 1000, 1000, 1000, 100, 1000)

Block = np.ndarray


def printed(values: Block, was: Block, p: int) -> Block:
    """Values at the published resolution, at least one step, missing where they were missing."""
    stepped = np.maximum(np.rint(values / STEP[p]), 1) * STEP[p]
    return np.where(was == MISSING, MISSING, stepped).astype(np.int32)


def smooth(x: Block, p: int, width: int, share: float) -> Block:
    """A moving mean over `width` hours, mixed with the honest value by `share`."""
    held, value = (x != MISSING).astype(float), np.where(x == MISSING, 0, x)
    kernel = np.ones(width)
    both = [[np.convolve(row, kernel, "same") for row in part] for part in (value, held)]
    mean = np.array(both[0]) / np.maximum(np.array(both[1]), 1)
    return printed(share * mean + (1 - share) * value, x, p)


def copied(
    x: Block, source: Block, p: int, factor: float, noise: float, rng: np.random.Generator
) -> Block:
    """The hours of another station times a factor, with noise."""
    y = np.where(source == MISSING, 0, source) * factor * (1 + noise * rng.standard_normal(x.shape))
    return np.where(source == MISSING, x, printed(y, x, p)).astype(np.int32)


def pressed(
    x: Block, limit: float, upto: float, share: float, rng: np.random.Generator
) -> tuple[Block, Block]:
    """Values up to `upto` above a limit set just below it; also how many at each station."""
    top = limit * 1000
    hit = (x > top) & (x <= top * (1 + upto)) & (rng.random(x.shape) < share)
    below = np.floor((1 - 0.05 * rng.random(x.shape)) * limit) * 1000
    return np.where(hit, below, x).astype(np.int32), hit.sum(axis=1)


def high_hours(
    said: np.ndarray, days: int, hours: int, of_days: float, rng: np.random.Generator
) -> np.ndarray:
    """For each station `hours` in a row at the highest of `days` days among the high ones."""
    chosen = np.zeros(said.shape, bool)
    whole = said.shape[1] // 24
    for row, level in enumerate(np.nan_to_num(said)):
        mean = level[: whole * 24].reshape(whole, 24).mean(axis=1)
        best = np.argsort(-mean)[: max(days, round(of_days * whole))]
        for day in rng.permutation(best)[:days]:
            of_day = level[day * 24 : day * 24 + 24]
            first = day * 24 + int(np.convolve(of_day, np.ones(hours), "valid").argmax())
            chosen[row, first : first + hours] = True
    return chosen


def wetted(
    values: Block, said: np.ndarray, cut: float, days: int, hours: int, rng: np.random.Generator
) -> Block:
    """Coarse particles cut, fine ones by a fifth as much, gases as they were."""
    y = values.copy()
    wet = high_hours(said, days, hours, 1 / 3, rng)
    both = (values[PM10] != MISSING) & (values[PM25] != MISSING)
    fine = values[PM25] * np.where(wet, 1 - cut / 5, 1.0)
    rough = np.maximum(values[PM10].astype(float) - values[PM25], 0) * np.where(wet, 1 - cut, 1.0)
    y[PM25] = np.where(both, printed(fine, values[PM25], PM25), values[PM25])
    y[PM10] = np.where(both, printed(fine + rough, values[PM10], PM10), values[PM10])
    return y


def blocked(
    values: Block, said: np.ndarray, cut: float, days: int, hours: int, rng: np.random.Generator
) -> Block:
    """Both particles cut alike, gases as they were."""
    y = values.copy()
    shut = high_hours(said, days, hours, 1 / 3, rng)
    for p in (PM10, PM25):
        less = np.where(shut, (1 - cut) * values[p].astype(float), values[p])
        y[p] = printed(less, values[p], p)
    return y


def routine_upkeep(shape: tuple[int, int], rng: np.random.Generator) -> np.ndarray:
    """Honest upkeep: a check each week in working hours, now and then another one."""
    flags = np.zeros(shape, bool)
    for row in range(shape[0]):
        days = np.arange(rng.integers(0, 7), shape[1] // 24, 7)
        extra = rng.integers(0, shape[1] // 24, rng.integers(0, 4))
        for day in (*days, *extra):
            first = day * 24 + rng.integers(9, 16)
            flags[row, first : first + rng.integers(1, 4)] = True
    return flags


def scaled(x: Block, p: int, first: np.ndarray, hours: int, factor: float) -> Block:
    """Values of `hours` from a column on, times a factor."""
    column = np.arange(x.shape[1])
    inside = (column >= first[:, None]) & (column < first[:, None] + hours)
    return np.where(inside, printed(x * float(factor), x, p), x).astype(np.int32)


def frozen(x: Block, first: np.ndarray, hours: int) -> Block:
    """Values of `hours` from a column on, all as in the first of them."""
    y = x.copy()
    for row, column in enumerate(first):
        y[row, column : column + hours] = y[row, column]
    return y


def spiked(x: Block, p: int, first: np.ndarray, factor: float) -> Block:
    """One hour times a factor."""
    return scaled(x, p, first, 1, factor)


def drifted(x: Block, p: int, last: float) -> Block:
    """Values that fall evenly to the share `last` of themselves."""
    return printed(x * np.linspace(1, last, x.shape[1]), x, p)


def best_neighbour(values: Block, said: Expectation) -> Block:
    """Hours of the best correlated station of each; its own where it has none."""
    best = said.neighbours[:, 0]
    return np.where((best >= 0)[:, None], values[best], values)
