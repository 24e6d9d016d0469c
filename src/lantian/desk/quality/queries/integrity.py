"""What the pages of integrity say: each case with its findings, its evidence, what people said."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.http import Http404

from lantian.desk.language import language
from lantian.desk.observations import lake
from lantian.desk.quality.models import Answer
from lantian.desk.quality.queries.names import offset_of
from lantian.desk.quality.queries.pictures import limit_chart, neighbours_chart
from lantian.desk.quality.words import BY_KEY
from lantian.flows.grounds import shelf_of
from lantian.flows.quality_neighbours import COARSE
from lantian.flows.quality_window import measured
from lantian.lake.findings import HeldFinding, finding_held, findings, head, tampered
from lantian.lake.quality_runs import QualityRun, runs
from lantian.quality.finding import Check, Finding
from lantian.report.language import unit_label
from lantian.rules.clauses import QualityClause
from lantian.rules.ruleset import in_force
from lantian.series.daily import days_of, rounded
from lantian.terms.hour import day_of, first_hour, local_day
from lantian.terms.pollutant import POLLUTANTS

#: Pollutants that are the evidence of a check, where it is not its own alone.
_SHOWN = {Check.WETTING: (COARSE, "pm25", "no2"), Check.BLOCKING: ("pm10", "pm25", "no2")}


@dataclass(frozen=True, slots=True)
class Case:
    """All findings of one check at one station and pollutant in one month, the newest first.

    `again` says whether the last run over that month still found it.
    """

    key: str
    found: tuple[HeldFinding, ...]
    again: bool
    answers: int

    @property
    def last(self) -> HeldFinding:
        """The newest finding."""
        return self.found[0]


def cases() -> list[Case]:
    """Return every case, the newest first."""
    made = {run.id: run for run in runs(lake().ledger)}
    newest: dict[tuple[int, str], int] = {}
    for run in made.values():
        for station in run.judged.stations:
            key = (run.judged.h_from, station)
            newest[key] = max(newest.get(key, 0), run.id)
    held: dict[str, list[HeldFinding]] = {}
    for one in findings(lake().ledger):
        held.setdefault(case_key(one.finding, made[one.run]), []).append(one)
    said = _counted(list(held))
    return [
        Case(
            key,
            tuple(some),
            newest[made[some[0].run].judged.h_from, some[0].finding.station] == some[0].run,
            said.get(key, 0),
        )
        for key, some in held.items()
    ]


def _counted(keys: Sequence[str]) -> dict[str, int]:
    count: dict[str, int] = {}
    for key in Answer.objects.filter(case__in=keys).values_list("case", flat=True):
        count[key] = count.get(key, 0) + 1
    return count


def case_key(finding: Finding, run: QualityRun) -> str:
    """Return the name of what was found where and when."""
    where = f"{finding.check.value}/{finding.station}/{finding.pollutant}"
    return f"{where}/{run.judged.h_from}"


def case_of(number: int) -> tuple[HeldFinding, Case, QualityRun]:
    """Return a finding, its case and its run.

    Raises
    ------
    Http404
        If there is no such finding.
    """
    held = finding_held(lake().ledger, number)
    if held is None:
        raise Http404
    run = next(run for run in runs(lake().ledger) if run.id == held.run)
    key = case_key(held.finding, run)
    return held, next(case for case in cases() if case.key == key), run


def answers_of(case: str) -> list[Answer]:
    """Return what people said to a case, oldest first."""
    return list(Answer.objects.filter(case=case))


def seal() -> tuple[int, str, tuple[int, ...]]:
    """Return number and digest of the last finding, and those that are not as they were sealed."""
    return (*head(lake().ledger), tampered(lake().ledger))


def clause_of(finding: Finding) -> QualityClause:
    """Return the clause whose thresholds a finding rests on."""
    clause: QualityClause = shelf_of(lake())["quality"].entry(finding.clause).clause
    return clause


def pictures(finding: Finding, run: QualityRun) -> list[dict[str, Any]]:
    """Return the charts of a finding: pollutant, kind of chart, data."""
    h_from, h_to = run.judged.h_from, run.judged.h_to
    made = []
    if finding.check in (Check.LIMIT_HOURS, Check.LIMIT_DAYS):
        made.append({"pollutant": finding.pollutant, "kind": "bars", "data": _heap(finding)})
    other = str(dict(finding.figures).get("other", ""))
    for key in _SHOWN.get(finding.check, (finding.pollutant,)):
        data = neighbours_chart(finding.station, key, h_from, h_to, also=other)
        made.append({"pollutant": key, "kind": "series", "data": data})
    return made


def _heap(finding: Finding) -> dict[str, Any]:
    """Bars of the hours, or of the days, that were judged."""
    p = list(BY_KEY).index(finding.pollutant)
    limit = float(dict(finding.figures)["limit"])
    unit = unit_label(POLLUTANTS[p].unit, language())
    block = measured(lake(), [finding.station], finding.first_hour, finding.last_hour + 1)
    if finding.check is Check.LIMIT_HOURS:
        return limit_chart(block[p, 0], limit, unit)
    offset_h = offset_of(finding.station)
    skip = (finding.first_hour - first_hour(0, offset_h)) % 24
    skip = (24 - skip) % 24
    days = (block.shape[2] - skip) // 24
    rules = in_force(day_of(local_day(finding.last_hour, offset_h)), shelf_of(lake()))
    clause = rules.evaluation.clause
    whole = np.ascontiguousarray(block[:, :, skip : skip + 24 * days])
    values = rounded(days_of(whole, rules), clause.day_decimals_ugm3, clause.day_decimals_mgm3)
    return limit_chart(values[p, 0], limit, unit)
