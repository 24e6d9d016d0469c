"""A rule set: the entries of all books that hold together on one day, under one name."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from lantian.errors import BadRequest, NoRuleInForce
from lantian.rules.book import Book, Entry, national_shelf
from lantian.rules.clauses import (
    AdoptionClause,
    AqiClause,
    EvaluationClause,
    IndexClause,
    LevelsClause,
    LimitsClause,
    Threshold,
)
from lantian.terms.period import Period

type Shelf = Mapping[str, Book[Any]]

#: The cities that published by HJ 633-2012 first; used for days before 2016 unless said.
FIRST_GROUP: Final = "key-2012"
_THRESHOLDS: Final = (
    "daily-mean",
    "mda8-window",
    "mda8",
    "o3-max1h",
    "sliding-24h",
    "sliding-8h",
    "month",
    "year",
    "other-period",
    "place-day",
)


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All clauses that judge a day or a period, each with its citation.

    Attributes
    ----------
    name : str
        Name of the set, as printed beside every figure.
    day : date
        The day whose entries are bundled.
    adoption : Entry or None
        The early adoption on which a day before 2016 rests.
    digest : str
        Identity of every clause bundled here.
    """

    name: str
    day: date
    aqi: Entry[AqiClause]
    levels: Entry[LevelsClause]
    limits: Entry[LimitsClause]
    evaluation: Entry[EvaluationClause]
    thresholds: Mapping[str, Entry[Threshold]]
    adoption: Entry[AdoptionClause] | None
    digest: str

    def threshold(self, item: str) -> Threshold:
        """Clause on the fewest values of `item`.

        Examples
        --------
        >>> rule_set("HJ633-2012").threshold("mda8").minimum
        14
        """
        return self.thresholds[item].clause

    def entries(self) -> tuple[Entry[Any], ...]:
        """Every entry bundled here, for citation."""
        adoption = () if self.adoption is None else (self.adoption,)
        return (
            *adoption,
            self.aqi,
            self.levels,
            self.limits,
            self.evaluation,
            *self.thresholds.values(),
        )


def _bundle(
    day: date, name: str, shelf: Shelf, adoption: Entry[AdoptionClause] | None = None
) -> RuleSet:
    aqi, levels = shelf["aqi"].at(day), shelf["levels"].at(day)
    limits, evaluation = shelf["ambient-limits"].at(day), shelf["evaluation"].at(day)
    thresholds = {item: shelf["completeness"].at(day, item) for item in _THRESHOLDS}
    parts = [aqi, levels, limits, evaluation, *thresholds.values()]
    digest = hashlib.sha256(repr((adoption, parts)).encode()).hexdigest()[:16]
    return RuleSet(name, day, aqi, levels, limits, evaluation, thresholds, adoption, digest)


def set_names(shelf: Shelf | None = None) -> list[str]:
    """Names of the rule sets, oldest first.

    Examples
    --------
    >>> set_names()
    ['HJ633-2012', 'HJ633-2026', 'HJ633-2026-final']
    """
    books = shelf or national_shelf()
    return [e.id for e in sorted(books["sets"].entries, key=lambda e: e.clause.on)]


def rule_set(name: str, shelf: Shelf | None = None) -> RuleSet:
    """Return the rule set of that name: every book as on the day the set names.

    Raises
    ------
    BadRequest
        If there is no such set.

    Examples
    --------
    >>> rule_set("HJ633-2026").limits.clause.class2("PM2.5", "year")
    30000
    """
    books = shelf or national_shelf()
    if name not in set_names(books):
        raise BadRequest(
            f"no rule set {name!r}",
            where="rules",
            fix=f"one of: in-force, {', '.join(set_names(books))}",
        )
    return _bundle(books["sets"].entry(name).clause.on, name, books)


