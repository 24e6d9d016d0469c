"""Masks hide at least half of what they mask."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lantian.desk.privacy.mask import RULES, masked


@pytest.mark.parametrize(
    ("rule", "text", "seen"),
    [
        ("phone", "13800131234", "138****1234"),
        ("phone", "01012345678", "010****5678"),
        ("phone", "12345", "****"),
        ("id_number", "11010119900101123X", "110***********123X"),
        ("bank_account", "6222021234567890123", "****0123"),
        ("bank_account", "12345678", "****"),
        ("name", "王小明", "王*"),
        ("name", "王", "*"),
        ("whole", "河湾镇东街1号", "***"),
        ("phone", "", ""),
    ],
)
def test_the_masks_in_use(rule: str, text: str, seen: str) -> None:
    assert masked(rule, text) == seen


@given(st.sampled_from(sorted(RULES)), st.text("0123456789", min_size=2, max_size=30))
def test_no_mask_shows_more_than_seven_signs_or_all(rule: str, text: str) -> None:
    shown = masked(rule, text).replace("*", "")
    assert len(shown) <= 7
    assert len(shown) < len(text)
