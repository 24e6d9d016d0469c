"""False alarms and detection of the checks on quality, on real hours of 2019 and planted cases.

    LANTIAN_SHARED=../shared python benchmarks/quality_suspicion.py [--half report] [--only ...]

Stations are halved by turns in order of their codes: thresholds were set on the half `tune` and
are reported on the half `report` (methods and first guesses came from looking at both).
A false alarm is a flagged station-month of the real data as they are, which may hold true cases.
A planted case is a copy of a real station-month, changed with a fixed seed; what the neighbours
say comes from the real data.
"""

import argparse
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from typing import Final

import numpy as np

import quality_plants as plant
from lantian.quality.comparison import disagrees, drift, steps
from lantian.quality.criteria import Criteria, criteria
from lantian.quality.finding import Check
from lantian.quality.heaping import heaping
from lantian.quality.inlet import collapses, inlet_of
from lantian.quality.marking import (
    drifting,
    expected,
    log_ratio,
    marks_of,
    spike_rule,
    step_rule,
    stuck_rule,
)
from lantian.quality.neighbours import Expectation, expectation
from lantian.quality.resemblance import resemblance
from lantian.quality.robust import floats, logarithms
from lantian.quality.screening import inverted, spikes, stuck
from lantian.quality.smoothness import smoothness
from lantian.quality.suspicion import (
    chosen_found,
    chosen_hours,
    day_limit,
    findings_of,
    hour_limit,
)
from lantian.quality.window import Window
from lantian.rules.ruleset import RuleSet, rule_set
from lantian.series.daily import days_of, rounded
from lantian.terms.mark import MISSING
from quality_data import Hours, beijing, national
from quality_plants import NO2, O3, PM10, PM25

PARTS: Final = ("findings", "marks", "days", "weather")
#: Fewest changed values that make a case of heaping.
LEAST_PRESSED: Final = 15

type Cases = defaultdict[str, list[np.ndarray]]


def active(values: np.ndarray) -> np.ndarray:
    """Stations that report PM2.5 in more than half of the hours."""
    return (values[PM25] != MISSING).mean(axis=1) > 0.5


def add(cases: Cases, name: str, found: np.ndarray, of: np.ndarray) -> None:
    """Note whether each case of some stations was found."""
    cases[name].append(found[of])


def show(title: str, cases: Cases) -> None:
    """Print the share of cases found."""
    print(f"\n{title}")
    for name, found in cases.items():
        all_ = np.concatenate(found)
        print(f"  {name:<52}{all_.size:>6} cases {100 * all_.mean():>6.1f} %")


def joined_expectation(window: Window, c: Criteria, p: int) -> Expectation:
    """What the neighbours say, as the check on gaps reads it."""
    floor = float(c.thousandths("neighbours", "floor")[p])
    return expectation(window.joined[p], window.judged[p], c.neighbours("neighbours"), floor)


def plant_shapes(w: Window, c: Criteria, cases: Cases, mine: np.ndarray, rng: object) -> None:
    """Smoothed and copied series."""
    number = c.number
    for p, name in ((PM25, "PM2.5"), (PM10, "PM10"), (NO2, "NO2"), (O3, "O3")):
        x, before = w.judged[p], w.trailing[p]
        level, change = (c.each("smooth", key)[p] for key in ("level", "change"))
        for words, width, share in (("half", 3, 0.5), ("mean of 3 h", 3, 1), ("mean of 5 h", 5, 1)):
            y = plant.smooth(x, p, width, share)
            s = smoothness(y, before, int(number("smooth", "least_h")), 4, others=x)
            add(cases, f"smooth {name}: {words}", s.found(level, change), mine)
            add(cases, f"smooth {name}: {words}, always so", s.level < level, mine)
        source = plant.best_neighbour(x, joined_expectation(w, c, p))
        own = (source == x).all(axis=1)
        for noise in (0.1, 0.05, 0.03):
            y = plant.copied(x, source, p, 0.9, noise, rng)
            found = resemblance(y, int(number("alike", "least_h")), others=x)
            flagged = found.r >= c.each("alike", "least_r")[p]
            add(cases, f"alike {name}: 0.9 x, noise {100 * noise:g} %", flagged, mine & ~own)


