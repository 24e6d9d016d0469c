"""Addresses of calibration."""

from django.urls import path

from lantian.desk.calibration import views

app_name = "calibration"
urlpatterns = [
    path("", views.listing, name="list"),
    path("<str:station>/", views.station, name="station"),
]
