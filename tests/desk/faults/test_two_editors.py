"""Two people change one record at the same moment: one change is kept, the other is told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from lantian.desk.log.actor import Actor
from lantian.desk.log.models import Entry
from lantian.desk.places.models import Place
from lantian.desk.places.register import PLACES
from lantian.desk.register.changes import Moved
from lantian.desk.register.services import change

EDITORS, ROUNDS = 4, 5


@pytest.mark.django_db(transaction=True)
def test_of_changes_at_once_one_is_kept_and_the_others_see_it(county, now) -> None:
    gate = Barrier(EDITORS)

    def edit(number: int, version: int) -> Moved | None:
        gate.wait(30)
        try:
            change(
                PLACES,
                county.pk,
                {"name_zh": f"县{version}-{number}"},
                version=version,
                by=Actor(number, f"editor{number}", "test", ""),
                now=now,
            )
        except Moved as moved:
            return moved
        finally:
            connection.close()
        return None

    with ThreadPoolExecutor(EDITORS) as pool:
        for _ in range(ROUNDS):
            seen = Place.objects.get(pk=county.pk)
            told = list(pool.map(edit, range(EDITORS), [seen.version] * EDITORS))
            kept = Place.objects.get(pk=county.pk)
            assert kept.version == seen.version + 1
            (winner,) = [number for number, moved in enumerate(told) if moved is None]
            assert kept.name_zh == f"县{seen.version}-{winner}"
            for moved in told:
                assert moved is None or f"editor{winner}" in str(moved.what)
    entries = Entry.objects.filter(kind=PLACES.kind, key=county.code, actor__startswith="editor")
    assert entries.count() == ROUNDS
