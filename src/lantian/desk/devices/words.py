"""Words of devices: states, causes and faults, commands and what came of them."""

from collections.abc import Mapping
from typing import Any, Final

from lantian.desk.devices.standing import State
from lantian.desk.language import both, language
from lantian.hj212.codes import Way, answers, commands, results
from lantian.lake.commands import Command, CommandState

#: Tag and word of each state of a device.
STATES: Final[Mapping[State, tuple[str, Any]]] = {
    State.REPORTING: ("good", both("在报", "reporting")),
    State.LATE: ("warn", both("迟到", "late")),
    State.SILENT: ("bad", both("无声", "silent")),
    State.QUARANTINED: ("info", both("隔离", "quarantined")),
}
#: Why nothing of a frame was taken, and what was put up with.
CAUSES: Final[Mapping[str, Any]] = {
    "unknown": both("未登记的 MN", "unknown MN"),
    "password": both("密码错误", "wrong password"),
    "time": both("时间不可读", "no readable time"),
    "ahead": both("数据时间超前", "time ahead"),
    "late": both("迟发", "sent late"),
    "again": both("重复报文", "sent again"),
    "text": both("数值不可读", "value no number"),
    "noise": both("非报文字节", "bytes of no frame"),
    "head": both("包头错误", "no head"),
    "short": both("报文过短", "too short"),
    "length": both("长度不符", "wrong length"),
    "crc_field": both("CRC 缺失", "no CRC"),
    "crc": both("CRC 错误", "wrong CRC"),
    "modbus": both("MODBUS CRC", "MODBUS CRC"),
    "crc_case": both("CRC 小写", "CRC in lower case"),
    "end": both("缺回车换行", "no CR LF"),
    "oversize": both("报文过长", "too long"),
    "gbk": both("GBK 编码", "GBK text"),
    "encoding": both("编码不明", "unknown encoding"),
    "control": both("含控制字符", "control characters"),
    "structure": both("结构错误", "broken structure"),
    "trailing": both("末尾多余分隔符", "separator at the end"),
    "area": both("数据区错误", "broken data area"),
}
#: Tag and word of each state of a command.
COMMAND_STATES: Final[Mapping[CommandState, tuple[str, Any]]] = {
    CommandState.ASKED: ("info", both("待发送", "asked")),
    CommandState.SENT: ("info", both("已发送", "sent")),
    CommandState.ACCEPTED: ("info", both("设备执行中", "being executed")),
    CommandState.DONE: ("good", both("已执行", "executed")),
    CommandState.REFUSED: ("bad", both("被拒绝", "refused")),
    CommandState.FAILED: ("bad", both("执行失败", "failed")),
    CommandState.SILENT: ("warn", both("超时未答", "timed out")),
}
_NO_ANSWER: Final = {
    "9011": both("未回请求应答（9011）", "no answer to the request (9011)"),
    "9012": both("未回执行结果（9012）", "no result (9012)"),
    "unknown": both("名册中没有这台设备", "the roster does not know the device"),
}


def cause_word(cause: str) -> str:
    """What a cause or fault is called.

    Examples
    --------
    >>> cause_word("password"), cause_word("new-cause")
    ('密码错误', 'new-cause')
    """
    return str(CAUSES.get(cause, cause))


def answer_words(command: Command) -> str:
    """What a monitor answered, in the words of the standard.

    Examples
    --------
    >>> answer_words(Command("u", "A", "1012", (), CommandState.REFUSED, "QnRtn=3"))
    'QnRtn=3 PW 错误'
    """
    name, _, number = command.said.partition("=")
    known = {"QnRtn": answers(), "ExeRtn": results()}.get(name, {})
    code = known.get(int(number)) if number.isascii() and number.isdigit() else None
    if code is not None:
        return f"{command.said} {language().of(code.zh, code.en)}"
    return str(_NO_ANSWER.get(command.said, command.said))


def command_word(cn: str, way: Way) -> str:
    """Name of a command code in one direction; the code alone where it is in no book.

    Examples
    --------
    >>> command_word("2051", Way.UP)
    '上传污染物分钟数据'
    """
    known = commands().get((cn, way))
    return language().of(known.zh, known.en) if known else cn
