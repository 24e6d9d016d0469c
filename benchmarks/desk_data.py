"""A desk's data folder of a large city: 300 stations, years of hours, sources, people.

Same sizes, same data; the hours end with the present one, as a desk in use has them.
"""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Final

import numpy as np
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone

import synthetic
from desk_size import COUNTIES, PASSWORD, PEOPLE, SOURCES, STATIONS, YEARS, codes, county
from lantian.desk.accounts.models import Account
from lantian.desk.env import env
from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.people.models import Organisation, Person, Post
from lantian.desk.places.models import Place
from lantian.desk.rights.models import Grant
from lantian.desk.site.install import prepare
from lantian.desk.sources.models import Source as PollutionSource
from lantian.flows.refresh import refresh_days
from lantian.lake.enrol import enrol_rows
from lantian.lake.rows import HOUR, WEATHER, Reading, Rows
from lantian.lake.store import Lake
from lantian.terms.mark import MISSING, Source

_DONE: Final = "benchmark.json"
_ROOT: Final = "330000"
_SUBJECTS: Final = ("industry", "dust", "mobile", "living", "agriculture")
_CATEGORIES: Final = ("enterprise", "site", "road", "restaurant", "field")
_ROLES: Final = ("headquarters", "department", "township", "grid_member", "official")


