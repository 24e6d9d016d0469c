"""Addresses of privacy."""

from django.urls import path

from lantian.desk.privacy import views

app_name = "privacy"

urlpatterns = [
    path("privacy", views.notice, name="notice"),
    path("privacy/<str:label>/<str:key>", views.reveal, name="reveal"),
]
