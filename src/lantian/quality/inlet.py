"""Wetting and blocking of an inlet: what is expected of particles and gases, and what collapsed."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from lantian.quality.criteria import Criteria
from lantian.quality.finding import Check
from lantian.quality.interference import (
    Collapse,
    CollapseRule,
    calm,
    coarse,
    collapse,
    log_expectation,
)
from lantian.quality.neighbours import Expectation
from lantian.quality.robust import Block, logarithms
from lantian.quality.window import Weather, Window
from lantian.terms.pollutant import CO, NO2, PM10, PM25, POLLUTANTS

_NO2, _PM10, _PM25, _CO = (POLLUTANTS.index(p) for p in (NO2, PM10, PM25, CO))
_GASES: Final = (_NO2, _CO)


@dataclass(frozen=True, slots=True)
class Inlet:
    """What the neighbours say of the logarithms of what passes an inlet."""

    gases: tuple[Expectation, ...]
    fine: Expectation
    all: Expectation
    coarse: Expectation


def inlet_of(window: Window, criteria: Criteria) -> Inlet:
    """Expect particles and gases of the judged hours from the correlated stations."""
    rule, floor = criteria.neighbours("wetting"), criteria.number("wetting", "floor")
    before, now = window.trailing, window.judged

    def said(trailing: Block, judged: Block, offset: float) -> Expectation:
        return log_expectation(trailing, judged, rule, floor, offset)

    offset = criteria.number("wetting", "offset_ugm3")
    return Inlet(
        gases=tuple(said(before[p], now[p], of) for p, of in _gas_offsets(criteria)),
        fine=said(before[_PM25], now[_PM25], offset),
        all=said(before[_PM10], now[_PM10], offset),
        coarse=said(coarse(before[_PM10], before[_PM25]), coarse(now[_PM10], now[_PM25]), offset),
    )


def collapses(
    values: Block, inlet: Inlet, criteria: Criteria, weather: Weather | None = None
) -> tuple[Collapse, Collapse]:
    """Collapsed hours by wetting and by blocking.

    Parameters
    ----------
    values : ndarray of int32, shape (6, stations, hours)
        Thousandths.
    inlet : Inlet
        What the neighbours say.
    criteria : Criteria
    weather : Weather, optional

    Returns
    -------
    (Collapse, Collapse)
        Wetting: coarse particles fall while PM2.5 and gases stay. Blocking: PM10 and PM2.5
        fall together while gases stay.
    """
    offset = criteria.number("wetting", "offset_ugm3")
    gases = tuple(logarithms(values[p], of) for p, of in _gas_offsets(criteria))
    fine = logarithms(values[_PM25], offset)
    wet = _rule(criteria, Check.WETTING)
    block = _rule(criteria, Check.BLOCKING)
    rough = coarse(values[_PM10], values[_PM25])
    still = calm((inlet.fine, *inlet.gases), (fine, *gases), wet.calm_z)
    # Both particles must leave together; the gases must not.
    together = np.abs(inlet.fine.z(fine)) >= block.z
    moved = calm(inlet.gases, gases, block.calm_z) & together
    return (
        collapse(rough, inlet.coarse, still, offset, wet, weather),
        collapse(values[_PM10], inlet.all, moved, offset, block, weather),
    )


def _gas_offsets(criteria: Criteria) -> list[tuple[int, float]]:
    """Row of each gas and what is added before its logarithm."""
    offsets = criteria.each("drift", "offset")
    return [(p, float(offsets[p])) for p in _GASES]


def _rule(criteria: Criteria, check: Check) -> CollapseRule:
    number, name = criteria.number, check.value
    return CollapseRule(
        share=number(name, "share"),
        z=number(name, "z"),
        least_h=int(number(name, "least_h")),
        hours=int(number(name, "hours")),
        calm_z=number(name, "calm_z"),
        least=1000 * number(name, "least_ugm3"),
        rh_pct=number(name, "rh_pct"),
        wind_ms=number(name, "wind_ms"),
    )
