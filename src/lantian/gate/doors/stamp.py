"""Stamps of messages: a declared format and zone, and which end of the interval they name."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final, Literal

_ZONE: Final = re.compile(r"([+-])(\d{2}):(\d{2})")
_DIGITS: Final = re.compile(r"-?\d{1,15}(\.\d{1,9})?")
#: Chinese platforms write the end of a day as its hour 24.
_HOUR_24: Final = re.compile(r"(?<=[ T日])24(?=\D|$)|(?<=^\d{8})24")
_UNITS: Final = {"unix_s": 1, "unix_ms": 1000}


@dataclass(frozen=True, slots=True)
class Time:
    """Where a record's time stands, and how it is written.

    Attributes
    ----------
    paths : tuple of str
        Where its parts stand; several, as date and hour, are joined by a space.
    format : str
        `unix_s`, `unix_ms`, `iso`, or a format of strptime, as ``%Y-%m-%d %H:%M:%S``.
    zone : str
        Of a stamp that names none itself, as ``+08:00``.
    stamps : str
        Which end of its interval a stamp names.
    down : bool
        Whether a stamp within an interval is taken for the interval's own; without it such
        a stamp is refused, since nobody said what it means.
    """

    paths: tuple[str, ...]
    format: str = "iso"
    zone: str = "+08:00"
    stamps: Literal["end", "start"] = "end"
    down: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be."""
        if not self.paths:
            raise ValueError("time.paths: at least one")
        if not _ZONE.fullmatch(self.zone):
            raise ValueError(f"time.zone: {self.zone!r} is not written as +08:00")
        if self.format not in (*_UNITS, "iso") and "%" not in self.format:
            raise ValueError(f"time.format: {self.format!r} is none of unix_s, unix_ms, iso, %…")

    def end(self, text: str, span_s: int) -> int | None:
        """End of an interval of a length, seconds since 1970; None where the text is no stamp.

        Examples
        --------
        >>> Time(("t",), "%Y-%m-%d %H").end("2026-11-22 24", 3600)
        1795363200
        >>> Time(("t",), stamps="start").end("2026-11-22T23:00:00+08:00", 3600)
        1795363200
        >>> Time(("t",)).end("2026-11-22T23:00:01", 3600) is None
        True
        """
        t = _parse(text.strip(), self.format, self.zone)
        if t is None:
            return None
        if span_s > 0 and t % span_s:
            # Intervals of days and longer begin at local midnight: they align to the zone.
            late = (t + _offset_s(self.zone)) % span_s if span_s % 86_400 == 0 else t % span_s
            if late and not self.down:
                return None
            t -= late
        return t + span_s if self.stamps == "start" else t


@lru_cache(maxsize=512)
def _parse(text: str, how: str, zone: str) -> int | None:
    if how in _UNITS:
        return int(float(text) // _UNITS[how]) if _DIGITS.fullmatch(text) else None
    turned = _HOUR_24.sub("00", text, count=1)
    try:
        found = (
            datetime.fromisoformat(turned) if how == "iso" else datetime.strptime(turned, how)  # noqa: DTZ007 (the zone follows)
        )
        if found.tzinfo is None:
            found = found.replace(tzinfo=timezone(timedelta(seconds=_offset_s(zone))))
        late = timedelta(days=1) if turned != text else timedelta(0)
        return (found.astimezone(UTC) + late - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(
            seconds=1
        )
    except (ValueError, OverflowError):
        return None


def _offset_s(zone: str) -> int:
    sign, hours, minutes = _ZONE.fullmatch(zone).groups()  # type: ignore[union-attr]
    seconds = int(hours) * 3_600 + int(minutes) * 60
    return -seconds if sign == "-" else seconds
