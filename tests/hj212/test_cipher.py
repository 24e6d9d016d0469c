"""The unverified SM4 layer: whole blocks hidden, the rest and the CRC plain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hj212.plain import frame, upload
from lantian.errors import BadRequest
from lantian.hj212 import cipher
from lantian.hj212.fault import FrameFault
from lantian.hj212.packet import decode

KEY = b"0" * 16


def test_a_block_is_that_of_the_national_standard() -> None:
    """GB/T 32907-2016, appendix A.1."""
    key = bytes.fromhex("0123456789abcdeffedcba9876543210")
    whole = b"##0023CP=&&" + key + b"&&" + b"0000\r\n"
    assert cipher.encrypt(whole, key)[11:27].hex() == "681edf34d206965e86b3e94f536e4246"


@given(st.text("abcdef0123456789.;", max_size=60), st.binary(min_size=16, max_size=16))
def test_what_is_hidden_comes_back(text: str, key: bytes) -> None:
    plain = upload(f"a={text}x".replace(";", ";b="))
    hidden = cipher.encrypt(plain, key)
    start = plain.index(b"CP=&&") + 5
    rest = start + (len(plain) - 8 - start) // 16 * 16
    assert hidden[:start] == plain[:start]
    assert hidden[rest:] == plain[rest:]
    assert (hidden == plain) == (rest == start)
    assert cipher.decrypt(hidden, key) == plain


def test_a_wrong_key_is_found_by_the_crc() -> None:
    hidden = cipher.encrypt(upload("DataTime=20160801085857;a34004-Rtd=35.2"), KEY)
    with pytest.raises(FrameFault):
        decode(cipher.decrypt(hidden, b"1" * 16))


def test_what_is_no_frame_or_no_key_is_refused() -> None:
    with pytest.raises(BadRequest):
        cipher.encrypt(upload("a=1"), b"short")
    for broken in (b"", b"##", b"##00x1CP=&&&&", frame("ST=22"), b"##9999CP=&&1&&0000"):
        with pytest.raises(FrameFault):
            cipher.decrypt(broken, KEY)


def test_the_layer_says_that_it_is_not_verified() -> None:
    assert cipher.VERIFIED is False
