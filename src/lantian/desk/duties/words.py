"""Words of duties: principles of the list, positions of a shift."""

from typing import Final

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
