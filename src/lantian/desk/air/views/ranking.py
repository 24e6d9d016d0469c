"""The page of a ranking: any period, level and index variants, with trajectories and files."""

import tempfile
from pathlib import Path
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from lantian.desk.air.links import asked as address_of
from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.latest import latest
from lantian.desk.air.queries.ranking import (
    MOST_MONTHS,
    Asked,
    check,
    course,
    ranked,
    ranking_page,
    variants_of,
)
from lantian.desk.air.spans import beside, choices, month_to_date, span_asked, span_title
from lantian.desk.air.views.entry import (
    conditional,
    csv_answer,
    file_answer,
    grounded,
    json_answer,
    kept_part,
    number_asked,
    page,
    text_answer,
)
from lantian.desk.language import language
from lantian.desk.rights.request import DeskRequest
from lantian.flows.grounds import basis_of
from lantian.flows.level_days import STATION
from lantian.flows.rank import rank_table, write_ranking
from lantian.report.headline import valued
from lantian.report.language import period_label
from lantian.rules.ruleset import for_period, set_names
from lantian.terms.period import Period


def _variants(request: DeskRequest, ground: Ground, period: Period) -> tuple[str, ...]:
    """Variant that ranks, then those beside it; empty where neither is said."""
    index, *more = [name for name in request.GET.getlist("index") if name] or [""]
    beside = [name for name in (*more, *request.GET.getlist("beside")) if name]
    if beside and not index:
        rules, _ = for_period(period, request.GET.get("rules") or None, ground.shelf)
        index = rules.evaluation.clause.default_index
    return tuple(dict.fromkeys(name for name in (index, *beside) if name))


def _asked(request: DeskRequest, ground: Ground) -> Asked:
    last = latest(ground, timezone.now()).value.whole_day
    period = span_asked(request, month_to_date(last))
    return check(
        Asked(
            level=ground.level(request.GET.get("level", "")),
            period=period,
            variants=_variants(request, ground, period),
            rules=request.GET.get("rules", ""),
            sand=request.GET.get("sand") == "1",
            months=number_asked(request, "months", 12),
            last=number_asked(request, "last", 3),
            until=last,
        )
    )


def _query(asked: Asked) -> dict[str, object]:
    return {
        "level": asked.level,
        "period": asked.period.label,
        "index": list(asked.variants),
        "rules": asked.rules,
        "sand": 1 if asked.sand else "",
        "months": asked.months,
        "last": asked.last,
    }


