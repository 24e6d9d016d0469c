"""Words of alarms: steps, factors, weekdays, states."""

from typing import Final

from lantian.desk.language import both
from lantian.terms.pollutant import POLLUTANTS

HOUR: Final = "hour"
MINUTE: Final = "minute"
#: Steps of a rule: value, zh, en.
STEPS: Final = ((HOUR, "小时", "hours"), (MINUTE, "分钟", "minutes"))
#: Factors of a rule.
FACTORS: Final = tuple((p.key, p.symbol, p.symbol) for p in POLLUTANTS)
WEEKDAYS: Final = (
    ("1", "周一", "Monday"),
    ("2", "周二", "Tuesday"),
    ("3", "周三", "Wednesday"),
    ("4", "周四", "Thursday"),
    ("5", "周五", "Friday"),
    ("6", "周六", "Saturday"),
    ("7", "周日", "Sunday"),
)
#: States of an alarm, as lists are narrowed to them.
OPEN: Final = "open"
OVER: Final = "over"
STATES: Final = {
    OPEN: both("未解除", "open"),
    OVER: both("已解除", "over"),
}
