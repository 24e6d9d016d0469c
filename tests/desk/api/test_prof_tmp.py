import pytest, faulthandler, sys
from tests.desk.api import round as r
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("words", [0, 1])
def test_p(account_as, token_of, land, beijing, words, monkeypatch):
    if not words: monkeypatch.setattr(r, "WORDS", {})
    token = token_of(account_as("headquarters"))
    f=open(f"/tmp/fault_{words}.txt","w")
    faulthandler.dump_traceback_later(15, repeat=True, file=f)
    made = r.go(token, examples=1, phases=("coverage",), tags=("roster",))
    faulthandler.cancel_dump_traceback_later()
    print(words, made.calls, made.seconds, made.statuses, made.operations)
