"""Schemathesis over the API, all checks, by every role: no fault, no answer untold."""

import pytest
from tests.desk.api.round import Round, go

from lantian.desk.api.operations import operations
from lantian.desk.rights.services import Granted, set_grants
from lantian.desk.rights.table import table

ROLES = sorted(table().roles)
TAGS = sorted({one.tag for one in operations()})
MINE = "/990000/990100/990101/"
#: Calls of all roles together.
CALLS = 20_000
#: Each role is given the edges of every third room of the API, so that together they go
#: through each room several times; the other phases go through all of it.
SHARE = 3


def proved(made: Round) -> None:
    assert not made.failures, "\n\n".join(made.failures[:5])
    assert made.calls > 50
    assert not [status for status in made.statuses if status >= 500]
    assert {"not_a_server_error", "status_code_conformance"} <= made.checks.keys()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_who_may_most_meets_no_fault_and_nothing_untold(
    account_as, token_of, land, beijing
) -> None:
    made = go(token_of(account_as("headquarters", area=MINE)), examples=1, phases=("fuzzing",))
    proved(made)
    assert "ignored_auth" in made.checks
    assert len(made.operations) > 60


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_edges_of_every_value_of_one_register(account_as, token_of, land, beijing) -> None:
    token = token_of(account_as("headquarters"))
    made = go(token, examples=1, phases=("coverage",), tags=("roster",))
    proved(made)
    assert 405 in made.statuses
    assert {label.split("/")[3] for label in made.operations} == {"roster"}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ROLES)
def test_a_long_round(role, account_as, token_of, land, beijing, actor, now) -> None:
    """A token with all that headquarters hold, of an account that holds the role alone."""
    account = account_as("headquarters", area=MINE)
    token = token_of(account)
    grants = [Granted(role, area=MINE)]
    set_grants(account=account.pk, source="test", grants=grants, by=actor, now=now)
    tags = TAGS[ROLES.index(role) % SHARE :: SHARE]
    edges = go(token, examples=1, phases=("coverage",), tags=tags)
    rest = go(token, examples=5, phases=("examples", "fuzzing", "stateful"))
    for made in (edges, rest):
        proved(made)
        told = ", ".join(f"{status} × {n}" for status, n in sorted(made.statuses.items()))
        print(f"{role}: {made.calls} calls in {made.seconds:.0f} s: {told}")
    assert edges.calls + rest.calls >= CALLS // len(ROLES)
