"""Flow `why`, the index: how an hour, a place's days and a change on a year before are made."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lantian.errors import BadRequest, NoData
from lantian.evaluate.aqi import Index, symbols
from lantian.evaluate.derive import Section, Step, cite, plain
from lantian.evaluate.hourly import HALO_H, HourlyForm, hour_report
from lantian.evaluate.iaqi import DAY_KEYS, NO_INDEX, BreakpointTable
from lantian.evaluate.ranking import good_day_tenths
from lantian.flows.bulletin_rows import Place, compared_index, compared_statistic
from lantian.flows.grounds import basis_of, offsets_of
from lantian.flows.place_hours import place_hours
from lantian.flows.rank import Ranking
from lantian.flows.station_days import IN_FORCE, require_data, segments
from lantian.flows.why import Answer
from lantian.lake.store import Lake
from lantian.report.figure import DataState, Stamp
from lantian.rules.ruleset import RuleSet, Shelf
from lantian.terms.hour import BEIJING_H, day_number, day_of, local_day, local_end
from lantian.terms.mark import MISSING
from lantian.terms.period import Period
from lantian.terms.pollutant import DAY_ITEMS, POLLUTANTS
from lantian.terms.rounding import spell

_ROUNDING: Final = "GB/T 8170-2008, 3.2"


def why_hour(
    lake: Lake,
    name: str,
    h: int,
    *,
    rules: str = IN_FORCE,
    shelf: Shelf | None = None,
    as_of: int | None = None,
) -> Answer:
    """Derive the values and the hourly index of a station or a place in one hour.

    Parameters
    ----------
    lake : Lake
    name : str
        A station, or a place of the roster.
    h : int
        UTC number of the hour's end.
    rules, shelf, as_of
        As in `why_station_day`.

    Returns
    -------
    Answer

    Raises
    ------
    BadRequest
        If neither a station nor a place has that name.
    NoData
        If it has no value in that hour.
    """
    roster = lake.roster(as_of)
    offset_h = offsets_of(roster).get(name, BEIJING_H)
    day = day_of(local_day(h, offset_h))
    period = Period(day, day)
    require_data(lake, period)
    if name in lake.stations():
        block = lake.block([name], h - HALO_H, h + 1, as_of=as_of)
        members: list[str] = []
    else:
        members = [m.station for m in roster.memberships if m.place == name and not m.background]
        level = next((m.level for m in roster.memberships if m.place == name), None)
        if level is None:
            raise BadRequest(
                f"没有站点或地区 {name} / no station or place {name!r}",
                where="why",
                fix="检查名称 / check the name",
            )
        held = place_hours(lake, level, period, as_of=as_of)
        at, end = held.names.index(name), h - held.first_h + 1
        block = held.values[:, [at], end - HALO_H - 1 : end].astype(np.int32)
    if (block[:, 0, -1] == MISSING).all():
        raise NoData(
            f"{name} 该小时没有数据 / {name} has no value in that hour",
            where=f"{local_end(h, offset_h):%Y-%m-%d %H:00}",
            fix="另选一小时 / ask for another hour",
        )
    chosen = segments(period, rules, shelf)[0][1]
    report = hour_report(block, chosen, HourlyForm.NETWORK)
    beside = lake.block(members, h, h + 1, as_of=as_of) if members else None
    sections = []
    table = BreakpointTable.of(chosen.aqi.clause, report.keys)
    for row, key in enumerate(report.keys):
        steps = _hour_steps(row, block, members, beside) if row < len(POLLUTANTS) else []
        value, one = int(report.values[row, 0, 0]), int(report.index.iaqi[row, 0, 0])
        if value != MISSING:
            steps += [_rounded(row, value, chosen), _breakpoints(value, row, one, table, chosen)]
        if steps:
            sections.append(Section(f"{_named(key)} ({key})", tuple(steps)))
    sections.append(_index_section(report.keys, report.index, (0, 0), chosen))
    aqi = int(report.index.aqi[0, 0])
    return Answer(
        f"{name} {local_end(h, offset_h):%Y-%m-%d %H:00}",
        (f"AQI {_na(aqi)}",) * 2,
        tuple(sections),
        chosen,
        basis_of(lake, roster, chosen, as_of),
        period,
    )


def _na(aqi: int) -> str:
    return "NA" if aqi == NO_INDEX else str(aqi)


def _named(key: str) -> str:
    return next(p.symbol for p in POLLUTANTS if p.key == key.partition("_")[0])


def _hour_steps(
    row: int,
    block: npt.NDArray[np.int32],
    members: Sequence[str],
    beside: npt.NDArray[np.int32] | None,
) -> list[Step]:
    """Show what is stored: the station's own value, or those of a place's stations."""
    unit, value = POLLUTANTS[row].unit, int(block[row, 0, -1])
    shown = "缺测 / missing" if value == MISSING else f"{plain(value)} {unit}"
    facts = {"value_thousandths": None if value == MISSING else value}
    if beside is None:
        return [Step("小时值 / hour", shown, facts)]
    held = {s: int(v) for s, v in zip(members, beside[row, :, 0], strict=True) if v != MISSING}
    words = ", ".join(f"{s} {plain(v)}" for s, v in held.items()) or "缺测 / missing"
    return [
        Step("各站 / stations", words, {"stations": held}),
        Step("平均 / mean", shown, facts | {"count": len(held)}),
    ]


def _rounded(row: int, value: int, rules: RuleSet) -> Step:
    owner = POLLUTANTS[row] if row < len(POLLUTANTS) else None
    unit = owner.unit if owner else "ug/m3"
    clause = rules.aqi.clause
    decimals = clause.decimals_mgm3 if unit == "mg/m3" else clause.decimals_ugm3
    facts = {"value_thousandths": value, "decimals": decimals}
    return Step("修约 / rounding", f"→ {spell(value, decimals)} {unit}", facts, _ROUNDING)


def _breakpoints(value: int, row: int, one: int, table: BreakpointTable, rules: RuleSet) -> Step:
    """Show the interpolation between two breakpoints."""
    conc, index = table.conc[row, : int(table.rows[row])].tolist(), table.index.tolist()
    facts: dict[str, Any] = {"value_thousandths": value, "iaqi": one}
    if value > conc[-1]:
        word = "无 / none" if one == NO_INDEX else str(one)
        return Step("IAQI", f"> {plain(conc[-1])} → {word}", facts, cite(rules.aqi))
    high = next(i for i in range(1, len(conc)) if value <= conc[i])
    low = high - 1
    text = (
        f"⌈({index[high]}−{index[low]}) / ({plain(conc[high])}−{plain(conc[low])}) × "
        f"({plain(value)}−{plain(conc[low])}) + {index[low]}⌉ = {one}"
    )
    return Step("IAQI", text, facts, cite(rules.aqi))


def _index_section(
    keys: Sequence[str], index: Index, at: tuple[int, int], rules: RuleSet
) -> Section:
    """Show the largest sub-index, its level and the primary pollutants."""
    aqi, level = int(index.aqi[at]), int(index.level[at])
    iaqi = {key: int(index.iaqi[(i, *at)]) for i, key in enumerate(keys)}
    words = ", ".join(f"{k} {'—' if v == NO_INDEX else v}" for k, v in iaqi.items())
    steps = [
        Step(
            "AQI = max(IAQI)",
            f"max({words}) = {_na(aqi)}",
            {"iaqi": iaqi, "aqi": aqi, "missing_rule": rules.aqi.clause.missing},
            cite(rules.aqi),
        )
    ]
    if level:
        row = rules.levels.clause.level[level - 1]
        text = f"{row.grade_zh} {row.name_zh} / level {level}, {row.name_en}"
        steps.append(Step("级别 / level", text, {"level": level}, cite(rules.levels)))
        primary = symbols(int(index.primary[at]))
        none = f"无 / none (AQI ≤ {rules.aqi.clause.primary_above})"
        steps.append(
            Step(
                "首要污染物 / primary pollutant",
                ", ".join(primary) or none,
                {"primary": list(primary)},
            )
        )
    return Section("AQI", tuple(steps))


def why_days(ranking: Ranking, name: str) -> tuple[Section, ...]:
    """Derive the index of a place's days, and the days counted by level, in a period.

    Parameters
    ----------
    ranking : Ranking
        Of the place's level, with the IAQI of its days.
    name : str
        One of its places.

    Returns
    -------
    tuple of Section
        Of a single day each sub-index; of a longer period the days in a row.
    """
    row, days = ranking.names.index(name), ranking.days
    index, rules = days.index, days.rules
    if days.period.days == 1 and days.reported.size:
        return _one_day(ranking, row)
    first = day_number(days.period.first)
    numbers = {f"{day_of(n)}": int(aqi) for n, aqi in enumerate(index.aqi[row], first)}
    words = " ".join(f"{day[5:]}={_na(aqi)}" for day, aqi in numbers.items())
    found, rated = ranking.found, int(ranking.found.rated[row])
    levels = found.levels[:, row].tolist()
    named = zip(rules.levels.clause.level, levels, strict=True)
    share = int(good_day_tenths(found)[row])
    steps = [
        Step("每日 AQI / AQI of each day", words, {"aqi": numbers}, cite(rules.aqi)),
        Step(
            "各级天数 / days of each level",
            ", ".join(f"{level.name_zh} / {level.name_en}: {n}" for level, n in named),
            {"levels": levels},
            cite(rules.levels),
        ),
        Step("有效天数 / rated days", str(rated), {"rated": rated}),
        Step(
            "优良天数 / good days",
            f"{' + '.join(map(str, levels[:2]))} = {int(found.good[row])}",
            {"good": int(found.good[row])},
        ),
    ]
    if share >= 0:
        text = f"{int(found.good[row])} / {rated} → {share / 10:.1f} %"
        steps.append(Step("优良天数比例 / share of good days", text, {"tenths": share}, _ROUNDING))
    return (Section("日报 / days", tuple(steps)),)


def _one_day(ranking: Ranking, row: int) -> tuple[Section, ...]:
    days = ranking.days
    rules, index = days.rules, days.index
    table = BreakpointTable.of(rules.aqi.clause, DAY_KEYS)
    clause = rules.aqi.clause
    steps = []
    for i, item in enumerate(DAY_ITEMS):
        value = int(days.reported[i, row, 0])
        if value == MISSING:
            continue
        decimals = clause.decimals_mgm3 if item.pollutant.unit == "mg/m3" else clause.decimals_ugm3
        one = _breakpoints(value, i, int(index.iaqi[i, row, 0]), table, rules)
        spelled = f"{item.key} {spell(value, decimals)} {item.pollutant.unit}"
        steps.append(Step(spelled, one.text, one.facts, one.note))
    used = [i for i, item in enumerate(DAY_ITEMS) if item.key in clause.daily_items]
    kept = Index(index.iaqi[used], index.aqi, index.level, index.primary, index.exceeding)
    keys = [DAY_ITEMS[i].key for i in used]
    return (
        Section("分指数 / sub-indices", tuple(steps)),
        _index_section(keys, kept, (row, 0), rules),
    )


def why_change(now: Ranking, before: Ranking, name: str) -> tuple[Section, ...]:
    """Derive the change of a place's statistics and index on an earlier period.

    Parameters
    ----------
    now, before : Ranking
        Of the place's level, under one rule set.
    name : str
        A place of `now`; nothing is said of one that `before` lacks.

    Returns
    -------
    tuple of Section
    """
    if name not in before.names:
        return ()
    stamp = Stamp(DataState.REALTIME, now.rules.name, verified=True)
    place = Place.of(stamp, now, name, before)
    rows: Mapping[str, Any] = {
        **{p.symbol: compared_statistic(place, i) for i, p in enumerate(POLLUTANTS)},
        "综合指数 / composite index": compared_index(place),
    }
    steps = [
        Step(
            label,
            f"({one.now.text} − {one.before.text}) / {one.before.text} → {one.change.text} %",
            {"now": one.now.text, "before": one.before.text, "change_pct": one.change.text},
            _ROUNDING,
        )
        for label, one in rows.items()
        if one.change.value is not None
    ]
    return (Section(f"与 {before.period.label} 比较 / on {before.period.label}", tuple(steps)),)
