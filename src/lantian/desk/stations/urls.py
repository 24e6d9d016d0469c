"""Addresses of stations."""

from django.urls import path

from lantian.desk.register.urls import routes
from lantian.desk.stations import views
from lantian.desk.stations.register import MEMBERSHIPS, SITES, STATIONS

app_name = "stations"
urlpatterns = [
    path("publish", views.publish, name="publish"),
    *routes(STATIONS),
    *routes(SITES),
    *routes(MEMBERSHIPS),
]
