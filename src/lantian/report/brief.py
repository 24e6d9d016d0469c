"""The morning brief: short lines of plain text, ready to paste into a group chat."""

from dataclasses import dataclass
from datetime import date

from lantian.report.bulletin import Compared
from lantian.report.figure import DataState, Figure
from lantian.report.headline import trend_words, usual_comparison, valued
from lantian.report.language import Language, day_label


@dataclass(frozen=True, slots=True)
class Named:
    """A figure with its name: "PM2.5" and yesterday's mean."""

    name: str
    figure: Figure


@dataclass(frozen=True, slots=True)
class NamedComparison:
    """An item of the running month with the same span of the year before."""

    name: str
    compared: Compared


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The place next in the ranking and how far its index is away."""

    place: str
    gap: Figure


@dataclass(frozen=True, slots=True)
class Standing:
    """Rank of the place among those ranked; `reason` says why there is none."""

    rank: Figure
    ranked: Figure
    ahead: Neighbour | None
    behind: Neighbour | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Brief:
    """What a morning brief says.

    Parameters
    ----------
    place : str
        The place.
    day : date
        The day reported: yesterday.
    aqi, level, primary : Figure, str, tuple of str
        Its AQI, the level's name, primary pollutants (ties together, none at 50 or less).
    values : tuple of Named
        Its concentrations, most telling first.
    good_days, elapsed_days : Figure
        Good days and valid days of the month to date.
    month : tuple of NamedComparison
        PM2.5, index, … of the month to date, with the year before.
    standing : Standing
        Rank of the month to date.
    targets, drivers, notices : tuple of str
        Sentences on targets, on what drove the day, and on what every reader must know.
    state : DataState
        Real-time, audited or sand-excluded.
    rules, basis : str
        As printed.
    lang : Language
        Language of the fixed words.
    """

    place: str
    day: date
    aqi: Figure
    level: str
    primary: tuple[str, ...]
    values: tuple[Named, ...]
    good_days: Figure
    elapsed_days: Figure
    month: tuple[NamedComparison, ...]
    standing: Standing
    targets: tuple[str, ...]
    drivers: tuple[str, ...]
    notices: tuple[str, ...]
    state: DataState
    rules: str
    basis: str
    lang: Language


def brief_text(brief: Brief) -> str:
    """Write the brief: one thought a line, no markup.

    Parameters
    ----------
    brief : Brief
        Figures and sentences.

    Returns
    -------
    str
        Lines of plain text, the last without a line end.
    """
    lang = brief.lang
    day = day_label(brief.day, lang)
    lines = [
        *brief.notices,
        lang.of(f"【{brief.place}空气质量晨报】{day}", f"{brief.place} air quality, {day}"),
        _yesterday(brief),
        *_values(brief),
        *_month(brief),
        _standing(brief.standing, lang),
        *(lang.of(f"目标：{t}", f"Target: {t}") for t in brief.targets),
        *(lang.of(f"成因：{d}", f"Driver: {d}") for d in brief.drivers),
        _source(brief),
    ]
    return "\n".join(lines)


def _yesterday(brief: Brief) -> str:
    lang = brief.lang
    if brief.aqi.value is None:
        return lang.of("昨日：有效数据不足，无AQI", "Yesterday: too few valid data for an AQI")
    primary = lang.joined(brief.primary)
    text = lang.of(
        f"昨日：AQI {brief.aqi.text}，{brief.level}",
        f"Yesterday: AQI {brief.aqi.text}, {brief.level}",
    )
    if primary:
        text += lang.of(f"，首要污染物{primary}", f", primary pollutant {primary}")
    return text


def _values(brief: Brief) -> list[str]:
    lang = brief.lang
    parts = [f"{v.name} {valued(v.figure, lang)}" for v in brief.values]
    return [lang.of("浓度：", "Values: ") + lang.of("，", ", ").join(parts)] if parts else []


def _month(brief: Brief) -> list[str]:
    lang = brief.lang
    good, elapsed = brief.good_days, brief.elapsed_days
    lines = [
        lang.of(
            f"本月至昨日：有效{elapsed.text}天，优良{good.text}天",
            f"Month to date: {valued(elapsed, lang)} with valid data, {good.text} of them good",
        )
    ]
    for item in brief.month:
        words = trend_words(item.compared.change, lang, usual_comparison(lang))
        value = f"{item.name} {valued(item.compared.now, lang)}"
        lines.append(lang.of(f"{value}，{words}", f"{value}, {words}") if words else value)
    return lines


def _standing(standing: Standing, lang: Language) -> str:
    if standing.rank.value is None:
        return lang.of(f"排名：暂不排名，{standing.reason}", f"Rank: none, {standing.reason}")
    parts = [
        lang.of(
            f"排名：第{standing.rank.text}（共{standing.ranked.text}）",
            f"Rank: {standing.rank.text} of {standing.ranked.text}",
        )
    ]
    if standing.ahead is not None:
        place, gap = standing.ahead.place, standing.ahead.gap.text
        parts.append(
            lang.of(f"距前一位{place}差{gap}", f"{gap} behind {place}")
            if standing.ahead.gap.value
            else lang.of(f"与{place}并列", f"tied with {place}")
        )
    if standing.behind is not None:
        place, gap = standing.behind.place, standing.behind.gap.text
        parts.append(
            lang.of(f"比后一位{place}好{gap}", f"{gap} ahead of {place}")
            if standing.behind.gap.value
            else lang.of(f"与{place}并列", f"tied with {place}")
        )
    return lang.of("，", ", ").join(parts)


def _source(brief: Brief) -> str:
    lang = brief.lang
    state = brief.state.label(lang)
    verified = "" if brief.aqi.verified else lang.of("（未核实）", " (not verified)")
    return lang.of(
        f"数据：{state}；规则：{brief.rules}{verified}；依据：{brief.basis}",
        f"Data: {state}; rules: {brief.rules}{verified}; basis: {brief.basis}",
    )
