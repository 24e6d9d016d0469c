"""A table before any layout: columns with keys, rows of figures and strings, notes."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from lantian.report.figure import Figure


@dataclass(frozen=True, slots=True)
class Marked:
    """A figure in a column of mixed units: printed with its own unit behind it."""

    figure: Figure
    unit: str


@dataclass(frozen=True, slots=True)
class Dated:
    """A day as it is printed; a spreadsheet gets the date itself."""

    day: date
    text: str


type Cell = Figure | Marked | Dated | str


class Align(StrEnum):
    """Where the text of a column stands; numbers stand centred, flush on the last digit."""

    LEFT = "left"
    CENTRE = "center"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its key in Word templates, its heading, unit and share of the width."""

    key: str
    title: str
    share: int = 10
    align: Align = Align.NUMBER
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of one section.

    Parameters
    ----------
    key : str
        Name of the table in Word templates.
    columns, rows : tuple
        Each row has one cell for each column.
    notes : tuple of str
        Printed below the table.
    empty : str
        Printed instead of a table without rows.
    """

    key: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    empty: str = ""


def cell_text(cell: Cell) -> str:
    """Printed text of a cell.

    Examples
    --------
    >>> cell_text("朝阳")
    '朝阳'
    """
    if isinstance(cell, Marked):
        return f"{cell.figure.text}{cell.unit}"
    return cell if isinstance(cell, str) else cell.text


def heading(column: Column) -> str:
    """Heading of a column, its unit on a second line.

    Examples
    --------
    >>> heading(Column("so2", "SO2", unit="μg/m³"))
    'SO2\\nμg/m³'
    """
    return f"{column.title}\n{column.unit}" if column.unit else column.title
