"""Encryption of the data area by SM4, as HJ 212-2025 is reported to have it. Off by default.

Not verified: the text of HJ 212-2025 was not seen. What is built here follows public
implementations: ECB without padding, a key of 16 bytes, whole blocks of 16 bytes between
`CP=&&` and `&&`, a rest of less than 16 bytes left plain, and the CRC of the plain text.
"""

from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from cryptography.hazmat.primitives.ciphers.modes import ECB

from lantian.errors import BadRequest
from lantian.hj212.fault import Fault, refused

#: No official text confirmed this layer.
VERIFIED: Final = False
_BLOCK: Final = 16
_SEGMENT: Final = 6
_OPEN: Final = b"CP=&&"
_CLOSE: Final = b"&&"


def encrypt(frame: bytes, key: bytes) -> bytes:
    """Encrypt the data area of a frame; length and CRC stay those of the plain text.

    Raises
    ------
    BadRequest
        If the key is not of 16 bytes.
    FrameFault
        If the frame has no data area.

    Examples
    --------
    >>> from lantian.hj212.packet import compose
    >>> frame = compose({"CN": "2011", "MN": "A"}, [[("DataTime", "20160801085857")]]).raw
    >>> hidden = encrypt(frame, b"0" * 16)
    >>> hidden == frame, len(hidden) == len(frame), decrypt(hidden, b"0" * 16) == frame
    (False, True, True)
    """
    start, end = _blocks(frame)
    worker = _cipher(key).encryptor()
    return frame[:start] + worker.update(frame[start:end]) + worker.finalize() + frame[end:]


def decrypt(frame: bytes, key: bytes) -> bytes:
    """Decrypt the data area of a frame; whether the key was right is for the CRC to say.

    Raises
    ------
    BadRequest
        If the key is not of 16 bytes.
    FrameFault
        If the frame has no data area.
    """
    start, end = _blocks(frame)
    worker = _cipher(key).decryptor()
    return frame[:start] + worker.update(frame[start:end]) + worker.finalize() + frame[end:]


def _cipher(key: bytes) -> Cipher[ECB]:
    if len(key) != _BLOCK:
        raise BadRequest(
            f"a key of {len(key)} bytes", where="SM4", fix=f"give a key of {_BLOCK} bytes"
        )
    return Cipher(SM4(key), ECB())  # noqa: S305 -- the protocol prescribes ECB


def _blocks(frame: bytes) -> tuple[int, int]:
    """Where the whole blocks of the data area begin and end."""
    length = frame[2:_SEGMENT]
    start = frame.find(_OPEN, _SEGMENT)
    if not (frame.startswith(b"##") and length.isdigit()):
        raise refused(Fault.HEAD)
    end = _SEGMENT + int(length) - len(_CLOSE)
    if start < 0 or end < start + len(_OPEN) or frame[end : end + 2] != _CLOSE:
        raise refused(Fault.STRUCTURE)
    start += len(_OPEN)
    return start, start + (end - start) // _BLOCK * _BLOCK
