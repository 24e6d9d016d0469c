"""What of a notice may leave the desk: its text without personal numbers, its full address."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from lantian.desk.env import env
from lantian.desk.notices.models import Notice
from lantian.desk.privacy.mask import masked
from lantian.report.language import Language

_LONGEST_SMS: Final = 200
#: Personal numbers that people write into texts, with the rule of their mask.
_PERSONAL: Final = (
    (
        re.compile(
            r"(?<!\d)[1-9]\d{5}(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]"
            r"(?![\dA-Za-z])"
        ),
        "id_number",
    ),
    (re.compile(r"(?<!\d)62\d{14,17}(?!\d)"), "bank_account"),
    (re.compile(r"(?<!\d)1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)"), "phone"),
)


@dataclass(frozen=True, slots=True)
class Text:
    """A message as it leaves: heading, body, address (empty where the desk has none)."""

    title: str
    body: str
    url: str

    @property
    def whole(self) -> str:
        """Body and address, one under the other."""
        return "\n".join(part for part in (self.body, self.url) if part)

    @property
    def short(self) -> str:
        """One line for a telephone."""
        said = " ".join(f"{self.title} {self.body}".split())
        return said if len(said) <= _LONGEST_SMS else said[: _LONGEST_SMS - 1] + "…"


def without_personal(text: str) -> str:
    """Replace numbers of identity cards, bank cards and mobiles by their masks.

    Examples
    --------
    >>> without_personal("联系 13800131234，身份证 110101199001011237")
    '联系 138****1234，身份证 110***********1237'
    >>> without_personal("PM2.5 35 μg/m3, 2026-03-02 08:00")
    'PM2.5 35 μg/m3, 2026-03-02 08:00'
    """
    for pattern, rule in _PERSONAL:
        text = pattern.sub(lambda found, rule=rule: masked(rule, found[0]), text)  # type: ignore[misc]
    return text


def text_of(notice: Notice, lang: Language) -> Text:
    """Return a notice as it leaves the desk, in one language."""
    return Text(
        without_personal(lang.of(notice.title_zh, notice.title_en or notice.title_zh)),
        without_personal(lang.of(notice.text_zh, notice.text_en or notice.text_zh)),
        address(f"/notices/{notice.pk}/"),
    )


def digest_of(notices: Iterable[Notice], lang: Language) -> Text:
    """Return several notices as one message: their titles and addresses."""
    texts = [text_of(notice, lang) for notice in notices]
    count = len(texts)
    title = lang.of(f"蓝天：{count} 条消息", f"Lantian: {count} notices")
    return Text(title, "\n\n".join(f"{t.title}\n{t.whole}" for t in texts), address("/notices/"))


def address(path: str) -> str:
    """Return the full address of a page; empty where the desk has no public one."""
    base = env().settings.desk.public_url.rstrip("/")
    return f"{base}{path}" if base else ""
