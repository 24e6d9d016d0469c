"""What pages print equals what the flows give, and every number leads to a page that shows it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from html import unescape
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from django.test import Client

from lantian.desk.air.queries.ground import Ground, ground
from lantian.desk.air.queries.ranking import Asked, course, ranking_page
from lantian.desk.air.queries.station_map import station_map
from lantian.desk.air.queries.today import today
from lantian.evaluate.hourly import HALO_H, HourlyForm, hour_report
from lantian.evaluate.ranking import UNRANKED
from lantian.flows.level_days import lake_days
from lantian.flows.rank import months_among_last, rank
from lantian.flows.target import targets
from lantian.lake.enrol import enrol_rows
from lantian.rules.ruleset import for_period, in_force
from lantian.terms.hour import day_number, first_hour, hour_number
from lantian.terms.period import parse_period


class Figures(HTMLParser):
    """Every number of a page that links to its derivation: its text and its address."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self._href = ""
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag == "a" and held.get("class") == "figure-link":
            self._href, self._text = held["href"] or "", held.get("data-figure") or ""

    def handle_data(self, data: str) -> None:
        if self._href and not self._text:
            self._text = data.strip()

    def handle_endtag(self, tag: str) -> None:
        if tag == "a" and self._href:
            self.found.append((self._text, unescape(self._href)))
            self._href = self._text = ""


def figures(page: str) -> Iterator[tuple[str, str]]:
    parser = Figures()
    parser.feed(page)
    yield from dict.fromkeys(parser.found)


def text_of(page: str) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", page.partition('<main class="page')[2]))


@pytest.mark.parametrize(
    ("path", "least"),
    [
        ("/air/", 60),
        ("/air/place/北京市/?period=2015-12", 25),
        ("/air/place/朝阳区/?period=2016", 25),
        ("/air/station/Wanliu/?period=2015-12", 25),
        ("/air/ranking/?period=2015-12&level=district", 90),
        ("/air/targets/", 3),
    ],
)
def test_every_number_leads_to_a_derivation_that_shows_it(
    reader: Client, path: str, least: int
) -> None:
    shown = list(figures(reader.get(path).text))
    assert len(shown) >= least
    pages: dict[str, str] = {}
    for text, href in shown:
        if href not in pages:
            answer = reader.get(href)
            assert answer.status_code == 200, href
            pages[href] = text_of(answer.text)
        number = re.escape(text)
        assert re.search(rf"(?<![\d.]){number}(?![\d.]*\d)", pages[href]), (text, href)


def test_numbers_without_a_link_are_blank_or_supposed(reader: Client) -> None:
    page = reader.get("/air/ranking/?period=2015-12&level=district").text
    plain = re.findall(r'<span class="figure-number"><b>([^<]*)</b>', page)
    assert set(plain) <= {"—"}


def test_the_ranking_page_equals_the_flow(beijing: Ground) -> None:
    period = parse_period("2015-12")
    rules, _ = for_period(period)
    expected = rank(lake_days(beijing.lake, "district", period, rules))
    page = ranking_page(beijing, Asked("district", period))
    order = expected.order()
    assert [r.row.place for r in page.rows] == [expected.names[i] for i in order]
    for one, i in zip(page.rows, order, strict=True):
        row = one.row
        assert row.rank.value == (int(expected.ranks[i]) or None)
        assert row.index.text == f"{expected.index.index[i] / 100:.2f}"
        for p, figure in enumerate(row.statistics):
            assert float(figure.value) * 1000 == expected.index.concentration[p, i]


def test_gaps_are_differences_of_neighbouring_indices(beijing: Ground) -> None:
    page = ranking_page(beijing, Asked("district", parse_period("2015-12")))
    rows = page.rows
    assert rows[0].ahead is None
    assert rows[-1].behind is None
    for better, worse in pairwise(rows):
        gap = worse.row.index.value - better.row.index.value
        assert worse.ahead is not None
        assert (worse.ahead.place, worse.ahead.gap.value) == (better.row.place, gap)
        assert better.behind is not None
        assert (better.behind.place, better.behind.gap.value) == (worse.row.place, gap)


def test_trajectory_and_runs_equal_the_flow(beijing: Ground) -> None:
    asked = Asked("district", parse_period("2015-12"), months=6, last=3)
    months = [parse_period(f"2015-{m:02d}") for m in range(7, 13)]
    rankings = [
        rank(lake_days(beijing.lake, "district", month, for_period(month)[0])) for month in months
    ]
    found = course(beijing, asked)
    assert found.months == tuple(m.label for m in months)
    for name, ranks in found.ranks.items():
        assert list(ranks) == [int(r.ranks[r.names.index(name)]) or None for r in rankings]
    now, *earlier = rankings[::-1]
    runs = months_among_last(now, earlier, 3)
    page = ranking_page(beijing, asked)
    assert {r.row.place: r.run for r in page.rows} == dict(
        zip(now.names, runs.tolist(), strict=True)
    )
    assert max(runs) > 0


