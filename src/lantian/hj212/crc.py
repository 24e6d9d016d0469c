"""CRC of HJ 212: the standard's own, and MODBUS's that some devices send in its place."""

from typing import Final

_POLYNOMIAL: Final = 0xA001
_START: Final = 0xFFFF


def _shifted(register: int) -> int:
    """Register after eight shifts."""
    for _ in range(8):
        register = (register >> 1) ^ (_POLYNOMIAL if register & 1 else 0)
    return register


#: Register that each byte leaves behind.
_WHOLE: Final = tuple(map(_shifted, range(256)))
#: Its high byte: all that the standard's next step keeps.
_HIGH: Final = bytes(value >> 8 for value in _WHOLE)
#: High byte that leads to each register's high byte, and so to the register.
_FROM_HIGH: Final = tuple(_WHOLE[_HIGH.index(high)] for high in range(256))


#: The values that the standard's CRC can take.
VALUES: Final = frozenset(_WHOLE)


def _pairs() -> bytes:
    """High byte that each pair of bytes leaves: two steps in one."""
    all_highs = int.from_bytes(_HIGH)
    every = int.from_bytes(b"\x01" * 256)
    # A step is linear, so the second bytes' row is the table itself, shifted by one value.
    return b"".join((all_highs ^ (_HIGH[first] * every)).to_bytes(256) for first in _HIGH)


_PAIRS: Final = _pairs()


def _starts() -> bytes:
    """High byte of the register that 0 … 7 zero bytes leave of the first register."""
    starts = [_START >> 8]
    for _ in range(7):
        starts.append(_HIGH[starts[-1]])
    return bytes(starts)


_STARTS: Final = _starts()
#: Widths in bits, and their masks, at which data of up to 4,096 bits and more are folded.
_WIDEST: Final = 1 << 12
_FOLDS: Final = tuple((1 << k, (1 << (1 << k)) - 1) for k in range(12, 5, -1))
#: Folds that data need, by the bit length of their number of bits, less one.
_NEEDED: Final = tuple(
    tuple((width, mask) for width, mask in _FOLDS if width >> k == 0) for k in range(14)
)


def standard(data: bytes) -> int:
    """CRC of a data segment by HJ 212-2017, appendix A.

    Parameters
    ----------
    data : bytes
        The data segment, from `QN=` to the last `&&`.

    Returns
    -------
    int
        0 … 65535, of which only 256 values occur: a random error passes once in 256 times.

    Notes
    -----
    The standard shifts its register by eight bits before each byte and so drops the low
    byte; what is left is a linear map of the high byte over GF(2) whose eighth power is the
    identity. Bytes eight places apart therefore act alike: the data are folded by XOR into
    the last eight bytes and only those are stepped through, two at a time.

    Examples
    --------
    >>> f"{standard(b'123456789'):04X}", f"{standard(b''):04X}"
    ('2F80', 'FFFF')
    """
    if not data:
        return _START
    word = int.from_bytes(data)
    bits = len(data) * 8
    while bits > 2 * _WIDEST:
        word = (word >> _WIDEST) ^ (word & _FOLDS[0][1])
        bits -= _WIDEST
    for width, mask in _NEEDED[(bits - 1).bit_length()]:
        word = (word >> width) ^ (word & mask)
    pair = _STARTS[len(data) % 8] << 8
    pair = _PAIRS[pair ^ (word >> 48)] << 8
    pair = _PAIRS[pair ^ (word >> 32 & 0xFFFF)] << 8
    pair = _PAIRS[pair ^ (word >> 16 & 0xFFFF)] << 8
    return _FROM_HIGH[_PAIRS[pair ^ (word & 0xFFFF)]]


def modbus(data: bytes) -> int:
    """CRC-16/MODBUS, which is not the standard's.

    Examples
    --------
    >>> f"{modbus(b'123456789'):04X}"
    '4B37'
    """
    register = _START
    for byte in data:
        register = (register >> 8) ^ _WHOLE[(register ^ byte) & 0xFF]
    return register
