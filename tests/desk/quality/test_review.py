"""Flagged hours are reviewed: asked for, waiting, written, approved by another person."""

import re
from collections.abc import Callable

import numpy as np
import pytest
from django.test import Client

from desk.quality.conftest import OFFICIAL, OWN, SMOOTH, SPIKE_H, chart
from lantian.desk.accounts.models import Account
from lantian.desk.intents.services import apply_pending
from lantian.desk.places.models import Place
from lantian.desk.stations.models import Station
from lantian.lake.reviews import reviews
from lantian.lake.rows import HOUR, Reading, Rows
from lantian.lake.store import Lake
from lantian.terms.hour import local_end
from lantian.terms.mark import MISSING, Source

pytestmark = pytest.mark.django_db

MONTH = "/quality/review/?month=2019-06&pollutant=pm25&kind=spike"
type AccountAs = Callable[..., Account]


def case(station: str = OWN) -> str:
    return f"/quality/review/{station}/pm25/spike/{SPIKE_H}/"


def verdict(lake: Lake, **more: str) -> dict[str, str]:
    at = f"{local_end(SPIKE_H):%Y-%m-%dT%H:%M}"
    return {
        "first": at,
        "last": at,
        "verdict": "invalid",
        "state": "submitted",
        "reason": "现场核实采样管脱落",
        "basis": str(lake.sequence),
        **more,
    }


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def value(lake: Lake, station: str) -> int | None:
    found = int(lake.block([station], SPIKE_H, SPIKE_H + 1)[3, 0, 0])
    return None if found == MISSING else found


def test_flagged_hours_are_listed_with_their_reason_and_shown_beside_neighbours(
    county: Lake, client_as: Callable[..., Client]
) -> None:
    reader = client_as("township")
    page = reader.get(MONTH).text
    assert re.findall(r'href="(/quality/review/\d[^"]+)"', page) == [case(OFFICIAL), case(OWN)]
    assert "突跳" in page
    assert "前一小时" in page
    assert "没有标记" in reader.get(MONTH.replace("06", "05")).text
    shown = reader.get(case()).text
    drawn = chart(shown, "evidence")
    assert [line["name"] for line in drawn["series"][:2]] == [f"站1 {OWN}", "相关站点推算"]
    assert len(drawn["series"]) == 6
    (span,) = drawn["spans"]
    own = drawn["series"][0]["values"]
    assert own.index(950) == own.index(max(v for v in own if v is not None)) == 48
    assert span["to"] == f"{local_end(SPIKE_H):%Y-%m-%dT%H:%M}"
    assert f"/air/why/hour/{OWN}/" in shown
    # Who may not review is shown no form.
    assert 'name="verdict"' not in shown
    assert reader.post(case(), verdict(county)).status_code == 404
    assert reader.get(case("0009A")).status_code == 404
    assert reader.get(case().replace("spike", "drift")).status_code == 404


@pytest.mark.parametrize("station", [OFFICIAL, OWN])
def test_a_review_waits_is_written_and_takes_effect_on_own_stations_alone(
    county: Lake, account_as: AccountAs, station: str
) -> None:
    writer, chief = signed_in(account_as("department")), signed_in(account_as("leading_group"))
    assert writer.post(case(station), verdict(county)).status_code == 302
    assert "审核等待写入数据湖" in writer.get(case(station)).text
    assert writer.post(case(station), verdict(county)).status_code == 409
    assert apply_pending() == {"applied": 1, "refused": 0}
    assert "已提交" in writer.get(MONTH).text

    decide = {"state": "approved"}
    assert writer.post("/quality/reviews/1/decide", decide).status_code == 404
    assert "批准" in chief.get("/quality/reviews/").text
    assert chief.post("/quality/reviews/1/decide", decide).status_code == 302
    assert "待写入：已批准" in chief.get("/quality/reviews/").text
    apply_pending()
    assert value(county, station) == (None if station == OWN else 950_000)
    page = chief.get("/quality/reviews/").text
    assert "已批准" in page
    assert "失去依据" not in page
    # Both versions of the day differ where the official value did not move.
    _, _, versions = page.partition("两种口径的日值")
    numbers = re.findall(r'class="is-number"[^>]*>(?:<[^>]+>)*([\d.]+)', versions)
    assert (len(set(numbers)), len(numbers)) == (1 if station == OWN else 2, 2)

    assert chief.post("/quality/reviews/1/decide", {"state": "withdrawn"}).status_code == 400
    withdraw = {"state": "withdrawn", "note": "原值属实"}
    assert chief.post("/quality/reviews/1/decide", withdraw).status_code == 302
    apply_pending()
    assert value(county, station) == 950_000


