"""Progress to a target in words and figures: the sentence, the listing, the bulletin's row."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lantian.evaluate.target import Indicator, Standing
from lantian.report.bulletin import TargetRow
from lantian.report.figure import BLANK, DataState, Figure, Stamp
from lantian.report.language import Language, period_label, unit_label
from lantian.report.listing import listing
from lantian.terms.mark import MISSING
from lantian.terms.period import Period
from lantian.terms.pollutant import Pollutant
from lantian.terms.rounding import spell, step_of


class Status(StrEnum):
    """How a target stands on the day that is asked about."""

    REFUSED = "refused"
    NOT_BEGUN = "not begun"
    OUTSIDE = "outside the data"
    NO_DATA = "no data"
    UNDER_WAY = "under way"
    UNREACHABLE = "out of reach"
    MET = "met"
    MISSED = "missed"


_STATUS_ZH: Final = {
    Status.REFUSED: "目标有误",
    Status.NOT_BEGUN: "未开始",
    Status.OUTSIDE: "无数据时段",
    Status.NO_DATA: "无有效数据",
    Status.UNDER_WAY: "进行中",
    Status.UNREACHABLE: "已无法实现",
    Status.MET: "已实现",
    Status.MISSED: "未实现",
}


class Allowance(StrEnum):
    """What the `allowed` of a standing is."""

    MEAN = "mean"
    DAYS = "days"
    INDEX = "index"


@dataclass(frozen=True, slots=True)
class Progress:
    """One target on one day, in one state of the data.

    Attributes
    ----------
    place : str
    period : Period
    of : Pollutant or Indicator
    name : tuple of str
        What the indicator is called, zh and en.
    goal : int
        As in `Standing`: thousandths, or a count of days or a rank.
    decimals, unit : int and str
        How goal and standing are printed; the unit is "d" for days.
    allowance, allowed_decimals : Allowance and int
        What the remaining days are given, and its printed digits; more are cut off.
    status : Status
    state : DataState
    rules : str
    verified : bool
        Whether official texts confirmed the rules.
    standing : Standing or None
        None where there is nothing to judge yet.
    rank_by : tuple of str
        What the ranks go by, zh and en.
    rank_now, rank_then, rank_best, ranked : int or None
        Rank to date, rank that the goal gives and rank of the best case, the other places
        staying as they stand; how many places are ranked.
    reasons : tuple of (str, str)
        What else must be known, zh and en.
    """

    place: str
    period: Period
    of: Pollutant | Indicator
    name: tuple[str, str]
    goal: int
    decimals: int
    unit: str
    allowance: Allowance
    allowed_decimals: int
    status: Status
    state: DataState
    rules: str
    verified: bool
    standing: Standing | None = None
    rank_by: tuple[str, str] = ("综合指数", "composite index")
    rank_now: int | None = None
    rank_then: int | None = None
    rank_best: int | None = None
    ranked: int | None = None
    reasons: tuple[tuple[str, str], ...] = ()

    @property
    def is_count(self) -> bool:
        """Whether goal and standing are whole numbers of days or a rank."""
        return self.unit == "d" or self.of is Indicator.RANK

    def spelled(self, value: int | None) -> str:
        """Spelling of a goal or standing, without its unit."""
        if value is None:
            return BLANK
        return str(value) if self.is_count else spell(value, self.decimals)

    @property
    def goal_decimals(self) -> int:
        """Digits of the goal: those of the indicator, or more where the goal has more."""
        return next(d for d in range(self.decimals, 4) if self.goal % 10 ** (3 - d) == 0)

    @property
    def goal_text(self) -> str:
        """Spelling of the goal, without its unit."""
        return str(self.goal) if self.is_count else spell(self.goal, self.goal_decimals)

    def with_unit(self, text: str, lang: Language) -> str:
        """Spelling with the unit, as in a sentence."""
        if self.of is Indicator.RANK:
            return lang.of(f"第{text}", f"rank {text}")
        unit = unit_label("days" if self.unit == "d" and lang is Language.EN else self.unit, lang)
        close = unit in ("", "%") or (self.unit == "d" and lang is Language.ZH)
        return text + ("" if close else " ") + unit

    @property
    def allowed(self) -> tuple[int, int] | None:
        """Thousandths of what the remaining days may average, cut off, and its decimals."""
        if self.standing is None or self.standing.allowed is None:
            return None
        digit = step_of(self.allowed_decimals)
        return self.standing.allowed // digit * digit, self.allowed_decimals

    @property
    def allowed_text(self) -> str:
        """Spelling of what the remaining days may bring, without its unit."""
        if self.allowed is None or self.standing is None:
            return BLANK
        days = self.allowance is Allowance.DAYS
        return str(self.standing.allowed) if days else spell(*self.allowed)

    def title(self, lang: Language) -> str:
        """Which target this is.

        Examples
        --------
        >>> from lantian.terms.period import parse_period
        >>> p = Progress("A", parse_period("2015-12"), Indicator.RANK, ("排名", "rank"), 3, 0, "",
        ...     Allowance.INDEX, 2, Status.NOT_BEGUN, DataState.REALTIME, "r", True)
        >>> p.title(Language.EN)
        'A, December 2015, rank: goal rank 3'
        """
        span, goal = period_label(self.period, lang), self.with_unit(self.goal_text, lang)
        if self.state is DataState.SAND_EXCLUDED:
            goal += lang.of("（扣沙）", " (sand excluded)")
        name = lang.of(*self.name)
        return lang.of(
            f"{self.place}{span}{name}目标{goal}", f"{self.place}, {span}, {name}: goal {goal}"
        )


def sentence(progress: Progress, lang: Language) -> str:
    """Say in one plain sentence how a target stands.

    Examples
    --------
    >>> from lantian.terms.period import parse_period
    >>> from lantian.terms.pollutant import PM25
    >>> stuck = Progress("A", parse_period("2015-12"), PM25, ("PM2.5均值", "PM2.5 mean"), 58_000, 0,
    ...     "ug/m3", Allowance.MEAN, 1, Status.UNREACHABLE, DataState.REALTIME, "r", True,
    ...     Standing(86_000, None, 61_000, 1052, False, 22, 9))
    >>> print(sentence(stuck, Language.ZH))
    A2015年12月PM2.5均值目标58 μg/m³：即使剩余9天全部为0，全期PM2.5均值仍为61 μg/m³，目标已无法实现
    """
    return progress.title(lang) + lang.of("：", ": ") + _body(progress, lang)


def _body(p: Progress, lang: Language) -> str:
    if p.standing is None:
        said = lang.of(_STATUS_ZH[p.status], str(p.status))
        return lang.of("：", ": ").join([said, *(lang.of(*reason) for reason in p.reasons)])
    if p.status is Status.UNREACHABLE:
        said = _lost(p, p.standing, lang)
    elif p.status is Status.UNDER_WAY:
        said = _still(p, p.standing, lang)
    else:
        end = p.with_unit(p.spelled(p.standing.so_far), lang)
        result = lang.of(_STATUS_ZH[p.status], str(p.status))
        said = lang.of(f"时段已结束，结果{end}，{result}", f"ended with {end}: {result}")
    return lang.of("；", "; ").join([said, *(lang.of(*reason) for reason in p.reasons)])


def _lost(p: Progress, s: Standing, lang: Language) -> str:
    """Why a goal is out of reach: what the best case would still be."""
    name, best, n = lang.of(*p.name), p.with_unit(p.spelled(s.best_case), lang), s.days_left
    gone = lang.of("目标已无法实现", "the goal can no longer be reached")
    match p.of:
        case Indicator.HEAVY_DAYS:
            return lang.of(f"已有{best}，{gone}", f"{best} already: {gone}")
        case Indicator.GOOD_DAYS | Indicator.GOOD_RATIO:
            return lang.of(
                f"即使剩余{n}天全部优良，全期{name}也只有{best}，{gone}",
                f"even with all {n} remaining days good the period ends with {best}: {gone}",
            )
        case Indicator.RANK:
            return lang.of(
                f"即使剩余{n}天六项全部为0，其他地区维持现状，仍为{best}，{gone}",
                f"even with 0 of all six on the {n} remaining days, the others staying as they "
                f"stand, it is still {best}: {gone}",
            )
        case Indicator.INDEX:
            return lang.of(
                f"即使剩余{n}天六项全部为0，全期综合指数仍为{best}，{gone}",
                f"even with 0 of all six on the {n} remaining days the composite index stays "
                f"at {best}: {gone}",
            )
        case _:
            return lang.of(
                f"即使剩余{n}天全部为0，全期{name}仍为{best}，{gone}",
                f"even with 0 on all {n} remaining days the {name} stays at {best}: {gone}",
            )


def _still(p: Progress, s: Standing, lang: Language) -> str:
    """What the remaining days may bring, and what rank the goal gives."""
    now = p.with_unit(p.spelled(s.so_far), lang)
    said = [lang.of(f"目前{now}", f"{now} so far"), _allowed(p, s, lang)]
    if p.rank_then is not None and p.of is not Indicator.RANK:
        others = lang.of("其他地区维持现状", "the others staying as they stand")
        said.append(
            lang.of(
                f"达到目标时{p.rank_by[0]}排第{p.rank_then}（{others}）",
                f"the goal gives rank {p.rank_then} by {p.rank_by[1]}, {others}",
            )
        )
    return lang.of("，", "; ").join(said)


def _allowed(p: Progress, s: Standing, lang: Language) -> str:
    n, most = s.days_left, p.allowed_text
    if s.allowed is None:
        return lang.of(f"剩余{n}天怎样都可实现", f"anything on the {n} remaining days will do")
    if p.allowance is Allowance.MEAN:
        unit = unit_label(p.unit, lang)
        return lang.of(
            f"剩余{n}天平均不超过{most} {unit}即可实现",
            f"the {n} remaining days may average at most {most} {unit}",
        )
    if p.allowance is Allowance.INDEX:
        share = spell((s.scale or 0) * 100, 1)
        return lang.of(
            f"剩余{n}天综合指数不超过{most}（六项浓度为目前的{share}%）即可实现",
            f"the {n} remaining days may have a composite index of at most {most} ({share}% of "
            "the six concentrations so far)",
        )
    happens = {
        Indicator.HEAVY_DAYS: lang.of("为重污染", "may be heavily polluted"),
        Indicator.GOOD_DAYS: lang.of("非优良", "may be worse than good"),
        Indicator.GOOD_RATIO: lang.of("非优良", "may be worse than good"),
    }
    exceed = p.with_unit(p.goal_text, lang)
    what = lang.of(f"超过{exceed}", f"may exceed {exceed}")
    if isinstance(p.of, Indicator):
        what = happens[p.of]
    if s.allowed == 0:
        return lang.of(f"剩余{n}天中不得再有一天{what}", f"none of the {n} remaining days {what}")
    return lang.of(
        f"剩余{n}天中至多{most}天{what}", f"at most {most} of the {n} remaining days {what}"
    )


_HEAD: Final = (
    *("地区 place", "时段 period", "指标 indicator", "口径 data", "目标 goal", "目前 so far"),
    *("已用 used%", "剩余日 days left", "剩余日可 rest may", "最好 best", "名次 rank now"),
    *("达标时 rank then", "状态 status"),
)


def progress_text(rows: Sequence[Progress]) -> list[str]:
    """Lines of a listing of all targets, and of each one's sentence in both languages."""
    cells = [_cells(p) for p in rows]
    lines = listing([_HEAD, *cells], numbers=frozenset(range(4, 12)))
    for p in rows:
        lines += ["", sentence(p, Language.ZH), sentence(p, Language.EN)]
    return lines


