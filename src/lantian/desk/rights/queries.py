"""Reading grants."""

from datetime import date

from django.db.models import Q

from lantian.desk.rights.models import Grant
from lantian.desk.rights.reach import Holding, Reach


def holders(source: str) -> list[int]:
    """Accounts to which a source gives something."""
    rows = Grant.objects.filter(source=source).values_list("account", flat=True)
    return sorted(set(rows))


def reach_of(account: int, today: date) -> Reach:
    """Return what an account reaches on a day; one query."""
    rows = Grant.objects.filter(
        Q(first=None) | Q(first__lte=today), Q(last=None) | Q(last__gte=today), account=account
    ).values_list("role", "area", "subjects", "organisation")
    return Reach(
        Holding(role, area, frozenset(subjects.split()), organisation)
        for role, area, subjects, organisation in rows
    )
