"""The kernels against the plain-Python reference, on many random sets of daily values and days.

The fast suite takes a share; `--slow` takes 1,000,000 sets and 20,000 days, of both editions.
`-rP` shows the counts.
"""

from fractions import Fraction
from functools import lru_cache

import numpy as np
import pytest

from lantian.evaluate.aqi import Index, day_index, symbols
from lantian.evaluate.hourly import HALO_H, HourlyForm, hour_report
from lantian.evaluate.iaqi import NO_INDEX
from lantian.rules.ruleset import rule_set
from lantian.series.daily import days_of, rounded, rounded_values
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import DAY_ITEMS, POLLUTANTS
from oracle import reference as ref

SETS = {edition: rule_set(f"HJ633-{edition}") for edition in ("2012", "2026")}
KEYS = ("so2_24h", "no2_24h", "pm10_24h", "pm25_24h", "co_24h", "o3_mda8", "o3_max1h")
COLUMNS = (*KEYS[:5], "o3_8h", "o3_1h")
BIT = {p.key: 1 << i for i, p in enumerate(POLLUTANTS)}
AT_ONCE = 20_000


@lru_cache(1 << 20)
def exact(thousandths: int) -> Fraction | None:
    return None if thousandths == MISSING else Fraction(thousandths, 1000)


def bits(names: set[str]) -> int:
    return sum(BIT[name] for name in names)


def verdict(judged: dict) -> tuple[int, int, int, int]:
    """AQI, level, primary and exceeding pollutants of the reference as the kernel spells them."""
    none = judged["aqi"] is None
    return (
        NO_INDEX if none else judged["aqi"],
        0 if none else judged["level"],
        bits(judged["primary"]),
        bits(judged["exceeding"]),
    )


def kernel_verdict(index: Index) -> list[tuple[int, int, int, int]]:
    columns = (index.aqi, index.level, index.primary, index.exceeding)
    return list(zip(*(c.reshape(-1).tolist() for c in columns), strict=True))


def random_sets(rng: np.random.Generator, number: int) -> np.ndarray:
    """Day values of every kind: anywhere, near a breakpoint, on one, a tie, missing, impossible."""
    sets = np.empty((7, number), np.int64)
    # How far up the table a set reaches, so that clean sets are as frequent as foul ones.
    reach = rng.choice([1, 2, 4, 7], number, p=[0.2, 0.4, 0.2, 0.2])
    for i, column in enumerate(COLUMNS):
        unit = 100 if column == "co_24h" else 1000
        edges = np.array(sorted({b * 1000 for e in SETS for b in ref.BREAKPOINTS[e][column]}))
        row = np.minimum(reach, edges.size - 1)
        top = edges[row]
        edge = edges[rng.integers(0, row + 1)]
        last = row == edges.size - 1
        anywhere = (rng.random(number) * top * np.where(last, 1.3, 1)).astype(np.int64)
        kinds = [
            anywhere,
            anywhere // unit * unit + unit // 2,
            edge,
            edge + rng.integers(-4, 5, number) * unit // 2,
            rng.integers(-3 * unit, 1, number),
            np.full(number, MISSING),
        ]
        shares = [0.35, 0.2, 0.15, 0.2, 0.02, 0.08]
        sets[i] = np.choose(rng.choice(len(kinds), number, p=shares), kinds)
    return sets.astype(np.int32)


def compare_sets(sets: np.ndarray, edition: str) -> np.ndarray:
    """Compare one edition set by set; return the AQI."""
    rules = SETS[edition]
    values = rounded_values(sets[:, None, :], 0, 1)
    index = day_index(values, rules)
    sub = index.iaqi[:, 0].T.tolist()
    for n, (row, ours) in enumerate(zip(sets.T.tolist(), kernel_verdict(index), strict=True)):
        day = dict(zip(KEYS, map(exact, row), strict=True))
        judged = ref.daily_aqi(day, edition)
        assert ours == verdict(judged), (edition, row, judged)
        for key, expected in judged["iaqi"].items():
            found = sub[n][KEYS.index(key)]
            assert found == (NO_INDEX if expected is None else expected), (edition, key, row)
    return index.aqi.reshape(-1)


