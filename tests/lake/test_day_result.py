"""Held days: packed and laid out again without loss, put in place of earlier ones, dropped."""

from dataclasses import fields

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from lantian.lake.day_result import (
    Row,
    drop,
    fetch,
    held,
    lay_rows,
    no_days,
    pack,
    put,
    set_held,
    version,
)
from lantian.lake.stale import bits, month_span
from postgres import BOTH

JUNE = 593
START, LENGTH = month_span(JUNE)


def random_days(stations: int, days: int, seed: int):
    rng = np.random.default_rng(seed)
    found = no_days(stations, days)
    for field in fields(found):
        array = getattr(found, field.name)
        limits = np.iinfo(array.dtype)
        array[:] = rng.integers(limits.min, limits.max, array.shape, endpoint=True)
    return found


@given(st.integers(1, 5), st.integers(0, 2**32), st.integers(-40, 40), st.integers(1, 90))
def test_what_is_packed_is_laid_out_again_where_it_belongs(stations, seed, shift, days):
    months = (JUNE - 1, JUNE, JUNE + 1)
    names = [f"S{n}" for n in range(stations)]
    rows, whole = [], []
    for month in months:
        some = random_days(stations, month_span(month)[1], seed + month)
        packed = pack(some)
        rows += [Row(month, n, 1, "", p) for n, p in zip(names, packed, strict=True)]
        whole.append(some)
    order = names[::-1]
    found = no_days(stations, days)
    lay_rows(rows, order, START + shift, found)
    first = month_span(months[0])[0]
    for field in fields(found):
        line = np.concatenate([getattr(some, field.name) for some in whole], axis=-1)
        expected = np.zeros_like(getattr(found, field.name))
        for d in range(days):
            source = START + shift + d - first
            if 0 <= source < line.shape[-1]:
                expected[..., d] = line[..., ::-1, source]
        np.testing.assert_array_equal(getattr(found, field.name), expected)


def test_a_month_without_a_value_takes_no_room_and_says_nothing():
    packed = pack(no_days(1, LENGTH))
    assert packed == [b""]
    found = random_days(1, LENGTH, 3)
    before = found.total.copy()
    lay_rows([Row(JUNE, "A", 1, "", b"")], ["A"], START, found)
    assert (found.total == before).all()


@BOTH
def test_rows_are_put_in_place_of_earlier_ones_of_the_same_month_and_station(lake):
    def rows(sequence, *stations):
        return [Row(JUNE, s, sequence, "0.1", bytes([sequence, 0, 255])) for s in stations]

    with lake.ledger.write():
        put(lake.ledger, "t", JUNE, rows(1, "A", "B"))
        put(lake.ledger, "u", JUNE, rows(1, "A"))
        put(lake.ledger, "t", JUNE, rows(2, "B", "C"))
        put(lake.ledger, "t", JUNE, [])
    found = fetch(lake.ledger, "t", ["A", "B", "C", "D"], range(JUNE - 1, JUNE + 2))
    assert sorted(found, key=lambda r: r.station) == [*rows(1, "A"), *rows(2, "B", "C")]
    assert fetch(lake.ledger, "t", [], range(JUNE, JUNE + 1)) == []
    assert fetch(lake.ledger, "t", ["A"], range(0)) == []


@BOTH
def test_dropping_forgets_the_days_of_one_kind_of_rules_and_is_seen(lake):
    with lake.ledger.write() as sql:
        for thresholds in ("t", "u"):
            set_held(sql, thresholds, "0.1")
            put(lake.ledger, thresholds, JUNE, [Row(JUNE, "A", 1, "0.1", b"1")])
            put(lake.ledger, thresholds, JUNE + 1, [Row(JUNE + 1, "A", 1, "0.1", b"1")])
    before = version(lake.ledger)
    drop(lake.ledger, "t")
    assert held(lake.ledger) == {"u": "0.1"}
    months = range(JUNE, JUNE + 2)
    assert fetch(lake.ledger, "t", ["A"], months) == []
    assert len(fetch(lake.ledger, "u", ["A"], months)) == 2
    assert version(lake.ledger) != before


def test_every_day_has_its_bit_in_its_month():
    for month in range(500, 700):
        start, length = month_span(month)
        following = np.datetime64(month + 1, "M").astype("datetime64[D]").astype(int)
        assert length == following - start
        assert bits(month, start - 5, start + 40) == (1 << length) - 1
        assert bits(month, start + 3, start + 4) == 0b11000