def in_force(day: date, shelf: Shelf | None = None, group: str = FIRST_GROUP) -> RuleSet:
    """Return the rule set in force on `day`.

    Before 2016-01-01 the set rests on the early adoption of a group of cities; the
    set then says so in `adoption`.

    Raises
    ------
    NoRuleInForce
        If neither a rule nor an early adoption covers the day.

    Examples
    --------
    >>> in_force(date(2019, 6, 1)).name, in_force(date(2026, 11, 1)).name
    ('HJ633-2012', 'HJ633-2026')
    >>> in_force(date(2015, 12, 1)).adoption.verified
    False
    """
    books = shelf or national_shelf()
    sets = [books["sets"].entry(n) for n in set_names(books)]
    started = [e for e in sets if e.clause.on <= day]
    if started:
        return _bundle(day, started[-1].id, books)
    try:
        adoption = books["adoption"].at(day, group)
    except NoRuleInForce as error:
        raise NoRuleInForce(
            f"on {day} no air quality index was in force, nor adopted early by the group {group}",
            where="rules",
            fix="name a rule set, as --rules HJ633-2012, or ask for later days",
        ) from error
    first = next(e for e in sets if e.id == adoption.clause.edition)
    return _bundle(first.clause.on, first.id, books, adoption)


def for_period(
    period: Period, name: str | None = None, shelf: Shelf | None = None
) -> tuple[RuleSet, list[str]]:
    """Choose the one rule set of a period, by its end date or by name, and say what it crosses.

    Returns
    -------
    (RuleSet, list of str)
        The set and one sentence, zh and en, for each change that the period crosses.

    Raises
    ------
    NoRuleInForce
        If no rule covers the period's last day.

    Examples
    --------
    >>> chosen, crossed = for_period(Period(date(2026, 1, 1), date(2026, 6, 30)))
    >>> chosen.name, len(crossed)
    ('HJ633-2026', 1)
    """
    books = shelf or national_shelf()
    chosen = rule_set(name, books) if name else in_force(period.last, books)
    return chosen, [
        f"本时段跨越 {entry.effective} 的标准变更（{entry.clause.title_zh}），"
        f"统一按 {chosen.name} 评价 / the period crosses the change of "
        f"{entry.effective} ({entry.clause.title_en}); all of it is judged by {chosen.name}"
        for entry in books["ambient-limits"].entries[1:]
        if period.first < entry.effective <= period.last
    ]


def index_names(shelf: Shelf | None = None) -> list[str]:
    """Names of all variants of the composite index, local ones included.

    Examples
    --------
    >>> "ranking-2014" in index_names()
    True
    """
    return [e.id for e in _entries(shelf, IndexClause)]


def _entries[C](shelf: Shelf | None, kind: type[C]) -> list[Entry[C]]:
    """Entries of one kind in all books, national and local."""
    books = (shelf or national_shelf()).values()
    return [e for book in books for e in book.entries if isinstance(e.clause, kind)]


def index_variant(name: str, shelf: Shelf | None = None) -> Entry[IndexClause]:
    """Return one variant of the composite index.

    Raises
    ------
    BadRequest
        If there is no such variant.

    Examples
    --------
    >>> index_variant("ranking-2014").clause.limits
    'GB3095-2012-A1'
    """
    for entry in _entries(shelf, IndexClause):
        if entry.id == name:
            return entry
    raise BadRequest(
        f"no composite index {name!r}",
        where="rules",
        fix=f"one of: {', '.join(index_names(shelf))}",
    )


def index_limits(variant: Entry[IndexClause], shelf: Shelf | None = None) -> Entry[LimitsClause]:
    """Return the ambient limits that a variant divides by; the shelf was read to hold them.

    Examples
    --------
    >>> index_limits(index_variant("ranking-2014")).clause.class2("PM10", "year")
    70000
    """
    limits = _entries(shelf, LimitsClause)
    return next(entry for entry in limits if entry.id == variant.clause.limits)


def change_days(period: Period, shelf: Shelf | None = None) -> list[date]:
    """Days within a period, after its first, on which a clause that judges days changes.

    Examples
    --------
    >>> change_days(Period(date(2018, 1, 1), date(2026, 12, 31)))
    [datetime.date(2018, 9, 1), datetime.date(2026, 3, 1)]
    """
    books = shelf or national_shelf()
    judging = ("aqi", "levels", "ambient-limits", "evaluation", "completeness", "adoption")
    days = {
        e.effective
        for name in judging
        for e in books[name].entries
        if period.first < e.effective <= period.last
    }
    return sorted(days)
