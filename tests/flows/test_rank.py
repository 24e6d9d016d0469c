"""Flow `rank`: one rule set on both years, variants side by side, places without rank, order."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.county import made_hours, made_lake
from lantian.errors import BadRequest
from lantian.evaluate.aqi import day_index
from lantian.evaluate.ranking import UNRANKED
from lantian.flows.level_days import LevelDays, lake_days
from lantian.flows.rank import improvement_ranks, months_among_last, rank, rank_table, write_ranking
from lantian.lake.store import Lake
from lantian.rules.ruleset import for_period, rule_set
from lantian.terms.mark import MISSING
from lantian.terms.period import Period, parse_period
from oracle import reference as ref

OLD = rule_set("HJ633-2012")
JUNE = parse_period("2019-06")


def steady(*levels: int, names: str = "", period: Period = JUNE, rules=OLD) -> LevelDays:
    """Places whose every day has the limits of 2012 times a level in per cent."""
    limits = np.array([60, 40, 70, 35, 4, 160, 160], np.int64) * 10
    values = limits[:, None, None] * np.array(levels)[None, :, None]
    days = np.repeat(values, period.days, axis=2).astype(np.int32)
    places = tuple(names or "甲乙丙丁戊己庚"[: len(levels)])
    return LevelDays(places, period, rules, days, days, day_index(days, rules))


def lacking(days: LevelDays, place: int, pollutant: int, number: int) -> LevelDays:
    """The same days without some of one pollutant."""
    values = days.values.copy()
    values[pollutant, place, :number] = MISSING
    return replace(days, values=values, reported=values, index=day_index(values, days.rules))


def rows(ranking) -> list[dict]:
    return rank_table(ranking).to_pylist()


def test_equal_indices_share_the_rank_and_the_next_is_skipped():
    found = rows(rank(steady(100, 60, 100, 140)))
    assert [(r["place"], r["rank"], r["index"]) for r in found] == [
        ("乙", 1, 3.6),
        ("甲", 2, 6.0),
        ("丙", 2, 6.0),
        ("丁", 4, 8.4),
    ]


def test_places_are_ranked_by_the_printed_index():
    # 100.0 and 100.02 per cent of the limits both print 6.00.
    days = steady(100, 100)
    values = days.values.copy()
    values[5, 1] = 160_000
    values[3, 1, :2] += 1_000  # a mean of 35.07 still prints 35
    near = replace(days, values=values, reported=values)
    assert rank(near).ranks.tolist() == [1, 1]


def test_a_place_with_too_few_days_keeps_its_index_and_says_why():
    found = rows(rank(lacking(steady(100, 60), 1, 2, 4)))
    assert [(r["place"], r["rank"]) for r in found] == [("甲", 1), ("乙", None)]
    assert found[1]["index"] == 3.6
    assert "PM10 26/27" in found[1]["note"]
    assert rows(rank(lacking(steady(100, 60), 1, 2, 4), min_days=20))[0]["place"] == "乙"


def test_a_place_without_a_pollutant_has_no_index_and_stands_last():
    found = rows(rank(lacking(steady(100, 50), 1, 5, 30), min_days=0))
    assert [(r["place"], r["rank"], r["index"]) for r in found] == [
        ("甲", 1, 6.0),
        ("乙", None, None),
    ]
    assert (found[1]["o3_mda8_ugm3"], found[1]["index_o3"]) == (None, None)
    assert "no valid day" in found[1]["note"]


@given(st.permutations(range(6)))
def test_the_order_of_places_is_of_no_account(order):
    levels, names = (100, 50, 100, 150, 20, 51), "甲乙丙丁戊己"
    ranks = dict(zip(names, rank(steady(*levels)).ranks.tolist(), strict=True))
    mixed = steady(*(levels[i] for i in order), names="".join(names[i] for i in order))
    assert dict(zip(mixed.names, rank(mixed).ranks.tolist(), strict=True)) == ranks


def test_change_and_improvement_on_the_same_rules():
    now, before = steady(80, 100, 120), steady(100, 100, 100, names="甲乙丙")
    ranking = rank(now, against=before)
    change = {r["place"]: r["change_pct"] for r in rows(ranking)}
    assert change == {"甲": -20.0, "乙": 0.0, "丙": 20.0}
    assert improvement_ranks(ranking).tolist() == [1, 2, 3]
    alone = rank(now)
    assert [r["change_pct"] for r in rows(alone)] == [None] * 3
    assert improvement_ranks(alone).tolist() == [UNRANKED] * 3


def test_a_place_that_is_new_has_no_change():
    ranking = rank(steady(80, 100), against=steady(100, names="甲"))
    assert {r["place"]: r["change_pct"] for r in rows(ranking)} == {"甲": -20.0, "乙": None}
    assert improvement_ranks(ranking).tolist() == [1, UNRANKED]


def test_a_run_of_months_among_the_last_ends_where_it_broke():
    months = [steady(100, 80, 60), steady(80, 100, 60), steady(100, 80, 60)]
    now = rank(steady(120, 80, 60))
    earlier = [rank(days) for days in months]
    assert months_among_last(now, earlier, 1).tolist() == [2, 0, 0]
    assert months_among_last(now, earlier, 2).tolist() == [4, 4, 0]
    assert months_among_last(now, [], 1).tolist() == [1, 0, 0]
    # A month in which the place had no rank breaks the run.
    broken = rank(lacking(months[0], 0, 2, 4))
    assert months_among_last(now, [broken, *earlier], 1).tolist() == [1, 0, 0]


def test_variants_stand_side_by_side_and_the_first_ranks():
    days = steady(100, 90)
    values = days.values.copy()
    values[3, 1] = 60_000  # more PM2.5, less of all else
    mixed = replace(days, values=values, reported=values, index=day_index(values, OLD))
    found = rows(rank(mixed, ["old-limits-equal-weights", "old-limits-new-weights"]))
    equal, weighted = ref.OLD_LIMITS, ref.NEW_WEIGHTS
    shares = {p: Fraction(9, 10) for p in equal} | {"pm25": Fraction(60, 35)}
    row = next(r for r in found if r["place"] == "乙")
    assert row["index"] == float(round(sum(shares.values()), 3))
    total = sum(weighted[p] * share for p, share in shares.items())
    assert row["index[old-limits-new-weights]"] == float(round(total, 3))
    assert [r["rank"] for r in found] == [1, 2]
    assert found[0]["place"] == "甲"
    assert "old-limits-equal-weights" in row["rules"]


def test_the_rule_set_names_its_own_variant():
    assert rank(steady(100)).variant.id == "ranking-2014"
    new = rank(steady(100, period=parse_period("2026-06"), rules=rule_set("HJ633-2026")))
    assert new.variant.id == "new-limits-equal-weights"
    with pytest.raises(BadRequest, match="ranking-2099"):
        rank(steady(100), ["ranking-2099"])


def test_good_days_are_a_share_of_the_days_with_an_aqi():
    values = steady(50, 50).values.copy()
    values[3, 0, :3] = 76_000
    values[:, 1, 28:] = MISSING
    mixed = replace(steady(50, 50), values=values, reported=values, index=day_index(values, OLD))
    found = {r["place"]: (r["good_day_ratio"], r["valid_days"]) for r in rows(rank(mixed))}
    assert found == {"甲": (0.9, 30), "乙": (1.0, 28)}


def test_a_year_on_year_comparison_judges_both_years_by_one_rule_set(tmp_path):
    first, last = date(2026, 3, 1), date(2026, 3, 31)
    hours = made_hours(first, last, gaps=0.0)
    earlier = {(s, t.replace(year=2025)): v for (s, t), v in hours.items()}
    folder = made_lake(tmp_path / "lake", hours | earlier)
    march = parse_period("2026-03")
    rules, crossed = for_period(march)
    assert (rules.name, crossed) == ("HJ633-2026", [])
    with Lake.open(folder) as lake:
        now = lake_days(lake, "city", march, rules)
        before = lake_days(lake, "city", march.year_earlier(), rules)
    ranking = rank(now, against=before)
    # The same hours, the same rules: nothing has changed.
    assert ranking.change.tolist() == [0, 0]
    assert now.rules is before.rules


def test_csv_and_excel_hold_the_same_ranking(tmp_path):
    ranking = rank(lacking(steady(100, 50, 100), 1, 2, 4))
    assert write_ranking(ranking, tmp_path / "rank.xlsx") == 3
    header, *lines = openpyxl.load_workbook(tmp_path / "rank.xlsx").active.values
    cells = [dict(zip(header, line, strict=True)) for line in lines]
    assert cells == [{k: v or None for k, v in row.items()} for row in rows(ranking)]
