"""Addresses of places."""

from lantian.desk.places.register import PLACES
from lantian.desk.register.urls import routes

app_name = "places"
urlpatterns = routes(PLACES)
