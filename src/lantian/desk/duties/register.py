"""The registers of duties, assigned leaders and shifts."""

from lantian.desk.duties.models import Duty, Leader, Shift
from lantian.desk.duties.services import check_leader, check_shift
from lantian.desk.duties.words import POSITIONS, PRINCIPLES
from lantian.desk.people.services import SUBJECT_CHOICES
from lantian.desk.places.queries import subtree_filter
from lantian.desk.register.kinds import Choice, Day, Flag, Number, Paragraph, Reference, Text
from lantian.desk.register.spec import Column, Limits, Register, declare

_CODE = Text(
    longest=32,
    pattern=r"[0-9A-Za-z-]{1,32}",
    meaning="数字、字母、短横，至多 32 位 / digits, letters, dashes, at most 32",
)
_PERSON = Reference("people.Person", area="organisation__place__path")
_PLACE = Reference("places.Place", area="path")

DUTIES = declare(
    Register(
        app="duties",
        zh="责任清单",
        en="Duties",
        model=Duty,
        key=("code",),
        read="duties.read",
        write="duties.write",
        limits=Limits(area="organisation__place__path"),
        search=("code", "text_zh", "text_en", "citation_zh"),
        order=("code",),
        filters=(subtree_filter("organisation__place__path"),),
        columns=(
            Column(
                name="code", zh="编号", en="Code", kind=_CODE, needed=True, fixed=True,
                example="ZR-001",
            ),
            Column(
                name="principle", zh="原则", en="Principle", kind=Choice(PRINCIPLES), needed=True,
                filtered=True, example="一岗双责",
            ),
            Column(
                name="organisation", zh="责任机构", en="Organisation", needed=True, filtered=True,
                kind=Reference("people.Organisation", area="place__path"), width=24,
                example="HB-01",
            ),
            Column(
                name="post", zh="责任岗位", en="Post", filtered=True, width=24,
                kind=Reference("people.Post", label="title_zh", area="place__path"),
            ),
            Column(
                name="text_zh", zh="职责", en="Duty", kind=Paragraph(), needed=True, width=50,
                example="负责本辖区工业源日常监管",
            ),
            Column(name="text_en", zh="职责英文", en="Duty in English", kind=Paragraph(),
                listed=False),
            Column(
                name="citation_zh", zh="依据", en="Citation", kind=Text(300), needed=True, width=40,
                note="文件、条款 / document and clause", example="《大气污染防治法》第三条",
            ),
            Column(name="citation_en", zh="依据英文", en="Citation in English", kind=Text(300),
                listed=False),
            Column(
                name="verified", zh="依据已核对", en="Citation checked", kind=Flag(),
                filtered=True, bulk=True,
            ),
        ),
    )
)  # fmt: skip

LEADERS = declare(
    Register(
        app="duties",
        name="leaders",
        zh="包联领导",
        en="Assigned leaders",
        model=Leader,
        key=("code",),
        read="duties.read",
        write="duties.write",
        limits=Limits(area="place__path"),
        search=("code", "person__name_zh", "place__name_zh"),
        order=("place__path", "code"),
        filters=(subtree_filter("place__path"),),
        check=check_leader,
        columns=(
            Column(
                name="code", zh="编号", en="Code", kind=_CODE, needed=True, fixed=True,
                example="BL-001",
            ),
            Column(
                name="person", zh="领导", en="Leader", kind=_PERSON, needed=True, filtered=True,
                width=20, example="R-001",
            ),
            Column(
                name="place", zh="包联区域", en="Place", kind=_PLACE, needed=True, width=20,
                example="990101001",
            ),
            Column(
                name="subject", zh="包联行业", en="Industry", kind=Choice(SUBJECT_CHOICES),
                filtered=True, note="留空为该区域全部工作 / all work of the place where empty",
            ),
        ),
    )
)  # fmt: skip

SHIFTS = declare(
    Register(
        app="duties",
        name="roster",
        zh="值班表",
        en="On duty",
        model=Shift,
        key=("code",),
        read="duties.read",
        write="duties.write",
        limits=Limits(area="place__path"),
        search=("person__name_zh", "place__name_zh"),
        order=("-day", "place__path", "position"),
        filters=(subtree_filter("place__path"),),
        check=check_shift,
        columns=(
            Column(name="code", zh="编号", en="Code", kind=Text(64), edited=False, listed=False),
            Column(
                name="day", zh="日期", en="Day", kind=Day(), needed=True, fixed=True,
                filtered=True, example="2026-03-01",
            ),
            Column(
                name="from_hour", zh="起始时", en="From hour", kind=Number(0, 23), needed=True,
                note="至次日同一时 / until that hour of the next day", example="8",
            ),
            Column(
                name="position", zh="岗位", en="Position", kind=Choice(POSITIONS), needed=True,
                fixed=True, filtered=True, example="值班员",
            ),
            Column(
                name="person", zh="值班人", en="Person", kind=_PERSON, needed=True, filtered=True,
                bulk=True, width=20, example="R-001",
            ),
            Column(
                name="place", zh="区域", en="Place", kind=_PLACE, needed=True, fixed=True,
                width=20, example="990101",
            ),
        ),
    )
)  # fmt: skip
