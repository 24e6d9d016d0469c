"""How places stand: ranking, targets, and the derivation of a day."""

from typing import Annotated, Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel, Field

from lantian.desk.air.queries import derivation as derivations
from lantian.desk.air.queries.ranking import Asked, Gap, Row, check, ranking_page
from lantian.desk.air.queries.target import TargetLine, targets_page
from lantian.desk.air.spans import read_span
from lantian.desk.api.air.now import NAME
from lantian.desk.api.air.stamps import FigureOut, conditional, figure, ground_of
from lantian.desk.api.forms import CSV, JSON, Content, csv_body, form_of, json_body
from lantian.desk.api.interface import Strict
from lantian.errors import BadRequest
from lantian.report.figure import DataState
from lantian.terms.period import Period, parse_day
from lantian.terms.pollutant import POLLUTANTS, pollutant

FORMS: Final = (JSON, CSV)
_FIGURES: Final = ("rank", "index", "index_max", "good_ratio", "valid_days", "change_pct")


class RankingQuery(Strict):
    """Parameters of a ranking."""

    period: Annotated[str, Field(pattern=r"^[0-9Q.-]{4,24}$")] = Field(
        description="2015-12, 2015-Q4, 2015, 2015-12-01..2015-12-10"
    )
    place: NAME = Field("", description="根地区 / root place")
    level: NAME = Field("", description="层级，缺省为主要层级 / level; the main one unless said")
    index: list[NAME] = Field([], max_length=4, description="综合指数口径 / index variants")
    rules: NAME = Field("", description="规则集，缺省为现行 / rule set; in force unless said")
    sand: Literal["0", "1"] = Field("0", description="1：扣除已批准例外日 / without approved days")
    last: int = Field(3, ge=1, le=99, description="列后几位 / how many count as last")
    format: Literal["json", "csv"] = "json"


class GapOut(BaseModel):
    """The next place in the order and the difference of the two indices."""

    place: str
    gap: FigureOut


class RankOut(BaseModel):
    """A place in a ranking; without a rank, `reason` says why."""

    place: str
    reason: str
    rank: FigureOut
    index: FigureOut
    index_max: FigureOut
    good_ratio: FigureOut
    valid_days: FigureOut
    change_pct: FigureOut
    items: dict[str, FigureOut]
    ahead: GapOut | None
    behind: GapOut | None
    months_among_last: int | None


class RankingOut(BaseModel):
    """A ranking."""

    level: str
    period: str
    variants: list[str]
    rules: str
    basis: str
    lag: str
    notes: list[str]
    items: list[RankOut]


class TargetsQuery(Strict):
    """Parameters of targets."""

    place: NAME = Field("", description="根地区 / root place")
    of: NAME = Field("", description="只看某地区 / of one place")
    format: Literal["json", "csv"] = "json"


class TargetOut(BaseModel):
    """A target as it stands."""

    place: str
    period: str
    indicator: str
    status: str
    goal: FigureOut
    so_far: FigureOut
    days_left: FigureOut
    may_average: FigureOut
    sentence: str


class TargetsOut(BaseModel):
    """All targets of a group."""

    day: str
    basis: str
    notes: list[str]
    items: list[TargetOut]


class DerivationQuery(Strict):
    """Parameters of a derivation."""

    pollutant: Literal["", "so2", "no2", "pm10", "pm25", "co", "o3"] = Field(
        "", description="仅站点 / of a station only"
    )
    rules: NAME = ""
    as_of: int | None = Field(None, ge=1, le=2**53 - 1, description="数据湖序号 / lake sequence")


class StepOut(BaseModel):
    """One line of a step."""

    model_config = {"extra": "allow"}


class SectionOut(BaseModel):
    """One step of a derivation."""

    title: str
    steps: list[StepOut]


class DerivationOut(BaseModel):
    """A figure walked back to its hours."""

    title: str
    result: str
    rules: str
    rules_digest: str
    basis: dict[str, str | int]
    sections: list[SectionOut]