def last_hour() -> int:
    """Number of the last hour that has ended."""
    return int(time.time() // 3600)


def make(folder: Path, years: int = YEARS) -> None:
    """Make the folder unless it is there whole; then only bring its hours to the present."""
    done = folder / _DONE
    prepare(env())
    with Lake.open(folder) as lake:
        if not done.exists():
            _told("hours", lambda: _load(lake, years))
            _roster(lake)
        _told("hours since", lambda: _extend(lake))
        _told("days", lambda: refresh_days(lake))
        if not done.exists():
            _told("registers", _registers)
            done.write_text(json.dumps({"years": years}), encoding="ascii")


def _told(what: str, work: Callable[[], object]) -> None:
    start = time.perf_counter()
    work()
    print(f"  {what}: {time.perf_counter() - start:.1f} s", flush=True)


def _months(years: int) -> Iterator[tuple[int, int]]:
    today = timezone.localdate()
    at = today.year * 12 + today.month - 1
    for month in range(at - 12 * years, at + 1):
        yield month // 12, month % 12 + 1


def _rows(hours: np.ndarray, values: np.ndarray, keep: slice, kind=HOUR) -> Rows:
    """Rows of all stations for some hours of a month."""
    hours, values = hours[keep], np.ascontiguousarray(values[:, :, keep])
    station = np.repeat(np.arange(STATIONS, dtype=np.int32), hours.size)
    flat = values.reshape(6, -1)
    there = (flat != MISSING).any(axis=0)
    return Rows(
        kind,
        tuple(codes()),
        station[there],
        np.tile(hours, STATIONS)[there],
        flat[:, there],
        np.zeros((6, int(there.sum())), bool),
    )


def _add(lake: Lake, reading: Reading, name: str) -> None:
    sha256 = hashlib.sha256(name.encode()).hexdigest()
    lake.add(reading, source=name, sha256=sha256, layout="", origin=Source.REALTIME_FILE)


def _load(lake: Lake, years: int) -> None:
    """Load a month to a batch, up to a day ago."""
    until = last_hour() - 24
    for year, number in _months(years):
        month = synthetic.month(year, number, STATIONS)
        size = int(np.searchsorted(month.hours, until, side="right"))
        if size:
            rows = _rows(month.hours, month.values, slice(0, size))
            _add(lake, Reading(rows), f"{year}-{number:02d}")
    lake.compact()


def _extend(lake: Lake) -> None:
    """Add the hours up to the present one by one, as a gate does, with weather."""
    span = lake.span()
    if span is None:
        raise SystemExit("no hours")
    for hour in range(span[1] + 1, last_hour() + 1):
        add_hour(lake, hour)


def add_hour(lake: Lake, hour: int) -> None:
    """Add one hour of all stations, as it comes in."""
    day = date(1970, 1, 1) + timedelta(hours=hour + synthetic.OFFSET_H - 1)
    month = synthetic.month(day.year, day.month, STATIONS)
    at = int(np.searchsorted(month.hours, hour))
    hours = _rows(month.hours, month.values, slice(at, at + 1))
    rng = np.random.default_rng(hour)
    weather = np.full((6, STATIONS, 1), MISSING, np.int32)
    weather[0, :, 0] = rng.integers(0, 60, STATIONS) * 100
    weather[1, :, 0] = rng.integers(0, 360, STATIONS) * 1000
    there = _rows(np.array([hour], np.int32), weather, slice(0, 1), WEATHER)
    _add(lake, Reading(hours, there), f"hour {hour}")


def correct_hour(lake: Lake, hour: int) -> None:
    """Give all stations another value of an hour, as a later report of it does."""
    values = np.random.default_rng(time.time_ns()).integers(5, 90, (6, STATIONS, 1))
    values = (values * 1000).astype(np.int32)
    values[4] //= 50
    rows = _rows(np.array([hour], np.int32), values, slice(0, 1))
    _add(lake, Reading(rows), f"hour {hour} at {time.time_ns()}")


def _roster(lake: Lake) -> None:
    stations, places = [], []
    for n, code in enumerate(codes()):
        at = n % COUNTIES
        stations.append(
            {
                "station": code,
                "name": f"{county(at)}{n // COUNTIES + 1}号站",
                "lon": f"{115 + at % 5 * 0.3 + n // COUNTIES * 0.02:.4f}",
                "lat": f"{35 + at // 5 * 0.3 + n // COUNTIES * 0.02:.4f}",
                "kind": "national",
                "background": "0",
            }
        )
        places.append({"station": code, "place": county(at), "level": "county"})
        places.append({"station": code, "place": "测试市", "level": "city"})
    enrol_rows(lake, "stations", stations)
    enrol_rows(lake, "places", places)


def _registers() -> None:
    """Fill the desk's own tables in bulk, through their models."""
    now = timezone.now()
    row = {"changed_at": now, "changed_by": "benchmark"}
    by = Actor.system("benchmark")
    with transaction.atomic():
        city = Place.objects.create(
            code=_ROOT, name_zh="测试市", level="city", path=f"/{_ROOT}/", **row
        )
        Place.objects.bulk_create(
            Place(
                code=f"{330100 + n}",
                name_zh=county(n),
                level="county",
                parent=city,
                path=f"/{_ROOT}/{330100 + n}/",
                centre_lon=Decimal("115") + n % 5 * Decimal("0.3"),
                centre_lat=Decimal("35") + n // 5 * Decimal("0.3"),
                **row,
            )
            for n in range(COUNTIES)
        )
        counties = list(Place.objects.filter(level="county").order_by("code"))
        Organisation.objects.bulk_create(
            Organisation(
                code=f"O{n:03d}", kind="department", name_zh=f"{one}生态环境局", place=one, **row
            )
            for n, one in enumerate(counties)
        )
        offices = list(Organisation.objects.order_by("code"))
        secret = make_password(PASSWORD)
        Account.objects.bulk_create(
            Account(
                username=f"user{n:03d}",
                name=f"用户{n:03d}",
                password=secret,
                password_since=now,
                created_at=now,
            )
            for n in range(PEOPLE)
        )
        accounts = list(Account.objects.filter(username__startswith="user").order_by("username"))
        Person.objects.bulk_create(
            Person(
                code=f"P{n:03d}",
                name_zh=f"用户{n:03d}",
                organisation=offices[n % COUNTIES],
                account=account,
                phone=f"138{n:08d}",
                **row,
            )
            for n, account in enumerate(accounts)
        )
        Post.objects.bulk_create(
            Post(
                code=f"G{n:03d}",
                title_zh="科员",
                organisation=offices[n % COUNTIES],
                role=_ROLES[n % len(_ROLES)],
                place=counties[n % COUNTIES],
                **row,
            )
            for n in range(PEOPLE)
        )
        Grant.objects.bulk_create(
            Grant(account=account, role="headquarters", area="/", source="benchmark")
            for account in accounts
        )
        PollutionSource.objects.bulk_create(
            (_source(PollutionSource, n, counties, offices, row) for n in range(SOURCES)),
            batch_size=500,
        )
        for n in range(200):
            record(
                by=by, now=now, action="sources.edit", kind="sources.source", key=f"S{n:05d}",
                before={"grade": "B"}, after={"grade": "A"},
            )  # fmt: skip


def _source(model, n: int, counties: list, offices: list, row: dict) -> object:
    """One source of many, of all kinds, all over the place."""
    at = n % COUNTIES
    return model(
        code=f"S{n:05d}",
        name_zh=f"{counties[at]}{n}号污染源",
        category=_CATEGORIES[n % len(_CATEGORIES)],
        subject=_SUBJECTS[n % len(_SUBJECTS)],
        place=counties[at],
        supervisor=offices[at],
        credit_code=f"9133{n:014d}",
        pollutants="pm10 nox" if n % 2 else "so2 pm25",
        lon=counties[at].centre_lon + Decimal(n % 97) / 1000,
        lat=counties[at].centre_lat + Decimal(n % 89) / 1000,
        contact=f"联系人{n}",
        phone=f"139{n:08d}",
        **row,
    )
