"""What a bulletin says: plain frozen contents of figures and strings, before any layout."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from lantian.report.derivation import Derivation
from lantian.report.figure import DataState, Figure
from lantian.report.language import Language
from lantian.rules.book import Entry
from lantian.rules.clauses import EvaluationClause, LevelsClause
from lantian.rules.ruleset import Shelf
from lantian.terms.pollutant import PERIOD_ITEMS, pollutant


@dataclass(frozen=True, slots=True)
class Item:
    """One of the six items of a period, in block order, with the statistic that is judged."""

    symbol: str
    statistic: str
    unit: str


@dataclass(frozen=True, slots=True)
class LevelColour:
    """One AQI level with the colour of its rule book, as "#00E400"."""

    upto: int
    name: str
    hex: str


@dataclass(frozen=True, slots=True)
class Compared:
    """A figure, the same of the comparison period, and the change (%, days or points)."""

    now: Figure
    before: Figure
    change: Figure


@dataclass(frozen=True, slots=True)
class PrimaryDays:
    """On how many exceeded days a pollutant was primary."""

    symbol: str
    days: Figure


@dataclass(frozen=True, slots=True)
class Overview:
    """The principal place in the period, from which the headline sentences are made.

    `statistics` has the six items in block order; `good_ratio.change` is in percentage points.
    """

    statistics: tuple[Compared, ...]
    index: Compared
    good_days: Compared
    valid_days: Figure
    good_ratio: Compared
    heavy_days: Compared
    exceeded_days: Figure
    primary: tuple[PrimaryDays, ...]


@dataclass(frozen=True, slots=True)
class RankRow:
    """One place in the ranking; without a rank, `reason` says why.

    `statistics` and `singles` have the six items in block order.
    """

    rank: Figure
    reason: str
    place: str
    index: Figure
    index_max: Figure
    statistics: tuple[Figure, ...]
    singles: tuple[Figure, ...]
    good_ratio: Figure
    valid_days: Figure
    change_pct: Figure


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One item of one place against the comparison period."""

    place: str
    item: str
    compared: Compared


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """One day of one place: its AQI and the position of its level, None where there is none."""

    day: date
    aqi: Figure
    level: int | None


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """All days of the period for one place."""

    place: str
    days: tuple[CalendarDay, ...]


@dataclass(frozen=True, slots=True)
class DiurnalSeries:
    """Mean course of a day: 24 values for the hours ending 01 … 24, thousandths of `unit`."""

    symbol: str
    unit: str
    now: tuple[int | None, ...]
    before: tuple[int | None, ...]


@dataclass(frozen=True, slots=True)
class TrendSeries:
    """Daily values of one item, thousandths of `unit`; None is drawn as a gap.

    `before` stands day by day beside `now`; `limit` is the daily limit, None where there is none.
    """

    symbol: str
    unit: str
    now: tuple[int | None, ...]
    before: tuple[int | None, ...]
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Charts:
    """Data of the charts: the principal place, days in order."""

    days: tuple[date, ...]
    diurnal: tuple[DiurnalSeries, ...]
    trend: tuple[TrendSeries, ...]


@dataclass(frozen=True, slots=True)
class ExceededDay:
    """One day above the limit of good days, with the primary pollutants (ties together)."""

    day: date
    place: str
    aqi: Figure
    level: str
    primary: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TargetRow:
    """Progress of one target; `sentence` says plainly where it can no longer be reached."""

    place: str
    span: str
    indicator: str
    goal: Figure
    so_far: Figure
    used_pct: Figure
    days_left: Figure
    may_average: Figure
    rank_then: Figure
    sentence: str


@dataclass(frozen=True, slots=True)
class StationRow:
    """Standing and availability of one station's data."""

    place: str
    station: str
    state: DataState
    hours_due: Figure
    hours_valid: Figure
    availability_pct: Figure
    days_valid: Figure
    note: str


