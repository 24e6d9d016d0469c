"""Claims of exceptional days: submitted, waiting, decided by another person, in two versions."""

import re
import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client

from lantian.desk.accounts.models import Account
from lantian.desk.air.queries.ground import ground
from lantian.desk.intents.services import apply_pending
from lantian.desk.places.models import Place
from lantian.evaluate.exceptional import ClaimState

type Stand = Callable[[Path], None]
PAGE = "/air/exceptional/?period=2015-02&level=city"
CLAIM = {
    "scope": "北京市",
    "day": "2015-02-18",
    "pollutant": ["PM10"],
    "reason": "除夕烟花，整点骤升",
}


@pytest.fixture
def own_lake(stand: Stand, beijing_folder: Path, tmp_path: Path) -> Path:
    """A Beijing that the test may write to."""
    if not (beijing_folder / "lake.sqlite").exists():
        pytest.skip("a lake in PostgreSQL is not copied")
    folder = tmp_path / "beijing"
    shutil.copytree(beijing_folder, folder)
    stand(folder)
    return folder


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def test_the_fireworks_of_new_year_2015_are_found(
    own_lake: Path, client_as: Callable[..., Client]
) -> None:
    page = client_as("headquarters").get(PAGE).text
    assert "2015-02-18" in page
    assert "烟花爆竹" in page
    assert "候选" in page


def test_a_claim_waits_is_applied_and_is_approved_by_another_person(
    own_lake: Path, account_as: Callable[..., Account]
) -> None:
    writer, chief = signed_in(account_as("department")), signed_in(account_as("leading_group"))
    before = writer.get(PAGE).text
    assert writer.post("/air/exceptional/submit", CLAIM).status_code == 302
    waiting = writer.get(PAGE).text
    assert "待写入：已申报" in waiting
    assert writer.post("/air/exceptional/submit", CLAIM).status_code == 409

    assert apply_pending() == {"applied": 1, "refused": 0}
    held = ground().roster.exclusions
    assert [(c.scope, c.pollutant, c.state) for c in held] == [
        ("北京市", "PM10", ClaimState.SUBMITTED)
    ]
    decision = {"scope": "北京市", "day": "2015-02-18", "pollutant": "PM10", "state": "approved"}
    assert chief.post("/air/exceptional/decide", decision).status_code == 302
    assert "待写入：已批准" in chief.get(PAGE).text
    apply_pending()

    page = chief.get(PAGE).text
    assert "已批准" in page
    assert "待写入" not in page
    assert page != before
    place = chief.get("/air/place/北京市/?period=2015-02").text
    assert "扣沙评价" in place
    assert "sand=1" in place


def test_both_versions_of_an_approved_day_are_derived(
    own_lake: Path, account_as: Callable[..., Account]
) -> None:
    writer, chief = signed_in(account_as("department")), signed_in(account_as("leading_group"))
    writer.post("/air/exceptional/submit", CLAIM)
    apply_pending()
    chief.post("/air/exceptional/decide", {**CLAIM, "pollutant": "PM10", "state": "approved"})
    apply_pending()
    official = chief.get("/air/why/place/北京市/2015-02").text
    without = chief.get("/air/why/place/北京市/2015-02?sand=1").text
    valid = re.compile(r"<td[^>]*>(\d+) 天 / days \(≥")
    counts = [[int(n) for n in valid.findall(page)] for page in (official, without)]
    # PM10 stands third; only it lost the day.
    assert [a - b for a, b in zip(*counts, strict=True)] == [0, 0, 1, 0, 0, 0]
    assert "除夕烟花，整点骤升" in without


def test_nobody_approves_their_own_claim(
    own_lake: Path, account_as: Callable[..., Account]
) -> None:
    both = signed_in(account_as("headquarters"))
    both.post("/air/exceptional/submit", CLAIM)
    apply_pending()
    page = both.get(PAGE).text
    assert 'value="approved"' not in page
    decision = {**CLAIM, "pollutant": "PM10", "state": "approved"}
    refused = both.post("/air/exceptional/decide", decision)
    assert refused.status_code == 400
    assert "不能审批自己提交的申报" in refused.text
    apply_pending()
    assert ground().roster.exclusions[0].state is ClaimState.SUBMITTED
    assert (
        both.post("/air/exceptional/decide", {**decision, "state": "withdrawn"}).status_code == 302
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"reason": ""},
        {"scope": "别处"},
        {"day": "2015-02-30"},
        {"pollutant": ["VOC"]},
        {"pollutant": []},
    ],
)
def test_a_claim_that_says_too_little_is_told_beside_its_field(
    own_lake: Path, client_as: Callable[..., Client], wrong: dict[str, object]
) -> None:
    answer = client_as("headquarters").post("/air/exceptional/submit", {**CLAIM, **wrong})
    assert answer.status_code == 422
    assert "field-error" in answer.text
    assert apply_pending() == {"applied": 0, "refused": 0}


@pytest.mark.parametrize(
    ("decision", "status"),
    [
        ({"state": "approved"}, 404),
        ({"scope": "北京市", "day": "2015-02-18", "pollutant": "PM10", "state": "perhaps"}, 400),
        ({"scope": "北京市", "day": "2015-02-17", "pollutant": "PM10", "state": "approved"}, 404),
    ],
)
def test_a_decision_on_nothing_is_refused(
    own_lake: Path, client_as: Callable[..., Client], decision: dict[str, str], status: int
) -> None:
    answer = client_as("headquarters").post("/air/exceptional/decide", decision)
    assert answer.status_code == status


def place(code: str, name: str, parent: Place | None, now: datetime) -> Place:
    path = f"{parent.path if parent else '/'}{code}/"
    level = "county" if parent else "city"
    return Place.objects.create(
        code=code, name_zh=name, level=level, path=path, parent=parent, changed_at=now
    )


def test_a_claim_is_made_and_decided_only_within_ones_own_area(
    own_lake: Path, account_as: Callable[..., Account], now: datetime
) -> None:
    place("110105", "朝阳区", place("110000", "北京市", None, now), now)
    own = "/110000/110105/"
    writer = signed_in(account_as("department", area=own))
    chief = signed_in(account_as("leading_group", area=own))
    whole = signed_in(account_as("leading_group", name="whole", area="/110000/"))
    page = writer.get("/air/exceptional/?period=2015-02&level=district").text
    offered = re.findall(r'<option value="([^"]+)"', page.partition('id="id_scope"')[2])
    assert offered[:3] == ["朝阳区", "Aotizhongxin", "Nongzhanguan"]
    assert "海淀区" not in offered
    assert writer.post("/air/exceptional/submit", CLAIM).status_code == 422
    mine = {**CLAIM, "scope": "朝阳区"}
    assert writer.post("/air/exceptional/submit", mine).status_code == 302
    headquarters = signed_in(account_as("headquarters"))
    assert headquarters.post("/air/exceptional/submit", CLAIM).status_code == 302
    apply_pending()
    decision = {**CLAIM, "pollutant": "PM10", "state": "approved"}
    assert chief.post("/air/exceptional/decide", decision).status_code == 404
    assert whole.post("/air/exceptional/decide", decision).status_code == 302
    own_decision = {**decision, "scope": "朝阳区"}
    assert chief.post("/air/exceptional/decide", own_decision).status_code == 302


def test_a_holder_for_another_subject_claims_nothing(
    own_lake: Path, client_as: Callable[..., Client]
) -> None:
    client = client_as("department", subjects=("dust",))
    assert "提交申报" not in client.get(PAGE).text
    assert client.post("/air/exceptional/submit", CLAIM).status_code == 422
