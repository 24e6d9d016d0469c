"""The newest hours of stations, as a page of the present shows them."""

from collections.abc import Sequence

from lantian.errors import NoData
from lantian.lake.part import Int32s
from lantian.lake.store import Lake


def latest_hours(
    lake: Lake, stations: Sequence[str], *, back: int = 24, until: int | None = None
) -> tuple[int, Int32s]:
    """Return the last hours of the lake as a block.

    Parameters
    ----------
    lake : Lake
    stations : sequence of str
        Codes, each once; unknown ones stay MISSING.
    back : int
        How many hours, the last one included.
    until : int, optional
        Hour number after which nothing counts, as the hour now: a monitor whose clock runs
        ahead then does not decide which hour is the last.

    Returns
    -------
    (int, ndarray of int32, shape (pollutants, stations, back))
        Hour number of the last column, and thousandths.

    Raises
    ------
    NoData
        If the lake has no hours, or none until then.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> folder = Path(tempfile.mkdtemp()) / "county"
    >>> Lake.init(folder)
    >>> with Lake.open(folder) as lake:
    ...     try:
    ...         latest_hours(lake, ["1001A"])
    ...     except NoData as error:
    ...         print(error.what)
    没有最近的小时值 / no recent hours
    """
    span = lake.span()
    if span is None or (until is not None and span[0] > until):
        raise NoData(
            "没有最近的小时值 / no recent hours",
            where=str(lake.folder),
            fix="lantian lake add DIR FILES…",
        )
    last = span[1] if until is None else min(span[1], until)
    return last, lake.block(stations, last - back + 1, last + 1)
