"""Reading places: subtrees, names, which places hold a point."""

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import shapely
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from lantian.desk.language import language
from lantian.desk.places.models import Place
from lantian.desk.register.geometry import loaded
from lantian.desk.register.spec import Filter

_MOST: Final = 500


def on(day: date) -> QuerySet[Place]:
    """Places that hold on a day, from the top down."""
    valid = Q(first=None) | Q(first__lte=day), Q(last=None) | Q(last__gte=day)
    return Place.objects.filter(*valid).order_by("path")


def places_on_any_day() -> list[Place]:
    """All places, from the top down, those that ended too."""
    return list(Place.objects.order_by("path"))


def place_of(code: str) -> Place | None:
    """Return the place of a code; None where there is none."""
    return Place.objects.filter(code=code).first()


def name_of(place: Place) -> str:
    """Name in the language of the page."""
    return language().of(place.name_zh, place.name_en or place.name_zh)


def subtree_choices() -> list[tuple[str, str]]:
    """Paths of the upper places with their names, moved in by their depth."""
    rows = (
        Place.objects.exclude(level__in=("village", "grid"))
        .order_by("path")
        .values_list("path", "name_zh", "name_en")[:_MOST]
    )
    return [
        (path, "　" * (path.count("/") - 2) + language().of(zh, en or zh)) for path, zh, en in rows
    ]


def subtree_filter(field: str, name: str = "area") -> Filter:
    """Return the filter of a list by a place and all below it.

    Parameters
    ----------
    field : str
        Field of the rows that holds the path, as `place__path`.
    name : str
        Its name in the address.
    """
    return Filter(
        name=name,
        zh="区域（含下级）",
        en="Area (and below)",
        choices=subtree_choices,
        condition=lambda path: Q(**{f"{field}__startswith": path}),
    )


def backdrop() -> list[dict[str, Any]]:
    """Boundaries of counties and townships that hold today, as features for maps."""
    rows = on(timezone.localdate()).filter(level__in=("county", "township"))
    return [
        {
            "type": "Feature",
            "geometry": json.loads(place.boundary),
            "properties": {
                "name": name_of(place) if place.level == "township" else "",
                "href": reverse("places:detail", args=[place.pk]),
            },
        }
        for place in rows.exclude(boundary="")
    ]


def outlines(places: Sequence[Place]) -> dict[str, shapely.Geometry]:
    """Boundaries of places by their code; a place without one is left out."""
    return {place.code: loaded(place.boundary) for place in places if place.boundary}


def holding(
    shapes: Mapping[str, shapely.Geometry], points: Sequence[tuple[float, float]]
) -> list[list[str]]:
    """Return for each point the codes of the outlines that hold it or that it lies on.

    Parameters
    ----------
    shapes : mapping
        As `outlines` gives them.
    points : sequence of (float, float)
        Longitude and latitude, degrees.
    """
    codes = list(shapes)
    tree = shapely.STRtree([shapes[code] for code in codes])
    found: list[list[str]] = [[] for _ in points]
    hits = tree.query(shapely.points(points), predicate="intersects") if points else ((), ())
    for at, hit in zip(*hits, strict=True):
        found[int(at)].append(codes[int(hit)])
    return [sorted(each) for each in found]


def is_fictional(name: str = "") -> bool:
    """Whether a place of that Chinese name, or any place at all, is made up."""
    rows = Place.objects.filter(fictional=True)
    return (rows.filter(name_zh=name) if name else rows).exists()
