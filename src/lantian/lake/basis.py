"""The basis of a figure: the state of data, roster, rules and code on which it rests."""

from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Basis:
    """What must be equal for a figure to be equal.

    Attributes
    ----------
    sequence : int
        Lake sequence of the observations and the roster.
    roster_digest, rules_digest : str
        sha256 in hexadecimal.
    code : str
        Version of Lantian.

    Examples
    --------
    >>> Basis(12, "ab12cd34" * 8, "99ee" * 16, "0.1.0").short
    'seq=12;roster=ab12cd34;rules=99ee99ee;code=0.1.0'
    """

    sequence: int
    roster_digest: str
    rules_digest: str
    code: str

    @property
    def short(self) -> str:
        """Short spelling, as printed beside figures."""
        return (
            f"seq={self.sequence};roster={self.roster_digest[:8]};"
            f"rules={self.rules_digest[:8]};code={self.code}"
        )

    def table(self) -> dict[str, int | str]:
        """Return the full basis, as kept with a frozen figure."""
        return asdict(self)
