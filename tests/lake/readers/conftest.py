"""Files made for the readers' tests."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lantian.lake.readers import read
from lantian.lake.rows import Reading, Rows
from lantian.terms.mark import MISSING


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Write a file of text or bytes and give its path."""

    def written(content: str | bytes, name: str = "file.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
        return path

    return written


@pytest.fixture
def reading(write: Callable[..., Path]) -> Callable[..., Reading]:
    """Write a file and read it."""

    def of(content: str | bytes, *, encoding: str = "utf-8", **options: object) -> Reading:
        return read(write(content, encoding=encoding), **options)  # type: ignore[arg-type]

    return of


@pytest.fixture
def as_dict() -> Callable[[Rows], dict[tuple[str, int], dict[str, int]]]:
    """Rows by station and hour, what is given of them by item."""

    def of(rows: Rows) -> dict[tuple[str, int], dict[str, int]]:
        return {
            (rows.names[s], int(h)): {
                item: int(v)
                for item, v in zip(rows.kind.columns, rows.values[:, i], strict=True)
                if v != MISSING
            }
            for i, (s, h) in enumerate(zip(rows.station, rows.h, strict=True))
        }

    return of
