"""Intents that the lake has applied: each once, however often and from wherever it comes."""

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Self
from uuid import UUID

from lantian.errors import BadRequest
from lantian.lake.database import Sql


@dataclass(frozen=True, slots=True)
class Intent:
    """What somebody asks of the lake: its own name, and the identity of what it asks."""

    uuid: str
    sha256: str

    @classmethod
    def of(cls, uuid: str, content: object) -> Self:
        """Name an intent.

        Raises
        ------
        BadRequest
            If `uuid` is none.

        Examples
        --------
        >>> Intent.of("6F9619FF-8B86-D011-B42D-00C04FC964FF", ["a"]).uuid
        '6f9619ff-8b86-d011-b42d-00c04fc964ff'
        """
        try:
            name = str(UUID(uuid))
        except ValueError as error:
            raise BadRequest(
                f"{uuid!r} 不是 UUID / is no UUID",
                where="intent",
                fix="每个意图取一个新的 UUID / give each intent a new UUID",
            ) from error
        return cls(name, digest_of(content))


def digest_of(content: object) -> str:
    """Return the sha256 of plain data, whatever the order of its keys."""
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def earlier_batch(sql: Sql, intent: Intent) -> int | None:
    """Return the sequence at which an intent was applied, or None; inside a transaction.

    Raises
    ------
    BadRequest
        If its UUID was used for something else.
    """
    row = sql.execute("SELECT sha256, batch FROM applied WHERE uuid = ?", (intent.uuid,)).fetchone()
    if row is None:
        return None
    if row[0] != intent.sha256:
        raise BadRequest(
            "这个 UUID 已用于另一个意图 / this UUID was used for another intent",
            where=f"intent {intent.uuid}",
            fix="每个意图取一个新的 UUID / give each intent a new UUID",
        )
    return int(row[1])


def note_applied(sql: Sql, intent: Intent, batch: int) -> None:
    """Keep that an intent was applied, in the transaction of its effect."""
    sql.execute(
        "INSERT INTO applied (uuid, sha256, batch, at) VALUES (?, ?, ?, ?)",
        (intent.uuid, intent.sha256, batch, datetime.now(UTC).isoformat(timespec="seconds")),
    )
