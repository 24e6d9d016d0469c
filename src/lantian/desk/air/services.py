"""What the air pages write: claims of exceptional days as intents, official tables as files."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from django.core.files import File
from django.db import transaction

from lantian.desk.env import env
from lantian.desk.intents.queries import last_for, pending_for
from lantian.desk.intents.services import intend
from lantian.desk.log.actor import Actor
from lantian.desk.log.services import record
from lantian.desk.register.sheet.guard import guarded
from lantian.errors import BadFile, BadRequest, Conflict
from lantian.evaluate.exceptional import ClaimState
from lantian.terms.pollutant import pollutant

#: Kinds of intent.
SUBMIT: Final = "exceptional.submit"
DECIDE: Final = "exceptional.decide"
#: Largest official table, and how many are kept.
LARGEST_B: Final = 5 * 1024 * 1024
_KEPT: Final = 200
_LEAST_REASON: Final = 4


def claim_key(scope: str, day: date, symbol: str) -> str:
    """Key of a claim: what it is about, on which day, of which pollutant.

    Examples
    --------
    >>> claim_key("北京市", date(2015, 4, 15), "PM10")
    '北京市/2015-04-15/PM10'
    """
    return f"{scope}/{day}/{symbol}"


def submit_claims(
    *,
    scope: str,
    day: date,
    symbols: Sequence[str],
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    """Ask the lake to hold claims that a day is exceptional; each waits until it is applied.

    Raises
    ------
    BadRequest
        If a pollutant is unknown or the reason says nothing.
    Conflict
        If one of them was asked for already and waits.
    """
    wanted = [found.symbol for symbol in symbols if (found := pollutant(symbol)) is not None]
    if not wanted or len(wanted) != len(symbols):
        raise BadRequest(
            "请选择污染物 / choose the pollutants", where="pollutant", fix="PM10, PM2.5 …"
        )
    if len(reason.strip()) < _LEAST_REASON:
        raise BadRequest(
            "请写明理由 / say why",
            where="reason",
            fix="如沙尘过程与依据 / the event and its evidence",
        )
    with transaction.atomic():
        for symbol in wanted:
            key = claim_key(scope, day, symbol)
            _refuse_waiting(key)
            claim = {
                "scope": scope,
                "day": f"{day}",
                "pollutant": symbol,
                "reason": reason.strip(),
                "declared_by": by.name,
            }
            intend(kind=SUBMIT, key=key, body={"claims": [claim]}, by=by, now=now)


def decide_claim(
    *,
    scope: str,
    day: date,
    symbol: str,
    state: ClaimState,
    declared_by: str,
    by: Actor,
    now: datetime,
) -> None:
    """Ask the lake to approve or withdraw a claim that it holds.

    Parameters
    ----------
    scope, day, symbol
        The claim.
    state : ClaimState
        APPROVED or WITHDRAWN.
    declared_by : str
        Who declared it, as the lake says.
    by : Actor
    now : datetime

    Raises
    ------
    BadRequest
        If the state is none of the two, or its submitter would approve the claim.
    Conflict
        If something about it waits already.
    """
    if state not in (ClaimState.APPROVED, ClaimState.WITHDRAWN):
        raise BadRequest(f"{state}?", where="state", fix="approved, withdrawn")
    key = claim_key(scope, day, symbol)
    with transaction.atomic():
        asked = last_for(SUBMIT, key)
        own = declared_by == by.name or (asked is not None and asked.account == by.account)
        if own and state is ClaimState.APPROVED:
            raise BadRequest(
                "不能审批自己提交的申报 / nobody approves their own claim",
                where=key,
                fix="请另一位有审批权的人审批 / ask another person who may approve",
            )
        _refuse_waiting(key)
        claims = [{"scope": scope, "day": f"{day}", "pollutant": symbol}]
        body = {"claims": claims, "state": state.value}
        intend(kind=DECIDE, key=key, body=body, by=by, now=now)


def _refuse_waiting(key: str) -> None:
    if pending_for("exceptional.", key):
        raise Conflict(
            "这项申报正在等待写入 / something about this claim waits to be written",
            where=key,
            fix="等待写入后再操作 / wait until it is written",
        )


@dataclass(frozen=True, slots=True)
class Official:
    """An official table that was kept: its name is its content."""

    sha256: str
    kind: str


def keep_official(*, upload: File[bytes], by: Actor, now: datetime) -> Official:
    """Check an uploaded table and keep it under the hash of its content.

    Raises
    ------
    BadFile
        If it is larger than allowed, no workbook or CSV, swells, or holds macros.
    """
    name = upload.name or ""
    if upload.size > LARGEST_B:
        raise BadFile(
            f"文件大于 {LARGEST_B >> 20} MB / larger than {LARGEST_B >> 20} MB",
            where=name,
            fix="只保留要核对的表 / keep only the table to compare",
        )
    folder = official_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, partly = tempfile.mkstemp(dir=folder, suffix=".part")
    try:
        digest = _write(handle, upload.chunks())
        kind = guarded(Path(partly), name)
        Path(partly).replace(folder / f"{digest}.{kind}")
    except BaseException:
        Path(partly).unlink(missing_ok=True)
        raise
    with transaction.atomic():
        record(
            by=by,
            now=now,
            action="air.reconcile",
            kind="air.official",
            key=digest[:16],
            after={"file": name, "sha256": digest},
        )
    _forget_oldest(folder)
    return Official(digest, kind)


def official_folder() -> Path:
    """Where official tables are kept."""
    return env().folder / "files" / "official"


def _write(handle: int, chunks: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    with os.fdopen(handle, "wb") as file:
        for chunk in chunks:
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _forget_oldest(folder: Path) -> None:
    files = sorted(folder.glob("*.*"), key=lambda file: file.stat().st_mtime, reverse=True)
    for file in files[_KEPT:]:
        file.unlink(missing_ok=True)
