"""What the page of a ranking says: rows, variants side by side, gaps, months, runs at the end."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any, Final

from lantian.desk.air.queries.days import held, month_ranking, ranking, stamp_of
from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.pictures import trajectory
from lantian.desk.language import language
from lantian.errors import BadRequest, NoData, NoRuleInForce
from lantian.evaluate.composite import NO_VALUE
from lantian.evaluate.ranking import UNRANKED
from lantian.flows.bulletin_rows import rank_rows
from lantian.flows.grounds import basis_of
from lantian.flows.rank import Ranking, months_among_last
from lantian.flows.station_days import data_period
from lantian.report.bulletin import Item, RankRow, items_of
from lantian.report.figure import Figure, Stamp
from lantian.rules.ruleset import index_names, index_variant
from lantian.terms.mark import MISSING
from lantian.terms.period import Period

#: Most months of a trajectory, and most variants side by side.
MOST_MONTHS: Final = 36
_MOST_VARIANTS: Final = 4


@dataclass(frozen=True, slots=True)
class Asked:
    """A ranking as it is asked for.

    `variants` are names of index variants, the first ranks; `last` is how many at the end
    of the list count as the last; `until` is the last whole day of the data, where a running
    month is cut.
    """

    level: str
    period: Period
    variants: tuple[str, ...] = ()
    rules: str = ""
    sand: bool = False
    months: int = 12
    last: int = 3
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Variant:
    """An index variant: its name, whether confirmed by a text, its words."""

    name: str
    title: str
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """Index and rank of a place by a further variant."""

    variant: str
    index: Figure
    rank: Figure


@dataclass(frozen=True, slots=True)
class Gap:
    """The next place in the order, and by how much its index differs."""

    place: str
    gap: Figure


@dataclass(frozen=True, slots=True)
class Row:
    """A place in the ranking."""

    row: RankRow
    beside: tuple[Beside, ...]
    ahead: Gap | None
    behind: Gap | None
    run: int | None


@dataclass(frozen=True, slots=True)
class Course:
    """Ranks of the months to the period's end, the oldest first; None where unranked."""

    months: tuple[str, ...]
    ranks: dict[str, tuple[int | None, ...]] = field(default_factory=dict)

    def picture(self, own: str) -> dict[str, Any]:
        """Data of the chart."""
        return trajectory(self.months, self.ranks, own)


@dataclass(frozen=True, slots=True)
class RankingPage:
    """A ranking with everything beside it."""

    asked: Asked
    rows: tuple[Row, ...]
    variants: tuple[Variant, ...]
    items: tuple[Item, ...]
    against: Period | None
    notes: tuple[str, ...]
    lag: str
    rules: str
    basis: str
    at: datetime


def variants_of(ground: Ground) -> list[Variant]:
    """Every index variant of the rule books."""
    return [_variant(ground, name) for name in index_names(ground.shelf)]


def _variant(ground: Ground, name: str) -> Variant:
    entry = index_variant(name, ground.shelf)
    title = language().of(entry.clause.title_zh, entry.clause.title_en)
    return Variant(name, title, entry.source, entry.verified)


def check(asked: Asked) -> Asked:
    """Refuse what cannot be asked.

    Raises
    ------
    BadRequest
        If there are too many variants, or a number lies outside of its range.
    """
    if len(asked.variants) > _MOST_VARIANTS:
        raise BadRequest(
            f"最多并列 {_MOST_VARIANTS} 种口径 / at most {_MOST_VARIANTS} variants side by side",
            where="index",
            fix="减少选择 / choose fewer",
        )
    if not 1 <= asked.months <= MOST_MONTHS or not 1 <= asked.last <= 99:
        raise BadRequest(
            f"月数 1–{MOST_MONTHS}，列后 1–99 / months 1–{MOST_MONTHS}, last 1–99",
            where="months, last",
            fix="改正数字 / correct the number",
        )
    return asked


def ranked(ground: Ground, asked: Asked) -> Ranking:
    """Return the ranking itself, on the year before where the lake reaches so far back."""
    return ranking(
        ground,
        asked.level,
        asked.period,
        asked.variants,
        rules=asked.rules,
        against=_earlier(ground, asked.period),
        sand=asked.sand,
    ).value


def _earlier(ground: Ground, period: Period) -> Period | None:
    earlier, known = period.year_earlier(), data_period(ground.lake)
    return earlier if known.first <= earlier.last and earlier.first <= known.last else None


def ranking_page(ground: Ground, asked: Asked) -> RankingPage:
    """Return the page of a ranking.

    Raises
    ------
    BadRequest, NoData, NoRuleInForce
        If a name is unknown, or the period lies outside the data or before any rule.
    """
    key = ("ranking page", ground.root, asked, language())
    return ground.kept(key, lambda: _page(ground, asked)).value


