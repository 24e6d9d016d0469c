"""Place days against an exact mean of the stations: background, dates, share of valid stations."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lantian.evaluate.place import Member, PlaceDays, place_days
from lantian.rules.ruleset import rule_set
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import DAY_ITEMS

OLD, NEW = rule_set("HJ633-2012"), rule_set("HJ633-2026")
STATIONS = ("1A", "2A", "3A", "4A", "5A")
DAY0 = 18_000
CELLS = st.one_of(st.just(MISSING), st.integers(0, 400).map(lambda n: n * 1000))
VALUES = hnp.arrays(np.int32, (7, 5, 6), elements=CELLS)
MEMBERS = st.lists(
    st.builds(
        lambda place, station, first, length, background: Member(
            place, station, DAY0 + first, DAY0 + first + length, background
        ),
        st.sampled_from(["甲市", "乙县"]),
        st.sampled_from([*STATIONS, "9Z"]),
        st.integers(-3, 5),
        st.integers(0, 9),
        st.booleans(),
    ),
    min_size=1,
    max_size=9,
    unique_by=lambda m: (m.place, m.station),
)


def exact_mean(values, members, place, item, day) -> tuple[Fraction | None, int]:
    """Mean of the counted stations of a place, and how many count."""
    held, counted = [], 0
    for m in members:
        if m.place != place or m.background or m.station not in STATIONS:
            continue
        own = values[:, STATIONS.index(m.station)]
        if (own == MISSING).all() or not m.first <= DAY0 + day <= m.last:
            continue
        counted += 1
        if own[item, day] != MISSING:
            held.append(int(own[item, day]))
    enough = held and Fraction(len(held), counted) >= Fraction(3, 4)
    return (Fraction(sum(held), 1000 * len(held)) if enough else None), counted


@given(VALUES, MEMBERS, st.sampled_from([OLD, NEW]))
def test_each_place_day_is_the_exact_mean_of_its_stations(values, members, rules):
    found = place_days(values, STATIONS, DAY0, members, rules)
    assert set(found.places) == {m.place for m in members}
    digits = rules.evaluation.clause
    for p, place in enumerate(found.places):
        for i, item in enumerate(DAY_ITEMS):
            co = item.key == "co"
            for d in range(6):
                mean, counted = exact_mean(values, members, place, i, d)
                assert found.members[p, d] == counted
                for block, decimals in (
                    (found.reported, 1 if co else 0),
                    (found.values, digits.day_decimals_mgm3 if co else digits.day_decimals_ugm3),
                ):
                    # Python rounds a Fraction half to even, exactly.
                    expected = MISSING if mean is None else round(mean, decimals) * 1000
                    assert block[i, p, d] == expected


def two(values: list[int | None], members: list[Member]) -> PlaceDays:
    """One day of PM2.5 of as many stations as there are values, in whole ug/m3."""
    block = np.full((7, len(values), 1), MISSING, np.int32)
    block[3, :, 0] = [MISSING if v is None else v * 1000 for v in values]
    block[0, :, 0] = 5_000  # every station is in operation
    return place_days(block, STATIONS[: len(values)], DAY0, members, OLD)


def of(place: str, *stations: str, background: bool = False) -> list[Member]:
    return [Member(place, s, DAY0 - 9, DAY0 + 9, background) for s in stations]


def test_a_tie_between_two_stations_goes_to_the_even_value():
    assert two([60, 61], of("甲", "1A", "2A")).values[3, 0, 0] == 60_000
    assert two([61, 62], of("甲", "1A", "2A")).values[3, 0, 0] == 62_000


def test_a_background_point_is_left_out():
    members = [*of("甲", "1A"), *of("甲", "2A", background=True)]
    found = two([60, 20], members)
    assert (found.values[3, 0, 0], found.members[0, 0]) == (60_000, 1)


@pytest.mark.parametrize(
    ("values", "valid"),
    [([60, 60, 60, None], True), ([60, 60, None, None], False), ([60, 60, None], False)],
)
def test_three_stations_in_four_must_be_valid(values, valid):
    found = two(values, of("甲", *STATIONS[: len(values)]))
    assert (int(found.values[3, 0, 0]) != MISSING) is valid


def test_a_place_of_background_points_alone_has_no_day():
    found = two([60], of("甲", "1A", background=True))
    assert found.values[3, 0, 0] == MISSING


def test_a_station_counts_in_two_places_and_only_while_it_belongs():
    moved = [Member("甲", "1A", DAY0 - 9, DAY0 - 1), Member("乙", "1A", DAY0, DAY0 + 9)]
    found = two([60], [*moved, *of("丙", "1A")])
    assert found.values[3, :, 0].tolist() == [MISSING, 60_000, 60_000]


def test_a_place_day_does_not_hang_on_the_cut_of_the_period():
    # 2A works in June only; May has to be judged alike, alone or with June behind it.
    first = 18_017  # 2019-05-01
    values = np.full((7, 2, 61), 10_000, np.int32)
    values[:, 1, :31] = MISSING
    members = [Member("甲市", station, 0, 99_999) for station in ("1A", "2A")]
    both = place_days(values, ("1A", "2A"), first, members, OLD)
    may = place_days(values[:, :, :31], ("1A", "2A"), first, members, OLD)
    assert both.members[0].tolist() == [1] * 31 + [2] * 30
    assert (both.values[:, :, :31] == may.values).all()
