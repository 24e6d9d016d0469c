"""All automatic marks of a window, each with the figures that tripped it and its clause."""

from collections.abc import Iterator
from typing import Final

import numpy as np

from lantian.quality.comparison import Drift, StepRule, disagrees, drift, steps
from lantian.quality.criteria import Criteria
from lantian.quality.mark import Figures, Mark, MarkKind, Mask, runs
from lantian.quality.neighbours import Expectation, expectation
from lantian.quality.robust import Block, Floats, floats, logarithms
from lantian.quality.screening import (
    SpikeRule,
    StuckRule,
    humid,
    inverted,
    out_of_range,
    spikes,
    stuck,
)
from lantian.quality.window import Window
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import POLLUTANTS

_PM10: Final = 2
_PM25: Final = 3


def marks_of(window: Window, criteria: Criteria) -> tuple[Mark, ...]:
    """Derive every automatic mark of the judged hours; values stay as they are.

    Parameters
    ----------
    window : Window
        What is missing in it is simply not judged: without earlier hours the judged ones say
        what is usual, without weather there are no humidity marks, with too few correlated
        stations no marks by comparison.
    criteria : Criteria

    Returns
    -------
    tuple of Mark
        In order of station, pollutant, kind and time.

    Examples
    --------
    >>> from datetime import date
    >>> from lantian.quality.criteria import criteria
    >>> hours = np.full((6, 1, 30), 40_000, np.int32)
    >>> hours[:, :, 3:] += np.arange(27, dtype=np.int32) * 1000
    >>> hours[3, 0, 5] = MISSING
    >>> window = Window(("A",), 430_000, np.zeros((6, 1, 0), np.int32), hours)
    >>> [(m.kind.value, m.first_hour) for m in marks_of(window, criteria(date(2019, 6, 1)))]
    [('missing', 430005)]
    """
    found: list[Mark] = []
    for p in range(len(POLLUTANTS)):
        found += _of_pollutant(window, criteria, p)
    return tuple(sorted(found))


def expected(window: Window, criteria: Criteria, p: int) -> Expectation:
    """Return what the neighbours say of one pollutant, by the earlier hours where there are any."""
    rule = criteria.neighbours("neighbours")
    floor = criteria.thousandths("neighbours", "floor")[p]
    judged = window.judged[p]
    usual = window.trailing[p] if window.trailing.shape[2] >= rule.least_hours else judged
    return expectation(usual, judged, rule, float(floor))


def _of_pollutant(window: Window, criteria: Criteria, p: int) -> Iterator[Mark]:
    values = window.judged[p]
    beside = expected(window, criteria, p)
    masks: dict[MarkKind, Mask] = {
        MarkKind.MISSING: values == MISSING,
        MarkKind.RANGE: out_of_range(
            values, criteria.thousandths("range", "above")[p], criteria.highest[p]
        ),
        MarkKind.STUCK: stuck(values, stuck_rule(criteria, p)),
        MarkKind.SPIKE: spikes(values, beside.value, spike_rule(criteria, p)),
        MarkKind.NEIGHBOUR: disagrees(
            beside.z(values),
            criteria.number("neighbour", "z"),
            int(criteria.number("neighbour", "least_h")),
        ),
    }
    if p == _PM25:
        masks[MarkKind.INVERSION] = inverted(
            values,
            window.judged[_PM10],
            criteria.number("inversion", "margin_ugm3") * 1000,
            criteria.number("inversion", "margin_share"),
        )
    if p in (_PM10, _PM25) and window.weather is not None and window.scattering is not None:
        least_pct = criteria.number("humidity", "rh_pct")
        masks[MarkKind.HUMIDITY] = humid(
            values, window.weather.rh_pct, window.scattering, least_pct
        )
    for kind, mask in masks.items():
        for row, first, last in runs(mask):
            figures = _figures(window, p, kind, row, slice(first, last + 1), beside)
            yield _mark(window, criteria, p, kind, row, (first, last), figures)
    yield from _by_ratio(window, criteria, p)


def stuck_rule(criteria: Criteria, p: int) -> StuckRule:
    """Return the rule on unchanged values of one pollutant."""
    return StuckRule(
        resolution=float(criteria.thousandths("stuck", "resolution")[p]),
        few_steps=criteria.number("stuck", "few_steps"),
        low_h=int(criteria.each("stuck", "low_h")[p]),
        high_h=int(criteria.each("stuck", "high_h")[p]),
    )


def spike_rule(criteria: Criteria, p: int) -> SpikeRule:
    """Return the rule on spikes of one pollutant."""
    return SpikeRule(
        ratio=criteria.number("spike", "ratio"),
        spreads=criteria.number("spike", "spreads"),
        floor=float(criteria.thousandths("spike", "floor")[p]),
    )


