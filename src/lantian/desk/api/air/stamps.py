"""What every figure of the air is given with: unit, state, rules, basis, address of its proof."""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from pydantic import BaseModel, Field

from lantian.desk.air.links import Query, why
from lantian.desk.air.queries.ground import Ground, ground
from lantian.desk.api.forms import Content, answer, digest, is_held
from lantian.desk.language import language
from lantian.errors import NoData
from lantian.flows.grounds import basis_of
from lantian.report.figure import Figure
from lantian.rules.ruleset import RuleSet
from lantian.terms.mark import MISSING
from lantian.terms.pollutant import POLLUTANTS

UNITS: Final = {p.key: p.unit for p in POLLUTANTS}


class FigureOut(BaseModel):
    """One figure as it is printed, with what it is."""

    value: float | int | None = Field(description="null where there is no number")
    unit: str
    state: str = Field(description="realtime, audited, sand-excluded")
    rules: str
    verified: bool = Field(description="false: no official text confirmed the rule")
    why: str | None = Field(description="page of its derivation")


class Stamped(BaseModel):
    """What all figures of one answer share."""

    state: str
    rules: str
    verified: bool
    basis: str = Field(description="lake sequence, roster, rules, code version")


def stamp_of(held: Ground, rules: RuleSet) -> dict[str, Any]:
    """Return what all figures of a rule set share."""
    stamp = held.stamp(rules)
    basis = basis_of(held.lake, held.roster, rules).short
    return {
        "state": stamp.state.value,
        "rules": stamp.rules,
        "verified": stamp.verified,
        "basis": basis,
    }


def figure(shown: Figure, query: Query) -> dict[str, Any]:
    """Return a figure; `query` is what its derivation must know beside the figure's key."""
    return {
        "value": shown.value,
        "unit": shown.unit,
        "state": shown.state.value,
        "rules": shown.rules,
        "verified": shown.verified,
        "why": why(shown, query) or None,
    }


def number(thousandths: int) -> int | float | None:
    """Return a value of a block as a number; null where there is none.

    Examples
    --------
    >>> number(4_100), number(60_000), number(MISSING)
    (4.1, 60, None)
    """
    if thousandths == MISSING:
        return None
    return thousandths // 1000 if thousandths % 1000 == 0 else thousandths / 1000


def ground_of(place: str) -> Ground:
    """Return the ground with a root place in view.

    Raises
    ------
    NoData
        If no group of places has that root.
    """
    held = ground(place)
    if place not in ("", held.root):
        raise NoData(
            f"没有地区 {place[:40]} / no place {place[:40]}",
            where="place",
            fix=f"可选 / one of: {', '.join(g.root for g in held.groups)}",
        )
    return held


def conditional(
    request: HttpRequest, held: Ground, form: str, make: Callable[[], Content], *, also: int = 0
) -> HttpResponse:
    """Answer anew only when the lake, the question, form or language changed.

    The mark is compared before the answer is made, so that an unchanged one costs nothing;
    `also` is what else the answer depends on.
    """
    asked = (held.version, request.get_full_path(), form, language().value, also)
    mark = digest(repr(asked).encode())
    if is_held(request, f'"{mark}"'):
        return answer(request, Content(form, b"", {}), mark=mark)
    return answer(request, make(), mark=mark, name="air")
