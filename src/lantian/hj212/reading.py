"""Readings of a packet: factor, kind, value, flag; and the times that packets carry."""

import re
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import repeat
from typing import Final, NamedTuple

from lantian.hj212.packet import Packet

#: A number as devices spell it; longer or wilder ones are text.
_NUMBER: Final = re.compile(
    r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?"
)
#: Digits of a time: to the second, hundredth or thousandth of it.
_TIME_DIGITS: Final = (14, 16, 17)

_DAY: Final = timedelta(days=1)
_HOUR: Final = timedelta(hours=1)
_MILLISECOND: Final = timedelta(milliseconds=1)
_INSTANT: Final = timedelta(0)
#: Commands whose DataTime names the start of an interval; in others it is an instant.
_LENGTHS: Final = {"2031": _DAY, "2041": _DAY, "2061": _HOUR}
_MINUTES: Final = "2051"


class Reading(NamedTuple):
    """One value of one factor, as spelled; "" where the packet has no flag or time.

    `kind` is the part of the name behind the factor: Rtd, Min, Avg, Max, Cou, ZsRtd, ZsMin,
    ZsAvg, ZsMax, RS, RT, Data, DayData, NightData, Info, SN or a maker's own word.
    """

    factor: str
    kind: str
    text: str
    flag: str
    extra_flag: str
    sample_time: str

    @property
    def value(self) -> Decimal | None:
        """The number, exactly; None where the text is none.

        Examples
        --------
        >>> Reading("a21004", "Rtd", "49.20", "N", "", "").value
        Decimal('49.20')
        """
        return Decimal(self.text) if is_number(self.text) else None


def is_number(text: str) -> bool:
    """Whether a text is a number as devices spell them.

    Examples
    --------
    >>> is_number("0.90"), is_number("-100"), is_number("NaN"), is_number("")
    (True, True, False, False)
    """
    return _NUMBER.fullmatch(text) is not None


def readings(packet: Packet) -> list[Reading]:
    """Readings of a packet in the order received.

    A flag or sampling time belongs to the factor of its name: to the values before it, or,
    where none follows, to those behind it.

    Examples
    --------
    >>> from lantian.hj212.packet import compose
    >>> packet = compose({"ST": "32", "CN": "2011", "MN": "A"},
    ...     [[("w01001-Rtd", "7.1"), ("w01001-Flag", "N")]])
    >>> readings(packet)[0][:4]
    ('w01001', 'Rtd', '7.1', 'N')
    """
    of = packet.layout
    values = (*packet.values, "")
    # What no name of the packet gives is "" without end, so the columns differ in length.
    return list(
        map(
            tuple.__new__,
            repeat(Reading),
            zip(
                of.factors,
                of.kinds,
                of.texts(values),
                of.flags(values),
                of.extra_flags(values),
                of.sample_times(values),
                strict=False,
            ),
        )
    )


def parameters(packet: Packet) -> dict[str, str]:
    """Items of the data area that are no reading, the first of each name.

    Examples
    --------
    >>> from lantian.hj212.packet import compose
    >>> parameters(compose({"CN": "1062"}, [[("RtdInterval", "30")]]))
    {'RtdInterval': '30'}
    """
    found: dict[str, str] = {}
    for name, place in packet.layout.plain:
        found.setdefault(name, packet.values[place])
    return found


def parse_time(text: str) -> datetime | None:
    """Time of 14, 16 or 17 digits, to the second, hundredth or thousandth; None for others.

    Returns
    -------
    datetime or None
        Naive, by the device's own clock.

    Examples
    --------
    >>> parse_time("20210305003817250")
    datetime.datetime(2021, 3, 5, 0, 38, 17, 250000)
    >>> parse_time("20210230000000") is None
    True
    """
    if len(text) not in _TIME_DIGITS or not (text.isascii() and text.isdigit()):
        return None
    try:
        second = datetime.fromisoformat(f"{text[:8]}T{text[8:14]}")
    except ValueError:
        return None
    return second.replace(microsecond=int(text[14:].ljust(6, "0"))) if text[14:] else second


def spell_time(at: datetime) -> str:
    """Time as `DataTime` and `SystemTime` are spelled: 14 digits.

    Examples
    --------
    >>> spell_time(datetime(2016, 8, 1, 8, 58, 57))
    '20160801085857'
    """
    return f"{at:%Y%m%d%H%M%S}"


def spell_qn(at: datetime) -> str:
    """QN of a moment: 17 digits, to the millisecond.

    Examples
    --------
    >>> spell_qn(datetime(2016, 8, 1, 8, 58, 57, 223_000))
    '20160801085857223'
    """
    return f"{at:%Y%m%d%H%M%S}{at.microsecond // 1000:03d}"


def next_qn(at: datetime, last: str) -> str:
    """QN of a moment, or the one behind `last` where that is not yet past.

    Examples
    --------
    >>> next_qn(datetime(2016, 8, 1, 8, 58, 57), "20160801085857000")
    '20160801085857001'
    """
    before = parse_time(last)
    return spell_qn(at if before is None else max(at, before + _MILLISECOND))


def data_time(packet: Packet) -> datetime | None:
    """DataTime of a packet: a start for 2031, 2041, 2051, 2061, an instant for the others.

    Examples
    --------
    >>> from lantian.hj212.packet import compose
    >>> data_time(compose({"CN": "2061"}, [[("DataTime", "20160801080000")]]))
    datetime.datetime(2016, 8, 1, 8, 0)
    """
    return parse_time(parameters(packet).get("DataTime", ""))


def interval(packet: Packet, *, minutes: int) -> tuple[datetime, datetime] | None:
    """Start and end of what a packet's readings cover; equal for an instant.

    Parameters
    ----------
    minutes : int
        Interval of the device's minute data (2051), which its packets do not state.

    Returns
    -------
    (datetime, datetime) or None
        Naive, by the device's clock; None without a readable DataTime.

    Examples
    --------
    >>> from lantian.hj212.packet import compose
    >>> packet = compose({"CN": "2051"}, [[("DataTime", "20160801084000")]])
    >>> interval(packet, minutes=10)[1]
    datetime.datetime(2016, 8, 1, 8, 50)
    """
    start = data_time(packet)
    if start is None:
        return None
    length = (
        timedelta(minutes=minutes) if packet.cn == _MINUTES else _LENGTHS.get(packet.cn, _INSTANT)
    )
    try:
        return start, start + length
    except OverflowError:
        return None
