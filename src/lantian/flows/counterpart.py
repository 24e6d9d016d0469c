"""Our side of an official table: the figures of a period, remade in every likely way."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Final

from lantian.evaluate.composite import NO_VALUE, Composite, composite
from lantian.evaluate.ranking import UNRANKED
from lantian.evaluate.reconcile import Fit, Words, fit, ranks_of
from lantian.evaluate.statistics import Statistics
from lantian.flows.exceptional import ExceptionalReport
from lantian.flows.level_days import lake_days
from lantian.flows.rank import Ranking, rank
from lantian.lake.store import Lake
from lantian.rules.book import Entry
from lantian.rules.clauses import IndexClause
from lantian.rules.ruleset import RuleSet, Shelf, index_limits, index_names, index_variant
from lantian.terms.pollutant import POLLUTANTS
from lantian.terms.rounding import THOUSAND, round_half_even, step_of

#: Digits that an office may keep in the days before it averages them: ug/m3, CO in mg/m3.
_DAY_DIGITS: Final = ((0, 1), (1, 2), (3, 3))


@dataclass(frozen=True)
class Counterpart:
    """Our figures of one period beside an official table.

    Attributes
    ----------
    lake : Lake
    report : ExceptionalReport
        Our figures with every day, without approved days, without all that may be left out.
    variant : Entry of IndexClause
        The variant by which we rank.
    digits : mapping of str to int
        Most decimals that the official table prints in each item.
    shelf, as_of : optional
    published : dict of int to int
        Published ranks by row of the ranking.
    """

    lake: Lake
    report: ExceptionalReport
    variant: Entry[IndexClause]
    digits: Mapping[str, int]
    shelf: Shelf | None = None
    as_of: int | None = None
    published: dict[int, int] = field(default_factory=dict)

    @property
    def ranking(self) -> Ranking:
        """Our figures with every day."""
        return self.report.official

    @property
    def rules(self) -> RuleSet:
        """The rule set of our figures."""
        return self.ranking.rules

    @cached_property
    def variants(self) -> list[Entry[IndexClause]]:
        """Every other index variant."""
        names = [n for n in index_names(self.shelf) if n != self.variant.id]
        return [index_variant(n, self.shelf) for n in names]

    @cached_property
    def other_days(self) -> list[tuple[Words, Ranking]]:
        """Our figures from days that keep other digits."""
        clause = self.rules.evaluation.clause
        found = []
        for ugm3, mgm3 in _DAY_DIGITS:
            if (ugm3, mgm3) == (clause.day_decimals_ugm3, clause.day_decimals_mgm3):
                continue
            changed = replace(clause, day_decimals_ugm3=ugm3, day_decimals_mgm3=mgm3)
            rules = replace(self.rules, evaluation=replace(self.rules.evaluation, clause=changed))
            level, period = self.report.level, self.ranking.period
            days = lake_days(self.lake, level, period, rules, as_of=self.as_of)
            words = (
                f"日值先修约到{ugm3}位小数（CO {mgm3}位）",
                f"days first rounded to {ugm3} decimals (CO {mgm3})",
            )
            found.append((words, rank(days, shelf=self.shelf)))
        return found

    @property
    def left_out(self) -> list[tuple[Words, Ranking]]:
        """Our figures without exceptional days."""
        return [
            (("扣除已批准的例外日", "without the approved exceptional days"), self.report.approved),
            (
                ("扣除沙尘候选日和全部申报日", "without sand candidates and all claimed days"),
                self.report.everything,
            ),
        ]

    def concentration(self, row: int, i: int) -> int | None:
        """Our statistic of one pollutant, with as many digits as either side prints."""
        exact = exact_statistic(self.ranking, row, i)
        step = min(self.steps(i))
        return None if exact is None else round_half_even(exact[0], exact[1] * step) * step

    def steps(self, i: int) -> tuple[int, int]:
        """Last digit of the rule and of the table, in thousandths."""
        key = POLLUTANTS[i].key
        rule = self.rules.evaluation.clause.period_decimals[key]
        return step_of(rule), step_of(self.digits.get(key, rule))

    def index(self, row: int) -> int | None:
        """Our index in thousandths, with as many digits as either side prints."""
        step = min(self.index_steps)
        return self.index_of(self.ranking.found, self.variant, row, step)

    @property
    def index_steps(self) -> tuple[int, int]:
        """Last digit of the variant and of the table, in thousandths."""
        rule = self.variant.clause.index_decimals
        return step_of(rule), step_of(self.digits.get("index", rule))

    def index_of(
        self, found: Statistics, variant: Entry[IndexClause], row: int, step: int
    ) -> int | None:
        """Index of one place's statistics in thousandths, rounded to `step`."""
        made = composite(found, variant, index_limits(variant, self.shelf))
        exact = exact_index(made, variant.clause, row, first=variant.clause.round_single_first)
        if exact is None:
            return None
        return round_half_even(exact.numerator, exact.denominator * step) * step

    def by_variant(self, variant: Entry[IndexClause], row: int) -> int | None:
        """Our index by another variant, with the digits of the table."""
        return self.index_of(self.ranking.found, variant, row, self.index_steps[1])

    def index_key(self, variant: Entry[IndexClause], row: int) -> int | None:
        """Our index by a variant in units of its own last digit, as it ranks."""
        made = composite(self.ranking.found, variant, index_limits(variant, self.shelf))
        value = int(made.index[row])
        return None if value == NO_VALUE else value

    @cached_property
    def fits(self) -> dict[str, Fit]:
        """How each variant, ours first, reproduces the published ranks."""
        found = {}
        for variant in (self.variant, *self.variants):
            keys = {n: self.index_key(variant, n) for n in self.published}
            both = [n for n in self.published if keys[n] is not None]
            ours = [keys[n] or 0 for n in both]
            found[variant.id] = fit([self.published[n] for n in both], ours)
        return found

    @cached_property
    def _keys(self) -> list[int]:
        """Our index of every place by our variant, in units of its last digit."""
        made = composite(self.ranking.found, self.variant, index_limits(self.variant, self.shelf))
        found: list[int] = made.index.tolist()
        return found

    def rank(self, row: int, keys: Sequence[int] | None = None) -> int | None:
        """Rank of a place by our index, or by other keys of all places.

        Where the published ranks are those of the listed places among themselves, so is
        ours; else it is the rank in the whole level.
        """
        held = self._keys if keys is None else keys
        published = list(self.published.values())
        among: Iterable[int] = range(len(held))
        if ranks_of(published) == published:
            among = self.published.keys()
        elif self.ranking.ranks[row] == UNRANKED:
            return None
        if held[row] == NO_VALUE:
            return None
        able = [n for n in among if held[n] != NO_VALUE]
        return 1 + sum(1 for n in able if held[n] < held[row])


def exact_statistic(ranking: Ranking, row: int, i: int) -> tuple[int, int] | None:
    """Numerator and denominator of the judged statistic, before rounding."""
    found, key = ranking.found, POLLUTANTS[i].key
    days = int(found.days[i, row])
    if days == 0:
        return None
    if key in ranking.rules.evaluation.clause.mean:
        return int(found.total[i, row]), days
    return int(found.hundredths[i, row]), 100


def exact_index(made: Composite, clause: IndexClause, row: int, *, first: bool) -> Fraction | None:
    """Index in thousandths before it is rounded; from rounded single indices if they come first."""
    if made.index[row] == NO_VALUE:
        return None
    total = Fraction(0)
    for i, p in enumerate(POLLUTANTS):
        single = Fraction(int(made.concentration[i, row]), int(made.limit[i, row]))
        if first:
            single = Fraction(int(made.single[i, row]), 10**made.single_decimals)
        total += clause.weights[p.key] * single
    parts = sum(clause.weights.values()) if clause.divide_by_weights else 1
    return total * THOUSAND / parts