def test_an_unranked_place_says_why_and_has_no_number(beijing: Ground, reader: Client) -> None:
    """In March 2013 the carbon monoxide of some districts lacks days."""
    period = parse_period("2013-03")
    found = rank(lake_days(beijing.lake, "district", period, for_period(period)[0]))
    unranked = [found.names[i] for i in np.flatnonzero(found.ranks == UNRANKED)]
    assert unranked
    page = reader.get("/air/ranking/?period=2013-03&level=district").text
    assert "有效天数不足" in page
    rows = ranking_page(beijing, Asked("district", period)).rows
    assert [r.row.place for r in rows if r.row.rank.value is None] == [
        found.names[i] for i in found.order() if found.ranks[i] == UNRANKED
    ]


def test_hours_of_today_equal_the_evaluation(beijing: Ground, now: datetime) -> None:
    seen = today(beijing, now)
    h = hour_number(seen.at)
    rules = in_force(seen.at.date())
    codes = [s.code for s in seen.stations]
    block = beijing.lake.block(codes, h - HALO_H, h + 1)
    report = hour_report(block, rules, HourlyForm.NETWORK)
    for n, station in enumerate(seen.stations):
        aqi = int(report.index.aqi[n, 0])
        assert station.hour.aqi.value == (None if aqi < 0 else aqi)
        assert station.spark[-1] == station.hour.aqi.value
        assert station.hour.level == report.index.level[n, 0]
    assert any(station.hour.aqi.value for station in seen.stations)
    assert {s.code for s in seen.late} == {s.code for s in seen.stations if s.behind}


def test_a_silent_station_is_late_by_its_hours(beijing: Ground, now: datetime) -> None:
    seen = today(beijing, now)
    for station in seen.late:
        h = hour_number(seen.at)
        gave = beijing.lake.block([station.code], h - 23, h + 1)
        hours = np.flatnonzero((gave[:, 0] != np.iinfo(np.int32).min).any(axis=0))
        assert station.behind == (23 - hours[-1] if hours.size else 24)
    assert seen.late


def test_targets_equal_the_flow(beijing: Ground, reader: Client) -> None:
    expected = targets(beijing.lake)
    page = text_of(reader.get("/air/targets/").text)
    assert len(expected.rows) == 4
    for one in expected.rows:
        assert one.spelled(one.standing.so_far if one.standing else None) in page
        assert one.place in page
    assert "未实现" in page


def test_the_variant_that_no_text_confirmed_is_marked(reader: Client) -> None:
    page = reader.get("/air/ranking/?period=2015-12").text
    assert 'class="unverified"' in page
    assert "指数口径未核实" in page


def test_variants_stand_side_by_side_with_their_own_derivations(
    reader: Client, beijing: Ground
) -> None:
    path = "/air/ranking/?period=2015-12&level=district&index=ranking-2014&index=hj663-2013-C"
    answer = reader.get(path)
    links = {href for _, href in figures(answer.text) if "variant=hj663-2013-C" in href}
    assert len(links) == 8


def test_the_derivation_as_of_an_earlier_sequence_is_that_of_its_data(reader: Client) -> None:
    first = reader.get("/air/why/station/Dongsi/2015-12-01.json?as_of=1").json()
    last = reader.get("/air/why/station/Dongsi/2015-12-01.json").json()
    assert (first["basis"]["sequence"], last["basis"]["sequence"]) == (1, 4)
    assert first["result"] == last["result"] == "AQI 493"


def test_the_derivation_of_an_hour_shows_what_is_stored(reader: Client, beijing: Ground) -> None:
    h = first_hour(day_number(parse_period("2015-12-01").first)) + 13
    value = int(beijing.lake.block(["Dongsi"], h, h + 1)[3, 0, 0])
    page = text_of(reader.get("/air/why/hour/Dongsi/2015-12-01T14").text)
    assert f"{value // 1000} ug/m3" in page
    assert "AQI = max(IAQI)" in page


def test_a_place_among_others_of_its_level_has_its_rank_on_today(
    stand: Callable[[Path], None], two_roots: Path, client_as: Callable[..., Client], now: datetime
) -> None:
    stand(two_roots)
    lake = ground().lake
    rows = [{"station": "2T", "place": "邻县", "level": "county"}]
    enrol_rows(lake, "places", rows)
    held = ground("甲县")
    seen = today(held, now)
    assert held.group.places["county"] == ("甲县", "邻县")
    assert seen.own is not None
    month = seen.month
    expected = rank(lake_days(lake, "county", month, for_period(month)[0]))
    row = expected.names.index("甲县")
    assert seen.own.rank.value == (int(expected.ranks[row]) or None)
    digits = expected.index.index_decimals
    assert seen.own.index.text == f"{expected.index.index[row] / 10**digits:.{digits}f}"
    assert "本月排名" in client_as("headquarters").get("/air/?place=甲县").text
    assert today(ground("北京市"), now).own is None


def test_micro_stations_of_a_crowd_are_dots_and_all_others_keep_their_numbers(
    beijing: Ground, now: datetime
) -> None:
    seen = today(beijing, now)
    grid = enumerate(seen.stations * 5)
    micro = tuple(replace(s, code=f"M{n}", kind="micro") for n, s in grid)
    few = station_map(replace(seen, stations=seen.stations + micro[:10]), [])["points"]
    assert all(p["label"] for p in few)
    many = station_map(replace(seen, stations=seen.stations + micro), [])["points"]
    assert {(p["kind"] == "micro", "label" in p or "shape" in p) for p in many} == {
        (True, False),
        (False, True),
    }
    assert all(p["colour"] and p["title"] for p in many)
