"""Jobs of the air pages: files of station hours."""

from collections.abc import Mapping
from typing import Any, Final

from django.utils import timezone

from lantian.desk.air.hours_file import FORMS, SHEET_ROWS, column_names, write_csv, write_xlsx
from lantian.desk.air.queries.ground import ground
from lantian.desk.air.queries.hours import EXPORT, hours_asked, read_hours
from lantian.desk.air.spans import read_span
from lantian.desk.jobs.registry import job
from lantian.desk.jobs.run import Run
from lantian.desk.language import language
from lantian.desk.rights.queries import reach_of
from lantian.errors import BadRequest

#: Lines above a worksheet's rows: state, period, columns.
_ABOVE: Final = 3


@job(EXPORT, zh="导出小时数据", en="Export hours")
def export_hours(run: Run, *, place: str, name: str, period: str, form: str) -> None:
    """Write the hours of a station, of a place, or of all in view into a file of the job."""
    if not reach_of(run.by.account or 0, timezone.localdate()).may("air.export"):
        raise BadRequest(
            "已无导出权限 / you may no longer export",
            where="air.export",
            fix="联系管理员 / ask an administrator",
        )
    held = ground(place)
    asked = hours_asked(held, name, read_span(period))
    if form == "xlsx" and asked.most > SHEET_ROWS - _ABOVE:
        raise BadRequest(
            f"{asked.most} 行，超过工作表上限 / {asked.most} rows do not fit a worksheet",
            where="export",
            fix="改用 CSV 或较短时段 / take CSV, or a shorter period",
        )
    lang = language()
    heads = [
        [lang.of("状态", "state"), held.state.label(lang)],
        [lang.of("时段（小时末，当地时间）", "period (hour's end, local)"), asked.period.label],
    ]
    columns = column_names(
        lang.of("编码", "code"), lang.of("站点", "station"), lang.of("时间", "time")
    )
    file = run.scratch(f"hours-{asked.period.label}.{form}".replace("..", "_"))
    write = dict(zip(FORMS, (write_csv, write_xlsx), strict=True))[form]
    parts = read_hours(held, asked)
    told = lambda done: run.progress(done, asked.most)  # noqa: E731
    count = write(file, heads, columns, parts, held.names, told)
    with run.effect():
        run.keep(file, count=count)
        run.finish(_asked(name or held.root, asked.period.label, asked.sequence))


def _asked(name: str, period: str, sequence: int) -> Mapping[str, Any]:
    return {"name": name, "period": period, "sequence": sequence}
