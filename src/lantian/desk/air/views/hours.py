"""Asking for a file of station hours."""

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from lantian.desk.air.hours_file import FORMS
from lantian.desk.air.queries.ground import Ground
from lantian.desk.air.queries.hours import EXPORT, hours_asked
from lantian.desk.air.spans import read_span
from lantian.desk.air.views.entry import grounded
from lantian.desk.jobs.services import enqueue
from lantian.desk.rights.request import DeskRequest
from lantian.errors import BadRequest


@require_POST
@grounded
def export(request: DeskRequest, ground: Ground) -> HttpResponse:
    """Ask for the hours of a station or place, or of all in view, over a period as a job."""
    form = request.POST.get("form", "")
    if form not in FORMS:
        raise BadRequest(f"{form[:20]!r}?", where="form", fix=", ".join(FORMS))
    name = request.POST.get("name", "")
    asked = hours_asked(ground, name, read_span(request.POST.get("period", "")))
    arguments = {"place": ground.root, "name": name, "period": asked.period.label, "form": form}
    job = enqueue(name=EXPORT, by=request.actor, now=timezone.now(), arguments=arguments)
    return HttpResponseRedirect(reverse("jobs:detail", args=[job]))
