"""Progress to a target in words: every status and indicator, in both languages."""

from dataclasses import replace

import pytest

from lantian.evaluate.target import Indicator, Standing
from lantian.report.bulletin import TargetRow
from lantian.report.figure import DataState, collect
from lantian.report.language import Language, width_of
from lantian.report.listing import listing
from lantian.report.progress import (
    Allowance,
    Progress,
    Status,
    progress_text,
    sentence,
    target_row,
)
from lantian.terms.period import parse_period
from lantian.terms.pollutant import CO, O3, PM25

MEAN = Progress(
    place="甲县",
    period=parse_period("2015-12"),
    of=PM25,
    name=("PM2.5均值", "PM2.5 mean"),
    goal=58_000,
    decimals=0,
    unit="ug/m3",
    allowance=Allowance.MEAN,
    allowed_decimals=1,
    status=Status.UNREACHABLE,
    state=DataState.REALTIME,
    rules="HJ633-2012; ranking-2014",
    verified=False,
    standing=Standing(86_000, None, 61_000, 1043, reachable=False, days_done=22, days_left=9),
)
LEFT = Standing(18, 1, 28, 667, reachable=True, days_done=20, days_left=10)


def days(of: Indicator, zh: str, en: str, **more: object) -> Progress:
    made = replace(MEAN, of=of, name=(zh, en), unit="d", goal=27, allowance=Allowance.DAYS)
    made = replace(made, status=Status.UNDER_WAY, standing=LEFT)
    return replace(made, **more)  # type: ignore[arg-type]


def test_the_sentence_of_a_goal_out_of_reach() -> None:
    assert sentence(MEAN, Language.ZH) == (
        "甲县2015年12月PM2.5均值目标58 μg/m³：即使剩余9天全部为0，"
        "全期PM2.5均值仍为61 μg/m³，目标已无法实现"
    )
    assert sentence(MEAN, Language.EN) == (
        "甲县, December 2015, PM2.5 mean: goal 58 μg/m³: even with 0 on all 9 remaining days the "
        "PM2.5 mean stays at 61 μg/m³: the goal can no longer be reached"
    )


def test_what_the_remaining_days_may_average_is_cut_off_not_rounded() -> None:
    standing = Standing(40_000, 25_999, 22_000, 634, reachable=True, days_done=22, days_left=9)
    p = replace(MEAN, status=Status.UNDER_WAY, standing=standing, rank_then=3)
    assert p.allowed_text == "25.9"
    assert "平均不超过25.9 μg/m³" in sentence(p, Language.ZH)
    assert "综合指数排第3（其他地区维持现状）" in sentence(p, Language.ZH)
    assert "rank 3 by composite index" in sentence(p, Language.EN)


@pytest.mark.parametrize(
    ("progress", "zh", "en"),
    [
        (
            days(Indicator.GOOD_DAYS, "优良天数", "good days"),
            "剩余10天中至多1天非优良",
            "at most 1 of the 10 remaining days may be worse than good",
        ),
        (
            days(
                Indicator.HEAVY_DAYS, "重污染天数", "heavy days", standing=replace(LEFT, allowed=0)
            ),
            "剩余10天中不得再有一天为重污染",
            "none of the 10 remaining days may be heavily polluted",
        ),
        (
            days(Indicator.GOOD_DAYS, "优良天数", "good days", status=Status.UNREACHABLE),
            "即使剩余10天全部优良，全期优良天数也只有28天",
            "even with all 10 remaining days good the period ends with 28 days",
        ),
        (
            days(Indicator.HEAVY_DAYS, "重污染天数", "heavy days", status=Status.UNREACHABLE),
            "已有28天，目标已无法实现",
            "28 days already",
        ),
        (
            replace(MEAN, of=O3, allowance=Allowance.DAYS, status=Status.UNDER_WAY, standing=LEFT),
            "剩余10天中至多1天超过58 μg/m³",
            "may exceed 58 μg/m³",
        ),
        (
            replace(MEAN, of=Indicator.INDEX, unit="", decimals=2, goal=4_500),
            "六项全部为0，全期综合指数仍为61.00",
            "composite index stays at 61.00",
        ),
        (
            days(Indicator.RANK, "排名", "rank", unit="", goal=3, status=Status.UNREACHABLE),
            "其他地区维持现状，仍为第28",
            "it is still rank 28",
        ),
        (
            replace(MEAN, status=Status.MISSED),
            "时段已结束，结果86 μg/m³，未实现",
            "ended with 86 μg/m³: missed",
        ),
        (
            replace(MEAN, status=Status.NOT_BEGUN, standing=None, reasons=(("共31天", "31 days"),)),
            "未开始：共31天",
            "not begun: 31 days",
        ),
        (
            replace(MEAN, state=DataState.SAND_EXCLUDED),
            "目标58 μg/m³（扣沙）：",
            "goal 58 μg/m³ (sand excluded): ",
        ),
    ],
)
def test_each_indicator_and_status_has_its_words(progress: Progress, zh: str, en: str) -> None:
    assert zh in sentence(progress, Language.ZH)
    assert en in sentence(progress, Language.EN)


