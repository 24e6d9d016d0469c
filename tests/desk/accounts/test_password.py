"""Which passwords are refused."""

import pytest

from lantian.desk.accounts.password import check_password_rules, new_password
from lantian.errors import BadRequest


@pytest.mark.parametrize(
    "password",
    ["short", "x" * 129, "wang-lives-here", "WANG2026!!", "password123", "PASSWORD123",
     "qwertyuiop", "woaini1314", "1111111111", "ababababab", "1234567890"],
)  # fmt: skip
def test_weak_passwords_are_refused(password: str) -> None:
    with pytest.raises(BadRequest):
        check_password_rules(password, username="wang")


@pytest.mark.parametrize(
    "password", ["korrekt-pferd-batterie", "河湾镇的风今天向北吹得紧", "a b c d e f g h"]
)
def test_long_unusual_ones_pass(password: str) -> None:
    check_password_rules(password, username="wang")


def test_the_least_length_is_a_setting(desk_set) -> None:
    check_password_rules("h7k2-q9xm-p", username="wang")
    desk_set(password_min=12)
    with pytest.raises(BadRequest, match="12 to 128"):
        check_password_rules("h7k2-q9xm-p", username="wang")


def test_the_desk_makes_passwords_that_pass_and_differ() -> None:
    made = {new_password() for _ in range(100)}
    assert len(made) == 100
    for password in made:
        check_password_rules(password, username="wang")


def test_a_user_name_of_two_letters_stands_in_a_password_by_chance() -> None:
    check_password_rules("nxhq-2k7d-wm4p-t9vc", username="hq")
