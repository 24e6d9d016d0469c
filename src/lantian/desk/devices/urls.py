"""Addresses of devices."""

from django.urls import path

from lantian.desk.devices.register import DEVICES
from lantian.desk.devices.views import adoption, commands, frames, one, publish, states
from lantian.desk.register.urls import routes

app_name = "devices"
urlpatterns = [
    path("state/", states.show, name="states"),
    path("state.csv", states.table_file, name="states-csv"),
    path("unknown/", adoption.unknown, name="unknown"),
    path("unknown/<path:mn>/", adoption.adopt, name="adopt"),
    path("publish", publish.show, name="publish"),
    path("commands/", commands.listing, name="commands"),
    path("of/<path:mn>/frames/<int:number>", frames.show, name="frame"),
    path("of/<path:mn>/frames/", frames.listing, name="frames"),
    path("of/<path:mn>/command", commands.command, name="command"),
    path("of/<path:mn>/", one.show, name="device"),
    *routes(DEVICES),
]