def test_an_index_says_how_far_the_days_must_fall() -> None:
    standing = Standing(
        5_000, 4_190, 2_500, 700, reachable=True, days_done=15, days_left=9, scale=699
    )
    p = replace(
        MEAN,
        of=Indicator.INDEX,
        unit="",
        decimals=2,
        goal=4_500,
        allowance=Allowance.INDEX,
        allowed_decimals=2,
        status=Status.UNDER_WAY,
        standing=standing,
    )
    assert "综合指数不超过4.19（六项浓度为目前的69.9%）" in sentence(p, Language.ZH)
    free = replace(p, standing=replace(standing, allowed=None, scale=None))
    assert "怎样都可实现" in sentence(free, Language.ZH)


def test_a_goal_keeps_the_digits_it_was_set_with() -> None:
    assert replace(MEAN, goal=58_500).goal_text == "58.5"
    assert replace(MEAN, of=CO, unit="mg/m3", decimals=1, goal=4_000).goal_text == "4.0"


def test_the_row_of_a_bulletin() -> None:
    row = target_row(MEAN, Language.ZH)
    assert isinstance(row, TargetRow)
    figures = (row.goal, row.so_far, row.used_pct, row.days_left, row.may_average, row.rank_then)
    assert [f.text for f in figures] == ["58", "86", "104.3", "9", "—", "—"]
    assert row.sentence == sentence(MEAN, Language.ZH)
    assert not row.goal.verified
    both = (row, target_row(replace(MEAN, state=DataState.SAND_EXCLUDED, goal=58_500), Language.ZH))
    assert len(collect(both).figures) == 12


def test_a_row_that_the_table_says_wholly_has_no_sentence() -> None:
    standing = Standing(40_000, 25_999, 22_000, 634, reachable=True, days_done=22, days_left=9)
    row = target_row(replace(MEAN, status=Status.UNDER_WAY, standing=standing), Language.EN)
    assert (row.may_average.text, row.sentence) == ("25.9", "")


def test_the_listing_lines_up_and_is_followed_by_every_sentence() -> None:
    lines = progress_text([MEAN, days(Indicator.GOOD_DAYS, "优良天数", "good days")])
    ends = [
        width_of(line.partition(status)[0])
        for line, status in zip(lines, ("状态", "已无法实现", "进行中"), strict=False)
    ]
    assert len(set(ends)) == 1
    assert sentence(MEAN, Language.ZH) in lines
    assert sentence(MEAN, Language.EN) in lines


def test_columns_of_numbers_stand_flush_right() -> None:
    lines = listing([["地区", "n"], ["甲", "1"], ["乙县", "120"]], numbers=frozenset({1}))
    assert lines == ["地区    n", "甲      1", "乙县  120"]
    assert len(set(map(width_of, lines))) == 1
