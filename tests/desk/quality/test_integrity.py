"""Findings on the desk: who sees them, that nobody takes one down, the nightly job."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import get_resolver

from desk.quality.conftest import SMOOTH, chart
from lantian.desk.jobs.registry import declared
from lantian.desk.jobs.services import enqueue
from lantian.desk.jobs.worker import work_off
from lantian.desk.log.actor import Actor
from lantian.desk.log.models import Entry
from lantian.desk.quality.models import Answer
from lantian.flows.quality import judge_quality
from lantian.lake.findings import findings, head
from lantian.lake.store import Lake
from lantian.terms.period import parse_period

pytestmark = pytest.mark.django_db

LIST = "/quality/integrity/"


def smooth_finding(lake: Lake) -> int:
    found = (f for f in findings(lake.ledger) if f.finding.station == SMOOTH)
    return next(f.id for f in found if f.finding.check == "smooth")


def test_findings_are_open_to_the_auditor_superiors_and_headquarters_alone(
    county: Lake, client_as: Callable[..., Client]
) -> None:
    number = smooth_finding(county)
    for role in ("auditor", "official", "headquarters"):
        client = client_as(role)
        assert f"{LIST}{number}/" in client.get(LIST).text
        page = client.get(f"{LIST}{number}/").text
        assert "逐时变化过于平滑" in page
        assert 'data-chart="series"' in page
        drawn = chart(page, "evidence-0")
        assert drawn["series"][0]["name"] == f"站5 {SMOOTH}"
        assert drawn["times"]["n"] == 720
        # Thresholds are for those who do not answer for the stations.
        assert ("判据参数" in page) == (role != "headquarters")
        assert client.get(f"{LIST}999/").status_code == 404
    for role in ("leading_group", "department", "company", "administrator"):
        assert client_as(role).get(LIST).status_code == 403


def test_an_answer_stands_beside_a_finding_and_takes_nothing_away(
    county: Lake, client_as: Callable[..., Client]
) -> None:
    number = smooth_finding(county)
    before = findings(county.ledger)
    client = client_as("headquarters")
    address = f"{LIST}{number}/answer"
    assert client.post(address, {"text": " "}).status_code == 422
    assert client.post(address, {"text": "仪器设置了五小时滑动平均"}).status_code == 302
    assert "仪器设置了五小时滑动平均" in client_as("auditor").get(f"{LIST}{number}/").text
    assert client_as("official").post(address, {"text": "无异议无异议"}).status_code == 403
    entry = Entry.objects.get(action="finding.answer")
    assert entry.key == str(number)
    # A later run that finds it again belongs to the same case.
    judge_quality(county, parse_period("2019-06"), again=True)
    after = findings(county.ledger)
    assert after[-len(before) :] == before
    latest = smooth_finding(county)
    assert latest != number
    page = client.get(f"{LIST}{latest}/").text
    assert "仪器设置了五小时滑动平均" in page
    assert f"{LIST}{number}/" in page


def test_no_address_of_the_desk_dismisses_a_finding(
    county: Lake, client_as: Callable[..., Client]
) -> None:
    """Whatever is sent to any address about a finding, it stays."""
    number = smooth_finding(county)
    before = findings(county.ledger)
    pattern = next(p for p in get_resolver().url_patterns if str(p.pattern) == "quality/")
    routes = [str(p.pattern) for p in pattern.url_patterns if "integrity" in str(p.pattern)]
    assert len(routes) == 3
    client = client_as("headquarters", "auditor", "administrator")
    for route in routes:
        address = f"/quality/{re.sub('<int:number>', str(number), route)}"
        for method in ("delete", "put", "patch"):
            assert getattr(client, method)(address).status_code == 405
        client.post(address, {"text": "撤下这一条", "act": "delete", "state": "withdrawn"})
    assert findings(county.ledger) == before
    assert Answer.objects.count() == 1


def test_each_night_judges_and_the_log_keeps_the_seal_of_the_findings(
    county: Lake, now: datetime
) -> None:
    assert declared("judge-quality").at == "02:40"
    enqueue(name="judge-quality", by=Actor.system("scheduler"), now=now)
    work_off()
    entry = Entry.objects.get(action="finding.judge")
    number, digest = head(county.ledger)
    assert digest in entry.after
    assert entry.key == str(number)
    # June had been judged; May is new.
    enqueue(name="judge-quality", by=Actor.system("scheduler"), now=now)
    work_off()
    assert Entry.objects.filter(action="finding.judge").count() == 1
