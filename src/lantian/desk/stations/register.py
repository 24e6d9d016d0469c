"""The registers of stations, their sites and memberships."""

from lantian.desk.places.queries import backdrop, subtree_filter
from lantian.desk.register.kinds import Choice, Flag, Number, Reference, Text
from lantian.desk.register.spec import Column, Limits, Register, Related, Shown, declare
from lantian.desk.stations.models import Membership, Site, Station
from lantian.desk.stations.services import (
    DOCUMENTS,
    KINDS,
    check_membership,
    check_site,
    check_station,
    settle_membership,
    settle_site,
)

_STATION = Reference("stations.Station", area="place__path")
_PLACE = Reference("places.Place", area="path")

STATIONS = declare(
    Register(
        app="stations",
        zh="站点",
        en="Stations",
        model=Station,
        key=("code",),
        title="name_zh",
        read="stations.read",
        write="stations.write",
        limits=Limits(area="place__path"),
        search=("code", "name_zh", "name_en"),
        filters=(subtree_filter("place__path"),),
        related=(Related(kind="site", by="station"), Related(kind="membership", by="station")),
        links=(("stations:publish", "发布", "Publish"),),
        check=check_station,
        documents=DOCUMENTS,
        columns=(
            Column(
                name="code", zh="站点编码", en="Code", needed=True, fixed=True, example="9901A",
                kind=Text(
                    longest=20,
                    pattern=r"[0-9A-Za-z-]{1,20}",
                    meaning="数字、字母、短横，至多 20 位 / digits, letters, dashes, at most 20",
                ),
            ),
            Column(
                name="name_zh", zh="名称", en="Name", kind=Text(60), needed=True, example="县政府"
            ),
            Column(name="name_en", zh="英文名", en="English name", kind=Text(100), listed=False),
            Column(
                name="kind", zh="类别", en="Kind", kind=Choice(KINDS), needed=True, filtered=True,
                example="国控",
            ),
            Column(
                name="place", zh="所在区域", en="Place", kind=_PLACE, needed=True, width=20,
                note="区划代码 / code of a place", example="990101001",
            ),
            Column(
                name="operator", zh="运维单位", en="Operator", bulk=True, filtered=True, width=22,
                kind=Reference("people.Organisation"), note="机构编码 / code of an organisation",
            ),
            Column(
                name="background", zh="对照点", en="Background point", kind=Flag(), needed=True,
                note="对照点不参与区域评价 / a background point is not counted", example="否",
            ),
            Column(
                name="offset_h", zh="时钟（UTC+小时）", en="Clock, hours from UTC", listed=False,
                kind=Number(-12, 14), note="留空为 8 / 8 where empty", example="8",
            ),
        ),
    )
)  # fmt: skip

SITES = declare(
    Register(
        app="stations",
        name="sites",
        zh="站址",
        en="Sites",
        model=Site,
        key=("station", "first"),
        title="station",
        read="stations.read",
        write="stations.write",
        limits=Limits(area="station__place__path"),
        search=("station__code", "station__name_zh", "address_zh"),
        shown=Shown(lon="lon", lat="lat", backdrop=backdrop),
        check=check_site,
        settle=settle_site,
        columns=(
            Column(
                name="station", zh="站点", en="Station", kind=_STATION, needed=True, fixed=True,
                filtered=True, width=20, example="9901A",
            ),
            Column(
                name="lon", zh="经度", en="Longitude", kind=Number(-180, 180, places=7),
                needed=True, example="115.5122",
            ),
            Column(
                name="lat", zh="纬度", en="Latitude", kind=Number(-90, 90, places=7),
                needed=True, example="35.92342",
            ),
            Column(name="address_zh", zh="地址", en="Address", kind=Text(200), width=30),
        ),
    )
)  # fmt: skip

MEMBERSHIPS = declare(
    Register(
        app="stations",
        name="memberships",
        zh="站点归属",
        en="Memberships",
        model=Membership,
        key=("station", "place", "first"),
        title="station",
        read="stations.read",
        write="stations.write",
        limits=Limits(area="station__place__path"),
        search=("station__code", "station__name_zh", "place__name_zh"),
        check=check_membership,
        settle=settle_membership,
        note="未列出的按站址与边界推定 / what is not listed follows from site and boundary",
        columns=(
            Column(
                name="station", zh="站点", en="Station", kind=_STATION, needed=True, fixed=True,
                filtered=True, width=20, example="9901A",
            ),
            Column(
                name="place", zh="区域", en="Place", kind=_PLACE, needed=True, fixed=True,
                filtered=True, width=20, example="990101",
            ),
            Column(
                name="background", zh="对照点", en="Background point", kind=Flag(),
                note="留空按站点 / as the station where empty",
            ),
        ),
    )
)  # fmt: skip
