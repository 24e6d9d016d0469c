"""Frozen figures: what was printed, kept word for word with its basis, never changed."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from lantian.errors import BadRequest
from lantian.lake.store import Lake

_COLUMNS: Final = "id, kind, key, sequence, sha256, figures, basis"


@dataclass(frozen=True, slots=True)
class Frozen:
    """One version of frozen figures: canonical JSON, its sha256, its basis."""

    id: int
    kind: str
    key: str
    sequence: int
    sha256: str
    figures: bytes
    basis: Mapping[str, Any]


def freeze(lake: Lake, kind: str, key: str, figures_json: bytes, basis: Mapping[str, Any]) -> str:
    """Keep figures for good and return their sha256.

    The same figures on the same basis as the latest version are not kept twice.

    Parameters
    ----------
    lake : Lake
    kind, key : str
        What they are, as `bulletin` and `2015-12`.
    figures_json : bytes
        Canonical JSON in UTF-8; its bytes are the truth that is hashed.
    basis : mapping
        `Basis.table()`; its `sequence` must be one that the lake has had.

    Raises
    ------
    BadRequest
        If `figures_json` is no JSON, or the lake never had the sequence.
    """
    try:
        json.loads(figures_json)
    except ValueError as error:
        raise BadRequest(
            f"冻结的数字不是 JSON / the figures are no JSON ({error})",
            where=f"freeze {kind} {key}",
            fix="以规范 JSON 给出 / give canonical JSON in UTF-8",
        ) from error
    sequence = lake.ledger.sequence_asked(int(basis["sequence"]))
    digest = hashlib.sha256(figures_json).hexdigest()
    text = json.dumps(dict(basis), ensure_ascii=False, sort_keys=True)
    with lake.ledger.write() as sql:
        latest = sql.execute(
            "SELECT sha256, basis FROM frozen WHERE kind = ? AND key = ? ORDER BY id DESC LIMIT 1",
            (kind, key),
        ).fetchone()
        if latest != (digest, text):
            number = sql.execute("SELECT COALESCE(MAX(id), 0) + 1 FROM frozen").fetchone()[0]
            row = (number, kind, key, sequence, digest, figures_json.decode("utf-8"), text)
            lake.ledger.insert("frozen", _COLUMNS, [row])
    return digest


def frozen(lake: Lake, kind: str, key: str) -> Frozen | None:
    """Latest frozen figures of that kind and key, or None."""
    with lake.ledger.read() as sql:
        row = sql.execute(
            f"SELECT {_COLUMNS} FROM frozen WHERE kind = ? AND key = ? ORDER BY id DESC LIMIT 1",
            (kind, key),
        ).fetchone()
    return None if row is None else _version(row)


def all_frozen(lake: Lake) -> list[Frozen]:
    """Every version of all frozen figures, in the order in which they were frozen."""
    with lake.ledger.read() as sql:
        rows = sql.execute(f"SELECT {_COLUMNS} FROM frozen ORDER BY id").fetchall()
    return [_version(row) for row in rows]


def _version(row: tuple[Any, ...]) -> Frozen:
    number, kind, key, sequence, digest, figures, basis = row
    return Frozen(number, kind, key, sequence, digest, figures.encode("utf-8"), json.loads(basis))
