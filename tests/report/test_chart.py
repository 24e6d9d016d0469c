"""Charts: gaps stay gaps, fonts cover Chinese, nothing of the machine gets in."""

import re
from dataclasses import replace
from datetime import date

import matplotlib as mpl
import pytest

from lantian.report import chart
from lantian.report.bulletin import Charts, DiurnalSeries, TrendSeries
from lantian.report.language import Language

NOW = "#1f4e79"
DAYS = tuple(date(2015, 12, n) for n in range(1, 11))


def trend(now, lang=Language.ZH, kind="svg"):
    nothing = (None,) * len(DAYS)
    series = TrendSeries("PM2.5", "ug/m3", now, nothing)
    return chart.trend(Charts(DAYS, (), (series,)), lang, now="本期", before="上年", kind=kind)


def moves(svg: bytes) -> int:
    """How often the pen is lifted in the line of this period, legend aside."""
    lines = re.findall(rf'<path d="([^"]*)"[^>]*stroke: {NOW}; stroke-linecap', svg.decode())
    return max(line.count("M") for line in lines)


@pytest.mark.parametrize(
    ("now", "runs"),
    [
        (tuple(range(1000, 11000, 1000)), 1),
        ((1000, 2000, None, 4000, 5000, 6000, 7000, 8000, 9000, 9000), 2),
        ((1000, 2000, None, 4000, 5000, None, None, 8000, 9000, 9000), 3),
    ],
)
def test_gaps_are_not_bridged(now, runs):
    assert moves(trend(now)) == runs


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_no_date_and_no_maker_in_the_bytes(kind, made):
    picture = chart.diurnal(
        made.charts, made.lang, now=made.period, before=made.comparison, kind=kind
    )
    assert picture.startswith(b"\x89PNG" if kind == "png" else b"<?xml")
    for word in (b"Software", b"<dc:date>", b"Matplotlib v", b"tEXt"):
        assert word not in picture


def test_a_readers_own_settings_do_not_change_the_picture():
    now = tuple(range(1000, 11000, 1000))
    plain = trend(now)
    with mpl.rc_context({"lines.linewidth": 7, "font.size": 30, "axes.grid": False}):
        assert trend(now) == plain


def test_charts_without_data_are_drawn_empty():
    empty = Charts((), (), ())
    for draw in (chart.diurnal, chart.trend):
        assert draw(empty, Language.EN, now="a", before="b", kind="png").startswith(b"\x89PNG")


def test_all_hours_missing(made):
    gone = DiurnalSeries("O3", "ug/m3", (None,) * 24, (None,) * 24)
    charts = replace(made.charts, diurnal=(gone,))
    assert chart.diurnal(charts, made.lang, now="a", before="b", kind="svg")
