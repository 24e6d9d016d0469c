"""Addresses of the log."""

from django.urls import path

from lantian.desk.log import views

app_name = "log"

urlpatterns = [
    path("", views.entries, name="list"),
    path("<int:number>", views.entry, name="entry"),
    path("verify", views.verification, name="verify"),
]
