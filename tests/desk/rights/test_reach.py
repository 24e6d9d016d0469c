"""What holdings reach."""

import pytest

from lantian.desk.rights.models import Grant
from lantian.desk.rights.queries import reach_of
from lantian.desk.rights.reach import Holding, Reach
from lantian.desk.rights.services import Granted, set_grants
from lantian.errors import BadRequest


def test_a_permission_reaches_its_area_and_subject_and_nothing_beside() -> None:
    reach = Reach([Holding("department", "/99/9901/", frozenset({"dust"}))])
    assert reach.covers("sources.write", area="/99/9901/05/", subject="dust")
    assert not reach.covers("sources.write", area="/99/9901/05/", subject="industry")
    assert not reach.covers("sources.write", area="/99/9902/", subject="dust")
    assert not reach.covers("people.write", area="/99/9901/")


def test_what_is_everywhere_is_not_limited_by_area() -> None:
    reach = Reach([Holding("township", "/99/9901/")])
    assert reach.covers("air.read", area="/99/9902/")
    assert not reach.q("air.read", area="path")


def test_without_the_permission_no_row_matches(db: None) -> None:
    assert not Grant.objects.filter(Reach(()).q("sources.read", area="area")).exists()


def test_grants_of_one_source_replace_each_other_and_leave_others(account_as, actor, now) -> None:
    account = account_as("official")
    give = {"account": account.pk, "source": "appointment:1", "by": actor, "now": now}
    set_grants(grants=[Granted("township", "/99/01/")], **give)
    set_grants(grants=[Granted("township", "/99/02/")], **give)
    reach = reach_of(account.pk, now.date())
    assert reach.areas("sources.write") == ("/99/02/",)
    assert reach.roles == {"official", "township"}


def test_a_role_that_is_not_in_the_table_is_refused(account_as, actor, now) -> None:
    with pytest.raises(BadRequest, match="no role 'emperor'"):
        set_grants(
            account=account_as().pk, source="x", grants=[Granted("emperor")], by=actor, now=now
        )
