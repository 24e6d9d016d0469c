"""Rules of places: path, level, boundary, area; and writing them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.places.models import Place
from lantian.desk.register.faults import CellFault, Fault
from lantian.desk.register.geometry import DECIMALS, Shape, area_km2, spelled
from lantian.desk.register.spec import Values
from lantian.desk.rights.services import follow_places
from lantian.errors import Conflict

#: Levels from the top down: value, zh, en.
LEVELS: Final = (
    ("province", "省", "province"),
    ("city", "市", "city"),
    ("county", "区县", "county"),
    ("township", "乡镇街道", "township"),
    ("village", "村居", "village"),
    ("grid", "网格", "grid"),
)
BOUNDARY: Final = Shape(("Polygon", "MultiPolygon"))
_RANK: Final = {level: rank for rank, (level, _, _) in enumerate(LEVELS)}
_LONGEST_PATH: Final = 200


def check(values: Values, row: Place | None) -> Sequence[Fault]:
    """Find what is wrong with a place; complete its path, area, centre and mark of fiction."""
    parent: Place | None = values["parent"]
    if fault := _wrong_parent(values, parent, row):
        return [fault]
    values["path"] = f"{parent.path if parent else '/'}{values['code']}/"
    if parent:
        values["fictional"] = parent.fictional
    if len(values["path"]) > _LONGEST_PATH:
        return [Fault("parent", parent.code if parent else "", "层级过深 / too deep", "")]
    return _measure(values, row)


def _wrong_parent(values: Values, parent: Place | None, row: Place | None) -> Fault | None:
    if parent is None:
        return None
    if row is not None and parent.path.startswith(row.path):
        return Fault(
            "parent",
            parent.code,
            "不能放在自身之下 / a place cannot lie in itself",
            "不在其下的区域 / a place that is not below it",
        )
    rank = _RANK[values["level"]]
    if _RANK[parent.level] >= rank:
        above = LEVELS[:rank]
        return Fault(
            "parent",
            parent.code,
            "上级的级别不高于本级 / its level is not above this one",
            f"{'、'.join(zh for _, zh, _ in above)} / {', '.join(en for _, _, en in above)}",
        )
    return None


def _measure(values: Values, row: Place | None) -> list[Fault]:
    """Area by the boundary; the centre too, where nobody said it."""
    text = values["boundary"]
    if not text:
        values["area_km2"] = None
        return []
    centred = values["centre_lon"] is not None and values["centre_lat"] is not None
    if centred and row is not None and row.boundary == text and row.area_km2 is not None:
        return []
    try:
        outline = BOUNDARY.geometry(text)
    except CellFault as fault:
        return [Fault("boundary", BOUNDARY.brief(text), fault.wrong, fault.allowed)]
    values["boundary"] = spelled(outline)
    values["area_km2"] = round(Decimal(area_km2(outline)), 3)
    if not centred:
        middle = outline.centroid
        point = middle if outline.contains(middle) else outline.representative_point()
        values["centre_lon"] = round(Decimal(point.x), DECIMALS)
        values["centre_lat"] = round(Decimal(point.y), DECIMALS)
    return []


def settle(row: Place, before: Mapping[str, Any], by: Actor, now: datetime) -> None:
    """Let the places below follow a place that moved or turned fictional, and grants over them.

    Raises
    ------
    Conflict
        If a path gets too long, as it does where a sheet puts two places into each other.
    """
    if not before:
        return
    # Of a sheet, rows above this one may have moved the place that it lies in.
    _follow(row, Place.objects.get(pk=row.parent_id) if row.parent_id else None)
    below: dict[str, str] = {}
    above = [row]
    while above:
        followed = []
        for child in Place.objects.filter(parent__in=above).select_related("parent"):
            if _follow(child, child.parent):
                followed.append(child)
                below[child.code] = child.path
        above = followed
    grants = follow_places(
        paths={row.code: row.path, **below}, reason=f"place {row.code}", by=by, now=now
    )
    if below or grants:
        record(
            by=by,
            now=now,
            action="place.follow",
            kind="place",
            key=row.code,
            after={"path": row.path, "below": len(below), "grants": grants},
        )


def _follow(place: Place, parent: Place | None) -> bool:
    """Bring path and mark of fiction of a place into line with the place above it."""
    path = f"{parent.path if parent else '/'}{place.code}/"
    fictional = parent.fictional if parent else place.fictional
    if (place.path, place.fictional) == (path, fictional):
        return False
    if len(path) > _LONGEST_PATH:
        raise Conflict(
            f"{place.code} 的层级过深 / {place.code} lies too deep",
            where=place.code,
            fix="改正上级 / correct the places above",
        )
    Place.objects.filter(pk=place.pk).update(path=path, fictional=fictional)
    place.path, place.fictional = path, fictional
    return True
