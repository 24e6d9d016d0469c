"""The register of sources."""

from decimal import Decimal

from lantian.desk.people.services import SUBJECT_CHOICES
from lantian.desk.places.queries import backdrop, subtree_filter
from lantian.desk.register.geometry import Shape
from lantian.desk.register.kinds import Choice, Choices, Number, Reference, Text
from lantian.desk.register.spec import Column, Limits, Register, Related, Shown, declare
from lantian.desk.sources.models import Source
from lantian.desk.sources.services import CATEGORIES, DOCUMENTS, EMITTED, GRADES, check

_CODE = Text(
    longest=32,
    pattern=r"[0-9A-Za-z-]{1,32}",
    meaning="数字、字母、短横，至多 32 位 / digits, letters, dashes, at most 32",
)
_ORGANISATION = Reference("people.Organisation", area="place__path")
_IDENTITY = (
    Column(
        name="code", zh="编码", en="Code", kind=_CODE, needed=True, fixed=True, example="WRY-0001"
    ),
    Column(
        name="name_zh", zh="名称", en="Name", kind=Text(100), needed=True, width=28,
        example="示例水泥厂",
    ),
    Column(name="name_en", zh="英文名", en="English name", kind=Text(160), listed=False),
    Column(
        name="category", zh="类别", en="Category", kind=Choice(CATEGORIES), needed=True,
        filtered=True, example="工业企业",
    ),
    Column(
        name="subject", zh="领域", en="Subject", kind=Choice(SUBJECT_CHOICES), filtered=True,
        bulk=True, note="留空按类别 / by the category where empty",
    ),
    Column(
        name="place", zh="责任网格", en="Answering grid", needed=True, filtered=False, bulk=True,
        kind=Reference("places.Place", area="path"), width=20,
        note="区域、村居或网格代码 / code of a township, village or grid", example="990101001",
    ),
)  # fmt: skip
_PARTIES = (
    Column(name="owner", zh="所属企业", en="Company", kind=_ORGANISATION, filtered=True, width=22),
    Column(
        name="supervisor", zh="监管部门", en="Supervisor", kind=_ORGANISATION, filtered=True,
        bulk=True, width=22,
    ),
    Column(
        name="keeper", zh="责任岗位", en="Answering post", listed=False, bulk=True,
        kind=Reference("people.Post", label="title_zh", area="place__path"), width=22,
    ),
    Column(
        name="parent", zh="所属污染源", en="Belongs to", listed=False,
        kind=Reference("sources.Source", area="place__path"),
        note="企业编码，用于排放口、生产线 / code of the enterprise of a stack or line",
    ),
    Column(
        name="credit_code", zh="统一社会信用代码", en="Unified credit code", kind=Text(18),
        listed=False, width=22,
    ),
    Column(
        name="permit", zh="排污许可证号", en="Permit number", kind=Text(32), listed=False, width=26
    ),
    Column(
        name="grade", zh="绩效等级", en="Performance grade", kind=Choice(GRADES), filtered=True,
        bulk=True,
    ),
)  # fmt: skip
_OUTPUT = (
    Column(
        name="pollutants", zh="污染物", en="Pollutants", kind=Choices(EMITTED), width=24, bulk=True
    ),
    Column(name="control_zh", zh="治理设施", en="Control device", kind=Text(200), width=24),
    Column(
        name="control_en", zh="治理设施英文名", en="Control device in English", kind=Text(200),
        listed=False,
    ),
    Column(
        name="height_m", zh="排放高度 m", en="Release height m", listed=False,
        kind=Number(Decimal(0), Decimal(500), places=1),
    ),
    Column(name="capacity", zh="规模", en="Capacity", kind=Text(100), listed=False),
)  # fmt: skip
_SITE = (
    Column(name="address", zh="地址", en="Address", kind=Text(200), listed=False, width=30),
    Column(
        name="lon", zh="经度", en="Longitude", listed=False,
        kind=Number(Decimal(-180), Decimal(180), places=7, unit="°"), example="115.5",
    ),
    Column(
        name="lat", zh="纬度", en="Latitude", listed=False,
        kind=Number(Decimal(-90), Decimal(90), places=7, unit="°"), example="35.9",
    ),
    Column(
        name="shape", zh="范围", en="Shape", listed=False, width=30,
        kind=Shape(("LineString", "MultiLineString", "Polygon", "MultiPolygon")),
        note="GeoJSON，道路为线、工地为面 / GeoJSON: a line for a road, an area for a site",
    ),
    Column(name="contact", zh="联系人", en="Contact", kind=Text(60), listed=False),
    Column(
        name="phone", zh="联系电话", en="Phone", kind=Text(20), personal=True, listed=False
    ),
)  # fmt: skip

SOURCES = declare(
    Register(
        app="sources",
        zh="污染源",
        en="Sources",
        model=Source,
        key=("code",),
        title="name_zh",
        read="sources.read",
        write="sources.write",
        limits=Limits(area="place__path", subject="subject", organisation="owner__code"),
        search=("code", "name_zh", "name_en", "credit_code", "permit"),
        order=("code",),
        filters=(subtree_filter("place__path"),),
        shown=Shown(lon="lon", lat="lat", shape="shape", backdrop=backdrop),
        related=(Related(kind="source", by="parent"),),
        check=check,
        documents=DOCUMENTS,
        columns=(*_IDENTITY, *_PARTIES, *_OUTPUT, *_SITE),
    )
)
