"""Saying something to people: inboxes, receipts, what each account sees."""

from datetime import timedelta

import pytest
from django.urls import reverse

from lantian.desk.log.actor import Actor
from lantian.desk.log.models import Entry
from lantian.desk.notices.models import Delivery, Notice, Outgoing
from lantian.desk.notices.queries import inbox, sent, unread_count, waiting_for
from lantian.desk.notices.services import give_receipt, mark_read
from lantian.desk.rights.reach import Holding, Reach
from lantian.errors import BadRequest, Conflict

HOUR = timedelta(hours=1)


@pytest.fixture
def two(account_as):
    return account_as("department", name="甲"), account_as("department", name="乙")


def test_a_notice_lies_unread_in_the_inbox_of_each_and_in_no_other(two, account_as, say) -> None:
    other = account_as("department")
    say([one.pk for one in two])
    assert [unread_count(one.pk) for one in (*two, other)] == [1, 1, 0]
    assert not Outgoing.objects.exists()


def test_one_who_reads_leaves_the_others_unread(two, say, now) -> None:
    notice = say([one.pk for one in two])
    assert mark_read(notices=[notice], account=two[0].pk, now=now) == 1
    assert mark_read(notices=[notice], account=two[0].pk, now=now + HOUR) == 0
    assert [unread_count(one.pk) for one in two] == [0, 1]


def test_unread_ones_stand_above_newer_ones_that_were_read(two, say, now) -> None:
    older, newer = say([two[0].pk]), say([two[0].pk])
    mark_read(notices=[newer], account=two[0].pk, now=now)
    assert [row.notice_id for row in inbox(two[0].pk)] == [older, newer]


def test_who_must_acknowledge_is_told_until_they_did(two, say, now) -> None:
    me = two[0]
    notice = say([me.pk], needs_receipt=True, due_at=now + HOUR, title="请回执")
    (waiting,) = waiting_for(me.pk, now)
    assert (str(waiting.title), waiting.overdue) == ("请回执", False)
    assert waiting.url == f"/notices/{notice}/"
    assert waiting_for(me.pk, now + 2 * HOUR)[0].overdue
    give_receipt(notice=notice, by=Actor(me.pk, "甲"), now=now)
    assert waiting_for(me.pk, now + 2 * HOUR) == []
    assert unread_count(me.pk) == 0


def test_a_receipt_counts_once_and_is_logged(two, say, now) -> None:
    notice = say([two[0].pk], needs_receipt=True, due_at=now + HOUR)
    me = Actor(two[0].pk, "甲")
    give_receipt(notice=notice, by=me, now=now)
    give_receipt(notice=notice, by=me, now=now + HOUR)
    assert Delivery.objects.get().receipt_at == now
    (entry,) = Entry.objects.filter(action="notice.receipt")
    assert (entry.key, entry.account) == (str(notice), two[0].pk)


def test_a_receipt_that_nobody_asked_for_is_refused(two, say, now) -> None:
    notice = say([two[0].pk])
    with pytest.raises(Conflict, match="asks for no receipt"):
        give_receipt(notice=notice, by=Actor(two[0].pk, "甲"), now=now)


def test_sending_is_logged_with_numbers_and_without_names(two, say) -> None:
    notice = say([one.pk for one in two])
    entry = Entry.objects.get(action="notice.send", key=str(notice))
    assert '"accounts":2' in entry.after
    assert "甲" not in entry.after


def test_a_key_makes_a_notice_once(two, say) -> None:
    first = say([two[0].pk], key="brief/2026-03-02")
    assert say([two[0].pk, two[1].pk], key="brief/2026-03-02") == first
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"kind": "gossip"}, "no such kind"),
        ({"title": " "}, "title is empty"),
        ({"title": "长" * 121}, "longer than 120"),
        ({"link": "https://evil.example/"}, "must lie in the desk"),
        ({"link": "//evil.example/"}, "must lie in the desk"),
        ({"link": "javascript:alert(1)"}, "must lie in the desk"),
        ({"needs_receipt": True}, "needs a due time"),
    ],
)
def test_what_cannot_be_is_refused(two, say, given, why) -> None:
    with pytest.raises(BadRequest, match=why):
        say([two[0].pk], **given)
    assert not Notice.objects.exists()


def test_a_receipt_due_in_the_past_is_refused(two, say, now) -> None:
    with pytest.raises(BadRequest, match="needs a due time ahead"):
        say([two[0].pk], needs_receipt=True, due_at=now)


def test_inactive_accounts_get_nothing_and_nobody_left_is_refused(two, say) -> None:
    two[0].is_active = False
    two[0].save()
    say([one.pk for one in two])
    assert [row.account_id for row in Delivery.objects.all()] == [two[1].pk]
    with pytest.raises(BadRequest, match="nobody to get it"):
        say([two[0].pk])
    assert Notice.objects.count() == 1


def test_of_the_desks_own_notices_a_sender_sees_those_of_its_area(two, say, actor) -> None:
    east = say([two[0].pk], area="/99/9901/")
    say([two[0].pk], area="/99/9902/")
    mine = say([two[0].pk], by=Actor(two[1].pk, "乙"), area="/99/9902/")
    reach = Reach([Holding("township", "/99/9901/")])
    assert [n.pk for n in sent(two[1].pk, reach)] == [mine, east]
    assert [n.pk for n in sent(two[0].pk, Reach([Holding("grid_member")]))] == []


def test_no_account_sees_or_answers_the_notice_of_another(client_as, account_as, say, now) -> None:
    owner = account_as("headquarters", name="主")
    notice = say([owner.pk], needs_receipt=True, due_at=now + HOUR, title="机密安排")
    stranger = client_as("headquarters")
    assert stranger.get(reverse("notices:detail", args=[notice])).status_code == 404
    assert stranger.post(reverse("notices:receipt", args=[notice])).status_code == 404
    assert "机密安排" not in stranger.get(reverse("notices:inbox")).text
    stranger.post(reverse("notices:read"), {"notice": [notice]})
    stranger.post(reverse("notices:read"), {"do": "all"})
    row = Delivery.objects.get()
    assert (row.read_at, row.receipt_at) == (None, None)
