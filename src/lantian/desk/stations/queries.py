"""Reading stations for other rooms."""

from lantian.desk.stations.models import Station


def station_paths() -> dict[str, str]:
    """Path of the place in which each station of the register stands, by its code."""
    return dict(Station.objects.values_list("code", "place__path"))
