"""What the pages share: the lake behind them, the month asked for."""

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from lantian.desk.language import both
from lantian.desk.observations import lake
from lantian.desk.quality.queries.review import last_day

#: Rows of a page.
PAGE: Final = 100

type View = Callable[..., HttpResponse]


def with_lake(view: View) -> View:
    """Answer a page of its own where there are no hours to judge."""

    @wraps(view)
    def shown(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if lake().span() is None:
            return render(request, "quality/none.html")
        return view(request, *args, **kwargs)

    return shown


def month_asked(text: str) -> date:
    """First day of the month asked for, as 2026-10; of the last month with hours unless said."""
    last = last_day() or date(1970, 1, 1)
    try:
        return date.fromisoformat(f"{text}-01")
    except ValueError:
        return last.replace(day=1)


def tabs(here: str, count: int) -> list[dict[str, Any]]:
    """Return the two tabs of reviews, with how many rows the one shown has."""
    return [
        {
            "title": title,
            "url": reverse(f"quality:{route}"),
            "current": route == here,
            "count": count if route == here else None,
        }
        for route, title in (
            ("review", both("标记的小时", "Flagged hours")),
            ("reviews", both("审核记录", "Reviews")),
        )
    ]
