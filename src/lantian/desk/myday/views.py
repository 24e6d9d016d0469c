"""The start page."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from lantian.desk.myday.queries import my_day
from lantian.desk.rights.request import DeskRequest


@require_GET
def show(request: DeskRequest) -> HttpResponse:
    """Show what the reader must answer, what is late, what changed."""
    seen = my_day(request.actor, request.reach, timezone.localtime())
    return render(request, "myday/today.html", {"day": seen})
