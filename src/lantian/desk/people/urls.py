"""Addresses of organisations, people, posts and appointments."""

from lantian.desk.people.register import APPOINTMENTS, ORGANISATIONS, PEOPLE, POSTS
from lantian.desk.register.urls import routes

app_name = "people"
urlpatterns = [*routes(ORGANISATIONS), *routes(PEOPLE), *routes(POSTS), *routes(APPOINTMENTS)]