def _page(ground: Ground, asked: Asked) -> RankingPage:
    earlier = _earlier(ground, asked.period)
    made = ranking(
        ground,
        asked.level,
        asked.period,
        asked.variants,
        rules=asked.rules,
        against=earlier,
        sand=asked.sand,
    )
    now = made.value
    stamp = stamp_of(ground, now, sand=asked.sand)
    found = rank_rows(stamp, now, None, language())
    order = [i for i in now.order() if now.index.index[i] != NO_VALUE]
    runs = ground.kept(("runs", ground.root, asked), lambda: _runs(ground, asked, now)).value
    rows = tuple(
        Row(
            one,
            _beside(stamp, now, now.names.index(one.place)),
            _gap(stamp, now, order, now.names.index(one.place), -1),
            _gap(stamp, now, order, now.names.index(one.place), 1),
            runs.get(one.place),
        )
        for one in found
    )
    names = [now.variant.id, *now.beside]
    return RankingPage(
        asked,
        rows,
        tuple(_variant(ground, name) for name in names),
        items_of(now.rules.evaluation.clause, language()),
        earlier,
        tuple(now.notes),
        held(ground, asked.level, asked.period, now.rules, sand=asked.sand).statement(language()),
        now.rules.name,
        basis_of(ground.lake, ground.roster, now.rules).short,
        made.at,
    )


def _beside(stamp: Stamp, now: Ranking, row: int) -> tuple[Beside, ...]:
    found = []
    for name, (index, ranks) in now.beside.items():
        value, rank = int(index.index[row]), int(ranks[row])
        key = f"place/{now.names[row]}/{now.period.label}/{name}"
        scaled = MISSING if value == NO_VALUE else value * 10 ** (3 - index.index_decimals)
        found.append(
            Beside(
                name,
                stamp.number(scaled, index.index_decimals, "", f"{key}/index"),
                stamp.count(MISSING if rank == UNRANKED else rank, "", f"{key}/rank"),
            )
        )
    return tuple(found)


def _gap(stamp: Stamp, now: Ranking, order: Sequence[int], row: int, step: int) -> Gap | None:
    """Return the neighbour in the order of the index, and the difference of the two indices."""
    if row not in order or now.ranks[row] == UNRANKED:
        return None
    at = order.index(row) + step
    if not 0 <= at < len(order) or now.ranks[order[at]] == UNRANKED:
        return None
    other = order[at]
    digits = now.index.index_decimals
    gap = abs(int(now.index.index[other]) - int(now.index.index[row])) * 10 ** (3 - digits)
    key = f"place/{now.names[row]}/{now.period.label}/gap/{step}"
    return Gap(now.names[other], stamp.number(gap, digits, "", key))


def _months(ground: Ground, asked: Asked) -> Iterator[Ranking]:
    """Rankings of the months to the period's end, the latest first, as far as there are data.

    The month in which the period or the data end is ranked to that day.
    """
    last = min(asked.period.last, asked.until or asked.period.last)
    month = Period(last.replace(day=1), last)
    while True:
        try:
            yield month_ranking(
                ground, asked.level, month, asked.variants[:1], asked.rules, sand=asked.sand
            )
        except (NoData, NoRuleInForce):
            return
        month = month.month_earlier()


def course(ground: Ground, asked: Asked) -> Course:
    """Ranks of the places over the months to the period's end."""
    return ground.kept(
        ("course of ranks", ground.root, asked, language()), lambda: _course(ground, asked)
    ).value


def _course(ground: Ground, asked: Asked) -> Course:
    months = list(islice(_months(ground, asked), asked.months))[::-1]
    by_month = [dict(zip(m.names, m.ranks.tolist(), strict=True)) for m in months]
    ranks = {
        name: tuple(one.get(name, UNRANKED) or None for one in by_month)
        for name in ranked(ground, asked).names
    }
    return Course(tuple(_month_title(m.period) for m in months), ranks)


def _month_title(month: Period) -> str:
    """Label of a month; of one to date also the day to which it goes."""
    if month == month.whole_months():
        return month.label
    return language().of(
        f"{month.last:%Y-%m} 至 {month.last.day} 日", f"{month.last:%Y-%m} to day {month.last.day}"
    )


def _runs(ground: Ground, asked: Asked, now: Ranking) -> dict[str, int]:
    """Consecutive months among the last, for the ranking of a month, whole or to date."""
    if asked.period.first != asked.period.last.replace(day=1):
        return {}
    earlier = (one for one in _months(ground, asked) if one.period.first != asked.period.first)
    found = months_among_last(now, earlier, asked.last)
    return dict(zip(now.names, found.tolist(), strict=True))
