"""A county with people, receivers of what leaves the desk, and settings that name them."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from pytest_django import Settings

from lantian.desk.accounts.models import Account
from lantian.desk.duties.register import SHIFTS
from lantian.desk.env import env
from lantian.desk.notices.models import Robot
from lantian.desk.notices.robots import save_robot
from lantian.desk.notices.sending import Sender
from lantian.desk.notices.services import notify
from lantian.desk.people.register import ORGANISATIONS, PEOPLE
from lantian.desk.places.register import PLACES
from lantian.desk.register.services import create

#: Runs as a program of its own.
collect_ignore = ["sender_process.py"]
PHONE = "13800131234"


def _beside(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        f"notices_{name}", Path(__file__).with_name(f"{name}.py")
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


SmtpSink = _beside("smtp_sink").SmtpSink
WebSink = _beside("web_sink").WebSink


@pytest.fixture(autouse=True)
def _plain_statics(settings: Settings, folder: Path) -> None:
    (folder / "static").mkdir(exist_ok=True)
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}


@pytest.fixture
def set_up(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Change one section of the settings for a test: set_up("mail", host="…")."""

    def change(section: str, **values: Any) -> None:
        now = env().settings
        part = getattr(now, section).model_copy(update=values)
        monkeypatch.setattr(env(), "settings", now.model_copy(update={section: part}))

    return change


@pytest.fixture
def mail_server(set_up) -> Iterator[Any]:
    server = SmtpSink()
    set_up(
        "mail", host="127.0.0.1", port=server.port, security="none", sender="desk@county.example"
    )
    yield server
    server.stop()


@pytest.fixture
def web(set_up) -> Iterator[Any]:
    """A receiver on the loopback, which robots may reach."""
    server = WebSink()
    set_up("robots", hosts=[server.origin])
    yield server
    server.stop()


class County:
    """A county with a township, an office, and people on duty."""

    def __init__(self, by: Any, now: datetime, account_as: Callable[..., Account]) -> None:
        self.write = {"by": by, "now": now}
        self.account_as = account_as
        self.county = self.made(PLACES, code="99", name_zh="示例县", level="county", parent=None)
        self.east, self.west = (
            self.made(PLACES, code=code, name_zh=name, level="township", parent=self.county)
            for code, name in (("9901", "东乡"), ("9902", "西乡"))
        )
        self.office = self.made(
            ORGANISATIONS, code="HB", kind="department", name_zh="分局", place=self.county
        )
        self.east_office = self.made(
            ORGANISATIONS, code="DX", kind="township", name_zh="东乡政府", place=self.east
        )

    def made(self, register: Any, **values: Any) -> Any:
        return create(register, values, **self.write)

    def person(self, code: str, *roles: str, organisation: Any = None, **where: Any) -> Account:
        """An account with its person; the mail address is made of the code."""
        account = self.account_as(*roles, name=code, **where)
        self.made(
            PEOPLE,
            code=code,
            name_zh=f"人{code}",
            organisation=organisation or self.office,
            account=account,
            email=f"{code.lower()}@county.example",
            phone=PHONE,
        )
        return Account.objects.get(pk=account.pk)

    def on_duty(self, position: str, code: str, local: datetime, place: Any = None) -> Account:
        account = self.person(code, "department", area=(place or self.county).path)
        self.made(
            SHIFTS,
            day=local.date(),
            from_hour=0,
            position=position,
            person=account.person,
            place=place or self.county,
        )
        return account


@pytest.fixture
def county(db: None, actor, now, account_as) -> County:
    return County(actor, now, account_as)


@pytest.fixture
def say(actor, now) -> Callable[..., int]:
    """Send a notice: say([account.pk], title="…", urgent=True)."""

    def send(to: list[int], **more: Any) -> int:
        given = {"kind": "message", "title": "开会", "text": "明早八点", "now": now, "by": actor}
        return notify(**{**given, "to": to, **more})

    return send


@pytest.fixture
def robot(actor, now, db) -> Callable[..., Robot]:
    """Add a robot: robot("wecom", "http://127.0.0.1:1/send?key=K")."""

    def add(kind: str, url: str, secret: str = "", **more: Any) -> Robot:
        given = {"area": "/", "brief": False, "active": True, "name": f"群{kind}", **more}
        pk = save_robot(
            robot=None, version=0, kind=kind, url=url, secret=secret, by=actor, now=now, **given
        )
        return Robot.objects.get(pk=pk)

    return add


@pytest.fixture
def send_at() -> Callable[..., dict[str, int]]:
    """Send what is due at a time: send_at(now)."""

    def send(at: datetime, *, run: str = "test-run", fence: Any = nullcontext) -> dict[str, int]:
        return Sender(run=run, fence=fence, between=int, clock=lambda: at).send_due()

    return send
