"""Addresses of my day."""

from django.urls import path

from lantian.desk.myday import views

app_name = "myday"
urlpatterns = [path("", views.show, name="today")]
