"""Requests of a token that this process may still let through in the current minute."""

import threading
from datetime import datetime
from typing import Final

from lantian.desk.api.services import AT_ONCE, PER_MINUTE, take_request

#: Tokens remembered; older minutes are forgotten.
_MOST: Final = 10_000


class Spending:
    """What this process took out of each token's minute and has not spent."""

    def __init__(self) -> None:
        """Hold nothing."""
        self._lock = threading.Lock()
        self._left: dict[int, tuple[int, int]] = {}

    def spend(self, token: int, now: datetime) -> int:
        """Spend one request of a token.

        Returns
        -------
        int
            0 if it may go on, else the seconds until the next minute.
        """
        minute = int(now.timestamp()) // 60
        with self._lock:
            held, left = self._left.get(token, (0, 0))
            if held == minute and left > 0:
                self._left[token] = minute, left - 1
                return 0
        if not take_request(token, now):
            return 60 - int(now.timestamp()) % 60
        with self._lock:
            if len(self._left) >= _MOST:
                self._left = {t: kept for t, kept in self._left.items() if kept[0] == minute}
            held, left = self._left.get(token, (0, 0))
            self._left[token] = minute, (left if held == minute else 0) + AT_ONCE - 1
        return 0


#: Of this process.
SPENDING: Final = Spending()
#: How the limit is told to callers (RateLimit-Policy, IETF httpapi draft).
POLICY: Final = f'"token";q={PER_MINUTE};w=60'
