"""Derivations for pages: an hour, a station day, a place's period, with every later step."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from lantian.desk.air.queries.ground import Ground
from lantian.errors import BadRequest, NoData, NoRuleInForce
from lantian.flows.grounds import offsets_of
from lantian.flows.level_days import STATION, lake_days
from lantian.flows.rank import rank
from lantian.flows.station_days import IN_FORCE
from lantian.flows.why import Answer, why_place_period, why_station_day
from lantian.flows.why_excluded import why_excluded
from lantian.flows.why_index import why_change, why_days, why_hour
from lantian.report.derivation import Derivation, Row, Step
from lantian.report.language import Language
from lantian.rules.ruleset import for_period
from lantian.terms.hour import BEIJING_H, hour_number
from lantian.terms.period import Period
from lantian.terms.pollutant import Pollutant


@dataclass(frozen=True, slots=True)
class Asked:
    """How a figure was made: by which rules and variant, as of which sequence of the lake.

    `sand` asks for the version without approved exceptional days.
    """

    rules: str = ""
    variant: str = ""
    level: str = ""
    as_of: int | None = None
    sand: bool = False

    @property
    def named(self) -> str:
        """Name of the rules as flows take it."""
        return self.rules or IN_FORCE


def of_hour(ground: Ground, name: str, end: datetime, asked: Asked) -> Answer:
    """Derive an hour of a station or place; `end` is its local end."""
    offset_h = offsets_of(ground.roster).get(name, BEIJING_H)
    h = hour_number(end, offset_h)
    return why_hour(ground.lake, name, h, rules=asked.named, shelf=ground.shelf, as_of=asked.as_of)


def of_station(
    ground: Ground, station: str, day: date, pollutant: Pollutant | None, asked: Asked
) -> Answer:
    """Derive a station day."""
    return why_station_day(
        ground.lake,
        station,
        day,
        pollutant=pollutant,
        rules=asked.named,
        shelf=ground.shelf,
        as_of=asked.as_of,
    )


def of_place(ground: Ground, place: str, period: Period, asked: Asked) -> Answer:
    """Derive a place's period: statistics, index and rank, its days, the change on a year before.

    Raises
    ------
    BadRequest, NoData, NoRuleInForce
        If place, level or period cannot be had.
    """
    level = asked.level or ground.level_of(place)
    if level is None:
        level = STATION if place in ground.lake.stations() else None
    if level is None:
        raise NoData(
            f"没有地区 {place[:40]} / no place {place[:40]}", where="why", fix="检查名称 / check it"
        )
    if asked.sand:
        return why_excluded(
            ground.lake,
            place,
            period,
            level,
            rules=asked.named,
            variant=asked.variant,
            shelf=ground.shelf,
            as_of=asked.as_of,
        )
    answer = why_place_period(
        ground.lake,
        place,
        period,
        level=level,
        rules=asked.named,
        variant=asked.variant,
        shelf=ground.shelf,
        as_of=asked.as_of,
    )
    variants = [asked.variant] if asked.variant else []
    chosen, _ = for_period(period, asked.rules or None, ground.shelf)
    days = lake_days(ground.lake, level, period, chosen, as_of=asked.as_of)
    now = rank(days, variants, shelf=ground.shelf)
    further = why_days(now, place)
    try:
        earlier = lake_days(ground.lake, level, period.year_earlier(), chosen, as_of=asked.as_of)
    except (NoData, NoRuleInForce, BadRequest):
        return replace(answer, sections=answer.sections + further)
    before = rank(earlier, variants, shelf=ground.shelf)
    return replace(answer, sections=answer.sections + further + why_change(now, before, place))


def printed(answer: Answer, lang: Language) -> Derivation:
    """Return an answer as a page in one language; texts that give both keep their half."""
    made = answer.printed(lang)
    steps = tuple(
        Step(
            lang.half(step.title),
            tuple(
                Row(lang.half(row.label), halves(row.value, lang), row.note) for row in step.rows
            ),
        )
        for step in made.steps
    )
    return replace(made, steps=steps)


def halves(text: str, lang: Language) -> str:
    """Return the part of a text in one language where all of it, each number too, is in both.

    Examples
    --------
    >>> halves("有效 / valid", Language.EN), halves("1034 / 24 = 43.083333", Language.EN)
    ('valid', '1034 / 24 = 43.083333')
    >>> halves("有效日 / valid days: SO2 31", Language.ZH)
    '有效日 / valid days: SO2 31'
    """
    zh, mark, en = text.partition(" / ")
    same = "".join(filter(str.isdigit, zh)) == "".join(filter(str.isdigit, en))
    bilingual = mark and same and " / " not in en and not zh.isascii() and en.isascii()
    return lang.of(zh, en) if bilingual else text
