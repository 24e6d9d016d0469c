"""Texts for a chat group, rules, and quality: what they say is what the flows and books say."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from django.test import Client

from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.rule_books import changes
from lantian.flows.add import add_files
from lantian.flows.brief import brief_of
from lantian.flows.grounds import shelf_of
from lantian.lake.store import Lake
from lantian.report.brief import brief_text
from lantian.report.language import Language
from lantian.rules.ruleset import in_force
from lantian.terms.hour import day_number, first_hour
from lantian.terms.mark import MISSING, Source

type Stand = Callable[[Path], None]


def test_the_message_of_today_is_the_brief_of_the_last_whole_day(
    reader: Client, beijing: Ground
) -> None:
    expected = brief_of(
        beijing.lake,
        date(2017, 2, 27),
        lang=Language.ZH,
        shelf=shelf_of(beijing.lake),
        place="北京市",
    )
    assert reader.get("/air/today.txt").text == brief_text(expected)


def test_the_message_of_a_place_is_of_the_day_asked_for(reader: Client) -> None:
    text = reader.get("/air/place/朝阳区.txt?period=2015-12-20&lang=en").text
    assert text.startswith("朝阳区 air quality, 20 December 2015")


def test_the_message_of_a_ranking_has_a_line_for_each_place_and_its_source(
    reader: Client,
) -> None:
    lines = reader.get("/air/ranking.txt?period=2015-12&level=district").text.splitlines()
    assert lines[0] == "【2015年12月排名】城市排名综合指数（2014）"
    assert lines[1].startswith("1. 怀柔区 8.64（PM2.5 127 μg/m³，同比+85.0%）")
    assert len(lines) == 1 + 8 + 2
    assert "未核实" in lines[-2]
    assert lines[-1].startswith("依据：seq=4;")


def test_the_message_of_targets_has_their_sentences(reader: Client) -> None:
    text = reader.get("/air/targets.txt").text
    assert "北京市2015年优良天数目标190天：时段已结束，结果184天，未实现" in text


def test_rules_are_cited_and_unverified_ones_marked(reader: Client) -> None:
    page = reader.get("/air/rules/?on=2015-12-01").text
    assert "HJ633-2012" in page
    assert "提前实施" in page
    chosen = in_force(date(2015, 12, 1))
    for entry in chosen.entries():
        assert entry.source in page.replace("&#x27;", "'")
    book = reader.get("/air/rules/composite-index/").text
    assert book.count(">未核实<") == 7


def test_what_changed_in_march_2026_is_listed_value_by_value(
    reader: Client, beijing: Ground
) -> None:
    before, after, found = changes(beijing.shelf, date(2026, 2, 28), date(2026, 3, 1))
    assert (before.name, after.name) == ("HJ633-2012", "HJ633-2026")
    page = reader.get("/air/rules/changes/").text
    limits = next(c for c in found if c.book == "ambient-limits")
    year = next(row for row in limits.values if "PM2.5 year" in row[0])
    assert year == ("limit[PM2.5 year]", "15 / 35 ug/m3", "10 / 30 ug/m3") or "35" in year[1]
    for _, old, new in limits.values:
        assert f"<del>{old}</del>" in page or not old
        assert f"<ins>{new}</ins>" in page or not new
    same = reader.get("/air/rules/changes/?from=2019-01-01&to=2019-01-02").text
    assert "两日之间无变化" in same


def test_capture_rates_are_the_share_of_hours_with_a_value(reader: Client, beijing: Ground) -> None:
    start = first_hour(day_number(date(2015, 10, 1)))
    block = beijing.lake.block(["Changping"], start, start + 31 * 24)
    shares = (100 * (block[:, 0] != MISSING).mean(axis=1)).tolist()
    text = reader.get("/air/quality.csv?period=2015-10").content.decode("utf-8-sig")
    line = next(one for one in text.splitlines() if one.startswith("Changping"))
    assert [float(cell) for cell in line.split(",")[3:]] == pytest.approx(shares, abs=0.06)
    page = reader.get("/air/quality/?period=2015-10").text
    assert "2015-10-07 18:00" in page
    assert np.round(shares[0], 1) < 95


def test_corrections_and_refusals_are_listed_with_their_reason(
    stand: Stand, beijing_folder: Path, client_as: Callable[..., Client], tmp_path: Path
) -> None:
    if not (beijing_folder / "lake.sqlite").exists():
        pytest.skip("a lake in PostgreSQL is not copied")
    folder, hours = tmp_path / "beijing", tmp_path / "later.csv"
    shutil.copytree(beijing_folder, folder)
    hours.write_text(
        "station,time,pm25\nWanliu,2015-12-05 12:00,33\nWanliu,2015-12-05 13:00,99999\n",
        encoding="utf-8",
    )
    with Lake.open(folder) as lake:
        add_files(lake, [hours], progress=print, origin=Source.AUDITED_FILE)
    stand(folder)
    page = client_as("headquarters").get("/air/quality/?period=2015-12").text
    assert "later.csv" in page
    assert "99999" in page
    assert "更正记录" in page
    assert "待更新站日</dt><dd>1<" in page.replace("\n", "")
