"""Passwords: what is refused, and those that the desk makes."""

import secrets
from functools import cache
from typing import Final

from django.contrib.auth.password_validation import CommonPasswordValidator

from lantian.desk.env import env
from lantian.errors import BadRequest

_LONGEST: Final = 128
#: Letters and digits that nobody confuses on paper.
_SIGNS: Final = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS: Final = 4
_GROUP: Final = 4
#: A user name shorter than this stands in many a password by chance.
_TELLING: Final = 4
#: Common here and missing from Django's list.
_COMMON_HERE: Final = frozenset(
    {
        "lantian", "lantian123", "lantian2026", "woaini", "woaini1314", "woaini520", "5201314",
        "520131400", "1314520", "13145201314", "aini1314", "zxcvbnm123", "qwe123456", "q1w2e3r4",
        "1qaz2wsx3edc", "abc123456789", "a123456789", "aa123456789", "asd123456789", "wang123456",
        "zhang123456", "admin123456", "admin@123", "admin@12345", "huanbao123", "huanbao123456",
        "password@123", "p@ssw0rd123", "123456789a", "1234567890a", "0123456789a", "11223344556",
        "147258369a", "qazwsxedc123", "woshishui", "beijing2008", "china123456", "zhongguo123",
    }
)  # fmt: skip


def new_password() -> str:
    """Return a random password of 79 bits, in groups that can be read out.

    Examples
    --------
    >>> len(new_password())
    19
    """
    groups = ("".join(secrets.choice(_SIGNS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def check_password_rules(password: str, *, username: str) -> None:
    """Refuse a password that is too short, too common, or made of the user name.

    Raises
    ------
    BadRequest
        Says which rule it breaks.
    """
    least = env().settings.desk.password_min
    if not least <= len(password) <= _LONGEST:
        raise _refused(
            f"密码须有 {least} 至 {_LONGEST} 位 / a password has {least} to {_LONGEST} characters"
        )
    plain = password.casefold().strip()
    name = username.casefold()
    if (len(name) >= _TELLING and name in plain) or plain in name:
        raise _refused("密码不得包含用户名 / a password must not hold the user name")
    if plain in _common() or len(set(plain)) < _GROUP:
        raise _refused("密码过于常见 / this password is among the commonest")


def _refused(what: str) -> BadRequest:
    return BadRequest(
        what,
        where="password",
        fix="换一个，例如几个不相干的词 / choose another, as a few unrelated words",
    )


@cache
def _common() -> frozenset[str]:
    return frozenset(CommonPasswordValidator().passwords) | _COMMON_HERE
