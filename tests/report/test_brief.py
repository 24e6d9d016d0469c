"""The morning brief: plain short lines with every figure, in both languages."""

import re
from dataclasses import fields, replace
from datetime import date

import pytest

from lantian.report.brief import Brief, Named, NamedComparison, Neighbour, Standing, brief_text
from lantian.report.bulletin import Compared
from lantian.report.figure import DataState, Stamp
from lantian.report.language import Language
from lantian.terms.mark import MISSING

STAMP = Stamp(DataState.REALTIME, "HJ633-2012", False)


def compared(now, change):
    return Compared(
        STAMP.number(now, 0, "ug/m3", "n"),
        STAMP.number(1000, 0, "ug/m3", "b"),
        STAMP.change(change, 1, "%", "c"),
    )


@pytest.fixture(params=list(Language), ids=str)
def brief(request):
    lang = request.param
    return Brief(
        place=lang.of("朝阳区", "Chaoyang"),
        day=date(2015, 12, 8),
        aqi=STAMP.count(273, "", "aqi"),
        level=lang.of("重度污染", "heavy pollution"),
        primary=("PM2.5",),
        values=(Named("PM2.5", STAMP.count(223, "ug/m3", "v")),),
        good_days=STAMP.count(2, "d", "g"),
        elapsed_days=STAMP.count(8, "d", "e"),
        month=(NamedComparison("PM2.5", compared(154_000, 35_100)),),
        standing=Standing(
            STAMP.count(8, "", "r"),
            STAMP.count(12, "", "o"),
            Neighbour(lang.of("海淀区", "Haidian"), STAMP.number(120, 2, "", "u")),
            Neighbour(lang.of("丰台区", "Fengtai"), STAMP.number(80, 2, "", "d")),
        ),
        targets=(lang.of("剩余日均值不得高于60 μg/m³", "the rest may average 60 μg/m³"),),
        drivers=(lang.of("静稳高湿", "calm and damp"),),
        notices=(lang.of("演示数据", "Demonstration"),),
        state=DataState.REALTIME,
        rules="HJ633-2012",
        basis="7",
        lang=lang,
    )


def test_everything_is_said(brief):
    text = brief_text(brief)
    for part in ("273", "223", "154", "35.1%", "0.12", "0.08", "HJ633-2012", brief.level):
        assert part in text
    for part in (*brief.targets, *brief.drivers, *brief.notices):
        assert part in text
    assert brief.lang.of("未核实", "not verified") in text
    assert brief.state.label(brief.lang) in text


def test_lines_are_short_and_plain(brief):
    lines = brief_text(brief).splitlines()
    assert all(0 < len(line) <= 90 for line in lines)
    assert not re.search(r"[*#`_<>|]", "".join(lines).replace("HJ633-2012", ""))


def test_english_is_wholly_english(brief):
    found = re.search(r"[一-鿿]", brief_text(brief))
    assert (found is None) == (brief.lang is Language.EN)


def test_no_aqi_and_no_rank_say_why(brief):
    reason = brief.lang.of("有效天数不足", "too few valid days")
    standing = replace(
        brief.standing, rank=STAMP.count(MISSING, "", "r"), ahead=None, behind=None, reason=reason
    )
    text = brief_text(
        replace(brief, aqi=STAMP.count(MISSING, "", "aqi"), primary=(), standing=standing)
    )
    assert reason in text
    assert brief.lang.of("有效数据不足", "too few valid data") in text
    assert "—" not in text


def test_ties_with_neighbours_are_said(brief):
    tie = Neighbour("X", STAMP.number(0, 2, "", "u"))
    text = brief_text(replace(brief, standing=replace(brief.standing, ahead=tie)))
    assert brief.lang.of("与X并列", "tied with X") in text


def test_optional_parts_leave_no_empty_line(brief):
    text = brief_text(replace(brief, values=(), month=(), targets=(), drivers=(), notices=()))
    assert "" not in text.splitlines()
    assert len(text.splitlines()) == 5


def test_every_field_matters(brief):
    changed = {
        "place": "X", "day": date(2016, 1, 1), "aqi": STAMP.count(5, "", "q"), "level": "L",
        "primary": ("O3",), "values": (), "good_days": STAMP.count(7, "d", "q"),
        "elapsed_days": STAMP.count(9, "d", "q"), "month": (), "targets": (), "drivers": (),
        "standing": replace(brief.standing, ahead=None), "notices": (), "rules": "R",
        "state": DataState.AUDITED, "basis": "B",
        "lang": Language.EN if brief.lang is Language.ZH else Language.ZH,
    }  # fmt: skip
    assert set(changed) == {f.name for f in fields(Brief)}
    for name, value in changed.items():
        assert brief_text(replace(brief, **{name: value})) != brief_text(brief), name
