"""The register of places."""

from lantian.desk.places.models import Place
from lantian.desk.places.services import BOUNDARY, LEVELS, check, settle
from lantian.desk.register.kinds import Choice, Flag, Number, Reference, Text
from lantian.desk.register.spec import Column, Limits, Register, Related, Shown, declare

PLACES = declare(
    Register(
        app="places",
        zh="区域",
        en="Places",
        model=Place,
        key=("code",),
        title="name_zh",
        read="places.read",
        write="places.write",
        limits=Limits(area="path"),
        search=("code", "name_zh", "name_en"),
        order=("path",),
        shown=Shown(lon="centre_lon", lat="centre_lat", shape="boundary"),
        related=(Related(kind="place", by="parent"),),
        check=check,
        settle=settle,
        columns=(
            Column(
                name="code",
                zh="区划代码",
                en="Code",
                kind=Text(
                    longest=20,
                    pattern=r"[0-9A-Za-z-]{1,20}",
                    meaning="数字、字母、短横，至多 20 位 / digits, letters, dashes, at most 20",
                ),
                needed=True,
                fixed=True,
                example="990101",
            ),
            Column(
                name="name_zh", zh="名称", en="Name", kind=Text(60), needed=True, example="青岚镇"
            ),
            Column(
                name="name_en", zh="英文名", en="English name", kind=Text(100), example="Qinglan"
            ),
            Column(
                name="level",
                zh="级别",
                en="Level",
                kind=Choice(LEVELS),
                needed=True,
                filtered=True,
                example="乡镇街道",
            ),
            Column(
                name="parent",
                zh="上级",
                en="Within",
                kind=Reference("places.Place", area="path"),
                filtered=True,
                note="上级区划代码 / code of the place above",
                example="990100",
                width=20,
            ),
            Column(
                name="centre_lon",
                zh="中心经度",
                en="Centre longitude",
                kind=Number(-180, 180, places=7),
                listed=False,
                note="留空则由边界计算 / by the boundary where empty",
            ),
            Column(
                name="centre_lat",
                zh="中心纬度",
                en="Centre latitude",
                kind=Number(-90, 90, places=7),
                listed=False,
            ),
            Column(
                name="boundary",
                zh="边界",
                en="Boundary",
                kind=BOUNDARY,
                listed=False,
                note="GeoJSON 面，WGS 84 / GeoJSON polygon, WGS 84",
                width=30,
            ),
            Column(
                name="area_km2",
                zh="面积 km²",
                en="Area km²",
                kind=Number(places=3),
                edited=False,
            ),
            Column(
                name="fictional",
                zh="虚构",
                en="Fictional",
                kind=Flag(),
                listed=False,
                note="下级随最高一级 / places below follow the topmost",
            ),
        ),
    )
)
