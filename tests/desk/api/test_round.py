"""Schemathesis over the API, all checks, by several roles: no fault, no answer untold."""

import pytest
from tests.desk.api.round import Round, go

ROLES = ("headquarters", "department", "expert", "neighbour")
MINE = "/990000/990100/990101/"


def proved(made: Round) -> None:
    assert not made.failures, "\n\n".join(made.failures[:5])
    assert made.calls > 50
    assert not [status for status in made.statuses if status >= 500]
    assert {"not_a_server_error", "status_code_conformance", "ignored_auth"} <= made.checks.keys()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ["headquarters", "neighbour"])
def test_a_role_meets_no_fault_and_nothing_untold(
    role, account_as, token_of, land, beijing
) -> None:
    made = go(token_of(account_as(role, area=MINE)), examples=2, phases=("fuzzing",))
    proved(made)
    assert len(made.operations) > 60


@pytest.mark.django_db(transaction=True)
def test_the_edges_of_every_value_of_one_register_and_of_the_air(
    account_as, token_of, land, beijing
) -> None:
    token = token_of(account_as("headquarters"))
    made = go(token, examples=1, phases=("coverage",), tags=("roster",))
    proved(made)
    assert 405 in made.statuses
    assert {label.split("/")[3] for label in made.operations} == {"roster"}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ROLES)
def test_a_long_round(role, account_as, token_of, land, beijing) -> None:
    made = go(token_of(account_as(role, area=MINE)), examples=20)
    proved(made)
    assert made.calls > 1000
