"""Derivation: the steps of a number, taken from the intermediates of the kernel that made it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from lantian.evaluate.aqi import day_index, symbols
from lantian.evaluate.iaqi import DAY_KEYS, NO_INDEX, BreakpointTable
from lantian.rules.book import Entry
from lantian.rules.ruleset import RuleSet
from lantian.series.daily import Days, days_of, rounded
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import DAY_ITEMS, POLLUTANTS, DayItem
from lantian.terms.rounding import spell

_OZONE = len(POLLUTANTS) - 1


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it is, how it reads, the same as plain values, and the rule behind it."""

    label: str
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Steps that belong together, such as those of one pollutant."""

    title: str
    steps: tuple[Step, ...]


def cite(entry: Entry[Any]) -> str:
    """Spell the citation of a rule entry; an unverified one says so.

    Examples
    --------
    >>> from lantian.rules.ruleset import rule_set
    >>> cite(rule_set("HJ633-2026").aqi).split(",")[0]
    'HJ633-2026: HJ 633-2026 环境空气质量指数（AQI）技术规定'
    """
    doubt = "" if entry.verified else "（未核实 / unverified）"
    return f"{entry.id}: {entry.source}{doubt}"


def station_day(
    values: npt.NDArray[np.int32], reasons: Mapping[tuple[str, int], str], rules: RuleSet
) -> tuple[Section, ...]:
    """Derive one station day from its 24 hours.

    Parameters
    ----------
    values : ndarray of int32, shape (pollutants, 24)
        Thousandths of the hours that end at 01:00 … 24:00; MISSING where left out.
    reasons : mapping of (pollutant key, local hour) to str
        Why an hour is left out, where more is known than that it is missing.
    rules : RuleSet

    Returns
    -------
    tuple of Section
        One for each day item, then the index.

    Examples
    --------
    >>> from lantian.rules.ruleset import rule_set
    >>> hours = np.full((6, 24), 76_000, np.int32)
    >>> sections = station_day(hours, {}, rule_set("HJ633-2012"))
    >>> sections[3].steps[2].text
    '1824 / 24 = 76 → 76 ug/m3'
    """
    block = values[:, None, :]
    days = days_of(block, rules)
    clause = rules.aqi.clause
    reported = rounded(days, clause.decimals_ugm3, clause.decimals_mgm3)
    index = day_index(reported, rules)
    table = BreakpointTable.of(clause, DAY_KEYS)
    sections = []
    for row, item in enumerate(DAY_ITEMS):
        steps = [
            _hours_step(values, item, reasons),
            _validity_step(days, row, item, rules),
            *_mean_steps(days, reported, row, item, rules),
        ]
        if reported[row, 0, 0] != MISSING:
            one = int(index.iaqi[row, 0, 0])
            steps.append(_iaqi_step(int(reported[row, 0, 0]), row, one, table, rules))
        sections.append(Section(f"{item.pollutant.symbol} ({item.key})", tuple(steps)))
    sections.append(_index_section(index.iaqi[:, 0, 0], index, rules))
    return tuple(sections)


def plain(thousandths: int) -> str:
    """Shortest decimal spelling of thousandths.

    Examples
    --------
    >>> plain(60_500), plain(100_000), plain(0)
    ('60.5', '100', '0')
    """
    return spell(thousandths, 3).rstrip("0").rstrip(".")


def _hours_step(
    values: npt.NDArray[np.int32], item: DayItem, reasons: Mapping[tuple[str, int], str]
) -> Step:
    row = POLLUTANTS.index(item.pollutant)
    used = {h + 1: int(v) for h, v in enumerate(values[row]) if v != MISSING}
    out = {
        h: reasons.get((item.pollutant.key, h), "缺测 / missing")
        for h in range(1, 25)
        if h not in used
    }
    words = " ".join(f"{h:02d}={plain(v)}" for h, v in used.items())
    if out:
        words += "；剔除 / left out: " + ", ".join(_spans(out))
    return Step("小时值 / hours", words, {"used_thousandths": used, "left_out": out})


def _spans(out: Mapping[int, str]) -> list[str]:
    """Hours left out, neighbours of one reason together: "02–05 缺测 / missing"."""
    spans: list[tuple[int, int, str]] = []
    for hour, why in out.items():
        if spans and spans[-1][1:] == (hour - 1, why):
            spans[-1] = (spans[-1][0], hour, why)
        else:
            spans.append((hour, hour, why))
    return [
        f"{first:02d}{f'–{last:02d}' if last > first else ''} {why}" for first, last, why in spans
    ]


def _validity_step(days: Days, row: int, item: DayItem, rules: RuleSet) -> Step:
    name = {"o3_mda8": "mda8", "o3_max1h": "o3-max1h"}.get(item.key, "daily-mean")
    entry = rules.thresholds[name]
    pollutant = POLLUTANTS.index(item.pollutant)
    had = int(days.windows[0, 0] if name == "mda8" else days.hours[pollutant, 0, 0])
    valid = bool(days.count[row, 0, 0])
    unit = {"windows": "个 8 小时窗口 / windows", "hours": "小时 / hours"}[entry.clause.unit]
    verdict = "有效 / valid" if valid else "无效 / not valid"
    by_excess = valid and had < entry.clause.minimum
    note = "；超过限值, 仍有效 / exceeds the limit, so it counts" if by_excess else ""
    return Step(
        "有效性 / validity",
        f"{had} {unit} (≥ {entry.clause.minimum}) → {verdict}{note}",
        {"had": had, "needed": entry.clause.minimum, "valid": valid},
        cite(entry),
    )


def _mean_steps(
    days: Days, reported: npt.NDArray[np.int32], row: int, item: DayItem, rules: RuleSet
) -> list[Step]:
    count, total = int(days.count[row, 0, 0]), int(days.total[row, 0, 0])
    if count == 0:
        return []
    value = int(reported[row, 0, 0])
    clause = rules.aqi.clause
    decimals = clause.decimals_mgm3 if item.pollutant.unit == "mg/m3" else clause.decimals_ugm3
    exact = f"{total / count / 1000:.6f}".rstrip("0").rstrip(".")
    steps = []
    facts: dict[str, Any] = {"sum_thousandths": total, "count": count, "value_thousandths": value}
    if item.key == "o3_mda8":
        end = int(days.window_end[0, 0])
        facts |= {"window_first": end - 7, "window_last": end}
        steps.append(
            Step("最大窗口 / largest window", f"{end - 7:02d}–{end:02d} h, {count} h", facts)
        )
    text = f"{plain(total)} / {count} = {exact} → {spell(value, decimals)}"
    steps.append(
        Step(
            "平均与修约 / mean and rounding",
            f"{text} {item.pollutant.unit}",
            facts | {"decimals": decimals},
            "GB/T 8170-2008, 3.2",
        )
    )
    return steps


def _iaqi_step(value: int, row: int, one: int, table: BreakpointTable, rules: RuleSet) -> Step:
    rows = int(table.rows[row])
    conc = table.conc[row, :rows].tolist()
    used = DAY_ITEMS[row].key in rules.aqi.clause.daily_items
    tail = "" if used else "；不参与日报 AQI / not in the daily AQI"
    if value > conc[-1]:
        word = "无 / none" if one == NO_INDEX else str(one)
        facts: dict[str, Any] = {"value_thousandths": value, "iaqi": one, "above": conc[-1]}
        return Step("IAQI", f"> {conc[-1] // 1000} → {word}{tail}", facts, cite(rules.aqi))
    high = next(i for i in range(1, rows) if value <= conc[i])
    low = high - 1
    index = table.index.tolist()
    facts = {
        "value_thousandths": value,
        "bp_lo": conc[low],
        "bp_hi": conc[high],
        "iaqi_lo": index[low],
        "iaqi_hi": index[high],
        "iaqi": one,
    }
    text = (
        f"⌈({index[high]}−{index[low]}) / ({conc[high] // 1000}−{conc[low] // 1000}) × "
        f"({plain(value)}−{conc[low] // 1000}) + {index[low]}⌉ = {one}{tail}"
    )
    return Step("IAQI", text, facts, cite(rules.aqi))


def _index_section(iaqi: npt.NDArray[np.int16], index: Any, rules: RuleSet) -> Section:
    used = {
        item.key: int(iaqi[i])
        for i, item in enumerate(DAY_ITEMS)
        if item.key in rules.aqi.clause.daily_items
    }
    aqi, level = int(index.aqi[0, 0]), int(index.level[0, 0])
    words = ", ".join(f"{k} {v if v != NO_INDEX else '—'}" for k, v in used.items())
    steps = [
        Step(
            "AQI = max(IAQI)",
            f"max({words}) = {'NA' if aqi == NO_INDEX else aqi}",
            {"iaqi": used, "aqi": aqi, "missing_rule": rules.aqi.clause.missing},
            cite(rules.aqi),
        )
    ]
    if level:
        row = rules.levels.clause.level[level - 1]
        primary = symbols(int(index.primary[0, 0]))
        text = f"{row.grade_zh} {row.name_zh} / level {level}, {row.name_en}"
        steps.append(Step("级别 / level", text, {"level": level}, cite(rules.levels)))
        steps.append(
            Step(
                "首要污染物 / primary pollutant",
                ", ".join(primary) or f"无 / none (AQI ≤ {rules.aqi.clause.primary_above})",
                {"primary": list(primary)},
            )
        )
    return Section("AQI", tuple(steps))
