"""What an account reaches: permissions by area, subject and organisation."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Q

from lantian.desk.rights.table import AND, table

EVERYWHERE: Final = "/"


@dataclass(frozen=True, slots=True)
class Holding:
    """A role held over an area, for some subjects (all when empty), as one organisation."""

    role: str
    area: str = EVERYWHERE
    subjects: frozenset[str] = frozenset()
    organisation: str = ""


class Reach:
    """What the holdings of an account allow, today.

    Examples
    --------
    >>> reach = Reach([Holding("township", "/99/9901/")])
    >>> reach.may("sources.write"), reach.may("log.read")
    (True, False)
    >>> reach.covers("sources.write", area="/99/9901/05/"), reach.covers("sources.write", area="/")
    (True, False)
    """

    def __init__(self, holdings: Iterable[Holding]) -> None:
        """Take the holdings in force."""
        self.holdings = tuple(holdings)

    @property
    def roles(self) -> frozenset[str]:
        """Names of the roles held."""
        return frozenset(h.role for h in self.holdings)

    def may(self, permission: str) -> bool:
        """Whether the permission, or each of several joined by " & ", is held anywhere."""
        return all(any(True for _ in self._with(one)) for one in permission.split(AND))

    def q(
        self,
        permission: str,
        *,
        area: str | None = None,
        subject: str | None = None,
        organisation: str | None = None,
    ) -> Q:
        """Condition on rows that the permission reaches.

        Parameters
        ----------
        permission : str
        area, subject, organisation : str, optional
            Names of the fields that hold the path of the place, the subject and the code
            of the organisation; leave out what the rows do not have.

        Returns
        -------
        Q
            Matches nothing when the permission is not held.
        """
        everywhere = table().permissions[permission].everywhere
        wanted = [
            _condition(h, None if everywhere else area, subject, organisation)
            for h in self._with(permission)
        ]
        if any(not q for q in wanted):
            return Q()
        return reduce(or_, wanted, Q(pk__in=()))

    def covers(
        self,
        permission: str,
        *,
        area: str | None = None,
        subject: str | None = None,
        organisation: str | None = None,
    ) -> bool:
        """Whether the permission reaches one thing of this area, subject and organisation."""
        everywhere = table().permissions[permission].everywhere
        return any(
            (everywhere or area is None or area.startswith(h.area))
            and (subject is None or not h.subjects or subject in h.subjects)
            and (organisation is None or not h.organisation or organisation == h.organisation)
            for h in self._with(permission)
        )

    def areas(self, permission: str) -> tuple[str, ...]:
        """Paths under which the permission is held."""
        return tuple(sorted({h.area for h in self._with(permission)}))

    def _with(self, permission: str) -> Iterator[Holding]:
        roles = table().roles
        return (h for h in self.holdings if permission in roles[h.role].may)


def _condition(
    holding: Holding, area: str | None, subject: str | None, organisation: str | None
) -> Q:
    q = Q()
    if area and holding.area != EVERYWHERE:
        q &= Q(**{f"{area}__startswith": holding.area})
    if subject and holding.subjects:
        q &= Q(**{f"{subject}__in": sorted(holding.subjects)})
    if organisation and holding.organisation:
        q &= Q(**{organisation: holding.organisation})
    return q