def test_nobody_approves_their_own_review(county: Lake, account_as: AccountAs) -> None:
    both = signed_in(account_as("headquarters"))
    both.post(case(), verdict(county, state="candidate"))
    apply_pending()
    page = both.get("/quality/reviews/").text
    assert 'value="submitted"' in page
    both.post("/quality/reviews/1/decide", {"state": "submitted"})
    apply_pending()
    assert 'value="approved"' not in both.get("/quality/reviews/").text
    answer = both.post("/quality/reviews/1/decide", {"state": "approved"})
    assert answer.status_code == 400
    assert reviews(county.ledger)[0].state == "submitted"


def test_new_hours_orphan_a_review_and_the_page_says_so(
    county: Lake, account_as: AccountAs
) -> None:
    writer, chief = signed_in(account_as("department")), signed_in(account_as("leading_group"))
    writer.post(case(), verdict(county))
    apply_pending()
    _overwrite(county)
    page = chief.get("/quality/reviews/").text
    assert "失去依据，需重新查看" in page
    assert "数值已变" in page
    assert 'value="approved"' not in page
    chief.post("/quality/reviews/1/decide", {"state": "approved"})
    assert apply_pending() == {"applied": 0, "refused": 1}
    # A verdict on what is no longer there is refused, with the reason on the page.
    writer.post(case(OFFICIAL), verdict(county, basis="1"))
    assert apply_pending() == {"applied": 0, "refused": 1}
    assert "上次审核未写入" in writer.get(case(OFFICIAL)).text


def _overwrite(lake: Lake) -> None:
    """Let audited hours replace the spikes."""
    values = np.full((6, 2), MISSING, np.int32)
    values[3] = 40_000
    rows = Rows(
        HOUR,
        (OFFICIAL, OWN),
        np.arange(2, dtype=np.int32),
        np.full(2, SPIKE_H, np.int32),
        values,
        np.zeros(values.shape, np.bool_),
    )
    lake.add(Reading(rows), source="y", sha256="y", layout="y", origin=Source.AUDITED_FILE)


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""},
        {"verdict": "maybe"},
        {"state": "approved"},
        {"first": "2019-06-31T00:00"},
        {"basis": ""},
    ],
)
def test_a_verdict_that_says_too_little_is_told_beside_its_field(
    county: Lake, client_as: Callable[..., Client], wrong: dict[str, str]
) -> None:
    answer = client_as("department").post(case(), verdict(county, **wrong))
    assert answer.status_code == 422
    assert apply_pending() == {"applied": 0, "refused": 0}


def test_hours_outside_the_mark_and_unknown_decisions_are_refused(
    county: Lake, client_as: Callable[..., Client]
) -> None:
    client = client_as("headquarters")
    outside = verdict(county, last="2019-06-20T00:00")
    assert client.post(case(), outside).status_code == 400
    assert client.post("/quality/reviews/1/decide", {"state": "approved"}).status_code == 404
    client.post(case(), verdict(county))
    apply_pending()
    assert client.post("/quality/reviews/1/decide", {"state": "?"}).status_code == 400


def test_stations_are_reviewed_only_within_ones_own_area(
    county: Lake, client_as: Callable[..., Client], now: object
) -> None:
    places = {}
    for code in ("east", "west"):
        places[code] = Place.objects.create(
            code=code, name_zh=code, level="township", path=f"/{code}/", changed_at=now
        )
    for code, place in ((OWN, "east"), (SMOOTH, "west"), (OFFICIAL, "west")):
        Station.objects.create(
            code=code, name_zh=code, kind="township", place=places[place], changed_at=now
        )
    writer = client_as("department", area="/east/")
    assert writer.post(case(OFFICIAL), verdict(county)).status_code == 404
    assert writer.post(case(OWN), verdict(county)).status_code == 302
    other = client_as("department", area="/east/", subjects=("dust",))
    assert 'name="verdict"' not in other.get(case(OWN)).text
