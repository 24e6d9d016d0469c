"""Dialogues of HJ 212: the commands of a platform and the answers of both sides."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from lantian.errors import BadRequest
from lantian.hj212.codes import Kind, Way, commands
from lantian.hj212.fault import FIELD
from lantian.hj212.packet import Packet, compose
from lantian.hj212.reading import spell_time

#: Answers go by this system code: exchange between systems.
EXCHANGE: Final = "91"
_VERSION_BITS: Final = {2005: 0, 2017: 4, 2025: 8}
_ANSWERS: Final = {Kind.REQUEST: "9011", Kind.UPLOAD: "9014", Kind.NOTICE: "9013"}
#: Codes of data commands.
_DATA: Final = re.compile("2[0-9]{3}")
_MINUTE_INTERVALS: Final = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 30)

type Items = Iterable[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Device:
    """Whom a command is for: identity, password, system code, year of its standard."""

    mn: str
    pw: str
    st: str
    version: int = 2017


def answer_wanted(packet: Packet, *, way: Way) -> str | None:
    """Command code of the answer that a packet asks for; None where it asks for none.

    Parameters
    ----------
    packet : Packet
    way : Way
        UP where a platform received it, DOWN where a device did.

    Notes
    -----
    Codes 2000 to 2999 are data by the standard's classes (6.6.5.1), so a maker's own ones
    among them are answered like data: a device would send them again for ever.

    Examples
    --------
    >>> packet = compose({"ST": "22", "CN": "2011", "MN": "A", "Flag": "5"})
    >>> answer_wanted(packet, way=Way.UP), answer_wanted(packet, way=Way.DOWN)
    ('9014', '9011')
    """
    if not packet.needs_answer:
        return None
    known = commands().get((packet.cn, way))
    if known is not None:
        return _ANSWERS.get(known.kind)
    return _ANSWERS[Kind.UPLOAD] if way is Way.UP and _DATA.fullmatch(packet.cn) else None


def answer(to: Packet, cn: str, items: Items = ()) -> Packet:
    """Answer to a packet: its QN, PW and MN, system code 91, its version's Flag.

    Examples
    --------
    >>> upload = compose({"QN": "20160801085000001", "ST": "32", "CN": "2051", "PW": "123456",
    ...     "MN": "010000A8900016F000169DC0", "Flag": "5"})
    >>> answer(upload, "9014").raw[6:-6].decode()
    'QN=20160801085000001;ST=91;CN=9014;PW=123456;MN=010000A8900016F000169DC0;Flag=4;CP=&&&&'
    """
    version = to.version or 2017
    return compose(
        {
            "QN": to.qn,
            "ST": EXCHANGE,
            "CN": cn,
            "PW": to.pw,
            "MN": to.mn,
            "Flag": str(_VERSION_BITS[version]),
        },
        [[item] for item in items],
        tolerance=FIELD,
    )


def data_answer(to: Packet) -> Packet:
    """9014: the data of a packet are received and kept."""
    return answer(to, "9014")


def notice_answer(to: Packet) -> Packet:
    """9013: a notice is received."""
    return answer(to, "9013")


def request_answer(to: Packet, code: int = 1) -> Packet:
    """9011: whether a request will be executed; `code` is a QnRtn of table 7."""
    return answer(to, "9011", [("QnRtn", str(code))])


def request_result(to: Packet, code: int = 1) -> Packet:
    """9012: how a request ended; `code` is an ExeRtn of table 6."""
    return answer(to, "9012", [("ExeRtn", str(code))])


def command(device: Device, cn: str, qn: str, items: Items = ()) -> Packet:
    """Command of a platform that asks for an answer.

    Examples
    --------
    >>> packet = command(Device("010000A8900016F000169DC0", "100000", "32"), "1062",
    ...     "20160801085857223", [("RtdInterval", "30")])
    >>> packet.raw[-6:]
    b'1C80\\r\\n'
    """
    return compose(
        {
            "QN": qn,
            "ST": device.st,
            "CN": cn,
            "PW": device.pw,
            "MN": device.mn,
            "Flag": str(_VERSION_BITS[device.version] + 1),
        },
        [[item] for item in items],
    )


def set_timeout(device: Device, qn: str, *, seconds: int, repeats: int) -> Packet:
    """1000: time-out in seconds and number of repeats, 1 to 99 each."""
    _within("OverTime", seconds, 1, 99)
    _within("ReCount", repeats, 1, 99)
    return command(device, "1000", qn, [("OverTime", str(seconds)), ("ReCount", str(repeats))])


def ask_time(device: Device, qn: str, *, factor: str = "") -> Packet:
    """1011: time of the logger, or of the instrument of a factor."""
    return command(device, "1011", qn, _factor(factor))


def set_time(device: Device, qn: str, *, to: datetime, factor: str = "") -> Packet:
    """1012: set the time of the logger, or of the instrument of a factor; naive local time.

    Examples
    --------
    >>> device = Device("A", "123456", "32")
    >>> set_time(device, "20160801085857223", to=datetime(2016, 8, 1, 8, 58, 57)).items
    (('SystemTime', '20160801085857'),)
    """
    return command(device, "1012", qn, [*_factor(factor), ("SystemTime", spell_time(to))])


def ask_realtime_interval(device: Device, qn: str) -> Packet:
    """1061: interval of real-time data."""
    return command(device, "1061", qn)


def set_realtime_interval(device: Device, qn: str, *, seconds: int) -> Packet:
    """1062: interval of real-time data, 30 to 3,600 seconds."""
    _within("RtdInterval", seconds, 30, 3600)
    return command(device, "1062", qn, [("RtdInterval", str(seconds))])


def ask_minute_interval(device: Device, qn: str) -> Packet:
    """1063: interval of minute data."""
    return command(device, "1063", qn)


def set_minute_interval(device: Device, qn: str, *, minutes: int) -> Packet:
    """1064: interval of minute data: 1, 2, 3, 4, 5, 6, 10, 12, 15, 20 or 30 minutes."""
    if minutes not in _MINUTE_INTERVALS:
        raise BadRequest(
            f"MinInterval {minutes}",
            where="HJ 212 command 1064",
            fix=f"one of: {', '.join(map(str, _MINUTE_INTERVALS))}",
        )
    return command(device, "1064", qn, [("MinInterval", str(minutes))])


def set_password(device: Device, qn: str, *, to: str) -> Packet:
    """1072: new password, one to six letters and digits."""
    if not (to.isascii() and to.isalnum() and len(to) <= 6):
        raise BadRequest(
            "NewPW is not one to six letters and digits",
            where="HJ 212 command 1072",
            fix="choose another password",
        )
    return command(device, "1072", qn, [("NewPW", to)])


def start_realtime(device: Device, qn: str) -> Packet:
    """2011: send real-time data."""
    return command(device, "2011", qn)


def stop_realtime(device: Device, qn: str) -> Packet:
    """2012: send real-time data no more."""
    return command(device, "2012", qn)


def start_states(device: Device, qn: str) -> Packet:
    """2021: send the state of treatment equipment."""
    return command(device, "2021", qn)


def stop_states(device: Device, qn: str) -> Packet:
    """2022: send the state of treatment equipment no more."""
    return command(device, "2022", qn)


def ask_history(device: Device, cn: str, qn: str, *, begin: datetime, end: datetime) -> Packet:
    """2031, 2041, 2051 or 2061: data of the intervals that start from `begin` to `end`.

    Parameters
    ----------
    begin, end : datetime
        Start of the first and of the last interval wanted, naive local time.

    Examples
    --------
    >>> hour = datetime(2016, 8, 1, 8)
    >>> ask_history(Device("A", "1", "32"), "2061", "20160801085857223", begin=hour, end=hour).items
    (('BeginTime', '20160801080000'), ('EndTime', '20160801080000'))
    """
    if cn not in _HISTORIES or end < begin:
        raise BadRequest(
            f"history {cn} from {begin} to {end}",
            where="HJ 212 command",
            fix=f"one of {', '.join(_HISTORIES)}, the end not before the beginning",
        )
    items = [("BeginTime", spell_time(begin)), ("EndTime", spell_time(end))]
    return command(device, cn, qn, items)


_HISTORIES: Final = ("2031", "2041", "2051", "2061")


def calibrate(device: Device, qn: str, *, factor: str) -> Packet:
    """3011: calibrate zero and span of the instrument of a factor."""
    return command(device, "3011", qn, _factor(factor))


def _factor(code: str) -> list[tuple[str, str]]:
    return [("PolId", code)] if code else []


def _within(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise BadRequest(f"{name} {value}", where="HJ 212 command", fix=f"{low} to {high}")
