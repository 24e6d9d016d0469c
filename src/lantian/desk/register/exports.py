"""The page that asks for an export."""

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from lantian.desk.jobs.services import enqueue
from lantian.desk.language import both
from lantian.desk.register.exporting import FORMS
from lantian.desk.register.filtering import kept
from lantian.desk.register.jobs import EXPORT
from lantian.desk.register.listing import asked, chosen
from lantian.desk.register.spec import Register
from lantian.desk.rights.request import DeskRequest
from lantian.terms.coordinates import CoordinateSystem


class ExportForm(forms.Form):
    """Form of the file."""

    form = forms.ChoiceField(label=both("格式", "Format"), choices=[(f, f) for f in FORMS])
    coordinates = forms.ChoiceField(
        label=both("坐标系", "Coordinates"),
        choices=[
            (CoordinateSystem.WGS84, "WGS 84 / CGCS2000"),
            (CoordinateSystem.GCJ02, "GCJ-02"),
            (CoordinateSystem.BD09, "BD-09"),
        ],
    )


@require_http_methods(["GET", "HEAD", "POST"])
def export(request: DeskRequest, register: Register) -> HttpResponse:
    """Ask for an export of exactly what the list shows."""
    if not request.reach.may("register.export"):
        raise PermissionDenied("register.export")
    query = kept(request.GET)
    what = asked(register, request.GET, timezone.localdate())
    form = ExportForm(request.POST or None, initial={"coordinates": "wgs84"})
    if register.shown is None:
        del form.fields["coordinates"]
        form.fields["form"].choices = [(f, f) for f in FORMS if f != "geojson"]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        job = enqueue(
            name=EXPORT,
            by=request.actor,
            now=timezone.now(),
            arguments={
                "kind": register.kind,
                "query": query,
                "form": form.cleaned_data["form"],
                "coordinates": form.cleaned_data.get("coordinates") or "wgs84",
            },
        )
        return HttpResponseRedirect(reverse("jobs:detail", args=[job]))
    context = {
        "register": register,
        "form": form,
        "total": chosen(register, request.reach, what).count(),
        "cancel_url": f"{reverse(register.route('list'))}?{query}",
        "crumbs": [
            {"title": register.label, "url": reverse(register.route("list"))},
            {"title": both("导出", "Export")},
        ],
    }
    return render(request, "register/export.html", context, status=422 if form.errors else 200)
