"""The oracle against the texts: worked values, every table row, edges, missing data, ties."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from oracle import reference as ref

# Item, concentration, IAQI under 2012, under 2026: worked by hand from tables 1 and 3.
VECTORS = """
pm25_24h 35 50 50
pm25_24h 36 52 52
pm25_24h 60 82 100
pm25_24h 60.5 82 100
pm25_24h 61.5 84 102
pm25_24h 75 100 114
pm25_24h 76 102 115
pm25_24h 115 150 150
pm25_24h 151 201 201
pm25_24h 500 500 500
pm25_24h 620 500 500
pm10_24h 120 85 100
pm10_24h 121 86 101
pm10_24h 150 100 112
pm10_24h 151 101 112
pm10_24h 601 500 500
so2_24h 151 101 101
so2_24h 500 154 154
so2_1h 800 200 200
so2_1h 801 - 200
no2_24h 81 101 101
co_24h 4.05 100 100
co_24h 4.1 101 101
o3_8h 161 101 101
o3_8h 265 200 200
o3_8h 801 - 300
o3_1h 201 101 101
o3_1h 1201 500 500
"""

# Tables as printed, one row an IAQI: SO2 24h, SO2 1h, NO2 24h, NO2 1h, PM10, CO 24h, CO 1h, O3 1h,
# O3 8h, PM2.5 (the order of the 2012 table).
ITEMS = ["so2_24h", "so2_1h", "no2_24h", "no2_1h", "pm10_24h", "co_24h", "co_1h", "o3_1h", "o3_8h"]
ITEMS.append("pm25_24h")
TABLE_2012 = """
0   0    0   0   0    0   0  0   0    0   0
50  50   150 40  100  50  2  5   160  100 35
100 150  500 80  200  150 4  10  200  160 75
150 475  650 180 700  250 14 35  300  215 115
200 800  800 280 1200 350 24 60  400  265 150
300 1600 -   565 2340 420 36 90  800  800 250
400 2100 -   750 3090 500 48 120 1000 -   350
500 2620 -   940 3840 600 60 150 1200 -   500
"""
TABLE_2026 = TABLE_2012.replace(
    "100 150  500 80  200  150 4  10  200  160 75", "100 150  500 80  200  120 4  10  200  160 60"
)


def rows(text):
    return [line.split() for line in text.strip().splitlines()]


@pytest.mark.parametrize(("item", "value", "old", "new"), rows(VECTORS))
def test_worked_values(item, value, old, new):
    assert ref.iaqi(item, Decimal(value), "2012") == (None if old == "-" else int(old))
    assert ref.iaqi(item, Decimal(value), "2026") == (None if new == "-" else int(new))


@pytest.mark.parametrize(("edition", "table"), [("2012", TABLE_2012), ("2026", TABLE_2026)])
def test_table_rows_and_one_unit_either_side(edition, table):
    checked = 0
    for expected, *limits in rows(table):
        for item, limit in zip(ITEMS, limits, strict=True):
            if limit == "-":
                continue
            unit = Decimal("0.1") if item.startswith("co") else Decimal(1)
            landing = int(expected)
            assert ref.iaqi(item, Decimal(limit), edition) == landing
            if landing > 0:
                below = ref.iaqi(item, Decimal(limit) - unit, edition)
                assert landing - 5 < below <= landing
            above = ref.iaqi(item, Decimal(limit) + unit, edition)
            if landing == 500:
                assert above == 500
            elif (item, landing) in (("so2_1h", 200), ("o3_8h", 300)):
                assert above == {"2012": None, "2026": landing}[edition]
            else:
                assert landing < above < landing + 5
            checked += 1
    assert checked == 75


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        ("0.5", 0, 0),
        ("1.5", 0, 2),
        ("2.5", 0, 2),
        ("2.500001", 0, 3),
        ("4.05", 1, "4.0"),
        ("4.15", 1, "4.2"),
        ("-0.5", 0, 0),
        ("-1.5", 0, -2),
        ("0.125", 2, "0.12"),
    ],
)
def test_half_goes_to_the_even_neighbour(value, decimals, expected):
    assert ref.round_half_even(Decimal(value), decimals) == Fraction(expected)


@given(st.fractions(min_value=-1000, max_value=4000), st.integers(0, 3))
def test_rounding_equals_the_language_s_own(value, decimals):
    assert ref.round_half_even(value, decimals) == round(value, decimals)


def test_a_binary_float_is_refused():
    with pytest.raises(TypeError, match="binary float"):
        ref.round_half_even(2.5, 0)


def test_no_value_and_negative_value_have_no_iaqi():
    assert ref.iaqi("pm25_24h", None, "2012") is None
    assert ref.iaqi("pm25_24h", Decimal(-1), "2012") is None
    assert ref.iaqi("pm25_24h", Decimal("-0.5"), "2012") == 0


@given(st.sampled_from(ITEMS), st.integers(0, 5000), st.sampled_from(["2012", "2026"]))
def test_iaqi_never_falls_as_concentration_rises(item, tenths, edition):
    one, two = (ref.iaqi(item, Decimal(t) / 10, edition) for t in (tenths, tenths + 7))
    assert two is None or one <= two


def day(**hours):
    return ref.daily_values(
        {k: [None if v is None else Decimal(v) for v in h] for k, h in hours.items()}
    )


def test_daily_mean_needs_twenty_hours():
    assert day(so2=[3] * 20 + [None] * 4)["so2_24h"] == 3
    short = day(so2=[3] * 19 + [None] * 5)
    assert short["so2_24h"] is None
    assert short["valid_hours_so2"] == 19
    assert day(no2=[1] * 23 + [2])["no2_24h"] == Fraction(25, 24)


def test_a_day_has_24_hours():
    with pytest.raises(ValueError, match="24 hours"):
        day(so2=[1] * 23)


def test_ozone_windows_end_at_8_to_24():
    ramp = day(o3=range(1, 25))
    assert ramp["valid_windows"] == 17
    assert ramp["o3_mda8"] == Fraction(sum(range(17, 25)), 8)
    assert ramp["o3_max1h"] == 24
    early = day(o3=[800] * 7 + [0] * 17)
    assert early["o3_mda8"] == 700  # the window ending 08, not an earlier partial one


def test_ozone_window_needs_six_hours_of_eight():
    # Hours 01-02 gone: every window still has 6. Hours 01-03 gone: the one ending 08 has 5.
    assert day(o3=[None] * 2 + [10] * 22)["valid_windows"] == 17
    assert day(o3=[None] * 3 + [10] * 21)["valid_windows"] == 16


def test_fewer_windows_count_only_above_the_limit():
    def late(value):  # 11 valid hours from 14:00 on: the windows ending 19 … 24
        return day(o3=[None] * 13 + [value] * 11)

    assert late("160")["valid_windows"] == 6
    assert late("160")["o3_mda8"] is None
    assert late("160.5")["o3_mda8"] is None  # reported as 160
    assert late("160.6")["o3_mda8"] == Fraction("160.6")
    assert late("200")["o3_max1h"] is None
    assert late("201")["o3_max1h"] == 201


def test_fourteen_windows_are_enough_and_thirteen_are_not():
    # Valid from hour n+1 on: windows ending n+6 … 24.
    fourteen, thirteen = (day(o3=[None] * n + [50] * (24 - n)) for n in (5, 6))
    assert (fourteen["valid_windows"], fourteen["o3_mda8"]) == (14, 50)
    assert (thirteen["valid_windows"], thirteen["o3_mda8"]) == (13, None)


CLEAN = {
    "so2_24h": Decimal(5),
    "no2_24h": Decimal(20),
    "pm10_24h": Decimal(30),
    "pm25_24h": Decimal(20),
    "co_24h": Decimal(1),
}
CLEAN |= {"o3_mda8": Decimal(60), "o3_max1h": Decimal(70)}


def test_level_bounds():
    bounds = [0, 50, 51, 100, 101, 150, 151, 200, 201, 300, 301, 500]
    assert [ref.level(a) for a in bounds] == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6]


def test_no_primary_at_fifty_and_one_above():
    assert ref.daily_aqi(CLEAN | {"pm25_24h": Decimal(35)}, "2012")["primary"] == set()
    result = ref.daily_aqi(CLEAN | {"pm25_24h": Decimal(36)}, "2012")
    assert (result["aqi"], result["primary"]) == (52, {"pm25"})


def test_ties_are_primary_together_and_ozone_is_one_pollutant():
    tied = CLEAN | {
        "pm25_24h": Decimal(115),
        "no2_24h": Decimal(180),
        "o3_mda8": Decimal(215),
        "o3_max1h": Decimal(300),
    }
    result = ref.daily_aqi(tied, "2012")
    assert (result["aqi"], result["level"]) == (150, 3)
    assert result["primary"] == result["exceeding"] == {"pm25", "no2", "o3"}


def test_the_one_hour_ozone_maximum_counts_in_2012_only():
    values = CLEAN | {"o3_max1h": Decimal(300)}
    assert ref.daily_aqi(values, "2012")["aqi"] == 150
    assert ref.daily_aqi(values, "2026")["aqi"] == 30


def test_ozone_above_800():
    values = CLEAN | {"o3_mda8": Decimal(801), "o3_max1h": Decimal(900)}
    assert ref.daily_aqi(values, "2012")["iaqi"]["o3_mda8"] is None
    assert ref.daily_aqi(values, "2012")["aqi"] == 350
    assert ref.daily_aqi(values, "2026")["aqi"] == 300


def test_a_missing_pollutant():
    gap = CLEAN | {"pm10_24h": None}
    assert ref.daily_aqi(gap, "2012")["aqi"] == 30
    assert ref.daily_aqi(gap, "2026")["aqi"] is None
    assert ref.daily_aqi(gap, "2026")["level"] is None
    assert ref.daily_aqi(gap, "2026", not_monitored={"pm10"})["aqi"] == 30
    bad = ref.daily_aqi(gap | {"pm25_24h": Decimal(61)}, "2026")
    assert (bad["aqi"], bad["primary"], bad["exceeding"]) == (101, {"pm25"}, {"pm25"})
    exactly = ref.daily_aqi(gap | {"pm25_24h": Decimal(60)}, "2026")
    assert (exactly["aqi"], exactly["primary"]) == (None, set())


def test_nothing_at_all():
    for edition in ("2012", "2026"):
        result = ref.daily_aqi({}, edition)
        assert (result["aqi"], result["level"], result["primary"]) == (None, None, set())


def test_smallest_aqi_is_zero_in_2012_and_one_in_2026():
    zero = dict.fromkeys(CLEAN, Decimal(0))
    assert (ref.daily_aqi(zero, "2012")["aqi"], ref.daily_aqi(zero, "2026")["aqi"]) == (0, 1)


HOUR = {
    "so2": Decimal(10),
    "no2": Decimal(30),
    "pm10": Decimal(60),
    "pm25": Decimal(40),
    "co": Decimal(1),
    "o3": Decimal(50),
}


def test_hour_takes_particles_from_the_daily_column():
    result = ref.hourly_aqi(HOUR, "2012")
    assert result["iaqi"] == {"so2": 4, "no2": 15, "pm10": 55, "pm25": 57, "co": 10, "o3": 16}
    assert (result["aqi"], result["primary"]) == (57, {"pm25"})


def test_hour_with_a_missing_pollutant():
    gap = HOUR | {"so2": None}
    assert ref.hourly_aqi(gap, "2012")["aqi"] == 57
    assert ref.hourly_aqi(gap, "2026")["aqi"] is None


def test_hourly_so2_above_800():
    high = HOUR | {"so2": Decimal(900)}
    assert ref.hourly_aqi(high, "2012", so2_24h=Decimal(475))["aqi"] == 150
    assert ref.hourly_aqi(high, "2012")["iaqi"]["so2"] is None
    assert ref.hourly_aqi(high, "2026")["aqi"] == 200
    # At 800 the 24-hour mean is not asked.
    assert (
        ref.hourly_aqi(HOUR | {"so2": Decimal("800.5")}, "2012", so2_24h=Decimal(5))["aqi"] == 200
    )


def test_sliding_form_of_2012():
    sliding = HOUR | {"pm10_24h": Decimal(150), "pm25_24h": Decimal(76), "o3_8h": Decimal(265)}
    result = ref.hourly_aqi(sliding, "2012", form="sliding")
    assert [result["iaqi"][p] for p in ("pm10", "pm25", "o3")] == [100, 102, 200]
    with pytest.raises(ValueError, match="no form"):
        ref.hourly_aqi(sliding, "2026", form="sliding")


@pytest.mark.parametrize(
    ("values", "p", "expected"),
    [
        (range(1, 11), 90, "9.1"),
        (range(1, 366), 98, "357.72"),
        (range(1, 366), 95, "346.8"),
        (range(1, 366), 90, "328.6"),
        (range(1, 32), 95, "29.5"),
        ([12, 15, 20, 33, 41, 58, 60], 95, "59.4"),
        ([7], 98, "7"),
        ([60, None, 12, 15, 58, 20, 41, 33], 100, "60"),
    ],
)
def test_percentile(values, p, expected):
    assert ref.percentile(values, p) == Fraction(expected)


def test_percentile_of_shuffled_values_is_the_same():
    shuffled = [1 + 7 * n % 365 for n in range(365)]
    assert ref.percentile(shuffled, 98) == Fraction("357.72")
    assert ref.percentile([], 98) is None


def test_period_statistics_round_half_to_even():
    days = [
        {"so2_24h": Decimal(2), "co_24h": Decimal("1.0")},
        {"so2_24h": Decimal(3), "co_24h": Decimal("1.1")},
        {},
    ]
    stats = ref.period_statistics(days)
    assert (stats["so2_mean"], stats["co_mean"]) == (2, 1)
    assert (stats["so2_p98"], stats["co_p95"]) == (3, Fraction("1.1"))
    assert stats["o3_p90"] is None


AT_LIMITS = {"so2_mean": 60, "no2_mean": 40, "pm10_mean": 70, "pm25_mean": 35}
AT_LIMITS |= {"co_p95": 4, "o3_p90": 160, "so2_p98": 0, "no2_p98": 0, "pm10_p95": 0, "pm25_p95": 0}


def test_index_at_the_limits():
    expected = {
        "ranking-2014": 6,
        "hj663-2013-C": 6,
        "old-limits-equal-weights": 6,
        "old-limits-new-weights": 10,
        "new-limits-equal-weights": Fraction("6.333"),
        "new-limits-new-weights": Fraction("10.667"),
    }
    for variant, index in expected.items():
        assert ref.composite_index(AT_LIMITS, variant)["index"] == index


def test_index_takes_the_greater_of_mean_and_percentile_in_appendix_c():
    stats = AT_LIMITS | {"pm25_p95": 150, "so2_p98": 75}
    result = ref.composite_index(stats, "hj663-2013-C")
    assert (result["single"]["pm25"], result["single"]["so2"]) == (2, 1)
    assert (result["index"], result["index_max"]) == (7, 2)
    assert ref.composite_index(stats, "ranking-2014")["index"] == 6


def test_index_rounds_concentrations_first_and_singles_never():
    stats = dict.fromkeys(AT_LIMITS, 0) | {"pm25_mean": Decimal("34.5"), "no2_mean": Decimal(1)}
    result = ref.composite_index(stats, "ranking-2014")
    assert result["single"]["pm25"] == Fraction(34, 35)
    assert result["sum"] == Fraction(34, 35) + Fraction(
        1, 40
    )  # 0.99643: rounded singles would give 0.97 + 0.02
    assert result["index"] == Fraction("1")
    assert result["index_max"] == Fraction("0.97")


def test_index_needs_all_six():
    result = ref.composite_index(AT_LIMITS | {"o3_p90": None}, "ranking-2014")
    assert (result["index"], result["index_max"]) == (None, None)
    assert result["single"]["co"] == 1


def test_equal_indices_share_a_rank():
    values = [Fraction("4.20"), Fraction("3.10"), None, Fraction("4.20"), Fraction("5.00")]
    assert ref.competition_rank(values) == [2, 1, None, 2, 4]
