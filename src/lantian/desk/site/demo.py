"""The demonstration: a fictional county in the registers, and people who may sign in."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db import transaction

from lantian.desk.accounts.password import new_password
from lantian.desk.accounts.queries import account_named
from lantian.desk.accounts.services import choose_password, create_account
from lantian.desk.duties.register import DUTIES, LEADERS, SHIFTS
from lantian.desk.intents.services import apply_pending
from lantian.desk.log.actor import Actor
from lantian.desk.people.register import APPOINTMENTS, ORGANISATIONS, PEOPLE, POSTS
from lantian.desk.places.register import PLACES
from lantian.desk.register.row import Row
from lantian.desk.register.services import create
from lantian.desk.register.spec import Register
from lantian.desk.rights.services import Granted, set_grants
from lantian.desk.rights.table import table
from lantian.desk.site.demo_alarms import enter_alarm_rules
from lantian.desk.site.demo_documents import attach_permits
from lantian.desk.sources.register import SOURCES
from lantian.desk.stations.publishing import differences, publish
from lantian.desk.stations.register import SITES, STATIONS
from lantian.terms.hour import BEIJING_H
from lantian.twin.county import County
from lantian.twin.source import Source

#: Roles that the administrator gives, with the user name of the demonstration.
_GIVEN: Final = {"administrator": "admin", "auditor": "audit"}
#: Roles that a post brings, with the user name of the first who holds such a post.
_BY_POST: Final = {
    "headquarters": "hq",
    "leading_group": "group",
    "department": "dept",
    "township": "town",
    "grid_member": "grid",
    "expert": "expert",
    "company": "company",
    "official": "leader",
}
#: Emissions as the register names them.
_EMITTED: Final = {"no2": "nox"}
#: Days of the duty roster that are filled, before and after today.
_SHIFT_DAYS: Final = (14, 45)


@dataclass(frozen=True, slots=True)
class SignIn:
    """Somebody who may sign in to the demonstration."""

    role: str
    username: str
    password: str
    name: str


class Registry:
    """Fills registers from the fictional county, each row through its own service."""

    def __init__(self, county: County, by: Actor, now: datetime) -> None:
        self.county = county
        self.by = by
        self.now = now
        self.rows: dict[str, dict[str, Row]] = {}

    def fill(self, accounts: Mapping[str, object], today: date) -> int:
        """Fill all registers in one transaction; return the number of rows."""
        with transaction.atomic():
            self._places()
            self._organisations()
            self._stations()
            self._people(accounts)
            self._sources()
            self._documents()
            self._duties(today)
        return sum(len(rows) for rows in self.rows.values())

    def _make(self, register: Register, key: str, **values: Any) -> None:
        row = create(register, values, by=self.by, now=self.now)
        self.rows.setdefault(register.kind, {})[key] = row

    def _of(self, register: Register, key: str) -> Row | None:
        return self.rows[register.kind].get(key)

    def _places(self) -> None:
        for place in self.county.places:
            self._make(
                PLACES,
                place.code,
                code=place.code,
                name_zh=place.name_zh,
                name_en=place.name_en,
                level=place.level,
                parent=self._of(PLACES, place.parent) if place.parent else None,
                centre_lon=_degrees(place.lon),
                centre_lat=_degrees(place.lat),
                boundary=_polygon(place.ring),
                fictional=True,
            )

    def _organisations(self) -> None:
        for body in self.county.organisations:
            self._make(
                ORGANISATIONS,
                body.code,
                code=body.code,
                kind=body.kind,
                name_zh=body.name_zh,
                name_en=body.name_en,
                short_zh=body.short_zh,
                place=self._of(PLACES, body.place),
                parent=self._of(ORGANISATIONS, body.parent) if body.parent else None,
                subject=body.subject,
                credit_code=body.credit_code,
            )

    def _stations(self) -> None:
        for station in self.county.stations:
            self._make(
                STATIONS,
                station.code,
                code=station.code,
                name_zh=station.name_zh,
                name_en=station.name_en,
                kind=station.kind,
                place=self._of(PLACES, station.place),
                background=station.kind == "background",
                offset_h=BEIJING_H,
            )
            for site in station.sites:
                self._make(
                    SITES,
                    f"{station.code} {site.first}",
                    station=self._of(STATIONS, station.code),
                    lon=_degrees(site.lon),
                    lat=_degrees(site.lat),
                    first=site.first,
                    last=site.last,
                )

    def _people(self, accounts: Mapping[str, object]) -> None:
        posts = {post.person: post for post in self.county.posts}
        for person in self.county.people:
            self._make(
                PEOPLE,
                person.code,
                code=person.code,
                name_zh=person.name_zh,
                name_en=person.name_en,
                organisation=self._of(ORGANISATIONS, posts[person.code].organisation),
                phone=person.phone,
                account=accounts.get(person.code),
            )
        for number, post in enumerate(self.county.posts, 1):
            if post.role in _GIVEN:
                continue
            code = f"G{number:03d}"
            self._make(
                POSTS,
                code,
                code=code,
                title_zh=post.title_zh,
                title_en=post.title_en,
                organisation=self._of(ORGANISATIONS, post.organisation),
                role=post.role,
                place=self._of(PLACES, post.area),
                subjects=" ".join(post.subjects),
            )
            self._make(
                APPOINTMENTS, code, post=self._of(POSTS, code), person=self._of(PEOPLE, post.person)
            )

    def _sources(self) -> None:
        companies = {o.credit_code: o.code for o in self.county.organisations if o.credit_code}
        codes = {s.code: s.credit_code for s in self.county.sources}
        names = {p.code: p.name_zh for p in self.county.people}
        for source in self.county.sources:
            credit_code = source.credit_code or codes.get(source.parent, "")
            owner = companies.get(credit_code, "")
            self._make(
                SOURCES,
                source.code,
                code=source.code,
                name_zh=source.name_zh,
                name_en=source.name_en,
                category=source.category,
                subject=source.subject,
                place=self._of(PLACES, source.place),
                owner=self._of(ORGANISATIONS, owner),
                supervisor=self._of(ORGANISATIONS, source.department),
                parent=self._of(SOURCES, source.parent) if source.parent else None,
                credit_code=source.credit_code,
                permit=source.permit,
                pollutants=_pollutants(source),
                control_zh=source.control_zh,
                control_en=source.control_en,
                height_m=round(Decimal(source.stack_m), 1),
                contact=names.get(source.contact, ""),
                **_site(source),
            )

    def _documents(self) -> None:
        rows = self.rows[SOURCES.kind]
        numbered = ((rows[s.code], s.permit) for s in self.county.sources if s.permit)
        attach_permits(numbered, self.by, self.now)

    def _duties(self, today: date) -> None:
        for duty in self.county.duties:
            self._make(
                DUTIES,
                duty.code,
                code=duty.code,
                principle=duty.principle,
                organisation=self._of(ORGANISATIONS, duty.organisation),
                post=self._post_of(duty.person),
                text_zh=duty.text_zh,
                text_en=duty.text_en,
                citation_zh=duty.citation_zh,
                citation_en=duty.citation_en,
                first=duty.first,
            )
        for number, led in enumerate(self.county.assignments, 1):
            self._make(
                LEADERS,
                str(number),
                code=f"BL{number:03d}",
                person=self._of(PEOPLE, led.person),
                place=self._of(PLACES, led.place or self.county.code),
                subject=led.subject,
                first=led.first,
            )
        rotation = self.county.rotation
        for days in range(-_SHIFT_DAYS[0], _SHIFT_DAYS[1]):
            day = today + timedelta(days=days)
            team = rotation.on_duty(day)
            for position in ("leader", "deputy", "officer"):
                self._make(
                    SHIFTS,
                    f"{day} {position}",
                    day=day,
                    from_hour=rotation.hour,
                    position=position,
                    person=self._of(PEOPLE, getattr(team, position)),
                    place=self._of(PLACES, self.county.code),
                )

    def _post_of(self, person: str) -> Row | None:
        codes = [f"G{n:03d}" for n, p in enumerate(self.county.posts, 1) if p.person == person]
        return self._of(POSTS, codes[0]) if codes else None


def _degrees(value: float) -> Decimal:
    return round(Decimal(value), 7)


def _polygon(ring: Any) -> str:
    if not ring:
        return ""
    return json.dumps({"type": "Polygon", "coordinates": [[list(point) for point in ring]]})


def _site(source: Source) -> dict[str, Any]:
    if source.shape == "point":
        ((lon, lat),) = source.points
        return {"lon": _degrees(lon), "lat": _degrees(lat)}
    return {"shape": json.dumps(source.geojson)}


def _pollutants(source: Source) -> str:
    emitted = [_EMITTED.get(name, name) for name, rate in (source.rates or {}).items() if rate > 0]
    return " ".join(emitted)


def make_desk(county: County, by: Actor, now: datetime, say: Callable[[str], None]) -> list[SignIn]:
    """Fill an empty desk with the fictional county; give its people fresh passwords.

    Parameters
    ----------
    county : County
    by : Actor
    now : datetime
        Local time.
    say : callable

    Returns
    -------
    list of SignIn
    """
    fresh = account_named(_GIVEN["administrator"]) is None
    signs = [_sign_in(role, name, county, by, now) for role, name in {**_GIVEN, **_BY_POST}.items()]
    if fresh:
        for role, username in _GIVEN.items():
            account = account_named(username)
            if account is not None:
                given = [Granted(role)]
                set_grants(account=account.pk, source="demo", grants=given, by=by, now=now)
        people = {_holder(county, role): username for role, username in _BY_POST.items()}
        accounts = {person: account_named(username) for person, username in people.items()}
        rows = Registry(county, by, now).fill(accounts, now.date())
        rows += enter_alarm_rules(county, by, now)
        say(f"{county.title_zh}登记 {rows} 项 / {rows} rows in the registers")
        if differences().changed:
            publish(by=by, now=now)
            apply_pending()
            say("站点台账已发布到数据湖 / the registers of stations are published to the lake")
    return signs


def _holder(county: County, role: str) -> str:
    return next(post.person for post in county.posts if post.role == role)


def _sign_in(role: str, username: str, county: County, by: Actor, now: datetime) -> SignIn:
    """Make an account, or give one that is there another password: none is ever fixed."""
    password = new_password()
    title = table().roles[role].zh
    name = title
    if role in _BY_POST:
        person = _holder(county, role)
        name = next(p.name_zh for p in county.people if p.code == person)
    account = account_named(username)
    if account is None:
        create_account(
            username=username, name=name, password=password, must_change=False, by=by, now=now
        )
    else:
        choose_password(account=account, password=password, by=by, now=now)
    return SignIn(title, username, password, name)
