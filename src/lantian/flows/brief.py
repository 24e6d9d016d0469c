"""Flow `brief`: the morning brief of a place for one day, as text for a group chat."""

from datetime import date

import numpy as np
import numpy.typing as npt

from lantian.evaluate.composite import NO_VALUE
from lantian.evaluate.iaqi import NO_INDEX
from lantian.evaluate.ranking import UNRANKED
from lantian.evaluate.statistics import GOOD_LEVEL
from lantian.flows.bulletin import judge, members_of_place, subject_of
from lantian.flows.bulletin_rows import Place, compared_index, compared_statistic
from lantian.flows.grounds import basis_of, data_state
from lantian.flows.rank import Ranking
from lantian.flows.target import target_sentences
from lantian.lake.rows import WEATHER
from lantian.lake.store import Lake
from lantian.report.brief import Brief, Named, NamedComparison, Neighbour, Standing
from lantian.report.bulletin import items_of
from lantian.report.figure import Stamp
from lantian.report.language import Language
from lantian.rules.ruleset import Shelf, for_period
from lantian.terms.hour import BEIJING_H, day_number, first_hour
from lantian.terms.mark import MISSING
from lantian.terms.period import Period
from lantian.terms.pollutant import DAY_ITEMS, PM25, POLLUTANTS
from lantian.terms.rounding import round_half_even, spell

#: Items of a day in the order in which an officer asks for them.
_ASKED = ("pm25", "pm10", "o3_mda8", "no2", "so2", "co")


def brief_of(
    lake: Lake,
    day: date,
    *,
    lang: Language,
    shelf: Shelf,
    place: str | None = None,
    level: str | None = None,
) -> Brief:
    """Gather the brief of one day: the day itself, the month to date, rank, targets.

    Parameters
    ----------
    lake : Lake
    day : date
        The day reported, usually yesterday.
    lang : Language
    shelf : mapping of str to Book
    place, level : str, optional
        Principal place and ranked level, where not the usual ones.

    Returns
    -------
    Brief

    Raises
    ------
    NoData, BadRequest
        If the day lies outside the data, or the place is unknown.
    """
    period = Period(day.replace(day=1), day)
    rules, crossed = for_period(period, None, shelf)
    subject = subject_of(lake, place, level)
    judged = judge(lake, subject, period, rules, shelf)
    variant = judged.own.variant
    sure = rules.aqi.verified and rules.evaluation.verified and variant.verified
    stamp = Stamp(data_state(lake), f"{rules.name}; {variant.id}", sure)
    own = Place.of(stamp, judged.own, subject.place, judged.own_before)
    index, row, n = own.now.days.index, own.row, period.days - 1
    aqi, reached = int(index.aqi[row, n]), int(index.level[row, n])
    name = rules.levels.clause.level[reached - 1] if reached else None
    bits = int(index.primary[row, n])
    items = items_of(rules.evaluation.clause, lang)
    fine = POLLUTANTS.index(PM25)
    found = own.now.found
    return Brief(
        place=subject.place,
        day=day,
        aqi=stamp.count(MISSING if aqi == NO_INDEX else aqi, "", own.key(f"{day}/aqi")),
        level=lang.of(name.name_zh, name.name_en) if name else "",
        primary=tuple(p.symbol for i, p in enumerate(POLLUTANTS) if bits >> i & 1),
        values=_values(own, n),
        good_days=stamp.count(int(found.levels[:GOOD_LEVEL, row].sum()), "d", own.key("good_days")),
        elapsed_days=stamp.count(int(found.rated[row]), "d", own.key("valid_days")),
        month=(
            NamedComparison(
                f"{items[fine].symbol}{lang.of('', ' ')}{items[fine].statistic}",
                compared_statistic(own, fine),
            ),
            NamedComparison(lang.of("综合指数", "Composite index"), compared_index(own)),
        ),
        standing=_standing(stamp, judged.ranked, subject.place, lang),
        targets=target_sentences(lake, day, subject.place, lang, shelf),
        drivers=_drivers(lake, subject.place, day, lang),
        notices=tuple(map(lang.half, crossed)),
        state=stamp.state,
        rules=stamp.rules,
        basis=basis_of(lake, lake.roster(), rules).short,
        lang=lang,
    )


