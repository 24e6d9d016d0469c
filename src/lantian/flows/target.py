"""Flow `target`: how each target of the roster stands on a day, from the lake and the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from lantian.errors import BadRequest, NoRuleInForce
from lantian.evaluate.exceptional import ClaimState
from lantian.evaluate.ranking import UNRANKED
from lantian.evaluate.statistics import days_needed
from lantian.evaluate.target import Indicator, Standing, indicator
from lantian.flows.grounds import basis_of, data_state
from lantian.flows.level_days import STATION, lake_days
from lantian.flows.rank import Ranking, rank
from lantian.flows.standing import Case
from lantian.flows.station_days import IN_FORCE, data_period
from lantian.lake.roster import Roster, Target
from lantian.lake.store import Lake
from lantian.report.bulletin import TargetRow, items_of
from lantian.report.figure import DataState, Stamp
from lantian.report.language import Language
from lantian.report.progress import Allowance, Progress, Status, sentence, target_row
from lantian.rules.ruleset import RuleSet, Shelf, for_period, index_variant
from lantian.terms.hour import BEIJING_H, day_of, local_day
from lantian.terms.mark import MISSING
from lantian.terms.period import Period
from lantian.terms.pollutant import POLLUTANTS, Pollutant
from lantian.terms.rounding import THOUSAND

_NAMES: Final = {
    Indicator.INDEX: ("综合指数", "composite index"),
    Indicator.RANK: ("综合指数排名", "rank by composite index"),
    Indicator.GOOD_DAYS: ("优良天数", "good days"),
    Indicator.GOOD_RATIO: ("优良天数比例", "share of good days"),
    Indicator.HEAVY_DAYS: ("重污染天数", "heavily polluted days"),
}
_WHOLE: Final = (Indicator.RANK, Indicator.GOOD_DAYS, Indicator.HEAVY_DAYS)


@dataclass(frozen=True, slots=True)
class TargetReport:
    """All targets asked for, as they stand on one day.

    Attributes
    ----------
    rows : tuple of Progress
        The official version of a target, then the one without approved exceptional days
        where there are any.
    day : date
        The last day that counts as past: the day asked for, or the last whole day of data.
    notes : tuple of str
    basis : str
    """

    rows: tuple[Progress, ...]
    day: date
    notes: tuple[str, ...]
    basis: str


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every target of one report is judged with."""

    lake: Lake
    roster: Roster
    held: Period
    past: date
    day: date
    rules: str
    shelf: Shelf | None
    as_of: int | None
    state: DataState
    seen: dict[tuple[str, Period, str, bool], Ranking]

    def ranking(self, level: str, period: Period, rules: RuleSet, *, excluded: bool) -> Ranking:
        """Rank a level to date; once for all targets that share it."""
        key = (level, period, rules.name, excluded)
        if key not in self.seen:
            days = lake_days(
                self.lake, level, period, rules, exclude_approved=excluded, as_of=self.as_of
            )
            self.seen[key] = rank(days, shelf=self.shelf)
        return self.seen[key]


def targets(
    lake: Lake,
    *,
    today: date | None = None,
    place: str | None = None,
    rules: str = IN_FORCE,
    shelf: Shelf | None = None,
    as_of: int | None = None,
    state: DataState | None = None,
    within: Callable[[Target], bool] = lambda target: True,  # noqa: ARG005
) -> TargetReport:
    """Say how the roster's targets stand.

    Parameters
    ----------
    lake : Lake
    today : date, optional
        The last day that counts as past; the last whole day of data unless said.
    place : str, optional
        Only this place's targets.
    rules : str
        `in-force` on the last day of each target's period, or the name of a rule set.
    shelf, as_of : optional
    state : DataState, optional
        Printed with the official version; the lake's own unless said.
    within : callable
        Only the targets for which it is true.

    Returns
    -------
    TargetReport

    Raises
    ------
    NoData
        If the lake is empty.
    BadRequest
        If the roster has no target, or none of `place`.

    Notes
    -----
    The other places of the level go on as they stand: their index to date is compared.
    """
    held = data_period(lake)
    roster = lake.roster(as_of)
    wanted = [t for t in roster.targets if place in (None, t.place) and within(t)]
    if not wanted and place is not None:
        known = sorted({t.place for t in roster.targets})
        raise BadRequest(
            f"{place} 没有目标 / no target of {place!r}",
            where="--place",
            fix=f"有目标的 / places with targets: {', '.join(known) or '—'}; "
            f"lantian roster {lake.folder} targets FILE.csv",
        )
    past = _last_whole_day(lake, held) if today is None else min(today, held.last)
    asked = _Asked(
        lake=lake,
        roster=roster,
        held=held,
        past=past,
        day=today or past,
        rules=rules,
        shelf=shelf,
        as_of=as_of,
        state=state or data_state(lake),
        seen={},
    )
    notes = []
    if today is not None and today > held.last:
        notes.append(
            f"数据只到 {held.last}，其后各日计入剩余 / the data end on {held.last}: the days "
            "after it count as remaining"
        )
    rows = [row for target in wanted for row in _rows(asked, target)]
    chosen, _ = for_period(Period(past, past), None if rules == IN_FORCE else rules, shelf)
    basis = basis_of(lake, roster, chosen, as_of).short
    return TargetReport(tuple(rows), past, tuple(notes), basis)


