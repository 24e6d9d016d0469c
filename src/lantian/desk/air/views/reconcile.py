"""The pages of reconciling: upload an official table, see each difference with its class."""

import re
import tempfile
from pathlib import Path
from typing import Final

from django import forms
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from lantian.desk.air.links import asked
from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.ranking import variants_of
from lantian.desk.air.queries.reconciled import Question, reconciled
from lantian.desk.air.services import keep_official, official_folder
from lantian.desk.air.spans import read_span
from lantian.desk.air.views.entry import file_answer, grounded, page
from lantian.desk.air.words import LEVELS, said
from lantian.desk.language import both, language
from lantian.desk.rights.request import DeskRequest
from lantian.errors import BadFile, BadRequest, NoData
from lantian.flows.reconcile import write_reconciled

_SHA: Final = re.compile(r"[0-9a-f]{64}")
_TYPES: Final = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class TableForm(forms.Form):
    """An official table, and how it is compared."""

    file = forms.FileField(
        label=both("公布的表（.xlsx 或 .csv）", "Published table (.xlsx or .csv)"),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
        help_text=both(
            "列：地区、时段，及 SO2 NO2 PM10 PM2.5 CO O3、综合指数、排名、优良天数中的任意几列",
            "columns: place, period, and any of SO2 NO2 PM10 PM2.5 CO O3, index, rank, good days",
        ),
    )
    period = forms.CharField(
        label=both("时段（表中无时段列时）", "Period, where the table has none"),
        required=False,
        max_length=40,
    )
    level = forms.ChoiceField(label=both("层级", "Level"), required=False)
    index = forms.ChoiceField(label=both("指数口径", "Index variant"), required=False)

    def __init__(self, ground: Ground, *args: object, **kwargs: object) -> None:
        """Offer levels and variants."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        usual = ("", both("自动", "automatic"))
        levels = [(level, said(LEVELS, level)) for level in ground.levels()]
        variants = [(v.name, v.title) for v in variants_of(ground)]
        self.fields["level"].choices = [usual, *levels]  # type: ignore[attr-defined]
        self.fields["index"].choices = [usual, *variants]  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@grounded
def upload(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Show the form, or take a table in and go to its comparison."""
    if request.method != "POST":
        return page(request, ground, "air/reconcile.html", {"form": TableForm(ground)})
    form = TableForm(ground, request.POST, request.FILES)
    if form.is_valid():
        try:
            return _taken(request, ground, form)
        except (BadFile, BadRequest, NoData) as error:
            half = language().half
            form.add_error("file", _told(f"{half(error.what)} [{error.where}] → {half(error.fix)}"))
    response = page(request, ground, "air/reconcile.html", {"form": form})
    response.status_code = 422
    return response


def _told(text: str) -> str:
    """Text without paths of this machine."""
    return text.replace(str(official_folder()), "").replace(" [/", " [")


def _taken(request: DeskRequest, ground: Ground, form: TableForm) -> HttpResponse:
    given = form.cleaned_data
    kept = keep_official(upload=given["file"], by=request.actor, now=timezone.now())
    period = read_span(given["period"]) if given["period"] else None
    path = official_folder() / f"{kept.sha256}.{kept.kind}"
    # Compared at once, so that a table that cannot be read is told beside its form.
    reconciled(ground, path, Question(period, given["level"], given["index"]))
    query = {"period": given["period"], "level": given["level"], "index": given["index"]}
    address = reverse("air:reconciled", args=[kept.sha256, kept.kind])
    return HttpResponseRedirect(asked(address, query))


def _question(request: DeskRequest) -> Question:
    get = request.GET.get
    period = get("period", "")
    return Question(
        read_span(period) if period else None, get("level", ""), get("index", ""), get("rules", "")
    )


def _path(sha: str, kind: str) -> Path:
    path = official_folder() / f"{sha}.{kind}"
    if not _SHA.fullmatch(sha) or kind not in _TYPES or not path.is_file():
        raise NoData(
            "没有这个表，可能已清理 / no such table, it may have been cleared away",
            where="reconcile",
            fix="重新上传 / upload it again",
        )
    return path


@require_GET
@grounded
def show(request: DeskRequest, ground: Ground, sha: str, kind: str) -> HttpResponse:
    """Show the comparison of a kept table."""
    found = reconciled(ground, _path(sha, kind), _question(request))
    query = {name: request.GET.get(name, "") for name in ("period", "level", "index", "rules")}
    whole = request.GET.get("all") == "1"
    context = {
        "found": found,
        "lines": [one for one in found.lines if whole or not one.equal],
        "whole": whole,
        "why": {"level": found.report.level, "variant": query["index"], "rules": query["rules"]},
        "files": [
            (form.upper(), asked(reverse("air:reconciled-file", args=[sha, kind, form]), query))
            for form in _TYPES
        ],
    }
    return page(request, ground, "air/reconciled.html", context)


@require_GET
@grounded
def table_file(
    request: DeskRequest, ground: Ground, sha: str, kind: str, form: str
) -> HttpResponse:
    """Answer every compared figure as a file."""
    if form not in _TYPES:
        raise NoData(f"{form[:10]}?", where="reconcile", fix=", ".join(_TYPES))
    found = reconciled(ground, _path(sha, kind), _question(request))
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / f"reconciled.{form}"
        write_reconciled(found.report, out)
        return file_answer(out.read_bytes(), f"reconciled-{sha[:8]}.{form}", _TYPES[form])
