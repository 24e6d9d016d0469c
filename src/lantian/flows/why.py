"""Flow `why`: the derivation of a station day, a place's period, or a rank, from its hours."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final

from lantian.errors import BadRequest, NoData
from lantian.evaluate.attainment import NOT_JUDGED, attainment
from lantian.evaluate.derive import Section, Step, cite, plain, station_day
from lantian.evaluate.derive_period import Judged, place_period, rank_section
from lantian.flows.grounds import basis_of, offsets_of
from lantian.flows.level_days import STATION, LevelDays, lake_days
from lantian.flows.rank import Ranking, rank
from lantian.flows.station_days import IN_FORCE, StationDays, require_data, segments
from lantian.lake.basis import Basis
from lantian.lake.roster import Roster
from lantian.lake.standing import withdrawn
from lantian.lake.store import Lake
from lantian.report.derivation import Derivation
from lantian.report.derivation import Row as PrintedRow
from lantian.report.derivation import Step as PrintedStep
from lantian.report.language import Language
from lantian.rules.ruleset import RuleSet, Shelf, for_period, index_limits
from lantian.terms.hour import BEIJING_H, day_number, first_hour, local_end
from lantian.terms.mark import MISSING, is_withdrawn
from lantian.terms.period import Period, PeriodKind
from lantian.terms.pollutant import DAY_ITEMS, POLLUTANTS, Pollutant

_WITHDRAWN: Final = "已撤销 / withdrawn"


@dataclass(frozen=True, slots=True)
class Answer:
    """A derivation with what it rests on.

    Attributes
    ----------
    title : str
    result : (str, str)
        What is derived, zh and en.
    sections : tuple of Section
    rules : RuleSet
    basis : Basis
    """

    title: str
    result: tuple[str, str]
    sections: tuple[Section, ...]
    rules: RuleSet
    basis: Basis
    period: Period

    def table(self) -> dict[str, Any]:
        """Return the whole answer as plain values, for JSON."""
        return {
            "title": self.title,
            "result": " / ".join(dict.fromkeys(self.result)),
            "rules": self.rules.name,
            "rules_digest": self.rules.digest,
            "basis": self.basis.table(),
            "sections": [asdict(section) for section in self.sections],
        }

    def printed(self, lang: Language = Language.ZH) -> Derivation:
        """Return the answer as a page in one language prints it."""
        steps = tuple(
            PrintedStep(
                section.title, tuple(PrintedRow(s.label, s.text, s.note) for s in section.steps)
            )
            for section in self.sections
        )
        result = lang.of(*self.result)
        return Derivation(self.title, result, self.title, steps, self.basis.short, lang)


def why_station_day(
    lake: Lake,
    station: str,
    day: date,
    *,
    pollutant: Pollutant | None = None,
    rules: str = IN_FORCE,
    shelf: Shelf | None = None,
    as_of: int | None = None,
) -> Answer:
    """Derive one station day.

    Parameters
    ----------
    lake : Lake
    station : str
    day : date
    pollutant : Pollutant, optional
        Only this one, and the index.
    rules, shelf, as_of
        As in `evaluate_days`.

    Returns
    -------
    Answer

    Raises
    ------
    BadRequest
        If the lake has no such station.
    NoData
        If the day lies outside the data.
    """
    period = Period(day, day)
    require_data(lake, period)
    if station not in lake.stations():
        raise BadRequest(
            f"no station {station!r} in the lake",
            where="--station",
            fix=f"see: lantian lake check {lake.folder}",
        )
    roster = lake.roster(as_of)
    offset_h = offsets_of(roster).get(station, BEIJING_H)
    start = first_hour(day_number(day), offset_h)
    block = lake.block([station], start, start + 24, as_of=as_of)
    chosen = segments(period, rules, shelf)[0][1]
    reasons = {
        (item, h - start + 1): _WITHDRAWN
        for _, item, h in withdrawn(lake, [station], start, start + 24, as_of)
    }
    sections = station_day(block[:, 0], reasons, chosen)
    aqi = sections[-1].steps[0].facts["aqi"]
    if pollutant is not None:
        kept = [s for s in sections[:-1] if s.title.startswith(f"{pollutant.symbol} (")]
        sections = (*kept, sections[-1])
    changed = _changes(lake, roster, [station], start, start + 24, as_of)
    return Answer(
        f"{station} {day}",
        (f"AQI {aqi if aqi >= 0 else 'NA'}",) * 2,
        sections + changed,
        chosen,
        basis_of(lake, roster, chosen, as_of),
        period,
    )


def _changes(
    lake: Lake,
    roster: Roster,
    stations: Sequence[str],
    h_from: int,
    h_to: int,
    as_of: int | None,
) -> tuple[Section, ...]:
    """What was corrected since the sequence asked for, or ever, in these hours."""
    clocks = offsets_of(roster)
    found = lake.changes(as_of or 0, None, stations, h_from, h_to)
    steps = [
        Step(
            f"{r.station} {_stamp(r.h, clocks.get(r.station, BEIJING_H))} {r.item}",
            f"{_value(r.old, r.old_mark)} → {_value(r.new, r.new_mark)}",
            {
                "station": r.station,
                "item": r.item,
                "h": r.h,
                "old": r.old,
                "new": r.new,
                "withdrawn": is_withdrawn(r.new_mark),
                "batch": r.batch,
            },
            f"批次 / batch {r.batch}: {r.source}",
        )
        for r in found.revisions
    ]
    if as_of is not None and found.added:
        text = f"{found.added} 个值 / values"
        steps.append(Step("其后补入 / added since", text, {"added": found.added}))
    if not steps:
        return ()
    since = "" if as_of is None else f"（自序号 / since {as_of}）"
    return (Section(f"更正 / corrections{since}", tuple(steps)),)


def _stamp(h: int, offset_h: int) -> str:
    return f"{local_end(h, offset_h):%Y-%m-%d %H:%M}"


def _value(thousandths: int, mark: int) -> str:
    if thousandths == MISSING:
        return "—"
    return plain(thousandths) + (f"（{_WITHDRAWN}）" if is_withdrawn(mark) else "")


def why_place_period(
    lake: Lake,
    place: str,
    period: Period,
    *,
    level: str | None = None,
    rules: str = IN_FORCE,
    variant: str = "",
    min_days: int | None = None,
    shelf: Shelf | None = None,
    as_of: int | None = None,
) -> Answer:
    """Derive a place's statistics, composite index and rank over a period.

    Parameters
    ----------
    lake : Lake
    place : str
        A place of the roster, or a station.
    period : Period
    level : str, optional
        The level it is ranked in; its own unless said.
    rules, variant, min_days, shelf, as_of
        As in `rank`.

    Returns
    -------
    Answer

    Raises
    ------
    BadRequest
        If the roster has no such place.
    """
    roster = lake.roster(as_of)
    levels = {m.place: m.level for m in roster.memberships}
    own = level or levels.get(place) or (STATION if place in lake.stations() else None)
    if own is None:
        raise BadRequest(
            f"no place {place!r}",
            where="--place",
            fix=f"one of: {', '.join(sorted(levels))}; or: lantian roster DIR places FILE.csv",
        )
    chosen, crossed = for_period(period, None if rules == IN_FORCE else rules, shelf)
    days = lake_days(lake, own, period, chosen, as_of=as_of)
    if place not in days.names:
        raise NoData(f"no data of {place} in {period.label}", where="why", fix="check the period")
    variants = [variant] if variant else ()
    ranking = rank(days, variants, shelf=shelf, min_days=min_days, notes=crossed)
    sections = _period_sections(ranking, days.names.index(place), shelf)
    members = [m.station for m in roster.memberships if m.place == place] or [place]
    start = first_hour(day_number(period.first))
    changed = _changes(lake, roster, members, start, start + period.days * 24, as_of)
    row = days.names.index(place)
    value, digits = int(ranking.index.index[row]), ranking.index.index_decimals
    shown = f"{value / 10**digits:.{digits}f}" if value >= 0 else "—"
    place_rank = int(ranking.ranks[row]) or "—"
    return Answer(
        f"{place} {period.label}",
        (f"综合指数 {shown}，排名 {place_rank}", f"index {shown}, rank {place_rank}"),
        (*_stations_used(days, roster, place), *sections, *changed),
        chosen,
        basis_of(lake, roster, chosen, as_of),
        period,
    )


def _stations_used(days: LevelDays, roster: Roster, place: str) -> tuple[Section, ...]:
    """Which stations made the place's days, which did not, and their values of a single day."""
    members = [m for m in roster.memberships if m.place == place]
    if days.stations is None or days.working is None or not members:
        return ()
    behind = days.stations
    row = {station: n for n, station in enumerate(behind.stations)}
    steps = []
    for m in members:
        n = row.get(m.station)
        valid = [] if n is None else [int((v[n] != MISSING).sum()) for v in behind.values[:6]]
        if m.background:
            text = "对照点，不参与 / background point, not counted"
        elif n is None or not days.working[n].any():
            text = "所在月份无数据，不计入点位数 / no data in its months, not counted"
        elif not any(valid):
            text = "本期无有效值，仍计入点位数 / no valid value in the period, yet counted"
        elif behind.period.days == 1:
            text = _day_values(behind, row[m.station])
        else:
            counts = zip(POLLUTANTS, valid, strict=True)
            text = "有效日 / valid days: " + ", ".join(f"{p.symbol} {v}" for p, v in counts)
        facts = {"station": m.station, "background": m.background, "valid_days": valid}
        steps.append(Step(m.station, text, facts))
    share = days.rules.thresholds["place-day"]
    rule = f"站点日值的算术平均，有效点位 ≥ {share.clause.minimum} % / mean of the stations' days"
    steps.append(Step("方法 / method", rule, {"share": share.clause.minimum}, cite(share)))
    return (Section("站点 / stations", tuple(steps)),)


