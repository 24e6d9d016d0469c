"""The plan of an import: what is to be written, on disk, so that memory stays small."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from django.db.models import ForeignKey

from lantian.desk.register.judging import Verdict
from lantian.desk.register.row import Row
from lantian.desk.register.spec import Register
from lantian.desk.register.stored import packed, unpack


class Plan:
    """Rows as they were judged, one line each; new ones can be looked up by their key.

    Parameters
    ----------
    register : Register
    file : file
        Opened for reading and writing, empty.
    """

    def __init__(self, register: Register, file: IO[bytes]) -> None:
        self._register = register
        self._file = file
        self._end = 0
        self._away = False
        # Where the new rows stand that others of the sheet may refer to.
        own = any(f.related_model is register.model for f in register.model._meta.concrete_fields)
        self._places: dict[str, int] | None = {} if own and len(register.key) == 1 else None

    def add(self, verdicts: Sequence[Verdict]) -> None:
        """Add the rows of verdicts that are to be written."""
        for verdict in verdicts:
            if verdict.row is not None and not verdict.faults and not verdict.same:
                self._add(verdict.row, verdict.line)

    def _add(self, row: Row, line: int) -> None:
        late = {
            field.name: self._register.key_of(getattr(row, field.name))
            for field in row._meta.concrete_fields
            if isinstance(field, ForeignKey) and _unsaved(row, field)
        }
        planned = {"pk": row.pk, "version": row.version, "line": line, "late": late}
        text = json.dumps(planned | {"row": packed(row)}, ensure_ascii=False).encode() + b"\n"
        if self._places is not None and row.pk is None:
            self._places[self._register.key_of(row)] = self._end
        if self._away:
            # Only after a look-up: every seek writes the buffer out.
            self._file.seek(self._end)
            self._away = False
        self._file.write(text)
        self._end += len(text)

    def row_of(self, key: str) -> Row | None:
        """Return a new row of the plan, unsaved; None where the plan has none of that key."""
        place = self._places.get(key) if self._places else None
        if place is None:
            return None
        self._file.seek(place)
        self._away = True
        row = self._register.model()
        unpack(row, json.loads(self._file.readline())["row"])
        return row


def _unsaved(row: Row, field: Any) -> bool:
    return field.is_cached(row) and (named := getattr(row, field.name)) and named.pk is None


def read_plan(path: Path, most: int) -> Iterator[list[dict[str, Any]]]:
    """Read a plan in chunks; what a row refers to of the same sheet is in a chunk before."""
    chunk: list[dict[str, Any]] = []
    with path.open("rb") as file:
        for line in file:
            planned = json.loads(line)
            if chunk and (planned["late"] or len(chunk) == most):
                yield chunk
                chunk = []
            chunk.append(planned)
    if chunk:
        yield chunk