@dataclass(frozen=True, slots=True)
class ExceptionalRow:
    """One candidate for an exceptional day: official and excluded version side by side."""

    day: str
    place: str
    kind: str
    standing: str
    measure: str
    official: Figure
    excluded: Figure


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One clause used, with its citation; `verified` is False where no official text confirmed."""

    id: str
    title: str
    source: str
    effective: str
    verified: bool
    note: str


@dataclass(frozen=True, slots=True)
class Bulletin:
    """Everything that a bulletin prints, frozen.

    Parameters
    ----------
    place, office : str
        The principal place, and who issues the bulletin ("" where nobody is named).
    title : str
        "" for the usual title made of place and period.
    period, comparison : str
        Labels in the document's language, as `language.period_label` writes them.
    issued : date
        The date printed and written into the files: derived from the period, never the clock.
    notices : tuple of str
        What every reader must see: demonstration data, a fictional county, a crossed rule change.
    """

    lang: Language
    place: str
    office: str
    title: str
    period: str
    comparison: str
    issued: date
    state: DataState
    headlines: tuple[str, ...]
    overview: Overview
    index_name: str
    items: tuple[Item, ...]
    levels: tuple[LevelColour, ...]
    ranking: tuple[RankRow, ...]
    changes: tuple[ChangeRow, ...]
    calendar: tuple[CalendarRow, ...]
    charts: Charts
    exceeded: tuple[ExceededDay, ...]
    targets: tuple[TargetRow, ...]
    stations: tuple[StationRow, ...]
    exceptional: tuple[ExceptionalRow, ...]
    rules: tuple[RuleLine, ...]
    derivations: tuple[Derivation, ...]
    basis: str
    notices: tuple[str, ...]

    @property
    def heading(self) -> str:
        """Title of the document."""
        usual = self.lang.of(
            f"{self.place}环境空气质量通报", f"Air quality bulletin of {self.place}"
        )
        return self.title or usual


def levels_of(clause: LevelsClause, lang: Language) -> tuple[LevelColour, ...]:
    """Names and colours of the levels in a rule book.

    Examples
    --------
    >>> from lantian.rules.ruleset import rule_set
    >>> levels_of(rule_set("HJ633-2026").levels.clause, Language.ZH)[0].name
    '优'
    """
    return tuple(LevelColour(v.upto, lang.of(v.name_zh, v.name_en), v.hex) for v in clause.level)


def items_of(clause: EvaluationClause, lang: Language) -> tuple[Item, ...]:
    """Return the six items with their statistic: a mean, or the percentile the clause names.

    Examples
    --------
    >>> from lantian.rules.ruleset import rule_set
    >>> [i.statistic for i in items_of(rule_set("HJ633-2012").evaluation.clause, Language.ZH)][3:]
    ['均值', '第95百分位数', '第90百分位数']
    """
    means = {pollutant(name) for name in clause.mean}
    percentiles = {pollutant(name): rank for name, rank in clause.percentile.items()}
    found = []
    for item in PERIOD_ITEMS:
        matter = item.pollutant
        rank = percentiles.get(matter)
        statistic = (
            lang.of("均值", "mean")
            if matter in means
            else lang.of(f"第{rank}百分位数", f"{rank}th percentile")
        )
        symbol = f"{matter.symbol}-8h" if item.key == "o3_mda8" else matter.symbol
        found.append(Item(symbol, statistic, matter.unit))
    return tuple(found)


def rule_lines(
    entries: tuple[Entry[Any], ...], shelf: Shelf, lang: Language
) -> tuple[RuleLine, ...]:
    """Citations of the entries on which a document rests, in the order given.

    Examples
    --------
    >>> from lantian.rules.book import national_shelf
    >>> from lantian.rules.ruleset import rule_set
    >>> rule_lines((rule_set("HJ633-2026").aqi,), national_shelf(), Language.ZH)[0].effective
    '2026-03-01 —'
    """
    found = []
    for entry in entries:
        book = shelf[entry.book]
        zh = getattr(entry.clause, "title_zh", "") or book.title_zh
        en = getattr(entry.clause, "title_en", "") or book.title_en
        found.append(
            RuleLine(
                id=entry.id,
                title=lang.of(zh, en),
                source=entry.source,
                effective=f"{entry.effective} — {entry.until or ''}".rstrip(),
                verified=entry.verified,
                # A local book may have its note in one language only.
                note=lang.of(entry.note_zh or entry.note, entry.note or entry.note_zh),
            )
        )
    return tuple(found)
