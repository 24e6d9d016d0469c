"""A monitor that lies, for trials of the suspicion: its lie is declared where it is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lantian.errors import BadRequest
from lantian.gate.voice import Values, Voice

#: Factors that are lied about, each with the value above which a capped one does not go.
_CAPS: Final = {"a34002": 140.0, "a34004": 72.0}
#: By how much of what lies above it a capped value still moves.
_LEFT: Final = 0.02
_HOUR: Final = timedelta(hours=1)

type Lie = Callable[["Lying", datetime, timedelta], Values]


@dataclass(frozen=True, slots=True)
class Lying:
    """A simulation one of whose monitors lies about particles.

    Attributes
    ----------
    voice : Voice
        What all monitors would say.
    number : int
        Which one lies.
    mode : str
        `capped`: nearly nothing above a value just below the limit of a day; `smoothed`: every
        minute says the mean of three hours; `copied`: what the monitor with the number before says.

    Examples
    --------
    >>> from lantian.gate.voice import UsualDay
    >>> voice = lying(UsualDay("SIM", 1), "3:copied")
    >>> at, minute = datetime(2026, 11, 22, 8), timedelta(minutes=1)
    >>> dict(voice.values(3, at, minute))["a34004"] == dict(voice.values(2, at, minute))["a34004"]
    True
    >>> voice.values(4, at, minute) == voice.voice.values(4, at, minute)
    True
    """

    voice: Voice
    number: int
    mode: str

    def mn(self, number: int) -> str:
        """Identity of a monitor."""
        return self.voice.mn(number)

    def speaks(self, number: int, now: datetime) -> bool:
        """Whether a monitor is there at all."""
        return self.voice.speaks(number, now)

    def values(self, number: int, start: datetime, span: timedelta) -> Values:
        """What was measured, or what is said instead."""
        if number != self.number:
            return self.voice.values(number, start, span)
        lie = dict(LIES[self.mode](self, start, span))
        true = self.voice.values(number, start, span)
        return [(f, lie.get(f, v) if f in _CAPS else v) for f, v in true]


def _capped(lying: Lying, start: datetime, span: timedelta) -> Values:
    return [
        (f, min(v, cap + _LEFT * (v - cap)) if (cap := _CAPS.get(f)) else v)
        for f, v in lying.voice.values(lying.number, start, span)
    ]


def _smoothed(lying: Lying, start: datetime, _: timedelta) -> Values:
    hour = start.replace(minute=0, second=0, microsecond=0)
    hours = [dict(lying.voice.values(lying.number, hour - n * _HOUR, _HOUR)) for n in range(3)]
    return [
        (f, round(sum(found) / len(found), 4))
        for f in _CAPS
        if (found := [values[f] for values in hours if f in values])
    ]


def _copied(lying: Lying, start: datetime, span: timedelta) -> Values:
    return lying.voice.values(lying.number - 1 if lying.number else 1, start, span)


#: Lies by name.
LIES: Final[Mapping[str, Lie]] = {"capped": _capped, "smoothed": _smoothed, "copied": _copied}


def lying(voice: Voice, text: str) -> Lying:
    """Read NUMBER:MODE.

    Raises
    ------
    BadRequest
        If it is none, or there is no such lie.
    """
    number, _, mode = text.partition(":")
    if not (number.isascii() and number.isdigit() and mode in LIES):
        raise BadRequest(
            f"{text!r} 不是 序号:方式 / is not NUMBER:MODE",
            where="--lie",
            fix=f"5:{'|'.join(LIES)}",
        )
    return Lying(voice, int(number), mode)