def plant_limits(
    w: Window, c: Criteria, rules: RuleSet, cases: Cases, mine: np.ndarray, rng: object
) -> None:
    """Hours pressed below a limit."""
    width, z = (c.number("limit-hours", key) for key in ("width", "z"))
    for p, name in ((PM25, "PM2.5"), (PM10, "PM10"), (O3, "O3")):
        limit = hour_limit(rules, p)
        for share in (0.4, 0.6, 0.8):
            y, hits = plant.pressed(w.judged[p], limit, 0.15, share, rng)
            h = heaping(floats(y) / 1000, limit, width)
            found = h.found(z, int(c.number("limit-hours", "fewest")))
            label = f"limit-hours {name}: {100 * share:g} % of hours to 15 % above"
            add(cases, label, found, mine & (hits >= LEAST_PRESSED))


def plant_inlet(w: Window, c: Criteria, cases: Cases, mine: np.ndarray, rng: object) -> None:
    """Wetted and blocked inlets."""
    inlet = inlet_of(w, c)
    need = {check: int(c.number(check, "hours")) for check in ("wetting", "blocking")}
    said = np.exp(inlet.all.value / 1000)
    known = mine & (np.isfinite(inlet.coarse.value).mean(axis=1) > 0.5)
    for cut, days, hours in ((0.5, 10, 8), (0.7, 5, 8), (0.7, 10, 8), (0.9, 10, 8)):
        words = f"-{100 * cut:.0f} %, {hours} h on {days} days"
        y = plant.wetted(w.judged, said, cut, days, hours, rng)
        wet, _ = collapses(y, inlet, c, w.weather)
        add(cases, f"wetting: coarse {words}", wet.found(need["wetting"]), known)
        y = plant.blocked(w.judged, said, cut, days, hours, rng)
        _, block = collapses(y, inlet, c, w.weather)
        add(cases, f"blocking: particles {words}", block.found(need["blocking"]), known)


def plant_gaps(w: Window, c: Criteria, cases: Cases, mine: np.ndarray, rng: object) -> None:
    """Gaps and flagged hours in the high hours; honest upkeep for false alarms."""
    for p, name in ((PM25, "PM2.5"), (PM10, "PM10"), (NO2, "NO2"), (O3, "O3")):
        said = joined_expectation(w, c, p)
        x = w.judged[p]
        known = mine & (np.isfinite(said.value).mean(axis=1) > 0.5)
        honest = plant.routine_upkeep(x.shape, rng)
        s = chosen_hours(x, honest, said, c, Check.UPKEEP)
        label = f"upkeep {name}: honest routine (false alarm)"
        add(cases, label, chosen_found(s, c, Check.UPKEEP), known)
        for days, hours in ((6, 4), (8, 6), (10, 8)):
            picked = plant.high_hours(said.value, days, hours, 1 / 3, rng)
            words = f"{hours} h on {days} of the 10 highest days"
            s = chosen_hours(x, (x == MISSING) | picked, said, c, Check.GAPS)
            add(cases, f"gaps {name}: {words}", chosen_found(s, c, Check.GAPS), known)
            s = chosen_hours(x, honest | picked, said, c, Check.UPKEEP)
            add(cases, f"upkeep {name}: {words}", chosen_found(s, c, Check.UPKEEP), known)


def count_findings(w: Window, c: Criteria, rules: RuleSet) -> Iterator[tuple[str, int]]:
    """Check and station row of each finding, once a station-month."""
    rows = {code: row for row, code in enumerate(w.stations)}
    found = {(f.check.value, rows[f.station]) for f in findings_of(w, c, rules)}
    yield from found


def count_marks(w: Window, c: Criteria, _: RuleSet) -> Iterator[tuple[str, int]]:
    """Kind and station row of each mark, once a station-month."""
    rows = {code: row for row, code in enumerate(w.stations)}
    yield from {(m.kind.value, rows[m.station]) for m in marks_of(w, c)}