def _values(own: Place, n: int) -> tuple[Named, ...]:
    """Concentrations of the day, as reported."""
    clause = own.now.rules.aqi.clause
    found = []
    for asked in _ASKED:
        i = next(k for k, item in enumerate(DAY_ITEMS) if item.key == asked)
        item = DAY_ITEMS[i]
        decimals = clause.decimals_mgm3 if item.pollutant.unit == "mg/m3" else clause.decimals_ugm3
        value = int(own.now.days.reported[i, own.row, n])
        key = own.key(f"day/{n}/{item.key}")
        symbol = f"{item.pollutant.symbol}-8h" if asked == "o3_mda8" else item.pollutant.symbol
        found.append(Named(symbol, own.stamp.number(value, decimals, item.pollutant.unit, key)))
    return tuple(named for named in found if named.figure.value is not None)


def _standing(stamp: Stamp, ranking: Ranking, place: str, lang: Language) -> Standing:
    """Rank of the month to date, with the neighbours and their distance.

    Early in a month no place has the days that a rank asks for; the places are then
    compared as they stand, and the reason is said.
    """
    if place not in ranking.names:
        reason = lang.of(f"{place}没有同级地区", f"{place} has no places of its level")
        return Standing(stamp.blank("", "rank"), stamp.blank("", "ranked"), None, None, reason)
    row = ranking.names.index(place)
    index = ranking.index.index
    ranked = stamp.count(int((ranking.ranks != UNRANKED).sum()), "", "ranked")
    digits = ranking.index.index_decimals
    order = [i for i in ranking.order() if index[i] != NO_VALUE]
    at = order.index(row) if row in order else None

    def neighbour(step: int) -> Neighbour | None:
        if at is None or not 0 <= at + step < len(order):
            return None
        other = order[at + step]
        gap = abs(int(index[other]) - int(index[row])) * 10 ** (3 - digits)
        name = ranking.names[other]
        return Neighbour(name, stamp.number(gap, digits, "", f"gap/{place}/{name}"))

    rank = int(ranking.ranks[row])
    shown = MISSING if rank == UNRANKED else rank
    return Standing(
        stamp.count(shown, "", f"place/{place}/{ranking.period.label}/rank"),
        ranked,
        neighbour(-1),
        neighbour(1),
        lang.half(ranking.reasons[row]),
    )


def _drivers(lake: Lake, place: str, day: date, lang: Language) -> tuple[str, ...]:
    """What the hours themselves say of the day: the peak, and the weather where it is known."""
    stations = members_of_place(lake.roster(), place)
    start = first_hour(day_number(day), BEIJING_H)
    said = []
    fine = lake.block(stations, start, start + 24)[POLLUTANTS.index(PM25)]
    there = fine != MISSING
    counts = there.sum(axis=0)
    if counts.any():
        means = np.where(there, fine, 0).sum(axis=0) // np.maximum(counts, 1)
        peak = int(means.argmax())
        value = spell(int(means[peak]), 0)
        said.append(
            lang.of(
                f"PM2.5 峰值在{peak + 1}时，各站平均{value} μg/m³",
                f"PM2.5 peaked at {peak + 1}:00, mean of the stations {value} μg/m³",
            )
        )
    weather = lake.block(stations, start, start + 24, kind=WEATHER)
    words = [_mean(weather[k]) for k in (0, 3)]
    if None not in words:
        said.append(
            lang.of(
                f"平均风速{words[0]} m/s，相对湿度{words[1]}%",
                f"mean wind {words[0]} m/s, relative humidity {words[1]}%",
            )
        )
    return tuple(said)


def _mean(values: npt.NDArray[np.int32]) -> str | None:
    there = values[values != MISSING].astype(np.int64)
    if there.size == 0:
        return None
    return spell(round_half_even(int(there.sum()), int(there.size)), 1)
