"""Jobs of registers: checking and applying imports, exports, forgetting uploads."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from django.utils import timezone

from lantian.desk.jobs.registry import job
from lantian.desk.jobs.run import Run
from lantian.desk.register.applying import apply
from lantian.desk.register.batches import check
from lantian.desk.register.exporting import Extract, write_export
from lantian.desk.register.models import Batch
from lantian.desk.register.spec import register_of
from lantian.desk.register.undoing import undo
from lantian.desk.register.uploads import forget_uploads
from lantian.desk.rights.queries import reach_of
from lantian.desk.rights.reach import Reach
from lantian.terms.coordinates import CoordinateSystem

CHECK: Final = "register.check"
APPLY: Final = "register.apply"
UNDO: Final = "register.undo"
EXPORT: Final = "register.export"
_KEPT: Final = timedelta(days=7)


def _reach(run: Run) -> Reach:
    """What the asker reaches now, not when it was asked."""
    return reach_of(run.by.account or 0, timezone.localdate())


@job(CHECK, zh="检查导入文件", en="Check an import")
def check_import(run: Run, *, batch: str) -> Mapping[str, Any]:
    """Judge every row of an import."""
    found = Batch.objects.get(pk=batch)
    check(found, reach=_reach(run), now=timezone.now(), step=run.progress, effect=run.effect)
    return {"count": found.total}


@job(APPLY, zh="执行导入", en="Apply an import")
def apply_import(run: Run, *, batch: str, only_good: bool) -> Mapping[str, Any]:
    """Write what was checked."""
    found = Batch.objects.get(pk=batch)
    if found.state == Batch.State.APPLYING:
        apply(
            found,
            only_good=only_good,
            reach=_reach(run),
            by=run.by,
            now=timezone.now(),
            step=run.progress,
            effect=run.effect,
        )
    return {"count": found.created + found.changed}


@job(UNDO, zh="撤销导入", en="Undo an import")
def undo_import(run: Run, *, batch: str) -> Mapping[str, Any]:
    """Take an import back."""
    found = Batch.objects.get(pk=batch)
    if found.state == Batch.State.UNDOING:
        now = timezone.now()
        undo(found, reach=_reach(run), by=run.by, now=now, step=run.progress, effect=run.effect)
    return {"count": found.created + found.changed}


@job(EXPORT, zh="导出台账", en="Export a register")
def export_rows(run: Run, *, kind: str, query: str, form: str, coordinates: str) -> None:
    """Write what a list shows into a file of the job."""
    register = register_of(kind)
    extract = Extract(
        register, query, _reach(run), timezone.localdate(), CoordinateSystem(coordinates)
    )
    name = f"{register.kind}-{timezone.localtime():%Y%m%d-%H%M}.{form}"
    file = run.scratch(name)
    count = write_export(extract, form, file, run.progress)
    with run.effect():
        run.keep(file, count=count)
        run.finish({"kind": kind, "query": query})


@job("register.forget", zh="清理导入文件", en="Forget uploads", at="03:40")
def forget(run: Run) -> Mapping[str, Any]:
    """Delete files of imports that are done with, those with personal fields first."""
    return {"count": forget_uploads(before=timezone.now() - _KEPT)}
