"""Errors a person can act upon: what is wrong, where, and what to do next."""

from typing import Any, ClassVar


class LantianError(Exception):
    """Base of every error that a user is meant to read.

    Parameters
    ----------
    what : str
        What is wrong, in one clause.
    where : str
        File, line, command, book or place that is wrong.
    fix : str
        What the reader can do next.

    Examples
    --------
    >>> str(LantianError("no such station '9999Z'", where="why", fix="see: lantian lake check DIR"))
    "LT-000 no such station '9999Z' [why] -> see: lantian lake check DIR"
    """

    code: ClassVar[str] = "LT-000"

    def __init__(self, what: str, *, where: str, fix: str) -> None:
        super().__init__(f"{self.code} {what} [{where}] -> {fix}")
        self.what = what
        self.where = where
        self.fix = fix

    def __reduce__(self) -> tuple[Any, ...]:
        """Let an error cross from one process to another with all that it says."""
        return _restored, (type(self), self.args, self.__dict__)


def _restored(kind: type[LantianError], told: tuple[Any, ...], said: dict[str, Any]) -> Any:
    error = kind.__new__(kind, *told)
    error.__dict__.update(said)
    return error


class BadRequest(LantianError):
    """A command or call asked for something that cannot be: a period, a name, an option."""

    code = "LT-100"


class BadFile(LantianError):
    """A file cannot be read as what it claims to be."""

    code = "LT-200"


class RuleBookBroken(LantianError):
    """A rule book contradicts itself: gap, overlap, unknown key, duplicate."""

    code = "LT-300"


class NoRuleInForce(LantianError):
    """No dated rule covers the day asked for."""

    code = "LT-310"


class LakeBroken(LantianError):
    """The observation store is missing, damaged, locked or cannot be written."""

    code = "LT-400"


class NoData(LantianError):
    """The lake holds nothing for what was asked."""

    code = "LT-410"


class DocumentFailed(LantianError):
    """A document could not be made from the figures and the template."""

    code = "LT-500"


class BadSetting(LantianError):
    """A setting of the installation is unknown, of the wrong type, or contradicts another."""

    code = "LT-600"


class Conflict(LantianError):
    """The thing was changed, or its state moved on, since the asker saw it."""

    code = "LT-610"
