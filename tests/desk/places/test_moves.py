"""Moving a place: the same places stay in reach of the same people, whatever the tree."""

import json
from collections.abc import Mapping
from datetime import datetime

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from tests.desk.register.conftest import saved, upload, workbook

from lantian.desk.accounts.models import Account
from lantian.desk.log.actor import Actor
from lantian.desk.log.models import Entry
from lantian.desk.places.models import Place
from lantian.desk.places.register import PLACES
from lantian.desk.places.services import LEVELS
from lantian.desk.register.faults import BadRow
from lantian.desk.register.models import Batch
from lantian.desk.register.services import change, create
from lantian.desk.rights.models import Grant
from lantian.desk.rights.queries import reach_of
from lantian.desk.rights.services import Granted, set_grants

pytestmark = pytest.mark.django_db

BY = Actor(None, "tester", "test", "test")


def account_of(now: datetime, name: str, *areas: str) -> Account:
    account = Account.objects.create(username=name, name=name, created_at=now)
    grants = [Granted("headquarters", area) for area in areas]
    set_grants(account=account.pk, source="test", grants=grants, by=BY, now=now)
    return account


def reached(account: Account, now: datetime) -> set[str]:
    q = reach_of(account.pk, now.date()).q("places.write", area="path")
    return set(Place.objects.filter(q).values_list("code", flat=True))


def applied(client: Client, sheet: bytes) -> Batch:
    sent = client.post("/places/import", {"file": upload(sheet), "coordinates": "wgs84"})
    client.post(sent.url, {"act": "all"})
    return Batch.objects.get()


@st.composite
def trees(draw: st.DrawFn) -> dict[str, tuple[int, str]]:
    """Level and parent of each place; codes of which one begins like another."""
    found: dict[str, tuple[int, str]] = {}
    for number in range(draw(st.integers(2, 9))):
        above = [code for code, (level, _) in found.items() if level < len(LEVELS) - 1]
        parent = draw(st.sampled_from(["", *above]))
        least = found[parent][0] + 1 if parent else 0
        found["9" * (number + 1)] = (draw(st.integers(least, len(LEVELS) - 1)), parent)
    return found


def below(tree: Mapping[str, tuple[int, str]], code: str) -> set[str]:
    found = {code}
    for other, (_, parent) in tree.items():
        if parent in found:
            found.add(other)
    return found


@given(tree=trees(), data=st.data())
def test_the_subtree_that_moves_is_reached_by_whom_it_was(
    tree: dict[str, tuple[int, str]], data: st.DataObject
) -> None:
    now = timezone.now()
    moving = data.draw(st.sampled_from(sorted(tree)), "moving")
    inside = below(tree, moving)
    higher = [c for c, (level, _) in tree.items() if level < tree[moving][0] and c not in inside]
    target = data.draw(st.sampled_from(["", *higher]), "target")
    with transaction.atomic():
        rows: dict[str, Place] = {}
        for code, (level, parent) in tree.items():
            given = {"code": code, "name_zh": code, "level": LEVELS[level][0]}
            given["parent"] = rows.get(parent)  # type: ignore[assignment]
            rows[code] = create(PLACES, given, by=BY, now=now)  # type: ignore[assignment]
        who = {code: account_of(now, f"of-{code}", row.path) for code, row in rows.items()}
        who["/"] = account_of(now, "of-all", "/")
        before = {code: reached(account, now) for code, account in who.items()}
        change(PLACES, rows[moving].pk, {"parent": rows.get(target)}, version=1, by=BY, now=now)
        after = {code: reached(account, now) for code, account in who.items()}
        transaction.set_rollback(True)
    moved = {**tree, moving: (tree[moving][0], target)}
    for code in tree:
        assert before[code] == below(tree, code)
        assert after[code] == below(dict(_ordered(moved)), code)
        if code in inside:
            assert after[code] == before[code]
    assert after["/"] == before["/"] == set(tree)


def _ordered(tree: Mapping[str, tuple[int, str]]) -> list[tuple[str, tuple[int, str]]]:
    """From the top down, as `below` goes through them."""
    return sorted(tree.items(), key=lambda item: item[1][0])


def test_grants_move_in_the_same_transaction_with_an_entry_for_each_account(
    county, place, actor, now
) -> None:
    township = Place.objects.get(code="990101")
    other = place("980000", "city")
    both = account_of(now, "both", township.path, "/", other.path)
    change(PLACES, county.pk, {"parent": other}, version=1, by=actor, now=now)
    areas = list(Grant.objects.filter(account=both).order_by("id").values_list("area", flat=True))
    assert areas == ["/980000/990100/990101/", "/", "/980000/"]
    entry = Entry.objects.get(action="rights.move")
    assert (entry.kind, entry.key, entry.reason) == ("account", str(both.pk), "place 990100")
    assert json.loads(entry.before)["test"][0][1] == "/990000/990100/990101/"
    assert json.loads(entry.after)["test"] == [
        ["headquarters", "/980000/990100/990101/", "", "", "", ""]
    ]
    follow = Entry.objects.get(action="place.follow")
    assert json.loads(follow.after) == {"path": "/980000/990100/", "below": 2, "grants": 1}


def test_a_move_that_is_refused_moves_no_grant(county, actor, now) -> None:
    township = Place.objects.get(code="990101")
    account = account_of(now, "one", township.path)
    with pytest.raises(BadRow):
        change(PLACES, county.pk, {"parent": township}, version=1, by=actor, now=now)
    assert Grant.objects.get(account=account).area == township.path
    change(PLACES, county.pk, {"name_zh": "新名"}, version=1, by=actor, now=now)
    assert not Entry.objects.filter(action__in=("rights.move", "place.follow")).exists()


def test_places_of_one_sheet_that_lie_in_each_other_end_with_right_paths(
    client_as, county, place, actor, now
) -> None:
    village = place("V1", "village", Place.objects.get(code="990101"))
    place("980000", "city")
    account = account_of(now, "village", village.path)
    client = client_as("headquarters")
    # The township goes with its county, though the sheet was judged while both stood elsewhere.
    sheet = workbook(("990101", "新镇", "乡镇街道", "990100"), ("990100", "新县", "区县", "980000"))
    batch = applied(client, saved(sheet))
    assert batch.state == "applied"
    assert Place.objects.get(code="990101").path == "/980000/990100/990101/"
    assert Grant.objects.get(account=account).area == "/980000/990100/990101/V1/"
    client.post(f"/places/import/{batch.pk}", {"act": "undo"})
    assert Grant.objects.get(account=account).area == village.path


def test_two_places_of_one_sheet_cannot_be_put_into_each_other(client_as, county, place) -> None:
    place("X", "county", Place.objects.get(code="990000"))
    place("Y", "county", Place.objects.get(code="990000"))
    client = client_as("headquarters")
    sheet = workbook(("X", "x", "村居", "Y"), ("Y", "y", "村居", "X"))
    batch = applied(client, saved(sheet))
    assert (batch.state, "lies too deep" in batch.message) == ("checked", True)
    assert set(Place.objects.filter(code__in="XY").values_list("path", flat=True)) == {
        "/990000/X/",
        "/990000/Y/",
    }
