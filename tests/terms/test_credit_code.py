"""Credit codes: the example of the standard, and every single slip of the pen is caught."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.terms.credit_code import body_check, check_character, is_credit_code
from lantian.twin.county import county

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def made(authority: str, body: str) -> str:
    first = authority + body + body_check(body)
    return first + check_character(first)


def test_the_example_of_gb_32100_holds() -> None:
    assert is_credit_code("91350100M000100Y43")


@given(
    st.text("0123456789", min_size=6, max_size=6),
    st.text(ALPHABET, min_size=8, max_size=8),
    st.integers(0, 17),
    st.sampled_from(ALPHABET),
)
def test_a_made_code_holds_and_one_wrong_character_breaks_it(
    authority: str, body: str, at: int, other: str
) -> None:
    code = made("91" + authority, body)
    assert is_credit_code(code)
    slip = code[:at] + other + code[at + 1 :]
    assert is_credit_code(slip) == (slip == code)


@pytest.mark.parametrize("text", ["", "91350100M000100Y4", "91350100M000100Y433", "９" * 18])
def test_what_is_no_code_is_said_so(text: str) -> None:
    assert not is_credit_code(text)


def test_letters_that_the_standard_leaves_out_are_refused() -> None:
    for letter in sorted(set(string.ascii_uppercase) - set(ALPHABET)):
        assert not is_credit_code(f"91350100M00{letter}100Y43")


def test_every_code_of_the_county_holds_and_names_no_real_authority() -> None:
    c = county()
    codes = [s.credit_code for s in c.sources if s.credit_code]
    assert len(codes) == len(set(codes)) > 30
    assert all(is_credit_code(code) and code[2:8] == "990101" for code in codes)
