"""A personal text never prints in clear, and is read only with right, reason and record."""

import copy
import csv
import io
import json
import pickle
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import FieldError, PermissionDenied
from django.core.serializers import serialize
from django.db import connection
from django.template import Context, Template

from lantian.desk.log.actor import Actor
from lantian.desk.log.models import Entry
from lantian.desk.log.services import canonical
from lantian.desk.privacy import reading
from lantian.desk.privacy.cipher import CipherBroken
from lantian.desk.privacy.personal import Personal
from lantian.desk.privacy.services import reveal_all
from lantian.desk.rights.reach import Holding, Reach
from lantian.errors import BadRequest

PHONE = "13987654321"
READER = Actor(7, "reader", "10.0.0.1", "r1")
TOWN = Reach([Holding("headquarters", "/99/01/")])
ALL = Reach([Holding("headquarters")])


@pytest.fixture
def row(db, visitor, declarations):
    made = visitor.objects.create(area="/99/01/", phone=PHONE, id_number="110101199001011237")
    return visitor.objects.get(pk=made.pk)


def test_nothing_that_prints_a_row_shows_the_number(row) -> None:
    value = row.phone
    prints = [
        str(value),
        repr(value),
        f"{value}",
        f"{value:>20}",
        "%s" % value,  # noqa: UP031
        repr(vars(row)),
        repr([value]),
        canonical({"phone": value}),
        json.dumps({"phone": value}, default=str),
        Template("{{ row.phone }}{{ row.phone.reveal }}{{ row.phone.use }}").render(
            Context({"row": row})
        ),
        serialize("json", [row]),
        repr(pickle.dumps(row)),
        repr(list(type(row).objects.values_list("phone"))),
    ]
    sheet = io.StringIO()
    csv.writer(sheet).writerow([value])
    for text in [*prints, sheet.getvalue()]:
        assert PHONE not in text
        assert "7654" not in text
    assert str(value) == "139****4321"


def test_a_plain_json_dump_fails_and_a_search_for_part_of_it_too(row) -> None:
    with pytest.raises(TypeError):
        json.dumps({"phone": row.phone})
    with pytest.raises(TypeError):
        assert "139" in row.phone


def test_copies_and_equality(row, visitor) -> None:
    same = visitor(area="x", phone=PHONE)
    assert same.phone == row.phone
    assert copy.deepcopy(row).phone == row.phone
    assert pickle.loads(pickle.dumps(row)).phone == row.phone  # noqa: S301
    assert visitor(phone="13900000000").phone != row.phone
    assert row.phone != PHONE
    assert not visitor(phone="").phone


def test_the_file_of_the_database_holds_no_number(
    transactional_db, visitor, declarations, folder: Path
) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("reads the file of SQLite")
    # A plain column beside it proves that the search would find it.
    row = visitor.objects.create(area="planted-in-clear", phone=PHONE)
    visitor.objects.filter(pk=row.pk).update(phone=PHONE)
    visitor.objects.bulk_create([visitor(phone=PHONE)])
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        [name] = [r[2] for r in cursor.execute("PRAGMA database_list") if r[1] == "main"]
    raw = b"".join(p.read_bytes() for p in Path(name).parent.glob(Path(name).name + "*"))
    assert b"planted-in-clear" in raw
    assert PHONE.encode() not in raw
    visitor.objects.all().delete()


def test_a_row_altered_in_the_table_is_noticed(row, visitor) -> None:
    sealed = row.phone.sealed
    swapped = sealed[:-4] + ("AAAA" if sealed[-4:] != "AAAA" else "BBBB")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE privacy_visitor SET phone = %s WHERE id = %s", [swapped, row.pk])
    with pytest.raises(CipherBroken, match=r"privacy\.Visitor\.phone"):
        str(visitor.objects.get(pk=row.pk).phone)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE privacy_visitor SET phone = id_number WHERE id = %s", [row.pk])
    with pytest.raises(CipherBroken):
        str(visitor.objects.get(pk=row.pk).phone)


def test_only_emptiness_can_be_searched_for(row, visitor) -> None:
    assert visitor.objects.exclude(phone="").get() == row
    assert not visitor.objects.filter(phone="").exists()
    for lookup in ({"phone": PHONE}, {"phone__contains": "1"}, {"phone__in": [PHONE]}):
        with pytest.raises(FieldError):
            visitor.objects.filter(**lookup).exists()


