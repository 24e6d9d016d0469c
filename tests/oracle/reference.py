"""Slow plain-Python reference of the evaluation standards: the oracle of the tests.

Written from the texts alone (HJ 633-2012, HJ 633-2026, GB 3095-2026 table 4; HJ 663-2013 and the
ranking rules of 2014 from secondary sources); it shares no code or table with the package.
Values are `Decimal` or `Fraction`, never float; concentrations in ug/m3, CO in mg/m3.

Where a text leaves a choice, the choice made here is marked "Choice:".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import ceil, floor

type Number = Decimal | Fraction | int

POLLUTANTS = ("so2", "no2", "pm10", "pm25", "co", "o3")
MEANS = ("so2_24h", "no2_24h", "pm10_24h", "pm25_24h", "co_24h")

IAQI_LEVELS = (0, 50, 100, 150, 200, 300, 400, 500)
# HJ 633-2012 table 1 and HJ 633-2026 table 3, column by column.
_COLUMNS = {
    "so2_24h": (0, 50, 150, 475, 800, 1600, 2100, 2620),
    "so2_1h": (0, 150, 500, 650, 800),
    "no2_24h": (0, 40, 80, 180, 280, 565, 750, 940),
    "no2_1h": (0, 100, 200, 700, 1200, 2340, 3090, 3840),
    "co_24h": (0, 2, 4, 14, 24, 36, 48, 60),
    "co_1h": (0, 5, 10, 35, 60, 90, 120, 150),
    "o3_1h": (0, 160, 200, 300, 400, 800, 1000, 1200),
    "o3_8h": (0, 100, 160, 215, 265, 800),
}
BREAKPOINTS = {
    "2012": _COLUMNS
    | {
        "pm10_24h": (0, 50, 150, 250, 350, 420, 500, 600),
        "pm25_24h": (0, 35, 75, 115, 150, 250, 350, 500),
    },
    "2026": _COLUMNS
    | {
        "pm10_24h": (0, 50, 120, 250, 350, 420, 500, 600),
        "pm25_24h": (0, 35, 60, 115, 150, 250, 350, 500),
    },
}
# Notes 2 and 3 of the 2012 table give no IAQI above the last row; notes b and c of 2026 give these.
ABOVE_LAST = {"2012": {}, "2026": {"so2_1h": 200, "o3_8h": 300}}


def round_half_even(value: Number, decimals: int) -> Fraction:
    """Round as GB/T 8170 does (四舍六入五成双), exactly.

    >>> round_half_even(Decimal("60.5"), 0), round_half_even(Decimal("4.15"), 1)
    (Fraction(60, 1), Fraction(21, 5))
    """
    return Fraction(_rounded_units(value, decimals), 10**decimals)


def _rounded_units(value: Number, decimals: int) -> int:
    """Rounded value counted in units of its last decimal."""
    if isinstance(value, float):
        raise TypeError("a binary float has no exact decimal half; give Decimal or Fraction")
    numerator, denominator = value.as_integer_ratio()
    units, rest = divmod(numerator * int(10**decimals), denominator)
    if 2 * rest > denominator or (2 * rest == denominator and units % 2 == 1):
        units += 1
    return units


def reported(pollutant: str, value: Number) -> Fraction:
    """Concentration as reported: whole ug/m3, CO one decimal (HJ 633-2026 4.2.2)."""
    return round_half_even(value, _decimals(pollutant))


def _decimals(pollutant: str) -> int:
    return 1 if pollutant == "co" else 0


def iaqi(item: str, concentration: Number | None, edition: str) -> int | None:
    """IAQI of one item; None where there is no value or the text gives no IAQI.

    Choice: a concentration below zero after rounding has none; above the last row of a full
    column 500, where both tables end.
    """
    if concentration is None:
        return None
    decimals = _decimals(item.split("_")[0])
    return _iaqi_of_reported(item, _rounded_units(concentration, decimals), decimals, edition)


@cache
def _iaqi_of_reported(item: str, units: int, decimals: int, edition: str) -> int | None:
    column = BREAKPOINTS[edition][item]
    value = Fraction(units, 10**decimals)
    if value < 0:
        return None
    if value > column[-1]:
        return 500 if len(column) == len(IAQI_LEVELS) else ABOVE_LAST[edition].get(item)
    for row in range(1, len(column)):
        low, high = column[row - 1], column[row]
        if value <= high:
            below, above = IAQI_LEVELS[row - 1], IAQI_LEVELS[row]
            return ceil(Fraction(above - below, high - low) * (value - low) + below)
    raise AssertionError("unreachable: the value lies in the column")


def daily_values(hours: Mapping[str, Sequence[Decimal | None]]) -> dict[str, Fraction | int | None]:
    """One day's statistics from 24 hourly means, hour-ending 01 … 24, None where not valid.

    Returns the five `*_24h` means (at least 20 valid hours), `o3_mda8`, `o3_max1h`, the counts
    `valid_hours_*` and `valid_windows`; all exact, nothing rounded.

    Choice: "the maximum exceeds the limit" is judged on the value as reported, so an 8-hour mean
    of 160.5 (reported 160) does not exceed 160, as its IAQI of 100 does not either.
    """
    day: dict[str, Fraction | int | None] = {}
    for pollutant in POLLUTANTS:
        series = hours.get(pollutant, [None] * 24)
        if len(series) != 24:
            raise ValueError(f"{pollutant}: a day has 24 hours, got {len(series)}")
        valid = [Fraction(value) for value in series if value is not None]
        day[f"valid_hours_{pollutant}"] = len(valid)
        enough = len(valid) >= 20
        if pollutant == "o3":
            day["o3_max1h"] = _maximum(valid, enough=enough, limit=200)
        else:
            day[f"{pollutant}_24h"] = mean(valid) if enough else None
    windows = ozone_windows(hours.get("o3", [None] * 24))
    day["valid_windows"] = len(windows)
    day["o3_mda8"] = _maximum(windows, enough=len(windows) >= 14, limit=160)
    return day


def ozone_windows(series: Sequence[Decimal | None]) -> list[Fraction]:
    """Valid 8-hour means of a day: windows ending 08 … 24, each with at least 6 valid hours."""
    means = []
    for end in range(8, 25):
        valid = [Fraction(value) for value in series[end - 8 : end] if value is not None]
        if len(valid) >= 6:
            means.append(sum(valid) / Fraction(len(valid)))
    return means


def _maximum(values: Sequence[Fraction], *, enough: bool, limit: int) -> Fraction | None:
    """The largest value, where there are enough or it exceeds the limit all the same."""
    largest = max(values, default=None)
    if largest is None or enough or reported("o3", largest) > limit:
        return largest
    return None


def level(aqi: int) -> int:
    """AQI level 1 … 6."""
    return 1 + sum(aqi > bound for bound in (50, 100, 150, 200, 300))


def _judge(
    iaqis: Mapping[str, int | None],
    by_pollutant: Mapping[str, int | None],
    edition: str,
    not_monitored: Collection[str],
) -> dict[str, object]:
    """AQI, level, primary and exceeding pollutants from one IAQI a pollutant; None is "NA"."""
    present = {name: value for name, value in by_pollutant.items() if value is not None}
    aqi = max(present.values(), default=None)
    missing = set(POLLUTANTS) - set(present) - set(not_monitored)
    if aqi is not None and edition == "2026":
        aqi = None if missing and aqi <= 100 else max(aqi, 1)  # 5.3.1; table 1 starts at 1
    primary = {name for name, value in present.items() if aqi is not None and aqi == value > 50}
    return {
        "iaqi": dict(iaqis),
        "aqi": aqi,
        "level": None if aqi is None else level(aqi),
        "primary": primary,
        "exceeding": {name for name, value in present.items() if value > 100},
    }


def _greater(*values: int | None) -> int | None:
    return max((value for value in values if value is not None), default=None)


def daily_aqi(
    values: Mapping[str, Number | None], edition: str, not_monitored: Collection[str] = ()
) -> dict[str, object]:
    """Daily report from the values of `daily_values`: iaqi, aqi, level, primary, exceeding.

    2012: seven items, from the rest where one is missing. 2026: six items, "NA" (None) where a
    pollutant is missing and the AQI of the rest is not above 100; `not_monitored` names pollutants
    outside the plan whose absence does not count (5.3.2).
    """
    iaqis = {item: iaqi(item, values.get(item), edition) for item in MEANS}
    iaqis["o3_mda8"] = iaqi("o3_8h", values.get("o3_mda8"), edition)
    if edition == "2012":
        iaqis["o3_max1h"] = iaqi("o3_1h", values.get("o3_max1h"), edition)
    by_pollutant = {item.split("_")[0]: iaqis[item] for item in MEANS}
    by_pollutant["o3"] = _greater(iaqis["o3_mda8"], iaqis.get("o3_max1h"))
    return _judge(iaqis, by_pollutant, edition, not_monitored)


def hourly_aqi(
    values: Mapping[str, Number | None],
    edition: str,
    form: str = "network",
    so2_24h: Number | None = None,
) -> dict[str, object]:
    """Real-time report of one hour: iaqi by pollutant, aqi, level, primary, exceeding.

    `values` are the 1-hour means by pollutant. "network" is the form that the national network
    publishes and that HJ 633-2026 orders: particles' 1-hour means on the daily breakpoints.
    "sliding" is the text of 2012: `values` also holds the 24-hour means `pm10_24h`, `pm25_24h`
    and the 8-hour mean `o3_8h` that end at the hour. `so2_24h`, the 24-hour mean ending at the
    hour, takes the place of SO2 above 800 ug/m3 under the 2012 edition.
    """
    if form not in ("network", "sliding") or (form == "sliding" and edition != "2012"):
        raise ValueError(f"no form {form!r} of the hourly report in edition {edition}")
    iaqis = {p: iaqi(f"{p}_1h", values.get(p), edition) for p in ("so2", "no2", "co", "o3")}
    so2 = values.get("so2")
    if edition == "2012" and so2 is not None and reported("so2", so2) > 800:
        iaqis["so2"] = iaqi("so2_24h", so2_24h, edition)
    for particle in ("pm10", "pm25"):
        key = particle if form == "network" else f"{particle}_24h"
        iaqis[particle] = iaqi(f"{particle}_24h", values.get(key), edition)
    if form == "sliding":
        iaqis["o3"] = _greater(iaqis["o3"], iaqi("o3_8h", values.get("o3_8h"), edition))
    return _judge(iaqis, iaqis, edition, ())


def mean(values: Iterable[Number | None]) -> Fraction | None:
    """Exact arithmetic mean of what is present."""
    present = [Fraction(value) for value in values if value is not None]
    return sum(present) / Fraction(len(present)) if present else None


def percentile(values: Iterable[Number | None], p: int) -> Fraction | None:
    """Percentile of HJ 663-2013 appendix A, exact.

    >>> percentile(range(1, 11), 90)
    Fraction(91, 10)
    """
    ordered = sorted(Fraction(value) for value in values if value is not None)
    if not ordered:
        return None
    k = 1 + (len(ordered) - 1) * Fraction(p, 100)
    s = floor(k)
    if s == len(ordered):
        return ordered[-1]
    return ordered[s - 1] + (ordered[s] - ordered[s - 1]) * (k - s)


PERCENTILES = {"so2": 98, "no2": 98, "pm10": 95, "pm25": 95, "co": 95, "o3": 90}


def period_statistics(days: Sequence[Mapping[str, Number | None]]) -> dict[str, Fraction | None]:
    """Means and percentiles of a period as reported, from days keyed as in `daily_values`.

    Keys `so2_mean … co_mean`, `so2_p98 … co_p95`, `o3_p90`. The daily values are taken as given:
    hand in rounded ones where the rule evaluates reported daily values.
    """
    result: dict[str, Fraction | None] = {}
    for pollutant, p in PERCENTILES.items():
        item = "o3_mda8" if pollutant == "o3" else f"{pollutant}_24h"
        series = [day.get(item) for day in days]
        figures = {f"{pollutant}_p{p}": percentile(series, p)}
        if pollutant != "o3":
            figures[f"{pollutant}_mean"] = mean(series)
        for key, value in figures.items():
            result[key] = None if value is None else reported(pollutant, value)
    return result


def place_day(
    stations: Mapping[str, Mapping[date, Mapping[str, Number | None]]], day: date, item: str
) -> Fraction | None:
    """Mean of a place's stations on a day, as reported; None where too few are valid.

    `stations` holds the reported days of the stations that count, background points left out.
    HJ 663-2013: at least 75 % of the stations must have a valid value. Choice: a station with no
    value of any item on any day of the calendar month was not in operation and is not counted.
    """
    month = (day.year, day.month)
    counted = [
        days
        for days in stations.values()
        if any(
            value is not None
            for when, values in days.items()
            if (when.year, when.month) == month
            for value in values.values()
        )
    ]
    there = [days.get(day, {}).get(item) for days in counted]
    valid = [value for value in there if value is not None]
    if 4 * len(valid) < 3 * len(counted):
        return None
    average = mean(valid)
    return None if average is None else reported(item.split("_")[0], average)


OLD_LIMITS = {"so2": 60, "no2": 40, "pm10": 70, "pm25": 35, "co": 4, "o3": 160}
NEW_LIMITS = {"so2": 60, "no2": 40, "pm10": 60, "pm25": 30, "co": 4, "o3": 160}
DAILY_LIMITS_2012 = {"so2": 150, "no2": 80, "pm10": 150, "pm25": 75, "co": 4, "o3": 160}
EQUAL_WEIGHTS = dict.fromkeys(POLLUTANTS, 1)
NEW_WEIGHTS = EQUAL_WEIGHTS | {"pm25": 3, "no2": 2, "o3": 2}
# variant: limits, weights, decimals of the index
INDEX_VARIANTS = {
    "ranking-2014": (OLD_LIMITS, EQUAL_WEIGHTS, 2),
    "hj663-2013-C": (OLD_LIMITS, EQUAL_WEIGHTS, 2),
    "old-limits-equal-weights": (OLD_LIMITS, EQUAL_WEIGHTS, 3),
    "old-limits-new-weights": (OLD_LIMITS, NEW_WEIGHTS, 3),
    "new-limits-equal-weights": (NEW_LIMITS, EQUAL_WEIGHTS, 3),
    "new-limits-new-weights": (NEW_LIMITS, NEW_WEIGHTS, 3),
}


def composite_index(stats: Mapping[str, Number | None], variant: str) -> dict[str, object]:
    """Composite index of the statistics of a period: single, index, index_max; exact `sum`.

    Single indices are unrounded quotients of concentrations as reported; only the index and the
    maximum are rounded. A missing statistic leaves the index None. Choice: a weighted sum is not
    divided by the sum of the weights, and the maximum is of the unweighted single indices.
    """
    limits, weights, decimals = INDEX_VARIANTS[variant]
    single = {p: _single_index(p, stats, limits[p], variant) for p in POLLUTANTS}
    present = {p: value for p, value in single.items() if value is not None}
    if len(present) < len(POLLUTANTS):
        return {"single": single, "sum": None, "index": None, "index_max": None}
    total = sum((weights[p] * value for p, value in present.items()), Fraction(0))
    return {
        "single": single,
        "sum": total,
        "index": round_half_even(total, decimals),
        "index_max": round_half_even(max(present.values()), decimals),
    }


def _single_index(
    pollutant: str, stats: Mapping[str, Number | None], limit: int, variant: str
) -> Fraction | None:
    high = stats.get(f"{pollutant}_p{PERCENTILES[pollutant]}")
    average = stats.get(f"{pollutant}_mean")
    if pollutant in ("co", "o3"):
        return None if high is None else reported(pollutant, high) / limit
    if average is None:
        return None
    by_mean = reported(pollutant, average) / limit
    if variant != "hj663-2013-C":
        return by_mean
    if high is None:
        return None
    return max(by_mean, reported(pollutant, high) / DAILY_LIMITS_2012[pollutant])


def competition_rank(values: Sequence[Number | None]) -> list[int | None]:
    """Ascending rank, equal values sharing it (1, 2, 2, 4); None has none.

    >>> competition_rank([Fraction(3), None, Fraction(1), Fraction(3)])
    [2, None, 1, 2]
    """
    present = [value for value in values if value is not None]
    return [
        None if value is None else 1 + sum(other < value for other in present) for value in values
    ]
