"""What is wrong with a row, told in the words of its form or sheet."""

from collections.abc import Sequence
from dataclasses import dataclass

from lantian.errors import BadRequest


class CellFault(ValueError):
    """A cell that cannot be read.

    Parameters
    ----------
    wrong, allowed : str
        What is wrong and what would be right, each as "zh / en".
    """

    def __init__(self, wrong: str, allowed: str) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.allowed = allowed


@dataclass(frozen=True, slots=True)
class Fault:
    """One wrong cell: column, what stands there, what is wrong, what is allowed.

    `column` is empty where the row as a whole is wrong; `wrong` and `allowed` are "zh / en".
    """

    column: str
    said: str
    wrong: str
    allowed: str


class BadRow(BadRequest):
    """A row that is refused, with everything that is wrong with it."""

    def __init__(self, faults: Sequence[Fault], *, where: str) -> None:
        wrong = [fault.wrong.partition(" / ") for fault in faults]
        super().__init__(
            f"{'；'.join(zh for zh, _, _ in wrong)} / {'; '.join(en or zh for zh, _, en in wrong)}",
            where=where,
            fix=faults[0].allowed,
        )
        self.faults = tuple(faults)
