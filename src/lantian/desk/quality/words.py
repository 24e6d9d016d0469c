"""Words of the pages: kinds of mark, checks, figures, verdicts and states."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from lantian.desk.language import both, language
from lantian.evaluate.exceptional import ClaimState
from lantian.quality.finding import Check
from lantian.quality.mark import NAMES, Mark, MarkKind
from lantian.quality.review import ORPHANED_NAMES, Orphaned, Verdict
from lantian.report.language import unit_label
from lantian.terms.pollutant import POLLUTANTS, Pollutant

#: Kinds of intent.
REVIEW: Final = "quality.review"
DECIDE: Final = "quality.decide"
#: Fewest characters of a reason.
LEAST: Final = 4
CHECKS: Final[Mapping[Check, Any]] = {
    Check.SMOOTH: both("过于平滑", "too smooth"),
    Check.ALIKE: both("与某站过于一致", "too equal to one station"),
    Check.LIMIT_HOURS: both("小时值紧贴限值之下", "hours heap below a limit"),
    Check.LIMIT_DAYS: both("日值紧贴限值之下", "days heap below a limit"),
    Check.WETTING: both("疑似喷淋", "wetting suspected"),
    Check.BLOCKING: both("疑似堵塞", "blocking suspected"),
    Check.UPKEEP: both("校准集中于高值时段", "calibration in the high hours"),
    Check.GAPS: both("缺测集中于高值时段", "gaps in the high hours"),
}
KINDS: Final[Mapping[MarkKind, Any]] = {kind: both(*names) for kind, names in NAMES.items()}
ORPHANED: Final[Mapping[Orphaned, Any]] = {o: both(*n) for o, n in ORPHANED_NAMES.items()}
VERDICTS: Final[Mapping[Verdict, Any]] = {
    Verdict.VALID: both("有效", "valid"),
    Verdict.INVALID: both("无效", "invalid"),
}
STATES: Final[Mapping[ClaimState, tuple[str, Any]]] = {
    ClaimState.CANDIDATE: ("off", both("候选", "candidate")),
    ClaimState.SUBMITTED: ("info", both("已提交", "submitted")),
    ClaimState.APPROVED: ("good", both("已批准", "approved")),
    ClaimState.WITHDRAWN: ("warn", both("已撤回", "withdrawn")),
}
BY_KEY: Final[Mapping[str, Pollutant]] = {p.key: p for p in POLLUTANTS}

#: Figures of marks: name, words, whether it is a concentration.
_FIGURES: Final[Mapping[str, tuple[Any, bool]]] = {
    "hours": (both("小时数", "hours"), False),
    "lowest": (both("最低", "lowest"), True),
    "highest": (both("最高", "highest"), True),
    "expected": (both("相关站点推算", "expected by neighbours"), True),
    "usual": (both("其他日同时段", "usual at those hours"), True),
    "z": (both("偏离 z", "distance z"), False),
    "value": (both("当时", "value"), True),
    "before": (both("前一小时", "hour before"), True),
    "after": (both("后一小时", "hour after"), True),
    "largest_excess_ugm3": (both("最大倒挂", "largest excess"), True),
    "rh_pct": (both("最高湿度 %", "highest humidity %"), False),
    "change_pct": (both("变化 %", "change %"), False),
    "days": (both("天数", "days"), False),
    "rough": (both("粗糙度", "roughness"), False),
    "level_pct": (both("为各站中位数的 %", "% of the stations' median"), False),
    "other": (both("另一站", "other station"), False),
    "r": (both("相关系数", "correlation"), False),
    "second_r": (both("次相似站的相关系数", "correlation with the next"), False),
    "equal_pct": (both("相等小时 %", "equal hours %"), False),
    "limit": (both("限值", "limit"), True),
    "below": (both("紧邻其下", "just below"), False),
    "above": (both("紧邻其上", "just above"), False),
    "visits": (both("接近次数", "approaches"), False),
    "share_pct": (both("位于其下 %", "of them below %"), False),
    "expected_pct": (both("按分布应为 %", "expected %"), False),
    "net_hours": (both("净小时数", "net hours"), False),
    "ratio_pct": (both("为推算值的 %", "% of the expected"), False),
    "effect_pct": (both("均值偏低 %", "mean lower by %"), False),
    "weather": (both("气象", "weather"), False),
}
_WEATHER: Final = {"known": both("有", "known"), "unknown": both("无", "unknown")}


def figure_facts(
    figures: Iterable[tuple[str, float | str]], pollutant: Pollutant
) -> list[dict[str, Any]]:
    """Figures of a mark or finding, as facts of a page."""
    unit = unit_label(pollutant.unit, language())
    found = []
    for name, value in figures:
        words, concentration = _FIGURES[name]
        shown = f"{value:g}" if isinstance(value, (int, float)) else _WEATHER.get(value, value)
        found.append({"label": words, "value": shown, "sub": unit if concentration else ""})
    return found


def reason_of(mark: Mark) -> str:
    """Why some hours are marked, in one line."""
    # How many hours it is stands beside it.
    told = [figure for figure in mark.figures if figure[0] != "hours"]
    facts = figure_facts(told, BY_KEY[mark.pollutant])
    gap, stop = language().of("", " "), language().of("，", ", ")
    return stop.join(f"{fact['label']} {fact['value']}{gap}{fact['sub']}".strip() for fact in facts)
