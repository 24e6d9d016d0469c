"""What the pages share: the lake behind them, the month asked for."""

from collections.abc import Callable
from datetime import date
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from lantian.desk.env import env
from lantian.desk.observations import lake
from lantian.desk.quality.queries.review import last_day
from lantian.lake.store import Lake

type View = Callable[..., HttpResponse]


def with_lake(view: View) -> View:
    """Answer a page of its own where there are no hours to judge."""

    @wraps(view)
    def shown(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not Lake.exists(env().folder) or lake().span() is None:
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
