"""Addresses of jobs."""

from django.urls import path

from lantian.desk.jobs import views

app_name = "jobs"

urlpatterns = [
    path("", views.jobs, name="list"),
    path("schedules", views.schedules, name="schedules"),
    path("schedules/<str:name>", views.switch, name="switch"),
    path("<uuid:job>", views.detail, name="detail"),
    path("<uuid:job>/progress", views.progress, name="progress"),
    path("<uuid:job>/file", views.file, name="file"),
    path("<uuid:job>/cancel", views.cancel, name="cancel"),
    path("<uuid:job>/retry", views.retry, name="retry"),
]
