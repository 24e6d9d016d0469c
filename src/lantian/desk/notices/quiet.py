"""When somebody may be reached outside the desk: quiet hours, and the times of digests."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from lantian.desk.notices.models import Preference
from lantian.desk.notices.words import AT_ONCE, HOURLY

_HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Quiet:
    """Quiet hours of a day, local; over midnight where they begin later than they end.

    Examples
    --------
    >>> from datetime import UTC
    >>> night = Quiet(time(22), time(7))
    >>> night.ends(datetime(2026, 3, 2, 23, 30, tzinfo=UTC)).isoformat()
    '2026-03-03T07:00:00+00:00'
    >>> night.ends(datetime(2026, 3, 2, 12, tzinfo=UTC)) is None
    True
    """

    begin: time | None
    end: time | None

    def ends(self, local: datetime) -> datetime | None:
        """Return when the quiet hours that hold at a local time end; None outside of them."""
        if self.begin is None or self.end is None or self.begin == self.end:
            return None
        at = local.time()
        if self.begin < self.end:
            return _on(local, self.end) if self.begin <= at < self.end else None
        if at >= self.begin:
            return _on(local + timedelta(days=1), self.end)
        return _on(local, self.end) if at < self.end else None


def quiet_of(wish: Preference) -> Quiet:
    """Quiet hours of an account."""
    return Quiet(wish.quiet_from, wish.quiet_until)


def digest_due(wish: Preference, local: datetime) -> datetime:
    """Return when the next digest of an account leaves; at once where it wants none.

    Parameters
    ----------
    wish : Preference
    local : datetime
        Now, in the zone of the desk.
    """
    if wish.digest == AT_ONCE:
        return local
    if wish.digest == HOURLY:
        return local.replace(minute=0, second=0, microsecond=0) + _HOUR
    today = _on(local, wish.digest_at)
    return today if today > local else _on(local + timedelta(days=1), wish.digest_at)


def _on(day: datetime, at: time) -> datetime:
    return datetime.combine(day.date(), at, day.tzinfo)
