"""Tables that several pages of accounts show."""

from collections.abc import Iterable
from typing import Any

from lantian.desk.accounts.queries import Held
from lantian.desk.language import both


def grants_table(grants: Iterable[Held]) -> dict[str, Any]:
    """Return the table of grants: role, where, for what, as whose, when, by what."""
    heads = (
        both("角色", "Role"),
        both("区域", "Area"),
        both("领域", "Subjects"),
        both("机构", "Organisation"),
        both("期限", "Days"),
        both("来源", "Given by"),
    )
    return {
        "caption": both("授权", "Grants"),
        "columns": [{"title": head} for head in heads],
        "rows": [
            {"cells": [g.role, g.area, g.subjects, g.organisation, g.days, g.source]}
            for g in grants
        ],
        "empty": {"title": both("尚无授权", "No grants yet")},
    }
