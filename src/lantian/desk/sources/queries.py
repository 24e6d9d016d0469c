"""Reading sources: the road segments that a reader reaches."""

from dataclasses import dataclass

from lantian.desk.rights.reach import Reach
from lantian.desk.sources.models import Source


@dataclass(frozen=True, slots=True)
class RoadSegment:
    """A road segment with a line; `shape` is GeoJSON."""

    code: str
    name_zh: str
    name_en: str
    shape: str


def road_segments(reach: Reach) -> list[RoadSegment]:
    """Return the road segments in reach that have a line, in order of their codes."""
    limits = reach.q(
        "sources.read", area="place__path", subject="subject", organisation="owner__code"
    )
    rows = Source.objects.filter(limits, category="road_segment").exclude(shape="").order_by("code")
    return [RoadSegment(*row) for row in rows.values_list("code", "name_zh", "name_en", "shape")]
