"""A listing for a terminal: rows of text in columns that line up, wide characters counted twice."""

from collections.abc import Sequence

from lantian.report.language import width_of


def listing(rows: Sequence[Sequence[str]], *, numbers: frozenset[int] = frozenset()) -> list[str]:
    """Lay rows out in columns.

    Parameters
    ----------
    rows : sequence of sequence of str
        The heading first; every row has the same number of cells.
    numbers : frozenset of int
        Columns that stand flush right.

    Returns
    -------
    list of str, one line for each row

    Examples
    --------
    >>> for line in listing([["地区", "n"], ["A", "12"]], numbers=frozenset({1})):
    ...     print(line)
    地区   n
    A     12
    """
    widths = [max(map(width_of, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(_cells(row, widths, numbers)).rstrip() for row in rows]


def _cells(row: Sequence[str], widths: Sequence[int], numbers: frozenset[int]) -> list[str]:
    spaces = [" " * (width - width_of(cell)) for cell, width in zip(row, widths, strict=True)]
    return [
        space + cell if at in numbers else cell + space
        for at, (cell, space) in enumerate(zip(row, spaces, strict=True))
    ]