@require_GET
@grounded
def show(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Show the page."""
    asked = _asked(request, ground)
    found = ranking_page(ground, asked)
    last = latest(ground, timezone.now()).value.whole_day
    before, after = beside(asked.period, last)
    query, names = _query(asked), ground.names
    label = span_title(asked.period, last)
    steps = course(ground, asked)
    table = {
        "found": found,
        "label": label,
        "period": asked.period.label,
        "rows": [(r, names.get(r.row.place, r.row.place), r.row.place) for r in found.rows],
        "own": ground.root,
        "is_station": asked.level == STATION,
        "why": {
            "level": asked.level,
            "variant": found.variants[0].name,
            "rules": asked.rules,
            "sand": 1 if asked.sand else "",
        },
    }
    months = {
        "steps": steps,
        "ranks": [(names.get(n, n), n, values) for n, values in steps.ranks.items()],
        "own": ground.root,
    }
    context = {
        "found": found,
        "asked": asked,
        "table": kept_part(ground, "air/ranking_rows.html", asked, table),
        "months": kept_part(ground, "air/ranking_months.html", asked, months),
        "label": label,
        "period": asked.period.label,
        "choices": choices(asked.period, last),
        "before": before,
        "after": after,
        "levels": ground.levels(),
        "variants": variants_of(ground),
        "index": request.GET.get("index", ""),
        "beside": asked.variants[1:],
        "rule_sets": set_names(ground.shelf),
        "most_months": MOST_MONTHS,
        "notes": [language().half(note) for note in found.notes],
        "csv": address_of(reverse("air:ranking-csv"), query),
        "xlsx": address_of(reverse("air:ranking-xlsx"), query),
        "share_url": address_of(reverse("air:ranking-text"), query),
        "trajectory": address_of(reverse("air:trajectory"), query),
        "trajectory_csv": address_of(reverse("air:trajectory-csv"), query),
    }
    return page(request, ground, "air/ranking.html", context)


@require_GET
@grounded
def trajectory(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Answer the ranks of the months as the chart draws them."""

    def make() -> dict[str, Any]:
        names = ground.names
        found = course(ground, _asked(request, ground))
        named = {names.get(name, name): values for name, values in found.ranks.items()}
        return type(found)(found.months, named).picture(ground.root)

    return json_answer(request, ground, make)


@require_GET
@grounded
def trajectory_file(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Answer the ranks of the months as CSV."""

    def make() -> HttpResponse:
        asked = _asked(request, ground)
        found, now, lang = course(ground, asked), ranked(ground, asked), language()
        heads = [
            [lang.of("项目", "item"), lang.of("综合指数排名", "rank by composite index")],
            [lang.of("规则、口径", "rules, variant"), f"{now.rules.name}; {now.variant.id}"],
            [lang.of("依据", "basis"), basis_of(ground.lake, ground.roster, now.rules).short],
        ]
        columns = [lang.of("地区", "place"), *found.months]
        rows = [[name, *values] for name, values in found.ranks.items()]
        return csv_answer(f"ranks-{asked.level}-{asked.period.label}", heads, columns, rows)

    return conditional(request, ground, make)


@require_GET
@grounded
def table_file(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Answer the table as CSV, in the columns of `lantian rank`."""

    def make() -> HttpResponse:
        asked = _asked(request, ground)
        now, lang = ranked(ground, asked), language()
        table = rank_table(now)
        state = "sand-excluded" if asked.sand else ground.state.value
        heads = [
            [lang.of("时段", "period"), asked.period.label],
            [lang.of("单位", "unit"), "ug/m3, CO mg/m3"],
            [lang.of("状态", "state"), state],
            [lang.of("依据", "basis"), basis_of(ground.lake, ground.roster, now.rules).short],
        ]
        columns = table.column_names
        rows = [[row[name] for name in columns] for row in table.to_pylist()]
        return csv_answer(f"rank-{asked.level}-{asked.period.label}", heads, columns, rows)

    return conditional(request, ground, make)


@require_GET
@grounded
def workbook(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Answer the table as an Excel file."""

    def make() -> HttpResponse:
        asked = _asked(request, ground)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "rank.xlsx"
            write_ranking(ranked(ground, asked), path)
            content = path.read_bytes()
        kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return file_answer(content, f"rank-{asked.level}-{asked.period.label}.xlsx", kind)

    return conditional(request, ground, make)


@require_GET
@grounded
def message(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Answer the ranking as text for a group chat."""
    asked = _asked(request, ground)
    found, lang, names = ranking_page(ground, asked), language(), ground.names
    span = period_label(asked.period, lang)
    title = found.variants[0].title
    lines = [lang.of(f"【{span}排名】{title}", f"Ranking, {span}: {title}")]
    for one in found.rows:
        row, name = one.row, names.get(one.row.place, one.row.place)
        if row.rank.value is None:
            lines.append(lang.of(f"— {name}：{row.reason}", f"— {name}: {row.reason}"))
            continue
        fine = valued(row.statistics[3], lang)
        change = ""
        if row.change_pct.value is not None:
            change = lang.of(
                f"，同比{row.change_pct.text}%", f", {row.change_pct.text}% on a year before"
            )
        lines.append(f"{row.rank.text}. {name} {row.index.text}（PM2.5 {fine}{change}）")
    state = found.rows[0].row.rank.state.label(lang) if found.rows else ""
    unsure = "" if found.variants[0].verified else lang.of("（未核实）", " (not verified)")
    rules = f"{found.rules}; {found.variants[0].name}{unsure}"
    lines.append(lang.of(f"数据：{state}；规则：{rules}", f"Data: {state}; rules: {rules}"))
    lines.append(lang.of(f"依据：{found.basis}", f"Basis: {found.basis}"))
    return text_answer(lines)
