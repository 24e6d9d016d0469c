"""Headers: what is known, what is named, what two columns may not both mean."""

import tomllib
from pathlib import Path

import pytest

from lantian.errors import BadFile
from lantian.lake.readers import columns
from lantian.lake.readers.columns import demand_clear, fold, heading, headings
from lantian.lake.rows import HOUR, WEATHER

TABLE = tomllib.loads(Path(columns.__file__).with_name("columns.toml").read_text("utf-8"))


def test_no_spelling_stands_for_two_things() -> None:
    groups = {
        **{f"stamp {k}": v for k, v in TABLE["stamp"].items()},
        **{f"station {k}": v for k, v in TABLE["station"].items()},
        **{f"pollutant {k}": v for k, v in TABLE["pollutant"].items()},
        **{f"weather {k}": v["names"] for k, v in TABLE["weather"].items()},
        **{f"long {k}": v for k, v in TABLE["long"].items()},
        "unused": TABLE["unused"]["names"],
    }
    seen: dict[str, str] = {}
    for group, names in groups.items():
        for name in names:
            assert seen.setdefault(fold(name), group) == group, name


def test_every_item_of_the_store_has_a_column() -> None:
    assert set(TABLE["pollutant"]) == set(HOUR.columns)
    assert set(WEATHER.columns) <= set(TABLE["weather"])


@pytest.mark.parametrize(
    ("name", "role", "unit"),
    [
        ("PM2.5", "pm25", ""),
        ("PM2_5", "pm25", ""),
        ("pm25", "pm25", ""),
        ("细颗粒物", "pm25", ""),
        ("细颗粒物（PM2.5）", "pm25", ""),
        ("PM2.5(μg/m³)", "pm25", "ugm3"),
        ("PM2.5 (µg/m3)", "pm25", "ugm3"),
        ("PM₂.₅", "pm25", ""),
        ("PM10浓度（微克/立方米）", "pm10", "ugm3"),
        ("PM10小时浓度", "pm10", ""),
        ("CO（mg/m³）", "co", "mgm3"),
        ("CO_ugm3", "co", "ugm3"),
        ("一氧化碳", "co", ""),
        ("O₃1小时平均（μg/m³）", "o3", "ugm3"),
        ("臭氧(ppb)", "o3", "other"),
        ("so2_ugm3", "so2", "ugm3"),
        ("监测时间", "time", ""),
        ("站点编码", "code", ""),
        ("Station Name", "name", ""),
        ("气温(℃)", "temp_c", "c"),
        ("风速（m/s）", "wind_ms", "ms"),
        ("气压 hPa", "pressure_hpa", "hpa"),
    ],
)
def test_usual_spellings(name: str, role: str, unit: str) -> None:
    found = heading(0, name)
    assert found is not None
    assert (found.role, found.unit) == (role, unit)


@pytest.mark.parametrize(
    "name",
    ["AQI", "PM2.5_24h", "O3_8h", "O3_8h_24h", "pm2_5_24h", "CO_24h", "首要污染物", "空气质量指数",
     "臭氧8小时滑动平均", "PM10_IAQI", "细颗粒物(PM2.5)24小时滑动平均(μg/m³)", "NO", "经度", "",
     "pm2_5_24h_mark", "IAQI_O3_8h"],
)  # fmt: skip
def test_published_means_and_indices_are_known_and_left_out(name: str) -> None:
    found = heading(0, name)
    assert found is not None
    assert found.group == "unused"


@pytest.mark.parametrize("name", ["PM7", "PM1.0x", "浊度", "so2x", "O3_7h", "PM", "SO2(kg)"])
def test_what_is_not_declared_is_not_guessed(name: str) -> None:
    assert heading(0, name) is None


def test_pm1_is_not_pm10() -> None:
    found = heading(0, "PM1.0")
    assert found is not None
    assert found.group == "unused"


def test_unknown_columns_are_named_with_what_is_known() -> None:
    with pytest.raises(BadFile, match=r"'浊度', 'PM7'.*PM2\.5"):
        demand_clear(headings(["time", "浊度", "PM7"]), "a.csv")


def test_two_columns_of_one_meaning_are_refused() -> None:
    with pytest.raises(BadFile, match=r"'PM2\.5' .* 'pm25' both mean pm25"):
        demand_clear(headings(["PM2.5", "pm25"]), "a.csv")


def test_a_column_of_marks_belongs_to_its_pollutant() -> None:
    found = heading(3, "PM2.5_flag")
    assert found is not None
    assert (found.group, found.role) == ("mark", "pm25")