def step_rule(criteria: Criteria, p: int) -> StepRule:
    """Return the rule on steps of one pollutant."""
    return StepRule(
        side_h=int(criteria.number("step", "side_h")),
        near_h=int(criteria.number("step", "near_h")),
        sudden=criteria.number("step", "sudden"),
        change=float(criteria.each("step", "change")[p]),
    )


def _mark(
    window: Window,
    criteria: Criteria,
    p: int,
    kind: MarkKind,
    row: int,
    columns: tuple[int, int],
    figures: Figures,
) -> Mark:
    return Mark(
        station=window.stations[row],
        pollutant=POLLUTANTS[p].key,
        kind=kind,
        first_hour=window.hour(columns[0]),
        last_hour=window.hour(columns[1]),
        figures=figures,
        clause=criteria.clause(kind.value),
    )


def _figures(
    window: Window,
    p: int,
    kind: MarkKind,
    row: int,
    hours: slice,
    beside: Expectation,
) -> Figures:
    """Figures that tripped a mark, concentrations in the unit of the pollutant."""
    values = window.judged[p, row, hours]
    length = float(hours.stop - hours.start)
    if kind is MarkKind.MISSING:
        return (("hours", length),)
    low, high = (float(f(values)) / 1000 for f in (np.min, np.max))
    if kind is MarkKind.NEIGHBOUR:
        distance = beside.z(window.judged[p])[row, hours]
        middle = float(np.median(beside.value[row, hours])) / 1000
        worst = float(distance[np.argmax(np.abs(distance))])
        return (
            ("hours", length),
            ("lowest", low),
            ("highest", high),
            ("expected", round(middle, 1)),
            ("z", round(worst, 1)),
        )
    if kind is MarkKind.SPIKE:
        sides = window.judged[p, row, [hours.start - 1, hours.stop]] / 1000
        return (("value", high), ("before", float(sides[0])), ("after", float(sides[1])))
    if kind is MarkKind.INVERSION:
        excess = values.astype(np.int64) - window.judged[_PM10, row, hours]
        return (("hours", length), ("largest_excess_ugm3", float(excess.max()) / 1000))
    if kind is MarkKind.HUMIDITY and window.weather is not None:
        most = float(np.max(window.weather.rh_pct[row, hours]))
        return (("hours", length), ("rh_pct", round(most, 1)))
    return (("hours", length), ("lowest", low), ("highest", high))


def log_ratio(joined: Block, criteria: Criteria, p: int) -> Floats:
    """Natural logarithm of value over expected value, both shifted by the clause's offset.

    Parameters
    ----------
    joined : ndarray of int32, shape (stations, hours)
        Thousandths of one pollutant; all hours together say what is usual.
    criteria : Criteria
    p : int
        Row of the pollutant.

    Returns
    -------
    ndarray of float64, shape (stations, hours)
    """
    logs = logarithms(joined, float(criteria.each("drift", "offset")[p]))
    floor = 1000 * criteria.number("drift", "floor")
    said = expectation(logs, logs, criteria.neighbours("drift"), floor)
    return (floats(logs) - said.value) / 1000


def drifting(slow: Drift, criteria: Criteria, p: int) -> Mask:
    """Stations of one pollutant whose slow change is beyond the book's clause."""
    spreads = criteria.number("drift", "spreads") * slow.spread
    least = np.maximum(criteria.each("drift", "change")[p], spreads)
    enough = slow.days >= criteria.number("drift", "least_days")
    return np.asarray(enough & (np.abs(slow.change) >= least))


def _by_ratio(window: Window, criteria: Criteria, p: int) -> Iterator[Mark]:
    """Steps and drift: changes of the ratio to the neighbours."""
    joined, before = window.joined[p], window.trailing.shape[2]
    rule = step_rule(criteria, p)
    if joined.shape[1] < 2 * rule.side_h:
        return
    ratio = log_ratio(joined, criteria, p)
    jumps = steps(ratio, rule)[:, before:]
    for row, column in np.argwhere(np.isfinite(jumps)).tolist():
        change = (("change_pct", _percent(jumps[row, column])),)
        yield _mark(window, criteria, p, MarkKind.STEP, row, (column, column), change)
    slow = drift(ratio, int(criteria.number("drift", "day_h")))
    for row in np.flatnonzero(drifting(slow, criteria, p)).tolist():
        figures = (("change_pct", _percent(slow.change[row])), ("days", float(slow.days[row])))
        columns = (0, window.judged.shape[2] - 1)
        yield _mark(window, criteria, p, MarkKind.DRIFT, row, columns, figures)


def _percent(log_change: float) -> float:
    return round(100 * float(np.expm1(log_change)), 1)
