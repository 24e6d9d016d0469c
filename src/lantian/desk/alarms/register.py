"""The register of alarm rules."""

from lantian.desk.alarms.models import Rule
from lantian.desk.alarms.services import KIND, check_rule
from lantian.desk.alarms.words import FACTORS, STEPS, WEEKDAYS
from lantian.desk.language import both
from lantian.desk.log.words import name_kind
from lantian.desk.places.queries import subtree_filter
from lantian.desk.register.kinds import Choice, Choices, Number, Reference, Text
from lantian.desk.register.spec import Column, Limits, Register, declare
from lantian.desk.stations.services import KINDS

_POST = Reference("people.Post", label="title_zh", area="place__path")

RULES = declare(
    Register(
        app="alarms",
        name="alarm_rules",
        zh="告警规则",
        en="Alarm rules",
        model=Rule,
        key=("code",),
        title="name_zh",
        read="alarms.read",
        write="alarms.write",
        limits=Limits(area="place__path"),
        search=("code", "name_zh", "name_en"),
        order=("code",),
        filters=(subtree_filter("place__path"),),
        check=check_rule,
        note="连续若干小时或分钟不低于阈值即告警，低于解除值才解除 / raised when so many hours or "
        "minutes in a row reach the threshold, over only below the clear level",
        columns=(
            Column(
                name="code", zh="编号", en="Code", needed=True, fixed=True, example="GJ-001",
                kind=Text(
                    longest=32,
                    pattern=r"[0-9A-Za-z-]{1,32}",
                    meaning="数字、字母、短横，至多 32 位 / digits, letters, dashes, at most 32",
                ),
            ),
            Column(
                name="name_zh", zh="名称", en="Name", kind=Text(60), needed=True, width=24,
                example="PM2.5 连续三小时偏高",
            ),
            Column(name="name_en", zh="英文名", en="English name", kind=Text(100), listed=False),
            Column(
                name="place", zh="区域", en="Place", needed=True, width=20, example="990101",
                kind=Reference("places.Place", area="path"),
            ),
            Column(
                name="kinds", zh="站点类别", en="Kinds of station", kind=Choices(KINDS),
                note="留空为全部 / all where empty", width=20, example="国控、微站",
            ),
            Column(
                name="stations", zh="限于站点", en="Only stations", kind=Text(500), listed=False,
                note="站点编码，空格分隔；留空为全部 / codes with blanks between; all where empty",
                width=30,
            ),
            Column(
                name="factor", zh="项目", en="Pollutant", kind=Choice(FACTORS), needed=True,
                filtered=True, example="PM2.5",
            ),
            Column(
                name="threshold", zh="阈值", en="Threshold", kind=Number(0, 100_000, 3),
                needed=True, note="ug/m3，CO 为 mg/m3 / CO in mg/m3", example="75",
            ),
            Column(
                name="clear", zh="解除值", en="Clear level", kind=Number(0, 100_000, 3),
                needed=True, note="低于它才解除 / over only below it", example="60",
            ),
            Column(
                name="steps", zh="连续", en="In a row", kind=Number(1, 720), needed=True,
                example="3",
            ),
            Column(
                name="step", zh="时段", en="Of", kind=Choice(STEPS), needed=True, example="小时"
            ),
            Column(
                name="from_hour", zh="起始时", en="From hour", kind=Number(0, 23), needed=True,
                listed=False, example="0",
            ),
            Column(
                name="to_hour", zh="终止时", en="To hour", kind=Number(1, 24), needed=True,
                listed=False, note="小于起始时则跨夜 / over midnight where less", example="24",
            ),
            Column(
                name="weekdays", zh="星期", en="Weekdays", kind=Choices(WEEKDAYS), listed=False,
                note="留空为每天 / every day where empty",
            ),
            Column(
                name="post1", zh="首先通知", en="First told", kind=_POST, needed=True, width=22,
            ),
            Column(
                name="wait1", zh="等待分钟", en="Wait, min", kind=Number(1, 1440), needed=True,
                listed=False, example="30",
            ),
            Column(
                name="post2", zh="其次通知", en="Told next", kind=_POST, listed=False, width=22,
                note="无人应答时 / when nobody answered",
            ),
            Column(
                name="wait2", zh="再等分钟", en="Wait again, min", kind=Number(1, 1440),
                needed=True, listed=False, example="30",
            ),
            Column(
                name="post3", zh="最后通知", en="Told last", kind=_POST, listed=False, width=22,
            ),
        ),
    )
)  # fmt: skip

name_kind(
    KIND,
    both("告警", "Alarm"),
    {
        "rule": both("规则", "Rule"),
        "station": both("站点", "Station"),
        "raised": both("告警时段", "Raised at step"),
        "cleared": both("解除时段", "Over at step"),
        "late": both("数据迟到", "Late data"),
        "level": both("层级", "Level"),
        "by": both("应答人", "Answered by"),
        "answer": both("说明", "Answer"),
    },
)
