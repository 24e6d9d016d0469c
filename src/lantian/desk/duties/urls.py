"""Addresses of duties, assigned leaders and shifts."""

from lantian.desk.duties.register import DUTIES, LEADERS, SHIFTS
from lantian.desk.register.urls import routes

app_name = "duties"
urlpatterns = [*routes(DUTIES), *routes(LEADERS), *routes(SHIFTS)]
