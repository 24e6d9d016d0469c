"""Cipher of what is personal or secret at rest: AES-256-GCM, numbered keys, bound to its place."""

import base64
import binascii
import hashlib
import hmac
import os
import re
from functools import cache
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from lantian.desk.env import env
from lantian.errors import LantianError

_NONCE: Final = 12
_KEY_LETTERS: Final = 32
_SEALED: Final = re.compile(r"([1-9][0-9]{0,3}):([A-Za-z0-9_-]+)")


class CipherBroken(LantianError):
    """An encrypted text was altered, moved to another place, or its key is gone."""

    code = "LT-630"


def encrypt(text: str, place: str) -> str:
    """Encrypt a text with the newest key.

    Parameters
    ----------
    text : str
    place : str
        Where it is kept, as `people.Person.phone`; it can be decrypted there alone.

    Returns
    -------
    str
        `NUMBER:TEXT`, ASCII; another one at each call.

    Examples
    --------
    >>> decrypt(encrypt("13800131234", "people.Person.phone"), "people.Person.phone")
    '13800131234'
    """
    number = newest_key()
    nonce = os.urandom(_NONCE)
    body = _key(env().folder, number).encrypt(nonce, text.encode(), _bound(number, place))
    return f"{number}:{base64.urlsafe_b64encode(nonce + body).decode().rstrip('=')}"


def decrypt(sealed: str, place: str) -> str:
    """Decrypt what `encrypt` gave for the same place.

    Raises
    ------
    CipherBroken
        If it was altered or belongs elsewhere, or its key is not there.
    """
    form = _SEALED.fullmatch(sealed)
    if not form:
        raise _broken(place)
    number = int(form[1])
    try:
        raw = base64.urlsafe_b64decode(form[2] + "=" * (-len(form[2]) % 4))
        opened = _key(env().folder, number).decrypt(
            raw[:_NONCE], raw[_NONCE:], _bound(number, place)
        )
        return opened.decode()
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise _broken(place) from error


def fingerprint(text: str, place: str) -> str:
    """Return a keyed hash by which somebody who has the text can prove that it was this one."""
    key = env().key("proof").encode()
    return hmac.new(key, f"{place}|{text}".encode(), hashlib.sha256).hexdigest()[:32]


def key_number(sealed: str) -> int:
    """Number of the key under which a text was encrypted."""
    return int(sealed.partition(":")[0])


def newest_key() -> int:
    """Number of the key that is used for encrypting."""
    numbers = (p.stem.removeprefix("field-") for p in _keys(env().folder).glob("field-*.key"))
    return max((int(n) for n in numbers if n.isdecimal()), default=1)


def add_key() -> int:
    """Make the next key; texts under older keys stay readable while those are kept."""
    number = newest_key() + 1
    env().key(_name(number))
    return number


def _name(number: int) -> str:
    return "field" if number == 1 else f"field-{number}"


def _keys(folder: Path) -> Path:
    return folder / "keys"


@cache
def _key(folder: Path, number: int) -> AESGCM:
    name = _name(number)
    # A missing key must never be made anew: it would hide that texts are lost.
    if number > 1 and not (_keys(folder) / f"{name}.key").exists():
        raise CipherBroken(
            f"缺少第 {number} 号密钥 / key number {number} is missing",
            where=f"keys/{name}.key",
            fix="从备份恢复该密钥 / restore that key from a backup",
        )
    text = env().key(name)
    if len(text) < _KEY_LETTERS:
        raise CipherBroken(
            "密钥文件不完整 / the key file is not whole",
            where=f"keys/{name}.key",
            fix="从备份恢复该密钥 / restore that key from a backup",
        )
    derived = HKDF(SHA256(), 32, salt=None, info=b"lantian field").derive(text.encode())
    return AESGCM(derived)


def _bound(number: int, place: str) -> bytes:
    return f"{number}|{place}".encode()


def _broken(place: str) -> CipherBroken:
    return CipherBroken(
        "密文已损坏或被改动 / an encrypted text was damaged or altered",
        where=place,
        fix="从备份恢复该记录，并查日志 / restore the record from a backup and look into the log",
    )
