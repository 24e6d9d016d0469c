"""One station's hours beside its correlated stations and what they say, for a person to look at."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.flows.grounds import offsets_of, shelf_of
from lantian.flows.quality_window import Int32s, measured
from lantian.lake.store import Lake
from lantian.quality.criteria import criteria
from lantian.quality.interference import coarse
from lantian.quality.neighbours import expectation
from lantian.rules.ruleset import Shelf
from lantian.terms.hour import BEIJING_H, day_of, local_day
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import PM10, PM25, POLLUTANTS

#: Instead of a pollutant: coarse particles, PM10 less PM2.5.
COARSE: Final = "coarse"
_KEYS: Final = tuple(p.key for p in POLLUTANTS)
#: Hours before the shown ones that choose the neighbours.
_USUAL_H: Final = 61 * 24


@dataclass(frozen=True, slots=True)
class Beside:
    """Hours of one pollutant; thousandths, MISSING where there is none.

    Attributes
    ----------
    pollutant : str
        Key, or COARSE.
    h_from : int
        First hour.
    offset_h : int
        Local time minus UTC of the station.
    own : ndarray of int32, shape (hours,)
        As measured.
    expected : ndarray of int32, shape (hours,)
        What the neighbours say; all MISSING where too few correlate.
    neighbours : tuple of str
        The most alike first.
    theirs : ndarray of int32, shape (neighbours, hours)
    """

    pollutant: str
    h_from: int
    offset_h: int
    own: Int32s
    expected: Int32s
    neighbours: tuple[str, ...]
    theirs: Int32s


def beside(
    lake: Lake,
    station: str,
    pollutant: str,
    h_from: int,
    h_to: int,
    *,
    most: int = 4,
    also: str = "",
    shelf: Shelf | None = None,
) -> Beside:
    """Read hours [h_from, h_to) of a station with those of its neighbours.

    Parameters
    ----------
    lake : Lake
    station : str
    pollutant : str
        Key, or COARSE.
    h_from, h_to : int
    most : int
        Neighbours shown; all that the rule takes say what is expected.
    also : str, optional
        A station that is shown first, whether it correlates or not.
    shelf : Shelf, optional

    Returns
    -------
    Beside

    Raises
    ------
    NoRuleInForce
        If no clause on quality covers the hours.
    """
    offset_h = offsets_of(lake.roster()).get(station, BEIJING_H)
    books = shelf or shelf_of(lake)
    held = criteria(day_of(local_day(h_to - 1, offset_h)), books)
    p = _KEYS.index(PM10.key if pollutant == COARSE else pollutant)
    stations = sorted({*lake.stations(), station})
    every = measured(lake, stations, h_from - _USUAL_H, h_to)
    block = every[p]
    if pollutant == COARSE:
        block = coarse(block, every[_KEYS.index(PM25.key)])
    usual, shown = block[:, :_USUAL_H], block[:, _USUAL_H:]
    rule = held.neighbours("neighbours")
    enough = (usual != MISSING).any(axis=0).sum() >= rule.least_hours
    said = expectation(
        np.ascontiguousarray(usual if enough else shown),
        np.ascontiguousarray(shown),
        rule,
        float(held.thousandths("neighbours", "floor")[p]),
    )
    row = stations.index(station)
    chosen = [stations[n] for n in said.neighbours[row].tolist() if n >= 0][:most]
    if also and also in stations:
        chosen = [also, *(s for s in chosen if s != also)][:most]
    return Beside(
        pollutant,
        h_from,
        offset_h,
        shown[row],
        _thousandths(said.value[row]),
        tuple(chosen),
        shown[[stations.index(s) for s in chosen]],
    )


def _thousandths(values: npt.NDArray[np.float64]) -> Int32s:
    known = np.isfinite(values)
    return np.where(known, np.rint(np.where(known, values, 0.0)), MISSING).astype(np.int32)
