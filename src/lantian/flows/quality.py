"""Flow `quality`: marks the hours of a period and looks for manipulation, and keeps both."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

from lantian import __version__
from lantian.flows.grounds import shelf_of
from lantian.flows.quality_window import JudgedMonth, judged_months, month_number
from lantian.flows.station_days import require_data
from lantian.lake.findings import note_findings
from lantian.lake.quality_runs import Judged, QualityRun, last_run, note_run, replace_marks, runs
from lantian.lake.store import Lake
from lantian.quality.criteria import Criteria, criteria
from lantian.quality.finding import Check, Finding
from lantian.quality.marking import marks_of
from lantian.quality.suspicion import day_findings_of, findings_of, in_order
from lantian.rules.ruleset import RuleSet, Shelf, in_force
from lantian.terms.hour import BEIJING_H, day_of, local_day
from lantian.terms.period import Period

#: Earlier months that say what is usual: for marks, for checks, for days near a limit. The
#: rates of docs/quality.md were measured with these.
_MARKS_M: Final = 2
_CHECKS_M: Final = 1
_DAYS_M: Final = 12


@dataclass(frozen=True, slots=True)
class MonthJudged:
    """What was done with one month.

    Attributes
    ----------
    month : Period
    run : QualityRun
        The run that holds; an earlier one where nothing had changed since.
    fresh : bool
        Whether it was made now.
    """

    month: Period
    run: QualityRun
    fresh: bool


def judge_quality(
    lake: Lake,
    period: Period,
    *,
    stations: Sequence[str] = (),
    again: bool = False,
    shelf: Shelf | None = None,
    progress: Callable[[str], None] | None = None,
) -> list[MonthJudged]:
    """Derive marks and findings of every month that a period touches, and keep them.

    Marks replace those of earlier runs; findings are only added. A month of which neither
    hours nor rules nor code have changed since its last run is not judged again.

    Parameters
    ----------
    lake : Lake
    period : Period
    stations : sequence of str, optional
        All of the lake unless said; what is said of one rests on the others that are judged.
    again : bool
        Judge anew even where nothing has changed; findings then confirm the earlier ones.
    shelf : Shelf, optional
        National books and those of the lake unless said.
    progress : callable, optional
        Takes a line for each month.

    Returns
    -------
    list of MonthJudged

    Raises
    ------
    NoData
        If the period lies outside the data.
    NoRuleInForce
        If no clause on quality covers it.
    LakeBroken
        If the lake cannot be written.
    """
    require_data(lake, period)
    books = shelf or shelf_of(lake)
    done = []
    for month in judged_months(lake, period, stations=stations):
        judged = Judged(
            month.h_from,
            month.h_to,
            month.stations,
            month.input,
            books["quality"].digest,
            __version__,
            month.sequence,
        )
        earlier = last_run(lake.ledger, month.h_from, month.stations)
        if earlier is not None and not again and _same(earlier.judged, judged):
            done.append(MonthJudged(month.period, earlier, fresh=False))
        else:
            done.append(MonthJudged(month.period, _judge(lake, month, judged, books), fresh=True))
        if progress is not None:
            progress(_line(done[-1]))
    return done


def _same(a: Judged, b: Judged) -> bool:
    return (a.input, a.book, a.code, a.stations) == (b.input, b.book, b.code, b.stations)


def _judge(lake: Lake, month: JudgedMonth, judged: Judged, books: Shelf) -> QualityRun:
    held = criteria(month.last_day, books)
    marks = marks_of(month.window(_MARKS_M), held)
    found = check(month, held, in_force(month.last_day, books))
    with lake.ledger.write() as sql:
        run = note_run(sql, judged, marks=len(marks), findings=len(found))
        note_findings(sql, run, month.h_from, found)
        number = month_number(month.period.first)
        replace_marks(lake.ledger, run, number, month.stations, marks)
    return next(r for r in runs(lake.ledger, h_from=month.h_from) if r.id == run)


def check(month: JudgedMonth, held: Criteria, rules: RuleSet) -> tuple[Finding, ...]:
    """Run every check on a month, each with the earlier hours that its rates were measured with."""
    of_month = findings_of(month.window(_CHECKS_M), held, rules)
    of_year = day_findings_of(month.window(_DAYS_M), held, rules)
    return in_order(chain((f for f in of_month if f.check is not Check.LIMIT_DAYS), of_year))


def last_months(lake: Lake, *, months: int = 2) -> Period | None:
    """Return the last months that have hours, as each night judges them; None in an empty lake."""
    span = lake.span()
    if span is None:
        return None
    last = day_of(local_day(span[1], BEIJING_H))
    period = Period(last.replace(day=1), last)
    for _ in range(months - 1):
        earlier = period.month_earlier()
        if day_of(local_day(span[0], BEIJING_H)) > earlier.last:
            break
        period = Period(earlier.first, last)
    return period


def _line(one: MonthJudged) -> str:
    run = one.run
    state = "" if one.fresh else "（未变，沿用 / unchanged, kept）"
    return (
        f"{one.month.label}: {len(run.judged.stations)} 站 / stations, {run.marks} 个标记 / marks, "
        f"{run.findings} 条可疑记录 / findings, run {run.id}{state}"
    )
