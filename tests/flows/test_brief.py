"""The morning brief: what it says of the day, the month, the rank, the targets."""

from datetime import date

import pytest

from lantian.errors import NoData
from lantian.flows.brief import brief_of
from lantian.flows.grounds import shelf_of
from lantian.lake.store import Lake
from lantian.report.brief import brief_text
from lantian.report.language import Language


def text(lake: Lake, day: date, lang: Language = Language.ZH, place: str | None = None) -> str:
    return brief_text(brief_of(lake, day, lang=lang, shelf=shelf_of(lake), place=place))


def test_a_day_of_the_red_alert(beijing: Lake) -> None:
    said = text(beijing, date(2015, 12, 20), place="朝阳区")
    assert "【朝阳区空气质量晨报】2015年12月20日" in said
    assert "首要污染物PM2.5" in said
    assert "同比上升" in said
    assert "距前一位" in said
    assert "目标：朝阳区2015年12月综合指数排名目标第3" in said
    assert "相对湿度" in said


def test_early_in_a_month_no_rank_is_given_but_the_distance_is(beijing: Lake) -> None:
    brief = brief_of(
        beijing, date(2015, 12, 3), lang=Language.EN, shelf=shelf_of(beijing), place="昌平区"
    )
    assert brief.standing.ahead is not None or brief.standing.behind is not None
    assert brief.elapsed_days.value == 3


def test_english_is_whole(beijing: Lake) -> None:
    said = text(beijing, date(2015, 12, 20), Language.EN, "朝阳区")
    assert "Yesterday: AQI" in said
    assert "Month to date" in said
    assert "Rank:" in said


def test_a_day_without_data_is_refused(beijing: Lake) -> None:
    with pytest.raises(NoData):
        text(beijing, date(2019, 1, 1))