def real(
    hours: Hours, c: Criteria, rules: RuleSet, before: int, count: Callable, kinds: list[str]
) -> None:
    """Print the flagged station-months of the real data by half and focus."""
    half = np.arange(len(hours.codes)) % 2
    groups = {
        "focus, report": hours.focus & (half == 1),
        "focus, tune": hours.focus & (half == 0),
        "all, report": half == 1,
        "all, tune": half == 0,
    }
    flagged: dict[str, Counter] = {name: Counter() for name in groups}
    total: Counter = Counter()
    for month in range(before, len(hours.months) - 1):
        w = hours.window(month, before)
        held = active(w.judged)
        found = list(count(w, c, rules))
        for name, group in groups.items():
            total[name] += int((group & held).sum())
            flagged[name].update(kind for kind, row in found if group[row] and held[row])
    print(
        f"\n{'flagged station-months of the real data':<40}" + "".join(f"{n:>22}" for n in groups)
    )
    print(f"  {'station-months':<38}" + "".join(f"{total[n]:>22}" for n in groups))
    for kind in kinds:
        cells = [f"{flagged[n][kind]} ({100 * flagged[n][kind] / total[n]:.2f} %)" for n in groups]
        print(f"  {kind:<38}" + "".join(f"{cell:>22}" for cell in cells))


def planted_findings(hours: Hours, c: Criteria, rules: RuleSet, half: int) -> None:
    """Print the detection of planted manipulation, by month."""
    cases: Cases = defaultdict(list)
    rng = np.random.default_rng(20190101)
    for month in range(1, len(hours.months) - 1):
        w = hours.window(month, 1)
        mine = active(w.judged) & (np.arange(len(hours.codes)) % 2 == half)
        plant_shapes(w, c, cases, mine, rng)
        plant_limits(w, c, rules, cases, mine, rng)
        plant_inlet(w, c, cases, mine, rng)
        plant_gaps(w, c, cases, mine, rng)
    show("planted manipulation found", cases)


def days(hours: Hours, c: Criteria, rules: RuleSet, half: int) -> None:
    """Print the check on heaping of days, which needs the whole ten months."""
    cases: Cases = defaultdict(list)
    rng = np.random.default_rng(20190102)
    mine = np.arange(len(hours.codes)) % 2 == half
    values = rounded(days_of(hours.values, rules), 0, 1)
    width, z = (c.number("limit-days", key) for key in ("width", "z"))
    fewest = int(c.number("limit-days", "fewest"))
    for p, name in ((PM25, "PM2.5"), (PM10, "PM10"), (O3, "O3, 8 h")):
        limit = day_limit(rules, p)
        found = heaping(floats(values[p]) / 1000, limit, width).found(z, fewest)
        add(cases, f"limit-days {name}: real (false alarm)", found, mine)
        for share in (0.4, 0.6, 0.8):
            y, hits = plant.pressed(values[p], limit, 0.2, share, rng)
            found = heaping(floats(y) / 1000, limit, width).found(z, fewest)
            label = f"limit-days {name}: {100 * share:g} % of days to 20 % above"
            add(cases, label, found, mine & (hits >= 6))
    show("heaping of days, one case a station", cases)


def planted_marks(hours: Hours, c: Criteria, half: int) -> None:
    """Print the detection of planted faults."""
    cases: Cases = defaultdict(list)
    rng = np.random.default_rng(20190103)
    for month in range(2, len(hours.months) - 1):
        w = hours.window(month, 2)
        mine = active(w.judged) & (np.arange(len(hours.codes)) % 2 == half)
        for p, name in ((PM25, "PM2.5"), (PM10, "PM10"), (NO2, "NO2"), (O3, "O3")):
            plant_faults(w, c, cases, mine, rng, p, name)
        x = w.judged
        first = rng.integers(0, x.shape[2] - 6, len(mine))
        swapped = plant.scaled(x[PM10], PM25, first, 6, 1.3)
        column = np.arange(x.shape[2])
        inside = (column >= first[:, None]) & (column < first[:, None] + 6)
        margins = c.number("inversion", "margin_ugm3") * 1000, c.number("inversion", "margin_share")
        found = (inverted(swapped, x[PM10], *margins) & inside).any(axis=1)
        present = ((x[PM10] != MISSING) & inside).any(axis=1)
        add(cases, "inversion: PM2.5 = 1.3 x PM10 for 6 h", found, mine & present)
    show("planted faults marked", cases)