def ranking(request: HttpRequest, query: RankingQuery) -> HttpResponse:
    """Answer the ranking of a period."""
    held = ground_of(query.place)
    asked = check(
        Asked(
            held.level(query.level),
            read_span(query.period),
            tuple(query.index),
            query.rules,
            sand=query.sand == "1",
            last=query.last,
        )
    )
    form = form_of(request, FORMS) or JSON

    def make() -> Content:
        page = ranking_page(held, asked)
        why: dict[str, object] = {
            "level": asked.level,
            "variant": page.variants[0].name,
            "rules": asked.rules,
            "sand": 1 if asked.sand else "",
        }
        items = [_row(row, why) for row in page.rows]
        head = {
            "level": asked.level,
            "period": asked.period.label,
            "variants": [v.name for v in page.variants],
            "rules": page.rules,
            "basis": page.basis,
        }
        if form == CSV:
            return Content(form, _ranking_csv(items, head), {})
        body = {**head, "lag": page.lag, "notes": list(page.notes), "items": items}
        return Content(form, json_body(body), {})

    return conditional(request, held, form, make)


def _row(row: Row, why: dict[str, object]) -> dict[str, Any]:
    one = row.row
    keys = [p.key for p in POLLUTANTS]
    return {
        "place": one.place,
        "reason": one.reason,
        **{name: figure(getattr(one, name), why) for name in _FIGURES},
        "items": {k: figure(f, why) for k, f in zip(keys, one.statistics, strict=True)},
        "ahead": _gap(row.ahead, why),
        "behind": _gap(row.behind, why),
        "months_among_last": row.run,
    }


def _gap(gap: Gap | None, why: dict[str, object]) -> dict[str, Any] | None:
    return {"place": gap.place, "gap": figure(gap.gap, why)} if gap else None


def _ranking_csv(items: list[dict[str, Any]], head: dict[str, Any]) -> bytes:
    keys = [p.key for p in POLLUTANTS]
    rows = [
        [
            one["place"],
            *(one[name]["value"] for name in _FIGURES),
            *(one["items"][key]["value"] for key in keys),
            one["rank"]["state"],
            one["rank"]["rules"],
            one["reason"],
            head["basis"],
        ]
        for one in items
    ]
    units = [f"{p.key} {p.unit}" for p in POLLUTANTS]
    return csv_body(["place", *_FIGURES, *units, "state", "rules", "reason", "basis"], rows)


def targets(request: HttpRequest, query: TargetsQuery) -> HttpResponse:
    """Answer the targets of a group as they stand."""
    held = ground_of(query.place)
    form = form_of(request, FORMS) or JSON

    def make() -> Content:
        page = targets_page(held, place=query.of)
        items = [_target(line) for line in page.lines]
        report = page.report
        if form == CSV:
            return Content(form, _targets_csv(items, report.basis), {})
        body = {"day": f"{report.day}", "basis": report.basis, "notes": list(report.notes)}
        return Content(form, json_body({**body, "items": items}), {})

    return conditional(request, held, form, make)


def _target(line: TargetLine) -> dict[str, Any]:
    row, progress = line.row, line.progress
    sand = progress.state is DataState.SAND_EXCLUDED
    why: dict[str, object] = {"sand": 1 if sand else ""}
    return {
        "place": progress.place,
        "period": progress.period.label,
        "indicator": row.indicator,
        "status": progress.status.value,
        **{
            name: figure(getattr(row, name), why)
            for name in ("goal", "so_far", "days_left", "may_average")
        },
        "sentence": line.sentence,
    }


def _targets_csv(items: list[dict[str, Any]], basis: str) -> bytes:
    figures = ("goal", "so_far", "days_left", "may_average")
    words = ("place", "period", "indicator", "status")
    rows = [
        [
            *(one[w] for w in words),
            one["goal"]["unit"],
            *(one[f]["value"] for f in figures),
            one["goal"]["state"],
            one["goal"]["rules"],
            one["sentence"],
            basis,
        ]
        for one in items
    ]
    return csv_body([*words, "unit", *figures, "state", "rules", "sentence", "basis"], rows)


def derivation(request: HttpRequest, name: str, day: str, query: DerivationQuery) -> HttpResponse:
    """Answer how a day of a station or place was made out of its hours."""
    held = ground_of("").around(name)
    on = parse_day(day)
    asked = derivations.Asked(rules=query.rules, as_of=query.as_of)
    station = held.level_of(name) is None
    if query.pollutant and not station:
        raise BadRequest(
            "污染物仅用于站点 / a pollutant is for stations only", where="pollutant", fix="—"
        )

    def make() -> Content:
        made = (
            derivations.of_station(held, name, on, pollutant(query.pollutant), asked)
            if station
            else derivations.of_place(held, name, Period(on, on), asked)
        )
        return Content(JSON, json_body(made.table()), {})

    return conditional(request, held, JSON, make)
