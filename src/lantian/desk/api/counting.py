"""Requests of this process, counted by route and status, with the time that they took."""

import threading
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Final

#: Upper bounds of the histogram, s.
BOUNDS_S: Final = (0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 10.0)


@dataclass(slots=True)
class Course:
    """Requests of one route: how many took how long, and how long all of them took."""

    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))
    total_s: float = 0.0


class Counts:
    """Counters of one process.

    Examples
    --------
    >>> counts = Counts()
    >>> counts.add("air:today", 200, 0.03)
    >>> counts.add("air:today", 200, 0.02)
    >>> counts.taken()[0]
    {('air:today', 200): 2}
    """

    def __init__(self) -> None:
        """Begin at zero."""
        self._lock = threading.Lock()
        self._answers: dict[tuple[str, int], int] = {}
        self._courses: dict[str, Course] = {}

    def add(self, route: str, status: int, took_s: float) -> None:
        """Count one answer; the route is its name, so that their number is bounded."""
        with self._lock:
            self._answers[route, status] = self._answers.get((route, status), 0) + 1
            course = self._courses.setdefault(route, Course())
            course.buckets[bisect_left(BOUNDS_S, took_s)] += 1
            course.total_s += took_s

    def taken(self) -> tuple[dict[tuple[str, int], int], dict[str, Course]]:
        """Return a copy: answers by route and status, courses by route."""
        with self._lock:
            courses = {r: Course(list(c.buckets), c.total_s) for r, c in self._courses.items()}
            return dict(self._answers), courses


#: Of this process.
COUNTS: Final = Counts()
