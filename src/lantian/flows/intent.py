"""Flow `intent`: applies to the lake, once, what the desk has recorded that it wants."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

from lantian.errors import BadRequest
from lantian.evaluate.exceptional import ClaimState
from lantian.flows.quality_intent import apply_decision, apply_review
from lantian.lake.commands import Command, queue
from lantian.lake.enrol import decide_claims, enrol_rows
from lantian.lake.gate_ledger import GateLedger
from lantian.lake.ledger import BUSY_S
from lantian.lake.store import Lake

type _Body = Mapping[str, Any]

_DECIDED: Final = (ClaimState.APPROVED, ClaimState.WITHDRAWN)


def apply_intent(lake: Lake, uuid: str, kind: str, body: Mapping[str, Any]) -> int:
    """Apply one intent to the lake; the same one again does nothing.

    Parameters
    ----------
    lake : Lake
    uuid : str
        Name of the intent, made anew for each.
    kind : str
        `roster.stations`, `roster.places`, `roster.targets`: `rows` as in the register's file,
        and `gone`, the stations (or places of targets) of which it shall say nothing any more.
        `exceptional.submit`: `claims` with scope, day, pollutant, reason and declared_by.
        `exceptional.decide`: `claims` with scope, day and pollutant, and the `state`,
        `approved` or `withdrawn`. `roster.devices`: as the other registers.
        `gate.command`: `mn`, `cn` and `items`, pairs of name and value, for the gate to send.
        `quality.review` and `quality.decide`: see `lantian.flows.quality_intent`.
    body : mapping

    Returns
    -------
    int
        Lake sequence that holds its effect.

    Raises
    ------
    BadRequest
        If the kind is unknown, the body is not as its kind asks, a row is bad, a claim cannot
        go to that state, or the UUID was used for something else. Nothing is applied then.
    LakeBroken
        If the lake cannot be written; the intent may be tried again.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp()) / "county"
    >>> Lake.init(folder)
    >>> body = {"rows": [{"station": "1001A", "place": "甲县", "level": "county"}]}
    >>> with Lake.open(folder) as lake:
    ...     name = "6f9619ff-8b86-d011-b42d-00c04fc964ff"
    ...     apply_intent(lake, name, "roster.places", body)
    ...     apply_intent(lake, name, "roster.places", body)
    ...     lake.sequence
    1
    1
    1
    """
    act = _KINDS.get(kind)
    if act is None:
        raise BadRequest(
            f"没有 {kind!r} 这种意图 / no kind of intent {kind!r}",
            where=f"intent {uuid}",
            fix=f"one of: {', '.join(sorted(_KINDS))}",
        )
    return act(lake, uuid, body)


def _roster(name: str) -> Callable[[Lake, str, _Body], int]:
    def act(lake: Lake, uuid: str, body: _Body) -> int:
        _check(uuid, body, required=(), optional=("rows", "gone"))
        rows = _objects(uuid, body, "rows")
        gone = _list(uuid, body, "gone")
        if not all(isinstance(owner, str) for owner in gone):
            raise _bad(uuid, "gone 应为文字列表 / gone must be a list of texts")
        if not rows and not gone:
            raise _bad(uuid, "rows 和 gone 都为空 / both rows and gone are empty")
        return enrol_rows(lake, name, rows, gone=gone, intent=uuid).sequence

    return act


def _submit(lake: Lake, uuid: str, body: _Body) -> int:
    _check(uuid, body, required=("claims",))
    claims = _claims(uuid, body, ("scope", "day", "pollutant", "reason", "declared_by"))
    rows = [{**claim, "state": ClaimState.SUBMITTED.value} for claim in claims]
    return enrol_rows(lake, "exclusions", rows, intent=uuid).sequence


def _decide(lake: Lake, uuid: str, body: _Body) -> int:
    _check(uuid, body, required=("claims", "state"))
    if body["state"] not in _DECIDED:
        raise _bad(uuid, f"state={body['state']!r}: 应为 / must be one of {', '.join(_DECIDED)}")
    claims = _claims(uuid, body, ("scope", "day", "pollutant"))
    return decide_claims(lake, claims, ClaimState(body["state"]), intent=uuid).sequence


def _command(lake: Lake, uuid: str, body: _Body) -> int:
    _check(uuid, body, required=("mn", "cn", "asked_us"), optional=("items",))
    pairs = _list(uuid, body, "items")
    if not all(isinstance(p, list) and len(p) == 2 and all(map(_is_text, p)) for p in pairs):
        raise _bad(uuid, "items 应为名与值的列表 / items must be pairs of name and value")
    if not (_is_text(body["mn"]) and _is_text(body["cn"]) and isinstance(body["asked_us"], int)):
        raise _bad(uuid, "mn、cn 应为文字，asked_us 应为整数 / mn and cn texts, asked_us a number")
    items = tuple((name, value) for name, value in pairs)
    ledger = GateLedger.open(lake.folder, busy_s=BUSY_S)
    try:
        queue(ledger, [Command(uuid, body["mn"], body["cn"], items, asked_us=body["asked_us"])])
    finally:
        ledger.close()
    return lake.sequence


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _claims(uuid: str, body: _Body, names: Collection[str]) -> Sequence[_Body]:
    claims = _objects(uuid, body, "claims")
    if not claims:
        raise _bad(uuid, "claims 为空 / claims is empty")
    for claim in claims:
        _check(uuid, claim, required=names)
    return claims


def _check(
    uuid: str, given: _Body, *, required: Collection[str], optional: Collection[str] = ()
) -> None:
    """Refuse what has other fields than it must and may have."""
    said = [f"缺 / no field {name!r}" for name in required if name not in given]
    known = {*required, *optional}
    said += [f"未知 / unknown field {name!r}" for name in given if name not in known]
    if said:
        raise _bad(uuid, "; ".join(said))


def _list(uuid: str, body: _Body, name: str) -> list[Any]:
    found = body.get(name, [])
    if not isinstance(found, list):
        raise _bad(uuid, f"{name} 应为列表 / {name} must be a list")
    return found


def _objects(uuid: str, body: _Body, name: str) -> list[_Body]:
    found = _list(uuid, body, name)
    if not all(isinstance(one, Mapping) for one in found):
        raise _bad(uuid, f"{name} 应为对象列表 / {name} must be a list of objects")
    return found


def _bad(uuid: str, what: str) -> BadRequest:
    return BadRequest(
        what, where=f"intent {uuid}", fix="按该种意图改正后重发 / correct the body, send it again"
    )


_KINDS: Final[Mapping[str, Callable[[Lake, str, _Body], int]]] = {
    "roster.stations": _roster("stations"),
    "roster.places": _roster("places"),
    "roster.targets": _roster("targets"),
    "roster.devices": _roster("devices"),
    "gate.command": _command,
    "quality.review": apply_review,
    "quality.decide": apply_decision,
    "exceptional.submit": _submit,
    "exceptional.decide": _decide,
}
