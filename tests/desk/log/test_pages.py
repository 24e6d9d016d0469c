"""Pages of the log: who may open them, what they find."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from lantian.desk.log.actor import Actor
from lantian.desk.log.models import Entry
from lantian.desk.log.queries import Asked, page_of
from lantian.desk.log.sealer import newest, seal_new
from lantian.desk.log.services import record

pytestmark = pytest.mark.django_db


@pytest.fixture
def enter(now):
    """Record one entry: enter("source.edit", "S1", who="赵", days_ago=2)."""

    def make(action: str, key: str, *, who: str = "tester", account=None, days_ago=0, **more):
        more.setdefault("kind", "sources.source")
        with transaction.atomic():
            return record(
                by=Actor(account, who, "10.0.0.1", "r1"),
                now=now - timedelta(days=days_ago),
                action=action,
                key=key,
                **more,
            )

    return make


@pytest.mark.parametrize(
    ("role", "status"), [("auditor", 200), ("headquarters", 200), ("administrator", 403)]
)
def test_who_may_read_the_log(client_as, enter, role: str, status: int) -> None:
    number = enter("source.edit", "S1").pk
    client = client_as(role)
    for address in ("/log/", f"/log/{number}", "/log/verify"):
        assert client.get(address).status_code == status


def test_an_entry_shows_before_and_after(client_as, enter) -> None:
    entry = enter(
        "source.edit",
        "S1",
        before={"name": "旧", "same": 1},
        after={"name": "新", "same": 1, "list": ["a", "b"]},
        reason="据现场核查",
    )
    page = client_as("auditor").get(f"/log/{entry.pk}").text
    for text in ("旧", "新", "据现场核查", "[&quot;a&quot;, &quot;b&quot;]"):
        assert text in page
    assert '<th scope="row">same</th>' not in page
    assert client_as("auditor").get("/log/999999").status_code == 404


def test_the_list_filters_by_object_account_action_and_days(enter, now) -> None:
    enter("source.edit", "S1", who="赵", account=1, days_ago=3)
    enter("source.delete", "S2", who="钱", account=2, days_ago=2)
    enter("post.edit", "S1", who="赵", account=1, days_ago=1)
    today = timezone.localdate(now)

    def keys(**asked: object) -> list[tuple[str, str]]:
        return [(e.action, e.key) for e in page_of(Asked(**asked))]

    first, second, third = ("source.edit", "S1"), ("source.delete", "S2"), ("post.edit", "S1")
    assert keys() == [third, second, first]
    assert keys(kind="sources.source", key="S1") == [third, first]
    assert keys(account=2) == [second]
    assert keys(actor="赵") == [third, first]
    assert keys(action="source.") == [second, first]
    assert keys(first=today - timedelta(days=2)) == [third, second]
    assert keys(last=today - timedelta(days=2)) == [second, first]
    assert keys(first=today + timedelta(days=5)) == []


def test_a_day_begins_at_local_midnight(enter, now) -> None:
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    with transaction.atomic():
        for seconds in (-1, 0):
            at = midnight + timedelta(seconds=seconds)
            record(by=Actor(None, "x"), now=at, action="x.edit", kind="x", key=str(seconds))
    assert [e.key for e in page_of(Asked(first=midnight.date()))] == ["0"]


def test_pages_follow_each_other_without_gap_or_repeat(client_as, enter, monkeypatch) -> None:
    for module in ("queries", "views"):
        monkeypatch.setattr(f"lantian.desk.log.{module}.PAGE", 2)
    numbers = [enter("source.edit", f"S{i}").pk for i in range(5)]
    client = client_as("auditor")
    Entry.objects.exclude(pk__in=numbers).delete()
    address, seen = "/log/?action=source.", []
    while address:
        context = client.get(address).context
        seen += [int(row["cells"][0]) for row in context["shown"]["rows"]]
        address = context["pager"].get("next_url")
    assert seen == numbers[::-1]


def test_a_filter_that_is_wrong_says_so_and_lists_nothing(client_as, enter) -> None:
    enter("source.edit", "S1")
    page = client_as("auditor").get("/log/?first=soon")
    assert page.status_code == 200
    assert page.context["shown"]["rows"] == []
    assert page.context["filters"]["form"].errors


def test_the_list_and_an_entry_say_it_in_words(client_as, enter) -> None:
    given = {"before": {"name_zh": "新"}, "after": {"name_zh": "再新"}, "reason": "更名"}
    entry = enter("source.edit", "S1", kind="source", **given)
    client = client_as("auditor")
    listed = client.get("/log/?kind=source&verb=edit").context["shown"]["rows"]
    assert [row["cells"][3:6] for row in listed] == [
        ["修改", {"text": "污染源 S1", "url": "/log/?kind=source&key=S1"}, "名称"]
    ]
    page = client.get(f"/log/{entry.pk}")
    assert page.context["changes"] == [{"field": "名称", "before": "新", "after": "再新"}]
    assert client.get("/log/?kind=source&verb=delete").context["shown"]["rows"] == []


def test_the_page_of_verification_names_what_is_wrong(client_as, enter, folder, now) -> None:
    entry = enter("source.edit", "S1")
    client = client_as("auditor")
    seal_new(now)
    whole = client.post("/log/verify", {"head": str(newest())})
    assert "日志完整" in whole.text
    Entry.objects.filter(pk=entry.pk).update(actor="somebody else")
    wrong = client.post("/log/verify", {"lang": "en"}, query_params={"lang": "en"}).text
    assert f"entry {entry.pk} (seal " in wrong
    assert "is not what was sealed" in wrong
    assert client.post("/log/verify", {"head": "nonsense"}).status_code == 400
    (folder / "log.heads").unlink()
