"""Layouts: found by themselves, or asked for and not met."""

from datetime import date

import pytest

from lantian.errors import BadFile, BadRequest
from lantian.lake.readers import LAYOUTS
from lantian.terms.hour import day_number, first_hour


def test_the_names_of_layouts() -> None:
    assert LAYOUTS == ("auto", "cnemc-sites", "cnemc-live", "prsa", "wide", "long")


@pytest.mark.parametrize(
    "header",
    [
        "a,b,c",
        "time,SO2,NO2",
        "site,SO2,NO2",
        "time,site",
        "time,site,AQI",
        "year,month,site,SO2",
        "time,site,dewp",
    ],
)
def test_an_unknown_layout_names_the_columns_seen(reading, header: str) -> None:
    with pytest.raises(BadFile, match=f"{header.replace(',', ', ')}.*known: time"):
        reading(f"{header}\n1,2,3\n")


def test_a_table_that_is_both_wide_and_long_is_not_guessed(reading) -> None:
    with pytest.raises(BadFile, match="both wide and long"):
        reading("time,site,pollutant,value,SO2\n2019060101,A,CO,1,2\n")


def test_an_unknown_column_is_named_and_stops_the_load(reading) -> None:
    with pytest.raises(BadFile, match="unknown column '浊度'"):
        reading("time,site,SO2,浊度\n2019060101,A,1,2\n")


@pytest.mark.parametrize("layout", ["cnemc-sites", "long"])
def test_a_layout_that_is_asked_for_must_fit(reading, layout: str) -> None:
    with pytest.raises(BadFile, match=f"not the layout {layout}"):
        reading("time,site,SO2\n2019060101,A,1\n", layout=layout)
    with pytest.raises(BadFile, match="not the layout wide"):
        reading("time,site,pollutant,value\n2019060101,A,CO,1\n", layout="wide")


def test_no_such_layout(reading) -> None:
    with pytest.raises(BadRequest, match="one of: auto"):
        reading("time,site,SO2\n", layout="tall")


PRSA = (
    '"No","year","month","day","hour","PM2.5","PM10","SO2","NO2","CO","O3","TEMP","PRES","DEWP",'
    '"RAIN","wd","WSPM","station"\n'
    '1,2013,3,1,0,4,4,4,7,300,77,-0.7,1023,-18.8,0,"NNW",4.4,"Aotizhongxin"\n'
    '2,2013,3,1,1,8,8,4,7,NA,77,-1.1,1023.2,-18.2,0,"N",4.7,"Aotizhongxin"\n'
)


@pytest.mark.parametrize("layout", ["auto", "prsa"])
def test_the_beijing_csv_declares_co_in_micrograms(reading, as_dict, layout: str) -> None:
    found = reading(PRSA, layout=layout)
    midnight = first_hour(day_number(date(2013, 3, 1))) - 1
    assert as_dict(found.rows)["Aotizhongxin", found.rows.h[0]]["co"] == 300
    assert found.rows.h.tolist() == [midnight, midnight + 1]
    assert found.weather.values[:, 0].tolist() == [4_400, 337_500, -700, 24_009, 1_023_000, 0]
    assert found.refused == ()
