"""All checks for manipulation on one window: findings that an auditor can read and count."""

from collections.abc import Iterable, Iterator
from typing import Final

import numpy as np

from lantian.quality.criteria import Criteria
from lantian.quality.finding import Check, Finding
from lantian.quality.heaping import Heaping, heaping
from lantian.quality.inlet import collapses, inlet_of
from lantian.quality.mark import Mask
from lantian.quality.neighbours import Expectation, expectation
from lantian.quality.resemblance import resemblance
from lantian.quality.robust import Block, floats
from lantian.quality.selection import Selection, selection, short_runs
from lantian.quality.smoothness import smoothness
from lantian.quality.window import Window
from lantian.rules.ruleset import RuleSet
from lantian.series.daily import days_of, rounded
from lantian.terms.hour import first_hour, local_day
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import PERIOD_ITEMS, POLLUTANTS

_PM10: Final = 2


def findings_of(window: Window, criteria: Criteria, rules: RuleSet) -> tuple[Finding, ...]:
    """Run every check on a window, usually a month with the months before it.

    Parameters
    ----------
    window : Window
        At least some weeks of judged hours; with fewer the checks stay silent. Heaping of days
        looks at the earlier hours, too, so a year of them is good.
    criteria : Criteria
    rules : RuleSet
        Supplies the limits that values may heap below, and how days are made.

    Returns
    -------
    tuple of Finding
        In order of check, pollutant and station.
    """
    found: list[Finding] = []
    for p in range(len(POLLUTANTS)):
        found += _smooth(window, criteria, p)
        found += _alike(window, criteria, p)
        found += _limit_hours(window, criteria, rules, p)
        found += _chosen(window, criteria, p)
    found += _limit_days(window, criteria, rules)
    found += _interference(window, criteria)
    return in_order(found)


def day_findings_of(window: Window, criteria: Criteria, rules: RuleSet) -> tuple[Finding, ...]:
    """Run only the check on days near a limit, over all hours of a long window.

    Parameters
    ----------
    window : Window
    criteria : Criteria
    rules : RuleSet
    """
    return in_order(_limit_days(window, criteria, rules))


