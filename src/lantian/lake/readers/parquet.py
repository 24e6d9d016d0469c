"""Parquet files as sheets."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from lantian.errors import BadFile
from lantian.lake.readers.sheet import Table, cell_text, column


class ParquetSheet:
    """A Parquet file; a row's line is its number."""

    notes: Sequence[str] = ()

    def __init__(self, path: Path) -> None:
        """Read the schema."""
        self._path = path
        try:
            self.names: Sequence[str] = pq.read_schema(path).names
        except (pa.ArrowInvalid, OSError) as error:
            raise self._broken(error) from error

    def load(self, places: Sequence[int]) -> Table:
        """Load columns.

        Raises
        ------
        BadFile
            If the file is cut off or damaged.
        """
        try:
            # By place, not by name: a name with a dot would be taken for a nested field.
            table = pq.ParquetFile(self._path).read().select(list(places))
        except (pa.ArrowInvalid, OSError) as error:
            raise self._broken(error) from error
        return Table(
            cells={at: column(table.column(i)) for i, at in enumerate(places)},
            line=np.arange(1, table.num_rows + 1, dtype=np.int32),
            raw=lambda row: ",".join(
                cell_text(table.column(i)[row].as_py()) for i in range(len(places))
            ),
        )

    def _broken(self, error: Exception) -> BadFile:
        return BadFile(
            f"不是完好的 Parquet 文件 / not a sound Parquet file: {error}",
            where=self._path.name,
            fix="重新取得文件 / fetch the file again",
        )
