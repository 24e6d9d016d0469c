"""Addresses of the desk."""

from django.urls import include, path

from lantian.desk.site import views

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.failed

_SITE = (
    [
        path("healthz", views.health, name="health"),
    ],
    "site",
)

urlpatterns = [
    path("", include(_SITE)),
    path("", include("lantian.desk.privacy.urls")),
    path("", include("lantian.desk.accounts.urls")),
    path("intents/", include("lantian.desk.intents.urls")),
    path("jobs/", include("lantian.desk.jobs.urls")),
    path("log/", include("lantian.desk.log.urls")),
    path("places/", include("lantian.desk.places.urls")),
    path("stations/", include("lantian.desk.stations.urls")),
    path("devices/", include("lantian.desk.devices.urls")),
    path("people/", include("lantian.desk.people.urls")),
    path("sources/", include("lantian.desk.sources.urls")),
    path("duties/", include("lantian.desk.duties.urls")),
    path("quality/", include("lantian.desk.quality.urls")),
    path("air/", include("lantian.desk.air.urls")),
    path("profiles/", include("lantian.desk.profiles.urls")),
    path("notices/", include("lantian.desk.notices.urls")),
    path("alarms/", include("lantian.desk.alarms.urls")),
    path("calibration/", include("lantian.desk.calibration.urls")),
    path("", include("lantian.desk.myday.urls")),
    path("wall", include("lantian.desk.wall.urls")),
    path("", include("lantian.desk.api.urls")),
]