def _last_whole_day(lake: Lake, held: Period) -> date:
    """Last day whose last hour is there: a day that has only begun is still to come."""
    span = lake.span()
    ended = held.last if span is None else day_of(local_day(span[1] + 1, BEIJING_H) - 1)
    return max(held.first, min(held.last, ended))


def _rows(asked: _Asked, target: Target) -> list[Progress]:
    """Official version of a target, and the excluded one where approved claims touch it."""
    period = Period(target.first, target.last)
    name = None if asked.rules == IN_FORCE else asked.rules
    wrong = _refusal(asked, target)
    try:
        rules, crossed = for_period(period, name, asked.shelf)
    except NoRuleInForce:
        # One target before any rule must not stop the others.
        rules, crossed = for_period(Period(asked.past, asked.past), name, asked.shelf)
        wrong = ("该时段尚无评价规则", "no rule was in force in that period")
    blank = _blank(asked, target, period, rules, crossed)
    if wrong is not None:
        return [replace(blank, status=Status.REFUSED, reasons=(wrong, *blank.reasons))]
    if asked.day < period.first:
        text = (f"截至{asked.day}，共{period.days}天", f"as of {asked.day}; {period.days} days")
        return [replace(blank, status=Status.NOT_BEGUN, reasons=(text, *blank.reasons))]
    if not (period.first <= asked.past and asked.held.first <= period.last):
        span = f"{asked.held.first} … {asked.held.last}"
        text = (f"数据湖只有{span}", f"the lake holds {span}")
        return [replace(blank, status=Status.OUTSIDE, reasons=(text, *blank.reasons))]
    found = [_judged(asked, blank, rules, excluded=False)]
    if _has_approved(asked.roster, period):
        sand = replace(blank, state=DataState.SAND_EXCLUDED)
        found.append(_judged(asked, sand, rules, excluded=True))
    return found


def _has_approved(roster: Roster, period: Period) -> bool:
    return any(
        c.state is ClaimState.APPROVED and period.first <= c.day <= period.last
        for c in roster.exclusions
    )


def _levels(roster: Roster) -> dict[str, str]:
    found: dict[str, str] = {}
    for m in roster.memberships:
        found.setdefault(m.place, m.level)
    return found


def _refusal(asked: _Asked, target: Target) -> tuple[str, str] | None:
    """Why a target cannot be judged at all."""
    known = _levels(asked.roster).keys() | set(asked.lake.stations())
    if target.place not in known:
        return ("名录中没有这个地区", "the roster has no such place")
    of = indicator(target.indicator)
    whole = target.goal == target.goal.to_integral_value()
    if of in _WHOLE and not whole:
        return ("目标须为整数", "the goal must be a whole number")
    if of is Indicator.RANK and target.goal < 1:
        return ("名次从1开始", "ranks begin at 1")
    if of is Indicator.GOOD_RATIO and not 1 < target.goal <= 100:
        return ("优良天数比例以百分数填写，如85", "write the share in per cent, as 85")
    return None


def _blank(
    asked: _Asked, target: Target, period: Period, rules: RuleSet, crossed: Sequence[str]
) -> Progress:
    """Return what is known of a target before any data."""
    of = indicator(target.indicator)
    variant = index_variant(rules.evaluation.clause.default_index, asked.shelf)
    verified = rules.aqi.verified and rules.evaluation.verified and variant.verified
    index_decimals = variant.clause.index_decimals
    name, decimals, unit, allowance = _measure(of, rules, index_decimals)
    goal = target.goal if of in _WHOLE else target.goal * THOUSAND
    pairs = (text.partition(" / ") for text in crossed)
    return Progress(
        place=target.place,
        period=period,
        of=of,
        name=name,
        goal=int(goal),
        decimals=decimals,
        unit=unit,
        allowance=allowance,
        allowed_decimals=decimals + 1 if allowance is Allowance.MEAN else index_decimals,
        status=Status.NO_DATA,
        state=asked.state,
        rules=f"{rules.name}; {variant.id}",
        verified=verified,
        reasons=tuple((zh, en) for zh, _, en in pairs),
    )


