"""The folded CRC is the standard's, bit by bit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hj212 import plain
from lantian.hj212.crc import modbus, standard


@pytest.mark.parametrize(
    ("data", "value"),
    [
        (b"", 0xFFFF),
        (b"A", 0x7080),
        (b"123456789", 0x2F80),
        ("中文".encode(), 0xA501),
        (b"Q", 0xBC81),
        (b"QN", 0x8581),
        (b"QN=", 0x7200),
        (b"QN=2", 0xF001),
        (
            b"QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;"
            b"CP=&&RtdInterval=30&",
            0x0880,
        ),
    ],
)
def test_a_worked_value_of_the_standard(data: bytes, value: int) -> None:
    assert standard(data) == value
    assert plain.crc(data) == value


def test_the_eighth_power_of_a_step_is_the_identity() -> None:
    """What folding rests on: eight zero bytes leave the high byte as it was, whatever it was."""
    for first in range(256):
        data = bytes([first])
        assert plain.crc(data + bytes(8)) == plain.crc(data)


def test_a_step_is_linear() -> None:
    """And XOR of two data of one length is XOR of what they leave, but for the first register."""
    zero = plain.crc(bytes(5))
    for byte in range(256):
        one, two = bytes([byte, 0, 7, 0, 1]), bytes([3, byte, 0, 9, 0])
        both = bytes(a ^ b for a, b in zip(one, two, strict=True))
        assert plain.crc(one) ^ plain.crc(two) ^ zero == plain.crc(both)


@given(st.binary(max_size=300))
def test_any_data_have_the_plain_crc(data: bytes) -> None:
    assert standard(data) == plain.crc(data)
    assert modbus(data) == plain.modbus(data)


@pytest.mark.parametrize("size", [*range(40), 127, 128, 129, 511, 512, 513, 1024, 1025, 3000])
def test_every_size_is_folded_right(size: int) -> None:
    data = bytes((7 * place + place // 256) % 256 for place in range(size))
    assert standard(data) == plain.crc(data)


def test_only_256_values_occur() -> None:
    """The weakness that makes the CRC no proof of anything."""
    values = {standard(bytes([a, b])) for a in range(256) for b in range(0, 256, 5)}
    assert len(values) == 256
    assert {value & 0xFF for value in values} == {0x00, 0x01, 0x40, 0x41, 0x80, 0x81, 0xC0, 0xC1}
