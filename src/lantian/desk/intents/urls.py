"""Addresses of intents."""

from django.urls import path

from lantian.desk.intents import views

app_name = "intents"

urlpatterns = [path("", views.intents, name="list")]