def _cells(p: Progress) -> list[str]:
    s = p.standing
    used = BLANK if s is None or s.used is None else spell(s.used * 100, 1)
    unit = f" {p.unit}" if p.unit else ""
    kind = " d" if p.allowance is Allowance.DAYS and p.allowed_text != BLANK else ""
    ranks = [BLANK if r is None else str(r) for r in (p.rank_now, p.rank_then)]
    return [
        *(p.place, p.period.label, p.name[1], str(p.state), p.goal_text + unit),
        *(p.spelled(s.so_far if s else None), used, str(s.days_left) if s else BLANK),
        *(p.allowed_text + kind, p.spelled(s.best_case if s else None), *ranks),
        f"{_STATUS_ZH[p.status]} {p.status}",
    ]


def target_row(p: Progress, lang: Language) -> TargetRow:
    """Return a target as a row of frozen figures; the sentence stands where the row lacks it."""
    stamp = Stamp(p.state, p.rules, p.verified)
    key = f"target/{p.place}/{p.period.label}/{getattr(p.of, 'key', p.of)}/{p.state}"
    s = p.standing
    used = None if s is None or s.used is None else s.used * 100
    days = p.allowance is Allowance.DAYS
    rest = stamp.blank(p.unit, f"{key}/rest")
    if p.allowed is not None and not days:
        unit = p.unit if p.allowance is Allowance.MEAN else ""
        rest = stamp.number(*p.allowed, unit, f"{key}/rest")

    def figure(value: int | None, decimals: int, what: str) -> Figure:
        held, path = MISSING if value is None else value, f"{key}/{what}"
        if p.is_count:
            return stamp.count(held, p.unit, path)
        return stamp.number(held, decimals, p.unit, path)

    plain = p.status is Status.UNDER_WAY and not days and not p.reasons
    return TargetRow(
        place=p.place,
        span=period_label(p.period, lang),
        indicator=lang.of(*p.name),
        goal=figure(p.goal, p.goal_decimals, "goal"),
        so_far=figure(s.so_far if s else None, p.decimals, "now"),
        used_pct=stamp.number(MISSING if used is None else used, 1, "%", f"{key}/used"),
        days_left=stamp.count(s.days_left if s else MISSING, "d", f"{key}/left"),
        may_average=rest,
        rank_then=stamp.count(MISSING if p.rank_then is None else p.rank_then, "", f"{key}/rank"),
        sentence="" if plain else sentence(p, lang),
    )
