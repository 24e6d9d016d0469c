"""Headline sentences: only figures, in both languages, right words for direction and ties."""

import re
from dataclasses import replace

import pytest

from lantian.report import headline
from lantian.report.figure import DataState, Stamp, collect
from lantian.report.language import Language
from lantian.terms.mark import MISSING

STAMP = Stamp(DataState.AUDITED, "HJ633-2012", True)


def said(made, **changed):
    over = replace(made.overview, **changed)
    return headline.sentences(
        over, made.ranking, made.items, made.lang, place=made.place, period=made.period
    )


def test_three_to_six_sentences(made):
    assert 3 <= len(said(made)) <= 6
    assert said(made) == made.headlines


def test_every_number_said_is_a_figure(made):
    allowed = {f.text.lstrip("+-") for f in collect((made.overview, made.ranking)).figures}
    counts = {str(len(made.ranking)), str(sum(r.rank.value is not None for r in made.ranking))}
    blanks = {str(sum(r.rank.value is None for r in made.ranking))}
    for sentence in made.headlines:
        rest = sentence.replace(made.period, "")
        for item in made.items:
            rest = rest.replace(item.symbol, "").replace(item.statistic, "")
        for symbol in ("PM2.5", "NO2"):
            rest = rest.replace(symbol, "")
        for number in re.findall(r"\d+(?:\.\d+)?", rest):
            assert number in allowed | counts | blanks, (number, sentence)


def test_directions_are_said(made):
    rose, fell = made.lang.of("上升", "up"), made.lang.of("下降", "down")
    index = replace(made.overview.index, change=STAMP.change(-1_200, 1, "%", "i"))
    assert fell in said(made, index=index)[2]
    index = replace(made.overview.index, change=STAMP.change(1_200, 1, "%", "i"))
    assert rose in said(made, index=index)[2]
    index = replace(made.overview.index, change=STAMP.change(0, 1, "%", "i"))
    assert made.lang.of("持平", "unchanged") in said(made, index=index)[2]


def test_nothing_is_compared_without_a_year_before(made):
    blank = STAMP.change(MISSING, 1, "%", "i")
    index = replace(made.overview.index, change=blank)
    assert said(made, index=index)[2] == made.lang.of(
        f"环境空气质量综合指数为{index.now.text}。", f"The composite index was {index.now.text}."
    )


def test_too_few_data_are_said(made):
    blank = replace(made.overview.statistics[3], now=STAMP.number(MISSING, 0, "ug/m3", "p"))
    statistics = (*made.overview.statistics[:3], blank, *made.overview.statistics[4:])
    assert made.lang.of("不足", "too few") in said(made, statistics=statistics)[0]


def test_no_exceeded_day(made):
    none = said(made, exceeded_days=STAMP.count(0, "d", "e"), primary=())
    assert made.lang.of("本期无超标日。", "No day exceeded the standard.") in none


def test_tied_best_places_are_named_together(made):
    first, second = made.ranking[:2]
    tied = replace(second, rank=replace(first.rank, key="tied"), index=first.index)
    rows = (first, tied, *made.ranking[2:])
    last = headline.sentences(
        made.overview, rows, made.items, made.lang, place=made.place, period=made.period
    )[-1]
    assert made.lang.joined((first.place, tied.place)) in last


@pytest.mark.parametrize("lang", Language)
def test_comparison_with_another_period_is_named(lang, december):
    made = december["made_up"](lang)
    against = lang.of("较2015年11月", "on November 2015")
    found = headline.sentences(
        made.overview,
        made.ranking,
        made.items,
        lang,
        place=made.place,
        period=made.period,
        against=against,
    )
    assert against in found[0]
    assert headline.usual_comparison(lang) not in "".join(found)
