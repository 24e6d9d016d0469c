"""Names of pollutants: each spelling leads to one, no other name to any."""

import pytest

from lantian.terms.pollutant import DAY_ITEMS, PERIOD_ITEMS, POLLUTANTS, Pollutant, pollutant


@pytest.mark.parametrize("one", POLLUTANTS, ids=lambda p: p.key)
def test_symbol_and_key_are_found_in_any_case(one: Pollutant) -> None:
    for name in (one.symbol, one.key, one.symbol.lower(), one.key.upper()):
        assert pollutant(name) is one


@pytest.mark.parametrize("name", ["", "NO", "NOx", "PM1", "PM", "PM2", "O", "TSP", "co_mgm3"])
def test_another_name_is_none(name: str) -> None:
    assert pollutant(name) is None


def test_the_order_of_blocks() -> None:
    assert [p.symbol for p in POLLUTANTS] == ["SO2", "NO2", "PM10", "PM2.5", "CO", "O3"]
    assert [item.pollutant for item in PERIOD_ITEMS] == list(POLLUTANTS)
    assert DAY_ITEMS[6].key == "o3_max1h"
    assert len({p.column for p in POLLUTANTS} | {i.column for i in DAY_ITEMS}) == 8


def test_columns_carry_the_unit() -> None:
    for thing in (*POLLUTANTS, *(item.pollutant for item in DAY_ITEMS)):
        assert thing.column.endswith("_mgm3" if thing.symbol == "CO" else "_ugm3")
