"""Metrics: who may read them, their form, what they count; alert rules that name them."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from tests.desk.api.conftest import bearer

from lantian.desk.api.counting import BOUNDS_S, Counts
from lantian.desk.api.metrics import Family, families, spelled

LINE = re.compile(r'[a-z_0-9]+(\{([a-z_]+="([^"\\\n]|\\.)*",?)+\})? [-+0-9.e]+$')


def values(text: str) -> dict[str, float]:
    return {
        line.rpartition(" ")[0]: float(line.rpartition(" ")[2])
        for line in text.splitlines()
        if not line.startswith("#")
    }


@pytest.mark.django_db
def test_a_monitor_of_this_machine_reads_them(beijing) -> None:
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    for line in answer.text.splitlines():
        assert line.startswith(("# HELP lantian_", "# TYPE lantian_")) or LINE.match(line), line
    found = values(answer.text)
    assert found["lantian_stale_station_days"] == 0
    assert found['lantian_intake_lag_seconds{place="北京市"}'] > 86_400 * 365


@pytest.mark.django_db
def test_no_other_reads_them_without_a_token(account_as, token_of, client_as, empty) -> None:
    assert Client(REMOTE_ADDR="10.1.2.3").get("/metrics").status_code == 401
    assert Client(REMOTE_ADDR="::1").get("/metrics").status_code == 200
    assert Client().get("/metrics", headers={"X-Forwarded-For": "10.1.2.3"}).status_code == 401
    assert client_as("administrator").get("/metrics", REMOTE_ADDR="10.1.2.3").status_code == 401
    hq = token_of(account_as("headquarters"))
    assert bearer(hq).get("/metrics").status_code == 403
    both = account_as("headquarters", "administrator")
    assert bearer(token_of(both, "system.manage")).get("/metrics").status_code == 200
    assert bearer(token_of(both, "places.read")).get("/metrics").status_code == 403
    remote = {"REMOTE_ADDR": "10.1.2.3", "headers": {"Authorization": f"Bearer {hq}"}}
    assert Client(**remote).get("/metrics").status_code == 403


@pytest.mark.django_db
def test_what_waits_is_counted(empty, account_as, now) -> None:
    before = values(spelled(families(now)))
    account = account_as("expert")  # its grant is logged
    account.failures, account.locked_until = 3, now + timedelta(hours=1)
    account.save()
    after = values(spelled(families(now)))
    grown = {name: after[name] - before[name] for name in before if after[name] != before[name]}
    assert grown.pop("lantian_log_unsealed") > 0
    assert grown == {"lantian_failed_signins": 3, "lantian_accounts_locked": 1}


@pytest.mark.django_db
def test_requests_are_counted_by_route(caller, empty) -> None:
    def seen() -> dict[str, float]:
        found = values(Client().get("/metrics").text)
        return {k: v for k, v in found.items() if 'route="api:places"' in k}

    client, before = caller("headquarters"), seen()
    client.get("/api/v1/places")
    client.get("/api/v1/places?x=1")
    after = seen()
    grown = {k: v - before.get(k, 0) for k, v in after.items() if v != before.get(k, 0)}
    totals = {re.search(r'status="(\d+)"', k)[1]: v for k, v in grown.items() if "_total" in k}  # type: ignore[index]
    assert totals == {"200": 1, "422": 1}
    assert [v for k, v in grown.items() if "_count" in k] == [2]
    assert [v for k, v in grown.items() if 'le="+Inf"' in k] == [2]


def test_a_histogram_never_falls() -> None:
    counts = Counts()
    for n in range(50):
        counts.add("x", 200, n / 20)
    _, courses = counts.taken()
    assert sum(courses["x"].buckets) == 50
    assert len(courses["x"].buckets) == len(BOUNDS_S) + 1
    assert courses["x"].total_s == pytest.approx(sum(n / 20 for n in range(50)))


def test_the_alert_rules_name_metrics_that_there_are(root, db, beijing, now) -> None:
    text = (root / "docs" / "alerts.yml").read_text(encoding="utf-8")
    named = set(re.findall(r"lantian_[a-z0-9_]+", text))
    shown = {f.name for f in families(now)}
    shown |= {f"lantian_request_seconds_{part}" for part in ("bucket", "sum", "count")}
    assert named
    assert named <= shown
    assert text.count("- alert:") == text.count("summary:") == text.count("expr:")


def test_an_odd_name_does_not_break_the_form() -> None:
    text = spelled([Family("x", "gauge", "y", [("", {"place": 'a"b\\c\nd'}, 1.5)])])
    assert text.splitlines()[2] == r'x{place="a\"b\\c\nd"} 1.5'
