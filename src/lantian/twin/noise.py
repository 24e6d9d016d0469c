"""Noise that is a function of time alone: hashed lattice values, smooth in between.

A value of any hour needs no hour before it, so that a simulation may begin anywhere and
two that overlap agree.
"""

import math
from typing import Final

import numpy as np

from lantian.terms.rounding import compiled

# Steele, Lea and Flood (2014), Fast splittable pseudorandom number generators: SplitMix64.
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_MIX_1: Final = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2: Final = np.uint64(0x94D049BB133111EB)
_S30, _S27, _S31, _S11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_UNIT: Final = 2.0**-53


@compiled
def _mix(x: np.uint64) -> np.uint64:
    x = (x ^ (x >> _S30)) * _MIX_1
    x = (x ^ (x >> _S27)) * _MIX_2
    return np.uint64(x ^ (x >> _S31))


@compiled
def uniform(seed: int, channel: int, at: int) -> float:
    """Even chance in [0, 1) of a seed, a channel and a place on the lattice.

    Examples
    --------
    >>> 0 <= uniform(1, 2, 3) < 1, uniform(1, 2, 3) == uniform(1, 2, 4)
    (True, False)
    """
    x = _mix(np.uint64(seed) * _GOLDEN + np.uint64(channel))
    x = _mix(x + np.uint64(at) * _GOLDEN)
    return float(x >> _S11) * _UNIT


@compiled
def normal(seed: int, channel: int, at: int) -> float:
    """Nearly normal chance of mean 0 and deviation 1: four even ones added; within ±3.5."""
    total = 0.0
    for part in range(4):
        total += uniform(seed, channel * 4 + part, at)
    return (total - 2.0) * math.sqrt(3.0)


@compiled
def wave(seed: int, channel: int, t_h: float, period_h: float) -> float:
    """Smooth noise of mean 0 and deviation about 1 at a time.

    Parameters
    ----------
    seed, channel : int
        Channels of one seed are independent.
    t_h : float
        Time, hours.
    period_h : float
        Distance of the lattice's values; swings last about twice as long.

    Returns
    -------
    float
    """
    position = t_h / period_h
    left = math.floor(position)
    part = position - left
    ease = part * part * (3.0 - 2.0 * part)
    before = normal(seed, channel, int(left))
    after = normal(seed, channel, int(left) + 1)
    # Divided by the deviation of the blend, so that hours between lattice points swing as much.
    blend = math.sqrt((1.0 - ease) * (1.0 - ease) + ease * ease)
    return ((1.0 - ease) * before + ease * after) / blend
