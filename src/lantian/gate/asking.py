"""What the gate asks of monitors by itself: missing data, and the right time."""

import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Final

from lantian.gate.roll import Roll
from lantian.hj212.reading import spell_time
from lantian.lake.commands import Command
from lantian.lake.fine_gaps import Gap

#: Names commands that the gate makes, so that the same question is not asked twice.
_SPACE: Final = uuid.UUID("6f0d6bfa-7a1c-5d2e-9f57-2b9f1c0a4d11")
_HISTORY: Final = {3_600: "2061", 86_400: "2031"}
_MINUTES: Final = "2051"
#: A gap is asked for again after so long, as often as that it is missed.
_ASK_AGAIN_S: Final = 1_800
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def ask_for(gaps: Iterable[Gap], roll: Roll, *, now_s: int) -> list[Command]:
    """Commands that ask for what is missing; one for each gap and half hour.

    Examples
    --------
    >>> from lantian.lake.device import Device
    >>> from lantian.gate.roll import roll_of
    >>> roll = roll_of([Device("A", "S", "", {}, "field", 1, None, None)], {})
    >>> gap = Gap("A", 3600, 1_800_000_000, 1_800_003_600)
    >>> ask_for([gap], roll, now_s=1_800_010_000)[0].items
    (('BeginTime', '20270115150000'), ('EndTime', '20270115160000'))
    """
    found = []
    for gap in gaps:
        device = roll.device(gap.mn, _EPOCH + timedelta(seconds=gap.last_t))
        if device is None:
            continue
        cn = _HISTORY.get(gap.span_s, _MINUTES)
        offset = timedelta(hours=roll.offset_h(device.station))
        # The standard names an interval by its start.
        first, last = (
            spell_time((_EPOCH + timedelta(seconds=t - gap.span_s) + offset).replace(tzinfo=None))
            for t in (gap.first_t, gap.last_t)
        )
        name = f"{gap.mn} {cn} {first} {last} {now_s // _ASK_AGAIN_S}"
        found.append(
            Command(
                str(uuid.uuid5(_SPACE, name)),
                gap.mn,
                cn,
                (("BeginTime", first), ("EndTime", last)),
                asked_us=now_s * 1_000_000,
            )
        )
    return found


def set_time(mn: str, qn: str, *, now_s: int) -> Command:
    """Command that sets a monitor's clock, as it asked by 1013 in the notice `qn`.

    Examples
    --------
    >>> set_time("A", "20261122175516551", now_s=0).cn
    '1012'
    """
    name = str(uuid.uuid5(_SPACE, f"{mn} 1012 {qn}"))
    return Command(name, mn, "1012", (), asked_us=now_s * 1_000_000)
