"""On each day exactly one entry holds, and the sets bundle what holds together."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.errors import BadRequest, NoRuleInForce
from lantian.rules.book import national_shelf
from lantian.rules.ruleset import (
    for_period,
    in_force,
    index_limits,
    index_names,
    index_variant,
    rule_set,
    set_names,
)
from lantian.terms.period import parse_period

#: Books whose items follow one another without a gap from the first day of the national index.
TIMELINES = ("aqi", "ambient-limits", "completeness", "evaluation", "levels", "plausible", "sets")
ITEMS = sorted(
    {(name, entry.item) for name in TIMELINES for entry in national_shelf()[name].entries}
)
DAYS = st.dates(date(2016, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(("name", "item"), ITEMS, ids=[" ".join(i) for i in ITEMS])
@given(day=DAYS)
def test_exactly_one_entry_holds_on_each_day(name: str, item: str, day: date) -> None:
    book = national_shelf()[name]
    holding = [e for e in book.entries if e.item == item and e.covers(day)]
    assert len(holding) == 1
    assert book.at(day, item) is holding[0]


@given(day=DAYS)
def test_the_set_in_force_holds_what_holds(day: date) -> None:
    rules = in_force(day)
    assert rules.day == day
    assert rules.adoption is None
    assert all(entry.covers(day) for entry in rules.entries())
    start = rule_set(rules.name)
    assert rules.aqi is start.aqi
    assert rules.evaluation is start.evaluation


@given(day=st.dates(date(2013, 1, 1), date(2015, 12, 31)))
def test_days_before_2016_rest_on_the_adoption(day: date) -> None:
    rules = in_force(day)
    assert rules.name == "HJ633-2012"
    assert rules.adoption is not None
    assert rules.adoption.covers(day)
    assert rules.adoption in rules.entries()
    assert rules.digest != rule_set("HJ633-2012").digest


@pytest.mark.parametrize(
    ("group", "first"),
    [
        ("key-2012", date(2013, 1, 1)),
        ("key-2013", date(2014, 1, 1)),
        ("prefecture-2015", date(2015, 1, 1)),
    ],
)
def test_each_group_adopts_on_its_day(group: str, first: date) -> None:
    adopted = in_force(first, group=group).adoption
    assert adopted is not None
    assert adopted.id == group
    with pytest.raises(NoRuleInForce, match=group):
        in_force(first - timedelta(days=1), group=group)


@pytest.mark.parametrize(
    ("day", "name", "limits"),
    [
        (date(2016, 1, 1), "HJ633-2012", "GB3095-2012"),
        (date(2018, 8, 31), "HJ633-2012", "GB3095-2012"),
        (date(2018, 9, 1), "HJ633-2012", "GB3095-2012-A1"),
        (date(2026, 2, 28), "HJ633-2012", "GB3095-2012-A1"),
        (date(2026, 3, 1), "HJ633-2026", "GB3095-2026-transition"),
        (date(2030, 12, 31), "HJ633-2026", "GB3095-2026-transition"),
        (date(2031, 1, 1), "HJ633-2026-final", "GB3095-2026-final"),
    ],
)
def test_the_days_of_change(day: date, name: str, limits: str) -> None:
    rules = in_force(day)
    assert (rules.name, rules.limits.id) == (name, limits)


def test_the_digest_tells_clauses_apart_and_not_days() -> None:
    assert in_force(date(2019, 6, 1)).digest == in_force(date(2020, 6, 1)).digest
    different = {rule_set(name).digest for name in set_names()}
    different |= {in_force(date(2019, 6, 1)).digest, in_force(date(2014, 6, 1)).digest}
    assert len(different) == 5


def test_an_unknown_set_is_refused() -> None:
    with pytest.raises(BadRequest, match="HJ633-2026-final"):
        rule_set("HJ633-2016")


@pytest.mark.parametrize(
    ("period", "crossed"),
    [
        ("2019", []),
        ("2018", ["2018-09-01"]),
        ("2018-09", []),
        ("2026", ["2026-03-01"]),
        ("2018-01-01..2031-01-01", ["2018-09-01", "2026-03-01", "2031-01-01"]),
    ],
)
def test_a_period_says_what_it_crosses(period: str, crossed: list[str]) -> None:
    chosen, said = for_period(parse_period(period))
    assert chosen.day == parse_period(period).last
    assert len(said) == len(crossed)
    for sentence, day in zip(said, crossed, strict=True):
        assert sentence.count(day) == 2
        assert sentence.count(chosen.name) == 2


def test_a_period_may_be_judged_by_a_named_set() -> None:
    chosen, said = for_period(parse_period("2015"), "HJ633-2026")
    assert chosen.name == "HJ633-2026"
    assert said == []


def test_every_name_that_a_book_cites_is_there() -> None:
    shelf = national_shelf()
    for name in index_names():
        assert index_limits(index_variant(name)).book == "ambient-limits"
    assert {e.clause.default_index for e in shelf["evaluation"].entries} <= set(index_names())
    assert {e.clause.edition for e in shelf["adoption"].entries} <= set(set_names())
    assert {e.id for e in shelf["sets"].entries} == set(set_names())


@pytest.mark.parametrize(
    ("rules", "limits"),
    [
        ("HJ633-2012", "GB3095-2012-A1"),
        ("HJ633-2026", "GB3095-2026-transition"),
        ("HJ633-2026-final", "GB3095-2026-final"),
    ],
)
def test_the_default_index_divides_by_the_limits_of_its_set(rules: str, limits: str) -> None:
    default = index_variant(rule_set(rules).evaluation.clause.default_index)
    assert index_limits(default).id == limits


def test_an_unknown_index_is_refused() -> None:
    with pytest.raises(BadRequest, match="ranking-2014"):
        index_variant("ranking-2016")
