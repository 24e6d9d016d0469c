"""The running month is shown and ranked to the last whole day, and says so."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from lantian.desk.air.queries.ground import Ground, ground
from lantian.desk.air.queries.ranking import Asked, course, ranking_page
from lantian.desk.air.queries.today import today
from lantian.desk.air.spans import (
    beside,
    choices,
    month_to_date,
    read_span,
    span_title,
    year_to_date,
)
from lantian.desk.air.words import LEVELS
from lantian.desk.stations.roster import COUNTING
from lantian.flows.level_days import STATION, lake_days
from lantian.flows.rank import months_among_last, rank
from lantian.lake.enrol import enrol_rows
from lantian.rules.ruleset import for_period
from lantian.terms.period import Period, parse_period

pytestmark = pytest.mark.slow

MARCH = parse_period("2026-03-01..2026-03-09")
DAYS = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@pytest.fixture(autouse=True)
def _chinese() -> Iterator[None]:
    """Words are Chinese unless a page is asked for in English."""
    with override("zh-hans"):
        yield


@pytest.fixture
def county(stand: Callable[[Path], None], two_roots: Path) -> Ground:
    """Two counties and two townships whose hours end in March 2026."""
    stand(two_roots)
    stays = [("1A", "甲县", "county"), ("1A", "西镇", "township"), ("3T", "邻县", "county")]
    rows = [{"station": s, "place": place, "level": level} for s, place, level in stays]
    enrol_rows(ground().lake, "places", rows)
    return ground("甲县")


@pytest.fixture
def officer(county: Ground, client_as: Callable[..., Client]) -> Client:
    client = client_as("headquarters")
    client.get("/air/?place=甲县")
    return client


@given(DAYS)
def test_to_date_ends_with_the_last_whole_day_and_has_whole_periods_beside_it(last: date) -> None:
    month, year = month_to_date(last), year_to_date(last)
    assert (month.last, year.last) == (last, last)
    assert month.first == last.replace(day=1)
    assert (year.first.month, year.first.day) == (1, 1)
    offered = [read_span(one.period) for one in choices(month, last)]
    assert offered[2:] == [month, year]
    before, after = (read_span(label) for label in beside(month, last))
    assert before.last == month.first - timedelta(days=1)
    assert after.first > last
    if last.day > 1 and (last + timedelta(days=1)).day > 1:
        assert before == month.month_earlier()
        assert (after.first.day, after) == (1, after.whole_months())
        # And from the month before the way leads back to the month to date, not the whole one.
        assert beside(before, last)[1] == month.label


def test_a_past_month_stays_whole_and_a_running_one_says_how_far_it_goes() -> None:
    last = date(2026, 11, 21)
    assert span_title(month_to_date(last), last) == "本月至 11-21"
    assert span_title(year_to_date(last), last) == "本年至 11-21"
    assert span_title(parse_period("2026-10"), last) == "2026年10月"
    assert str(choices(month_to_date(last), last)[2].title) == "本月至 11-21"
    with override("en"):
        assert span_title(month_to_date(last), last) == "month to 11-21"
        assert str(choices(month_to_date(last), last)[3].title) == "Year to 11-21"
    assert span_title(month_to_date(date(2026, 10, 31)), date(2026, 10, 31)) == "2026年10月"


def test_the_ranking_opens_with_the_month_to_date_and_ranks_it(
    county: Ground, officer: Client
) -> None:
    for path in ("/air/ranking/?level=county", "/air/ranking/"):
        page = officer.get(path).text
        expected = rank(lake_days(county.lake, "county", MARCH, for_period(MARCH)[0]))
        assert sorted(expected.ranks.tolist()) == [1, 2]
        assert "有效天数不足" not in page
        assert re.search(r"<h2>\s*本月至 03-09", page)
        assert 'value="2026-03-01..2026-03-09"' in page
    assert "month to 03-09" in officer.get("/air/ranking/?lang=en").text
    officer.get("/air/?lang=zh-hans")
    # The whole running month, asked for by name, still has no rank and says why.
    assert "有效天数不足" in officer.get("/air/ranking/?level=county&period=2026-03").text
    rows = officer.get("/air/ranking.csv?level=county").text
    assert "2026-03-01..2026-03-09" in rows


def test_the_page_of_a_place_opens_with_the_month_to_date(officer: Client) -> None:
    page = officer.get("/air/place/甲县/").text
    assert "本月至 03-09" in page
    assert 'name="to" value="2026-03-09"' in page
    assert "有效天数不足" not in page


def test_the_last_point_of_the_trajectory_is_the_month_to_date(beijing: Ground) -> None:
    last = date(2015, 12, 20)
    asked = Asked("district", month_to_date(last), months=3, until=last)
    periods = [parse_period("2015-10"), parse_period("2015-11"), Period(date(2015, 12, 1), last)]
    ranked = [rank(lake_days(beijing.lake, "district", p, for_period(p)[0])) for p in periods]
    found = course(beijing, asked)
    assert found.months == ("2015-10", "2015-11", "2015-12 至 20 日")
    with override("en"):
        assert course(beijing, asked).months[-1] == "2015-12 to day 20"
    for name, ranks in found.ranks.items():
        assert list(ranks) == [int(r.ranks[r.names.index(name)]) or None for r in ranked]
    # A whole year that is running has the same last point; a month that is over stays whole.
    year = Asked("district", parse_period("2015"), months=3, until=last)
    assert course(beijing, year).months == found.months
    past = Asked("district", parse_period("2015-11"), months=2, until=last)
    assert course(beijing, past).months == ("2015-10", "2015-11")
    # The run among the last counts the month to date with the whole ones before it.
    now, *earlier = ranked[::-1]
    asked = Asked("district", month_to_date(last), months=3, last=3, until=last)
    runs = {r.row.place: r.run for r in ranking_page(beijing, asked).rows}
    short = months_among_last(now, earlier, 3)
    for name, run in zip(now.names, short.tolist(), strict=True):
        assert runs[name] == run or (run == 3 and runs[name] > 3)
    assert max(short) > 0


def test_today_ranks_the_townships_below_the_counties(
    county: Ground, officer: Client, now: datetime
) -> None:
    seen = today(county, now)
    assert (seen.level, seen.level_below, seen.month) == ("county", "township", MARCH)
    expected = rank(lake_days(county.lake, "township", MARCH, for_period(MARCH)[0]))
    assert [s.place for s in seen.below] == [expected.names[i] for i in expected.order()]
    for one in seen.below:
        assert one.rank.value == expected.ranks[expected.names.index(one.place)]
    page = officer.get("/air/").text
    heads = re.findall(r"<h2>(\S+排名) ", page)
    assert heads == ["区县排名", "乡镇街道排名"]
    assert "level=township&amp;period=2026-03-01..2026-03-09" in page


def test_today_of_a_group_without_a_lower_level_has_one_table(
    beijing: Ground, now: datetime
) -> None:
    seen = today(beijing, now)
    assert (seen.level, seen.level_below, seen.below) == ("district", "", ())


@pytest.mark.parametrize("path", ["/air/ranking/", "/air/exceptional/"])
def test_levels_are_offered_in_words_of_the_language(officer: Client, path: str) -> None:
    for lang, at in (("zh-hans", 0), ("en", 1)):
        page = officer.get(f"{path}?lang={lang}").text
        options = re.search(r'<select id="level".*?</select>', page, re.DOTALL)
        assert options is not None
        found = dict(re.findall(r'<option value="(\w+)"[^>]*>([^<]*)</option>', options[0]))
        assert found == {level: LEVELS[level][at] for level in ("county", "township", STATION)}


def test_every_level_at_which_stations_count_has_words() -> None:
    assert set(COUNTING) <= set(LEVELS)
