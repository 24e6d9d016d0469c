"""Addresses of the wall."""

from django.urls import path

from lantian.desk.wall import views

app_name = "wall"
urlpatterns = [
    path("", views.show, name="wall"),
    path("/map.json", views.map_data, name="map"),
    path("/<str:name>", views.screen, name="screen"),
]