def compare_many_sets(number: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    seen = {"without AQI": 0, "at 500": 0, "two or more primary": 0}
    for _ in range(number // AT_ONCE):
        sets = random_sets(rng, AT_ONCE)
        for edition in SETS:
            aqi = compare_sets(sets, edition)
            seen["without AQI"] += int((aqi == NO_INDEX).sum())
            seen["at 500"] += int((aqi == 500).sum())
        primary = day_index(rounded_values(sets[:, None, :], 0, 1), SETS["2012"]).primary
        seen["two or more primary"] += int((np.bitwise_count(primary) > 1).sum())
    # The sets really hold the hard cases.
    assert min(seen.values()) > number // 100, seen
    print(f"{number} sets of day values equal the reference under each edition; {seen}")


@pytest.mark.slow
def test_20_000_random_sets_of_daily_values():
    compare_many_sets(20_000, 633)


@pytest.mark.slow
def test_a_million_random_sets_of_daily_values():
    compare_many_sets(1_000_000, 2026)


def random_hours(rng: np.random.Generator, days: int) -> np.ndarray:
    """Hours of one station: levels of all sorts by day, gaps at random, ties, short ozone days."""
    block = np.empty((6, days, 24), np.int64)
    for p, pollutant in enumerate(POLLUTANTS):
        co = pollutant.key == "co"
        level = rng.choice([3, 20, 60, 150, 160, 300, 900], (days, 1)) * (50 if co else 1000)
        spread = rng.choice([0.05, 0.5, 1.5], (days, 1))
        hours = np.abs(level * (1 + spread * rng.standard_normal((days, 24))))
        step = rng.choice([1, 100, 500, 1000], (days, 1))
        block[p] = np.rint(hours / step).astype(np.int64) * step
        gaps = rng.choice(
            [0.0, 0.02, 0.15, 0.2, 0.5, 1.0], (days, 1), p=[0.4, 0.2, 0.15, 0.15, 0.08, 0.02]
        )
        block[p][rng.random((days, 24)) < gaps] = MISSING
    short = rng.random(days) < 0.2
    start, length = rng.integers(0, 18, days), rng.integers(5, 14, days)
    hour = np.arange(24)
    out = (hour < start[:, None]) | (hour >= (start + length)[:, None])
    block[5][short[:, None] & out] = MISSING
    return block.reshape(6, 1, days * 24).astype(np.int32)


def compare_days(block: np.ndarray, edition: str) -> dict[str, int]:
    """Compare the days of one station hour by hour; return how often each hard case occurred."""
    rules = SETS[edition]
    days = days_of(block, rules)
    reported = rounded(days, 0, 1)
    index = day_index(reported, rules)
    hours = block.reshape(6, -1, 24).tolist()
    seen = dict.fromkeys(("mean not valid", "few windows exceed", "few windows do not", "ties"), 0)
    for d, ours in enumerate(kernel_verdict(index)):
        series = {p.key: [exact(v) for v in hours[i][d]] for i, p in enumerate(POLLUTANTS)}
        expected = ref.daily_values(series)
        for i, (key, item) in enumerate(zip(KEYS, DAY_ITEMS, strict=True)):
            total, count = int(days.total[i, 0, d]), int(days.count[i, 0, d])
            found = Fraction(total, 1000 * count) if count else None
            assert found == expected[key], (edition, d, key)
            value = int(reported[i, 0, d])
            if found is None:
                assert value == MISSING
            else:
                assert Fraction(value, 1000) == ref.reported(item.pollutant.key, found)
                seen["ties"] += found * (10 if item.key == "co" else 1) % 1 == Fraction(1, 2)
        for p, pollutant in enumerate(POLLUTANTS):
            assert days.hours[p, 0, d] == expected[f"valid_hours_{pollutant.key}"]
        assert days.windows[0, d] == expected["valid_windows"]
        assert (days.window_end[0, d] > 0) == (expected["o3_mda8"] is not None)
        judged = ref.daily_aqi(expected, edition)
        assert ours == verdict(judged), (edition, d, judged)
        for key, one in judged["iaqi"].items():
            assert index.iaqi[KEYS.index(key), 0, d] == (NO_INDEX if one is None else one)
        seen["mean not valid"] += expected["pm25_24h"] is None
        few = 0 < expected["valid_windows"] < 14
        seen["few windows exceed"] += few and expected["o3_mda8"] is not None
        seen["few windows do not"] += few and expected["o3_mda8"] is None
    return seen


def compare_many_days(number: int, seed: int) -> None:
    block = random_hours(np.random.default_rng(seed), number)
    for edition in SETS:
        seen = compare_days(block, edition)
        assert min(seen.values()) > number // 100, seen
        print(f"{number} days equal the reference under {edition}; {seen}")


def test_500_random_hourly_days():
    compare_many_days(500, 663)


@pytest.mark.slow
def test_20_000_random_hourly_days():
    compare_many_days(20_000, 3095)


def sliding(series: list[Fraction | None], fewest: int) -> Fraction | None:
    held = [value for value in series if value is not None]
    return ref.mean(held) if len(held) >= fewest else None


def compare_hours(block: np.ndarray, edition: str, form: HourlyForm) -> int:
    """Compare every hour after the halo; return how many have an AQI."""
    report = hour_report(block, SETS[edition], form)
    hours = block[:, 0].tolist()
    text = form is HourlyForm.TEXT
    known = 0
    for n, ours in enumerate(kernel_verdict(report.index)):
        end = n + HALO_H + 1
        past = {
            p.key: [exact(v) for v in hours[i][end - 24 : end]] for i, p in enumerate(POLLUTANTS)
        }
        values = {key: series[-1] for key, series in past.items()}
        if text:
            values |= {f"{p}_24h": sliding(past[p], 20) for p in ("pm10", "pm25")}
            values["o3_8h"] = sliding(past["o3"][-8:], 6)
        so2_24h = sliding(past["so2"], 20)
        judged = ref.hourly_aqi(values, edition, "sliding" if text else "network", so2_24h)
        assert ours == verdict(judged), (edition, form, n, values, judged)
        for i, key in enumerate(report.keys[:6]):
            asked = values.get(key) if text and key.startswith("pm") else values[POLLUTANTS[i].key]
            found = int(report.values[i, 0, n])
            expected = None if asked is None else ref.reported(POLLUTANTS[i].key, asked)
            assert exact(found) == expected
        known += judged["aqi"] is not None
    return known


def polluted_hours(number: int) -> np.ndarray:
    block = random_hours(np.random.default_rng(800), number // 24 + 1)
    high = np.random.default_rng(801).random(block.shape[2]) < 0.1
    block[0, 0, high & (block[0, 0] != MISSING)] = 800_500
    block[0, 0, np.roll(high, 5) & (block[0, 0] != MISSING)] = 801_000
    return block


@pytest.mark.parametrize(
    ("edition", "form"),
    [("2012", HourlyForm.NETWORK), ("2012", HourlyForm.TEXT), ("2026", HourlyForm.NETWORK)],
)
def test_3_000_random_hours_in_each_form(edition, form):
    known = compare_hours(polluted_hours(3_000), edition, form)
    assert known > 1_000
    print(f"3000 hours equal the reference, {edition} {form}; {known} have an AQI")


def test_the_primary_bits_spell_their_pollutants():
    assert symbols(bits({"pm25", "o3"})) == ("PM2.5", "O3")
