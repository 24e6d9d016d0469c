"""When a schedule is due: each so many seconds, or daily at a local time."""

from datetime import UTC, datetime, time, timedelta, tzinfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def period(every_s: int | None) -> timedelta:
    """Time between two due times: a day for schedules of a time of day."""
    return timedelta(days=1) if every_s is None else timedelta(seconds=every_s)


def next_due(every_s: int | None, at: str, after: datetime, zone: tzinfo) -> datetime:
    """Return the first due time after a moment.

    Parameters
    ----------
    every_s : int or None
        Whole multiples of it since 1970 are due, so that all schedulers agree.
    at : str
        Local time of day, as "02:30", where `every_s` is None.
    after : datetime
        Aware.
    zone : tzinfo

    Examples
    --------
    >>> next_due(60, "", datetime(2026, 3, 2, 8, 0, 30, tzinfo=UTC), UTC).isoformat()
    '2026-03-02T08:01:00+00:00'
    >>> next_due(None, "02:30", datetime(2026, 3, 2, 2, 30, tzinfo=UTC), UTC).isoformat()
    '2026-03-03T02:30:00+00:00'
    """
    if every_s is not None:
        step = timedelta(seconds=every_s)
        return after + step - (after - _EPOCH) % step
    day = after.astimezone(zone).date()
    moment = time.fromisoformat(at)
    due = datetime.combine(day, moment, zone).astimezone(UTC)
    if due <= after:
        due = datetime.combine(day + timedelta(days=1), moment, zone).astimezone(UTC)
    return due


def right_due(
    every_s: int | None, at: str, last: datetime | None, now: datetime, zone: tzinfo
) -> datetime:
    """Return when a schedule is due next, whatever the clock did since it last was.

    What was due before is not due again when the clock goes back, unless it went back by
    more than a period: then the last time was under a wrong clock and counts no more.
    """
    served = last is not None and now < last <= now + period(every_s)
    return next_due(every_s, at, last if served and last is not None else now, zone)
