"""AQI of a day or hour: missing pollutants in both editions, ties, levels, and laws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.evaluate.aqi import Index, day_index, hour_index, symbols
from lantian.evaluate.iaqi import HOUR_KEYS, NO_INDEX
from lantian.rules.ruleset import rule_set
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import DAY_ITEMS, POLLUTANTS

OLD, NEW = rule_set("HJ633-2012"), rule_set("HJ633-2026")
CLEAN = {"so2": 8, "no2": 20, "pm10": 40, "pm25": 20, "co": 0.6, "o3_mda8": 90, "o3_max1h": 110}


def judged(rules, **changed: float | None) -> Index:
    """Index of one day that is clean but for what is said; None is missing."""
    day = CLEAN | changed
    cells = [day[item.key] for item in DAY_ITEMS]
    values = [MISSING if cell is None else round(cell * 1000) for cell in cells]
    return day_index(np.array(values, np.int32).reshape(7, 1), rules)


def test_the_editions_judge_the_same_day_differently():
    old, new = judged(OLD, pm25=70), judged(NEW, pm25=70)
    assert (old.aqi[0], old.level[0], symbols(old.exceeding[0])) == (94, 2, ())
    assert (new.aqi[0], new.level[0], symbols(new.exceeding[0])) == (110, 3, ("PM2.5",))


def test_a_missing_pollutant_in_2012_leaves_the_rest():
    index = judged(OLD, pm10=None, pm25=40)
    assert (index.aqi[0], symbols(index.primary[0])) == (57, ("PM2.5",))


@pytest.mark.parametrize("key", [item.key for item in DAY_ITEMS[:6]])
def test_a_missing_pollutant_in_2026_makes_na_unless_the_rest_exceeds_100(key):
    other = "pm25" if key != "pm25" else "pm10"
    at_100, above = {"pm25": (60, 61), "pm10": (120, 121)}[other]
    quiet = judged(NEW, **{key: None, other: at_100})
    assert (quiet.aqi[0], quiet.level[0], quiet.primary[0]) == (NO_INDEX, 0, 0)
    # The single index is still there to be published.
    assert quiet.iaqi[[i.key for i in DAY_ITEMS].index(other), 0] == 100
    bad = judged(NEW, **{key: None, other: above})
    assert bad.aqi[0] > 100
    assert bad.level[0] == 3


def test_the_hourly_maximum_of_ozone_counts_in_2012_alone():
    assert judged(OLD, o3_mda8=90, o3_max1h=201).aqi[0] == 101
    assert judged(NEW, o3_mda8=90, o3_max1h=201).aqi[0] == 45
    # Its absence is no absence of ozone under either.
    assert judged(NEW, o3_max1h=None).aqi[0] == 45
    # Above the last row of the 8-hour column 2012 takes the 1-hour index, 2026 says 300.
    assert judged(OLD, o3_mda8=801, o3_max1h=900).aqi[0] == 350
    assert judged(NEW, o3_mda8=801, o3_max1h=900).aqi[0] == 300


def test_pollutants_with_the_same_index_are_primary_together():
    index = judged(OLD, pm25=75, pm10=150, o3_mda8=160)
    assert (index.aqi[0], symbols(index.primary[0])) == (100, ("PM10", "PM2.5", "O3"))
    assert index.exceeding[0] == 0


def test_there_is_no_primary_pollutant_up_to_50():
    index = judged(OLD, pm25=35)
    assert (index.aqi[0], index.level[0], index.primary[0]) == (50, 1, 0)
    assert symbols(judged(OLD, pm25=36).primary[0]) == ("PM2.5",)


def test_the_scale_starts_at_1_in_2026_and_at_0_in_2012():
    clear = dict.fromkeys(CLEAN, 0)
    assert judged(OLD, **clear).aqi[0] == 0
    assert judged(NEW, **clear).aqi[0] == 1
    assert judged(NEW, **clear).level[0] == 1


def test_the_scale_ends_at_500():
    index = judged(OLD, pm25=980, pm10=2000)
    assert (index.aqi[0], index.level[0]) == (500, 6)
    assert symbols(index.primary[0]) == ("PM10", "PM2.5")


@pytest.mark.parametrize(
    ("pm25", "level"),
    [
        (35, 1),
        (36, 2),
        (75, 2),
        (76, 3),
        (115, 3),
        (116, 4),
        (150, 4),
        (151, 5),
        (250, 5),
        (251, 6),
    ],
)
def test_each_level_begins_just_above_the_one_before(pm25, level):
    assert judged(OLD, pm25=pm25).level[0] == level


def test_a_day_without_anything_has_no_aqi():
    for rules in (OLD, NEW):
        index = judged(rules, **dict.fromkeys(CLEAN))
        assert (index.aqi[0], index.level[0], index.primary[0]) == (NO_INDEX, 0, 0)
        assert (index.iaqi == NO_INDEX).all()


CELL = st.one_of(st.just(MISSING), st.integers(0, 1300).map(lambda n: n * 1000))
DAYS = st.lists(st.lists(CELL, min_size=7, max_size=7), min_size=1, max_size=20)


@given(DAYS, st.sampled_from([OLD, NEW]))
def test_the_index_is_the_largest_of_its_parts(days, rules):
    values = np.array(days, np.int32).T.copy()
    index = day_index(values, rules)
    used = [i for i, item in enumerate(DAY_ITEMS) if item.key in rules.aqi.clause.daily_items]
    top = index.iaqi[used].max(axis=0)
    known = index.aqi != NO_INDEX
    assert (index.aqi[known] == np.maximum(top, rules.aqi.clause.aqi_min)[known]).all()
    # Missing stays missing: no index is made of it, and the AQI of nothing is none.
    assert ((index.iaqi == NO_INDEX) >= (values == MISSING)).all()
    assert not known[(values == MISSING).all(axis=0)].any()
    for n in np.flatnonzero(index.primary):
        owners = {DAY_ITEMS[i].pollutant.symbol for i in used if index.iaqi[i, n] == top[n]}
        assert set(symbols(index.primary[n])) == owners


@given(DAYS, st.integers(0, 6), st.sampled_from([OLD, NEW]))
def test_a_higher_concentration_never_lowers_the_aqi(days, item, rules):
    values = np.array(days, np.int32).T.copy()
    higher = values.copy()
    held = higher[item] != MISSING
    higher[item, held] += 7_000
    before, after = day_index(values, rules).aqi, day_index(higher, rules).aqi
    # 8-hour ozone above 800 has no index of its own in 2012.
    kept = ~((rules is OLD) & (DAY_ITEMS[item].key == "o3_mda8") & (higher[item] > 800_000))
    assert (after >= before)[kept].all()


@given(DAYS, st.sampled_from([OLD, NEW]))
def test_cutting_and_order_change_no_day(days, rules):
    values = np.array(days, np.int32).T.copy()
    whole = day_index(values, rules)
    turned = day_index(np.ascontiguousarray(values[:, ::-1]), rules)
    for name in ("aqi", "level", "primary", "exceeding"):
        assert (getattr(whole, name) == getattr(turned, name)[::-1]).all()
    alone = [int(day_index(values[:, n : n + 1].copy(), rules).aqi[0]) for n in range(len(days))]
    assert whole.aqi.tolist() == alone


def test_an_hour_uses_the_hourly_breakpoints_and_the_daily_ones_of_particles():
    hour = np.array([501, 201, 151, 76, 10.1, 201]) * 1000
    index = hour_index(hour.round().astype(np.int32).reshape(6, 1), OLD, HOUR_KEYS)
    assert index.iaqi[:, 0].tolist() == [101, 101, 101, 102, 101, 101]
    assert symbols(index.primary[0]) == ("PM2.5",)
    assert symbols(index.exceeding[0]) == tuple(p.symbol for p in POLLUTANTS)
