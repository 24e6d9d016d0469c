"""The page of targets: each goal with its progress and allowance, and who meets how many."""

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from lantian.desk.air.links import place_why
from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.target import TargetLine, targets_page
from lantian.desk.air.views.entry import (
    conditional,
    csv_answer,
    grounded,
    page,
    text_answer,
)
from lantian.desk.language import language
from lantian.desk.rights.request import DeskRequest
from lantian.report.figure import DataState


@require_GET
@grounded
def show(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Show the page."""
    found = targets_page(ground, place=request.GET.get("of", ""))
    half = language().half
    context = {
        "found": found,
        "rows": [(line, _why(ground, line)) for line in found.lines],
        "of": request.GET.get("of", ""),
        "day": found.report.day,
        "notes": [half(note) for note in found.report.notes],
    }
    return page(request, ground, "air/targets.html", context)


def _why(ground: Ground, line: TargetLine) -> str:
    """Address of the derivation of the place's days so far."""
    if line.until is None:
        return ""
    place = line.progress.place
    sand = line.progress.state is DataState.SAND_EXCLUDED
    query = {"level": ground.level_of(place) or "station", "sand": 1 if sand else ""}
    return place_why(place, line.until.label, query)


@require_GET
@grounded
def table_file(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Answer the targets as CSV."""

    def make() -> HttpResponse:
        found, lang = targets_page(ground, place=request.GET.get("of", "")), language()
        heads = [
            [lang.of("截至", "as of"), f"{found.report.day}"],
            [lang.of("依据", "basis"), found.report.basis],
        ]
        columns = [
            *(lang.of("地区", "place"), lang.of("时段", "period"), lang.of("指标", "indicator")),
            *(lang.of("单位", "unit"), lang.of("状态", "state"), lang.of("目标", "goal")),
            *(lang.of("目前", "so far"), lang.of("剩余天数", "days left")),
            *(lang.of("剩余可平均", "the rest may average"), lang.of("进展", "standing")),
            lang.of("说明", "in words"),
        ]
        rows = [
            [
                *(line.progress.place, line.progress.period.label, line.row.indicator),
                *(line.progress.unit, line.progress.state.label(lang), line.row.goal.value),
                *(line.row.so_far.value, line.row.days_left.value, line.row.may_average.value),
                *(line.status, line.sentence),
            ]
            for line in found.lines
        ]
        return csv_answer(f"targets-{found.report.day}", heads, columns, rows)

    return conditional(request, ground, make)


@require_GET
@grounded
def message(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Answer the targets as text for a group chat."""
    found, lang = targets_page(ground, place=request.GET.get("of", "")), language()
    title = lang.of(f"【目标进展】截至{found.report.day}", f"Targets as of {found.report.day}")
    basis = lang.of(f"依据：{found.report.basis}", f"Basis: {found.report.basis}")
    return text_answer([title, *(line.sentence for line in found.lines), basis])
