"""A county with monitors, posts that are told of alarms, and a lake whose hours tests write."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lantian.desk.accounts.models import Account
from lantian.desk.alarms.evaluation import Looked, look, must_look, standing_of
from lantian.desk.alarms.models import Rule
from lantian.desk.alarms.register import RULES
from lantian.desk.alarms.services import call_next, overdue, settle_found
from lantian.desk.log.actor import Actor
from lantian.desk.people.register import APPOINTMENTS, ORGANISATIONS, PEOPLE, POSTS
from lantian.desk.places.register import PLACES
from lantian.desk.register.services import create
from lantian.desk.stations.register import STATIONS
from lantian.lake.rows import HOUR, Reading, Rows
from lantian.lake.store import Lake
from lantian.terms.mark import MISSING, Source

#: 2026-03-02 12:00 in Beijing: the end of an hour.
NOON = datetime.fromisoformat("2026-03-02T12:00:00+08:00")
H = int(NOON.timestamp()) // 3600
MACHINE = Actor.system("alarms")


class House:
    """What the tests of alarms act upon."""

    def __init__(
        self, lake: Lake, by: Actor, now: datetime, account_as: Callable[..., Account]
    ) -> None:
        self.lake, self.write, self._account_as = lake, {"by": by, "now": now}, account_as
        self.noon = NOON
        self.place = self.made(PLACES, code="99", name_zh="示例县", level="county", parent=None)
        self.east = self.made(
            PLACES, code="9901", name_zh="东乡", level="township", parent=self.place
        )
        for code, kind, place in (("N1", "national", self.place), ("M1", "micro", self.east)):
            self.made(
                STATIONS, code=code, name_zh=f"站{code}", kind=kind, place=place, background=False,
                offset_h=8,
            )  # fmt: skip
        self.office = self.made(
            ORGANISATIONS, code="HB", kind="department", name_zh="分局", place=self.place
        )
        self.first, self.second = (self.holder(code) for code in ("A", "B"))
        self.empty = self._post("E")

    def made(self, register: Any, **values: Any) -> Any:
        return create(register, values, **self.write)

    def holder(self, code: str) -> Account:
        """Somebody who holds a post of the same code."""
        account = self._account_as("department", name=code, area="/99/")
        person = self.made(
            PEOPLE, code=code, name_zh=f"人{code}", organisation=self.office, account=account
        )
        self.made(APPOINTMENTS, post=self._post(code), person=person)
        return Account.objects.get(pk=account.pk)

    def _post(self, code: str) -> Any:
        return self.made(
            POSTS, code=code, title_zh=f"岗{code}", organisation=self.office, role="department",
            place=self.place, subjects="",
        )  # fmt: skip

    def post(self, code: str) -> Any:
        return POSTS.model._default_manager.get(code=code)

    def rule(self, **changed: Any) -> Rule:
        values = {
            "code": "R1", "name_zh": "高值", "name_en": "High", "place": self.place, "kinds": "",
            "stations": "", "factor": "pm25", "step": "hour", "threshold": Decimal(75),
            "clear": Decimal(60), "steps": 2, "from_hour": 0, "to_hour": 24, "weekdays": "",
            "post1": self.post("A"), "wait1": 30, "post2": self.post("B"), "wait2": 30,
            "post3": None,
        }  # fmt: skip
        made: Rule = self.made(RULES, **{**values, **changed})
        return made

    def hours(self, values: Mapping[int, float], station: str = "N1") -> None:
        """PM2.5 of hours, counted from H."""
        cells = np.full((len(HOUR.columns), len(values)), MISSING, np.int32)
        cells[HOUR.columns.index("pm25")] = [round(v * 1000) for v in values.values()]
        h = np.array([H + n for n in values], np.int32)
        rows = Rows(
            HOUR, (station,), np.zeros(len(values), np.int32), h, cells,
            np.zeros(cells.shape, np.bool_),
        )  # fmt: skip
        self.lake.add(
            Reading(rows), source="t", sha256=repr((station, values)), layout="t",
            origin=Source.GATE,
        )  # fmt: skip

    def tick(self, rule: Rule, after_h: float = 0) -> dict[str, int]:
        """What the job of each minute does, so many hours after noon."""
        now = NOON + timedelta(hours=after_h)
        count = {"raised": 0, "cleared": 0, "gone": 0}
        if must_look(rule, standing_of(rule, now), self.lake.sequence):
            count = self.settle(rule, look(self.lake, rule, now), after_h)
        for pk in overdue(now):
            call_next(pk=pk, by=MACHINE, now=now)
        return count

    def settle(self, rule: Rule, seen: Looked, after_h: float) -> dict[str, int]:
        return settle_found(
            rule=rule, looked_from=seen.first, found=seen.found, sequence=seen.sequence,
            by=MACHINE, now=NOON + timedelta(hours=after_h),
        )  # fmt: skip


@pytest.fixture
def house(db: None, actor, account_as, tmp_path: Path) -> Iterator[House]:
    folder = tmp_path / "lake"
    Lake.init(folder)
    with Lake.open(folder) as lake:
        yield House(lake, actor, NOON - timedelta(days=1), account_as)
