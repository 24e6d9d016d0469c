"""What a token reaches: what its account reaches, cut down to the token's permissions."""

from collections.abc import Iterable, Iterator

from lantian.desk.rights.reach import Holding, Reach


class TokenReach(Reach):
    """The reach of an account, for some permissions only.

    Examples
    --------
    >>> whole = Reach([Holding("township", "/99/")])
    >>> cut = TokenReach(whole.holdings, {"sources.read"})
    >>> cut.may("sources.read"), whole.may("sources.write"), cut.may("sources.write")
    (True, True, False)
    """

    def __init__(self, holdings: Iterable[Holding], permissions: Iterable[str]) -> None:
        """Take the holdings of the account and the permissions of the token."""
        super().__init__(holdings)
        self.permissions = frozenset(permissions)

    def _with(self, permission: str) -> Iterator[Holding]:
        return super()._with(permission) if permission in self.permissions else iter(())
