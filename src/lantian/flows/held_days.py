"""Days of a level of places from what is held beside the lake: no hour is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from lantian import __version__
from lantian.evaluate.aqi import day_index
from lantian.evaluate.place import Member
from lantian.flows.level_days import (
    STATION,
    LevelDays,
    claims_of,
    days_at,
    lake_days,
    months_for,
    stations_of,
    without,
)
from lantian.flows.station_days import StationDays, require_data
from lantian.lake.day_result import (
    Row,
    fetch,
    held,
    lay_rows,
    months_between,
    no_days,
    thresholds_of,
)
from lantian.lake.stale import bits, marks
from lantian.lake.store import Lake
from lantian.report.language import Language
from lantian.rules.ruleset import RuleSet
from lantian.series.daily import rounded
from lantian.terms.hour import BEIJING_H, day_number
from lantian.terms.period import Period


@dataclass(frozen=True, slots=True)
class HeldDays:
    """Days of the places of one level, and how far they lag behind the hours.

    Attributes
    ----------
    days : LevelDays
        As `lake_days` gives them once nothing waits.
    stale, absent : int
        Station days whose hours changed since they were evaluated, and station days that
        were never evaluated; they count as missing. Of places those of the whole months,
        as a place's day hangs on which stations worked in its month.
    since : datetime or None
        UTC time at which the first of the changes that wait was received; None where none
        waits, or where the rules or the program are new rather than the hours.
    complete_to : int
        Lake sequence up to which every change is in the days; the last one if nothing waits.
    from_hours : bool
        True where the days are not held under what the rules ask of a valid day: they were
        evaluated from the hours just now.
    """

    days: LevelDays
    stale: int
    absent: int
    since: datetime | None
    complete_to: int
    from_hours: bool = False

    @property
    def fresh(self) -> bool:
        """Whether the days are those of the hours as they stand."""
        return not self.stale and not self.absent

    def statement(self, lang: Language) -> str:
        """Return what a page says beside the days; empty where there is nothing to say."""
        if self.from_hours:
            return lang.of(
                f"{self.days.rules.name} 的日值未保存，已由小时值现算",
                f"days by {self.days.rules.name} are not held; they were evaluated just now",
            )
        if self.fresh:
            return ""
        zh = [f"{self.stale} 个站日待更新"] if self.stale else []
        en = [f"{self.stale} station days to be updated"] if self.stale else []
        if self.absent:
            zh.append(f"{self.absent} 个站日待评价（暂计为缺）")
            en.append(f"{self.absent} station days to be evaluated (missing until then)")
        if self.since is not None:
            local = self.since.astimezone(timezone(timedelta(hours=BEIJING_H)))
            zh.append(f"自 {local:%Y-%m-%d %H:%M} 起")
            en.append(f"since {local:%Y-%m-%d %H:%M}")
        return lang.of("，".join(zh), ", ".join(en))


def held_days(
    lake: Lake,
    level: str,
    period: Period,
    rules: RuleSet,
    *,
    members: Sequence[Member] | None = None,
    exclude_approved: bool = False,
) -> HeldDays:
    """Days of every place of a level over a period, as they are held.

    Once nothing waits they equal `lake_days` with the same arguments. Where the lake holds
    days, but not under the thresholds of these rules, they are evaluated from the hours, and
    `HeldDays` says so.

    Parameters
    ----------
    lake : Lake
    level : str
        `station`, or a level of the roster's places.
    period : Period
    rules : RuleSet
    members : sequence of Member, optional
        Which station lies in which place, in place of the roster's.
    exclude_approved : bool
        Leave out the pollutant days whose exceptional claim is approved (扣沙).

    Returns
    -------
    HeldDays

    Raises
    ------
    NoData
        If the period lies outside the data.
    BadRequest
        If the roster has no such level.
    """
    thresholds = thresholds_of(rules)
    with lake.ledger.read():
        found = held(lake.ledger)
        if thresholds in found or not found:
            need_roster = exclude_approved or (level != STATION and members is None)
            roster = lake.roster(None if need_roster else 0)
            wanted, members = stations_of(lake, roster, level, members)
            settled = bool(found.get(thresholds))
            span = months_for(level, period)
            known = require_data(lake, period, around=span)
            days, rows = _station_days(lake, wanted, span, rules)
            lag = _lag(lake, wanted, known, rows, settled=settled)
            at_level = days_at(level, days, members, period)
            if exclude_approved:
                at_level = without(at_level, claims_of(roster))
            return HeldDays(at_level, *lag)
    # Outside of the snapshot, as blocks are read by threads of their own.
    evaluated = lake_days(
        lake, level, period, rules, members=members, exclude_approved=exclude_approved
    )
    return HeldDays(evaluated, 0, 0, None, lake.sequence, from_hours=True)


def _station_days(
    lake: Lake, stations: Sequence[str], period: Period, rules: RuleSet
) -> tuple[StationDays, list[Row]]:
    first, last = day_number(period.first), day_number(period.last)
    rows = fetch(lake.ledger, thresholds_of(rules), stations, months_between(first, last))
    days = no_days(len(stations), period.days)
    lay_rows(rows, stations, first, days)
    clause, kept = rules.aqi.clause, rules.evaluation.clause
    digits = (clause.decimals_ugm3, clause.decimals_mgm3)
    reported = values = rounded(days, *digits)
    if (kept.day_decimals_ugm3, kept.day_decimals_mgm3) != digits:
        values = rounded(days, kept.day_decimals_ugm3, kept.day_decimals_mgm3)
    index = day_index(reported, rules)
    found = StationDays(tuple(stations), period, rules, values, reported, days.hours, index)
    return found, rows


def _lag(
    lake: Lake, stations: Sequence[str], period: Period, rows: Sequence[Row], *, settled: bool
) -> tuple[int, int, datetime | None, int]:
    """Count stale and absent station days of a period; since when, and what is complete."""
    first, last = day_number(period.first), day_number(period.last)
    months = months_between(first, last)
    inside = {month: bits(month, first, last) for month in months}
    names = set(stations)
    there = {(row.month, row.station): row.code for row in rows}
    wait = {
        key: inside[key[0]] for key, code in there.items() if not settled or code != __version__
    }
    if not settled:
        wait |= {(m, s): days for m, days in inside.items() for s in stations}
    since: list[int] = []
    for mark in marks(lake.ledger, months[0], months[-1]):
        days = mark.days & inside[mark.month]
        if days and mark.station in names:
            key = (mark.month, mark.station)
            wait[key] = wait.get(key, 0) | days
            since.append(mark.since)
    stale = sum(days.bit_count() for key, days in wait.items() if key in there)
    absent = sum(days.bit_count() for key, days in wait.items() if key not in there)
    if not wait:
        return 0, 0, None, lake.sequence
    earliest = min(since, default=0) if settled else 0
    return stale, absent, _received(lake, earliest), max(earliest - 1, 0)


def _received(lake: Lake, batch: int) -> datetime | None:
    with lake.ledger.read() as sql:
        row = sql.execute("SELECT received FROM batch WHERE id = ?", (batch,)).fetchone()
    return None if row is None else datetime.fromisoformat(row[0])
