"""The register of devices."""

from lantian.desk.devices.models import Device
from lantian.desk.devices.services import TOLERANCES, check_device, settle_device
from lantian.desk.places.queries import subtree_filter
from lantian.desk.register.kinds import Choice, Number, Reference, Text
from lantian.desk.register.spec import Column, Limits, Register, declare

DEVICES = declare(
    Register(
        app="devices",
        zh="设备",
        en="Devices",
        model=Device,
        key=("mn", "first"),
        title="mn",
        read="devices.read",
        write="devices.write",
        limits=Limits(area="station__place__path"),
        search=("mn", "station__code", "station__name_zh", "station__name_en"),
        filters=(subtree_filter("station__place__path"),),
        links=(
            ("devices:states", "状态", "States"),
            ("devices:publish", "发布", "Publish"),
        ),
        check=check_device,
        settle=settle_device,
        note="密码不在表中，逐台填写 / passwords are no part of sheets: enter them one by one",
        columns=(
            Column(
                name="mn", zh="设备标识 MN", en="MN", needed=True, fixed=True, width=28,
                kind=Text(
                    longest=40,
                    pattern=r"[^\s;,=&#@]{1,40}",
                    meaning="与报文完全一致，至多 40 位 / as its frames spell it, at most 40",
                ),
                example="99010100000000000000A001",
            ),
            Column(
                name="station", zh="站点", en="Station", needed=True, filtered=True, width=20,
                kind=Reference("stations.Station", area="place__path"), example="9901A",
            ),
            Column(
                name="password", zh="访问密码", en="Password", kind=Text(24), personal=True,
                listed=False, note="留空不核对 / not checked where empty",
            ),
            Column(
                name="units", zh="各因子单位", en="Units by factor", kind=Text(400), bulk=True,
                width=36, note="与标准不同者，空格分隔 / where not the standard's, blanks between",
                example="a34004=ug/m3 a21005=mg/m3",
            ),
            Column(
                name="tolerance", zh="容错", en="Faults put up with", kind=Choice(TOLERANCES),
                bulk=True, filtered=True, note="留空为常规 / usual faults where empty",
                example="常规",
            ),
            Column(
                name="minutes", zh="分钟数据间隔", en="Minutes between minute data", bulk=True,
                kind=Number(1, 30), note="留空为 1 / 1 where empty", example="1",
            ),
        ),
    )
)  # fmt: skip
