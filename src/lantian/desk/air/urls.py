"""Addresses of the air pages."""

from django.urls import URLPattern, path

from lantian.desk.air.views import (
    derivation,
    exceptional,
    hours,
    place,
    quality,
    ranking,
    reconcile,
    rules,
    targets,
    today,
)

app_name = "air"


def _derived() -> list[URLPattern]:
    """Each derivation as a page, as JSON and as PDF."""
    found = []
    for kind, view, where in (
        ("station", derivation.station, "<str:name>/<str:day>"),
        ("hour", derivation.hour, "<str:name>/<str:end>"),
        ("place", derivation.place, "<str:name>/<str:period>"),
    ):
        for form in ("json", "pdf"):
            route = f"why/{kind}/{where}.{form}"
            found.append(path(route, view, {"form": form}, name=f"why-{kind}-{form}"))
        found.append(path(f"why/{kind}/{where}", view, name=f"why-{kind}"))
    return found


urlpatterns = [
    path("", today.show, name="today"),
    path("today-map.json", today.map_data, name="today-map"),
    path("today.csv", today.table_file, name="today-csv"),
    path("today.txt", today.message, name="today-text"),
    path("place/<str:name>/", place.show, name="place"),
    path("place/<str:name>.txt", place.message, name="place-text"),
    path("station/<str:name>/", place.show, name="station"),
    path("series/<str:name>.json", place.series, name="series"),
    path("series/<str:name>.csv", place.series_file, name="series-csv"),
    path("calendar/<str:name>.json", place.calendar, name="calendar"),
    path("calendar/<str:name>.csv", place.calendar_file, name="calendar-csv"),
    path("course/<str:name>.json", place.course, name="course"),
    path("ranking/", ranking.show, name="ranking"),
    path("ranking.csv", ranking.table_file, name="ranking-csv"),
    path("ranking.xlsx", ranking.workbook, name="ranking-xlsx"),
    path("ranking.txt", ranking.message, name="ranking-text"),
    path("trajectory.json", ranking.trajectory, name="trajectory"),
    path("trajectory.csv", ranking.trajectory_file, name="trajectory-csv"),
    path("targets/", targets.show, name="targets"),
    path("targets.csv", targets.table_file, name="targets-csv"),
    path("targets.txt", targets.message, name="targets-text"),
    path("reconcile/", reconcile.upload, name="reconcile"),
    path("reconcile/<str:sha>.<str:kind>/", reconcile.show, name="reconciled"),
    path(
        "reconcile/<str:sha>.<str:kind>/table.<str:form>",
        reconcile.table_file,
        name="reconciled-file",
    ),
    path("exceptional/", exceptional.show, name="exceptional"),
    path("exceptional/submit", exceptional.submit, name="exceptional-submit"),
    path("exceptional/decide", exceptional.decide, name="exceptional-decide"),
    path("rules/", rules.show, name="rules"),
    path("rules/changes/", rules.changed, name="rule-changes"),
    path("rules/<str:name>/", rules.book, name="rule-book"),
    path("quality/", quality.show, name="quality"),
    path("hours/export", hours.export, name="hours-export"),
    path("quality.csv", quality.table_file, name="quality-csv"),
    path("quality/audit/", quality.whole, name="audit"),
    *_derived(),
]
