"""Addresses of notices."""

from django.urls import path

from lantian.desk.notices.views import compose, inbox, preferences, robots, sent

app_name = "notices"
urlpatterns = [
    path("", inbox.listing, name="inbox"),
    path("read", inbox.read, name="read"),
    path("<int:pk>/", inbox.detail, name="detail"),
    path("<int:pk>/receipt", inbox.receipt, name="receipt"),
    path("new", compose.compose, name="compose"),
    path("sent", sent.listing, name="sent"),
    path("sent/<int:pk>/", sent.detail, name="sent-detail"),
    path("sent/<int:pk>/again", sent.again, name="again"),
    path("preferences", preferences.preferences, name="preferences"),
    path("robots", robots.listing, name="robots"),
    path("robots/new", robots.new, name="robot-new"),
    path("robots/<int:pk>/", robots.edit, name="robot"),
    path("robots/<int:pk>/test", robots.test, name="robot-test"),
]
