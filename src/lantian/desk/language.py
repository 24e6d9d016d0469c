"""Words of the desk in both languages, chosen when they are printed."""

from django.utils.functional import lazy
from django.utils.translation import get_language

from lantian.report.language import Language


def language() -> Language:
    """Language of the page being made; Chinese unless English was asked for.

    Examples
    --------
    >>> from django.utils.translation import override
    >>> with override("en"):
    ...     language().value
    'en'
    """
    return Language.EN if (get_language() or "").startswith("en") else Language.ZH


def _said(zh: str, en: str) -> str:
    return language().of(zh, en)


#: `both("名称", "Name")` is a string that reads by the language of the page that prints it.
both = lazy(_said, str)
