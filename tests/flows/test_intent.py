"""Intents of the desk: each has its effect once, and a bad one has none."""

import json
import subprocess
import sys
import uuid
from datetime import date
from pathlib import Path

import pytest

from lantian.errors import BadRequest
from lantian.evaluate.exceptional import ClaimState
from lantian.flows.intent import apply_intent
from lantian.lake.roster import Exclusion, Membership, Station
from lantian.lake.store import Lake
from postgres import BOTH

APPLIER = Path(__file__).with_name("applier.py")
ONE = {"station": "1001A", "name": "万寿西宫", "lon": 116.366, "lat": 39.8673, "background": False}
TWO = {"station": "1002A", "name": "定陵", "lon": "116.17", "lat": "40.2865", "from": "2019-06-01"}
CLAIM = {"scope": "甲市", "day": "2019-05-12", "pollutant": "PM10"}
SUBMITTED = {"claims": [{**CLAIM, "reason": "沙尘", "declared_by": "监测站"}]}


def name() -> str:
    return str(uuid.uuid4())


@pytest.fixture
def lake(tmp_path, lake_backend):
    Lake.init(tmp_path / "lake")
    with Lake.open(tmp_path / "lake") as opened:
        yield opened


@BOTH
def test_registers_are_published_row_by_row_and_owners_may_go(lake):
    assert apply_intent(lake, name(), "roster.stations", {"rows": [ONE, TWO]}) == 1
    places = [{"station": "1001A", "place": "甲县", "level": "county", "background": True}]
    apply_intent(lake, name(), "roster.places", {"rows": places})
    goal = {"place": "甲县", "from": "2019-01-01", "to": "2019-12-31", "indicator": "PM2.5"}
    apply_intent(lake, name(), "roster.targets", {"rows": [{**goal, "goal": 35.5}]})
    roster = lake.roster()
    assert roster.stations == (
        Station("1001A", "万寿西宫", 116.366, 39.8673, "", False, None, None, 8),
        Station("1002A", "定陵", 116.17, 40.2865, "", False, date(2019, 6, 1), None, 8),
    )
    assert roster.memberships == (Membership("1001A", "甲县", "county", True, None, None),)
    assert [str(t.goal) for t in roster.targets] == ["35.5"]
    apply_intent(lake, name(), "roster.targets", {"gone": ["甲县"]})
    body = {"rows": [{**ONE, "name": "新址"}], "gone": ["1002A"]}
    assert apply_intent(lake, name(), "roster.stations", body) == 5
    assert [s.name for s in lake.roster().stations] == ["新址"]
    assert lake.roster().targets == ()
    assert len(lake.roster(3).targets) == 1


@BOTH
def test_the_same_intent_again_does_nothing_and_gives_the_earlier_batch(lake):
    first, other = name(), name()
    body = {"rows": [ONE]}
    assert apply_intent(lake, first, "roster.stations", body) == 1
    assert apply_intent(lake, other, "roster.stations", {"rows": [{**ONE, "name": "新"}]}) == 2
    # Were it applied anew, the old name would be back.
    assert apply_intent(lake, first.upper(), "roster.stations", body) == 1
    assert (lake.sequence, lake.roster().stations[0].name) == (2, "新")


@BOTH
def test_an_intent_that_changes_nothing_is_applied_all_the_same(lake):
    apply_intent(lake, name(), "roster.stations", {"rows": [ONE]})
    second = name()
    assert apply_intent(lake, second, "roster.stations", {"rows": [ONE]}) == 1
    apply_intent(lake, name(), "roster.stations", {"rows": [{**ONE, "name": "新"}]})
    assert apply_intent(lake, second, "roster.stations", {"rows": [ONE]}) == 1
    assert lake.roster().stations[0].name == "新"


def test_one_uuid_for_two_intents_is_refused(lake):
    mine = name()
    apply_intent(lake, mine, "roster.stations", {"rows": [ONE]})
    with pytest.raises(BadRequest, match="used for another intent"):
        apply_intent(lake, mine, "roster.stations", {"rows": [TWO]})
    with pytest.raises(BadRequest, match="used for another intent"):
        apply_intent(lake, mine, "exceptional.submit", SUBMITTED)
    assert (lake.sequence, len(lake.roster().stations)) == (1, 1)


@BOTH
def test_claims_are_submitted_and_decided_and_keep_their_reason(lake):
    apply_intent(lake, name(), "exceptional.submit", SUBMITTED)
    approve = {"claims": [CLAIM], "state": "approved"}
    mine = name()
    assert apply_intent(lake, mine, "exceptional.decide", approve) == 2
    day = date(2019, 5, 12)
    assert lake.roster().exclusions == (
        Exclusion("甲市", day, "PM10", "沙尘", ClaimState.APPROVED, "监测站"),
    )
    # Decided once: the second time it is no "approved cannot become approved".
    assert apply_intent(lake, mine, "exceptional.decide", approve) == 2
    with pytest.raises(BadRequest, match="2019-05-12 PM10: approved"):
        apply_intent(lake, name(), "exceptional.decide", approve)
    with pytest.raises(BadRequest, match="approved → submitted"):
        apply_intent(lake, name(), "exceptional.submit", SUBMITTED)
    apply_intent(lake, name(), "exceptional.decide", {**approve, "state": "withdrawn"})
    assert lake.roster().exclusions[0].state is ClaimState.WITHDRAWN
    with pytest.raises(BadRequest, match="PM10: withdrawn"):
        apply_intent(lake, name(), "exceptional.decide", approve)
    apply_intent(lake, name(), "exceptional.submit", SUBMITTED)
    assert lake.roster().exclusions[0].state is ClaimState.SUBMITTED


