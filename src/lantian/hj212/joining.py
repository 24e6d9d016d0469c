"""Long messages: divided into numbered packets, and joined again while they arrive."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final, NamedTuple

from lantian.errors import BadRequest
from lantian.hj212.packet import Packet, compose
from lantian.hj212.reading import parameters, parse_time, spell_qn

#: Longest content of CP, `&&` around it included.
MOST_AREA: Final = 950
_DIVIDED: Final = 2
_MILLISECOND: Final = timedelta(milliseconds=1)

type Item = Sequence[tuple[str, str]]
type _Key = tuple[str, str, str, int, str]


class Message(NamedTuple):
    """Packets of one message in order of number, and the numbers that never came."""

    packets: tuple[Packet, ...]
    missing: tuple[int, ...]


def divide(
    fields: Mapping[str, str], stamp: tuple[str, str], items: Sequence[Item]
) -> list[Packet]:
    """Packets that carry the items of one message, as tables C.49 and C.50 show.

    Parameters
    ----------
    fields : mapping
        Fields before the data area without PNUM and PNO; QN is that of the first packet.
    stamp : (str, str)
        Item that every packet repeats: DataTime and its value.
    items : sequence of sequences
        Items of the data area; the values of one item stay together.

    Returns
    -------
    list of Packet
        One without numbers where all fits; else numbered ones, each with a QN that is a
        millisecond later than the one before.

    Raises
    ------
    BadRequest
        If one item alone is too long, or QN or Flag cannot be read.

    Examples
    --------
    >>> fields = {"QN": "20160801085857534", "ST": "32", "CN": "2061", "MN": "A", "Flag": "4"}
    >>> items = [[(f"w{n:05d}-Avg", "1.5")] for n in range(99)]
    >>> [(p.qn[-3:], p.flag, p.pno) for p in divide(fields, ("DataTime", "20160801080000"), items)]
    [('534', 6, 1), ('535', 6, 2)]
    """
    loads = _loads(stamp, items)
    if len(loads) == 1:
        return [compose(fields, [[stamp], *loads[0]])]
    first = parse_time(fields.get("QN", ""))
    flag = fields.get("Flag", "")
    if first is None or not flag.isdigit():
        raise BadRequest(
            f"a message to divide has QN {fields.get('QN')!r} and Flag {flag!r}",
            where="HJ 212 message",
            fix="give a QN of 17 digits and a number as Flag",
        )
    return [
        compose(
            {
                **fields,
                "QN": spell_qn(first + place * _MILLISECOND),
                "Flag": str(int(flag) | _DIVIDED),
                "PNUM": str(len(loads)),
                "PNO": str(place + 1),
            },
            [[stamp], *load],
        )
        for place, load in enumerate(loads)
    ]


def _loads(stamp: tuple[str, str], items: Sequence[Item]) -> list[list[Item]]:
    """Items of each packet, as many as fit."""
    room = MOST_AREA - len("&&&&") - _size([stamp])
    loads: list[list[Item]] = [[]]
    left = room
    for item in items:
        size = 1 + _size(item)
        if size > room:
            raise BadRequest(
                f"an item of {size} bytes",
                where="HJ 212 message",
                fix=f"at most {room} bytes fit into a packet",
            )
        if size > left:
            loads.append([])
            left = room
        loads[-1].append(item)
        left -= size
    return loads


def _size(item: Item) -> int:
    return len(",".join(f"{name}={value}" for name, value in item).encode())


class Joiner:
    """Joins the numbered packets of one connection, in whatever order they come.

    A packet belongs to the message of its MN, ST, CN, PNUM and DataTime (or, without one,
    QN). One without numbers is a message of its own. Waiting is bounded in time and number.

    Parameters
    ----------
    patience_s : float
        Seconds to wait for the rest after the first packet of a message.
    most : int
        Messages to wait for; the oldest is given up when there are more.

    Examples
    --------
    >>> fields = {"QN": "20160801085857534", "ST": "32", "CN": "2061", "MN": "A", "Flag": "4"}
    >>> items = [[(f"w{n:05d}-Avg", "1.5")] for n in range(99)]
    >>> one, two = divide(fields, ("DataTime", "20160801080000"), items)
    >>> joiner = Joiner(patience_s=30)
    >>> joiner.add(two, now_s=0.0)
    []
    >>> [message.packets == (one, two) for message in joiner.add(one, now_s=1.0)]
    [True]
    """

    def __init__(self, *, patience_s: float, most: int = 16) -> None:
        self._patience_s = patience_s
        self._most = most
        #: In order of arrival of the first packet: its time, and the packets by number.
        self._waiting: dict[_Key, tuple[float, dict[int, Packet]]] = {}

    def add(self, packet: Packet, *, now_s: float) -> list[Message]:
        """Take a packet; return messages that are complete, or given up for lack of room.

        A number that came before is kept as it came first.
        """
        pnum, pno = packet.pnum, packet.pno
        if not pnum or not pno or pno > pnum or pnum == 1:
            return [Message((packet,), ())]
        stamp = parameters(packet).get("DataTime", packet.qn)
        key = (packet.mn, packet.st, packet.cn, pnum, stamp)
        _, parts = self._waiting.setdefault(key, (now_s, {}))
        parts.setdefault(pno, packet)
        if len(parts) == pnum:
            del self._waiting[key]
            return [_message(pnum, parts)]
        if len(self._waiting) > self._most:
            return [self._give_up(next(iter(self._waiting)))]
        return []

    def expired(self, *, now_s: float) -> list[Message]:
        """Messages whose rest did not come in time, with the numbers that are missing."""
        late = [
            key for key, (since, _) in self._waiting.items() if now_s - since >= self._patience_s
        ]
        return [self._give_up(key) for key in late]

    def _give_up(self, key: _Key) -> Message:
        _, parts = self._waiting.pop(key)
        return _message(key[3], parts)


def _message(pnum: int, parts: Mapping[int, Packet]) -> Message:
    missing = tuple(number for number in range(1, pnum + 1) if number not in parts)
    return Message(tuple(parts[number] for number in sorted(parts)), missing)
