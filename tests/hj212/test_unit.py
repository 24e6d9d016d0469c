"""Units: the device's own before the printed one, exact thousandths, plausible ones."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.errors import BadRequest
from lantian.hj212.unit import plausible_units, thousandths, unit_of
from lantian.terms.pollutant import CO, O3, PM25

POWERS = {"ng/m3": -3, "ug/m3": 0, "mg/m3": 3, "g/m3": 6}


def test_a_devices_own_unit_stands_before_the_printed_one() -> None:
    assert unit_of("a34004", {"a34002": "ug/m3"}) == "ng/m3"
    assert unit_of("a34004", {"a34004": "ug/m3"}) == "ug/m3"
    assert unit_of("01", {}) == "mg/m3"
    assert unit_of("PM25", {}) == ""


@pytest.mark.parametrize(
    ("text", "unit", "whole"),
    [
        ("35.2", "ug/m3", 35_200),
        ("0.0352", "mg/m3", 35_200),
        ("35200", "ng/m3", 35_200),
        ("0.0005", "ug/m3", 0),
        ("0.0015", "ug/m3", 2),
        ("0.0025", "ug/m3", 2),
        ("-100", "ug/m3", -100_000),
        ("-0.0015", "ug/m3", -2),
    ],
)
def test_thousandths_are_exact_and_rounded_half_to_even(text: str, unit: str, whole: int) -> None:
    assert thousandths(Decimal(text), unit, PM25) == whole


def test_carbon_monoxide_is_in_milligrams() -> None:
    assert thousandths(Decimal("0.427"), "mg/m3", CO) == 427
    assert thousandths(Decimal("427"), "ug/m3", CO) == 427


@given(st.decimals(-1000, 1000, places=6), st.sampled_from(list(POWERS)))
def test_a_value_is_the_same_in_every_unit(value: Decimal, unit: str) -> None:
    assert thousandths(value, "ug/m3", O3) == thousandths(value.scaleb(-POWERS[unit]), unit, O3)


@pytest.mark.parametrize(("text", "unit"), [("1", "ppb"), ("1e9", "mg/m3"), ("9e99", "ng/m3")])
def test_what_is_no_concentration_is_refused(text: str, unit: str) -> None:
    with pytest.raises(BadRequest):
        thousandths(Decimal(text), unit, PM25)


@given(
    st.lists(st.decimals(5, 300, places=1), min_size=1, max_size=20),
    st.sampled_from(["ng/m3", "ug/m3", "mg/m3"]),
)
def test_the_unit_of_plausible_values_is_found(values: list[Decimal], unit: str) -> None:
    sent = [value.scaleb(-POWERS[unit]) for value in values]
    assert plausible_units(sent, PM25, low=1, high=900) == (unit,)


def test_carbon_monoxide_is_told_in_its_own_unit() -> None:
    assert plausible_units([Decimal("0.4"), Decimal("0.9")], CO, low=0.05, high=40) == ("mg/m3",)


def test_nothing_can_be_told_from_zeros_and_sentinels() -> None:
    assert len(plausible_units([Decimal(0), Decimal(-100)], PM25, low=1, high=900)) == len(POWERS)
    assert plausible_units([Decimal("1e12")], PM25, low=1, high=900) == ()
