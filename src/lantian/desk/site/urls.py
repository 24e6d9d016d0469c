"""Addresses of the desk."""

from django.urls import include, path

from lantian.desk.site import views

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.failed

_SITE = (
    [
        path("language", views.set_language, name="language"),
        path("healthz", views.health, name="health"),
    ],
    "site",
)

urlpatterns = [
    path("", include(_SITE)),
]
