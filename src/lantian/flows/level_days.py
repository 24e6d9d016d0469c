"""Days of a level of places: stations, cities, counties, from the lake or from a table of days."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from lantian.errors import BadRequest, NoData
from lantian.evaluate.aqi import Index, day_index
from lantian.evaluate.exceptional import Claim, leave_out
from lantian.evaluate.place import Member, place_days, working
from lantian.flows.day_file import ALWAYS, table_days
from lantian.flows.grounds import offsets_of
from lantian.flows.station_days import StationDays, require_data, station_days
from lantian.lake.roster import Roster
from lantian.lake.store import Lake
from lantian.rules.ruleset import RuleSet
from lantian.series.daily import rounded_values
from lantian.terms.hour import day_number
from lantian.terms.mark import MISSING
from lantian.terms.period import Period

STATION: Final = "station"


@dataclass(frozen=True, slots=True)
class LevelDays:
    """Days of the places of one level.

    Attributes
    ----------
    names : tuple of str
    period : Period
    rules : RuleSet
    values, reported : ndarray of int32, shape (items, places, days)
        Thousandths with the digits of statistics and with those of the index.
    index : Index
        Index of the same days.
    stations : StationDays or None
        The station days behind them, where they came from the lake.
    working : ndarray of bool, shape (stations, days), or None
        Whether each of those stations counts on the day: it has a value in the month.
    """

    names: tuple[str, ...]
    period: Period
    rules: RuleSet
    values: npt.NDArray[np.int32]
    reported: npt.NDArray[np.int32]
    index: Index
    stations: StationDays | None = None
    working: npt.NDArray[np.bool_] | None = None


def months_for(level: str, period: Period) -> Period:
    """Period of station days that the days of a level hang on.

    A place's day counts the stations that worked in its calendar month, so it needs whole
    months; a station's day stands alone.

    Examples
    --------
    >>> from lantian.terms.period import parse_period
    >>> [months_for(level, parse_period("2019-06-05")).label for level in ("station", "city")]
    ['2019-06-05', '2019-06']
    """
    return period if level == STATION else period.whole_months()


def members_of(roster: Roster, level: str) -> list[Member]:
    """Memberships of a level as day numbers.

    Raises
    ------
    BadRequest
        If the roster has no place of that level; the message lists the levels.
    """
    found = [
        Member(
            m.place,
            m.station,
            day_number(m.first) if m.first else -ALWAYS,
            day_number(m.last) if m.last else ALWAYS,
            m.background,
        )
        for m in roster.memberships
        if m.level == level
    ]
    if not found:
        levels = sorted({m.level for m in roster.memberships}) or ["none yet"]
        raise BadRequest(
            f"no places of level {level!r} in the roster",
            where="--level",
            fix=f"one of: station, {', '.join(levels)}; load: lantian roster DIR places FILE.csv",
        )
    return found


def lake_days(
    lake: Lake,
    level: str,
    period: Period,
    rules: RuleSet,
    *,
    members: Sequence[Member] | None = None,
    exclude_approved: bool = False,
    as_of: int | None = None,
    detail: bool = True,
) -> LevelDays:
    """Days of every place of a level over the part of a period that the lake has.

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
    as_of : int, optional
    detail : bool
        Without it days of stations keep only what a ranking needs.

    Returns
    -------
    LevelDays

    Raises
    ------
    NoData
        If the period lies outside the data.
    """
    require_data(lake, period)
    roster = lake.roster(as_of)
    wanted, members = stations_of(lake, roster, level, members)
    # A place's AQI, and days judged anew without claims, need the reported values.
    detail = detail or level != STATION or exclude_approved
    span = months_for(level, period)
    days = station_days(
        lake, wanted, span, rules, offsets=offsets_of(roster), as_of=as_of, detail=detail
    )
    found = days_at(level, days, members, period, detail=detail)
    return without(found, claims_of(roster)) if exclude_approved else found


def stations_of(
    lake: Lake, roster: Roster, level: str, members: Sequence[Member] | None = None
) -> tuple[list[str], Sequence[Member]]:
    """Stations with data that a level needs, and their memberships.

    Raises
    ------
    NoData
        If no station of the level has data.
    BadRequest
        If the roster has no such level.
    """
    held = set(lake.stations())
    if level == STATION:
        members = []
    elif members is None:
        members = members_of(roster, level)
    wanted = sorted(held if level == STATION else held & {m.station for m in members})
    if not wanted:
        raise NoData(
            f"no station of level {level!r} has data",
            where=str(lake.folder),
            fix="check the roster",
        )
    return wanted, members


def claims_of(roster: Roster) -> list[Claim]:
    """Claims of the roster as rules read them."""
    return [(c.scope, c.day, c.pollutant, c.state) for c in roster.exclusions]


def days_at(
    level: str,
    days: StationDays,
    members: Sequence[Member],
    period: Period,
    *,
    detail: bool = True,
) -> LevelDays:
    """Days of a level's places in a period from station days, every claim left aside.

    The station days are those of `months_for` the level and period.
    """
    if level != STATION:
        found = _placed_days(days.values, days.stations, members, period, days.rules)
        there = working(days.values, day_number(days.period.first))
        there = there[:, period.within(days.period)]
        return replace(found, stations=days.cut(period), working=there)
    return LevelDays(
        days.stations,
        days.period,
        days.rules,
        days.values,
        days.reported,
        days.index,
        days if detail else None,
    )


def _placed_days(
    values: npt.NDArray[np.int32],
    stations: Sequence[str],
    members: Sequence[Member],
    period: Period,
    rules: RuleSet,
) -> LevelDays:
    """Days of places in a period from the values of its whole months."""
    whole = period.whole_months()
    placed = place_days(values, stations, day_number(whole.first), members, rules)
    days = period.within(whole)
    mean, reported = placed.values[..., days], placed.reported[..., days]
    return LevelDays(placed.places, period, rules, mean, reported, day_index(reported, rules))


def without(days: LevelDays, claims: Collection[Claim]) -> LevelDays:
    """Days without the pollutant days of approved claims, judged anew."""
    if not claims:
        return days
    first = days.period.first
    reported = leave_out(days.reported, days.names, first, claims)
    values = leave_out(days.values, days.names, first, claims)
    index = day_index(reported, days.rules)
    return replace(days, values=values, reported=reported, index=index)


def file_days(
    path: Path,
    level: str,
    period: Period,
    rules: RuleSet,
    *,
    members: Sequence[Member] | None = None,
    o3: str | None = None,
) -> LevelDays:
    """Days of the places of a level from a table of station days.

    Parameters
    ----------
    path, period, rules, o3
        As in `table_days`.
    level : str
        `station`, or any name of a level whose places `members` lists.
    members : sequence of Member, optional

    Returns
    -------
    LevelDays

    Raises
    ------
    BadRequest
        If places are asked for and `members` is not given.
    NoData
        If the table says nothing of the period.
    """
    span = months_for(level, period)
    stations, values = table_days(path, span, rules, o3)
    clause = rules.aqi.clause
    if level == STATION:
        reported = rounded_values(values, clause.decimals_ugm3, clause.decimals_mgm3)
        return LevelDays(stations, period, rules, values, reported, day_index(reported, rules))
    if members is None:
        raise BadRequest(
            f"level {level!r} needs to know which station lies in which place",
            where="--places",
            fix="add --places FILE.csv with station,place,background",
        )
    if (values[..., period.within(span)] == MISSING).all():
        raise NoData(f"no value in {period.label}", where=str(path), fix="check the period")
    return _placed_days(values, stations, members, period, rules)
