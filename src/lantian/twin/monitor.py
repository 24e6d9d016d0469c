"""Monitors of the fictional county: what they report of the true air, and when they report nothing.

A station has its own steady error, noise, a gain that drifts between calibrations, an inlet
that reads particles high in damp air, weekly visits, power cuts and single values lost; a
tampered one is given less than the air holds. Each is a function of station and hour alone.
"""

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.terms.hour import BEIJING_H, day_number, first_hour
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import CO, PM10, PM25, POLLUTANTS
from lantian.terms.rounding import compiled
from lantian.twin.event import Tampering
from lantian.twin.noise import normal, uniform
from lantian.twin.station import Instrument, Station
from lantian.twin.weather import Floats

type Int32s = npt.NDArray[np.int32]

_MISSING = np.int32(MISSING)
_COARSE, _FINE, _CARBON = (POLLUTANTS.index(p) for p in (PM10, PM25, CO))
#: Noise channels of a station, from its own first one.
_CHANNELS: Final = 64
_CUT, _CUT_AT, _CUT_LONG, _SINGLE, _GAIN, _DRIFT, _NOISE, _FLOOR = 0, 1, 2, 8, 16, 24, 32, 40
#: Days back on which a power cut may have begun that still lasts, and its hours.
_CUT_DAYS, _CUT_LEAST_H, _CUT_MORE_H = 2, 3, 36
_LOST_SINGLY: Final = 0.002
_DAMP_PCT: Final = 70.0


@dataclass(frozen=True, slots=True)
class Errors:
    """How each station errs; arrays of shape (stations,) but for the shares.

    Attributes
    ----------
    key : ndarray of int64
        What tells its noise from another's.
    first_h : ndarray of int64
        Hour of its first value.
    traits : ndarray, shape (stations, 8)
        The fields of `Instrument`, in their order.
    coarse, fine : ndarray, shape (stations, hours)
        Share of the true coarse and fine particles that the inlet is given.
    """

    key: npt.NDArray[np.int64]
    first_h: npt.NDArray[np.int64]
    traits: Floats
    coarse: Floats
    fine: Floats


def errors(
    stations: Sequence[Station],
    instruments: dict[str, Instrument],
    tampering: Sequence[Tampering],
    h_from: int,
    h_to: int,
) -> Errors:
    """How stations err in hours [h_from, h_to)."""
    kinds = [instruments[s.kind] for s in stations]
    traits = [
        [k.gain, k.noise, k.floor_ugm3, k.drift, k.calibration_d, k.humid, k.lost, k.service_h]
        for k in kinds
    ]
    coarse, fine = np.ones((2, len(stations), h_to - h_from))
    hours = np.arange(h_from, h_to)
    clock = (hours - 1 + BEIJING_H) % 24 + 1
    for event in tampering:
        meant = hours >= first_hour(day_number(event.first))
        meant &= (clock > event.from_hour) & (clock <= event.to_hour)
        for row, station in enumerate(stations):
            if station.code == event.station:
                coarse[row, meant] = event.coarse
                fine[row, meant] = event.fine
    return Errors(
        np.array([zlib.crc32(s.code.encode()) * _CHANNELS for s in stations], np.int64),
        np.array([first_hour(day_number(s.sites[0].first)) for s in stations], np.int64),
        np.array(traits, np.float64).reshape(len(stations), 8),
        coarse,
        fine,
    )


def report(true: Floats, errs: Errors, rh_pct: Floats, h_from: int, *, seed: int) -> Int32s:
    """What monitors report of the true air.

    Parameters
    ----------
    true : ndarray, shape (6, stations, hours)
        ug/m3, CO in mg/m3.
    errs : Errors
    rh_pct : ndarray, shape (hours,)
    h_from : int
        UTC hour number of the first hour.
    seed : int

    Returns
    -------
    ndarray of int32, shape (6, stations, hours)
        Thousandths: whole ug/m3, tenths of mg/m3 for CO; MISSING where nothing is reported.
    """
    out = np.empty(true.shape, np.int32)
    for row in range(true.shape[1]):
        _report(
            true[:, row],
            int(errs.key[row]),
            int(errs.first_h[row]),
            errs.traits[row],
            errs.coarse[row],
            errs.fine[row],
            rh_pct,
            h_from,
            seed,
            out[:, row],
        )
    return out


@compiled
def _is_silent(h: int, key: int, seed: int, lost: float, service_h: float) -> bool:
    """Whether a station is visited, or its power cut, in an hour."""
    day, clock = (h - 1 + BEIJING_H) // 24, (h - 1 + BEIJING_H) % 24
    visit = 9 + key // _CHANNELS % 6
    if (day + key // _CHANNELS) % 7 == 0 and visit <= clock < visit + service_h:
        return True
    for back in range(_CUT_DAYS + 1):
        if uniform(seed, key + _CUT, day - back) < lost:
            begin = int(24.0 * uniform(seed, key + _CUT_AT, day - back))
            chance = uniform(seed, key + _CUT_LONG, day - back)
            length = _CUT_LEAST_H + int(_CUT_MORE_H * chance * chance * chance)
            if begin <= clock + 24 * back < begin + length:
                return True
    return False


@compiled
def _fill_gains(h: int, key: int, seed: int, traits: Floats, gains: Floats) -> None:
    """Steady error of the instruments, and what they drifted since the last calibration."""
    day = (h - 1 + BEIJING_H) // 24 + key // _CHANNELS % 365
    interval = int(traits[4])
    since_y = (day % interval) / 365.0
    for p in range(gains.size):
        drift = traits[3] * since_y * normal(seed, key + _DRIFT + p, day // interval)
        gains[p] = 1.0 + traits[0] * normal(seed, key + _GAIN + p, 0) + drift


@compiled
def _report(
    true: Floats,
    key: int,
    first_h: int,
    traits: Floats,
    coarse: Floats,
    fine: Floats,
    rh_pct: Floats,
    h_from: int,
    seed: int,
    out: Int32s,
) -> None:
    gains = np.empty(true.shape[0])
    for i in range(true.shape[1]):
        h = h_from + i
        if i == 0 or (h - 1 + BEIJING_H) % 24 == 0:
            _fill_gains(h, key, seed, traits, gains)
        damp = 1.0 + traits[5] * max(rh_pct[i] - _DAMP_PCT, 0.0)
        small = true[_FINE, i]
        kept = coarse[i] * max(true[_COARSE, i] - small, 0.0) + fine[i] * small
        silent = h < first_h or _is_silent(h, key, seed, traits[6], traits[7])
        for p in range(true.shape[0]):
            if silent or uniform(seed, key + _SINGLE + p, h) < _LOST_SINGLY:
                out[p, i] = _MISSING
                continue
            given = fine[i] * small if p == _FINE else kept if p == _COARSE else true[p, i]
            value = given * gains[p] * (1.0 + traits[1] * normal(seed, key + _NOISE + p, h))
            if p in (_COARSE, _FINE):
                value *= damp
            floor = traits[2] * normal(seed, key + _FLOOR + p, h)
            if p == _CARBON:
                out[p, i] = max(int(10.0 * (value + 0.02 * floor) + 0.5), 1) * 100
            else:
                out[p, i] = max(int(value + floor + 0.5), 1) * 1000