def plant_faults(
    w: Window, c: Criteria, cases: Cases, mine: np.ndarray, rng: object, p: int, name: str
) -> None:
    """Stuck, spike, step, local excess and drift of one pollutant in one month."""
    x, length = w.judged[p], w.judged.shape[2]
    said = expected(w, c, p)
    first = rng.integers(150, length - 150, len(mine))
    column = np.arange(length)
    held = mine & (x[np.arange(len(x)), first] != MISSING)
    near = np.abs(column - first[:, None]) <= 6
    for hours in (8, 12, 24):
        found = stuck(plant.frozen(x, first, hours), stuck_rule(c, p))
        add(cases, f"stuck {name}: {hours} h", (found & near).any(axis=1), held)
    for factor in (5, 10):
        y = plant.spiked(x, p, first, factor)
        found = spikes(y, said.value, spike_rule(c, p))[np.arange(len(x)), first]
        add(cases, f"spike {name}: x {factor}", found, held)
    known = held & np.isfinite(said.value[np.arange(len(x)), first])
    for factor in (3, 5):
        y = plant.scaled(x, p, first, 6, factor)
        far = disagrees(
            said.z(y), c.number("neighbour", "z"), int(c.number("neighbour", "least_h"))
        )
        add(cases, f"neighbour {name}: x {factor} for 6 h", (far & near).any(axis=1), known)
    offset = float(c.each("drift", "offset")[p])
    ratio = log_ratio(w.joined[p], c, p)
    before = w.trailing.shape[2]
    for factor in (0.5, 2, 3):
        y = plant.scaled(x, p, first, length, factor)
        moved = ratio.copy()
        moved[:, before:] += (floats(logarithms(y, offset)) - floats(logarithms(x, offset))) / 1000
        jumps = np.isfinite(steps(moved, step_rule(c, p)))[:, before:]
        add(cases, f"step {name}: x {factor}", (jumps & near).any(axis=1), known)
    for last in (0.7, 0.6, 0.5):
        was = w.joined[p]
        y = plant.drifted(was, p, last)
        moved = ratio + (floats(logarithms(y, offset)) - floats(logarithms(was, offset))) / 1000
        found = drifting(drift(moved, int(c.number("drift", "day_h"))), c, p)
        add(cases, f"drift {name}: to {100 * last:.0f} % in 3 months", found, known)


def with_weather(c: Criteria) -> None:
    """Print wetting and blocking in Beijing, with weather known and unknown."""
    hours = beijing()
    rng = np.random.default_rng(20130301)
    tally: Cases = defaultdict(list)
    for month in range(1, len(hours.months) - 1):
        w = hours.window(month, 1)
        mine = active(w.judged)
        inlet = inlet_of(w, c)
        said = np.exp(inlet.all.value / 1000)
        known = mine & (np.isfinite(inlet.coarse.value).mean(axis=1) > 0.5)
        y = plant.wetted(w.judged, said, 0.7, 10, 8, rng)
        for words, weather in (("weather known", w.weather), ("weather unknown", None)):
            for name, values in (("real (false alarm)", w.judged), ("-70 %, 8 h on 10 days", y)):
                wet, _ = collapses(values, inlet, c, weather)
                flagged = wet.found(int(c.number("wetting", "hours")))
                add(tally, f"wetting, {words}: {name}", flagged, known)
    show("Beijing, 12 stations, 35 months", tally)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--half", choices=("tune", "report"), default="report")
    parser.add_argument("--only", default=",".join(PARTS))
    asked = parser.parse_args()
    parts = asked.only.split(",")
    if strange := set(parts) - set(PARTS):
        parser.error(f"no part {sorted(strange)}; one of {', '.join(PARTS)}")
    half = int(asked.half == "report")
    rules, c = rule_set("HJ633-2012"), criteria(date(2019, 10, 31))
    hours = national()
    if "findings" in parts:
        real(hours, c, rules, 1, count_findings, [k.value for k in Check if k != Check.LIMIT_DAYS])
        planted_findings(hours, c, rules, half)
    if "days" in parts:
        days(hours, c, rules, half)
    if "marks" in parts:
        kinds = ["range", "stuck", "spike", "step", "inversion", "neighbour", "drift"]
        real(hours, c, rules, 2, count_marks, kinds)
        planted_marks(hours, c, half)
    if "weather" in parts:
        with_weather(c)


if __name__ == "__main__":
    main()
