"""A line that produces while its treatment device is off: what two meters say, no verdict."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from lantian.works.state import Run, Threshold, overlap


@dataclass(frozen=True, slots=True)
class Meter:
    """Whose readings tell of a machine.

    Attributes
    ----------
    mn, factor, kind : str
        A device of the gate, and what of it: `kind` is "" for what was measured.
    span_s : int
        Length of the interval of its readings; 0 for instants.
    threshold : Threshold
        In the unit that the device sends.
    """

    mn: str
    factor: str
    span_s: int
    threshold: Threshold
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A production line and its treatment device.

    Attributes
    ----------
    source : str
        Code in the register of sources.
    title : str
    production, control : Meter
    least_s : int
        Shorter is passed over: machines do not start within one second.
    """

    source: str
    title: str
    production: Meter
    control: Meter
    least_s: int = 600


class Finding(NamedTuple):
    """Seconds in which a line was on and its device off; `known_s` in which both were known.

    `text_zh` and `text_en` say it in one sentence; whether it is a breach a person decides,
    since a device may be off for a reason, or a meter on the wrong wire.
    """

    source: str
    first_t: int
    last_t: int
    known_s: int
    text_zh: str
    text_en: str


def untreated(line: Line, production: Sequence[Run], control: Sequence[Run]) -> list[Finding]:
    """Return when a line ran while its device did not, for long enough.

    Time in which either meter is silent is left out: nothing is said of it.

    Examples
    --------
    >>> meters = Meter("P1", "p", 60, Threshold(2, 1)), Meter("P2", "p", 60, Threshold(5, 4))
    >>> line = Line("WRY-1", "1# line", *meters)
    >>> found = untreated(line, [Run(0, 7200, True)], [Run(0, 3600, True), Run(3600, 7200, False)])
    >>> found[0].first_t, found[0].last_t, found[0].text_en
    (3600, 7200, '1# line was on for 60 minutes while its treatment device was off')
    """
    known_s = sum(last - first for first, last in overlap(production, control))
    on = [run for run in production if run.on]
    off = [run for run in control if not run.on]
    return [
        _finding(line, first_t, last_t, known_s)
        for first_t, last_t in overlap(on, off)
        if last_t - first_t >= line.least_s
    ]


def _finding(line: Line, first_t: int, last_t: int, known_s: int) -> Finding:
    minutes = (last_t - first_t) // 60
    return Finding(
        line.source,
        first_t,
        last_t,
        known_s,
        f"{line.title}在生产而治理设施停运，持续 {minutes} 分钟",
        f"{line.title} was on for {minutes} minutes while its treatment device was off",
    )