def test_the_mask_put_back_by_a_form_changes_nothing(row, now) -> None:
    row.phone = "139****4321"
    assert row.phone.sealed
    row.full_clean()
    row.save()
    row.refresh_from_db()
    assert row.phone.reveal(by=READER, reach=ALL, reason="test", now=now) == PHONE
    with pytest.raises(BadRequest, match="a mask is no value"):
        row.phone = "138****0000"


def test_a_text_of_one_field_cannot_be_saved_as_another(row) -> None:
    row.phone = row.id_number
    with pytest.raises(ValueError, match="cannot be kept"):
        row.save()


def test_reading_is_logged_with_reason_and_without_the_text(row, now) -> None:
    text = row.phone.reveal(by=READER, reach=TOWN, reason="call about a fire", now=now)
    assert text == PHONE
    entry = Entry.objects.get(action="privacy.reveal")
    assert (entry.account, entry.kind, entry.key) == (7, "privacy.Visitor", str(row.pk))
    assert entry.reason == "call about a fire"
    assert PHONE not in entry.before + entry.after + entry.reason


@pytest.mark.parametrize(
    "reach",
    [
        Reach(()),
        Reach([Holding("department", "/")]),
        Reach([Holding("administrator", "/")]),
        Reach([Holding("headquarters", "/99/02/")]),
    ],
)
def test_without_the_right_over_its_area_nothing_is_read_or_logged(row, now, reach) -> None:
    with pytest.raises(PermissionDenied):
        row.phone.reveal(by=READER, reach=reach, reason="curious", now=now)
    assert not Entry.objects.exists()


def test_a_field_without_area_is_read_by_those_who_hold_the_right_everywhere(row, now) -> None:
    with pytest.raises(PermissionDenied):
        row.id_number.reveal(by=READER, reach=TOWN, reason="check", now=now)
    assert row.id_number.reveal(by=READER, reach=ALL, reason="check", now=now).startswith("1101")


@pytest.mark.parametrize("reason", ["", "   "])
def test_without_a_reason_nothing_is_read(row, now, reason: str) -> None:
    with pytest.raises(BadRequest, match="needs a reason"):
        row.phone.reveal(by=READER, reach=ALL, reason=reason, now=now)


def test_a_text_apart_from_its_row_cannot_be_read(row, now, visitor) -> None:
    loose = visitor.objects.values_list("phone", flat=True).get()
    for value in (loose, visitor(area="/", phone=PHONE).phone, Personal.of(loose.label, PHONE)):
        with pytest.raises(PermissionDenied):
            value.reveal(by=READER, reach=ALL, reason="test", now=now)


def test_an_account_reads_so_many_a_day(row, now, monkeypatch) -> None:
    monkeypatch.setattr(reading, "READINGS_A_DAY", 3)
    for _ in range(3):
        row.phone.reveal(by=READER, reach=ALL, reason="test", now=now)
    with pytest.raises(BadRequest, match="3 times today"):
        row.phone.reveal(by=READER, reach=ALL, reason="test", now=now)
    other = Actor(8, "other")
    assert row.phone.reveal(by=other, reach=ALL, reason="test", now=now)
    assert row.phone.reveal(by=READER, reach=ALL, reason="test", now=now + timedelta(days=1))
    assert Entry.objects.count() == 5


def test_only_a_declared_machine_uses_it(row, now) -> None:
    assert row.phone.use(by=Actor.system("notices"), reason="notice 12", now=now) == PHONE
    assert Entry.objects.get().action == "privacy.use"
    for who in (Actor.system("scheduler"), Actor(7, "notices")):
        with pytest.raises(PermissionDenied):
            row.phone.use(by=who, reason="x", now=now)
    with pytest.raises(PermissionDenied):
        row.id_number.use(by=Actor.system("notices"), reason="x", now=now)


def test_an_export_in_clear_is_one_reading_of_all_or_nothing(row, visitor, now) -> None:
    visitor.objects.create(area="/99/02/", phone="13900000002")
    values = [v.phone for v in visitor.objects.order_by("id")] + [visitor(phone="").phone]
    ask = {"by": READER, "reason": "yearly check", "now": now}
    with pytest.raises(PermissionDenied):
        reveal_all(values, reach=TOWN, **ask)
    assert not Entry.objects.exists()
    assert reveal_all(values, reach=ALL, **ask) == [PHONE, "13900000002", ""]
    entry = Entry.objects.get()
    assert entry.action == "privacy.export"
    assert json.loads(entry.after)["rows"] == 2
    with pytest.raises(ValueError, match="several fields"):
        reveal_all([row.phone, row.id_number], reach=ALL, **ask)
