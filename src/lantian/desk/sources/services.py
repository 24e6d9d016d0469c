"""Rules of sources: category, subject, credit code, where it stands."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from lantian.desk.register.faults import Fault
from lantian.desk.register.geometry import DECIMALS, loaded
from lantian.desk.register.spec import Values
from lantian.desk.sources.models import Source
from lantian.terms.credit_code import is_credit_code

#: Categories: value, zh, en, and the subject whose work they usually are.
_CATEGORIES: Final = (
    ("enterprise", "工业企业", "enterprise", "industry"),
    ("stack", "排放口", "stack", "industry"),
    ("production_line", "生产线", "production line", "industry"),
    ("kiln", "窑炉", "kiln", "industry"),
    ("boiler", "锅炉", "boiler", "industry"),
    ("construction_site", "施工工地", "construction site", "dust"),
    ("yard", "物料堆场", "yard", "dust"),
    ("road_segment", "道路路段", "road segment", "mobile"),
    ("filling_station", "加油站", "filling station", "mobile"),
    ("restaurant", "餐饮", "restaurant", "living"),
    ("coal_outlet", "散煤销售点", "coal outlet", "heating"),
    ("heating_village", "取暖村居", "heating village", "heating"),
    ("burning_field", "易焚烧地块", "burning-prone field", "agriculture"),
)
CATEGORIES: Final = tuple((value, zh, en) for value, zh, en, _ in _CATEGORIES)
_USUAL: Final = {value: subject for value, _, _, subject in _CATEGORIES}
#: Grades of performance in emergencies: value, zh, en.
GRADES: Final = (
    ("A", "A 级", "A"),
    ("B", "B 级", "B"),
    ("B-", "B- 级", "B-"),
    ("C", "C 级", "C"),
    ("D", "D 级", "D"),
    ("leading", "引领性", "leading"),
    ("not-leading", "非引领性", "not leading"),
)
#: What a source emits: value, zh, en.
EMITTED: Final = (
    ("so2", "二氧化硫", "SO2"),
    ("nox", "氮氧化物", "NOx"),
    ("pm10", "PM10", "PM10"),
    ("pm25", "PM2.5", "PM2.5"),
    ("co", "一氧化碳", "CO"),
    ("voc", "挥发性有机物", "VOCs"),
    ("nh3", "氨", "NH3"),
    ("fume", "油烟", "cooking fume"),
    ("odour", "异味", "odour"),
)
#: Sorts of document: value, zh, en.
DOCUMENTS: Final = (
    ("permit", "排污许可证", "discharge permit"),
    ("approval", "环评批复", "EIA approval"),
    ("inspection", "检查报告", "inspection report"),
    ("photograph", "照片", "photograph"),
    ("other", "其他", "other"),
)


def check(values: Values, row: Source | None) -> Sequence[Fault]:
    """Find what is wrong with a source; complete its subject and its point."""
    values["subject"] = values["subject"] or _USUAL[values["category"]]
    faults = [*_code(values), *_parent(values, row)]
    if values["shape"] and values["lon"] is None and values["lat"] is None:
        point = loaded(values["shape"]).representative_point()
        values["lon"] = round(Decimal(point.x), DECIMALS)
        values["lat"] = round(Decimal(point.y), DECIMALS)
    if (values["lon"] is None) != (values["lat"] is None):
        missing = "lon" if values["lon"] is None else "lat"
        faults.append(
            Fault(missing, "", "经纬度须同填 / longitude and latitude go together", "WGS 84, °")
        )
    return faults


def _code(values: Values) -> list[Fault]:
    code = values["credit_code"]
    if not code or is_credit_code(code):
        return []
    return [
        Fault(
            "credit_code",
            code,
            "校验码不符 / its check character is wrong",
            "18 位统一社会信用代码 GB 32100-2015 / unified credit code of 18 characters",
        )
    ]


def _parent(values: Values, row: Source | None) -> list[Fault]:
    parent: Source | None = values["parent"]
    if parent is None:
        return []
    if parent.category != "enterprise" or (row is not None and parent.pk == row.pk):
        return [
            Fault(
                "parent",
                parent.code,
                "所属须为企业 / it can only belong to an enterprise",
                "类别为工业企业的编码 / code of an enterprise",
            )
        ]
    return []
