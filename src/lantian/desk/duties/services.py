"""Rules of duties, leaders and shifts."""

from collections.abc import Sequence

from lantian.desk.duties.models import Leader, Shift
from lantian.desk.register.faults import Fault
from lantian.desk.register.spec import Values


def check_leader(values: Values, row: Leader | None) -> Sequence[Fault]:
    """Find what is wrong with an assignment: a person answers for one place and subject once."""
    place, person = values["place"], values["person"]
    others = Leader.objects.filter(person=person, place=place, subject=values["subject"])
    again = others.filter(last=None)
    if row is not None:
        again = again.exclude(pk=row.pk)
    if values["last"] is None and again.exists():
        return [
            Fault(
                "person",
                person.code,
                "该领导已包联此处 / this leader answers for it already",
                "先结束原包联 / end the other assignment first",
            )
        ]
    return []


def check_shift(values: Values, row: Shift | None) -> Sequence[Fault]:
    """Give a shift its code: place, day, position; one person for each."""
    values["code"] = f"{values['place'].code}-{values['day']}-{values['position']}"
    return []