def in_order(found: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings in order of check, pollutant and station."""
    order = {check: place for place, check in enumerate(Check)}
    return tuple(sorted(found, key=lambda f: (order[f.check], f.pollutant, f.station)))


def _finding(
    window: Window,
    criteria: Criteria,
    check: Check,
    p: int,
    row: int,
    figures: dict[str, float | str],
    first_column: int = 0,
) -> Finding:
    return Finding(
        check=check,
        station=window.stations[row],
        pollutant=POLLUTANTS[p].key,
        first_hour=window.hour(first_column),
        last_hour=window.hour(window.judged.shape[2] - 1),
        figures=tuple(figures.items()),
        clause=criteria.clause(check.value),
    )


def _smooth(window: Window, criteria: Criteria, p: int) -> Iterator[Finding]:
    level, change = (criteria.each("smooth", name)[p] for name in ("level", "change"))
    if not np.isfinite(level):
        return
    for rows in _classes(window):
        s = smoothness(
            window.judged[p, rows],
            window.trailing[p, rows],
            int(criteria.number("smooth", "least_h")),
            int(criteria.number("smooth", "fewest")),
        )
        for n in np.flatnonzero(s.found(level, change)).tolist():
            figures: dict[str, float | str] = {
                "rough": round(float(s.rough[n]), 3),
                "level_pct": round(100 * float(s.level[n]), 1),
            }
            if np.isfinite(s.change[n]):
                figures["change_pct"] = round(100 * float(s.change[n]), 1)
            yield _finding(window, criteria, Check.SMOOTH, p, rows[n], figures)


def _classes(window: Window) -> list[list[int]]:
    """Rows of the stations of each class."""
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(window.classes or [""] * len(window.stations)):
        rows.setdefault(name, []).append(row)
    return list(rows.values())


def _alike(window: Window, criteria: Criteria, p: int) -> Iterator[Finding]:
    least_r = criteria.each("alike", "least_r")[p]
    if not np.isfinite(least_r) or len(window.stations) < 2:
        return
    found = resemblance(window.judged[p], int(criteria.number("alike", "least_h")))
    for row in np.flatnonzero(found.r >= least_r):
        figures: dict[str, float | str] = {
            "other": window.stations[int(found.other[row])],
            "r": round(float(found.r[row]), 4),
            "second_r": round(float(np.nan_to_num(found.second_r[row])), 4),
            "equal_pct": round(100 * float(found.equal_share[row]), 1),
        }
        yield _finding(window, criteria, Check.ALIKE, p, int(row), figures)


def hour_limit(rules: RuleSet, p: int) -> float:
    """Class-2 limit that the hours of a pollutant are read against, in its unit.

    The limit of the hour, or of the day where there is none for the hour (particles).
    """
    return _limit(rules, p, ("hour", "day"))


def day_limit(rules: RuleSet, p: int) -> float:
    """Class-2 limit that the day value of a pollutant is read against, in its unit."""
    return _limit(rules, p, ("mda8", "day"))


def _limit(rules: RuleSet, p: int, averaging: tuple[str, ...]) -> float:
    symbol = POLLUTANTS[p].symbol
    held = {r.averaging: r.class2 for r in rules.limits.clause.limit if r.pollutant == symbol}
    return next((limit for a in averaging for key, limit in held.items() if key == a), np.nan)


def _limit_hours(window: Window, criteria: Criteria, rules: RuleSet, p: int) -> Iterator[Finding]:
    limit = hour_limit(rules, p)
    h = heaping(floats(window.judged[p]) / 1000, limit, criteria.number("limit-hours", "width"))
    yield from _heaps(window, criteria, Check.LIMIT_HOURS, p, limit, h)


def _limit_days(window: Window, criteria: Criteria, rules: RuleSet) -> Iterator[Finding]:
    joined = window.joined
    start = window.first_hour - window.trailing.shape[2]
    skip = (first_hour(local_day(start - 1, window.offset_h) + 1, window.offset_h)) - start
    days = (joined.shape[2] - skip) // 24
    if days < 1:
        return
    clause = rules.evaluation.clause
    whole = np.ascontiguousarray(joined[:, :, skip : skip + 24 * days])
    values = rounded(days_of(whole, rules), clause.day_decimals_ugm3, clause.day_decimals_mgm3)
    for p in range(len(PERIOD_ITEMS)):
        limit = day_limit(rules, p)
        h = heaping(floats(values[p]) / 1000, limit, criteria.number("limit-days", "width"))
        first_column = skip - window.trailing.shape[2]
        yield from _heaps(window, criteria, Check.LIMIT_DAYS, p, limit, h, first_column)


def _heaps(
    window: Window,
    criteria: Criteria,
    check: Check,
    p: int,
    limit: float,
    h: Heaping,
    first_column: int = 0,
) -> Iterator[Finding]:
    least_z = criteria.number(check.value, "z")
    for row in np.flatnonzero(h.found(least_z, int(criteria.number(check.value, "fewest")))):
        figures: dict[str, float | str] = {
            "limit": limit,
            "below": int(h.below[row]),
            "above": int(h.above[row]),
            "visits": int(h.visits[row]),
            "share_pct": round(100 * float(h.share[row]), 1),
            "expected_pct": round(100 * float(h.expected[row]), 1),
            "z": round(float(h.z[row]), 2),
        }
        yield _finding(window, criteria, check, p, int(row), figures, first_column)


def _chosen(window: Window, criteria: Criteria, p: int) -> Iterator[Finding]:
    """Gaps and flagged hours that favour the mean."""
    if window.judged.shape[2] < 2 * 24:
        return
    said = expectation(
        window.joined[p],
        window.judged[p],
        criteria.neighbours("neighbours"),
        float(criteria.thousandths("neighbours", "floor")[p]),
    )
    flagged = window.upkeep
    gone = window.judged[p] == MISSING
    if flagged is not None and np.isfinite(criteria.each("upkeep", "applies")[p]):
        yield from _selected(window, criteria, Check.UPKEEP, p, flagged, said)
        gone = gone & ~flagged
    if np.isfinite(criteria.each("gaps", "applies")[p]):
        yield from _selected(window, criteria, Check.GAPS, p, gone, said)


def _selected(
    window: Window, criteria: Criteria, check: Check, p: int, chosen: Mask, said: Expectation
) -> Iterator[Finding]:
    s = chosen_hours(window.judged[p], chosen, said, criteria, check)
    for row in np.flatnonzero(chosen_found(s, criteria, check)):
        figures: dict[str, float | str] = {
            "days": int(s.days[row]),
            "hours": int(s.hours[row]),
            "expected": round(float(s.expected[row]) / 1000, 1),
            "usual": round(float(s.usual[row]) / 1000, 1),
            "effect_pct": round(100 * float(s.effect[row]), 2),
            "z": round(float(s.z[row]), 2),
        }
        yield _finding(window, criteria, check, p, int(row), figures)


def chosen_hours(
    values: Block, chosen: Mask, said: Expectation, criteria: Criteria, check: Check
) -> Selection:
    """What chosen hours of one pollutant do to its mean; an outage of days is not selective."""
    longest = int(criteria.number(check.value, "longest_h"))
    held = np.where(chosen, np.nan, floats(values))
    return selection(short_runs(chosen, longest), held, said.value)


def chosen_found(s: Selection, criteria: Criteria, check: Check) -> Mask:
    """Stations whose chosen hours favour the mean by more than the book allows."""
    number = criteria.number
    name = check.value
    return s.found(number(name, "z"), number(name, "effect"), int(number(name, "fewest")))


def _interference(window: Window, criteria: Criteria) -> Iterator[Finding]:
    inlet = inlet_of(window, criteria)
    wet, block = collapses(window.judged, inlet, criteria, window.weather)
    known = "unknown" if window.weather is None else "known"
    for check, c in ((Check.WETTING, wet), (Check.BLOCKING, block)):
        for row in np.flatnonzero(c.found(int(criteria.number(check.value, "hours")))).tolist():
            figures: dict[str, float | str] = {
                "hours": int(c.low[row].sum()),
                "net_hours": int(c.net[row]),
                "ratio_pct": round(100 * float(c.ratio[row]), 1),
                "expected": round(float(c.expected[row]) / 1000, 1),
                "weather": known,
            }
            yield _finding(window, criteria, check, _PM10, row, figures)
