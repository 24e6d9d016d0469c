"""The pages of the rules: books with citations, what holds on a day, what changed."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from lantian.desk.air.queries.ground import shelf_here
from lantian.desk.air.queries.rule_books import CHANGE, book_of, books_on, changes, set_on
from lantian.desk.rights.request import DeskRequest
from lantian.terms.period import parse_day


def _day(request: DeskRequest, name: str, usual: date) -> date:
    text = request.GET.get(name, "")
    return parse_day(text[:20]) if text else usual


@require_GET
def show(request: DeskRequest) -> HttpResponse:
    """Show the books with the entries in force on a day."""
    shelf = shelf_here()
    day = _day(request, "on", timezone.localdate())
    chosen, bundled = set_on(shelf, day)
    context = {
        "books": books_on(shelf, day),
        "day": day,
        "chosen": chosen,
        "bundled": bundled,
    }
    return render(request, "air/rules.html", context)


@require_GET
def book(request: DeskRequest, name: str) -> HttpResponse:
    """Show one book with every entry."""
    return render(request, "air/rule_book.html", {"book": book_of(shelf_here(), name)})


@require_GET
def changed(request: DeskRequest) -> HttpResponse:
    """Show what changed between two days; of the change of 2026 unless said."""
    first, last = _day(request, "from", CHANGE[0]), _day(request, "to", CHANGE[1])
    before, after, found = changes(shelf_here(), first, last)
    context = {"first": first, "last": last, "before": before, "after": after, "changes": found}
    return render(request, "air/rule_changes.html", context)
