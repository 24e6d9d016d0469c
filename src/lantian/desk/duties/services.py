"""Rules of duties, leaders and shifts."""

from collections.abc import Sequence
from typing import Final

from lantian.desk.duties.models import Leader, Shift
from lantian.desk.register.faults import Fault
from lantian.desk.register.spec import Values

#: Principles of the duty list: value, zh, en.
PRINCIPLES: Final = (
    ("party_and_government", "党政同责", "Party and government answer alike"),
    ("one_post_two_duties", "一岗双责", "one post, two duties"),
    ("three_musts", "三管三必须", "who runs a field runs its environment"),
)
#: Positions of a shift, in the order in which they are called: value, zh, en.
POSITIONS: Final = (
    ("officer", "值班员", "officer"),
    ("deputy", "带班负责人", "deputy"),
    ("leader", "值班领导", "leader"),
)


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
