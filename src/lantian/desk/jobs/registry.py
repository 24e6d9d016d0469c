"""The one registry of jobs: apps declare theirs in `jobs.py`, by name."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lantian.errors import BadRequest

if TYPE_CHECKING:
    pass

type Work = Callable[..., Mapping[str, Any] | None]

_AT: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_DECLARED: dict[str, "Declared"] = {}


@dataclass(frozen=True, slots=True)
class Declared:
    """A job that may be asked for.

    Attributes
    ----------
    name, zh, en : str
        Its name in the queue, and what people read.
    work : callable
        Does it: `work(run: Run, **arguments)`; may return its result, as {"count": 3}.
    every_s : int or None
        Due by itself each so many seconds.
    at : str
        Due by itself daily at this local time, as "02:30".
    attempts : int
        How often it may be begun before it counts as failed.
    """

    name: str
    zh: str
    en: str
    work: Work
    every_s: int | None = None
    at: str = ""
    attempts: int = 3


def job(
    name: str,
    *,
    zh: str,
    en: str,
    every_s: int | None = None,
    at: str = "",
    attempts: int = 3,
) -> Callable[[Work], Work]:
    """Declare a job, and when it is due by itself, if it is.

    Raises
    ------
    ValueError
        If the name is taken, or the schedule is none.

    Examples
    --------
    >>> @job("example", zh="例", en="Example")
    ... def example(run: Any, *, count: int) -> Mapping[str, Any]:
    ...     return {"count": count}
    >>> declared("example").en
    'Example'
    >>> forget("example")
    """

    def take(work: Work) -> Work:
        if name in _DECLARED:
            raise ValueError(f"job {name!r} is declared twice")
        if every_s is not None and (at or every_s < 1):
            raise ValueError(f"job {name!r}: every_s is 1 or more, and not together with at")
        if at and not _AT.fullmatch(at):
            raise ValueError(f"job {name!r}: {at!r} is no time of day, as 02:30")
        _DECLARED[name] = Declared(name, zh, en, work, every_s, at, attempts)
        return work

    return take


def declared(name: str) -> Declared:
    """Return a job by its name.

    Raises
    ------
    BadRequest
        If none has that name.
    """
    try:
        return _DECLARED[name]
    except KeyError:
        raise BadRequest(
            f"没有任务 {name} / no job {name!r}",
            where="jobs",
            fix=f"one of: {', '.join(sorted(_DECLARED))}",
        ) from None


def all_declared() -> list[Declared]:
    """Return all jobs, in order of their names."""
    return [_DECLARED[name] for name in sorted(_DECLARED)]


def forget(name: str) -> None:
    """Take a job out of the registry, as tests do with theirs."""
    del _DECLARED[name]
