"""Addresses of the API and of the pages about it."""

from django.urls import URLPattern, include, path

from lantian.desk.api.operations import interface
from lantian.desk.api.views import docs, metrics, tokens

app_name = "api"

# The framework adds a root address of its own, which leads nowhere.
_operations = [
    each for each in interface().urls[0] if isinstance(each, URLPattern) and each.name != "api-root"
]

urlpatterns = [
    path("metrics", metrics.show, name="metrics"),
    path("account/tokens", tokens.listing, name="tokens"),
    path("account/tokens/<int:pk>/revoke", tokens.revoke, name="revoke"),
    path("api/", docs.show, name="docs"),
    path("api/v1/openapi.json", docs.openapi, name="openapi"),
    path("api/v1/", include(_operations)),
]