def _measure(
    of: Pollutant | Indicator, rules: RuleSet, index_decimals: int
) -> tuple[tuple[str, str], int, str, Allowance]:
    """Name, decimals, unit of an indicator, and what its remaining days are given."""
    clause = rules.evaluation.clause
    if isinstance(of, Pollutant):
        at = POLLUTANTS.index(of)
        zh, en = (items_of(clause, lang)[at] for lang in (Language.ZH, Language.EN))
        names = (f"{zh.symbol}{zh.statistic}", f"{en.symbol} {en.statistic}")
        kind = Allowance.MEAN if of.key in clause.mean else Allowance.DAYS
        return names, clause.period_decimals[of.key], of.unit, kind
    if of in (Indicator.GOOD_DAYS, Indicator.HEAVY_DAYS):
        return _NAMES[of], 0, "d", Allowance.DAYS
    if of is Indicator.GOOD_RATIO:
        return _NAMES[of], clause.rate_decimals, "%", Allowance.DAYS
    decimals = 0 if of is Indicator.RANK else index_decimals
    return _NAMES[of], decimals, "", Allowance.INDEX


def _judged(asked: _Asked, blank: Progress, rules: RuleSet, *, excluded: bool) -> Progress:
    """Judge a target on the days to date."""
    period = blank.period
    until = min(asked.past, period.last)
    level = _levels(asked.roster).get(blank.place, STATION)
    ranking = asked.ranking(level, Period(period.first, until), rules, excluded=excluded)
    if blank.place not in ranking.names:
        return blank
    row, left = ranking.names.index(blank.place), (period.last - until).days
    case = Case(ranking, row, blank.of, blank.goal, left, asked.shelf)
    standing = case.standing()
    if standing.so_far is None and not (left and standing.days_done):
        return blank
    ranks = case.ranks(standing)
    if blank.of is Indicator.RANK:
        standing = replace(standing, so_far=ranks.now, best_case=ranks.best)
    return replace(
        blank,
        status=_status(standing),
        standing=standing,
        rank_by=ranks.by,
        rank_now=ranks.now,
        rank_then=ranks.then,
        rank_best=ranks.best,
        ranked=int((ranking.ranks != UNRANKED).sum()),
        reasons=blank.reasons + _reasons(asked, blank, ranking, row, left),
    )


def _status(standing: Standing) -> Status:
    if standing.days_left:
        return Status.UNDER_WAY if standing.reachable else Status.UNREACHABLE
    return Status.MET if standing.reachable else Status.MISSED


def _reasons(
    asked: _Asked, blank: Progress, ranking: Ranking, row: int, days_left: int
) -> tuple[tuple[str, str], ...]:
    """What limits the judgement: a late start of the data, too few valid days, no rank."""
    said = []
    late = (asked.held.first - blank.period.first).days
    if late > 0:
        said.append(
            (f"缺时段最初{late}天的数据", f"the first {late} days of the period have no data")
        )
    valid = (ranking.days.values[: len(POLLUTANTS), row] != MISSING).sum(axis=1)
    at = POLLUTANTS.index(blank.of) if isinstance(blank.of, Pollutant) else int(valid.argmin())
    most, needed = int(valid[at]) + days_left, days_needed(blank.period, ranking.rules)
    if most < needed:
        symbol = POLLUTANTS[at].symbol
        said.append(
            (
                f"{symbol}至多有{most}个有效日，评价需{needed}个",
                f"{symbol} can have {most} valid days at most, an evaluation needs {needed}",
            )
        )
    if ranking.reasons[row]:
        zh, _, en = ranking.reasons[row].partition(" / ")
        said.append((f"目前不排名：{zh}", f"not ranked now: {en}"))
    return tuple(said)


def target_rows(
    lake: Lake, period: Period, stamp: Stamp, lang: Language, shelf: Shelf, rules: str = IN_FORCE
) -> tuple[TargetRow, ...]:
    """Rows of a bulletin: the targets that touch its period, as they stand at its end."""
    report = targets(
        lake,
        today=period.last,
        rules=rules,
        shelf=shelf,
        state=stamp.state,
        within=lambda t: t.first <= period.last and period.first <= t.last,
    )
    return tuple(target_row(p, lang) for p in report.rows)


def target_sentences(
    lake: Lake, day: date, place: str, lang: Language, shelf: Shelf
) -> tuple[str, ...]:
    """Sentences of a brief: the place's targets that run on a day."""
    report = targets(
        lake,
        today=day,
        shelf=shelf,
        within=lambda t: t.place == place and t.first <= day <= t.last,
    )
    return tuple(sentence(p, lang) for p in report.rows)
