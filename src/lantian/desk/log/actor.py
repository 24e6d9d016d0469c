"""Who acts: an account, or a machine of the desk itself."""

from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did it, from where, in which request.

    Attributes
    ----------
    account : int or None
        Number of the account; None for a machine.
    name : str
        Name as it reads in the log.
    origin : str
        Network address, or the name of the command.
    request : str
        Identity of the request or job.
    """

    account: int | None
    name: str
    origin: str = ""
    request: str = ""

    @classmethod
    def system(cls, name: str, request: str = "") -> Self:
        """Return a machine of the desk: the scheduler, a worker, a command.

        Examples
        --------
        >>> Actor.system("scheduler").account is None
        True
        """
        return cls(None, name, name, request)