def test_all_pollutants_of_a_day_are_decided_together(lake):
    every = {**CLAIM, "pollutant": "all"}
    body = {"claims": [{**every, "reason": "沙尘", "declared_by": "站"}]}
    apply_intent(lake, name(), "exceptional.submit", body)
    apply_intent(lake, name(), "exceptional.decide", {"claims": [every], "state": "approved"})
    assert {e.state for e in lake.roster().exclusions} == {ClaimState.APPROVED}
    assert len(lake.roster().exclusions) == 6


def test_one_claim_that_cannot_be_decided_stops_the_others(lake):
    apply_intent(lake, name(), "exceptional.submit", SUBMITTED)
    absent = {**CLAIM, "day": "2019-05-13"}
    body = {"claims": [CLAIM, absent], "state": "approved"}
    with pytest.raises(BadRequest, match="甲市 2019-05-13 PM10: 未登记"):
        apply_intent(lake, name(), "exceptional.decide", body)
    assert lake.roster().exclusions[0].state is ClaimState.SUBMITTED


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        ("roster.fish", {}, "no kind of intent 'roster.fish'"),
        ("roster.stations", {}, "both rows and gone are empty"),
        ("roster.stations", {"rows": ONE}, "rows must be a list"),
        ("roster.stations", {"rows": ["1001A"]}, "rows must be a list of objects"),
        ("roster.stations", {"rows": [ONE], "gone": [7]}, "gone must be a list of texts"),
        ("roster.stations", {"rows": [ONE], "row": 1}, "unknown field 'row'"),
        ("roster.stations", {"rows": [{**ONE, "colour": 1}]}, "unknown column 'colour'"),
        ("roster.stations", {"rows": [{"station": "A"}]}, "no column 'lat'"),
        ("roster.stations", {"rows": [ONE, {**TWO, "lat": 95}]}, "line 2: lat='95'"),
        ("roster.stations", {"rows": [{**ONE, "lat": float("nan")}]}, "lat='nan'"),
        ("roster.stations", {"rows": [{**ONE, "name": ["x"]}]}, "name=['x']"),
        ("roster.stations", {"rows": [{**ONE, "name": None}]}, "name is empty"),
        ("roster.stations", {"rows": [ONE, ONE]}, "line 2 repeats line 1"),
        ("roster.places", {"rows": [{"station": "A", "place": "x", "from": "soon"}]}, "'soon'"),
        ("exceptional.submit", {"claims": []}, "claims is empty"),
        ("exceptional.submit", {"claims": [CLAIM]}, "no field 'reason'"),
        (
            "exceptional.submit",
            {"claims": [{**SUBMITTED["claims"][0], "state": "approved"}]},
            "unknown field 'state'",
        ),
        (
            "exceptional.submit",
            {"claims": [{**SUBMITTED["claims"][0], "pollutant": "NOx"}]},
            "pollutant='NOx'",
        ),
        ("exceptional.decide", {"claims": [CLAIM]}, "no field 'state'"),
        ("exceptional.decide", {"claims": [CLAIM], "state": "submitted"}, "state='submitted'"),
        ("exceptional.decide", {"claims": [CLAIM], "state": ["approved"]}, "must be one of"),
    ],
)
def test_a_bad_intent_is_named_and_has_no_effect(lake, kind, body, said):
    mine = name()
    with pytest.raises(BadRequest) as caught:
        apply_intent(lake, mine, kind, body)
    assert said in str(caught.value)
    assert lake.sequence == 0
    # Its UUID is still free, for the corrected one.
    assert apply_intent(lake, mine, "roster.stations", {"rows": [ONE]}) == 1


def test_what_is_no_uuid_is_refused(lake):
    with pytest.raises(BadRequest, match="is no UUID"):
        apply_intent(lake, "seven", "roster.stations", {"rows": [ONE]})


@pytest.mark.slow
@BOTH
def test_two_processes_that_apply_the_same_intents_at_once_apply_each_once(lake, tmp_path):
    intents = [
        (name(), "roster.stations", {"rows": [{**ONE, "name": f"第{n}次"}]}) for n in range(30)
    ]
    file = tmp_path / "intents.json"
    file.write_text(json.dumps(intents), "utf-8")
    workers = [
        subprocess.Popen(
            [sys.executable, str(APPLIER), str(lake.folder), str(file)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    said = []
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    for worker in workers:
        out, _ = worker.communicate(timeout=120)
        assert worker.returncode == 0
        said.append(out.split())
    assert said == [[str(n + 1) for n in range(30)]] * 3
    assert lake.sequence == 30
    assert lake.roster().stations[0].name == "第29次"