def _day_values(behind: StationDays, n: int) -> str:
    values = [(item.key, int(behind.values[i, n, 0])) for i, item in enumerate(DAY_ITEMS)]
    return ", ".join(f"{key} {'—' if v == MISSING else plain(v)}" for key, v in values)


def _attainment(ranking: Ranking, row: int) -> Section:
    """Days within the daily limit; in a year also the multiples of the annual judgement."""
    judged = attainment(ranking.days.values, ranking.found, ranking.rules)
    measures = [("达标天数比例", "days within the limit", "day_share_tenths", judged.day_share)]
    if ranking.period.kind is PeriodKind.YEAR:
        measures += [
            ("年均超标倍数", "mean over the limit", "over_mean_hundredths", judged.over_mean),
            (
                "百分位超标倍数",
                "percentile over the limit",
                "over_percentile_hundredths",
                judged.over_percentile,
            ),
        ]
    steps = []
    for i, p in enumerate(POLLUTANTS):
        for zh, en, key, values in measures:
            value = int(values[i, row])
            if value != NOT_JUDGED:
                share = key == "day_share_tenths"
                text = f"{value / 10:.1f} %" if share else f"{value / 100:+.2f}"
                label = f"{p.symbol} {zh} / {p.symbol} {en}"
                steps.append(Step(label, text, {"pollutant": p.key, key: value}))
    if ranking.period.kind is PeriodKind.YEAR:
        attains = bool(judged.attains[row])
        word = "达标 / attains" if attains else "不达标 / does not attain"
        steps.append(Step("年评价 / annual judgement", word, {"attains": attains}))
    steps.append(Step("限值 / limits", "二级 / class 2", {}, cite(ranking.rules.limits)))
    return Section("达标评价 / attainment", tuple(steps))


def _period_sections(ranking: Ranking, row: int, shelf: Shelf | None) -> tuple[Section, ...]:
    judged = Judged(
        ranking.period,
        ranking.days.values,
        row,
        ranking.found,
        ranking.index,
        ranking.rules,
        ranking.variant,
        index_limits(ranking.variant, shelf),
    )
    neighbours = rank_section(
        ranking.names, ranking.ranks.tolist(), ranking.index, row, ranking.reasons[row]
    )
    notes = [Step("说明 / note", note) for note in ranking.notes]
    return (
        *place_period(judged),
        _attainment(ranking, row),
        neighbours,
        *((Section("说明 / notes", tuple(notes)),) if notes else ()),
    )
