"""A personal text as the rest of the desk handles it: masked wherever it is printed."""

from datetime import datetime
from typing import Self

from lantian.desk.log.actor import Actor
from lantian.desk.privacy import reading
from lantian.desk.privacy.cipher import decrypt, encrypt
from lantian.desk.privacy.declared import declared_fields
from lantian.desk.privacy.mask import masked
from lantian.desk.rights.reach import Reach


class Personal:
    """A personal text, kept encrypted; whatever prints, joins or serialises it gets the mask.

    Only `reveal` (a person, with right and reason) and `use` (a declared machine) give the
    text itself, and both are logged.

    Parameters
    ----------
    label : str
        Its declared field, as `people.Person.phone`.
    sealed : str
        The encrypted text; empty for none.
    key : str
        Primary key of its row; empty while the row has none.
    """

    __slots__ = ("_key", "_label", "_sealed")

    def __init__(self, label: str, sealed: str, key: str = "") -> None:
        self._label = label
        self._sealed = sealed
        self._key = key

    @classmethod
    def of(cls, label: str, text: str) -> Self:
        """Encrypt a text."""
        return cls(label, encrypt(text, label) if text else "")

    def at(self, key: str) -> Self:
        """Return the same text as that of a row."""
        return self if key == self._key else type(self)(self._label, self._sealed, key)

    @property
    def label(self) -> str:
        """Declared field that it belongs to."""
        return self._label

    @property
    def sealed(self) -> str:
        """Encrypted text, as the database keeps it."""
        return self._sealed

    @property
    def key(self) -> str:
        """Primary key of its row."""
        return self._key

    def __str__(self) -> str:
        return masked(declared_fields()[self._label].mask, self._plain())

    def __repr__(self) -> str:
        return f"<Personal {self}>"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __bool__(self) -> bool:
        return bool(self._sealed)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Personal):
            return NotImplemented
        return self._label == other._label and self._plain() == other._plain()

    def __hash__(self) -> int:
        return hash((self._label, self._plain()))

    def reveal(self, *, by: Actor, reach: Reach, reason: str, now: datetime) -> str:
        """Return the text itself, on record.

        Parameters
        ----------
        by : Actor
            Who reads it: an account.
        reach : Reach
            What that account reaches; it must hold the field's permission over the row's area.
        reason : str
            Why; it stands in the log.
        now : datetime

        Raises
        ------
        PermissionDenied
            If the permission does not reach the row.
        BadRequest
            If there is no reason, or the account read too much today.
        """
        reading.allow_one(self._label, self._key, by=by, reach=reach, reason=reason, now=now)
        return self._plain()

    def use(self, *, by: Actor, reason: str, now: datetime) -> str:
        """Return the text itself to a machine that fields.toml names, on record.

        Raises
        ------
        PermissionDenied
            If the field is not declared for that machine.
        """
        reading.allow_machine(self._label, self._key, by=by, reason=reason, now=now)
        return self._plain()

    def may_reveal(self, reach: Reach) -> bool:
        """Whether an account that reaches so far may read the text itself."""
        return bool(self._sealed and self._key) and reading.may_read(self._label, self._key, reach)

    # Templates must never call these by name.
    reveal.alters_data = True  # type: ignore[attr-defined]
    use.alters_data = True  # type: ignore[attr-defined]

    def _plain(self) -> str:
        return decrypt(self._sealed, self._label) if self._sealed else ""
