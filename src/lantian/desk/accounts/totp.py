"""Time-based one-time passwords (RFC 6238 over RFC 4226)."""

import base64
import binascii
import hashlib
import hmac
import secrets
from typing import Final
from urllib.parse import quote, urlencode

STEP_S: Final = 30
DIGITS: Final = 6
_SECRET_BYTES: Final = 20


def new_secret() -> str:
    """Return a random secret of 160 bits in base32, as RFC 4226 advises."""
    return base64.b32encode(secrets.token_bytes(_SECRET_BYTES)).decode("ascii")


def step_at(at_s: float) -> int:
    """Number of the time step of a Unix time in seconds.

    Examples
    --------
    >>> step_at(59), step_at(60)
    (1, 2)
    """
    return int(at_s // STEP_S)


def code(secret: str, step: int, *, digits: int = DIGITS, digest: str = "sha1") -> str:
    """Return the code of a time step.

    Parameters
    ----------
    secret : str
        In base32.
    step : int
    digits : int
    digest : str
        sha1, sha256 or sha512; apps know sha1.

    Notes
    -----
    RFC 4226, 5.3: the low four bits of the last byte say where the 31 bits begin.

    Examples
    --------
    >>> code("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", step_at(59), digits=8)
    '94287082'
    """
    made = hmac.new(_bytes(secret), step.to_bytes(8, "big"), getattr(hashlib, digest)).digest()
    start = made[-1] & 15
    number = int.from_bytes(made[start : start + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def matching_step(secret: str, given: str, at_s: float) -> int | None:
    """Return the step whose code was given: that of now, the one before or the one after.

    Parameters
    ----------
    secret : str
    given : str
        As typed; blanks do not count.
    at_s : float
        Unix time in seconds.

    Returns
    -------
    int or None
    """
    typed = "".join(given.split())
    if len(typed) != DIGITS or not (typed.isascii() and typed.isdigit()):
        return None
    now = step_at(at_s)
    fits = [
        s for s in range(max(now - 1, 0), now + 2) if hmac.compare_digest(code(secret, s), typed)
    ]
    return fits[-1] if fits else None


def address(secret: str, *, issuer: str, account: str) -> str:
    """Return the otpauth address that an app reads from a QR code.

    Examples
    --------
    >>> address("ABC", issuer="Lantian 蓝天", account="wang")
    'otpauth://totp/Lantian%20%E8%93%9D%E5%A4%A9:wang?secret=ABC&issuer=Lantian%20%E8%93%9D%E5%A4%A9&algorithm=SHA1&digits=6&period=30'
    """
    asked = {
        "secret": secret,
        "issuer": issuer,
        "algorithm": "SHA1",
        "digits": DIGITS,
        "period": STEP_S,
    }
    return f"otpauth://totp/{quote(issuer)}:{quote(account)}?{urlencode(asked, quote_via=quote)}"


def grouped(secret: str) -> str:
    """Secret in groups of four, to be typed.

    Examples
    --------
    >>> grouped("GEZDGNBVGY")
    'GEZD GNBV GY'
    """
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))


def _bytes(secret: str) -> bytes:
    try:
        return base64.b32decode(secret + "=" * (-len(secret) % 8))
    except binascii.Error as error:
        raise ValueError("a secret is base32") from error
