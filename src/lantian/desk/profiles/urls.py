"""Addresses of profiles."""

from django.urls import path

from lantian.desk.profiles.views import entry, flight, scan, track

app_name = "profiles"
urlpatterns = [
    path("", entry.show, name="list"),
    path("scan/<path:mn>/picture.json", scan.picture, name="scan-picture"),
    path("scan/<path:mn>/layer.csv", scan.layer_file, name="scan-layer"),
    path("scan/<path:mn>/backscatter.csv", scan.backscatter_file, name="scan-backscatter"),
    path("scan/<path:mn>/", scan.show, name="scan"),
    path("track/<path:mn>/map.json", track.map_data, name="track-map"),
    path("track/<path:mn>/segments.csv", track.segments_file, name="track-segments"),
    path("track/<path:mn>/points.csv", track.points_file, name="track-points"),
    path("track/<path:mn>/", track.show, name="track"),
    path("flight/<path:mn>/layers.json", flight.picture, name="flight-picture"),
    path("flight/<path:mn>/layers.csv", flight.layers_file, name="flight-layers"),
    path("flight/<path:mn>/", flight.show, name="flight"),
]
