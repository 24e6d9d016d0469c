"""Days of a level and their rankings, kept; each page takes its numbers from here."""

from collections.abc import Sequence
from dataclasses import replace

from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.kept import Made
from lantian.flows.held_days import HeldDays, held_days
from lantian.flows.level_days import STATION, LevelDays
from lantian.flows.rank import Ranking, rank
from lantian.report.figure import DataState, Stamp
from lantian.rules.ruleset import RuleSet, for_period
from lantian.terms.period import Period


def within(days: LevelDays, names: Sequence[str]) -> LevelDays:
    """Days of some of the places."""
    held = set(names)
    rows = [i for i, name in enumerate(days.names) if name in held]
    if len(rows) == len(days.names):
        return days
    index = days.index
    return replace(
        days,
        names=tuple(days.names[i] for i in rows),
        values=days.values[:, rows],
        reported=days.reported[:, rows],
        index=replace(
            index,
            iaqi=index.iaqi[:, rows],
            aqi=index.aqi[rows],
            level=index.level[rows],
            primary=index.primary[rows],
            exceeding=index.exceeding[rows],
        ),
    )


def level_days(
    ground: Ground,
    level: str,
    period: Period,
    rules: RuleSet | None = None,
    *,
    sand: bool = False,
) -> LevelDays:
    """Days of a level of the group in view; `sand` leaves approved exceptional days out."""
    return held(ground, level, period, rules, sand=sand).days


def held(
    ground: Ground,
    level: str,
    period: Period,
    rules: RuleSet | None = None,
    *,
    sand: bool = False,
) -> HeldDays:
    """Days as in `level_days`, with how far they lag behind the hours.

    Raises
    ------
    NoData, NoRuleInForce
        If the period lies outside the data or before any rule.
    """
    chosen = rules or for_period(period, None, ground.shelf)[0]

    def read() -> HeldDays:
        found = held_days(ground.lake, level, period, chosen, exclude_approved=sand)
        return replace(found, days=within(found.days, _names(ground, level)))

    return ground.kept(("days", ground.root, level, period, chosen.digest, sand), read).value


def ranking(
    ground: Ground,
    level: str,
    period: Period,
    variants: Sequence[str] = (),
    *,
    rules: str = "",
    given: RuleSet | None = None,
    against: Period | None = None,
    sand: bool = False,
) -> Made[Ranking]:
    """Rank a level of the group in view.

    Parameters
    ----------
    ground : Ground
    level : str
    period : Period
    variants : sequence of str
        As in `flows.rank.rank`.
    rules : str
        Name of a rule set; the one in force at the period's end unless said.
    given : RuleSet, optional
        The rule set itself, as of the period that this one is compared with.
    against : Period, optional
        Period of comparison, judged by the same rules.
    sand : bool
        Leave approved exceptional days out.

    Raises
    ------
    NoData, NoRuleInForce, BadRequest
        If the period lies outside the data or before any rule, or a name is unknown.
    """
    crossed: list[str] = []
    if given is not None:
        chosen = given
    else:
        chosen, crossed = for_period(period, rules or None, ground.shelf)

    def make() -> Ranking:
        before = None
        if against is not None:
            before = level_days(ground, level, against, chosen, sand=sand)
        days = level_days(ground, level, period, chosen, sand=sand)
        return rank(days, variants, shelf=ground.shelf, against=before, notes=crossed)

    key = ("rank", ground.root, level, period, tuple(variants), chosen.digest, against, sand)
    return ground.kept(key, make)


def month_ranking(
    ground: Ground,
    level: str,
    month: Period,
    variants: Sequence[str],
    rules: str,
    *,
    sand: bool,
) -> Ranking:
    """Rank one of many months: used once in what is made of all of them, and not kept.

    Raises
    ------
    NoData, NoRuleInForce
        If the month lies outside the data or before any rule.
    """
    chosen, _ = for_period(month, rules or None, ground.shelf)
    found = held_days(ground.lake, level, month, chosen, exclude_approved=sand).days
    return rank(within(found, _names(ground, level)), variants, shelf=ground.shelf)


def _names(ground: Ground, level: str) -> Sequence[str]:
    return ground.group.stations if level == STATION else ground.group.places[level]


def stamp_of(ground: Ground, ranked: Ranking, *, sand: bool = False) -> Stamp:
    """Return what the figures of a ranking are printed with."""
    stamp = ground.stamp(ranked.rules, ranked)
    return replace(stamp, state=DataState.SAND_EXCLUDED) if sand else stamp
