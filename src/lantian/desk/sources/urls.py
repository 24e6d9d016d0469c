"""Addresses of sources."""

from lantian.desk.register.urls import routes
from lantian.desk.sources.register import SOURCES

app_name = "sources"
urlpatterns = routes(SOURCES)
