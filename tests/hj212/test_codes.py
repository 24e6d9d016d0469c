"""Codes: all that the standard's tables list, with source, and what no text confirmed."""

import re

import pytest

from lantian.hj212.codes import (
    Kind,
    Way,
    answers,
    commands,
    data_flag,
    data_flags,
    factor,
    factors,
    results,
    systems,
)
from lantian.terms.pollutant import POLLUTANTS

#: Table 9 of HJ 212-2017: codes from platform to device, and from device to platform.
DOWN = (
    "1000 1011 1012 1061 1062 1063 1064 1072 2011 2012 2021 2022 2031 2041 2051 2061 3011 3012 "
    "3013 3014 3015 3016 3017 3018 3019 3020 3021 9013 9014"
)
UP = (
    "1011 1013 1061 1063 2011 2021 2031 2041 2051 2061 2081 3015 3017 3018 3019 3020 9011 9012 "
    "9013 9014"
)


def test_every_command_of_the_2017_text_is_there() -> None:
    old = [key for key, command in commands().items() if command.year == 2017]
    assert sorted(code for code, way in old if way is Way.DOWN) == DOWN.split()
    assert sorted(code for code, way in old if way is Way.UP) == UP.split()


def test_every_system_of_the_2017_text_is_there() -> None:
    old = [code for code, system in systems().items() if system.year == 2017]
    assert old == [*map(str, [*range(21, 28), *range(31, 40), 41, 51, 52, 91])]


def test_additions_of_2025_are_not_verified() -> None:
    for code in [*commands().values(), *systems().values()]:
        assert code.verified == (code.year == 2017)
    assert {"44", "45"} <= systems().keys()
    assert commands()["9015", Way.UP].kind is Kind.NOTICE


def test_every_code_has_both_names_and_a_source() -> None:
    books = (commands(), systems(), factors(), data_flags(), answers(), results())
    for code in (code for book in books for code in book.values()):
        assert code.zh
        assert code.en.isascii()
        assert re.search(r"HJ (212|524)", code.source)


def test_tables_of_factors_are_whole() -> None:
    counts = [sum(code.startswith(letter) for code in factors()) for letter in "waL"]
    # Tables B.1, B.2 and B.3, and ozone, which B.2 lacks.
    assert counts == [63, 121 + 1, 12]
    processes = [sum(code.startswith(letter) for code in factors()) for letter in "egi"]
    # Tables B.5, B.7 and B.10; e701xx and g119xx are printed twice.
    assert processes == [90 - 1, 55 - 1, 38]


@pytest.mark.parametrize(
    ("code", "zh", "symbol"),
    [
        ("e10101", "进水口流量", "L/s"),
        ("e61499", "SBR 池曝气搅拌时氧化还原电位", "mV"),
        ("g10402", "浆液循环泵电流", "A"),
        ("g13401", "出口湿度", "%"),
        ("i33202", "污水处理站（厂）日耗电量", "kWh"),
        ("i33314", "炉膛内上部焚烧温度", "degC"),
        ("i11001", "运行日志", ""),
        ("g11901", "脱硫率；入口二氧化硫 SO2", ""),
    ],
)
def test_a_code_of_a_process_carries_the_number_of_its_device(
    code: str, zh: str, symbol: str
) -> None:
    found = factor(code)
    assert found is not None
    assert (found.zh, found.symbol) == (zh, symbol)


@pytest.mark.parametrize("code", ["", "1", "xx", "g104", "g104x2", "g99901", "a34004x", "s10001"])
def test_a_makers_own_code_is_no_factor(code: str) -> None:
    assert factor(code) is None


@pytest.mark.parametrize(
    ("code", "zh", "unit", "symbol", "old"),
    [
        ("w00000", "污水", "升/秒", "L/s", "B01"),
        ("w20144", "铅", "毫克/升", "mg/L", ""),
        ("w99001", "有机氮", "毫克/升", "mg/L", "061"),
        ("a00000", "废气", "立方米/秒", "m3/s", "B02"),
        ("a01901", "垃圾焚烧炉膛内焚烧平均温度", "摄氏度", "degC", ""),
        ("a21001", "氨（氨气）", "纳克/立方米", "ng/m3", "10"),
        ("a21026", "二氧化硫", "毫克/立方米", "mg/m3", "02"),
        ("a34002", "可吸入颗粒物 PM10", "纳克/立方米", "ng/m3", ""),
        ("a34004", "细微颗粒物 PM2.5", "纳克/立方米", "ng/m3", ""),
        ("a34011", "降尘", "吨/平方千米•月", "t/(km2 month)", ""),
        ("a99051", "二硫化碳", "毫克/立方米", "mg/m3", "12"),
        ("LA", "A 权声级", "分贝", "dB", ""),
    ],
)
def test_a_factor_is_as_printed(code: str, zh: str, unit: str, symbol: str, old: str) -> None:
    found = factors()[code]
    assert (found.zh, found.unit, found.symbol, found.old) == (zh, unit, symbol, old)
    assert found.verified


def test_old_codes_lead_to_one_factor_each() -> None:
    olds = [found.old for found in factors().values() if found.old]
    assert len(olds) == len(set(olds)) > 60
    for old in olds:
        assert factor(old) is not None
        assert old not in factors()


def test_the_six_pollutants_have_each_one_factor() -> None:
    named = [found.pollutant for found in factors().values() if found.pollutant]
    assert sorted(named) == sorted(pollutant.key for pollutant in POLLUTANTS)


def test_ozone_is_not_in_the_text_and_says_so() -> None:
    ozone = factors()["a05024"]
    assert (ozone.pollutant, ozone.verified) == ("o3", False)


def test_flags_are_read_in_either_case() -> None:
    assert list(data_flags()) == list("NFMSDCTB")
    assert [code for code in "NFMSDCTB" if data_flags()[code].counts] == ["N"]
    assert data_flag("b") == data_flags()["B"]
    assert data_flag("X") is None


def test_answers_and_results_are_numbered_as_printed() -> None:
    assert list(answers()) == [*range(1, 10), 100]
    assert list(results()) == [*range(1, 7), 100]
