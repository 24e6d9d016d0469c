"""The page of data quality: capture, gaps, late stations, corrections, quarantine, whole audit."""

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.latest import latest
from lantian.desk.air.queries.quality import MOST, audited, quality_page
from lantian.desk.air.queries.today import late_words, today
from lantian.desk.air.spans import beside, choices, read_span, span_asked
from lantian.desk.air.views.entry import conditional, csv_answer, grounded, kept_part, page
from lantian.desk.language import language
from lantian.desk.rights.request import DeskRequest
from lantian.errors import BadRequest
from lantian.report.language import period_label
from lantian.terms.hour import local_end
from lantian.terms.pollutant import POLLUTANTS


@require_GET
@grounded
def show(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Show the page."""
    last = latest(ground, timezone.now()).value.whole_day
    period = span_asked(request, read_span(f"{last:%Y}"))
    found, lang = quality_page(ground, period), language()
    before, after = beside(period, last)
    seen = today(ground, timezone.now())
    item = request.GET.get("item", "pm25")
    at = next((i for i, p in enumerate(POLLUTANTS) if p.key == item), None)
    if at is None:
        known = ", ".join(p.key for p in POLLUTANTS)
        raise BadRequest(f"{item[:20]!r}?", where="item", fix=known)
    table = {"captures": found.captures, "items": POLLUTANTS, "period": period.label}
    context = {
        "found": found,
        "capture": kept_part(ground, "air/capture.html", found.period, table),
        "item": POLLUTANTS[at],
        "by_month": [(one, [month[at] for month in one.months]) for one in found.captures],
        "label": period_label(found.period, lang),
        "period": period.label,
        "choices": choices(period, last),
        "before": before,
        "after": after,
        "items": POLLUTANTS,
        "late": [lang.of(*words) for words in late_words(seen.late)],
        "refused": [(lang.half(reason), count) for reason, count in found.refused],
        "refused_rows": [(row, lang.half(row.reason)) for row in found.refused_rows],
        "most": MOST,
    }
    return page(request, ground, "air/quality.html", context)


@require_GET
@grounded
def table_file(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Answer the capture rates as CSV."""

    def make() -> HttpResponse:
        last = latest(ground, timezone.now()).value.whole_day
        period = span_asked(request, read_span(f"{last:%Y}"))
        found, lang = quality_page(ground, period), language()
        heads = [
            [
                lang.of("项目", "item"),
                lang.of("有值小时占应有小时", "hours with a value of those due"),
            ],
            [lang.of("单位", "unit"), "%"],
            [lang.of("时段", "period"), found.period.label],
            [lang.of("状态", "state"), ground.state.label(lang)],
        ]
        columns = [lang.of("编码", "code"), lang.of("站点", "station"), lang.of("月份", "month")]
        columns += [p.symbol for p in POLLUTANTS]
        rows = [
            [capture.code, capture.name, month.label, *shares]
            for capture in found.captures
            for month, shares in zip(found.months, capture.months, strict=True)
        ]
        return csv_answer(f"capture-{found.period.label}", heads, columns, rows)

    return conditional(request, ground, make)


@require_GET
@grounded
def whole(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Show a look over the whole lake, every part read and hashed."""
    found, at = audited(ground)
    half, names = language().half, ground.names
    gaps = [
        (g.station, names.get(g.station, g.station), local_end(g.h_from), local_end(g.h_to - 1))
        for g in found.gaps[:MOST]
    ]
    context = {
        "audit": found,
        "at": at,
        "gaps": gaps,
        "faults": [half(text) for text in found.faults],
        "doubts": [half(text) for text in found.notes],
    }
    return page(request, ground, "air/audit.html", context)
