"""What kinds of notices, channels and states there are, and what they are called."""

from typing import Final

from lantian.desk.language import both

MESSAGE: Final = "message"
BRIEF: Final = "brief"
#: Kinds of notices.
KINDS: Final = {
    MESSAGE: both("消息", "message"),
    "alert": both("预警", "alert"),
    "task": both("任务", "task"),
    BRIEF: both("晨报", "morning brief"),
    "system": both("系统", "system"),
}
EMAIL: Final = "email"
ROBOT: Final = "robot"
SMS: Final = "sms"
#: Ways out of the desk.
CHANNELS: Final = {
    EMAIL: both("邮件", "e-mail"),
    ROBOT: both("群机器人", "group robot"),
    SMS: both("短信", "text message"),
}
WECOM: Final = "wecom"
DINGTALK: Final = "dingtalk"
FEISHU: Final = "feishu"
#: Makers of group robots.
MAKERS: Final = {
    WECOM: both("企业微信", "WeCom"),
    DINGTALK: both("钉钉", "DingTalk"),
    FEISHU: both("飞书", "Feishu"),
}
AT_ONCE: Final = ""
HOURLY: Final = "hour"
DAILY: Final = "day"
#: How often mails come.
DIGESTS: Final = {
    AT_ONCE: both("逐条", "each by itself"),
    HOURLY: both("每小时汇总", "gathered each hour"),
    DAILY: both("每日汇总", "gathered once a day"),
}
