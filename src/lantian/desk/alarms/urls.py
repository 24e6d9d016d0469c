"""Addresses of alarms and their rules."""

from django.urls import path

from lantian.desk.alarms import views
from lantian.desk.alarms.register import RULES
from lantian.desk.register.urls import routes

app_name = "alarms"
urlpatterns = [
    path("", views.listing, name="list"),
    path("<int:pk>/", views.detail, name="alarm"),
    path("<int:pk>/answer", views.respond, name="answer"),
    *routes(RULES),
]
