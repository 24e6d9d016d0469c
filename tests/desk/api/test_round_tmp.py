import pytest, os
from collections import Counter
from tests.desk.api.round import go


def land(place, actor, now):
    pass


@pytest.mark.django_db(transaction=True)
def test_round(account_as, token_of, land, beijing):
    made = go(
        token_of(account_as("headquarters")),
        examples=int(os.environ.get("EX", "3")),
        phases=tuple(os.environ.get("PH", "coverage,fuzzing").split(",")),
    )
    print(made.calls, made.seconds, made.statuses, made.checks)
    print(made.operations)
    print(len(made.failures), Counter(f.split(":")[0] for f in made.failures))
    seen = Counter()
    for f in made.failures:
        k = f.split("\n")[0][:80]
        seen[k] += 1
        if seen[k] <= 3:
            print(f)
            print("--")
