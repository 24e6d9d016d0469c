"""The morning brief as a notice: once a day, to those who want it and to the groups."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from django.utils import timezone

from lantian.desk.env import env
from lantian.desk.log.actor import Actor
from lantian.desk.notices.models import Notice, Robot
from lantian.desk.notices.recipients import holders, roles_that_read
from lantian.desk.notices.services import MACHINE, notify
from lantian.desk.notices.wishes import wish_of
from lantian.desk.notices.words import BRIEF
from lantian.desk.observations import lake
from lantian.flows.brief import brief_of
from lantian.flows.grounds import shelf_of
from lantian.report.brief import Brief, brief_text
from lantian.report.language import Language

if TYPE_CHECKING:
    from lantian.desk.accounts.models import Account

_EVERYWHERE: Final = "/"


def brief_to_send(now: datetime) -> tuple[Brief, Brief] | None:
    """Return yesterday's brief, Chinese and English; None when today's is out already.

    Raises
    ------
    NoData
        If yesterday lies outside of the data.
    BadRequest
        If the settings name an unknown place.
    """
    if Notice.objects.filter(key=_key(now)).exists():
        return None
    held = lake()
    shelf = shelf_of(held)
    settings = env().settings
    place = settings.notices.brief_place or settings.desk.place or None
    day = timezone.localdate(now) - timedelta(days=1)
    zh, en = (
        brief_of(held, day, lang=lang, shelf=shelf, place=place)
        for lang in (Language.ZH, Language.EN)
    )
    return zh, en


def send_brief(zh: Brief, en: Brief, now: datetime) -> int | None:
    """Send a brief, the first of the day alone; return its notice, None when nobody wants it."""
    wanted = [account.pk for account in _readers(now) if wish_of(account).brief]
    robots = list(Robot.objects.filter(brief=True, active=True).values_list("pk", flat=True))
    if not wanted and not robots:
        return None
    return notify(
        kind=BRIEF,
        key=_key(now),
        title=f"{zh.place}空气质量晨报 {zh.day}",
        title_en=f"{en.place} air quality, morning brief of {en.day}",
        text=brief_text(zh),
        text_en=brief_text(en),
        to=wanted,
        robots=robots,
        link="/air/",
        by=Actor.system(MACHINE),
        now=now,
    )


def _key(now: datetime) -> str:
    return f"brief/{timezone.localdate(now)}"


def _readers(now: datetime) -> "Iterable[Account]":
    found = holders(roles_that_read("air.read"), _EVERYWHERE, timezone.localdate(now))
    return found.select_related("notice_preference")
