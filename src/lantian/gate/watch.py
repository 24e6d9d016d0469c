"""Who abuses the door, said once a minute: wrong passwords, floods, too many connections."""

from collections import Counter

from lantian.gate.server import Doors


class Watch:
    """What the doors counted since the last look.

    Examples
    --------
    >>> doors, watch = Doors(), Watch()
    >>> doors.refused, doors.wrong["10.0.0.9"] = 3, 70
    >>> watch.lines(doors)
    ['10.0.0.9: 密码错误 / wrong passwords: 70', '拒绝连接 / connections refused: 3']
    >>> watch.lines(doors)
    []
    """

    def __init__(self) -> None:
        self._wrong: Counter[str] = Counter()
        self._counts = {"refused": 0, "slowed": 0}

    def lines(self, doors: Doors) -> list[str]:
        """Return what is to be said."""
        fresh = doors.wrong - self._wrong
        said = [f"{peer}: 密码错误 / wrong passwords: {n}" for peer, n in fresh.most_common()]
        counts = {"refused": doors.refused, "slowed": doors.slowed}
        names = {"refused": "拒绝连接 / connections refused", "slowed": "限速 / floods slowed down"}
        said += [
            f"{names[name]}: {count - self._counts[name]}"
            for name, count in counts.items()
            if count > self._counts[name]
        ]
        self._wrong, self._counts = Counter(doors.wrong), counts
        return said
